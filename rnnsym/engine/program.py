"""Compiled programs: the generated source, made into functions on arrays named by `Name`."""

import itertools
import linecache
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.engine.source import Writer, Written, kernel_source

Values = dict[Name, Any]

_serials = itertools.count()


@dataclass(frozen=True)
class Function:
    """One generated function: its source with what it takes, and what it gives."""

    written: Written
    gives: tuple[Name, ...]
    identifiers: Mapping[Name, str]
    call: Any

    @property
    def source(self) -> str:
        return self.written.text

    def __call__(self, known: Mapping[Name, Any], steps: int | None = None) -> Values:
        """Run on arrays with T + 1 rows (row t is time t); gives an array for each name.

        `steps`: T, for a function that no array tells it."""
        told = {} if self.written.clock else {"T": steps}
        out = self.call(**told, **{self.identifiers[name]: known[name] for name in self.written.takes})
        return {name: out[self.identifiers[name]] for name in self.gives}


@dataclass(frozen=True)
class Program:
    """The generated functions of one System, and the module text that they come from.

    `values` computes what needs no target; `forward` everything up to the loss; `backward` adjoints and gradients.
    """

    adjoint: Adjoint
    source: str
    values: Function
    forward: Function
    backward: Function


LAYOUT = """Arrays in time have T + 1 rows: row t is time t, and row 0 is the initial state, or unused (so x[1] is the
first input). An argument seed_v is the slope of the loss of step t with respect to v, given from outside.
"""
ABOUT = {
    "values": "Every quantity of the network at every step that needs no target.",
    "forward": "Every quantity of the network at every step, and the loss.",
    "backward": "The adjoint of every quantity at every step, and the gradients.",
}


def build(system: System, loss: Name, title: str) -> Program:
    """Derive the adjoint of `system`, write the program, and compile it."""
    return program_of(adjoint(system, loss), title)


def program_of(derived: Adjoint, title: str) -> Program:
    """Write the program of a System and its adjoint, and compile it."""
    writer = Writer(derived.system)
    names = {
        "values": tuple(n for n in derived.forward if not _needs_target(derived.system, n)),
        "forward": derived.forward,
        "backward": derived.backward + derived.gradients,
    }
    written = {call: writer.function(call, ABOUT[call], names[call]) for call in names}
    source = module_source(title, [written["forward"].text, written["backward"].text])
    compiled = module_of(module_source(title, [text.text for text in written.values()]), title, "backward")
    functions = {call: Function(text, names[call], writer.names, compiled[call]) for call, text in written.items()}
    return Program(derived, source, **functions)


def function(system: System, names: Sequence[Name], title: str) -> Function:
    """A function that computes `names` of `system` from what their equations read."""
    writer = Writer(system)
    written = writer.function("values", title, tuple(names))
    compiled = module_of(module_source(title, [written.text]), title, "values")
    return Function(written, tuple(names), writer.names, compiled["values"])


def module_source(title: str, functions: Sequence[str]) -> str:
    """A module with these functions and the helpers that they call; it needs NumPy only."""
    body = "\n\n\n".join(functions)
    parts = [f'"""{title}\n\n{LAYOUT}"""\n\nimport numpy as np', kernel_source(body), body]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _needs_target(system: System, name: Name) -> bool:
    return any(found.role in (Role.TARGET, Role.SEED) for found in system.ancestors([name]))


def module_of(source: str, title: str, owner: str) -> dict[str, Any]:
    """Run the module text, so that a traceback in it shows its lines for as long as its function `owner` lives."""
    file = f"<rnnsym program {next(_serials)}: {title.splitlines()[0]}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module: dict[str, Any] = {"__name__": "rnnsym_program"}
    exec(compile(source, file, "exec"), module)
    weakref.finalize(module[owner], linecache.cache.pop, file, None)
    return module


def first_row(values: Any, steps: int, batch: Sequence[int], rank: int) -> Any:
    """`values` for t = 1…T as T + 1 rows, with the batch axes spread out and an unused row 0."""
    array = np.asarray(values)
    event = array.shape[array.ndim - rank :] if rank else ()
    rows = np.zeros((steps + 1, *batch, *event), array.dtype)
    lead = array.shape[1 : array.ndim - rank]
    rows[1:] = array.reshape(steps, *(1,) * (len(batch) - len(lead)), *lead, *event)
    return rows
