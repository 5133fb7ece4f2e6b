"""A network's gradient as the subject of a check: the generated program, or a function of the user's own."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rnnsym.api.network import Network
from rnnsym.api.unrolled import Unrolled, unroll
from rnnsym.checks.complex_step import Graph, complex_step, kinks
from rnnsym.checks.magnitude import magnitudes
from rnnsym.checks.problem import Problem, Sizes, ladder
from rnnsym.checks.strategies import numbers, params, sequences
from rnnsym.checks.verdicts import Array, Block, Opinion
from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import FREE, Fixed, Name, Role
from rnnsym.errors import InputError, unknown
from rnnsym.ops.leaves import is_zero
from rnnsym.transforms.derivatives import grad
from rnnsym.wiring import TARGET

OwnGradient = Callable[..., Mapping[str, Any]]
KINDS = {Role.PARAM: "parameter", Role.INPUT: "input", Role.INITIAL: "initial carry"}
SMALLEST_CLASSES = 2


class NetworkSubject:
    """Networks of one kind at many sizes. `make` builds one from the sizes of its dimensions `names`."""

    def __init__(
        self,
        title: str,
        make: Callable[[Mapping[str, int]], Network],
        names: list[str],
        fixed: Mapping[str, int],
        own: OwnGradient | None,
    ) -> None:
        self.title = title
        self._make, self._names, self._fixed, self._own = make, names, fixed, own

    def problems(self) -> Iterator[Problem]:
        """The same network at growing sizes."""
        for sizes in ladder(self._names, self._fixed, timed=True):
            named = {name: size for name, size in sizes.items() if name not in ("T", "B")}
            yield NetworkProblem(self._make(named), sizes["T"], sizes.get("B"), self._own)


class NetworkProblem:
    """One network at one T and one batch size."""

    def __init__(self, net: Network, steps: int, batch: int | None, own: OwnGradient | None) -> None:
        self.net, self.steps, self.batch, self.own = net, steps, batch, own
        self.sizes: Sizes = {"T": steps, **({"B": batch} if batch else {}), **net.sizes}
        self.cases: SearchStrategy[Any] = st.fixed_dictionaries(
            {"params": params(net), "sequence": sequences(net, steps, batch)}
        )

    @cached_property
    def graph(self) -> Unrolled:
        return unroll(self.net, self.steps)

    @cached_property
    def moving(self) -> list[Expr]:
        """The leaves of the loss that can be differentiated."""
        return [n for n in leaves([self.graph.loss]) if _name(n).role in KINDS and n.dtype == "float"]

    @cached_property
    def _gradients(self) -> dict[Expr, Expr]:
        return dict(zip(self.moving, grad(self.graph.loss, self.moving, disconnected="zero"), strict=True))

    def arrays(self, case: Any) -> dict[str, Array]:
        """The case by name: parameters, inputs, initial carry, targets."""
        x, carry, targets = (case["sequence"][key] for key in ("x", "carry", "targets"))
        inputs = x if isinstance(x, dict) else {_only_input(self.net): x}
        starts = {f"{label}_0": value for label, value in carry.items()}
        values = {**case["params"], **inputs, **starts, TARGET.label: targets}
        return {label: values[label] for label in (*self.net.params, *inputs, *starts, TARGET.label)}

    def opinions(self, case: Any, only: Block | None = None) -> dict[Block, Opinion]:
        """What the reference, the graph and the gradient under test say about each block, or about one alone."""
        under_test = self._own_gradient(case) if self.own else self._generated(case)
        bound = self.graph.bind(case["params"], **case["sequence"])
        lead = () if self.batch is None else (self.batch,)
        here = Graph(self.graph.loss, bound, self.net.sizes, lead)
        tied = kinks(here)
        wanted = under_test if only is None else [only]
        return {block: self._opinion(here, block, under_test[block], tied) for block in wanted}

    def _opinion(self, here: Graph, block: Block, got: Array, tied: list[Any]) -> Opinion:
        own = {leaf: _row(leaf) for leaf in self.moving if _block(_name(leaf)) == block}
        shape = self._shape(block)
        expected, graph, scale = (np.zeros(shape) for _ in range(3))
        for leaf, row in own.items():
            place = ... if row is None else row
            expected[place] = complex_step(here, leaf)
            graph[place], scale[place] = self._by_graph(here, leaf)
        kink = next((self._kink_text(k.node) for k in tied if k.moved_by & own.keys()), None)
        return Opinion(expected, got, scale, graph, kink, absent=all(map(self._is_cut, own)))

    def _by_graph(self, here: Graph, leaf: Expr) -> tuple[Array, Array]:
        """Reverse mode over the unrolled graph, and its sum of absolute contributions."""
        event = here.values[leaf].shape[here.values[leaf].ndim - len(leaf.shape) :]
        shared = here.values[leaf].ndim == len(leaf.shape)
        found = magnitudes([self._gradients[leaf]], here.values, here.sizes)[0]
        each = [np.broadcast_to(part, (*here.batch, *event)) for part in found]
        value, scale = [part.sum(axis=0) for part in each] if shared and here.batch else each
        return value, scale

    def _is_cut(self, leaf: Expr) -> bool:
        """Whether no derivative reaches the leaf: all paths to the loss are stopped."""
        return is_zero(self._gradients[leaf])

    def _shape(self, block: Block) -> tuple[int, ...]:
        name = next(n for n in self.net.system.given if n.role in KINDS and _block(n) == block)
        batch = () if self.batch is None or name.role == Role.PARAM else (self.batch,)
        timed = (self.steps,) if name in self.net.system.timed_given else ()
        return (*timed, *batch, *numbers(self.net, name))

    def _generated(self, case: Any) -> dict[Block, Array]:
        """The gradients of the generated program."""
        sequence = case["sequence"]
        _, grads = self.net.value_and_grad(case["params"], **sequence)
        run = self.net.run(case["params"], **sequence)
        inputs = run.input_grad if isinstance(run.input_grad, dict) else {_only_input(self.net): run.input_grad}
        found = {Role.PARAM: grads, Role.INPUT: inputs, Role.INITIAL: run.carry_grad}
        names = [(role, name) for role in KINDS for name in self.net.system.given if name.role == role]
        return {_block(name): np.asarray(found[role][name.label]) for role, name in names if name.label in found[role]}

    def _own_gradient(self, case: Any) -> dict[Block, Array]:
        """What the user's own gradient says, for the parameters that it gives."""
        assert self.own is not None
        given = self.own(case["params"], **case["sequence"])
        if not isinstance(given, Mapping) or not given:
            raise InputError(f"the gradient under test must return a dict of arrays by parameter, not {given!r}.")
        names = {name.label: name for name in self.net.system.given if name.role == Role.PARAM}
        for label in given:
            if label not in names:
                raise unknown("parameter in the gradient under test:", label, names)
        return {_block(names[label]): np.asarray(value) for label, value in given.items()}

    def _kink_text(self, node: Expr) -> str:
        """Where a kink is: the operation, and the quantity and step it acts on where that has a name."""
        named = {self.graph[key]: key for key in self.graph.names}
        label, t = named.get(node.args[0], named.get(node, ("", 0)))
        return f"{node.prim.name} at its kink" + (f", {label} at t = {t}" if label else "")


def _name(leaf: Expr) -> Name:
    name = leaf.attrs[0]
    assert isinstance(name, Name)
    return name


def _block(name: Name) -> Block:
    return Block(KINDS[name.role], f"{name.label}_0" if name.role == Role.INITIAL else name.label)


def _row(leaf: Expr) -> int | None:
    """The row of a whole sequence that the leaf is, or None for a leaf that is not in time."""
    time = leaf.attrs[1]
    return None if time == FREE or not isinstance(time, Fixed) else time.at.plus - 1


def _only_input(net: Network) -> str:
    return next(name.label for name in net.system.given if name.role == Role.INPUT)
