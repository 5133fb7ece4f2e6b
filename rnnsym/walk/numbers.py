"""Numbers as a person types them: `.6`, a vector `1,0`, a matrix `1,2;3,4` or `[[1,2],[3,4]]`."""

import math
import re
from typing import Any

import numpy as np

from rnnsym.errors import InputError, ShapeError

Array = np.ndarray[Any, Any]
HOW = "write a number such as 0.6, a vector such as 1,0 or a matrix such as '1,2;3,4'"


def parse_number(what: str, text: str) -> float:
    """One finite number; `what` names it in the error. Raises InputError."""
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        raise InputError(f"{what}: '{text}' is not a number; {HOW}.") from None
    if not math.isfinite(value):
        raise InputError(f"{what}: {text} is not finite; {HOW}.")
    return value


def parse_whole(what: str, text: str, least: int | None = None) -> int:
    """One whole number, of `least` or more. Raises InputError."""
    try:
        value = int(text.replace("−", "-"))
    except ValueError:
        raise InputError(f"{what} must be a whole number, not '{text}'.") from None
    if least is not None and value < least:
        raise InputError(f"{what} must be {least} or more, not {value}.")
    return value


def parse_array(what: str, text: str, rank: int) -> Array:
    """The array of rank 0, 1 or 2 that `text` gives: entries by commas or spaces, rows by semicolons.

    A vector may be one row or one column. Raises InputError for what is no number, ShapeError for a wrong rank.
    """
    rows = [_entries(what, row) for row in _without_brackets(what, text).split(";")]
    if any(len(row) != len(rows[0]) for row in rows):
        raise ShapeError(f"{what} is ragged: its rows have {', '.join(str(len(row)) for row in rows)} entries.")
    matrix = np.array(rows)
    if rank == 2:
        return matrix
    if rank == 1 and 1 in matrix.shape:
        return matrix.reshape(-1)
    if rank == 0 and matrix.size == 1:
        return matrix.reshape(())
    wanted = {0: "a single number", 1: "a vector, one row of numbers"}.get(rank, f"an array with {rank} axes")
    raise ShapeError(f"{what} must be {wanted}, and '{text}' is {len(rows)} × {len(rows[0])}.")


def _without_brackets(what: str, text: str) -> str:
    """`[[1,2],[3,4]]` as `1,2;3,4`."""
    if not re.search(r"[\[\]]", text):
        return text
    match = re.fullmatch(r"\s*\[\s*(\[.*\]|[^\[\]]*)\s*\]\s*", text)
    inner = match[1] if match else ""
    if inner.startswith("["):
        inner = re.sub(r"\]\s*,?\s*\[", ";", inner[1:-1])
    if match is None or re.search(r"[\[\]]", inner):
        raise InputError(f"{what}: the brackets of '{text}' do not match; {HOW}.")
    return inner


def _entries(what: str, row: str) -> list[float]:
    parts = re.split(r"\s*,\s*|\s+", row.strip())
    if "" in parts:
        raise InputError(f"{what} lacks a number in '{row}'; {HOW}.")
    return [parse_number(what, part) for part in parts]
