"""What the screens get from the app, without knowing it: keys in force, paths, and a way to keep the session."""

from collections.abc import Callable
from dataclasses import dataclass

from rnnsym_tui.model.commands import Command
from rnnsym_tui.model.state import Paths


@dataclass(frozen=True)
class Services:
    """`keep` saves the state now; `page_of` and `keep_page` remember lesson positions; `notation` is the chosen one."""

    commands: tuple[Command, ...]
    paths: Paths
    keep: Callable[[], None]
    page_of: Callable[[str], int]
    keep_page: Callable[[str, int], None]
    notation: Callable[[], str]
