"""The passes in order: from the equations of a network and its adjoint to single operations in every loop."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.collected import collected
from rnnsym.engine.passes.inlined import inlined
from rnnsym.engine.passes.joined import joined
from rnnsym.engine.passes.lerp import lerped
from rnnsym.engine.passes.lowered import lowered
from rnnsym.engine.passes.retimed import retimed
from rnnsym.engine.passes.shared import shared
from rnnsym.engine.passes.single import single
from rnnsym.engine.passes.squashed import squashed
from rnnsym.engine.passes.staged import staged
from rnnsym.engine.passes.trimmed import trimmed

Apply = Callable[[System, Sequence[Name], Choices], System]


class Pass(NamedTuple):
    """`apply` gives a System in which `wanted` have the same values; `about` says in a sentence what it changes."""

    name: str
    about: str
    apply: Apply


PASSES = (
    Pass("trimmed", "Only what the results need, on the steps that are read.", trimmed),
    Pass("lowered", "Losses, squares and softmax as simpler operations.", lowered),
    Pass("joined", "One piece for each quantity on the steps of its loop.", joined),
    Pass("inlined", "What is read once becomes part of its reader.", inlined),
    Pass("shared", "What several equations compute is computed once.", shared),
    Pass("squashed", "The logistic function as a scaled tanh.", squashed),
    Pass("collected", "Sums of coefficient times member, each member once.", collected),
    Pass("retimed", "Products with what another step computed are made at that step.", retimed),
    Pass("lerped", "Weighted means with one operation less.", lerped),
    Pass("staged", "What a loop does not change is made ahead of it, for all steps.", staged),
    Pass("single", "One operation for each equation of a loop.", single),
)


def single_operations(
    system: System, wanted: Sequence[Name], choices: Choices, watch: Callable[[Pass, System], None] | None = None
) -> System:
    """`system` after all passes, with equal values of `wanted`; `watch` sees it after each one."""
    for each in PASSES:
        system = each.apply(system, tuple(wanted), choices)
        if watch is not None:
            watch(each, system)
    return system
