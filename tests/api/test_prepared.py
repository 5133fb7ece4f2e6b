"""Gradients on buffers that are kept: nobody sees anybody else's numbers, and bad parameters are told as ever."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api import network
from rnnsym.errors import RnnsymError
from support.networks import NETWORKS, data_for

KEYS = ["tagging", "tagging, labels, mean", "bidirectional", "encoder_decoder, soft"]
THREADS, ROUNDS = 4, 40


def others(data, count):
    """The same parameters, scaled: `count` different ones."""
    return [{label: value * (1 - 0.1 * i) for label, value in data.params.items()} for i in range(count)]


def copied(result):
    loss, grads = result
    return loss, {label: gradient.copy() for label, gradient in grads.items()}


def assert_equal(found, wanted):
    """Bit for bit."""
    assert found[0] == wanted[0]
    assert found[1].keys() == wanted[1].keys()
    for label, gradient in found[1].items():
        np.testing.assert_array_equal(gradient, wanted[1][label], err_msg=label)


def calls(key, cell="lstm", batch=3):
    """The two ways to gradients of one network, as functions of parameters, and data for them."""
    net = NETWORKS[key](cell)
    data = data_for(net, 5, 0, batch)
    return (lambda params: net.value_and_grad(params, *data[1:])), net.prepare(*data[1:]), data


@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("key", KEYS)
def test_threads_do_not_disturb_each_other(key, batch):
    """Each with parameters of its own, on one network and one prepared function, many times at once."""
    direct, step, data = calls(key, batch=batch)
    params = others(data, THREADS)
    wanted = [copied(step(each)) for each in params]
    start = Barrier(THREADS)

    def work(i):
        start.wait()
        for _ in range(ROUNDS):
            assert_equal(step(params[i]), wanted[i])
            assert_equal(direct(params[i]), wanted[i])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))


def test_threads_that_come_first_all_at_once():
    """Nothing is made when they begin: not the equations, not the program."""
    for _ in range(5):
        net = NETWORKS["tagging"]("gru")
        data = data_for(net, 4, 0, 2)
        start = Barrier(THREADS)

        def work(params, net=net, data=data, start=start):
            start.wait()
            return net.value_and_grad(params, *data[1:])

        params = others(data, THREADS)
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(work, params))
        for each, result in zip(params, found, strict=True):
            assert_equal(result, net.value_and_grad(each, *data[1:]))


@pytest.mark.parametrize("way", [0, 1], ids=["value_and_grad", "prepare"])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("batch", [None, 1, 3])
def test_arrays_that_were_returned_are_the_callers_own(key, batch, way):
    call, data = calls(key, batch=batch)[way], calls(key, batch=batch)[2]
    first, second = others(data, 2)
    kept = call(first)
    wanted = copied(kept)
    other = copied(call(second))
    assert_equal(kept, wanted)
    for gradient in kept[1].values():
        gradient[...] = np.nan
    assert_equal(call(second), other)
    assert_equal(call(first), wanted)
    arrays = list(call(first)[1].values())
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


@pytest.mark.parametrize("batch", [None, 1, 3])
@pytest.mark.parametrize("key", KEYS)
def test_what_was_given_may_be_written_to_afterwards(key, batch):
    """Parameters, inputs, targets and carries are read during the call alone; prepared data are a copy."""
    direct, step, data = calls(key, batch=batch)
    params = {label: value.copy() for label, value in data.params.items()}
    wanted, found = copied(direct(params)), step(params)
    own = copied(found)
    for value in params.values():
        value[...] = np.nan
    assert_equal(found, own)
    assert_equal(direct(data.params), wanted)
    given = data.x.values() if isinstance(data.x, dict) else [data.x]
    for array in [*given, data.targets, *data.carry.values()]:
        array[...] = 0
    assert_equal(step(data.params), own)
    assert direct(data.params)[0] != wanted[0]


@pytest.mark.parametrize("batch", [None, 2])
@pytest.mark.parametrize("key", KEYS)
def test_data_may_be_written_to_before_the_first_call(key, batch):
    """What is prepared is a copy, for complex parameters too, which the readable program takes."""
    direct, step, data = calls(key, batch=batch)
    loss, grads = copied(direct(data.params))
    given = data.x.values() if isinstance(data.x, dict) else [data.x]
    for array in [*given, data.targets, *data.carry.values()]:
        array[...] = 0
    for kind in (complex, float):
        found = step({label: value.astype(kind) for label, value in data.params.items()})
        np.testing.assert_allclose(found[0], loss, rtol=1e-12)
        for label, gradient in grads.items():
            np.testing.assert_allclose(found[1][label], gradient, atol=1e-10)


class Alike(rs.Cell):
    """Parameters in pairs whose gradients are equal, or each other's transposes."""

    params = {
        "A": ("H", "H"), "B": ("H", "H"), "W": ("H", "X"), "M": ("H", "X"), "b": ("H",), "c": ("H",), "s": (), "r": (),
    }  # fmt: skip
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a = p.A @ prev.h + p.B.T @ prev.h + p.W @ x + p.M @ x + p.b + p.c
        now.h = rs.tanh(now.a) + p.s + p.r


@pytest.mark.parametrize("batch", [None, 1, 2])
def test_equal_gradients_are_arrays_of_their_own(batch):
    net = rs.Network(Alike, 2, 3, 4)
    data = data_for(net, 3, 0, batch)
    for call in (net.prepare(*data[1:]), lambda params: net.value_and_grad(params, *data[1:])):
        _, wanted = copied(call(data.params))
        _, grads = call(data.params)
        for label, gradient in grads.items():
            assert type(gradient) is np.ndarray
            gradient[...] = np.nan
            del wanted[label]
            for other, right in wanted.items():
                np.testing.assert_array_equal(grads[other], right, err_msg=f"{label}, {other}")


def test_equations_that_two_threads_derive_at_once_are_derived_once(monkeypatch):
    """Programs are known by their equations, which must not be replaced while they are in use."""
    net = rs.Network("elman", 2, 3, 4)
    start, derive = Barrier(2), network.adjoint

    def together(*args):
        start.wait()
        return derive(*args)

    monkeypatch.setattr(network, "adjoint", together)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: net.derived(), range(2))
    assert first is second


def test_other_shapes_of_data_in_between():
    """One, several and other examples, short and long, one after another on one network."""
    net = NETWORKS["tagging"]("lstm")
    cases = [data_for(net, steps, steps, batch) for steps in (1, 2, 3, 7) for batch in (None, 1, 2)]
    wanted = [copied(net.value_and_grad(*data)) for data in cases]
    for data, right in [*zip(cases, wanted, strict=True)] * 3:
        assert_equal(net.value_and_grad(*data), right)


@pytest.mark.parametrize("key", KEYS)
def test_a_network_pickles_after_use(key):
    net = NETWORKS[key]("lstm")
    data = data_for(net, 5, 0, 3)
    wanted = copied(net.value_and_grad(*data))
    net.prepare(*data[1:])(data.params)
    again = pickle.loads(pickle.dumps(net))
    assert_equal(again.value_and_grad(*data), wanted)
    assert_equal(again.prepare(*data[1:])(data.params), wanted)


@pytest.mark.parametrize(
    "change",
    [
        {"Ww": np.ones((3, 2))},
        {"W": None},
        {"W": np.ones((2, 3))},
        {"W": np.ones((3, 2, 1))},
        {"U": np.full((3, 3), np.nan)},
        {"b": np.array([0, 0, np.nan])},
        {"b": [[1.0], [2.0, 3.0]]},
        {"b": ["a"] * 3},
        {"b": 1.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("options", [{}, {"pattern": "many_to_one", "loss": "cross_entropy", "reduction": "mean"}])
def test_bad_parameters_are_told_as_by_value_and_grad(change, options):
    net = rs.Network("elman", 2, 3, 4, **options)
    data = data_for(net, 4, 0, 2)
    step = net.prepare(*data[1:])
    right = copied(step(data.params))
    params = {label: value for label, value in {**data.params, **change}.items() if value is not None}
    told = []
    for call in (step, lambda bad: net.value_and_grad(bad, *data[1:])):
        with pytest.raises(RnnsymError) as caught:
            call(params)
        told.append((caught.type, str(caught.value)))
    assert told[0] == told[1]
    assert_equal(step(data.params), right)


@pytest.mark.parametrize("bad", [None, [1, 2], "params"])
def test_what_is_no_dict_is_told_as_by_value_and_grad(bad):
    net = rs.Network("elman", 2, 3, 4)
    data = data_for(net, 4, 0, 2)
    step = net.prepare(*data[1:])
    told = []
    for call in (step, lambda params: net.value_and_grad(params, *data[1:])):
        with pytest.raises(RnnsymError) as caught:
            call(bad)
        told.append((caught.type, str(caught.value)))
    assert told[0] == told[1]


def test_lists_and_other_kinds_of_numbers_are_parameters_too():
    net = rs.Network("elman", 2, 3, 4)
    data = data_for(net, 4, 0, 2)
    step = net.prepare(*data[1:])
    wanted = copied(step(data.params))
    assert_equal(step({label: value.tolist() for label, value in data.params.items()}), wanted)
    assert_equal(step({label: np.asfortranarray(value) for label, value in data.params.items()}), wanted)
    single = {label: value.astype(np.float32) for label, value in data.params.items()}
    double = {label: value.astype(float) for label, value in single.items()}
    assert_equal(step(single), step(double))


def test_a_step_of_descent_makes_numbers_of_arrays_without_axes():
    """NumPy gives a number, not an array, for the difference of two arrays of shape ()."""
    net = rs.Network(Alike, 2, 3, 4)
    data = data_for(net, 4, 0, 2)
    step = net.prepare(*data[1:])
    _, grads = step(data.params)
    params = {label: value - 0.1 * grads[label] for label, value in data.params.items()}
    assert isinstance(params["s"], np.float64)
    assert_equal(
        step(params), net.value_and_grad({label: np.array(value) for label, value in params.items()}, *data[1:])
    )


def test_bad_data_are_told_when_they_are_bound():
    net = rs.Network("elman", 2, 3, 4)
    data = data_for(net, 4, 0, 2)
    for x, targets in ((data.x[:, :, :1], data.targets), (data.x, data.targets[:3]), (data.x, None)):
        told = []
        for call in (net.prepare, lambda *given: net.value_and_grad(data.params, *given)):
            with pytest.raises(RnnsymError) as caught:
                call(x, targets)
            told.append((caught.type, str(caught.value)))
        assert told[0] == told[1]
