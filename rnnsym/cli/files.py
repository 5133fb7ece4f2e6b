"""Results written to a file that the user names."""

from pathlib import Path

from rnnsym.cli.terminal import say
from rnnsym.errors import InputError

PICTURES = (".svg", ".png")


def write_file(path: Path, text: str, replace: bool) -> None:
    """`text` as the file `path`. Raises InputError where it exists and may not be replaced, or cannot be written."""
    try:
        with path.open("w" if replace else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror}.") from None
    say(f"wrote {path}")


def can_be_a_picture(path: Path, replace: bool) -> None:
    """Raises InputError, before anything is computed, where `path` is no name of a picture, exists and may not be
    replaced, or is in a folder that is not there."""
    if path.suffix.lower() not in PICTURES:
        raise InputError(f"'{path}' is neither a .svg nor a .png file: figures are written as these two.")
    if path.exists() and not replace:
        raise _taken(path)
    if not path.parent.is_dir():
        raise InputError(f"'{path}' cannot be written: there is no folder '{path.parent}'.")


def _taken(path: Path) -> InputError:
    return InputError(f"'{path}' exists: choose another name, or replace it with --force.")
