"""Taking rows, putting them back, and joining: linear maps, each with its transpose.

Indexing acts on the first event axis, so that the same rule serves a tangent with a trailing axis of directions.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnnsym.core import dims
from rnnsym.core.dims import Dim, Shape, canonical, plus
from rnnsym.core.expr import OPERATORS, Expr, topological
from rnnsym.core.mathtree import Bracket, Call, MathTree, Matrix, Number, Subscript, Word
from rnnsym.core.primitive import ATOM_BINDING, Code, sample
from rnnsym.errors import InputError, MisuseError, ShapeError
from rnnsym.ops import kernels
from rnnsym.ops.leaves import as_expr, in_full
from rnnsym.ops.lookups import take
from rnnsym.ops.structure import broadcast, transpose, vector_or_matrix
from rnnsym.ops.structured import Coder, Sizer, Structured, settings

# One row, a range of rows, and their transposes. ----------------------------------------------------------------


def _outside(n: Dim, start: Dim, stop: Dim) -> str | None:
    """What is wrong with the rows start…stop - 1 of n; None if nothing is, or nothing that is known without sizes."""
    gaps = (start, plus(stop, start, -1), plus(n, stop, -1))
    if all(gap >= 0 for gap in gaps if isinstance(gap, int)):
        return None
    rows = f"row {start} does" if stop == plus(start, 1) else f"rows {start}:{stop} do"
    return f"{rows} not exist: there are {n}, counted from 0."


def _rows_source(node: Expr, code: Coder, rows: str) -> Code:
    """The operand's source, indexed on its first event axis."""
    body = code(node.args[0])
    after = ", :" * (len(node.args[0].shape) - 1)
    return Code(f"{body.within(ATOM_BINDING)}[..., {rows}{after}]", leading=body.leading)


def _rows(x: Any, start: int, stop: int, step: int, rank: int) -> Any:
    """NumPy cuts a range short where rows are missing; here that is an error."""
    if why := _outside(x.shape[-rank], start, stop):
        raise ShapeError(f"an array of shape {x.shape} was indexed: {why}")
    return x[(..., slice(start, stop, step)) + (slice(None),) * (rank - 1)]


INDEX: Structured = Structured(
    "index",
    kernel=lambda x, i, rank: _rows(x, i, i + 1, 1, rank).squeeze(-rank),
    shape=lambda x, i: vector_or_matrix(x) or _outside(x[0], i, plus(i, 1)) or x[1:],
    pulls=[lambda c, node, x: PLACE(c, attrs=(node.attrs[0], x.shape[0]))],
    pushes=[lambda t, node, x: INDEX(t, attrs=node.attrs)],
    tree=lambda x, i, rank: Subscript(x, Word(str(i))),
    samples=[sample((3,), attrs=(1,)), sample((3, "X"), attrs=(1,)), sample(("H",), attrs=("H-1",))],
    source=lambda node, code, size: _rows_source(node, code, size(node.attrs[0])),
    ranked=True,
)
PLACE: Structured = Structured(
    "place",
    kernel=kernels.place,
    shape=lambda x, i, n: (n, *x),
    pulls=[lambda c, node, x: INDEX(c, attrs=node.attrs[:1])],
    pushes=[lambda t, node, x: PLACE(t, attrs=node.attrs)],
    tree=lambda x, i, n, rank: Call("place", (x, Word(str(i)), Word(str(n)))),
    samples=[sample((), attrs=(1, 3)), sample(("X",), attrs=(1, "H"))],
    ranked=True,
)


def _slice_source(node: Expr, code: Coder, size: Sizer) -> Code:
    start, stop, step = settings(node, size)
    return _rows_source(node, code, f"{start}:{stop}" + (f":{step}" if step != "1" else ""))


def _sliced(start: Dim, stop: Dim, step: int) -> Dim:
    return plus(stop, start, -1) if step == 1 else len(range(int(start), int(stop), step))


SLICE: Structured = Structured(
    "slice",
    kernel=_rows,
    shape=lambda x, start, stop, step: (
        vector_or_matrix(x) or _outside(x[0], start, stop) or (_sliced(start, stop, step), *x[1:])
    ),
    pulls=[lambda c, node, x: EMBED(c, attrs=(node.attrs[0], node.attrs[2], x.shape[0]))],
    pushes=[lambda t, node, x: SLICE(t, attrs=node.attrs)],
    tree=lambda x, start, stop, step, rank: Subscript(x, Word(f"{start}:{stop}" + f":{step}" * (step != 1))),
    samples=[
        sample((5,), attrs=(1, 4, 1)),
        sample((5, "X"), attrs=(0, 4, 2)),
        sample(("H+X",), attrs=("H", "H+X", 1)),
        sample(("H+X", "X"), attrs=(0, "H", 1)),
    ],
    source=_slice_source,
    ranked=True,
)


class Embed(Structured):
    """Rows put back to their place, with zeros around them: written as blocks, [0; x] or [zeros(1); x; zeros(2)]."""

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        (x,), (start, step, n) = args, node.attrs
        if step != 1:
            return super().tree(node, args)
        stop = plus(start, node.args[0].shape[0])  # type: ignore[arg-type]
        sizes = [size for size in (start, plus(n, stop, -1)) if size != 0]  # type: ignore[arg-type]
        zeros = [Number(0.0) if len(sizes) == 1 else Call("zeros", (Word(str(size)),)) for size in sizes]
        split = int(start != 0)
        return Matrix(tuple((block,) for block in (*zeros[:split], x, *zeros[split:])))


EMBED: Structured = Embed(
    "embed",
    kernel=kernels.embed,
    shape=lambda x, start, step, n: (n, *x[1:]),
    pulls=[lambda c, node, x: _undo_embed(c, node, x)],
    pushes=[lambda t, node, x: EMBED(t, attrs=node.attrs)],
    tree=lambda x, start, step, n, rank: Call("embed", (x, Word(str(start)), Word(str(n)), Word(str(step)))),
    samples=[
        sample((2,), attrs=(1, 1, 5)),
        sample((2, "X"), attrs=(0, 2, 4)),
        sample(("X",), attrs=("H", 1, "H+X")),
    ],
    ranked=True,
)


def _undo_embed(c: Expr, node: Expr, x: Expr) -> Expr:
    start, step, _ = node.attrs
    stop = plus(start, x.shape[0]) if step == 1 else start + step * (x.shape[0] - 1) + 1  # type: ignore[arg-type, operator]
    return SLICE(c, attrs=(start, stop, step))


def getitem(x: Expr, index: Any) -> Expr:
    """e[i] or e[i:j] along the first axis; e[k] and e[:, k], a row and a column, for an integer expression k.

    Raises ShapeError for rows that do not exist, MisuseError otherwise.
    """
    if not x.shape:
        raise ShapeError(f"{x!r} is a scalar: it has no entries to index.")
    if isinstance(index, Expr):
        return take(x, index)
    if isinstance(index, tuple) and len(index) == 2 and index[0] == slice(None) and isinstance(index[1], Expr):
        return take(transpose(x), index[1])
    n = x.shape[0]
    if isinstance(index, slice):
        start = 0 if index.start is None else index.start
        stop = n if index.stop is None else index.stop
        step = 1 if index.step is None else index.step
        if not _whole(step) or step < 1 or (step != 1 and not all(isinstance(d, int) for d in (n, start, stop))):
            raise MisuseError("a slice needs a positive step, and a step other than 1 needs numbers throughout.")
        return SLICE(x, attrs=(_from_start(start, n), _from_start(stop, n), step))
    return INDEX(x, attrs=(_from_start(index, n),))


def _whole(index: Any) -> bool:
    return isinstance(index, int) and not isinstance(index, bool)


def _from_start(bound: Any, n: Dim) -> Dim:
    """A row as it is counted from the first one: `-1` is `H-1`."""
    if not _whole(bound) and not isinstance(bound, str):
        raise MisuseError(f"{bound!r} is no index: an expression takes e[i] or e[i:j] with whole numbers.")
    return plus(n, bound) if isinstance(bound, int) and bound < 0 else canonical(bound)


def check_indices(exprs: Iterable[Expr], sizes: Mapping[str, int]) -> None:
    """Raises ShapeError where `exprs` read rows that do not exist at these sizes, UnknownNameError without a size."""
    for node in topological(exprs):
        if node.prim in (INDEX, SLICE):
            n, start, stop = (dims.size(dim, sizes) for dim in (node.args[0].shape[0], *_bounds(node)))
            if why := _outside(n, start, stop):
                given = ", ".join(f"{name} = {size}" for name, size in sizes.items())
                raise ShapeError(f"{node!r} does not fit the sizes {given}: {why}")


def _bounds(node: Expr) -> tuple[Dim, Dim]:
    start: Dim = node.attrs[0]  # type: ignore[assignment]
    return start, plus(start, 1) if node.prim is INDEX else node.attrs[1]  # type: ignore[return-value]


# Joining along the first axis. ----------------------------------------------------------------------------------


class Concat(Structured):
    """[a; b; …] along the first axis."""

    def __init__(self) -> None:
        super().__init__(
            "concat", kernel=lambda *parts: kernels.join(parts[:-1], parts[-1]), shape=_concat_shape, pulls=(),
            pushes=(), tree=lambda *parts: Bracket(parts), linear=False, ranked=True, samples=[
                sample(("H",), ("X",)),
                sample(("H", "C"), ("X", "C"), ("H", "C")),
            ],
        )  # fmt: skip

    def flows(self, node: Expr, i: int) -> bool:
        return True

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        """A number among the parts is one entry."""
        parts = zip(node.args, args, strict=True)
        return Bracket(tuple(tree if arg.shape == (1,) else in_full(arg, tree) for arg, tree in parts))

    def start(self, node: Expr, i: int) -> Dim:
        start: Dim = 0
        for arg in node.args[:i]:
            start = plus(start, arg.shape[0])
        return start

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        start = self.start(node, i)
        return SLICE(cotangent, attrs=(start, plus(start, node.args[i].shape[0]), 1))

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        return EMBED(tangent, attrs=(self.start(node, i), 1, node.shape[0]))

    def source(self, node: Expr, code: Coder, size: Any) -> Code:
        parts = [code(arg) for arg in node.args]
        text = ", ".join(part.text for part in parts)
        return Code(f"join([{text}], {len(node.shape)})", leading=any(part.leading for part in parts))


def _concat_shape(*parts: Shape) -> Shape | str:
    if any(not part or len(part) > 2 or part[1:] != parts[0][1:] for part in parts):
        return "the parts must be vectors, or matrices with equal numbers of columns."
    rows: Dim = 0
    for part in parts:
        rows = plus(rows, part[0])
    return (rows, *parts[0][1:])


CONCAT = Concat()


def concat(*parts: Any) -> Expr:
    """[a; b; …]: vectors or matrices joined along the first axis; a scalar is one entry. Takes the parts, or a list.

    Raises InputError where there are none, and ShapeError where they do not fit.
    """
    items = parts[0] if len(parts) == 1 and isinstance(parts[0], (list, tuple)) else parts
    exprs = [broadcast(as_expr(item), (1,)) for item in items]
    if not exprs:
        raise InputError("concat needs at least one part: concat(a, b) or concat([a, b]).")
    return exprs[0] if len(exprs) == 1 else CONCAT(*exprs)


OPERATORS.update(getitem=getitem)
