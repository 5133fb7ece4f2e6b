"""Every application of the chain rule behind a line: the shares must add up to it."""

import pytest

import rnnsym as rs
from rnnsym.core.names import Offset
from rnnsym.ops.arithmetic import add
from rnnsym.transforms.rewrite import normal_form


def _networks():
    for cell in ("elman", "lstm", "gru"):
        for options in ({}, {"loss": "cross_entropy", "reduction": "mean"}, {"pattern": "many_to_one"}):
            yield pytest.param(rs.Network(cell, 3, 4, 2, **options), id=f"{cell}-{'-'.join(options.values())}")


def backward_lines(derivation):
    return [line for line in (*derivation.backward, *derivation.gradients) if not line.cases]


@pytest.mark.parametrize("net", list(_networks()))
def test_the_shares_of_a_line_add_up_to_it(net):
    derivation = rs.derive(net)
    for line in backward_lines(derivation):
        found = derivation.form.shares(line)
        assert found
        assert normal_form([add(*(share.term for share in found))]) == normal_form([line.rhs])


@pytest.mark.parametrize("net", list(_networks()))
def test_the_last_application_gives_the_share(net):
    derivation = rs.derive(net)
    for line in backward_lines(derivation):
        for share in derivation.form.shares(line):
            arriving = [step.gives for step in share.applications]
            if len(arriving) == 1:
                assert arriving[0] is share.term


def test_a_share_is_told_at_the_time_of_its_use():
    derivation = rs.derive("elman")
    (line,) = [line for line in derivation.backward if line.name.symbol == "h"]
    direct, later = derivation.form.shares(line)
    assert str(direct.rhs) == "∂Lₜ/∂hₜ · hₜ"
    assert direct.over is not None
    assert str(later.lhs) == "aₜ₊₁"
    assert later.lhs.attrs[1] == Offset(1)
    assert str(later.rhs) == "W xₜ₊₁ + U hₜ + b"
    assert [(str(step.through), step.rule, str(step.gives)) for step in later.applications] == [
        ("U hₜ", "transposed matrix", "Uᵀ δaₜ₊₁")
    ]


def test_a_chain_of_operations_is_told_one_by_one():
    derivation = rs.derive("lstm")
    (line,) = [line for line in derivation.backward if line.name.symbol == "c"]
    shares = derivation.form.shares(line)
    assert [str(step.gives) for step in shares[0].applications] == ["δhₜ ⊙ oₜ", "δhₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))"]
    assert [share.user for share in shares] == [10, 9]


def test_the_page_in_full_detail_shows_them():
    page = rs.derive("lstm").pretty(detail="chain")
    assert "through oₜ ⊙ tanh(cₜ)   gives δhₜ ⊙ oₜ   product rule\n" in page
    assert "through tanh(cₜ)        tanh′ = 1 − tanh²\n            gives δhₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))\n" in page
    assert "11 L = Σₜ ∂Lₜ/∂hₜ · hₜ" in page
