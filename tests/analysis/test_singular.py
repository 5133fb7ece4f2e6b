"""All singular values of long products, not only the largest, against mpmath with hundreds of digits."""

import mpmath
import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.products import graded, logscale, reduction, singular
from support.jacobians import exact_log_values, taken, tanh_steps
from support.networks import NETWORKS

TIMES = [1, 3, 12, 30]
ALL = slice(None)


def repeated(matrix, count=30):
    return np.tile(np.asarray(matrix, float), (count, 1, 1))


def nearly_singular():
    """Steps with rows of very different size, as saturated units give, and one column of U almost a sum of others."""
    rng = np.random.default_rng(2)
    u = rng.normal(size=(4, 4))
    u[:, 3] = u[:, 0] - u[:, 1] + 1e-5 * rng.normal(size=4)
    return 10.0 ** -rng.uniform(0, 14, size=(30, 4, 1)) * u


CASES = {
    "gain 0.1": (tanh_steps(30, 4, 0.1), 1e-10),
    "gain 1": (tanh_steps(30, 4, 1.0), 1e-10),
    "gain 5": (tanh_steps(30, 4, 5.0), 1e-9),
    "independent": (np.random.default_rng(0).normal(size=(30, 4, 4)), 1e-10),
    "nearly singular": (nearly_singular(), 1e-9),
    "not normal": (repeated([[0.9, 5.0, 1.0], [0.0, 0.9, 5.0], [0.0, 0.0, 0.1]]), 1e-10),
    "values near each other": (repeated(np.diag([0.5, 0.50001, 1.0, 0.1]) + np.tri(4, k=-1)), 1e-9),
    "the wrong way round": (repeated(np.diag([0.1, 0.5, 0.9, 2.0])), 1e-13),
}


@pytest.mark.parametrize("case", CASES)
def test_every_value_is_that_of_the_exact_product(case):
    steps, error = CASES[case]
    truth = exact_log_values(steps, TIMES, 1_000 if case == "nearly singular" else 400)
    np.testing.assert_allclose(singular.fan(steps)[[t - 1 for t in TIMES]], truth, rtol=0, atol=error)
    np.testing.assert_allclose(singular.whole(steps), truth[-1], rtol=0, atol=error)
    left, values, right = singular.vectors(steps)
    np.testing.assert_allclose(values, truth[-1], rtol=0, atol=error)
    np.testing.assert_allclose(left.T @ left, np.eye(len(values)), atol=1e-13)
    np.testing.assert_allclose(right @ right.T, np.eye(len(values)), atol=1e-13)


def test_transposed_steps_keep_what_saturated_units_let_through():
    """The last values of the fan that ends at step t are those of the fan that starts at k, though its steps have
    columns of very different size."""
    steps, error = CASES["nearly singular"]
    backward = np.ascontiguousarray(steps[::-1].swapaxes(1, 2))
    truth = singular.fan(steps)[-1]
    assert singular.fan(backward).shape == (30, 4)
    np.testing.assert_allclose(singular.fan(backward)[-1], truth, rtol=0, atol=error)
    np.testing.assert_allclose(singular.whole(backward), truth, rtol=0, atol=error)


def test_an_ordinary_svd_of_the_product_would_have_been_noise():
    """The check can tell: multiplied out, the same product has lost its small values."""
    steps, _ = CASES["gain 1"]
    truth = exact_log_values(steps, [30], 400)[0]
    plain = singular.plain_fan(steps)[-1]
    assert abs(plain[0] - truth[0]) < 1e-10
    assert abs(plain[-1] - truth[-1]) > 1
    np.testing.assert_allclose(singular.plain_fan(steps)[:3], singular.fan(steps)[:3], atol=1e-8)


def test_blocks_have_the_values_of_their_part_of_the_exact_product():
    j, _ = taken(rs.Network("lstm", 2, 3), 25)
    for to, source in (("c", "c"), ("h", "c"), ("c", "h")):
        block = j.block(to, source)
        truth = exact_log_values(j.step, [4, 25], 200, j.part(to), j.part(source))
        np.testing.assert_allclose(block.fan(0)[[3, 24]], truth, rtol=0, atol=1e-9)
        np.testing.assert_allclose(block.log_singular_values(25, 0), truth[1], rtol=0, atol=1e-9)
        np.testing.assert_allclose(block.singular_values(4, 0), np.exp(truth[0]), rtol=1e-9)
        np.testing.assert_allclose(block.fan(t=25)[-1], truth[1], rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("to", "source"), [("layer1.h", "layer1.h"), ("layer2.h", "layer1.h"), ("layer3.h", "layer1.h")]
)
def test_blocks_between_states_of_different_sizes(to, source):
    j, _ = taken(NETWORKS["stacked of 3, widths, mean"]("elman"), 12)
    block = j.block(to, source)
    rank = min(block.product(2, 1).shape)
    truth = exact_log_values(j.step, [4, 12], 120, j.part(to), j.part(source))
    np.testing.assert_allclose(block.fan()[[3, 11]], truth, rtol=0, atol=1e-8)
    left, values, right = block.singular_vectors(12, 0)
    np.testing.assert_allclose(values, truth[1], rtol=0, atol=1e-8)
    np.testing.assert_allclose((left * np.exp(values)) @ right, block.product(12, 0), atol=1e-14)
    assert (left.shape[1], len(values), len(right), block.fan(t=7).shape) == (rank, rank, rank, (7, rank))


def test_a_fan_has_a_row_for_each_step_before_or_after():
    for chain in ("forward", "backward"):
        j, _ = taken(NETWORKS["bidirectional"]("gru"), 8, chain)
        way = 1 if j.forward else -1
        after, before = j.fan(k=3), j.fan(t=6)
        assert (len(after), len(before)) == ((5, 6) if j.forward else (2, 3))
        for i, row in enumerate(after, 1):
            np.testing.assert_allclose(row, j.log_singular_values(3 + way * i, 3), atol=1e-9)
            np.testing.assert_allclose(row[0], j.log_norm(3 + way * i, 3), atol=1e-11)
        for i, row in enumerate(before, 1):
            np.testing.assert_allclose(row, j.log_singular_values(6, 6 - way * i), atol=1e-9)
        np.testing.assert_allclose(j.fan(k=3, exact=False), after, atol=1e-9)
        assert j.fan(k=8 if j.forward else 1).shape == (0, 3)
        np.testing.assert_array_equal(j.log_singular_values(4, 4), np.zeros(3))


def test_vectors_lead_where_they_say():
    j, _ = taken(rs.Network("lstm", 2, 3), 6)
    for block in (j, j.block("c", "h")):
        left, values, right = block.singular_vectors(5, 1)
        product = block.product(5, 1)
        np.testing.assert_allclose(product @ right.T, left * np.exp(values), atol=1e-14)
        assert (right[np.arange(len(right)), np.abs(right).argmax(axis=1)] > 0).all()


def test_the_direction_that_is_lost_most_is_the_first_of_the_inverse():
    steps = tanh_steps(60, 4, 1.5)
    _, values, right = singular.vectors(steps)
    left, others, _ = singular.vectors(np.linalg.inv(steps)[::-1])
    assert values[0] - values[-1] > 80
    np.testing.assert_allclose(others, -values[::-1], atol=1e-8)
    np.testing.assert_allclose(np.abs(right @ left[:, ::-1]), np.eye(4), atol=1e-9)


def test_an_orthogonal_linear_cell_keeps_every_direction():
    """Theory: all singular values are 1 at any T."""
    net = rs.Network("linear", 2, 6)
    j = rs.jacobians(net, net.init(0, "orthogonal"), np.ones((500, 2)))
    np.testing.assert_allclose(j.singular_values(500, 0), np.ones(6), atol=1e-12)
    np.testing.assert_allclose(j.fan(0), np.zeros((500, 6)), atol=1e-12)


def test_what_is_zero_is_minus_infinity():
    rng = np.random.default_rng(1)
    alive = rng.random((12, 5, 1)) > 0.15
    relu = alive * rng.normal(size=(12, 5, 5))
    rank = [np.linalg.matrix_rank(product) for product in logscale.running(relu).mantissa]
    assert rank[0] > rank[-1] > 0
    np.testing.assert_array_equal(np.isfinite(singular.fan(relu)).sum(axis=1), rank)
    irnn = (np.random.default_rng(2).random((9, 4, 1)) > 0.1) * np.eye(4)
    np.testing.assert_array_equal(np.isfinite(singular.fan(irnn)).sum(axis=1), np.cumprod(irnn, 0).sum(axis=(1, 2)))
    np.testing.assert_allclose(singular.fan(np.ones((3, 2, 2))), [[np.log(2) * t, -np.inf] for t in (1, 2, 3)])
    np.testing.assert_array_equal(singular.fan(np.zeros((2, 3, 3))), np.full((2, 3), -np.inf))
    left, values, right = singular.vectors(np.eye(3, k=1)[None])
    np.testing.assert_array_equal(values, [0, 0, -np.inf])
    np.testing.assert_allclose((left * np.exp(values)) @ right, np.eye(3, k=1), atol=1e-15)


@pytest.mark.parametrize("spread", [0.0, 1.0, 400.0])
def test_graded_stacks_of_any_spread(spread, monkeypatch):
    """Scales whose ratios are beyond floats, against a chain of plain steps; with one thread and with two."""
    monkeypatch.setattr("rnnsym.analysis.products.threads.WORTH", 0.0)
    rng = np.random.default_rng(4)
    steps = np.linalg.qr(rng.normal(size=(3, 7, 7)))[0]
    log = np.sort(rng.uniform(-spread, 0, (3, 7)))[:, ::-1]
    upper, scales, _ = graded.reduced(steps, log)
    found = graded.log_values(upper, scales)
    np.testing.assert_allclose(found, log, atol=1e-11)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    np.testing.assert_array_equal(graded.log_values(upper, scales), found)


def exact_values(matrix, digits=600):
    with mpmath.workdps(digits):
        return [float(mpmath.log(value)) for value in mpmath.svd_r(matrix, compute_uv=False)]


def test_scales_near_each_other_over_more_than_the_range_of_floats():
    """No gap is wide enough for a cut, and all together are too wide for an SVD: the sum is the determinant's."""
    log = -12.0 * np.arange(70)[None]
    upper = np.triu(np.random.default_rng(7).uniform(1, 2, (1, 70, 70)))
    found = graded.log_values(upper / upper.max(axis=-1, keepdims=True), log + np.log(upper.max(axis=-1)))
    assert found.sum() == pytest.approx(log.sum() + np.linalg.slogdet(upper)[1][0], rel=1e-12)
    close = np.array([[[1.0, 1e-5], [0.0, 1.0]]])
    np.testing.assert_allclose(graded.log_values(close, np.zeros((1, 2)))[0], [5e-6, -5e-6], rtol=1e-5)


def test_vectors_of_many_scales_near_each_other():
    """Thirty values, each e^-1.5 of the one before, made of steps whose vectors are known."""
    turns = np.linalg.qr(np.random.default_rng(5).normal(size=(6, 30, 30)))[0]
    steps = turns[1:] * np.exp(-0.3 * np.arange(30)) @ turns[:-1].swapaxes(1, 2)
    left, values, right = singular.vectors(steps)
    np.testing.assert_allclose(values, -1.5 * np.arange(30), rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.abs(right @ turns[0]), np.eye(30), atol=1e-9)
    np.testing.assert_allclose(np.abs(left.T @ turns[-1]), np.eye(30), atol=1e-9)
    np.testing.assert_allclose(left.T @ left, np.eye(30), atol=1e-13)
    np.testing.assert_allclose(right @ right.T, np.eye(30), atol=1e-13)


def test_a_block_of_lower_rank_has_a_value_of_zero():
    step = np.array([[0.3, 0.1, 0.0, 0.0], [0.2, 0.5, 0.0, 0.0], [1.0, 0.4, 0.7, 0.3], [0.0, 0.0, 0.0, 0.9]])
    rows, columns = slice(2, 4), slice(0, 2)
    found = singular.fan(repeated(step), rows, columns)
    np.testing.assert_array_equal(np.isfinite(found), np.tile([True, False], (30, 1)))
    np.testing.assert_array_equal(np.isfinite(singular.whole(repeated(step), rows, columns)), [True, False])


def test_a_block_keeps_its_digits_beside_states_that_are_much_larger():
    """States that are much larger at the last step alone, and others that the block reads nothing from."""
    rng = np.random.default_rng(5)
    shut = rng.normal(size=(12, 4, 4)) * np.exp([0.0, -100.0, -230.0, -500.0])[:, None]
    below = np.tril(rng.normal(size=(60, 4, 4))) * np.exp([0.0, -8.0, 3.0, 3.0])[:, None]
    for steps, part in ((shut, slice(1, 3)), (shut, slice(3, 4)), (below, slice(0, 2))):
        (truth,) = exact_log_values(steps, [len(steps)], 1500, part, part)
        np.testing.assert_allclose(singular.whole(steps, part, part), truth, rtol=1e-11)
        np.testing.assert_allclose(singular.fan(steps, part, part)[-1], truth, rtol=1e-11)
        np.testing.assert_allclose(singular.vectors(steps, part, part)[1], truth, rtol=1e-11)


def test_rows_of_very_different_size_in_any_order():
    rng = np.random.default_rng(8)
    stack = np.array([1e-14, 1.0, 1e-7, 1e-3])[:, None] * rng.normal(size=(4, 4))
    upper, scales, _ = graded.reduced(stack[None], np.zeros((1, 4)))
    np.testing.assert_allclose(
        graded.log_values(upper, scales)[0], exact_values(mpmath.matrix(stack.tolist()), 60), atol=1e-12
    )


def test_long_chains_are_worked_on_in_batches(monkeypatch):
    steps = tanh_steps(40, 3, 1.0)
    wanted, plain = singular.fan(steps), singular.plain_fan(steps)
    monkeypatch.setattr(reduction, "BATCH", 7 * 8 * 9)
    np.testing.assert_allclose(singular.fan(steps), wanted, atol=1e-9)
    np.testing.assert_allclose(singular.plain_fan(steps)[:, 0], plain[:, 0], atol=1e-12)
