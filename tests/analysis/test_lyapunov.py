"""Lyapunov exponents against eigenvalues, 60-digit products, determinants and the known exponents of chaotic maps."""

import mpmath as mp
import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.dynamics.lyapunov import RESOLVED, kaplan_yorke, lyapunov
from rnnsym.errors import InputError
from support.maps import Autonomous, Henon, Logistic


def linear(U, steps):
    n = len(U)
    params = {"W": np.zeros((n, 1)), "U": U, "b": np.zeros(n)}
    return rs.jacobians("linear", params, np.zeros((steps, 1)))


def orthogonal(n, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]


def drawn(steps, n, spread=0.0, seed=0):
    """Step Jacobians drawn at random, their rows scaled by up to e^spread."""
    rng = np.random.default_rng(seed)
    return np.exp(rng.uniform(-spread, 0, (steps, n, 1))) * rng.standard_normal((steps, n, n))


def exact(steps, digits):
    """log|R_ii| of the product of all steps, a step."""
    with mp.workdps(digits):
        product = mp.eye(steps.shape[-1])
        for step in steps:
            product = mp.matrix(step.tolist()) * product
        upper = mp.qr(product)[1]
        logs = [mp.log(abs(upper[i, i])) / len(steps) for i in range(upper.rows)]
        return np.sort(np.array(logs, dtype=float))[::-1]


def test_of_a_normal_matrix_they_are_the_logs_of_its_eigenvalues():
    turned, values = orthogonal(4), [2.0, 0.5, -0.1]
    rotation = 1.2 * np.array([[0.6, -0.8], [0.8, 0.6]])
    Q, blocks = orthogonal(5), np.diag([0.0, 0.0, *values])
    blocks[:2, :2] = rotation
    found = linear(Q @ blocks @ Q.T, 400).lyapunov(skip=200).exponents
    assert np.allclose(found, np.log([2.0, 1.2, 1.2, 0.5, 0.1]), atol=1e-12)
    found = linear(turned @ np.diag([3.0, 1.0, 0.5, 0.1]) @ turned.T, 300).lyapunov(skip=150).exponents
    assert np.allclose(found, np.log([3.0, 1.0, 0.5, 0.1]), atol=1e-12)


def test_of_a_triangular_matrix_they_are_the_logs_of_its_diagonal_at_any_length():
    U = np.triu(np.full((3, 3), 5.0), 1) + np.diag([0.9, 3.0, -0.1])
    for steps in (1, 7, 1000):
        assert np.allclose(linear(U, steps).lyapunov().exponents, np.log([3.0, 0.9, 0.1]), atol=1e-12)


def test_of_an_orthogonal_matrix_they_are_zero_at_any_length():
    found = linear(orthogonal(6), 5000).lyapunov()
    assert np.abs(found.exponents).max() < 1e-13
    assert found.dimension == 6 or abs(found.largest) < 1e-13


@pytest.mark.parametrize("spread", [0.0, 6.0])
def test_they_are_those_of_the_whole_product_in_60_digits(spread):
    steps = drawn(40, 4, spread)
    found, often, true = lyapunov(steps), lyapunov(steps, every=1), exact(steps, 200)
    assert np.abs(often.exponents - true).max() < 1e-12
    assert np.abs(found.exponents - true).max() < 1e-8
    assert found.trusted.all()


@pytest.mark.parametrize("scale", [1e-200, 1e-5, 1e5, 1e150])
def test_neither_small_nor_large_steps_leave_the_range(scale):
    plain, found = lyapunov(drawn(300, 3)), lyapunov(scale * drawn(300, 3))
    assert np.allclose(found.exponents, plain.exponents + np.log(scale), rtol=1e-12)
    assert np.allclose(lyapunov(np.full((300, 1, 1), scale)).exponents, np.log(scale), rtol=1e-14)


def test_their_mean_is_that_of_the_determinants_at_any_length():
    rng = np.random.default_rng(3)
    for name in ("elman", "lstm", "gru"):
        net = rs.Network(name, inputs=3, hidden=4)
        found = rs.jacobians(net, net.init(seed=1), rng.standard_normal((50, 3))).lyapunov(skip=7)
        assert (found.steps, found.complete) == (43, True)
        assert abs(found.residual) < 1e-8


def test_blocks_lose_nothing_beside_a_factorisation_at_every_step():
    steps = drawn(500, 8)
    often, blocks = lyapunov(steps, every=1), lyapunov(steps)
    assert (len(often.ends), often.ends[-1]) == (500, 500)
    assert len(blocks.ends) < 250
    assert np.abs(often.exponents - blocks.exponents).max() < 1e-8
    assert blocks.rounding.max() < 1e-7
    assert len(lyapunov(steps, skip=3, every=5).ends) == 100


def test_exponents_at_the_floor_of_one_step_are_flagged():
    steps = drawn(15, 10, spread=60.0)
    found, true = lyapunov(steps), exact(steps, 800)
    off = np.abs(found.exponents - true)
    assert off[found.trusted].max() < 10 * RESOLVED
    assert off[~found.trusted].max() > 0.1
    assert np.count_nonzero(found.trusted) >= 3
    assert found.mean_by_determinant == pytest.approx(true.mean(), rel=1e-12)
    assert found.residual > 0.1


def test_strong_gain_puts_the_lowest_exponents_of_a_saturated_network_at_the_floor():
    # Theory: the mean is −12.16 for N → ∞; by QR alone it comes out higher.
    n, rng = 60, np.random.default_rng(0)
    U = 10 / np.sqrt(n) * rng.standard_normal((n, n))
    j = rs.jacobians(Autonomous, {"U": U}, {}, carry={"h": rng.standard_normal(n)}, steps=60)
    found = j.lyapunov(skip=20)
    assert -14 < found.mean_by_determinant < -11
    assert found.residual > 0.1
    assert 0 < np.count_nonzero(~found.trusted) < n / 3
    assert not found.trusted[found.exponents < np.log(np.finfo(float).eps)].any()
    assert found.trusted[: n // 2].all()


def test_a_direction_that_is_lost_has_the_exponent_minus_infinity():
    steps = drawn(60, 4)
    steps[20, 2] = 0
    found = lyapunov(steps)
    assert np.array_equal(np.isinf(found.exponents), [False, False, False, True])
    assert (found.mean_by_determinant, found.residual) == (-np.inf, 0.0)
    assert found.trusted.all()
    assert np.isnan(found.error[3])
    assert np.isfinite(found.error[:3]).all()
    assert np.isfinite(lyapunov(steps, skip=30).exponents).all()
    assert np.array_equal(lyapunov(np.zeros((5, 2, 2))).exponents, [-np.inf, -np.inf])


def test_dead_units_of_a_relu_network_are_lost_directions():
    params = {"W": np.zeros((3, 1)), "U": np.eye(3), "b": np.array([0.1, 0.1, -1.0])}
    found = rs.jacobians(rs.cells.get("irnn"), params, np.zeros((20, 1))).lyapunov(skip=1)
    assert np.array_equal(found.exponents, [0.0, 0.0, -np.inf])
    assert found.dimension == 2


def test_the_logistic_map_has_ln_2():
    # In exact numbers the orbit of h₀ = 0.3 is chaotic; in floats it is a periodic one, far longer than these T.
    found = rs.jacobians(Logistic, {"r": 4.0}, {}, carry={"h": 0.3}, steps=10_000).lyapunov()
    assert found.largest == pytest.approx(np.log(2), abs=1e-3)
    assert (found.entropy, found.dimension, found.positive) == (found.largest, 1.0, 1)


def test_the_exponents_of_the_henon_map():
    params = {"a": 1.4, "b": 0.3}
    found = rs.jacobians(Henon, params, {}, carry={"u": 0.1, "v": 0.1}, steps=50_000).lyapunov(skip=500)
    assert found.largest == pytest.approx(0.4192, abs=6e-3)
    assert found.exponents.sum() == pytest.approx(np.log(0.3), rel=1e-9)
    assert 2 * found.mean_by_determinant == pytest.approx(np.log(0.3), rel=1e-14)
    assert found.dimension == pytest.approx(1.258, abs=4e-3)
    assert abs(found.largest - 0.4192) < 4 * found.error[0] < 0.01
    assert np.array_equal(found.running[-1], found.exponents)


def test_a_random_tanh_network_agrees_with_theory():
    # N = 400, seed 1; the theory is for N → ∞ (Clark 2026, arXiv:2610.12426, measures 0.85512, 0.043987 and 0.16495).
    n, rng = 400, np.random.default_rng(1)
    U, h = 10 / np.sqrt(n) * rng.standard_normal((n, n)), rng.standard_normal(n)
    for _ in range(300):
        h = np.tanh(U @ h)
    j = rs.jacobians(Autonomous, {"U": U}, {}, carry={"h": h}, steps=80)
    found = j.lyapunov(skip=20, k=80)
    assert found.largest == pytest.approx(0.85644, rel=0.05)
    assert found.entropy / n == pytest.approx(0.044170, rel=0.05)
    assert found.dimension / n == pytest.approx(0.16534, rel=0.05)


def test_a_chain_that_runs_backward_is_followed_in_its_own_order():
    rng = np.random.default_rng(5)
    net = rs.Network(rs.Bidirectional("elman"), inputs=2, hidden=3)
    params, x = net.init(seed=2), rng.standard_normal((30, 2))
    backward = rs.jacobians(net, params, x, chain="backward").lyapunov(skip=4)
    alone = {label: params[f"backward.{label}"] for label in ("W", "U", "b")}
    assert np.allclose(backward.exponents, rs.jacobians("elman", alone, x[::-1]).lyapunov(skip=4).exponents, rtol=1e-12)


def test_the_largest_alone():
    steps = drawn(800, 6)
    whole, two = lyapunov(steps, skip=400), lyapunov(steps, skip=400, k=2)
    assert np.allclose(two.exponents, whole.exponents[:2], atol=1e-12)
    assert (len(two.exponents), two.n, two.complete) == (2, 6, False)
    assert two.mean_by_determinant == whole.mean_by_determinant
    assert np.isnan(two.residual)


@pytest.mark.parametrize(
    ("exponents", "dimension"),
    [
        ([-0.1, -2.0], 0.0),
        ([0.0, -2.0], 1.0),
        ([0.4, -1.6], 1.25),
        ([0.5, 0.1, -1.2], 2.5),
        ([0.5, 0.1, -0.2], 3.0),
        ([0.5, -np.inf], 1.0),
    ],
)
def test_the_kaplan_yorke_dimension(exponents, dimension):
    assert kaplan_yorke(np.array(exponents)) == pytest.approx(dimension)


def test_what_takes_more_exponents_than_are_known_is_not_a_number():
    steps = np.tile(np.diag([3.0, 2.0, 0.01]), (40, 1, 1))
    found = lyapunov(steps, skip=20, k=2)
    assert np.isnan(found.entropy)
    assert np.isnan(found.dimension)
    assert lyapunov(steps).entropy == pytest.approx(np.log(6))
    assert lyapunov(steps).dimension == pytest.approx(2 + np.log(6) / np.log(100))


def test_the_standard_error_is_that_of_independent_steps():
    logs = np.random.default_rng(0).standard_normal((4000, 1, 1))
    found = lyapunov(np.exp(logs))
    assert found.error[0] == pytest.approx(1 / np.sqrt(4000), rel=0.5)
    assert np.isnan(lyapunov(np.exp(logs[:3])).error[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"skip": 5}, "skip must be a whole number from 0 to 4, not 5"),
        ({"skip": True}, "skip must be a whole number"),
        ({"every": 0}, "every must be a whole number from 1 to 5, not 0"),
        ({"k": 4}, "k must be a whole number from 1 to 3, not 4"),
        ({"k": 1.5}, "k must be a whole number"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        linear(np.eye(3), 5).lyapunov(**options)


def test_steps_that_are_not_finite_are_refused():
    steps = drawn(20, 2)
    steps[12, 0, 1] = np.nan
    with pytest.raises(InputError, match="number 13 of the chain is not finite"):
        lyapunov(steps)
