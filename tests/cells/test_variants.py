"""What the variants have to do with each other, and the formulas that follow from their sources."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.cells import GRU, IRNN, LSTM, Elman, Fused, Jordan, Linear, OutputFeedback, catalogue, get
from rnnsym.errors import CellError, UnknownNameError
from support.numpy_cells import sigma
from support.problems import problem

SIZES = (2, 3, 4, 5, (2,))


def loss_and_gradients(p, cell=None, params=None):
    net = p.net if cell is None else rs.Network(cell, *(p.net.sizes[name] for name in "XHC"))
    return net.value_and_grad(p.params if params is None else params, p.x, p.targets, p.carry)


# GRU: the two senses of z, and reset before or after the product. -----------------------------------------------


def negated(params):
    return {name: -value if name in ("W_z", "U_z", "b_z") else value for name, value in params.items()}


@settings(max_examples=max(12, settings().max_examples // 2), deadline=None)
@given(
    st.sampled_from([("cho2014", None, "chung2014", None), *((v, "keeps", v, "renews") for v in GRU.variants)]),
    st.tuples(*(st.integers(1, 4) for _ in range(4))),
    st.integers(0, 2**32 - 1),
)
def test_the_senses_of_z_are_one_family_after_negating_its_weights(pair, sizes, seed):
    """Cho's z is one minus Chung's: 1 − σ(a) = σ(−a)."""
    variant, z, other, other_z = pair
    p = problem(GRU(variant, z), *sizes, batch=(2,), seed=seed)
    loss, grads = loss_and_gradients(p)
    same_loss, same_grads = loss_and_gradients(p, GRU(other, other_z), negated(p.params))
    assert same_loss == pytest.approx(loss, rel=1e-12)
    for name, grad in negated(same_grads).items():
        np.testing.assert_allclose(grad, grads[name], rtol=1e-9, atol=1e-12 * (1 + np.abs(grad).max()))


def before_and_after(diagonal):
    """The last states of a GRU with equal weights, reset before and after the product."""
    p = problem(GRU("cho2014"), *SIZES, seed=3)
    after = {**p.params, "b_hn": np.zeros(3)}
    if diagonal:
        p.params["U_n"] = after["U_n"] = np.diag([0.3, -0.8, 0.5])
    first = p.net.run(p.params, p.x, carry=p.carry)["h"][-1]
    second = rs.Network(GRU(), 2, 3, 4).run(after, p.x, carry=p.carry)["h"][-1]
    return first, second


def test_reset_before_and_after_the_product_are_different_networks():
    first, second = before_and_after(diagonal=False)
    assert np.abs(first - second).max() > 1e-3


def test_with_a_diagonal_product_the_order_of_the_reset_does_not_matter():
    first, second = before_and_after(diagonal=True)
    np.testing.assert_allclose(first, second, rtol=1e-13)


def test_the_source_says_when_z_has_not_the_papers_sense():
    assert GRU("cho2014", z="keeps").source == GRU("cho2014").source
    assert GRU("cho2014", z="renews").source.endswith("here z renews")


# LSTM. ----------------------------------------------------------------------------------------------------------


def test_the_forget_gate_of_gers_gives_pytorchs_equations():
    p = problem(LSTM("gers"), *SIZES, seed=1)
    loss, grads = loss_and_gradients(p)
    same_loss, same_grads = loss_and_gradients(p, LSTM())
    assert loss == same_loss
    for name, grad in grads.items():
        np.testing.assert_array_equal(grad, same_grads[name])


def test_without_peepholes_the_peephole_lstm_is_pytorchs():
    p = problem(LSTM("peephole"), *SIZES, seed=1)
    p.params.update({f"p_{q}": np.zeros(3) for q in "ifo"})
    plain = {name: value for name, value in p.params.items() if not name.startswith("p_")}
    assert loss_and_gradients(p)[0] == pytest.approx(loss_and_gradients(p, LSTM(), plain)[0], rel=1e-13)


def test_the_first_lstm_is_one_that_never_forgets():
    assert sigma(50.0) == 1.0
    p = problem(LSTM("1997"), *SIZES, seed=1)
    open_gate = {"W_f": np.zeros((3, 2)), "U_f": np.zeros((3, 3)), "b_f": np.full(3, 50.0)}
    assert loss_and_gradients(p)[0] == loss_and_gradients(p, LSTM(), {**p.params, **open_gate})[0]


def test_the_original_squashings_have_their_ranges():
    p = problem(LSTM("1997", squashing="original"), *SIZES, seed=1)
    p.params.update({name: 30 * value for name, value in p.params.items() if name.startswith(("W_", "b_"))})
    run = p.net.run(p.params, p.x, carry=p.carry)
    assert 1.5 < np.abs(run["g"]).max() <= 2
    assert 0.5 < np.abs(run["h"]).max() <= 1


def test_squashing_belongs_to_the_variants_of_its_time():
    with pytest.raises(UnknownNameError, match="squashing of the LSTM of variant peephole: 'original'"):
        LSTM("peephole", squashing="original")


def test_the_backward_pass_of_the_peephole_lstm_by_its_formulas():
    """Row t of each δ by the recurrence on paper: δ^o first, since the output gate sees c_t."""
    p = problem(LSTM("peephole"), 2, 3, 4, 5, seed=8)
    run, w = p.net.run(*p.arguments), p.params
    at = {name: np.vstack([np.atleast_2d(p.carry.get(name, np.zeros(3))), run[name]]) for name in "ifgohc"}
    grads = {name: np.zeros_like(value) for name, value in w.items()}
    eps_h, eps_c = np.zeros(3), np.zeros(3)
    for t in range(p.steps, 0, -1):
        i, f, g, o, c, before, h_before = (at[n][t - k] for n, k in zip("ifgocch", (0, 0, 0, 0, 0, 1, 1), strict=True))
        bent = np.tanh(c)
        error = run.at("y", t) - p.targets[t - 1]
        eps_h = eps_h + w["V"].T @ error
        d = {"o": eps_h * bent * o * (1 - o)}
        delta_c = eps_c + eps_h * o * (1 - bent**2) + w["p_o"] * d["o"]
        d.update(i=delta_c * g * i * (1 - i), f=delta_c * before * f * (1 - f), g=delta_c * i * (1 - g**2))
        for q, delta in d.items():
            grads[f"W_{q}"] += np.outer(delta, p.x[t - 1])
            grads[f"U_{q}"] += np.outer(delta, h_before)
            grads[f"b_{q}"] += delta
        for q, seen in (("i", before), ("f", before), ("o", c)):
            grads[f"p_{q}"] += d[q] * seen
        grads["V"] += np.outer(error, at["h"][t])
        grads["b_y"] += error
        eps_h = sum(w[f"U_{q}"].T @ delta for q, delta in d.items())
        eps_c = f * delta_c + w["p_i"] * d["i"] + w["p_f"] * d["f"]
    for name, grad in grads.items():
        np.testing.assert_allclose(run.grads[name], grad, rtol=1e-11, atol=1e-13, err_msg=name)
    np.testing.assert_allclose(run.carry_grad["h"], eps_h, rtol=1e-11)
    np.testing.assert_allclose(run.carry_grad["c"], eps_c, rtol=1e-11)


# The simple networks. -------------------------------------------------------------------------------------------


def test_the_fused_matrix_is_u_beside_w():
    p = problem(Elman(), *SIZES, seed=4)
    fused = {**{k: v for k, v in p.params.items() if k not in "WU"}, "W": np.hstack([p.params["U"], p.params["W"]])}
    loss, grads = loss_and_gradients(p)
    same_loss, same_grads = loss_and_gradients(p, Fused(), fused)
    assert same_loss == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(same_grads["W"], np.hstack([grads["U"], grads["W"]]), rtol=1e-11, atol=1e-13)


def test_feeding_the_output_back_is_the_simple_network_with_another_name_in_between():
    p = problem(OutputFeedback("sigmoid"), *SIZES, seed=4)
    loss, grads = loss_and_gradients(p)
    same_loss, same_grads = loss_and_gradients(p, Elman("sigmoid"))
    assert same_loss == pytest.approx(loss, rel=1e-13)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, same_grads[name], rtol=1e-11, atol=1e-13)


def test_jordans_context_is_the_output():
    """With an output that is always zero nothing is remembered, whatever the hidden state does."""
    net = rs.Network(Jordan(output_activation="identity", outputs=2), inputs=2, hidden=3)
    params = {**net.init(seed=1), "W_o": np.zeros((2, 3)), "b_o": np.zeros(2)}
    first, second = (net.run(params, [x, [0.3, 0.4]])["h"][1] for x in ([1.0, 2.0], [-5.0, 1.0]))
    np.testing.assert_array_equal(first, second)
    assert net.run(params, [[1.0, 2.0]])["o"].shape == (1, 2)


def test_the_linear_network_has_its_closed_form():
    """h_T = U^T h_0 + Σ_k U^{T−k} (W x_k + b)."""
    p = problem(Linear(), 2, 3, 4, 6, seed=2)
    power = np.linalg.matrix_power
    U, T = p.params["U"], p.steps
    inputs = [p.params["W"] @ x + p.params["b"] for x in p.x]
    h = power(U, T) @ p.carry["h"] + sum(power(U, T - k) @ inputs[k - 1] for k in range(1, T + 1))
    np.testing.assert_allclose(p.net.run(*p.arguments).at("h", T), h, rtol=1e-12)


@pytest.mark.parametrize("scheme", ["glorot", "orthogonal", "uniform"])
def test_an_irnn_starts_with_the_identity_and_no_bias(scheme):
    params = rs.Network(IRNN(), 2, 3, 4).init(seed=5, scheme=scheme)
    np.testing.assert_array_equal(params["U"], np.eye(3))
    np.testing.assert_array_equal(params["b"], np.zeros(3))
    assert np.abs(params["W"]).min() > 0


def test_what_starts_as_the_identity_must_be_square():
    with pytest.raises(CellError, match=r"W of shape \(H, X\) is not square: it has no identity"):

        class Tilted(IRNN):
            starts = {"W": "identity"}


@pytest.mark.parametrize("start", ["eye", None])
def test_a_start_is_a_number_or_the_identity(start):
    with pytest.raises(CellError, match="U starts as a number or as 'identity', not as"):

        class Odd(IRNN):
            starts = {"U": start}


# Variants by name. ----------------------------------------------------------------------------------------------


def test_a_variant_is_a_cell_of_its_family():
    for variant in LSTM.variants:
        cell = get("lstm", variant=variant)
        assert isinstance(cell, LSTM)
        assert cell.variant == variant
    assert type(get("lstm", variant="pytorch")) is LSTM
    assert type(get("gru")) is GRU


def test_a_year_may_be_a_number():
    """The command line reads `--option variant=1997` as a number."""
    assert get("lstm", variant=1997).variant == "1997"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("lstm", {"variant": "peepholes"}, "unknown variant of LSTM 'peepholes'. Did you mean 'peephole'"),
        ("gru", {"variant": "cho"}, "unknown variant of GRU 'cho'. Did you mean 'cho2014'"),
        ("gru", {"z": "keep"}, "unknown sense of z 'keep'. Did you mean 'keeps'"),
    ],
)
def test_an_unknown_variant_names_the_nearest(name, options, message):
    with pytest.raises(UnknownNameError, match=message):
        get(name, **options)


def test_a_subclass_of_a_family_is_its_own_cell():
    class Sharp(LSTM):
        def __init__(self, slope=2):
            super().__init__()
            self.slope = slope

        def step(self, p, prev, x, now):
            super().step(p, prev, self.slope * x, now)

    assert type(Sharp(3)) is Sharp
    assert Sharp(3).slope == 3
    assert type(LSTM()) is LSTM


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: "-".join([entry.name, *entry.options.values()]))
def test_every_cell_is_copied_and_pickled(entry):
    net = rs.Network(entry.cell, 2, 3, 4)
    params, x = net.init(seed=1), [[0.1, 0.2], [0.3, 0.4]]
    for twin in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert twin.cell.source == entry.source
        np.testing.assert_array_equal(twin.run(params, x)["y"], net.run(params, x)["y"])
