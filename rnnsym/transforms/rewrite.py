"""Rewrites: substitution, and the normal form in which equations of a System are kept and printed."""

from collections.abc import Callable, Mapping, Sequence

from rnnsym.core.expr import Expr, topological
from rnnsym.ops.arithmetic import ADD, MUL, NEG, add, mul
from rnnsym.ops.indexing import PLACE, SLICE, concat, getitem
from rnnsym.ops.leaves import FULL, as_expr, number_in
from rnnsym.ops.products import dot
from rnnsym.ops.structure import BROADCAST, SUM, sum_all


def substitute(exprs: Sequence[Expr], mapping: Mapping[Expr, Expr]) -> list[Expr]:
    """`exprs` with every occurrence of a key replaced by its value; shared nodes are rebuilt once."""
    return transform(exprs, lambda node: None, mapping)


def transform(
    exprs: Sequence[Expr], rule: Callable[[Expr], Expr | None], mapping: Mapping[Expr, Expr] | None = None
) -> list[Expr]:
    """Rebuild `exprs` from the leaves up; `rule` may return a replacement for a rebuilt node."""
    mapping = mapping or {}
    new: dict[Expr, Expr] = {}
    for node in topological(exprs):
        if node in mapping:
            new[node] = mapping[node]
            continue
        args = tuple(new[arg] for arg in node.args)
        built = node if args == node.args else node.prim(*args, attrs=node.attrs)
        better = rule(built)
        new[node] = built if better is None else better
    return [new[expr] for expr in exprs]


def flatten(node: Expr) -> Expr | None:
    """a + (b + c) as one sum, a ⊙ (b ⊙ c) as one product."""
    for prim, build in ((ADD, add), (MUL, mul)):
        if node.prim is prim and any(arg.prim is prim for arg in node.args):
            parts = [part for arg in node.args for part in (arg.args if arg.prim is prim else (arg,))]
            return build(*parts)
    if node.prim is NEG and node.args[0].prim is ADD:
        return add(*(-term for term in node.args[0].args))
    return None


def collect(node: Expr) -> Expr | None:
    """Terms of a sum that share their first factor become one: e ⊙ a − e ⊙ b is e ⊙ (a − b)."""
    if node.prim is not ADD:
        return None
    if all(term.prim is PLACE for term in node.args):
        return gathered(node.args)
    groups: dict[Expr, list[Expr]] = {}
    for term in node.args:
        groups.setdefault(_first_factor(term), []).append(term)
    if len(groups) == len(node.args):
        return None
    return add(*(terms[0] if len(terms) == 1 else _factored(head, terms) for head, terms in groups.items()))


def gathered(places: Sequence[Expr]) -> Expr | None:
    """Numbers put each in a row of its own are a vector, where no row is left out: [a, b]."""
    entries = {place.attrs[0]: place.args[0] for place in places}
    if any(entry.shape for entry in entries.values()) or len(entries) < len(places):
        return None
    if places[0].attrs[1] != len(places):
        return None
    return concat([entries[row] for row in range(len(places))])


def _unsigned(term: Expr) -> tuple[bool, Expr]:
    return (True, term.args[0]) if term.prim is NEG else (False, term)


def _first_factor(term: Expr) -> Expr:
    _, body = _unsigned(term)
    return body.args[0] if body.prim is MUL and body.args[0].prim is not FULL else body


def _factored(head: Expr, terms: Sequence[Expr]) -> Expr:
    """head ⊙ (the rest of each term), what is added before what is taken away."""
    added, taken = list[Expr](), list[Expr]()
    for term in terms:
        minus, body = _unsigned(term)
        rest = as_expr(1.0) if body is head else mul(*body.args[1:])
        (taken if minus else added).append(rest)
    return mul(head, add(*added, *(-rest for rest in taken)))


def flat(exprs: Sequence[Expr]) -> list[Expr]:
    """Sums of sums and products of products as one."""
    return transform(exprs, flatten)


def contract(node: Expr) -> Expr | None:
    """The sum of the entries of a product of vectors is a dot product: Σ a ⊙ b is a · b; scalars stand before it.

    The sum of a single entry is the entry.
    """
    if node.prim is not SUM or len(node.args[0].shape) != 1:
        return None
    minus, body = _unsigned(node.args[0])
    if body.prim is SLICE and body.shape == (1,):
        entry = getitem(body.args[0], body.attrs[0])
        return -entry if minus else entry
    if body.prim is not MUL:
        return -sum_all(body) if minus else None
    repeated = [arg for arg in body.args if arg.prim in (FULL, BROADCAST)]
    vectors = [arg for arg in body.args if arg not in set(repeated)]
    if not vectors:
        return None
    scalars = [number_in(arg) if arg.prim is FULL else arg.args[0] for arg in repeated]
    total = dot(mul(*vectors[:-1]), vectors[-1]) if len(vectors) > 1 else sum_all(vectors[0])
    product = mul(*scalars, total)
    return -product if minus else product


def normal_form(exprs: Sequence[Expr]) -> list[Expr]:
    """Sums and products flattened, sums of products as dot products, terms with a common first factor collected."""
    return transform(transform(flat(exprs), contract), collect)
