"""One command: how long a loss with all its gradients takes, as a ratio to peers on the same work in the same run.

`python3 dev.py bench` runs it; --help has the options. Progress goes to stderr, the tables to stdout as Markdown.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import labs
from costs import commands, curves, scalars, starts
from duel import duel
from figures import curve_figure, ratio_figure
from machine import busy, described
from peers import COMPETITORS
from report import SECTIONS, report, table
from works import WORKS, cases

DOCS = Path(__file__).resolve().parents[1] / "docs"
PARTS = ("duels", "curves", "starts", "scalars", "commands", "jacobians")
PAGE, LABS_PAGE = "benchmarks.md", "benchmarks-jacobians.md"
ROUNDS, QUICK_ROUNDS, SECONDS = 11, 3, 0.05


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Benchmarks: time, memory, and peers.")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="WORK",
        help=f"the works with these words in their names: {', '.join(WORKS)}; then, the duels alone",
    )
    parser.add_argument("--part", nargs="+", choices=PARTS, help="what to measure; all of it by default")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: to see that it works")
    parser.add_argument("--rounds", type=int, help=f"rounds of interleaved blocks (default {ROUNDS})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of a block (default %(default)s)")
    parser.add_argument("--yardstick", metavar="PATH", help="a Python file with NumPy programs tuned by hand")
    parser.add_argument("--json", metavar="PATH", help="where to keep what was measured")
    parser.add_argument(
        "--from-json", metavar="PATH", help="show what was kept, and measure only --part or --only anew"
    )
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks*.md and their pictures")
    return parser.parse_args(words)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def measure(options: argparse.Namespace, results: dict[str, Any]) -> None:
    """Fill `results`, part by part, so that an interrupted run still has what came before."""
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    parts: dict[str, Callable[[], None]] = {
        "duels": lambda: measure_duels(options, rounds, results.setdefault("duels", [])),
        "curves": lambda: results.update(curves=curves(options.quick, say)),
        "starts": lambda: results.update(starts=starts(rounds, say)),
        "scalars": lambda: results.update(scalars=scalars(rounds, say)),
        "commands": lambda: results.update(commands=commands(rounds, say)),
        "jacobians": lambda: results.update(jacobians=labs.measure(options.quick, rounds, options.seconds, say)),
    }
    chosen = options.part or (["duels"] if options.only else [] if options.from_json else PARTS)
    for name in chosen:
        parts[name]()


def measure_duels(options: argparse.Namespace, rounds: int, found: list[dict[str, Any]]) -> None:
    """Each case; one that is there already is measured anew and stays in its place."""
    for competitor in COMPETITORS.values():
        if not competitor.installed:
            say(f"\n*** {competitor.title} IS NOT INSTALLED: not compared with it ***\n")
    chosen = cases(options.only, options.quick)
    for n, case in enumerate(chosen, 1):
        say(f"{n} of {len(chosen)}: {case}")
        new = duel(case, rounds, options.seconds, options.yardstick, say)
        places = [place for place, old in enumerate(found) if old["case"] == list(case)]
        if places:
            found[places[0]] = new
        else:
            found.append(new)


def wrong(results: dict[str, Any]) -> bool:
    """Whether a competitor gave other numbers, or none."""
    duels = [*results.get("duels", []), *results.get("jacobians", {}).get("duels", [])]
    sentences = [why for duel in duels for why in duel["absent"].values()]
    return any("WRONG" in why or "ended with code" in why for why in sentences)


def write(results: dict[str, Any], pages: dict[str, str]) -> None:
    for name, page in pages.items():
        (DOCS / name).write_text(page, encoding="utf-8")
    pictures = DOCS / "pictures"
    if results.get("duels"):
        (pictures / "benchmarks.svg").write_text(ratio_figure(results["duels"]), encoding="utf-8")
    if results.get("curves"):
        (pictures / "benchmarks-cost.svg").write_text(curve_figure(results["curves"]), encoding="utf-8")
    say(f"Written: {', '.join(pages)} in {DOCS}, and their pictures.")


def command(options: argparse.Namespace) -> str:
    """What to say to measure the same: without the files of this machine."""
    words = ["python3", "dev.py", "bench", "--with", "torch==2.13.0", "--with", "rnnsym[bench]"]
    for name in ("only", "part"):
        words += [f"--{name}", *getattr(options, name)] if getattr(options, name) else []
    words += ["--quick"] * options.quick
    words += ["--rounds", str(options.rounds)] if options.rounds else []
    words += ["--yardstick", Path(options.yardstick).name] if options.yardstick else []
    return shlex.join(words)


def main(words: list[str]) -> int:
    options = arguments(words)
    kept = Path(options.from_json).read_text(encoding="utf-8") if options.from_json else "{}"
    results: dict[str, Any] = {"machine": described(), "by": [], **json.loads(kept)}
    anew = not options.from_json or options.part or options.only
    if anew and results["machine"] != described():
        say(f"{options.from_json} is from another machine, or other versions: {results['machine']}")
        return 2
    if anew:
        if busy():
            say(f"\n*** {busy()}. Ratios are less sure, times are wrong. ***\n")
        results["by"].append(command(options))
    interrupted = False
    try:
        measure(options, results)
    except KeyboardInterrupt:
        interrupted = True
        say("\nInterrupted: what follows was measured before.")
    pages = {PAGE: report(results)} if set(SECTIONS) & set(results) else {}
    if results.get("jacobians"):
        pages[LABS_PAGE] = labs.page(results, table)
    if options.json:
        Path(options.json).write_text(json.dumps(results), encoding="utf-8")
    print("\n".join(pages.values()))
    if options.write and not interrupted:
        write(results, pages)
    return 130 if interrupted else int(wrong(results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
