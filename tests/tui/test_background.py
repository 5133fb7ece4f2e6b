"""Work beside the app: its result, its faults, and work that nobody waits for any more."""

import asyncio
import threading

import pytest

from rnnsym_tui.background import THREAD, in_background


async def test_the_result_comes_back_from_another_thread():
    assert await in_background(threading.get_ident) != threading.get_ident()


async def test_a_fault_comes_back_too():
    with pytest.raises(ZeroDivisionError):
        await in_background(lambda: 1 / 0)


async def test_the_loop_goes_on_meanwhile_and_late_results_are_dropped():
    let_go = threading.Event()
    ended = threading.Event()

    def work():
        let_go.wait(10)
        ended.set()

    waiting = asyncio.create_task(in_background(work))
    await asyncio.sleep(0)
    assert [thread.daemon for thread in threading.enumerate() if thread.name == THREAD] == [True]
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    let_go.set()
    assert await asyncio.to_thread(ended.wait, 10)
    await asyncio.sleep(0)
