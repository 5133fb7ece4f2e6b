"""`rnnsym graph CELL`: the unrolled graph in the terminal, with the value and gradient of every node."""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rnnsym.cli import common, graph_files
from rnnsym.cli.terminal import shows_unicode, write, write_json
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.walk.drawing.canvas import Span
    from rnnsym.walk.drawing.text import Drawing
    from rnnsym.walk.graph import Edge, Graph, Key

STEPS, HIDDEN, SIZE, SEED, WIDTH = 3, 2, 2, 0, 80
COLOURS = {
    "positive": "green", "negative": "red", "quiet": "dim", "symbol": "bold", "carry": "cyan", "wire": "cyan",
    "box": "dim", "plain": "",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser)
    parser.add_argument("--values", action="store_true", help="value and gradient of each node, instead of formulas")
    parser.add_argument("--rolled", action="store_true", help="one step with its loops, instead of the unrolled graph")
    parser.add_argument("--text", metavar="TEXT", help="read this text; else the numbers are drawn from the seed")
    parser.add_argument("--steps", metavar="T", type=common.size, help=f"steps (default: {STEPS}, or the text's)")
    parser.add_argument("--hidden", metavar="H", type=common.size, default=HIDDEN, help=f"units (default: {HIDDEN})")
    parser.add_argument("--inputs", metavar="X", type=common.size, help=f"size of the input (default: {SIZE})")
    parser.add_argument("--outputs", metavar="C", type=common.size, help=f"size of the output (default: {SIZE})")
    parser.add_argument("--loss", metavar="L", help="squared (default) or cross_entropy")
    parser.add_argument("--seed", metavar="S", type=common.seed, default=SEED, help=f"seed (default: {SEED})")
    parser.add_argument("--from", metavar="T", dest="first", type=common.size, default=1, help="the first step to draw")
    parser.add_argument("--to", metavar="T", dest="last", type=common.size, help="the last step to draw")
    parser.add_argument("--width", metavar="N", type=common.size, help="columns to fill (default: the terminal's)")
    common.add_wiring(parser)
    common.add_ascii(parser)
    common.add_json(parser)
    graph_files.add_arguments(parser)
    parser.usage = f"{parser.prog} CELL [options]"
    parser.epilog = """\
examples
  rnnsym graph lstm
  rnnsym graph elman --bidirectional --steps 3
  rnnsym graph elman --steps 3 --values
  rnnsym graph gru --text hello --values --from 2 --to 3
  rnnsym graph my_cell.py:MyCell --rolled
  rnnsym graph lstm --steps 20 --collapse --format svg --output lstm.svg"""


def run(args: argparse.Namespace) -> int:
    """Print the drawing, or with --json the graph as data, or with --format write it for another program."""
    as_text = graph_files.is_text(args)
    task = _task(args)
    if args.json:
        from rnnsym.cli.graph_record import graph_record

        write_json("graph", graph_record(task.graph))
        return 0
    if not as_text:
        return graph_files.write_graph(args, task.graph, task.labels)
    _print(list(_Page(args, task).lines()))
    return 0


@dataclass(frozen=True)
class _Task:
    """The graph, and the words beside its symbols."""

    graph: "Graph"
    labels: "dict[Key, str]"
    about: str


def _task(args: argparse.Namespace) -> _Task:
    return _text_task(args) if args.text is not None else _drawn_task(args)


def _text_task(args: argparse.Namespace) -> _Task:
    """The cell reads a text: one-hot characters in, the next character as target."""
    from rnnsym.core.names import Role
    from rnnsym.walk.graph import Graph, Key
    from rnnsym.walk.text import encode, text_walk
    from rnnsym.wiring import TARGET

    fixed = [f"--{name}" for name in ("inputs", "outputs", "loss", "pattern", "reduction") if getattr(args, name)]
    if fixed:
        raise InputError(f"--text and {fixed[0]} exclude each other: a text has its own sizes, loss and pattern.")
    longest = len(encode(args.text).reads)
    if args.steps is not None and args.steps > longest:
        raise InputError(f"--steps {args.steps}: the text gives T = {longest} steps at most.")
    text = args.text if args.steps is None else args.text[: args.steps + 1]
    walk = text_walk(common.wiring_of(args), text, args.hidden, args.seed)
    task = encode(text)
    inputs = [name for name in walk.net.system.given if name.role == Role.INPUT]
    labels = {Key(name, t): repr(character) for name in inputs for t, character in enumerate(task.reads, 1)}
    labels |= {Key(TARGET, t): repr(character) for t, character in enumerate(task.predicts, 1)}
    return _Task(Graph(walk.net, walk.steps, walk), labels, f"reads '{text}'")


def _drawn_task(args: argparse.Namespace) -> _Task:
    """Inputs and targets from the seed, on a grid of tenths."""
    from rnnsym.walk.drawing.numbers import drawn_walk
    from rnnsym.walk.graph import Graph

    net = common.network_of(args, {"X": args.inputs or SIZE, "H": args.hidden, "C": args.outputs or SIZE})
    steps = args.steps or STEPS
    if not (args.values or args.json):
        return _Task(Graph(net, steps), {}, "")
    return _Task(Graph(net, steps, drawn_walk(net, steps, args.seed)), {}, f"numbers drawn with seed {args.seed}")


@dataclass(frozen=True)
class _Page:
    """What is printed: a heading, the drawing, how to read it, the parameters."""

    args: argparse.Namespace
    task: _Task

    @property
    def ascii(self) -> bool:
        return bool(self.args.ascii) or not shows_unicode()

    @property
    def width(self) -> int:
        if self.args.width is not None:
            return int(self.args.width)
        return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH

    def lines(self) -> "Iterator[list[Span]]":
        yield from self._plain(self._heading(), "")
        drawing = self._drawing()
        yield from drawing.lines
        yield from self._plain("", *self._wrapped(self._remarks(drawing)), "")
        yield from self._parameters()

    def _plain(self, *lines: str) -> "Iterator[list[Span]]":
        from rnnsym.walk.drawing.canvas import Span

        return ([Span(line)] for line in lines)

    def _wrapped(self, sentences: Iterable[str]) -> list[str]:
        return [line for sentence in sentences for line in textwrap.wrap(sentence, self.width, subsequent_indent="  ")]

    def _heading(self) -> str:
        net = self.task.graph.net
        sizes = ", ".join(f"{name} = {size}" for name, size in net.sizes.items())
        about = f"; {self.task.about}" if self.task.about and not self.args.rolled else ""
        shape = "one step" if self.args.rolled else f"T = {self.task.graph.steps}"
        return f"{net.name}: {shape}, {sizes}{about}"

    def _drawing(self) -> "Drawing":
        from rnnsym.walk.drawing.rolled import draw_rolled
        from rnnsym.walk.drawing.text import draw

        if self.args.rolled:
            return draw_rolled(self.task.graph, self.ascii)
        return draw(
            self.task.graph,
            self.args.values,
            self.task.labels,
            self.width,
            self.ascii,
            self.args.first,
            self.args.last,
        )

    def _remarks(self, drawing: "Drawing") -> Iterator[str]:
        """How to read the drawing, and what it leaves out."""
        last = self.args.last or self.task.graph.steps
        if not self.args.rolled and drawing.shown[-1] < last:
            yield (
                f"t = {drawing.shown[0]} to {drawing.shown[-1]} fit into {self.width} columns; "
                f"the rest: --from {drawing.shown[-1] + 1}, or a wider terminal."
            )
        if missing := self._not_drawn():
            yield f"Not drawn: {', '.join(missing)}."
        heavy, cross, delta = ("=", "|", "d") if self.ascii else ("━", "┿", "δ")
        if self.args.values and not self.args.rolled:
            yield f"In a box: the value, a line for each unit; {delta} is the gradient of the loss with respect to it."
        yield f"{heavy} goes to the next step; wires that cross ({cross}) do not touch."

    def _not_drawn(self) -> list[str]:
        from rnnsym.walk.drawing.rolled import not_drawn

        if self.args.rolled:
            return list(not_drawn(self.task.graph, "ascii" if self.ascii else "text"))
        return [self._arrow(edge) for edge in self.task.graph.far]

    def _arrow(self, edge: "Edge") -> str:
        """`encoder.h₂ to decoder.h₀`"""
        from rnnsym.walk.drawing.content import Content

        content = Content(self.task.graph, "ascii" if self.ascii else "text")
        return f"{content.symbol(edge.source)} to {content.symbol(edge.target)}"

    def _parameters(self) -> "Iterator[list[Span]]":
        from rnnsym.walk.drawing.parameters import parameter_lines, parameter_list

        style: Literal["ascii", "text"] = "ascii" if self.ascii else "text"
        if self.args.values and not self.args.rolled:
            yield from self._plain("Parameters, the same at every step; a gradient is the sum over all steps.", "")
            yield from parameter_lines(self.task.graph, self.width, style)
        else:
            yield from self._plain("Parameters, the same at every step:")
            yield from self._plain(*_packed(parameter_list(self.task.graph, style), self.width))


def _packed(items: Iterable[str], width: int) -> list[str]:
    """The items in lines of at most `width`, none of them broken."""
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 3 > width:
            lines.append("")
        lines[-1] += ("   " if lines[-1] else "  ") + item
    return lines


def _print(lines: "Iterable[list[Span]]") -> None:
    """With colour on a terminal, unless NO_COLOR asks for none."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        write("".join(span.text for span in line) for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((span.text, COLOURS[span.style]) for span in line)))
