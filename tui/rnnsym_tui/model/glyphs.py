"""The signs that the screens use, in Unicode and in ASCII, and the choice between them."""

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """One set of signs. `ascii` also tells the notation which style to set formulas in."""

    ascii: bool
    rule: str
    unknown: str
    active: str
    done: str
    space: str
    newline: str
    tab: str
    strange: str
    times: str
    ellipsis: str
    forward: str
    backward: str
    up: str
    down: str
    rule_focused: str
    right: str
    wrong: str
    folded: str
    unfolded: str
    bar: str


COERCED = "C.UTF-8"
"""What Python puts into LC_CTYPE where LANG is C."""

UNICODE = Glyphs(
    ascii=False, rule="─", unknown="·", active="▶", done="✓", space="␣", newline="⏎", tab="⇥", strange="�",
    times="×", ellipsis="…", forward="▶", backward="◀", up="↑", down="↓", rule_focused="━",
    right="✓", wrong="✗", folded="▸", unfolded="▾", bar="│",
)  # fmt: skip
ASCII = Glyphs(
    ascii=True, rule="-", unknown=".", active=">", done="+", space="_", newline="\\n", tab="\\t", strange="?",
    times="*", ellipsis="...", forward=">", backward="<", up="^", down="v", rule_focused="=",
    right="ok", wrong="NO", folded="+", unfolded="-", bar="|",
)  # fmt: skip


def choose(ascii_only: bool | None = None) -> Glyphs:
    """ASCII where it is asked for, or (None) where the locale cannot write Unicode."""
    if ascii_only is None:
        ascii_only = is_plain(os.environ) or not can_write_unicode(locale.getpreferredencoding(False))
    return ASCII if ascii_only else UNICODE


def is_plain(environment: Mapping[str, str]) -> bool:
    """Whether the user's locale is named C or POSIX, for which Python itself writes UTF-8 and sets LC_CTYPE."""
    kind = environment.get("LC_CTYPE", "")
    asked = environment.get("LC_ALL") or (kind if kind != COERCED else "") or environment.get("LANG")
    return asked in ("C", "POSIX")


def can_write_unicode(encoding: str) -> bool:
    """Whether the signs above survive in `encoding`."""
    try:
        "─▶✓ₜδ".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def shown(character: str, glyphs: Glyphs) -> str:
    """One character of the text as the timeline shows it: white space is made visible."""
    named: Mapping[str, str] = {" ": glyphs.space, "\n": glyphs.newline, "\t": glyphs.tab}
    if character in named:
        return named[character]
    if not character.isprintable() or (glyphs.ascii and not character.isascii()):
        return glyphs.strange
    return character


def quoted(character: str, glyphs: Glyphs) -> str:
    """A character in a sentence: 'a', or its visible sign for white space."""
    return f"'{shown(character, glyphs)}'"
