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


def network_and_params(body: Body, tensors: Tensors, options: Options) -> tuple[Network, dict[str, Any]]:
    """The network with the sizes that the tensors tell, and its parameters; a size that none tells is 1.

    There is a readout where the file has one and the cells have no parameter of that name. Raises InputError and
    ShapeError.
    """
    own = labels_of(wire(body, replace(options, readout=False)))
    chosen = replace(options, readout=tensors.keys() >= READOUT and not READOUT & own.keys())
    wired = wire(body, chosen)
    shapes = labels_of(wired)
    told = sizes_told(axes(shapes, tensors))
    sizes = {name: max(told.get(name, 1), 1) for name in wired.dimensions}
    net = Network.sized(body, chosen, {"X": 1, "H": 1, **sizes})
    check_fit(described(body), tensors, net.params, [label for label in tensors if label not in shapes])
    return net, {label: tensors[label].numbers() for label in net.params}
