"""The equations of a derivation entry by entry, at small sizes: as expressions, and as a script for SymPy."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.core import dims
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name
from rnnsym.core.system import System, reads
from rnnsym.engine.scalars import Scalar, Scalars, scalars
from rnnsym.engine.sympy_script import script, source
from rnnsym.errors import InputError, unknown
from rnnsym.wiring import TARGET, TOTAL_LOSS

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation

Array = np.ndarray[Any, Any]
STANDARD = ("H", "X", "C")


class ScalarDerivation:
    """Every named entry with its formula, for T = `steps`: `h_1_0` is entry 0 of h at t = 1, `dh_1_0` its adjoint.

    `assignments` are in an order in which they can be computed; `loss` is the total loss; `gradients` has an array of
    entries for every parameter.
    """

    def __init__(self, made: Scalars, title: str, gradients: Sequence[Name]) -> None:
        self.scalars, self.title, self._gradients = made, title, gradients

    def __repr__(self) -> str:
        return f"<{len(self)} scalar equations of {self.title}>"

    def __len__(self) -> int:
        return len(self.scalars.assignments)

    @property
    def assignments(self) -> list[Scalar]:
        return self.scalars.assignments

    @property
    def loss(self) -> Expr:
        found: Expr = self.scalars.tables[TOTAL_LOSS].item()
        return found

    @property
    def gradients(self) -> dict[str, Array]:
        return {bar.label: self.scalars.tables[bar] for bar in self._gradients}

    @property
    def labels(self) -> Mapping[Expr, str]:
        """What every entry is called."""
        return self.scalars.labels

    def __str__(self) -> str:
        labels = self.labels
        return "\n".join(f"{labels[each.name]} = {source(each.formula, labels)}" for each in self.assignments)

    def script(self) -> str:
        """A Python script that defines all of it with SymPy."""
        return script(self.title, self.scalars, TOTAL_LOSS, self._gradients)


def scalar_derivation(
    derivation: "Derivation",
    hidden: int = 2,
    steps: int = 3,
    inputs: int = 2,
    outputs: int = 2,
    targets: Any = None,
    sizes: Mapping[str, int] | None = None,
) -> ScalarDerivation:
    """The scalar equations of a derivation: H, X and C are `hidden`, `inputs` and `outputs`; T is `steps`.

    targets: labels, (T,) or one, which cross-entropy needs: an integer has no symbol. sizes: other dimensions by name
    (`hidden` where they are missing). Raises InputError for sizes below 1, too few steps, and missing labels;
    UnknownNameError for a dimension that there is not.
    """
    derived = derivation.adjoint
    system = derived.system
    numbers = _sizes(derivation, {"H": hidden, "X": inputs, "C": outputs}, sizes or {})
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 1:
        raise InputError(f"the number of steps must be a whole number of 1 or more, not {steps!r}.")
    wanted = list(derived.gradients if derivation.wanted is None else derivation.wanted)
    needed = system.ancestors([*wanted, TOTAL_LOSS])
    names = [name for name in (*derived.forward, *derived.backward, *wanted) if name in needed]
    labels = _labels(system, targets, steps)
    _check_classes(system, numbers, labels)
    made = scalars(system, names, numbers, steps, labels)
    return ScalarDerivation(made, derivation.title, wanted)


def _sizes(derivation: "Derivation", standard: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """A number for every dimension."""
    system = derivation.adjoint.system
    shapes = (*system.given.values(), *system.shapes.values())
    names = dict.fromkeys(name for shape in shapes for dim in shape for name in dims.names_in(dim))
    for name in more:
        if name not in names:
            raise unknown("dimension", name, list(names))
    found = {name: {**standard, **more}.get(name, standard["H"]) for name in names}
    for name, size in found.items():
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1:
            raise InputError(f"the dimension {name} must be a whole number of 1 or more, not {size!r}.")
    return found


def _labels(system: System, targets: Any, steps: int) -> dict[Name, Any]:
    """The labels by name, with row t for step t."""
    if targets is None:
        return {}
    if not any(read.name == TARGET and read.leaf.dtype == "int" for _, p in system.pieces() for read in reads(p.rhs)):
        raise InputError("targets are labels, and this loss has none: its targets are symbols.")
    timed, values = system.timed_given, np.asarray(targets)
    if TARGET not in timed and values.shape == (1,):
        values = values[0]
    if values.dtype.kind not in "iu" or values.shape != ((steps,) if TARGET in timed else ()):
        raise InputError(f"targets are labels here, one integer{' for each of the steps' * (TARGET in timed)}.")
    return {TARGET: np.concatenate([[0], values]) if TARGET in timed else values}


def _check_classes(system: System, sizes: Mapping[str, int], labels: Mapping[Name, Any]) -> None:
    """Raise InputError for a label that is no entry of the scores that it picks from."""
    nodes = (node for _, piece in system.pieces() for node in topological([piece.rhs]) if len(node.args) == 2)
    for scores, label in (node.args for node in nodes):
        if label.prim.name == "leaf" and TARGET in labels and label.attrs[0] == TARGET:
            classes = dims.size(scores.shape[0], sizes)
            if wrong := [value for value in np.ravel(labels[TARGET]).tolist() if not 0 <= value < classes]:
                raise InputError(f"the labels of {classes} classes are 0…{classes - 1}, not {wrong[0]}.")
