"""Wirings: a cell in time, with readout and loss, as a System with free T."""

from collections.abc import Mapping
from dataclasses import dataclass

from rnnsym.cells.base import Cell
from rnnsym.core.dims import Dim, Shape, canonical, show
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import END, EVERY_STEP, FREE, NOW, START, Interval, Name, Role
from rnnsym.core.system import Piece, System, check_reads
from rnnsym.errors import ShapeError, unknown
from rnnsym.ops.leaves import leaf
from rnnsym.ops.losses import cross_entropy, squared_error
from rnnsym.ops.products import dot
from rnnsym.ops.structure import sum_all

PATTERNS: dict[str, Interval] = {"many_to_many": EVERY_STEP, "many_to_one": END}
LOSSES = ("squared", "cross_entropy")
REDUCTIONS = ("sum", "mean")

Y, STEP_LOSS, TOTAL_LOSS = Name(Role.EQUATION, "y"), Name(Role.LOSS, "L"), Name(Role.TOTAL, "L")
TARGET, MASK, COUNT = Name(Role.TARGET, "target"), Name(Role.MASK, "m"), Name(Role.COUNT, "N")
READOUT, READOUT_BIAS = Name(Role.PARAM, "V"), Name(Role.PARAM, "b_y")


@dataclass(frozen=True)
class Options:
    """How a cell is wired: with or without a readout, which loss, at which steps, summed or averaged."""

    readout: bool = True
    loss: str = "squared"
    pattern: str = "many_to_many"
    reduction: str = "sum"
    masked: bool = False

    def __post_init__(self) -> None:
        for kind, value, known in (
            ("loss", self.loss, LOSSES),
            ("pattern", self.pattern, PATTERNS),
            ("reduction", self.reduction, REDUCTIONS),
        ):
            if value not in known:
                raise unknown(kind, value, known)


def cell_system(cell: Cell) -> System:
    """A cell alone, with an opaque loss at every step: its gradient ∂L_t/∂output_t is given from outside."""
    building = _Building(cell)
    output = building.read(building.output)
    seed = building.given_at_step(Name(Role.SEED, building.output.symbol), output.shape)
    paired = dot(seed, output) if len(output.shape) == 1 else sum_all(seed * output)
    building.define(TOTAL_LOSS, (), Piece(EVERY_STEP, paired, total=True))
    return building.system()


def network_system(cell: Cell, options: Options) -> System:
    """A cell with readout y = V h + b_y (or the hidden state itself), loss L_t and total loss L."""
    building = _Building(cell)
    when = PATTERNS[options.pattern]
    y = building.read(building.output)
    if options.readout:
        y = building.readout(y, when)
    target_shape: Shape = () if options.loss == "cross_entropy" else y.shape
    kind = "int" if options.loss == "cross_entropy" else "float"
    target = building.given_at_step(TARGET, target_shape, when, kind)
    if options.loss == "cross_entropy" and len(y.shape) != 1:
        raise ShapeError(f"cross-entropy needs a vector of scores, but the output has shape {show(y.shape)}.")
    loss = (cross_entropy if options.loss == "cross_entropy" else squared_error)(y, target)
    if options.masked:
        loss = building.given_at_step(MASK, (), when) * loss
    building.define(STEP_LOSS, (), Piece(when, loss))
    term = building.read(STEP_LOSS)
    if options.reduction == "mean":
        term = term / building.given(COUNT, ())
    building.define(TOTAL_LOSS, (), Piece(when, term, total=True))
    return building.system()


def predicted_shape(system: System) -> Shape:
    """The shape of what the loss of a network compares with the target."""
    nodes = topological(piece.rhs for name, piece in system.pieces() if name == STEP_LOSS)
    compared = next(node for node in nodes if any(arg.attrs[:1] == (TARGET,) for arg in node.args))
    return compared.args[0].shape


class _Building:
    """A System under construction, beginning with the cell's equations at every step and its initial carry."""

    def __init__(self, cell: Cell) -> None:
        self.equations: dict[Name, tuple[Piece, ...]] = {}
        self.shapes: dict[Name, Shape] = {}
        self.givens: dict[Name, Shape] = {}
        self.timed: set[Name] = set()
        self.output = cell.equation_name(cell.output_name)
        self._declare(cell.params, Role.PARAM)
        self._declare(cell.inputs, Role.INPUT)
        self.timed.update(Name(Role.INPUT, symbol) for symbol in cell.inputs)
        trace = cell.trace()
        for name, expr in trace.equations.items():
            start: tuple[Piece, ...] = ()
            if name.role == Role.CARRY:
                start = (Piece(START, self.given(name.as_role(Role.INITIAL), trace.shapes[name])),)
            self.define(name, trace.shapes[name], *start, Piece(EVERY_STEP, expr))

    def _declare(self, shapes: Mapping[str, tuple[Dim, ...]], role: Role) -> None:
        for symbol, shape in shapes.items():
            self.givens[Name(role, symbol)] = tuple(canonical(dim) for dim in shape)

    def define(self, name: Name, shape: Shape, *pieces: Piece) -> None:
        self.equations[name] = pieces
        self.shapes[name] = shape

    def read(self, name: Name) -> Expr:
        return leaf(name, NOW, self.shapes[name])

    def given(self, name: Name, shape: Shape) -> Expr:
        self.givens[name] = shape
        return leaf(name, FREE, shape)

    def given_at_step(self, name: Name, shape: Shape, when: Interval = EVERY_STEP, kind: str = "float") -> Expr:
        self.givens[name] = shape
        if not when.single:
            self.timed.add(name)
        return leaf(name, NOW if not when.single else FREE, shape, kind)

    def readout(self, hidden: Expr, when: Interval) -> Expr:
        """y = V h + b_y; the parameters are readout.V and readout.b_y where the cell has a V or b_y of its own."""
        if len(hidden.shape) > 1:
            raise ShapeError(
                f"a readout V h + b_y needs a vector h, but the output {self.output.label} of the cell has shape "
                f"{show(hidden.shape)}: name a vector as the cell's output, or do without a readout (outputs=None)."
            )
        path = ("readout",) if {READOUT, READOUT_BIAS} & self.givens.keys() else ()
        weights = self.given(READOUT._replace(path=path), ("C", *hidden.shape))
        bias = self.given(READOUT_BIAS._replace(path=path), ("C",))
        product = weights @ hidden if hidden.shape else weights * hidden
        self.define(Y, ("C",), Piece(when, product + bias))
        return self.read(Y)

    def system(self) -> System:
        system = System(self.equations, self.givens, self.shapes, frozenset(self.timed))
        check_reads(system)
        return system
