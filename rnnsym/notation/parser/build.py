"""From the syntax tree to an expression: shapes decide what a product is.

What a formula leaves unsaid (how often a scalar is repeated, how large an identity is) is taken from what stands
beside it, or from the left side of the line.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import Name, Role
from rnnsym.errors import FormulaError, RnnsymError
from rnnsym.notation.parser import syntax as tree
from rnnsym.notation.parser.chains import Chains
from rnnsym.notation.parser.dimensions import dimension
from rnnsym.notation.parser.functions import FUNCTIONS, OF_DIMENSIONS, OF_SHAPE, count
from rnnsym.notation.parser.lists import Lists, UnsizedError
from rnnsym.notation.parser.syntax import Node
from rnnsym.ops.arithmetic import ADD, NEG, POWER, add, div, lift, mul, power
from rnnsym.ops.elementwise import AT_MOST, POSITIVE
from rnnsym.ops.indexing import getitem
from rnnsym.ops.leaves import LEAF, full, ones, size_of
from rnnsym.ops.lookups import one_hot, take
from rnnsym.ops.losses import cross_entropy, hardmax, squared_error
from rnnsym.ops.structure import broadcast, diag, sum_all, transpose


class Builder:
    """Builds the expression of one formula. `backwards`: vectors are rows, so that products stand in reverse order.

    `labels`: how many values each integer has, where that is known.
    """

    def __init__(self, text: str, backwards: bool, labels: Mapping[Name, Dim]) -> None:
        self.text, self.chains, self.labels = text, Chains(self, backwards), labels
        self.made: dict[tuple[int, Shape | None], Expr | UnsizedError] = {}
        self.rules: dict[type[Node], Callable[[Any, Shape | None], Expr]] = {
            tree.Number: lambda node, shape: full(node.value, ()), tree.Quantity: lambda node, shape: node.leaf,
            tree.Count: lambda node, shape: size_of((node.dim,)), tree.Identity: self._identity,
            tree.Group: lambda node, shape: self.build(node.body, shape), tree.Negative: self._negative,
            tree.Sum: self._sum, tree.Times: self._times, tree.Chain: self.chains.build, tree.Kron: self._kron,
            tree.Quotient: self._quotient, tree.Power: self._power, tree.Flip: self._flip, tree.Call: self._call,
            tree.Entry: self._entry, tree.Rows: self._rows, tree.Listing: Lists(self).build,
            tree.Indicator: self._indicator, tree.SquaredNorm: self._norm,
        }  # fmt: skip

    # What every rule uses. ----------------------------------------------------------------------------------------

    def whole(self, node: Node, shape: Shape | None) -> Expr:
        """The expression of a whole formula, of this shape where it is known."""
        try:
            expr = self.build(node, shape)
        except UnsizedError as unsized:
            raise self.fail(unsized.node, unsized.repair) from None
        if shape is None or expr.shape == shape:
            return expr
        if not expr.shape:
            return broadcast(expr, shape)
        raise self.fail(node, f"the right side is {show(expr.shape)} and the left side {show(shape)}.")

    def build(self, node: Node, shape: Shape | None) -> Expr:
        """The expression of `node`; `shape` is what is expected of it, for parts that leave it unsaid."""
        key = (id(node), shape)
        if key not in self.made:
            try:
                rule = self.rules.get(type(node))
                if rule is None:
                    raise self.fail(node, "a comparison stands in an indicator only: 1[a > 0].")
                self.made[key] = rule(node, shape)
            except UnsizedError as unsized:
                self.made[key] = unsized
            except FormulaError:
                raise
            except (RnnsymError, OverflowError) as error:
                raise self.fail(node, str(error)) from None
        made = self.made[key]
        if isinstance(made, UnsizedError):
            raise made
        return made

    def attempt(self, node: Node, shape: Shape | None = None) -> Expr | None:
        """The expression of `node` if it can be built from what it says itself."""
        try:
            return self.build(node, shape)
        except UnsizedError:
            return None

    def alike(self, nodes: Sequence[Node], shape: Shape | None) -> list[Expr]:
        """The expressions of operands that have one shape: what is left unsaid is taken from the others."""
        found = [self.attempt(node) for node in nodes]
        shapes = [expr.shape for expr in found if expr is not None and expr.shape]
        common = shapes[0] if shapes else shape
        exprs = [self.build(node, common) if expr is None else expr for node, expr in zip(nodes, found, strict=True)]
        for node, expr in zip(nodes, exprs, strict=True):
            if expr.shape and expr.shape != exprs[self._first(exprs)].shape:
                first = self._first(exprs)
                raise self.fail(node, f"{self._is(nodes[first], exprs[first])} and {self._is(node, expr)}: "
                                      "they must have one shape.")  # fmt: skip
        return exprs

    def fail(self, node: Node, reason: str) -> FormulaError:
        return FormulaError(self.text, node.start, reason)

    def said(self, node: Node) -> str:
        """The part of the formula, as it was written."""
        text = " ".join(self.text[node.start : node.end].split())
        return text if len(text) <= 40 else text[:39] + "…"

    def _is(self, node: Node, expr: Expr) -> str:
        return f"{self.said(node)} is {show(expr.shape) if expr.shape else 'a scalar'}"

    @staticmethod
    def _first(exprs: Sequence[Expr]) -> int:
        return next((i for i, expr in enumerate(exprs) if expr.shape), 0)

    # Rules. -------------------------------------------------------------------------------------------------------

    def _identity(self, node: Node, shape: Shape | None) -> Expr:
        if shape is None or len(shape) != 2 or shape[0] != shape[1]:
            raise UnsizedError(node, "the size of the identity I does not follow here: write diag(ones(H)).")
        return diag(ones(shape[:1]))

    def _negative(self, node: tree.Negative, shape: Shape | None) -> Expr:
        return NEG(self.build(node.body, shape))

    def _sum(self, node: tree.Sum, shape: Shape | None) -> Expr:
        if (size := dimension(node)) is not None and isinstance(size, str):
            return size_of((size,))
        exprs = lift(*self.alike([term for _, term in node.terms], shape))
        signed = zip(node.terms, exprs, strict=True)
        return ADD(*(NEG(expr) if minus else expr for (minus, _), expr in signed))

    def _times(self, node: tree.Times, shape: Shape | None) -> Expr:
        factors = [part for factor in node.factors for part in self.chains.scaled(factor)]
        return mul(*self.alike(factors, shape))

    def _kron(self, node: tree.Kron, shape: Shape | None) -> Expr:
        """A ⊗ bᵀ and bᵀ ⊗ A: of the two, the one that is a row is a vector."""
        sides = [part.body if isinstance(part, tree.Flip) else part for part in (node.left, node.right)]
        left, right = (self.build(side, None) for side in sides)
        if sorted((len(left.shape), len(right.shape))) != [1, 2]:
            raise self.fail(node, f"{self._is(node.left, left)} and {self._is(node.right, right)}: ⊗ stands between a "
                                  "matrix and a row.")  # fmt: skip
        flips = [transpose(e) if len(e.shape) == 2 and s is not p else e
                 for e, s, p in zip((left, right), sides, (node.left, node.right), strict=True)]  # fmt: skip
        return FUNCTIONS["kron"].build(*flips)

    def _quotient(self, node: tree.Quotient, shape: Shape | None) -> Expr:
        if isinstance(node.top, tree.Number) and isinstance(node.bottom, tree.Number) and node.bottom.value:
            return full(node.top.value / node.bottom.value, ())
        return div(*self.alike([node.top, node.bottom], shape))

    def _power(self, node: tree.Power, shape: Shape | None) -> Expr:
        return power(self.build(node.base, shape), node.exponent)

    def _flip(self, node: tree.Flip, shape: Shape | None) -> Expr:
        body = self.build(node.body, None if shape is None else shape[::-1])
        if len(body.shape) == 1:
            raise self.fail(node, f"{self.said(node)} is a row: it stands in products only, as in a bᵀ or aᵀ b.")
        return transpose(body)

    def _call(self, node: tree.Call, shape: Shape | None) -> Expr:
        if node.function in OF_SHAPE and len(node.args) == 1:
            if shape is None:
                raise UnsizedError(node, f"the shape of {self.said(node)} does not follow here.")
            return OF_SHAPE[node.function](self.build(node.args[0], None), shape)
        if node.function in OF_DIMENSIONS:
            return self._of_dimensions(node)
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise self.fail(node, f"'{node.function}' is no function of formulas.")
        if not function.least <= len(node.args) <= function.most:
            raise self.fail(node, f"{node.function} takes {count(function)}, not {len(node.args)}.")
        if function.alike:
            return function.build(*lift(*self.alike(node.args, shape)))
        return function.build(*(self.build(arg, None) for arg in node.args))

    def _of_dimensions(self, node: tree.Call) -> Expr:
        """A function whose arguments behind the first ones are rows or dimensions: `one_hot(k, N)`."""
        function = OF_DIMENSIONS[node.function]
        dims: list[Dim] = []
        for arg in node.args[function.exprs :]:
            dim = dimension(arg)
            if dim is None:
                raise self.fail(arg, f"{self.said(arg)} is no dimension: write a number, or a name such as H.")
            dims.append(dim)
        if not function.least <= len(node.args) <= function.most:
            raise self.fail(node, f"{node.function} takes {count(function)}, not {len(node.args)}.")
        return function.build(*(self.build(arg, None) for arg in node.args[: function.exprs]), *dims)

    def _entry(self, node: tree.Entry, shape: Shape | None) -> Expr:
        if isinstance(node.base, tree.Call) and node.base.function == "log_softmax" and self._is_label(node.index):
            return NEG(cross_entropy(self.build(node.base.args[0], None), self.build(node.index, None)))
        base = self.build(node.base, None)
        row = dimension(node.index)
        if row is not None and not self._is_label(node.index):
            return getitem(base, row)
        if isinstance(node.index, tree.Negative) and isinstance(node.index.body, tree.Number):
            return getitem(base, -int(node.index.body.value))
        label = self.build(node.index, None)
        if label.dtype != "int":
            raise self.fail(node.index, f"{self.said(node.index)} is no index: a whole number or a label is needed.")
        return take(base, label)

    def _is_label(self, node: Node) -> bool:
        return isinstance(node, tree.Quantity) and node.leaf.dtype == "int"

    def _rows(self, node: tree.Rows, shape: Shape | None) -> Expr:
        start, stop = dimension(node.start_row), dimension(node.stop_row)
        if start is None or stop is None:
            raise self.fail(node, "the rows of a slice are numbers or dimensions: v[0:H].")
        return getitem(self.build(node.base, None), slice(start, stop, node.step))

    def _indicator(self, node: tree.Indicator, shape: Shape | None) -> Expr:
        if isinstance(node.condition, tree.Comparison):
            return self._holds(node.condition, shape)
        if isinstance(node.condition, tree.Call) and node.condition.function == "argmax":
            return hardmax(self.build(node.condition.args[0], None))
        label = self.build(node.condition, None)
        if label.dtype != "int":
            raise self.fail(node.condition, "1[…] needs a comparison, as in 1[a > 0], or a label.")
        name = label.attrs[0] if label.prim is LEAF else None
        if isinstance(name, Name) and name in self.labels:
            return one_hot(label, self.labels[name])
        if shape is None or len(shape) != 1:
            raise UnsizedError(node, f"the size of {self.said(node)} does not follow here: write one_hot(…, N).")
        return one_hot(label, shape[0])

    def _holds(self, node: tree.Comparison, shape: Shape | None) -> Expr:
        left, right = node.left, node.right
        if node.sign in ("<", ">="):
            left, right = right, left
        if node.sign in ("<", ">"):
            if isinstance(right, tree.Number) and right.value == 0:
                return POSITIVE(self.build(left, shape))
            a, b = lift(*self.alike([left, right], shape))
            return POSITIVE(add(a, NEG(b)))
        return AT_MOST(*lift(*self.alike([left, right], shape)))

    def _norm(self, node: tree.SquaredNorm, shape: Shape | None) -> Expr:
        body = self.build(node.body, None)
        return sum_all(POWER(body, attrs=(2.0,)))

    def squared_error(self, half: Node, square: Node) -> Expr | None:
        """½ ‖y − target‖², and of scalars ½ (y − target)², as the loss that it is; None for anything else."""
        if not isinstance(half, tree.Number) or half.value != 0.5:
            return None
        body = square.body if isinstance(square, tree.SquaredNorm) else None
        if isinstance(square, tree.Power) and square.exponent == 2 and isinstance(square.base, tree.Group):
            body = square.base.body
        if not isinstance(body, tree.Sum) or [minus for minus, _ in body.terms] != [False, True]:
            return None
        y, target = lift(*self.alike([term for _, term in body.terms], None))
        scalars = isinstance(square, tree.Power)
        if scalars and (y.shape or not (target.prim is LEAF and target.attrs[0].role == Role.TARGET)):  # type: ignore[attr-defined]
            return None
        return squared_error(y, target)
