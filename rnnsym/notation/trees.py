"""The layout tree of an expression, and how large it would be when written out."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from rnnsym.core.expr import Expr, topological
from rnnsym.core.mathtree import MathTree, Symbol


def tree_of(expr: Expr) -> MathTree:
    """The layout tree of `expr`, built from the leaves up; shared nodes share their tree."""
    trees: dict[Expr, MathTree] = {}
    for node in topological([expr]):
        trees[node] = node.prim.tree(node, [trees[arg] for arg in node.args])
    return trees[expr]


def at_index(tree: MathTree, index: str) -> MathTree:
    """`tree` with another letter for the step: h_t as h_k."""
    return map_symbols(tree, lambda symbol: replace(symbol, index=index))


def map_symbols(tree: MathTree, change: Callable[[Symbol], MathTree]) -> MathTree:
    """`tree` with every symbol replaced by what `change` makes of it."""
    if isinstance(tree, Symbol):
        return change(tree)
    return replace(tree, **{f.name: _mapped(getattr(tree, f.name), change) for f in fields(tree)})


def _mapped(value: Any, change: Callable[[Symbol], MathTree]) -> Any:
    if type(value) is tuple:
        return tuple(_mapped(item, change) for item in value)
    return map_symbols(cast(MathTree, value), change) if is_dataclass(value) else value


def written_size(expr: Expr) -> int:
    """The number of nodes of `expr` when every shared node is written at each of its places."""
    sizes: dict[Expr, int] = {}
    for node in topological([expr]):
        sizes[node] = 1 + sum(sizes[arg] for arg in node.args)
    return sizes[expr]


def summary(expr: Expr) -> str:
    """A formula too long to write: `<add of 12 terms, 4031 nodes>`."""
    parts = f"{len(expr.args)} {'term' if len(expr.args) == 1 else 'terms'}"
    return f"<{expr.prim.name} of {parts}, {len(topological([expr]))} nodes>"
