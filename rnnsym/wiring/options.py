"""What is told of a network beside its cells: readout, loss, what is read, and at which steps there is an output."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from rnnsym.core.names import END, EVERY_STEP, Interval
from rnnsym.errors import unknown


class Reading(Enum):
    """What the first layer reads at step t: x_t, the same vector x at every step, or x_{t-1}."""

    SEQUENCE = "sequence"
    VECTOR = "vector"
    SHIFTED = "shifted"


class Pattern(NamedTuple):
    """What is read, and the steps with an output."""

    reading: Reading
    outputs: Interval


PATTERNS = {
    "many_to_many": Pattern(Reading.SEQUENCE, EVERY_STEP),
    "many_to_one": Pattern(Reading.SEQUENCE, END),
    "one_to_many": Pattern(Reading.VECTOR, EVERY_STEP),
    "language_model": Pattern(Reading.SHIFTED, EVERY_STEP),
}
SYNONYMS = {
    "tagging": "many_to_many",
    "sequence_to_vector": "many_to_one",
    "vector_to_sequence": "one_to_many",
}
LOSSES = ("squared", "cross_entropy")
REDUCTIONS = ("sum", "mean")


@dataclass(frozen=True)
class Options:
    """With or without a readout, which loss, which pattern, summed or averaged.

    `symbols`: what is read are numbers of symbols, for which cells that read vectors see one-hot vectors.
    `pattern` takes the field's other words too: tagging, sequence_to_vector, vector_to_sequence. Raises
    UnknownNameError.
    """

    readout: bool = True
    loss: str = "squared"
    pattern: str = "many_to_many"
    reduction: str = "sum"
    masked: bool = False
    symbols: bool = False

    def __post_init__(self) -> None:
        if self.pattern in SYNONYMS:
            object.__setattr__(self, "pattern", SYNONYMS[self.pattern])
        for kind, value, known in (
            ("loss", self.loss, LOSSES),
            ("pattern", self.pattern, (*PATTERNS, *SYNONYMS)),
            ("reduction", self.reduction, REDUCTIONS),
        ):
            if value not in known:
                raise unknown(kind, value, known)

    @property
    def reading(self) -> Reading:
        return PATTERNS[self.pattern].reading

    @property
    def outputs(self) -> Interval:
        """The steps with an output and a target."""
        return PATTERNS[self.pattern].outputs
