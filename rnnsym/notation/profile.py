"""Notation profiles: how formulas are spelt, as data read from `profiles/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from rnnsym.errors import unknown

Style = Literal["text", "ascii", "latex"]
Pair = tuple[str, str]
_PROFILES = files("rnnsym.notation") / "profiles"


@dataclass(frozen=True)
class Operator:
    """An infix operator: its sign in each style, how tightly it binds, and which operators it needs no brackets for."""

    precedence: int
    bare: frozenset[str]
    signs: Mapping[str, str]


@dataclass(frozen=True)
class Notation:
    """One profile. Mappings by style come first by style, then by key; `glyphs` may hold pairs (left, right)."""

    name: str
    title: str
    symbols: Mapping[str, str]
    glyphs: Mapping[str, Mapping[str, str]]
    pairs: Mapping[str, Mapping[str, Pair]]
    operators: Mapping[str, Operator]
    functions: Mapping[str, Mapping[str, str]]
    around: Mapping[str, Mapping[str, Pair]]
    factors: Mapping[str, Mapping[str, str]]
    subscripts: Mapping[str, str]
    superscripts: Mapping[str, str]
    greek: Mapping[str, str]
    prose: Mapping[str, Mapping[str, str]]


def names() -> tuple[str, ...]:
    """The profiles that exist."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _PROFILES.iterdir() if file.name.endswith(".toml")))


@cache
def load(name: str) -> Notation:
    """The profile called `name`. Raises UnknownNameError with the nearest one that exists."""
    if name not in names():
        raise unknown("notation", name, names())
    return from_data(name, tomllib.loads((_PROFILES / f"{name}.toml").read_text(encoding="utf-8")))


def from_data(name: str, data: Mapping[str, Any]) -> Notation:
    """A profile from the tables of its file."""
    return Notation(
        name=name,
        title=data["title"],
        symbols=data["symbols"],
        glyphs={style: _single(table) for style, table in data["glyphs"].items()},
        pairs={style: _pairs(table) for style, table in data["glyphs"].items()},
        operators={key: _operator(table) for key, table in data["operators"].items()},
        functions=data["functions"],
        around={key: _pairs(table) for key, table in data["around"].items()},
        factors=data["factors"],
        subscripts=_scripts(data["scripts"]["subscript"]),
        superscripts=_scripts(data["scripts"]["superscript"]),
        greek=data["greek"],
        prose=data["prose"],
    )


def _single(table: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in table.items() if isinstance(value, str)}


def _pairs(table: Mapping[str, Any]) -> dict[str, Pair]:
    return {key: (value[0], value[1]) for key, value in table.items() if isinstance(value, list)}


def _operator(table: Mapping[str, Any]) -> Operator:
    signs = {style: table[style] for style in ("text", "ascii", "latex")}
    return Operator(table["precedence"], frozenset(table.get("bare", ())), signs)


def _scripts(listed: str) -> dict[str, str]:
    """`"0₀1₁"` as a table from each character to its script."""
    characters = listed.replace(" ", "")
    return dict(zip(characters[::2], characters[1::2], strict=True))
