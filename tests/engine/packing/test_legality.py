"""What may be written over what, and what may be computed on more steps."""

import rnnsym as rs
from rnnsym.core.names import Interval, Point, T
from rnnsym.engine.packing.pack import pack
from rnnsym.engine.passes.choices import Choices
from rnnsym.ops.structure import outer
from support.banks import calls_in, check, numbers_for
from support.hand_forms import HALF, LATER, SIZES, Form

H = ("H",)
SHORT = Interval(Point(0, 1), T.shift(-1))


def chain():
    """h = half tanh(U h[t - 1]): a, b and h could share one column."""
    form = Form(U=(*H, *H))
    form.start("h")
    form["a"] = form.param("U") @ form("h", -1)
    form["b"] = rs.tanh(form("a"))
    form["d"] = HALF * form("b")
    form["h"] = rs.tanh(form("d"))
    form.total("g", outer(form("h"), form("h", -1)))
    return form


def columns(form, choices=None):
    """The columns with several tenants, by symbols."""
    _, layout = pack(form.system(), form.wanted(), choices or Choices(), SIZES)
    return [[t.name.symbol for t in column] for bank in layout.banks for column in bank if len(column) > 1]


def keeps_values(form, choices=None):
    system = form.system()
    for steps in (1, 2, 5):
        for batch in (None, 2):
            plan = choices or Choices()
            check(system, form.wanted(), plan, SIZES, numbers_for(system, steps, batch, SIZES), steps, batch)


def test_a_result_goes_over_what_is_read_for_the_last_time():
    """h has a value at t = 0, where a, b and d have none: it stays apart."""
    form = chain()
    assert columns(form) == [["a", "b", "d"]]
    keeps_values(form)


def test_what_another_step_reads_stays():
    form = chain()
    form["k"] = form("b", -1) + form("h")
    form.total("gk", outer(form("k"), form("k")))
    assert columns(form) == [["a", "b"]]
    keeps_values(form)


def test_what_is_read_after_the_loop_stays():
    form = chain()
    form.total("gb", outer(form("b"), form("b")))
    assert columns(form) == [["a", "b"]]
    keeps_values(form)


def test_what_is_asked_for_stays():
    form = chain()
    wanted = [*form.wanted(), next(name for name in form.equations if name.symbol == "b")]
    _, layout = pack(form.system(), wanted, Choices(), SIZES)
    assert [[t.name.symbol for t in column] for bank in layout.banks for column in bank] == [["a", "b"]]


def test_what_a_later_operation_of_the_step_reads_stays():
    """e reads a after b was made of it."""
    form = Form(U=(*H, *H))
    form.start("h")
    form["a"] = form.param("U") @ form("h", -1)
    form["b"] = rs.tanh(form("a"))
    form["d"] = HALF * form("b")
    form["e"] = form("a") * form("d")
    form["h"] = rs.tanh(form("e"))
    form.total("g", outer(form("h"), form("h", -1)))
    assert sorted(columns(form)) in ([["a", "e"], ["b", "d"]], [["b", "d", "e"]])
    keeps_values(form)


def narrow(domain):
    """w = b ⊙ p on some steps, k = h ⊙ r on all; the next state reads w, and k."""
    form = Form(U=(*H, *H), p=H, r=H)
    form.start("h"), form.start("b")
    form["k"] = form.param("r") * form("h", -1)
    form.on(domain, "w", form.param("p") * form("b", -1))
    form["a"] = form.param("U") @ form("k")
    form["b"] = rs.tanh(form("a"))
    form["h"] = form("b") + form("w", 0)
    form.total("g", outer(form("h"), form("h", -1)))
    return form


def test_steps_that_somebody_reads_as_zero_are_not_computed():
    """w is zero at t = 1, and h[1] reads it: w and k cannot share a call."""
    for domain in (LATER, SHORT):
        form = narrow(domain)
        packed, _ = pack(form.system(), form.wanted(), Choices(), SIZES)
        assert calls_in(packed, 1) == [5]
        keeps_values(form)


def test_steps_that_nobody_reads_may_be_computed():
    """w is read one step later only: nobody sees w[T], so that it may be made with k on all steps."""
    form = Form(U=(*H, *H), p=H, r=H)
    form.start("h"), form.start("b")
    form["k"] = form.param("r") * form("h", -1)
    form.on(SHORT, "w", form.param("p") * form("b", -1))
    form["a"] = form.param("U") @ form("k")
    form["b"] = rs.tanh(form("a"))
    form["h"] = form("b") + form("w", -1)
    form.total("g", outer(form("h"), form("h", -1)))
    packed, _ = pack(form.system(), form.wanted(), Choices(), SIZES)
    assert calls_in(packed, 1) == [4]
    keeps_values(form)


def test_parts_of_a_joined_vector_that_leaves_the_loop_stay():
    """k joins m and x: the product reads those, and k is made after the loop, from what must still be there."""
    form = Form(U=(*H, *H), W=("H", "H+X"))
    x = form.input("x", ("X",))
    form.start("h")
    form["a"] = form.param("U") @ form("h", -1)
    form["m"] = rs.tanh(form("a"))
    form["k"] = rs.concat(form("m"), x)
    form["u"] = form.param("W") @ form("k")
    form["e"] = form("m") * form("u")
    form["h"] = rs.tanh(form("e"))
    form.total("g", outer(form("k"), form("h", -1)))
    packed, _ = pack(form.system(), form.wanted(), Choices(), SIZES)
    assert calls_in(packed, 1) == [5]
    assert columns(form) == [["u", "e"]]
    keeps_values(form)


def test_a_joined_vector_is_zero_where_it_has_no_value_whatever_its_parts_are():
    """k[0] is zero, though h[0] is not: the product cannot read h in its place."""
    form = Form(W=("H", "H+X"))
    x = form.input("x", ("X",))
    form.start("h")
    form["a"] = form.param("W") @ form("k", -1, ("H+X",))
    form["h"] = rs.tanh(form("a"))
    form["k"] = rs.concat(form("h"), x)
    form.total("g", outer(form("h"), form("h", -1)))
    keeps_values(form)


def test_what_the_next_step_of_the_loop_reads_stays():
    form = Form(U=(*H, *H))
    form.start("h")
    form["a"] = form.param("U") @ form("h", -1)
    form["b"] = rs.tanh(form("a"))
    form["d"] = HALF * form("b")
    form["e"] = form("b", -1) + form("d")
    form["h"] = rs.tanh(form("e"))
    form.total("g", outer(form("h"), form("h", -1)))
    assert columns(form) == [["a", "b"], ["d", "e"]]
    keeps_values(form)
