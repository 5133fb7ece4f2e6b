"""Mean-field theory against published numbers, closed forms, another quadrature, and networks of finite size."""

import mpmath as mp
import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.dynamics.meanfield import MeanField, critical_bias, gradient_curve
from rnnsym.errors import InputError, UnknownNameError
from support.maps import Autonomous


def average(f):
    """E f(z) of an even f by the double exponential rule in 20 digits, over parts that are fine enough for √q = 10."""
    with mp.workdps(20):
        return 2 * mp.quad(lambda z: f(z) * mp.npdf(z), [i / mp.mpf(2) for i in range(19)], maxdegree=5)


def test_at_gain_10_it_is_the_published_theory():
    # Clark (2026), arXiv:2610.12426, the line of theory at g = 10, δ = 1.
    theory = MeanField(10.0)
    assert theory.largest == pytest.approx(0.85644, abs=5e-6)
    assert theory.positive == pytest.approx(0.09116, abs=5e-6)
    assert theory.entropy == pytest.approx(0.044170, abs=5e-7)
    assert theory.dimension == pytest.approx(0.16534, abs=5e-6)


@pytest.mark.parametrize(("gain", "bias"), [(10.0, 0.0), (1.5, 0.3)])
def test_its_averages_are_those_of_another_quadrature(gain, bias):
    theory = MeanField(gain, bias)
    root = mp.sqrt(theory.variance)
    assert gain**2 * average(lambda z: mp.tanh(root * z) ** 2) + bias**2 == pytest.approx(theory.variance, rel=1e-11)
    assert gain**2 * average(lambda z: mp.sech(root * z) ** 4) == pytest.approx(theory.chi, rel=1e-11)
    log_slope = average(lambda z: 2 * mp.log(mp.sech(root * z)))
    assert np.log(gain) - 0.5 + float(log_slope) == pytest.approx(theory.mean, rel=1e-12)
    assert theory.largest == np.log(theory.chi) / 2


def test_below_gain_1_the_exponents_are_those_of_the_matrix():
    # |eigenvalues| of a Gaussian matrix fill a disc evenly: a share 1 − r²/g² of them lies beyond r.
    theory, u = MeanField(0.9), (np.arange(5) + 0.5) / 5
    assert theory.variance == 0
    assert np.allclose(theory.spectrum(5), np.log(0.9) + np.log(1 - u) / 2, rtol=1e-12)
    assert theory.mean == pytest.approx(np.log(0.9) - 0.5, rel=1e-12)
    assert (theory.positive, theory.entropy, theory.dimension) == (0, 0, 0)


def test_the_linear_network_grows_for_ever_beyond_gain_1():
    theory = MeanField([1.2, 2.0], 0.1, "identity")
    assert np.isinf(theory.variance).all()
    # λ(u) = log g + ½ log(1 − u): zero at u = 1 − 1/g².
    assert np.allclose(theory.positive, 1 - 1 / np.array([1.44, 4.0]), rtol=1e-12)
    assert theory.dimension[1] == pytest.approx(1.0)
    u = theory.dimension[0]
    assert u * np.log(1.2) - ((1 - u) * np.log(1 - u) + u) / 2 == pytest.approx(0, abs=1e-12)


def test_relu_has_a_closed_form():
    theory = MeanField([0.5, 1.2], 0.1, "relu")
    assert np.allclose(theory.variance, 0.01 / (1 - np.array([0.25, 1.44]) / 2), rtol=1e-12)
    assert np.allclose(theory.chi, [0.125, 0.72], rtol=1e-12)
    assert np.isneginf(theory.mean).all()
    assert np.isneginf(theory.spectrum(4)[:, 2:]).all()
    assert np.isfinite(theory.spectrum(4)[:, :2]).all()


def test_without_a_variance_the_slopes_are_those_of_small_numbers():
    """relu has g²/2 of the squared gradient left however small its pre-activations are; tanh has all of it."""
    assert MeanField(1.2, 0.0, "relu").largest == pytest.approx(0.5 * np.log(0.72), rel=1e-12)
    assert MeanField(0.5, 0.0).largest == pytest.approx(np.log(0.5), rel=1e-12)


def test_a_variance_of_one_is_found():
    np.testing.assert_allclose(MeanField([0.0, 0.6], [1.0, 0.8], "identity").variance, 1.0, rtol=1e-12)


def test_entropy_dimension_and_mean_are_integrals_of_the_spectrum():
    theory = MeanField(3.0)
    spectrum, du = theory.spectrum(500), 1 / 500
    assert (np.diff(spectrum) < 0).all()
    assert np.sum(spectrum[spectrum > 0]) * du == pytest.approx(theory.entropy, rel=1e-3)
    assert np.count_nonzero(np.cumsum(spectrum) > 0) * du == pytest.approx(theory.dimension, abs=2 * du)
    assert np.sum(spectrum) * du == pytest.approx(theory.mean, rel=3e-3)


def test_chaos_begins_at_gain_1_and_is_widest_where_theory_says():
    assert MeanField(1.003).largest / 0.003**2 == pytest.approx(0.660, abs=1e-3)
    assert MeanField(1.0).largest == pytest.approx(0, abs=1e-8)
    gains = np.array([2.0, 2.8, 4.0, 8.0, 9.0, 10.0])
    theory = MeanField(gains)
    assert gains[np.argmax(theory.dimension)] == 2.8
    assert gains[np.argmax(theory.entropy)] == 9.0


def test_the_critical_line_of_tanh():
    gains = np.sqrt([0.9, 1.0, 1.2, 2.0])
    found = critical_bias(gains)
    assert np.isnan(found[0])
    assert np.allclose(found[1:] ** 2, [0.0, 0.001174273, 0.103779805], rtol=5e-7, atol=1e-12)
    assert np.allclose(MeanField(gains[2:], found[2:]).chi, 1, rtol=1e-10)
    assert np.isnan(critical_bias(1.2, "relu"))


def test_memory_is_the_time_in_which_a_squared_gradient_falls_to_1_over_e():
    theory = MeanField([0.5, 1.5], [0.2, 0.0])
    assert np.allclose(np.exp(-1 / theory.memory), theory.chi)
    assert theory.memory[0] > 0 > theory.memory[1]


def test_measured_norms_follow_the_curve():
    # N = 200, seed 0: the Frobenius norm of products of step Jacobians, of an input drawn anew at each step.
    n, steps, rng = 200, 20, np.random.default_rng(0)
    params = {"W": np.eye(n), "U": 1.4 / np.sqrt(n) * rng.standard_normal((n, n)), "b": np.zeros(n)}
    j = rs.jacobians("elman", params, 0.8 * rng.standard_normal((steps + 10, n)))
    product, measured = np.eye(n), [0.0]
    for step in j.step[10:]:
        product = step @ product
        measured.append(np.log(np.linalg.norm(product) / np.sqrt(n)))
    curve = gradient_curve(1.4, 0.8, steps=steps)
    assert curve[-1] < -2.5
    assert np.abs(np.array(measured) - curve).max() < 0.2


def test_the_whole_spectrum_of_a_finite_network_is_near_the_theory():
    n, rng = 100, np.random.default_rng(2)
    U, h = 4 / np.sqrt(n) * rng.standard_normal((n, n)), rng.standard_normal(n)
    for _ in range(100):
        h = np.tanh(U @ h)
    found = rs.jacobians(Autonomous, {"U": U}, {}, carry={"h": h}, steps=120).lyapunov(skip=40)
    theory = MeanField(4.0).spectrum(n)
    assert np.abs(found.exponents - theory)[:80].max() < 0.4
    assert found.mean_by_determinant == pytest.approx(MeanField(4.0).mean, rel=0.1)


def test_its_answers_have_the_shape_of_what_was_asked():
    theory = MeanField(np.array([[0.5], [2.0]]), np.array([0.0, 0.1, 0.2]))
    assert theory.chi.shape == theory.dimension.shape == (2, 3)
    assert theory.curve(4).shape == theory.spectrum(5).shape == (2, 3, 5)
    assert np.ndim(MeanField(2).largest) == 0
    assert theory.chi[1, 2] == MeanField(2.0, 0.2).chi


def test_any_elementwise_function_will_do():
    z, w = np.polynomial.hermite_e.hermegauss(80)
    theory = MeanField(0.8, 0.5, rs.softplus)
    slopes = 1 / (1 + np.exp(-np.sqrt(theory.variance) * z))
    assert theory.chi == pytest.approx(0.64 * np.sum(w * slopes**2) / np.sum(w), rel=1e-9)
    assert MeanField(3.0, 0.5, rs.sigmoid).mean == MeanField(3.0, 0.5, "sigmoid").mean
    assert MeanField(3.0, 0.5, rs.softplus).chi == pytest.approx(4.5, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1.0,), InputError, "the gain of a random network is a number from 0 to 1000, not -1.0"),
        ((np.nan,), InputError, "the gain"),
        ((1e4,), InputError, "the gain"),
        ((1.0, "x"), InputError, "the bias"),
        (([1.0, 2.0], [1.0, 2.0, 3.0]), InputError, "shapes that fit"),
        ((1.0, 0.0, "tan"), UnknownNameError, "activation 'tan'. Did you mean 'tanh'"),
        ((1.0, 0.0, 3), InputError, "no elementwise function"),
    ],
)
def test_what_is_no_random_network_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        MeanField(*arguments)
