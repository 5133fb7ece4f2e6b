"""A walk through a text, printed: every equation of every step with its numbers put in."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from rnnsym.cli.tables import blocks, column_text, labelled, words
from rnnsym.cli.writing import INDENT, Writing
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.notation.figures import decimal
from rnnsym.walk.breakdown import Breakdown, Column, sign
from rnnsym.walk.text import ALPHABET_DIMS, TextTask
from rnnsym.walk.walk import Move, Walk

Array = np.ndarray[Any, Any]
MARGIN = INDENT * 3
SIGNS = ("+", "−", "-")


@dataclass(frozen=True)
class Walkthrough:
    """The walk as lines, made one by one; both passes show the moves of `steps`."""

    walk: Walk
    task: TextTask
    seed: int
    steps: range
    writing: Writing

    def lines(self) -> Iterator[str]:
        """The whole report; the gradients at its end where no step was left out."""
        yield from self._header()
        moves = (move for move in self.walk if move.t in self.steps)
        for _, together in groupby(moves, key=lambda move: (move.phase == "forward", move.t)):
            yield from self._step(list(together))
        if len(self.steps) == self.walk.steps:
            yield from self._gradients()

    def _header(self) -> Iterator[str]:
        walk, alphabet = self.walk, [self._character(character) for character in self.task.alphabet]
        sizes = ", ".join(f"{dim} = {size}" for dim, size in walk.net.sizes.items())
        text = "".join(c if c == " " else self._character(c) for c in self.task.text)
        yield f"{walk.net.name} reads '{text}' and predicts each next character."
        yield f"{INDENT}T = {walk.steps}, {sizes}, seed {self.seed}; alphabet: {' '.join(alphabet)}"
        mean, guess = decimal(walk.run.loss / walk.steps), decimal(math.log(len(alphabet)))
        loss = f"loss {decimal(walk.run.loss)} = {walk.steps} × {mean}"
        yield self.writing.plain(f"{INDENT}{loss}; a blind guess costs ln {len(alphabet)} = {guess}")

    def _character(self, character: str) -> str:
        """A character as a label: a space by a sign, and what cannot be shown by its escape."""
        if character == " ":
            return "_" if self.writing.ascii else "␣"
        return (ascii if self.writing.ascii else repr)(character)[1:-1] if character not in "'\\" else character

    def _step(self, moves: Sequence[Move]) -> Iterator[str]:
        t, forward = moves[0].t, moves[0].phase == "forward"
        reads, predicts = self._character(self.task.reads[t - 1]), self._character(self.task.predicts[t - 1])
        yield ""
        heading = f"t = {t}   reads {reads}, must predict {predicts}"
        yield self.writing.rule(heading, "forward" if forward else "backward")
        for phase, together in groupby(moves, key=lambda move: move.phase):
            if phase == "gradient":
                yield ""
                yield f"{INDENT}what t = {t} adds to the gradients"
            for move in together:
                yield ""
                yield from self.writing.equations([move.equation])
                yield from self._worked(move)

    def _worked(self, move: Move) -> Iterator[str]:
        """The numbers of one move: a table of its operands, or an array where there is nothing to take apart."""
        table = self.walk.breakdown(move)
        whole = len(table.columns) == 1
        if move.phase == "gradient" and whole:
            yield from self._array(self._head(table.columns[0], move.t), move.equation.lhs, self.walk.result(move))
        elif whole and not move.equation.lhs.shape:
            yield f"{MARGIN}{self._head(table.result, move.t)} = {decimal(float(self.walk.result(move)))}"
        else:
            yield from self._table(move, table)

    def _table(self, move: Move, table: Breakdown) -> Iterator[str]:
        """One row a unit: its operands with the operators between them, and the result."""
        labels = self._labels(move.equation.lhs.shape[0], table.units) if move.equation.lhs.shape else [""]
        result = replace(table.result, head="this step adds") if move.phase == "gradient" else table.result
        keys = ["", *(f"{label}:" if label else "" for label in labels)]
        columns = [self._column(column, len(labels), move.t) for column in (*table.columns, Column("="), result)]
        for block in _fitting(columns, self.writing.width - len(MARGIN) - _width([keys]) - 1):
            for row in zip(*map(_aligned, [keys, *block]), strict=True):
                yield MARGIN + " ".join(row)

    def _labels(self, dim: Dim, size: int) -> list[str]:
        """What the entries of an axis are called: inputs and outputs by their character, others by number."""
        if dim in ALPHABET_DIMS:
            return [self._character(character) for character in self.task.alphabet]
        return [f"unit {i + 1}" for i in range(size)]

    def _column(self, column: Column, rows: int, t: int) -> list[str]:
        """The head and a number for each row, or an operator repeated in every row."""
        if column.values is None:
            return ["", *[sign(str(column.head), self.writing.style)] * rows]
        return [self._head(column, t), *column_text([float(v) for v in np.broadcast_to(column.values, rows)])]

    def _head(self, column: Column, t: int) -> str:
        return column.head if isinstance(column.head, str) else self.writing.formula(column.head, t)

    def _array(self, head: str, like: Expr, array: Array) -> Iterator[str]:
        """A gradient or a term of one, with its axes labelled: a matrix, or a vector as one row."""
        matrix, shape = (array, like.shape) if array.ndim == 2 else (array.reshape(1, -1), ("", *like.shape))
        rows = words("", self._labels(shape[0], len(matrix)) if shape[0] else [""])
        group = labelled(head, self._labels(shape[1], matrix.shape[1]) if like.shape else [""], matrix)
        yield from (MARGIN + line for line in blocks(rows, [group], self.writing.width - len(MARGIN)))

    def _gradients(self) -> Iterator[str]:
        yield ""
        yield self.writing.rule("the gradients: the terms of all steps added up")
        for line in self.walk.lines.gradients:
            yield ""
            yield from self.writing.equations([line])
            yield from self._array("", line.lhs, self.walk.value(line.name, 0))


def _aligned(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells))
    return [cell.rjust(width) for cell in cells]


def _width(columns: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, cells)) + 1 for cells in columns) - 1


def _fitting(columns: Sequence[Sequence[str]], width: int) -> Iterator[list[Sequence[str]]]:
    """The columns in blocks that fit into `width`; only a sum is broken, before one of its signs."""
    signs = [i for i, cells in enumerate(columns) if i and cells[-1] in SIGNS]
    block: list[Sequence[str]] = []
    for start, end in pairwise([0, *signs, len(columns)]):
        if block and _width([*block, *columns[start:end]]) > width:
            yield block
            block = []
        block += columns[start:end]
    yield block
