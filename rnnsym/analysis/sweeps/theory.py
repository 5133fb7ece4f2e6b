"""What mean-field theory expects of a drawn network, where its cell is h_t = f(U h_{t-1} + W x_t + b)."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsym.analysis.dynamics.meanfield import MeanField
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.recurrent import recurrent_weights
from rnnsym.derivation.states.chains import chains

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.point import Probe

Array = Any


class Simple(NamedTuple):
    """The parts of h_t = f(U h_{t-1} + W x_t + …): f, and the terms beside U h_{t-1}, biases and W x_t."""

    f: Expr
    recurrent: Name
    biases: tuple[Name, ...]
    inputs: tuple[Name, ...]


def mean_field(probe: "Probe") -> float | None:
    """λ₁ = ½ log χ of a wide random network with the variances of this one; None for another kind of cell, and where U
    does not begin at random.

    The variances are those of the drawn weights: σ_w² = ‖U‖_F²/N, and σ_b² is the variance of the inputs times ‖W‖_F²/N
    with the mean of b² added. Inputs that are given count with the mean of their squares.
    """
    found = simple(probe.net.system)
    if found is None or probe.settings["scheme"] == "identity" or found.recurrent.symbol in probe.net.cell.starts:
        return None
    units = probe.params[found.recurrent.label].shape[0]
    gain = np.linalg.norm(probe.params[found.recurrent.label]) / np.sqrt(units)
    power = np.mean([np.mean(np.square(value)) for value in probe.x.values()]) if probe.given else probe.variance
    around = sum(power * np.sum(np.square(probe.params[name.label])) / units for name in found.inputs)
    around += sum(np.mean(np.square(probe.params[name.label])) for name in found.biases)
    activation = found.f.prim if found.f.prim.family == "elementwise" and len(found.f.args) == 1 else "identity"
    return float(MeanField(float(gain), float(np.sqrt(around)), activation).largest)


def simple(system: System) -> Simple | None:
    """The parts of a cell of the form h_t = f(U h_{t-1} + W x_t + b); None for any other."""
    every, weights = chains(system), recurrent_weights(system)
    if len(every) != 1 or len(every[0].carries) != 1 or len(weights) != 1 or weights[0].parts:
        return None
    (state,) = every[0].carries
    bodies = [piece.rhs for piece in system.equations[state] if any(r.time == NOW for r in reads(piece.rhs))]
    if len(bodies) != 1:
        return None
    f = _written_out(system, bodies[0])
    unary = f.prim.family == "elementwise" and len(f.args) == 1 and f.prim.name != "neg" and not f.attrs
    return _parted(f, _terms(system, f.args[0] if unary else f), state, every[0].past, weights[0].name)


def _parted(f: Expr, terms: list[Expr], state: Name, past: object, weight: Name) -> Simple | None:
    recurrent, biases, inputs = 0, list[Name](), list[Name]()
    for term in terms:
        names = [read.name for read in reads(term)]
        roles = [name.role for name in names]
        if term.prim.name == "matvec" and term.args[0].prim.name == term.args[1].prim.name == "leaf":
            if term.args[0].attrs[0] == weight and term.args[1].attrs == (state, past):
                recurrent += 1
            elif roles == [Role.PARAM, Role.INPUT]:
                inputs.append(names[0])
            else:
                return None
        elif term.prim.name == "leaf" and roles == [Role.PARAM]:
            biases.append(names[0])
        else:
            return None
    return Simple(f, weight, tuple(biases), tuple(inputs)) if recurrent == 1 else None


def _written_out(system: System, expr: Expr) -> Expr:
    """What a name of the same step stands for."""
    while expr.prim.name == "leaf":
        (read,) = reads(expr)
        pieces = system.equations.get(read.name, ()) if read.time == NOW and read.name.role == Role.EQUATION else ()
        if len(pieces) != 1:
            break
        expr = pieces[0].rhs
    return expr


def _terms(system: System, expr: Expr) -> list[Expr]:
    found = _written_out(system, expr)
    return [term for arg in found.args for term in _terms(system, arg)] if found.prim.name == "add" else [found]
