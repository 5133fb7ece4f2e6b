"""Operands: parts of stores, numbers, scratch arrays, and weights that are made once a run."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Fixed, Name
from rnnsym.engine.fast.scope import Kind, Operand, Scope, count
from rnnsym.engine.fast.stages import Stage
from rnnsym.engine.fast.stores import Store, Stores
from rnnsym.engine.fast.submatrix import Submatrix
from rnnsym.engine.fast.ufuncs import ANY, REAL
from rnnsym.engine.fast.views import Bindings, View, rows_text, view
from rnnsym.ops.indexing import CONCAT, INDEX, SLICE
from rnnsym.ops.leaves import FULL, LEAF, number_source
from rnnsym.ops.structure import BROADCAST, STOP_GRADIENT, TRANSPOSE

Event = tuple[int, ...]


class Operands:
    """`fixed` are the lines that run once, `load` those that take the data, `head` those at the start of every run."""

    def __init__(self, stores: Stores, batch: int | None, real: bool) -> None:
        self.stores, self.batch, self.calls = stores, "" if batch is None else str(batch), REAL if real else ANY
        self.fixed, self.head = Bindings(), list[str]()
        buffers = {id(store) for store in stores.buffers()}
        self.outside = {store.name for store in stores.stores if id(store) not in buffers}
        self.load = list[str]()
        self._free: dict[str, list[str]] = {}
        self._tables: dict[str, str] = {}
        self._looked_up: dict[str, str] = {}
        self.plain: dict[str, str] = {}
        """What stands in a column of its own, as it is without the axis of examples."""
        self._scratches = 0
        self._weights: dict[Expr, Operand] = {}
        self._made_of_weights: dict[Expr, bool] = {}

    def event(self, node: Expr) -> Event:
        return tuple(self.stores.size(dim) for dim in node.shape)

    def write(self, scope: Scope, node: Expr, dest: Operand) -> None:
        """Compute `node` into `dest`."""
        raise NotImplementedError

    def operand(self, scope: Scope, node: Expr) -> Operand:
        """The value of `node`: a part of a store where it is one, else computed into a scratch array."""
        if node not in scope.known:
            scope.known[node] = self._operand(scope, node)
        return scope.known[node]

    def _operand(self, scope: Scope, node: Expr) -> Operand:
        if part := self.part(scope, node):
            return self.viewed(scope, part)
        if node.args and len(node.shape) == 2 and scope.kind is Kind.WEIGHT and (block := self.block(scope, node)):
            return Operand(self.located(block), block=block, shared=True)
        if node.prim is FULL:
            return self._number(scope, node)
        if node.prim is STOP_GRADIENT:
            return self.operand(scope, node.args[0])
        if node.prim is BROADCAST:
            return self._repeated(scope, node)
        if scope.kind is not Kind.WEIGHT and self.is_weight(node):
            value = self.weight(node)
            return replace(value, text=self.column(value.text)) if self.batch and node.shape else value
        scratch = self.scratch(scope, self.event(node))
        self.write(scope, node, scratch)
        return scratch

    # Parts of stores. ---------------------------------------------------------------------------------------------

    def part(self, scope: Scope, node: Expr) -> View | None:
        """The part of a store that `node` is, if its value stands there already."""
        if node.prim is LEAF:
            name, time = node.attrs
            assert isinstance(name, Name)
            at = time.at if isinstance(time, Fixed) else time
            return view(self.stores.place(name), at, scope.steps, scope.kind is Kind.LOOP)
        if node.prim is SLICE and len(node.args[0].shape) == 1 and node.attrs[2] == 1:
            inner = self.part(scope, node.args[0])
            start, stop = (self.stores.size(dim) for dim in node.attrs[:2])  # type: ignore[arg-type]
            return inner and inner.narrow(start, stop)
        if node.prim is INDEX and len(node.args[0].shape) == 1:
            inner = self.part(scope, node.args[0])
            return inner and inner.entry(self.stores.size(node.attrs[0]))  # type: ignore[arg-type]
        if node.prim is CONCAT and len(node.shape) == 1:
            return _joined([self.part(scope, arg) for arg in node.args])
        return None

    def reads(self, scope: Scope, node: Expr, dest: Operand) -> bool:
        """Whether writing `dest` may change a value that `node` reads."""
        if dest.view is None:
            return False
        parts = (self.part(scope, leaf) for leaf in leaves([node]))
        return any(part is not None and part.touches(dest.view) for part in parts)

    def viewed(self, scope: Scope, part: View) -> Operand:
        store = part.store
        shared, solid = not store.batched, self._solid(scope, part)
        if part.offset is not None:
            assert scope.loop is not None
            return Operand(scope.loop.bind(part), part, None, shared, solid)
        text = part.text(rows_text(store, part.rows) if part.rows else "")
        if store.name not in self.outside:
            text = self.fixed.bind(self._pointed(text, part))
        if shared and self.batch and store.event and part.column is None and scope.kind is not Kind.WEIGHT:
            text = self.column(text)
        return Operand(text, part, None, shared, solid)

    def block(self, scope: Scope, node: Expr) -> Submatrix | None:
        """The block of a matrix without time that `node` is, if it is one."""
        if node.prim is LEAF and len(node.shape) == 2:
            value = self.operand(scope, node)
            whole = value.view is not None and value.view.store.steps is None and value.shared
            return Submatrix.of(value.text, self.event(node)) if whole else None
        if node.prim is TRANSPOSE:
            inner = self.block(scope, node.args[0])
            return inner and inner.transposed
        if node.prim is SLICE and len(node.shape) == 2 and node.attrs[2] == 1:
            inner = self.block(scope, node.args[0])
            return inner and inner.narrow(*(self.stores.size(dim) for dim in node.attrs[:2]))  # type: ignore[arg-type]
        return None

    def located(self, block: Submatrix) -> str:
        """A block under a short name, where its matrix is there for good."""
        return block.text if block.root in self.outside else self.fixed.bind(block.text)

    def _pointed(self, text: str, part: View) -> str:
        """A scalar of one step, or without time, and without a batch: a view of its entry, rather than a number."""
        scalar = part.column is not None or not part.store.event
        one = part.rows.single if part.rows else part.column is not None
        return f"{text[:-1]}, ...]" if scalar and one and not self.batch and not part.axes else text

    def _solid(self, scope: Scope, part: View) -> bool:
        return (
            not part.fold
            and not part.axes
            and not part.store.tile
            and (part.whole or (scope.kind is not Kind.ALL and part.column is None))
        )

    def _number(self, scope: Scope, node: Expr) -> Operand:
        shape = self.event(node) if scope.kind is Kind.LOOP and not self.batch else ()
        text = f"np.full({shape}, {number_source(node).text}, kind)"
        return Operand(self.fixed.bind(text, "c"), shared=True)

    def _repeated(self, scope: Scope, node: Expr) -> Operand:
        """A scalar beside vectors or matrices: with axes of length 1 for theirs, where there is one of steps before."""
        (inner,) = node.args
        part = self.part(scope, inner)
        if part is not None:
            steps = part.rows is not None and not part.rows.single
            return self.viewed(scope, replace(part, axes=len(node.shape) * steps))
        value = self.operand(scope, inner)
        if value.shared or scope.kind is not Kind.ALL:
            return replace(value, solid=False)
        return Operand(self.fixed.bind(f"{value.text}[{', '.join([':', *['None'] * len(node.shape)])}]"))

    def filled(self, scope: Scope, node: Expr) -> Operand:
        """The value of `node` with all its entries, for what counts them: an operand may be one number for all."""
        inner = node
        while inner.prim is STOP_GRADIENT:
            (inner,) = inner.args
        if inner.prim not in (FULL, BROADCAST):
            return self.operand(scope, node)
        scratch = self.scratch(scope, self.event(node))
        scope.copy(scratch.text, self.operand(scope, inner).text)
        return scratch

    # Scratch arrays. ----------------------------------------------------------------------------------------------

    def scratch(self, scope: Scope, event: Event) -> Operand:
        """An array for an intermediate value, free again after the equation."""
        axes = scope.axes(event, self.batch)
        free = self._free.setdefault(axes, [])
        if not free:
            self._scratches += 1
            free.append(f"s{self._scratches}")
            self.fixed.lines.append(f"{free[-1]} = np.empty(({axes}), kind)")
        name = free.pop()
        scope.borrowed.append((axes, name))
        return Operand(name, shared=scope.kind is Kind.WEIGHT, solid=True)

    def release(self, scope: Scope) -> None:
        """The end of an equation: its scratch arrays are free."""
        for axes, name in scope.borrowed:
            self._free[axes].append(name)
        scope.borrowed.clear()
        scope.known.clear()

    def table(self, scope: Scope, value: Operand, entries: int) -> str:
        """A vector of every step and example as a matrix: one column each. Examples stand behind the entries of each
        step, so that those of many steps are copied; data are copied before any run.
        """
        if scope.kind is not Kind.ALL:
            return value.text if self.batch else self.fixed.bind(f"{value.text}[:, None]")
        if not self.batch:
            return self.fixed.bind(f"{value.text}.T")
        if value.text not in self._tables:
            assert scope.steps is not None
            name = f"t{len(self._tables) + 1}"
            self.fixed.lines.append(f"{name} = np.empty(({entries}, {count(scope.steps)}, {self.batch}), kind)")
            self._tables[value.text] = name
            early = value.view is not None and self._is_data(value.view.store)
            if value.view is not None:
                (self.load if early else scope.lines).append(self._tabled(value))
        if value.view is None:
            scope.lines.append(self._tabled(value))
        return self.fixed.bind(f"columns({self._tables[value.text]})")

    def _tabled(self, value: Operand) -> str:
        """The line that fills the table of a value."""
        return f"{self._tables[value.text]}[...] = {self.fixed.bind(f'np.moveaxis({value.text}, 1, 0)')}"

    def _is_data(self, store: Store) -> bool:
        """Whether nothing in a store depends on parameters."""
        stages, places = self.stores.order.stages, self.stores.places
        return all(stages[name] is Stage.DATA for name, place in places.items() if place.store is store)

    # Weights: what is made of parameters alone. -------------------------------------------------------------------

    def is_weight(self, node: Expr) -> bool:
        if node not in self._made_of_weights:
            stages = self.stores.order.stages
            self._made_of_weights[node] = all(
                stages[leaf.attrs[0]] is Stage.WEIGHT  # type: ignore[index]
                for leaf in leaves([node])
            )
        return self._made_of_weights[node]

    def weight(self, node: Expr) -> Operand:
        """The value of an expression of parameters, computed at the start of a run."""
        if node not in self._weights:
            self._weights[node] = self._weight(node)
        return self._weights[node]

    def _weight(self, node: Expr) -> Operand:
        scope = Scope(Kind.WEIGHT, self.head if list(leaves([node])) else self.load)
        if node.prim is LEAF:
            return self.operand(scope, node)
        if node.prim is TRANSPOSE:
            return Operand(self.once(f"{self.weight(node.args[0]).text}.T"), shared=True)
        name = f"w{len(self._weights) + 1}"
        self.fixed.lines.append(f"{name} = np.empty({self.event(node)}, kind)")
        shape = self.event(node)
        target = Operand(name, block=Submatrix.of(name, shape), shared=True, solid=True)
        self._weights[node] = target  # Its name is taken before those of the weights that it is made of.
        self.write(scope, node, target)
        self.release(scope)
        return target

    def column(self, text: str) -> str:
        """A vector or matrix without examples, with an axis for them."""
        name = self.once(f"{text}[..., None]")
        self.plain[name] = text
        return name

    def once(self, text: str) -> str:
        """The name of something looked up before it is used often: in `head`, or where nothing changes it, for good."""
        root = re.split(r"\W", text)[0]
        known = self._looked_up.values()
        if root not in self.outside and root not in known:
            return self.fixed.bind(text, "f" if text.endswith(".dot") else "v")
        if text not in self._looked_up:
            plain = re.sub(r"\W+", "_", text.replace("[..., None]", "_column")).rstrip("_")
            name = plain if root in known else f"p_{plain}"
            while name in known or name in self.stores.labels.values():
                name += "_"
            self._looked_up[text] = name
            self.head.append(f"{name} = {text}")
        return self._looked_up[text]


def _joined(parts: Sequence[View | None]) -> View | None:
    found = parts[0]
    for other in parts[1:]:
        found = found.joined(other) if found and other else None
    return found
