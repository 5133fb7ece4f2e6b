"""Independent paths to a gradient, and how two of them are compared.

Reverse mode over the explicit unrolled graph uses neither the adjoint System nor the generated program. The shared
parameters are untied first: each step reads a copy of its own, so that the gradient comes as its contributions, one
for each step and example. Their absolute values, summed, are the scale on which rounding is judged: an absolute
tolerance would bless a vanishing gradient, and a relative one for each entry fails where contributions cancel.
"""

from dataclasses import dataclass

import numpy as np

from rnnsym import evaluate, grad
from rnnsym.core.expr import leaves
from rnnsym.core.names import FREE, NOW, Role
from rnnsym.core.system import Piece, System
from rnnsym.engine.unroll import unroll_system
from rnnsym.ops.leaves import leaf
from rnnsym.transforms import substitute
from rnnsym.wiring import TOTAL_LOSS

TOLERANCE = 1e-10


@dataclass
class Contributions:
    """The terms of one gradient, with their leading axes (steps, *batch)."""

    terms: np.ndarray
    rank: int

    @property
    def leading(self):
        return tuple(range(self.terms.ndim - self.rank))

    @property
    def total(self):
        return self.terms.sum(axis=self.leading)

    @property
    def scale(self):
        """The largest sum of absolute contributions of an entry of this block."""
        return np.abs(self.terms).sum(axis=self.leading).max(initial=0.0)


def untied(system):
    """`system` with every parameter made a quantity of each step, so that each step has a copy of its own."""
    params = [name for name in system.given if name.role == Role.PARAM]
    copies = {leaf(name, FREE, system.given[name]): leaf(name, NOW, system.given[name]) for name in params}
    equations = {
        name: tuple(Piece(p.domain, substitute([p.rhs], copies)[0], p.total) for p in pieces)
        for name, pieces in system.equations.items()
    }
    return System(equations, system.given, system.shapes, system.timed_given | set(params))


def values_at(graph, given):
    """A value for every leaf of unrolled expressions; a copy of a parameter has the parameter's value."""
    found = {}
    for node in leaves(graph):
        name, time = node.attrs
        value = given[name]
        found[node] = value if time == FREE or name.role == Role.PARAM else value[time.at.plus]
    return found


@dataclass
class Explicit:
    """The loss, and by given name the contributions to its gradient. `rows` has the gradient of each single leaf."""

    loss: float
    blocks: dict
    rows: dict

    def at_steps(self, name, like):
        """The gradient of an input, (T, …) like the array `like`; a step that the loss does not read has zero."""
        found = {node.attrs[1].at.plus: row for node, row in self.rows.get(name, {}).items()}
        return np.stack([found.get(t, np.zeros(like.shape[1:])) for t in range(1, len(like) + 1)])

    def alone(self, name, like):
        """The gradient of a quantity that is read at no step of time, such as an initial carry."""
        return next(iter(self.rows.get(name, {}).values()), np.zeros(like.shape))


def explicit(system, given, steps, batch=(), sizes=None):
    """Reverse mode over the unrolled graph of `system` with untied parameters."""
    total = unroll_system(untied(system), steps)[TOTAL_LOSS, 0]
    wanted = [n for n in leaves([total]) if n.attrs[0].role in (Role.PARAM, Role.INPUT, Role.INITIAL)]
    values = values_at([total], given)
    loss, *gradients = evaluate([total, *grad(total, wanted)], values, sizes)
    rows, ranks = {}, {}
    for node, gradient in zip(wanted, gradients, strict=True):
        event = np.shape(values[node])[np.ndim(values[node]) - len(node.shape) :]
        rows.setdefault(node.attrs[0], {})[node] = np.broadcast_to(gradient, (*batch, *event))
        ranks[node.attrs[0]] = len(node.shape)
    blocks = {name: Contributions(np.stack(list(found.values())), ranks[name]) for name, found in rows.items()}
    return Explicit(np.sum(np.broadcast_to(loss, batch)), blocks, rows)


def assert_block(ours, exact, scale, what, tolerance=TOLERANCE):
    """|ours − exact| is below `tolerance` of the sum of absolute contributions."""
    assert np.shape(ours) == np.shape(exact), what
    error = np.max(np.abs(ours - exact), initial=0.0)
    assert error <= tolerance * scale, f"{what}: differs by {error:.3g}, contributions add up to {scale:.3g}"


def complex_steps(problem, block, name, size=1e-30):
    """dL/d(entry) for every entry of one array that `run` takes, by complex step through the generated program."""
    params, x, targets, carry, mask = problem.arguments
    array = {"params": params, "x": {"x": x}, "carry": carry or {}}[block][name]
    out = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        moved = array.astype(complex)
        moved[place] += 1j * size
        if block == "params":
            run = problem.net.run({**params, name: moved}, x, targets, carry, mask)
        elif block == "x":
            run = problem.net.run(params, moved, targets, carry, mask)
        else:
            run = problem.net.run(params, x, targets, {**carry, name: moved}, mask)
        out[place] = np.imag(run.loss) / size
    return out
