"""Arrays as a notation names and stores them: `V⁽¹⁾` or `layer1.V` for layer1.U on deck B, with W as (inputs, outputs).

An array may be called as the notation spells its parameter, in text or ASCII, or by its canonical label where that is
no other parameter's spelling. Either way it has the shape in which the notation stores it.
"""

from collections.abc import Mapping
from typing import Any

from rnnsym.api.arrays import Array, check_mapping, check_params, finite
from rnnsym.core.dims import Shape, show
from rnnsym.core.names import FREE, Name, Role
from rnnsym.core.system import System
from rnnsym.errors import InputError, ShapeError, unknown
from rnnsym.notation import Notation, check, load, stored, stored_shape, text
from rnnsym.ops.leaves import leaf


def params_from(
    system: System, shapes: Mapping[str, Shape], arrays: Mapping[str, Any], notation: str | Notation
) -> dict[str, Array]:
    """The canonical parameters of `system` from `arrays` in a notation; `shapes`, in numbers, are the canonical ones.

    Raises UnknownNameError, InputError and ShapeError in the names and shapes of the notation.
    """
    profile, names = _spoken(system, notation)
    check_mapping("arrays", arrays, f"one with {', '.join(names)}")
    known = _readings(names, profile)
    keys: dict[str, str] = {}
    for key in arrays:
        if key not in known:
            raise unknown(f"parameter in the notation {profile.name}:", key, names)
        other = keys.setdefault(known[key].label, key)
        if other != key:
            raise InputError(f"'{other}' and '{key}' are the same parameter in the notation {profile.name}: give one.")
    found = {}
    for spelt, name in names.items():
        if name.label not in keys:
            raise InputError(
                f"parameter {spelt} is missing; in the notation {profile.name} the network needs {', '.join(names)}."
            )
        array = finite(f"parameter {spelt}", arrays[keys[name.label]])
        wanted = stored_shape(profile, name, shapes[name.label])
        if array.shape != wanted:
            raise ShapeError(
                f"parameter {spelt} has shape {array.shape}; in the notation {profile.name} it must be "
                f"{show(wanted)}{_symbols(stored_shape(profile, name, system.shape(name)))}."
            )
        found[name.label] = stored(profile, name.label, array)
    return found


def params_in(
    system: System, shapes: Mapping[str, Shape], params: Mapping[str, Any], notation: str | Notation
) -> dict[str, Array]:
    """Canonical parameters, or gradients, by the names of a notation in ASCII and as it stores them.

    Raises as `net.run` does for `params`.
    """
    profile, names = _spoken(system, notation)
    arrays = check_params(params, shapes)
    return {spelt: stored(profile, name.label, arrays[name.label]) for spelt, name in names.items()}


def _spoken(system: System, notation: str | Notation) -> tuple[Notation, dict[str, Name]]:
    """The notation, and the parameters by their spelling in ASCII."""
    profile = load(notation) if isinstance(notation, str) else notation
    params = [name for name in system.given if name.role == Role.PARAM]
    check(profile, params)
    return profile, {text(leaf(name, FREE, ()), profile, "ascii"): name for name in params}


def _readings(names: Mapping[str, Name], notation: Notation) -> dict[str, Name]:
    """Every key that is understood: the spellings first, then the labels that are no spelling."""
    found = dict(names)
    for name in names.values():
        found.setdefault(text(leaf(name, FREE, ()), notation), name)
    for name in names.values():
        found.setdefault(name.label, name)
    return found


def _symbols(shape: Shape) -> str:
    """` = (X, H)`, the shape in the letters of the network."""
    return f" = ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})" if shape else ""
