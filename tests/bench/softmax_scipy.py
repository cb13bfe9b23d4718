#!/usr/bin/python3
"""Softmax regression in SciPy + NumPy: the peer of `spgrad train softmax`, on the same rows.

  softmax_scipy.py step DATA.h5 HOLDOUT L2 [SECONDS]   time one loss + gradient
  softmax_scipy.py fit  DATA.h5 HOLDOUT L2 [ITERATIONS] fit with L-BFGS-B, report loss and held-out accuracy
One JSON object on standard output. Needs python3-scipy and python3-h5py.
"""
import json
import sys
import time

import h5py
import numpy as np
import scipy.optimize
import scipy.sparse as sp

from held_out import held_out


def load(file, holdout):
    with h5py.File(file) as f:
        g = f["X"]
        shape = tuple(g.attrs["shape"])
        X = sp.csr_matrix((g["data"][:], g["indices"][:], g["indptr"][:]), shape=shape)
        y = f["y"][:].astype(np.int64)
    test = held_out(shape[0], holdout)
    return X[~test], y[~test], X[test], y[test], int(y.max()) + 1


def loss_and_gradient(W, X, XT, y, l2):
    Z = X @ W
    Z -= Z.max(axis=1, keepdims=True)
    label = Z[np.arange(len(y)), y].copy()
    np.exp(Z, out=Z)
    total = Z.sum(axis=1, keepdims=True)
    loss = (np.log(total).sum() - label.sum()) / len(y) + 0.5 * l2 * np.vdot(W, W)
    Z /= total
    Z[np.arange(len(y)), y] -= 1
    Z /= len(y)
    G = XT @ Z
    G += l2 * W
    return loss, G


def main():
    what, file, holdout, l2 = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    X, y, X_test, y_test, classes = load(file, holdout)
    XT = X.T
    shape = (X.shape[1], classes)
    if what == "step":
        W = np.full(shape, 0.01)
        times, end = [], time.perf_counter() + (float(sys.argv[5]) if len(sys.argv) > 5 else 3)
        while time.perf_counter() < end or len(times) < 5:
            start = time.perf_counter()
            loss, _ = loss_and_gradient(W, X, XT, y, l2)
            times.append(time.perf_counter() - start)
        print(json.dumps({"median_s": float(np.median(times)), "min_s": min(times), "runs": len(times), "loss": loss}))
        return

    def flat(w):
        loss, G = loss_and_gradient(w.reshape(shape), X, XT, y, l2)
        return loss, G.ravel()

    iterations = int(sys.argv[5]) if len(sys.argv) > 5 else 500
    start = time.perf_counter()
    r = scipy.optimize.minimize(flat, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B",
                                options={"maxiter": iterations, "maxfun": 10 * iterations, "ftol": 0, "gtol": 1e-8})
    accuracy = float(((X_test @ r.x.reshape(shape)).argmax(axis=1) == y_test).mean()) if len(y_test) else None
    majority = float((y_test == np.bincount(y).argmax()).mean()) if len(y_test) else None
    print(json.dumps({"loss": float(r.fun), "accuracy": accuracy, "majority": majority, "iterations": int(r.nit),
                      "seconds": time.perf_counter() - start}))


main()
