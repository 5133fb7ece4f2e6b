"""Work on stacks of matrices, shared by two threads: NumPy's linear algebra runs outside the interpreter's lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

Array = Any
WORTH = 3.0e5
"""Scalar products below which a second thread costs more than it saves."""


def shared(function: Callable[[Array], Array], stack: Array) -> Array:
    """`function` of a stack, (m, …) to (m, …), one half in each of two threads where that pays. Every matrix is worked
    on alone, so that the result does not depend on the number of threads."""
    count, n = len(stack), stack.shape[-1]
    if count < 2 or count * float(n) ** 3 < WORTH or _threads() < 2:
        return function(stack)
    middle = count // 2
    second = _other().submit(function, stack[middle:])
    first = function(stack[:middle])
    return np.concatenate([first, second.result()])


@cache
def _other() -> ThreadPoolExecutor:
    """The second thread; it waits for work."""
    return ThreadPoolExecutor(1, "rnnsym")


if hasattr(os, "register_at_fork"):
    # A process that is forked off has no other threads.
    os.register_at_fork(after_in_child=_other.cache_clear)


def _threads() -> int:
    """How many threads may work: as OMP_NUM_THREADS says, which NumPy's linear algebra goes by too."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    return int(told) if told.isdigit() else os.cpu_count() or 1
