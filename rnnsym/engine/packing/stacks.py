"""Linear operations on the same vectors as one product of a matrix of blocks with the vectors joined."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.engine.packing.loop import OUTSIDE, Loop, Operand
from rnnsym.ops.arithmetic import add
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import ones, zeros
from rnnsym.ops.structure import outer, transpose

ONE = ones((1,))


class Column(NamedTuple):
    """A vector of a product: value number `value` read at t + `k`, or a copy of `expr` under a number of its own."""

    value: int
    k: int
    expr: Expr


class Product(NamedTuple):
    """`rows`: the values that it computes; `columns`: the vectors that it multiplies, first those of the loop.

    `blocks[v, i]` is the matrix of row v and column i, where there is one. `own` columns are of the loop.
    """

    rows: tuple[int, ...]
    columns: tuple[Column, ...]
    own: int
    blocks: Mapping[tuple[int, int], Expr]


def products_of(loop: Loop, wave: Sequence[int], first: int, sizes: Mapping[str, int], padding: int) -> list[Product]:
    """The linear operations of a wave as products, each with at most `padding` entries of zero blocks.

    Copies of vectors get the numbers `first`, `first` + 1, …
    """
    stacks: list[list[int]] = []
    for v in wave:
        for stack in stacks:
            if _zeros(loop, [*stack, v], sizes) <= padding:
                stack.append(v)
                break
        else:
            stacks.append([v])
    found = []
    for stack in stacks:
        found.append(_product(loop, stack, first))
        first += len(found[-1].columns) - found[-1].own
    return found


def _vector(operand: Operand | None) -> tuple[int, int, Expr]:
    """What tells two vectors apart; a bias belongs to the number 1."""
    return (OUTSIDE, 0, ONE) if operand is None else (operand.value, operand.k, operand.expr)


def _zeros(loop: Loop, rows: Sequence[int], sizes: Mapping[str, int]) -> int:
    """How many entries of zero blocks the product of these rows has."""
    tables = [{_vector(term.operand): term.matrix for term in loop.operations[v].terms} for v in rows]
    heights = [dims.size(next(iter(table.values())).shape[0], sizes) for table in tables]
    every = {key for table in tables for key in table}
    return sum(
        height * dims.size(key[2].shape[0], sizes)
        for table, height in zip(tables, heights, strict=True)
        for key in every
        if key not in table
    )


def _product(loop: Loop, rows: Sequence[int], first: int) -> Product:
    keys = list(dict.fromkeys(_vector(term.operand) for v in rows for term in loop.operations[v].terms))
    own = [key for key in keys if key[0] != OUTSIDE]
    copies = sorted((key for key in keys if key[0] == OUTSIDE), key=lambda key: key[2] is ONE)
    columns = [Column(*key) for key in own]
    columns += [Column(first + i, 0, key[2]) for i, key in enumerate(copies)]
    place = {key: i for i, key in enumerate([*own, *copies])}
    blocks: dict[tuple[int, int], Expr] = {}
    for v in rows:
        for matrix, operand in loop.operations[v].terms:
            at = v, place[_vector(operand)]
            block = outer(matrix, ONE) if operand is None else matrix
            blocks[at] = add(blocks[at], block) if at in blocks else block
    return Product(tuple(rows), tuple(columns), len(own), blocks)


def matrix_of(product: Product, rows: Sequence[int], columns: Sequence[int]) -> Expr:
    """The matrix of blocks, with rows and columns in this order."""
    return concat([_row(product, v, columns) for v in rows])


def _row(product: Product, v: int, columns: Sequence[int]) -> Expr:
    height = next(block.shape[0] for (row, _), block in product.blocks.items() if row == v)
    blocks = [product.blocks.get((v, i)) for i in columns]
    parts = [
        transpose(zeros((height, _width(product, i))) if block is None else block)
        for i, block in zip(columns, blocks, strict=True)
    ]
    return transpose(concat(parts))


def _width(product: Product, i: int) -> Dim:
    return product.columns[i].expr.shape[0]
