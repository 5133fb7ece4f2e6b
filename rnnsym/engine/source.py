"""The readable program: one function a direction, written from the equations as they are printed.

Timed arrays have T + 1 rows, so that row t is time t: `h[t]` is h_t and `h[0]` the initial state. Rows that no
equation sets are zero. Leading axes are (time, batch…): the same text serves one example and a batch.
"""

import inspect
import re
import types
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.names import START, Fixed, Interval, Name, Offset, Point, Role, T
from rnnsym.core.primitive import PRIMITIVES, Code
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine.formula import Formula, Speech, formula
from rnnsym.engine.identifiers import identifiers, local_names
from rnnsym.engine.scatter import Term, terms
from rnnsym.engine.schedule import Block, schedule
from rnnsym.engine.sizes import LOSS_DATA, Sizes
from rnnsym.engine.sizes import text as size_text
from rnnsym.engine.steps import guard, inside, points
from rnnsym.errors import ScheduleError
from rnnsym.ops import kernels
from rnnsym.ops.structure import OUTER

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


class Written(NamedTuple):
    """A function as text. `clock` is an argument that has T + 1 rows; without one the function takes T itself."""

    text: str
    takes: tuple[Name, ...]
    clock: Name | None


class Writer:
    """Writes the equations of one System as Python functions."""

    def __init__(self, system: System) -> None:
        self.system = system
        every = [*system.given, *system.equations]
        shapes = [system.shape(name) for name in every]
        symbols = dict.fromkeys(n for shape in shapes for dim in shape for n in dims.names_in(dim))
        kernels_known = kernel_functions()
        self.names, self.sizes = identifiers(every, symbols, kernels_known)
        self._told = Sizes(system)
        self._last = last_rows(system)
        self._taken = {*self.names.values(), *self.sizes.values(), *kernels_known}
        self._begin()

    def _begin(self) -> None:
        """Forget which dimensions were mentioned and which local names were used: a new function begins."""
        self._mentioned: dict[str, None] = {}
        self._locals = local_names(self._taken)

    def function(self, title: str, about: str, names: Sequence[Name]) -> Written:
        """The source of a function that computes `names`, with what it takes."""
        self._begin()
        arrays = {name: self._array(name) for name in names if self.system.timed(name)}
        body = [line for block in schedule(self.system, names) for line in self._block(block)]
        sizes = self._told.needed(self._mentioned)
        args = self._arguments(names, sizes)
        clock = next((name for name in args if self._is_clock(name)), None)
        lines = [
            f'"""{about}"""',
            *self._preamble(args, clock),
            *(f"{self.sizes[dim]} = {self._told.line(dim, self.names, self.sizes)}" for dim in sizes),
            f"kind = np.result_type({', '.join(self._real(args))})",
            *arrays.values(),
            *body,
            f"return {{{', '.join(f'{self.names[n]!r}: {self.names[n]}' for n in names)}}}",
        ]
        taken = [*([] if clock else ["T"]), *(self.names[name] for name in args)]
        head = f"def {title}({', '.join(taken)}):"
        return Written("\n".join([head, *(INDENT + line for line in lines)]), tuple(args), clock)

    # What every function starts with: T, the batch axes, the sizes, the arrays to fill. ---------------------------

    def _arguments(self, names: Sequence[Name], sizes: Sequence[str]) -> list[Name]:
        """What the equations of `names` read from outside, and what tells the sizes, T and the batch axes."""
        inside = set(names)
        wanted = {r.name for name in names for piece in self.system.equations[name] for r in reads(piece.rhs)} - inside
        args = [name for name in (*self.system.given, *self.system.equations) if name in wanted]
        args += [self._told.sources[dim].name for dim in sizes]
        given = [name for name in self.system.given if name.role not in LOSS_DATA]
        if not any(map(self._is_clock, args)):
            args += [name for name in given if self.system.timed(name)][:1]
        if not any(name.batched for name in args):
            args += [name for name in given if name.batched][:1]
        return list(dict.fromkeys(args))

    def _is_clock(self, name: Name) -> bool:
        """Whether an array has T + 1 rows; that of a state which runs down from T + 1 has more."""
        return self.system.timed(name) and self._last.get(name, T) == T

    def _preamble(self, args: Sequence[Name], clock: Name | None) -> list[str]:
        told = clock or next(name for name in args if name.batched)
        array, rank = self.names[told], len(self.system.shape(told))
        first, end = "1" if self.system.timed(told) else "", f"{-rank}" if rank else ""
        return [f"T = len({array}) - 1"] * bool(clock) + [f"batch = {array}.shape[{first}:{end}]"]

    def _real(self, args: Sequence[Name]) -> list[str]:
        real = [n for n in args if n.role not in (Role.TARGET, Role.COUNT) and n not in self.system.labels]
        return [self.names[name] for name in real] or ["float"]

    def _array(self, name: Name) -> str:
        shape = "".join(f", {self.dim(d)}" for d in self.system.shape(name))
        rows = f"T + {self._last[name].plus + 1}"
        return f"{self.names[name]} = np.zeros(({rows}, *batch{shape}), kind)"

    def dim(self, dim: Dim) -> str:
        """A dimension as source: `H`, `H + X`; the function that is being written will know its size."""
        self._mentioned.update(dict.fromkeys(dims.names_in(dim)))
        return size_text(dim, self.sizes)

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
            before, value = self._total(name, piece) if piece.total else self._value(piece.rhs, piece.domain)
            lines += [*before, f"{target} {sign} {value}"]
        return lines

    def _loop(self, block: Block) -> list[str]:
        hulls = [self.system.hull(name) for name in block.names]
        core = Interval(max(h.lo for h in hulls), min(h.hi for h in hulls))
        if core.lo > core.hi:
            raise ScheduleError(f"the equations of {', '.join(n.label for n in block.names)} share no step.")
        first, last = min(h.lo for h in hulls), max(h.hi for h in hulls)
        before = [self._single(block, p) for p in points(first, core.lo)]
        after = [self._single(block, p) for p in points(core.hi.shift(1), last.shift(1))]
        lo, stop = str(core.lo), str(core.hi.shift(1))
        header = f"for t in range({lo}, {stop}):"
        if block.direction < 0:
            before, after = after[::-1], before[::-1]
            header = f"for t in range({core.hi}, {core.lo.shift(-1)}, -1):"
        body = [line for name in block.names for line in self._in_loop(name, core)]
        return [*chain(*before), header, *(INDENT + line for line in body), *chain(*after)]

    def _single(self, block: Block, point: Point) -> list[str]:
        """The lines of a recurrence at one step outside its loop."""
        at, lines = Interval(point, point), []
        for name in block.names:
            for i, piece in enumerate(p for p in self.system.equations[name] if not p.domain.apart(at)):
                before, value = self._value(piece.rhs, at)
                body = [*before, f"{self.names[name]}[{point}] {'=' if i == 0 else '+='} {value}"]
                lines += body if piece.domain.covers(at) else guarded(inside(point, piece.domain), body)
        return lines

    def _in_loop(self, name: Name, core: Interval) -> list[str]:
        lines: list[str] = []
        pieces = [piece for piece in self.system.equations[name] if piece.domain.meet(core) is not None]
        for i, piece in enumerate(pieces):
            before, value = self._value(piece.rhs, None)
            body = [*before, f"{self.names[name]}[t] {'=' if i == 0 else '+='} {value}"]
            when = guard(piece.domain, core)
            lines += guarded(when, body) if when else body
        return lines

    def _value(self, expr: Expr, where: Where) -> tuple[tuple[str, ...], str]:
        written = self.code(expr, where)
        return written.lines, written.text

    def _total(self, name: Name, piece: Piece) -> tuple[tuple[str, ...], str]:
        """Σ over the steps of the domain and, for what a batch shares, over the batch: local lines, and the value."""
        steps = piece.domain
        if not name.batched and any(self._scattered(term, steps) for term in terms(piece.rhs)):
            return self._total_of_terms(name, piece)
        if piece.rhs.prim is OUTER and not name.batched and all(self._varies(arg, steps) for arg in piece.rhs.args):
            before, (left, right) = self._formula(piece.rhs.args, steps)
            return before, f"total_outer({left.text}, {right.text})"
        before, text = self._value(piece.rhs, steps)
        if not self._varies(piece.rhs, steps):
            count = [] if steps.single else [f"{steps.hi.shift(1)} - {steps.lo}"]
            shape = [*count, "*batch", *map(self.dim, piece.rhs.shape)]
            text = f"np.broadcast_to({text}, ({', '.join(shape)},))"
        if not name.batched:
            return before, f"total({text}, {len(piece.rhs.shape)})"
        return before, text if steps.single else f"np.sum({text}, axis=0)"

    def _scattered(self, term: Term, steps: Interval) -> bool:
        return term.rows is not None and any(self._varies(arg, steps) for arg in term.rows[:2])

    def _total_of_terms(self, name: Name, piece: Piece) -> tuple[tuple[str, ...], str]:
        """The same term by term, where rows of a table are added up by their numbers."""
        lines, texts = list[str](), list[str]()
        for term in (found := terms(piece.rhs)):
            if term.rows is not None and self._scattered(term, piece.domain):
                before, (number, row) = self._formula(term.rows[:2], piece.domain)
                each = term.rows.source(number.text, row.text, self.dim(term.rows.size))
            else:
                before, each = self._total(name, piece._replace(rhs=term.expr))
            local = next(self._locals) if len(found) > 1 else each
            lines += [*before, *([f"{local} = {each}"] if local != each else [])]
            sign = "-" if term.minus else "+" if texts else ""
            texts.append(f"{sign} {local}" if texts else sign + local)
        return tuple(lines), " ".join(texts)

    def _varies(self, expr: Expr, steps: Interval) -> bool:
        """Whether the value of `expr` has an axis for every step and example that it is summed over."""
        if steps.single:
            return any(r.name.batched for r in reads(expr))
        return any(self.system.timed(r.name) and isinstance(r.time, Offset) for r in reads(expr))

    # Expressions. -------------------------------------------------------------------------------------------------

    def code(self, expr: Expr, where: Where) -> Formula:
        """The source of `expr` on the steps `where`."""
        return self._formula([expr], where)

    def _formula(self, roots: Sequence[Expr], where: Where) -> Formula:
        return formula(roots, Speech(lambda node: self._leaf(node, where), self.dim, self._locals.__next__))

    def _leaf(self, node: Expr, where: Where) -> Code:
        name, time = node.attrs
        assert isinstance(name, Name)
        text = self.names[name]
        if not self.system.timed(name):
            return Code(text, leading=name.batched)
        if isinstance(time, Fixed):
            return Code(f"{text}[{time.at}]")
        assert isinstance(time, Offset)
        if where is None:
            return Code(f"{text}[t{time.k:+d}]" if time.k else f"{text}[t]")
        return Code(text + self._rows(name, where.shift(time.k)))

    def _rows(self, name: Name, steps: Interval) -> str:
        if steps.single:
            return f"[{steps.lo}]"
        last = self._last.get(name, T)
        lo = "" if steps.lo == START.lo else str(steps.lo)
        hi = "" if steps.hi == last else str(steps.hi.shift(1))
        return f"[{lo}:{hi}]"


def last_rows(system: System) -> dict[Name, Point]:
    """The last row of the array of everything timed: T, or a later one that is set or read."""
    last = dict.fromkeys(system.timed_given, T) | {name: max(T, system.hull(name).hi) for name in system.equations}
    for _, piece in system.pieces():
        for read in reads(piece.rhs):
            if read.name in last and isinstance(read.time, Offset):
                last[read.name] = max(last[read.name], piece.domain.hi.shift(read.time.k))
    return last


def guarded(condition: str, body: Sequence[str]) -> list[str]:
    """`body` under a condition."""
    return [f"if {condition}:", *(INDENT + line for line in body)]


def kernel_source(program: str) -> str:
    """The source of the kernels that `program` calls, and of those that they call."""
    known = kernel_functions()
    wanted: list[str] = []
    called = set(re.findall(r"(?<![\w.])(\w+)\(", program))
    pending = [name for name in known if name in called]
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.append(name)
            pending += [called for called in known[name].__code__.co_names if called in known]
    return "\n\n\n".join(source_of(known[name]) for name in sorted(wanted))


@cache
def source_of(what: type | types.FunctionType) -> str:
    """The text of a function or a class of this package."""
    return inspect.getsource(what).rstrip()
