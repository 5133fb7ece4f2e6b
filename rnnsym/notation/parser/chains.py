"""Products of factors side by side: scalars scale, `A x` is a matrix times a vector, `a bᵀ` an outer product.

In `A B x` each matrix acts on what stands right of it, A (B x); in `A B C` and `a bᵀ C` the product is taken from the
left. Where vectors are rows, the same factors stand in reverse order: `x W`, `aᵀ b`.
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


class Factor(NamedTuple):
    """An expression with its place; `row`: a vector that is transposed. `dot`: a dot stands before it."""

    expr: Expr
    node: Node
    row: bool = False
    dot: bool = False

    @property
    def rank(self) -> int:
        return len(self.expr.shape)


class Chains:
    def __init__(self, builder: "Builder", backwards: bool) -> None:
        self.builder, self.backwards = builder, backwards

    def build(self, node: tree.Chain, shape: Shape | None) -> Expr:
        scalars, factors = self._sorted(self._counted(self._with_losses(node)), shape)
        if not factors:
            return mul(*scalars)
        body = self._folded(factors)
        return mul(*scalars, body) if scalars else body

    def scaled(self, node: Node) -> Sequence[Node]:
        """`2 u` in `2 u ⊙ v` as two factors: scalars in front and one factor behind them, else the node itself."""
        if not isinstance(node, tree.Chain) or node.dots:
            return [node]
        found = [self.builder.attempt(factor) for factor in node.factors]
        thin = [expr is not None and not expr.shape for expr in found]
        return node.factors if sum(not is_thin for is_thin in thin) == 1 and not thin[-1] else [node]

    # What stands in a chain. --------------------------------------------------------------------------------------

    def _with_losses(self, node: tree.Chain) -> list[tuple[Node, Expr | None, bool]]:
        """The factors, with `½ ‖y − target‖²` as one; each with whether a dot stands before it."""
        items: list[tuple[Node, Expr | None, bool]] = []
        for i, factor in enumerate(node.factors):
            loss = self.builder.squared_error(node.factors[i - 1], factor) if i else None
            if loss is None:
                items.append((factor, None, i in node.dots))
            else:
                items[-1] = (factor, loss, items[-1][2])
        return items

    def _counted(self, items: list[tuple[Node, Expr | None, bool]]) -> list[tuple[Node, Expr | None, bool]]:
        """Dimensions side by side are the number of entries of one shape: `N H`."""
        counted: list[tuple[Node, Expr | None, bool]] = []
        run: Shape = ()
        for node, expr, dot in items:
            if isinstance(node, tree.Count):
                run = (*run, node.dim)
                counted[len(counted) - (len(run) > 1) :] = [(node, size_of(run), dot)]
            else:
                run = ()
                counted.append((node, expr, dot))
        return counted

    def _sorted(
        self, items: Sequence[tuple[Node, Expr | None, bool]], shape: Shape | None
    ) -> tuple[list[Expr], list[Factor]]:
        """The scalars of a chain, and its other factors in the order of column vectors."""
        build, scalars, factors = self.builder, list[Expr](), list[Factor | tuple[Node, bool, bool]]()
        for node, ready, dot in items:
            row = isinstance(node, tree.Flip)
            inner = node.body if isinstance(node, tree.Flip) else node
            expr = build.attempt(inner) if ready is None else ready
            if expr is None:
                factors.append((node, row, dot))
            elif not expr.shape:
                scalars.append(expr)
            elif row and len(expr.shape) == 2:
                factors.append(Factor(transpose(expr), node, False, dot))
            else:
                factors.append(Factor(expr, node, row, dot))
        if self.backwards and not any(_dotted(factor) for factor in factors[1:]):
            factors.reverse()
        return scalars, self._sized(factors, shape)

    def _sized(self, factors: list[Factor | tuple[Node, bool, bool]], shape: Shape | None) -> list[Factor]:
        """A factor that leaves its size unsaid takes it from its neighbours, or from the shape of the product."""
        sized: list[Factor] = []
        for i, factor in enumerate(factors):
            if not isinstance(factor, Factor):
                node, row, dot = factor
                before = sized[-1].expr.shape if sized else ()
                after = factors[i + 1] if i + 1 < len(factors) else None
                expected = self._expected(before, after, shape, last=after is None)
                inner = node.body if isinstance(node, tree.Flip) else node
                factor = Factor(self.builder.build(inner, expected), node, row, dot)
            sized.append(factor)
        return sized

    def _expected(
        self, before: Shape, after: Factor | tuple[Node, bool, bool] | None, shape: Shape | None, last: bool
    ) -> Shape | None:
        if len(before) == 2:
            return before[1:]
        if len(before) == 1 and last and shape is not None and len(shape) == 2:
            return shape[1:]
        if isinstance(after, Factor) and after.rank == 1 and not after.row:
            return after.expr.shape
        if isinstance(after, Factor) and after.rank == 1 and shape is not None:
            return shape[:1]
        return shape if last and not before else None

    # The product. -------------------------------------------------------------------------------------------------

    def _folded(self, factors: list[Factor]) -> Expr:
        """Dots between vectors first split the chain; then matrices act on vectors; then from left to right."""
        for i, factor in enumerate(factors[1:], 1):
            left = self._product(factors[:i]) if factor.dot else None
            if left is not None and left.rank == 1:
                right = self._product(factors[i:])
                self._check(left, right, left.expr.shape[-1] == right.expr.shape[0] and right.rank == 1)
                return DOT(left.expr, right.expr)
        whole = self._product(factors)
        if whole.row:
            raise self.fail(whole.node, f"{self.builder.said(whole.node)} is a row: a column must stand behind it.")
        return whole.expr

    def _product(self, factors: list[Factor]) -> Factor:
        stack: list[Factor] = []
        for factor in reversed(factors):
            if stack and factor.rank == 2 and stack[-1].rank == 1 and not stack[-1].row:
                stack.append(self._applied(factor, stack.pop()))
            else:
                stack.append(factor)
        stack.reverse()
        result = stack[0]
        for factor in stack[1:]:
            result = self._times(result, factor)
        return result

    def _applied(self, matrix: Factor, vector: Factor) -> Factor:
        self._check(matrix, vector, matrix.expr.shape[-1] == vector.expr.shape[0])
        return Factor(MATVEC(matrix.expr, vector.expr), _both(matrix, vector), False, matrix.dot)

    def _times(self, left: Factor, right: Factor) -> Factor:
        node = _both(left, right)
        match (left.rank, left.row), (right.rank, right.row):
            case (1, False), (1, True):
                return Factor(outer(left.expr, right.expr), node)
            case (1, True), (1, False):
                self._check(left, right, left.expr.shape == right.expr.shape)
                return Factor(DOT(left.expr, right.expr), node)
            case (2, _), (2, _):
                self._check(left, right, left.expr.shape[1] == right.expr.shape[0])
                return Factor(MATMUL(left.expr, right.expr), node)
            case (2, _), (1, False):
                return self._applied(left, right)
            case (1, True), (2, _):
                self._check(left, right, left.expr.shape[0] == right.expr.shape[0])
                return Factor(MATVEC(transpose(right.expr), left.expr), node, True)
            case (0, _), _:
                return Factor(mul(left.expr, right.expr), node, right.row)
            case _, (0, _):
                return Factor(mul(right.expr, left.expr), node, left.row)
        raise self._unclear(left, right)

    def _check(self, left: Factor, right: Factor, fits: bool) -> None:
        if not fits:
            inner = f"{left.expr.shape[-1]} is not {right.expr.shape[0]}"
            raise self.fail(right.node, f"{self._shapes(left, right)}: the inner dimensions must agree, {inner}.")

    def _unclear(self, left: Factor, right: Factor) -> FormulaError:
        a, b = self.builder.said(left.node), self.builder.said(right.node)
        if left.rank == right.rank == 1 and not left.row and not right.row:
            repair = f"write {a} * {b} entry by entry, {a} · {b} for their dot product, {a} {b}ᵀ for a matrix."
        else:
            repair = "a matrix stands left of the vector that it acts on."
        return self.fail(right.node, f"{self._shapes(left, right)}: {repair}")

    def _shapes(self, left: Factor, right: Factor) -> str:
        return " and ".join(f"{self.builder.said(f.node)} is {show(f.expr.shape)}" for f in (left, right))

    def fail(self, node: Node, reason: str) -> FormulaError:
        return self.builder.fail(node, reason)


def _dotted(factor: Factor | tuple[Node, bool, bool]) -> bool:
    return factor.dot if isinstance(factor, Factor) else factor[2]


def _both(left: Factor, right: Factor) -> Node:
    """The place of two factors, and what stands between them."""
    start, end = min(left.node.start, right.node.start), max(left.node.end, right.node.end)
    return Node(start, end, 0)
