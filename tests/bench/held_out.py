"""Which rows spgrad::sample_rows (seed 0) holds out, in NumPy."""
import numpy as np


def splitmix64(x):
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def held_out(rows, count):
    """The rows with the `count` smallest hashes, as spgrad::sample_rows chooses them (seed 0)."""
    key = splitmix64(np.zeros(1, np.uint64))
    order = np.argsort(splitmix64(np.arange(rows, dtype=np.uint64) ^ key), kind="stable")
    mask = np.zeros(rows, bool)
    mask[order[:count]] = True
    return mask
