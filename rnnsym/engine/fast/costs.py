"""Which plan is fastest, from sizes alone: nanoseconds of a call and of an entry (see `benchmarks/calibrate.py`).

Only the ratios of these constants matter, and they differ little between machines; a wrong choice costs time, never
a wrong number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.expr import topological
from rnnsym.core.names import Name
from rnnsym.core.system import System, reads
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.schedule import schedule
from rnnsym.ops.products import MATVEC

CALL = 220.0
"""One call on short vectors, with its turn of the loop."""
ENTRY, ENTRY_FAR = 0.25, 0.6
"""One entry of an elementwise operation: in the cache, and streamed through memory."""
BROADCAST = 600.0
"""What a call costs more whose operands have different shapes."""
VECTOR_PRODUCT, MATRIX_PRODUCT = 0.08, 0.04
"""One multiplication and addition in a product of a matrix with a vector, and with a matrix."""
ROW = 10.0
"""What each row costs in an operation on rows that do not follow each other."""
SHARE, MANY = 2 / 3, 1000
"""How much of a gradients' product must be wanted, where there are fewer columns than this: steps times examples."""
CACHE = 1 << 20
"""Bytes that stay near."""


@dataclass(frozen=True)
class Estimate:
    """Nanoseconds a step of both ways of one choice, and the choice."""

    choice: bool
    with_it: float
    without: float


@dataclass(frozen=True)
class Features:
    """What the choices depend on: for each loop the lengths of its vectors, and rows and columns of the products whose
    vectors it does not compute."""

    vectors: tuple[Dim, ...]
    products: tuple[tuple[Dim, Dim], ...]


def features(system: System) -> Features:
    """The features of a System with its adjoint."""
    loops = [block.names for block in schedule(system, list(system.equations)) if block.direction]
    shapes = (system.shape(name) for names in loops for name in names)
    vectors = dict.fromkeys(shape[0] for shape in shapes if len(shape) == 1)
    return Features(tuple(vectors), tuple(_products_with_inputs(system, loops)))


def chosen(what: Features, sizes: Mapping[str, int], batch: int | None, steps: int) -> Choices:
    """The choices that make the fastest program for these sizes."""
    ahead = factors_ahead(what, sizes, batch, steps)
    together = augment(what, sizes, batch)
    return Choices(
        factors_ahead=ahead.choice,
        augment=together.choice,
        scale=ahead.choice and scale(what, sizes, batch, steps).choice,
        padding=padding(batch),
        share=SHARE if steps * (batch or 1) < MANY else 1.0,
    )


def factors_ahead(what: Features, sizes: Mapping[str, int], batch: int | None, steps: int) -> Estimate:
    """Making a factor of the loop's longest vector for all steps at once, against making it in each step."""
    entries = max([dims.size(dim, sizes) for dim in what.vectors], default=1) * (batch or 1)
    far = 8 * entries * steps > CACHE
    ahead, inside = entries * (ENTRY_FAR if far else ENTRY), CALL + entries * ENTRY
    return Estimate(ahead <= inside, ahead, inside)


def augment(what: Features, sizes: Mapping[str, int], batch: int | None) -> Estimate:
    """Products of inputs inside the loop's own product, against adding them from one product for all steps."""
    examples = batch or 1
    inside = VECTOR_PRODUCT if batch is None else MATRIX_PRODUCT
    together, apart = 0.0, 0.0
    for rows, columns in what.products:
        results, width = dims.size(rows, sizes) * examples, dims.size(columns, sizes)
        together += results * (width + 1) * inside
        apart += CALL + results * (ENTRY if batch is None else 2 * ENTRY_FAR) + results * width * MATRIX_PRODUCT
    return Estimate(together <= apart, together, apart)


def scale(what: Features, sizes: Mapping[str, int], batch: int | None, steps: int) -> Estimate:
    """A matrix for each step, made for all at once, against one call more in each step."""
    size = max([dims.size(dim, sizes) for dim in what.vectors], default=1)
    width = size + max([dims.size(columns, sizes) for _, columns in what.products], default=0)
    made = size * (ROW + width * ENTRY)
    return Estimate(batch is None and made <= CALL and 8 * steps * size * width <= CACHE, made, CALL)


def padding(batch: int | None) -> int:
    """How many multiplications by zero take as long as a call."""
    return int(CALL / (VECTOR_PRODUCT if batch is None else MATRIX_PRODUCT * max(batch, 1)))


def _products_with_inputs(system: System, loops: Iterable[Sequence[Name]]) -> Iterator[tuple[Dim, Dim]]:
    for names in loops:
        rows: Dim = 0
        columns: dict[object, Dim] = {}
        for node in topological(piece.rhs for name in names for piece in system.equations[name]):
            if node.prim is MATVEC and not any(read.name in names for read in reads(node.args[1])):
                rows = dims.plus(rows, node.shape[0])
                columns[node.args[1]] = node.args[1].shape[0]
        width: Dim = 0
        for column in columns.values():
            width = dims.plus(width, column)
        if columns:
            yield rows, width
