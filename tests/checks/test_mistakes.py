"""Classic mistakes in hand-written backpropagation through time: each is found, with a small witness."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.checks.gradients import check_gradients
from rnnsym.checks.verdicts import Verdict


def bptt(params, x, targets, carry, mistake=""):
    """Backpropagation through time for Elman with squared loss, as in a textbook, with one mistake put in."""
    W, U, b, V, b_y = (params[name] for name in ("W", "U", "b", "V", "b_y"))
    batch = x.ndim == 3
    x, targets = (array if batch else array[:, None] for array in (x, targets))
    h = [carry["h"] if batch else carry["h"][None]]
    for row in x:
        h.append(np.tanh(row @ W.T + h[-1] @ U.T + b))
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    coming = np.zeros_like(h[0])
    steps = len(x)
    for t in range(steps, 0, -1):
        error = h[t] @ V.T + b_y - targets[t - 1]
        if mistake == "target − y":
            error = -error
        if mistake == "factor 2":
            error = 2 * error
        slope = slopes(h, t, mistake)
        arriving = 0 * coming if mistake == "no term from t + 1" else coming
        delta = slope * (error @ V + arriving)
        if mistake == "no f′ on what comes back":
            delta = slope * (error @ V) + arriving
        coming = delta @ (U.T if mistake == "U for Uᵀ" else U)
        before = h[t] if mistake == "h_t for h_{t−1}" else h[t - 1]
        grads["W"] += delta.T @ x[t - 1]
        if not (mistake == "no term k = 1" and t == 1):
            outer = delta.T @ before
            grads["U"] += outer.T if mistake == "transposed outer product" else outer
        if not (mistake == "bias of the last step only" and t < steps):
            grads["b"] += delta.sum(axis=0)
        grads["V"] += error.T @ h[t]
        grads["b_y"] += error.sum(axis=0)
    scale = {"mean over time": steps, "mean over the batch": x.shape[1]}.get(mistake, 1)
    return {name: value / scale for name, value in grads.items()}


def slopes(h, t, mistake):
    """f′(a_t), rightly or wrongly."""
    match mistake:
        case "no f′":
            return np.ones_like(h[t])
        case "f′ of h instead of a":
            return 1 - np.tanh(h[t]) ** 2
        case "f′ of the step before":
            return 1 - h[t - 1] ** 2
        case "logistic f′ on tanh":
            return h[t] * (1 - h[t])
    return 1 - h[t] ** 2


# mistake, a block that it spoils, and the smallest sizes (T, B, every dimension) at which it can be seen
MISTAKES = [
    ("no f′", "W", (1, None, 1)),
    ("f′ of h instead of a", "W", (1, None, 1)),
    ("f′ of the step before", "W", (1, None, 1)),
    ("logistic f′ on tanh", "W", (1, None, 1)),
    ("target − y", "V", (1, None, 1)),
    ("factor 2", "b_y", (1, None, 1)),
    ("h_t for h_{t−1}", "U", (1, None, 1)),
    ("no term k = 1", "U", (1, None, 1)),
    ("no term from t + 1", "W", (2, None, 1)),
    ("no f′ on what comes back", "W", (2, None, 1)),
    ("bias of the last step only", "b", (2, None, 1)),
    ("mean over time", "V", (2, None, 1)),
    ("transposed outer product", "U", (1, None, 2)),
    ("U for Uᵀ", "W", (2, None, 2)),
    ("mean over the batch", "W", (1, 2, 1)),
]


def test_the_right_gradient_is_right_in_every_block():
    report = check_gradients("elman", grad=bptt, examples=10)
    assert report.ok, str(report)
    assert [b.block.label for b in report.blocks] == ["W", "U", "b", "V", "b_y"]


@pytest.mark.parametrize(("mistake", "block", "smallest"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_classic_mistake_is_found_at_the_smallest_sizes(mistake, block, smallest):
    report = check_gradients(
        "elman", grad=lambda params, **rest: {block: bptt(params, **rest, mistake=mistake)[block]}, examples=10
    )
    found = report[block]
    assert found.verdict is Verdict.WRONG
    assert not report.ok
    sizes = found.witness.sizes
    assert (sizes["T"], sizes.get("B"), sizes["H"]) == smallest
    assert found.witness.error > 1e-10


def test_a_mistake_in_one_parameter_spoils_that_verdict_only():
    wrong = "no term k = 1"
    report = check_gradients("elman", grad=lambda params, **rest: bptt(params, **rest, mistake=wrong), examples=5)
    assert [b.block.label for b in report.wrong] == ["U"]
    assert report["W"].verdict is Verdict.RIGHT


def test_the_witness_can_be_recomputed_from_its_arrays():
    report = check_gradients("elman", grad=lambda params, **rest: bptt(params, **rest, mistake="no f′"), examples=5)
    witness = report["W"].witness
    arrays = dict(witness.arrays)
    x, targets, h0 = arrays.pop("x"), arrays.pop("target"), arrays.pop("h_0")
    net = rs.Network("elman", witness.sizes["X"], witness.sizes["H"], witness.sizes["C"])
    _, grads = net.value_and_grad(arrays, x, targets, {"h": h0})
    assert grads["W"][witness.entry] == pytest.approx(witness.expected, rel=1e-12)
    wrong = bptt(arrays, x, targets, {"h": h0}, mistake="no f′")
    assert wrong["W"][witness.entry] == pytest.approx(witness.got, rel=1e-12)


def test_the_witness_is_minimal():
    report = check_gradients("elman", grad=lambda params, **rest: bptt(params, **rest, mistake="h_t for h_{t−1}"))
    witness = report["U"].witness
    nonzero = sum(int(np.count_nonzero(array)) for array in witness.arrays.values())
    assert nonzero <= 3, str(report)
    assert all(np.abs(array).max() <= 0.1 for array in witness.arrays.values())
