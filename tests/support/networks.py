"""Every wiring worth testing, with small sizes that differ (H ≠ X ≠ C), and numbers for it.

`NETWORKS[id](cell)` makes a network; `data_for(net, steps, seed, batch)` gives params, x, targets and carry.
"""

from typing import Any, NamedTuple

import numpy as np

import rnnsym as rs
from rnnsym.core import dims
from rnnsym.core.names import Role
from rnnsym.wiring import TARGET, predicted

X, H, C = 2, 3, 4
SIZES = {"inputs": X, "hidden": H}
LABELS = {"loss": "cross_entropy"}


def _network(cell, options):
    return rs.Network(cell, **{**SIZES, "outputs": C, **options})


def _stacked(*above, **options):
    return lambda cell: rs.stacked([cell, *(cell if part is None else part for part in above)], **_with(options))


def _bidirectional(back=None, **options):
    return lambda cell: rs.bidirectional(cell, back=back, **_with(options))


def _translation(decoder=None, **options):
    return lambda cell: rs.encoder_decoder(cell, decoder, **_with(options))


def _with(options):
    return {**SIZES, "outputs": C, **options}


def _both_below(cell):
    return rs.stacked([rs.Bidirectional(cell), cell], **_with({}))


def _both_above(cell):
    return rs.stacked([cell, rs.Bidirectional(cell)], **_with({"pattern": "many_to_one"}))


def _deep_both(cell):
    return rs.bidirectional(rs.Stacked([cell, "elman"]), **_with(LABELS))


def _encoder_both(cell):
    return rs.encoder_decoder(rs.Bidirectional(cell), cell, **_with({}))


def _encoder_both_context(cell):
    return rs.encoder_decoder(rs.Bidirectional(cell), cell, context=True, feedback="soft", **_with(LABELS))


def _deep_translation(cell):
    two = rs.Stacked([cell, cell])
    return rs.encoder_decoder(two, two, feedback="soft", **_with(LABELS))


NETWORKS = {
    "tagging": lambda cell: _network(cell, {}),
    "tagging, labels, mean": lambda cell: _network(cell, {**LABELS, "reduction": "mean"}),
    "tagging, mean": lambda cell: _network(cell, {"reduction": "mean"}),
    "tagging, hidden": lambda cell: _network(cell, {"outputs": None}),
    "many_to_one": lambda cell: _network(cell, {"pattern": "many_to_one"}),
    "many_to_one, labels, mean": lambda cell: _network(
        cell, {"pattern": "sequence_to_vector", "reduction": "mean", **LABELS}
    ),
    "one_to_many": lambda cell: _network(cell, {"pattern": "one_to_many"}),
    "one_to_many, labels": lambda cell: _network(cell, {"pattern": "vector_to_sequence", **LABELS}),
    "language_model": lambda cell: _network(cell, {"pattern": "language_model", **LABELS}),
    "stacked": _stacked(None),
    "stacked, other above, labels": _stacked("gru", **LABELS),
    "stacked of 3, widths, mean": _stacked("elman", None, hidden=[3, 2, 5], reduction="mean"),
    "stacked language_model": _stacked(None, pattern="language_model", **LABELS),
    "stacked one_to_many": _stacked("elman", pattern="one_to_many"),
    "bidirectional": _bidirectional(),
    "bidirectional, labels, mean": _bidirectional(reduction="mean", **LABELS),
    "bidirectional, other back": _bidirectional("elman"),
    "bidirectional, hidden": _bidirectional(outputs=None),
    "bidirectional many_to_one": _bidirectional(pattern="many_to_one"),
    "bidirectional many_to_one, labels": _bidirectional(pattern="many_to_one", **LABELS),
    "bidirectional below": _both_below,
    "bidirectional above, many_to_one": _both_above,
    "bidirectional of stacks": _deep_both,
    "encoder_decoder": _translation(),
    "encoder_decoder, labels, mean": _translation(reduction="mean", **LABELS),
    "encoder_decoder, own inputs": _translation("gru", decoder_inputs=5),
    "encoder_decoder, context": _translation(context=True),
    "encoder_decoder, soft": _translation(feedback="soft", **LABELS),
    "encoder_decoder, soft, context, mean": _translation("elman", feedback="soft", context=True, reduction="mean"),
    "encoder_decoder, soft, many_to_one": _translation(feedback="soft", pattern="many_to_one"),
    "encoder_decoder, soft, hidden": _translation("elman", feedback="soft", outputs=None),
    "encoder_decoder, hard": _translation(feedback="hard", **LABELS),
    "encoder_decoder, bidirectional encoder": _encoder_both,
    "encoder_decoder, bidirectional encoder, soft, context": _encoder_both_context,
    "encoder_decoder of stacks": _deep_translation,
}


class Data(NamedTuple):
    """Arguments of `run`, in its order."""

    params: dict[str, Any]
    x: Any
    targets: Any
    carry: dict[str, Any]


def data_for(net: rs.Network, steps: int, seed: int = 0, batch: int | None = None) -> Data:
    """Generic numbers for `net`: no zero, no symmetry, initial carries that are not zero.

    x is an array for one input, else a dict by label; so is what `run` takes.
    """
    rng = np.random.default_rng(seed)
    lead = () if batch is None else (batch,)

    def numbers(shape):
        return tuple(dims.size(dim, net.sizes) for dim in shape)

    params = {name: rng.uniform(-0.9, 0.9, shape) for name, shape in net.params.items()}
    given, timed = net.system.given, net.system.timed_given
    inputs = {
        name.label: _drawn(net, rng, name, ((steps,) if name in timed else ()) + lead + numbers(shape))
        for name, shape in given.items()
        if name.role == Role.INPUT
    }
    over = ((steps,) if TARGET in timed else ()) + lead
    if net.options.loss == "cross_entropy":
        targets = rng.integers(0, numbers(predicted(net.system).shape)[0], over)
    else:
        targets = rng.normal(size=over + numbers(given[TARGET]))
    carry = {
        name.label: rng.normal(size=lead + numbers(shape)) for name, shape in given.items() if name.role == Role.INITIAL
    }
    return Data(params, next(iter(inputs.values())) if len(inputs) == 1 else inputs, targets, carry)


def _drawn(net, rng, name, shape):
    """Numbers for an input: symbols where it has a vocabulary."""
    if name in net.system.labels:
        return rng.integers(0, dims.size(net.system.labels[name], net.sizes), shape)
    return rng.uniform(-1, 1, shape)


def complex_step(net: rs.Network, data: Data, label: str, place: tuple[int, ...], mask: Any = None) -> float:
    """The derivative of the loss with respect to one entry of a parameter, by a step along i."""
    moved = data.params[label].astype(complex)
    moved[place] += 1e-30j
    return float(net.run({**data.params, label: moved}, *data[1:], mask=mask).loss.imag / 1e-30)
