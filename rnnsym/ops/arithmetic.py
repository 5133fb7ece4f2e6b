"""Sums, products, quotients and powers: the elementwise operations behind `+ - * / **`.

Operands have equal shapes; a scalar beside a vector or matrix is repeated by an explicit `broadcast` node.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim, Shape
from rnnsym.core.expr import OPERATORS, Expr
from rnnsym.core.mathtree import Fraction, Infix, MathTree, Negated, Number, Round, Superscript
from rnnsym.core.primitive import (
    ATOM_BINDING,
    POWER_BINDING,
    PREFIX_BINDING,
    PRODUCT_BINDING,
    SUM_BINDING,
    Code,
)  # fmt: skip
from rnnsym.errors import MisuseError
from rnnsym.ops.families import Elementwise, Pointwise, operands
from rnnsym.ops.leaves import FULL, as_expr, full, is_number, is_zero, number_in, zeros
from rnnsym.ops.structure import BROADCAST, broadcast
from rnnsym.ops.structured import Coder, Sizer, Structured, everywhere


class Fold(Pointwise):
    """A binary operation of NumPy on two operands or more, from left to right."""

    def __init__(self, name: str, kernel: np.ufunc, sign: str) -> None:
        super().__init__(name, [*everywhere(2), *everywhere(3)])
        self.kernel, self.sign = kernel, sign

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return reduce(self.kernel, args)


class Add(Fold):
    """The n-ary sum."""

    def simplify(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...], shape: Shape) -> Expr | None:
        terms = [arg for arg in args if not is_zero(arg)]
        if len(terms) > 1 and all(term.prim is FULL for term in terms):
            return full(sum(number_in(term) for term in terms), shape)
        if len(terms) == len(args) > 1:
            return None
        return self(*terms) if terms else zeros(shape)

    def __call__(self, *args: Expr, attrs: tuple[Hashable, ...] = ()) -> Expr:
        return args[0] if len(args) == 1 else super().__call__(*args)

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        return tangent

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        return cotangent

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        text, leading = "", False
        bodies = [arg.args[0] if arg.prim is NEG else arg for arg in node.args]
        for arg, piece in zip(node.args, operands(bodies, code), strict=True):
            minus = arg.prim is NEG
            sign = ("-" if minus else "") if not text else (" - " if minus else " + ")
            text += sign + piece.within(PREFIX_BINDING if minus else SUM_BINDING)
            leading |= piece.leading
        return Code(text, SUM_BINDING, leading)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        return Infix("add", tuple(self.operands(node, args)))


class Mul(Fold):
    """The n-ary elementwise product, a number first, then repeated scalars, then the rest as written."""

    def __call__(self, *args: Expr, attrs: tuple[Hashable, ...] = ()) -> Expr:
        shape = self.shape(args, ())
        factor, factors = 1.0, list[Expr]()
        for arg in args:
            number, rest = coefficient(arg)
            if number == 0.0:
                return zeros(shape)
            if not math.isfinite(factor * number) or factor * number == 0.0:
                number, rest = 1.0, (arg,)
            factor *= number
            factors.extend(rest)
        factors.sort(key=lambda arg: arg.prim is not BROADCAST)
        if abs(factor) != 1.0 or not factors:
            factors.insert(0, full(abs(factor), shape))
        product = factors[0] if len(factors) == 1 else super().__call__(*factors)
        return NEG(product) if factor < 0 else product

    def partial(self, node: Expr, i: int) -> Expr:
        return self(*(arg for j, arg in enumerate(node.args) if j != i))

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        pieces = operands(node.args, code)
        text = " * ".join(p.within(PRODUCT_BINDING + (i > 0)) for i, p in enumerate(pieces))
        return Code(text, PRODUCT_BINDING, any(p.leading for p in pieces))

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        """A minus inside a factor (of a loss: −log p) stands before the whole product."""
        minus = [isinstance(tree, Negated) and not _is_negated(arg) for arg, tree in zip(node.args, args, strict=True)]
        bare = [tree.body if out else tree for tree, out in zip(args, minus, strict=True)]  # type: ignore[union-attr]
        product = self._product(node, bare)
        return Negated(product) if sum(minus) % 2 else product

    def _product(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        if not node.shape:
            return Infix("scale", tuple(args))
        scalar = [arg.prim is FULL or arg.prim is BROADCAST for arg in node.args]
        args = [_of_one_number(arg, tree) for arg, tree in zip(node.args, self.operands(node, args), strict=True)]
        rest = tuple(tree for tree, thin in zip(args, scalar, strict=True) if not thin)
        body = rest if len(rest) < 2 else (Infix("hadamard", rest),)
        thin = tuple(tree for tree, is_thin in zip(args, scalar, strict=True) if is_thin)
        items = thin + body
        return items[0] if len(items) == 1 else Infix("scale", items)


class Power(Pointwise):
    """x ** n for a fixed number n; attrs are (n,)."""

    def __init__(self) -> None:
        samples = [sample for n in (2.0, 3.0, -1.0, 0.5) for sample in everywhere(1, (n,))]
        super().__init__("power", samples, domain="positive")

    def simplify(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...], shape: Shape) -> Expr | None:
        (x,), (n,) = args, attrs
        if x.prim is FULL and (value := _folded(number_in(x), n)) is not None:
            return full(value, shape)
        return {0.0: full(1.0, shape), 1.0: x}.get(n)  # type: ignore[call-overload, no-any-return]

    def partial(self, node: Expr, i: int) -> Expr:
        n: float = node.attrs[0]  # type: ignore[assignment]
        return mul(n, self(node.args[0], attrs=(n - 1.0,)))

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return args[0] ** _plain(node.attrs[0])

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        base = code(node.args[0])
        return Code(f"{base.within(ATOM_BINDING)}**{_plain(node.attrs[0])!r}", POWER_BINDING, base.leading)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        return Superscript(self.operands(node, args)[0], Number(float(node.attrs[0])))  # type: ignore[arg-type]


class Divide(Elementwise):
    """The elementwise quotient."""

    sign = "/"

    def __init__(self) -> None:
        partials = (lambda out, a, b: div(1.0, b), lambda out, a, b: -div(out, b))
        super().__init__("divide", np.divide, partials, lambda sp, a, b: a / b, domain="positive")

    def simplify(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...], shape: Shape) -> Expr | None:
        top, bottom = args
        if is_zero(top) or is_number(bottom, 1.0):
            return top
        if bottom.prim is FULL and number_in(bottom) and math.isfinite(1.0 / number_in(bottom)):
            return mul(top, 1.0 / number_in(bottom))
        return None

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        return div(cotangent, node.args[1]) if i == 0 else super().pull(node, i, cotangent)

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        top, bottom = operands(node.args, code)
        text = f"{top.within(PRODUCT_BINDING)} / {bottom.within(PRODUCT_BINDING + 1)}"
        return Code(text, PRODUCT_BINDING, top.leading or bottom.leading)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        top, bottom = self.operands(node, args)
        return Fraction(top, bottom)


def _is_negated(factor: Expr) -> bool:
    """Whether a factor is a repeated scalar with a minus: that minus stays with the scalar."""
    return factor.prim is BROADCAST and factor.args[0].prim is NEG


def _of_one_number(factor: Expr, tree: MathTree) -> MathTree:
    """A repeated scalar that is a product itself stands in brackets: `(w x) u` is not `w x u`."""
    product = isinstance(tree, Infix) and tree.op == "scale"
    return Round(tree) if product and factor.prim is BROADCAST and factor.args[0].prim is not FULL else tree


def _plain(n: Any) -> int | float:
    """The exponent as an integer where it is one: integer powers are exact, and complex ones keep their branch."""
    return int(n) if float(n).is_integer() else float(n)


def _folded(x: float, n: Any) -> float | None:
    """x ** n where it is a real and finite number: anything else is left to NumPy, which warns."""
    try:
        value = x**n
    except (ZeroDivisionError, OverflowError):
        return None
    return value if isinstance(value, float) and math.isfinite(value) else None


def _neg_source(node: Expr, code: Coder, size: Sizer) -> Code:
    body = code(node.args[0])
    return Code(f"-{body.within(PREFIX_BINDING)}", PREFIX_BINDING, body.leading)


def _neg_simplify(x: Expr) -> Expr | None:
    if x.prim is NEG:
        return x.args[0]
    return full(-number_in(x), x.shape) if x.prim is FULL else None


NEG: Structured = Structured(
    "neg",
    kernel=np.negative,
    shape=lambda x: x,
    pulls=[lambda c, node, x: -c],
    pushes=[lambda t, node, x: -t],
    tree=Negated,
    repeats=True,
    samples=everywhere(1),
    source=_neg_source,
    simplify=_neg_simplify,
)
ADD, MUL, DIVIDE, POWER = Add("add", np.add, "+"), Mul("mul", np.multiply, "*"), Divide(), Power()


def coefficient(x: Expr) -> tuple[float, tuple[Expr, ...]]:
    """`x` as a number times at most one factor: -(2 a b) is (-2, (a b,)). One, so that long products stay small."""
    if x.prim is NEG:
        number, factors = coefficient(x.args[0])
        return -number, factors
    if x.prim is FULL:
        return number_in(x), ()
    if x.prim is MUL and x.args[0].prim is FULL:
        return number_in(x.args[0]), (MUL(*x.args[1:]),)
    return 1.0, (x,)


def lift(*values: Any) -> tuple[Expr, ...]:
    """The operands as expressions of one shape: numbers become constants, scalars are repeated."""
    exprs = tuple(as_expr(value) for value in values)
    shapes = [expr.shape for expr in exprs if expr.shape]
    return tuple(broadcast(expr, shapes[0]) for expr in exprs) if shapes else exprs


def add(*terms: Any) -> Expr:
    """The elementwise sum of terms of one shape (scalars are repeated)."""
    return ADD(*lift(*terms))


def mul(*factors: Any) -> Expr:
    """The elementwise product of factors of one shape (scalars are repeated)."""
    return MUL(*lift(*factors))


def sub(a: Any, b: Any) -> Expr:
    a, b = lift(a, b)
    return ADD(a, NEG(b))


def div(a: Any, b: Any) -> Expr:
    return DIVIDE(*lift(a, b))


def power(x: Any, exponent: Any) -> Expr:
    """`x ** exponent` for a fixed number. Raises MisuseError for an exponent that is an expression."""
    if isinstance(exponent, Expr):
        if exponent.prim is not FULL:
            raise MisuseError("an exponent must be a number. For x ** y with positive x write rs.exp(y * rs.log(x)).")
        exponent = number_in(exponent)
    return POWER(as_expr(x), attrs=(float(exponent),))


OPERATORS.update(
    add=add, sub=sub, mul=mul, div=div, pow=power, neg=lambda x: NEG(as_expr(x)),
)  # fmt: skip
