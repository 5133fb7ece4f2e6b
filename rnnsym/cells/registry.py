"""Cells by name, and a user's own cell from a file."""

import importlib.util
from pathlib import Path
from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import Elman
from rnnsym.cells.gru import GRU
from rnnsym.cells.lstm import LSTM
from rnnsym.errors import CellError, InputError, RnnsymError, unknown

BUILT_IN: dict[str, type[Cell]] = {"elman": Elman, "lstm": LSTM, "gru": GRU}


def get(name: str, **options: Any) -> Cell:
    """The cell called `name`: a built-in name, or `path/to/file.py:MyCell` (the file is then run).

    Raises UnknownNameError, InputError for a file that is missing or broken, CellError for options it lacks.
    """
    cell_class = _from_file(name) if ".py" in name else BUILT_IN.get(name.lower())
    if cell_class is None:
        raise unknown("cell", name, [*BUILT_IN, "path/to/file.py:MyCell"])
    try:
        return cell_class(**options)
    except TypeError as error:
        raise CellError(f"cell {cell_class.__name__} does not take these options: {error}.") from None


def _from_file(spec: str) -> type[Cell]:
    file, _, wanted = spec.rpartition(":") if ".py:" in spec else (spec, "", "")
    path = Path(file)
    if not path.is_file():
        raise InputError(f"there is no file '{file}'. Name a cell as path/to/file.py:MyCell.")
    found: dict[str, type[Cell]] = {
        name: value for name, value in _run_file(path).items() if _is_own_cell(value, path.stem)
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
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except RnnsymError:
        raise
    except Exception as error:
        raise InputError(f"'{path}' cannot be run: {type(error).__name__}: {error}.") from error
    return vars(module)


def _is_own_cell(value: Any, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, Cell) and value.__module__ == module
