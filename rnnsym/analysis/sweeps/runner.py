"""Running a sweep: here or by an executor, with its progress, until it is done or cancelled."""

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsym.analysis.sweeps.point import run_point
from rnnsym.analysis.sweeps.record import Record, Row
from rnnsym.analysis.sweeps.table import Table
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.grid import Sweep

Progress = Callable[[int, int], Any]
Cancel = threading.Event | Callable[[], bool]
POLL = 0.1
"""Seconds between two looks at whether the sweep is cancelled, while no row is finished."""


def run_sweep(
    sweep: "Sweep",
    path: str | Path | None,
    executor: Executor | None,
    progress: Progress | None,
    cancel: Cancel | None,
    submitted: int,
) -> Table:
    """The rows that are in the file, and all others as they are finished. See `Sweep.run`."""
    if isinstance(submitted, bool) or not isinstance(submitted, int) or submitted < 1:
        raise InputError(f"submitted must be a whole number of 1 or more, not {submitted!r}.")
    record = Record(path, sweep.spec, sweep.columns, len(sweep))
    total = len(sweep)
    missing = (index for index in range(total) if index not in record.rows)
    stop = _stopper(cancel)
    if progress is not None:
        progress(len(record.rows), total)
    rows = _here(sweep, missing, stop) if executor is None else _submitted(sweep, missing, executor, stop, submitted)
    with closing(rows):
        for row in rows:
            record.add(row)
            if progress is not None:
                progress(len(record.rows), total)
    if len(record.rows) == total:
        record.finish()
    return Table(sweep, [record.rows[index] for index in sorted(record.rows)])


def _stopper(cancel: Cancel | None) -> Callable[[], bool]:
    if cancel is None:
        return lambda: False
    return cancel.is_set if isinstance(cancel, threading.Event) else cancel


def _here(sweep: "Sweep", missing: Iterator[int], stop: Callable[[], bool]) -> Generator[Row]:
    for index in missing:
        if stop():
            return
        yield run_point(sweep.job(index))


def _submitted(
    sweep: "Sweep", missing: Iterator[int], executor: Executor, stop: Callable[[], bool], most: int
) -> Generator[Row]:
    """Rows as they are finished. What is finished when the sweep is cancelled is kept, what waits is not begun."""
    pending: set[Future[Row]] = set()
    try:
        while not stop():
            for index in missing:
                pending.add(executor.submit(run_point, sweep.job(index)))
                if len(pending) >= most:
                    break
            if not pending:
                return
            done, pending = wait(pending, timeout=POLL, return_when=FIRST_COMPLETED)
            yield from _results(done)
        yield from _results({future for future in pending if future.done()})
    except BrokenExecutor as error:
        raise InputError(f"the executor broke down: {error}. The rows that are done are kept; run it again.") from error
    finally:
        for future in pending:
            future.cancel()


def _results(done: set[Future[Row]]) -> list[Row]:
    return sorted((future.result() for future in done), key=lambda row: int(row["index"]))
