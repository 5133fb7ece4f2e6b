"""What is computed of one network for the Flow screen, once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rnnsym.analysis.anatomy.direct import direct_curve
from rnnsym.analysis.flow import Flow, has_direct_line, main_state
from rnnsym.analysis.jacobians import Jacobians
from rnnsym.analysis.stepping.steps import chain_of
from rnnsym_tui.model.flow.place import WHOLE
from rnnsym_tui.model.flow.results import Array

Made = TypeVar("Made")


class Study:
    """The step Jacobians of one network with one setting of the sliders, and what has been computed of them."""

    def __init__(self, jacobians: Jacobians) -> None:
        self.jacobians = jacobians
        self._known: dict[Any, Any] = {}

    def known(self, key: Any, make: Callable[[], Made]) -> Made:
        """What was made for this key, or is made now."""
        if key not in self._known:
            self._known[key] = make()
        found: Made = self._known[key]
        return found

    @property
    def size(self) -> int:
        """Bytes, about."""
        return 2 * int(self.jacobians.step.nbytes)

    def state(self, wanted: str) -> str | None:
        """The state that is followed: the one that is wanted, where there is such; None for the whole carry."""
        if wanted == WHOLE:
            return None
        return wanted if wanted in self.jacobians.states else self.known("main", lambda: main_state(self.jacobians))

    def flow(self, label: str, state: str | None, reads: tuple[str, ...]) -> Flow:
        return self.known(("flow", label, state), lambda: Flow(label, self.jacobians, state, reads))

    def table(self, state: str | None, ts: Sequence[int], ks: Sequence[int]) -> Array:
        j = self.jacobians
        block = j.whole if state is None else j.block(state, state)
        return self.known(("table", state, tuple(ts), tuple(ks)), lambda: block.log_norm_table(ts, ks))

    def has_line(self, state: str | None) -> bool:
        """Whether a state that is followed enters itself entry by entry."""
        return self.known(("has line", state), lambda: _has_line(self.jacobians, state))

    def line(self, state: str | None, t: int) -> Array:
        """The direct line alone, by lag back from t."""
        return self.known(("line", state, t), lambda: direct_curve(self.jacobians, state, t))


def _has_line(j: Jacobians, state: str | None) -> bool:
    chain = chain_of(j.net, j.states[0])
    return any(has_direct_line(j.net.system, chain, name) for name in chain.carries if state in (None, name.label))
