"""What a check found: one verdict for each block, and the smallest counterexample of a wrong one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.checks.verdicts import Array, Block, Finding, Opinion, Verdict
from rnnsym.notation.figures import scientific, table
from rnnsym.walk.record import plain


@dataclass(frozen=True)
class Witness:
    """The smallest case found in which a block is wrong: `got` at `entry` where `method` gives `expected`.

    `graph` is the third opinion, reverse mode over the unrolled graph (None where there is no graph). `entry` is None
    for a gradient of a wrong shape.
    """

    sizes: Mapping[str, int]
    arrays: Mapping[str, Array]
    shape: tuple[int, ...]
    got_shape: tuple[int, ...]
    entry: tuple[int, ...] | None
    expected: float
    got: float
    graph: float | None
    error: float
    method: str

    @classmethod
    def of(cls, sizes: Mapping[str, int], arrays: Mapping[str, Array], opinion: Opinion, finding: Finding) -> "Witness":
        shapes = opinion.expected.shape, opinion.got.shape
        if shapes[0] != shapes[1]:
            return cls(sizes, arrays, *shapes, None, float("nan"), float("nan"), None, finding.error, opinion.method)
        graph = None if opinion.graph is None else float(opinion.graph[finding.entry])
        expected, got = float(opinion.expected[finding.entry]), float(np.real(opinion.got[finding.entry]))
        return cls(sizes, arrays, *shapes, finding.entry, expected, got, graph, finding.error, opinion.method)

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        return "\n".join([f"  {sizes}", *self._cases(), *self._finding()])

    def _cases(self) -> list[str]:
        width = max(map(len, self.arrays))
        zero = [label for label, array in self.arrays.items() if array.dtype.kind == "f" and not array.any()]
        lines = [f"  {n:<{width}} = {_entries(a)}" for n, a in self.arrays.items() if n not in zero]
        return lines + ([f"  zero: {', '.join(zero)}"] if zero else [])

    def _finding(self) -> list[str]:
        if self.entry is None:
            return [f"  the gradient has shape {self.got_shape}, it must have the shape {self.shape} of its primal"]
        where = f"[{', '.join(map(str, self.entry))}]" if self.entry else ""
        rows = [(self.method, self.expected), ("unrolled graph", self.graph), ("under test", self.got)]
        lines = [f"    {label:<16}{value: .12g}" for label, value in rows if value is not None]
        lines.append(f"    relative error   {scientific(self.error, 1)}")
        return [f"  entry {where}".rstrip(), *lines, *self._blame()]

    def _blame(self) -> list[str]:
        """Which of the two derivations is at fault, where a third opinion tells."""
        if self.graph is None:
            return []
        if abs(self.graph - self.expected) < abs(self.graph - self.got):
            return ["  Complex step and reverse mode over the unrolled graph agree: the gradient under test is wrong."]
        return ["  Reverse mode over the unrolled graph is wrong as well: a derivative rule must be wrong."]

    def to_json(self) -> dict[str, Any]:
        """The witness as data; numbers that JSON lacks are None."""
        return {
            "sizes": dict(self.sizes),
            "arrays": {label: array.tolist() for label, array in self.arrays.items()},
            "entry": None if self.entry is None else list(self.entry),
            "method": self.method,
            "expected": plain(self.expected),
            "got": plain(self.got),
            "graph": plain(self.graph),
            "error": plain(self.error),
        }


@dataclass(frozen=True)
class BlockReport:
    """The verdict on one block. `error` is the worst relative error, `counts` the number of cases by verdict."""

    block: Block
    verdict: Verdict
    error: float
    counts: Mapping[Verdict, int]
    kink: str | None
    absent: bool
    witness: Witness | None

    @property
    def remark(self) -> str:
        """What else there is to say in a few words."""
        if self.absent and self.verdict is Verdict.RIGHT:
            return "exactly zero: the loss does not feel it"
        if self.verdict is Verdict.KINK:
            return self.kink or ""
        kinked = self.counts.get(Verdict.KINK, 0)
        return f"{kinked} case{'s' * (kinked != 1)} at a kink" if kinked else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.block.kind,
            "name": self.block.label,
            "verdict": str(self.verdict),
            "error": plain(self.error),
            "cases": {str(verdict): count for verdict, count in self.counts.items()},
            "remark": self.remark,
            "witness": self.witness.to_json() if self.witness else None,
        }


@dataclass(frozen=True)
class Report:
    """The outcome of `check_gradients`. `str(report)` is the table with the counterexamples."""

    title: str
    blocks: tuple[BlockReport, ...]
    cases: int
    examples: int
    seed: int

    @property
    def ok(self) -> bool:
        """Whether every block was found right; a block that no case could decide is not."""
        return bool(self.blocks) and all(block.verdict is Verdict.RIGHT for block in self.blocks)

    def __getitem__(self, label: str) -> BlockReport:
        return next(block for block in self.blocks if block.block.label == label)

    @property
    def wrong(self) -> tuple[BlockReport, ...]:
        return tuple(block for block in self.blocks if block.verdict is Verdict.WRONG)

    @property
    def smallest(self) -> BlockReport | None:
        """The wrong block with the fewest nonzero numbers in its witness."""
        return min(self.wrong, key=_weight, default=None)

    def __str__(self) -> str:
        return "\n\n".join([self.table(), *(f"{b.block.label} is wrong:\n{b.witness}" for b in self.wrong)])

    def table(self) -> str:
        """One line for each block: name, kind, verdict, worst relative error."""
        rows = [("block", "", "verdict", "worst error", "")]
        rows += [(b.block.label, b.block.kind, b.verdict, _error(b), b.remark) for b in self.blocks]
        return "\n".join([self.title, "", *table(rows, "  ", str.ljust), "", self.summary()])

    def summary(self) -> str:
        """The verdict in one sentence, with the number of cases."""
        tried = f"{self.cases} case{'s' * (self.cases != 1)} tried, seed {self.seed}"
        if self.wrong:
            return f"WRONG: {', '.join(b.block.label for b in self.wrong)}. {tried}."
        open_ones = [b.block.label for b in self.blocks if b.verdict is not Verdict.RIGHT]
        return f"Undecided: {', '.join(open_ones)}. {tried}." if open_ones else f"All right. {tried}."

    def to_json(self) -> dict[str, Any]:
        """The report as data."""
        return {
            "title": self.title,
            "ok": self.ok,
            "cases": self.cases,
            "examples": self.examples,
            "seed": self.seed,
            "blocks": [block.to_json() for block in self.blocks],
        }


def _weight(block: BlockReport) -> tuple[int, int]:
    if block.witness is None:
        return 0, 0
    arrays = block.witness.arrays.values()
    return sum(array.size for array in arrays), sum(int(np.count_nonzero(array)) for array in arrays)


def _error(block: BlockReport) -> str:
    if block.verdict not in (Verdict.RIGHT, Verdict.WRONG):
        return "-"
    return scientific(block.error, 0)


def _entries(array: Array) -> str:
    return np.array2string(array, separator=", ", threshold=60).replace("\n", "")
