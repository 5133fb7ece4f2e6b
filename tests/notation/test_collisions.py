"""In no notation are two quantities of a network spelt alike, in any style."""

from functools import cache

import pytest

from rnnsym.cells.registry import catalogue
from rnnsym.core.names import Name, Role
from rnnsym.derivation.adjoint import adjoint
from rnnsym.errors import InputError, RnnsymError
from rnnsym.notation import check, load, names
from rnnsym.wiring import TOTAL_LOSS, Bidirectional, EncoderDecoder, Options, Stacked, cell_system, network_system

WORDS = ["+overbar+angle", "+partial+parentheses"]
EVERY_WAY = ("elman", "lstm_peephole", "gru_pytorch")
"""Cells that are tried with all derivatives, adjoint styles and time styles; the others in each profile's own style."""


CELLS = {"_".join([entry.name, *entry.options.values()]): entry.cell for entry in catalogue()}


def _systems(cell):
    bodies = [cell, Stacked([cell, cell]), Bidirectional(cell)]
    for feedback in ("teacher", "soft"):
        bodies.append(EncoderDecoder(cell, None, feedback, feedback == "soft", None))
    yield cell_system(cell)
    for body in bodies:
        try:
            yield network_system(body, Options(reduction="mean", masked=True))
        except RnnsymError:
            continue


@cache
def _names(key):
    """Every name of a cell in all its wirings at once. (What both ways of a bidirectional network give together has
    the label of the cell's state, which does not occur there.)"""
    found = {}
    for wired in _systems(CELLS[key]):
        system = adjoint(wired, TOTAL_LOSS).system
        found |= dict.fromkeys([*system.given, *system.equations])
    return [name for name in found if name.role != Role.EQUATION or name.as_role(Role.CARRY) not in found]


def _derivatives(found):
    states = [name for name in found if name.role == Role.CARRY and not name.path]
    params = [name for name in found if name.role == Role.PARAM and not name.path]
    yield from (name.derived(Role.TANGENT) for name in found if name.role != Role.SEED)
    yield from (state.derived(Role.JACOBIAN, other) for state in states for other in states)
    for role in (Role.SENSITIVITY, Role.IMMEDIATE):
        yield from (state.derived(role, param) for state in states for param in params)


@pytest.mark.parametrize("key", CELLS)
def test_no_built_in_cell_has_a_clash_in_any_wiring_and_profile(key):
    every = _names(key)
    assert len(every) > 20
    for profile in names():
        check(load(profile), every)


@pytest.mark.parametrize("key", EVERY_WAY)
@pytest.mark.parametrize("words", WORDS)
def test_no_style_of_adjoints_and_time_makes_a_clash(key, words):
    every = _names(key)
    for profile in ("default", "deck_b"):
        check(load(profile + words), [*every, *_derivatives(every)])


def test_what_both_ways_of_a_bidirectional_network_give_together_clashes_with_nothing():
    system = adjoint(network_system(Bidirectional(CELLS["lstm_pytorch"]), Options()), TOTAL_LOSS).system
    for profile in names():
        check(load(profile), [*system.given, *system.equations])


def name(role, symbol, *path):
    return Name(role, symbol, path)


@pytest.mark.parametrize(
    ("notation", "one", "other", "said"),
    [
        ("goodfellow", name(Role.PARAM, "b_y"), name(Role.PARAM, "C"), None),
        ("goodfellow", name(Role.EQUATION, "y"), name(Role.EQUATION, "v"), None),
        ("deck_s", name(Role.CARRY, "h"), name(Role.EQUATION, "s"), "'h' and 's' alike, as sₜ"),
        ("pytorch", name(Role.PARAM, "W"), name(Role.PARAM, "W_h"), "'W' and 'W_h' alike, as W_ih"),
        ("default", name(Role.ADJOINT, "h"), name(Role.EQUATION, "dh"), "of 'h' and 'dh' alike, as dh[t] in ASCII"),
        ("b+overbar", name(Role.EQUATION, "ybar"), name(Role.ADJOINT, "h"), "'ybar' and the adjoint of 'h' alike"),
        ("default", name(Role.EQUATION, "h1"), name(Role.EQUATION, "h_1"), "alike, as h_{1,t} in LaTeX"),
        ("default", name(Role.PARAM, "α"), name(Role.PARAM, "alpha"), "alike, as α"),
        ("default", name(Role.PARAM, "W_i", "l"), name(Role.PARAM, "W_l_i"), "in LaTeX"),
        ("default", name(Role.PARAM, "sigma"), name(Role.PARAM, "W"), "the function sigmoid and 'sigma' alike, as σ"),
        ("default", name(Role.PARAM, "W"), name(Role.PARAM, "I"), "the identity matrix and 'I' alike, as I"),
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
