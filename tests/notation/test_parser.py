"""What people type, read into expressions; names, shapes, times and whole lines."""

import pytest

import rnnsym as rs
from rnnsym.core.names import EVERY_STEP, Fixed, Interval, Offset, Point, T
from rnnsym.errors import FormulaError, UnknownNameError
from rnnsym.notation import load
from rnnsym.notation.parser import parse, parse_line, scope_from, scope_of

LSTM = rs.derive(rs.Network("lstm", 3, 4, 2, loss="cross_entropy"))
SCOPE = scope_of(LSTM.form.system)

TYPED = [
    ("da_g[t] * i[t] * (1 - g[t]**2)", "δa_g,ₜ ⊙ iₜ ⊙ (1 − gₜ²)"),
    ("W_f @ x[t] + U_f@h[t-1] + b_f", "W_f xₜ + U_f hₜ₋₁ + b_f"),
    ("da_f[t] @ h[t-1].T", "δa_f,ₜ hₜ₋₁ᵀ"),
    ("da_f[t] h[t-1]^T", "δa_f,ₜ hₜ₋₁ᵀ"),
    ("h[t-1].T @ h[t]", "hₜ₋₁ · hₜ"),
    ("h_t ⊙ f_t", "hₜ ⊙ fₜ"),
    ("δa_f[t]", "δa_f,ₜ"),
    ("dL/dU_f", "∂L/∂U_f"),
    ("dU_f", "∂L/∂U_f"),
    ("U_f^T U_i.T dh[t]", "U_fᵀ U_iᵀ δhₜ"),
    ("h[t] · c[t]", "hₜ · cₜ"),
    ("h[t] @ c[t]", "hₜ · cₜ"),
    ("tanh c[t]", "tanh(cₜ)"),
    ("tanh^2(c[t])", "tanh²(cₜ)"),
    ("σ(a_f[t]) + sigmoid(a_f[t])", "σ(a_f,ₜ) + σ(a_f,ₜ)"),
    ("1[c[t] > 0] ⊙ 1[c[t] <= h[t]]", "1[cₜ > 0] ⊙ 1[cₜ ≤ hₜ]"),
    ("1[c[t] > h[t]]", "1[cₜ − hₜ > 0]"),
    ("softmax(y[t]) - 1[target[t]]", "softmax(yₜ) − 1[targetₜ]"),
    ("-log_softmax(y[t])[target[t]]", "−log softmax(yₜ)[targetₜ]"),
    ("[h[t]; x[t]]", "[hₜ, xₜ]"),
    ("½ h[t] / 2", "¼ hₜ"),
    ("x[t] / 3", "(1/3) xₜ"),
    ("2h[t]", "2 hₜ"),
    ("-h[t] * -2", "2 hₜ"),
    ("--h[t]", "hₜ"),
    ("√(h[t]²)", "√(hₜ²)"),
    ("h[t]^-1 + h[t]^(1/2)", "hₜ⁻¹ + hₜ^0.5"),
    ("h[t][0] h[t]", "hₜ[0] hₜ"),
    ("h[t][-1]", "hₜ[H-1]"),
    ("h[t][0:2]", "hₜ[0:2]"),
    ("h[0] + h[T] + h[T-1] + h[17]", "h₀ + h_T + h_(T−1) + h₁₇"),
    ("sum(h[t]) / H", "sum(hₜ)/H"),
    ("U_f ⊙ (h[t] h[t].T)", "U_f ⊙ (hₜ hₜᵀ)"),
    ("h[t] * U_f @ c[t]", "hₜ ⊙ (U_f cₜ)"),
    ("max(h[t], 0)", "max(hₜ, 0)"),
    ("loss", "L"),
    ("  h[ t - 1 ]  ", "hₜ₋₁"),
]


@pytest.mark.parametrize(("typed", "printed"), TYPED, ids=[row[0] for row in TYPED])
def test_what_is_typed_is_understood(typed, printed):
    assert rs.pretty(parse(typed, SCOPE)) == printed


@pytest.mark.parametrize("notation", ["deck_b", "deck_s+overbar", "goodfellow", "default+row+angle"])
def test_canonical_labels_are_understood_in_every_notation(notation):
    expr = parse("da_g[t] * i[t] * (1 - g[t]**2)", SCOPE, notation)
    assert expr is parse("da_g[t] * i[t] * (1 - g[t]**2)", SCOPE)


def test_where_vectors_are_rows_products_are_read_in_that_order():
    forwards = parse("U_f h[t-1]", SCOPE)
    assert parse("h[t-1] U_f.T", SCOPE, "default+row") is forwards
    assert parse("h[t-1] U_f", SCOPE, "default+row+transposed") is forwards
    assert parse("h[t].T c[t]", SCOPE, "default+row") is parse("h[t] c[t].T", SCOPE)
    with pytest.raises(FormulaError, match="a matrix stands behind the row that it acts on"):
        parse("U_f h[t-1]", SCOPE, "default+row")


def test_a_weight_stored_transposed_is_its_name_when_it_stands_alone():
    notation = load("default").with_(transposed=True)
    assert parse("U_f", SCOPE, notation) is parse("U_f", SCOPE)
    line = parse_line("dL/dU_f = sum_t h[t-1] da_f[t]^T", SCOPE, notation)
    assert line == parse_line("dL/dU_f = sum_t da_f[t] h[t-1]^T", SCOPE)


@pytest.mark.parametrize(
    ("line", "total"),
    [
        ("dL/dU_f = sum(t, da_f[t] @ h[t-1].T)", EVERY_STEP),
        ("dL/dU_f = Σₜ da_f[t] h[t-1]^T", EVERY_STEP),
        ("∂L/∂U_f = Σ_t δa_f,ₜ hₜ₋₁ᵀ", EVERY_STEP),
        ("dL/dU_f = sum[t=2..T] da_f[t] h[t-1]^T", Interval(Point(0, 2), T)),
        ("dL/dU_f = Σ[t=1…T−1] da_f[t] h[t-1]^T", Interval(Point(0, 1), T.shift(-1))),
    ],
)
def test_a_line_may_be_a_sum_over_steps(line, total):
    found = parse_line(line, SCOPE)
    assert rs.pretty(found.lhs) == "∂L/∂U_f"
    assert rs.pretty(found.rhs) == "δa_f,ₜ hₜ₋₁ᵀ"
    assert found.total == total


def test_the_left_side_tells_the_shape_of_numbers():
    assert parse_line("dh[t] = 0", SCOPE).rhs.shape == ("H",)
    assert parse("0", SCOPE).shape == ()
    assert parse("I - U_f", SCOPE) is parse("diag(ones(H)) - U_f", SCOPE)
    assert parse("I", SCOPE, shape=("H", "H")) is parse("diag(ones(H))", SCOPE)


def test_a_step_can_be_said_for_t():
    line = parse_line("dh[T] = V^T dy[T]", SCOPE, at=T)
    assert [leaf.attrs[1] for leaf in (line.lhs,)] == [Offset(0)]
    assert parse("h[T]", SCOPE).attrs[1] == Fixed(T)


def test_names_of_layers_and_of_ones_own_are_labels():
    stacked = rs.stacked(["elman", "gru"], inputs=2, hidden=3, outputs=2)
    label = next(n.label for n in stacked.system.equations if "." in n.label and n.role == "carry")
    assert rs.pretty(parse(f"{label}[t-1]", stacked.system)).startswith("h")
    a, b = rs.var("alpha"), rs.var("x_1", ("N",))
    assert parse("alpha x_1 + α x_1", scope_from([a, b])) is a * b + a * b


def test_a_notation_that_does_not_exist_is_named():
    with pytest.raises(UnknownNameError, match="deck_b"):
        parse("1", SCOPE, "deck_x")
