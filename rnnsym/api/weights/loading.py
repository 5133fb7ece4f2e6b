"""`load_weights`: a network and its parameters from one file."""

import os

from rnnsym.api.network import Network, Params
from rnnsym.api.weights import labels, pytorch
from rnnsym.api.weights.files import Tensors, tensors_of
from rnnsym.api.weights.fitting import check_fit
from rnnsym.api.weights.pytorch import Group
from rnnsym.cells.base import Cell
from rnnsym.core.dims import Shape
from rnnsym.errors import InputError, unknown
from rnnsym.wiring import Bidirectional, Body, Layer, Options, Part, Stacked, as_body, described, wire

What = Body | Cell | type[Cell] | str


def load_weights(
    path: str | os.PathLike[str],
    cell: What | None = None,
    prefix: str | None = None,
    readout: str | None = None,
    *,
    loss: str = "squared",
    pattern: str = "many_to_many",
    reduction: str = "sum",
) -> tuple[Network, Params]:
    """A network and its parameters, in float64, from a `.safetensors` or `.npz` file: `net, params = load_weights(…)`.

    With PyTorch's names (weight_ih_l0, …) the file tells the module, nn.RNN, nn.LSTM or nn.GRU, its layers, directions
    and sizes. cell: one with the same parameters in the place of PyTorch's own, such as `Elman("relu")` for an nn.RNN
    with ReLU. readout: the prefix of the nn.Linear that reads the states; without it the output is the highest layer's
    state. Biases that a module lacks are zero.
    Without PyTorch's names the tensors are called by the labels of `cell`, or of what is composed of cells: W, U_i,
    layer1.U, and V, b_y for a readout.
    prefix: what the names begin with, where the file has more than the network. loss, pattern, reduction: as in
    `Network`. The file stays as it is, and a pickle is never loaded.
    Raises InputError, ShapeError and UnknownNameError, which name every tensor at fault.
    """
    options = Options(readout is not None, loss, pattern, reduction)
    tensors = tensors_of(path)
    body = None if cell is None else as_body(cell)
    if body is not None and _labelled(body, tensors, prefix):
        if readout is not None:
            raise InputError("a readout by name is for PyTorch's names: labels of your own say V and b_y.")
        return labels.network_and_params(body, tensors, options, prefix)
    if not pytorch.prefixes(tensors):
        raise InputError(
            f"'{path}' has no tensor with a name of PyTorch's, such as weight_ih_l0: say whose labels these are, "
            f"cell=…. It has {', '.join(tensors) or 'no tensors'}."
        )
    return _from_pytorch(pytorch.group_of(tensors, prefix), body, readout, options)


def _labelled(body: Body, tensors: Tensors, prefix: str | None) -> bool:
    """Whether the tensors are called by the labels of `body`, not as PyTorch calls its own."""
    own = labels.labels_of(wire(body, Options(readout=False)))
    return own.keys() <= labels.within(tensors, prefix).keys() or not pytorch.prefixes(tensors)


def _from_pytorch(group: Group, body: Body | None, readout: str | None, options: Options) -> tuple[Network, Params]:
    sizes = {"X": group.inputs, "H": group.hidden}
    if readout is not None:
        sizes["C"] = _outputs(group, readout)
    net = Network.sized(_composed(group, _cell_of(group, body)), options, sizes)
    params = {
        ".".join([*_path(group, place), label]): numbers
        for place in group.places
        for label, numbers in group.arrays(place)
    }
    if readout is not None:
        params["V"] = group.tensors[f"{readout}.weight"].numbers()
        bias = group.tensors.get(f"{readout}.bias")
        params["b_y"] = params["V"][:, 0] * 0 if bias is None else bias.numbers()
    return net, {name: params[name] for name in net.params}


def _cell_of(group: Group, body: Body | None) -> Cell:
    """The cell that reads the weights. Raises InputError where it has other parameters than the module."""
    if body is None:
        (layer,) = [as_body(group.module.cell)]
        assert isinstance(layer, Layer)
        return layer.cell
    if not isinstance(body, Layer):
        raise InputError(f"PyTorch's names tell layers and directions: give one cell, not {described(body)}.")
    labels_needed: dict[str, Shape] = group.module.labels
    if dict(body.cell.params) != labels_needed:
        raise InputError(
            f"the weights are those of {group.described}, with parameters {', '.join(labels_needed)}; the cell "
            f"{body.cell.name} has {', '.join(body.cell.params)}: give a cell with the same, or none."
        )
    return body.cell


def _composed(group: Group, cell: Cell) -> Part:
    layer: Part = Layer(cell) if group.directions == 1 else Bidirectional(cell)
    return layer if group.layers == 1 else Stacked([layer] * group.layers)


def _path(group: Group, place: pytorch.Place) -> list[str]:
    """Where `_composed` has the layer of a place: `layer2`, `backward`."""
    layer = [f"layer{place.layer + 1}"] if group.layers > 1 else []
    return [*layer, *(["backward" if place.backward else "forward"] if group.directions == 2 else [])]


def _outputs(group: Group, readout: str) -> int:
    """C, from the nn.Linear at `readout`. Raises UnknownNameError and ShapeError."""
    linear = _linear_layers(group.tensors)
    if readout not in linear:
        raise unknown("linear layer", readout, linear)
    name, states = f"{readout}.weight", group.directions * group.hidden
    check_fit(f"the readout '{readout}'", group.tensors, {name: ("C", states)})
    outputs = group.tensors[name].shape[0]
    if f"{readout}.bias" in group.tensors:
        check_fit(f"the readout '{readout}'", group.tensors, {f"{readout}.bias": (outputs,)})
    return outputs


def _linear_layers(tensors: Tensors) -> list[str]:
    return [
        name.removesuffix(".weight")
        for name, tensor in tensors.items()
        if name.endswith(".weight") and len(tensor.shape) == 2
    ]
