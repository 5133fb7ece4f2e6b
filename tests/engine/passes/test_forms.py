"""What each pass makes of equations whose best form is known."""

import pytest

import rnnsym as rs
from rnnsym.core.names import EVERY_STEP, Name, Role
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.schedule import schedule
from support.networks import NETWORKS
from support.passes import Passed


def after(cell, choices=Choices(), **options):  # noqa: B008
    return Passed(rs.Network(cell, 2, 3, 4, **options), choices).after


def backward(system):
    """The equations of the loop that runs backward, as text by name."""
    (block,) = (b for b in schedule(system, list(system.equations)) if b.direction < 0)
    return {name.plain: str(system.equations[name][0].rhs) for name in block.names}


def role(system, wanted):
    return {name.plain: str(system.equations[name][-1].rhs) for name in system.equations if name.role == wanted}


def test_trimmed_leaves_out_what_nobody_reads():
    system = after("elman")["trimmed"]
    dh = Name(Role.ADJOINT, "h")
    assert Name(Role.ADJOINT, "x") not in system.equations
    assert [str(piece.domain) for piece in system.equations[dh]] == ["t = 1…T", "t = 1…T-1"]


def test_lowered_spells_losses():
    system = after("elman", loss="cross_entropy")["lowered"]
    texts = [str(piece.rhs) for _, piece in system.pieces()]
    assert any("logsumexp(yₜ) −" in text for text in texts)
    assert not any("softmax" in text for text in texts)


def test_joined_gives_one_piece_on_the_steps_of_the_loop():
    pieces = after("elman")["joined"].equations[Name(Role.ADJOINT, "h")]
    assert [piece.domain for piece in pieces] == [EVERY_STEP]


def test_a_loss_at_the_end_is_a_part_of_its_own():
    system = after("elman", pattern="many_to_one")["joined"]
    (seed,) = role(system, Role.PART).items()
    assert seed == ("dh_seed", "Vᵀ δyₜ")


def test_inlined_writes_out_what_is_read_once():
    system = after("elman")["inlined"]
    assert Name(Role.EQUATION, "a") not in system.equations
    assert str(system.equations[Name(Role.CARRY, "h")][1].rhs) == "tanh(W xₜ + U hₜ₋₁ + b)"


def test_shared_computes_a_tanh_once():
    system = after("lstm")["shared"]
    assert role(system, Role.PART) == {"h_part": "tanh(cₜ)"}


class Asked(rs.Cell):
    """The gate reads the state before and what this step made of it: two steps of its loop."""

    params = {"U": ("H", "H"), "W": ("H", "X")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.n = p.U @ prev.h
        now.h = rs.tanh(rs.sigmoid(rs.dot(prev.h, now.n)) * (p.W @ x))


def test_a_shared_part_of_a_loop_needs_no_later_step_of_it():
    """The backward loop's part stands at the earliest step that it reads, the forward loop's at the latest."""
    system = after(Asked())["shared"]
    assert "σ(hₜ₋₁ · nₜ)" in role(system, Role.PART).values()
    assert [block.direction for block in schedule(system, list(system.equations)) if block.direction] == [1, -1]


def test_squashed_halves_parameters():
    assert str(after("gru")["squashed"].equations[Name(Role.EQUATION, "z")][0].rhs) == (
        "½ tanh((½ W_z) xₜ + (½ U_z) hₜ₋₁ + ½ b_z) + 0.5"
    )


def test_squashed_keeps_what_a_logarithm_reads():
    class Logged(rs.Cell):
        params = {"U": ("H", "H"), "W": ("H", "X")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.g = rs.sigmoid(p.W @ x)
            now.h = rs.tanh(p.U @ prev.h + rs.log(now.g)) * rs.sigmoid(p.U @ prev.h)

    texts = " ".join(str(piece.rhs) for _, piece in after(Logged())["squashed"].pieces())
    assert "σ(W xₜ)" in texts
    assert "σ(U hₜ₋₁)" not in texts


@pytest.mark.parametrize(
    ("cell", "sums"),
    [
        ("lstm", {"dc": "dc_1,ₜ + dc_next,ₜ₊₁"}),
        ("gru", {"dh": "dh_1,ₜ + dh_next,ₜ₊₁"}),
        ("mgu", {"dh": "dh_1,ₜ + dh_next,ₜ₊₁", "da_f": "da_f,1,ₜ + da_f,1,2,ₜ"}),
    ],
)
def test_adjoints_are_coefficients_times_members(cell, sums):
    found = backward(after(cell)["single"])
    assert {name: text for name, text in found.items() if name in sums} == sums
    rest = [text for name, text in found.items() if name not in sums and name != "dh_next" and "ᵀ" not in text]
    assert all("⊙" in text for text in rest), found


def test_a_peephole_joins_the_coefficient_of_its_state():
    found = backward(after(rs.cells.get("lstm", variant="peephole"))["single"])
    assert found["dc_next"] == "δcₜ ⊙ dc_next,factor,ₜ"
    assert len(found) == 8


def test_lerped_weighs_with_three_operations():
    text = str(after("gru")["lerped"].equations[Name(Role.CARRY, "h")][1].rhs)
    assert text == "nₜ + zₜ ⊙ (hₜ₋₁ − nₜ)"


def test_staged_adds_inputs_in_the_product_or_beside_it():
    inside, beside = (after("elman", Choices(augment=augment))["single"] for augment in (True, False))
    assert role(inside, Role.PART)["h_1"] == "U hₜ₋₁ + W xₜ + b"
    assert role(beside, Role.PART)["h_pre"] == "W xₜ + b"
    assert str(beside.equations[Name(Role.PART, "h_1_2")][0].rhs) == "h_1,ₜ + h_pre,ₜ"


def test_factors_stay_in_the_step_of_a_large_batch():
    system = after("lstm", Choices(factors_ahead=False, augment=False))["single"]
    assert not any("factor" in name for name in role(system, Role.PART))


def test_a_wrong_value_is_seen():
    """The check of values fails for a system in which one equation is wrong."""
    passed = Passed(NETWORKS["tagging"]("elman"), Choices())
    h = Name(Role.CARRY, "h")
    start, piece = passed.last.equations[h]
    wrong = passed.last.with_equations({h: (start, piece._replace(rhs=piece.rhs * 1.0001))}, {})
    passed.after = {"a mistake": wrong}
    with pytest.raises(AssertionError, match="after a mistake"):
        passed.check_values(2, None)
