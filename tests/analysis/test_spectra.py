"""Radius, norm, departure from normality and passing growth, against numpy.linalg and closed forms."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.anatomy.spectra import departure, eigenvalues, growth, norm, power_norms, radius
from rnnsym.errors import InputError, ShapeError

SHEAR = np.array([[0.9, 5.0], [0.0, 0.9]])
ROTATION = np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])


@pytest.fixture(scope="module")
def elman():
    net = rs.Network("elman", inputs=2, hidden=4)
    x = np.random.default_rng(1).normal(size=(9, 2))
    return rs.jacobians(net, net.init(2, "normal"), x)


def test_radius_and_norm_of_a_stack_are_those_of_each_matrix(elman):
    for t in range(9):
        values = np.linalg.eigvals(elman.step[t])
        assert np.isclose(radius(elman.step)[t], abs(values).max(), rtol=1e-12)
        assert np.isclose(norm(elman.step)[t], np.linalg.svd(elman.step[t])[1][0], rtol=1e-12)
        found = eigenvalues(elman.step)[t]
        assert np.allclose(np.poly(found), np.poly(elman.step[t]), atol=1e-12)
        assert (np.diff(abs(found)) <= 1e-12).all()


def test_departure_from_normality():
    assert departure(SHEAR) == pytest.approx(5.0, rel=1e-12)
    assert departure(SHEAR, relative=True) == pytest.approx(5 / np.sqrt(25 + 2 * 0.81), rel=1e-12)
    assert departure(1e200 * SHEAR) == pytest.approx(5e200, rel=1e-12)
    normal = np.stack([np.eye(2), ROTATION, [[2.0, 1.0], [1.0, -3.0]], np.zeros((2, 2))])
    assert departure(normal).tolist() == [0.0] * 4
    assert departure(normal, relative=True).tolist() == [0.0] * 4


def test_departure_is_that_of_the_schur_form():
    a = np.random.default_rng(3).normal(size=(5, 5))
    q = np.linalg.qr(np.random.default_rng(4).normal(size=(5, 5)))[0]
    upper = np.triu(a)
    off = np.linalg.norm(np.triu(a, 1))
    assert departure(q @ upper @ q.T) == pytest.approx(off, rel=1e-9)


def test_a_matrix_with_radius_below_one_grows_first():
    found = power_norms(SHEAR, 80)
    assert radius(SHEAR) == pytest.approx(0.9, abs=1e-7)
    assert (found.peak, round(np.exp(found.log_peak), 4), found.below) == (9, 19.3788, 55)
    direct = [np.linalg.norm(np.linalg.matrix_power(SHEAR, k), 2) for k in range(81)]
    assert np.allclose(np.exp(found.log_norms), direct, rtol=1e-12)
    assert power_norms(SHEAR, 40).below is None


def test_powers_neither_overflow_nor_underflow():
    up, down = (power_norms(scale * ROTATION, 3000).log_norms for scale in (10.0, 0.1))
    assert np.allclose(up, np.arange(3001) * np.log(10), rtol=1e-12)
    assert np.allclose(down, -up, rtol=1e-12)
    assert power_norms([[0.0, 1.0], [0.0, 0.0]], 3).log_norms.tolist() == [0.0, 0.0, -np.inf, -np.inf]
    assert power_norms(SHEAR, 0).log_norms.tolist() == [0.0]


@pytest.mark.parametrize("forward", [True, False])
def test_growth_along_a_run_is_that_of_the_products(forward):
    net = rs.bidirectional("elman", inputs=2, hidden=3, outputs=2)
    x = np.random.default_rng(1).normal(size=(6, 2))
    j = rs.jacobians(net, net.init(2, "normal"), x, chain="forward" if forward else "backward")
    steps = range(7) if forward else range(7, 0, -1)
    assert np.allclose(growth(j).log_norms, [j.log_norm(t, steps[0]) for t in steps], atol=1e-12)


@pytest.mark.parametrize(
    ("matrix", "error", "words"),
    [
        ([[1.0, 2.0]], ShapeError, "square"),
        ([1.0, 2.0], ShapeError, "square"),
        ([[np.nan]], InputError, "not finite"),
        ([["a"]], InputError, "not numeric"),
    ],
)
def test_what_has_no_spectrum_is_refused(matrix, error, words):
    for function in (eigenvalues, radius, norm, departure):
        with pytest.raises(error, match=words):
            function(matrix)


def test_powers_are_taken_of_one_matrix_and_a_number_of_times():
    with pytest.raises(ShapeError, match="a stack"):
        power_norms(np.zeros((3, 2, 2)), 2)
    for steps in (-1, 1.5, True):
        with pytest.raises(InputError, match="steps must be a whole number"):
            power_norms(SHEAR, steps)
