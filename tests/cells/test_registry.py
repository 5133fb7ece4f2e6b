"""Cells by name, and from a user's own file."""

import pytest

import rnnsym as rs
from rnnsym.cells import GRU, LSTM, Elman, get
from rnnsym.errors import CellError, InputError, ShapeError, UnknownNameError

OWN = '''
import rnnsym as rs

class MGU(rs.Cell):
    """Minimal gated unit."""
    params = {"W_f": ("H", "X"), "U_f": ("H", "H"), "b_f": ("H",), "W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.f = rs.sigmoid(p.W_f @ x + p.U_f @ prev.h + p.b_f)
        now.n = rs.tanh(p.W @ x + p.U @ (now.f * prev.h) + p.b)
        now.h = (1 - now.f) * prev.h + now.f * now.n
'''


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "mgu.py"
    path.write_text(OWN)
    return path


@pytest.mark.parametrize(("name", "kind"), [("elman", Elman), ("LSTM", LSTM), ("Gru", GRU)])
def test_a_built_in_cell_is_found_by_name(name, kind):
    assert type(get(name)) is kind


def test_an_option_is_passed_on():
    assert get("elman", activation="relu").activation == "relu"


def test_an_unknown_cell_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown cell 'lstmm'\. Did you mean 'lstm'\?"):
        get("lstmm")


def test_an_unknown_activation_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown activation 'tan'\. Did you mean 'tanh'\?"):
        Elman("tan")


def test_an_option_that_a_cell_lacks_is_reported():
    with pytest.raises(CellError, match="cell GRU does not take these options"):
        get("gru", activation="relu")


def test_a_cell_in_a_file_is_found(own):
    assert type(get(f"{own}:MGU")).__name__ == "MGU"
    assert type(get(str(own))).__name__ == "MGU"


def test_a_cell_in_a_file_has_gradients(own):
    net = rs.Network(f"{own}:MGU", 2, 3, 2)
    loss, grads = net.value_and_grad(net.init(), [[0.1, 0.2]] * 3, [[0.0, 1.0]] * 3)
    assert loss > 0
    assert set(grads) == {"W_f", "U_f", "b_f", "W", "U", "b", "V", "b_y"}


@pytest.mark.parametrize(
    ("text", "suffix", "error", "message"),
    [
        (OWN, ":MGV", UnknownNameError, r"unknown cell in .*mgu\.py 'MGV'\. Did you mean 'MGU'\?"),
        ("x = 1", "", InputError, "has no cells"),
        (OWN + OWN.replace("MGU", "Twin"), "", InputError, "has 2 cells"),
        ("x = 1 / 0", ":MGU", InputError, "cannot be run: ZeroDivisionError"),
        ("def broken(:", ":MGU", InputError, "cannot be run: SyntaxError"),
        (OWN.replace("p.W @ x", "p.W @ prev.h"), ":MGU", ShapeError, r"(?s)X is not H.*MGU\.step, .*mgu\.py:"),
    ],
)
def test_a_file_that_is_no_cell_is_reported(own, text, suffix, error, message):
    own.write_text(text)
    with pytest.raises(error, match=message):
        get(f"{own}{suffix}")


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(InputError, match=r"there is no file '.*nothing\.py'"):
        get(f"{tmp_path}/nothing.py:MGU")
