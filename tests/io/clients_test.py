#!/usr/bin/env python3
"""Files of spgrad in h5py and SciPy, and theirs in spgrad.

  clients_test.py write FILE    what h5py and SciPy write, for spgrad to read
  clients_test.py read FILE     checks what spgrad wrote (tests/unit/io/clients_test.cpp names the contents)

Exit code 77, "skipped", if h5py or SciPy is not installed.
"""
import sys

try:
    import h5py
    import numpy as np
    import scipy.sparse as sp
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float32", "float64", "complex64", "complex128"]


def array(dtype):
    """[0 1 2; 3 4 5], complex with imaginary parts 10 times as large."""
    x = np.arange(6).reshape(2, 3)
    return (x + 10j * x if dtype.startswith("complex") else x).astype(dtype)


def matrix(dtype, cls):
    """Of 5 majors and 4 minors: major 1 is empty, major 2 unsorted with a duplicate; one stored zero."""
    shape = (5, 4) if cls is sp.csr_matrix else (4, 5)
    return cls((array(dtype).ravel(), [0, 3, 2, 1, 2, 0], [0, 2, 2, 5, 5, 6]), shape=shape)


def write(name):
    with h5py.File(name, "w") as f:
        for dtype in DTYPES:
            f.create_dataset(f"dense/{dtype}", data=array(dtype), compression="gzip", shuffle=True)
            for cls, kind in (sp.csr_matrix, "csr"), (sp.csc_matrix, "csc"):
                m, g = matrix(dtype, cls), f.create_group(f"{kind}/{dtype}")
                g.attrs["encoding-type"] = kind + "_matrix"
                g.attrs["encoding-version"] = "0.1.0"
                g.attrs["shape"] = m.shape
                for part in "data", "indices", "indptr":
                    g.create_dataset(part, data=getattr(m, part), chunks=True, compression="gzip")


def read_sparse(group):
    """As anndata does."""
    kind = group.attrs["encoding-type"]
    assert isinstance(kind, str) and group.attrs["encoding-version"] == "0.1.0", kind
    shape = group.attrs["shape"]
    assert shape.dtype == np.int64 and group["indptr"].dtype == np.int64 and group["indices"].dtype == np.int32
    cls = {"csr_matrix": sp.csr_matrix, "csc_matrix": sp.csc_matrix}[kind]
    return cls((group["data"][:], group["indices"][:], group["indptr"][:]), shape=tuple(shape))


def check(name):
    with h5py.File(name, "r") as f:
        for dtype in DTYPES:
            dense = f[f"dense/{dtype}"]
            assert dense.dtype == dtype and dense.attrs["encoding-type"] == "array", (dense.dtype, dtype)
            assert (dense[:] == array(dtype)).all(), dtype
            for kind, cls in ("csr", sp.csr_matrix), ("csc", sp.csc_matrix):
                there, wanted = read_sparse(f[f"{kind}/{dtype}"]), matrix(dtype, cls)
                assert there.dtype == dtype and there.shape == wanted.shape, (there, wanted)
                for part in "data", "indices", "indptr":
                    assert (getattr(there, part) == getattr(wanted, part)).all(), (dtype, kind, part)
        assert f["scalar"][()] == 2.5


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "read"):
        sys.exit(__doc__)
    (write if sys.argv[1] == "write" else check)(sys.argv[2])
