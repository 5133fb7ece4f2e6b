"""Equations of a loop that are linear in what it computes, as sums of coefficient ⊙ member, with few terms."""

from collections.abc import Sequence
from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval, Name, Offset
from rnnsym.core.system import Piece, System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, flattened, moved, names_in, product_of, reading, sum_of
from rnnsym.engine.passes.joined import vanishes_outside
from rnnsym.engine.passes.loops import Loop, loops
from rnnsym.engine.passes.trimmed import kept
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG, div
from rnnsym.ops.indexing import CONCAT, EMBED, INDEX, PLACE, SLICE
from rnnsym.ops.leaves import ones
from rnnsym.ops.products import DOT, MATVEC
from rnnsym.ops.structure import BROADCAST, SUM, TRANSPOSE

LINEAR = (ADD, NEG, MUL, MATVEC, DOT, DIVIDE, BROADCAST, SUM, TRANSPOSE, CONCAT, EMBED, INDEX, PLACE, SLICE)


class Term(NamedTuple):
    """factors ⊙ core: `factors` do not depend on the loop, `core` is a member or something linear of it.

    A term that does not depend on the loop has no core."""

    factors: tuple[Expr, ...]
    core: Expr | None


def collected(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Members that are a multiple of another are written out where they are read; equal members stand once in a sum.

    Nothing where a loop makes its own factors: there the multiple is cheaper than a coefficient more.
    """
    if not choices.factors_ahead:
        return system
    draft = Draft(system)
    for loop in dict.fromkeys(loops(system).values()):
        pieces = [piece for name in loop.names for piece in draft.equations[name] if loop.turns(piece)]
        if all(is_linear(piece.rhs, loop.members) for piece in pieces):
            _collect(draft, loop)
    return kept(draft.system, wanted)


def is_linear(expr: Expr, members: frozenset[Name]) -> bool:
    """Whether the value is linear in what the loop computes, or does not depend on it."""
    if not names_in(expr) & members or not expr.args:
        return True
    used = [arg for arg in expr.args if names_in(arg) & members]
    if expr.prim not in LINEAR or (expr.prim in (MUL, MATVEC, DOT) and len(used) > 1):
        return False
    if expr.prim is DIVIDE and expr.args[1] in used:
        return False
    return all(is_linear(arg, members) for arg in used)


def _collect(draft: Draft, loop: Loop) -> None:
    for _ in range(len(loop.names)):
        before = [draft.equations[name] for name in loop.names]
        for name in loop.names:
            draft.equations[name] = tuple(
                piece._replace(rhs=simplified(piece.rhs, loop.members)) if loop.turns(piece) else piece
                for piece in draft.equations[name]
            )
        for name in loop.names:
            _write_out(draft, loop, name)
        if before == [draft.equations[name] for name in loop.names]:
            return


def _write_out(draft: Draft, loop: Loop, name: Name) -> None:
    """Replace `name` in sums and products that read it, where it is a coefficient times another member."""
    (piece, *others) = draft.equations[name]
    parts = terms(piece.rhs, loop.members)
    if others or len(parts) != 1 or parts[0].core is None or parts[0].core.args:
        return
    if parts[0].core.attrs[0] == name:
        return

    for reader in loop.names:
        if reader == name:
            continue
        new = []
        for target in draft.equations[reader]:
            known = {
                read.leaf: moved(piece.rhs, read.time.k)
                for read in reading(target.rhs)
                if read.name == name
                and isinstance(read.time, Offset)
                and _is_value(draft, piece, read.time.k, target.domain)
            }
            new.append(target._replace(rhs=_outside_products(target.rhs, known)) if known else target)
        draft.equations[reader] = tuple(new)


def _is_value(draft: Draft, piece: Piece, k: int, steps: Interval) -> bool:
    """Whether the formula of `piece`, at t + k, has the value of its name at every t of `steps`."""
    domain = piece.domain.shift(-k)
    return domain.covers(steps) or vanishes_outside(draft, moved(piece.rhs, k), domain, steps)


def _outside_products(expr: Expr, known: dict[Expr, Expr]) -> Expr:
    """`expr` with the keys of `known` replaced where they stand in sums, products and quotients."""
    if expr in known:
        return known[expr]
    if expr.prim not in (ADD, MUL, NEG, DIVIDE):
        return expr
    args = tuple(_outside_products(arg, known) for arg in expr.args)
    built = expr.prim(*args, attrs=expr.attrs)
    return flattened(built)


def terms(expr: Expr, members: frozenset[Name]) -> list[Term]:
    """`expr` as a sum."""
    if not names_in(expr) & members:
        return [Term((expr,), None)]
    if expr.prim is ADD:
        return [term for arg in expr.args for term in terms(arg, members)]
    if expr.prim is NEG:
        return [Term((-ones(expr.shape), *factors), core) for factors, core in terms(expr.args[0], members)]
    if expr.prim is MUL:
        outside = tuple(arg for arg in expr.args if not names_in(arg) & members)
        (inside,) = (arg for arg in expr.args if names_in(arg) & members)
        return _spread(outside, terms(inside, members), inside)
    if expr.prim is DIVIDE:
        return _spread((div(1.0, expr.args[1]),), terms(expr.args[0], members), expr.args[0])
    return [Term((), expr)]


def _spread(outside: tuple[Expr, ...], inner: list[Term], whole: Expr) -> list[Term]:
    """`outside` ⊙ a sum: term by term, if that takes no more products than one for the whole sum."""
    plain = [term for term in inner if term.core is not None and not term.factors]
    scaled = [term for term in inner if term.core is not None and term.factors]
    if len(inner) == 1 or (scaled and len(plain) < 2):
        return [Term((*outside, *factors), core) for factors, core in inner]
    return [Term(outside, whole)]


def simplified(expr: Expr, members: frozenset[Name]) -> Expr:
    """`expr` with equal members of a sum collected: a ⊙ e + b ⊙ e is (a + b) ⊙ e."""
    if not names_in(expr) & members or not expr.args:
        return expr
    groups: dict[Expr | None, list[tuple[Expr, ...]]] = {}
    for factors, core in terms(expr, members):
        core = _below(core, members) if core is not None else None
        groups.setdefault(core, []).append(factors)
    return sum_of(_joined(core, factors, expr) for core, factors in groups.items())


def _below(core: Expr, members: frozenset[Name]) -> Expr:
    """A core with the sums under it simplified."""
    if not core.args or core.prim is ADD:
        return simplified(core, members)
    args = tuple(simplified(arg, members) for arg in core.args)
    return core if args == core.args else core.prim(*args, attrs=core.attrs)


def _joined(core: Expr | None, factors: list[tuple[Expr, ...]], like: Expr) -> Expr:
    coefficients = [product_of([ones(like.shape), *each]) for each in factors]
    total = sum_of(coefficients)
    return total if core is None else product_of([total, core])
