"""Taking rows, putting them back, and joining: linear maps, each with its transpose.

Indexing acts on the first event axis, so that the same rule serves a tangent with a trailing axis of directions.
"""

from typing import Any

from rnnsym.core.dims import Dim, Shape, canonical, plus
from rnnsym.core.expr import OPERATORS, Expr
from rnnsym.core.mathtree import Bracket, Call, Subscript, Word
from rnnsym.core.primitive import ATOM_BINDING, Code, sample
from rnnsym.errors import MisuseError, ShapeError
from rnnsym.ops.families import Coder, Sizer, Structured, settings
from rnnsym.ops.kernels import embed as embed_kernel
from rnnsym.ops.kernels import join
from rnnsym.ops.kernels import place as place_kernel
from rnnsym.ops.leaves import as_expr
from rnnsym.ops.structure import vector_or_matrix

# One row, a range of rows, and their transposes. ----------------------------------------------------------------

def _rows_source(node: Expr, code: Coder, rows: str) -> Code:
    """The operand's source, indexed on its first event axis."""
    body = code(node.args[0])
    after = ", :" * (len(node.args[0].shape) - 1)
    return Code(f"{body.within(ATOM_BINDING)}[..., {rows}{after}]", leading=body.leading)


INDEX: Structured = Structured(
    "index",
    kernel=lambda x, i, rank: x[(..., i) + (slice(None),) * (rank - 1)],
    shape=lambda x, i, rank: vector_or_matrix(x) or x[1:],
    pulls=[lambda c, node, x: PLACE(c, attrs=(node.attrs[0], x.shape[0], len(c.shape)))],
    pushes=[lambda t, node, x: INDEX(t, attrs=(node.attrs[0], len(t.shape)))],
    tree=lambda x, i, rank: Subscript(x, Word(str(i))),
    samples=[sample((3,), attrs=(1, 1)), sample((3, "X"), attrs=(1, 2)), sample(("H",), attrs=("H-1", 1))],
    source=lambda node, code, size: _rows_source(node, code, size(node.attrs[0])),
)
PLACE: Structured = Structured(
    "place",
    kernel=place_kernel,
    shape=lambda x, i, n, rank: (n, *x),
    pulls=[lambda c, node, x: INDEX(c, attrs=(node.attrs[0], len(c.shape)))],
    pushes=[lambda t, node, x: PLACE(t, attrs=(*node.attrs[:2], len(t.shape)))],
    tree=lambda x, i, n, rank: Call("place", (x, Word(str(i)))),
    samples=[sample((), attrs=(1, 3, 0)), sample(("X",), attrs=(1, "H", 1))],
)


def _slice_source(node: Expr, code: Coder, size: Sizer) -> Code:
    start, stop, step, _ = settings(node, size)
    return _rows_source(node, code, f"{start}:{stop}" + (f":{step}" if step != "1" else ""))


def _sliced(n: Dim, start: Dim, stop: Dim, step: int) -> Dim:
    if step == 1:
        return plus(stop, start, -1)
    return len(range(int(start), int(stop), step))


SLICE: Structured = Structured(
    "slice",
    kernel=lambda x, start, stop, step, rank: x[(..., slice(start, stop, step)) + (slice(None),) * (rank - 1)],
    shape=lambda x, start, stop, step, rank: vector_or_matrix(x) or (_sliced(x[0], start, stop, step), *x[1:]),
    pulls=[lambda c, node, x: EMBED(c, attrs=(node.attrs[0], node.attrs[2], x.shape[0], len(c.shape)))],
    pushes=[lambda t, node, x: SLICE(t, attrs=(*node.attrs[:3], len(t.shape)))],
    tree=lambda x, start, stop, step, rank: Subscript(x, Word(f"{start}:{stop}" + f":{step}" * (step != 1))),
    samples=[
        sample((5,), attrs=(1, 4, 1, 1)),
        sample((5, "X"), attrs=(0, 4, 2, 2)),
        sample(("H+X",), attrs=("H", "H+X", 1, 1)),
        sample(("H+X", "X"), attrs=(0, "H", 1, 2)),
    ],
    source=_slice_source,
)
EMBED: Structured = Structured(
    "embed",
    kernel=embed_kernel,
    shape=lambda x, start, step, n, rank: (n, *x[1:]),
    pulls=[lambda c, node, x: _undo_embed(c, node, x)],
    pushes=[lambda t, node, x: EMBED(t, attrs=(*node.attrs[:3], len(t.shape)))],
    tree=lambda x, start, step, n, rank: Call("embed", (x, Word(str(start)))),
    samples=[
        sample((2,), attrs=(1, 1, 5, 1)),
        sample((2, "X"), attrs=(0, 2, 4, 2)),
        sample(("X",), attrs=("H", 1, "H+X", 1)),
    ],
)


def _undo_embed(c: Expr, node: Expr, x: Expr) -> Expr:
    start, step = node.attrs[0], node.attrs[1]
    stop = plus(start, x.shape[0]) if step == 1 else start + step * (x.shape[0] - 1) + 1  # type: ignore[arg-type, operator]
    return SLICE(c, attrs=(start, stop, step, len(c.shape)))


def getitem(x: Expr, index: Any) -> Expr:
    """e[i] or e[i:j] along the first axis. Raises ShapeError outside a numeric dimension, MisuseError otherwise."""
    if not x.shape:
        raise ShapeError(f"{x!r} is a scalar: it has no entries to index.")
    n = x.shape[0]
    if isinstance(index, slice):
        start, stop, step = index.start or 0, n if index.stop is None else index.stop, index.step or 1
        if step < 1 or (step != 1 and not isinstance(n, int)):
            raise MisuseError("a slice needs a positive step, and a step other than 1 needs a numeric dimension.")
        start, stop = (_from_end(bound, n) for bound in (start, stop))
        return SLICE(x, attrs=(start, stop, step, len(x.shape)))
    if not isinstance(index, int):
        raise MisuseError(f"{index!r} is no index: an expression takes e[i] or e[i:j] with whole numbers.")
    if isinstance(n, int) and not -n <= index < n:
        raise ShapeError(f"{x!r} has {n} entries: index {index} is outside 0…{n - 1}.")
    return INDEX(x, attrs=(_from_end(index, n), len(x.shape)))


def _from_end(bound: Dim, n: Dim) -> Dim:
    if isinstance(bound, int) and bound < 0:
        return plus(n, bound)
    return min(bound, n) if isinstance(bound, int) and isinstance(n, int) else canonical(bound)


# Joining along the first axis. ----------------------------------------------------------------------------------


class Concat(Structured):
    """[a; b; …] along the first axis."""

    def __init__(self) -> None:
        super().__init__(
            "concat", kernel=lambda *parts: join(parts[:-1], parts[-1]), shape=_concat_shape, pulls=(), pushes=(),
            tree=lambda *parts: Bracket(parts[:-1]), linear=False, samples=[
                sample(("H",), ("X",), attrs=(1,)),
                sample(("H", "C"), ("X", "C"), ("H", "C"), attrs=(2,)),
            ],
        )  # fmt: skip

    def flows(self, node: Expr, i: int) -> bool:
        return True

    def start(self, node: Expr, i: int) -> Dim:
        start: Dim = 0
        for arg in node.args[:i]:
            start = plus(start, arg.shape[0])
        return start

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        start = self.start(node, i)
        return SLICE(cotangent, attrs=(start, plus(start, node.args[i].shape[0]), 1, len(cotangent.shape)))

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        return EMBED(tangent, attrs=(self.start(node, i), 1, node.shape[0], len(tangent.shape)))

    def source(self, node: Expr, code: Coder, size: Any) -> Code:
        parts = [code(arg) for arg in node.args]
        text = ", ".join(part.text for part in parts)
        return Code(f"join([{text}], {len(node.shape)})", leading=any(part.leading for part in parts))


def _concat_shape(*shapes: Any) -> Shape | str:
    *parts, rank = shapes
    if any(len(part) != rank or rank == 0 for part in parts) or any(part[1:] != parts[0][1:] for part in parts):
        return "the parts must be vectors, or matrices with equal numbers of columns."
    rows: Dim = 0
    for part in parts:
        rows = plus(rows, part[0])
    return (rows, *parts[0][1:])


CONCAT = Concat()


def concat(*parts: Any) -> Expr:
    """[a; b; …]: vectors or matrices joined along the first axis. Takes the parts, or one list of them."""
    items = parts[0] if len(parts) == 1 and isinstance(parts[0], (list, tuple)) else parts
    exprs = [as_expr(item) for item in items]
    return exprs[0] if len(exprs) == 1 else CONCAT(*exprs, attrs=(len(exprs[0].shape),))


OPERATORS.update(getitem=getitem)
