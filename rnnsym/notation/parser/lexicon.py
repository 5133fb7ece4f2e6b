"""How everything in a scope is spelt: the printer's own spellings in a profile, and the labels that people type.

A quantity is looked up by its whole spelling, index of time included, so that no profile's way of writing time or
adjoints is known here: the printer is asked how it would write each name at each time that can occur, with the marks
of the profile for its path and with the path itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, Fixed, Name, Offset, Point, Role, TimeMap
from rnnsym.notation.orientation import is_stored_transposed
from rnnsym.notation.parser.scope import PLAIN_ROLES, Known, Scope
from rnnsym.notation.profile import Notation, Style
from rnnsym.notation.symbols import When, symbol
from rnnsym.ops.structure import transpose

STYLES: tuple[Style, Style] = ("text", "ascii")
MOST_NUMBERS, LARGEST_STEP = 32, 10_000
ADJOINT_MARKS, DERIVATIVE_MARKS = ("d", "δ", "∂"), ("dL/d", "∂L/∂", "∂L/d")


@dataclass
class Lexicon:
    """`spelt`: whole spellings with their time; `labels`: names as they are typed, to which a time is added. `starts`:
    the characters that a name begins with. It grows by the numbers that occur as steps."""

    scope: Scope
    notation: Notation
    at: Point | None
    labels: Mapping[str, Known]
    spelt: dict[str, tuple[Known, TimeMap]] = field(default_factory=dict)
    steps: set[int] = field(default_factory=set)
    longest: int = 0
    starts: frozenset[str] = frozenset()

    def quantity(self, spelling: str) -> Expr | None:
        """What is spelt so, at its time; None for nothing."""
        found = self.spelt.get(spelling)
        return None if found is None else canonical(*found, self.notation)

    def names(self) -> list[str]:
        """What there is to be named, for a suggestion."""
        return list(dict.fromkeys([*self.labels, *self.spelt]))

    def learn(self, numbers: Iterable[int]) -> None:
        """Spell every name at these steps too."""
        new = [n for n in numbers if n not in self.steps][: MOST_NUMBERS - len(self.steps)]
        if not new:
            return
        unmarked = replace(self.notation, paths={})
        for style, notation in (*((style, self.notation) for style in STYLES), ("text", unmarked)):
            for entry in self.scope.known:
                if notation is unmarked and not _has_path(entry.name):
                    continue
                for time in _times(entry, new, first=not self.steps):
                    spelling = symbol(entry.name, time, notation, style, When("t", self.at)).text
                    self.spelt.setdefault(spelling, (entry, time))
        self.steps.update(new)
        self.longest = max(map(len, (*self.spelt, *self.labels)), default=0)
        self.starts = frozenset(spelling[0] for spelling in (*self.spelt, *self.labels))


def lexicon(scope: Scope, notation: Notation, numbers: Iterable[int], at: Point | None) -> Lexicon:
    """The spellings of `scope` for a formula in which these whole numbers occur; `at` is the step that t stands for."""
    found: Lexicon = scope.remembered((at,), notation, lambda: _lexicon(scope, notation, at))
    if len(found.steps) >= MOST_NUMBERS:
        found = _lexicon(scope, notation, at)
    found.learn(numbers)
    return found


def _lexicon(scope: Scope, notation: Notation, at: Point | None) -> Lexicon:
    labels: dict[str, Known] = {}
    for entry in scope.known:
        for label in _labels(entry):
            labels.setdefault(label, entry)
    found = Lexicon(scope, notation, at, labels)
    found.learn((0, 1))
    return found


def canonical(entry: Known, time: TimeMap, notation: Notation) -> Expr:
    """What a name stands for: of a weight that the notation stores transposed, the transpose."""
    leaf = entry.at(time)
    turned = len(entry.shape) == 2 and is_stored_transposed(entry.name, notation)
    return transpose(leaf) if turned else leaf


def _times(entry: Known, steps: Sequence[int], first: bool) -> Iterator[TimeMap]:
    if entry.free and first:
        yield FREE
    if entry.timed:
        yield from (Offset(sign * k) for k in steps for sign in (1, -1))
        yield from (Fixed(Point(1, sign * k)) for k in steps for sign in (-1, 1))
        yield from (Fixed(Point(0, k)) for k in steps)


def _has_path(name: Name) -> bool:
    return bool(name.path) or any(map(_has_path, name.of))


def _labels(entry: Known) -> Iterator[str]:
    """`W_f`, `layer1.h`; `dh` and `δh` for an adjoint, `dL/dU` and `dU` for a gradient, `loss` for the total."""
    name = entry.name
    match name.role:
        case Role.ADJOINT:
            yield from (mark + name.label for mark in ADJOINT_MARKS)
        case Role.GRADIENT:
            yield from (mark + name.label for mark in (*DERIVATIVE_MARKS, "d"))
        case Role.TOTAL:
            yield from (name.label, "loss")
        case role if role in PLAIN_ROLES:
            yield name.label
    yield name.plain


def whole_numbers(text: str) -> list[int]:
    """The whole numbers in a formula that can be steps, also those in subscripts and superscripts."""
    runs = re.findall(r"[0-9]+", text.translate(_PLAIN_DIGITS))
    return [n for n in dict.fromkeys(int(run) for run in runs if len(run) < 6) if n <= LARGEST_STEP]


_PLAIN_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789" * 2)
