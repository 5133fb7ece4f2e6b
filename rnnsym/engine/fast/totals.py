"""Sums over steps and examples: matrix products where they can be, since BLAS sums fastest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Interval, Name, Offset
from rnnsym.core.system import Piece
from rnnsym.engine.fast.lookups import total_of_rows
from rnnsym.engine.fast.scope import Kind, Operand, Scope, count
from rnnsym.engine.scatter import terms
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.products import DOT
from rnnsym.ops.structure import OUTER, TRANSPOSE

if TYPE_CHECKING:
    from rnnsym.engine.fast.lowering import Lowering


def over(steps: Interval, lines: list[str]) -> Scope:
    """The scope of an equation on these steps."""
    return Scope(Kind.ONE if steps.single else Kind.ALL, lines, steps)


def total(low: "Lowering", lines: list[str], piece: Piece) -> str:
    """Σ over the steps of the piece and the examples, as one expression whose value is a new array."""
    scope = over(piece.domain, lines)
    text = _total(low, scope, piece.rhs)
    low.release(scope)
    return text


def total_of_examples(low: "Lowering", lines: list[str], piece: Piece, dest: Operand, about: str) -> None:
    """Σ over the steps, for each example on its own, into `dest`; `about` names it."""
    scope = over(piece.domain, lines)
    scope.about = about
    if scope.kind is Kind.ONE:
        low.write(scope, piece.rhs, dest)
    elif _varies(low, piece.rhs):
        scope.call("np.add.reduce", low.operand(scope, piece.rhs).text, "0", "None", dest.text)
    else:
        plain = Scope(Kind.PLAIN, lines)
        scope.call("np.multiply", low.operand(plain, piece.rhs).text, count(piece.domain), dest.text)
        low.release(plain)
    low.release(scope)


def _total(low: "Lowering", scope: Scope, node: Expr) -> str:
    found = terms(node)
    if any(term.rows for term in found):
        texts = [total_of_rows(low, scope, term.rows) if term.rows else _total(low, scope, term.expr) for term in found]
        return " + ".join(f"-{text}" if term.minus else text for term, text in zip(found, texts, strict=True))
    if node.prim is ADD:
        return "(" + " + ".join(_total(low, scope, arg) for arg in node.args) + ")"
    if node.prim is NEG:
        return f"-{_total(low, scope, node.args[0])}"
    if node.prim is TRANSPOSE:
        return f"{_total(low, scope, node.args[0])}.T"
    if node.prim is MUL and not node.shape and (split := _constants(low, node.args)):
        factors, rest = split
        return " * ".join([*(low.operand(scope, arg).text for arg in factors), _total(low, scope, rest)])
    if scope.kind is Kind.ALL and not _varies(low, node):
        return f"{count(scope.steps)} * {_total(low, Scope(Kind.PLAIN, scope.lines), node)}"  # type: ignore[arg-type]
    if node.prim is OUTER and all(_per_example(low, arg) for arg in node.args):
        return _outer(low, scope, *node.args)
    return _sum(low, scope, node)


def _outer(low: "Lowering", scope: Scope, left: Expr, right: Expr) -> str:
    """Σ a bᵀ as one product of matrices; where one of the two is the same at every step, the other is summed first."""
    if scope.kind is Kind.ALL and not all(_varies(low, arg) for arg in (left, right)):
        plain = Scope(Kind.PLAIN, scope.lines)
        texts = [
            f"np.add.reduce({low.filled(scope, arg).text}, 0)" if _varies(low, arg) else low.filled(plain, arg).text
            for arg in (left, right)
        ]
        low.release(plain)
        return f"np.dot({texts[0]}, {texts[1]}.T)" if low.batch else f"np.outer({texts[0]}, {texts[1]})"
    first, second = (low.table(scope, low.filled(scope, arg), low.event(arg)[0]) for arg in (left, right))
    return f"{low.once(f'{first}.dot')}({low.fixed.bind(f'{second}.T')})"


def _constants(low: "Lowering", args: Sequence[Expr]) -> tuple[list[Expr], Expr] | None:
    """Factors that neither steps nor examples change, and the rest."""
    factors = [arg for arg in args if not any(_is_per_example(low, leaf) for leaf in leaves([arg]))]
    rest = [arg for arg in args if arg not in factors]
    return (factors, MUL(*rest)) if factors and rest else None


def _sum(low: "Lowering", scope: Scope, node: Expr) -> str:
    """The sum over all leading axes of a value."""
    whole = all(_per_example(low, arg) and (scope.kind is not Kind.ALL or _varies(low, arg)) for arg in node.args)
    if node.prim is DOT and whole:
        left, right = (low.operand(scope, arg) for arg in node.args)
        if left.solid and right.solid:
            return f"{low.once(f'{left.text}.ravel().dot')}({low.fixed.bind(f'{right.text}.ravel()')})"
    value = low.filled(scope, node)
    if value.shared or not _per_example(low, node):
        return f"{low.batch or 1} * {value.text}"
    if len(node.shape) == 1:
        table = low.table(scope, value, low.event(node)[0])
        return f"{low.once(f'{table}.dot')}({low.fixed.bind(f'np.ones({table}.shape[1], kind)', 'c')})"
    axes = [0] * (scope.kind is Kind.ALL) + [-1] * bool(low.batch)
    return f"np.add.reduce({value.text}, {tuple(axes)})"


def _per_example(low: "Lowering", node: Expr) -> bool:
    return any(_is_per_example(low, leaf) for leaf in leaves([node]))


def _is_per_example(low: "Lowering", leaf: Expr) -> bool:
    name = leaf.attrs[0]
    assert isinstance(name, Name)
    return name.batched or low.stores.system.timed(name)


def _varies(low: "Lowering", node: Expr) -> bool:
    """Whether the value has an axis of steps."""
    return any(
        low.stores.system.timed(leaf.attrs[0]) and isinstance(leaf.attrs[1], Offset)  # type: ignore[arg-type]
        for leaf in leaves([node])
    )
