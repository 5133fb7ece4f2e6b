"""Faults that random cells have shown, each as the smallest cell or system that has it."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import Interval, Point, T
from rnnsym.engine.fast.plan import planned
from rnnsym.engine.fast.program import compiled
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.retimed import retimed
from rnnsym.ops.structure import outer
from support.banks import numbers_for, readable
from support.fast import CHOICES, check
from support.hand_forms import HALF, LATER, SIZES, Form
from support.networks import data_for

H = ("H",)
DATA = [(1, None), (2, 1), (4, None), (3, 3)]


def check_cell(cell, choices=CHOICES, **options):
    """The fast form of a cell is its readable form, for sequences and batches of all kinds."""
    net = rs.Network(cell, 2, 3, 4, **options)
    for steps, batch in DATA:
        check(net, data_for(net, steps, 0, batch), steps, batch, choices)


def check_form(form, steps):
    """The fast program of a form, as it is and planned, is its readable program."""
    system, wanted = form.system(), form.wanted()
    known = numbers_for(system, steps, None, SIZES)
    right = readable(system, known, steps)
    for program in (
        compiled(system, wanted, Layout(), SIZES, None, "float64", "test"),
        planned(system, wanted, SIZES, None, "float64", Choices()).program,
    ):
        load, run = program.prepare(steps)
        load(*[known[name] for name in program.data])
        for _ in range(3):
            for name, value in zip(wanted, run(*[known[name] for name in program.params]), strict=True):
                np.testing.assert_allclose(value, right[name], rtol=1e-10, atol=1e-12, err_msg=str(name))
                value[...] = np.nan


# Names. ---------------------------------------------------------------------------------------------------------


class Taken(rs.Cell):
    """Parameters that are called as a program calls its own arrays, and what it looks up of them."""

    params = {
        "W": ("H", "X"), "p_W": ("H", "H"), "w1": ("H",), "s1": ("H", "H"), "t1": ("H",), "v1": ("H",), "bank1": ("H",),
        "load": (), "rows": ("H",), "given_W": ("H",), "W_column": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a1 = p.W @ x + p.p_W @ prev.h + p.s1 @ (p.w1 * prev.h) + p.t1
        now.h = rs.tanh(p.v1 * now.a1 + p.bank1 * p.load) + p.rows * p.given_W * p.W_column * prev.h


def test_parameters_may_be_called_as_a_program_calls_its_own():
    check_cell(Taken)


# Passes. --------------------------------------------------------------------------------------------------------


class Twice(rs.Cell):
    """Sums with a term that comes twice."""

    params = {"U": ("H", "H"), "W": ("H", "X"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a = rs.tanh(prev.h)
        now.s = now.a + now.a
        now.q = p.b * now.s + p.b * now.s
        now.h = rs.tanh(now.q + now.q + p.W @ x + p.U @ prev.h) + (prev.h + prev.h)


def test_a_term_that_comes_twice_counts_twice():
    check_cell(Twice)


def test_terms_that_are_made_at_a_later_step_keep_their_own_steps():
    """One term has a value at every step after, the other only until T - 1: the part made of both has all of them."""
    form = Form(k=H, U=(*H, *H))
    x, y = form.input("x", H), form.input("y", H)
    form["a"] = form.param("U") @ form("s", 1) + x
    form.on(Interval(Point(0, 1), T.shift(-1)), "b", form("s", 1) * form.param("k"))
    form["s"] = form("a") + form("b", 1) * y + form("a", 1) * x
    form.total("g", outer(form("s"), form("a")))
    system, wanted = form.system(), form.wanted()
    for choices in CHOICES:
        known = numbers_for(system, 4, None, SIZES)
        after = retimed(system, wanted, choices)
        np.testing.assert_allclose(readable(after, known, 4)[wanted[0]], readable(system, known, 4)[wanted[0]])


class Constant(rs.Cell):
    """A product of two parameters, which is a bias and a product with a matrix."""

    params = {"U": ("H", "H"), "W": ("H", "X"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ p.b + p.W @ x + p.U @ prev.h)


def test_a_product_of_parameters_counts_once():
    check_cell(Constant)


# Stores. --------------------------------------------------------------------------------------------------------


def test_what_has_no_value_at_a_step_is_zero_there():
    """a is read at its own step alone, but has no value at the last one: there it is zero, not that of before."""
    form = Form(U=(*H, *H))
    form.start("h")
    form.on(Interval(Point(0, 1), T.shift(-1)), "a", rs.tanh(form("h", -1)))
    form["h"] = form.param("U") @ form("h", -1) + form("a", 0, H)
    form.total("g", outer(form("h"), form("h", -1)))
    check_form(form, 2)
    check_form(form, 4)


def test_an_entry_of_what_lives_for_one_step_is_read_anew():
    """It is bound once, as a view of one number: a number would be that of the first step."""
    form = Form(U=(*H, *H), k=H)
    form.start("h")
    form["a"] = form.param("U") @ form("h", -1)
    form["b"] = form("a")[1] * form.param("k")
    form["h"] = rs.tanh(form("b"))
    form.total("g", outer(form("h"), form("h", -1)))
    check_form(form, 4)


def test_pieces_that_overlap_are_added_where_both_hold():
    """1…T - 1 and 2…T: with T = 1 they would not follow each other, which says nothing about T = 2."""
    form = Form(U=(*H, *H))
    form.start("h")
    form.on(Interval(Point(0, 1), T.shift(-1)), "a", form.param("U") @ form("h", -1))
    form.on(LATER, "a", rs.tanh(form("h", -1)))
    form["h"] = rs.tanh(form("a", 0, H)) + form("h", -1)
    form.total("g", outer(form("h"), form("a")))
    for steps in (2, 3, 5):
        check_form(form, steps)


def test_sums_of_what_is_known_before_a_run():
    """Of numbers, of data and of products with numbers; every call returns arrays of its own."""
    form = Form(U=(*H, *H))
    x = form.input("x", H)
    form.start("h")
    form["h"] = rs.tanh(form.param("U") @ form("h", -1))
    form.total("of_data", outer(x, x))
    form.total("of_numbers", outer(form("h"), HALF))
    form.total("of_both", outer(x, HALF))
    check_form(form, 3)


class Entries(rs.Cell):
    """Entries of vectors of parameters, and of vectors that live for one step: scalars in banks without time."""

    params = {"b": ("H",), "k": ("H",), "W": ("H", "X")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a = rs.tanh(p.k * prev.h)
        now.f = now.a[1] * p.b[0]
        now.h = rs.tanh(now.f * prev.h + p.b[2] * (p.W @ x) + now.a[0])


def test_entries_of_vectors_without_time():
    check_cell(Entries)


class Joined(rs.Cell):
    """Vectors and matrices that are joined of parameters."""

    params = {"a": (1,), "b": (2,), "A": (1, 3), "B": (2, 3), "W": (3, "X")}
    carry = {"h": (3,)}

    def step(self, p, prev, x, now):
        now.k = rs.concat(p.a, p.b)
        now.h = rs.tanh(rs.concat(p.A, p.B) @ (now.k * prev.h) + p.W @ x + rs.concat(p.b, p.a)) * rs.concat(p.b, p.a)


def test_parameters_that_are_joined():
    check_cell(Joined)


# Sizes. ---------------------------------------------------------------------------------------------------------


class Before(rs.Cell):
    """Two states that read each other's last value, so that the first and the last step differ from the others."""

    params = {"U": ("H", "H"), "W": ("H", "X")}
    carry = {"h": ("H",), "c": ("H",)}

    def step(self, p, prev, x, now):
        now.c = prev.h * prev.c
        now.h = rs.tanh(p.U @ prev.c + p.W @ x)


@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one", "one_to_many"])
@pytest.mark.parametrize("batch", [None, 1, 3])
def test_one_step(pattern, batch):
    """With T = 1 the first step is the last one, and there are none between."""
    for cell in ("lstm", Before):
        net = rs.Network(cell, 2, 3, 4, pattern=pattern)
        check(net, data_for(net, 1, 0, batch), 1, batch, CHOICES)


@pytest.mark.parametrize("cell", ["elman", Entries, Joined])
def test_no_examples(cell):
    net = rs.Network(cell, 2, 3, 4)
    data = data_for(net, 3, 0, 0)
    check(net, data, 3, 0, CHOICES)
    loss, grads = net.value_and_grad(*data)
    assert loss == 0
    assert not any(np.any(gradient) for gradient in grads.values())
