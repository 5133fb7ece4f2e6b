"""Every built-in cell against its formulas in plain NumPy: values, and gradients by complex step of that loop."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import catalogue, get
from support.numpy_cells import STEPS, title

X, H, C, T, B = 2, 3, 4, 4, 2
TINY = 1e-100
every_cell = pytest.mark.parametrize(("name", "options", "step"), STEPS, ids=map(title, STEPS))


class Case:
    """A network of a cell with generic numbers, and the same loss by a NumPy loop."""

    def __init__(self, cell, step):
        rng = np.random.default_rng(11)
        self.cell, self.step = cell, step
        self.net = rs.Network(cell, X, H, C)
        self.params = {label: rng.uniform(-0.9, 0.9, shape) for label, shape in self.net.params.items()}
        self.x, self.targets = rng.uniform(-1, 1, (T, B, X)), rng.normal(size=(T, B, C))
        self.carry = {label: rng.normal(size=(B, *self.size(shape))) for label, shape in cell.carry.items()}

    def size(self, shape):
        return tuple({"H": H}.get(dim, dim) for dim in shape)

    def follow(self, params, x, carry, example):
        """What the step computes at t = 1…T, with the readout and the loss of the step."""
        state = {label: value[example] for label, value in carry.items()}
        for t in range(T):
            state = self.step(params, x[t, example], state)
            y = params["V"] @ state[self.cell.output_name] + params["b_y"]
            yield {**state, "y": y, "L": 0.5 * np.sum((y - self.targets[t, example]) ** 2)}

    def loss(self, params, x, carry):
        return sum(at["L"] for example in range(B) for at in self.follow(params, x, carry, example))

    def slopes(self, group, label):
        """The derivative of the loss in each entry of one array of `params`, or of `carry`."""
        given = {"params": self.params, "x": self.x, "carry": self.carry}
        array = given[group][label]
        found = np.empty(array.shape)
        for entry in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[entry] += 1j * TINY
            found[entry] = np.imag(self.loss(**{**given, group: {**given[group], label: moved}})) / TINY
        return found


def of(name, options, step):
    return Case(get(name, **options), step)


@every_cell
def test_it_computes_its_formulas(name, options, step):
    case = of(name, options, step)
    run = case.net.run(case.params, case.x, case.targets, case.carry)
    for example in range(B):
        for t, values in enumerate(case.follow(case.params, case.x, case.carry, example), 1):
            for label, value in values.items():
                np.testing.assert_allclose(run.at(label, t)[example], value, rtol=1e-12, atol=1e-14)


@every_cell
def test_its_gradients_are_those_of_the_loop(name, options, step):
    case = of(name, options, step)
    run = case.net.run(case.params, case.x, case.targets, case.carry)
    for group, gradients in (("params", run.grads), ("carry", run.carry_grad)):
        for label, gradient in gradients.items():
            slopes = case.slopes(group, label)
            np.testing.assert_allclose(gradient, slopes, rtol=1e-10, atol=1e-12 * np.abs(slopes).max(), err_msg=label)


def test_no_built_in_cell_is_left_out():
    tested = {(name, options.get("variant", "")) for name, options, _ in STEPS}
    assert {(entry.name, entry.options.get("variant", "")) for entry in catalogue()} <= tested


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: "-".join([entry.name, *entry.options.values()]))
def test_each_says_what_it_is_and_where_it_comes_from(entry):
    assert entry.about.endswith(".")
    assert len(entry.about) <= 70
    assert entry.source
