"""The last layer of the programs written by hand: y = V h + b_y with a loss, and what comes back from it."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def squared(params: dict[str, Array], h: Array, targets: Array) -> tuple[float, Array, dict[str, Array]]:
    """½ Σ (y − target)², its gradient with respect to h (T·B, H), and those of V and b_y. h: (T·B, H)."""
    errors = np.dot(h, params["V"].T)
    errors += params["b_y"]
    errors -= targets
    flat = errors.ravel()
    return 0.5 * float(flat.dot(flat)), np.dot(errors, params["V"]), gradients(errors, h)


def cross_entropy(params: dict[str, Array], h: Array, labels: Array) -> tuple[float, Array, dict[str, Array]]:
    """The summed cross-entropy of labels (T·B,), and gradients as of `squared`."""
    shares = np.dot(h, params["V"].T)
    shares += params["b_y"]
    shares -= shares.max(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    found = shares[rows, labels].sum()
    np.exp(shares, out=shares)
    totals = shares.sum(axis=1, keepdims=True)
    shares /= totals
    shares[rows, labels] -= 1.0
    return float(np.log(totals).sum() - found), np.dot(shares, params["V"]), gradients(shares, h)


def gradients(errors: Array, h: Array) -> dict[str, Array]:
    return {"V": np.dot(errors.T, h), "b_y": errors.sum(axis=0)}
