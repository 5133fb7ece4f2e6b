"""The ledger G_{t,k}: it adds up to the gradient, its rows are those of single losses, and it finds what is missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.api.forms import FormView
from rnnsym.api.ledger import Ledger, ledger
from rnnsym.derivation.ledger import ledger_form
from rnnsym.errors import InputError, ShapeError
from rnnsym.notation import load
from rnnsym.wiring import TOTAL_LOSS
from support.networks import NETWORKS, data_for
from support.problems import problem
from support.random_cells import cells


def gradient(net, label):
    return next(bar for bar in rs.derive(net).adjoint.gradients if bar.label == label)


def ledger_of(made, label="U"):
    return ledger(made.net, gradient(made.net, label), *made.arguments)


@pytest.fixture(scope="module")
def made():
    return problem("elman", 2, 3, 2, 6, seed=5)


@pytest.fixture(scope="module")
def book(made):
    return ledger_of(made)


@pytest.mark.parametrize(("cell", "labels"), [("elman", "W U b V b_y"), ("lstm", "U_f b_i"), ("gru", "U_n b_hn")])
@pytest.mark.parametrize(("batch", "mask"), [((), None), ((2,), "weights")])
def test_the_entries_add_up_to_every_gradient(cell, labels, batch, mask):
    for pattern in ("many_to_many", "many_to_one"):
        made = problem(cell, 2, 3, 2, 4, batch, pattern=pattern, reduction="mean", mask=mask)
        grads = made.net.run(*made.arguments).grads
        for label in labels.split():
            exact = grads[label]
            book = ledger_of(made, label)
            scale = max(1.0, np.max(np.abs(exact)))
            for total in (book.total, book.rows.sum(axis=0), book.columns.sum(axis=0), book.array.sum(axis=(0, 1))):
                assert np.max(np.abs(total - exact)) < 1e-12 * scale, label


@settings(max_examples=6, deadline=None)
@given(cells(), st.integers(1, 4))
def test_any_cell(cell, steps):
    made = problem(cell, 2, 3, None, steps)
    for label, exact in made.net.run(*made.arguments).grads.items():
        if label in {bar.label for bar in rs.derive(made.net).adjoint.gradients}:
            total = ledger_of(made, label).total
            assert np.max(np.abs(total - exact)) < 1e-12 * max(1.0, np.max(np.abs(exact)))


@pytest.mark.parametrize("name", NETWORKS)
def test_any_wiring(name):
    net = NETWORKS[name]("elman")
    data = data_for(net, 3)
    exact = net.run(*data).grads
    for bar in rs.derive(net).adjoint.gradients[:2]:
        total = ledger(net, bar, *data).total
        assert np.max(np.abs(total - exact[bar.label])) < 1e-12 * max(1.0, np.max(np.abs(exact[bar.label])))


def test_a_row_is_the_gradient_of_one_loss(made, book):
    for t in range(1, 7):
        mask = np.zeros(6)
        mask[t - 1] = 1.0
        alone = made.net.run(*made.arguments[:4], mask).grads["U"]
        np.testing.assert_allclose(book.rows[t - 1], alone, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(book.row(t).sum(axis=0), alone, rtol=1e-10, atol=1e-14)


def test_an_entry_is_the_product_of_step_jacobians(made, book):
    """G_{t,k} = D_k J_{k+1}ᵀ … J_tᵀ g_t h_{k-1}ᵀ (Pascanu et al. 2013)."""
    run = made.net.run(*made.arguments)
    h = [run.at("h", t) for t in range(7)]
    for t in range(1, 7):
        error = made.params["V"].T @ (run["y"][t - 1] - made.targets[t - 1])
        for k in range(t, 0, -1):
            delta = (1 - h[k] ** 2) * error
            np.testing.assert_allclose(book[t, k], np.outer(delta, h[k - 1]), rtol=1e-9, atol=1e-14)
            error = made.params["U"].T @ delta
        assert not np.any(book.norms[t - 1, t:])


def test_lags_rows_and_norms_are_sums_of_the_entries(book):
    entries = book.array
    np.testing.assert_allclose(book.lag(2), sum(entries[t, t - 2] for t in range(2, 6)), atol=1e-14)
    np.testing.assert_allclose(book.norms, np.linalg.norm(entries, axis=(2, 3)), atol=1e-14)
    assert not np.any(book.lag(-1))


def test_one_loss_at_the_end_fills_one_row():
    book = ledger_of(problem("elman", 2, 3, 2, 4, pattern="many_to_one"))
    assert not np.any(book.norms[:3])
    assert np.all(book.norms[3] > 0)
    assert not np.any(book[2, 1])


def test_nothing_is_computed_before_it_is_asked_for(made, monkeypatch):
    calls = []
    plain = Ledger._run
    monkeypatch.setattr(Ledger, "_run", lambda self, times: calls.append(list(times)) or plain(self, times))
    book = ledger_of(made)
    assert not calls
    assert book[4, 2].shape == (3, 3)
    assert calls == [[4]]


def test_a_large_ledger_is_refused_whole_with_its_size(monkeypatch, book):
    monkeypatch.setattr("rnnsym.api.ledger.LARGEST", 1000)
    with pytest.raises(InputError, match=r"GB.*row\(t\)"):
        _ = book.array


def test_blocks_do_not_change_a_number(made, book, monkeypatch):
    monkeypatch.setattr("rnnsym.api.ledger.BLOCK", 900)
    again = ledger_of(made)
    for name in ("rows", "columns", "norms", "total"):
        np.testing.assert_allclose(getattr(again, name), getattr(book, name), rtol=1e-12, atol=1e-14)


# What is missing. -----------------------------------------------------------------------------------------------------


def test_every_deleted_row_column_and_lag_is_found_by_name(book):
    for t in range(2, 7):
        said = book.explain(book.total - book.rows[t - 1])
        assert (said.kind, said.missing) == ("rows", tuple((t, k) for k in range(1, t + 1)))
        assert f"t = {t}" in said.text
    for k in range(1, 6):
        said = book.explain(book.total - book.columns[k - 1])
        assert (said.kind, said.missing) == ("columns", tuple((t, k) for t in range(k, 7)))
    for j in range(5):
        assert book.explain(book.total - book.lag(j)).missing == tuple((t, t - j) for t in range(j + 1, 7))


def test_every_deleted_term_is_found_by_name(book):
    for t in range(2, 7):
        for k in range(1, t):
            assert book.explain(book.total - book[t, k]).missing == ((t, k),)
    assert book.explain(book.total - book[4, 2] - book[6, 1]).missing == ((4, 2), (6, 1))


def test_truncation_is_recognised(book):
    for window in (1, 2, 3):
        t, k = np.ogrid[1:7, 1:7]
        loss = np.einsum("tk,tk...->...", (t - k < window).astype(float), book.array)
        chunk = np.einsum("tk,tk...->...", ((t - 1) // window == (k - 1) // window).astype(float), book.array)
        assert (book.explain(loss).kind, f"K = {window}" in str(book.explain(loss))) == ("window", True)
        if window > 1:
            assert (book.explain(chunk).kind, f"chunk of {window}" in str(book.explain(chunk))) == ("chunks", True)


def test_a_factor_is_recognised(book):
    said = book.explain(-book.total / 6)
    assert (said.kind, said.missing) == ("scaled", ())
    assert "-1/6" in said.text
    half = book.explain(0.5 * (book.total - book.rows[2]))
    assert (half.kind, half.scale) == ("rows", pytest.approx(0.5))


def test_the_gradient_itself_and_what_no_choice_of_terms_gives(book):
    assert book.explain(book.total).kind == "exact"
    assert book.explain(book.total.T).kind == "unknown"
    assert book.explain(np.zeros((3, 3))).kind == "nothing"


@pytest.mark.parametrize("label", ["W", "U", "b"])
def test_few_entries_are_enough_for_rows(made, label):
    book = ledger_of(made, label)
    for t in range(2, 7):
        assert book.explain(book.total - book.rows[t - 1]).missing == tuple((t, k) for k in range(1, t + 1))


# How it is shown, and what it refuses. --------------------------------------------------------------------------------


def test_a_gradient_that_happens_to_be_zero_is_explained(made):
    params = {**made.params, "V": 0.0 * made.params["V"]}
    zero = ledger(made.net, gradient(made.net, "U"), params, made.x, made.targets, made.carry)
    assert zero.explain(np.zeros((3, 3))).kind == "exact"
    assert zero.explain(np.ones((3, 3))).kind == "unknown"


def test_the_table(book):
    lines = book.pretty().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == [*(f"k={k}" for k in range(1, 7)), "row"]
    assert lines[3].split()[2:7] == ["·"] * 5
    assert book.to_dict()["total"] == book.total.tolist()


def test_a_long_table_is_by_lag():
    text = ledger_of(problem("elman", 2, 3, 2, 30)).pretty()
    assert max(map(len, text.splitlines())) <= 80
    assert "and 10 more" in text


def test_the_form(made):
    bar = gradient(made.net, "U")
    d = rs.derive(made.net)
    view = FormView(ledger_form(d.adjoint, TOTAL_LOSS, bar), "t", load("default"), made.net)
    text = [str(line) for line in view.lines]
    assert "δhₖ⁽ᵗ⁾ = Vᵀ δyₖ⁽ᵗ⁾ + Uᵀ δaₖ₊₁⁽ᵗ⁾" in text
    assert text[-1].startswith("∂L/∂U = Σₜ Σ")
    assert "G_(t,k) = δaₖ⁽ᵗ⁾ hₖ₋₁ᵀ" in text
    values = view.values(*made.arguments[:4])
    np.testing.assert_allclose(values[bar], made.net.run(*made.arguments).grads["U"], rtol=1e-12)
    np.testing.assert_allclose(values[view.lines[-2].name][1:], ledger_of(made).columns, rtol=1e-9, atol=1e-14)
    assert all(line.name in values for line in view.lines)


def test_bad_questions(made, book):
    for key in (3, (1, 2, 3), (1.5, 1), (True, 1)):
        with pytest.raises(InputError, match=r"ledger\[t, k\]"):
            book[key]
    for key in ((0, 1), (7, 1), (1, 0), (1, 7)):
        with pytest.raises(InputError, match="runs from 1 to 6"):
            book[key]
    for lag in (7, 0.5):
        with pytest.raises(InputError, match="lag"):
            book.lag(lag)
    with pytest.raises(InputError, match=r"t = 1\.5"):
        book.row(1.5)
    with pytest.raises(ShapeError, match=r"\(2, 2\)"):
        book.explain(np.zeros((2, 2)))
    with pytest.raises(InputError, match="finite"):
        book.explain(np.full((3, 3), np.nan))
    for answer in (1j * np.ones((3, 3)), "hello", None, [[True] * 3] * 3):
        with pytest.raises(InputError, match="real numbers"):
            book.explain(answer)
    with pytest.raises(InputError, match="different lengths"):
        book.explain([[1, 2], [3]])
    with pytest.raises(InputError, match="targets"):
        ledger(made.net, gradient(made.net, "U"), made.params, made.x, None)
