"""The finding must be true for whatever is compared: each sentence is checked against products that are multiplied out
here, step by step, and each picture of a flow against its definition."""

from itertools import product

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.flow import Flow, distinct, finding, has_direct_line, main_state
from rnnsym.analysis.stepping.steps import chain_of, chains_by_name
from rnnsym.cells.registry import catalogue

TEXT = "the cat sat on the mat"


def flow_of(cell, steps=12, gain=1.0, label=None, reads=(), state="", seed=1, hidden=3):
    rng = np.random.default_rng(seed)
    net = rs.Network(cell, inputs=2, hidden=hidden)
    params = {name: gain * value for name, value in net.init(seed, "uniform").items()}
    j = rs.jacobians(net, params, rng.normal(size=(steps, 2)))
    return Flow(label or net.name, j, main_state(j) if state == "" else state, reads)


def norms_by_hand(flow):
    """‖∂s_T/∂s_{T-lag}‖ for lag = 0…T-1, from the steps alone."""
    j = flow.jacobians
    part = slice(None) if flow.state is None else j.part(flow.state)
    running, found = np.eye(j.n), []
    for step in j.step[::-1]:
        found.append(np.linalg.norm(running[part, part], 2))
        running = running @ step
    return np.array(found)


@pytest.fixture(scope="module")
def lstm():
    return flow_of("lstm", reads=tuple(TEXT[:12]))


@pytest.fixture(scope="module")
def elman():
    return flow_of("elman", reads=tuple(TEXT[:12]))


@pytest.fixture(scope="module")
def exploding():
    return flow_of(rs.cells.Elman(activation="identity"), gain=5.0, label="Linear")


# Numbers. ---------------------------------------------------------------------------------------------------------


def test_the_curve_is_the_norm_of_the_products(lstm, elman, exploding):
    for flow in (lstm, elman, exploding):
        np.testing.assert_allclose(np.exp(flow.curve), norms_by_hand(flow), rtol=1e-10)
        np.testing.assert_array_equal(flow.by_step[::-1], flow.curve)


def test_the_bound_is_above_the_curve_and_of_elman_known_in_closed_form(lstm, elman):
    for flow in (lstm, elman):
        assert np.all(flow.curve <= flow.bound_line + 1e-12)
    weight = elman.jacobians.net.init(1, "uniform")["U"]
    np.testing.assert_allclose(elman.bound_line, np.arange(12) * np.log(np.linalg.norm(weight, 2)))


def test_the_direct_line_of_an_lstm_is_the_product_of_its_forget_gates(lstm, elman):
    gates = next(value for name, value in lstm.jacobians.values.items() if name.label == "f")[1:13]
    expected = [np.prod(gates[12 - lag :], axis=0).max() for lag in range(12)]
    np.testing.assert_allclose(np.exp(lstm.direct_line), expected, rtol=1e-12)
    assert elman.direct_line is None


def test_the_fan_holds_the_singular_values_of_the_whole_carry(lstm):
    for lag in (0, 1, 5, 11):
        expected = np.linalg.svd(lstm.jacobians.product(12, 12 - lag), compute_uv=False)
        np.testing.assert_allclose(np.exp(lstm.fan[lag]), expected, rtol=1e-6, atol=1e-14)


# The state that is followed. --------------------------------------------------------------------------------------


def test_a_state_with_a_direct_line_of_its_own_is_followed():
    lines = {}
    for entry in catalogue():
        net = rs.Network(entry.cell, inputs=2, hidden=3, dims=_others(entry.cell))
        chain = chain_of(net)
        key = " ".join([entry.name, *entry.options.values()])
        lines[key] = [name.label for name in chain.carries if has_direct_line(net.system, chain, name)]
    gru = {f"gru {variant}": ["h"] for variant in ("pytorch", "cho2014", "chung2014")}
    lstm = {f"lstm {variant}": ["c"] for variant in ("pytorch", "1997", "gers", "peephole")}
    assert {key: found for key, found in lines.items() if found} == {**gru, **lstm, "mgu": ["h"]}


def _others(cell):
    return {str(dim): 2 for dim in cell.dimensions() if str(dim) not in "XH"}


class Leaky(rs.Cell):
    """A trace beside the state, which leaks and is written without any gate; a scalar counts."""

    params = {"U": ("H", "H"), "W": ("H", "X")}
    carry = {"h": ("H",), "n": ()}
    inputs = {"x": ("X",)}

    def step(self, p, prev, x, now):
        now.n = 0.5 * prev.n + 0.1 * rs.sum(prev.h)
        now.h = rs.tanh(p.U @ prev.h + p.W @ x + now.n)


def test_a_users_own_cell_and_a_network_of_layers():
    assert flow_of(Leaky()).state == "n"
    assert flow_of("gru").state is None
    assert flow_of("gru").symbol == "h"
    deep = rs.stacked(["lstm", "lstm"], inputs=2, hidden=3)
    j = rs.jacobians(deep, deep.init(0), np.ones((4, 2)))
    assert main_state(j) is None
    assert Flow("deep", j).symbol == "s"


# The finding. -----------------------------------------------------------------------------------------------------


def test_the_first_step_below_the_threshold_is_named(lstm, elman):
    for flow in (lstm, elman):
        norms = norms_by_hand(flow)
        for threshold in (0.3, 0.01, 1e-3, 1e-30):
            below = [lag for lag in range(12) if norms[lag] < threshold]
            assert flow.falls_below(threshold) == (below[0] if below else None)


def test_every_sentence_is_true(lstm, elman, exploding):
    """Each clause is compared with the numbers: who, how many steps, at which step, and who never does."""
    flows = [lstm, elman, exploding, flow_of("gru", label="GRU")]
    for count in range(1, 5):
        for chosen in product(flows, repeat=count):
            if len({id(flow) for flow in chosen}) < count:
                continue
            for threshold in (0.3, 1e-2):
                _check_sentence(finding(chosen, threshold), chosen, threshold)


def _check_sentence(sentence, flows, threshold):
    assert sentence.endswith(".")
    for flow in flows:
        (clause,) = [part for part in sentence.rstrip(".").split("; ") if flow.label in part]
        norms = norms_by_hand(flow)
        below, above = np.flatnonzero(norms < threshold), np.flatnonzero(norms > 1 / threshold)
        assert (" below " in clause) == bool(len(below))
        assert (" beyond " in clause) == bool(len(above))
        for found in (below, above):
            if len(found):
                step = 12 - int(found[0])
                assert f"after {found[0]} step" in clause
                assert (f"t = {step}" in clause) or flow.reads
        assert ("never" in clause or " stay" in clause) == (not len(below) and not len(above))


def test_the_words_of_the_mock_up(lstm, elman):
    never = flow_of("lstm", reads=lstm.reads, label="LSTM", steps=3)
    words = finding([elman, never])
    assert elman.falls_below() == 11
    expected = "Elman falls below 10⁻³ after 11 steps, at the 't' of \"the\"; the LSTM never does on this text."
    assert words == expected


@pytest.mark.parametrize(
    ("reads", "step", "place"),
    [
        ("the cat the ", 10, "at the 'h' of \"the\" (t = 10)"),
        ("the cat sat.", 8, 'at the space after "cat"'),
        ("a, b c d e f", 3, "at a space"),
        ("the cat sat.", 12, "at '.'"),
        ("a\tbcdefghijk", 2, "at '\\t'"),
        (("start", *"he cat sat o"), 1, "at 'start'"),
        ("", 4, "at t = 4"),
    ],
)
def test_a_place_is_told_by_what_is_read_there(reads, step, place):
    from rnnsym.analysis.flow import place_of

    flow = flow_of("elman", reads=tuple(reads))
    assert place_of(flow, 12 - step) == place


def test_equal_labels_are_told_apart(lstm):
    assert distinct(["LSTM", "GRU", "LSTM"]) == ["LSTM 1", "GRU", "LSTM 2"]
    other = flow_of("lstm", gain=0.1, label="LSTM")
    assert "LSTM 1" in finding([lstm, other], 0.3)
    assert "LSTM 2" in finding([lstm, other], 0.3)


def test_those_with_the_same_finding_share_a_clause(elman):
    again = Flow("Twin", elman.jacobians, elman.state, elman.reads)
    assert finding([elman, again]).startswith("Elman and Twin fall below 10⁻³ after ")


class Square(rs.Cell):
    """A state that overflows, and its Jacobian with it."""

    params = {"W": ("H", "X")}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}

    def step(self, p, prev, x, now):
        now.h = prev.h * prev.h + p.W @ x


def test_one_step_and_no_numbers():
    assert finding([flow_of("lstm", steps=1)]) == "The LSTM has one step only, and no gradient flows between steps."
    with np.errstate(all="ignore"):
        broken = flow_of(Square(), gain=1e200, steps=6)
        step = next(t for t in range(1, 7) if not np.isfinite(broken.jacobians.step[t - 1]).all())
        assert broken.broken_at == step
        assert f"Square cannot be followed, as its Jacobian of t = {step} is not finite" in finding([broken])


def test_in_ascii_the_finding_has_no_other_character(lstm, elman):
    assert finding([lstm, elman], ascii_only=True).isascii()


def test_a_chain_that_runs_backward_ends_at_step_1():
    net = rs.bidirectional("elman", inputs=2, hidden=3)
    assert tuple(chains_by_name(net)) == ("forward", "backward")
    j = rs.jacobians(net, net.init(3), np.random.default_rng(3).normal(size=(8, 2)), chain="backward")
    flow = Flow("backward", j)
    running = np.eye(3)
    for lag in range(8):
        np.testing.assert_allclose(np.exp(flow.curve[lag]), np.linalg.norm(running, 2), rtol=1e-10)
        running = running @ j.step[lag]
    lag = flow.falls_below(0.3)
    assert f"after {lag} step" in finding([flow], 0.3)
    assert f"at t = {1 + lag}" in finding([flow], 0.3)
