"""The normal form of Jacobians: products of diagonal matrices as one, sums collected by what they multiply."""

from collections.abc import Sequence
from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.ops.arithmetic import ADD, MUL, NEG, add, mul
from rnnsym.ops.kronecker import KRON, KRON_LEFT, kron, kron_left
from rnnsym.ops.leaves import FULL, constant, number_in, ones
from rnnsym.ops.products import MATMUL, MATVEC, matmul
from rnnsym.ops.structure import BROADCAST, DIAG, OUTER, TRANSPOSE, diag, outer, transpose
from rnnsym.transforms.rewrite import normal_form, transform


def matrix_form(exprs: Sequence[Expr]) -> list[Expr]:
    """`exprs` as sums of products that have at most one diagonal matrix, in front, and scalars before it.

    diag(a) (diag(b) M + diag(c) M) is diag(a ⊙ (b + c)) M, diag(a) (I ⊗ bᵀ) is diag(a) ⊗ bᵀ, A (u vᵀ) is (A u) vᵀ.
    """
    return normal_form(transform(normal_form(exprs), _rewritten))


def _rewritten(node: Expr) -> Expr | None:
    """A node whose arguments are in this form, in this form."""
    if node.prim is MATMUL:
        return times(*node.args)
    if node.prim is MATVEC:
        return _applied(*node.args)
    if node.prim is TRANSPOSE:
        return _transposed(node.args[0])
    if node.prim is ADD and len(node.shape) == 2:
        return plus(*node.args)
    if node.prim is DIAG and node.args[0].prim is NEG:
        return -diag(node.args[0].args[0])
    if node.prim is OUTER:
        return _outer(*node.args)
    return None


def _unsigned(x: Expr) -> tuple[bool, Expr]:
    return (True, x.args[0]) if x.prim is NEG else (False, x)


def times(a: Expr, b: Expr) -> Expr:
    """The product of two matrices in this form."""
    (minus, a), (negative, b) = _unsigned(a), _unsigned(b)
    product = _product(a, b)
    return -product if minus != negative else product


def _product(a: Expr, b: Expr) -> Expr:
    if b.prim is MATMUL:
        return times(times(a, b.args[0]), b.args[1])
    if a.prim is OUTER:
        return _outer(a.args[0], _applied(_transposed(b), a.args[1]))
    if b.prim is OUTER:
        return _outer(_applied(a, b.args[0]), b.args[1])
    if b.prim is KRON:
        return kron(times(a, b.args[0]), b.args[1])
    if a.prim is DIAG:
        return _scaled_rows(a, b)
    return matmul(a, b)


def _scaled_rows(d: Expr, b: Expr) -> Expr:
    """The diagonal matrix `d` times `b`."""
    v = d.args[0]
    if b.prim is ADD:
        return plus(*(times(d, term) for term in b.args))
    if v.prim is BROADCAST:
        return mul(v.args[0], b)
    if v.prim is FULL:
        return mul(constant(number_in(v)), b)
    if b.prim is DIAG:
        return diag(mul(v, b.args[0]))
    if b.prim is KRON_LEFT:
        return kron_left(b.args[0], times(d, b.args[1]))
    return matmul(d, b)


def _outer(a: Expr, b: Expr) -> Expr:
    (minus, a), (negative, b) = _unsigned(a), _unsigned(b)
    return -outer(a, b) if minus != negative else outer(a, b)


def _applied(a: Expr, x: Expr) -> Expr:
    """A matrix times a vector."""
    minus, a = _unsigned(a)
    if minus:
        return -_applied(a, x)
    if a.prim is DIAG:
        return mul(a.args[0], x)
    if a.prim is MATMUL:
        return _applied(a.args[0], _applied(a.args[1], x))
    if a.prim is ADD:
        return add(*(_applied(term, x) for term in a.args))
    return matmul(a, x)


def _transposed(a: Expr) -> Expr:
    minus, a = _unsigned(a)
    if minus:
        return -_transposed(a)
    if a.prim is MATMUL:
        return times(_transposed(a.args[1]), _transposed(a.args[0]))
    if a.prim is OUTER:
        return outer(*a.args[::-1])
    if a.prim is ADD:
        return plus(*map(_transposed, a.args))
    return transpose(a)


# Sums. ----------------------------------------------------------------------------------------------------------


class Term(NamedTuple):
    """± diag(scale) body; without a diagonal matrix, `scale` is None."""

    minus: bool
    scale: Expr | None
    body: Expr
    whole: Expr


def plus(*terms: Expr) -> Expr:
    """The sum of matrices in this form: diag(a) M + diag(b) M is diag(a + b) M."""
    groups: dict[Expr, list[Term]] = {}
    for term in _flat(terms):
        part = _term(term)
        groups.setdefault(part.body, []).append(part)
    return add(*(_gathered(body, group) for body, group in groups.items()))


def _flat(terms: Sequence[Expr]) -> list[Expr]:
    found: list[Expr] = []
    for term in terms:
        minus, body = _unsigned(term)
        parts = body.args if body.prim is ADD else (body,)
        found += [-part for part in parts] if minus else parts
    return found


def _term(term: Expr) -> Term:
    minus, body = _unsigned(term)
    if body.prim is DIAG:
        return Term(minus, body.args[0], diag(ones(body.args[0].shape)), term)
    if (first := _first_factor(body)).prim is DIAG:
        return Term(minus, first.args[0], _without_first(body), term)
    if body.prim is KRON:
        inner = _term(body.args[0])
        return Term(minus, inner.scale, kron(inner.body, body.args[1]), term)
    return Term(minus, None, body, term)


def _first_factor(product: Expr) -> Expr:
    while product.prim is MATMUL:
        product = product.args[0]
    return product


def _without_first(product: Expr) -> Expr:
    """A product of two factors or more, which stand one by one from the left, without the first."""
    left, right = product.args
    return matmul(_without_first(left), right) if left.prim is MATMUL else right


def _gathered(body: Expr, group: Sequence[Term]) -> Expr:
    """The sum of terms that share their body, what is added before what is taken away."""
    ordered = sorted(group, key=lambda term: term.minus)
    scales = [-term.scale if term.minus else term.scale for term in ordered if term.scale is not None]
    if len(group) == 1 or len(scales) < len(group):
        return add(*(term.whole for term in group))
    return times(diag(_common_factors(scales)), body)


def _common_factors(scales: Sequence[Expr]) -> Expr:
    """A sum of products of vectors with the factors that all of them have behind it: (a − b) ⊙ c."""
    parts = [_unsigned(scale) for scale in scales]
    factors = [list(body.args) if body.prim is MUL else [body] for _, body in parts]
    common = [factor for factor in factors[0] if all(factor in others for others in factors[1:])]
    for others in factors:
        for factor in common:
            others.remove(factor)
    shape = scales[0].shape
    rests = [mul(*rest) if rest else ones(shape) for rest in factors]
    signed = [-rest if minus else rest for (minus, _), rest in zip(parts, rests, strict=True)]
    return mul(*normal_form([add(*signed)]), *common)
