"""Lookups: a row of a table by its number, and the vector that is one at a number."""

from typing import Any

from rnnsym.core.dims import Dim, canonical
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Call, Indicator, Infix, MathTree, Number, Subscript, Superscript, Word
from rnnsym.core.primitive import sample
from rnnsym.ops import kernels
from rnnsym.ops.leaves import as_expr, as_index
from rnnsym.ops.structure import outer, vector_or_matrix
from rnnsym.ops.structured import Structured

ONE_HOT: Structured = Structured(
    "one_hot",
    kernel=kernels.one_hot,
    shape=lambda i, n: (n,) if i == () else "one integer is needed.",
    pulls=[None],
    pushes=[None],
    tree=lambda i, n: Indicator(i),
    samples=[sample((), attrs=("C",))],
    integers=(0,),
    linear=False,
)
TAKE: Structured = Structured(
    "take",
    kernel=kernels.take,
    shape=lambda table, i: vector_or_matrix(table) or (table[1:] if i == () else "one integer is needed."),
    pulls=[lambda c, node, table, i: _in_row(one_hot(i, table.shape[0]), c), None],
    pushes=[lambda t, node, table, i: TAKE(t, i), None],
    tree=lambda table, i, rank: _entry(table, i),
    samples=[sample(("C", "X"), ()), sample(("C",), ())],
    integers=(1,),
    ranked=True,
)


def _entry(table: MathTree, i: MathTree) -> MathTree:
    """`E[k]`, and `W 1[k]` for a column; in words where that would be read as a fixed number, or as a cross-entropy."""
    log_softmax = isinstance(table, Call) and table.function == "log_softmax"
    if isinstance(table, Superscript) and table.script == Word("transpose") and not isinstance(i, Number):
        return Infix("matmul", (table.base, Indicator(i)))
    return Call("take", (table, i)) if log_softmax or isinstance(i, Number) else Subscript(table, i)


def one_hot(index: Any, size: Dim) -> Expr:
    """The vector of `size` zeros with a one at the integer `index`. Raises ShapeError outside 0…size - 1."""
    size = canonical(size)
    return ONE_HOT(as_index(index, (size,)), attrs=(size,))


def take(table: Any, index: Any) -> Expr:
    """Row `index` of `table`: the same as one_hot(index) @ table, without the one-hot vector.

    Raises ShapeError for an index outside the table where that is known, and IndexError when it is evaluated.
    """
    table = as_expr(table)
    return TAKE(table, as_index(index, table.shape))


def _in_row(hot: Expr, row: Expr) -> Expr:
    """The transpose of a lookup: `row` where `hot` is one, and zero elsewhere."""
    return outer(hot, row) if row.shape else row * hot
