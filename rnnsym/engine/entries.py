"""Single entries of arrays, on which NumPy and the rules of primitives for SymPy compute expressions."""

from typing import Any

from rnnsym.core.expr import Expr
from rnnsym.errors import InputError
from rnnsym.ops.elementwise import EXP, LOG
from rnnsym.ops.leaves import as_expr


class Entry:
    """One entry of an array while it is computed: an expression without NumPy's attention."""

    __slots__ = ("expr",)

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    def __add__(self, other: Any) -> "Entry":
        return Entry(self.expr + bare(other))

    def __sub__(self, other: Any) -> "Entry":
        return Entry(self.expr - bare(other))

    def __mul__(self, other: Any) -> "Entry":
        return Entry(self.expr * bare(other))

    def __truediv__(self, other: Any) -> "Entry":
        return Entry(self.expr / bare(other))

    def __pow__(self, other: Any) -> "Entry":
        return Entry(self.expr ** float(other))

    def __neg__(self) -> "Entry":
        return Entry(-self.expr)

    def __pos__(self) -> "Entry":
        return self

    def __rsub__(self, other: Any) -> "Entry":
        return Entry(bare(other) - self.expr)

    def __rtruediv__(self, other: Any) -> "Entry":
        return Entry(bare(other) / self.expr)

    __radd__, __rmul__ = __add__, __mul__


def bare(value: Any) -> Expr:
    """An entry or a number as an expression."""
    return value.expr if isinstance(value, Entry) else as_expr(float(value))


class Functions:
    """What the rules of primitives for SymPy call, on entries."""

    @staticmethod
    def exp(x: Any) -> Entry:
        return Entry(EXP(bare(x)))

    @staticmethod
    def log(x: Any) -> Entry:
        return Entry(LOG(bare(x)))

    @staticmethod
    def Integer(value: int) -> float:
        return float(value)

    def __getattr__(self, name: str) -> Any:
        raise InputError(f"a choice between entries ({name}) has no scalar formula: use soft feedback and no pooling.")


FUNCTIONS = Functions()
