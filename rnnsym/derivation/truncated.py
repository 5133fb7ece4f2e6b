"""Truncated backpropagation as a form: what is kept, what is dropped, and that both together are the gradient."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from itertools import count
from typing import Any, cast

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import BigSum, Infix, MathTree, Number, Superscript, Symbol, Word
from rnnsym.core.names import FREE, NOW, Name, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.ages import per_loss
from rnnsym.derivation.equations import Equation, Line, Statement, lines
from rnnsym.derivation.form import DOWNWARDS, Compute, Form, Section, boundary, equals, recurrence
from rnnsym.derivation.reasons import Words
from rnnsym.derivation.stating import equation
from rnnsym.derivation.truncation import KEEP, Split, chunked, crossed, keeps
from rnnsym.errors import InputError, unknown
from rnnsym.notation import tree_of
from rnnsym.ops.leaves import leaf

WAYS = ("chunk", "loss")


def truncated(derived: Adjoint, window: int, per: str = "chunk", wanted: Iterable[Name] | None = None) -> Form:
    """Truncated backpropagation through time with K = `window`, and the terms that it drops.

    per: "chunk" (the gradient is cut between chunks of K steps, the state runs on) or "loss" (what each loss sends back
    is kept for K steps). Kept and dropped add up to the gradient, exactly. Every recurrence is cut; a seam between two
    of them is not. Raises InputError for a window below 1, UnknownNameError for another way.
    """
    if per not in WAYS:
        raise unknown("way to truncate", per, WAYS)
    if isinstance(window, bool) or not isinstance(window, int) or window < 1:
        raise InputError(f"the window of a truncation is a whole number of steps, 1 or more, not {window!r}.")
    telling = _Telling(derived, chunked(derived) if per == "chunk" else per_loss(derived, window), window, wanted)
    middle = telling.by_chunks() if per == "chunk" else telling.by_age()
    sections = (*telling.start.sections, *middle, telling.dropped(per), telling.together())
    supplied: dict[Name, Callable[[int], Any]] = {KEEP: partial(keeps, window)} if per == "chunk" else {}
    title = f"truncated after {window} steps, per {per}"
    kept = tuple(section for section in sections if section.lines)
    return Form("truncated", title, kept, telling.split.system, telling.computed, supplied=supplied)


@dataclass(frozen=True)
class _Telling:
    derived: Adjoint
    split: Split
    window: int
    wanted: Iterable[Name] | None
