"""One formula as Python source: a value on one line, after local lines for what it uses more than once.

An expression is a graph. Written as one text, a node with two users would be written twice, and a chain of k such
nodes 2ᵏ times; so a shared node is computed once, under a local name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr, topological
from rnnsym.core.primitive import ATOM_BINDING, Code
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.indexing import INDEX, SLICE
from rnnsym.ops.leaves import LEAF
from rnnsym.ops.structure import BROADCAST, STOP_GRADIENT, TRANSPOSE

VIEWS = frozenset({TRANSPOSE, BROADCAST, STOP_GRADIENT, INDEX, SLICE})
"""Primitives that copy or compute nothing: written again wherever they are used."""

SIMPLE = frozenset({ADD, MUL, NEG})
"""Primitives that, on one or two plain operands as in `1 - f`, are read more easily than a new name."""

DEEPEST = 12
"""How many operations may stand inside each other: beyond it no text is readable, and Python refuses it at last."""

MARK = re.compile(r"\0(\d+)\0")


class Formula(NamedTuple):
    """`codes` are the texts of the values, `lines` the assignments that must stand before them."""

    lines: tuple[str, ...]
    codes: tuple[Code, ...]

    @property
    def text(self) -> str:
        """The text of the only value."""
        (code,) = self.codes
        return code.text


@dataclass(frozen=True)
class Speech:
    """How the parts of a formula are said: the source of a leaf, of a dimension, and a new local name."""

    leaf: Callable[[Expr], Code]
    dim: Callable[[Dim], str]
    local: Callable[[], str]


def formula(roots: Sequence[Expr], speech: Speech) -> Formula:
    """The source of `roots`, which may share nodes."""
    order = topological(roots)
    drafts = _drafts(order, speech)
    uses = _uses(order, roots, drafts)
    codes: dict[Expr, Code] = {}
    depth: dict[Expr, int] = {}
    cheap: set[Expr] = set()
    lines: list[str] = []
    for node in (node for node in order if uses[node]):
        codes[node] = _source(node, codes, speech)
        depth[node] = 1 + max((depth[used] for used in drafts[node]), default=-1)
        free = node.prim.family == "leaf" or (node.prim in VIEWS and node.args[0] in cheap)
        simple = node.prim in SIMPLE and depth[node] == 1 and len(drafts[node]) <= 2
        local = (uses[node] > 1 and not free and not simple) or (depth[node] >= DEEPEST and node not in roots)
        if local:
            name = speech.local()
            lines.append(f"{name} = {codes[node].text}")
            codes[node], depth[node] = Code(name, ATOM_BINDING, codes[node].leading), 0
        if local or free:
            cheap.add(node)
    return Formula(tuple(lines), tuple(codes[root] for root in roots))


def _source(node: Expr, codes: Mapping[Expr, Code], speech: Speech) -> Code:
    return speech.leaf(node) if node.prim is LEAF else node.prim.source(node, codes.__getitem__, speech.dim)


def _drafts(order: Sequence[Expr], speech: Speech) -> dict[Expr, list[Expr]]:
    """Which nodes the source of each node quotes, and how often: not always its arguments, `W.T` is `W` in a product.

    Found by writing each node with a mark in place of whatever is below it.
    """
    marks: dict[Expr, Code] = {}
    quoted = {}
    for i, node in enumerate(order):
        draft = _source(node, marks, speech)
        quoted[node] = [order[int(mark)] for mark in MARK.findall(draft.text)]
        marks[node] = Code(f"\0{i}\0", ATOM_BINDING, draft.leading)
    return quoted


def _uses(order: Sequence[Expr], roots: Sequence[Expr], quoted: Mapping[Expr, Sequence[Expr]]) -> dict[Expr, int]:
    """How often each node is quoted in what is written; 0 for a node that is never written itself."""
    uses = dict.fromkeys(order, 0)
    for root in roots:
        uses[root] += 1
    for node in reversed(order):
        for used in quoted[node] if uses[node] else ():
            uses[used] += 1
    return uses
