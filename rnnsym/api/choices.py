"""The forms in which a derivation can be written, by key: what each is called, what it asks for, and who builds it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import FREE, NOW, Name, Role
from rnnsym.core.system import reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.form import Form
from rnnsym.derivation.ledger import ledger_form
from rnnsym.derivation.states.closed import closed_form
from rnnsym.derivation.states.costs import costs, told
from rnnsym.derivation.states.jacobians import step_jacobian
from rnnsym.derivation.states.paths import path_decomposition
from rnnsym.derivation.states.sensitivity import rtrl
from rnnsym.derivation.tangent import hessian_vector
from rnnsym.derivation.truncation.form import truncated
from rnnsym.errors import DisconnectedError, unknown
from rnnsym.wiring import TOTAL_LOSS

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation


@dataclass(frozen=True)
class FormOptions:
    """`wrt`: the parameter of a form that is about one; `window`: K of truncated backpropagation; `per`: cut at the
    borders of a "chunk", or K steps before each "loss"."""

    wrt: str | None = None
    window: int = 3
    per: str = "chunk"


class FormChoice(NamedTuple):
    """A form: its key, what it is called, and whether it is about one parameter, or about a number of steps."""

    key: str
    title: str
    needs_parameter: bool
    build: Callable[["Derivation", FormOptions], Form]
    needs_window: bool = False


def _recurrence(derivation: "Derivation", options: FormOptions) -> Form:
    return derivation.form


def _closed(derivation: "Derivation", options: FormOptions) -> Form:
    return closed_form(derivation.system, derivation.adjoint, derivation.parameter(options.wrt), derivation.order)


def _jacobian(derivation: "Derivation", options: FormOptions) -> Form:
    return step_jacobian(derivation.system, derivation.order)


def _paths(derivation: "Derivation", options: FormOptions) -> Form:
    return path_decomposition(derivation.system, derivation.order)


def _rtrl(derivation: "Derivation", options: FormOptions) -> Form:
    about = (derivation.system, derivation.adjoint, derivation.parameter(options.wrt), derivation.order)
    form = rtrl(*about)
    return replace(form, sections=(*form.sections, told(costs(*about))))


def _truncated(derivation: "Derivation", options: FormOptions) -> Form:
    return truncated(derivation.adjoint, options.window, options.per, derivation.wanted)


def _ledger(derivation: "Derivation", options: FormOptions) -> Form:
    gradient = derivation.parameter(options.wrt).as_role(Role.GRADIENT)
    return ledger_form(derivation.adjoint, TOTAL_LOSS, gradient)


def _hessian(derivation: "Derivation", options: FormOptions) -> Form:
    wanted = derivation.wanted
    return hessian_vector(derivation.adjoint, None if wanted is None else [g.as_role(Role.PARAM) for g in wanted])


FORMS = {
    choice.key: choice
    for choice in (
        FormChoice("recurrence", "backward recurrence", False, _recurrence),
        FormChoice("closed", "closed double sum", True, _closed),
        FormChoice("jacobian", "step Jacobian", False, _jacobian),
        FormChoice("paths", "paths through the gates", False, _paths),
        FormChoice("rtrl", "real-time recurrent learning (forward)", True, _rtrl),
        FormChoice("truncated", "truncated backpropagation", False, _truncated, needs_window=True),
        FormChoice("ledger", "ledger of losses and steps", True, _ledger),
        FormChoice("hessian", "Hessian-vector product", False, _hessian),
    )
}


def choice(key: str) -> FormChoice:
    """The form called `key`. Raises UnknownNameError."""
    if key not in FORMS:
        raise unknown("form", key, FORMS)
    return FORMS[key]


def recurrent_parameter(derived: Adjoint) -> Name:
    """The first parameter that multiplies a state of another step; the first with a gradient where none does.

    Raises DisconnectedError where the loss depends on no parameter.
    """
    params = [name.as_role(Role.PARAM) for name in derived.gradients]
    if not params:
        raise DisconnectedError("the loss depends on no parameter: there is no gradient to write.")
    multiplying = {
        arg.attrs[0]
        for _, piece in derived.system.pieces()
        for node in topological([piece.rhs])
        for arg in node.args
        if arg.prim.name == "leaf" and node.prim.name != "add" and _reads_elsewhen(node)
    }
    return next((name for name in params if name in multiplying), params[0])


def _reads_elsewhen(node: Expr) -> bool:
    return any(read.name.role == Role.CARRY and read.time not in (NOW, FREE) for read in reads(node))
