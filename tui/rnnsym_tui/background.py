"""Long work beside the app: the screen stays alive, and leaving the app does not wait for it."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

THREAD = "rnnsym-work"

Result = TypeVar("Result")


async def in_background(work: Callable[[], Result]) -> Result:
    """The result of `work`, or its exception. Where nobody waits for it any more, it is dropped."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Result] = loop.create_future()

    def give(settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the app has been left, and its loop is closed
            loop.call_soon_threadsafe(lambda: None if found.done() else settle())

    def run() -> None:
        try:
            result = work()
        except Exception as error:
            fault = error
            give(lambda: found.set_exception(fault))
        else:
            give(lambda: found.set_result(result))

    threading.Thread(target=run, name=THREAD, daemon=True).start()
    return await found
