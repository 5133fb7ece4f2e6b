"""A form with a number for T: every line at every step, sums and products written out, what is zero left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, count
from numbers import Integral

from rnnsym.core.expr import Expr, topological
from rnnsym.core.mathtree import BigSum, MathTree, Superscript, Symbol, Word
from rnnsym.core.names import FREE, START, Fixed, Interval, Name, Offset, Point
from rnnsym.core.system import Piece, reads
from rnnsym.derivation.cases import is_error
from rnnsym.derivation.equations import Equation, Line, Statement
from rnnsym.derivation.explicit.writing import ZERO, Numbers, Writing, marks, number_of, size
from rnnsym.derivation.form import Form, Section
from rnnsym.derivation.truncation.chunks import aged
from rnnsym.errors import InputError
from rnnsym.notation import tree_of
from rnnsym.notation.lower import children
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import is_zero, leaf, zeros
from rnnsym.transforms.rewrite import substitute

LARGEST = 20_000
"""Symbols in an explicit form."""


def instantiate(form: Form, steps: int) -> Form:
    """`form` for T = `steps`: every line at t = 1…T (or T…1), totals and double sums as explicit sums.

    The lines of one step stand together. The System stays the one with free T, so that the form runs on any sequence;
    its values at step t are those of the lines at t. Raises InputError for T < 1, for a form that gets too long, and
    for one that is written out already.
    """
    if form.steps is not None:
        raise InputError(f"this form is written out for T = {form.steps} already: write out the one with free T.")
    if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 1:
        raise InputError(f"a form is written out for a whole number of steps, 1 or more, not {steps!r}.")
    if any(symbols > LARGEST for symbols in accumulate(_sizes(form.lines, steps))):
        raise InputError(
            f"written out for T = {steps}, the {form.title} has more than {LARGEST:,} symbols, which is the most. "
            "Take a smaller T, or the form with free T, which does not grow."
        )
    made = _Explicit(form, steps)
    sections = tuple(replace(section, lines=tuple(made.lines(section))) for section in form.sections)
    told = tuple(section for section in sections if section.lines)
    return replace(form, title=f"{form.title}, T = {steps}", sections=told, derived=None, steps=int(steps))


def _sizes(lines: Iterable[Line], steps: int) -> Iterator[int]:
    """How many symbols the lines have that each line becomes."""
    for line in lines:
        span = line.domain.at(steps)
        if isinstance(line, Equation):
            yield len(topological([line.rhs])) * max(1, len(span))
            continue
        right, letters = _sides(line)[1], _letters(line.left)
        for t in span if "t" in letters else [0]:
            for k in range(1, t + 1) if "k" in letters else [t]:
                yield size(right, {"T": steps, "t": t, "k": k} if "t" in letters else {"T": steps})


class _Explicit:
    """The lines of a form, step by step, numbered through."""

    def __init__(self, form: Form, steps: int) -> None:
        self.form, self.system, self.steps = form, form.system, steps
        self.numbers: dict[tuple[Name, int | None], int] = {}
        self._next = count(1)
        self.causal = any(_says(line, "k", "t") for line in form.lines)
        self.aged = any(_says(line, "j", None) for line in form.lines)
        self.zero: set[tuple[Name, int | None, int | None]] = set()
        self.told: set[MathTree] = set()
        self.read = {(r.name, r.time.at.at(steps)) for name, piece in form.system.pieces() if is_error(name)
                     for r in reads(piece.rhs) if isinstance(r.time, Fixed) and is_error(r.name)}  # fmt: skip
        self.writing = Writing(self._absent)

    def lines(self, section: Section) -> Iterator[Line]:
        """The lines of a section: those in time step by step, then those without time."""
        timed = [line for line in section.lines if self._in_time(line)]
        spans = [self._span(line) for line in timed]
        times = sorted({t for span in spans for t in span}, reverse=self._descending(timed))
        for t in times:
            for line, span in zip(timed, spans, strict=True):
                if t in span:
                    yield from self._at(line, t)
        paired = [line for line in section.lines if isinstance(line, Statement) and "k" in _letters(line.left)]
        for numbers in self._pairs(paired):
            for line in paired:
                yield from self._stated(line, {"T": self.steps, **numbers}, START)
        for line in section.lines:
            if line not in timed and line not in paired:
                yield self._once(line)

    def _span(self, line: Line) -> list[int]:
        """The steps of a line: those of the network, and those that another line reads beside them."""
        if isinstance(line, Statement) and (at := _fixed(line.left)) is not None:
            return [at.at(self.steps)]
        inner = [t for t in line.domain.at(self.steps) if 1 <= t <= self.steps]
        return sorted({*inner, *(step for name, step in self.read if name == line.name)})

    def _in_time(self, line: Line) -> bool:
        if isinstance(line, Equation):
            return not line.total and line.lhs.attrs[1] != FREE
        letters = _letters(line.left)
        return ("t" in letters and "k" not in letters) or _fixed(line.left) is not None

    def _at(self, line: Line, t: int) -> Iterator[Line]:
        """A line at one step, unless it says only that something is zero."""
        here = Interval(Point(0, t), Point(0, t))
        if isinstance(line, Statement):
            for age in self._ages() if "j" in _letters(line.left) else [None]:
                yield from self._stated(line, {"T": self.steps, "t": t} | ({} if age is None else {"j": age}), here)
            return
        rhs = self._value(line, t)
        if is_zero(rhs):
            self.zero.add((line.name, t, None))
            return
        left = leaf(line.name, Fixed(Point(0, t)), line.shape) if line.lhs.attrs[0] == line.name else line.lhs
        yield self._equation(line, left, rhs, here, t)

    def _ages(self) -> range:
        """The ages that an error of a step can have."""
        sums = [line.right for line in self.form.lines if isinstance(line, Statement) and _says(line, "j", None)]
        return range(1 + max(int(tree.upper or 0) for tree in sums if isinstance(tree, BigSum)))

    def _once(self, line: Line) -> Line:
        """A line without time, with its sum written out."""
        if isinstance(line, Equation):
            span = line.domain.at(self.steps) if line.total else [0]
            rhs = add(*(self._value(line, t) for t in span)) if span else zeros(line.shape)
            return self._equation(line, line.lhs, rhs, START, None)
        numbers = {"T": self.steps}
        left, right = (self.writing.out(side, numbers) for side in _sides(line))
        return replace(line, number=self._number(line.name, None), left=left, right=right, domain=START, uses=())

    def _pairs(self, lines: Sequence[Statement]) -> Iterator[dict[str, int]]:
        """The steps t of a loss, and k that it is about: from k = T down to 1."""
        steps = sorted({k for line in lines for k in line.domain.at(self.steps) if k >= 1}, reverse=True)
        for t in range(1, self.steps + 1):
            yield from ({"t": t, "k": k} for k in steps if not self.causal or k <= t)

    def _stated(self, line: Statement, numbers: Numbers, here: Interval) -> Iterator[Line]:
        """A statement with numbers; nothing where it is zero, is told already, or is about older errors only."""
        above = [number_of(mark, numbers) for side in _sides(line) for mark in marks(side)]
        if any(number is not None and number < 0 for number in above):
            return
        left, right = (self.writing.out(side, numbers) for side in _sides(line))
        step, mark = numbers.get("k", numbers.get("t")), numbers.get("j", numbers.get("t") if "k" in numbers else None)
        if right == ZERO or left == ZERO or left in self.told:
            told = _named(line.left)
            if right == ZERO and left not in self.told and told is not None:
                self.zero.add((told, step, mark))
            return
        self.told.add(left)
        yield replace(line, number=self._number(line.name, step), left=left, right=right, domain=here, uses=())

    def _equation(self, line: Equation, left: Expr, rhs: Expr, here: Interval, t: int | None) -> Equation:
        number = self._number(line.name, t)
        read = ((r.name, r.time.at.plus if isinstance(r.time, Fixed) else None) for r in reads(rhs))
        uses = tuple(sorted({self.numbers[key] for key in read if key in self.numbers}))
        return Equation(number, line.name, left, rhs, here, False, line.rule, line.because, uses)

    def _number(self, name: Name, t: int | None) -> int:
        number = next(self._next)
        self.numbers.setdefault((name, t), number)
        return number

    # Values at a step. --------------------------------------------------------------------------------------------

    def _value(self, line: Equation, t: int) -> Expr:
        """The right-hand side at step t: the pieces that hold there, with what is zero left out."""
        pieces = self.system.equations.get(line.name, ())
        read = {r.name for piece in pieces for r in reads(piece.rhs)}
        if (not read and pieces) or {r.name for r in reads(line.rhs)} - read:
            return self._read_at(line.rhs, t)
        held = [piece.rhs for piece in pieces if t in piece.domain.at(self.steps)]
        return add(*(self._read_at(rhs, t) for rhs in held)) if held else zeros(line.shape)

    def _read_at(self, expr: Expr, t: int) -> Expr:
        """`expr` with the steps that it reads at step t; zero for what has no value there."""
        known = {}
        for read in reads(expr):
            step = read.time.step(t, self.steps) if isinstance(read.time, (Offset, Fixed)) else None
            if step is None:
                continue
            if self._absent(read.name, step, None):
                known[read.leaf] = zeros(read.leaf.shape)
            elif self.system.timed(read.name) or read.name not in (*self.system.given, *self.system.equations):
                known[read.leaf] = leaf(read.name, Fixed(Point(0, step)), read.leaf.shape, read.leaf.dtype)
        return substitute([expr], known)[0]

    def _descending(self, timed: Sequence[Line]) -> bool:
        """Whether the lines of a section run from T to 1: they read later steps of their like, or are errors."""
        names = {line.name for line in timed}
        errors = any(is_error(name) for name in names)
        lags = [
            read.time.k
            for name in names
            for piece in self.system.equations.get(name, ())
            for read in reads(piece.rhs)
            if isinstance(read.time, Offset) and read.time.k and (is_error(read.name) if errors else read.name in names)
        ]
        return lags[0] > 0 if lags else errors

    def _absent(self, name: Name, step: int, mark: int | None) -> bool:
        """Whether `name` is exactly zero at a step: it has no value there, or zero, or no error comes so far."""
        if (name, step, mark) in self.zero:
            return True
        if mark is not None and self.causal and step > mark:
            return True
        if mark is not None and self.aged:
            name = aged(name, mark) if aged(name, mark) in self.system.equations else name
        pieces: Sequence[Piece] = self.system.equations.get(name, ())
        held = [piece for piece in pieces if step in piece.domain.at(self.steps)]
        return bool(pieces) and not pieces[0].total and all(is_zero(piece.rhs) for piece in held)


def _sides(line: Statement) -> tuple[MathTree, MathTree]:
    left, right = (tree_of(side) if isinstance(side, Expr) else side for side in (line.left, line.right))
    return left, right


def _named(tree: Expr | MathTree) -> Name | None:
    """The quantity that a side is, or is a part of."""
    node = tree_of(tree) if isinstance(tree, Expr) else tree
    node = node.base if isinstance(node, Superscript) else node
    return node.name if isinstance(node, Symbol) else None


def _fixed(tree: Expr | MathTree) -> Point | None:
    """The one step that a side is about."""
    node = tree_of(tree) if isinstance(tree, Expr) else tree
    node = node.base if isinstance(node, Superscript) else node
    return node.time.at if isinstance(node, Symbol) and isinstance(node.time, Fixed) else None


def _letters(tree: Expr | MathTree) -> set[str]:
    """The letters of steps that a side leaves open."""
    found: set[str] = set()
    if isinstance(tree, Expr):
        tree = tree_of(tree)
    stack: list[MathTree] = [tree]
    while stack:
        node = stack.pop()
        match node:
            case Symbol(_, time, index):
                found |= set(index.split(",")) if isinstance(time, Offset) else set()
            case Superscript(base, Word(key)):
                found |= {key[1]} if key in ("(t)", "(j)") else set()
                stack.append(base)
            case BigSum():
                pass
            case _:
                stack += children(node)
    return found


def _says(line: Line, index: str, upper: str | None) -> bool:
    """Whether a line has a sum over `index` that ends at `upper` (at anything, if None)."""
    stack: list[MathTree] = [] if not isinstance(line, Statement) or isinstance(line.right, Expr) else [line.right]
    while stack:
        node = stack.pop()
        if isinstance(node, BigSum) and node.index == index and upper in (None, node.upper):
            return True
        stack += children(node)
    return False
