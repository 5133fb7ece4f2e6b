"""Systems written by hand: what no network is wired to yet, to show that the data model is general."""

import numpy as np

from rnnsym.core.names import END, EVERY_STEP, FREE, NOW, START, Fixed, Interval, Name, Offset, Point, Role, T
from rnnsym.core.system import Piece, System, check_reads
from rnnsym.engine.program import build, first_row
from rnnsym.ops import dot, squared_error, tanh
from rnnsym.ops.leaves import leaf
from rnnsym.wiring import STEP_LOSS, TARGET, TOTAL_LOSS

SIZES = {"H": 3, "X": 2}
AFTER = Interval(T.shift(1), T.shift(1))
X = Name(Role.INPUT, "x")


def carry(symbol):
    return Name(Role.CARRY, symbol)


def start(symbol):
    return Name(Role.INITIAL, symbol)


def at(name, time=NOW, *shape):
    return leaf(name, time, shape or ("H",))


class Builder:
    """Collects equations and what they are given."""

    def __init__(self):
        self.equations, self.shapes, self.given, self.timed = {}, {}, {X: ("X",)}, {X}

    def weight(self, symbol, *shape):
        name = Name(Role.PARAM, symbol)
        self.given[name] = shape
        return leaf(name, FREE, shape)

    def initial(self, symbol):
        self.given[start(symbol)] = ("H",)
        return leaf(start(symbol), FREE, ("H",))

    def define(self, name, shape, *pieces):
        self.equations[name], self.shapes[name] = pieces, shape

    def loss(self, output, when=EVERY_STEP):
        """½ ‖output − target‖² at the steps `when`."""
        self.given[TARGET] = ("H",)
        if not when.single:
            self.timed.add(TARGET)
        target = leaf(TARGET, FREE if when.single else NOW, ("H",))
        self.define(STEP_LOSS, (), Piece(when, squared_error(output, target)))
        self.define(TOTAL_LOSS, (), Piece(when, leaf(STEP_LOSS, NOW, ()), total=True))

    def system(self):
        return System(self.equations, self.given, self.shapes, frozenset(self.timed))

    def recurrence(self, symbol, reads, *more, domain=EVERY_STEP, start_at=START, initial=None):
        """symbol[t] = tanh(W x[t] + U symbol[reads] + …), with an initial piece."""
        weights, recurrent = self.weight(f"W_{symbol}", "H", "X"), self.weight(f"U_{symbol}", "H", "H")
        body = weights @ at(X, NOW, "X") + recurrent @ at(carry(symbol), reads)
        for term in more:
            body = body + term
        first = self.initial(symbol) if initial is None else initial
        self.define(carry(symbol), ("H",), Piece(start_at, first), Piece(domain, tanh(body)))


def reversed_layer(when=EVERY_STEP):
    """r[T+1] = r0, r[t] = tanh(W x[t] + U r[t+1]): time runs backward."""
    b = Builder()
    b.recurrence("r", Offset(1), start_at=AFTER)
    b.loss(at(carry("r")), when)
    return b.system()


def both_directions(when=EVERY_STEP):
    """A forward layer over a reversed one, and a loss on both: the schedule has two loops each way."""
    b = Builder()
    b.recurrence("r", Offset(1), start_at=AFTER)
    up = b.weight("V", "H", "H")
    b.recurrence("h", Offset(-1), up @ at(carry("r")))
    b.loss(at(carry("h")) + at(carry("r")) * at(carry("h")), when)
    return b.system()


def seam(when=EVERY_STEP):
    """An encoder h, and a decoder s that starts from its last state: s[0] = h[T]."""
    b = Builder()
    b.recurrence("h", Offset(-1))
    b.recurrence("s", Offset(-1), initial=at(carry("h"), Fixed(T)))
    b.loss(at(carry("s")), when)
    return b.system()


def context(when=EVERY_STEP):
    """A decoder that starts from h[T] and reads it at every step again, as c = h[T] without time."""
    b = Builder()
    b.recurrence("h", Offset(-1))
    c = Name(Role.EQUATION, "c")
    b.define(c, ("H",), Piece(END, at(carry("h"))))
    mixed = b.weight("C", "H", "H") @ at(c, FREE) * at(carry("h"))
    b.recurrence("s", Offset(-1), mixed, initial=at(carry("h"), Fixed(T)))
    b.loss(at(carry("s")), when)
    return b.system()


def first_state(when=EVERY_STEP):
    """A loss that also sees the state at one early step, h[1]."""
    b = Builder()
    b.recurrence("h", Offset(-1))
    early = Name(Role.EQUATION, "e")
    b.define(early, (), Piece(END, dot(at(carry("h"), Offset(-1)), at(carry("h"), Fixed(Point(0, 1))))))
    b.loss(at(carry("h")) * at(carry("h"), Offset(-1)), when)
    b.define(TOTAL_LOSS, (), *b.equations[TOTAL_LOSS], Piece(END, leaf(early, FREE, ()), total=True))
    return b.system()


def late_starter(when=EVERY_STEP):
    """A recurrence of two names that begin at different steps, h at 1 and e at 2: at T = 1 there is no e."""
    b = Builder()
    h, e = carry("h"), Name(Role.EQUATION, "e")
    first, later = Interval(Point(0, 1), Point(0, 1)), Interval(Point(0, 2), T)
    weights, recurrent = b.weight("W", "H", "X"), b.weight("U", "H", "H")
    b.define(e, ("H",), Piece(later, tanh(recurrent @ at(h, Offset(-1)))))
    b.define(h, ("H",), Piece(first, weights @ at(X, NOW, "X")), Piece(later, at(e) + weights @ at(X, NOW, "X")))
    b.loss(at(h), when)
    return b.system()


SYSTEMS = {f.__name__: f for f in (reversed_layer, both_directions, seam, context, first_state, late_starter)}


def numbers(system, steps, batch, seed=0):
    """A value for every given name: timed ones with T + 1 rows, row t is time t."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, shape in system.given.items():
        event = tuple(SIZES[dim] for dim in shape)
        if name in system.timed_given:
            found[name] = first_row(rng.normal(size=(steps, *batch, *event)), steps, batch, len(event))
        elif name.role == Role.PARAM:
            found[name] = rng.normal(size=event) * 0.7
        else:
            found[name] = rng.normal(size=(*batch, *event))
    return found


def gradients(system, given):
    """The generated program: the loss, and the adjoints and gradients by name."""
    check_reads(system)
    program = build(system, TOTAL_LOSS, "by hand")
    forward = program.forward(given)
    return forward[TOTAL_LOSS], program.backward({**given, **forward}), program
