"""Cells wired into a network, with its numbers: sizes, initial weights, runs and gradients."""

import importlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.api.arrays import Given, check_params, given_values, steps_told
from rnnsym.api.dimensions import check_shapes, sizes_of, vocabularies, widths_of, with_widths
from rnnsym.api.init import initial_parameters
from rnnsym.api.prepared import Fast, Prepared, completed
from rnnsym.api.run import Run
from rnnsym.cells.base import Cell
from rnnsym.cells.vocabulary import Vocabulary
from rnnsym.core import dims
from rnnsym.core.dims import Shape
from rnnsym.core.names import Role
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.engine.program import Program, program_of
from rnnsym.errors import InputError, MisuseError
from rnnsym.ops.indexing import check_indices
from rnnsym.wiring import (
    STANDARD,
    TOTAL_LOSS,
    Body,
    Options,
    as_body,
    described,
    network_system,
    wire,
)

if TYPE_CHECKING:
    from rnnsym.notation import Notation

Params = dict[str, "np.ndarray[Any, Any]"]


class Network:
    """Cells read in time, with a readout and a loss.

    cell: a Cell, its class, or a name ("lstm", "path/to/file.py:MyCell"); or a composition, rs.Stacked(…),
    rs.Bidirectional(…) or rs.EncoderDecoder(…). inputs, hidden, outputs: sizes X, H and C; with
    inputs=rs.Vocabulary(X) x_t is the number of one of X symbols, and W x_t the column of W at that number. With
    outputs=None the output is the hidden state itself; for stacked layers `hidden` may be a list. dims: sizes of other
    dimensions that the cells name. loss: "squared" (½ Σ (y − target)²) or "cross_entropy" (integer labels). pattern:
    "many_to_many" (or "tagging"), "many_to_one" ("sequence_to_vector": one output, after all is read), "one_to_many"
    ("vector_to_sequence": the same vector x is read at every step) or "language_model" (x_{t-1} is read at step t, at
    t = 1 a trained vector `start`). reduction: "sum", or "mean" (squared: divided by T·B·C; cross-entropy: by the
    number of labels). Raises UnknownNameError, InputError and ShapeError.
    """

    def __init__(
        self,
        cell: Body | Cell | type[Cell] | str,
        inputs: int | Vocabulary,
        hidden: int | Sequence[int],
        outputs: int | None = None,
        loss: str = "squared",
        pattern: str = "many_to_many",
        reduction: str = "sum",
        dims: Mapping[str, int] | None = None,
    ) -> None:
        widths = {"H": hidden} if isinstance(hidden, (int, np.integer)) else widths_of(hidden)
        self.body: Body = as_body(cell)
        if isinstance(hidden, (list, tuple)):
            self.body = with_widths(self.body, tuple(widths))
        symbols = isinstance(inputs, Vocabulary)
        self.options = Options(outputs is not None, loss, pattern, reduction, symbols=symbols)
        wired = wire(self.body, self.options)
        self.system = wired.system
        """The network's equations, with free T."""
        self.placements = wired.placements
        """Each cell with its place in the network."""
        read = dict.fromkeys(vocabularies(wired), inputs.size) if isinstance(inputs, Vocabulary) else {"X": inputs}
        self.sizes = sizes_of(wired, {**read, **widths, "C": outputs}, dims or {})
        check_shapes(self.system, self.sizes)
        check_indices((piece.rhs for _, piece in self.system.pieces()), self.sizes)
        self._derived: dict[bool, Adjoint] = {}
        self._forget()

    @classmethod
    def sized(cls, what: Body | Cell, options: Options, sizes: Mapping[str, int]) -> "Network":
        """A network with all its dimensions by name, X, H and C too. Raises as `Network` does."""
        others = {name: size for name, size in sizes.items() if name not in STANDARD}
        outputs = sizes.get("C", 1) if options.readout else None
        choices = (options.loss, options.pattern, options.reduction)
        inputs: int | Vocabulary = sizes.get("X", 1)
        inputs = Vocabulary(inputs) if options.symbols and isinstance(inputs, int) else inputs
        return cls(what, inputs, sizes.get("H", 1), outputs, *choices, others)

    @property
    def cell(self) -> Cell:
        """The only cell of this network. Raises MisuseError where there are several: `placements` has them."""
        if len(self.placements) > 1:
            places = ", ".join(map(str, self.placements))
            raise MisuseError(f"this network has several cells, {places}: see net.placements.")
        return self.placements[0].cell

    @property
    def name(self) -> str:
        """What it is made of: `LSTM`, `stacked(LSTM, GRU)`."""
        return described(self.body)

    def __getstate__(self) -> dict[str, Any]:
        """Without the generated functions, which do not pickle and are made again on first use."""
        return {name: value for name, value in vars(self).items() if name not in ("_programs", "_fast")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._forget()

    def _forget(self) -> None:
        self._programs: dict[bool, Program] = {}
        self._fast = Fast(self.sizes)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}={size}" for name, size in self.sizes.items())
        return f"Network({self.name}, {sizes}, {self.options.loss}, {self.options.pattern})"

    @cached_property
    def params(self) -> dict[str, Shape]:
        """The shape of every parameter, in numbers."""
        return {
            name.label: tuple(dims.size(dim, self.sizes) for dim in shape)
            for name, shape in self.system.given.items()
            if name.role == Role.PARAM
        }

    def init(
        self,
        seed: int = 0,
        scheme: str = "glorot",
        spectral_radius: float | None = None,
        forget_bias: float | None = None,
        chrono: float | None = None,
    ) -> Params:
        """Initial parameters. Same seed, same numbers. Schemes: glorot, orthogonal, gaussian (or normal), uniform,
        identity. What is only ever added (a bias) begins at zero, except in "uniform".

        spectral_radius rescales every recurrent matrix to that largest absolute eigenvalue. forget_bias opens the gates
        that keep the state (Jozefowicz et al., 2015: 1), whatever a cell calls them. chrono=T_max draws that bias as
        log U[1, T_max − 1], and its opposite for a gate that lets new content in (Tallec & Ollivier, 2018).
        Raises UnknownNameError and InputError.
        """
        settings = (seed, scheme, spectral_radius, forget_bias, chrono)
        return initial_parameters(self.system, self.sizes, self.placements, *settings)

    def params_from(self, arrays: Mapping[str, Any], notation: "str | Notation") -> Params:
        """Parameters from arrays as a notation names and stores them: `net.params_from({"W": …, "V": …}, "deck_b")`.

        An array is called as the notation spells it, in text or ASCII, or by its canonical label where no other is
        spelt so. Raises UnknownNameError, InputError and ShapeError in the names and shapes of the notation.
        """
        found: Params = _stored().params_from(self.system, self.params, arrays, notation)
        return found

    def params_in(self, notation: "str | Notation", params: Mapping[str, Any]) -> Params:
        """Parameters, or gradients, by the names of a notation and as it stores them. Raises as `run` does."""
        found: Params = _stored().params_in(self.system, self.params, params, notation)
        return found

    def run(
        self,
        params: Mapping[str, Any],
        x: Any,
        targets: Any = None,
        carry: Mapping[str, Any] | None = None,
        mask: Any = None,
        steps: int | None = None,
    ) -> Run:
        """Every named quantity at every step. x: (T, X) or (T, B, X), or a dict by label for several inputs; symbols
        are integers (T,) or (T, B).

        targets: (T[, B], C), or labels (T[, B]); many-to-one drops T. carry: initial values by name, missing ones are
        zero. mask: (T,) or (T, B), 0 where a target is missing. One-to-many takes x as (X,) or (B, X) and T from the
        targets, or from `steps` where there are none. With targets the run has adjoints and gradients too.
        Raises ShapeError, InputError and UnknownNameError.
        """
        program = self.program(mask is not None)
        given = self.given(params, x, targets, carry, mask, steps)
        told = steps_told(program.adjoint.system, given)
        return Run(program, given, has_targets=targets is not None, steps=int(steps or 0) if told is None else told)

    def value_and_grad(
        self,
        params: Mapping[str, Any],
        x: Any,
        targets: Any,
        carry: Mapping[str, Any] | None = None,
        mask: Any = None,
    ) -> tuple[float, Params]:
        """The loss and its gradient with respect to every parameter, a dict like `params`. Arguments as in `run`."""
        given, steps = self._data(params, x, targets, carry, mask)
        found = self._fast.value_and_grad(self.derived(mask is not None), given, steps)
        if found is None:
            run = self.run(params, x, targets, carry, mask)
            return run.loss, run.grads
        return completed(self.params, *found)

    def prepare(
        self,
        x: Any,
        targets: Any,
        carry: Mapping[str, Any] | None = None,
        mask: Any = None,
    ) -> Prepared:
        """The loss and its gradient as a function of the parameters, on data that stay: `loss, grads = step(params)`.

        For training and for sliders: the data are checked and laid out once. Arguments and errors as in `run`.
        """
        given, steps = self._data(self.init(), x, targets, carry, mask)
        masked = mask is not None

        def otherwise(changed: Mapping[str, Any]) -> tuple[Any, Params]:
            arrays = check_params(changed, self.params)
            known = {name: arrays[name.label] if name.role == Role.PARAM else value for name, value in given.items()}
            run = Run(self.program(masked), known, has_targets=True, steps=steps)
            return run.loss, run.grads

        return Prepared(self._fast, self.derived(masked), given, steps, self.params, otherwise)

    def _data(self, params: Mapping[str, Any], x: Any, targets: Any, carry: Any, mask: Any) -> tuple[Given, int]:
        """The checked arrays of a run that has a loss, and T."""
        if targets is None:
            raise InputError("gradients need targets: without them there is no loss.")
        given = self.given(params, x, targets, carry, mask)
        told = steps_told(self.derived(mask is not None).system, given)
        return given, told or 1

    def given(
        self,
        params: Mapping[str, Any],
        x: Any,
        targets: Any,
        carry: Mapping[str, Any] | None,
        mask: Any,
        steps: int | None = None,
    ) -> Given:
        """The checked arrays that a run starts from."""
        system = self.derived(mask is not None).system
        arrays = check_params(params, self.params)
        return given_values(system, self.sizes, self.options, arrays, x, targets, carry, mask, steps)

    def derived(self, masked: bool = False) -> Adjoint:
        """The network's equations with those of its adjoint, derived on first use; with a mask on the loss, or not."""
        if masked not in self._derived:
            options = Options(**{**vars(self.options), "masked": masked})
            system = network_system(self.body, options) if masked else self.system
            self._derived.setdefault(masked, adjoint(system, TOTAL_LOSS))
        return self._derived[masked]

    def program(self, masked: bool = False) -> Program:
        """The generated program in its readable form, made on first use."""
        if masked not in self._programs:
            title = f"{self.name}: generated by rnnsym from its equations."
            self._programs[masked] = program_of(self.derived(masked), title)
        return self._programs[masked]


def _stored() -> Any:
    """What reads and writes parameters as a notation stores them; the notations are loaded on first use."""
    return importlib.import_module("rnnsym.api.stored")
