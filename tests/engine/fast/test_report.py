"""The report of a fast program: what it counts, against formulas and against the program's own text."""

import ast

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core import dims
from rnnsym.engine.fast.counting import Cost, array, counted
from rnnsym.engine.passes.pipeline import PASSES
from support.networks import NETWORKS

X, H, C = 5, 7, 3
SOURCE = """
import numpy as np


def kernel(a):
    return np.exp(a) / np.sum(np.exp(a))


def run(A, x, out):
    A.dot(x, out)
    np.add(out, 1.0, out)
    out[...] = x[:4]
    view = A.T
    y = A @ x
    z = kernel(x)
    w = np.concatenate([x, x])
    n = np.add.reduce(A, 0)
    made = np.zeros(3)
    made[0:2] = 1.0
"""
EXPECTED = [
    Cost(1, 2 * 4 * 6, 8 * (24 + 6 + 4)),
    Cost(1, 4, 8 * (4 + 4)),
    Cost(1, 0, 8 * (4 + 4)),
    None,
    Cost(1, 2 * 4 * 6, 8 * (24 + 6 + 4)),
    Cost(4, 6 + 6 + 6 + 6, 8 * (12 + 12 + 7 + 13)),
    Cost(1, 0, 8 * (6 + 6 + 12)),
    Cost(1, 24, 8 * (24 + 6)),
    None,
    Cost(1, 0, 8 * (2 + 2)),
]


def loops(found):
    return [stage for stage in found.stages if stage.kind == "loop"]


def lstm(steps=50, batch=None, **options):
    return rs.plan(rs.Network("lstm", X, H, C, **options), steps, batch)


def test_every_call_is_counted_on_its_line_and_a_view_is_none():
    found = counted(SOURCE, lambda module: module["run"](array((4, 6)), array((6,)), array((4,))))
    first = SOURCE.splitlines().index("    A.dot(x, out)") + 1
    assert [found.get(("run", first + i)) for i in range(len(EXPECTED))] == EXPECTED
    assert all(function == "run" for function, _ in found)


def test_counting_changes_no_value():
    values = {}

    def use(module):
        A, x, out = array((4, 6)), array((6,)), array((4,))
        module["run"](A, x, out)
        values["out"] = np.asarray(out)

    counted(SOURCE, use)
    assert np.array_equal(values["out"], np.full(4, 0.5))


@pytest.mark.parametrize(("hidden", "batch"), [(H, None), (H, 6), (40, 64)])
def test_the_products_of_an_lstm_have_the_operations_of_the_formula(hidden, batch):
    found, rows = rs.plan(rs.Network("lstm", X, hidden, C), 50, batch), batch or 1
    up, down = loops(found)
    assert (up.times, down.times) == (50, 50)
    inside = next(each.value for each in found.reasons if each.choice == "augment")
    columns = hidden + (X + 1 if inside else 0)
    assert max(item.cost.flops for item in up.items) == 2 * 4 * hidden * columns * rows
    columns = 4 * hidden + (C if "dy_copy" in str(found) else 0)
    assert max(item.cost.flops for item in down.items) == 2 * hidden * columns * rows


@pytest.mark.parametrize("batch", [None, 4])
@pytest.mark.parametrize("network", list(NETWORKS)[::3])
def test_the_calls_of_each_loop_are_those_of_its_text(network, batch):
    found = rs.plan(NETWORKS[network]("gru"), 9, batch)
    run = next(node for node in ast.walk(ast.parse(found.source)) if getattr(node, "name", "") == "run")
    bodies = [node.body for node in run.body if isinstance(node, ast.For)]
    assert len(bodies) == len(loops(found))
    for body, stage in zip(bodies, loops(found), strict=True):
        assert sum(len(item.lines) for item in stage.items) == len(body)
        assert stage.cost.calls >= len(body)
        plain = all(isinstance(node, ast.Expr) or isinstance(node.value, ast.Name) for node in body)
        assert not plain or stage.cost.calls == len(body)
        assert all(item.name is not None and item.pieces for item in stage.items)


def given(system, name, sizes, steps):
    shape = [dims.size(dim, sizes) for dim in system.given[name]]
    lead = [steps + 1] if name in system.timed_given else []
    return array((*lead, *shape), "int" if name in system.labels else "float64")


@pytest.mark.parametrize("network", ["tagging", "many_to_one, labels, mean", "stacked", "language_model"])
def test_the_numbers_are_those_of_a_run_of_all_steps(network):
    """They are told from two short runs."""
    steps = 23
    net = NETWORKS[network]("lstm")
    found = rs.plan(net, steps)
    program = net._fast.plan(net.derived(), (), "float64", steps).program
    assert program.source == found.source

    def use(module):
        load, run = module["prepare"](steps)
        for function, names in ((load, program.data), (run, program.params)):
            function(*(given(net.derived().system, name, net.sizes, steps) for name in names))

    whole = {"load": Cost(), "run": Cost()}
    for (function, _), cost in counted(found.source, use).items():
        whole[function] = whole[function].plus(cost)
    assert whole == {"load": found.costs.data, "run": found.costs.run}


@pytest.mark.parametrize("network", ["tagging", "stacked"])
def test_the_numbers_of_the_readable_program_grow_by_those_of_a_step(network):
    net = NETWORKS[network]("lstm")
    few, more = (rs.plan(net, steps).readable_costs for steps in (40, 41))
    assert few.upward == more.upward
    assert more.run.calls - few.run.calls == few.upward.calls + few.downward.calls
    assert few.weights == few.data == Cost()


def test_a_run_is_its_parts():
    found = lstm()
    costs = found.costs
    sums = costs.weights.plus(costs.outside).plus(costs.upward, 50).plus(costs.downward, 50)
    assert costs.run == sums
    assert costs.data.calls > 0


def test_the_fast_program_has_fewer_calls_than_the_readable_one():
    found = lstm()
    assert 5 * found.costs.run.calls < found.readable_costs.run.calls
    assert found.costs.upward.calls < found.readable_costs.upward.calls


def test_initial_values_are_data_and_no_step_of_a_loop():
    data, *others = lstm().stages
    initial = [item for item in data.items if item.name.label in ("h", "c")]
    assert [str(piece.domain) for item in initial for piece in item.pieces] == ["t = 0", "t = 0"]
    assert all(
        str(p.domain) != "t = 0" for stage in others for i in stage.items for p in i.pieces if i.name.label == "h"
    )


def test_every_pass_is_there_in_its_order_and_leads_to_the_next():
    found = lstm()
    names = [change.name for change in found.passes]
    assert names[: len(PASSES)] == [each.name for each in PASSES]
    assert {"packed", "sunk"} <= set(names)
    for one, two in zip(found.passes, found.passes[1:], strict=False):
        assert one.after is two.before
    for change in found.passes:
        assert all(name in change.before.equations and name not in change.after.equations for name in change.removed)
        assert all(name in change.after.equations and name not in change.before.equations for name in change.made)
        assert all(change.before.equations[name] != change.after.equations[name] for name in change.changed)
    assert found.passes[-1].after.equations.keys() == found.system.equations.keys()


def test_every_choice_has_its_numbers():
    for hidden, batch in ((2, None), (300, 64)):
        found = rs.plan("lstm", batch=batch, sizes={"H": hidden})
        decided = vars(found._plan.choices).keys() - {"lerp"}
        assert {each.choice for each in found.reasons} == decided
        assert all(each.about.endswith(".") for each in found.reasons)
        weighed = [each for each in found.reasons if each.choice in ("factors_ahead", "augment", "scale")]
        assert all(each.with_it > 0 and each.without > 0 for each in weighed)


def test_a_short_sequence_is_said_to_take_the_readable_program():
    net = rs.encoder_decoder("lstm", inputs=2, hidden=3, outputs=4)
    least = rs.plan(net).least
    if least > 1:
        assert "readable one runs" in str(rs.plan(net, steps=least - 1))
    assert "readable one runs" not in str(rs.plan(net, steps=least))
