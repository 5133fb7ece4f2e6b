"""Copying out of the app: to the clipboard, and always to a file too."""

from textual.screen import Screen

from rnnsym.errors import RnnsymError
from rnnsym_tui.model import exports
from rnnsym_tui.services import Services


def copy_out(screen: Screen[None], services: Services, name: tuple[str, str], text: str, shown: str) -> None:
    """`name` is the stem and the suffix of the file, for terminals whose clipboard cannot be reached."""
    screen.app.copy_to_clipboard(text.rstrip("\n"))
    try:
        path = exports.write_copy(services.paths.copies, *name, text)
    except (OSError, RnnsymError) as error:
        screen.notify(f"Sent to the clipboard, but not to a file: {error}", severity="warning", markup=False)
        return
    screen.notify(f"{shown}\nsent to the clipboard, and in the file\n{path}", title="Copied", markup=False)
