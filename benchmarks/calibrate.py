"""The constants of the cost model (rnnsym/engine/fast/costs.py), measured on this machine.

    python benchmarks/calibrate.py

prints what a call and an entry cost, so that they can be compared with the constants that plans are chosen by.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import timeit  # noqa: E402 - the thread settings must stand before NumPy is loaded
from collections.abc import Callable  # noqa: E402

import numpy as np  # noqa: E402

from rnnsym.engine.fast import costs  # noqa: E402

SECONDS = 0.02
SMALL, LARGE = 8, 2048
WIDE = 1_000_000


def nanoseconds(work: Callable[[], object]) -> float:
    """The time of one call, the fastest of several blocks."""
    once = max(timeit.timeit(work, number=100) / 100, 1e-9)
    number = max(1, int(SECONDS / once))
    return min(timeit.repeat(work, number=number, repeat=9)) / number * 1e9


def multiply(shape: tuple[int, ...], other: tuple[int, ...] | None = None) -> float:
    a, b, out = np.ones(shape), np.ones(other or shape), np.empty(shape)
    return nanoseconds(lambda: np.multiply(a, b, out))


def dot(rows: int, inner: int, columns: int | None) -> float:
    shape = (inner,) if columns is None else (inner, columns)
    a, b, out = np.ones((rows, inner)), np.ones(shape), np.empty((rows,) if columns is None else (rows, columns))
    return nanoseconds(lambda: a.dot(b, out))


def measured() -> dict[str, float]:
    """Every constant of the cost model, in nanoseconds."""
    call, large = multiply((SMALL,)), multiply((LARGE,))
    vector = dot(128, 128, None) - dot(8, 8, None)
    matrix = dot(128, 128, 128)
    return {
        "CALL": call,
        "ENTRY": (large - call) / (LARGE - SMALL),
        "ENTRY_FAR": multiply((WIDE,)) / WIDE,
        "BROADCAST": multiply((4, SMALL), (SMALL,)) - call,
        "VECTOR_PRODUCT": vector / (128 * 128 - 64),
        "MATRIX_PRODUCT": matrix / 128**3,
    }


if __name__ == "__main__":
    print(f"{'constant':16} {'here':>8} {'in costs.py':>12}   nanoseconds")
    for name, value in measured().items():
        print(f"{name:16} {value:8.3f} {getattr(costs, name):12.3f}")
