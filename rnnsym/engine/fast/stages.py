"""When each equation can be computed: as soon as data are there, from parameters alone, or in a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rnnsym.core.names import Name, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine.schedule import Block, schedule


class Stage(Enum):
    """`DATA`: from what is given beside parameters; `WEIGHT`: from parameters alone; `RUN`: from both, or over time."""

    DATA = "data"
    WEIGHT = "weight"
    RUN = "run"


@dataclass(frozen=True)
class Order:
    """The blocks of a System in the order in which they run, and the stage of every name."""

    blocks: tuple[Block, ...]
    stages: dict[Name, Stage]
    home: dict[Name, Block]
    readers: dict[Name, tuple[tuple[Name, Piece], ...]]

    def stage_of(self, piece: Piece) -> Stage:
        """The stage of one piece, which may be earlier than that of its name: an initial state is data."""
        return _joined([self.stages[r.name] for r in reads(piece.rhs)], piece.total)


def ordered(system: System, wanted: Sequence[Name]) -> Order:
    """Blocks and stages of what `wanted` depends on."""
    needed = system.ancestors(wanted)
    names = [name for name in system.equations if name in needed]
    blocks = tuple(schedule(system, names))
    stages = {name: Stage.WEIGHT if name.role == Role.PARAM else Stage.DATA for name in system.given}
    for block in blocks:
        inside = set(block.names)
        pieces = [piece for name in block.names for piece in system.equations[name]]
        found = [stages[r.name] for piece in pieces for r in reads(piece.rhs) if r.name not in inside]
        stage = _joined(found, any(piece.total for piece in pieces))
        if not found and all(name.role == Role.WEIGHT for name in block.names):
            stage = Stage.WEIGHT
        weights_in_time = stage is Stage.WEIGHT and any(name.batched or system.timed(name) for name in block.names)
        if block.direction or weights_in_time:
            stage = Stage.RUN
        stages.update(dict.fromkeys(block.names, stage))
    readers: dict[Name, list[tuple[Name, Piece]]] = {}
    for name in names:
        for piece in system.equations[name]:
            for read_name in dict.fromkeys(r.name for r in reads(piece.rhs)):
                readers.setdefault(read_name, []).append((name, piece))
    home = {name: block for block in blocks for name in block.names}
    return Order(blocks, stages, home, {name: tuple(found) for name, found in readers.items()})


def _joined(stages: Sequence[Stage], total: bool) -> Stage:
    if all(stage is Stage.DATA for stage in stages):
        return Stage.DATA
    return Stage.RUN if total or set(stages) != {Stage.WEIGHT} else Stage.WEIGHT
