"""Truncated backpropagation: what is kept, and that it and what is dropped are the gradient, to the last digit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.api.forms import FormView
from rnnsym.api.ledger import ledger
from rnnsym.core.names import END, EVERY_STEP, Role
from rnnsym.derivation.adjoint import adjoint
from rnnsym.derivation.truncation.ages import per_loss
from rnnsym.derivation.truncation.chunks import KEEP, chunked, keeps
from rnnsym.derivation.truncation.form import truncated
from rnnsym.engine.program import build, function
from rnnsym.errors import InputError, UnknownNameError
from rnnsym.notation import load
from rnnsym.wiring import TOTAL_LOSS
from support.problems import BUILT_IN, problem
from support.random_cells import cells
from support.systems import SYSTEMS, numbers

WAYS = pytest.mark.parametrize("per", ["chunk", "loss"])


def parts(system, values, window, per):
    """The gradients kept, cut and whole by parameter, and the true ones."""
    derived = adjoint(system, TOTAL_LOSS)
    split = chunked(derived) if per == "chunk" else per_loss(derived, window)
    steps = len(next(values[name] for name in system.timed_given)) - 1
    more = {KEEP: keeps(window, steps)} if per == "chunk" else {}
    found = function(split.system, tuple(split.system.equations), "truncated")({**values, **more})
    program = build(system, TOTAL_LOSS, "plain")
    forward = program.forward(values)
    exact = program.backward({**values, **forward})
    kept = {bar: found[split.kept.get(bar, bar)] for bar in derived.gradients}
    cut = {bar: found[split.cut[bar]] for bar in derived.gradients if bar in split.cut}
    return kept, cut, {bar: found[bar] for bar in kept}, {bar: exact[bar] for bar in kept}


def assert_adds_up(system, values, window, per, steps):
    kept, cut, whole, exact = parts(system, values, window, per)
    for bar, value in exact.items():
        scale = max(1.0, np.max(np.abs(value), initial=0.0), np.max(np.abs(cut.get(bar, 0.0)), initial=0.0))
        assert np.max(np.abs(kept[bar] + cut.get(bar, 0.0) - value), initial=0.0) < 1e-12 * scale, bar
        np.testing.assert_allclose(whole[bar], value, rtol=1e-9, atol=1e-12 * scale)
        if window >= steps:
            assert not np.any(cut.get(bar, 0.0)), bar


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("when", [EVERY_STEP, END], ids=["every step", "last step"])
@WAYS
def test_seams_and_reversed_time(name, when, per):
    system = SYSTEMS[name](when)
    for steps, window in ((5, 2), (4, 4)):
        assert_adds_up(system, numbers(system, steps, (2,)), window, per, steps)


@settings(max_examples=10, deadline=None)
@given(cells(), st.integers(1, 5), st.integers(1, 5), st.sampled_from(["chunk", "loss"]))
def test_any_cell(cell, steps, window, per):
    made = problem(cell, 2, 3, None, steps)
    assert_adds_up(made.system, made.given, window, per, steps)


@pytest.mark.parametrize("cell", [BUILT_IN[0], BUILT_IN[4]], ids=["elman", "lstm"])
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one"])
def test_what_is_kept_is_a_part_of_the_ledger(cell, pattern):
    made = problem(cell, 2, 3, 2, 5, pattern=pattern)
    entries = {bar: ledger(made.net, bar, *made.arguments[:4]).array for bar in rs.derive(made.net).adjoint.gradients}
    t, k = np.ogrid[1:6, 1:6]
    for window in (1, 2):
        keep = {"chunk": (t - 1) // window == (k - 1) // window, "loss": t - k < window}
        for per, chosen in keep.items():
            kept = parts(made.system, made.given, window, per)[0]
            for bar, found in entries.items():
                expected = np.einsum("tk,tk...->...", chosen.astype(float), found)
                np.testing.assert_allclose(kept[bar], expected, rtol=1e-9, atol=1e-12)


@WAYS
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_every_line_can_be_run(cell, per):
    made = problem(cell, 2, 3, 2, 4)
    d = rs.derive(made.net)
    view = FormView(truncated(d.adjoint, 2, per), "title", load("default"), made.net)
    values = view.values(*made.arguments[:4])
    assert all(line.name in values for line in view.lines)
    assert [line.number for line in view.lines] == list(range(1, len(view.lines) + 1))
    grads = made.net.run(*made.arguments).grads
    for label, value in grads.items():
        np.testing.assert_allclose(values[next(b for b in d.adjoint.gradients if b.label == label)], value, rtol=1e-9)


def test_the_printed_size_does_not_grow_with_the_window():
    d = rs.derive(rs.Network("lstm", 2, 3, 2))
    assert len({len(truncated(d.adjoint, window, "loss").lines) for window in (3, 4, 9)}) == 1


def test_it_reads_as_in_the_books():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    chunk = FormView(truncated(d.adjoint, 3), "t", load("default")).pretty(detail="results")
    assert "δhₜ = Vᵀ δyₜ + κₜ Uᵀ δaₜ₊₁" in chunk
    assert "∂L/∂U = ∂L/∂U_kept + ∂L/∂U_cut" in chunk
    loss = FormView(truncated(d.adjoint, 3, "loss"), "t", load("default")).pretty(detail="results")
    assert "δhₜ⁽ʲ⁾ = Uᵀ δaₜ₊₁⁽ʲ⁻¹⁾" in loss
    assert "δh_cut,ₜ = Uᵀ (δaₜ₊₁⁽²⁾ + δa_cut,ₜ₊₁)" in loss


def test_only_the_gradients_asked_for():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    wanted = [bar for bar in d.adjoint.gradients if bar.label == "U"]
    for per in ("chunk", "loss"):
        told = [line.name for line in truncated(d.adjoint, 2, per, wanted).lines if line.name.role == Role.GRADIENT]
        assert [name.symbol for name in told] == ["U_kept", "U_cut", "U"]


def test_nothing_is_cut_before_the_first_step_and_after_the_last():
    assert keeps(2, 4).tolist() == [1, 1, 0, 1, 1]
    assert keeps(1, 3).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("window", [0, -1, 1.5, True])
def test_a_window_is_a_whole_number(window):
    with pytest.raises(InputError, match="whole number"):
        truncated(rs.derive("elman").adjoint, window)


def test_an_unknown_way_is_refused():
    with pytest.raises(UnknownNameError, match="chunk"):
        truncated(rs.derive("elman").adjoint, 3, "chunks")
