"""The fast form is the readable form, the unrolled graph and small imaginary steps: any cell, wiring, size and data."""

import os

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.cells.registry import catalogue
from rnnsym.core.expr import leaves
from rnnsym.errors import InputError, RnnsymError
from support import odd_cells, random_cells
from support.embedding import Embedding, OddTables, reading_symbols
from support.fast import CHOICES, check, check_by_other_paths, run_with, same
from support.networks import NETWORKS, complex_step, data_for
from support.problems import BUILT_IN, problem, problems
from support.two_carries import TwoCarries

ODD = [getattr(odd_cells, name)() for name in dir(odd_cells) if isinstance(getattr(odd_cells, name), type)]
CELLS = [*(entry.cell for entry in catalogue()), *ODD, TwoCarries()]
OF_VECTORS = [cell for cell in CELLS if not isinstance(cell, odd_cells.ScalarState)]
"""Those that can be put into a bidirectional network."""
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
TIMES = [(1, None), (2, 3), (3, 1), (5, None), (5, 3)]


def turns(items, place, count=1):
    """`count` of the items, others at every place."""
    return [items[(place * count + i) % len(items)] for i in range(count)]


# Every wiring and every cell. -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", NETWORKS)
def test_every_wiring(key):
    """Cells and choices take turns, and so do the lengths and batches of each wiring."""
    place = list(NETWORKS).index(key)
    net = NETWORKS[key](OF_VECTORS[place % len(OF_VECTORS)])
    for i, (steps, batch) in enumerate(turns(TIMES, place)):
        check(net, data_for(net, steps, i, batch), steps, batch, turns(CHOICES, place + i))


@pytest.mark.parametrize("choices", CHOICES, ids=str)
@pytest.mark.parametrize("key", ["tagging", "bidirectional many_to_one", "encoder_decoder, soft, context, mean"])
def test_every_choice(key, choices):
    net = NETWORKS[key]("lstm")
    for steps, batch in ((2, None), (3, 3)):
        arguments = data_for(net, steps, 0, batch)
        run = net.run(*arguments)
        if found := run_with(net, choices, arguments, steps, batch):
            same(found, (run.loss, run.grads), choices)


@pytest.mark.parametrize("cell", CELLS, ids=repr)
def test_every_cell(cell):
    net = NETWORKS["tagging, labels, mean"](cell)
    place = CELLS.index(cell)
    for i, (steps, batch) in enumerate(turns(TIMES, place)):
        check(net, data_for(net, steps, i, batch), steps, batch, turns(CHOICES, place + i))


# Cells that nobody wrote, and paths that share nothing with it. --------------------------------------------------


@given(random_cells.cells(), st.sampled_from(list(NETWORKS)), st.sampled_from(CHOICES), st.sampled_from(TIMES))
def test_cells_that_nobody_wrote(cell, key, choices, times):
    steps, batch = times
    net = NETWORKS[key](cell)
    with np.errstate(all="ignore"):
        check(net, data_for(net, steps, 0, batch), steps, batch, [choices])


@given(problems(st.one_of(st.sampled_from([*BUILT_IN, *CELLS]), random_cells.cells())), st.sampled_from(CHOICES))
def test_the_unrolled_graph_and_imaginary_steps_give_the_same(problem, choices):
    """Masks, means, one class, one step, a batch of one, all sizes equal: `problems` draws them."""
    with np.errstate(all="ignore"):
        check_by_other_paths(problem, choices)


@pytest.mark.parametrize("choices", CHOICES[::3], ids=str)
@pytest.mark.parametrize("cell", BUILT_IN, ids=lambda cell: getattr(cell, "activation", cell.name))
def test_other_paths_on_the_built_in_cells(cell, choices):
    check_by_other_paths(problem(cell, 2, 3, 4, 4, (2,), seed=3, mask="weights", reduction="mean"), choices)


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_the_unrolled_network(cell, steps):
    """`rs.unroll` with `rs.grad`, for a network of which nothing else is asked."""
    net = rs.Network(cell, 2, 3, 4)
    graph, data = rs.unroll(net, steps), data_for(net, steps)
    wanted = list(graph.params)
    exprs = [graph.loss, *rs.grad(graph.loss, [graph.params[label] for label in wanted])]
    bound = graph.bind(*data)
    loss, *grads = rs.evaluate(exprs, {leaf: bound[leaf] for leaf in leaves(exprs)}, net.sizes)
    same(net.value_and_grad(*data), (loss, dict(zip(wanted, grads, strict=True))), "unrolled")


# Edges. ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1, 1), (3, 3, 3, 3, 3), (2, 1, 3, 1, None), (1, 2, 1, 3, 2)], ids=str)
@pytest.mark.parametrize("key", ["tagging", "many_to_one, mean", "labels", "language_model"])
@pytest.mark.parametrize("cell", ["lstm", odd_cells.ScalarState()], ids=repr)
def test_sizes_of_one_and_sizes_that_are_equal(cell, key, sizes):
    """X, H, C, T and B."""
    inputs, hidden, outputs, steps, batch = sizes
    options = {
        "many_to_one, mean": {"pattern": "many_to_one", "reduction": "mean"},
        "labels": {"loss": "cross_entropy"},
        "language_model": {"loss": "cross_entropy", "pattern": "language_model"},
    }
    net = rs.Network(cell, inputs, hidden, outputs, **options.get(key, {}))
    check(net, data_for(net, steps, 0, batch), steps, batch, CHOICES[::4])


@pytest.mark.parametrize("key", ["tagging", "tagging, labels, mean", "many_to_one", "bidirectional", "encoder_decoder"])
def test_an_empty_batch(key):
    """A sum over no examples is zero, a mean of none is refused."""
    net = NETWORKS[key]("lstm")
    data = data_for(net, 3, 0, 0)
    if net.options.reduction == "mean":
        for call in (lambda: net.value_and_grad(*data), lambda: net.prepare(*data[1:])):
            with pytest.raises(InputError, match="at least one target"):
                call()
        return
    check(net, data, 3, 0)
    loss, grads = net.value_and_grad(*data)
    assert loss == 0
    assert not any(np.any(gradient) for gradient in grads.values())


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one", "one_to_many"])
def test_masks(pattern, batch, reduction):
    """Of zeros and ones, of weights, and one for all examples."""
    for loss, cell in (("squared", "gru"), ("cross_entropy", "lstm")):
        net = rs.Network(cell, 2, 3, 4, loss, pattern, reduction)
        data = data_for(net, 4, 1, batch)
        shape = (() if pattern == "many_to_one" else (4,)) + (() if batch is None else (batch,))
        rng = np.random.default_rng(0)
        ones = rng.integers(0, 2, shape)
        ones.flat[-1:] = 1
        masks = [ones, rng.uniform(0.1, 2, shape)]
        masks += [[1, 0, 0.5, 1]] if pattern != "many_to_one" else []
        for mask in masks:
            check(net, (*data, mask), 4, batch, CHOICES[1:2])


@pytest.mark.parametrize("kind", [np.float32, np.float16, int, bool])
def test_arrays_of_other_kinds(kind):
    """Numbers are taken for what they are: the results are those of the same numbers in double precision."""
    net = rs.Network("lstm", 2, 3, 4)
    params, x, targets, carry = data_for(net, 4, 0, 3)

    def cast(value):
        return (np.asarray(value) * 3).astype(kind)

    given = ({k: cast(v) for k, v in params.items()}, cast(x), cast(targets), {k: cast(v) for k, v in carry.items()})
    exact = ({k: cast(v) + 0.0 for k, v in params.items()}, cast(x) + 0.0, cast(targets) + 0.0,
             {k: cast(v) + 0.0 for k, v in carry.items()})  # fmt: skip
    exact = tuple(_doubled(value) for value in exact)
    right = net.value_and_grad(*exact)
    for found in (net.value_and_grad(*given), net.prepare(*given[1:])(given[0])):
        same(found, right, kind, 1e-13)
        assert all(gradient.dtype == np.float64 for gradient in found[1].values())
    as_lists = ({k: v.tolist() for k, v in given[0].items()}, x.tolist(), targets.tolist())
    check(net, as_lists, 4, 3)


def _doubled(value):
    return {k: v.astype(float) for k, v in value.items()} if isinstance(value, dict) else value.astype(float)


@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("key", ["tagging", "many_to_one, labels, mean", "bidirectional", "encoder_decoder, soft"])
def test_complex_numbers(key, batch):
    """Parameters, or data, that are complex: the fast form continues the same formulas."""
    net = NETWORKS[key]("lstm")
    data = data_for(net, 3, 0, batch)
    rng = np.random.default_rng(1)
    params = {k: v + 0.1j * rng.normal(size=v.shape) for k, v in data.params.items()}
    check(net, (params, *data[1:]), 3, batch, CHOICES[::4])
    if key != "encoder_decoder, soft":
        check(net, (data.params, data.x + 0.1j * rng.normal(size=data.x.shape), *data[2:]), 3, batch)


def test_small_imaginary_steps_through_the_fast_form():
    net = NETWORKS["tagging"]("gru")
    data = data_for(net, 4, 0, 2)
    step = net.prepare(*data[1:])
    _, grads = step(data.params)
    for label, value in data.params.items():
        moved = value.astype(complex)
        moved[(0,) * value.ndim] += 1e-30j
        loss, _ = step({**data.params, label: moved})
        np.testing.assert_allclose(loss.imag / 1e-30, grads[label][(0,) * value.ndim], rtol=1e-11)


# Symbols. -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one", "one_to_many"])
@pytest.mark.parametrize("cell", [Embedding, OddTables, "lstm"])
def test_symbols(cell, pattern, batch):
    net = rs.Network(cell, rs.Vocabulary(4), 3, 2, pattern=pattern, dims={"K": 2} if cell is Embedding else None)
    data = data_for(net, 5, 1, batch)
    check(net, data, 5, batch, CHOICES[::3])
    _, grads = net.value_and_grad(*data)
    for label in net.params:
        place = tuple(size - 1 for size in net.params[label])
        np.testing.assert_allclose(grads[label][place], complex_step(net, data, label, place), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("key", [key for key in NETWORKS if "language_model" not in key][:: 1 if DEEP else 2])
def test_symbols_in_every_wiring(key):
    """A language model reads a trained vector first, which no symbol is."""
    place = list(NETWORKS).index(key)
    net = reading_symbols(NETWORKS[key](["lstm", "elman", "gru", "mgu"][place % 4]))
    steps, batch = TIMES[place % len(TIMES)]
    check(net, data_for(net, steps, 0, batch), steps, batch, turns(CHOICES, place))


def test_a_symbol_that_comes_again_adds_up():
    """Every step and every example reads symbol 2."""
    net = rs.Network("lstm", rs.Vocabulary(4), 3, 2)
    data = data_for(net, 5, 1, 3)
    check(net, (data.params, np.full((5, 3), 2), *data[2:]), 5, 3, CHOICES)


@settings(max_examples=max(10, settings().max_examples // 2))
@given(random_cells.cells(), st.sampled_from(CHOICES), st.sampled_from(TIMES))
def test_symbols_in_cells_that_nobody_wrote(cell, choices, times):
    steps, batch = times
    net = NETWORKS["tagging, labels, mean"](cell)
    try:
        net = reading_symbols(net)
    except RnnsymError:
        reject()
    with np.errstate(all="ignore"):
        check(net, data_for(net, steps, 0, batch), steps, batch, [choices])
