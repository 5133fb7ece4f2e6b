"""Opening the terminal app. The command line finds it by entry point, since it may not import the app's package."""

from collections.abc import Mapping
from typing import Any

from rnnsym.cli.common import one_thread_each
from rnnsym.cli.terminal import interactive
from rnnsym.errors import InputError, RnnsymError

GROUP, ENTRY = "rnnsym.app", "main"


def open_app(options: Mapping[str, Any]) -> int:
    """Run the app and return its exit code. Raises InputError where there is no terminal to show it."""
    if not interactive():
        raise InputError(
            "the app needs a terminal that can show it, and this is none. For plain output try "
            '`rnnsym step lstm --text "hello"` or `rnnsym --help`.'
        )
    one_thread_each()
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group=GROUP, name=ENTRY)), None)
    if found is None:
        raise RnnsymError("the terminal app is not installed. Install rnnsym again: the app is a part of it.")
    return int(found.load()(dict(options)) or 0)
