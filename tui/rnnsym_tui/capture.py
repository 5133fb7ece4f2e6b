"""Screens without a terminal, for documents: `python -m rnnsym_tui.capture OUT --size 100x32 --keys N,N,n,T`.

OUT ends in .svg for a picture, or in anything else for plain text. The user's own folders are left alone.
"""

import argparse
import asyncio
import html
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from rnnsym_tui.app import RnnsymApp
from rnnsym_tui.model.glyphs import choose
from rnnsym_tui.model.keymap import Keymap
from rnnsym_tui.model.opening import opening
from rnnsym_tui.model.state import Paths, State


def text_of(app: RnnsymApp) -> str:
    """What is on the screen, as plain text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


def make_app(options: dict[str, Any], folder: Path) -> RnnsymApp:
    """An app that remembers nothing but what it writes to `folder`."""
    paths = Paths(folder / "state", folder / "config")
    return RnnsymApp(opening(options, State()), State(), paths, choose(bool(options.get("ascii"))), Keymap())


async def capture(options: dict[str, Any], size: tuple[int, int], keys: Sequence[str], svg: bool) -> str:
    """The screen after `keys`, as SVG or as text."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(options, Path(folder))
        async with app.run_test(size=size) as pilot:
            for key in keys:
                await pilot.press(key)
                await app.workers.wait_for_complete()
            await pilot.pause()
            return self_contained(app.export_screenshot(title="rnnsym", simplify=True)) if svg else text_of(app)


TEXT = re.compile(r'(<text [^>]*?)x="([\d.]+)"([^>]*?)textLength="([\d.]+)"([^>]*)>((?:&#160;)*)([^<]*)</text>')


def self_contained(svg: str) -> str:
    """The picture without the web fonts that it would fetch: any monospace font serves.

    No text in it begins with spaces: some viewers drop them.
    """
    return TEXT.sub(_unpadded, re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL))


def _unpadded(found: re.Match[str]) -> str:
    head, x, middle, length, tail, padding, text = found.groups()
    spaces, cells = len(padding) // len("&#160;"), cell_len(html.unescape(text))
    if not padding or not cells:
        return found[0] if cells else ""
    free = float(length) * spaces / (spaces + cells)
    return f'{head}x="{float(x) + free:g}"{middle}textLength="{float(length) - free:g}"{tail}>{text}</text>'


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rnnsym_tui.capture", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="100x32", help="cells, as 100x32")
    parser.add_argument("--keys", default="", help="keys to press first, separated by commas")
    parser.add_argument("--cell")
    parser.add_argument("--text")
    parser.add_argument("--hidden", type=int)
    parser.add_argument("--lesson")
    parser.add_argument("--ascii", action="store_true")
    args = parser.parse_args(arguments)
    width, _, height = args.size.partition("x")
    names = ("cell", "text", "hidden", "lesson", "ascii")
    options = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    keys = [key for key in args.keys.split(",") if key]
    shown = asyncio.run(capture(options, (int(width), int(height)), keys, args.out.suffix == ".svg"))
    args.out.write_text(shown, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
