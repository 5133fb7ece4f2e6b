"""A cell that declares an input as the number of a symbol: how it reads it, and what it is told otherwise."""

import pytest

import rnnsym as rs
from rnnsym.errors import CellError, ShapeError
from support.embedding import Embedding

BASE = {
    "params": {"E": ("V", "H"), "W": ("H", "V"), "F": ("K", "H")},
    "carry": {"h": ("H",)},
    "inputs": {"x": rs.Vocabulary("V")},
}


def declare(body, **more):
    """Declare a class whose step is `body`: that alone must raise what is wrong."""

    def step(self, p, prev, x, now):
        body(p, prev, x, now)

    return type("Mine", (rs.Cell,), {**BASE, "step": step, **more})


def written(body):
    return next(iter(declare(body)().trace().equations.values()))


def test_its_vocabulary_is_one_of_its_dimensions():
    assert Embedding().dimensions() == ("V", "H", "K")
    unread = declare(lambda p, prev, x, now: setattr(now, "h", prev.h), params={})
    net = rs.Network(unread, rs.Vocabulary(3), 2)
    assert net.sizes["V"] == 3
    assert net.run({}, [0, 2])["h"].shape == (2, 2)


def test_rows_and_columns_are_read_by_brackets_too():
    by_name = written(lambda p, prev, x, now: setattr(now, "h", rs.take(p.E, x)))
    by_row = written(lambda p, prev, x, now: setattr(now, "h", p.E[x]))
    assert by_row is by_name
    by_column = written(lambda p, prev, x, now: setattr(now, "h", p.W[:, x]))
    assert by_column is rs.take(by_column.args[0].args[0].T, by_column.args[1])


def assign(value):
    return lambda p, prev, x, now: setattr(now, "h", value(p, prev, x))


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (assign(lambda p, prev, x: p.F[x]), CellError, r"x is one of V symbols, but in F\[xₜ\] it picks one of K"),
        (assign(lambda p, prev, x: p.W @ x), ShapeError, r"a symbol, no vector. It picks a column of .*, W\[:, xₜ\]"),
        (assign(lambda p, prev, x: prev.h * x), ShapeError, "must be real"),
        (lambda p, prev, x, now: setattr(now, "k", x), CellError, r"now.k is a symbol, no number: name what it picks"),
    ],
)
def test_what_a_symbol_cannot_do(body, error, message):
    with pytest.raises(error, match=message):
        declare(body)


@pytest.mark.parametrize("group", ["params", "carry"])
def test_only_inputs_are_symbols(group):
    with pytest.raises(CellError, match="only inputs can"):
        declare(lambda p, prev, x, now: None, **{group: {**BASE[group], "s": rs.Vocabulary("V")}})


def test_it_shows_itself():
    assert repr(rs.Vocabulary("V")) == "Vocabulary('V')"
    assert rs.Vocabulary("V").resized({"V": 3}) == rs.Vocabulary(3)
    assert len({rs.Vocabulary("V"), rs.Vocabulary("V"), rs.Vocabulary("X")}) == 2
