"""How a name without a role is spelt: `hₜ₋₁`, `h[t-1]`, `h_{t-1}`; `a_f,ₜ`; `h¹→ₜ`.

A name is a base letter with labels (`W_f` is W with the label f) and a path (`layer1.W`). The profile may call a whole
symbol or a base letter otherwise (`symbols`), rename labels (`labels`), give a word of the path a short mark (`paths`),
and put time below, above or beside. In a spelling of the profile, what follows `^` is raised and what follows `_` are
labels: `W^ss_0`. A raised number alone is bracketed, so that it is not read as a power: `h⁽²⁾ₜ`, but `h²→ₜ`.

Characters without a Unicode script are never dropped: the row is marked by `_` or `^` instead, as in `h_T`. Everything
that stands above a symbol stands in one superscript, and the symbol is bracketed under another one: `(h⁽ᵗ⁾)ᵀ`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from rnnsym.core.names import Fixed, Free, Name, Offset, Point, TimeMap
from rnnsym.notation.profile import AdjointStyle, Notation, Spelled, Style

SCRIPT_BINDING, ADJOINT_BINDING, ATOM_BINDING = 40, 45, 50
LONGEST_JOINED = 2
"""Letters of a label that a spelling such as `W_x{}` takes in; a longer one stands behind the bare spelling."""


class Piece(NamedTuple):
    """Text with how tightly it holds together, and the operator at its top (empty for none)."""

    text: str
    binding: int = ATOM_BINDING
    operator: str = ""


@dataclass(frozen=True)
class Parts:
    """A symbol taken apart: `layer1.W_ih` has the base "W", the labels ("ih",) and the path ("layer1",).

    `upper` is what is raised in the profile's spelling, and `marks` what is raised in the place of a path; `glyphs`
    spells the base in each style where the profile does. `joined` labels are letters put together by the profile, `xi`
    in `W_xi`, and no words such as the name of ξ.
    """

    base: str
    labels: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    upper: str = ""
    marks: str = ""
    glyphs: Mapping[str, str] | None = None
    joined: bool = False


class When(NamedTuple):
    """How a time is said: the letter of the step, and the step that it stands for, or None to keep the letter."""

    letter: str = "t"
    at: Point | None = None


def take_apart(name: Name) -> Parts:
    """Base and labels: what stands before the first underscore, and what stands after it."""
    base, _, rest = name.symbol.partition("_")
    if not base:
        return Parts(name.symbol, (), name.path)
    return Parts(base, tuple(label for label in rest.split("_") if label), name.path)


def called(name: Name, notation: Notation, style: Style) -> Parts:
    """What the profile calls `name`, with the marks that stand for its path."""
    parts = _called(name, notation, style)
    return _with_marks(parts, notation, style) if parts.path else parts


def _called(name: Name, notation: Notation, style: Style) -> Parts:
    """By its label, else by as much of its symbol as the profile knows."""
    own = take_apart(name)
    labels = tuple(notation.labels.get(label, label) for label in own.labels)
    if name.path and name.label in notation.symbols:
        return _read(notation.symbols[name.label], (), style)
    for known in range(len(labels), -1, -1):
        symbol = "_".join((own.base, *own.labels[:known]))
        if symbol in notation.symbols:
            return replace(_read(notation.symbols[symbol], labels[known:], style), path=own.path)
    return replace(own, labels=labels)


def _read(spelled: Spelled, labels: tuple[str, ...], style: Style) -> Parts:
    """`W^ss_0` with its raised part and its labels, and then the labels of the name."""
    text, joined = spelled.bare[style], False
    if spelled.labelled is not None and labels and len(labels[0]) <= LONGEST_JOINED:
        joined, text, labels = True, spelled.labelled.replace("{}", labels[0]), labels[1:]
    if len(set(spelled.bare.values())) > 1:
        return Parts(text, labels, glyphs=spelled.bare)
    head, _, below = text.partition("_")
    base, _, upper = head.partition("^")
    return Parts(base, (*(label for label in below.split("_") if label), *labels), upper=upper, joined=joined)


def _with_marks(parts: Parts, notation: Notation, style: Style) -> Parts:
    """`parts` with a raised mark or a label for each word of the path that has one in this style."""
    path, labels, raised = list[str](), list(parts.labels), list[str]()
    for word in parts.path:
        mark = mark_of(word, notation, style)
        if not mark:
            path.append(word)
        elif mark[0] == "_":
            labels.append(mark[1:])
        else:
            raised.append(mark[1:])
    separator = " " if style == "latex" else ""
    marks = separator.join(_apart(raised, bool(parts.upper), notation.pairs[style]["round"]))
    return replace(parts, path=tuple(path), labels=tuple(labels), marks=marks)


def mark_of(word: str, notation: Notation, style: Style) -> str:
    """The mark for a word of a path, `^1` for layer1 or `_enc` for encoder; empty where it has none."""
    letters = letters_of(word)
    return notation.paths.get(letters, {}).get(style, "").replace("{}", word[len(letters) :])


def letters_of(word: str) -> str:
    """`layer` of layer2."""
    return word.rstrip("0123456789")


def _apart(raised: Sequence[str], behind: bool, brackets: tuple[str, str]) -> list[str]:
    """Numbers in brackets where nothing else tells them from a power or from each other."""
    neighbours = any(one.isdecimal() and other.isdecimal() for one, other in pairwise(raised))
    plain = len(raised) > 1 and not neighbours and not behind
    return [mark if plain or not mark.isdecimal() else mark.join(brackets) for mark in raised]


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


def spelt(name: Name, time: str, notation: Notation, style: Style, mark: AdjointStyle | None = None) -> Piece:
    """`name` at a time (empty for none), whatever its role; `mark` goes around its base letter."""
    parts = called(name, notation, style)
    place = notation.times[notation.time][style].place
    text = _SPELL[style](parts, time, notation, mark)
    covered = style == "text" and (parts.labels or (time and place != "above"))
    raised = parts.upper or (time and place == "above") or (parts.marks and not covered)
    return Piece(text, SCRIPT_BINDING if raised else ATOM_BINDING)


def lowered(script: str, notation: Notation) -> str:
    """`script` in Unicode subscripts where every character has one; else after an underscore: `_T`, `_(T−1)`."""
    if all(character in notation.subscripts for character in script):
        return "".join(notation.subscripts[character] for character in script)
    return f"_{script}" if script.isalnum() else f"_({_minus(script, notation)})"


def _raised(script: str, notation: Notation) -> str:
    """`script` in Unicode superscripts where every character has one; else after a `^`."""
    if all(character in notation.raised for character in script):
        return "".join(notation.raised[character] for character in script)
    return f"^{_minus(script, notation)}"


def _minus(script: str, notation: Notation) -> str:
    return script.replace("-", notation.glyphs["text"]["minus"])


def _text(parts: Parts, time: str, notation: Notation, mark: AdjointStyle | None) -> str:
    how = notation.times[notation.time]["text"]
    base = _marked(notation.greek.get(parts.base, parts.base), len(parts.base), mark)
    upper = parts.upper + parts.marks
    base = ".".join((*parts.path, base)) + (_raised(upper, notation) if upper else "")
    labels = ",".join(label if parts.joined else notation.greek.get(label, label) for label in parts.labels)
    below = time if how.place == "below" else ""
    if labels and below:
        base += f"_{labels},{lowered(below, notation).removeprefix('_')}"
    elif labels or below:
        base += lowered(labels or below, notation) if below or labels.isdecimal() else f"_{labels}"
    if not time or below:
        return base
    enclosed = f"{how.left}{time}{how.right}"
    return base + (_raised(enclosed, notation) if how.place == "above" else _minus(enclosed, notation))


def _ascii(parts: Parts, time: str, notation: Notation, mark: AdjointStyle | None) -> str:
    how = notation.times[notation.time]["ascii"]
    base = _marked(parts.base, len(parts.base), mark) + (f"^{parts.upper}" if parts.upper else "")
    name = ".".join((*parts.path, "_".join((base, *parts.labels))))
    name = "".join(notation.greek_words.get(c, c if c.isascii() else f"u{ord(c):04x}") for c in name)
    return name + (f"{'^' * (how.place == 'above')}{how.left}{time}{how.right}" if time else "")


def _latex(parts: Parts, time: str, notation: Notation, mark: AdjointStyle | None) -> str:
    how = notation.times[notation.time]["latex"]
    base, digits = re.fullmatch(r"(.*?)(\d*)", parts.base, re.DOTALL).groups()  # type: ignore[union-attr]
    letter = _latex_word(base or digits, notation)
    if parts.glyphs is not None:
        base, digits, letter = "", "", parts.glyphs["latex"]
    upright = [parts.joined and len(label) > 1 for label in parts.labels]
    own = [
        _upright(label) if plain else _latex_word(label, notation)
        for label, plain in zip(parts.labels, upright, strict=True)
    ]
    around = [_latex_word(label, notation) for label in (*parts.path, digits if base else "") if label]
    said = f"{how.left}{time}{how.right}" if time else ""
    below = ",".join(part for part in (*around, *own, said if how.place == "below" else "") if part)
    above = parts.upper + parts.marks + (said if how.place == "above" else "")
    return _marked(letter, len(base or digits), mark) + _script("_", below) + _script("^", above)


def _marked(base: str, length: int, mark: AdjointStyle | None) -> str:
    left, right = ("", "") if mark is None else (mark.left, mark.right) if length <= 1 else mark.word
    return left + base + right


def _script(sign: str, script: str) -> str:
    return "" if not script else f"{sign}{script}" if len(script) == 1 else f"{sign}{{{script}}}"


def _latex_word(word: str, notation: Notation) -> str:
    """One letter in italics, a Greek letter by its command, a number as it is, a longer word upright."""
    if word in notation.greek:
        return f"\\{word}"
    if word in notation.greek_words:
        return f"\\{notation.greek_words[word]}"
    if word.isdecimal() or (len(word) == 1 and word.isascii() and word != "_"):
        return word
    return _upright(word)


def _upright(word: str) -> str:
    escaped = word.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}" if word.isascii() else rf"\text{{{escaped}}}"


_SPELL = {"text": _text, "ascii": _ascii, "latex": _latex}
