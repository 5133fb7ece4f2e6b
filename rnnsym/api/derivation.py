"""A derivation: the lines from the forward equations to the gradients, with free T."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rnnsym.api.choices import FORMS, FormChoice, FormOptions, choice, recurrent_parameter
from rnnsym.api.counts import ParameterCount
from rnnsym.api.forms import FormView, Printed
from rnnsym.api.ledger import Ledger, ledger
from rnnsym.api.network import Network
from rnnsym.api.page import Page, page
from rnnsym.api.scalars import ScalarDerivation, scalar_derivation
from rnnsym.cells.base import Cell
from rnnsym.cells.registry import as_cell
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.derivation.equations import Equation, Lines, lines
from rnnsym.derivation.form import Form, recurrence
from rnnsym.engine.program import build
from rnnsym.engine.standalone import standalone
from rnnsym.errors import DisconnectedError, InputError, MisuseError, unknown
from rnnsym.notation import Notation, load
from rnnsym.wiring import TOTAL_LOSS, carry_order, cell_system

if TYPE_CHECKING:
    from rnnsym.api.symbolic import SymbolicDerivation


class Derivation(Printed):
    """The gradient of a network or of a cell alone (then ∂L_t/∂output_t is given from outside), line by line.

    It prints itself in `notation`; each printing method can be given another one. `order` are the states, in the order
    in which they are stacked.
    """

    def __init__(
        self,
        system: System,
        title: str,
        wrt: Sequence[str] | None = None,
        notation: str | Notation = "default",
        net: Network | None = None,
        order: Sequence[Name] = (),
    ) -> None:
        self.title, self.system, self.net, self.order = title, system, net, tuple(order)
        self.notation = load(notation) if isinstance(notation, str) else notation
        self.adjoint: Adjoint = adjoint(system, TOTAL_LOSS)
        self.wanted = None if wrt is None else [self._gradient(label) for label in wrt]
        """The gradients that were asked for, None for all."""

    def _gradient(self, label: str) -> Name:
        params = [name.label for name in self.adjoint.system.given if name.role == Role.PARAM]
        found = {name.label: name for name in self.adjoint.gradients}
        if label not in params:
            raise unknown("parameter", label, params)
        if label not in found:
            raise DisconnectedError(f"the loss does not depend on {label}: its gradient is exactly zero.")
        return found[label]

    def parameter(self, label: str | None = None) -> Name:
        """The parameter that a form is about: `label`, or the only one asked for, or the first recurrent weight.

        Raises UnknownNameError, and DisconnectedError where the loss does not depend on it.
        """
        if label is not None:
            return self._gradient(label).as_role(Role.PARAM)
        if self.wanted:
            return self.wanted[0].as_role(Role.PARAM)
        return recurrent_parameter(self.adjoint)

    @property
    def count(self) -> ParameterCount:
        """How many parameters there are: a formula such as 4(HX + H² + H), and a number where sizes are known."""
        params = {name: shape for name, shape in self.system.given.items() if name.role == Role.PARAM}
        return ParameterCount(self.title, params, {} if self.net is None else self.net.sizes)

    @cached_property
    def lines(self) -> Lines:
        return lines(self.adjoint, self.wanted)

    @property
    def forward(self) -> tuple[Equation, ...]:
        """The forward equations."""
        return self.lines.forward

    @property
    def backward(self) -> tuple[Equation, ...]:
        """An adjoint equation for every named quantity that the loss depends on, in order, t = T … 1."""
        return self.lines.backward

    @property
    def gradients(self) -> tuple[Equation, ...]:
        """The gradient of every parameter that the loss depends on, as a sum over t with free T."""
        return self.lines.gradients

    @property
    def zeros(self) -> tuple[Equation, ...]:
        """The adjoints and gradients that are exactly zero, since the loss does not depend on what they belong to."""
        return self.lines.zeros

    def __repr__(self) -> str:
        return f"<derivation of {self.title}: {len(self.lines)} lines>"

    def _page(self, notation: str | Notation | None) -> Page:
        return page(self.title, self.form, self.notation if notation is None else notation)

    @cached_property
    def form(self) -> Form:
        """The backward recurrence, which is how a derivation prints itself."""
        return recurrence(self.adjoint, self.lines)

    @property
    def forms(self) -> tuple[FormChoice, ...]:
        """The forms that `form_view` knows, in the order in which they are taught."""
        return tuple(FORMS.values())

    def form_view(
        self, key: str = "recurrence", *, wrt: str | None = None, window: int = 3, per: str = "chunk"
    ) -> FormView:
        """This derivation in another form, to print, export and run.

        wrt: the parameter of a form that is about one (default: the first recurrent weight). window, per: the number of
        steps that truncated backpropagation keeps, cut at the borders of a "chunk" or K steps before each "loss".
        Raises UnknownNameError for an unknown form or parameter, InputError for a window below 1.
        """
        found = choice(key)
        if wrt is not None:
            self.parameter(wrt)
        form = found.build(self, FormOptions(wrt, window, per))
        return FormView(form, self.title, self.notation, self.net)

    def closed_form(self, wrt: str | None = None) -> FormView:
        """∂L/∂θ as a double sum with the Jacobian product and the immediate derivative (Pascanu et al. 2013)."""
        return self.form_view("closed", wrt=wrt)

    def step_jacobian(self) -> FormView:
        """∂s_t/∂s_{t-1} of the whole carry, block by block."""
        return self.form_view("jacobian")

    def paths(self) -> FormView:
        """Each block of the step Jacobian as the sum of its paths: the direct line, and through each gate."""
        return self.form_view("paths")

    def rtrl(self, wrt: str | None = None) -> FormView:
        """∂L/∂θ forward in time: real-time recurrent learning (Williams and Zipser 1989)."""
        return self.form_view("rtrl", wrt=wrt)

    def truncated(self, window: int, per: str = "chunk") -> FormView:
        """Truncated backpropagation through time, with the terms that it drops."""
        return self.form_view("truncated", window=window, per=per)

    def hessian_vector(self) -> FormView:
        """The product of the Hessian with a direction R{θ} (Pearlmutter 1994): the derivation derived once more."""
        return self.form_view("hessian")

    def instantiate(self, steps: int) -> FormView:
        """The recurrence written out for T = `steps`. Raises InputError for T < 1, and where it gets too long."""
        return self.form_view().instantiate(steps)

    def ledger(
        self,
        params: Mapping[str, Any],
        x: Any,
        targets: Any,
        wrt: str | None = None,
        carry: Mapping[str, Any] | None = None,
    ) -> Ledger:
        """∂L/∂θ split into G_{t,k}, what loss t sends through step k: `ledger[t, k]` is an array like θ.

        Arguments as in `Network.run`; a batch is summed over. Raises InputError for the derivation of a cell alone.
        """
        if self.net is None:
            raise InputError("a cell alone has no loss to split: derive a network, rs.derive(rs.Network(cell, …)).")
        gradient = self.parameter(wrt).as_role(Role.GRADIENT)
        return ledger(self.net, gradient, params, x, targets, carry)

    def scalars(self, hidden: int = 2, steps: int = 3, **options: Any) -> ScalarDerivation:
        """Every entry at every step as a scalar formula of named entries: `h_1_0` is entry 0 of h at t = 1.

        options: inputs, outputs, sizes (of other dimensions, by name), targets (labels, which cross-entropy needs).
        """
        return scalar_derivation(self, hidden, steps, **options)

    def to_sympy(self, hidden: int = 2, steps: int = 3, **options: Any) -> "SymbolicDerivation":
        """The same in SymPy, with shared subexpressions named: `.assignments`, `.loss`, `.gradients`, `.expand()`."""
        from rnnsym.api.symbolic import to_sympy  # SymPy takes longer to load than all the rest

        return to_sympy(self, hidden=hidden, steps=steps, **options)

    def standalone(self) -> str:
        """A NumPy file that runs without rnnsym and prints its own gradient check. Raises InputError where the network
        stops a gradient by design."""
        sizes = None if self.net is None else self.net.sizes
        return standalone(self.system, TOTAL_LOSS, self.title, sizes)

    def numpy_source(self) -> str:
        """The readable NumPy program of these equations; it needs only NumPy."""
        return build(self.system, TOTAL_LOSS, self.title).source


def derive(
    what: Network | Cell | type[Cell] | str,
    wrt: str | Sequence[str] | None = None,
    notation: str | Notation = "default",
) -> Derivation:
    """The derivation for a network, or for a cell (its class, its name) alone; `wrt` keeps only these gradients.

    Raises UnknownNameError for an unknown parameter or notation, DisconnectedError for one the loss does not depend on,
    MisuseError for what is no name and no notation.
    """
    wanted = [wrt] if isinstance(wrt, str) else wrt
    _check_request(wanted, notation)
    if isinstance(what, Network):
        return Derivation(what.system, repr(what), wanted, notation, what, carry_order(what.placements))
    cell = as_cell(what)
    title = f"{cell.name}: {cell.source}" if cell.source else cell.name
    order = [cell.equation_name(symbol) for symbol in cell.carry]
    return Derivation(cell_system(cell), title, wanted, notation, order=order)


def _check_request(wanted: Sequence[str] | None, notation: str | Notation) -> None:
    if wanted is not None and not (isinstance(wanted, Sequence) and wanted and all(isinstance(w, str) for w in wanted)):
        raise MisuseError(f"wrt takes the name of a parameter, or a list of names such as ['W', 'U'], not {wanted!r}.")
    if not isinstance(notation, (str, Notation)):
        raise MisuseError(f"a notation is a name such as 'deck_s', a file, or what load() gives, not {notation!r}.")
