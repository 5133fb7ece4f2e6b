"""Truncated backpropagation as a form: what is kept, what is dropped, and that both together are the gradient."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, groupby
from numbers import Integral

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import BigSum, Indicator, Infix, MathTree, Superscript, Symbol, Word
from rnnsym.core.names import FREE, NOW, START, Fixed, Name, Offset, Point, Role
from rnnsym.core.system import Piece, reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Line, Lines, Statement, lines
from rnnsym.derivation.form import Compute, Form, Section, equals, recurrence
from rnnsym.derivation.stating import equation, sections
from rnnsym.derivation.truncation.ages import BEYOND, chain_of, per_loss
from rnnsym.derivation.truncation.chunks import KEEP, Split, chunked, keeps
from rnnsym.errors import InputError, unknown
from rnnsym.notation import Words, tree_of
from rnnsym.notation.trees import map_symbols
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import is_zero, leaf

WAYS = ("chunk", "loss")


def truncated(derived: Adjoint, window: int, per: str = "chunk", wanted: Iterable[Name] | None = None) -> Form:
    """Truncated backpropagation through time with K = `window`, and the terms that it drops.

    per: "chunk" (the gradient is cut between chunks of K steps, while the state runs on) or "loss" (what each loss
    sends back is kept for K steps). Kept and dropped add up to the gradient, exactly. Every recurrence is cut; a seam
    between two of them is not. `wanted` are the gradients told. Raises UnknownNameError, and InputError for a window
    below 1.
    """
    if per not in WAYS:
        raise unknown("way to truncate", per, WAYS)
    if isinstance(window, bool) or not isinstance(window, Integral) or window < 1:
        raise InputError(f"the window of a truncation is a whole number of steps, 1 or more, not {window!r}.")
    window = int(window)
    told = lines(derived, wanted)
    title = f"backpropagation truncated to {window} steps, per {per}"
    if per == "chunk":
        found = _Telling(derived, told, chunked(derived), window).form(title)
        return replace(found, supplied={KEEP: partial(keeps, window)})
    return _Aged(derived, told, per_loss(derived, window), window).form(title)


class _Telling:
    """The lines of a truncation by chunks. The numbers of all lines are known before any is written."""

    title = "Backward, cut"

    def __init__(self, derived: Adjoint, told: Lines, split: Split, window: int) -> None:
        self.split, self.system, self.window = split, split.system, window
        self.several = len(set(chain_of(derived).values())) > 1
        self.start = recurrence(derived, replace(told, backward=(), gradients=(), zeros=())).sections
        self.adjoints = [line.name for line in told.backward]
        gradients = [line.name for line in told.gradients]
        self.rules = {line.name: line.rule for line in (*told.backward, *told.gradients)}
        self.computed: dict[Name, Compute] = {}
        self.kept = [split.kept.get(bar, bar) for bar in gradients]
        self.cut = [split.cut[bar] for bar in (*self.adjoints, *gradients) if bar in split.cut]
        self.whole = [bar for bar in gradients if bar in split.kept]
        self.originals = {new: bar for bar, new in (*split.cut.items(), *split.kept.items())}
        self.numbers: dict[Name, int] = {}
        self._next = count(1)
        for line in told.forward:
            self.number(line.name)
        for name in (*self.backward(), *self.kept, *self.cut, *self.whole):
            self.number(name)

    def number(self, name: Name) -> int:
        if name not in self.numbers:
            self.numbers[name] = next(self._next)
        return self.numbers[name]

    def backward(self) -> Sequence[Name]:
        """The names of the lines of the backward pass, in order."""
        return self.adjoints

    def form(self, title: str) -> Form:
        back = [self.line(name) for name in self.backward()]
        errors = [self.line(name) for name in self.cut if name.role == Role.ADJOINT]
        lost = tuple(self.line(name) for name in self.cut if name.role != Role.ADJOINT)
        found = (
            *self.start,
            *sections(self.title, self.system, back, True, self.how()),
            Section("Kept gradients", self.keeps(), tuple(self.line(name) for name in self.kept)),
            *sections("Dropped", self.system, errors, True, self.drops()),
            Section("Dropped gradients", (), lost),
            Section("Gradients", (("kept and dropped",),), tuple(self.sum(name) for name in self.whole)),
        )
        told = tuple(section for section in found if section.lines)
        return Form("truncated", title, told, self.system, self.computed)

    def how(self) -> tuple[Words, ...]:
        kappa: Words = (leaf(KEEP, NOW, ()), f" = 0 where t is a multiple of {self.window}, else 1")
        return (kappa, ("between two chains nothing is cut",)) if self.several else (kappa,)

    def keeps(self) -> tuple[Words, ...]:
        return ((f"what loss t sends to step k in the same chunk of {self.window} steps",),)

    def drops(self) -> tuple[Words, ...]:
        return ((f"what loss t sends to step k across a multiple of {self.window}",),)

    def line(self, name: Name) -> Line:
        """The equation of a name, with the rule of what it is a part of."""
        rule = self.rules[self.originals.get(name, name)]
        if any(read.name == KEEP for piece in self.system.equations[name] for read in reads(piece.rhs)):
            rule += "; what was cut goes on" if name in self.cut else "; cut between chunks"
        return equation(self.system, name, self.numbers, rule, self.because(name))

    def because(self, name: Name) -> Words:
        left = leaf(name, NOW if self.system.timed(name) else FREE, self.system.shape(name))
        if name in self.cut:
            return (left, " is what the cuts take away: what they stop here, and what they stopped before.")
        if name in self.kept:
            return (left, " is the gradient that the errors give which are left by the cuts.")
        return (left, " is the error that is left when what comes from another chunk is cut off.")

    def sum(self, name: Name) -> Line:
        because = ("Errors add up: what is kept and what is cut are together the gradient, to the last digit.",)
        return equation(self.system, name, self.numbers, "kept + dropped", because)


class _Aged(_Telling):
    """The lines of a truncation per loss. Ages of an error that read alike share a line, with j for the age."""

    title = "Backward, by age"

    def __init__(self, derived: Adjoint, told: Lines, split: Split, window: int) -> None:
        self.age = {name: (bar, age) for age, names in enumerate(split.ages) for bar, name in names.items()}
        self.parts: dict[Name, list[Name]] = {}
        for name, (bar, _) in self.age.items():
            self.parts.setdefault(bar, []).append(name)
        super().__init__(derived, told, split, window)

    def backward(self) -> Sequence[Name]:
        """The first name of every line, then the sums over all ages where another line reads them."""
        needed = {read.name for name in (*self.kept, *self.age) for piece in self.system.equations[name]
                  for read in reads(piece.rhs)}  # fmt: skip
        order: list[Name] = []
        for _, layer in groupby(self.adjoints, lambda bar: bar.path):
            bars = list(layer)
            for bar in bars:
                order += [self._numbered(run) for run in self._runs(bar)]
                if len(self.parts.get(bar, ())) == 1:
                    self.numbers[bar] = self.numbers[self.parts[bar][0]]
            order += [bar for bar in bars if bar in needed and len(self.parts.get(bar, ())) > 1]
            for bar in order:
                self.number(bar)
        return order

    def _numbered(self, run: Sequence[Name]) -> Name:
        """The first of the parts that share a line, with a number for all of them."""
        self.numbers.update(dict.fromkeys(run, self.number(run[0])))
        return run[0]

    def _runs(self, bar: Name) -> list[list[Name]]:
        """The parts of `bar`, those of neighbouring ages together whose equations differ in the age only."""
        parts = self.parts.get(bar, [])
        return [list(run) for _, run in groupby(parts, lambda name: self._right(name, self.age[name][1]))]

    def _marked(self, symbol: Symbol, here: int | None) -> MathTree:
        """A part of an error as the error with its age above it: j, j - 1 beside the age `here`, or a number."""
        if symbol.name not in self.age:
            return symbol
        bar, age = self.age[symbol.name]
        if len(self.parts[bar]) == 1:
            return replace(symbol, name=bar)
        back = 0 if here is None else here - age
        letter = str(age) if here is None else f"j-{back}" if back else "j"
        return Superscript(replace(symbol, name=bar), Word(f"({letter})"))

    def _told(self, name: Name) -> list[Piece]:
        """The pieces that are written: those of a general step."""
        pieces = [piece for piece in self.system.equations[name] if not is_zero(piece.rhs)]
        return [piece for piece in pieces if piece.domain not in (START, BEYOND)] or pieces

    def _written(self, name: Name, expr: Expr, here: int | None) -> MathTree:
        """`expr` of the equation of `name`, with ages; at the one step at which it holds, if it is one."""
        domains = {piece.domain for piece in self._told(name)}
        only = domains.pop().lo if len(domains) == 1 and min(domains).single else None
        return map_symbols(tree_of(expr), lambda symbol: self._marked(_at(symbol, only), here))

    def _right(self, name: Name, here: int | None) -> MathTree:
        """The right-hand side of a part, as it is written; a term of one step only has its step before it."""
        pieces = self._told(name)
        if all(piece.domain.single for piece in pieces):
            return self._written(name, add(*(piece.rhs for piece in pieces)), here)
        terms: list[MathTree] = []
        for piece in pieces:
            body = self._written(name, piece.rhs, here)
            step = Word(str(piece.domain.lo))
            at = Indicator(equals(Word("t"), step))
            terms.append(Infix("scale", (at, body)) if piece.domain.single else body)
        return terms[0] if len(terms) == 1 else Infix("add", tuple(terms))

    def how(self) -> tuple[Words, ...]:
        first: Words = ("an error of age j has gone j steps back",)
        return (first, ("it starts anew where it enters another chain",)) if self.several else (first,)

    def keeps(self) -> tuple[Words, ...]:
        return ((self._range("<"),),)

    def drops(self) -> tuple[Words, ...]:
        return ((self._range("≥"),),)

    def _range(self, sign: str) -> str:
        if self.several:
            return f"the errors of age j {sign} {self.window} in each chain"
        return f"what loss t sends to step k with t − k {sign} {self.window}"

    def line(self, name: Name) -> Line:
        if name in self.age:
            return self._part(name)
        if name in self.parts:
            return self._sum_of_ages(name)
        older = any(read.name in self.age for piece in self.system.equations[name] for read in reads(piece.rhs))
        return self._old(name) if older and name in self.cut else super().line(name)

    def _part(self, name: Name) -> Line:
        bar, age = self.age[name]
        run = next(run for run in self._runs(bar) if name in run)
        here = age if len(run) > 1 else None
        ages = f"; j = {age}…{age + len(run) - 1}" if len(run) > 1 and len(run) < self.window else ""
        left = self._written(name, leaf(name, NOW, self.system.shape(bar)), here)
        because: Words = (left, " is the part of the error that has gone so many steps back.")
        shown = name if len(self.parts[bar]) > 1 else bar
        return self._statement(shown, left, self._right(name, here), self.rules[bar] + ages, because)

    def _sum_of_ages(self, bar: Name) -> Line:
        left = leaf(bar, NOW, self.system.shape(bar))
        first = Superscript(tree_of(left), Word("(j)"))
        oldest = max(age for other, age in self.age.values() if other == bar)
        because = (left, " is the error with all ages that are kept, and what it gives is the truncated gradient.")
        return self._statement(bar, tree_of(left), BigSum(first, "j", "0", str(oldest)), "sum over the ages", because)

    def _old(self, name: Name) -> Line:
        left = leaf(name, NOW if self.system.timed(name) else FREE, self.system.shape(name))
        rule = f"{self.rules[self.originals[name]]}; too old"
        return self._statement(name, tree_of(left), self._right(name, None), rule, self.because(name))

    def _statement(self, name: Name, left: MathTree, right: MathTree, rule: str, because: Words) -> Statement:
        self.computed[name] = lambda known: known[name]
        read = {read.name for piece in self.system.equations[name] for read in reads(piece.rhs)}
        uses = tuple(sorted({self.numbers[other] for other in read if other in self.numbers}))
        domain = self.system.hull(name)
        return Statement(self.numbers[name], name, left, right, self.system.shape(name), domain, rule, because, uses)


def _at(symbol: Symbol, step: Point | None) -> Symbol:
    """`symbol` at the one step at which an equation holds."""
    if step is None or not isinstance(symbol.time, Offset):
        return symbol
    return replace(symbol, time=Fixed(step.shift(symbol.time.k)))
