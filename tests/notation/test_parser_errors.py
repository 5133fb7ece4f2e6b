"""What cannot be read: one sentence, the place under a caret, the repair, and never a traceback or a long wait."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.errors import FormulaError, InputError
from rnnsym.notation.parser import parse, parse_line, scope_of

SCOPE = scope_of(rs.derive(rs.Network("lstm", 3, 4, 2)).form.system)
H = "h[t]"

MISTAKES = [
    ("", "the formula is empty: write for example 1 - h[t]**2.", None),
    ("   \n", "the formula is empty: write for example 1 - h[t]**2.", None),
    ("1 - hh[t]", "unknown name 'hh': did you mean 'h'?", 4),
    ("W_q @ x[t]", "unknown name 'W_q': did you mean 'W_o'?", 0),
    ("1 - h", "'h' has a value at every step: write h[t] or h[t-1].", 4),
    ("(1 - h[t]", "'(' at character 1 is not closed: write ')' here.", 9),
    ("1 - h[t])", "')' closes nothing: leave it out, or open a bracket before it.", 8),
    ("1 -", "the formula ends here, where a quantity is missing.", 3),
    ("1 + * 2", "'*' cannot stand here: a quantity, a number or a bracket is expected.", 4),
    ("W_f h[t]", "W_f is (H, X) and h[t] is (H,): the inner dimensions must agree, X is not H.", 4),
    ("a_f[t] + x[t]", "a_f[t] is (H,) and x[t] is (X,): they must have one shape.", 9),
    ("U_f * h[t]", "U_f is (H, H) and h[t] is (H,): they must have one shape.", 6),
    (
        "h[t] c[t]",
        "h[t] is (H,) and c[t] is (H,): write h[t] * c[t] entry by entry, h[t] · c[t] for a number, h[t] c[t]ᵀ for a "
        "matrix.",
        5,
    ),
    ("h[t] U_f", "h[t] is (H,) and U_f is (H, H): a matrix stands in front of the column that it acts on.", 5),
    ("h[t].T", "h[t].T is a row: it stands in products only, as in a bᵀ or aᵀ b.", 0),
    ("h[t]^c[t]", "an exponent must be a number: for x^y write exp(y * log(x)).", 5),
    ("tanh(h[t], c[t])", "tanh takes one argument, not 2.", 0),
    ("max(h[t])", "maximum takes 2 arguments, not 1.", 0),
    ("h[t] > 0", "a comparison stands in an indicator only: 1[a > 0].", 0),
    ("1[h[t]]", "1[…] needs a comparison, as in 1[a > 0], or a label.", 2),
    ("I", "the size of the identity I does not follow here: write diag(ones(H)).", 0),
    ("Σₜ h[t]", "a sum over steps is a right-hand side: read the whole line, with its left side.", 0),
    ("1 + sum_t h[t]", "'sum_t' can only stand in front of a whole right-hand side.", 4),
    ("∏[j=k+1…t] U_f", "'∏[j=k+1…t]' multiplies matrices over steps: no single expression says that.", 0),
    ("h[t] = c[t]", "'=' stands between the two sides of a line: here one formula is read.", 5),
    ("h[t][9.5]", "9.5 is no index: a whole number or a label is needed.", 5),
    ("h[t] $ 2", "the character '$' has no meaning in a formula.", 5),
    ("h[t]\x00", "the character U+0000 has no meaning in a formula.", 4),
]


@pytest.mark.parametrize(("formula", "reason", "place"), MISTAKES, ids=[row[0] or "nothing" for row in MISTAKES])
def test_a_mistake_is_shown_with_its_place(formula, reason, place):
    with pytest.raises(FormulaError) as caught:
        parse(formula, SCOPE)
    message = str(caught.value)
    assert message.partition("\n")[0] == reason
    if place is not None:
        shown, caret = message.splitlines()[1:]
        assert caret.index("^") == 2 + place
        assert len(shown) - 2 == len(formula)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("h[t]", "a line has two sides: write the left side, '=', the right side."),
        ("h[t] + 1 = 2", "the left side of a line is one quantity, such as dh[t] or dL/dU."),
        ("h[t] = c[t] = 1", "one '=' is enough: the left side, '=', the right side."),
        ("h[t] = U_f", "the right side is (H, H) and the left side (H,)."),
        ("L = sum(k, L[t])", "unknown name 'k': known: c, h, a_i, "),
        ("L = Σ[k=1…T] L[t]", "the sum runs over 'k': only sums over the step t are equations."),
        ("L = Σ[t=1…q] L[t]", "'q' is no step: write a number, T, or T-1."),
    ],
)
def test_a_line_that_is_none_is_refused(line, reason):
    with pytest.raises(FormulaError) as caught:
        parse_line(line, SCOPE)
    assert str(caught.value).startswith(reason)


HOSTILE = [
    "__import__('os').system('true')", "().__class__.__bases__[0]", "lambda: 1", "exec('1')", "h[t].serial", "f'{1}'",
    "(" * 10_000, "(" * 10_000 + ")" * 10_000, "[" * 5_000, "|" * 5_000, "‖" * 999, "-" * 10_000 + "1",
    "h[t]" + ".T" * 5_000, "2" + "^2" * 5_000, "9**9**9**9**9", "h[t]^1e308", "1e99999", "1" * 15_000,
    "x" * 1_000_000, "h[t]+" * 3_999 + "1", "h[t]" + "/h[t]" * 3_000, "tanh " * 3_000 + "h[t]",
    "I+(" * 300 + "I" + ")" * 300, "1[" * 3_000, "h[" * 3_000, "\x00", "\u202eh[t]", "h[99999999999999999999]",
    "h[t-99999]", "\ud800", "ones(99999999999)", "h[t][0:H:0]", "zeros(1e99)", "½" * 5_000, "∞^-∞", "1/0", "NaN[0]",
    "⁻⁻²", "h[t]²³⁴⁵⁶⁷⁸⁹⁰¹²³", "\N{COMBINING MACRON}h[t]", "embed(h[t], H, 1, 0)", "place(h[t], 9, 3)", "unvec(h[t])",
    "[[1, 2], [3]]", "[]", "()",
]  # fmt: skip


def answer(read, formula):
    """What is said about a formula that cannot be read; None for one that can."""
    try:
        read(formula, SCOPE)
    except FormulaError as error:
        return str(error)
    return None


@pytest.mark.parametrize("formula", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered_at_once(formula):
    start = time.process_time()
    assert len(answer(parse, formula) or "") < 900
    assert time.process_time() - start < 1


PARTS = [
    "h[t]", "U_f", "x[t-1]", "dL/dU_f", "+", "-", "*", "/", "@", "**", "^", "(", ")", "[", "]", "|", "‖", "1[", "·",
    "²", "ᵀ", ".T", "½", "2", "0", "1e9", "tanh", "softmax", "sum", "Σₜ", "=", ",", ";", ":", "I", "H", ">", " ",
    "ones", "target[t]", "log_softmax", "y[t]", "kron", "vec", "⊗", "unvec",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join) | st.text(max_size=30))
def test_any_text_is_an_expression_or_a_clear_error(formula):
    for read in (parse, parse_line):
        assert answer(read, formula) != ""


def test_the_error_is_one_about_input():
    assert issubclass(FormulaError, InputError)


def test_what_is_no_text_is_refused():
    with pytest.raises(FormulaError, match="int is no formula"):
        parse(7, SCOPE)


def test_a_long_formula_shows_the_part_around_the_place():
    with pytest.raises(FormulaError) as caught:
        parse(" + ".join(["h[t]"] * 200) + " + q[t] + " + " + ".join(["h[t]"] * 200), SCOPE)
    shown, caret = str(caught.value).splitlines()[1:]
    assert len(shown) < 80
    assert shown[caret.index("^")] == "q"
