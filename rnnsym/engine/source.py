"""The readable program: one function a direction, written from the equations as they are printed.

Timed arrays have T + 1 rows, so that row t is time t: `h[t]` is h_t and `h[0]` the initial state. Rows that no
equation sets are zero. Leading axes are (time, batch…): the same text serves one example and a batch.
"""

import inspect
import re
import types
from collections.abc import Iterable, Sequence
from itertools import chain

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.names import START, Fixed, Interval, Name, Offset, Point, Role, T
from rnnsym.core.primitive import PRIMITIVES, Code
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine.identifiers import identifiers
from rnnsym.engine.schedule import Block, schedule
from rnnsym.errors import ScheduleError
from rnnsym.ops import kernels
from rnnsym.ops.products import OUTER

Where = Interval | None
"""Which steps a line computes: an Interval for all of them at once, None for the step t of a loop."""

INDENT = "    "


def kernel_functions() -> dict[str, types.FunctionType]:
    """Every plain function that generated source may call, by name."""
    found: dict[str, types.FunctionType] = {
        name: value for name, value in vars(kernels).items() if isinstance(value, types.FunctionType)
    }
    for primitive in PRIMITIVES.values():
        kernel = getattr(primitive, "kernel", None)
        if isinstance(kernel, types.FunctionType) and kernel.__name__ != "<lambda>":
            found.setdefault(kernel.__name__, kernel)
    return found


class Writer:
    """Writes the equations of one System as Python functions."""

    def __init__(self, system: System) -> None:
        self.system = system
        every = [*system.given, *system.equations]
        shapes = [system.shape(name) for name in every]
        symbols = dict.fromkeys(n for shape in shapes for dim in shape for n in dims.names_in(dim))
        self.names, self.sizes = identifiers(every, symbols, kernel_functions())

    def function(self, title: str, about: str, names: Sequence[Name]) -> tuple[str, tuple[Name, ...]]:
        """The source of a function that computes `names`, and the names that it takes as arguments."""
        inside = set(names)
        read = {r.name for name in names for piece in self.system.equations[name] for r in reads(piece.rhs)}
        wanted = read - inside
        args = [name for name in (*self.system.given, *self.system.equations) if name in wanted]
        args = list(dict.fromkeys([*args, *self._size_sources(names)]))
        timed = [name for name in args if self.system.timed(name)]
        if not timed:
            args.append(next(name for name in self.system.given if self.system.timed(name)))
            timed = args[-1:]
        body = [f'"""{about}"""', *self._preamble(names, args, timed[0])]
        for block in schedule(self.system, names):
            body += self._block(block)
        body.append(f"return {{{', '.join(f'{self.names[n]!r}: {self.names[n]}' for n in names)}}}")
        head = f"def {title}({', '.join(self.names[name] for name in args)}):"
        return "\n".join([head, *(INDENT + line if line else "" for line in body)]), tuple(args)

    # What every function starts with: T, the batch axes, the sizes, the arrays to fill. ---------------------------

    def _preamble(self, names: Sequence[Name], args: Sequence[Name], clock: Name) -> list[str]:
        rank, c = len(self.system.shape(clock)), self.names[clock]
        real = [self.names[name] for name in args if name.role not in (Role.TARGET, Role.COUNT)]
        lines = [f"T = len({c}) - 1"]
        if (least := max(map(self._least_steps, names))) > 1:
            lines.append(f"assert T >= {least}, 'these equations need {least} steps or more'")
        lines += [f"batch = {c}.shape[1:{-rank if rank else ''}]"]
        lines += [f"{self.sizes[dim]} = {source}" for dim, source in self._size_lines(names)]
        lines.append(f"kind = np.result_type({', '.join(real)})")
        for name in names:
            if self.system.timed(name):
                shape = "".join(f", {self.dim(d)}" for d in self.system.shape(name))
                rows = f"T + {max(T, self.system.hull(name).hi).plus + 1}"
                lines.append(f"{self.names[name]} = np.zeros(({rows}, *batch{shape}), kind)")
        return lines

    def _least_steps(self, name: Name) -> int:
        """The smallest T at which the hull of `name`, found by the order of `Point`, holds all its steps."""
        hull, domains = self.system.hull(name), [piece.domain for piece in self.system.equations[name]]
        early = [hull.lo.plus - d.lo.plus for d in domains if d.lo.times_T > hull.lo.times_T]
        late = [d.hi.plus - hull.hi.plus for d in domains if d.hi.times_T < hull.hi.times_T]
        return max([*early, *late, 0])

    def _needed_sizes(self, names: Sequence[Name]) -> list[str]:
        shapes = [self.system.shape(name) for name in names]
        return list(dict.fromkeys(n for shape in shapes for dim in shape for n in dims.names_in(dim)))

    def _size_source(self, dim: str) -> tuple[Name, int]:
        for name, shape in self.system.given.items():
            if dim in shape:
                return name, shape.index(dim) - len(shape)
        raise ScheduleError(f"no parameter and no input tells the size of the dimension {dim}.")

    def _size_sources(self, names: Sequence[Name]) -> list[Name]:
        return [self._size_source(dim)[0] for dim in self._needed_sizes(names)]

    def _size_lines(self, names: Sequence[Name]) -> Iterable[tuple[str, str]]:
        for dim in self._needed_sizes(names):
            name, axis = self._size_source(dim)
            yield dim, f"{self.names[name]}.shape[{axis}]"

    def dim(self, dim: Dim) -> str:
        """A dimension as source: `H`, `H + X`."""
        if isinstance(dim, int):
            return str(dim)
        text = re.sub(r"(\d+)([A-Za-z_])", r"\1 * \2", dim)
        return re.sub(r"[A-Za-z_]\w*", lambda m: self.sizes[m[0]], re.sub(r"(?<=.)([+-])", r" \1 ", text))

    # Blocks. ------------------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> list[str]:
        if block.direction:
            return self._loop(block)
        return [line for name in block.names for line in self._at_once(name)]

    def _at_once(self, name: Name) -> list[str]:
        lines = []
        for i, piece in enumerate(self.system.equations[name]):
            target = self.names[name]
            if self.system.timed(name):
                target += self._rows(name, piece.domain)
            sign = "=" if i == 0 else "+="
            value = self._total(name, piece) if piece.total else self.code(piece.rhs, piece.domain).text
            lines.append(f"{target} {sign} {value}")
        return lines

    def _loop(self, block: Block) -> list[str]:
        hulls = [self.system.hull(name) for name in block.names]
        core = Interval(max(h.lo for h in hulls), min(h.hi for h in hulls))
        if core.lo > core.hi:
            raise ScheduleError(f"the equations of {', '.join(n.label for n in block.names)} share no step.")
        first, last = min(h.lo for h in hulls), max(h.hi for h in hulls)
        before = [self._single(block, p) for p in _points(first, core.lo)]
        after = [self._single(block, p) for p in _points(core.hi.shift(1), last.shift(1))]
        lo, stop = _text(core.lo), _text(core.hi.shift(1))
        header = f"for t in range({lo}, {stop}):"
        if block.direction < 0:
            before, after = after[::-1], before[::-1]
            header = f"for t in range({_text(core.hi)}, {_text(core.lo.shift(-1))}, -1):"
        body = [line for name in block.names for line in self._in_loop(name, core)]
        return [*chain(*before), header, *(INDENT + line for line in body), *chain(*after)]

    def _single(self, block: Block, point: Point) -> list[str]:
        """The lines of a recurrence at one step outside its loop."""
        at = Interval(point, point)
        return [
            f"{self.names[name]}[{_text(point)}] {'=' if i == 0 else '+='} {self.code(piece.rhs, at).text}"
            for name in block.names
            for i, piece in enumerate(p for p in self.system.equations[name] if p.domain.covers(at))
        ]

    def _in_loop(self, name: Name, core: Interval) -> list[str]:
        lines, first = [], True
        for piece in self.system.equations[name]:
            if piece.domain.meet(core) is None:
                continue
            line = f"{self.names[name]}[t] {'=' if first else '+='} {self.code(piece.rhs, None).text}"
            guard = _guard(piece.domain, core)
            lines += [f"if {guard}:", INDENT + line] if guard else [line]
            first = False
        return lines

    def _total(self, name: Name, piece: Piece) -> str:
        """Σ over the steps of the domain and, for what a batch shares, over the batch."""
        steps = piece.domain
        if piece.rhs.prim is OUTER and not name.batched and all(self._varies(arg, steps) for arg in piece.rhs.args):
            left, right = (self.code(arg, steps) for arg in piece.rhs.args)
            return f"total_outer({left.text}, {right.text})"
        text = self.code(piece.rhs, steps).text
        if not self._varies(piece.rhs, steps):
            count = [] if steps.single else [f"{_text(steps.hi.shift(1))} - {_text(steps.lo)}"]
            shape = [*count, "*batch", *map(self.dim, piece.rhs.shape)]
            text = f"np.broadcast_to({text}, ({', '.join(shape)},))"
        if not name.batched:
            return f"total({text}, {len(piece.rhs.shape)})"
        return text if steps.single else f"np.sum({text}, axis=0)"

    def _varies(self, expr: Expr, steps: Interval) -> bool:
        """Whether the value of `expr` has an axis for every step and example that it is summed over."""
        if steps.single:
            return any(r.name.batched for r in reads(expr))
        return any(self.system.timed(r.name) and isinstance(r.time, Offset) for r in reads(expr))

    # Expressions. -------------------------------------------------------------------------------------------------

    def code(self, expr: Expr, where: Where) -> Code:
        """The source of `expr` on the steps `where`."""
        known: dict[Expr, Code] = {}

        def visit(node: Expr) -> Code:
            if node not in known:
                known[node] = (
                    self._leaf(node, where) if node.prim.name == "leaf" else node.prim.source(node, visit, self.dim)
                )
            return known[node]

        return visit(expr)

    def _leaf(self, node: Expr, where: Where) -> Code:
        name, time = node.attrs
        assert isinstance(name, Name)
        text = self.names[name]
        if not self.system.timed(name):
            return Code(text, leading=name.batched)
        if isinstance(time, Fixed):
            return Code(f"{text}[{_text(time.at)}]")
        assert isinstance(time, Offset)
        if where is None:
            return Code(f"{text}[t{time.k:+d}]" if time.k else f"{text}[t]")
        return Code(text + self._rows(name, where.shift(time.k)))

    def _rows(self, name: Name, steps: Interval) -> str:
        if steps.single:
            return f"[{_text(steps.lo)}]"
        last = max(T, self.system.hull(name).hi) if name in self.system.equations else T
        lo = "" if steps.lo == START.lo else _text(steps.lo)
        hi = "" if steps.hi == last else _text(steps.hi.shift(1))
        return f"[{lo}:{hi}]"


def _text(point: Point) -> str:
    return str(point)


def _points(lo: Point, stop: Point) -> list[Point]:
    """The steps lo, …, stop - 1, which must be a fixed number of them."""
    if lo.times_T != stop.times_T:
        raise ScheduleError("the equations of a recurrence cover different steps: they cannot share a loop.")
    return [lo.shift(i) for i in range(stop.plus - lo.plus)]


def _guard(domain: Interval, core: Interval) -> str:
    """The condition under which step t of the loop over `core` belongs to `domain`."""
    if domain.covers(core):
        return ""
    if domain.single:
        return f"t == {_text(domain.lo)}"
    low = f"t >= {_text(domain.lo)}" if domain.lo > core.lo else ""
    high = f"t < {_text(domain.hi.shift(1))}" if domain.hi < core.hi else ""
    return " and ".join(filter(None, (low, high)))


def kernel_source(program: str) -> str:
    """The source of the kernels that `program` calls, and of those that they call."""
    known = kernel_functions()
    wanted: list[str] = []
    pending = [name for name in known if re.search(rf"\b{name}\(", program)]
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.append(name)
            pending += [called for called in known[name].__code__.co_names if called in known]
    return "\n\n\n".join(inspect.getsource(known[name]).rstrip() for name in sorted(wanted))
