"""The largest singular value of one large matrix, in less time than all of them take."""

from functools import cache
from typing import Any

import numpy as np

Array = Any
MOST, EVERY = 160, 8
"""Steps that are tried, and after how many the residual is looked at."""
RESIDUAL = 1e-12


def largest(matrix: Array) -> float | None:
    """The square of the largest singular value of A (m, n), which is not zero, to a relative 1e-12; None where `MOST`
    steps do not find it.

    Lanczos (1950) on AᵀA from a fixed random vector, with full reorthogonalisation: a Ritz value whose residual is
    β |s| is an eigenvalue to within that (Parlett, The symmetric eigenvalue problem, 1998, section 13.2).
    """
    n = matrix.shape[1]
    basis, diagonal, beside = np.empty((MOST, n)), np.empty(MOST), np.empty(MOST)
    direction = _start(n)
    for i in range(min(MOST, n)):
        basis[i] = direction
        done = basis[: i + 1]
        image = (matrix @ direction) @ matrix
        diagonal[i] = direction @ image
        for _ in range(2):
            image -= (done @ image) @ done
        beside[i] = np.sqrt(image @ image)
        ended = beside[i] <= RESIDUAL * diagonal[: i + 1].max()
        if ended or (i + 1) % EVERY == 0:
            across = np.diag(beside[:i], 1)
            values, vectors = np.linalg.eigh(np.diag(diagonal[: i + 1]) + across + across.T)
            if beside[i] * abs(vectors[-1, -1]) <= RESIDUAL * values[-1]:
                return float(values[-1])
        direction = image / beside[i]
    return None


@cache
def _start(n: int) -> Array:
    found = np.random.default_rng(n).normal(size=n)
    return found / np.sqrt(found @ found)
