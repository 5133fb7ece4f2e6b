"""Independent paths to a gradient, and how two of them are compared.

Reverse mode over the explicit unrolled graph uses neither the adjoint System nor the generated program. Two paths are
compared on the scale of the sum of absolute contributions, for each parameter block: the same gradient with every
term of every sum taken by its absolute value (so that 1 − y² counts as 1 + y²). An absolute tolerance would bless a
vanishing gradient, and a relative one for each entry fails where contributions cancel.
"""

from dataclasses import dataclass

import numpy as np

from rnnsym import evaluate, grad
from rnnsym.core import dims
from rnnsym.core.expr import leaves, topological
from rnnsym.core.names import FREE, Role
from rnnsym.engine.unroll import unroll_system
from rnnsym.interpreters.numeric import infer_sizes
from rnnsym.wiring import TOTAL_LOSS

TOLERANCE = 1e-10
TRUNCATION = 1e-50
"""A complex step of 1e-30 is off by its square where the derivative is exactly zero."""
WANTED = (Role.PARAM, Role.INPUT, Role.INITIAL)


@dataclass
class Explicit:
    """The loss; by leaf of the unrolled graph its gradient, and the sums of absolute contributions to it."""

    loss: float
    gradients: dict
    absolute: dict
    batch: tuple

    def rows(self, name):
        return {leaf: gradient for leaf, gradient in self.gradients.items() if leaf.attrs[0] == name}

    def param(self, name, like):
        """The gradient of a parameter, which all examples share."""
        return sum((over_batch(row, self.batch) for row in self.rows(name).values()), np.zeros(like.shape))

    def start(self, name, like):
        """The gradient of an initial carry, for each example."""
        return sum(self.rows(name).values(), np.zeros(like.shape))

    def series(self, name, like):
        """The gradient of an input at every step, (T, …) like the array `like`."""
        out = np.zeros(like.shape)
        for leaf, row in self.rows(name).items():
            out[leaf.attrs[1].at.plus - 1] = row
        return out

    def scale(self, name):
        """The largest sum of absolute contributions to an entry of this block."""
        sums = [over_batch(self.absolute[leaf], self.batch) for leaf in self.rows(name)]
        return max((float(np.max(total, initial=0.0)) for total in sums), default=0.0)


def over_batch(array, batch):
    return array.sum(axis=tuple(range(len(batch))))


def values_at(nodes, given):
    """A value for every leaf of unrolled expressions."""
    found = {}
    for node in nodes:
        name, time = node.attrs
        found[node] = given[name] if time == FREE else given[name][time.at.plus]
    return found


def explicit(system, given, steps, batch=(), sizes=None):
    """Reverse mode over the unrolled graph of `system`."""
    total = unroll_system(system, steps)[TOTAL_LOSS, 0]
    values = values_at(leaves([total]), given)
    wanted = [node for node in values if node.attrs[0].role in WANTED]
    exprs = [total, *grad(total, wanted)]
    loss, *gradients = evaluate(exprs, values, sizes)
    bounds = absolute(exprs, values, sizes)[1:]
    full = {n: (*batch, *np.shape(values[n])[np.ndim(values[n]) - len(n.shape) :]) for n in wanted}
    spread = [
        {n: np.broadcast_to(array, full[n]) for n, array in zip(wanted, group, strict=True)}
        for group in (gradients, bounds)
    ]
    return Explicit(np.sum(np.broadcast_to(loss, batch)), *spread, batch)


def absolute(exprs, values, sizes):
    """The values of `exprs` with every sum taken over absolute values, and every product over such sums."""
    known = infer_sizes(values, sizes)
    value, bound = dict(values), {leaf: np.abs(array) for leaf, array in values.items()}
    for node in topological(exprs):
        if node in bound:
            continue
        args = [value[arg] for arg in node.args]
        value[node] = node.prim.numpy(node, args, lambda dim: dims.size(dim, known))
        if node.prim.name == "neg":
            bound[node] = bound[node.args[0]]
        elif node.prim.name in ("add", "mul", "concat") or (node.args and getattr(node.prim, "linear", False)):
            bound[node] = node.prim.numpy(node, [bound[arg] for arg in node.args], lambda dim: dims.size(dim, known))
        else:
            bound[node] = np.abs(value[node])
    return [bound[expr] for expr in exprs]


def assert_block(ours, exact, scale, what, tolerance=TOLERANCE):
    """|ours − exact| is below `tolerance` of the sum of absolute contributions."""
    assert np.shape(ours) == np.shape(exact), what
    error = np.max(np.abs(ours - exact), initial=0.0)
    why = f"{what}: differs by {error:.3g}, contributions add up to {scale:.3g}"
    assert error <= tolerance * scale + TRUNCATION, why


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
