"""Gradients as views of few products: equal values for any layout, and as few products as the layout allows."""

import os
import random
from collections import Counter
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import cells
from rnnsym.core.expr import topological
from rnnsym.core.names import EVERY_STEP, NOW, Name, Offset, Role
from rnnsym.core.system import Piece, reads
from rnnsym.derivation.adjoint import adjoint
from rnnsym.engine.packing.cover import covered
from rnnsym.engine.packing.layout import Layout, Tenant
from rnnsym.engine.packing.pack import pack
from rnnsym.engine.packing.sink import sunk
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.pipeline import single_operations
from rnnsym.engine.program import function
from rnnsym.ops.arithmetic import add, mul
from rnnsym.ops.leaves import leaf, ones
from rnnsym.ops.structure import OUTER, outer, transpose
from rnnsym.wiring import TOTAL_LOSS
from support.networks import NETWORKS, data_for

ONE = Name(Role.PART, "one")


def named(role, *labels):
    return [Name(role, label.split(".")[-1], tuple(label.split(".")[:-1])) for label in labels]


def gradients(system):
    return [name for name in system.equations if name.role == Role.GRADIENT]


def with_copies(system):
    """`system` with a copy of each input in time, and the number 1 at every step."""
    inputs = [name for name in system.timed_given if name.role == Role.INPUT and len(system.given[name]) == 1]
    parts = {
        name.as_role(Role.PART)._replace(symbol=f"{name.symbol}_copy"): leaf(name, NOW, system.given[name])
        for name in sorted(inputs)
    }
    parts[ONE] = ones((1,))
    pieces = {name: (Piece(EVERY_STEP, rhs),) for name, rhs in parts.items()}
    shapes = {**system.shapes, **{name: rhs.shape for name, rhs in parts.items()}}
    return replace(system, equations={**pieces, **system.equations}, shapes=shapes)


def bank(*columns):
    """A bank of names, or of pairs (name, shift), each alone in its column."""
    return tuple((Tenant(*column) if isinstance(column[0], Name) else Tenant(column, 0),) for column in columns)


def columns(*names, shift=0):
    return [(name, shift) for name in names]


def totals(system):
    """How many totals are products of vectors, and how many are sums."""
    found = Counter()
    for name, piece in system.pieces():
        if piece.total and name != TOTAL_LOSS:
            found["products"] += sum(node.prim is OUTER for node in topological([piece.rhs]))
            found["sums"] += not any(node.prim is OUTER for node in topological([piece.rhs]))
    return found["products"], found["sums"]


def check_values(net, before, after, cases=((3, None),)):
    """Equal numbers for every gradient, by the readable program. cases: T and B."""
    wanted = gradients(before)
    plain, grouped = (
        function(system, tuple(n for n in system.equations if n in system.ancestors(wanted)), "a test")
        for system in (before, after)
    )
    for steps, batch in cases:
        known = net.given(*data_for(net, steps, 1, batch), None)
        expected, found = plain(known, steps), grouped(known, steps)
        for name in wanted:
            scale = 1 + np.abs(expected[name]).max()
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-12 * scale, err_msg=name.label)


def system_of(net):
    return with_copies(adjoint(net.system, TOTAL_LOSS).system)


def lstm_layout():
    gates = named(Role.ADJOINT, "a_o", "a_i", "a_f", "a_g")
    (h,), (copy,) = named(Role.CARRY, "h"), named(Role.PART, "x_copy")
    return Layout((bank(*columns(*gates)), bank((h, -1), (copy, 0), (ONE, 0))))


def test_the_gates_of_an_lstm_share_one_product():
    net = rs.Network("lstm", inputs=2, hidden=3, outputs=4)
    system = system_of(net)
    after = sunk(system, gradients(system), lstm_layout(), net.sizes)
    assert totals(system) == (9, 5)
    assert totals(after) == (2, 1)
    check_values(net, system, after, [(1, None), (2, 3), (5, None)])


def test_without_the_number_one_the_biases_are_one_sum():
    net = rs.Network("lstm", inputs=2, hidden=3, outputs=4)
    system = system_of(net)
    gates, vectors = lstm_layout().banks
    after = sunk(system, gradients(system), Layout((gates, vectors[:2])), net.sizes)
    assert totals(after) == (2, 2)
    check_values(net, system, after)


def test_an_empty_layout_changes_nothing():
    net = rs.Network("lstm", inputs=2, hidden=3, outputs=4)
    system = system_of(net)
    assert sunk(system, gradients(system), Layout(), net.sizes) is system


def test_what_is_not_wanted_is_computed_where_it_is_a_third_at_most():
    """The GRU's content reads h by a product of its own: a_n × h is not wanted, and larger than a third if H is."""
    rows = named(Role.ADJOINT, "a_n", "a_r")
    (h,), (copy,) = named(Role.CARRY, "h"), named(Role.PART, "x_copy")
    layout = Layout((bank(*columns(*rows)), bank((h, -1), (copy, 0), (ONE, 0))))
    counts = {}
    for inputs, hidden in ((8, 2), (1, 9)):
        net = rs.Network("gru", inputs=inputs, hidden=hidden, outputs=4)
        system = system_of(net)
        after = sunk(system, gradients(system), layout, net.sizes)
        counts[inputs, hidden] = totals(after)
        check_values(net, system, after)
    assert counts[8, 2][0] + 1 == counts[1, 9][0]


def test_transposed_scaled_and_summed_products_are_views_too():
    net = rs.Network("elman", inputs=2, hidden=3, outputs=4)
    system = system_of(net)
    (da,), (h,), (x,) = named(Role.ADJOINT, "a"), named(Role.CARRY, "h"), named(Role.PART, "x_copy")
    bar, before, now = leaf(da, NOW, ("H",)), leaf(h, Offset(-1), ("H",)), leaf(x, NOW, ("X",))
    dW, dU, db = named(Role.GRADIENT, "W", "U", "b")
    kept = mul(bar, bar)
    rhs = {
        dW: outer(bar, now) + 0.5 * transpose(outer(now, bar)),
        dU: transpose(outer(bar, before)) + 3 * outer(before, bar),
        db: add(-2 * bar, kept),
    }
    system = replace(
        system, equations={**system.equations, **{n: (Piece(EVERY_STEP, r, True),) for n, r in rhs.items()}}
    )
    layout = Layout((bank((h, -1), (x, 0), (ONE, 0)), bank((da, 0))))
    after = sunk(system, gradients(system), layout, net.sizes)
    assert totals(after) == (2, 2)
    assert [piece.rhs for piece in after.equations[db] if piece.total] == [kept]
    check_values(net, system, after)


def test_a_vector_that_has_no_row_for_every_step_stays_out():
    """Beside h stands what would be read before the first step."""
    net = rs.Network("elman", inputs=2, hidden=3, outputs=1)
    system = system_of(net)
    (da,), (h, x) = named(Role.ADJOINT, "a"), (*named(Role.CARRY, "h"), *named(Role.PART, "x_copy"))
    (y,) = named(Role.EQUATION, "y")
    layout = Layout((bank((x, 0), (y, -2), (h, -1), (ONE, 0)), bank((da, 0))))
    after = sunk(system, gradients(system), layout, net.sizes)
    assert all(
        r.name != y for name in after.equations if name.role == Role.WEIGHT for r in reads(after.equations[name][0].rhs)
    )
    check_values(net, system, after)


def random_layout(system, rng):
    """Every vector in time in some column, in any order, with any shift."""
    names = [n for n in (*system.equations,) if system.timed(n) and len(system.shape(n)) == 1]
    rng.shuffle(names)
    banks = [[] for _ in range(rng.choice([1, 2, 4]))]
    for name in names:
        rng.choice(banks).append((name, rng.choice([0, 0, 0, -1, -1, 1])))
    return Layout(tuple(bank(*some) for some in banks if some))


def ordered_layout(system):
    """A bank of all adjoints, and one of all carries of the step before with copies of the inputs."""
    timed = [n for n in system.equations if system.timed(n) and len(system.shape(n)) == 1]
    bars = [n for n in timed if n.role == Role.ADJOINT]
    carries = [(n, -1) for n in timed if n.role == Role.CARRY]
    copies = [(n, 0) for n in timed if n.role == Role.PART]
    return Layout((bank(*columns(*bars)), bank(*carries, *copies)))


ROTATED = list(zip(NETWORKS, cycle(["elman", "lstm", "gru", "mgu", "jordan"]), strict=False))
"""Every wiring, each with one cell."""
EVERY = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
"""Whether both tests take all of them, rather than turns."""

CASES = [(1, None), (2, 3), (5, None)]


@pytest.mark.parametrize(("wiring", "cell"), ROTATED if EVERY else ROTATED[::2])
def test_values_stay_for_any_layout(wiring, cell):
    net = NETWORKS[wiring](cell)
    system = system_of(net)
    rng = random.Random(wiring)
    for layout in (ordered_layout(system), random_layout(system, rng)):
        check_values(net, system, sunk(system, gradients(system), layout, net.sizes), CASES)


def packed(net, choices):
    """The packed form of the adjoint, before and after."""
    system = adjoint(net.system, TOTAL_LOSS).system
    wanted = (TOTAL_LOSS, *gradients(system))
    before, layout = pack(single_operations(system, wanted, choices), wanted, choices, net.sizes)
    return before, sunk(before, wanted, layout, net.sizes)


ONE_EXAMPLE, BATCH = Choices(), Choices(factors_ahead=False, augment=False)


@pytest.mark.parametrize(("wiring", "cell"), ROTATED if EVERY else ROTATED[1::2])
def test_values_stay_in_the_packed_form(wiring, cell):
    net = NETWORKS[wiring](cell)
    before, after = packed(net, ONE_EXAMPLE if len(wiring) % 2 else BATCH)
    check_values(net, before, after, CASES)


def test_the_packed_lstm_has_two_products():
    """One for all gates, one for the readout, and the sum of the readout's bias."""
    _, after = packed(rs.Network("lstm", inputs=8, hidden=16, outputs=8), ONE_EXAMPLE)
    assert totals(after) == (2, 1)
    _, after = packed(rs.Network("lstm", inputs=8, hidden=16, outputs=8), BATCH)
    assert totals(after) == (3, 2)


@pytest.mark.parametrize("entry", cells.catalogue(), ids=lambda entry: entry.name)
def test_values_stay_for_every_cell(entry):
    net = rs.Network(entry.name, inputs=3, hidden=3, outputs=3)
    system = system_of(net)
    after = sunk(system, gradients(system), ordered_layout(system), net.sizes)
    assert totals(after) <= totals(system)
    check_values(net, system, after)


def test_rectangles_hold_each_wanted_cell_once_and_little_else():
    rng = random.Random(0)
    for _ in range(200):
        heights, widths = ([rng.randint(1, 9) for _ in range(rng.randint(1, 6))] for _ in range(2))
        wanted = {(i, j) for i in range(len(heights)) for j in range(len(widths)) if rng.random() < 0.6}
        left = set(wanted)
        for part in covered(sorted(wanted), heights, widths, 2 / 3):
            inside = {cell for cell in left if part.holds(cell)}
            area = sum(heights[part.top : part.bottom]) * sum(widths[part.left : part.right])
            assert sum(heights[i] * widths[j] for i, j in inside) >= 2 / 3 * area > 0
            left -= inside
        assert not left
    assert len(covered([(i, j) for i in range(4) for j in range(3)], [5] * 4, [3] * 3, 2 / 3)) == 1
