"""Text as a task: each character is read as a one-hot vector, and the next one must be predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.cells.vocabulary import Vocabulary
from rnnsym.core.names import Role
from rnnsym.errors import InputError
from rnnsym.walk.walk import Walk
from rnnsym.wiring import TARGET, Body, as_body
from rnnsym.wiring.options import Reading

Array = np.ndarray[Any, Any]
SCHEME = "uniform"
"""How the weights are drawn."""
START = "start"
"""What a language model reads first, in place of a character."""
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
        """A walk of a network through the text, such as one of `text_network`.

        A decoder with a teacher reads the same characters as the encoder. Many-to-one predicts the last character,
        one-to-many reads the first one at every step, and a language model reads `start` in its place.
        """
        labels, (inputs, reads) = self.labels, self.inputs(net)
        if TARGET not in net.system.timed_given:
            labels = labels[-1]
        return Walk(net, params, inputs, labels, reads=reads, predicts=self.predicts, steps=len(self.labels))

    def inputs(self, net: Network) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What a network reads of the text, by input, and the symbols that it reads at the steps."""
        x, reads, numbers = self.x, self.reads, np.argmax(self.x, axis=1)
        match net.options.reading:
            case Reading.VECTOR:
                x, numbers, reads = x[0], numbers[0], reads[:1] * len(self.labels)
            case Reading.SHIFTED:
                x, reads = np.eye(len(self.alphabet))[self.labels], (START, *reads[1:])
        given = [name for name in net.system.given if name.role == Role.INPUT]
        return {name.label: numbers if name in net.system.labels else x for name in given}, reads


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


def text_network(cell: Body | Cell | str, text: str, hidden: int, symbols: bool = False, **options: Any) -> Network:
    """A character-level language model for `text`: X = C = the size of its alphabet, cross-entropy at every step.

    symbols: characters are read as numbers, as they are in any case by a cell that has a vocabulary for its first
    input. options: pattern and reduction, as in Network.
    """
    size, body = len(encode(text).alphabet), as_body(cell)
    first = next(iter(next(body.cells())[1].inputs.values()), None)
    inputs = Vocabulary(size) if symbols or isinstance(first, Vocabulary) else size
    return Network(body, inputs, hidden, size, "cross_entropy", **options)


def text_walk(cell: Body | Cell | str, text: str, hidden: int, seed: int = 0, **options: Any) -> Walk:
    """A walk through a network that reads `text`. Raises InputError for a text or size that cannot be used."""
    net = text_network(cell, text, hidden, **options)
    return encode(text).walk(net, net.init(seed, SCHEME))
