"""The terminal app, and the one way to open it."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.dom import DOMNode
from textual.screen import Screen

from rnnsym import lessons
from rnnsym.errors import RnnsymError
from rnnsym_tui.dialogs.help import HelpDialog, help_text
from rnnsym_tui.model import exports, keymap, state
from rnnsym_tui.model.commands import NUMBERED, PANELS, Command, bound_at, spell
from rnnsym_tui.model.derive.reader import Reader
from rnnsym_tui.model.flow.lab import Lab
from rnnsym_tui.model.glyphs import Glyphs, choose
from rnnsym_tui.model.keymap import Keymap
from rnnsym_tui.model.opening import MODES, Opening, opening
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.state import Paths, Remembered, State, user_paths
from rnnsym_tui.model.view import Viewer
from rnnsym_tui.screens.derive import DeriveScreen
from rnnsym_tui.screens.flow import FlowScreen
from rnnsym_tui.screens.lesson import lesson_screen
from rnnsym_tui.screens.step import StepScreen
from rnnsym_tui.services import Services
from rnnsym_tui.widgets import bindings as made

UNLISTED = frozenset({"command_palette"}) | NUMBERED
"""Commands that the palette does not offer: itself, and those that only a key can name."""
DARK, LIGHT = "textual-dark", "textual-light"
USAGE = 2
JACOBIAN = "jacobian"
"""The form of the derivation that shows what Flow multiplies."""
SAVE_SECONDS = 5.0


class RnnsymApp(App[None]):
    """Holds the session and what is remembered; the screens do the rest."""

    TITLE = "rnnsym"
    BINDINGS = made.bindings("app")
    CSS = """
    Toast { max-width: 78; }
    .-ascii-only SearchIcon { display: none; }
    .-ascii-only Toast { border-left: none; border-right: none; }
    .-ascii-only CommandPalette #--input { border: none; }
    .-ascii-only CommandPalette CommandList { border: none; scrollbar-size: 0 0; }
    .-ascii-only VerticalScroll { scrollbar-size: 0 0; }
    """

    def __init__(self, start: Opening, remembered: State, paths: Paths, glyphs: Glyphs, keys: Keymap) -> None:
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.glyphs, self.paths, self.remembered, self._keys = glyphs, paths, remembered, keys
        self.commands = keys.commands
        self._start = start
        self.reader = Reader(start.reading)
        self.lab = Lab(start.session, start.flow)
        self._mode = start.mode
        self._saved = remembered
        self._services = Services(self.commands, paths, self.keep, self._page_of, self._keep_page, self._notation)

    @property
    def session(self) -> Session:
        return self._start.session

    def on_mount(self) -> None:
        self.set_class(self.glyphs.ascii, "-ascii-only")
        self._register_themes()
        self.set_keymap(made.keymap(self.commands))
        self.install_screen(StepScreen(self._services, self.session, Viewer(self.glyphs), self._start.resumed), "step")
        self.install_screen(DeriveScreen(self._services, self.session, self.reader, self.glyphs), "derive")
        self.install_screen(FlowScreen(self._services, self.lab, self.glyphs), "flow")
        self.push_screen(self._mode if self._mode in MODES else "step")
        if self._start.lesson is not None:
            self.action_show_lesson()
        for notice in (*self._keys.complaints, self._start.notice):
            if notice:
                self.notify(notice, markup=False)
        self.set_interval(SAVE_SECONDS, self.keep)
        self._quit_on_signals()

    def _register_themes(self) -> None:
        if self.remembered.theme in self.available_themes:
            self.theme = self.remembered.theme or DARK

    def _quit_on_signals(self) -> None:
        """A terminal that goes away, or a polite kill, ends the app as `q` does: saved and restored."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            if hasattr(signal, name) and os.name == "posix":
                loop.add_signal_handler(getattr(signal, name), self.exit)

    # What is kept. ------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Save session, lesson position and theme, if they have changed."""
        session = self.session
        breaks = tuple(found.text for found in session.breaks)
        left = Remembered(session.setup, session.index, breaks, self.reader.position, self._mode, self.lab.place)
        now = replace(self.remembered.with_session(left), theme=self.theme)
        if now == self._saved:
            return
        try:
            state.save(self.paths.sessions, now)
        except OSError as error:
            self.log.error(f"not saved: {error}")
        else:
            self._saved = self.remembered = now

    def _notation(self) -> str:
        return self.reader.position.notation

    def _page_of(self, lesson: str) -> int:
        return self.remembered.lessons.get(lesson, 1)

    def _keep_page(self, lesson: str, page: int) -> None:
        self.remembered = self.remembered.with_lesson(lesson, page)
        self.keep()

    # Actions. -----------------------------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """Which of the modes is shown; the last one while a dialog is open over it."""
        return str(getattr(self.screen, "mode", self._mode))

    def show(self, mode: str) -> None:
        if self.mode == mode:
            return
        if mode == "lesson" and not self.is_screen_installed("lesson"):
            self.install_screen(lesson_screen(self._services, self._start.lesson, self.glyphs), "lesson")
        if mode != "lesson":
            self._mode = mode
        self.switch_screen(mode)

    def action_show_step(self) -> None:
        self.show("step")

    def action_show_derive(self) -> None:
        self.show("derive")

    def action_show_flow(self) -> None:
        self.show("flow")

    def action_show_lesson(self) -> None:
        self.show("lesson")

    def action_next_mode(self) -> None:
        modes = tuple(PANELS)
        self.show(modes[(modes.index(self.mode) + 1) % len(modes)])

    def action_derive_line(self) -> None:
        """From the line that is stepped to the same line in the derivation."""
        self.get_screen("derive", DeriveScreen).find(self.session.move.equation.name)
        self.show("derive")

    def action_derive_jacobian(self) -> None:
        """To the derivation of the step Jacobian."""
        self.get_screen("derive", DeriveScreen).show_form(JACOBIAN)
        self.show("derive")

    def action_toggle_light(self) -> None:
        self.theme = DARK if self.theme == LIGHT else LIGHT
        self.keep()

    def action_screenshot_svg(self) -> None:
        svg = self.export_screenshot(title="rnnsym")
        path = exports.write_copy(self.paths.copies, "rnnsym-screen", ".svg", svg)
        self.notify(f"The screen is in the file\n{path}", title="Screenshot", markup=False)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="Search for actions", id="--command-palette"))

    def action_help(self) -> None:
        ascii_only = self.glyphs.ascii
        focused = self.focused.id if self.focused is not None else None
        ordered = sorted((self.mode, *PANELS[self.mode]), key=lambda place: place != focused)
        text = help_text(self.commands, (*ordered, "app"), ascii_only)
        notes = (
            "Tab goes from panel to panel.",
            f"Keys of your own: {self.paths.keys}",
            f"What was copied: {self.paths.copies}",
        )
        self.push_screen(HelpDialog(self.glyphs, text, "\n".join([*notes, *self._keys.complaints])))

    async def action_quit(self) -> None:
        self.keep()
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every command of the table that applies to this screen, and the choice of a theme."""
        mode = getattr(screen, "mode", self._mode)
        seen: set[str] = set()
        for place in (mode, *PANELS[mode], "app"):
            for command in bound_at(place, self.commands):
                if command.name in seen or command.name in UNLISTED:
                    continue
                seen.add(command.name)
                keys = ", ".join(spell(key, self.glyphs.ascii) for key in command.keys)
                run = partial(self._run, screen, command)
                yield SystemCommand(f"{command.title} ({keys})", command.help, run)
        yield SystemCommand("Theme ...", "Choose the colours", self.action_change_theme)

    def _run(self, screen: Screen[object], command: Command) -> None:
        """Carry a command out where it is bound: the app, the screen, or one panel of it."""
        namespace: App[None] | DOMNode = self if command.place == "app" else screen
        if command.place not in ("app", *PANELS) and not made.on_screen(command):
            namespace = screen.query_one(f"#{command.place}")
        self.call_later(self.run_action, command.name, namespace)


def main(options: Mapping[str, Any] | None = None) -> int:
    """Open the app; the exit code. `options`: cell, text, hidden, seed, options (of the cell), ascii, lesson, reset;
    mode (step, derive or flow), and for Flow gain, radius, forget_bias and compare (cells, with commas between them).

    A session with the same beginning goes on where it was left, and without any of the first five the last one; with
    `reset` it begins anew. The code is 2 where there is no terminal or the options are wrong.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        return _refuse("the app needs a terminal that can show it, and this is none. For plain output: rnnsym --help.")
    chosen = {name: value for name, value in (options or {}).items() if value is not None}
    paths = user_paths()
    remembered, complaint = state.load_or_put_aside(paths.sessions)
    try:
        with np.errstate(all="ignore"):
            start = opening(chosen, remembered)
        if start.lesson is not None:
            lessons.load(start.lesson)
    except RnnsymError as error:
        return _refuse(str(error))
    start = replace(start, notice=" ".join(filter(None, (complaint, start.notice))))
    app = RnnsymApp(start, remembered, paths, choose(chosen.get("ascii") or None), keymap.load(paths.keys))
    try:
        # What leaves the range of numbers is marked on the screen: a warning beside it would only disturb.
        with np.errstate(all="ignore"):
            app.run()
    finally:
        app.keep()
    return app.return_code or 0


def open_step(cell: str = "lstm", **options: Any) -> int:
    """Open the app on a cell; `options` as in `main`."""
    return main({"cell": cell, **options})


def _refuse(sentence: str) -> int:
    print(f"rnnsym: {sentence}", file=sys.stderr)
    return USAGE
