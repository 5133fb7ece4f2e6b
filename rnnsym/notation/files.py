"""The files of notation profiles: read, completed by the profiles that they extend, and checked.

A file holds only what differs from the profile that it `extends` ("default" unless it says otherwise): tables are
merged key by key, and everything else replaces what was there.
"""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from rnnsym.core.primitive import PRIMITIVES
from rnnsym.errors import InputError, unknown

Data = dict[str, Any]

DEFAULT = "default"
_PROFILES = files("rnnsym.notation") / "profiles"
_OPEN = {"symbols", "labels", "greek", "factors.text", "factors.ascii", "factors.latex", "prose.ascii", "prose.latex"}
"""Tables whose keys are free."""
_BY_NAME = {"adjoints": "adjoint style", "times": "time style"}
"""Tables to which a file may add an entry of its own, with all that the entries there have."""
_STYLES = ("text", "ascii", "latex")
_SHAPES = {"functions": {"text": "", "ascii": "", "latex": ""}, "around": {"text": [], "ascii": [], "latex": []}}
"""Tables by the name of a primitive."""


def built_in() -> tuple[str, ...]:
    """The profiles that come with rnnsym, the default first."""
    found = [file.name.removesuffix(".toml") for file in _PROFILES.iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, not name.startswith("deck_"), name)))


def read(name: str) -> Data:
    """The complete tables of a profile that comes with rnnsym."""
    data = tomllib.loads((_PROFILES / f"{name}.toml").read_text(encoding="utf-8"))
    return data if name == DEFAULT else merged(read(data.get("extends", DEFAULT)), data)


def from_file(path: Path, above: tuple[Path, ...] = ()) -> Data:
    """The complete tables of a user's profile. Raises InputError and UnknownNameError that name the file."""
    where = f"notation {path}"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"there is no file {path}: a notation is a built-in profile or a .toml file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{where} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where} is no valid TOML: {error}.") from None
    base = _extended(path, data.get("extends", DEFAULT), (*above, path.resolve()))
    _check(data, base, where)
    _check_symbols(data.get("symbols", {}), where)
    complete = merged(base, {"title": path.stem, **data})
    _check_operators(complete, where)
    _check_tables(complete, where)
    _check_paths(complete, where)
    return complete


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Data:
    """`base` with what `over` says instead; tables are merged, except for a spelling, which is replaced as a whole."""
    result = dict(base)
    for key, value in over.items():
        inner = result.get(key)
        if not isinstance(value, dict) or not isinstance(inner, dict):
            result[key] = value
        else:
            result[key] = {**inner, **value} if key == "symbols" else merged(inner, value)
    return result


def _extended(path: Path, base: Any, above: tuple[Path, ...]) -> Data:
    """The tables of the profile that the file at `path` extends: a built-in one, or a file beside it."""
    if not isinstance(base, str):
        raise InputError(f"notation {path}: extends must be the name of a profile or of a .toml file, not {base!r}.")
    if base in built_in():
        return read(base)
    if not base.endswith(".toml"):
        raise unknown(f"profile that {path} extends:", base, [*built_in(), "path/to/file.toml"])
    other = (path.parent / base).resolve()
    if other in above:
        raise InputError(f"notation {path} extends {base}, which extends it in turn: let one of them extend 'default'.")
    return from_file(other, above)


def _check(data: Mapping[str, Any], base: Mapping[str, Any], where: str, table: str = "") -> None:
    """Raises UnknownNameError for a key that means nothing, InputError for a value of a wrong kind."""
    for key, value in data.items():
        full = f"{table}.{key}" if table else key
        if table in _OPEN:
            if not isinstance(value, (str, dict) if table == "symbols" else str):
                raise InputError(f"{where}: {full} must be a text, not {value!r}.")
            continue
        expected = _expected(key, base, table, where)
        if type(value) is not type(expected):
            kinds = {dict: "a table", str: "a text", list: "a list", int: "a whole number"}
            raise InputError(f"{where}: {full} must be {kinds[type(expected)]}, not {value!r}.")
        if isinstance(value, dict):
            _check(value, expected, where, full)
        elif isinstance(value, list):
            _check_list(value, expected, full, where)


def _expected(key: str, base: Mapping[str, Any], table: str, where: str) -> Any:
    """What the value of `key` must look like. Raises UnknownNameError where there is no such key."""
    if not table and key in ("extends", "title", "source"):
        return ""
    if table in _SHAPES and key in PRIMITIVES:
        return _SHAPES[table]
    if table in _BY_NAME:
        return {style: {"place": "", "left": "", "right": "", "word": []} for style in _STYLES}
    if table.count(".") == 2 and table.split(".")[0] in _BY_NAME and key in ("place", "left", "right", "word"):
        return [] if key == "word" else ""
    if key in base:
        return base[key]
    known = [*base, *(PRIMITIVES if table in _SHAPES else ()), *(() if table else ("extends", "title", "source"))]
    kind = {"operators": "operator", **_BY_NAME}.get(table, f"key of [{table}]" if table else "key")
    raise unknown(f"{kind} in {where}:", key, known)


def _check_list(value: list[Any], expected: list[Any], full: str, where: str) -> None:
    pair = full.split(".")[0] in ("glyphs", "around") or full.endswith(".word")
    if not all(isinstance(item, str) for item in value) or (pair and len(value) != 2):
        raise InputError(f"{where}: {full} must be {'two texts' if pair else 'a list of texts'}, not {value!r}.")


def _check_tables(data: Data, where: str) -> None:
    """Raises InputError for an adjoint or time style that is not complete, and for scripts that do not pair up."""
    for table, places in (("adjoints", ("before", "over", "derivative")), ("times", ("below", "above", "beside"))):
        for name, styles in data[table].items():
            for style in _STYLES:
                place = styles.get(style, {}).get("place")
                if place not in places:
                    raise InputError(f"{where}: {table}.{name}.{style} needs a place, one of {', '.join(places)}.")
    for name, listed in data["scripts"].items():
        if len(listed.replace(" ", "")) % 2:
            raise InputError(f"{where}: scripts.{name} must list characters each followed by its script.")


def _check_paths(data: Data, where: str) -> None:
    """Raises InputError for a mark of a path that does not say where it stands."""
    for word, spelt in data["paths"].items():
        for style in ("text", "latex"):
            if not re.fullmatch(r"([_^].+)?", spelt[style], re.DOTALL):
                raise InputError(
                    f"{where}: paths.{word}.{style} must be empty, or a mark behind ^ (above) or _ (a label), such as "
                    f"'^{{}}' or '_{word}', not '{spelt[style]}'."
                )


def _check_symbols(symbols: Mapping[str, Any], where: str) -> None:
    """Raises InputError for a spelling that is not complete, and where two symbols are given the same one."""
    taken: dict[str, str] = {}
    for symbol, value in symbols.items():
        table = value if isinstance(value, dict) else {"bare": value}
        allowed = _STYLES if "bare" not in table else ("bare", "labelled") if "labelled" in table else ("bare",)
        if set(table) != set(allowed) or not all(isinstance(said, str) and said for said in table.values()):
            raise InputError(
                f"{where}: symbols.{symbol} must be a text such as 'W^sx', or a table with bare and labelled, or one "
                f"with text, ascii and latex, not {value!r}."
            )
        for said in (table.get("bare"), table.get("text"), table.get("labelled")):
            if said is None:
                continue
            if said in taken:
                raise InputError(
                    f"{where}: '{taken[said]}' and '{symbol}' would both be spelt '{said}': give one of them another "
                    "spelling under [symbols]."
                )
            taken[said] = symbol


def _check_operators(data: Data, where: str) -> None:
    """Raises InputError where two infix operators have one sign and nothing tells them apart."""
    apart = ({"scale", "matmul"}, {"matmul", "dot"}, {"scale", "juxtaposed"})
    for style in _STYLES:
        signs: dict[str, str] = {}
        for key, table in data["operators"].items():
            other = signs.setdefault(table[style].strip(), key)
            if other != key and {other, key} not in apart:
                sign = table[style].strip() or "a space"
                raise InputError(
                    f"{where}: the operators {other} and {key} have the same sign in {style}, {sign}: change one of "
                    f"them, [operators.{key}] {style} = …"
                )
