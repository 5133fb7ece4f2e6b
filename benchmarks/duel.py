"""Competitors on one case, each in its own process: gradients compared first, then interleaved blocks."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from machine import environment
from peers import COMPETITORS, Competitor
from works import Case

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-9
BUSY = 1.2
"""More threads at work than this, on average, and it was not one thread."""
Say = Callable[[str], None]


class Player:
    """A worker process and how to talk to it."""

    def __init__(self, name: str, title: str, case: Case, yardstick: str | None, cores: int = 0) -> None:
        """cores: 1 holds the process on one core, 2 leaves it all of them, 0 tells it to use one thread."""
        words = [sys.executable, str(HERE / "worker.py"), name, *map(str, case), *([yardstick] if yardstick else [])]
        self.name, self.title, self.cores, self.absent = name, title, cores, ""
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(alone=cores < 2)
        )
        if cores == 1 and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, {max(os.sched_getaffinity(0))})

    def answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            self.absent = f"its process ended with code {self.process.wait()}: see its message above"
            return {}
        answer: dict[str, Any] = json.loads(line)
        self.absent = answer.get("absent", "")
        return answer

    def ask(self, *words: object) -> dict[str, Any]:
        with contextlib.suppress(BrokenPipeError):
            print(*words, file=self.process.stdin, flush=True)
        return self.answer()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def duel(
    case: Case,
    blocks: int,
    seconds: float,
    yardstick: str | None,
    say: Say,
    competitors: Mapping[str, Competitor] | None = None,
    cores: int = 0,
) -> dict[str, Any]:
    """Times of every competitor that is there and right: {"case", "times": {name: [s]}, "absent": {name: why}}.

    seconds: how long a block is, or one call if that takes longer. competitors: by default, those of gradients.
    cores: as for `Player`.
    """
    absent = {}
    competitors = COMPETITORS if competitors is None else competitors
    with contextlib.ExitStack() as stack:
        players = []
        for name, competitor in competitors.items():
            if not competitor.does(case) or not competitor.installed:
                continue
            player = Player(name, competitor.title, case, yardstick, cores)
            stack.callback(player.close)
            # One after the other: preparing may measure.
            player.answer()
            players.append(player)
        compare(players, case, say)
        ready = [player for player in players if not player.absent and player.ask("warm", seconds)]
        times = rounds(ready, blocks, say)
        absent = {player.name: player.absent for player in players if player.absent}
    for name, why in absent.items():
        say(f"*** {case}: no {competitors[name].title}: {why} ***")
    return {"case": list(case), "times": times, "absent": absent}


def compare(players: list[Player], case: Case, say: Say) -> None:
    """Mark as absent who has another loss or gradient than the first that is there."""
    reference: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for player in players:
            path = Path(folder) / f"{player.name}.npz"
            if player.absent or (player.ask("result", path) and player.absent) or not path.exists():
                continue
            with np.load(path) as stored:
                found = dict(stored)
            reference = reference or found
            player.absent = difference(reference, found)


def difference(reference: dict[str, Any], found: dict[str, Any]) -> str:
    """What differs, as a sentence; empty where nothing does. The loss is under the empty name."""
    if set(reference) != set(found):
        return f"WRONG RESULT, it has not the same gradients: {sorted(set(reference) ^ set(found))}"
    for name, expected in reference.items():
        if expected.shape != found[name].shape:
            return f"WRONG RESULT, the gradient of {name} has shape {found[name].shape}, not {expected.shape}"
        error = np.abs(found[name] - expected).max() / np.abs(expected).max()
        if not error <= TOLERANCE:
            return f"WRONG RESULT, {f'the gradient of {name}' if name else 'the loss'} differs by {error:.1e}"
    return ""


def rounds(players: list[Player], blocks: int, say: Say) -> dict[str, list[float]]:
    """Seconds of a call in each block; everybody has one block in each round, and begins one in turn."""
    times: dict[str, list[float]] = {player.name: [] for player in players}
    for n in range(blocks):
        turn = n % len(players) if players else 0
        for player in players[turn:] + players[:turn]:
            measured = player.ask("block")
            if player.absent:
                continue
            times[player.name].append(measured["seconds"])
            if measured["threads"] > BUSY and n == 0 and player.cores < 2:
                say(f"*** {player.title} used {measured['threads']:.1f} threads ***")
    return {player.name: times[player.name] for player in players if not player.absent}


def ratios(times: dict[str, list[float]], name: str) -> tuple[float, float, float]:
    """ours / peer over the rounds: median and quartiles."""
    found = [mine / theirs for mine, theirs in zip(times["ours"], times[name], strict=True)]
    if len(found) < 2:
        return found[0], found[0], found[0]
    low, middle, high = statistics.quantiles(found, n=4, method="inclusive")
    return middle, low, high
