"""The networks of `rnnsym flow`: cells, weights and what they read, as flows side by side."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.analysis.flow import Flow, chain_label, distinct, finding, main_state
from rnnsym.analysis.jacobians import jacobians
from rnnsym.analysis.stepping.steps import chains_by_name
from rnnsym.api.network import Network, Params
from rnnsym.cells.registry import load
from rnnsym.cli import common
from rnnsym.cli.flow import HIDDEN, INPUTS, SEED, STEPS, TEXT, THRESHOLD
from rnnsym.cli.flow_input import sequence_of
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.errors import InputError
from rnnsym.walk.text import SCHEME, TextTask, encode, text_network
from rnnsym.wiring.compose import SHAPE, compose

if TYPE_CHECKING:
    from rnnsym.wiring import Body

MOST, EXCERPT = 4, 60
WHOLE = "all"
"""The state that means the whole carry."""


@dataclass(frozen=True)
class Task:
    """The flows that are shown, and where they come from. `source` describes what is read."""

    flows: tuple[Flow, ...]
    source: str
    text: str | None
    settings: Mapping[str, Any]
    threshold: float
    remarks: tuple[str, ...] = field(default=())

    def finding(self, ascii_only: bool = False) -> str:
        return finding(self.flows, self.threshold, ascii_only)

    @property
    def reads(self) -> tuple[str, ...]:
        return self.flows[0].reads


@dataclass(frozen=True)
class Reading:
    """What a network reads: `given` makes its inputs, `T` is told where they do not tell it."""

    source: str
    text: TextTask | None = None
    rows: Any = None
    steps: int | None = None
    inputs: int = INPUTS

    @property
    def drawn(self) -> bool:
        """Whether it depends on the seed."""
        return self.text is None and self.rows is None

    def network(self, args: argparse.Namespace, body: "Body") -> Network:
        hidden = args.hidden or HIDDEN
        choices = {name: value for name in ("pattern", "reduction", "symbols") if (value := getattr(args, name))}
        if self.text is not None:
            return text_network(body, self.text.text, hidden, **choices)
        size = self.inputs if self.rows is None else self.rows.shape[1]
        if args.symbols and self.rows is not None:
            size = int(self.rows.max()) + 1
        return common.sized(body, common.options_of(args), {"X": size, "H": hidden, "C": size})

    def given(self, net: Network, seed: int) -> tuple[dict[str, Any], tuple[str, ...], int | None]:
        """The inputs by label, what is read at each step, and T where no input tells it. Raises InputError."""
        if self.text is not None:
            inputs, reads = self.text.inputs(net)
            return inputs, reads, len(self.text.labels)
        names = [name for name in net.system.given if name.role == Role.INPUT]
        if self.rows is None:
            rng = np.random.default_rng((seed, 1))
            return {name.label: _drawn(rng, net, name, self.steps or STEPS) for name in names}, (), self.steps or STEPS
        if len(names) != 1:
            listed = ", ".join(name.label for name in names) or "nothing"
            raise InputError(f"--input is one sequence, but {net.name} reads {listed}: draw numbers, with --steps.")
        if names[0] not in net.system.timed_given:
            raise InputError(f"{net.name} reads one vector for all steps, not a sequence: draw it, with --steps.")
        return {names[0].label: _fitting(self.rows, net, names[0])}, (), len(self.rows)


def _fitting(rows: Any, net: Network, name: Name) -> Any:
    """The rows of a file as an input. Raises InputError."""
    if name in net.system.labels:
        numbers = rows[:, 0]
        if rows.shape[1] != 1 or (numbers != np.round(numbers)).any() or (numbers < 0).any():
            raise InputError(f"{net.name} reads symbols: --input must be one column of whole numbers from 0 on.")
        return numbers.astype(int)
    shape = tuple(dims.size(dim, net.sizes) for dim in net.system.given[name])
    if rows.shape[1:] != shape:
        wanted = shape[0] if len(shape) == 1 else shape
        raise InputError(f"--input has {rows.shape[1]} columns, but {net.name} reads {wanted} numbers at each step.")
    return rows


def _drawn(rng: np.random.Generator, net: Network, name: Name, steps: int) -> Any:
    lead = (steps,) if name in net.system.timed_given else ()
    shape = (*lead, *(dims.size(dim, net.sizes) for dim in net.system.given[name]))
    if name in net.system.labels:
        return rng.integers(0, dims.size(net.system.labels[name], net.sizes), shape)
    return rng.normal(size=shape)


# What was asked for. --------------------------------------------------------------------------------------------------


def task_of(args: argparse.Namespace, progress: Callable[[str], None]) -> Task:
    """The flows that the options describe; `progress` is told what is done. Raises RnnsymError."""
    made = [_from_file(args)] if args.weights else []
    bodies = [] if made else [compose(cell, **{name: getattr(args, name) for name in SHAPE}) for cell in _loaded(args)]
    reading = _reading(args, bodies, made[0][0] if made else None)
    if not made:
        nets = [reading.network(args, body) for body in bodies]
        made = [(net, net.init(_seed(args), args.scheme or SCHEME)) for net in nets]
    chains = [_chain(args, net) for net, _ in made]
    labels = distinct([chain_label(net, chain) for (net, _), (chain, _) in zip(made, chains, strict=True)])
    flows = []
    for label, (net, params), (chain, _) in zip(labels, made, chains, strict=True):
        progress(f"step Jacobians of {label} ...")
        flows.append(_flow(args, label, net, _changed(args, net, params), chain, reading))
    text = None if reading.text is None else reading.text.text
    read = any(name.role == Role.INPUT for net, _ in made for name in net.system.given)
    source = reading.source if read else "nothing"
    settings = _settings(args, drawn=not args.weights or reading.drawn)
    told = [_not_told(net) if args.weights and args.cell is None else "" for net, _ in made]
    remarks = dict.fromkeys(remark for remark in (*told, *(remark for _, remark in chains)) if remark)
    return Task(tuple(flows), source, text, settings, args.threshold or THRESHOLD, tuple(remarks))


def _flow(
    args: argparse.Namespace, label: str, net: Network, params: Params, chain: str | None, reading: Reading
) -> Flow:
    inputs, reads, steps = reading.given(net, _seed(args))
    told = any(name in net.system.timed_given for name in net.system.given if name.role == Role.INPUT)
    j = jacobians(net, params, inputs, chain=chain, steps=None if told else steps)
    if args.state is None:
        return Flow(label, j, main_state(j), reads)
    if args.state == WHOLE:
        return Flow(label, j, None, reads)
    j.part(args.state)
    return Flow(label, j, args.state, reads)


def cells_of(args: argparse.Namespace) -> list[str]:
    """The names of the cells, CELL first. Raises InputError for more than four."""
    listed = [name.strip() for name in (args.compare or "").split(",") if name.strip()]
    if args.compare is not None and not listed:
        raise InputError("--compare takes the names of cells, such as lstm,gru,elman.")
    first = args.cell or (listed[0] if listed else "lstm")
    if first in listed:
        listed.remove(first)
    found = [first, *listed]
    if len(found) > MOST:
        raise InputError(f"{len(found)} cells are too many to tell apart: compare {MOST} at most, CELL among them.")
    return found


def _loaded(args: argparse.Namespace) -> list[Any]:
    first, *others = cells_of(args)
    return [load(first, **common.cell_options(args)), *(load(name) for name in others)]


def _from_file(args: argparse.Namespace) -> tuple[Network, Params]:
    from rnnsym.api.weights import load_weights

    cell = None if args.cell is None else load(args.cell, **common.cell_options(args))
    if cell is None and common.cell_options(args):
        raise InputError("--act and --option are for a CELL: name it beside --weights.")
    return load_weights(args.weights, cell, args.prefix)


def _not_told(net: Network) -> str:
    """A remark on what a file of PyTorch leaves open."""
    if all(place.cell.name != "Elman" for place in net.placements):
        return ""
    return (
        "the file does not say whether this nn.RNN has tanh or ReLU: it is read with tanh; for ReLU, elman --act relu."
    )


def check_text(text: str | None, args: argparse.Namespace) -> None:
    """Raises RnnsymError where the cells cannot be made, or cannot read a text."""
    for cell in _loaded(args):
        compose(cell, **{name: getattr(args, name) for name in SHAPE})
    if text is not None:
        encode(text)


def _reading(args: argparse.Namespace, bodies: "list[Body]", net: Network | None) -> Reading:
    if args.input:
        rows = sequence_of(Path(args.input))
        return Reading(f"numbers of {Path(args.input).name}", rows=rows)
    drawn = args.steps or args.inputs or net is not None
    misfit = None if drawn else next((found for body in bodies if (found := _cannot_read(body))), None)
    if misfit and args.text is not None:
        raise InputError(
            f"a text is read as one vector or symbol at each step, but {misfit}: draw numbers, with --steps."
        )
    if drawn or misfit:
        return Reading(
            f"a sequence drawn with seed {_seed(args)}", steps=args.steps or STEPS, inputs=args.inputs or INPUTS
        )
    text = encode(TEXT if args.text is None else args.text)
    shown = text.text if len(text.text) <= EXCERPT else f"{text.text[: EXCERPT - 20]} …"
    return Reading(f"'{shown}'", text=text)


def _cannot_read(body: "Body") -> str:
    """Why the cells cannot read a text; nothing where they can."""
    from rnnsym.cells.vocabulary import Vocabulary

    for _, cell in body.cells():
        shapes = list(cell.inputs.values())
        if len(shapes) != 1 or not (isinstance(shapes[0], Vocabulary) or len(shapes[0]) == 1):
            return f"cell {cell.name} reads {', '.join(cell.inputs) or 'nothing'}"
    return ""


def _chain(args: argparse.Namespace, net: Network) -> tuple[str | None, str]:
    """The chain to follow, and a remark where there are others."""
    names = tuple(chains_by_name(net))
    if args.chain is not None or len(names) < 2:
        return args.chain, ""
    others = " or ".join(f"--chain '{name}'" if " " in name else f"--chain {name}" for name in names[1:])
    return names[0], f"{net.name} has {len(names)} chains of states; this is '{names[0]}', the rest: {others}."


def _changed(args: argparse.Namespace, net: Network, params: Params) -> Params:
    """The weights, turned as asked. A forget bias leaves alone what has no such gate, unless that is all there is."""
    from rnnsym.api.adjusting import adjusted, has_keep_gate

    bias = args.forget_bias
    if args.compare and not has_keep_gate(net):
        bias = None
    gain = 1.0 if args.gain is None else args.gain
    return adjusted(net, params, gain=gain, spectral_radius=args.radius, forget_bias=bias)


def _settings(args: argparse.Namespace, drawn: bool) -> dict[str, Any]:
    """What was chosen about the weights, by name; the seed is None where nothing is `drawn` with it."""
    weights = {"weights": Path(args.weights).name} if args.weights else {"scheme": args.scheme or SCHEME}
    turned = {"spectral_radius": args.radius, "gain": args.gain, "forget_bias": args.forget_bias}
    return {
        "seed": _seed(args) if drawn else None,
        **weights,
        **{name: value for name, value in turned.items() if value is not None},
    }


def _seed(args: argparse.Namespace) -> int:
    return SEED if args.seed is None else int(args.seed)
