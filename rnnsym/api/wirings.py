"""Networks of several cells, with the same keywords and of the same kind as `Network`."""

from collections.abc import Sequence
from typing import Any

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.errors import InputError
from rnnsym.wiring import TEACHER, Bidirectional, EncoderDecoder, Part, Stacked

What = Part | Cell | type[Cell] | str


def stacked(cells: Sequence[What], inputs: int, hidden: int | Sequence[int], **options: Any) -> Network:
    """Layers above each other: layer 2 reads the output of layer 1. Parameters are layer1.W, layer2.W, …

    cells: the lowest first; each a cell, its class, its name, or rs.Bidirectional(…). hidden: one size, or a list of
    sizes. options: outputs, loss, pattern, reduction and dims as in `Network`. Raises as `Network` does.
    """
    return Network(Stacked(cells), inputs, hidden, **options)


def bidirectional(cell: What, inputs: int, hidden: int, *, back: What | None = None, **options: Any) -> Network:
    """One layer that reads from 1 to T and one from T to 1, with parameters forward.W and backward.W.

    back: another cell for the way back. The readout V is (C, 2H), on [forward, backward]; many-to-one reads forward
    at T and backward at 1. options: outputs, loss, pattern, reduction and dims as in `Network`. Raises as `Network`.
    """
    return Network(Bidirectional(cell, back), inputs, hidden, **options)


def encoder_decoder(
    encoder: What,
    decoder: What | None = None,
    *,
    inputs: int,
    hidden: int | Sequence[int],
    feedback: str = TEACHER,
    context: bool = False,
    decoder_inputs: int | None = None,
    **options: Any,
) -> Network:
    """A sequence is read by the encoder, and the decoder starts from its last state. Parameters: encoder.W, decoder.W.

    decoder: the encoder's own cell again where it is None. feedback: "teacher" (the decoder reads data, `decoder.x`,
    of the shape of a prediction or of `decoder_inputs` entries), "soft" (softmax(y_{t-1})) or "hard" (the one-hot
    vector of the largest entry of y_{t-1}; no gradient passes); without a teacher the first input is a trained vector,
    `decoder.start`. context: the decoder reads the encoder's last output at every step too. Both run over the same T; a
    mask serves shorter targets. options: outputs, loss, pattern, reduction and dims as in `Network`.
    """
    dims = dict(options.pop("dims", None) or {})
    if decoder_inputs is not None:
        dims["X_d"] = decoder_inputs
    body = EncoderDecoder(encoder, decoder, feedback, context, None if decoder_inputs is None else "X_d")
    if isinstance(hidden, (list, tuple)):
        raise InputError("an encoder-decoder takes one hidden size: the decoder's carry is the encoder's.")
    return Network(body, inputs, hidden, dims=dims, **options)
