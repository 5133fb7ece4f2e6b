"""Singular values of multiplied-out products of steps, of which as many directions are kept as floats can tell apart.

A product is right to 1e-16 of its largest singular value, whatever is done with it afterwards. Where scales separate,
directions below that carry no digit any more: they are dropped, and the rest of the sequence is multiplied on fewer
columns. What is dropped is zero.
"""

from typing import Any

import numpy as np

from rnnsym.analysis.products.graded import EPS, singular_values
from rnnsym.analysis.products.logscale import SMALL
from rnnsym.analysis.products.threads import shared

Array = Any
FIRST, LONGEST = 24, 64
"""Steps before directions are dropped for the first time, and at most between two times."""


def fan(steps: Array) -> Array | None:
    """The log singular values of the products from state 0 to each of the states 1…m, (m, n), descending; -inf for what
    is below 1e-16 of the largest. None where the products leave the range of floats between two reductions."""
    count, n = steps.shape[:2]
    found, sizes = np.zeros((count, n)), np.zeros(count)
    frame, size, start, length = np.eye(n), 0.0, 0, FIRST
    with np.errstate(all="ignore"):
        while start < count:
            stop = start + length
            products = _multiplied(steps[start:stop], frame)
            if not (np.isfinite(products[-1]).all() and np.any(products[-1])):
                return None
            values = shared(singular_values, products)
            found[start:stop, : values.shape[1]], sizes[start] = values, size
            if start + length < count:
                frame, size = _reduced(products[-1]), np.log(values[-1, 0])
            start, length = stop, min(2 * length, LONGEST)
        if not found[:, 0].min(initial=np.inf) > SMALL:
            return None
        found[found <= 0.5 * EPS * found[:, :1]] = 0.0
        return np.asarray(np.log(found) + np.cumsum(sizes)[:, None])


def _multiplied(steps: Array, frame: Array) -> Array:
    out = np.empty((len(steps), *frame.shape))
    for step, into in zip(steps, out, strict=True):
        frame = np.dot(step, frame, into)
    return out


def _reduced(product: Array) -> Array:
    """Fewer columns with the singular values that can be told from zero, by the largest of them."""
    left, values, _ = np.linalg.svd(product, full_matrices=False)
    kept = values > 0.5 * EPS * values[0]
    return left[:, kept] * (values[kept] / values[0])
