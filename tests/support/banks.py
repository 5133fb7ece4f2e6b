"""Running a packed System step by step in the banks of its layout, and by the readable program without them."""

import numpy as np

from rnnsym.core import dims
from rnnsym.core.expr import leaves
from rnnsym.core.names import Offset
from rnnsym.engine.packing.pack import pack
from rnnsym.engine.program import function
from rnnsym.engine.schedule import schedule
from rnnsym.interpreters.numeric import run

MARGIN = 4
"""Rows before t = 0 and after T + 1: what reads them reads zero."""


def numbers_for(system, steps, batch, sizes, seed=0):
    """Arrays with T + 1 rows for everything that a system is given."""
    rng = np.random.default_rng(seed)
    lead = () if batch is None else (batch,)
    found = {}
    for name, shape in system.given.items():
        event = tuple(dims.size(dim, sizes) for dim in shape)
        axes = ((steps + 1,) if name in system.timed_given else ()) + (lead if name.batched else ())
        found[name] = rng.uniform(-1, 1, axes + event)
    return found


def readable(system, known, steps):
    """The values of all names by the readable program."""
    return function(system, list(system.equations), "test")(known, steps)


class Banks:
    """The values of a packed system as its layout places them: every name in a view of its own or of a bank."""

    def __init__(self, system, layout, known, steps, batch, sizes):
        self.system, self.layout, self.known, self.steps, self.sizes = system, layout, known, steps, sizes
        self.lead = () if batch is None else (batch,)
        self.views = {}
        for bank in layout.banks:
            self._allocate(bank)
        for name in system.equations:
            if name not in self.views and system.timed(name):
                self.views[name] = self._zeros(self._event(name)), MARGIN
        self.single = {}

    def _event(self, name):
        return tuple(dims.size(dim, self.sizes) for dim in self.system.shape(name))

    def _zeros(self, event):
        return np.zeros((self.steps + 2 + 3 * MARGIN, *self.lead, *event))

    def _allocate(self, bank):
        widths = [{self._event(tenant.name) for tenant in column} for column in bank]
        assert all(len(width) == 1 for width in widths), "tenants of a column have equal sizes"
        widths = [next(iter(width))[0] for width in widths]
        array, start = self._zeros((sum(widths),)), 0
        for column, width in zip(bank, widths, strict=True):
            for name, shift in column:
                assert name not in self.views, "a name has one place"
                assert self.system.timed(name)
                self.views[name] = array[..., start : start + width], MARGIN - shift
            start += width

    def at(self, name, t):
        """The place of a name at step t."""
        view, origin = self.views[name]
        return view[origin + t, ...]

    def read(self, node, t):
        name, time = node.attrs
        if name in self.known:
            array = self.known[name]
            if name not in self.system.timed_given:
                return array
            step = time.step(t, self.steps)
            return array[step] if 0 <= step < len(array) else np.zeros_like(array[0])
        if name in self.views:
            return self.at(name, time.step(t, self.steps)).copy()
        return self.single[name]

    def value(self, rhs, t):
        bound = {node: self.read(node, t) for node in leaves([rhs])}
        return run([rhs], bound, self.sizes)[0]

    def set(self, name, t):
        found = [p for p in self.system.equations[name] if t in p.domain.at(self.steps)]
        if found:
            total = sum(self.value(piece.rhs, t) for piece in found)
            self.at(name, t)[...] = total

    def total(self, name):
        shape = (*(self.lead if name.batched else ()), *self._event(name))
        result = np.zeros(shape)
        for piece in self.system.equations[name]:
            for t in piece.domain.at(self.steps):
                value = self.value(piece.rhs, t)
                full = np.broadcast_to(value, np.broadcast_shapes(value.shape, (*self.lead, *self._event(name))))
                result += full if name.batched else full.reshape(-1, *self._event(name)).sum(0)
                if not piece.total and not name.batched:
                    result = np.asarray(value)
        self.single[name] = result

    def compute(self):
        for block in schedule(self.system, list(self.system.equations)):
            if not block.direction:
                for name in block.names:
                    self._at_once(name)
                continue
            order = [name for name in self.system.equations if name in block.names]
            assert tuple(order) == block.names, "the names stand in the order in which they run"
            times = range(-1, self.steps + 3)
            for t in times if block.direction > 0 else reversed(times):
                for name in block.names:
                    self.set(name, t)
        return self

    def _at_once(self, name):
        if not self.system.timed(name):
            self.total(name)
            return
        for t in range(-1, self.steps + 3):
            self.set(name, t)


def calls_in(system, direction):
    """For each loop of this direction the number of operations in a step that are not parts of another."""
    return [
        sum(not any(p.rhs.prim.name == "slice" for p in system.equations[name]) for name in block.names)
        for block in schedule(system, list(system.equations))
        if block.direction == direction
    ]


def copies_in(system, layout):
    """The joined operands of loops that are not neighbours in the layout, and so must be copied."""
    place = {t.name: (b, c, t.shift) for b, bank in enumerate(layout.banks)
             for c, col in enumerate(bank) for t in col}  # fmt: skip
    found = []
    for block in schedule(system, list(system.equations)):
        for name in block.names if block.direction else ():
            for node in [n for p in system.equations[name] for n in [p.rhs, *p.rhs.args]]:
                inner = node.args[0] if node.prim.name == "neg" else node
                if inner.prim.name == "concat" and len(set(inner.args)) > 1 and not _neighbours(inner.args, place):
                    found.append(name)
    return found


def _neighbours(parts, place):
    if not all(part.prim.name == "leaf" and isinstance(part.attrs[1], Offset) for part in parts):
        return False
    spots = [(place.get(part.attrs[0]), part.attrs[1].k) for part in parts]
    if any(spot is None for spot, _ in spots):
        return False
    (bank, column, shift), k = spots[0]
    return all(
        spot == (bank, column + i, spot[2]) and step - spot[2] == k - shift for i, (spot, step) in enumerate(spots)
    )


def check(system, wanted, choices, sizes, known, steps, batch):
    """Pack, and compare every value that survives, and all that is asked for, with the system before; gives both."""
    packed, layout = pack(system, wanted, choices, sizes)
    before, after = readable(system, known, steps), readable(packed, known, steps)
    banks = Banks(packed, layout, known, steps, batch, sizes).compute()
    for name in wanted:
        close(after[name], before[name], name)
        close(banks.single[name], before[name], name)
    survivors = {column[-1].name for bank in layout.banks for column in bank}
    gone = {tenant.name for bank in layout.banks for column in bank for tenant in column} - survivors
    for name in system.equations:
        if name in packed.equations and name not in gone and system.timed(name):
            for t in {t for piece in system.equations[name] for t in piece.domain.at(steps)}:
                close(banks.at(name, t), before[name][t], (name, t))
    known = {piece.rhs for _, piece in system.pieces()}
    new = [name for name in copies_in(packed, layout) if packed.equations[name][-1].rhs not in known]
    assert all(packed.equations[name][-1].rhs.prim.name == "matvec" for name in new), "only vectors of products"
    return packed, layout


def close(found, right, what):
    scale = np.abs(right).max(initial=0.0) or 1.0
    np.testing.assert_allclose(found / scale, right / scale, rtol=0, atol=1e-11, err_msg=str(what))
