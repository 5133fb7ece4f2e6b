"""Recurrent weights and gates are found from the equations, whatever they are called and however they are written."""

import pytest

import rnnsym as rs
from rnnsym.cells.registry import catalogue
from rnnsym.derivation.gates import input_gates, keep_gates
from rnnsym.derivation.ranges.quantities import Ranges
from rnnsym.derivation.recurrent import recurrent_weights
from support import odd_cells
from support.networks import NETWORKS
from support.two_carries import TwoCarries


def system_of(cell):
    return rs.Network(cell, 2, 3).system


def weights(system):
    return {weight.name.label: weight.parts for weight in recurrent_weights(system)}


def gates(found):
    return [(gate.state.label, gate.gate.label, gate.bias.label, gate.sign, gate.rows) for gate in found]


BUILT_IN = {
    "elman": (["U"], [], []),
    "fused": (["W"], [], []),
    "output_feedback": (["U"], [], []),
    "jordan": (["U"], [], []),
    "linear": (["U"], [], []),
    "irnn": (["U"], [], []),
    "lstm pytorch": (["U_i", "U_f", "U_g", "U_o"], [("c", "f", "b_f", 1, None)], ["b_i"]),
    "lstm 1997": (["U_i", "U_g", "U_o"], [], []),
    "lstm gers": (["U_i", "U_f", "U_g", "U_o"], [("c", "f", "b_f", 1, None)], ["b_i"]),
    "lstm peephole": (["U_i", "p_i", "U_f", "p_f", "U_g", "U_o"], [("c", "f", "b_f", 1, None)], ["b_i"]),
    "gru pytorch": (["U_r", "U_z", "U_n"], [("h", "z", "b_z", 1, None)], []),
    "gru cho2014": (["U_r", "U_z", "U_n"], [("h", "z", "b_z", 1, None)], []),
    "gru chung2014": (["U_r", "U_z", "U_n"], [("h", "z", "b_z", -1, None)], []),
    "mgu": (["U_f", "U_n"], [("h", "f", "b_f", -1, None)], []),
    "state_machine": (["U"], [], []),
    "parentheses": (["U"], [], []),
}


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: " ".join([entry.name, *entry.options.values()]))
def test_built_in_cells(entry):
    system = system_of(entry.cell)
    recurrent, keeping, letting = BUILT_IN[" ".join([entry.name, *entry.options.values()])]
    assert list(weights(system)) == recurrent
    assert gates(keep_gates(system)) == keeping
    assert [gate.bias.label for gate in input_gates(system)] == letting


def test_only_the_columns_that_meet_the_state_are_recurrent():
    assert weights(system_of("fused")) == {"W": ((1, (0, "H")),)}
    assert weights(system_of(odd_cells.OddMatrices))["F"] == ((1, (0, "H")),)


ODD = {
    odd_cells.ScalarState: ["U", "v", "w"],
    odd_cells.OddMatrices: ["U", "A", "B", "F", "s"],
    odd_cells.TwoChains: ["U"],
    odd_cells.NoRecurrence: [],
    odd_cells.Letters: ["e", "U_kept"],
    odd_cells.Stopped: ["U", "R"],
    TwoCarries: ["P", "Q_k", "Q_w", "d"],
}


@pytest.mark.parametrize("cell", ODD, ids=lambda cell: cell.__name__)
def test_weights_of_cells_that_nobody_publishes(cell):
    assert list(weights(system_of(cell))) == ODD[cell]
    assert not keep_gates(system_of(cell))


def test_each_layer_has_its_own():
    both = NETWORKS["bidirectional"](rs.cells.get("gru")).system
    assert list(weights(both)) == [f"{way}.U_{g}" for way in ("forward", "backward") for g in "rzn"]
    assert [gate.bias.label for gate in keep_gates(both)] == ["forward.b_z", "backward.b_z"]
    deep = NETWORKS["stacked, other above, labels"](rs.cells.get("lstm")).system
    assert list(weights(deep)) == ["layer1.U_i", "layer1.U_f", "layer1.U_g", "layer1.U_o"] + [
        f"layer2.U_{g}" for g in "rzn"
    ]
    assert [gate.bias.label for gate in keep_gates(deep)] == ["layer1.b_f", "layer2.b_z"]
    soft = NETWORKS["encoder_decoder, soft"](rs.cells.get("elman")).system
    assert list(weights(soft)) == ["encoder.U", "decoder.U"]


class Peeking(rs.Cell):
    """What is seen of it is the state before, behind no equation of a state."""

    params = {"W": ("H", "X"), "U": ("H", "H")}
    carry = {"h": ("H",)}
    output = "o"

    def step(self, p, prev, x, now):
        now.o = 2 * prev.h
        now.h = rs.tanh(p.W @ x + p.U @ now.o)


def test_a_layer_above_has_no_share_in_the_state_below():
    system = rs.stacked([Peeking, "elman"], inputs=2, hidden=3).system
    assert list(weights(system)) == ["layer1.U", "layer2.U"]


class Packed(rs.Cell):
    """An LSTM as libraries store it: four gates in one matrix, two biases, the logistic function written out."""

    params = {"W": ("4H", "X"), "U": ("4H", "H"), "b_ih": ("4H",), "b_hh": ("4H",)}
    carry = {"h": ("H",), "c": ("H",)}

    def step(self, p, prev, x, now):
        now.a = p.W @ x + p.b_ih + p.U @ prev.h + p.b_hh
        now.i = rs.sigmoid(now.a[:"H"])
        now.f = 1 / (1 + rs.exp(-now.a["H":"2H"]))
        now.new = now.i * rs.tanh(now.a["2H":"3H"])
        now.c = prev.c - (1 - now.f) * prev.c + now.new
        now.h = rs.sigmoid(now.a["3H":]) * rs.tanh(now.c)


def test_packed_gates_are_told_apart_by_their_rows():
    system = system_of(Packed)
    rows = ("H", "2H")
    assert gates(keep_gates(system)) == [("c", "f", "b_ih", 1, rows), ("c", "f", "b_hh", 1, rows)]
    assert gates(input_gates(system)) == [("c", "i", "b_ih", 1, (0, "H")), ("c", "i", "b_hh", 1, (0, "H"))]


class Towards(rs.Cell):
    """h moves towards n: the same as (1 − z) h + z n, not multiplied out; row vectors; a gate with straight edges."""

    params = {"W": ("X", "H"), "U": ("H", "H"), "R": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.z = rs.maximum(0.0, rs.minimum(1.0, 0.5 + 0.2 * (prev.h @ p.R - p.b)))
        now.h = prev.h + now.z * (rs.tanh(x @ p.W + prev.h @ p.U) - prev.h)


class Leaky(rs.Cell):
    """How much is kept is one trained number, inside one equation."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "rate": ()}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.sigmoid(-p.rate) * prev.h + rs.sigmoid(p.rate) * rs.tanh(p.W @ x + p.U @ prev.h)


def test_gates_that_are_written_otherwise():
    assert gates(keep_gates(system_of(Towards))) == [("h", "z", "b", 1, None)]
    assert list(weights(system_of(Towards))) == ["U", "R"]
    assert gates(keep_gates(system_of(Leaky))) == [("h", "h", "rate", -1, None)]
    assert not input_gates(system_of(Leaky))


class Content(rs.Cell):
    """A factor of the state that is squashed, but not between 0 and 1, is no gate."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",), "d": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.k = 2 * rs.sigmoid(p.W @ x + p.b) - 0.5
        now.h = now.k * prev.h + p.d * prev.h + rs.tanh(p.U @ prev.h)


def test_a_factor_that_leaves_0_to_1_is_no_gate():
    system = system_of(Content)
    assert not keep_gates(system)
    assert list(weights(system)) == ["U", "d"]


class Humped(rs.Cell):
    """Between 0 and 1, but open only halfway: a larger bias keeps more, then less."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.z = rs.sigmoid(p.W @ x + p.b)
        now.h = 4 * now.z * (1 - now.z) * prev.h + rs.tanh(p.U @ prev.h)


def test_a_gate_opens_one_way():
    assert not keep_gates(system_of(Humped))


def test_ranges_hold_and_are_tight():
    a = rs.var("a")
    system = system_of("elman")
    for expr, wanted in [
        (rs.sigmoid(a), (0, 1)), (1 - rs.sigmoid(a), (0, 1)), (4 * rs.sigmoid(a) - 2, (-2, 2)),
        (1 / (1 + rs.exp(a)), (0, 1)), (rs.tanh(a) * rs.sigmoid(a), (-1, 1)), (rs.minimum(rs.relu(a), 1.0), (0, 1)),
        (rs.softplus(a), (0, float("inf"))), (a * 0.5, (-float("inf"), float("inf"))), (rs.exp(-rs.relu(a)), (0, 1)),
        (4 * rs.sigmoid(a) * (1 - rs.sigmoid(a)), (0, 1)), (rs.softmax(rs.var("v", ("H",))), (0, 1)),
    ]:  # fmt: skip
        assert Ranges(system).of(expr) == pytest.approx(wanted)
