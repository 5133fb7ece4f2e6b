"""A System entry by entry, at numeric sizes and for a number of steps: scalar equations with shared parts named.

Every named entry is computed once and used by its name, so that nothing is written twice. An equation is taken apart
into entries once, at a general step; those of one step are copies with other leaves, so that T steps cost no more than
making their nodes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr, intern_node, leaves, topological
from rnnsym.core.names import FREE, START, Fixed, Name, Offset, Point, Role, TimeMap
from rnnsym.core.system import Piece, System
from rnnsym.engine.entries import FUNCTIONS, Entry, bare
from rnnsym.engine.unroll import in_order
from rnnsym.errors import InputError
from rnnsym.ops.arithmetic import ADD, add
from rnnsym.ops.families import Pointwise
from rnnsym.ops.leaves import FULL, LEAF, full, is_zero, leaf, number_in, zeros
from rnnsym.transforms.rewrite import substitute

Array = np.ndarray[Any, Any]


class Scalar(NamedTuple):
    """A named entry and its formula, which reads other entries by their names."""

    name: Expr
    formula: Expr


@dataclass
class Scalars:
    """`assignments` in an order in which they can be computed; `labels` are the names of all entries."""

    assignments: list[Scalar] = field(default_factory=list)
    labels: dict[Expr, str] = field(default_factory=dict)
    tables: dict[Name, Array] = field(default_factory=dict)
    """The entries of every name without time."""

    @property
    def given(self) -> list[Expr]:
        """The entries that nothing computes: parameters first, then inputs, targets and initial states in time."""
        computed = {scalar.name for scalar in self.assignments}
        return sorted((node for node in self.labels if node not in computed), key=self._place)

    def _place(self, node: Expr) -> tuple[bool, str, int, str]:
        time, label = node.attrs[1], self.labels[node]
        return isinstance(time, Fixed), label.split("_")[0], time.at.plus if isinstance(time, Fixed) else 0, label


def scalars(
    system: System, names: Sequence[Name], sizes: Mapping[str, int], steps: int, labels: Mapping[Name, Any]
) -> Scalars:
    """The entries of `names` at every step t <= `steps`. `labels` are integers by name, with T + 1 rows if in time.

    Raises InputError for T < 1, for an integer without a value, and for entries that would be called alike.
    """
    if steps < 1:
        raise InputError(f"T = {steps}: a sequence needs at least one step.")
    making = _Making(system, sizes, steps, labels)
    for name, t in in_order(system, list(names), steps):
        making.define(name, t)
    return making.made


class _Template(NamedTuple):
    """A piece taken apart: `rows` are nodes as (primitive, places of arguments, attributes), leaves first."""

    leaves: tuple[Expr, ...]
    rows: tuple[tuple[Any, tuple[int, ...], tuple[Any, ...]], ...]
    outs: tuple[int, ...]
    exprs: tuple[Expr, ...]


class _Making:
    """Makes the entries, one named quantity at a step after the other."""

    def __init__(self, system: System, sizes: Mapping[str, int], steps: int, labels: Mapping[Name, Any]) -> None:
        self.system, self.sizes, self.steps, self.labels = system, sizes, steps, labels
        self.made = Scalars()
        self.templates: dict[tuple[Expr, int | None], _Template] = {}
        self.whole: dict[Expr, bool] = {}
        self.names: dict[tuple[Name, Sequence[int]], tuple[Name, str, str]] = {}
        self.spelt: dict[str, Expr] = {}
        self.moved: dict[tuple[Expr, int], Expr | None] = {}
        self.held: dict[Name, set[int]] = {}
        self.in_time: dict[Name, bool] = {}
        self.source: dict[Expr, tuple[Name, tuple[int, ...]]] = {}

    def size(self, dim: Dim) -> int:
        return dims.size(dim, self.sizes)

    def define(self, name: Name, t: int) -> None:
        """The assignments of one quantity at one step; a start that is given needs none."""
        pieces = self.system.equations[name]
        shape = tuple(map(self.size, self.system.shape(name)))
        if pieces[0].total:
            terms = [self.at(p, s) for p in pieces for s in p.domain.at(self.steps)]
        else:
            held = [piece for piece in pieces if t in piece.domain.at(self.steps)]
            if len(held) == 1 and _is_start(held[0].rhs):
                return
            terms = [self.at(piece, t) for piece in held]
        time = self.when(name, t)
        table = np.empty(shape, dtype=object)
        for i, index in enumerate(np.ndindex(shape)):
            node = self.entry(name, time, index)
            table[index] = node
            self.made.assignments.append(Scalar(node, _total([term[i] for term in terms])))
        if not self.timed(name):
            self.made.tables[name] = table

    def entry(self, name: Name, time: TimeMap, index: Sequence[int]) -> Expr:
        """The leaf of one entry; its label is `h_1_0`, the name with the step and the indices."""
        if (name, index) not in self.names:
            places = "".join(f"_{i}" for i in index)
            self.names[name, index] = name._replace(symbol=name.symbol + places), name.plain.replace(".", "_"), places
        named, stem, places = self.names[name, index]
        node = intern_node(LEAF, (), (named, time), ())
        if node in self.made.labels:
            return node
        label = f"{stem}_{time.at.plus}{places}" if isinstance(time, Fixed) else stem + places
        if self.spelt.setdefault(label, node) is not node:
            raise InputError(f"two different entries would both be called '{label}': rename one.")
        self.made.labels[node] = label
        return node

    def at(self, piece: Piece, t: int) -> Sequence[Expr]:
        """The entries of the right-hand side of `piece` at step t, in reading order."""
        if piece.rhs not in self.whole:
            self.whole[piece.rhs] = all(node.dtype != "int" for node in leaves([piece.rhs]))
        key = piece.rhs, None if self.whole[piece.rhs] else t
        if key not in self.templates:
            self.templates[key] = self.template(*key)
        found = self.templates[key]
        known = [self.read(node, t) for node in found.leaves]
        if any(node is None for node in known):
            absent = {node: zeros(()) if new is None else new for node, new in zip(found.leaves, known, strict=True)}
            return substitute(found.exprs, absent)
        nodes: list[Any] = known
        for prim, places, attrs in found.rows:
            nodes.append(intern_node(prim, tuple([nodes[i] for i in places]), attrs, ()))
        return [nodes[i] for i in found.outs]

    def read(self, node: Expr, t: int) -> Expr | None:
        """What a leaf of a template reads at step t; None where that is zero, since nothing is defined there."""
        key = (node, t) if isinstance(node.attrs[1], Offset) else (node, 0)
        if key not in self.moved:
            self.moved[key] = self._moved(node, t)
        return self.moved[key]

    def _moved(self, node: Expr, t: int) -> Expr | None:
        name, index = self.source[node]
        time = node.attrs[1]
        step = time.step(t, self.steps) if isinstance(time, (Offset, Fixed)) else None
        if step is None or not self.timed(name):
            return self.entry(name, self.when(name, 0), index)
        if name in self.system.equations and step not in self.steps_of(name):
            return None
        return self.entry(name, Fixed(Point(0, step)), index)

    def when(self, name: Name, t: int) -> TimeMap:
        """The time of an entry: step t, the only step of a name that has one, or none."""
        if self.timed(name):
            return Fixed(Point(0, t))
        pieces = self.system.equations.get(name, ())
        if not pieces or pieces[0].total or pieces[0].domain == START:
            return FREE
        return Fixed(Point(0, pieces[0].domain.lo.at(self.steps)))

    def timed(self, name: Name) -> bool:
        if name not in self.in_time:
            self.in_time[name] = self.system.timed(name)
        return self.in_time[name]

    def steps_of(self, name: Name) -> set[int]:
        """The steps at which `name` has a value."""
        if name not in self.held:
            spans = (piece.domain.at(self.steps) for piece in self.system.equations[name])
            self.held[name] = {t for span in spans for t in span}
        return self.held[name]

    # Taking an expression apart. ----------------------------------------------------------------------------------

    def template(self, rhs: Expr, t: int | None) -> _Template:
        known: dict[Expr, Any] = {}
        for node in topological([rhs]):
            known[node] = np.asarray(self.apart(node, [known[arg] for arg in node.args], t), dtype=object)
        exprs = tuple(bare(value) for value in known[rhs].ravel())
        nodes = topological(exprs)
        first = tuple(node for node in nodes if node.prim is LEAF)
        place = {node: i for i, node in enumerate((*first, *(node for node in nodes if node.prim is not LEAF)))}
        rows = tuple(
            (node.prim, tuple(place[arg] for arg in node.args), node.attrs) for node in nodes if node.prim is not LEAF
        )
        return _Template(first, rows, tuple(place[expr] for expr in exprs), exprs)

    def apart(self, node: Expr, args: Sequence[Array], t: int | None) -> Any:
        """The entries of a node from those of its arguments."""
        if node.prim is LEAF:
            return self.leaf(node, t)
        if node.prim is FULL:
            number = Entry(full(number_in(node), ()))
            return np.full(tuple(map(self.size, node.shape)), number, dtype=object)
        if isinstance(node.prim, Pointwise):
            apply: Callable[..., Any] = lambda *entries: Entry(node.prim(*map(bare, entries), attrs=node.attrs))  # noqa: E731
            return np.frompyfunc(apply, len(args), 1)(*args)
        return node.prim.sympy(FUNCTIONS, node, args, self.size)

    def leaf(self, node: Expr, t: int | None) -> Array:
        name, time = node.attrs
        assert isinstance(name, Name)
        if node.dtype == "int":
            return self.integer(name, time, t)
        shape = tuple(map(self.size, node.shape))
        table = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            found = leaf(name._replace(symbol=name.symbol + "".join(f"_{i}" for i in index)), time, ())  # type: ignore[arg-type]
            self.source[found] = (name, index)
            table[index] = Entry(found)
        return table

    def integer(self, name: Name, time: Any, t: int | None) -> Array:
        """The value of a label."""
        if name.role == Role.INPUT:
            raise InputError(f"{name.label} is a symbol of a vocabulary, and entries are written for vectors only.")
        if name not in self.labels:
            raise InputError(
                f"{name.label} is a label, for which there is no symbol: give the labels, one for each step."
            )
        values = np.asarray(self.labels[name])
        if t is None or not self.timed(name):
            return values
        return np.asarray(values[time.step(t, self.steps)])


def _is_start(rhs: Expr) -> bool:
    """Whether a quantity is here an initial state that is given from outside."""
    name = rhs.attrs[0] if rhs.prim is LEAF else None
    return isinstance(name, Name) and name.role == Role.INITIAL


def _total(terms: Sequence[Expr]) -> Expr:
    """The sum of scalars, as one node."""
    kept = [part for term in terms if not is_zero(term) for part in (term.args if term.prim is ADD else (term,))]
    if len(kept) > 1 and not any(part.prim is FULL for part in kept):
        return intern_node(ADD, tuple(kept), (), ())
    return add(*kept) if kept else zeros(())
