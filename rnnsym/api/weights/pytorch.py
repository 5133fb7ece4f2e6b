"""The tensors of PyTorch's nn.RNN, nn.LSTM, nn.GRU and of their cells: names, order of the gates, layers, directions.

Source: the pages torch.nn.RNN, torch.nn.LSTM and torch.nn.GRU of PyTorch's documentation, section "Variables". With G
gates, weight_ih_l0 is (G·H, X), weight_hh_l0 (G·H, H), both biases (G·H,); the blocks of G are in the order below.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnnsym.api.weights.files import Tensors
from rnnsym.api.weights.fitting import check_fit
from rnnsym.core.dims import Shape, show
from rnnsym.errors import InputError, ShapeError, unknown

Array = np.ndarray[Any, Any]
_NAME = re.compile(r"(?:(.+)\.)?((?:weight|bias)_(?:ih|hh|hr)(?:_l(\d+)(?:_reverse)?)?)")


class Module(NamedTuple):
    """`cell` has the same equations; `gates` end the labels of its parameters, in PyTorch's order of the rows."""

    name: str
    cell: str
    gates: tuple[str, ...]

    @property
    def labels(self) -> dict[str, Shape]:
        """The parameters of a cell that reads these weights."""
        shapes: dict[str, Shape] = {}
        for gate in self.gates:
            shapes |= {f"W{gate}": ("H", "X"), f"U{gate}": ("H", "H"), f"b{gate}": ("H",)}
        return {**shapes, **({"b_hn": ("H",)} if self is GRU else {})}


RNN = Module("nn.RNN", "elman", ("",))
LSTM = Module("nn.LSTM", "lstm", ("_i", "_f", "_g", "_o"))
GRU = Module("nn.GRU", "gru", ("_r", "_z", "_n"))
MODULES = {len(module.gates): module for module in (RNN, LSTM, GRU)}


class Place(NamedTuple):
    """One layer in one direction, with the end of its tensors' names."""

    layer: int
    backward: bool
    suffix: str


@dataclass(frozen=True)
class Group:
    """The tensors of one module of a file: those whose names begin with `prefix`, a dot where it is not empty."""

    prefix: str
    tensors: Tensors
    module: Module
    hidden: int
    places: tuple[Place, ...]

    @property
    def layers(self) -> int:
        return 1 + max(place.layer for place in self.places)

    @property
    def directions(self) -> int:
        return 1 + any(place.backward for place in self.places)

    @property
    def biased(self) -> bool:
        """Whether there is a bias at all: with bias=False PyTorch saves none."""
        return any(self.named("bias", which, place) in self.tensors for which in ("ih", "hh") for place in self.places)

    @property
    def inputs(self) -> int:
        """X. Raises ShapeError where the first weight is no matrix."""
        name = self.named("weight", "ih", self.places[0])
        check_fit(self.described, self.tensors, {name: (len(self.module.gates) * self.hidden, "X")})
        return self.tensors[name].shape[1]

    @property
    def described(self) -> str:
        """`nn.LSTM at 'encoder' (2 layers, H = 3)`."""
        at = f" at '{self.prefix}'" if self.prefix else ""
        layers = "1 layer" if self.layers == 1 else f"{self.layers} layers"
        both = ", both directions" if self.directions == 2 else ""
        return f"{self.module.name}{at} ({layers}{both}, H = {self.hidden})"

    def named(self, kind: str, which: str, place: Place) -> str:
        """`encoder.weight_ih_l0`."""
        return f"{_lead(self.prefix)}{kind}_{which}{place.suffix}"

    def needed(self) -> dict[str, Shape]:
        """The shape of every tensor that the module must have. Raises as `inputs`."""
        rows, inputs, found = len(self.module.gates) * self.hidden, self.inputs, dict[str, Shape]()
        for place in self.places:
            read = self.directions * self.hidden if place.layer else inputs
            found[self.named("weight", "ih", place)] = (rows, read)
            found[self.named("weight", "hh", place)] = (rows, self.hidden)
            if self.biased:
                found |= {self.named("bias", which, place): (rows,) for which in ("ih", "hh")}
        return found

    def check(self) -> None:
        """Raises InputError and ShapeError that name every tensor that is missing, too many or misshapen."""
        needed = self.needed()
        own = [name for name in self.tensors if name.startswith(_lead(self.prefix))]
        direct = [name for name in own if "." not in name.removeprefix(_lead(self.prefix))]
        check_fit(self.described, self.tensors, needed, [name for name in direct if name not in needed])

    def arrays(self, place: Place) -> Iterator[tuple[str, Array]]:
        """The parameters of the cell at `place`, by label, as the cell has them; two biases that are added are one."""
        blocks = {which: self._blocks("weight", which, place) for which in ("ih", "hh")}
        biases = [self._blocks("bias", which, place) for which in ("ih", "hh")]
        for i, gate in enumerate(self.module.gates):
            inside = self.module is GRU and gate == "_n"
            yield f"W{gate}", blocks["ih"][i]
            yield f"U{gate}", blocks["hh"][i]
            yield f"b{gate}", biases[0][i] if inside else biases[0][i] + biases[1][i]
            if inside:
                yield "b_hn", biases[1][i]

    def _blocks(self, kind: str, which: str, place: Place) -> list[Array]:
        if kind == "bias" and not self.biased:
            return [np.zeros(self.hidden) for _ in self.module.gates]
        numbers = self.tensors[self.named(kind, which, place)].numbers()
        return [block.copy() for block in np.split(numbers, len(self.module.gates))]


def prefixes(tensors: Tensors) -> tuple[str, ...]:
    """What the names of the modules' tensors begin with: `rnn`, `encoder.lstm`, or nothing."""
    return tuple(dict.fromkeys(found[1] or "" for name in tensors if (found := _NAME.fullmatch(name))))


def group_of(tensors: Tensors, prefix: str | None = None) -> Group:
    """The module at `prefix`, or the only one. Raises InputError where there are several, UnknownNameError, and
    InputError and ShapeError as `Group.check`."""
    known = prefixes(tensors)
    if prefix is None and len(known) > 1:
        listed = ", ".join(f"'{each}'" for each in known)
        raise InputError(f"the file has {len(known)} recurrent modules: say which by its prefix, one of {listed}.")
    chosen = known[0] if prefix is None else prefix.removesuffix(".")
    if chosen not in known:
        raise unknown("prefix", chosen, [each or "'' (none)" for each in known])
    found = [m for name in tensors if (m := _NAME.fullmatch(name)) and (m[1] or "") == chosen]
    projected = [m[0] for m in found if "_hr" in m[2]]
    if projected:
        raise InputError(
            f"{', '.join(projected)} is a projection (proj_size): an LSTM whose h is projected is no cell of rnnsym."
        )
    places = _places([m[2] for m in found])
    module, hidden = _told(tensors, [f"{_lead(chosen)}weight_hh{place.suffix}" for place in places])
    group = Group(chosen, tensors, module, hidden, places)
    group.check()
    return group


def _lead(prefix: str) -> str:
    return f"{prefix}." if prefix else ""


def _places(names: list[str]) -> tuple[Place, ...]:
    """Every layer up to the highest, in both directions where one of them has two."""
    layers = [int(found[1]) for name in names if (found := re.search(r"_l(\d+)", name))]
    if not layers:
        return (Place(0, False, ""),)
    ends = ("", "_reverse") if any(name.endswith("_reverse") for name in names) else ("",)
    return tuple(Place(k, bool(end), f"_l{k}{end}") for k in range(max(layers) + 1) for end in ends)


def _told(tensors: Tensors, names: list[str]) -> tuple[Module, int]:
    """The module, and H, that most of the recurrent matrices have."""
    shapes = {name: tensors[name].shape for name in names if name in tensors}
    kinds = [
        (shape[0] // shape[1], shape[1])
        for shape in shapes.values()
        if len(shape) == 2 and shape[1] and shape[0] % shape[1] == 0 and shape[0] // shape[1] in MODULES
    ]
    if not shapes:
        raise InputError(f"the tensor {names[0]} is missing: the recurrent matrix tells H and the module.")
    if not kinds:
        listed = ", ".join(f"{name} has shape {show(shape)}" for name, shape in shapes.items())
        raise ShapeError(f"{listed}: it must be (H, H) for nn.RNN, (4H, H) for nn.LSTM or (3H, H) for nn.GRU.")
    (gates, hidden), _ = Counter(kinds).most_common(1)[0]
    return MODULES[gates], hidden
