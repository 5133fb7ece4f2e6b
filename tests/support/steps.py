"""One step of a network as a function of its state and parameters, and its derivatives by complex step."""

import numpy as np

import rnnsym as rs
from rnnsym.api.forms import FormView
from rnnsym.core.names import Name, Role
from rnnsym.notation import load
from support.odd_cells import OddMatrices, ScalarState
from support.two_carries import TwoCarries

TINY = 1e-30


def values(form, net, data):
    """Every line of a form run with numbers."""
    return FormView(form, "", load("default"), net).values(*data[:4])


def carry(symbol, *path):
    return Name(Role.CARRY, symbol, path)


def param(symbol, *path):
    return Name(Role.PARAM, symbol, path)


CELLS = {
    "elman": "elman",
    "lstm": "lstm",
    "gru": "gru",
    "two carries": TwoCarries,
    "a number as a state": ScalarState,
    "matrices in odd uses": OddMatrices,
}
STACK = [carry("h"), carry("c")]


def drawn(cell, steps=3, seed=0):
    """A network for a cell (a key of CELLS, or any), and numbers for it; a state that is a number gets one."""
    net = rs.Network(CELLS.get(cell, cell), inputs=2, hidden=3, outputs=4)
    rng = np.random.default_rng(seed)
    params = {name: rng.uniform(-0.9, 0.9, shape) for name, shape in net.params.items()}
    start = {name: rng.normal(size=[net.sizes[d] for d in shape]) for name, shape in net.cell.carry.items()}
    return net, (params, rng.normal(size=(steps, 2)), rng.normal(size=(steps, 4)), start)


def printed(form):
    """The right-hand sides by the left-hand sides."""
    return dict(str(line).split(" = ", 1) for line in form.lines)


def parameters(derivation):
    return [bar.as_role(Role.PARAM) for bar in derivation.adjoint.gradients]


def check_gradients(build, net, data, order=1, most=None):
    """A form about every parameter that the loss feels, run with numbers: its gradient is that of the network.

    Equal to 1e-12. Gives how many were found, at most `most`; order: 1 from the first parameter on, -1 from the last.
    """
    derivation = rs.derive(net)
    _, gradients = net.value_and_grad(*data[:4])
    found = 0
    for theta in parameters(derivation)[::order]:
        form = build(net.system, derivation.adjoint, theta)
        found += 1
        got, expected = values(form, net, data)[theta.as_role(Role.GRADIENT)], gradients[theta.label]
        assert np.shape(got) == np.shape(expected)
        size = max(np.max(np.abs(expected), initial=0), 1e-3)
        assert np.max(np.abs(got - expected), initial=0) <= 1e-12 * size, theta.label
        if found == most:
            break
    return found


class Steps:
    """The states of a run, and how a single step moves."""

    def __init__(self, net, params, x, targets, start):
        self.net, self.params, self.x, self.targets = net, params, x, targets
        run = net.run(params, x, None, start)
        self.states = {name: np.concatenate([np.asarray(start[name])[None], run[name]]) for name in start}

    def step(self, t, state, params):
        """The states after step `t` from `state`."""
        run = self.net.run(params, self.x[t - 1 : t], None, state)
        return {name: run[name][0] for name in state}

    def block(self, t, s, p):
        """∂s_t/∂p_{t-1}."""
        before = {name: values[t - 1] for name, values in self.states.items()}
        return self._slopes(before[p], lambda moved: self.step(t, {**before, p: moved}, self.params)[s])

    def immediate(self, t, s, theta):
        """∂⁺s_t/∂θ, with the entries of θ in one row."""
        before = {name: values[t - 1] for name, values in self.states.items()}
        found = self._slopes(self.params[theta], lambda moved: self.step(t, before, {**self.params, theta: moved})[s])
        return found.reshape((*before[s].shape, -1))

    def total(self, t, s, theta):
        """ds_t/dθ through all steps."""
        start = {name: values[0] for name, values in self.states.items()}

        def last(moved):
            return self.net.run({**self.params, theta: moved}, self.x[:t], None, start)[s][-1]

        return self._slopes(self.params[theta], last).reshape((*start[s].shape, -1))

    def _slopes(self, at, function):
        columns = []
        for place in np.ndindex(np.shape(at)):
            moved = np.asarray(at, complex).copy()
            moved[place] += 1j * TINY
            columns.append(np.imag(function(moved)) / TINY)
        stacked = np.stack(columns, axis=-1)
        return stacked.reshape((*stacked.shape[:-1], *np.shape(at)))
