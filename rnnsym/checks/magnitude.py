"""The sum of absolute contributions: an expression evaluated with every term taken by its absolute value.

A gradient is a sum over paths, and its rounding error is proportional to what the terms amount to before they cancel,
not to what is left of them. Where an operation is linear in an argument, its magnitude is the operation on magnitudes;
of a nonlinear one it is the absolute value.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from rnnsym.checks.verdicts import Array
from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr, topological
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL
from rnnsym.ops.indexing import CONCAT
from rnnsym.ops.structured import Structured


def magnitudes(
    exprs: Sequence[Expr], values: Mapping[Expr, Array], sizes: Mapping[str, int]
) -> list[tuple[Array, Array]]:
    """For each expression its value and its sum of absolute contributions."""
    known = {node: (value, np.abs(value) if node.dtype == "float" else value) for node, value in values.items()}

    def size(dim: Dim) -> int:
        return dims.size(dim, sizes)

    for node in topological(exprs):
        if node in known:
            continue
        args, sums = ([known[arg][i] for arg in node.args] for i in (0, 1))
        value = node.prim.numpy(node, args, size)
        if node.prim is DIVIDE:
            known[node] = value, sums[0] / np.abs(args[1])
        elif _is_multilinear(node):
            known[node] = value, np.abs(node.prim.numpy(node, sums, size))
        else:
            known[node] = value, np.abs(value)
    return [known[expr] for expr in exprs]


def _is_multilinear(node: Expr) -> bool:
    if isinstance(node.prim, Structured):
        return node.prim.linear or node.prim is CONCAT
    return node.prim is ADD or node.prim is MUL
