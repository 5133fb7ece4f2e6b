"""Equations of a program as text, in the default notation: vectors that are computed together by their members."""

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Interval, Name, Offset
from rnnsym.core.system import Piece, System
from rnnsym.derivation.form import now
from rnnsym.notation import Style, relation
from rnnsym.notation.trees import summary, written_size
from rnnsym.ops.indexing import CONCAT, SLICE
from rnnsym.ops.leaves import LEAF, leaf

LONGEST = 400
"""Nodes of a formula that is written out."""


def label(name: Name | None) -> str:
    return name.plain if name else ""


def equation(system: System, name: Name, piece: Piece, style: Style = "text") -> str:
    """One piece of an equation on one line."""
    head = _head(system, name)
    if written_size(piece.rhs) > LONGEST:
        return f"{relation(head, head, style=style).left} = {summary(piece.rhs)}"
    at = piece.domain.lo if piece.domain.single and system.timed(name) else None
    left, right = relation(head, piece.rhs, piece.domain if piece.total else None, style=style, at=at)
    return f"{left} = {right}"


def range_of(steps: Interval, direction: int) -> str:
    """The steps of a loop in their order."""
    return f"t = {steps.lo}…{steps.hi}" if direction > 0 else f"t = {steps.hi}…{steps.lo}"


def _head(system: System, name: Name) -> Expr:
    """The left side: a name, or the vectors that are its parts at the same step."""
    found = [each for each in system.equations if _is_part(system, each, name)]
    parts = [leaf(each, NOW, system.shape(each)) for each in found]
    return CONCAT(*parts) if len(parts) > 1 else now(system, name)


def _is_part(system: System, name: Name, whole: Name) -> bool:
    pieces = system.equations[name]
    rhs = pieces[0].rhs
    if len(pieces) != 1 or rhs.prim is not SLICE or rhs.args[0].prim is not LEAF or len(rhs.shape) != 1:
        return False
    return rhs.args[0].attrs == (whole, Offset(0)) and system.timed(name)
