"""A derivation in SymPy: symbols, and formulas that use each other by name."""

from typing import TYPE_CHECKING, Any

from rnnsym.api.scalars import ScalarDerivation, scalar_derivation
from rnnsym.interpreters.symbolic import matrix, named_scalars

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation


class SymbolicDerivation:
    """`assignments`: (Symbol, formula) pairs in an order in which they can be computed, `h_1_0` for entry 0 of h at
    t = 1; `loss`: the symbol of the total loss; `gradients`: a Matrix of symbols for every parameter.

    `symbols` has every symbol by its name. `expand()` puts the formulas in.
    """

    def __init__(self, scalars: ScalarDerivation) -> None:
        self.scalars = scalars
        known, self.assignments = named_scalars(scalars.assignments, scalars.labels)
        self.symbols: dict[str, Any] = {symbol.name: symbol for symbol in known.values()}
        self.loss: Any = known[scalars.loss]
        self.gradients: dict[str, Any] = {label: matrix(table, known) for label, table in scalars.gradients.items()}

    def __repr__(self) -> str:
        return f"<{len(self.assignments)} SymPy assignments of {self.scalars.title}>"

    def expand(self, what: Any = None) -> Any:
        """`what` (default: the loss and the gradients, as a dict) in terms of parameters, inputs and targets alone.

        Its size grows fast with the number of steps: T = 3 is a good start.
        """
        known: dict[Any, Any] = {}
        for symbol, formula in self.assignments:
            known[symbol] = formula.xreplace(known)
        if what is not None:
            return what.xreplace(known)
        return {"loss": self.loss.xreplace(known), **{k: g.xreplace(known) for k, g in self.gradients.items()}}


def to_sympy(derivation: "Derivation", **options: Any) -> SymbolicDerivation:
    """A derivation in SymPy; options as in `scalar_derivation`: hidden, steps, inputs, outputs, targets, sizes."""
    return SymbolicDerivation(scalar_derivation(derivation, **options))
