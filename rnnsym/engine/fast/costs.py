"""What a plan costs, from sizes alone: constants that `benchmarks/calibrate.py` measures."""

from collections.abc import Mapping

from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices


def chosen(system: System, sizes: Mapping[str, int], batch: int | None, steps: int) -> Choices:
    """The choices that make the fastest program for these sizes."""
    rows = batch or 1
    return Choices(
        factors_ahead=rows < 8, augment=batch is None and max(sizes.values()) <= 64, batched=batch is not None
    )
