"""Step Jacobians, products and blocks: reverse mode over the explicit unrolled graph, and complex steps."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import cells
from rnnsym.analysis.stepping.steps import chains_by_name
from rnnsym.errors import InputError, RnnsymError, ShapeError, UnknownNameError
from support.jacobians import complex_step_products, explicit_products, starts_with, taken
from support.networks import NETWORKS
from support.two_carries import TwoCarries

T = 3
CELLS = {
    **{" ".join([entry.name, *entry.options.values()]): entry.cell for entry in cells.catalogue()},
    "two carries, three gates": TwoCarries(),
}
WIRINGS = {
    "tagging, hidden": CELLS,
    "stacked, other above, labels": ["mgu"],
    "language_model": ["elman"],
    "one_to_many": ["output_feedback"],
    "bidirectional of stacks": ["fused"],
    "bidirectional above, many_to_one": ["elman"],
    "encoder_decoder": ["two carries, three gates"],
    "encoder_decoder, soft": ["elman"],
    "encoder_decoder, bidirectional encoder, soft, context": ["elman"],
}
PAIRS = [(wiring, cell) for wiring, names in WIRINGS.items() for cell in names]


def chains(net):
    """The names of the chains of a network."""
    try:
        taken(net, T)
    except InputError as error:
        return str(error).partition("chains of states, ")[2].partition(":")[0].split(" and ")
    return [None]


@pytest.mark.parametrize(("wiring", "cell"), PAIRS)
def test_steps_products_and_blocks_are_derivatives_of_the_unrolled_graph(wiring, cell):
    net = NETWORKS[wiring](CELLS[cell])
    for chain in chains(net):
        j, data = taken(net, T, chain)
        pairs = [(t, k) if j.forward else (k, t) for t, k in ((2, 1), (3, 1))]
        truth = explicit_products(net, data, j.states, T, pairs)
        step = pairs[0][0]
        np.testing.assert_allclose(j.step[step - 1], truth[pairs[0]], rtol=1e-10, atol=1e-13)
        for (t, k), wanted in truth.items():
            np.testing.assert_allclose(j.product(t, k), wanted, rtol=1e-10, atol=1e-13)
            for a in j.states:
                for b in j.states:
                    got = j.block(a, b).product(t, k)
                    np.testing.assert_allclose(got, wanted[j.part(a), j.part(b)], rtol=1e-10, atol=1e-13)
        if all(starts_with(net, label) for label in j.states):
            wanted = complex_step_products(net, data, j.states, T if j.forward else 1, T)
            got = j.product(T, 0) if j.forward else j.product(1, T + 1)
            np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-13)


def test_the_line_of_the_lstm_is_its_forget_gate_for_one_step_and_not_for_three():
    j, data = taken(rs.Network("lstm", 2, 3), 3)
    f = NETWORKS["tagging, hidden"]("lstm").run(data.params, data.x, None, data.carry)["f"]
    line = j.block("c", "c")
    np.testing.assert_allclose(line.product(2, 1), np.diag(f[1]), atol=1e-15)
    assert np.max(np.abs(line.product(3, 0) - np.diag(f.prod(axis=0)))) > 1e-3
    np.testing.assert_array_equal(np.asarray(line), j.step[:, 3:, 3:])
    assert np.asarray(line, dtype=np.float32).dtype == np.float32


def test_steps_are_counted_as_in_the_equations():
    j, _ = taken(rs.Network("elman", 2, 3), 4)
    np.testing.assert_allclose(j.product(3, 1), j.step[2] @ j.step[1])
    np.testing.assert_array_equal(j.product(2, 2), np.eye(3))
    back, _ = taken(NETWORKS["bidirectional"]("elman"), 4, "backward")
    np.testing.assert_allclose(back.product(2, 4), back.step[1] @ back.step[2])
    np.testing.assert_allclose(back.product(4, 5), back.step[3])
    assert repr(back) == "<Jacobians of bidirectional(Elman): T = 4, n = 3, backward.h>"


def test_a_carry_that_is_missing_is_zero_and_a_cell_alone_has_the_sizes_of_its_arrays():
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(3, 2)), "U": rng.normal(size=(3, 3)), "b": rng.normal(size=3)}
    x = rng.normal(size=(5, 2))
    alone = rs.jacobians("elman", params, x)
    started = rs.jacobians(rs.Network("elman", 2, 3), params, x, carry={"h": np.zeros(3)})
    np.testing.assert_array_equal(alone.step, started.step)
    assert (alone.T, alone.n, alone.states, alone.sizes, alone.chain) == (5, 3, ("h",), (3,), "h")


class MatrixState(rs.Cell):
    params = {"v": ("H",), "W": ("H", "X")}
    carry = {"M": ("H", "H")}
    output = "y_h"

    def step(self, p, prev, x, now):
        now.M = 0.5 * prev.M
        now.y_h = now.M @ p.v + p.W @ x


def test_a_state_that_is_a_matrix_is_refused_by_its_name():
    net = rs.Network(MatrixState, 2, 3)
    with pytest.raises(ShapeError, match=r"the state M has the shape \(H, H\)"):
        rs.jacobians(net, net.init(), np.ones((4, 2)))


def test_bad_input_is_refused_with_its_reason():
    net = NETWORKS["bidirectional"]("lstm")
    params, x = net.init(), np.ones((4, 2))
    j = rs.jacobians(net, params, x, chain="forward")
    refused = [
        (lambda: rs.jacobians(net, params, x), InputError, "2 chains of states, forward and backward"),
        (lambda: rs.jacobians(net, params, x, chain="forwards"), UnknownNameError, "Did you mean 'forward'"),
        (lambda: rs.jacobians(net, params, np.ones((4, 3, 2)), chain="forward"), InputError, "without a batch axis"),
        (lambda: rs.jacobians(net, params, x, {"forward.h": np.ones((3, 3))}, "forward"), RnnsymError, "forward.h"),
        (lambda: rs.jacobians(net, params, np.full((4, 2), np.nan), chain="forward"), InputError, "nan|finite"),
        (lambda: rs.jacobians(net, {**params, "V": np.inf * params["V"]}, x, chain="forward"), InputError, "V"),
        (lambda: rs.jacobians(net, params, np.ones((0, 2)), chain="forward"), RnnsymError, "."),
        (lambda: rs.jacobians("elmann", {}, x), UnknownNameError, "elman"),
        (lambda: j.block("c", "forward.c"), UnknownNameError, "unknown state 'c'"),
        (lambda: j.product(5, 1), InputError, "there is no step 5: the steps run from 0 to 4"),
        (lambda: j.product(2, -1), InputError, "there is no step -1"),
        (lambda: j.product(2.0, 1), InputError, "there is no step 2.0"),
        (lambda: j.log_norm(1, 2), InputError, "take k no later than t"),
        (lambda: j.singular_values(True, 0), InputError, "there is no step True"),
        (lambda: j.log_norm_table([1, 9], [1]), InputError, "there is no step 9"),
        (lambda: j.fan(k=1, t=2), InputError, "give one of them"),
    ]
    for call, kind, reason in refused:
        with pytest.raises(kind, match=reason):
            call()


def test_what_needs_too_much_memory_is_refused_with_another_way():
    net = rs.Network("elman", 1, 1)
    j = rs.jacobians(net, net.init(), np.ones((2_500, 1)))
    with pytest.raises(InputError, match=r"6 million norms .* log_norm_table\(ts, ks\)"):
        _ = j.log_norms
    wide = rs.Network("elman", 1, 1_000)
    with pytest.raises(InputError, match=r"T = 200 steps with 1000 states need 1.6 GB"):
        rs.jacobians(wide, wide.init(scheme="normal"), np.ones((200, 1)))


class Apart(rs.Cell):
    """Two states that know nothing of each other."""

    carry = {"h": ("H",), "k": ("H",)}
    params = {"U": ("H", "H"), "R": ("H", "H"), "W": ("H", "X")}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ prev.h + p.W @ x)
        now.k = rs.tanh(p.R @ prev.k + p.W @ x)


def test_chains_that_share_a_path_are_called_by_their_states():
    net = rs.bidirectional(Apart, inputs=2, hidden=2)
    assert list(chains_by_name(net)) == ["forward.h", "forward.k", "backward.h", "backward.k"]
    assert rs.jacobians(net, net.init(), np.ones((3, 2)), chain="backward.k").chain == "backward.k"


def test_the_chains_of_a_stack_are_called_by_what_their_paths_share():
    def names(net):
        return list(chains_by_name(net))

    assert names(rs.stacked([rs.Bidirectional("gru"), rs.Bidirectional("lstm")], 2, 3)) == ["forward", "backward"]
    stacks = rs.Stacked(["gru", "gru"]), rs.Stacked(["elman", "elman"])
    assert names(rs.encoder_decoder(*stacks, inputs=2, hidden=3, outputs=2)) == ["encoder", "decoder"]
    assert names(rs.stacked(["gru", "gru"], 2, 3)) == ["layer1.h, layer2.h"]
