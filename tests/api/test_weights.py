"""Tensors as parameters: what they are read as, and which do not fit (files: test_weight_files)."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import Elman
from rnnsym.errors import InputError, ShapeError, UnknownNameError
from support.weights import RNG, C, H, X, module, refusal, written


@pytest.fixture(params=[".safetensors", ".npz"])
def file(request, tmp_path):
    return tmp_path / f"w{request.param}"


# What is read. --------------------------------------------------------------------------------------------------------


def test_gates_and_biases_have_their_places(file):
    """Rows i, f, g, o; the two biases are added. For the GRU b_hn stays by itself."""
    tensors = module(4)
    net, params = rs.load_weights(written(file, tensors))
    assert net.cell.name == "LSTM"
    assert net.sizes == {"X": X, "H": H}
    for i, gate in enumerate("ifgo"):
        rows = slice(i * H, (i + 1) * H)
        np.testing.assert_array_equal(params[f"W_{gate}"], tensors["weight_ih_l0"][rows])
        np.testing.assert_array_equal(params[f"U_{gate}"], tensors["weight_hh_l0"][rows])
        np.testing.assert_array_equal(params[f"b_{gate}"], tensors["bias_ih_l0"][rows] + tensors["bias_hh_l0"][rows])
    tensors = module(3)
    _, params = rs.load_weights(written(file, tensors))
    np.testing.assert_array_equal(params["b_n"], tensors["bias_ih_l0"][2 * H :])
    np.testing.assert_array_equal(params["b_hn"], tensors["bias_hh_l0"][2 * H :])


def test_layers_and_directions_are_those_of_the_names(file):
    net, params = rs.load_weights(written(file, module(1, layers=2, both=True)))
    assert net.name == "stacked(bidirectional(Elman), bidirectional(Elman))"
    assert params.keys() == net.params.keys()
    assert params["layer2.backward.W"].shape == (H, 2 * H)
    net, _ = rs.load_weights(written(file, module(1, both=True)))
    assert net.name == "bidirectional(Elman)"
    net, params = rs.load_weights(written(file, module(3, layers=3)))
    assert net.name == "stacked(GRU, GRU, GRU)"
    assert params["layer3.U_z"].shape == (H, H)


def test_a_module_without_biases_has_zeros(file):
    _, params = rs.load_weights(written(file, module(3, bias=False)))
    assert not any(params[name].any() for name in ("b_r", "b_z", "b_n", "b_hn"))


def test_a_cell_of_pytorchs_is_a_layer(file):
    tensors = {name.removesuffix("_l0"): array for name, array in module(4, prefix="cell.").items()}
    assert rs.load_weights(written(file, tensors))[0].name == "LSTM"


def test_the_only_prefix_is_found_and_other_layers_are_left_alone(file):
    tensors = {**module(prefix="encoder.lstm."), "fc.weight": RNG.normal(size=(C, H)), "norm.running": np.ones(7)}
    net, _ = rs.load_weights(written(file, tensors))
    assert net.options.readout is False
    assert rs.load_weights(file, prefix="encoder.lstm")[1].keys() == net.params.keys()


def test_several_prefixes_are_asked_for(file):
    written(file, {**module(1, prefix="a.rnn."), **module(3, prefix="b.")})
    assert "by its prefix, one of 'a.rnn', 'b'" in refusal(InputError, file)
    assert rs.load_weights(file, prefix="b.")[0].name == "GRU"
    assert "Did you mean 'a.rnn'?" in refusal(UnknownNameError, file, prefix="a.rn")


@pytest.mark.parametrize("bias", [True, False])
def test_a_readout_is_read_where_it_is_asked_for(file, bias):
    tensors = {**module(1, both=True, prefix="rnn."), "fc.weight": RNG.normal(size=(C, 2 * H))}
    if bias:
        tensors["fc.bias"] = RNG.normal(size=C)
    net, params = rs.load_weights(written(file, tensors), readout="fc", pattern="many_to_one", loss="cross_entropy")
    assert (net.sizes["C"], net.options.pattern, net.options.loss) == (C, "many_to_one", "cross_entropy")
    np.testing.assert_array_equal(params["V"], tensors["fc.weight"])
    np.testing.assert_array_equal(params["b_y"], tensors.get("fc.bias", np.zeros(C)))
    assert "Did you mean 'fc'?" in refusal(UnknownNameError, file, readout="fcc")


def test_a_misshapen_readout_is_refused(file):
    written(file, {**module(1, prefix="rnn."), "fc.weight": np.ones((C, 9)), "out.weight": np.ones((C, H)),
                   "out.bias": np.ones(2)})  # fmt: skip
    assert "fc.weight has shape (4, 9) and must have (C, 3)" in refusal(ShapeError, file, readout="fc")
    assert "out.bias has shape (2,) and must have (4,)" in refusal(ShapeError, file, readout="out")


def test_floats_of_every_width_become_float64(tmp_path):
    tensors = {name: array.astype(np.float16) for name, array in module(1).items()}
    _, params = rs.load_weights(written(tmp_path / "w.safetensors", tensors))
    assert params["U"].dtype == np.float64
    np.testing.assert_array_equal(params["U"], tensors["weight_hh_l0"].astype(np.float64))


def test_a_cell_with_the_same_parameters_may_take_the_place_of_pytorchs(file):
    written(file, module(1))
    assert rs.load_weights(file, cell=Elman("relu"))[0].cell.activation == "relu"
    assert rs.load_weights(file, cell="irnn")[0].name == "IRNN"
    assert "the cell GRU has W_r" in refusal(InputError, file, cell="gru")
    assert "give one cell, not stacked(Elman, Elman)" in refusal(InputError, file, cell=rs.Stacked(["elman"] * 2))


OWN = """
from rnnsym import Cell, tanh
class Leaky(Cell):
    params = {"W": ("H", "X"), "U": ("H", "H"), "rate": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    def step(self, p, prev, x, now):
        now.h = (1 - p.rate) * prev.h + p.rate * tanh(p.W @ x + p.U @ prev.h)
"""


def test_a_cell_of_ones_own_is_read_by_its_labels(file):
    own = file.with_name("own.py")
    own.write_text(OWN)
    tensors = {"W": np.ones((H, X)), "U": np.eye(H), "rate": np.full(H, 0.5)}
    net, params = rs.load_weights(written(file, tensors), cell=f"{own}:Leaky")
    assert net.sizes == {"X": X, "H": H}
    x = RNG.normal(size=(5, X))
    np.testing.assert_array_equal(rs.jacobians(net, params, x).step, rs.jacobians(f"{own}:Leaky", tensors, x).step)


@pytest.mark.parametrize("body", ["lstm", rs.Stacked([rs.Bidirectional("gru"), "jordan"])])
def test_what_a_network_has_saved_is_read_again(file, body):
    net = rs.Network(body, X, H, C)
    params = net.init(1)
    again, found = rs.load_weights(written(file, params), cell=body)
    assert again.sizes == net.sizes
    assert again.options == net.options
    assert all(np.array_equal(found[name], params[name]) for name in params)


def test_labels_may_have_a_prefix(file):
    """As the parameters of a module of one's own in PyTorch have."""
    params = rs.Network("elman", X, H).init(1)
    written(file, {**{f"net.cell.{name}": array for name, array in params.items()}, "net.head": np.ones(3)})
    net, found = rs.load_weights(file, cell="elman", prefix="net.cell")
    assert net.sizes == {"X": X, "H": H}
    assert all(np.array_equal(found[name], params[name]) for name in params)


# What is refused. -----------------------------------------------------------------------------------------------------


def test_every_tensor_at_fault_is_named_with_its_shape(file):
    tensors = module(4, layers=2, prefix="rnn.")
    del tensors["rnn.weight_ih_l1"], tensors["rnn.bias_hh_l0"]
    tensors["rnn.weight_hh_l1"] = np.ones((9, 3))
    tensors["rnn.gain"] = np.ones(1)
    said = refusal(InputError, written(file, tensors))
    assert said == (
        "nn.LSTM at 'rnn' (2 layers, H = 3) does not fit: missing: rnn.bias_hh_l0 (12,), rnn.weight_ih_l1 (12, 3); "
        "not known: rnn.gain; rnn.weight_hh_l1 has shape (9, 3) and must have (12, 3)."
    )


def test_a_layer_or_a_direction_that_is_missing_is_named(file):
    tensors = {name: array for name, array in module(1, layers=3, bias=False).items() if "l1" not in name}
    assert "missing: weight_ih_l1 (3, 3), weight_hh_l1 (3, 3)." in refusal(InputError, written(file, tensors))
    tensors = module(1, both=True, bias=False)
    del tensors["weight_ih_l0_reverse"]
    assert "missing: weight_ih_l0_reverse (3, 2)." in refusal(InputError, written(file, tensors))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weight_ih_l0": np.ones((12, 2, 1))}, "weight_ih_l0 has shape (12, 2, 1) and must have (12, X)"),
        ({"bias_ih_l0": np.ones(11)}, "bias_ih_l0 has shape (11,) and must have (12,)"),
        ({"weight_hh_l0": np.ones((3, 12))}, "(H, H) for nn.RNN, (4H, H) for nn.LSTM or (3H, H) for nn.GRU"),
        ({"weight_hh_l0": np.ones((6, 3))}, "weight_hh_l0 has shape (6, 3): it must be"),
        ({"weight_hh_l0": np.ones((0, 0))}, "weight_hh_l0 has shape (0, 0): it must be"),
    ],
)
def test_misshapen_tensors_are_refused(file, changed, said):
    assert said in refusal(ShapeError, written(file, {**module(4), **changed}))


def test_a_projection_is_refused_by_name(file):
    assert "weight_hr_l0 is a projection" in refusal(
        InputError, written(file, {**module(4), "weight_hr_l0": np.ones((2, H))})
    )


def test_a_recurrent_matrix_that_is_missing_is_named(file):
    tensors = module(1)
    del tensors["weight_hh_l0"]
    assert "the tensor weight_hh_l0 is missing" in refusal(InputError, written(file, tensors))


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_a_number_that_is_not_finite_is_named_with_its_place(file, bad):
    tensors = module(3, prefix="rnn.")
    tensors["rnn.weight_hh_l0"][4, 1] = bad
    said = refusal(InputError, written(file, tensors))
    assert said == f"the tensor rnn.weight_hh_l0 is not finite: the entry at (4, 1) is {bad}."


def test_a_signalling_nan_is_refused_like_any_other(file):
    tensors = {name: array.astype(np.float32) for name, array in module(1).items()}
    tensors["bias_ih_l0"].view(np.uint32)[2] = 0x7FA00000
    assert "bias_ih_l0 is not finite: the entry at (2) is nan" in refusal(InputError, written(file, tensors))


def test_labels_that_do_not_fit_are_named(file):
    written(file, {"W": np.ones((H, X)), "U": np.ones((H, 5)), "extra": np.ones(1)})
    said = refusal(InputError, file, cell="elman")
    assert said == "Elman does not fit: missing: b (3,); not known: extra; U has shape (3, 5) and must have (3, 3)."
    assert "no tensor with a name of PyTorch's, such as weight_ih_l0" in refusal(InputError, file)
    assert "a readout by name is for PyTorch's names" in refusal(InputError, file, cell="elman", readout="fc")
    assert "Elman at 'rnn' does not fit: missing: W (1, 1)" in refusal(InputError, file, cell="elman", prefix="rnn")


def test_numbers_that_are_no_floats_are_refused(tmp_path):
    tensors = {**module(1), "weight_hh_l0": np.ones((H, H), np.int8)}
    said = refusal(InputError, written(tmp_path / "w.safetensors", tensors))
    assert said == "the tensor weight_hh_l0 is of type I8: weights are F64, F32, F16, BF16."
    tensors["weight_hh_l0"] = np.ones((H, H), complex)
    assert "holds complex128" in refusal(InputError, written(tmp_path / "w.npz", tensors))
