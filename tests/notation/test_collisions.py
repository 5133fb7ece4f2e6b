"""In no notation are two quantities of a network spelt alike, in any style."""

import pytest

from rnnsym.cells.registry import catalogue
from rnnsym.core.names import Name, Role
from rnnsym.derivation.adjoint import adjoint
from rnnsym.errors import InputError, RnnsymError
from rnnsym.notation import check, load, names
from rnnsym.wiring import LOSSES, TOTAL_LOSS, Bidirectional, EncoderDecoder, Options, Stacked, cell_system, network_system

WORDS = ["", "+overbar+angle", "+partial+subscript", "+delta+parentheses"]


def _wirings(cell):
    bodies = [cell, Stacked([cell, cell])]
    for feedback in ("teacher", "soft"):
        bodies.append(EncoderDecoder(cell, None, feedback, feedback == "soft", None))
    yield lambda: cell_system(cell)
    for body in bodies:
        for loss in LOSSES:
            yield lambda body=body, loss=loss: network_system(body, Options(loss=loss, reduction="mean", masked=True))


def _two_ways(cell):
    """Apart from the others: what both ways give together has the name of the cell's own state."""
    yield lambda: network_system(Bidirectional(cell), Options(reduction="mean", masked=True))


def _names(wirings):
    """Every name of several wirings at once, with the derivatives of each state."""
    found = {}
    for wired in wirings:
        try:
            system = adjoint(wired(), TOTAL_LOSS).system
        except RnnsymError:
            continue
        found |= dict.fromkeys([*system.given, *system.equations])
    states = [name for name in found if name.role == Role.CARRY and not name.path]
    params = [name for name in found if name.role == Role.PARAM and not name.path]
    found |= dict.fromkeys(name.derived(Role.TANGENT) for name in list(found) if name.role != Role.SEED)
    found |= dict.fromkeys(state.derived(Role.JACOBIAN, other) for state in states for other in states)
    for role in (Role.SENSITIVITY, Role.IMMEDIATE):
        found |= dict.fromkeys(state.derived(role, param) for state in states for param in params)
    return list(found)


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: "_".join([entry.name, *entry.options.values()]))
def test_no_built_in_cell_has_a_clash_in_any_wiring_and_notation(entry):
    for wirings in (_wirings, _two_ways):
        every = _names(wirings(entry.cell))
        assert len(every) > 20
        for profile in names():
            for words in WORDS:
                check(load(profile + words), every)


def name(role, symbol, *path):
    return Name(role, symbol, path)


@pytest.mark.parametrize(
    ("notation", "one", "other", "said"),
    [
        ("goodfellow", name(Role.PARAM, "b_y"), name(Role.PARAM, "C"), None),
        ("goodfellow", name(Role.EQUATION, "y"), name(Role.EQUATION, "v"), None),
        ("deck_s", name(Role.CARRY, "h"), name(Role.EQUATION, "s"), "'h' and 's' alike, as sₜ"),
        ("pytorch", name(Role.PARAM, "W"), name(Role.PARAM, "W_h"), "'W' and 'W_h' alike, as W_ih"),
        ("default", name(Role.ADJOINT, "h"), name(Role.EQUATION, "dh"), "the adjoint of 'h' and 'dh' alike, as dh[t] in ASCII"),
        ("default+overbar", name(Role.EQUATION, "hbar"), name(Role.ADJOINT, "h"), "'hbar' and the adjoint of 'h' alike"),
        ("default", name(Role.EQUATION, "h1"), name(Role.EQUATION, "h_1"), "alike, as h_{1,t} in LaTeX"),
        ("default", name(Role.PARAM, "α"), name(Role.PARAM, "alpha"), "alike, as α"),
        ("default", name(Role.PARAM, "W_i", "l"), name(Role.PARAM, "W_l_i"), "in LaTeX"),
        ("default+partial", name(Role.ADJOINT, "h"), name(Role.GRADIENT, "U"), None),
        ("default", name(Role.INITIAL, "h"), name(Role.CARRY, "h"), None),
    ],
)
def test_a_clash_names_both_quantities_and_their_spelling(notation, one, other, said):
    if said is None:
        check(load(notation), [one, other])
        return
    with pytest.raises(InputError) as refused:
        check(load(notation), [one, other])
    assert said in str(refused.value)
