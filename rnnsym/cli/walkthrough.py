"""A walk through a text, printed: every equation of every step with its numbers put in."""

from collections.abc import Iterator, Sequence

import numpy as np

from rnnsym.cli.tables import Column as Cells
from rnnsym.cli.tables import Group, blocks, number, quantity, words
from rnnsym.cli.writing import INDENT, Writing, indented
from rnnsym.walk.breakdown import Breakdown, Column
from rnnsym.walk.text import TextTask
from rnnsym.walk.walk import Move, Walk

MARGIN = INDENT * 3


def report(walk: Walk, task: TextTask, seed: int, steps: range, writing: Writing) -> Iterator[str]:
    """The lines, made one by one: `steps` are the steps to print in both passes."""
    yield from _header(walk, task, seed, writing)
    last: tuple[bool, int] | None = None
    for move in walk:
        place = (move.phase == "forward", move.t)
        if move.t not in steps or (move.equation.total and move.phase == "forward"):
            continue
        if place != last:
            yield ""
            yield _heading(walk, move, writing)
            last = place
        yield from _move(walk, task, move, writing)
    if len(steps) == walk.steps:
        yield ""
        yield from _totals(walk, writing)


def _header(walk: Walk, task: TextTask, seed: int, writing: Writing) -> Iterator[str]:
    yield f'{walk.net.cell.name} reads "{task.text}" character by character and predicts the next one each time.'
    sizes = ", ".join(f"{dim} = {size}" for dim, size in walk.net.sizes.items())
    yield f"T = {walk.steps}, {sizes}, seed {seed}; the alphabet is {' '.join(_character(c, writing) for c in task.alphabet)}"
    guess = np.log(len(task.alphabet))
    yield (
        f"loss {number(walk.run.loss)} = {walk.steps} × {number(walk.run.loss / walk.steps)}; guessing at random costs "
        f"{number(guess)} a character"
    )


def _character(character: str, writing: Writing) -> str:
    """A character as a label: a space and what cannot be seen by its sign or name."""
    if character == " ":
        return writing.plain("␣") if not writing.ascii else "' '"
    return character if character.isprintable() else repr(character).strip("'")


def _heading(walk: Walk, move: Move, writing: Writing) -> str:
    assert walk.reads is not None
    assert walk.predicts is not None
    reads, predicts = (_character(labels[move.t - 1], writing) for labels in (walk.reads, walk.predicts))
    direction = "forward" if move.phase == "forward" else "backward"
    return writing.rule(f"t = {move.t}   reads {reads}, must predict {predicts}", direction)


def _move(walk: Walk, task: TextTask, move: Move, writing: Writing) -> Iterator[str]:
    yield ""
    yield from writing.equations([move.equation])
    if move.phase == "gradient" and walk.result(move).ndim == 2:
        yield from _matrix(walk, move, writing)
    else:
        yield from _breakdown(walk.breakdown(move), _labels(walk, task, move), move.t, writing)


def _labels(walk: Walk, task: TextTask, move: Move) -> Sequence[str]:
    """What the rows are called: units by number, outputs by their character."""
    shape = move.equation.lhs.shape
    if shape == ("C",):
        return task.alphabet
    return [f"unit {i + 1}" for i in range(walk.result(move).size)] if shape else [""]


def _breakdown(table: Breakdown, labels: Sequence[str], t: int, writing: Writing) -> Iterator[str]:
    groups = [words("", [_character(label, writing) if label else "" for label in labels])]
    for column in (*table.columns, Column("="), table.result):
        groups.append(_column(column, len(labels), t, writing))
    heads = [group.head.rjust(group.width) for group in groups]
    yield MARGIN + " ".join(heads).rstrip()
    for i in range(len(labels)):
        cells = (group.columns[0].cells[i].rjust(group.width) for group in groups)
        yield MARGIN + " ".join(cells).rstrip()


def _column(column: Column, rows: int, t: int, writing: Writing) -> Group:
    """An operand with its numbers, or an operator repeated in every row."""
    if column.values is None:
        sign = _sign(str(column.head), writing)
        return words("", [sign] * rows)
    head = column.head if isinstance(column.head, str) else writing.formula(column.head, t)
    values = np.broadcast_to(column.values, (rows,)) if column.values.ndim < 2 else column.values
    return words(head, [number(float(value)) for value in values])


def _sign(text: str, writing: Writing) -> str:
    """An operator in the style of the page: `σ(` for `sigmoid(`."""
    return f"{writing.function(text[:-1])}(" if text[-1:] == "(" else writing.plain(text)


def _matrix(walk: Walk, move: Move, writing: Writing) -> Iterator[str]:
    """The term that this step adds to a weight's gradient."""
    (column,) = walk.breakdown(move).columns
    head = column.head if isinstance(column.head, str) else writing.formula(column.head, move.t)
    yield f"{MARGIN}this step adds {head} ="
    yield from (MARGIN + row for row in _matrix_rows(walk.result(move), writing))


def _matrix_rows(matrix: np.ndarray, writing: Writing) -> Iterator[str]:
    return iter(())


def _totals(walk: Walk, writing: Writing) -> Iterator[str]:
    yield writing.rule("the gradients: the terms of all steps added up")
