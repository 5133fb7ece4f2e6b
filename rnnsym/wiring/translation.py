"""Encoder and decoder: one part reads a sequence, another starts from the state where the first one ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rnnsym.cells.base import Cell
from rnnsym.core.dims import Dim, Shape
from rnnsym.core.expr import Expr
from rnnsym.core.names import BEFORE, END, FREE, Name, Role
from rnnsym.core.system import Piece
from rnnsym.errors import InputError, unknown
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import leaf
from rnnsym.ops.losses import hardmax, softmax
from rnnsym.ops.structure import stop_gradient
from rnnsym.wiring.builder import Builder
from rnnsym.wiring.parts import as_part
from rnnsym.wiring.place import Part, Path, Place, Placed

TEACHER = "teacher"
FEEDBACK: dict[str, Callable[[Expr], Expr] | None] = {
    TEACHER: None,
    "soft": softmax,
    "hard": lambda scores: stop_gradient(hardmax(scores)),
}


@dataclass(frozen=True)
class EncoderDecoder:
    """The decoder's carry at 0 is the encoder's at T; carries pair by name, else output with output.

    `feedback`: what the decoder reads at step t. "teacher": data, `decoder.x`, of dimension `inputs` (that of a
    prediction where it is None). "soft": softmax(y_{t-1}); "hard": the one-hot vector of the largest entry of y_{t-1},
    through which no gradient passes; at t = 1 both read a trained vector, `decoder.start`. `context`: the decoder also
    reads the encoder's output at T at every step: as its input called `context` where the cell has one, else joined
    to its first input. Both run over the same number of steps T.
    """

    encoder: Part
    decoder: Part
    feedback: str = TEACHER
    context: bool = False
    inputs: Dim | None = None

    def __init__(
        self,
        encoder: object,
        decoder: object = None,
        feedback: str = TEACHER,
        context: bool = False,
        inputs: Dim | None = None,
    ) -> None:
        if feedback not in FEEDBACK:
            raise unknown("feedback", feedback, FEEDBACK)
        if inputs is not None and feedback != TEACHER:
            raise InputError(f"with feedback={feedback!r} the decoder reads its own outputs: it has no inputs to size.")
        object.__setattr__(self, "encoder", as_part(encoder))
        object.__setattr__(self, "decoder", self.encoder if decoder is None else as_part(decoder))
        object.__setattr__(self, "feedback", feedback)
        object.__setattr__(self, "context", bool(context))
        object.__setattr__(self, "inputs", inputs)
        if self.decoder.looks_ahead:
            raise InputError("a decoder makes its output step by step and cannot read backward in time.")

    @property
    def looks_ahead(self) -> bool:
        return True

    def cells(self, path: Path = ()) -> Iterator[tuple[Path, Cell]]:
        yield from self.encoder.cells((*path, "encoder"))
        yield from self.decoder.cells((*path, "decoder"))

    def place(self, builder: Builder, predicted: tuple[Name, Shape] | None) -> Placed:
        """`predicted`: the name and shape of the readout y; None where the output is the decoder's own."""
        encoded = self.encoder.place(builder, Place(("encoder",), ("encoder",)))
        context = self._context(builder, encoded) if self.context else None
        path = ("decoder",)
        _, first = next(self.decoder.cells(path))
        if not first.inputs:
            raise InputError(f"a decoder reads at each step what came before, but cell {first.name} reads nothing.")
        symbol = next(iter(first.inputs))
        name, shape = predicted or self._output(encoded)
        if self.feedback == TEACHER:
            feed = builder.data(Name(Role.INPUT, symbol, path), self._data_shape(first.inputs[symbol], shape), True)
        else:
            back = FEEDBACK[self.feedback]
            assert back is not None
            feed = builder.after_start(path, back(leaf(name, BEFORE, shape)))
        if context is None:
            return self.decoder.place(builder, Place(path, path, feed, {}, encoded.states))
        if "context" in first.inputs:
            return self.decoder.place(builder, Place(path, path, feed, {"context": context}, encoded.states))
        if feed.dtype == "int":
            raise InputError(
                f"a symbol and the encoder's output cannot be joined to one vector: give cell {first.name} an input "
                f"'context'."
            )
        return self.decoder.place(builder, Place(path, path, concat(feed, context), {}, encoded.states))

    def _context(self, builder: Builder, encoded: Placed) -> Expr:
        output = encoded.read(builder, END)
        name = builder.own(Name(Role.EQUATION, "context"))
        builder.define(name, output.shape, Piece(END, output))
        return leaf(name, FREE, output.shape)

    def _output(self, encoded: Placed) -> tuple[Name, Shape]:
        """The name and shape of the decoder's output, found by placing it aside."""
        aside = Builder()
        output = self.decoder.place(aside, Place(("decoder",), ("decoder",), states=encoded.states))
        read = output.read(aside, END)
        name = read.attrs[0]
        assert isinstance(name, Name)
        return name, read.shape

    def _data_shape(self, declared: tuple[Dim, ...], predicted: Shape) -> Shape:
        """A teacher's inputs look like predictions, if nothing else is said; symbols are those of their vocabulary."""
        if len(declared) == 1 and isinstance(declared[0], str) and declared[0].isidentifier():
            return predicted if self.inputs is None else (self.inputs,)
        return declared
