"""Which terms of the ledger an answer is made of: a gradient with terms missing is recognised by regression."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsym.errors import InputError, ShapeError

if TYPE_CHECKING:
    from rnnsym.api.ledger import Ledger

Array = np.ndarray[Any, Any]
Pair = tuple[int, int]

TOLERANCE, WHOLE = 1e-7, 1e-4
"""Of the largest entry of the gradient: what counts as equal; how near to 0 or 1 a coefficient must be."""
MOST_ENTRIES, MOST_PAIRS, MOST_NAMED = 3.2e7, 64, 8
"""How many numbers a search over single terms looks at; among how many terms it tries pairs; how many it names."""


@dataclass(frozen=True)
class Explanation:
    """What an answer is made of.

    kind: "exact", "nothing", "scaled", "window" (t − k < K is kept), "chunks" (t and k in one chunk of K are kept),
    "rows", "columns", "lags" or "terms" (these are missing), or "unknown". `scale` is the factor of all that is kept;
    `missing` lists the pairs (t, k) whose term is not there; `residual` is what is left over, relative to the gradient.
    """

    kind: str
    text: str
    scale: float
    missing: tuple[Pair, ...]
    residual: float

    def __str__(self) -> str:
        return self.text


Keeps = Callable[[int, int], bool]
"""Whether the term of loss t through step k is kept."""


class Guess(NamedTuple):
    """A way to choose terms: the sum of those kept, which those are, and how to say it."""

    kind: str
    text: str
    value: Array
    keeps: Keeps


def explain(ledger: "Ledger", answer: Any) -> Explanation:
    """Which terms G_{t,k} are in `answer`, an array of the shape of the gradient.

    Tried in this order: the gradient itself, truncation, missing rows, columns, lags and single terms; then each of
    these times one factor. Raises ShapeError for another shape, InputError for what is no array of finite real numbers.
    """
    try:
        given = np.asarray(answer)
    except ValueError:
        raise InputError("the answer is no array: its rows have different lengths.") from None
    if given.dtype.kind not in "iuf":
        raise InputError(f"the answer must be an array of real numbers, not of {given.dtype}.")
    given = given.astype(float)
    if given.shape != ledger.shape:
        raise ShapeError(f"the answer has shape {given.shape}, but the gradient of {ledger.wrt} has {ledger.shape}.")
    if not np.isfinite(given).all():
        raise InputError("the answer is not finite.")
    return _Search(ledger, given).result()


class _Search:
    """Compares one answer with sums of entries of one ledger."""

    def __init__(self, ledger: "Ledger", answer: Array) -> None:
        self.ledger, self.answer, self.total = ledger, answer, ledger.total
        norms = ledger.norms
        self.size = max(float(np.max(norms, initial=0.0)), 1e-300)
        self.pairs = [(t + 1, ledger.steps[i]) for t, i in np.argwhere(norms > 0).tolist()]

    def result(self) -> Explanation:
        guesses = list(self._guesses())
        for guess in guesses:
            if self._off(guess.value) < TOLERANCE:
                return self._said(guess, 1.0)
        for guess in guesses:
            if (scale := self._factor(guess.value)) is not None:
                return self._said(guess, scale)
        text = "No choice of terms gives this array: the mistake is inside the terms, not in which are added up."
        return Explanation("unknown", text, 1.0, (), self._off(self.total))

    def _off(self, value: Array) -> float:
        return float(np.max(np.abs(self.answer - value), initial=0.0)) / self.size

    def _factor(self, value: Array) -> float | None:
        """The number that makes `value` the answer, if there is one."""
        square = float(np.sum(value * value))
        scale = float(np.sum(value * self.answer)) / square if square else 0.0
        return scale if scale and self._off(scale * value) < TOLERANCE else None

    def _said(self, guess: Guess, scale: float) -> Explanation:
        missing = tuple(pair for pair in self.pairs if not guess.keeps(*pair))
        kind, text = guess.kind, guess.text
        if scale != 1.0:
            ratio = Fraction(scale).limit_denominator(1000)
            exact = f" = {ratio}" if ratio.denominator > 1 and abs(ratio - Fraction(scale)) < TOLERANCE else ""
            text, kind = f"{text} All that is there is multiplied by {scale:.6g}{exact}.", kind if missing else "scaled"
        return Explanation(kind, text, scale, missing, self._off(scale * guess.value))

    def _guesses(self) -> Iterator[Guess]:
        yield Guess("exact", "Every term is there.", self.total, lambda t, k: True)
        yield Guess("nothing", "No term is there: the answer is zero.", 0.0 * self.total, lambda t, k: False)
        yield from self._windows()
        yield from self._chunks()
        ledger = self.ledger
        losses, steps = range(1, ledger.T + 1), ledger.steps
        yield from self._without("rows", dict(zip(losses, ledger.rows, strict=True)), _row_text, lambda t, k: t)
        yield from self._without("columns", dict(zip(steps, ledger.columns, strict=True)), _column_text, lambda t, k: k)
        lags = {j: ledger.lag(j) for j in sorted({t - k for t, k in self.pairs})}
        yield from self._without("lags", lags, _lag_text, lambda t, k: t - k)
        yield from self._single_terms()

    def _windows(self) -> Iterator[Guess]:
        """Truncated per loss: t − k < K."""
        far = max((abs(t - k) for t, k in self.pairs), default=0)
        kept = np.zeros(self.ledger.shape)
        for j in range(far):
            kept = kept + self.ledger.lag(j) + (self.ledger.lag(-j) if j else 0.0)
            text = f"Only terms with t − k < {j + 1} are there: truncated for each loss, K = {j + 1}."
            yield Guess("window", text, kept, _within(j))

    def _chunks(self) -> Iterator[Guess]:
        """Cut at the borders of chunks: t and k lie in the same one."""
        if not self._small:
            return
        entries, steps = self.ledger.array, np.array(self.ledger.steps)
        for size in range(1, self.ledger.T):
            chunk = (steps - 1) // size
            kept = np.zeros(self.ledger.shape)
            for t in range(1, self.ledger.T + 1):
                kept = kept + entries[t - 1, chunk == (t - 1) // size].sum(axis=0)
            text = f"Only terms with t and k in one chunk of {size} are there: the gradient is cut between chunks."
            yield Guess("chunks", text, kept, _in_one_chunk(size))

    @property
    def _small(self) -> bool:
        return self.ledger.nbytes <= 8 * MOST_ENTRIES

    def _single_terms(self) -> Iterator[Guess]:
        if self._small:
            entries = self.ledger.array
            parts = {(t, k): entries[t - 1, self.ledger.steps.index(k)] for t, k in self.pairs}
            yield from self._without("terms", parts, _terms_text, lambda t, k: (t, k))

    def _without(
        self,
        kind: str,
        parts: Mapping[Any, Array],
        say: Callable[[Sequence[Any]], str],
        part: Callable[[int, int], Any],
    ) -> Iterator[Guess]:
        """Some of `parts`, which add up to the gradient, are missing: by regression, else one or two are tried."""
        keys = [key for key, value in parts.items() if np.any(value)]
        stacked = np.array([parts[key].ravel() for key in keys]).reshape(len(keys), self.answer.size)
        for absent in _absent(stacked, self.answer.ravel(), self.size):
            gone = {keys[i] for i in absent}
            kept = stacked[[i for i in range(len(keys)) if i not in absent]].sum(axis=0).reshape(self.ledger.shape)
            yield Guess(kind, say(sorted(gone)), kept, _all_but(gone, part))


def _within(lags: int) -> Keeps:
    return lambda t, k: abs(t - k) <= lags


def _in_one_chunk(size: int) -> Keeps:
    return lambda t, k: (t - 1) // size == (k - 1) // size


def _all_but(gone: Collection[Any], part: Callable[[int, int], Any]) -> Keeps:
    return lambda t, k: part(t, k) not in gone


def _absent(parts: Array, answer: Array, size: float) -> Iterator[frozenset[int]]:
    """Which rows of `parts` may be missing from their sum: where coefficients are one number or zero."""
    count = len(parts)
    if count > 1 and np.linalg.matrix_rank(parts) == count:
        coefficients = np.linalg.lstsq(parts.T, answer, rcond=None)[0]
        largest = coefficients[np.argmax(np.abs(coefficients))]
        ratios = coefficients / (largest or 1.0)
        if np.all(np.minimum(np.abs(ratios), np.abs(ratios - 1.0)) < WHOLE):
            zero: list[int] = np.flatnonzero(np.abs(ratios) < WHOLE).tolist()
            yield from [frozenset(zero)] if zero else []
        return
    total = parts.sum(axis=0)
    for many in (1, 2) if count <= MOST_PAIRS else (1,):
        for absent in combinations(range(count), many):
            if np.max(np.abs(total - parts[list(absent)].sum(axis=0) - answer)) < TOLERANCE * size:
                yield frozenset(absent)


def _row_text(times: Sequence[int]) -> str:
    sent = "this loss sends" if len(times) == 1 else "these losses send"
    return f"{_counted('row', times)} t = {_listed(times)} {_is(times)} missing: all that {sent} back."


def _column_text(steps: Sequence[int]) -> str:
    passed = "this step" if len(steps) == 1 else "these steps"
    return f"{_counted('column', steps)} k = {_listed(steps)} {_is(steps)} missing: all that goes through {passed}."


def _lag_text(lags: Sequence[int]) -> str:
    return f"Every term with t − k = {_listed(lags)} is missing."


def _terms_text(pairs: Sequence[Pair]) -> str:
    return f"Missing {'is' if len(pairs) == 1 else 'are'} {_listed([f'G[{t}, {k}]' for t, k in pairs])}."


def _counted(noun: str, items: Sequence[Any]) -> str:
    return noun.capitalize() + ("" if len(items) == 1 else "s")


def _is(items: Sequence[Any]) -> str:
    return "is" if len(items) == 1 else "are"


def _listed(items: Sequence[Any]) -> str:
    """`1, 2 and 5`"""
    texts = [str(item) for item in items[:MOST_NAMED]] + [f"{len(items) - MOST_NAMED} more"] * (len(items) > MOST_NAMED)
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
