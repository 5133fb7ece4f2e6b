"""A walk goes in an order in which everything that it reads is known, in any wiring."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import FREE
from rnnsym.core.system import reads
from rnnsym.walk.walk import Walk
from support.networks import NETWORKS, data_for


def walk_of(name, steps, cell="elman"):
    net = NETWORKS[name](cell)
    return Walk(net, *data_for(net, steps, 0), steps=steps)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("steps", [1, 3])
def test_every_line_reads_only_what_was_computed_before(name, steps):
    walk = walk_of(name, steps)
    made, anywhere = set(), set()
    for move in walk:
        pieces = [] if move.equation.total else walk.pieces(move.equation, move.t)
        for read in (read for piece in pieces for read in reads(piece.rhs) if read.name not in walk.system.given):
            at = walk.step_read(read.time, move.t)
            if read.time == FREE:
                assert read.name in anywhere
            elif 1 <= at <= steps and walk.system.steps_of(read.name).at(steps).count(at):
                assert (read.name, at) in made or not np.any(walk.value(read.name, at)), (move, read)
        made.add((move.equation.name, move.t))
        anywhere.add(move.equation.name)
        walk.breakdown(move)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_known_is_what_was_walked(name):
    walk = walk_of(name, 3)
    for line in (*walk.lines.forward, *walk.lines.backward):
        if not line.total:
            places = {t: i for i, (t, n) in enumerate((m.t, m.equation.number) for m in walk) if n == line.number}
            for move in list(walk)[:: max(1, len(walk) // 40)]:
                known = set(walk.known_steps(move, line.number))
                assert {t for t, i in places.items() if i <= move.index} == known & places.keys(), (move, line)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_terms_met_add_up_to_the_gradient(name):
    walk = walk_of(name, 4)
    last = {move.equation.name: move for move in walk if move.phase == "gradient"}
    for bar, move in last.items():
        found = walk.gradient_so_far(bar, move.t)
        np.testing.assert_allclose(found, walk.run.grads[bar.label], rtol=1e-12, atol=1e-13)


def test_a_layer_that_reads_backward_is_walked_backward():
    walk = walk_of("bidirectional", 3)
    times = [(m.phase, m.t) for m in walk if m.equation.name.label == "backward.h"]
    assert times == [("forward", t) for t in (3, 2, 1)] + [("backward", t) for t in (1, 2, 3)]


def test_the_encoder_is_walked_before_its_decoder():
    walk = walk_of("encoder_decoder, context", 2)
    layers = [m.equation.name.path[:1] for m in walk if m.equation.name.path and m.phase != "gradient"]
    order = [layer for layer, before in zip(layers, [None, *layers], strict=False) if layer != before]
    assert order == [("encoder",), ("decoder",), ("encoder",)]


def test_one_layer_is_walked_step_by_step():
    net = rs.Network("elman", 2, 3, 4)
    walk = Walk(net, *data_for(net, 2, 0))
    labels = [(m.phase[0], m.t, m.equation.name.label) for m in walk if m.phase == "forward"]
    once = ["a", "h", "y", "L"]
    assert labels == [*(("f", 1, each) for each in once), *(("f", 2, each) for each in once), ("f", 2, "L")]
