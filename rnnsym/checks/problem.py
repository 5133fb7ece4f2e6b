"""What the search needs to know of a subject: at which sizes to try it, how to draw a case, and what to compare."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from hypothesis.strategies import SearchStrategy

from rnnsym.checks.verdicts import Array, Block, Opinion
from rnnsym.errors import InputError, unknown

Sizes = Mapping[str, int]


class Problem(Protocol):
    """A subject at fixed sizes. A case is whatever `cases` draws; `arrays` shows it, by name.

    `opinions` gives what is known about every block in a case, or about one block `only`.
    """

    sizes: Sizes
    cases: SearchStrategy[Any]

    def arrays(self, case: Any) -> dict[str, Array]: ...

    def opinions(self, case: Any, only: Block | None = None) -> dict[Block, Opinion]: ...


class Subject(Protocol):
    """A gradient under test, at any sizes."""

    title: str

    def problems(self) -> Iterator[Problem]: ...


LADDER = (
    (1, None, 1), (2, None, 1), (3, None, 1), (1, 2, 1), (1, None, 2), (2, None, 2), (3, 2, 0), (3, 3, 3),
)  # fmt: skip
"""(T, batch, size of every dimension) from small to large; 0 stands for sizes that all differ.

Drawn together, sizes shrink badly: Hypothesis reduces the entries and keeps 3 × 3. Tried in order, the first failure
has the smallest sizes. 1 × 1 cannot see a missing transpose, T = 1 no recurrence, equal sizes no wrong axis, and
only T = B = H sees a confusion of axes.
"""
DISTINCT = (2, 3, 4, 5, 6, 7, 8, 9)


def ladder(names: Sequence[str], fixed: Mapping[str, int], timed: bool) -> Iterator[dict[str, int]]:
    """Sizes for the dimensions `names` (with T and B where `timed`), smallest first; `fixed` ones stay as they are.

    B is absent where there is no batch axis. Raises UnknownNameError and InputError for a bad `fixed`.
    """
    _check_fixed(names, fixed, timed)
    seen = []
    for steps, batch, level in LADDER:
        sizes = {"T": steps, **({"B": batch} if batch else {})} if timed else {}
        sizes |= dict(zip(names, DISTINCT, strict=False)) if level == 0 else dict.fromkeys(names, level)
        sizes |= fixed
        if sizes not in seen:
            seen.append(sizes)
            yield sizes


def _check_fixed(names: Sequence[str], fixed: Mapping[str, int], timed: bool) -> None:
    known = [*(("T", "B") if timed else ()), *names]
    for name, size in fixed.items():
        if name not in known:
            raise unknown("size", name, known)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise InputError(f"the size {name} must be a whole number of 1 or more, not {size!r}.")
    if len(names) > len(DISTINCT):
        raise InputError(f"a cell of {len(names)} dimensions is too many: at most {len(DISTINCT)} are tried.")
