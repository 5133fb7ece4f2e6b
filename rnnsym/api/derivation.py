"""A derivation: the lines from the forward equations to the gradients, with free T."""

from collections.abc import Sequence
from functools import cached_property

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.cells.registry import get
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.equations import Equation, Lines, lines
from rnnsym.engine.program import Program, build
from rnnsym.errors import DisconnectedError, unknown
from rnnsym.wiring import TOTAL_LOSS, cell_system


class Derivation:
    """The gradient of a network or of a cell alone (then ∂L_t/∂output_t is given from outside), line by line."""

    def __init__(self, system: System, title: str, wrt: Sequence[str] | None = None) -> None:
        self.title = title
        self.program: Program = build(system, TOTAL_LOSS, title)
        self._wanted = None if wrt is None else [self._gradient(label) for label in wrt]

    def _gradient(self, label: str) -> Name:
        system = self.program.adjoint.system
        params = [name.label for name in system.given if name.role == Role.PARAM]
        found = {name.label: name for name in self.program.adjoint.gradients}
        if label not in params:
            raise unknown("parameter", label, params)
        if label not in found:
            raise DisconnectedError(f"the loss does not depend on {label}: its gradient is exactly zero.")
        return found[label]

    @cached_property
    def lines(self) -> Lines:
        return lines(self.program.adjoint, self._wanted)

    @property
    def forward(self) -> tuple[Equation, ...]:
        """The forward equations."""
        return self.lines.forward

    @property
    def backward(self) -> tuple[Equation, ...]:
        """An adjoint equation for every named quantity, in the order in which they run, t = T … 1."""
        return self.lines.backward

    @property
    def gradients(self) -> tuple[Equation, ...]:
        """The gradient of every parameter, as a sum over t with free T."""
        return self.lines.gradients

    def numpy_source(self) -> str:
        """The readable NumPy program of these equations; it needs only NumPy."""
        return self.program.source


def derive(what: Network | Cell | str, wrt: str | Sequence[str] | None = None) -> Derivation:
    """The derivation for a network, or for a cell (or its name) alone; `wrt` keeps only these parameters' gradients.

    Raises UnknownNameError for an unknown parameter, DisconnectedError for one the loss does not depend on.
    """
    wanted = [wrt] if isinstance(wrt, str) else wrt
    if isinstance(what, Network):
        return Derivation(what.system, repr(what), wanted)
    cell = get(what) if isinstance(what, str) else what
    return Derivation(cell_system(cell), f"{cell.name}: {cell.source}" if cell.source else cell.name, wanted)
