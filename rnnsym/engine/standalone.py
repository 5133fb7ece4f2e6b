"""A file of NumPy for one network: the generated functions, small random data, and a check of every gradient.

The functions are those of `engine.program`, set in lines of 100 columns. The check is complex step on the file's own
forward pass, so that the file needs nothing but NumPy.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rnnsym._version import __version__
from rnnsym.core import dims
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Interval, Name, Role
from rnnsym.core.system import System, reads, start_of
from rnnsym.engine.program import LAYOUT, Program, build
from rnnsym.engine.sizes import text as size_text
from rnnsym.engine.source import kernel_source
from rnnsym.engine.standalone_text import ABOUT, ALONE, CHECK, MADE
from rnnsym.errors import InputError, ShapeError
from rnnsym.ops.indexing import check_indices
from rnnsym.ops.leaves import is_zero, var
from rnnsym.ops.structure import STOP_GRADIENT

WIDTH = 100
INDENT = "    "
OPENING = re.compile(r"(\s*)(def \w+\(|return \{|\w+ = np\.result_type\()")
STEPS, BATCH = 4, 2
DISTINCT = {"X": 2, "H": 3, "C": 4}
"""Sizes that all differ, so that no axis can be taken for another."""
OTHER_SIZES = (5, 6, 7, 8, 9)
LARGEST_FACTOR = 8
MOST_ENTRIES = 5000
TAKEN = frozenset({"T", "B", "SEED", "TINY", "TOLERANCE", "SMALLEST_SCALE", "np", "sys", "inspect"})
"""Names of the file that a dimension cannot have."""
REAL = {
    Role.PARAM: "rng.uniform(-0.9, 0.9, {shape})",
    Role.MASK: "rng.uniform(0.1, 2.0, {shape})",
    Role.KEEP: "rng.integers(0, 2, {shape}).astype(float)",
}


def standalone(system: System, loss: Name, title: str, sizes: Mapping[str, int] | None = None) -> str:
    """The file's text. `sizes` are those of its random data; small ones that all differ are taken where there are
    none, or more than 5000 parameters to check.

    Raises InputError for a network that stops a gradient: its gradient is by design not the slope of its loss.
    """
    if any(_stops(node) for node in _nodes(system)):
        raise InputError(
            "a standalone file checks its gradients against the slope of the loss, and a network with stop_gradient "
            "has another gradient by design: its program without the check is numpy_source()."
        )
    program = build(system, loss, title)
    chosen = sizes if sizes and _entries(system, sizes) <= MOST_ENTRIES else small_sizes(system)
    return _File(system, program, dict(chosen), loss, title).text()


def _entries(system: System, sizes: Mapping[str, int]) -> int:
    """How many numbers the parameters have."""
    shapes = [shape for name, shape in system.given.items() if name.role == Role.PARAM]
    return sum(dims.size(dims.product(shape), sizes) for shape in shapes)


def small_sizes(system: System) -> dict[str, int]:
    """A small size for every dimension, all different, at which every row that is read exists.

    Raises InputError where none is found."""
    names = dict.fromkeys(n for name in _names(system) for dim in system.shape(name) for n in dims.names_in(dim))
    others = iter(OTHER_SIZES * len(names))
    base = {name: DISTINCT.get(name) or next(others) for name in names}
    for factor in range(1, LARGEST_FACTOR + 1):
        sizes = {name: factor * size for name, size in base.items()}
        if _fit(system, sizes):
            return sizes
    raise InputError(f"no small sizes fit the dimensions {', '.join(names)}: name them, sizes={{'H': …}}.")


def _fit(system: System, sizes: Mapping[str, int]) -> bool:
    if any(dims.size(dim, sizes) < 1 for name in _names(system) for dim in system.shape(name)):
        return False
    try:
        check_indices((piece.rhs for _, piece in system.pieces()), sizes)
    except ShapeError:
        return False
    return True


def _stops(node: Expr) -> bool:
    """Whether `node` stops a gradient that would not be zero anyway, as that of the largest entry's position is."""
    if node.prim is not STOP_GRADIENT:
        return False
    (held,) = node.args
    pulled = [held.prim.pull(held, i, var("c", held.shape)) for i in range(len(held.args)) if held.prim.flows(held, i)]
    return not held.args or not all(map(is_zero, pulled))


def _names(system: System) -> Iterator[Name]:
    yield from (*system.given, *system.equations)


def _nodes(system: System) -> Sequence[Expr]:
    return topological([piece.rhs for _, piece in system.pieces()])


class _File:
    """The parts of the file. Its names are those of the generated functions."""

    def __init__(self, system: System, program: Program, sizes: Mapping[str, int], loss: Name, title: str) -> None:
        self.system, self.program, self.sizes, self.loss, self.title = system, program, sizes, loss, title
        self.names = program.forward.identifiers
        self.dims = {dim: f"{dim}_" if dim in TAKEN else dim for dim in sizes}

    def text(self) -> str:
        functions = [self.program.forward.source, self.program.backward.source]
        gradients = self._gradients()
        width = max(map(len, gradients))
        check = CHECK % {"loss": self.names[self.loss], "width": width}
        parts = [
            f"{self._docstring()}\n\nimport inspect\nimport sys\n\nimport numpy as np\n\n{self._constants()}",
            kernel_source("\n".join(functions)),
            *("\n".join(_wrapped(function.splitlines())) for function in functions),
            self._example(),
            self._gradient_function(gradients),
            check,
        ]
        return "\n\n\n".join(part for part in parts if part) + "\n"

    def _docstring(self) -> str:
        alone = [ALONE] if any(name.role == Role.SEED for name in self.system.given) else []
        layout = f"{' '.join(LAYOUT.split())} A batch axis follows that of time."
        paragraphs = [self.title, ABOUT, *alone, MADE.format(version=__version__), layout]
        filled = ["\n".join(textwrap.wrap(" ".join(text.split()), WIDTH)) for text in paragraphs]
        return '"""' + "\n\n".join(filled) + '\n"""'

    def _constants(self) -> str:
        values = {"T": STEPS, "B": BATCH, **{self.dims[dim]: size for dim, size in self.sizes.items()}}
        return "\n".join([
            f"{', '.join(values)} = {', '.join(map(str, values.values()))}  # the sizes of the random data",
            "SEED = 0",
            "TINY = 1e-100",
            "TOLERANCE = 1e-9",
            "SMALLEST_SCALE = 1e-6  # errors of smaller gradients are relative to this",
        ])  # fmt: skip

    def _example(self) -> str:
        """The function that draws the data."""
        lines = [f'{INDENT * 2}"{self.names[name]}": {self._drawn(name)},' for name in self.system.given]
        head = ["def example(rng):", f'{INDENT}"""Small random parameters, initial states, inputs and targets."""']
        return "\n".join([*head, f"{INDENT}return {{", *lines, f"{INDENT}}}"])

    def _drawn(self, name: Name) -> str:
        """The source of random numbers for a given name."""
        axes = ["T + 1"] if self.system.timed(name) else []
        axes += ["B"] if name.batched else []
        axes += [size_text(dim, self.dims) for dim in self.system.shape(name)]
        shape = f"({', '.join(axes)}{',' * (len(axes) == 1)})"
        if name.role == Role.COUNT:
            return f"float({' * '.join(self._counted())})"
        if name in self.system.labels:
            return f"rng.integers(0, {size_text(self.system.labels[name], self.dims)}, {shape})"
        return REAL.get(name.role, "rng.uniform(-1.0, 1.0, {shape})").format(shape=shape)

    def _counted(self) -> list[str]:
        """What a mean divides by, as factors: the steps, the examples, and the entries of a target."""
        target = next(name for name in self.system.given if name.role == Role.TARGET)
        entries = [size_text(dim, self.dims) for dim in self.system.shape(target)]
        return [*(["T"] if self.system.timed(target) else []), "B", *entries]

    # Gradients. ---------------------------------------------------------------------------------------------------

    def _gradients(self) -> dict[str, str]:
        """For each given quantity that has a gradient, where the file finds it."""
        derived = self.program.adjoint
        found = {}
        starts = dict(self._starts())
        for name in self.system.given:
            key = self.names[name]
            if name.role == Role.PARAM:
                bar = name.as_role(Role.GRADIENT)
                zero = f'np.zeros_like(data["{key}"])'
                found[key] = f'known["{self.names[bar]}"]' if bar in derived.gradients else zero
            elif name.role == Role.INPUT and name.as_role(Role.ADJOINT) in derived.backward:
                found[key] = f'known["{self.names[name.as_role(Role.ADJOINT)]}"]'
            elif name in starts and starts[name].as_role(Role.ADJOINT) in derived.backward:
                bar, start = starts[name].as_role(Role.ADJOINT), start_of(self.system, starts[name])
                if derived.system.hull(bar).covers(Interval(start, start)):
                    found[key] = f'known["{self.names[bar]}"][{start}]'
        return found

    def _starts(self) -> Iterator[tuple[Name, Name]]:
        """Each initial value that is only the first value of a carry, with the carry."""
        readers: dict[Name, list[Name]] = {}
        for name, piece in self.system.pieces():
            for read in reads(piece.rhs):
                if read.name.role == Role.INITIAL:
                    only = read.leaf is piece.rhs and name.role == Role.CARRY
                    readers.setdefault(read.name, []).append(name if only else read.name)
        for initial, found in readers.items():
            if len(found) == 1 and found[0] != initial:
                yield initial, found[0]

    def _gradient_function(self, gradients: Mapping[str, str]) -> str:
        lines = [f'{INDENT * 2}"{name}": {where},' for name, where in gradients.items()]
        head = [
            "def gradients(data):",
            f'{INDENT}"""The gradient of the loss with respect to each real quantity in `data`, in its shape."""',
            f"{INDENT}known = run(data)",
        ]
        return "\n".join([*head, f"{INDENT}return {{", *lines, f"{INDENT}}}"])


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Long lines broken after a comma inside their bracket; names of a result between double quotes."""
    for line in lines:
        found = OPENING.match(line)
        if found is None:
            yield line
            continue
        text = line.replace("'", '"')
        if len(text) <= WIDTH:
            yield text
            continue
        body, closing = re.split(r"(?=[)}]:?$)", text[found.end() :])
        yield text[: found.end()]
        yield from _filled(body.split(", "), found[1] + INDENT)
        yield found[1] + closing


def _filled(items: Sequence[str], indent: str) -> Iterator[str]:
    """The items with commas, as many to a line as fit."""
    line = indent + items[0]
    for item in items[1:]:
        if len(f"{line}, {item},") > WIDTH:
            yield f"{line},"
            line = indent + item
        else:
            line += f", {item}"
    yield f"{line},"
