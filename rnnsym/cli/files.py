"""Results written to a file that the user names."""

from pathlib import Path

from rnnsym.cli.terminal import say
from rnnsym.errors import InputError


def write_file(path: Path, text: str, replace: bool) -> None:
    """`text` as the file `path`. Raises InputError where it exists and may not be replaced, or cannot be written."""
    try:
        with path.open("w" if replace else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"'{path}' exists: choose another name, or replace it with --force.") from None
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror}.") from None
    say(f"wrote {path}")
