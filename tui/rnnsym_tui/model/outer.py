"""The term of a weight's gradient as a multiplication table: error of the row times input of the column."""

from collections.abc import Iterable, Sequence

from rnnsym.core.expr import Expr
from rnnsym.notation.figures import figure
from rnnsym.ops.structure import OUTER
from rnnsym.walk.breakdown import Breakdown
from rnnsym.walk.walk import Move, Walk
from rnnsym_tui.model.spans import Line, Span, centred, line, right
from rnnsym_tui.model.timeline import unit_names
from rnnsym_tui.model.writing import Writing

CELLS = 8


def factors(breakdown: Breakdown) -> tuple[Expr, Expr] | None:
    """The two vectors whose products fill the matrix, where the line is one outer product."""
    if len(breakdown.columns) != 1:
        return None
    head = breakdown.columns[0].head
    if isinstance(head, str) or head.prim is not OUTER:
        return None
    return head.args[0], head.args[1]


def outer_table(
    walk: Walk, move: Move, pair: tuple[Expr, Expr], labels: Sequence[str], alphabet: Sequence[str], writing: Writing
) -> tuple[tuple[Line, ...], list[Line]]:
    """Two lines of head, the columns' names and factors, and a row for each unit; `labels` name the rows."""
    left, along = walk.numbers(pair, move.t)
    symbols = [writing.formula(factor) for factor in pair]
    names = unit_names(pair[1].shape, alphabet, writing.glyphs)
    columns = [f"'{names[j]}'" if names else f"unit {j + 1}" for j in range(len(along))]
    indent = max(8, *(len(label) + 2 for label in labels))
    first, second = max(CELLS, len(symbols[0]) + 1), max(6, len(symbols[1]) + 3)
    named = Span(" " * (indent + first + second) + _row(columns), "dim")
    sign = f" {writing.glyphs.times} {symbols[1]}"
    given = " " * indent + centred(symbols[0], first) + sign.ljust(second) + _row(map(_figure, along))
    rows = []
    for i, label in enumerate(labels):
        factor = Span(right(_figure(left[i]), first - 1) + " ", "strong")
        entries = _row(map(_figure, left[i] * along))
        rows.append(line(Span(f"  {label}".ljust(indent), "dim"), factor, " " * second, entries))
    return (line(named), line(Span(given, "strong"))), rows


def _row(texts: Iterable[str]) -> str:
    return "".join(right(text, CELLS) for text in texts)


def _figure(value: float) -> str:
    return figure(float(value))
