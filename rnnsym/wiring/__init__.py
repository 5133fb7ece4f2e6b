"""Wirings: cells in time, with readout and loss, as a System with free T."""

from rnnsym.wiring.builder import Placement, carry_order
from rnnsym.wiring.network import (
    COUNT,
    MASK,
    STANDARD,
    STEP_LOSS,
    TARGET,
    TOTAL_LOSS,
    Body,
    Wired,
    Y,
    as_body,
    cell_system,
    described,
    network_system,
    predicted,
    wire,
)
from rnnsym.wiring.options import LOSSES, PATTERNS, REDUCTIONS, SYNONYMS, Options
from rnnsym.wiring.parts import Bidirectional, Layer, Stacked
from rnnsym.wiring.place import Part
from rnnsym.wiring.translation import FEEDBACK, TEACHER, EncoderDecoder

__all__ = [
    "COUNT", "FEEDBACK", "LOSSES", "MASK", "PATTERNS", "REDUCTIONS", "STANDARD", "STEP_LOSS", "SYNONYMS", "TARGET",
    "TEACHER", "TOTAL_LOSS", "Bidirectional", "Body", "EncoderDecoder", "Layer", "Options", "Part", "Placement",
    "Stacked", "Wired", "Y", "as_body", "carry_order", "cell_system", "described", "network_system",
    "predicted", "wire",
]  # fmt: skip
