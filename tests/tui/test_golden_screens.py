"""Whole screens, character by character. To write the files anew: UPDATE_GOLDEN=1, and read the difference."""

import os
from pathlib import Path

import pytest

from rnnsym_tui.capture import text_of

HERE = Path(__file__).parent / "golden"
TEXT = "the cat sat on the mat"
TO_LINE_9_OF_STEP_10 = ["N"] * 9 + ["n"] * 8
SCREENS = {
    "forward-80x24": ((80, 24), {"cell": "lstm", "text": TEXT}, TO_LINE_9_OF_STEP_10),
    "forward-160x48": ((160, 48), {"cell": "lstm", "text": TEXT}, TO_LINE_9_OF_STEP_10),
    "backward-80x24": ((80, 24), {"cell": "lstm", "text": TEXT}, [*TO_LINE_9_OF_STEP_10, "T"]),
    "backward-160x48": ((160, 48), {"cell": "lstm", "text": TEXT}, [*TO_LINE_9_OF_STEP_10, "T"]),
    "gradient-100x32": ((100, 32), {"cell": "elman", "text": "hello", "hidden": 2}, ["G"]),
    "ascii-80x24": ((80, 24), {"cell": "gru", "text": TEXT, "ascii": True}, ["N", "n", "n", "T"]),
    "smallest-60x20": ((60, 20), {"cell": "lstm", "text": TEXT}, TO_LINE_9_OF_STEP_10),
    "derive-80x24": ((80, 24), {"cell": "lstm", "text": TEXT}, ["N", "T", "p", "p", "d", "k"]),
    "derive-160x48": ((160, 48), {"cell": "lstm", "text": TEXT}, [*TO_LINE_9_OF_STEP_10, "T", "d"]),
    "derive-chain-120x40": ((120, 40), {"cell": "gru", "text": TEXT}, ["T", "d", "l", "j", "j"]),
    "derive-ascii-80x24": ((80, 24), {"cell": "gru", "text": TEXT, "ascii": True}, ["f3", "G", "right"]),
    "derive-smallest-60x20": ((60, 20), {"cell": "lstm", "text": TEXT}, ["T", "d"]),
    "derive-closed-120x40": ((120, 40), {"cell": "elman", "text": TEXT, "hidden": 2}, ["N", "N", "N", "f3", "2", "G"]),
    "derive-notation-100x32": ((100, 32), {"cell": "elman", "text": "hello", "hidden": 2}, ["f3", "n", "v", "5"]),
    "flow-80x24": ((80, 24), {"cell": "lstm", "text": TEXT, "mode": "flow", "compare": "elman"}, ["l", "l", "k"]),
    "flow-160x48": ((160, 48), {"cell": "gru", "text": TEXT, "mode": "flow", "forget_bias": 3}, ["g", "f", "left"]),
    "flow-ascii-100x32": ((100, 32), {"cell": "elman", "text": TEXT, "mode": "flow", "gain": 2, "ascii": True}, ["v"]),
    "own-cell-80x24": ((80, 24), {"cell": "own", "text": "abcab", "hidden": 2}, ["N", "n", "n"]),
}


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_is_as_recorded(name, running, own_cell):
    size, options, keys = SCREENS[name]
    cell = own_cell if options["cell"] == "own" else options["cell"]
    async with running(size=size, **{**options, "cell": cell}) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        shown = text_of(pilot.app)
    file = HERE / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def test_no_golden_screen_is_left_over():
    assert {file.name for file in HERE.iterdir()} == {f"{name}.txt" for name in SCREENS}
