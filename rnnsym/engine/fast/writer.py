"""The fast program of a System as the text of a module: buffers and views once, then runs of nothing but calls."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval, Name, Offset, Point, Role, T
from rnnsym.core.primitive import Code
from rnnsym.core.system import System
from rnnsym.engine.fast import helpers
from rnnsym.engine.fast.loops import Loops, least_steps, write
from rnnsym.engine.fast.lowering import Lowering
from rnnsym.engine.fast.scope import Kind, Scope, code, count
from rnnsym.engine.fast.stages import Stage, ordered
from rnnsym.engine.fast.stores import STEPS, Store, Stores
from rnnsym.engine.fast.totals import total, total_of_examples
from rnnsym.engine.fast.views import rows_text, view
from rnnsym.engine.formula import Speech, formula
from rnnsym.engine.identifiers import local_names
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.source import INDENT, kernel_functions, kernel_source, source_of
from rnnsym.errors import ScheduleError
from rnnsym.ops.indexing import INDEX

HELPERS = (helpers.Turns, helpers.turns, helpers.points, helpers.folded, helpers.columns)

CALL = re.compile(r"\bnp\.([a-z_]+)\(")
PART = re.compile(r"\w+(\[[\d:, ]*\])?")
"""An array, or rows and columns of it."""


class FastWriter:
    """Writes one module: `prepare(T)` returns `load`, which takes the data, and `run`, which takes parameters."""

    def __init__(
        self, system: System, wanted: Sequence[Name], layout: Layout, sizes: Mapping[str, int], batch: int | None,
        kind: str,
    ) -> None:  # fmt: skip
        self.system, self.wanted, self.kind = system, tuple(wanted), kind
        self.order = ordered(system, wanted)
        self.stores = Stores(system, self.order, layout, sizes, [name for name in wanted if system.timed(name)])
        self.low = Lowering(self.stores, batch, np.dtype(kind).kind != "c")
        self.loops = Loops(self.low)
        self.least = least_steps(system, self.order.blocks)
        read = {name for name in self.order.readers if name in system.given}
        self.params = tuple(name for name in system.given if name.role == Role.PARAM and name in read)
        self.data = tuple(name for name in system.given if name.role != Role.PARAM and name in read)
        self._locals = local_names(set(self.stores.labels.values()) | {"s1", "c1", "v1", "a1", "w1"})
        self._load, self._run = self.low.load, list[str]()
        self._parts = {self.stores.labels[name] for name in self.wanted}
        self._load.extend(map(self._copied, self.data))
        for block in self.order.blocks:
            if block.direction:
                self.loops.write(block, self._load, self._run)
            else:
                for name in block.names:
                    self._equation(name)

    # Equations outside loops. -------------------------------------------------------------------------------------

    def _equation(self, name: Name) -> None:
        stage = self.order.stages[name]
        if self.stores.fresh(name):
            self._result(name)
            return
        lines = {Stage.DATA: self._load, Stage.WEIGHT: self.low.head, Stage.RUN: self._run}[stage]
        if self.system.timed(name):
            self.loops.at_once(name, self._load, lines)
            return
        for i, piece in enumerate(self.system.equations[name]):
            if piece.total:
                self._total_of_examples(name, lines, i)
                continue
            kind = Kind.PLAIN if name.batched else Kind.WEIGHT
            scope = Scope(kind, lines, piece.domain, about=self.stores.labels[name])
            write(self.low, scope, piece, view(self.stores.place(name), Offset(0), None, False), more=i > 0)

    def _total_of_examples(self, name: Name, lines: list[str], i: int) -> None:
        if i:
            raise ScheduleError(f"'{name.label}' is a sum of several totals for each example.")
        scope = Scope(Kind.PLAIN, lines)
        dest = self.low.viewed(scope, view(self.stores.place(name), Offset(0), None, False))
        total_of_examples(self.low, lines, self.system.equations[name][i], dest, self.stores.labels[name])

    def _result(self, name: Name) -> None:
        """A new array in every run."""
        label = self.stores.labels[name]
        for i, piece in enumerate(self.system.equations[name]):
            text = total(self.low, self._run, piece) if piece.total else self._formula(piece.rhs)
            text = self._own(text) if name in self.wanted else text
            self._run.append(f"{label} = {text}" if i == 0 else f"{label} = {label} + {text}")

    def _own(self, text: str) -> str:
        """`text`, or a copy of it where another result is the same part of an array."""
        part = text.removesuffix(".T")
        if not PART.fullmatch(part):
            return text
        if part in self._parts:
            return f"{text}.copy()"
        self._parts.add(part)
        return text

    def _formula(self, expr: Expr) -> str:
        plain = Scope(Kind.WEIGHT, self._run)
        if block := self.low.block(plain, expr):
            return block.text
        if expr.prim is INDEX and (block := self.low.block(plain, expr.args[0])):
            return block.row(self.stores.size(expr.attrs[0]))  # type: ignore[arg-type]

        def leaf(node: Expr) -> Code:
            return Code(self.low.operand(plain, node).text, leading=False)

        written = formula([expr], Speech(leaf, lambda dim: str(self.stores.size(dim)), self._locals.__next__))
        self._run.extend(written.lines)
        return written.text

    # The module. --------------------------------------------------------------------------------------------------

    def _copied(self, name: Name) -> str:
        """The line that takes over a given array, whose row t is step t, with its examples last."""
        store, label = self.stores.place(name).store, self.stores.labels[name]
        rows = rows_text(store, Interval(Point(0, 1), T)) if store.steps else "..."
        given = f"given_{label}[1:]" if store.steps else f"given_{label}"
        if self.low.batch and store.batched and store.event:
            given = f"np.moveaxis({given}, {int(store.steps is not None)}, -1)"
        return f"{label}[{rows}] = {given}"

    def _buffer(self, store: Store) -> str:
        if store.tile:
            return f"{store.name} = tiles{store.tile}"
        axes = [count(store.steps)] if store.steps else []
        axes += map(str, store.event)
        axes += [self.low.batch] if store.batched and self.low.batch else []
        kind = "int" if store.integer else "kind"
        return f"{store.name} = np.zeros(({''.join(f'{axis}, ' for axis in axes)}), {kind})"

    def _tiles(self) -> list[str]:
        """The array of which others are parts."""
        tiled = self.stores.tiled
        return [f"tiles = np.zeros(({count(tiled.rows)}, {tiled.size}, {tiled.size}), kind)"] if tiled else []

    def _returned(self) -> str:
        def value(name: Name) -> str:
            label = self.stores.labels[name]
            if self.system.timed(name):
                return self._rows_of(name)
            if not self.stores.fresh(name):
                return f"{label}.copy()"
            return label if self.stores.event(name) else f"np.asarray({label})"

        found = [*map(value, self.wanted), *(["tiles"] if self.stores.tiled else [])]
        return ", ".join(found) + "," * (len(found) == 1)

    def _rows_of(self, name: Name) -> str:
        """A quantity of all steps, as it stands in the arrays of the program, with the axis of examples first."""
        low, place = self.low, self.stores.place(name)
        span = STEPS.hull(self.system.hull(name))
        if place.store.tile and self.stores.tiled:
            span = self.stores.tiled.rows
        text = view(place, Offset(0), span, False).text(rows_text(place.store, span.shift(-place.shift)))
        moved = low.batch and place.store.batched and place.store.event
        return low.fixed.bind(f"np.moveaxis({text}, -1, 1)" if moved else text)

    def source(self, title: str) -> str:
        """The text of the module."""
        taken = ", ".join(f"given_{self.stores.labels[name]}" for name in self.data)
        args = ", ".join(self.stores.labels[name] for name in self.params)
        run = [*self.low.head, *self._run, f"return {self._returned()}"]
        lines = [*self._tiles(), *map(self._buffer, self.stores.buffers()), *self.low.fixed.lines, *self.loops.lists]
        made = self._used(lines, [*self._load, *run])
        brief = [name for name in dict.fromkeys(CALL.findall("\n".join(run))) if self._may_stand_alone(name)]
        run = [CALL.sub(lambda found: f"{found[1]}(" if found[1] in brief else found[0], line) for line in run]
        body = [
            *(f"{name} = np.{name}" for name in brief),
            f"kind = {self.kind!r}",
            *made,
            "",
            *_function("load", taken, self._load or ["pass"]),
            "",
            *_function("run", args, run),
            "",
            "return load, run",
        ]
        text = "\n".join(body)
        head = f'"""{title}"""\n\nimport numpy as np'
        parts = [
            head,
            kernel_source(text),
            *map(source_of, HELPERS),
            "\n".join(_function("prepare", "T", body)),
        ]
        return "\n\n\n".join(filter(None, parts)) + "\n"

    def _may_stand_alone(self, name: str) -> bool:
        """Whether a function of NumPy can go by its own name: it is quicker to find."""
        return name not in kernel_functions() and name not in self.stores.labels.values()

    @staticmethod
    def _used(lines: list[str], text: Sequence[str]) -> list[str]:
        """The lines whose name is used further on."""
        words = set(re.findall(r"\w+", "\n".join(map(code, text))))
        kept = []
        for line in reversed(lines):
            if line.split(" = ")[0] in words:
                kept.append(line)
                words.update(re.findall(r"\w+", line.split(" = ", 1)[1]))
        return kept[::-1]


def _function(name: str, args: str, body: Sequence[str]) -> list[str]:
    return [f"def {name}({args}):", *(INDENT + line if line else "" for line in body)]
