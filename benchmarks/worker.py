"""One competitor in a process of its own: `worker.py COMPETITOR WORK T H X B [YARDSTICK]`.

It answers each line of its input with a line of JSON: `result PATH` computes once and saves loss and gradients there;
`warm SECONDS` finds how many calls fill that time; `block` times that many calls. The end of the input ends it.
"""

import gc
import json
import os
import signal
import sys
import time
from typing import Any

import numpy as np
from peers import Prepared, UnavailableError, prepare
from works import Case, data


class Worker:
    def __init__(self, prepared: Prepared) -> None:
        self.prepared, self.calls = prepared, 1

    def result(self, path: str) -> dict[str, Any]:
        loss, grads = self.prepared.canonical(self.prepared.call())
        np.savez(path, **grads, **{"": loss})
        return {}

    def warm(self, seconds: str) -> dict[str, Any]:
        call, start, self.calls = self.prepared.call, time.perf_counter(), 0
        while time.perf_counter() - start < float(seconds):
            call()
            self.calls += 1
        return {"calls": self.calls}

    def block(self) -> dict[str, Any]:
        """Seconds of one call, and how many threads were at work on average."""
        call, rounds = self.prepared.call, range(self.calls)
        gc.collect()
        begun, start = time.process_time(), time.perf_counter()
        for _ in rounds:
            call()
        spent = time.perf_counter() - start
        return {"seconds": spent / self.calls, "threads": (time.process_time() - begun) / spent}


def main(name: str, work: str, *rest: str) -> None:
    # The answers have the real output to themselves: what a library prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(content: dict[str, Any]) -> None:
        print(json.dumps(content), file=answers, flush=True)

    case = Case(work, *map(int, rest[:4]))
    try:
        worker = Worker(prepare(name, case, data(case), rest[4] if len(rest) > 4 else None))
    except UnavailableError as error:
        return answer({"absent": str(error)})
    answer({})
    for line in sys.stdin:
        command, *arguments = line.split(maxsplit=1)
        answer(getattr(worker, command)(*(argument.strip() for argument in arguments)))


if __name__ == "__main__":
    # Ctrl-C reaches the whole group; the parent ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(*sys.argv[1:])
