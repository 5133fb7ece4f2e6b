"""Cells by name, and from a user's own file."""

import pytest

import rnnsym as rs
from rnnsym.cells import GRU, LSTM, Elman, StateMachine, catalogue, get, listing
from rnnsym.errors import InputError, ShapeError, UnknownNameError

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
    with pytest.raises(UnknownNameError, match=r"unknown option of cell GRU 'varient'\. Did you mean 'variant'\?"):
        get("gru", varient="cho2014")


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


def test_the_catalogue_has_every_variant_once():
    calls = [(entry.name, *entry.options.values()) for entry in catalogue()]
    assert len(set(calls)) == len(calls)
    for name in (
        "elman",
        "fused",
        "output_feedback",
        "jordan",
        "linear",
        "irnn",
        "mgu",
        "state_machine",
        "parentheses",
    ):
        assert (name,) in calls
    for call in (("lstm", "pytorch"), ("lstm", "1997"), ("lstm", "gers"), ("lstm", "peephole"), ("gru", "pytorch")):
        assert call in calls
    assert {("gru", "cho2014"), ("gru", "chung2014")} <= set(calls)
    for entry in catalogue():
        assert type(get(entry.name, **entry.options)) is type(entry.cell)


def test_the_listing_fits_a_terminal_and_names_the_sources():
    lines = listing().splitlines()
    assert max(map(len, lines)) <= 80
    assert "lstm peephole    The LSTM whose gates see the cell, each unit its own." in lines
    assert "    Gers & Schmidhuber (2000), Recurrent nets that time and count" in lines


def test_a_name_may_be_written_with_a_hyphen():
    assert type(get("state-machine")) is StateMachine
