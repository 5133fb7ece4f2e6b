"""Where the output goes: a terminal or a pipe, with Unicode or without."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any

SCHEMA_VERSION = 1
PROBE = "∂δₜ₋₁⊙σ½ᵀ→␣"
"""Characters that formulas need: an encoding that lacks one of them gets ASCII."""


def interactive() -> bool:
    """Whether someone sits at a terminal that can show the app."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def shows_unicode() -> bool:
    """Whether the encoding of stdout can write a formula."""
    try:
        PROBE.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def width() -> int:
    """The columns to fill: the terminal's, between 60 and 120; 80 where there is none."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 120) if sys.stdout.isatty() else 80


def write(lines: Iterable[str]) -> None:
    """Each line as soon as it is made."""
    for line in lines:
        sys.stdout.write(f"{line.rstrip()}\n")


def write_json(kind: str, data: Mapping[str, Any]) -> None:
    """`data` as JSON. The version of the format changes when a reader of the old one would fail."""
    record = {"schema_version": SCHEMA_VERSION, "kind": kind, **data}
    json.dump(record, sys.stdout, indent=2, ensure_ascii=not shows_unicode(), allow_nan=False)
    sys.stdout.write("\n")


def watched() -> bool:
    """Whether progress is of use: someone looks on, at a terminal that can clear a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def overwrite(text: str) -> None:
    """One line on the terminal in the place of the one before."""
    print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def say(sentence: str) -> None:
    """A remark on the work, beside the results."""
    print(f"rnnsym: {sentence}", file=sys.stderr)
