"""Each line of a form against small pushes on the equations: right ones pass, a broken one is found."""

from dataclasses import replace

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api.forms import FormView
from rnnsym.checks.lines import check_lines
from rnnsym.checks.pushes import Equations, Push
from rnnsym.core.names import Name, Role
from rnnsym.core.system import Piece
from rnnsym.errors import InputError
from rnnsym.ops import tanh
from rnnsym.wiring import TOTAL_LOSS


def data(net, steps=5, seed=0):
    rng = np.random.default_rng(seed)
    params = {label: rng.normal(size=shape) for label, shape in net.params.items()}
    targets = (
        rng.integers(0, net.sizes["C"], steps) if net.options.loss == "cross_entropy" else rng.normal(size=(steps, 2))
    )
    return params, rng.normal(size=(steps, net.sizes["X"])), targets, {"h": rng.normal(size=net.sizes["H"])}


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_every_line_of_the_recurrence_is_right(cell, loss):
    net = rs.Network(cell, 3, 4, 2, loss=loss, reduction="mean")
    checks = check_lines(rs.derive(net).form_view(), *data(net))
    assert len(checks) == len(rs.derive(net).lines)
    assert all(check.ok for check in checks.values())
    assert max(check.worst for check in checks.values()) < 1e-12


def test_a_broken_line_and_those_that_rest_on_it_are_found():
    net = rs.Network("elman", 3, 4, 2)
    view = rs.derive(net).form_view()
    bar = Name(Role.ADJOINT, "a")
    broken = tuple(Piece(piece.domain, tanh(piece.rhs)) for piece in view.system.equations[bar])
    system = replace(view.system, equations={**view.system.equations, bar: broken})
    checks = check_lines(FormView(replace(view.form, system=system), "", view.notation, net), *data(net))
    wrong = {str(line.name.plain) for line in view.lines if not checks[line.number].ok}
    assert wrong == {"da", "dh", "dW", "dU", "db"}


def test_a_push_tells_what_feels_it():
    """A push on h_t gives what the unrolled graph gives; one that the next step alone reads gives its Jacobian."""
    net = rs.Network("elman", 2, 3, 2)
    params, x, targets, carry = data(net)
    given = net.given(params, x, targets, carry, None)
    equations = Equations(net.system, list(net.system.equations), given, net.sizes)
    h = Name(Role.CARRY, "h")
    total, alone = Push(h, 2), Push(h, 2, 3)
    slopes = equations.slopes([total, alone], [(TOTAL_LOSS, 0), (h, 3)])
    unrolled = rs.unroll(net, len(x))
    values = unrolled.bind(params, x, targets, carry)
    wanted = rs.evaluate(rs.grad(unrolled.loss, unrolled["h", 2]), values)
    np.testing.assert_allclose(slopes[total][TOTAL_LOSS, 0], wanted, rtol=1e-12)
    jacobian = (1 - equations.values[h, 3] ** 2)[:, None] * params["U"]
    np.testing.assert_allclose(slopes[alone][h, 3], jacobian, rtol=1e-12)


def test_a_batch_and_a_cell_alone_are_refused():
    net = rs.Network("elman", 2, 3, 2)
    params, x, targets, carry = data(net)
    with pytest.raises(InputError, match="without a batch axis"):
        check_lines(rs.derive(net).form_view(), params, x[:, None, :], targets[:, None, :], carry)
    with pytest.raises(InputError, match="a cell alone has no loss"):
        check_lines(rs.derive("elman").form_view(), params, x, targets, carry)
