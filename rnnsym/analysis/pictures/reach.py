"""One line of shade a network over the text: how much of each character is left at the end."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnsym.analysis.pictures.glyphs import columns, glyphs, padded

Array = Any
LEVELS = 4


def reach_line(logs: Array, reads: Sequence[str] = (), ascii_only: bool = False) -> str:
    """A character for each step: █ for a norm of at least .1, ▓ .01, ▒ 10⁻³, ░ 10⁻⁴, blank below; ╳ for
    growth, a digit n from 10ⁿ on; ? for what is no number. A symbol that is two columns wide has two."""
    shown = glyphs(ascii_only)
    marks = [shown.shade(float(log), LEVELS) for log in logs]
    wide = [columns(shown.symbol(text)) for text in reads] or [1] * len(marks)
    return "".join(mark * times for mark, times in zip(marks, wide, strict=True))


def text_line(reads: Sequence[str], steps: Sequence[int], ascii_only: bool = False) -> str:
    """The text over the shades; where nothing is told of the symbols, the numbers of the steps."""
    if reads:
        shown = glyphs(ascii_only)
        return "".join(" " if text == " " else shown.symbol(text) for text in reads)
    line = ""
    for column, step in enumerate(steps):
        if (column == 0 or step % 10 == 0) and len(line) <= column:
            line += " " * (column - len(line)) + str(step)
    return line


def reach(
    curves: Sequence[tuple[str, Array]],
    reads: Sequence[str],
    steps: Sequence[int],
    width: int = 80,
    ascii_only: bool = False,
) -> list[str]:
    """The text, and below it a line for each of `curves`, a label and the logarithms in the order of `steps`. What does
    not fit into `width` columns goes on in a block below."""
    margin = max(columns(label) for label, _ in curves) + 2
    lines: list[str] = []
    for part in _parts(reads, steps, max(width - margin, 10), ascii_only):
        lines += [""] if lines else []
        lines.append((" " * margin + text_line(reads[part], steps[part], ascii_only)).rstrip())
        for label, logs in curves:
            lines.append(f"{padded(label, margin)}{reach_line(logs[part], reads[part], ascii_only)}".rstrip())
    return lines


def _parts(reads: Sequence[str], steps: Sequence[int], room: int, ascii_only: bool) -> Iterator[slice]:
    """The steps of each block."""
    wide = [columns(glyphs(ascii_only).symbol(text)) for text in reads] or [1] * len(steps)
    start = used = 0
    for i, each in enumerate(wide):
        if used + each > room:
            yield slice(start, i)
            start, used = i, 0
        used += each
    yield slice(start, len(wide))


def reach_legend(logs: Array, ascii_only: bool = False) -> list[str]:
    """What the shades stand for."""
    return glyphs(ascii_only).legend(np.ravel(logs), levels=LEVELS)
