import re

import numpy as np
import pytest

from rnnsym.errors import InputError, RnnsymError
from rnnsym.lessons.fields import block, inline
from rnnsym.lessons.style import Style, value_text
from rnnsym.notation.figures import trimmed


def lines(example, text, **style):
    return block(example, text, Style(**style))


def numbers_in(text):
    return [float(found) for found in re.findall(r"-?\d+\.\d+(?:e-\d+)?", text)]


def test_values_in_a_sentence(two):
    assert inline(two, "= T", Style()) == "3"
    assert inline(two, "= H", Style()) == "2"
    assert inline(two, "= h[0]", Style()) == "(0.3, -0.6)"
    assert numbers_in(inline(two, "= dL/dU", Style())) == pytest.approx(two.walk.run.grads["U"].ravel(), abs=1e-4)


def test_lines_of_the_derivation_are_aligned_at_the_equals_sign(one):
    assert lines(one, "equation dL/dU da") == ["∂L/∂U = Σₜ δaₜ hₜ₋₁ᵀ", "  δaₜ = δhₜ ⊙ (1 − hₜ²)"]
    assert lines(one, "equations backward") == ["δhₜ = hₜ − targetₜ + Uᵀ δaₜ₊₁", "δaₜ = δhₜ ⊙ (1 − hₜ²)"]
    assert len(lines(one, "equations forward")) == 4
    assert len(lines(one, "equations gradients")) == 3


def test_a_table_has_a_row_for_each_step(one):
    head, *rows = lines(one, "table x[t], h[t], dh[t]")
    assert head.split() == ["t", "xₜ", "hₜ", "δhₜ"]
    run = one.walk.run
    for t, row in enumerate(rows, 1):
        assert row.split()[0] == str(t)
        expected = [run["x"][t - 1, 0], run["h"][t - 1, 0], run.adjoint["h"][t - 1, 0]]
        assert numbers_in(row) == pytest.approx(expected, abs=1e-4)
    assert len(rows) == 3


def test_a_comma_inside_brackets_parts_no_columns(two):
    head, *_ = lines(two, "table outer(da[t], h[t-1]), h[t]")
    assert head.split("   ")[-1].strip() == "hₜ"


def test_the_numbers_of_an_equation_add_up(two):
    head, *rows = lines(two, "numbers dh[2]")
    assert head.replace(" ", "") == "h₂−target₂+Uᵀδa₃=δh₂"
    assert len(rows) == 2
    for row in rows:
        h, target, back, result = numbers_in(row)
        assert h - target + back == pytest.approx(result, abs=2e-4)


def test_a_sum_that_is_a_factor_is_bracketed(one):
    head, row = lines(one, "numbers da[3]")
    assert head.replace(" ", "") == "δh₃×(1−h₃²)=δa₃"
    error, slope, result = numbers_in(row)
    assert error * slope == pytest.approx(result, abs=1e-3)


def test_the_terms_of_a_gradient_sum_to_it(one):
    *_, last = lines(one, "terms U")
    assert numbers_in(last)[-1] == pytest.approx(one.walk.run.grads["U"].item(), abs=1e-4)


def test_a_nudge_comes_near_the_gradient(one):
    *_, quotient = lines(one, "nudge U 0.001")
    assert numbers_in(quotient)[-1] == pytest.approx(one.walk.run.grads["U"].item(), abs=1e-3)


def test_the_check_compares_every_entry_with_the_gradient(two):
    _, *rows = lines(two, "check U b")
    assert len(rows) == 6
    assert [row.split()[0] for row in rows] == ["U[1,1]", "U[1,2]", "U[2,1]", "U[2,2]", "b[1]", "b[2]"]
    for row in rows:
        back, independent, difference = map(float, row.split()[1:])
        assert back == independent
        assert difference < 1e-14


def test_the_check_would_show_a_wrong_gradient(two, monkeypatch):
    monkeypatch.setattr(type(two), "complex_step", lambda self, label: np.ones((2, 2)))
    assert all(float(row.split()[-1]) > 1e-3 for row in lines(two, "check U")[1:])


def test_the_forward_graph_has_symbols_over_numbers_and_arrows_between(one):
    graph = lines(one, "graph x -> h -> L")
    chain = next(line for line in graph if "▶" in line)
    assert chain.split() == ["h₀", *["────────▶", "h₁", "────────▶", "h₂", "────────▶", "h₃"]]
    heads = [match.start() for match in re.finditer("[▼]", graph[3])]
    for number_line, symbols in ((graph[0], "x"), (graph[4], "h"), (graph[8], "L")):
        places = [number_line.index(f"{symbols}{digit}") for digit in "₁₂₃"]
        assert all(abs(place - head) <= 1 for place, head in zip(places, heads, strict=True))
    assert [float(number) for number in graph[5].split()] == pytest.approx([0, *one.walk.run["h"][:, 0]], abs=1e-4)


def test_the_backward_graph_shows_adjoints_with_arrows_turned_round(one):
    graph = lines(one, "graph x <- h")
    chain = next(line for line in graph if "◀" in line)
    assert [word for word in chain.split() if "◀" not in word] == ["δh₀", "δh₁", "δh₂", "δh₃"]
    assert not any("▶" in line or "▼" in line for line in graph)
    assert numbers_in(graph[-1])[1:] == pytest.approx(one.walk.run.adjoint["h"][:, 0], abs=1e-4)


def test_a_sparkline_rises_with_its_values(one):
    (line,) = lines(one, "spark norm(dh[t])")
    picture = re.search(r"[▁▂▃▄▅▆▇█]+", line)[0]
    values = np.abs(one.walk.run.adjoint["h"][:, 0])
    assert len(picture) == 3
    assert sorted(picture) == [picture[i] for i in np.argsort(values)]
    assert "█" in picture
    assert lines(one, "spark norm(dh[t])", ascii=True)[0].isascii()


def test_the_program_shown_is_the_generated_one(one):
    for part in ("forward", "backward"):
        source = getattr(one.net.program(), part).source
        shown = lines(one, f"program {part}")
        assert shown[0].startswith("for t in ")
        assert all(f"    {line}" in source.splitlines() for line in shown)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("equation hh", "unknown quantity 'hh'"),
        ("equation x", "'x' is given"),
        ("equations backwards", "Did you mean 'backward'"),
        ("numbers dh", "is no quantity at a step"),
        ("numbers dh[9]", "not at t = 9"),
        ("nudge U", "write a parameter and a number"),
        ("program sideways", "unknown program"),
    ],
)
def test_a_wrong_argument_says_what_is_wrong(one, field, message):
    with pytest.raises(RnnsymError, match=message):
        lines(one, field)


def test_a_nudge_of_a_matrix_is_refused(two):
    with pytest.raises(InputError, match="U has 4"):
        lines(two, "nudge U 0.001")


def test_arrays_are_written_flat():
    assert value_text(np.array([[1.0, 2.0], [3.0, 4.0]])) == "[1.0000 2.0000; 3.0000 4.0000]"
    assert value_text(np.array([[0.25]])) == "0.2500"
    assert value_text(np.array([0.3, -0.6]), trimmed) == "(0.3, -0.6)"
