"""Text as a task: each character is read as a one-hot vector, and the next one must be predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.errors import InputError
from rnnsym.walk.walk import Walk

Array = np.ndarray[Any, Any]
SCHEME = "uniform"
"""How the weights are drawn."""
ALPHABET_DIMS = ("X", "C")
"""The dimensions of input and output: where a text is read, they have one unit for each character."""


@dataclass(frozen=True)
class TextTask:
    """`x` (T, X) one-hot rows, `labels` (T,) the numbers of the next characters, T = len(text) - 1."""

    text: str
    alphabet: tuple[str, ...]
    x: Array
    labels: Array
    reads: tuple[str, ...]
    predicts: tuple[str, ...]

    def walk(self, net: Network, params: Mapping[str, Any]) -> Walk:
        """A walk of a network through the text, such as one of `text_network`."""
        return Walk(net, params, self.x, self.labels, reads=self.reads, predicts=self.predicts)


def encode(text: str) -> TextTask:
    """The task of `text`, with the alphabet in order of first appearance.

    Raises InputError for fewer than two characters: then there is nothing to read and predict.
    """
    if len(text) < 2:
        what = f"'{text}' has one character" if text else "is empty"
        raise InputError(f"the text {what}: give at least two characters, one to read and one to predict.")
    alphabet = tuple(dict.fromkeys(text))
    numbers = np.array([alphabet.index(character) for character in text])
    x = np.eye(len(alphabet))[numbers[:-1]]
    return TextTask(text, alphabet, x, numbers[1:], tuple(text[:-1]), tuple(text[1:]))


def text_network(cell: Cell | str, text: str, hidden: int) -> Network:
    """A character-level language model for `text`: X = C = the size of its alphabet, cross-entropy at every step."""
    size = len(encode(text).alphabet)
    return Network(cell, inputs=size, hidden=hidden, outputs=size, loss="cross_entropy")


def text_walk(cell: Cell | str, text: str, hidden: int, seed: int = 0) -> Walk:
    """A walk through a cell that reads `text`. Raises InputError for a text or size that cannot be used."""
    net = text_network(cell, text, hidden)
    return encode(text).walk(net, net.init(seed, SCHEME))
