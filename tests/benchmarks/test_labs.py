"""The benchmarks of step Jacobians: the same work for everybody, and a page of what was found."""

from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def steps_of(data):
    """The step Jacobians, as a textbook has them."""
    W, U, b = (data.params[name] for name in ("W", "U", "b"))
    h = np.zeros(len(b))
    for x in data.x:
        h = np.tanh(W @ x + U @ h + b)
        yield (1 - h**2)[:, None] * U


@pytest.mark.parametrize("name", ["ours", "exact"])
def test_singular_values_are_those_of_the_products(name):
    from duel import difference
    from peers import prepare
    from peers.lab_results import fan_of
    from works import Case, data

    case = Case("fan", 9, 5, 3, 1)
    given = data(case)
    product, values = np.eye(5), []
    for step in steps_of(given):
        product = step @ product
        values.append(np.linalg.svd(product, compute_uv=False))
    mine = prepare(name, case, given, None)
    (last, found), (expected, right) = mine.canonical(mine.call()), fan_of(values)
    assert difference({**right, "": np.array(expected)}, {**found, "": np.array(last)}) == ""


def test_exponents_are_those_of_a_qr_in_each_step():
    from duel import difference
    from peers import prepare
    from peers.lab_results import exponents
    from works import Case, data

    case = Case("lyapunov", 150, 4, 3, 1)
    given = data(case)
    frame, grown = np.eye(4), np.zeros(4)
    for step in steps_of(given):
        frame, upper = np.linalg.qr(step @ frame)
        grown += np.log(np.abs(np.diag(upper)))
    mine = prepare("ours", case, given, None)
    assert difference(exponents(grown / 150)[1], mine.canonical(mine.call())[1]) == ""


def test_a_page_shows_both_ways_of_running_and_the_sliders():
    from labs import page
    from report import table

    duels = [
        {"cores": 1, "case": ["fan", 9, 5, 3, 1], "times": {"ours": [1e-3] * 3, "jax": [2e-3] * 3}, "absent": {}},
        {"cores": 2, "case": ["fan", 9, 5, 3, 1], "times": {"ours": [1e-3] * 3}, "absent": {"torch": "WRONG RESULT"}},
    ]
    moves = {"lstm": {"first": [0.02] * 3, "complete": [0.04] * 3, "work": [0.01] * 3}}
    results = {"machine": "a machine; one thread", "by": ["a command"], "jacobians": {"duels": duels, "sliders": moves}}
    text = page(results, table)
    assert "## On one core" in text
    assert "| all singular values of all products 9, 5 | 1 ms | – | **0.5** (0.5–0.5) | – |" in text
    assert "- PyTorch: WRONG RESULT" in text
    assert "| lstm | 20 ms (20 ms – 20 ms) | 40 ms (40 ms – 40 ms) | 10 ms (10 ms – 10 ms) |" in text
