"""Convolution and pooling along the first axis: compositions of slices, so that they need no rule of their own."""

from functools import reduce
from typing import Any

from rnnsym.core.dims import show
from rnnsym.core.expr import Expr
from rnnsym.errors import ShapeError
from rnnsym.ops.arithmetic import add
from rnnsym.ops.elementwise import maximum
from rnnsym.ops.leaves import as_expr


def conv1d(x: Any, weights: Any) -> Expr:
    """Sliding product sums y[n] = Σ_k x[n + k] · weights[k].

    x is (N,) with weights (K,), or (N, D) with weights (K, D); K and N are numbers; the result is (N - K + 1,).
    Raises ShapeError where they do not fit.
    """
    x, weights = as_expr(x), as_expr(weights)
    if len(x.shape) not in (1, 2) or len(x.shape) != len(weights.shape) or x.shape[1:] != weights.shape[1:]:
        shapes = f"x {show(x.shape)} and weights {show(weights.shape)}"
        raise ShapeError(f"conv1d: {shapes} must be (N,) and (K,), or (N, D) and (K, D).")
    windows = _windows(x, weights.shape[0], 1)
    if len(x.shape) == 2:
        return add(*(window @ weights[k] for k, window in enumerate(windows)))
    return add(*(window * weights[k] for k, window in enumerate(windows)))


def max_pool1d(x: Any, window: int, stride: int = 1) -> Expr:
    """The largest of each `window` neighbours; at a tie the first gets the gradient. x is (N,) or (N, D)."""
    return reduce(maximum, _windows(as_expr(x), window, stride))


def avg_pool1d(x: Any, window: int, stride: int = 1) -> Expr:
    """The mean of each `window` neighbours. x is (N,) or (N, D)."""
    return add(*_windows(as_expr(x), window, stride)) / window


def _windows(x: Expr, width: Any, stride: int) -> list[Expr]:
    """For each place k in the window, the entries that stand there: x[k], x[k + stride], …"""
    n = x.shape[0] if x.shape else 0
    if not all(isinstance(size, int) for size in (n, width, stride)) or stride < 1:
        raise ShapeError("convolution and pooling need a numeric length, window and stride.")
    if not 1 <= width <= n:
        raise ShapeError(f"a window of {width} does not fit into {n} entries.")
    span = (n - width) // stride * stride + 1
    return [x[k : k + span : stride] for k in range(width)]
