"""The competitors, ours among them. Each module has `prepare(case, data, yardstick) -> Prepared`."""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from works import LABS, Case, Data

Canonical = tuple[float, dict[str, Any]]
PLAIN = ("elman", "lstm", "gru", "character")


class Prepared(NamedTuple):
    """`call` is what is timed; `canonical` turns what it gives into the loss and gradients by rnnsym's names."""

    call: Callable[[], Any]
    canonical: Callable[[Any], Canonical]


class UnavailableError(Exception):
    """A sentence: why this competitor cannot do this work here."""


class Competitor(NamedTuple):
    """title: as the tables have it. package: what must be installed. works: those that it can do; None for all."""

    title: str
    package: str
    works: tuple[str, ...] | None = None

    def does(self, case: Case) -> bool:
        return self.works is None or case.work in self.works

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None


COMPETITORS = {
    "ours": Competitor("rnnsym", "rnnsym"),
    "tuned": Competitor("hand-tuned NumPy", "numpy"),
    "plain": Competitor("NumPy by hand", "numpy", PLAIN),
    "jax": Competitor("JAX jit + scan", "jax"),
    "tunedjax": Competitor("JAX, tuned", "jax"),
    "torch": Competitor("PyTorch nn", "torch", (*PLAIN, "two_layer", "bidirectional")),
    "autograd": Competitor("HIPS autograd", "autograd"),
}


LAB_COMPETITORS = {
    "ours": Competitor("rnnsym", "rnnsym"),
    "exact": Competitor("rnnsym, every digit", "rnnsym", ("fan",)),
    "jax": Competitor("JAX jit", "jax"),
    "torch": Competitor("PyTorch", "torch"),
}
"""Those that compute what is asked of step Jacobians."""


def prepare(name: str, case: Case, data: Data, yardstick: str | None) -> Prepared:
    """The competitor `name`, ready to be called. Raises UnavailableError."""
    module = importlib.import_module(f"peers.lab_{name}" if case.work in LABS else f"peers.{name}_peer")
    prepared: Prepared = module.prepare(case, data, yardstick)
    return prepared
