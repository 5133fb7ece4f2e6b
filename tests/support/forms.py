"""A form run with numbers: lines against small pushes, gradients against reverse mode over the unrolled graph."""

from functools import lru_cache

import numpy as np

import rnnsym as rs
from rnnsym.checks.lines import check_lines
from rnnsym.core.names import Role


def explicit_gradients(net, steps, data):
    """∂L/∂θ for every θ that the loss depends on: reverse mode over the unrolled graph."""
    graph = rs.unroll(net, steps)
    labels = list(graph.params)
    grads = rs.grad(graph.loss, [graph.params[label] for label in labels], disconnected="zero")
    return dict(zip(labels, rs.evaluate(grads, graph.bind(*data), net.sizes), strict=True))


@lru_cache(maxsize=64)
def view_of(derivation, key, wrt):
    """A form, derived once for all lengths."""
    return derivation.form_view(key, wrt=wrt)


def assert_right(derivation, key, data, truth, wrt=None):
    """All lines that have a path of their own, and the gradients that the form gives."""
    view = view_of(derivation, key, wrt)
    more = directions(view, truth)
    checks = check_lines(view, *data, more=more)
    reached = {number: check for number, check in checks.items() if check.worst is not None}
    wrong = {str(line): reached[line.number] for line in view.lines if not right(reached.get(line.number))}
    assert not wrong, (key, wrong)
    assert len(reached) == len(view.lines) if key == "recurrence" else reached, (
        key,
        "some line met no path of its own",
    )
    values = view.values(*data, more=more)
    for name, value in values.items():
        if name.role == Role.GRADIENT and name.label in truth:
            wanted = truth[name.label]
            scale = np.abs(wanted).max(initial=0.0) or 1.0
            assert np.abs(value - wanted).max() <= 1e-10 * scale, (key, name.label)


def right(check):
    """Whether a line agrees with its independent path; one that has none proves nothing."""
    return check is None or check.worst <= 1e-10


def directions(view, truth):
    """A direction to move each parameter along, for the form that asks for one."""
    rng = np.random.default_rng(5)
    return {
        name: rng.normal(size=np.shape(truth[name.of[0].label]))
        for name in view.system.given
        if name.role == Role.TANGENT
    }
