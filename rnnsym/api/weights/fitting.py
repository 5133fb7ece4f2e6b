"""Whether the tensors of a file are those that a network needs: every one that is missing, extra or misshapen."""

from collections.abc import Iterable, Mapping

from rnnsym.api.weights.files import Tensors
from rnnsym.core.dims import Shape, show
from rnnsym.errors import InputError, ShapeError


def check_fit(what: str, tensors: Tensors, needed: Mapping[str, Shape], extra: Iterable[str] = ()) -> None:
    """`needed`: the shape of each tensor by its name in the file; a dimension by name may have any size.

    Raises InputError that names every fault, ShapeError where all that is wrong are shapes.
    """
    missing = [f"{name} {show(shape)}" for name, shape in needed.items() if name not in tensors]
    misshapen = [
        f"{name} has shape {show(tensors[name].shape)} and must have {show(shape)}"
        for name, shape in needed.items()
        if name in tensors and not _fits(tensors[name].shape, shape)
    ]
    left = list(extra)
    faults = [
        *([f"missing: {', '.join(missing)}"] if missing else []),
        *([f"not known: {', '.join(left)}"] if left else []),
        *misshapen,
    ]
    if faults:
        kind = InputError if missing or left else ShapeError
        raise kind(f"{what} does not fit: {'; '.join(faults)}.")


def _fits(found: Shape, needed: Shape) -> bool:
    return len(found) == len(needed) and all(
        isinstance(want, str) or have == want for have, want in zip(found, needed, strict=True)
    )
