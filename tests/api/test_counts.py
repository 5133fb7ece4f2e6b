"""Parameter counts: the formula with numbers put in, against the arrays of the network; and how it is written."""

import re

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import catalogue
from rnnsym.wiring import Bidirectional, Stacked

SIZES = {"X": 2, "H": 3, "C": 5, "H₁": 4, "H₂": 7}
CELLS = [entry.cell for entry in catalogue()]
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def value(formula):
    """The number that the printed formula gives: `4(HX + H²) + C` by its text alone."""
    atoms = re.findall(r"\d+|[A-Z][₀-₉]*[⁰¹²³⁴-⁹]*|[()+]", formula)
    assert "".join(atoms) == formula.replace(" ", "").replace("·", "")
    code = ""
    for atom in atoms:
        name = atom.rstrip("⁰¹²³⁴⁵⁶⁷⁸⁹")
        power = atom[len(name) :].translate(POWERS) or "1"
        text = f"{SIZES[name]}**{power}" if name in SIZES else atom
        code += "*" * bool(code and code[-1] not in "(+" and text not in (")", "+")) + text
    return eval(code, {})


def entries(net):
    return sum(int(np.prod(shape)) for shape in net.params.values())


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
@pytest.mark.parametrize("outputs", [None, SIZES["C"]], ids=["state", "readout"])
def test_the_formula_counts_the_arrays(cell, outputs):
    net = rs.Network(cell, SIZES["X"], SIZES["H"], outputs)
    counted = rs.count_parameters(net)
    assert counted.total == entries(net) == value(counted.formula)
    assert {row.label: row.number for row in counted.table} == {k: int(np.prod(v)) for k, v in net.params.items()}
    assert all(row.number == value(row.formula) for row in counted.table)


@pytest.mark.parametrize("make", [lambda cell: Stacked([cell, cell]), Bidirectional], ids=["stacked", "bidirectional"])
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_the_formula_counts_the_arrays_of_a_composition(cell, make):
    net = rs.Network(make(cell), SIZES["X"], SIZES["H"], SIZES["C"])
    counted = rs.count_parameters(net)
    assert counted.total == entries(net) == value(counted.formula)


def test_layers_of_different_sizes():
    net = rs.Network(Stacked(["lstm", "gru"]), SIZES["X"], [SIZES["H₁"], SIZES["H₂"]], SIZES["C"])
    counted = rs.count_parameters(net)
    assert counted.formula == "4(H₁X + H₁² + H₁) + 3(H₁H₂ + H₂² + H₂) + H₂ + CH₂ + C"
    assert counted.latex == "4 (H_1 X + H_1^2 + H_1) + 3 (H_1 H_2 + H_2^2 + H_2) + H_2 + C H_2 + C"
    assert counted.total == entries(net) == value(counted.formula)


def test_a_decoder_that_reads_outputs_is_no_readout():
    net = rs.encoder_decoder("lstm", "lstm", inputs=SIZES["X"], hidden=SIZES["H"], outputs=SIZES["C"])
    counted = rs.count_parameters(net)
    assert counted.formula == "4(HX + H² + H) + 4(CH + H² + H) + CH + C"
    assert counted.total == entries(net) == value(counted.formula)


@pytest.mark.parametrize(
    ("name", "options", "formula"),
    [
        ("elman", {}, "HX + H² + H"),
        ("fused", {}, "H² + HX + H"),
        ("lstm", {}, "4(HX + H² + H)"),
        ("lstm", {"variant": "1997"}, "3(HX + H² + H)"),
        ("lstm", {"variant": "peephole"}, "4(HX + H² + H) + 3H"),
        ("gru", {}, "3(HX + H² + H) + H"),
        ("gru", {"variant": "cho2014"}, "3(HX + H² + H)"),
        ("mgu", {}, "2(HX + H² + H)"),
        ("jordan", {}, "2(H² + H) + HX"),
        ("parentheses", {}, "2(X + 3)"),
    ],
)
def test_a_cell_is_counted_in_the_fields_form(name, options, formula):
    counted = rs.count_parameters(rs.cells.get(name, **options))
    assert counted.formula == formula
    assert counted.total is None


def test_what_is_printed():
    assert str(rs.count_parameters(rs.Network("elman", 2, 3, 12))) == (
        "Elman: HX + H² + H + CH + C = 66 parameters, with X = 2, H = 3, C = 12\n"
        "  W    (H, X)  HX   6\n"
        "  U    (H, H)  H²   9\n"
        "  b    (H,)    H    3\n"
        "  V    (C, H)  CH  36\n"
        "  b_y  (C,)    C   12"
    )
    assert str(rs.count_parameters("linear")).splitlines()[:2] == ["Linear: HX + H² + H parameters", "  W  (H, X)  HX"]


def test_a_cell_without_parameters_has_none():
    class Sum(rs.Cell):
        carry = {"h": ("X",)}

        def step(self, p, prev, x, now):
            now.h = prev.h + x

    counted = rs.count_parameters(Sum)
    assert (counted.formula, counted.latex, counted.total, counted.table) == ("0", "0", 0, ())
    assert str(counted) == "Sum: 0 = 0 parameters"


def test_sums_of_dimensions_in_a_shape_are_multiplied_out():
    class Wide(rs.Cell):
        params = {"A": ("2H+1", "X"), "B": ("H", "2H+1")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.h = rs.tanh(p.B @ (p.A @ x)) + prev.h

    counted = rs.count_parameters(rs.Network(Wide(), SIZES["X"], SIZES["H"], SIZES["C"]))
    assert counted.total == value(counted.formula) == 7 * 2 + 3 * 7 + 5 * 3 + 5


def test_what_is_no_cell_is_refused():
    with pytest.raises(rs.errors.UnknownNameError, match="Did you mean 'lstm'"):
        rs.count_parameters("lstn")
