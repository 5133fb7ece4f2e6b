"""Forms as users hold them: wrong arguments are named, and no text knows how many steps a sequence has."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.checks.lines import check_lines
from rnnsym.core.names import Role
from rnnsym.errors import InputError, MisuseError, UnknownNameError
from support.networks import data_for
from support.odd_cells import ScalarState

FORMS = [choice.key for choice in rs.derive("elman").forms]


@pytest.fixture(scope="module")
def net():
    return rs.Network("elman", 2, 3, 4)


@pytest.fixture(scope="module")
def derivation(net):
    return rs.derive(net)


@pytest.mark.parametrize("key", FORMS)
@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_the_text_is_the_same_whatever_sequence_it_is_run_on(cell, key):
    net = rs.Network(cell, 2, 3, 4)
    view = rs.derive(net).form_view(key)
    texts = {view.pretty(detail="chain")}
    for steps in (1, 7):
        data = data_for(net, steps)
        more = {n: data.params[n.of[0].label] for n in view.system.given if n.role == Role.TANGENT}
        values = view.values(*data, more=more)
        assert all(len(values[line.name]) >= steps + 1 for line in view.lines if view.system.timed(line.name))
        texts.add(view.pretty(detail="chain"))
        texts.add(rs.derive(net).form_view(key).pretty(detail="chain"))
    assert len(texts) == 1


@pytest.mark.parametrize("key", FORMS)
def test_a_batch_is_refused_by_every_form(net, derivation, key):
    with pytest.raises(InputError, match="lines are run on one example: x must be without a batch axis"):
        derivation.form_view(key).values(*data_for(net, 3, batch=2))


def test_missing_targets_and_directions_are_named(net, derivation):
    data = data_for(net, 3)
    with pytest.raises(InputError, match="need targets: without them there is no loss"):
        derivation.form_view().values(data.params, data.x, None)
    with pytest.raises(InputError, match=r"the Hessian times a vector needs a value of R\{W\}: give it in more"):
        derivation.hessian_vector().values(*data)


def test_a_form_that_is_written_out_is_not_written_out_again(derivation):
    once = derivation.instantiate(2)
    with pytest.raises(InputError, match="written out for T = 2 already"):
        once.instantiate(3)


def test_an_unknown_parameter_is_refused_even_where_none_is_needed(derivation):
    with pytest.raises(UnknownNameError, match=r"unknown parameter 'u'\. Did you mean 'U'"):
        derivation.form_view("jacobian", wrt="u")


def test_numbers_of_numpy_are_whole_numbers(derivation):
    assert derivation.truncated(np.int64(2)).pretty() == derivation.truncated(2).pretty()
    assert derivation.instantiate(np.int64(2)).pretty() == derivation.instantiate(2).pretty()
    assert len(derivation.scalars(hidden=np.int64(2), steps=np.int64(3))) == len(derivation.scalars(2, 3))


def test_scalars_name_what_they_do_not_know(derivation):
    with pytest.raises(UnknownNameError, match="unknown dimension 'Q'"):
        derivation.scalars(sizes={"Q": 3})
    with pytest.raises(InputError, match="this loss has none: its targets are symbols"):
        derivation.scalars(targets=[0, 1, 0])


@pytest.mark.parametrize("key", FORMS)
def test_lines_about_a_number_that_is_carried_can_be_checked(key):
    net = rs.Network(ScalarState, 2, 3, 4)
    data = data_for(net, 3)
    view = rs.derive(net).form_view(key)
    more = {n: data.params[n.of[0].label] for n in view.system.given if n.role == Role.TANGENT}
    checks = check_lines(view, *data, more=more)
    assert all(check.ok is not False for check in checks.values())
    assert any(check.ok for check in checks.values())


@pytest.mark.parametrize("options", [{"wrt": 3}, {"wrt": []}, {"wrt": [1]}, {"notation": 3}])
def test_what_is_no_name_and_no_notation_is_refused(options):
    with pytest.raises(MisuseError):
        rs.derive("elman", **options)
