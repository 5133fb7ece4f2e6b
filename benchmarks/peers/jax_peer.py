"""JAX as it is installed: jit and lax.scan, float64, on one thread."""

import time
from typing import Any

import jax
import numpy as np
from jax import lax
from works import Case, Data

from peers import Canonical, Prepared
from peers.equations import Library, loss

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

TRIALS, TRIAL_SECONDS = 3, 0.02


def prepare(case: Case, data: Data, yardstick: str | None, unrolls: tuple[int, ...] = (1,)) -> Prepared:
    """unrolls: how many steps of the scan become one; of several numbers, the fastest is taken."""
    params = {name: jax.numpy.asarray(value) for name, value in data.params.items()}
    x, targets = jax.numpy.asarray(data.x), jax.numpy.asarray(data.targets)

    def program(unroll: int) -> Any:
        compiled = jax.jit(jax.value_and_grad(lambda p, x, targets: loss(library(unroll), case, p, x, targets)))
        return lambda: jax.block_until_ready(compiled(params, x, targets))

    programs = [program(unroll) for unroll in unrolls]
    return Prepared(programs[0] if len(programs) == 1 else min(programs, key=seconds), canonical)


def library(unroll: int) -> Library:
    def scan(step: Any, start: Any, xs: Any, reverse: bool) -> Any:
        return lax.scan(step, start, xs, reverse=reverse, unroll=unroll)[1]

    return Library(jax.numpy, jax.nn.sigmoid, jax.nn.log_softmax, scan)


def seconds(call: Any) -> float:
    """The shortest mean time of a call over some short trials, after a first call that compiles."""
    call()
    found = []
    for _ in range(TRIALS):
        calls, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < TRIAL_SECONDS:
            call()
            calls += 1
        found.append(spent / calls)
    return min(found)


def canonical(result: Any) -> Canonical:
    value, grads = result
    return float(value), {name: np.asarray(grad) for name, grad in grads.items()}
