"""Weights by the labels of a network's parameters: W, U_i, layer1.U, forward.W, and V and b_y of a readout."""

from dataclasses import replace
from typing import Any

from rnnsym.api.network import Network
from rnnsym.api.sizing import axes, sizes_told
from rnnsym.api.weights.files import Tensors
from rnnsym.api.weights.fitting import check_fit
from rnnsym.core.dims import Shape
from rnnsym.core.names import Role
from rnnsym.wiring import Body, Options, Wired, described, wire

READOUT = {"V", "b_y"}


def labels_of(wired: Wired) -> dict[str, Shape]:
    """The shape of every parameter, with dimensions by name."""
    return {name.label: shape for name, shape in wired.system.given.items() if name.role == Role.PARAM}


def within(tensors: Tensors, prefix: str | None) -> Tensors:
    """The tensors whose names begin with `prefix` and a dot, by the rest of the name; all where it is None."""
    if prefix is None:
        return tensors
    lead = f"{prefix.removesuffix('.')}."
    return {name.removeprefix(lead): tensor for name, tensor in tensors.items() if name.startswith(lead)}


def network_and_params(
    body: Body, tensors: Tensors, options: Options, prefix: str | None = None
) -> tuple[Network, dict[str, Any]]:
    """The network with the sizes that the tensors tell, and its parameters; a size that none tells is 1.

    There is a readout where the file has one and the cells have no parameter of that name. Raises InputError and
    ShapeError.
    """
    found = within(tensors, prefix)
    own = labels_of(wire(body, replace(options, readout=False)))
    chosen = replace(options, readout=found.keys() >= READOUT and not READOUT & own.keys())
    wired = wire(body, chosen)
    shapes = labels_of(wired)
    told = sizes_told(axes(shapes, found))
    sizes = {name: max(told.get(name, 1), 1) for name in wired.dimensions}
    net = Network.sized(body, chosen, {"X": 1, "H": 1, **sizes})
    what = described(body) if prefix is None else f"{described(body)} at '{prefix}'"
    check_fit(what, found, net.params, [label for label in found if label not in shapes])
    return net, {label: found[label].numbers() for label in net.params}
