"""Square brackets: an array of numbers, vectors joined, or one block with zeros above and below it."""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from rnnsym.core.dims import Dim, Shape, plus
from rnnsym.core.expr import Expr
from rnnsym.notation.parser import syntax as tree
from rnnsym.notation.parser.syntax import Node
from rnnsym.ops.indexing import EMBED, concat
from rnnsym.ops.leaves import constant, is_zero

if TYPE_CHECKING:
    from rnnsym.notation.parser.build import Builder


class UnsizedError(Exception):
    """The size of a part does not follow from the part alone."""

    def __init__(self, node: Node, repair: str) -> None:
        super().__init__(repair)
        self.node, self.repair = node, repair


class Lists:
    """Builds lists for `builder`."""

    def __init__(self, builder: "Builder") -> None:
        self.builder = builder

    def build(self, node: tree.Listing, shape: Shape | None) -> Expr:
        numbers = _numbers(node)
        if numbers is not None:
            return constant(numbers)
        if len(node.rows) > 1 and any(len(row) > 1 for row in node.rows):
            raise self.builder.fail(node, "a matrix of blocks is no single expression: read its blocks one by one.")
        parts = [part for row in node.rows for part in row]
        exprs = [self.builder.build(part, None) for part in parts]
        blocks = [expr for expr in exprs if not is_zero(expr)]
        if len(node.rows) > 1 and len(blocks) == 1 and blocks[0].shape:
            return self._among_zeros(node, exprs, blocks[0], shape)
        return concat(*exprs)

    def _among_zeros(self, node: Node, exprs: Sequence[Expr], block: Expr, shape: Shape | None) -> Expr:
        """`[0; x]` and `[zeros(1); x; zeros(2)]`: one block with zeros above and below it."""
        place = exprs.index(block)
        known = [expr.shape[0] if expr.shape else None for expr in exprs]
        if known.count(None) == 1 and shape is not None:
            rest = reduce(plus, (size for size in known if size is not None))
            known = [plus(shape[0], rest, -1) if size is None else size for size in known]
        sizes = [size for size in known if size is not None]
        if len(sizes) < len(known):
            raise UnsizedError(node, "how many zeros are meant does not follow here: write zeros(H) for 0.")
        none: Dim = 0
        start, size = (reduce(plus, part, none) for part in (sizes[:place], sizes))
        return EMBED(block, attrs=(start, 1, size))


def _numbers(node: Node) -> Any:
    """The array of numbers between square brackets, or None where other things stand there too."""
    match node:
        case tree.Number():
            return node.value
        case tree.Negative() if isinstance(node.body, tree.Number):
            return -node.body.value
        case tree.Listing() if len(node.rows) == 1 or all(len(row) == len(node.rows[0]) for row in node.rows):
            rows = [[_numbers(part) for part in row] for row in node.rows]
            if any(part is None for row in rows for part in row):
                return None
            return rows[0] if len(rows) == 1 else rows
    return None
