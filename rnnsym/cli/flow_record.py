"""`rnnsym flow --json`: the flows as plain data."""

from typing import Any

import numpy as np

from rnnsym.analysis.dynamics.lyapunov import lyapunov
from rnnsym.analysis.flow import Flow
from rnnsym.analysis.pictures.heat import sampled
from rnnsym.cli.flow_nets import Task
from rnnsym.cli.flow_numbers import numbers_of
from rnnsym.walk.record import plain

MOST = 100
"""Rows of a table of norms; of longer sequences evenly spaced steps are told."""


def flow_record(task: Task, dynamics: bool = False) -> dict[str, Any]:
    """What the page shows, in natural logarithms; null stands for what is no finite number: the logarithm of an exact
    zero, and all that depends on a Jacobian which is not finite (then `broken_at` is its step)."""
    return {
        "finding": task.finding(),
        "text": task.text,
        "source": task.source,
        "threshold": task.threshold,
        **task.settings,
        "flows": [_flow(flow, task.threshold, dynamics) for flow in task.flows],
    }


def _flow(flow: Flow, threshold: float, dynamics: bool) -> dict[str, Any]:
    j, found = flow.jacobians, numbers_of(flow)
    steps = sampled(flow.T, MOST)
    return {
        "label": flow.label,
        "network": j.net.name,
        "sizes": j.net.sizes,
        "T": flow.T,
        "chain": j.chain,
        "forward": j.forward,
        "states": dict(zip(j.states, j.sizes, strict=True)),
        "state": flow.state,
        "reads": list(flow.reads) or None,
        "end": flow.end,
        "lags": {
            "log_norm": plain(flow.curve),
            "log_bound": None if flow.bound_line is None else plain(flow.bound_line),
            "log_direct_line": None if flow.direct_line is None else plain(flow.direct_line),
        },
        "falls_below": flow.falls_below(threshold),
        "grows_beyond": flow.grows_beyond(1 / threshold),
        "broken_at": flow.broken_at,
        "steps_to_halve": found.halving,
        "steps_to_double": found.doubling,
        "spectral_radius": plain(found.radius),
        "norm": plain(found.norm),
        "bound": {"step": plain(found.rate), "long_run": plain(found.final_rate), "why": found.why},
        "saturated": {label: plain(share) for label, share in found.saturated.items()},
        "table": {"steps": list(steps), "log_norms": plain(flow.block.log_norm_table(steps, steps))},
        **({"lyapunov": _dynamics(flow)} if dynamics else {}),
    }


def _dynamics(flow: Flow) -> dict[str, Any] | None:
    if flow.broken_at is not None:
        return None
    found = lyapunov(flow.jacobians.ordered)
    return {
        "exponents": plain(found.exponents),
        "trusted": np.asarray(found.trusted).tolist(),
        "dimension": plain(found.dimension),
        "entropy": plain(found.entropy),
    }
