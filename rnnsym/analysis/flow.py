"""Where the gradient of one network goes on one sequence: what the pictures, the command line and the app show."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.analysis.blocks import Block
from rnnsym.analysis.jacobians import Jacobians

Array = Any
THRESHOLD = 1e-3
"""Below this norm little is left of a state."""


@dataclass(frozen=True)
class Flow:
    """`state` is the state that is followed, None for the whole carry; `reads` says what is read at each step."""

    label: str
    jacobians: Jacobians
    state: str | None = None
    reads: tuple[str, ...] = ()

    @property
    def block(self) -> Block:
        """The products that are shown."""
        return self.jacobians.whole if self.state is None else self.jacobians.block(self.state, self.state)

    @cached_property
    def curve(self) -> Array:
        """log‖∂s_T/∂s_{T-lag}‖₂ for lag = 0…T-1, natural: how much of each earlier state is left at the end. In a chain
        that runs backward the end is step 1."""
        j = self.jacobians
        ks = range(j.T, 0, -1) if j.forward else range(1, j.T + 1)
        return np.array([self.block.log_norm(ks[0], k) for k in ks])

    def falls_below(self, threshold: float = THRESHOLD) -> int | None:
        """The first lag at which the norm is below `threshold`; None where it never is."""
        below = np.flatnonzero(self.curve < np.log(threshold))
        return int(below[0]) if len(below) else None


def main_state(jacobians: Jacobians) -> str | None:
    """The state to follow where none is asked for: the one with a direct line, such as the LSTM's c; None, the whole
    carry, where there is only one state or no line."""
    return None


def finding(flows: Sequence[Flow], threshold: float = THRESHOLD) -> str:
    """Which of the networks falls below the threshold, and at which step, in one sentence."""
    return ""
