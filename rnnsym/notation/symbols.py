"""How a quantity is spelt by its role: `hₜ₋₁`, `δhₜ`, `∂L/∂U`, `R{hₜ}`, `∂hₜ/∂cₜ₋₁`, `∂⁺hₜ/∂U`.

The adjoint of h is δhₜ, h̄ₜ or ∂L/∂hₜ, by the adjoint style of the notation; gradients of parameters are ∂L/∂U in all of
them, and the slope of a loss that is given from outside is ∂Lₜ/∂hₜ. What a derivative is taken of and in is spelt as
that quantity. A weight that the notation stores transposed is W′ = Wᵀ, spelt W; a derivative in the entries of the
canonical matrix is therefore spelt ∂hₜ/∂Wᵀ.
"""

from rnnsym.core.names import FREE, START, STEP_AFTER, Fixed, Name, Offset, Role, TimeMap
from rnnsym.notation.orientation import is_stored_transposed
from rnnsym.notation.profile import Notation, Style
from rnnsym.notation.spelling import (
    ADJOINT_BINDING,
    ATOM_BINDING,
    SCRIPT_BINDING,
    Piece,
    When,
    index,
    lowered,
    spelt,
)

__all__ = ["ADJOINT_BINDING", "ATOM_BINDING", "SCRIPT_BINDING", "Piece", "When", "lowered", "symbol"]

LOSS = "L"
DERIVATIVE_BINDING = 35


def symbol(name: Name, time: TimeMap, notation: Notation, style: Style, at: When) -> Piece:
    """The spelling of `name` at `time`."""
    return _Spelling(notation, style, at).symbol(name, time)


class _Spelling:
    """One style of one notation, and how it says time."""

    def __init__(self, notation: Notation, style: Style, at: When) -> None:
        self.notation, self.style, self.at = notation, style, at
        self.glyphs, self.pairs = notation.glyphs[style], notation.pairs[style]

    def symbol(self, name: Name, time: TimeMap) -> Piece:
        match name.role:
            case Role.ADJOINT:
                return self._adjoint(name, time)
            case Role.GRADIENT:
                return self._derivative(self._loss(Role.TOTAL), self._of(name.as_role(Role.PARAM), FREE))
            case Role.SEED:
                bottom = self._of(name.as_role(Role.CARRY), time)
                return self._derivative(self._of(Name(Role.LOSS, LOSS), time), bottom)
            case Role.TANGENT:
                left, right = self.pairs["tangent"]
                return Piece(left + self.symbol(name.of[0], time).text + right)
            case Role.JACOBIAN:
                return self._jacobian(name, time)
            case Role.SENSITIVITY | Role.IMMEDIATE:
                sign = "partial" if name.role == Role.SENSITIVITY else "immediate"
                return self._derivative(self._of(name.of[0], time), self._bottom(name.of[1]), sign)
        return self._of(name, time)

    def _of(self, name: Name, time: TimeMap) -> Piece:
        """A quantity itself, whatever its role. An initial value is the one at step 0."""
        when = Fixed(START.lo) if name.role == Role.INITIAL else time
        return spelt(name, index(when, self.at), self.notation, self.style)

    def _loss(self, role: Role) -> Piece:
        return self._of(Name(role, LOSS), FREE)

    def _adjoint(self, name: Name, time: TimeMap) -> Piece:
        mark = self.notation.adjoints[self.notation.adjoint][self.style]
        if mark.place == "derivative":
            return self._derivative(self._loss(Role.TOTAL), self._of(name, time))
        if mark.place == "over":
            return spelt(name, index(time, self.at), self.notation, self.style, mark)
        body = self._of(name, time)
        return Piece(mark.left + body.text + mark.right, min(body.binding, ADJOINT_BINDING))

    def _derivative(self, top: Piece, bottom: Piece, sign: str = "partial") -> Piece:
        over, under = self.glyphs[sign] + top.text, self.glyphs["partial"] + bottom.text
        if self.style == "latex":
            return Piece(rf"\frac{{{over}}}{{{under}}}", DERIVATIVE_BINDING)
        return Piece(f"{over}/{under}", DERIVATIVE_BINDING)

    def _bottom(self, param: Name) -> Piece:
        """What a derivative is taken in: the canonical matrix, also where its transpose is stored."""
        body = self.symbol(param, FREE)
        if not is_stored_transposed(param, self.notation):
            return body
        left, right = self.pairs["round"] if body.binding < ADJOINT_BINDING else ("", "")
        return Piece(left + body.text + right + self.glyphs["transpose"])

    def _jacobian(self, name: Name, time: TimeMap) -> Piece:
        """∂s_t/∂p_{t-1}, or ∂s_t/∂p_{t+1} in a reversed chain, with what it goes through where that is said."""
        state, source = name.of
        via = name.path[len(state.path) :]
        way, via = (1, via[1:]) if via[:1] == (STEP_AFTER,) else (-1, via)
        found = self._derivative(self._of(state, time), self._of(source, _moved(time, way)))
        if not via:
            return found
        left, right = self.pairs["through"]
        through = ",".join(spelt(Name(Role.EQUATION, part), "", self.notation, self.style).text for part in via)
        return Piece(left + found.text + right.replace("{}", through), DERIVATIVE_BINDING)


def _moved(time: TimeMap, steps: int) -> TimeMap:
    match time:
        case Offset(k):
            return Offset(k + steps)
        case Fixed(point):
            return Fixed(point.shift(steps))
    return time
