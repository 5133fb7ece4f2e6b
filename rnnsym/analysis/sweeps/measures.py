"""What is measured in each run of a sweep: a table of functions of a `Probe`.

Logarithms are natural, and the states are the whole carry.
"""

import importlib.util
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsym.analysis.anatomy.saturation import saturation
from rnnsym.analysis.anatomy.spectra import norm, radius
from rnnsym.analysis.dynamics.lyapunov import lyapunov
from rnnsym.analysis.flow import THRESHOLD
from rnnsym.analysis.sweeps.theory import mean_field
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.point import Probe

Array = Any
FEW = 16


class Measure(NamedTuple):
    """`column` is the name in a row, `of` the function of a Probe: a number, None where there is none, or a list."""

    column: str
    about: str
    of: Callable[["Probe"], Any]
    curve: bool = False


def log_norms(probe: "Probe") -> Array:
    """log‖∂s_T/∂s_{T-lag}‖₂ for lag = 0…T."""
    return probe.log_norms


def first_lag_below(probe: "Probe") -> int | None:
    """The first lag at which ‖∂s_T/∂s_{T-lag}‖₂ is below 10⁻³; None where it never is."""
    below = np.flatnonzero(probe.log_norms < np.log(THRESHOLD))
    return int(below[0]) if len(below) else None


def largest_exponent(probe: "Probe") -> float:
    """λ₁, after a quarter of the steps in which the direction turns to the one that grows most."""
    steps = probe.jacobians.ordered
    return lyapunov(steps, skip=len(steps) // 4, k=1).largest


def saturated(probe: "Probe") -> float | None:
    """The share of units whose |f′| is below a tenth of its largest value: the mean over all squashing functions and
    steps; None for a network without one."""
    shares = saturation(probe.jacobians)
    return float(np.mean([np.nanmean(share) for share in shares.values()])) if shares else None


def step_radius(probe: "Probe") -> float:
    """The spectral radius of J_t, the mean over up to 16 steps t, evenly spread."""
    return float(np.mean(radius(_some(probe.jacobians.step))))


def step_norm(probe: "Probe") -> float:
    """The spectral norm of J_t, the mean over the same steps."""
    return float(np.mean(norm(_some(probe.jacobians.step))))


def _some(steps: Array) -> Array:
    return steps[np.unique(np.linspace(0, len(steps) - 1, FEW).astype(int))]


def loss_gradient(probe: "Probe") -> float:
    """log‖∂L_T/∂s_0‖₂, with L_T = ½‖y_T − target‖² for a Gaussian target."""
    j, last = probe.jacobians, probe.T - 1
    timed = probe.net.system.timed_given
    x = {name.label: probe.x[name.label] for name in probe.net.system.given if name.label in probe.x}
    names = {name.label for name in timed}
    end = {label: value[last:] if label in names else value for label, value in x.items()}
    run = probe.net.run(probe.params, end, probe.target, probe.states(last))
    at_end = np.concatenate([np.ravel(run.adjoint.at(state, 1)) for state in j.states])
    whole = probe.whole
    return float(np.log(np.linalg.norm(whole.mantissa @ at_end)) + whole.log)


def first_not_finite(probe: "Probe") -> int | None:
    """The first step at which a state is not finite; None where all are."""
    return probe.not_finite


MEASURES: dict[str, Measure] = {
    measure.column: measure
    for measure in (
        Measure("log_norms", "log norm of ds_T/ds_(T-lag) for lag = 0…T", log_norms, curve=True),
        Measure("lyapunov", "largest Lyapunov exponent", largest_exponent),
        Measure("mean_field", "what mean-field theory expects of lyapunov", mean_field),
        Measure("saturated", "share of units that are saturated", saturated),
        Measure("step_radius", "spectral radius of a step Jacobian, a mean over t", step_radius),
        Measure("step_norm", "spectral norm of a step Jacobian, a mean over t", step_norm),
        Measure("loss_gradient", "log norm of dL_T/ds_0", loss_gradient),
        Measure("lag_below", "first lag at which the norm is below 1e-3", first_lag_below),
        Measure("not_finite", "first step at which a state is not finite", first_not_finite),
    )
}
STANDARD = tuple(MEASURES)


def measure_name(what: str | Callable[..., Any]) -> str:
    """A measure by its name, or `path/to/file.py:function` or `module:function` for one of your own. Raises
    UnknownNameError and InputError."""
    if isinstance(what, str):
        measure_called(what)
        return what
    spec = f"{getattr(what, '__module__', None)}:{getattr(what, '__qualname__', None)}"
    try:
        found = measure_called(spec).of
    except InputError:
        found = None
    if found is not what:
        raise InputError(f"the measure {what!r} cannot be imported by workers: define it at the top level of a module.")
    return spec


def measure_called(name: str) -> Measure:
    """The measure of this name. Raises UnknownNameError and InputError."""
    if name in MEASURES:
        return MEASURES[name]
    module, colon, function = name.partition(":")
    if not colon:
        raise unknown("measure", name, [*MEASURES, "path/to/file.py:function"])
    try:
        found = getattr(_file(Path(module).resolve()) if module.endswith(".py") else import_module(module), function)
    except (ImportError, AttributeError, ValueError, OSError, SyntaxError) as error:
        reason = f"the measure {name} cannot be imported: {error}"
        raise InputError(f"{reason}. Name one as path/to/file.py:function, or module:function.") from None
    return Measure(function, str(found.__doc__ or function).partition("\n")[0], found)


@cache
def _file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rnnsym_measures_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"'{path}' is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
