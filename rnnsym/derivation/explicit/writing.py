"""Layout trees with numbers for their letters: sums and products over steps written out, zeros dropped."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

from rnnsym.core.mathtree import (
    BigProduct,
    BigSum,
    Indicator,
    Infix,
    MathTree,
    Negated,
    Number,
    Round,
    Superscript,
    Symbol,
    Word,
)
from rnnsym.core.names import Fixed, Name, Offset, Point
from rnnsym.notation.lower import children

ZERO, ONE = Number(0.0), Number(1.0)
_LETTER = re.compile(r"([A-Za-z]+|\d+)(?:\s*([+-−])\s*(\d+))?$")
_MARK = re.compile(r"\((.*)\)$")

Numbers = Mapping[str, int]


def number_of(text: str, numbers: Numbers) -> int | None:
    """What `t`, `k+1`, `T-1` or `3` stands for; None where a letter has no number."""
    match = _LETTER.match(text.strip())
    if match is None or not (match[1].isdigit() or match[1] in numbers):
        return None
    base = int(match[1]) if match[1].isdigit() else numbers[match[1]]
    return base + (int(match[3]) if match[2] == "+" else -int(match[3]) if match[3] else 0)


@dataclass(frozen=True)
class Writing:
    """Writes trees out. `absent` says whether a quantity is zero at a step, with the number above it if it has one."""

    absent: Callable[[Name, int, int | None], bool]

    def out(self, tree: MathTree, numbers: Numbers) -> MathTree:
        """`tree` with every letter in `numbers` replaced."""
        match tree:
            case Symbol():
                return self._symbol(tree, numbers, None)
            case Superscript(Symbol() as base, Word(key)) if _MARK.match(key):
                return self._marked(base, key, numbers)
            case BigSum(body, index, lower, upper):
                return self._sum(tree, body, index, _bounds(lower, upper, numbers), numbers)
            case BigProduct(body, index, lower, upper):
                return self._product(tree, body, index, _bounds(lower, upper, numbers), numbers)
            case Indicator(Infix("equals", (Word(left), Word(right)))):
                sides = number_of(left, numbers), number_of(right, numbers)
                return tree if None in sides else ONE if sides[0] == sides[1] else ZERO
            case Infix(op, items):
                return _joined(op, [self.out(item, numbers) for item in items])
            case Negated(body):
                inner = self.out(body, numbers)
                return ZERO if inner == ZERO else Negated(inner)
        return self._through(tree, numbers)

    def _through(self, tree: MathTree, numbers: Numbers) -> MathTree:
        """Any other node: its parts written out; zero where its base is."""
        changes = {f.name: self._part(getattr(tree, f.name), numbers) for f in fields(tree)}
        if isinstance(tree, (Superscript, Round)) and (bare := changes.get("base", changes.get("body"))) in (ZERO, ONE):
            return cast(MathTree, bare)
        return replace(tree, **changes)

    def _part(self, value: Any, numbers: Numbers) -> Any:
        if type(value) is tuple:
            return tuple(self._part(item, numbers) for item in value)
        return self.out(cast(MathTree, value), numbers) if is_dataclass(value) else value

    def _symbol(self, tree: Symbol, numbers: Numbers, mark: int | None) -> MathTree:
        """A quantity at a step, or with two numbers for an entry `t,k`."""
        if isinstance(tree.time, Fixed) and "T" in numbers:
            step = tree.time.at.at(numbers["T"])
            return ZERO if self.absent(tree.name, step, mark) else replace(tree, time=Fixed(Point(0, step)))
        if not isinstance(tree.time, Offset):
            return tree
        letters = tree.index.split(",")
        if len(letters) > 1:
            return replace(tree, index=",".join(str(numbers.get(letter, letter)) for letter in letters))
        if tree.index not in numbers:
            return tree
        step = numbers[tree.index] + tree.time.k
        return ZERO if self.absent(tree.name, step, mark) else Symbol(tree.name, Fixed(Point(0, step)))

    def _marked(self, base: Symbol, key: str, numbers: Numbers) -> MathTree:
        inside = _MARK.match(key)
        mark = number_of(inside[1], numbers) if inside else None
        made = self._symbol(base, numbers, mark)
        return ZERO if made == ZERO else Superscript(made, Word(key if mark is None else f"({mark})"))

    def _sum(
        self, tree: BigSum, body: MathTree, index: str, bounds: tuple[int, int] | None, numbers: Numbers
    ) -> MathTree:
        if bounds is None:
            return replace(tree, body=self.out(body, numbers))
        terms = [self.out(body, {**numbers, index: i}) for i in range(bounds[0], bounds[1] + 1)]
        return _joined("add", terms)

    def _product(
        self, tree: BigProduct, body: MathTree, index: str, bounds: tuple[int, int] | None, numbers: Numbers
    ) -> MathTree:
        """The factor of the upper limit on the left; ONE where there is none."""
        if bounds is None:
            return replace(tree, body=self.out(body, numbers))
        factors = [self.out(body, {**numbers, index: i}) for i in range(bounds[1], bounds[0] - 1, -1)]
        return _joined("matmul", factors) if factors else ONE


def marks(tree: MathTree) -> set[str]:
    """What stands in brackets above the symbols of `tree`: `t`, `j-1`."""
    found = {match[1]} if isinstance(tree, Superscript) and isinstance(tree.script, Word) and (
        match := _MARK.match(tree.script.key)) else set()  # fmt: skip
    return found.union(*(marks(part) for part in children(tree)))


def size(tree: MathTree, numbers: Numbers) -> int:
    """How many symbols `tree` has when it is written out."""
    match tree:
        case Symbol():
            return 1
        case BigSum(body, index, lower, upper) | BigProduct(body, index, lower, upper):
            bounds = _bounds(lower, upper, numbers)
            if bounds is None:
                return size(body, numbers)
            return sum(size(body, {**numbers, index: i}) for i in range(bounds[0], bounds[1] + 1))
    return sum(size(part, numbers) for part in children(tree))


def _bounds(lower: str | None, upper: str | None, numbers: Numbers) -> tuple[int, int] | None:
    if lower is None or upper is None:
        return None
    ends = number_of(lower, numbers), number_of(upper, numbers)
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def _joined(op: str, items: Sequence[MathTree]) -> MathTree:
    """An operator applied: zeros leave a sum and end a product, ones leave a product."""
    if op == "add":
        flat = [
            part for item in items for part in (item.items if isinstance(item, Infix) and item.op == op else (item,))
        ]
        kept = [item for item in flat if item != ZERO]
        return ZERO if not kept else kept[0] if len(kept) == 1 else Infix(op, tuple(kept))
    if op in ("scale", "matmul", "hadamard"):
        if ZERO in items:
            return ZERO
        flat = [
            part for item in items for part in (item.items if isinstance(item, Infix) and item.op == op else (item,))
        ]
        kept = [item for item in flat if item != ONE]
        return ONE if not kept else kept[0] if len(kept) == 1 else Infix(op, tuple(kept))
    return Infix(op, tuple(items))
