"""Which terms of the ledger an answer is made of: a gradient with terms missing is recognised by regression."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsym.errors import InputError, ShapeError

if TYPE_CHECKING:
    from rnnsym.api.ledger import Ledger

Array = np.ndarray[Any, Any]

TOLERANCE, WHOLE = 1e-7, 1e-4
"""Of the largest entry of the gradient: what counts as equal; how near to 0 or 1 a coefficient must be."""
MOST_PAIRS = 64
"""Among how many terms every pair is tried."""


@dataclass(frozen=True)
class Explanation:
    """What an answer is made of.

    kind: "exact", "scaled", "window" (t − k < K kept), "chunks" (t and k in one chunk of K kept), "rows", "columns",
    "lags" or "terms" (these are missing), or "unknown". `scale` is the factor of all that is kept; `missing` lists
    the pairs (t, k) whose term the answer lacks; `residual` is what remains, relative to the gradient.
    """

    kind: str
    text: str
    scale: float
    missing: tuple[tuple[int, int], ...]
    residual: float

    def __str__(self) -> str:
        return self.text


class Guess(NamedTuple):
    """A way to be wrong: the terms kept, the sum that it would give, and how to say it."""

    kind: str
    text: str
    value: Array
    keeps: Callable[[int, int], bool]


def explain(ledger: "Ledger", answer: Any) -> Explanation:
    """Which terms G_{t,k} are in `answer`, an array of the shape of the gradient.

    Tried in this order: the gradient itself; all terms times one factor; truncation; missing rows, columns, lags; and
    single terms, where there are not too many. Raises ShapeError for another shape, InputError for what is not finite.
    """
    given = np.asarray(answer, dtype=float)
    if given.shape != ledger.shape:
        raise ShapeError(f"the answer has shape {given.shape}, the gradient of {ledger.wrt} has {ledger.shape}.")
    if not np.isfinite(given).all():
        raise InputError("the answer is not finite.")
    return _Search(ledger, given).result()


class _Search:
    """Compares one answer with sums of entries of one ledger."""

    def __init__(self, ledger: "Ledger", answer: Array) -> None:
        self.ledger, self.answer, self.total = ledger, answer, ledger.total
        self.size = max(float(np.max(np.abs(self.total), initial=0.0)), float(np.max(ledger.norms, initial=0.0)), 1e-300)
        self.pairs = [(t, k) for t in range(1, ledger.T + 1) for k in ledger.steps if ledger.norms[t - 1, _at(ledger, k)]]

    def residual(self, value: Array) -> float:
        return float(np.max(np.abs(self.answer - value), initial=0.0)) / self.size

    def result(self) -> Explanation:
        for guess in self._whole():
            if self.residual(guess.value) < TOLERANCE:
                return self._said(guess, 1.0)
        if (scale := self._scale(self.total)) is not None:
            text = f"Every term is there, times {scale:.6g}{self._known_factor(scale)}."
            return self._said(Guess("scaled", text, scale * self.total, lambda t, k: True), scale)
        for search in (self._rows, self._columns, self._lags, self._terms):
            if (found := search()) is not None:
                return found
        for guess in self._whole():
            if (scale := self._scale(guess.value)) is not None:
                text = f"{guess.text} All of it is multiplied by {scale:.6g}{self._known_factor(scale)}."
                return self._said(guess._replace(text=text, value=scale * guess.value), scale)
        text = "No choice of terms gives this array: the mistake is within the terms, not in which of them are added up."
        return Explanation("unknown", text, 1.0, (), self.residual(self.total))
