"""Singular values of multiplied-out products, of which directions are dropped that floats cannot tell from zero."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.products import deflated, singular


def steps_of(hidden, gain, steps=120):
    rng = np.random.default_rng(hidden)
    net = rs.Network("elman", 2, hidden, None)
    params = {name: rng.normal(size=shape) * gain * shape[-1] ** -0.5 for name, shape in net.params.items()}
    return rs.jacobians(net, params, rng.normal(size=(steps, 2))).ordered


@pytest.mark.parametrize(("hidden", "gain"), [(1, 1.0), (4, 1.0), (12, 1.0), (12, 0.2), (12, 4.0)])
def test_what_is_told_from_zero_is_what_the_products_have(hidden, gain):
    """Against the values that keep every digit: each is right to 1e-16 of the largest, times the number of steps."""
    steps = steps_of(hidden, gain)
    found, exact = deflated.fan(steps), singular.fan(steps)
    np.testing.assert_allclose(found[:, 0], exact[:, 0], atol=1e-12)
    np.testing.assert_allclose(np.exp(found - found[:, :1]), np.exp(exact - exact[:, :1]), atol=1e-13)
    assert hidden == 1 or (np.isneginf(found[-1]) & (exact[-1] - exact[-1, 0] < -34)).any()
    assert not np.isneginf(found[exact - exact[:, :1] > -30]).any()


def test_products_that_leave_the_range_of_floats_are_left_to_the_others():
    assert deflated.fan(np.tile(np.eye(3) * 1e-2, (60, 1, 1))) is not None
    sudden = np.tile(np.diag([1e-60, 1e-60, 1.0]), (20, 1, 1))
    sudden[0] = np.diag([1.0, 1.0, 0.0])
    assert deflated.fan(sudden) is None
    np.testing.assert_allclose(singular.plain_fan(sudden)[-1, 0], -19 * 60 * np.log(10))
    assert deflated.fan(np.zeros((4, 2, 2))) is None
    assert deflated.fan(np.zeros((60, 2, 2))) is None
