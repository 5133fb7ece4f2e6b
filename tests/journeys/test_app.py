"""The app in a real pseudo-terminal: what a user types, and what stands on the screen then."""

import os
import re
import subprocess
import sys

import pexpect
import pyte
import pytest

COMMAND = [sys.executable, "-c", "import sys; from rnnsym.cli import main; sys.exit(main())"]
PRIVATE = re.compile(r"\x1b\[[<>=?][\d;]*[a-zA-Z]|\x1b\[\?[\d;]*\$p|\x1b\]\d+;[^\a\x1b]*(?:\a|\x1b\\)")
"""Control sequences that pyte does not know and would print."""
PATIENCE = 20


class Terminal:
    """A program in a pseudo-terminal, and its screen."""

    def __init__(self, arguments, folder, size=(80, 24), **environment):
        width, height = size
        env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        env |= {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config"), **environment}
        self.raw = ""
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            COMMAND[0], [*COMMAND[1:], *arguments], env=env, dimensions=(height, width), encoding="utf-8"
        )

    @property
    def text(self):
        return "\n".join(self.screen.display)

    def wait_for(self, wanted):
        """Read until `wanted` (a regular expression) is on the screen."""
        while not re.search(wanted, self.text):
            try:
                self._feed(self.child.read_nonblocking(65536, timeout=PATIENCE))
            except (pexpect.EOF, pexpect.TIMEOUT):
                pytest.fail(f"never saw {wanted!r} on\n{self.text}")

    def press(self, keys, wanted):
        self.child.send(keys)
        self.wait_for(wanted)

    def _feed(self, data):
        self.raw += data
        self._stream.feed(PRIVATE.sub("", data))

    def end(self):
        """Read to the end; the exit code."""
        self.raw += self.child.read()
        self.child.close()
        return self.child.exitstatus


def restored(raw):
    """Whether the program left the alternate screen, showed the cursor and stopped reading the mouse."""
    return all(raw.rindex(on) < raw.rindex(off) for on, off in (
        ("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?1000h", "\x1b[?1000l"),
    ))  # fmt: skip


@pytest.fixture
def terminal(tmp_path):
    opened = []

    def start(*arguments, **options):
        opened.append(Terminal(arguments, tmp_path, **options))
        return opened[-1]

    yield start
    for found in opened:
        found.child.close(force=True)


def test_open_step_turn_round_and_quit(terminal):
    seen = terminal("step", "lstm", "--text", "hello", "--hidden", "2")
    seen.wait_for(r"forward ▶ 1 of 38")
    seen.press("n", r"forward ▶ 2 of 38")
    seen.press("N", r"t = 2  reads 'e', must predict 'l'")
    seen.press("T", r"◀ backward \d+ of 38")
    seen.press("?", "Help")
    seen.press("?", r"◀ backward \d+ of 38")
    seen.press("\x1bOS", r"what is left of cₖ in cₜ")
    seen.press("f\x1b[C", r"gain .* 1\.05")
    seen.child.send("q")
    assert seen.end() == 0
    assert restored(seen.raw)


def test_ctrl_c_in_a_field_restores_the_terminal_and_the_place_is_kept(terminal):
    seen = terminal("step", "gru", "--text", "hello", "--hidden", "2")
    seen.wait_for("1 of 32")
    seen.press("nnn", "4 of 32")
    seen.press("e", "hidden")
    seen.child.send("\x03")
    assert seen.end() == 0
    assert restored(seen.raw)
    again = terminal()
    again.wait_for("GRU")
    again.wait_for("4 of 32")


def test_a_polite_kill_restores_the_terminal_and_keeps_the_place(terminal):
    seen = terminal("step", "elman", "--text", "hello", "--hidden", "2")
    seen.wait_for("1 of ")
    seen.press("n", "2 of ")
    seen.child.kill(15)
    seen.end()
    assert restored(seen.raw)
    terminal().wait_for("forward ▶ 2 of ")


def test_without_colour_no_colour_is_sent(terminal):
    seen = terminal("step", "lstm", "--text", "hello", "--hidden", "2", NO_COLOR="1")
    seen.wait_for("1 of 38")
    seen.press("NNT", "◀ backward")
    colours = re.findall(r"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8;[25])[;\dm]", seen.raw)
    assert colours == []
    seen.child.send("q")
    assert seen.end() == 0


def test_the_lesson_opens_at_the_page_it_was_left_at(terminal):
    seen = terminal("lesson", "bptt")
    seen.wait_for("page 1 of")
    seen.press("\x1b[C", "page 2 of")
    seen.child.send("q")
    assert seen.end() == 0
    terminal("lesson", "bptt").wait_for("page 2 of")


def test_a_terminal_of_the_c_locale_gets_ascii(terminal):
    seen = terminal("step", "lstm", "--text", "hello", "--hidden", "2", LC_ALL="", LANG="C")
    seen.wait_for("forward > 1 of 38")
    assert seen.text.isascii()


@pytest.mark.parametrize("main", ["rnnsym.cli", "rnnsym_tui.app"])
def test_no_terminal_is_one_sentence_and_exit_code_2(main, tmp_path):
    code = f"import sys; from {main} import main; sys.exit(main({'[]' if main == 'rnnsym.cli' else ''}))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "terminal" in done.stderr


def test_a_dumb_terminal_is_refused(terminal):
    seen = terminal(TERM="dumb")
    assert seen.end() == 2
    assert "terminal" in seen.raw
    assert "\x1b[?1049h" not in seen.raw
