"""Notation profiles: how formulas are spelt, as data read from `profiles/*.toml` or from a user's file.

A notation is asked for by one text: a profile, and after plus signs what is to differ from it.

    deck_p                     a profile (decks also by their letter alone: `p`)
    deck_p+overbar+angle       with its adjoints overbarred and its time as ⟨t⟩
    mine.toml+row              a file of one's own, with row vectors

The words after a plus sign: an adjoint style (delta, overbar, partial), a time style (subscript, parentheses, angle),
an orientation (column, row), and `transposed`: every weight matrix is stored transposed. `Notation.with_` does the
same in Python. A profile changes what is printed and parsed and how arrays are read, never a number.

The rules by which names are spelt stand in `symbols.py` and `spelling.py`, those of orientation in `orientation.py`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from rnnsym.errors import unknown
from rnnsym.notation.files import Data, built_in, from_file, read

Style = Literal["text", "ascii", "latex"]
Pair = tuple[str, str]
STYLES: tuple[Style, ...] = ("text", "ascii", "latex")
ORIENTATIONS, TRANSPOSED = ("column", "row"), "transposed"
_SPEC = re.compile(r"(?P<profile>.*?\.toml|[^+]*)(?P<words>(?:\+[^+]*)*)", re.DOTALL)


@dataclass(frozen=True)
class Operator:
    """An infix operator: its sign in each style, how tightly it binds, and which operators it needs no brackets for."""

    precedence: int
    bare: frozenset[str]
    signs: Mapping[str, str]


@dataclass(frozen=True)
class TimeStyle:
    """Where the time of a symbol stands in one style, "below", "above" or "beside" it, and what encloses it."""

    place: str
    left: str
    right: str


@dataclass(frozen=True)
class AdjointStyle:
    """How the adjoint of a symbol is made in one style: a mark "before" it, or around its base letter ("over"), or
    its letter after the derivative of the loss ("derivative"); `word` is for a base of several letters."""

    place: str
    left: str
    right: str
    word: Pair


@dataclass(frozen=True)
class Spelled:
    """What a symbol is called in each style; `labelled` is for one with labels, which stand for its `{}`."""

    bare: Mapping[str, str]
    labelled: str | None = None


@dataclass(frozen=True)
class Notation:
    """One profile. Mappings by style come first by style, then by key; `glyphs` may hold pairs (left, right).

    `symbols` gives other spellings to symbols (`b_y`) or to base letters (`W`, also in `W_i`); `labels` renames labels.
    `paths` has the marks for the words of a path, by style, and under "said" what they mean.
    `weights` are the base letters of weight matrices, and `transposed` those of them that are stored transposed.
    """

    name: str
    title: str
    source: str
    adjoint: str
    time: str
    orientation: str
    weights: frozenset[str]
    transposed: frozenset[str]
    symbols: Mapping[str, Spelled]
    labels: Mapping[str, str]
    paths: Mapping[str, Mapping[str, str]]
    glyphs: Mapping[str, Mapping[str, str]]
    pairs: Mapping[str, Mapping[str, Pair]]
    operators: Mapping[str, Operator]
    functions: Mapping[str, Mapping[str, str]]
    around: Mapping[str, Mapping[str, Pair]]
    factors: Mapping[str, Mapping[str, str]]
    adjoints: Mapping[str, Mapping[str, AdjointStyle]]
    times: Mapping[str, Mapping[str, TimeStyle]]
    subscripts: Mapping[str, str]
    superscripts: Mapping[str, str]
    raised: Mapping[str, str]
    greek: Mapping[str, str]
    prose: Mapping[str, Mapping[str, str]]

    @cached_property
    def greek_words(self) -> Mapping[str, str]:
        """The name of each Greek letter."""
        return {glyph: word for word, glyph in self.greek.items()}

    def with_(
        self,
        adjoint: str | None = None,
        time: str | None = None,
        orientation: str | None = None,
        transposed: Iterable[str] | bool | None = None,
    ) -> "Notation":
        """This notation with another adjoint style, time style or orientation, or with other weights stored transposed:
        base letters such as ("W",), or True for all and False for none. Raises UnknownNameError for an unknown style.
        """
        stored = self.transposed if transposed is None else transposed
        if isinstance(stored, bool):
            stored = self.weights if stored else ()
        changed = replace(
            self,
            adjoint=_known("adjoint style", adjoint or self.adjoint, self.adjoints),
            time=_known("time style", time or self.time, self.times),
            orientation=_known("orientation", orientation or self.orientation, ORIENTATIONS),
            transposed=frozenset(stored),
        )
        return replace(changed, name="+".join((self.name, *_words(self, changed))))


def names() -> tuple[str, ...]:
    """The profiles that come with rnnsym, the default first."""
    return built_in()


def load(name: str) -> Notation:
    """The notation that `name` asks for: `default`, `deck_b`, `b`, `deck_p+overbar+angle`, `path/to/mine.toml`.

    Raises UnknownNameError for an unknown profile or word with the nearest one, InputError for a bad file.
    """
    match = _SPEC.fullmatch(name)
    profile = match["profile"] if match else name
    words = match["words"].split("+")[1:] if match else []
    if profile.endswith(".toml"):
        notation = from_data(profile, from_file(Path(profile)))
    else:
        notation = _built_in(_full_name(profile))
    for word in words:
        notation = _modified(notation, word.strip())
    return notation


def from_data(name: str, data: Data) -> Notation:
    """A profile from the tables of its file, complete with those of the profiles that it extends."""
    style = data["style"]
    return Notation(
        name=name,
        title=data["title"],
        source=data.get("source", ""),
        adjoint=_known("adjoint style", style["adjoint"], data["adjoints"]),
        time=_known("time style", style["time"], data["times"]),
        orientation=_known("orientation", style["orientation"], ORIENTATIONS),
        weights=frozenset(style["weights"]),
        transposed=frozenset(style["transposed"]),
        symbols={symbol: _spelled(value) for symbol, value in data["symbols"].items()},
        labels=data["labels"],
        paths=data["paths"],
        glyphs={key: _single(table) for key, table in data["glyphs"].items()},
        pairs={key: _pairs(table) for key, table in data["glyphs"].items()},
        operators={key: _operator(table) for key, table in data["operators"].items()},
        functions=data["functions"],
        around={key: _pairs(table) for key, table in data["around"].items()},
        factors=data["factors"],
        adjoints={key: {s: _adjoint(table[s]) for s in STYLES} for key, table in data["adjoints"].items()},
        times={key: {s: _time(table[s]) for s in STYLES} for key, table in data["times"].items()},
        subscripts=_scripts(data["scripts"]["subscript"]),
        superscripts=_scripts(data["scripts"]["superscript"]),
        raised=_scripts(data["scripts"]["raised"]),
        greek=data["greek"],
        prose=data["prose"],
    )


def _full_name(name: str) -> str:
    """`deck_b` for `b` and `B`; any other name as it is. Raises UnknownNameError."""
    for full in names():
        if name in (full, full.removeprefix("deck_"), full.removeprefix("deck_").upper()):
            return full
    raise unknown("notation", name, [*names(), "path/to/file.toml"])


@cache
def _built_in(name: str) -> Notation:
    return from_data(name, read(name))


def _modified(notation: Notation, word: str) -> Notation:
    """`notation` with what one word after a plus sign asks for."""
    known = {**dict.fromkeys(notation.adjoints, "adjoint"), **dict.fromkeys(notation.times, "time")}
    known |= dict.fromkeys(ORIENTATIONS, "orientation")
    if word == TRANSPOSED:
        return notation.with_(transposed=True)
    if word not in known:
        raise unknown("word after + in a notation:", word, [*known, TRANSPOSED])
    return notation.with_(**{known[word]: word})


def _words(before: Notation, after: Notation) -> list[str]:
    """The words that lead from one notation to the other."""
    keys = ("adjoint", "time", "orientation")
    changed = [getattr(after, key) for key in keys if getattr(after, key) != getattr(before, key)]
    if after.transposed != before.transposed:
        only = "" if after.transposed == after.weights else f"({','.join(sorted(after.transposed))})"
        changed.append(TRANSPOSED + only)
    return changed


def _known(kind: str, value: str, options: Iterable[str]) -> str:
    if value not in options:
        raise unknown(kind, value, options)
    return value


def _spelled(value: Any) -> Spelled:
    """`"s"`; `{bare = "W_ih", labelled = "W_i{}"}`; `{text = "ŷ", ascii = "yhat", latex = "\\hat{y}"}`."""
    table = value if isinstance(value, dict) else {"bare": value}
    if "bare" not in table:
        return Spelled({style: table[style] for style in STYLES})
    return Spelled(dict.fromkeys(STYLES, str(table["bare"])), table.get("labelled"))


def _adjoint(table: Mapping[str, Any]) -> AdjointStyle:
    left, right = table.get("left", ""), table.get("right", "")
    word = table.get("word", (left, right))
    return AdjointStyle(table["place"], left, right, (word[0], word[1]))


def _time(table: Mapping[str, str]) -> TimeStyle:
    return TimeStyle(table["place"], table.get("left", ""), table.get("right", ""))


def _single(table: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in table.items() if isinstance(value, str)}


def _pairs(table: Mapping[str, Any]) -> dict[str, Pair]:
    return {key: (value[0], value[1]) for key, value in table.items() if isinstance(value, list)}


def _operator(table: Mapping[str, Any]) -> Operator:
    signs: dict[str, str] = {style: table[style] for style in STYLES}
    return Operator(table["precedence"], frozenset(table.get("bare", ())), signs)


def _scripts(listed: str) -> dict[str, str]:
    """`"0₀1₁"` as a table from each character to its script."""
    characters = listed.replace(" ", "")
    return dict(zip(characters[::2], characters[1::2], strict=True))
