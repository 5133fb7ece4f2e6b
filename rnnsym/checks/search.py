"""The search: Hypothesis draws cases at each size in turn and shrinks the first failure of each block."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import numpy as np
from hypothesis import Phase, Verbosity, currently_in_test_context, find, settings
from hypothesis.errors import NoSuchExample

from rnnsym.checks.problem import Problem, Subject
from rnnsym.checks.report import BlockReport, Witness
from rnnsym.checks.verdicts import Block, Finding, Opinion, Verdict, compare

Progress = Callable[[str], None]


@dataclass
class Record:
    """What the cases so far say about one block."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    error: float = 0.0
    kink: str | None = None
    absent: bool = False
    witness: Witness | None = None

    def add(self, finding: Finding, opinion: Opinion) -> None:
        self.counts[finding.verdict] += 1
        self.absent = opinion.absent
        self.kink = self.kink or opinion.kink
        if finding.verdict in (Verdict.RIGHT, Verdict.WRONG):
            self.error = max(self.error, finding.error)

    def report(self, block: Block) -> BlockReport:
        order = (Verdict.WRONG, Verdict.RIGHT, Verdict.KINK, Verdict.TOO_SMALL)
        verdict = next((v for v in order if self.counts[v]), Verdict.TOO_SMALL)
        return BlockReport(block, verdict, self.error, dict(self.counts), self.kink, self.absent, self.witness)


class Search:
    """One check of one subject: `run` fills `records`; `cases` counts those that were drawn, without the shrinking."""

    def __init__(self, subject: Subject, examples: int, seed: int, tolerance: float, progress: Progress) -> None:
        self.subject, self.examples, self.seed, self.tolerance = subject, examples, seed, tolerance
        self.progress = progress
        self.records: dict[Block, Record] = {}
        self.cases = 0
        self._target: Block | None = None

    def run(self) -> None:
        """Every size in turn; at each one until no further block fails."""
        for problem in self.subject.problems():
            while self._fails_at(problem):
                pass

    def _fails_at(self, problem: Problem) -> bool:
        """Whether a block that was not known to be wrong is wrong at these sizes; then its witness is recorded."""
        self.progress(", ".join(f"{name} = {size}" for name, size in problem.sizes.items()))
        self._target = None
        # One more, since the first case that Hypothesis tries is all zeros.
        quiet = settings(
            max_examples=self.examples + 1, database=None, deadline=None, derandomize=False,
            phases=(Phase.generate, Phase.shrink), verbosity=Verbosity.quiet, print_blob=False,
        )  # fmt: skip
        search = partial(find, problem.cases, partial(self._fails, problem), settings=quiet, random=Random(self.seed))
        try:
            case = _aside(search) if currently_in_test_context() else search()
        except NoSuchExample:
            return False
        self._record_witness(problem, case)
        return True

    def _fails(self, problem: Problem, case: Any) -> bool:
        """Whether the case is a failure to look into: of any block at first, then of that block, while it shrinks."""
        if self._target is None:
            self._judge_all(problem, case)
            return self._target is not None
        finding = self._judge(problem, case, self._target)[self._target][1]
        return finding is not None and finding.verdict is Verdict.WRONG

    def _judge_all(self, problem: Problem, case: Any) -> None:
        """Record a new case, and make the first block that turns out to be wrong the target."""
        judged = self._judge(problem, case)
        self.cases += 1
        for block, (opinion, finding) in judged.items():
            record = self.records.setdefault(block, Record())
            if finding is None:
                continue
            record.add(finding, opinion)
            if finding.verdict is Verdict.WRONG and record.witness is None and self._target is None:
                self._target = block

    def _judge(
        self, problem: Problem, case: Any, only: Block | None = None
    ) -> dict[Block, tuple[Opinion, Finding | None]]:
        with np.errstate(all="ignore"):
            opinions = problem.opinions(case, only)
            return {block: (opinion, compare(opinion, self.tolerance)) for block, opinion in opinions.items()}

    def _record_witness(self, problem: Problem, case: Any) -> None:
        assert self._target is not None
        opinion, finding = self._judge(problem, case, self._target)[self._target]
        assert finding is not None
        self.records[self._target].witness = Witness.of(problem.sizes, problem.arrays(case), opinion, finding)


def _aside(search: Callable[[], Any]) -> Any:
    """Run a search from inside a property test: Hypothesis refuses one within another in the same thread."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        return worker.submit(search).result()
