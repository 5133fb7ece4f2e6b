"""Products of factors side by side: scalars scale, `A x` is a matrix times a vector, `a bᵀ` an outer product.

In `A B x` each matrix acts on what stands right of it, A (B x); in `A B C` and `a bᵀ x` the product is taken from the
left. In a notation whose vectors are rows, `x A B` is (x A) B and `aᵀ b` is an outer product.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rnnsym.core.dims import Shape, show
from rnnsym.core.expr import Expr
from rnnsym.errors import FormulaError
from rnnsym.notation.parser import syntax as tree
from rnnsym.notation.parser.syntax import Node
from rnnsym.ops.arithmetic import mul
from rnnsym.ops.leaves import size_of
from rnnsym.ops.products import DOT, MATMUL, MATVEC
from rnnsym.ops.structure import outer, transpose

if TYPE_CHECKING:
    from rnnsym.notation.parser.build import Builder


class Item(NamedTuple):
    """A factor as it is written; `dot`: a dot stands before it. `expr` is None where its size is not known yet."""

    node: Node
    expr: Expr | None
    dot: bool

    @property
    def inner(self) -> Node:
        """The factor without its mark of a transpose."""
        return self.node.body if isinstance(self.node, tree.Flip) else self.node


class Factor(NamedTuple):
    """A vector or a matrix with its place; `row`: the vector lies on its side."""

    expr: Expr
    node: Node
    row: bool = False
    dot: bool = False

    @property
    def rank(self) -> int:
        return len(self.expr.shape)


class Chains:
    """Builds products for `builder`; `rows`: vectors are rows unless they are transposed."""

    def __init__(self, builder: "Builder", rows: bool) -> None:
        self.builder, self.rows = builder, rows

    def build(self, node: tree.Chain, shape: Shape | None) -> Expr:
        items = self._items(node)
        scalars = [item.expr for item in items if item.expr is not None and not item.expr.shape]
        factors = self._factors([item for item in items if item.expr is None or item.expr.shape], shape)
        return mul(*scalars, self._folded(factors)) if factors else mul(*scalars)

    def scaled(self, node: Node) -> Sequence[Node]:
        """`2 u` in `2 u ⊙ v` as two factors: scalars in front and one factor behind them, else the node itself."""
        if not isinstance(node, tree.Chain) or node.dots:
            return [node]
        found = [self.builder.attempt(factor) for factor in node.factors]
        thin = [expr is not None and not expr.shape for expr in found]
        return node.factors if thin.count(False) == 1 and not thin[-1] else [node]

    # What stands in a chain. --------------------------------------------------------------------------------------

    def _items(self, node: tree.Chain) -> list[Item]:
        """The factors; `½ ‖y − target‖²` is one, and so are dimensions side by side, the entries of a shape: `N H`."""
        items: list[Item] = []
        run: Shape = ()
        for i, factor in enumerate(node.factors):
            loss = self.builder.squared_error(node.factors[i - 1], factor) if i else None
            run = (*run, factor.dim) if isinstance(factor, tree.Count) else ()
            if loss is not None:
                items[-1] = Item(factor, loss, items[-1].dot)
            elif len(run) > 1:
                items[-1] = Item(factor, size_of(run), items[-1].dot)
            else:
                inner = factor.body if isinstance(factor, tree.Flip) else factor
                items.append(Item(factor, self.builder.attempt(inner), i in node.dots))
        return items

    def _factors(self, items: Sequence[Item], shape: Shape | None) -> list[Factor]:
        """A factor that leaves its size unsaid takes it from its neighbours, or from the shape of the product."""
        factors: list[Factor] = []
        for i, item in enumerate(items):
            expr = item.expr
            if expr is None:
                before = factors[-1] if factors else None
                after = items[i + 1].expr if i + 1 < len(items) else None
                alone = len(items) == 1
                expr = self.builder.build(item.inner, shape if alone else _expected(before, after, shape))
            flipped = isinstance(item.node, tree.Flip)
            if len(expr.shape) == 2:
                factors.append(Factor(transpose(expr) if flipped else expr, item.node, False, item.dot))
            else:
                factors.append(Factor(expr, item.node, flipped != self.rows, item.dot))
        return factors

    # The product. -------------------------------------------------------------------------------------------------

    def _folded(self, factors: list[Factor]) -> Expr:
        """A dot between vectors splits the chain; else matrices act on vectors first, then from left to right."""
        for i, factor in enumerate(factors[1:], 1):
            left = self._product(factors[:i]) if factor.dot else None
            if left is not None and left.rank == 1 and left.row == factor.row:
                right = self._product(factors[i:])
                if right.rank == 1 and right.row == left.row:
                    self._check(left, right, left.expr.shape == right.expr.shape)
                    return DOT(left.expr, right.expr)
        whole = self._product(factors)
        if whole.rank == 1 and whole.row != self.rows:
            lying, standing = ("a column", "a row") if self.rows else ("a row", "a column")
            said = self.builder.said(whole.node)
            raise self.builder.fail(whole.node, f"{said} is {lying}: {standing} must stand beside it.")
        return whole.expr

    def _product(self, factors: list[Factor]) -> Factor:
        factors = self._applied_to_rows(factors) if self.rows else self._applied_to_columns(factors)
        result = factors[0]
        for factor in factors[1:]:
            result = self._times(result, factor)
        return result

    def _applied_to_columns(self, factors: list[Factor]) -> list[Factor]:
        """Each matrix in front of a column acts on it: A (B x)."""
        done: list[Factor] = []
        for factor in reversed(factors):
            acts = done and factor.rank == 2 and done[-1].rank == 1 and not done[-1].row
            done.append(self._times(factor, done.pop()) if acts else factor)
        return done[::-1]

    def _applied_to_rows(self, factors: list[Factor]) -> list[Factor]:
        """Each matrix behind a row acts on it: (x A) B."""
        done: list[Factor] = []
        for factor in factors:
            acts = done and factor.rank == 2 and done[-1].rank == 1 and done[-1].row
            done.append(self._times(done.pop(), factor) if acts else factor)
        return done

    def _times(self, left: Factor, right: Factor) -> Factor:
        node = Node(left.node.start, right.node.end, 0)
        kinds = ("row" if left.row else left.rank), ("row" if right.row else right.rank)
        inner = left.expr.shape[-1:] == right.expr.shape[:1]
        match kinds:
            case (1, "row"):
                return Factor(outer(left.expr, right.expr), node, False, left.dot)
            case ("row", 1):
                self._check(left, right, inner)
                return Factor(DOT(left.expr, right.expr), node, False, left.dot)
            case (2, 2):
                self._check(left, right, inner)
                return Factor(MATMUL(left.expr, right.expr), node, False, left.dot)
            case (2, 1):
                self._check(left, right, inner)
                return Factor(MATVEC(left.expr, right.expr), node, False, left.dot)
            case ("row", 2):
                self._check(left, right, inner)
                return Factor(MATVEC(transpose(right.expr), left.expr), node, True, left.dot)
        if not left.rank or not right.rank:
            return Factor(mul(left.expr, right.expr), node, left.row or right.row, left.dot)
        raise self._unclear(left, right)

    def _check(self, left: Factor, right: Factor, fits: bool) -> None:
        if not fits:
            inner = f"{left.expr.shape[-1]} is not {right.expr.shape[0]}"
            reason = f"{self._shapes(left, right)}: the inner dimensions must agree, {inner}."
            raise self.builder.fail(right.node, reason)

    def _unclear(self, left: Factor, right: Factor) -> FormulaError:
        a, b = self.builder.said(left.node), self.builder.said(right.node)
        repair = f"a matrix stands {'behind the row' if self.rows else 'in front of the column'} that it acts on."
        if left.rank == right.rank == 1 and left.row == right.row:
            outer_product = f"{a}ᵀ {b}" if self.rows else f"{a} {b}ᵀ"
            repair = f"write {a} * {b} entry by entry, {a} · {b} for a number, {outer_product} for a matrix."
        return self.builder.fail(right.node, f"{self._shapes(left, right)}: {repair}")

    def _shapes(self, left: Factor, right: Factor) -> str:
        return " and ".join(f"{self.builder.said(f.node)} is {show(f.expr.shape)}" for f in (left, right))


def _expected(before: Factor | None, after: Expr | None, shape: Shape | None) -> Shape | None:
    """The shape of a vector between these: what a matrix in front takes, or the rows or columns of the product."""
    if before is not None and before.rank == 2:
        return before.expr.shape[1:]
    if before is not None:
        return shape[1:] if shape is not None and len(shape) == 2 else before.expr.shape
    if after is not None and len(after.shape) == 2:
        return after.shape[:1]
    return shape[:1] if shape is not None and len(shape) == 2 else None if after is None else after.shape
