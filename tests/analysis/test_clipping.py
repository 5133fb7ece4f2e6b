"""Clipping by norm and by value, before and after."""

import importlib.util

import numpy as np
import pytest

from rnnsym.analysis.anatomy.clipping import EPS_OF_PYTORCH, clip_by_norm, clip_by_value
from rnnsym.errors import InputError

GRADS = {"W": np.array([[3.0, 0.0], [0.0, 0.0]]), "b": np.array([4.0, 0.0])}


def test_the_norm_of_all_parameters_together_decides():
    found = clip_by_norm(GRADS, 1.0)
    assert np.allclose(found.grads["W"], GRADS["W"] / 5)
    assert np.allclose(found.grads["b"], GRADS["b"] / 5)
    assert (found.together.before, found.together.after) == pytest.approx((5.0, 1.0))
    assert found.together.angle == pytest.approx(0.0, abs=1e-15)
    assert found.each["b"].before == pytest.approx(4.0)
    assert found.each["b"].factor == pytest.approx(0.2)


def test_a_gradient_within_the_limit_stays_bit_by_bit():
    for limit in (5.0, 6.0):
        found = clip_by_norm(GRADS, limit)
        assert all(np.array_equal(found.grads[name], GRADS[name]) for name in GRADS)
        assert found.together.changed == 0.0
        assert found.together.factor == 1.0


def test_clipping_by_value_turns_the_direction():
    found = clip_by_value(GRADS, 1.0)
    assert found.grads["W"][0, 0] == found.grads["b"][0] == 1.0
    assert found.together.after == pytest.approx(np.sqrt(2))
    assert found.together.angle == pytest.approx(np.arccos(7 / (5 * np.sqrt(2))), rel=1e-12)
    assert found.together.changed == pytest.approx(2 / 6)
    assert found.each["W"].angle == pytest.approx(0.0, abs=1e-15)


def test_what_is_given_is_not_changed():
    before = {name: array.copy() for name, array in GRADS.items()}
    clip_by_norm(GRADS, 0.1)
    clip_by_value(GRADS, 0.1)
    assert all(np.array_equal(before[name], GRADS[name]) for name in GRADS)


def test_very_large_and_very_small_gradients():
    large = clip_by_norm({"W": np.full(4, 1e200)}, 1.0)
    assert large.together.before == pytest.approx(2e200)
    assert large.together.after == pytest.approx(1.0)
    small = clip_by_norm({"W": np.full(4, 1e-200)}, 1e-200)
    assert small.together.after == pytest.approx(1e-200)
    zero = clip_by_norm({"W": np.zeros(3)}, 1.0)
    assert (zero.together.before, zero.together.factor) == (0.0, 1.0)
    assert np.isnan(zero.together.angle)


@pytest.mark.parametrize("limit", [0, -1.0, np.nan, np.inf, True, "1"])
@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
def test_a_limit_that_is_none_is_refused(clip, limit):
    with pytest.raises(InputError, match="a limit for clipping must be"):
        clip(GRADS, limit)


def test_gradients_must_be_finite_and_named():
    with pytest.raises(InputError, match="gradient of W is not finite"):
        clip_by_norm({"W": [1.0, np.inf]}, 1.0)
    with pytest.raises(InputError, match="grads must be a dict"):
        clip_by_value([1.0], 1.0)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch IS NOT INSTALLED: clipping NOT COMPARED")
@pytest.mark.parametrize("limit", [0.5, 50.0])
def test_pytorch_does_the_same_with_its_eps(limit):
    torch = importlib.import_module("torch")
    rng = np.random.default_rng(0)
    grads = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=3)}
    leaves = {name: torch.zeros(array.shape, dtype=torch.float64) for name, array in grads.items()}
    for name, tensor in leaves.items():
        tensor.grad = torch.tensor(grads[name])
    norm = torch.nn.utils.clip_grad_norm_(leaves.values(), limit)
    found = clip_by_norm(grads, limit, eps=EPS_OF_PYTORCH)
    assert found.together.before == pytest.approx(float(norm), rel=1e-14)
    for name, tensor in leaves.items():
        assert np.allclose(found.grads[name], tensor.grad.numpy(), rtol=1e-14, atol=0)
    for name, tensor in leaves.items():
        tensor.grad = torch.tensor(grads[name])
    torch.nn.utils.clip_grad_value_(leaves.values(), limit)
    assert all(np.array_equal(clip_by_value(grads, limit).grads[n], leaves[n].grad.numpy()) for n in grads)
