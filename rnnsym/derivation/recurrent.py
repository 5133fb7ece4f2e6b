"""Recurrent weights: the parameters that multiply the state of the step before, found from the equations.

Within one step, the state is followed through the named equations and every operation on the way, until it meets a
parameter in a product: that is a recurrent weight, and behind it the way ends. So U_n is one in U_n (r ⊙ h_{t-1}), and
a layer's W is none, which multiplies the state below at the same step.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.dims import Dim, plus
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.states.chains import Chain, chains
from rnnsym.derivation.states.pushing import in_order
from rnnsym.ops.leaves import leaf

PRODUCTS = frozenset({"matvec", "matmul", "dot", "mul"})

Span = tuple[Dim, Dim]
"""Rows start…stop - 1 of an axis."""


@dataclass(frozen=True)
class RecurrentWeight:
    """`parts` are the axes of the parameter of which only a span multiplies the state: the first H columns of a W (H,
    H+X) that multiplies [h_{t-1}, x_t]; an axis that is not there counts whole."""

    name: Name
    parts: tuple[tuple[int, Span], ...] = ()


def recurrent_weights(system: System) -> tuple[RecurrentWeight, ...]:
    """The recurrent weights of every chain of `system`, in the order of the story; none without a recurrence."""
    found = {weight: None for chain in chains(system) for weight in _of_chain(system, chain)}
    order = list(system.given)
    return tuple(sorted(found, key=lambda weight: order.index(weight.name)))


def _of_chain(system: System, chain: Chain) -> Iterator[RecurrentWeight]:
    order = in_order(chain.names, system, lambda read: read.time == NOW)
    states: dict[tuple[str, ...], list[Name]] = {}
    for state in chain.carries:
        if state.role == Role.CARRY:
            states.setdefault(state.path, []).append(state)
    for own in states.values():
        yield from _of_layer(system, order, {leaf(name, chain.past, system.shape(name)) for name in own}, own[0].path)


def _of_layer(
    system: System, order: Sequence[Name], before: Collection[Expr], path: tuple[str, ...]
) -> Iterator[RecurrentWeight]:
    """The weights of the layer at `path` that multiply its states `before`."""
    entered: dict[Name, tuple[Span, ...]] = {}
    for name in order:
        spans: list[Span] = []
        for piece in system.equations[name]:
            known: dict[Expr, tuple[Span, ...]] = {}
            for node in topological([piece.rhs]):
                known[node], weights = _passed(node, known, entered, before)
                yield from (weight for weight in weights if weight.name.path == path)
            spans += known[piece.rhs]
        entered[name] = () if name.role == Role.CARRY else tuple(dict.fromkeys(spans))


def _passed(
    node: Expr,
    known: Mapping[Expr, tuple[Span, ...]],
    entered: Mapping[Name, tuple[Span, ...]],
    before: Collection[Expr],
) -> tuple[tuple[Span, ...], list[RecurrentWeight]]:
    """The rows of `node` that the state before enters without a weight, and the weights that stop it here."""
    if node.prim.name == "leaf":
        name, time = node.attrs
        assert isinstance(name, Name)
        if node in before:
            return _whole(node), []
        return (entered.get(name, ()) if time == NOW else ()), []
    moved = [i for i, arg in enumerate(node.args) if known[arg]]
    if not moved:
        return (), []
    if node.prim.name in PRODUCTS:
        weights = [found for i in range(len(node.args)) if i not in moved and (found := _weight(node, i, moved, known))]
        if weights:
            return (), weights
    if node.prim.name == "concat":
        return tuple(_shifted(node, i, span) for i in moved for span in known[node.args[i]]), []
    if node.prim.family == "elementwise":
        return tuple(dict.fromkeys(span for i in moved for span in known[node.args[i]])), []
    return _whole(node), []


def _whole(node: Expr) -> tuple[Span, ...]:
    return ((0, node.shape[0] if node.shape else 1),)


def _shifted(node: Expr, i: int, span: Span) -> Span:
    start: Dim = 0
    for arg in node.args[:i]:
        start = plus(start, arg.shape[0])
    return plus(start, span[0]), plus(start, span[1])


def _weight(node: Expr, i: int, moved: list[int], known: Mapping[Expr, tuple[Span, ...]]) -> RecurrentWeight | None:
    """Argument i of a product as a recurrent weight; None where it is no parameter."""
    state, parts = node.args[moved[0]], dict[int, Span]()
    spans = known[state]
    if node.prim.name != "mul" and len(state.shape) == 1 and len(spans) == 1 and spans != _whole(state):
        parts[len(node.args[i].shape) - 1] = spans[0]
    return _parameter(node.args[i], parts)


def _parameter(expr: Expr, parts: dict[int, Span]) -> RecurrentWeight | None:
    """The parameter in a factor; `parts` are those of the factor's axes of which only a span meets the state."""
    while expr.prim.name != "leaf":
        kind, inner = expr.prim.name, expr.args[-1:]
        if kind == "transpose":
            parts = {1 - axis: span for axis, span in parts.items()}
        elif kind == "matmul":
            parts = {axis: span for axis, span in parts.items() if axis}
        elif kind == "mul":
            inner = tuple(arg for arg in expr.args if arg.prim.name != "full")
        elif kind == "slice" and expr.attrs[2] == 1:
            parts[0] = expr.attrs[:2]  # type: ignore[assignment]
        elif kind == "index":
            row: Dim = expr.attrs[0]  # type: ignore[assignment]
            parts = {0: (row, plus(row, 1)), **{axis + 1: span for axis, span in parts.items()}}
        elif kind == "broadcast":
            parts = {}
        elif kind != "neg":
            return None
        if len(inner) != 1:
            return None
        (expr,) = inner
    name = expr.attrs[0]
    assert isinstance(name, Name)
    return RecurrentWeight(name, tuple(sorted(parts.items()))) if name.role == Role.PARAM else None
