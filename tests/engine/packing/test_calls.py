"""How many calls a step of a loop needs once it is packed."""

import pytest

from rnnsym.core.names import Name, Role
from rnnsym.derivation.adjoint import adjoint
from rnnsym.engine.packing.pack import pack
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.pipeline import single_operations
from rnnsym.wiring import TOTAL_LOSS
from support.banks import calls_in
from support.hand_forms import FORMS, SIZES
from support.networks import NETWORKS


def packed_form(form, choices):
    made = FORMS[form](choices.augment)
    return pack(made.system(), made.wanted(), choices, SIZES)


def single(cell, choices):
    net = NETWORKS["tagging"](cell)
    found = adjoint(net.system, TOTAL_LOSS)
    wanted = (TOTAL_LOSS, *found.gradients)
    return net, wanted, single_operations(found.system, wanted, choices)


@pytest.mark.parametrize(
    ("form", "augment", "forward", "backward"),
    [
        ("lstm", True, 8, 5),
        ("lstm", False, 9, 5),
        ("gru", True, 10, 3),
        ("gru", False, 11, 3),
        ("peephole", True, 15, None),
        ("mgu", True, 10, 9),
    ],
)
def test_calls_of_forms_by_hand(form, augment, forward, backward):
    packed, _ = packed_form(form, Choices(augment=augment))
    assert calls_in(packed, 1) == [forward]
    assert calls_in(packed, -1) == ([] if backward is None else [backward])


@pytest.mark.parametrize(
    ("cell", "augment", "forward", "backward"),
    [("lstm", True, 8, 5), ("lstm", False, 9, 6), ("gru", True, 10, 3), ("gru", False, 11, 4), ("elman", True, 2, 2)],
)
def test_calls_after_the_passes(cell, augment, forward, backward):
    choices = Choices(augment=augment)
    net, wanted, system = single(cell, choices)
    packed, _ = pack(system, wanted, choices, net.sizes)
    assert (calls_in(packed, 1), calls_in(packed, -1)) == ([forward], [backward])


def test_what_is_read_from_outside_is_not_copied_where_factors_are_made_in_the_loop():
    """With large arrays a copy costs more than a call: an operand joins what stands side by side, or is made for it."""
    choices = Choices(factors_ahead=False, augment=False)
    net, wanted, system = single("lstm", choices)
    packed, _ = pack(system, wanted, choices, net.sizes)
    for name in packed.equations.keys() - system.equations.keys():
        for piece in packed.equations[name] if packed.timed(name) else ():
            assert not (piece.rhs.prim.name == "concat" and any(
                part.prim.name == "leaf" and part.attrs[0].role in (Role.EQUATION, Role.CARRY)
                for part in piece.rhs.args
            )), name  # fmt: skip


def test_a_product_with_many_zeros_is_not_stacked():
    """The product of q with the state needs no input: where the input is wide, its block of zeros is too dear."""
    net, wanted, system = single("gru", Choices())
    narrow, _ = pack(system, wanted, Choices(), {**net.sizes, "X": 10})
    wide, _ = pack(system, wanted, Choices(), {**net.sizes, "X": 10_000})
    assert calls_in(wide, 1) == [calls_in(narrow, 1)[0] + 1]


def test_packing_is_the_same_every_time():
    net, wanted, system = single("lstm", Choices())
    first, second = (pack(system, wanted, Choices(), net.sizes) for _ in range(2))
    assert list(first[0].equations.items()) == list(second[0].equations.items())
    assert first[1] == second[1]


def test_names_of_a_call_say_what_is_in_it():
    packed, layout = packed_form("gru", Choices())
    assert Name(Role.PART, "r_z") in packed.equations or Name(Role.PART, "z_r") in packed.equations
    assert any(len(bank) > 1 for bank in layout.banks)
