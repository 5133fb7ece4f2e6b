"""HIPS autograd: the same equations with a Python loop over the steps."""

from functools import partial
from typing import Any

import autograd.numpy as np
from autograd import value_and_grad
from works import Case, Data

from peers import Prepared
from peers.equations import Library, loss


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    graded = value_and_grad(lambda params: loss(LIBRARY, case, params, data.x, data.targets))
    return Prepared(partial(graded, data.params), tuple)


def sigmoid(a: Any) -> Any:
    return 0.5 * np.tanh(0.5 * a) + 0.5


def log_softmax(a: Any) -> Any:
    shifted = a - np.max(a, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def scan(step: Any, carry: Any, xs: Any, reverse: bool) -> Any:
    order = range(len(xs))
    outputs = [None] * len(xs)
    for t in reversed(order) if reverse else order:
        carry, outputs[t] = step(carry, xs[t])
    return np.stack(outputs)


LIBRARY = Library(np, sigmoid, log_softmax, scan)
