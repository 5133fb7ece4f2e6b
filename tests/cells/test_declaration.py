"""A cell is checked where it is declared: every mistake is reported there, in the cell's own words."""

from pathlib import Path

import pytest

import rnnsym as rs
from rnnsym.errors import CellError, MisuseError, ShapeError, UnknownNameError

HERE = Path(__file__).name
BASE = {"params": {"W": ("H", "X"), "U": ("H", "H")}, "carry": {"h": ("H",)}}


def declare(step, **more):
    """Declare a class with this step: that alone must raise what is wrong."""
    return type("Mine", (rs.Cell,), {**BASE, "step": step, **more})


def right(self, p, prev, x, now):
    now.h = rs.tanh(p.W @ x + p.U @ prev.h)


def test_a_right_cell_is_accepted():
    cell = declare(right)()
    assert [name.label for name in cell.trace().equations] == ["h"]
    assert cell.dimensions() == ("X", "H")


def test_dimensions_that_do_not_fit_are_named_with_file_and_line():
    def step(self, p, prev, x, now):
        now.a = p.W @ x
        now.h = p.U @ x

    with pytest.raises(ShapeError) as caught:
        declare(step)
    message = str(caught.value)
    assert "U" in message
    assert "(H, H)" in message
    assert "(X,)" in message
    assert "H is not X" in message
    line = step.__code__.co_firstlineno + 2
    assert f"in Mine.step, {__file__}:{line}" in message
    assert "now.h = p.U @ x" in message


def test_a_sum_of_different_shapes_is_reported():
    def step(self, p, prev, x, now):
        now.h = prev.h + x

    with pytest.raises(ShapeError, match=r"(?s)\(H,\).*\(X,\).*" + HERE):
        declare(step)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda p, prev, now: p.w, r"parameter of cell Mine: 'w'. Did you mean 'W'\? Known: W, U"),
        (lambda p, prev, now: p.Wf, r"parameter of cell Mine: 'Wf'. Did you mean 'W'\?"),
        (lambda p, prev, now: prev.hh, r"carry of cell Mine: 'hh'. Did you mean 'h'\?"),
        (lambda p, prev, now: now.z, r"now\.z is read before it is assigned. Assigned so far: none"),
        (lambda p, prev, now: now.h, r"now\.h is read before it is assigned.*prev\.h"),
    ],
)
def test_a_name_that_does_not_exist_names_the_nearest(read, message):
    def step(self, p, prev, x, now):
        now.h = read(p, prev, now) + 0 * prev.h

    with pytest.raises(UnknownNameError, match=r"(?s)" + message + ".*" + HERE):
        declare(step)


def test_several_inputs_are_a_namespace():
    def step(self, p, prev, x, now):
        now.h = p.W @ x.left + p.U @ prev.h + x.rigt

    with pytest.raises(UnknownNameError, match=r"input of cell Mine: 'rigt'. Did you mean 'right'\?"):
        declare(step, inputs={"left": ("X",), "right": ("H",)})


def twice(now, prev):
    now.h = prev.h
    now.h = 2 * prev.h


def never(now, prev):
    now.a = prev.h


def to_prev(now, prev):
    prev.h = now.h


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (twice, r"now\.h is assigned twice; give the second value another name"),
        (never, r"step never assigns now\.h, but h is carried"),
        (to_prev, r"h is read before it is assigned|only `now` is assigned"),
        (lambda now, prev: setattr(prev, "h", prev.h), r"only `now` is assigned; write now\.h"),
        (lambda now, prev: setattr(now, "y", prev.h), r"'y' is reserved"),
        (lambda now, prev: setattr(now, "target", prev.h), r"'target' is reserved"),
        (lambda now, prev: setattr(now, "loss", prev.h), r"'loss' is reserved"),
        (lambda now, prev: setattr(now, "W", prev.h), r"now\.W has the name of a parameter or input"),
        (lambda now, prev: setattr(now, "x", prev.h), r"now\.x has the name of a parameter or input"),
    ],
)
def test_an_assignment_that_breaks_the_rules_is_reported(body, message):
    def step(self, p, prev, x, now):
        body(now, prev)

    with pytest.raises((CellError, UnknownNameError), match=message):
        declare(step)


def test_a_carry_of_another_shape_is_reported():
    def step(self, p, prev, x, now):
        now.h = x

    with pytest.raises(CellError, match=r"now\.h has shape \(X,\), but the carry h is declared \(H,\)"):
        declare(step)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"params": {"t": ("H",)}}, "'t' cannot name a parameter"),
        ({"params": {"2W": ("H",)}}, "'2W' cannot name a parameter"),
        ({"params": {"lambda": ("H",)}}, "'lambda' cannot name a parameter"),
        ({"params": {"h": ("H",)}}, "'h' names a carry and a parameter"),
        ({"params": {"W": "H"}}, r"W .*a tuple such as \('H',\).*not 'H'"),
        ({"params": {"W": ["H", "X"]}}, r"W .*a tuple such as .*not \['H', 'X'\]"),
        ({"carry": {}}, r"declare what is carried between steps.*carry = \{'h': \('H',\)\}"),
    ],
)
def test_a_declaration_that_is_none_is_reported(more, message):
    with pytest.raises(CellError, match=message):
        declare(right, **more)


@pytest.mark.parametrize("shape", [("H X",), (-1,), (2.5,), ("",)])
def test_a_shape_that_is_none_is_reported(shape):
    with pytest.raises(ShapeError, match="no dimension"):
        declare(right, params={"W": shape, "U": ("H", "H")})


def test_an_unknown_output_is_reported():
    with pytest.raises(UnknownNameError, match=r"output of cell Mine.*'g'.*Known: h"):
        declare(right, output="g")


def test_a_condition_on_a_formula_teaches():
    def step(self, p, prev, x, now):
        now.h = prev.h if prev.h else x

    with pytest.raises(MisuseError, match=r"(?s)no truth value.*" + HERE):
        declare(step)


def test_a_cell_without_a_step_is_reported():
    class Nothing(rs.Cell):
        carry = {"h": ("H",)}

    with pytest.raises(CellError, match="has no step: write def step"):
        Nothing().trace()


def test_a_cell_whose_options_are_required_is_checked_when_it_is_made():
    class Scaled(rs.Cell):
        carry = {"h": ("H",)}
        inputs = {"x": ("H",)}

        def __init__(self, factor):
            self.factor = factor

        def step(self, p, prev, x, now):
            now.h = self.factor * prev.h + x

    assert rs.Network(Scaled(2.0), 1, 1).run({}, [[1.0], [1.0]])["h"].tolist() == [[1.0], [3.0]]
