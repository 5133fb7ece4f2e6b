"""How a named quantity at a time is spelt: `hₜ₋₁`, `h[t-1]`, `h_{t-1}`; `a_f,ₜ`; `δhₜ`; `∂L/∂U`.

A symbol is a base with labels (`W_f` is W with the label f) and an index of time. Characters without a Unicode
subscript are never dropped: the row is lowered by an underscore instead, as in `h_T`.
"""

import re
from typing import NamedTuple

from rnnsym.core.names import FREE, START, Fixed, Free, Name, Offset, Point, Role, TimeMap
from rnnsym.notation.profile import Notation, Style

LOSS = "L"
DERIVATIVE_BINDING, ADJOINT_BINDING, ATOM_BINDING = 35, 45, 50


class Piece(NamedTuple):
    """Text with how tightly it holds together, and the operator at its top (empty for none)."""

    text: str
    binding: int = ATOM_BINDING
    operator: str = ""


class Parts(NamedTuple):
    """A symbol taken apart: `layer1.W_ih` is ("W", ("ih",), ("layer1",))."""

    base: str
    labels: tuple[str, ...]
    path: tuple[str, ...]


class When(NamedTuple):
    """How a time is said: the letter of the step, and the step that it stands for, or None to keep the letter."""

    letter: str = "t"
    at: Point | None = None


def symbol(name: Name, time: TimeMap, notation: Notation, style: Style, at: When) -> Piece:
    """The spelling of `name` at `time`."""
    match name.role:
        case Role.GRADIENT:
            return _derivative(Name(Role.TOTAL, LOSS), name.as_role(Role.PARAM), FREE, notation, style, at)
        case Role.SEED:
            return _derivative(Name(Role.LOSS, LOSS), name.as_role(Role.CARRY), time, notation, style, at)
        case Role.ADJOINT:
            body = _plain(name, time, notation, style, at)
            return Piece(notation.glyphs[style]["adjoint"] + body, ADJOINT_BINDING)
        case Role.INITIAL:
            return Piece(_plain(name, Fixed(START.lo), notation, style, at))
    return Piece(_plain(name, time, notation, style, at))


def _derivative(top: Name, bottom: Name, time: TimeMap, notation: Notation, style: Style, at: When) -> Piece:
    partial = notation.glyphs[style]["partial"]
    over, under = (partial + _plain(name, time, notation, style, at) for name in (top, bottom))
    if style == "latex":
        return Piece(rf"\frac{{{over}}}{{{under}}}", DERIVATIVE_BINDING)
    return Piece(f"{over}/{under}", DERIVATIVE_BINDING)


def _plain(name: Name, time: TimeMap, notation: Notation, style: Style, at: When) -> str:
    parts = take_apart(Name(name.role, notation.symbols.get(name.label, name.symbol), name.path))
    return _SPELL[style](parts, index(time, at), notation)


def take_apart(name: Name) -> Parts:
    """Base and labels: what stands before the first underscore, and what stands after it."""
    base, _, rest = name.symbol.partition("_")
    if not base:
        return Parts(name.symbol, (), name.path)
    return Parts(base, tuple(label for label in rest.split("_") if label), name.path)


def index(time: TimeMap, when: When) -> str:
    """The index of time in ASCII: `t-1`, `T`, `0`; empty for a quantity that is not in time."""
    match time:
        case Offset(k) if when.at is None:
            return f"{when.letter}{k:+d}" if k else when.letter
        case Offset(k):
            return str(when.at.shift(k)) if when.at is not None else ""
        case Fixed(point):
            return str(point)
        case Free():
            return ""


def lowered(script: str, notation: Notation) -> str:
    """`script` in Unicode subscripts where every character has one; else after an underscore: `_T`, `_(T−1)`."""
    if all(character in notation.subscripts for character in script):
        return "".join(notation.subscripts[character] for character in script)
    return f"_{script}" if script.isalnum() else f"_({script.replace('-', notation.glyphs['text']['minus'])})"


def _text(parts: Parts, time: str, notation: Notation) -> str:
    base = ".".join((*parts.path, notation.greek.get(parts.base, parts.base)))
    if not parts.labels:
        return base + lowered(time, notation) if time else base
    labels = ",".join(notation.greek.get(label, label) for label in parts.labels)
    if not time:
        return base + (lowered(labels, notation) if labels.isdecimal() else f"_{labels}")
    return f"{base}_{labels},{lowered(time, notation).removeprefix('_')}"


def _ascii(parts: Parts, time: str, notation: Notation) -> str:
    words = {glyph: word for word, glyph in notation.greek.items()}
    name = ".".join((*parts.path, "_".join((parts.base, *parts.labels))))
    spelt = "".join(words.get(c, c if c.isascii() else f"u{ord(c):04x}") for c in name)
    return f"{spelt}[{time}]" if time else spelt


def _latex(parts: Parts, time: str, notation: Notation) -> str:
    base, digits = re.fullmatch(r"(.*?)(\d*)", parts.base, re.DOTALL).groups()  # type: ignore[union-attr]
    labels = [_latex_word(label, notation) for label in (*parts.path, digits if base else "", *parts.labels) if label]
    script = ",".join([*labels, *([time] if time else [])])
    return _latex_word(base or digits, notation) + (_subscripted(script) if script else "")


def _subscripted(script: str) -> str:
    return f"_{script}" if len(script) == 1 else f"_{{{script}}}"


def _latex_word(word: str, notation: Notation) -> str:
    """One letter in italics, a Greek letter by its command, a number as it is, a longer word upright."""
    commands = {glyph: f"\\{name}" for name, glyph in notation.greek.items()}
    if word in notation.greek:
        return f"\\{word}"
    if word in commands:
        return commands[word]
    if word.isdecimal() or (len(word) == 1 and word.isascii() and word != "_"):
        return word
    escaped = word.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}" if word.isascii() else rf"\text{{{escaped}}}"


_SPELL = {"text": _text, "ascii": _ascii, "latex": _latex}
