"""A move of a slider in the app, from the key to the painted screen: `slider.py CELL T H MOVES`, in a fresh process.

Prints JSON, in seconds: from the key's action until the first picture is painted (`first`; it may have a coarse map),
until all of it is (`complete`), and how long the numbers alone take (`work`).
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from textual.app import App

from rnnsym_tui.app import RnnsymApp
from rnnsym_tui.model import keymap, state
from rnnsym_tui.model.flow.results import Request
from rnnsym_tui.model.flow.work import Bench
from rnnsym_tui.model.glyphs import choose
from rnnsym_tui.model.opening import opening
from rnnsym_tui.model.state import Paths

SIZE = 120, 40
LETTERS = "the cat sat on the mat and "
SLOWEST = 5.0
"""Seconds to wait for a picture."""


async def painted(app: App[None], wait: Callable[[], bool]) -> float:
    """When the screen has been drawn, once nothing is to be waited for."""
    screen, begun = app.screen, time.perf_counter()
    while wait() and time.perf_counter() - begun < SLOWEST:
        await asyncio.sleep(0.001)
    drawn = asyncio.get_running_loop().create_future()
    screen.call_after_refresh(lambda: drawn.done() or drawn.set_result(None))
    await asyncio.wait_for(drawn, SLOWEST)
    return time.perf_counter()


async def measure(cell: str, steps: int, hidden: int, moves: int, folder: Path) -> dict[str, list[float]]:
    paths = Paths(folder / "state", folder / "config")
    remembered, _ = state.load_or_put_aside(paths.sessions)
    text = (LETTERS * (steps // len(LETTERS) + 2))[: steps + 1]
    start = opening({"cell": cell, "text": text, "hidden": hidden, "mode": "flow"}, remembered)
    app = RnnsymApp(start, remembered, paths, choose(False), keymap.load(paths.keys))
    found: dict[str, list[float]] = {"first": [], "complete": [], "work": []}
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        screen = app.screen
        await painted(app, lambda: screen.is_behind)
        for _ in range(moves):
            began, before = time.perf_counter(), screen.result
            screen.action_more()
            found["first"].append(await painted(app, lambda before=before: screen.result is before) - began)
            found["complete"].append(await painted(app, lambda: screen.is_behind) - began)
        frame, bench = screen.frame(), Bench()
        for share in np.linspace(0.5, 1.5, moves):
            place = screen.lab.place
            knobs = place.knobs.turned("gain", round(float(share), 3))
            changed = type(place)(**{**vars(place), "knobs": knobs})
            request = Request(screen.session.setup, screen.session.walk, changed, frame.rows, frame.columns, False)
            began = time.perf_counter()
            list(bench.results(request))
            found["work"].append(time.perf_counter() - began)
    return {what: seconds[1:] for what, seconds in found.items()}


def main(cell: str, steps: str, hidden: str, moves: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(cell, int(steps), int(hidden), int(moves), Path(folder)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
