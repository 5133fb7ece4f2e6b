"""Where an operation runs: at each step of a loop, on all steps at once, at one step, without time, on weights."""

from dataclasses import dataclass, field
from enum import Enum

from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval
from rnnsym.engine.fast.submatrix import Submatrix
from rnnsym.engine.fast.views import LoopBindings, View

REMARK = "  # "


class Kind(Enum):
    LOOP = "loop"
    ALL = "all"
    ONE = "one"
    PLAIN = "plain"
    WEIGHT = "weight"


@dataclass(frozen=True)
class Operand:
    """A value as source. `view`: the part of a store that it is; `block`: that of a matrix without time; `shared`: it
    has no leading axes; `solid`: its memory has no gaps, so that a product may be written into it."""

    text: str
    view: View | None = None
    block: Submatrix | None = None
    shared: bool = False
    solid: bool = False


@dataclass
class Scope:
    """`lines` are the program so far; `known` what is computed already; `borrowed` the scratch arrays in use; `about`
    says beside each call what it computes."""

    kind: Kind
    lines: list[str]
    steps: Interval | None = None
    loop: LoopBindings | None = None
    known: dict[Expr, Operand] = field(default_factory=dict)
    borrowed: list[tuple[str, str]] = field(default_factory=list)
    about: str = ""

    def call(self, function: str, *words: str) -> None:
        self.add(f"{function}({', '.join(words)})")

    def copy(self, dest: str, source: str) -> None:
        self.add(f"{dest}[...] = {source}")

    def add(self, line: str) -> None:
        self.lines.append(f"{line}{REMARK}{self.about}" if self.about else line)

    def axes(self, event: tuple[int, ...], batch: str) -> str:
        """The shape of a value, as source: steps, the axes of one example, examples."""
        sizes = list(map(str, event))
        if self.kind is Kind.ALL:
            assert self.steps is not None
            sizes.insert(0, count(self.steps))
        if batch and self.kind is not Kind.WEIGHT:
            sizes.append(batch)
        return "".join(f"{size}, " for size in sizes)


def count(steps: Interval) -> str:
    """How many steps there are, as source."""
    return str(steps.hi.shift(1)._replace(times_T=steps.hi.times_T - steps.lo.times_T).shift(-steps.lo.plus))


def code(line: str) -> str:
    """A line without what it says about itself."""
    return line.split(REMARK)[0]
