"""Cells by name, and a user's own cell from a file."""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import IRNN, Elman, Fused, Linear, OutputFeedback
from rnnsym.cells.family import Family
from rnnsym.cells.gru import GRU
from rnnsym.cells.jordan import Jordan
from rnnsym.cells.lstm import LSTM
from rnnsym.cells.mgu import MGU
from rnnsym.cells.state_machine import Parentheses, StateMachine
from rnnsym.errors import CellError, InputError, MisuseError, RnnsymError, unknown

BUILT_IN: dict[str, type[Cell]] = {
    "elman": Elman,
    "fused": Fused,
    "output_feedback": OutputFeedback,
    "jordan": Jordan,
    "linear": Linear,
    "irnn": IRNN,
    "lstm": LSTM,
    "gru": GRU,
    "mgu": MGU,
    "state_machine": StateMachine,
    "parentheses": Parentheses,
}


class Entry(NamedTuple):
    """A built-in cell: `get(name, **options)` makes it."""

    name: str
    options: dict[str, str]
    cell: Cell

    @property
    def about(self) -> str:
        """What the cell is, in one line."""
        return (inspect.getdoc(self.cell) or "").partition("\n")[0]

    @property
    def source(self) -> str:
        """Where its equations come from."""
        return self.cell.source


def catalogue() -> tuple[Entry, ...]:
    """Every built-in cell, each variant once, in the order in which they are taught."""
    entries = []
    for name, cell_class in BUILT_IN.items():
        variants = list(cell_class.variants) if issubclass(cell_class, Family) else [""]
        for variant in variants:
            options = {"variant": variant} if variant else {}
            entries.append(Entry(name, options, cell_class(**options)))
    return tuple(entries)


def listing() -> str:
    """The catalogue as text: each cell by name and variant, what it is, and below it its source."""
    lines = []
    for entry in catalogue():
        called = " ".join([entry.name, *entry.options.values()])
        lines += [f"{called:17}{entry.about}", f"    {entry.source}"]
    return "\n".join(lines)


def get(name: str, **options: Any) -> Cell:
    """The cell called `name`: a built-in name, or `path/to/file.py:MyCell` (the file is then run).

    Raises UnknownNameError, InputError for a file that is missing or broken, CellError for options it lacks.
    """
    cell_class = _from_file(name) if ".py" in name else BUILT_IN.get(name.lower().replace("-", "_"))
    if cell_class is None:
        raise unknown("cell", name, [*BUILT_IN, "path/to/file.py:MyCell"])
    return _made(cell_class, options)


def as_cell(what: Cell | type[Cell] | str) -> Cell:
    """A cell itself, or from its class or its name. Raises as `get`, and MisuseError for anything else."""
    if isinstance(what, str):
        return get(what)
    if isinstance(what, type) and issubclass(what, Cell):
        return _made(what, {})
    if not isinstance(what, Cell):
        raise MisuseError(f"{what!r} is no cell: give a cell, its class, or a name such as 'lstm'.")
    return what


def _made(cell_class: type[Cell], options: Mapping[str, Any]) -> Cell:
    signature = inspect.signature(cell_class)
    try:
        signature.bind(**options)
    except TypeError as error:
        if extra := [name for name in options if name not in signature.parameters]:
            raise unknown(f"option of cell {cell_class.__name__}", extra[0], signature.parameters) from None
        raise CellError(f"cell {cell_class.__name__} cannot be made with these options: {error}.") from None
    return cell_class(**options)


def load(name: str, **options: Any) -> Cell:
    """`get`, with the equations traced: any mistake in a user's own cell becomes one sentence. Raises RnnsymError."""
    try:
        cell = get(name, **options)
        cell.trace()
    except RnnsymError:
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename}:{last.lineno}"
        raise CellError(f"cell {name} fails at {where}: {type(error).__name__}: {error}.") from error
    return cell


def option_value(text: str) -> Any:
    """An option of a cell as typed: true or false, a whole number, a decimal number, or else the text itself."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _from_file(spec: str) -> type[Cell]:
    file, _, wanted = spec.rpartition(":") if ".py:" in spec else (spec, "", "")
    path = Path(file)
    if not path.is_file():
        raise InputError(f"there is no file '{file}'. Name a cell as path/to/file.py:MyCell.")
    found: dict[str, type[Cell]] = {
        name: value for name, value in _run_file(path).items() if _is_own_cell(value, _module_name(path))
    }
    if not wanted and len(found) == 1:
        return next(iter(found.values()))
    if not wanted:
        raise InputError(
            f"'{file}' has {len(found) or 'no'} cells: name one, as in {file}:{next(iter(found), 'MyCell')}."
        )
    if wanted not in found:
        raise unknown(f"cell in {file}", wanted, found)
    return found[wanted]


def _run_file(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location(_module_name(path), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        if isinstance(error, RnnsymError):
            raise
        raise InputError(f"'{path}' cannot be run: {type(error).__name__}: {error}.") from error
    return vars(module)


def _module_name(path: Path) -> str:
    """A name that no installed module has, and no other file: dataclasses and pickles look a module up by name."""
    return f"rnnsym_cell_file_{path.stem}_{crc32(str(path.resolve()).encode()):08x}"


def _is_own_cell(value: Any, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, Cell) and value.__module__ == module
