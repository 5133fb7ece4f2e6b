"""The order of computation, and the systems that have none."""

import pytest

from rnnsym.cells import LSTM
from rnnsym.core.names import EVERY_STEP, FREE, NOW, START, Fixed, Interval, Name, Offset, Point, Role, T
from rnnsym.core.system import Piece, check_reads
from rnnsym.derivation.adjoint import adjoint
from rnnsym.engine.schedule import schedule
from rnnsym.errors import ScheduleError
from rnnsym.ops import tanh
from rnnsym.wiring import TOTAL_LOSS, Options, network_system
from support.systems import Builder, at, carry, reversed_layer, seam


def directions(system, names=None):
    blocks = schedule(system, list(names or system.equations))
    return {name.label: block.direction for block in blocks for name in block.names}


def test_a_recurrence_ascends_and_its_adjoint_descends():
    derived = adjoint(network_system(LSTM(), Options()), TOTAL_LOSS)
    forward = directions(derived.system, derived.forward)
    assert {forward[label] for label in ("a_i", "i", "c", "h")} == {1}
    assert forward["y"] == 0
    backward = directions(derived.system, (*derived.backward, *derived.gradients))
    assert {backward[label] for label in ("a_i", "i", "c", "h")} == {-1}
    assert {backward[label] for label in ("y", "U_i", "x", "V")} == {0}


def test_a_reversed_layer_descends():
    assert directions(reversed_layer())["r"] == -1


def test_the_decoder_runs_after_the_encoder():
    order = [name.label for block in schedule(seam(), list(seam().equations)) for name in block.names]
    assert order.index("h") < order.index("s")


def mixed(first, second):
    b = Builder()
    h, s = carry("h"), carry("s")
    b.define(h, ("H",), Piece(START, b.initial("h")), Piece(EVERY_STEP, tanh(at(s, first))))
    b.define(s, ("H",), Piece(START, b.initial("s")), Piece(EVERY_STEP, tanh(at(h, second))))
    return b.system()


def test_mixed_directions_of_time_are_refused():
    with pytest.raises(ScheduleError, match=r"h, s need both earlier and later steps"):
        schedule(mixed(Offset(-1), Offset(1)), list(mixed(Offset(-1), Offset(1)).equations))


def test_equations_that_need_each_other_at_once_are_refused():
    system = mixed(NOW, NOW)
    with pytest.raises(ScheduleError, match=r"need each other at the same step"):
        schedule(system, list(system.equations))


def test_a_loop_at_the_same_step_inside_a_recurrence_is_refused():
    b = Builder()
    h, s = carry("h"), carry("s")
    b.define(h, ("H",), Piece(START, b.initial("h")), Piece(EVERY_STEP, tanh(at(s) + at(h, Offset(-1)))))
    b.define(s, ("H",), Piece(EVERY_STEP, tanh(at(h))))
    with pytest.raises(ScheduleError, match="need each other at the same step"):
        schedule(b.system(), [h, s])


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (Offset(-2), r"reads 'h' at t-2, outside its steps t = 0…T"),
        (Offset(1), r"reads 'h' at t\+1, outside its steps t = 0…T"),
        (Fixed(T.shift(1)), r"reads 'h' at t = T\+1, outside its steps t = 0…T"),
    ],
)
def test_a_read_outside_the_domain_is_refused(time, message):
    b = Builder()
    b.recurrence("h", Offset(-1))
    b.define(Name(Role.EQUATION, "e"), ("H",), Piece(EVERY_STEP, at(carry("h"), time)))
    with pytest.raises(ScheduleError, match=message):
        check_reads(b.system())


def test_a_read_of_nothing_is_refused():
    b = Builder()
    b.define(Name(Role.EQUATION, "e"), ("H",), Piece(EVERY_STEP, at(carry("h"))))
    with pytest.raises(ScheduleError, match="reads 'h', which has no equation"):
        check_reads(b.system())


def test_a_fixed_step_read_at_every_step_must_have_a_name():
    b = Builder()
    b.recurrence("h", Offset(-1))
    b.recurrence("s", Offset(-1), at(carry("h"), Fixed(T)))
    b.loss(at(carry("s")))
    with pytest.raises(ScheduleError, match=r"reads 'h' at one fixed step, many times.*an equation of its own"):
        adjoint(b.system(), TOTAL_LOSS)


def test_intervals_know_their_steps():
    late = Interval(Point(0, 2), T)
    assert list(late.at(4)) == [2, 3, 4]
    assert list(late.at(1)) == []
    assert EVERY_STEP.covers(late)
    assert EVERY_STEP.meet(START) is None
    assert str(late.shift(-1)) == "t = 1…T-1"
    assert str(START) == "t = 0"
    assert FREE != NOW
