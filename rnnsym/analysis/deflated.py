"""Singular values of multiplied-out products of steps, of which as many directions are kept as floats can tell apart.

A product is right to 1e-16 of its largest singular value, whatever is done with it afterwards. Where scales separate,
directions below that carry no digit any more: they are dropped, and the rest of the sequence is multiplied on fewer
columns. What is dropped is zero.
"""

from typing import Any

import numpy as np

from rnnsym.analysis.graded import EPS, singular_values
from rnnsym.analysis.products import SMALL, evened
from rnnsym.analysis.threads import shared

Array = Any
FIRST, LONGEST = 12, 48
"""Steps before directions are dropped for the first time, and at most between two times."""


def fan(steps: Array) -> Array | None:
    """The log singular values of the products from state 0 to each of the states 1…m, (m, n), descending; -inf for what
    is below 1e-16 of the largest. None where the products leave the range of floats between two reductions."""
    count, n = steps.shape[:2]
    unit, found = evened(steps), np.full((count, n), -np.inf)
    frame, log, start, length = np.eye(n), 0.0, 0, FIRST
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while start < count:
            part = slice(start, start + length)
            products = _multiplied(unit.mantissa[part], frame)
            values = shared(singular_values, products) if np.isfinite(products[-1]).all() else np.zeros((1, 1))
            if values[:, 0].min() < SMALL:
                return None
            logs = log + np.cumsum(unit.log[part])
            told = np.where(values > 0.5 * EPS * values[:, :1], values, 0.0)
            found[part, : values.shape[1]] = np.log(told) + logs[:, None]
            start, length = start + length, min(2 * length, LONGEST)
            if start < count:
                frame, size = _reduced(products[-1])
                log = logs[-1] + np.log(size)
    return found


def _multiplied(steps: Array, frame: Array) -> Array:
    out = np.empty((len(steps), *frame.shape))
    for step, into in zip(steps, out, strict=True):
        frame = np.dot(step, frame, into)
    return out


def _reduced(product: Array) -> tuple[Array, Array]:
    """Fewer columns with the singular values that can be told from zero, by the largest of them; and that."""
    left, values, _ = np.linalg.svd(product, full_matrices=False)
    kept = values > 0.5 * EPS * values[0]
    return left[:, kept] * (values[kept] / values[0]), values[0]
