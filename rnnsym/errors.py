"""Every error that rnnsym raises on purpose. Each message shows what is wrong, why, and the repair."""

from collections.abc import Iterable
from difflib import get_close_matches
from unicodedata import combining


class RnnsymError(Exception):
    """Base of all errors of this package; its text is meant for the person at the keyboard."""


class ShapeError(RnnsymError, ValueError):
    """Shapes do not fit: in an expression, a cell, or an array that was passed in."""


class UnknownNameError(RnnsymError, KeyError):
    """A name that does not exist here; the message gives the nearest one that does."""

    __str__ = Exception.__str__


class CellError(RnnsymError, ValueError):
    """A cell's declaration or its `step` breaks a rule of cells."""


class InputError(RnnsymError, ValueError):
    """A value given by the user cannot be used: empty, not finite, out of range."""


class MissingPackageError(RnnsymError, ImportError):
    """An optional package is needed and not installed; the message says how to install it."""


class FormulaError(InputError):
    """A formula that cannot be read: the message shows the place with a caret, the reason and the repair."""

    def __init__(self, formula: str, place: int, reason: str) -> None:
        self.formula, self.place, self.reason = formula, place, reason
        shown, caret = _excerpt(formula, place)
        super().__init__(f"{reason}\n  {shown}\n  {' ' * caret}^" if shown else reason)


class MisuseError(RnnsymError, TypeError):
    """An expression was used as if it were a number."""


class AttributeMisuseError(MisuseError, AttributeError):
    """An attribute that an expression does not have; Python's own protocols see an AttributeError."""


class DisconnectedError(RnnsymError, ValueError):
    """A gradient was asked for with respect to something the result does not depend on."""


class ScheduleError(RnnsymError, ValueError):
    """A system of equations that cannot be scheduled: mixed directions of time, or a read outside a domain."""


EXCERPT = 72


def _excerpt(formula: str, place: int) -> tuple[str, int]:
    """The part of a formula around a place, on one line, and where the place is in it."""
    start = max(place - EXCERPT // 2, 0) if len(formula) > EXCERPT else 0
    part = formula[start : start + EXCERPT]
    shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in part)
    left, right = "…" * (start > 0), "…" * (start + EXCERPT < len(formula))
    wide = sum(1 for c in part[: place - start] if not combining(c))
    return (f"{left}{shown}{right}", len(left) + wide) if shown.strip() else ("", 0)


def unknown(kind: str, name: object, options: Iterable[str]) -> UnknownNameError:
    """The error for an unknown `name`, with the nearest option and the whole list."""
    name, known = str(name), list(options)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if not near:
        near = [option for option in known if option.lower() == name.lower()]
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return UnknownNameError(f"unknown {kind} '{name}'.{hint} Known: {', '.join(known) or 'none'}.")
