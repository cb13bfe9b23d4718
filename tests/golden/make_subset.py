#!/usr/bin/env python3
"""Copies the golden cases whose functions exist here, and that need no more than is there of each, to a file of their own.

    make_subset.py public_cases.h5 foundation_cases.h5

The layout of both files is the same; golden_test.cpp reads either. Needs h5py.
"""
import re
import sys

import h5py

DENSE = """d_add d_sub d_mul d_div d_neg d_exp d_log d_tanh d_sigmoid d_softplus d_sqr d_matmul d_T d_sum d_mean d_row d_col"""
SAME = "neg sqr conjugate cast transpose sp_ones_like add_s_s_data"


class Missing(Exception):
    """The expression needs what is not there yet."""


def kind_of(expression, kinds):
    """'sparse' or 'dense': what the expression gives for operands of these kinds."""

    def pair(sparse_pair):  # for two operands: what two sparse ones give, None if nothing
        def of(x, y):
            if x == y == "sparse":
                if sparse_pair is None:
                    raise Missing
                return sparse_pair
            return "dense"

        return of

    def mul(x, y):
        return "sparse" if pair(None)(x, y) == "dense" and "sparse" in (x, y) else "dense"

    functions = {name: lambda *a, **k: "dense" for name in DENSE.split()}
    functions |= {name: lambda x, *a, **k: x for name in SAME.split()}
    functions |= {
        "add": pair("sparse"), "sub": pair("sparse"), "mul": mul, "dot": pair(None), "structured_dot": pair(None),
        "sampling_dot": lambda x, y, p: "sparse" if x == y == "dense" else mul("sparse", "sparse"),
        "usmm": lambda alpha, x, y, z: pair(None)(x, y) if z == "dense" else mul("sparse", "sparse"),
        "sp_sum": lambda *a, **k: "dense", "dense_from_sparse": lambda *a, **k: "dense",
        "csm": lambda *a, **k: "sparse", "csm_data": lambda *a: "dense",
    }
    if not set(re.findall(r"([A-Za-z_]\w*)\(", expression)) <= functions.keys():
        raise Missing
    return eval(expression, {"__builtins__": {}}, functions | kinds)  # names, calls and literals only


def wanted(case):
    kinds = {name: "sparse" if isinstance(x, h5py.Group) else "dense" for name, x in case["inputs"].items()}
    # Refused by the reference, because a product or sum of dense operands is not its business; done here.
    if case.attrs["category"] == "error" and "sparse" not in kinds.values():
        return "csm" in case.attrs["expr"]
    try:
        kind_of(case.attrs["expr"], kinds)
    except Missing:
        return False
    return True


def main(source, target):
    with h5py.File(source) as full, h5py.File(target, "w", libver=("earliest", "v110")) as subset:
        names = [name for name, case in full["cases"].items() if wanted(case)]
        for key, value in full.attrs.items():
            subset.attrs[key] = value
        subset.attrs["case_count"] = len(names)
        cases = subset.create_group("cases")
        for name in names:
            full.copy(full["cases"][name], cases)
        print(f"{len(names)} of {len(full['cases'])} cases")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
