"""From parts to the System of a whole network: layers, readout y = V h + b_y, loss L_t and total loss L."""

from typing import NamedTuple

from rnnsym.cells.base import Cell
from rnnsym.core.dims import Shape, names_in, show
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import EVERY_STEP, Interval, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.errors import InputError, ShapeError
from rnnsym.ops.losses import cross_entropy, squared_error
from rnnsym.ops.products import dot
from rnnsym.ops.structure import sum_all
from rnnsym.wiring.builder import Builder, Placement
from rnnsym.wiring.options import Options, Reading
from rnnsym.wiring.parts import Bidirectional, Layer, Stacked, as_part
from rnnsym.wiring.place import Part, Place
from rnnsym.wiring.translation import TEACHER, EncoderDecoder

Y, STEP_LOSS, TOTAL_LOSS = Name(Role.EQUATION, "y"), Name(Role.LOSS, "L"), Name(Role.TOTAL, "L")
TARGET, MASK, COUNT = Name(Role.TARGET, "target"), Name(Role.MASK, "m"), Name(Role.COUNT, "N")
READOUT, READOUT_BIAS = Name(Role.PARAM, "V"), Name(Role.PARAM, "b_y")

STANDARD = ("X", "H", "C")
"""Dimensions that every network has words for: inputs, hidden and outputs."""

Body = Part | EncoderDecoder


class Wired(NamedTuple):
    """A network's equations, and where each cell stands in it."""

    system: System
    placements: tuple[Placement, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of its dimensions: X, H and C first, of those that there are, then the others in order."""
        system = self.system
        shapes = [*system.given.values(), *system.shapes.values(), tuple(system.labels.values())]
        found = dict.fromkeys(name for shape in shapes for dim in shape for name in names_in(dim))
        return (*(name for name in STANDARD if name in found), *(name for name in found if name not in STANDARD))


def as_body(what: object) -> Body:
    """What a network is made of: an EncoderDecoder as it is, all else as a part. Raises as `as_part`."""
    return what if isinstance(what, EncoderDecoder) else as_part(what)


def described(body: Body) -> str:
    """What a network is made of, by the names of its cells: `LSTM`, `stacked(LSTM, bidirectional(GRU))`."""
    match body:
        case Layer(cell):
            return cell.name
        case Stacked(parts):
            return f"stacked({', '.join(map(described, parts))})"
        case Bidirectional(forward, backward):
            parts = (forward,) if forward == backward else (forward, backward)
            return f"bidirectional({', '.join(map(described, parts))})"
        case EncoderDecoder(encoder, decoder):
            return f"encoder_decoder({described(encoder)}, {described(decoder)}, {body.feedback})"
    raise TypeError(body)


def cell_system(cell: Cell) -> System:
    """A cell alone, with an opaque loss at every step: its gradient ∂L_t/∂output_t is given from outside."""
    builder = Builder()
    output = Layer(cell).place(builder, Place()).read(builder, EVERY_STEP)
    name = output.attrs[0]
    assert isinstance(name, Name)
    seed = builder.given_at_step(Name(Role.SEED, name.symbol), output.shape)
    paired = dot(seed, output) if len(output.shape) == 1 else sum_all(seed * output)
    builder.define(TOTAL_LOSS, (), Piece(EVERY_STEP, paired, total=True))
    return builder.system()


def network_system(what: Body | Cell, options: Options) -> System:
    """The equations of a network of cells, with readout (or the hidden state itself), loss L_t and total loss L."""
    return wire(as_body(what), options).system


def wire(body: Body, options: Options) -> Wired:
    """The equations of a network. Raises InputError and ShapeError for parts that do not fit."""
    _check(body, options)
    builder = Builder(options.reading, _labels(body), options.symbols)
    when = options.outputs
    if isinstance(body, EncoderDecoder):
        placed = body.place(builder, (Y, ("C",)) if options.readout else None)
    else:
        placed = body.place(builder, Place())
    fed_back = isinstance(body, EncoderDecoder) and body.feedback != TEACHER
    y = placed.read(builder, EVERY_STEP if fed_back else when)
    if options.readout:
        y = _readout(builder, y, EVERY_STEP if fed_back else when)
    _loss(builder, y, options)
    return Wired(builder.system(), tuple(builder.placements))


def _check(body: Body, options: Options) -> None:
    pattern = options.pattern
    if isinstance(body, EncoderDecoder) and options.reading is not Reading.SEQUENCE:
        raise InputError(
            f"the pattern {pattern} says what is read, and an encoder-decoder says that itself (feedback=)."
        )
    if options.reading is Reading.SHIFTED and body.looks_ahead:
        raise InputError("a language model predicts what comes next: a layer that reads backward has seen it already.")


def _labels(body: Body) -> set[str]:
    return {
        ".".join((*path, symbol))
        for path, cell in body.cells()
        for symbol in (*cell.params, *cell.inputs, *(name.symbol for name in cell.trace().equations))
    }


def _readout(builder: Builder, hidden: Expr, when: Interval) -> Expr:
    """y = V h + b_y; the parameters are readout.V and readout.b_y where the cell has a V or b_y of its own."""
    if len(hidden.shape) > 1:
        raise ShapeError(
            f"a readout V h + b_y needs a vector h, but the output {hidden!r} of the cell has shape "
            f"{show(hidden.shape)}: name a vector as the cell's output, or do without a readout (outputs=None)."
        )
    path = ("readout",) if {READOUT, READOUT_BIAS} & builder.givens.keys() else ()
    weights = builder.given(READOUT._replace(path=path), ("C", *hidden.shape))
    bias = builder.given(READOUT_BIAS._replace(path=path), ("C",))
    product = weights @ hidden if hidden.shape else weights * hidden
    builder.define(Y, ("C",), Piece(when, product + bias))
    return builder.read(Y)


def _loss(builder: Builder, y: Expr, options: Options) -> None:
    when, labels = options.outputs, options.loss == "cross_entropy"
    if labels and len(y.shape) != 1:
        raise ShapeError(f"cross-entropy needs a vector of scores, but the output has shape {show(y.shape)}.")
    target_shape: Shape = () if labels else y.shape
    target = builder.given_at_step(TARGET, target_shape, when, y.shape[0] if labels else None)
    loss = (cross_entropy if labels else squared_error)(y, target)
    if options.masked:
        loss = builder.given_at_step(MASK, (), when) * loss
    builder.define(STEP_LOSS, (), Piece(when, loss))
    term = builder.read(STEP_LOSS)
    if options.reduction == "mean":
        term = term / builder.given(COUNT, ())
    builder.define(TOTAL_LOSS, (), Piece(when, term, total=True))


def predicted(system: System) -> Expr:
    """What the loss of a network compares with the target: a leaf, y or an output."""
    nodes = topological(piece.rhs for name, piece in system.pieces() if name == STEP_LOSS)
    compared = next(node for node in nodes if any(arg.attrs[:1] == (TARGET,) for arg in node.args))
    return compared.args[0]
