"""Products and their norms: no step too far, no gain too large, and the same numbers whichever way they are asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.analysis.anatomy.clipping import clip_by_norm
from rnnsym.analysis.products import lanczos, logscale, norms
from rnnsym.analysis.products.logscale import Scaled
from support.jacobians import exact_log_norms, taken, tanh_steps
from support.networks import NETWORKS

LONG = 10_000
ALL = slice(None)


@pytest.mark.parametrize("gain", [0.1, 10.0])
def test_ten_thousand_steps_neither_overflow_nor_underflow(gain):
    rng = np.random.default_rng(3)
    net = rs.Network("elman", 2, 4)
    params = {**net.init(3), "U": gain * rng.normal(size=(4, 4)) / 2}
    j = rs.jacobians(net, params, rng.normal(size=(LONG, 2)))
    times = [9, 1_000, LONG]
    truth = exact_log_norms(j.step, times)
    assert np.abs(truth[-1]) > 5_000
    np.testing.assert_allclose([j.log_norm(t, 0) for t in times], truth, rtol=1e-8)
    np.testing.assert_allclose(j.log_norm_table(times, [0])[:, 0], truth, rtol=1e-8)
    mantissa, log = j.scaled_product(LONG, 0)
    assert np.abs(mantissa).max() == 1.0
    assert np.isfinite(log)
    assert np.isin(j.product(LONG, 0), [0.0, np.inf, -np.inf]).all()
    first = 0 if gain < 1 else LONG - 1_000
    determinants = np.cumsum(np.linalg.slogdet(j.step[first:])[1])
    np.testing.assert_allclose(j.fan(first).sum(axis=1), determinants, rtol=1e-9, atol=1e-9)


def every(block, first, last):
    """The log norms of all products, multiplied out one by one."""
    table = np.full((last - first + 1, last - first + 1), np.nan)
    for t in range(first, last + 1):
        for k in range(first, last + 1):
            if (k <= t) if block.owner.forward else (k >= t):
                with np.errstate(divide="ignore"):
                    table[t - first, k - first] = np.log(np.linalg.norm(block.product(t, k), 2))
    return table


@pytest.mark.parametrize(("wiring", "chain"), [("tagging", None), ("stacked", None), ("bidirectional", "backward")])
def test_tables_are_the_norms_of_the_products(wiring, chain):
    j, _ = taken(NETWORKS[wiring]("lstm"), 7, chain)
    last, first = (7, 0) if j.forward else (1, 8)
    for block in (j, j.whole, j.block(j.states[0], j.states[1]), j.block(j.states[-1], j.states[-1])):
        np.testing.assert_allclose(block.log_norms, every(block, 1, 7), atol=1e-12)
        chosen = block.log_norm_table([5, 2, 5], [3, 7, first, 5])
        wanted = [[block.log_norm(t, k) if j.place(k) <= j.place(t) else np.nan for k in (3, 7, first, 5)]
                  for t in (5, 2, 5)]  # fmt: skip
        np.testing.assert_allclose(chosen, wanted, atol=1e-12)
        for found in (block.fan()[-1], block.fan(t=last)[-1], block.log_singular_values(last, first)):
            np.testing.assert_allclose(found[0], block.log_norm(last, first), atol=1e-12)


def test_a_state_that_does_not_act_on_another_has_a_norm_of_zero():
    j, _ = taken(NETWORKS["stacked"]("elman"), 5)
    down = j.block("layer1.h", "layer2.h")
    assert down.log_norm(4, 1) == -np.inf
    assert (down.log_norms[np.tril_indices(5)] == -np.inf).all()
    assert (down.fan(0) == -np.inf).all()
    assert (down.singular_values(5, 0) == 0).all()


def test_a_growing_hump_of_a_matrix_whose_eigenvalues_are_small():
    """Theory: U = [[0.9, 5], [0, 0.9]] has radius 0.9, and its powers grow to 19.3788 at lag 9."""
    params = {"W": np.zeros((2, 1)), "U": np.array([[0.9, 5.0], [0.0, 0.9]]), "b": np.zeros(2)}
    j = rs.jacobians("linear", params, np.ones((60, 1)))
    curve = np.exp([j.log_norm(t, 0) for t in range(61)])
    assert np.argmax(curve) == 9
    assert curve[9] == pytest.approx(19.3788, abs=5e-5)
    assert np.flatnonzero(curve < 1)[0] == 55


def test_steps_that_shrink_very_fast_and_a_chain_that_ends():
    shift = np.diag([1e-60, 1e-60], -1) + np.diag([1e-60] * 2, 1) + np.diag([0, 0, 1.0]) * 1e-70
    steps = np.tile(shift, (40, 1, 1))
    found = logscale.running(steps)
    truth = exact_log_norms(steps[:10] * 1e60, [10])[0] - 10 * 60 * np.log(10)
    assert norms.log_norms(Scaled(found.mantissa[9:10], found.log[9:10]))[0] == pytest.approx(truth, rel=1e-12)
    sudden = np.tile(np.diag([1.0, 1e-45]), (40, 1, 1))
    sudden[0] = np.diag([0.0, 1.0])
    assert logscale.product(sudden, 40, 0).log == pytest.approx(-39 * 45 * np.log(10))
    assert norms.table(sudden[::-1], [40], [39, 0], ALL, ALL)[0] == pytest.approx([0, -39 * 45 * np.log(10)])
    ended = np.tile(np.eye(3, k=1), (5, 1, 1))
    assert logscale.product(ended, 2, 0).log == 0
    assert logscale.product(ended, 3, 0) == (pytest.approx(np.zeros((3, 3))), -np.inf)
    np.testing.assert_array_equal(logscale.product(ended, 5, 0).value, np.zeros((3, 3)))
    np.testing.assert_array_equal(norms.table(ended, [5, 2], [2, 1], ALL, ALL), [[-np.inf, -np.inf], [0, 0]])


@pytest.mark.parametrize("late", [1e9, 1e-9])
def test_a_calm_chain_that_explodes_or_vanishes_late(late):
    steps = np.repeat(np.array([1.0, late])[:, None, None] * np.linalg.qr(np.ones((3, 3)) + np.eye(3))[0], 130, axis=0)
    found = logscale.running(steps)
    expected = np.log(late) * np.maximum(np.arange(1, 261) - 130, 0)
    np.testing.assert_allclose(norms.log_norms(found), expected, atol=1e-9)


def test_what_lies_behind_a_step_that_is_not_finite_is_not_a_number():
    j, _ = taken(rs.Network("elman", 2, 3), 6)
    good = j.log_norms.copy()
    broken, _ = taken(rs.Network("elman", 2, 3), 6)
    broken.step[3, 1, 2] = np.inf
    broken.step[3, 0, 0] = np.nan
    through = np.array([[k < 4 <= t for k in range(1, 7)] for t in range(1, 7)])
    np.testing.assert_array_equal(np.isnan(broken.log_norms), through | np.isnan(good))
    np.testing.assert_allclose(broken.log_norms[~through], good[~through], atol=1e-13)
    assert np.isnan(broken.log_norm(5, 2))
    np.testing.assert_array_equal(np.isnan(broken.fan(1)).all(axis=1), [False, False, True, True, True])
    np.testing.assert_array_equal(np.isnan(broken.fan(t=6)).all(axis=1), [False, False, True, True, True, True])
    assert np.isnan(broken.singular_values(6, 0)).all()
    assert [part.shape for part in broken.singular_vectors(6, 0)] == [(3, 3), (3,), (3, 3)]


def test_large_tables_are_made_in_parts(monkeypatch):
    steps = tanh_steps(12, 3, 1.0)
    whole = norms.table(steps, range(12, 0, -1), [9, 4, 0], ALL, ALL)
    for limit in ("CARRIED", "PENDING", "CACHED"):
        monkeypatch.setattr(norms, limit, 5 * 8 * 9)
        np.testing.assert_allclose(norms.table(steps, range(12, 0, -1), [9, 4, 0], ALL, ALL), whole, atol=1e-12)
    assert norms.table(steps, [], [4], ALL, ALL).shape == (0, 1)
    assert norms.table(steps, [3], [], ALL, ALL).shape == (1, 0)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6), st.integers(0, 6))
def test_norms_are_the_largest_singular_values(seed, rows, columns, near):
    """With a second singular value 10^-near below the first, and sizes whose squares are beyond floats."""
    rng = np.random.default_rng(seed)
    stack = rng.normal(size=(5, rows, columns))
    u, s, v = np.linalg.svd(stack, full_matrices=False)
    s[:, :2] = 1.0 - np.array([0.0, 10.0**-near])[: s.shape[1]]
    stack = (u * s[:, None]) @ v * np.array([1.0, 1e-180, 1e180, 1e-3, 0.0])[:, None, None]
    with np.errstate(divide="ignore"):
        truth = np.log(np.linalg.svd(stack, compute_uv=False)[:, 0])
    np.testing.assert_allclose(norms.log_norms(Scaled(stack, np.zeros(5))), truth, atol=1e-12)


def test_the_number_of_threads_changes_nothing(monkeypatch):
    monkeypatch.setattr("rnnsym.analysis.products.threads.WORTH", 0.0)
    steps = tanh_steps(40, 5, 1.0)
    found = {}
    for count in (1, 2):
        monkeypatch.setattr("os.cpu_count", lambda count=count: count)
        found[count] = norms.table(steps, range(40, 0, -1), range(40, 0, -1), ALL, ALL)
    np.testing.assert_array_equal(found[1], found[2])


def test_norms_of_large_matrices(monkeypatch):
    rng = np.random.default_rng(4)
    n = norms.LARGE
    square = rng.normal(size=(n, n))
    turn = np.linalg.qr(square)[0]
    near = turn * np.linspace(1 - 1e-6, 1, n)
    stack = np.stack([square, turn, near, 1e-150 * square, 1e200 * turn, np.outer(turn[0], turn[1]), 0 * turn])
    expected = [np.log(np.linalg.norm(each, 2)) if each.any() else -np.inf for each in stack]
    taken_apart = norms.log_norms(Scaled(stack, np.zeros(len(stack))))
    np.testing.assert_allclose(taken_apart, expected, atol=1e-11)
    np.testing.assert_allclose(lanczos.largest(stack[0]), np.linalg.norm(square, 2) ** 2, rtol=1e-12)
    assert np.isnan(norms.log_norms(Scaled(np.nan * stack[:1], np.zeros(1)))).all()
    monkeypatch.setattr(lanczos, "MOST", 2)
    assert lanczos.largest(square) is None
    np.testing.assert_allclose(norms.log_norms(Scaled(stack, np.zeros(len(stack)))), expected, atol=1e-11)


def test_what_a_session_shows_of_results_is_one_line():
    net = rs.Network("lstm", 2, 3)
    params, x = net.init(0), np.ones((4, 2))
    j = rs.jacobians(net, params, x)
    assert repr(j.block("c", "h")) == f"<Block from h to c of {j!r}>"
    assert repr(j.loss_gradients(np.ones((4, 3)))) == "<LossGradients: 4 losses, T = 4, m = 6>"
    clipped = clip_by_norm(net.value_and_grad(params, x, np.ones((4, 3)))[1], 0.1)
    assert "array" not in repr(clipped)
