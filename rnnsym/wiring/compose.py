"""A wiring from plain words, as a command line or a form has them: layers, directions, a decoder."""

from collections.abc import Mapping
from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.cells.registry import load
from rnnsym.errors import InputError
from rnnsym.wiring.network import Body
from rnnsym.wiring.options import Options
from rnnsym.wiring.parts import Bidirectional, Layer, Stacked
from rnnsym.wiring.place import Part
from rnnsym.wiring.translation import TEACHER, EncoderDecoder

SHAPE = ("layers", "stack", "bidirectional", "decoder", "feedback", "context")
CHOICES = ("loss", "pattern", "reduction", "symbols")
WORDS = (*SHAPE, "pattern", "reduction", "symbols")
"""The words of a wiring, each the name of an option."""


def compose(
    cell: Cell,
    layers: int | None = None,
    stack: str | None = None,
    bidirectional: bool = False,
    decoder: str | None = None,
    feedback: str | None = None,
    context: bool = False,
) -> Body:
    """The network that is made of `cell`.

    layers: how many of it, above each other; or stack: the names of other cells above it, "gru,elman". bidirectional:
    each layer in both directions. decoder: the name of the cell that starts from the last state of all this, as many
    layers of it; feedback and context as in EncoderDecoder. Raises RnnsymError for what does not fit.
    """
    if layers and stack:
        raise InputError("layers and stack exclude each other: give a number of layers, or the cells above the first.")
    if layers is not None and (isinstance(layers, bool) or not isinstance(layers, int) or layers < 1):
        raise InputError(f"the number of layers must be a whole number of 1 or more, not {layers!r}.")
    if (feedback or context) and not decoder:
        raise InputError(f"{'feedback' if feedback else 'context'} is for a decoder: name its cell (decoder).")
    above = [load(name.strip()) for name in (stack or "").split(",") if name.strip()]
    parts: list[Part] = [
        Bidirectional(each) if bidirectional else Layer(each) for each in [cell] * (layers or 1) + above
    ]
    whole = Stacked(parts) if len(parts) > 1 else parts[0]
    if not decoder:
        return whole
    after = Layer(load(decoder))
    return EncoderDecoder(
        whole, Stacked([after] * len(parts)) if len(parts) > 1 else after, feedback or TEACHER, context
    )


def chosen(words: Mapping[str, Any]) -> Options:
    """Loss, pattern, reduction and symbols of `words`; what is not given has its default. Raises UnknownNameError."""
    return Options(**{name: words[name] for name in CHOICES if words.get(name)})
