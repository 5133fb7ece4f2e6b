"""What a session is about: cell, text, size, seed and weights set by hand; all that is needed to make its walk."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.cells.registry import load, option_value
from rnnsym.errors import InputError, unknown
from rnnsym.walk.text import SCHEME, encode, text_network
from rnnsym.walk.walk import Walk
from rnnsym.wiring.compose import SHAPE, WORDS, compose

Options = tuple[tuple[str, Any], ...]
LONGEST = 20_000
"""Characters of text: longer ones take more than some seconds to run."""

_WEIGHT = re.compile(r"\s*([\w.]+)\s*(?:\[\s*([\d\s,]*)\])?\s*=\s*(\S+)\s*")
_OPTION = re.compile(r"\s+([^\W\d]\w*)=(\S+)")


@dataclass(frozen=True)
class Weight:
    """One entry of a parameter set by hand; `place` counts from 1, as in a_{ij}."""

    label: str
    place: tuple[int, ...]
    value: float

    def __str__(self) -> str:
        index = f"[{','.join(map(str, self.place))}]" if self.place else ""
        return f"{self.label}{index} = {self.value:g}"


@dataclass(frozen=True)
class Setup:
    """A session's beginning; equal setups give equal numbers.

    `options` are those of the cell, such as activation, and the words of a wiring, such as layers and bidirectional.
    """

    cell: str = "lstm"
    text: str = "the cat sat on the mat"
    hidden: int = 3
    seed: int = 7
    options: Options = ()
    weights: tuple[Weight, ...] = ()

    @property
    def cell_text(self) -> str:
        """The cell with its options, as `parse_cell` reads it."""
        return " ".join([self.cell, *(f"{name}={value}" for name, value in self.options)])

    def with_weight(self, weight: Weight) -> "Setup":
        """The same with one weight set; setting it again replaces the earlier value."""
        others = tuple(w for w in self.weights if (w.label, w.place) != (weight.label, weight.place))
        return replace(self, weights=(*others, weight))

    def keeping_weights_of(self, other: "Setup") -> "Setup":
        """The same with the weights set by hand in `other`, where the parameters have the same shapes."""
        shapes = [(s.cell, s.options, s.hidden, len(set(s.text))) for s in (self, other)]
        return replace(self, weights=other.weights if shapes[0] == shapes[1] else ())

    @property
    def names_a_file(self) -> bool:
        """Whether making the walk runs a Python file of the user's."""
        return ".py" in self.cell

    def walk(self) -> Walk:
        """The walk. Raises RnnsymError for what cannot be used: cell, text, size or weight."""
        if len(self.text) > LONGEST:
            raise InputError(f"the text has {len(self.text)} characters; up to {LONGEST} can be stepped through.")
        net = self.network()
        return encode(self.text).walk(net, _apply(net.init(self.seed, SCHEME), self.weights))

    def network(self) -> Network:
        """The network alone. Raises as `walk`."""
        words = {name: value for name, value in self.options if name in WORDS}
        cell = load(self.cell, **{name: value for name, value in self.options if name not in WORDS})
        body = compose(cell, **{name: value for name, value in words.items() if name in SHAPE})
        choices: dict[str, Any] = {name: str(value) for name, value in words.items() if name not in SHAPE}
        if "symbols" in choices:
            choices["symbols"] = words["symbols"] in (True, "true", "True")
        return text_network(body, self.text, self.hidden, **choices)

    def as_data(self) -> dict[str, Any]:
        weights = [[w.label, list(w.place), w.value] for w in self.weights]
        return {
            "cell": self.cell,
            "options": dict(self.options),
            "text": self.text,
            "hidden": self.hidden,
            "seed": self.seed,
            "weights": weights,
        }


def from_data(data: Mapping[str, Any]) -> Setup:
    """The setup that `as_data` wrote. Raises InputError where the data is something else."""
    try:
        weights = tuple(Weight(str(label), tuple(map(int, at)), float(v)) for label, at, v in data["weights"])
        options = tuple((str(name), value) for name, value in data["options"].items())
        return Setup(str(data["cell"]), str(data["text"]), int(data["hidden"]), int(data["seed"]), options, weights)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"this is no saved session: {error}.") from None


def parse_cell(text: str) -> tuple[str, Options]:
    """`elman activation=relu` as the cell and its options; a value is a number where it reads as one."""
    found = tuple((name, option_value(value)) for name, value in _OPTION.findall(text))
    return _OPTION.sub("", text).strip(), found


def beside(setup: Setup, cell: str) -> Setup:
    """The same with another cell, as it is typed, in the same wiring: for comparing."""
    name, options = parse_cell(cell)
    if (name, options) == (setup.cell, tuple(pair for pair in setup.options if pair[0] not in WORDS)):
        return setup
    wiring = tuple(pair for pair in setup.options if pair[0] in WORDS and pair[0] not in dict(options))
    return replace(setup, cell=name, options=(*options, *wiring), weights=())


def own_text(setup: Setup) -> str:
    """The cell with its own options, without the words of the wiring: `beside` takes it."""
    return replace(setup, options=tuple(pair for pair in setup.options if pair[0] not in WORDS)).cell_text


def parse_weight(text: str) -> Weight:
    """`U_f[2,1] = 0.5` or `b[3] = 1`. Raises InputError."""
    match = _WEIGHT.fullmatch(text)
    if match is None:
        raise InputError(f"'{text}' sets no weight: write a name, a place and a value, such as U_f[2,1] = 0.5.")
    place = tuple(int(part) for part in (match[2] or "").replace(",", " ").split())
    try:
        return Weight(match[1], place, float(match[3]))
    except ValueError:
        raise InputError(f"'{match[3]}' is no number: write one such as 0.5 or -1e-3.") from None


def _apply(params: Mapping[str, Any], weights: tuple[Weight, ...]) -> dict[str, Any]:
    changed = {label: np.array(value) for label, value in params.items()}
    for weight in weights:
        if weight.label not in changed:
            raise unknown("parameter", weight.label, changed)
        shape = changed[weight.label].shape
        fits = len(weight.place) == len(shape) and all(1 <= i <= n for i, n in zip(weight.place, shape, strict=True))
        if not fits:
            place, last = (",".join(map(str, numbers)) for numbers in (weight.place, shape))
            raise InputError(f"there is no {weight.label}[{place}]: its places end at [{last}].")
        changed[weight.label][tuple(i - 1 for i in weight.place)] = weight.value
    return changed
