"""`rnnsym flow --save`: a picture as a file."""

from pathlib import Path

import numpy as np

from rnnsym.analysis import figures
from rnnsym.analysis.dynamics.lyapunov import lyapunov
from rnnsym.analysis.flow import Flow
from rnnsym.cli.flow_nets import Task
from rnnsym.cli.terminal import say
from rnnsym.errors import InputError


def save(task: Task, path: Path, figure: str, replace: bool) -> None:
    """One of the figures by name as `path`. Raises InputError and MissingPackageError."""
    flows = task.flows
    match figure:
        case "heat":
            drawn = figures.heat(flows, title=task.finding())
        case "norms":
            drawn = figures.norms(flows, title=task.finding())
        case "fan":
            flow = _only(flows, figure)
            drawn = figures.fan(flow.fan, flow.label, lags=True, title=task.finding())
        case "spectrum":
            flow = _only(flows, figure)
            _check_finite(flow)
            drawn = figures.spectrum(flow.jacobians.step, "J", title=f"{flow.label}: eigenvalues of J_t, all t")
        case _:
            for flow in flows:
                _check_finite(flow)
            drawn = figures.lyapunov([(flow.label, lyapunov(flow.jacobians.ordered)) for flow in flows])
    figures.save(drawn, path, replace)
    say(f"wrote {path}")


def _only(flows: tuple[Flow, ...], figure: str) -> Flow:
    if len(flows) > 1:
        raise InputError(f"--figure {figure} draws one network: leave out --compare.")
    return flows[0]


def _check_finite(flow: Flow) -> None:
    if not np.isfinite(flow.jacobians.step).all():
        raise InputError(f"the Jacobian of {flow.label} at t = {flow.broken_at} is not finite: it has no spectrum.")
