"""The tensors of a `.safetensors` or `.npz` file. Nothing is ever unpickled, and no file is changed."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from rnnsym.errors import InputError

Array = np.ndarray[Any, Any]
FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
"""How safetensors calls the floats, and NumPy; of bfloat16 NumPy knows the bits alone."""
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib")


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file; `read` gives its numbers as they are stored, and raises InputError."""

    name: str
    shape: tuple[int, ...]
    read: Callable[[], Array]

    def numbers(self) -> Array:
        """The tensor in float64. Raises InputError where it holds no real numbers, or one that is not finite."""
        found = self.read()
        if found.dtype.kind not in "iuf":
            raise InputError(f"the tensor {self.name} holds {found.dtype}: weights are real numbers.")
        with np.errstate(invalid="ignore"):
            found = found.astype(np.float64)
        if not np.isfinite(found).all():
            where = np.argwhere(~np.isfinite(found))
            at = ", ".join(map(str, where[0]))
            more = f" (the first of {len(where)} such entries)" if len(where) > 1 else ""
            raise InputError(f"the tensor {self.name} is not finite: the entry at ({at}) is {found[*where[0]]}{more}.")
        return found


Tensors = dict[str, Tensor]


def tensors_of(path: str | os.PathLike[str]) -> Tensors:
    """Every tensor of a file, by name. Raises InputError where it cannot be read, is broken, or may hold a pickle."""
    file = Path(path)
    if file.is_dir():
        raise InputError(f"'{file}' is a directory: name the file in it that holds the weights.")
    reader = {".safetensors": _safetensors, ".npz": _npz}.get(file.suffix.lower())
    if reader is None:
        raise InputError(_refusal(file))
    try:
        if file.stat().st_size == 0:
            raise InputError(f"'{file}' is empty: it has 0 bytes.")
        return reader(file)
    except OSError as error:
        raise InputError(f"'{file}' cannot be read: {error.strerror or error}.") from None


def _refusal(file: Path) -> str:
    if file.suffix.lower() not in PICKLES:
        return f"'{file}' is neither a .safetensors nor a .npz file: weights are read from these two."
    return (
        f"'{file}' may hold a pickle, which can run any code, and is never loaded: save the weights in PyTorch with "
        f"safetensors.torch.save_file(model.state_dict(), '{file.with_suffix('.safetensors')}')."
    )


def _npz(file: Path) -> Tensors:
    try:
        with file.open("rb") as opened:
            found = np.load(opened, allow_pickle=False)
            if not isinstance(found, np.lib.npyio.NpzFile):
                raise InputError(f"'{file}' holds one array without a name: save it with numpy.savez.")
            with found:
                return {name: _stored(file, found, name) for name in found.files}
    except InputError:
        raise
    except (ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        raise InputError(f"'{file}' is no .npz file, or a part of it is missing: save it with numpy.savez.") from None


def _stored(file: Path, found: Any, name: str) -> Tensor:
    try:
        array = found[name]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise InputError(
            f"'{file}' holds {name} as a pickle, which can run any code, and is not loaded: save arrays of numbers."
        ) from None
    if not isinstance(array, np.ndarray):
        raise InputError(f"'{file}' holds {name}, which is no array: save it with numpy.savez.")
    return Tensor(name, array.shape, lambda: array)


def _safetensors(file: Path) -> Tensors:
    """The format is one header in JSON and the bytes behind it: https://github.com/huggingface/safetensors."""
    try:
        with safe_open(file, framework="numpy"):
            pass
    except SafetensorError as error:
        raise InputError(f"'{file}' is no whole .safetensors file: {error}.") from None
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        header = json.loads(opened.read(length))
    return {
        name: Tensor(name, tuple(entry["shape"]), _bytes(file, name, entry, 8 + length))
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _bytes(file: Path, name: str, entry: Any, behind: int) -> Callable[[], Array]:
    def read() -> Array:
        if entry["dtype"] not in FLOATS:
            raise InputError(f"the tensor {name} is of type {entry['dtype']}: weights are {', '.join(FLOATS)}.")
        first, last = entry["data_offsets"]
        with file.open("rb") as opened:
            opened.seek(behind + first)
            stored = np.frombuffer(opened.read(last - first), FLOATS[entry["dtype"]])
        if entry["dtype"] == "BF16":
            stored = (stored.astype(np.uint32) << 16).view(np.float32)
        return stored.reshape(entry["shape"])

    return read
