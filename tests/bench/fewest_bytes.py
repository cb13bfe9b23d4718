#!/usr/bin/python3
"""The fewest bytes that one loss + gradient of softmax regression can send, for given layouts.

  fewest_bytes.py DATA.h5 HOLDOUT < softmax_step.json

Each rank needs the rows of W that its training rows name and others own, once forward; their gradients travel back, once:
2 x (distinct ghost rows, summed over ranks) x classes x 8. Counted with h5py and NumPy alone; shares no code with spgrad.
"""
import json
import sys

import h5py
import numpy as np

from held_out import held_out

file, holdout = sys.argv[1], int(sys.argv[2])
run = json.load(sys.stdin)
with h5py.File(file) as f:
    indptr, indices = f["X/indptr"][:], f["X/indices"][:]
    classes = int(f["y"][:].max()) + 1
rows = np.flatnonzero(~held_out(len(indptr) - 1, holdout))
starts, features = run["train_rows"], run["features"]
ghosts = 0
for r in range(len(starts) - 1):
    named = np.unique(np.concatenate([indices[indptr[i]:indptr[i + 1]] for i in rows[starts[r]:starts[r + 1]]] or [[]]))
    ghosts += int(((named < features[r]) | (named >= features[r + 1])).sum())
print(json.dumps({"ghost_rows": ghosts, "classes": classes, "fewest_bytes": 2 * ghosts * classes * 8}))
