"""Expressions: interned, immutable, nameless, and patient with misuse."""

import contextlib
import copy
import gc
import itertools
import math
import pickle
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, grad
from rnnsym.core import expr
from rnnsym.core.expr import topological
from rnnsym.errors import MisuseError
from rnnsym.ops.leaves import constant, full, number_in

DEPTH = 5000


def formula():
    x, W = rs.var("x", ("H",)), rs.param("W", ("H", "H"))
    return rs.sum(rs.tanh(W @ x) * x + 2 * x)


def test_equal_formulas_are_the_same_object():
    assert formula() is formula()
    assert rs.var("x") is not rs.var("x", ("H",))
    assert rs.var("x") is not rs.param("x")
    assert rs.var("i", dtype="int") is not rs.var("i")
    assert rs.var("x") + rs.var("y") is not rs.var("y") + rs.var("x")


def test_a_node_is_newer_than_its_arguments():
    for node in topological([formula()]):
        assert all(arg.serial < node.serial for arg in node.args)


def test_pickle_and_copy_find_the_same_object():
    node = formula()
    assert pickle.loads(pickle.dumps(node)) is node
    assert copy.copy(node) is node
    assert copy.deepcopy({"a": [node]})["a"][0] is node


def test_a_pickle_of_a_formula_that_is_gone_makes_it_again():
    data = pickle.dumps(rs.sum(rs.var("only here", (3,)) * 5.25))
    gc.collect()
    again = pickle.loads(data)
    assert evaluate(again, {"only here": [1.0, 2.0, 3.0]}) == pytest.approx(31.5)
    assert pickle.loads(data) is again


def test_a_deep_formula_is_pickled():
    node = chain(rs.var("x"))
    assert pickle.loads(pickle.dumps(node)) is node


@pytest.mark.parametrize("name", ["shape", "args", "serial", "anything"])
def test_a_formula_is_immutable(name):
    with pytest.raises(MisuseError, match=f"immutable: '{name}' cannot be set"):
        setattr(rs.var("x"), name, None)


def test_bool_teaches():
    with pytest.raises(MisuseError, match=r"no truth value.*rs\.evaluate.*`is`"):
        bool(rs.var("x"))
    with pytest.raises(MisuseError, match="no truth value"):
        rs.var("x") and rs.var("y")


@pytest.mark.parametrize("other", [1, 1.5, 2j, np.float64(1.0), np.zeros(3)])
def test_comparing_with_a_number_teaches(other):
    with pytest.raises(MisuseError, match=r"compares formulas, not values.*rs\.evaluate"):
        rs.var("x") == other  # noqa: B015 - the comparison is what is tested
    with pytest.raises(MisuseError, match="compares formulas"):
        rs.var("x") != other  # noqa: B015


def test_comparing_formulas_is_identity():
    assert rs.var("x") == rs.var("x")
    assert rs.var("x") != rs.var("y")
    assert rs.var("x") != "x"
    assert {rs.var("x"): 1}[rs.var("x")] == 1


@pytest.mark.parametrize("compare", ["__lt__", "__le__", "__gt__", "__ge__"])
def test_ordering_teaches(compare):
    with pytest.raises(MisuseError, match=r"no order.*rs\.minimum"):
        getattr(rs.var("x"), compare)(1)


def test_iterating_teaches():
    with pytest.raises(MisuseError, match=r"cannot be iterated.*e\[0\]"):
        list(rs.var("x", (3,)))
    with pytest.raises(MisuseError, match="cannot be iterated"):
        1.0 in rs.var("x", (3,))  # noqa: B015


def test_numpy_on_the_left_builds_a_formula():
    x = rs.var("x", (2,))
    assert evaluate(np.array([[1.0, 2.0], [3.0, 4.0]]) @ x, {"x": [1.0, 1.0]}).tolist() == [3, 7]
    assert evaluate(np.array([1.0, 2.0]) * x, {"x": [3.0, 4.0]}).tolist() == [3, 8]
    assert evaluate(np.float64(2.0) - x, {"x": [3.0, 4.0]}).tolist() == [-1, -2]


def test_constants_are_keyed_by_their_bits():
    assert full(0.0, ()) is not full(-0.0, ())
    assert constant([0.0, 1.0]) is not constant([-0.0, 1.0])
    assert constant(float("nan")) is constant(float("nan"))
    assert constant([1, 2]) is constant([1.0, 2.0])
    assert constant(0.1 + 0.2) is not constant(0.3)
    assert constant(1) is constant(1.0)
    assert number_in(constant(0.1)) == 0.1


def test_a_constant_keeps_its_own_copy():
    array = np.array([1.0, 2.0])
    node = constant(array)
    array[0] = 9.0
    assert evaluate(node, {}).tolist() == [1, 2]


def chain(x):
    for _ in range(DEPTH):
        x = rs.tanh(x * 1.01)
    return x


def test_a_deep_chain_is_built_differentiated_evaluated_and_freed():
    gc.collect()
    before = len(expr._interned)
    x = rs.var("deep")
    y = chain(x)
    slope = grad(y, x)
    value, derivative = evaluate([y, slope], {"deep": 0.3})
    shifted = evaluate(y, {"deep": 0.3 + 1e-30j})
    assert value == pytest.approx(shifted.real, rel=1e-12)
    assert derivative == pytest.approx(shifted.imag / 1e-30, rel=1e-9)
    kept = weakref.ref(y)
    del x, y, slope
    gc.collect()
    assert kept() is None
    assert len(expr._interned) == before


def derive_in_a_thread(found, wait):
    wait.wait()
    x, W = rs.var("thread x", ("H",)), rs.param("thread W", ("H", "H"))
    y = x
    for _ in range(40):
        y = rs.tanh(W @ y + x)
    found.append(grad(rs.sum(y * y), W))


def test_threads_that_derive_at_once_get_the_same_object():
    found, wait = [], threading.Barrier(8)
    threads = [threading.Thread(target=derive_in_a_thread, args=(found, wait)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(gradient is found[0] for gradient in found)


@pytest.mark.parametrize("use", [np.tanh, lambda x: x.tanh()])
def test_a_function_of_numpy_teaches_the_one_of_rnnsym(use):
    with pytest.raises(MisuseError, match=r"rs\.tanh"):
        use(rs.var("x"))


def test_the_functions_that_errors_name_are_public():
    assert {"tanh", "sum", "maximum"} <= expr.FUNCTIONS <= set(rs.__all__)


@pytest.mark.parametrize("use", [np.sin, np.sum, lambda x: np.zeros(3) < x, lambda x: np.add(x, x, where=True)])
def test_other_functions_of_numpy_teach(use):
    with pytest.raises(MisuseError, match=r"computes with numbers.*a formula"):
        use(rs.var("x", (3,)))


@pytest.mark.parametrize("use", [math.exp, float, int, complex])
def test_a_formula_is_no_number(use):
    with pytest.raises(MisuseError, match=r"not a number.*rs\.evaluate"):
        use(rs.var("x"))


@pytest.mark.parametrize("base", [2, np.float64(2.0)])
def test_a_formula_is_no_exponent(base):
    with pytest.raises(MisuseError, match=r"exponent must be a number.*rs\.exp"):
        base ** rs.var("x")


def test_the_length_is_in_the_shape():
    with pytest.raises(MisuseError, match=r"e\.shape"):
        len(rs.var("x", ("H",)))


def test_an_unknown_attribute_teaches_and_stays_an_attribute_error():
    with pytest.raises(MisuseError, match="no 'q'"):
        rs.var("x").q  # noqa: B018 - reading it is what is tested
    assert not hasattr(rs.var("x"), "q")


LOAD = "import pickle, sys; node = pickle.load(sys.stdin.buffer); print(node.prim.name, node.shape)"


def test_a_pickle_is_loaded_by_a_process_that_has_imported_nothing():
    node = rs.concat(rs.tanh(rs.var("x", (3,))), rs.var("y", (2,)))
    found = subprocess.run([sys.executable, "-c", LOAD], input=pickle.dumps(node), capture_output=True, check=True)
    assert found.stdout.decode().strip() == "concat (5,)"


class Meeting:
    """Serial numbers that wait for a second thread to ask for one at the same time."""

    def __init__(self):
        self.barrier, self.count = threading.Barrier(2), itertools.count(10**9)

    def __iter__(self):
        return self

    def __next__(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(timeout=0.2)
        return next(self.count)


def test_two_threads_never_make_the_same_node_twice(monkeypatch):
    monkeypatch.setattr(expr, "_serials", Meeting())
    found = []
    threads = [threading.Thread(target=lambda: found.append(rs.var("made by two threads"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] is found[1]
