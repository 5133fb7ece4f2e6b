"""One operation for each equation of a loop; what stands between them gets names."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval, Name
from rnnsym.core.system import Piece, System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, names_in, of_parameters
from rnnsym.engine.passes.loops import Loop, loops
from rnnsym.ops.arithmetic import ADD, MUL, NEG, add, mul
from rnnsym.ops.leaves import FULL
from rnnsym.ops.products import MATVEC


def single(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Every equation of a loop as one elementwise operation on two operands, one sum of products of matrices with
    leaves, or one other operation on leaves."""
    draft = Draft(system)
    for loop in dict.fromkeys(loops(system).values()):
        values: dict[tuple[Expr, Interval], Expr] = {}
        for name in loop.names:
            pieces = []
            for piece in system.equations[name]:
                if loop.turns(piece):
                    piece = piece._replace(rhs=Splitter(draft, loop, choices, name, piece.domain, values).of(piece.rhs))
                pieces.append(piece)
            draft.equations[name] = tuple(pieces)
    return draft.system


class Splitter:
    """Splits one right-hand side. `values`: the leaves that read what has been split in this loop."""

    def __init__(
        self,
        draft: Draft,
        loop: Loop,
        choices: Choices,
        name: Name,
        steps: Interval,
        values: dict[tuple[Expr, Interval], Expr],
    ) -> None:
        self.draft, self.members, self.choices = draft, loop.members, choices
        self.name, self.steps, self.values = name, steps, values

    def of(self, expr: Expr) -> Expr:
        """`expr` as a single operation on leaves."""
        if not expr.args:
            return expr
        if expr.prim is ADD:
            return self._sum(expr.args)
        if expr.prim is MUL:
            first, *others = self._ordered(expr.args)
            return self._folded(MUL, self.leaf(first), [self.leaf(factor) for factor in others])
        if expr.prim is MATVEC and of_parameters(expr.args[0]):
            return MATVEC(expr.args[0], self.leaf(expr.args[1]))
        return expr.prim(*(self.leaf(arg) for arg in expr.args), attrs=expr.attrs)

    def leaf(self, expr: Expr) -> Expr:
        """A leaf or a number with the value of `expr`."""
        if expr.prim is FULL or expr.prim.name == "leaf":
            return expr
        if (expr, self.steps) not in self.values:
            if not names_in(expr):
                self.values[expr, self.steps] = self.draft.weight(f"{self.name.plain}_number", expr)
            else:
                operation = self.of(expr)
                part = self.draft.make(f"{self.name.plain}_1", [Piece(self.steps, operation)], expr)
                self.values[expr, self.steps] = part
        return self.values[expr, self.steps]

    def _ordered(self, factors: Sequence[Expr]) -> list[Expr]:
        """What depends on the loop first, so that every product on the way does."""
        inner = [factor for factor in factors if names_in(factor) & self.members]
        return [*inner, *(factor for factor in factors if factor not in inner)]

    def _sum(self, terms: Sequence[Expr]) -> Expr:
        """First the products with matrices, then what was made ahead, then the rest."""
        products = [term for term in terms if term.prim is MATVEC and of_parameters(term.args[0])]
        if products and self.choices.augment:
            products += [term for term in terms if term.prim.name == "leaf" and of_parameters(term)]
        rest = [term for term in terms if term not in products]
        linear = [self.of(term) if term.args else term for term in products]
        if not rest:
            return add(*linear)
        ahead = [term for term in rest if not names_in(term) & self.members]
        after = [term for term in rest if term not in ahead]
        ordered = [*ahead, *after]
        first = [self._named(add(*linear))] if linear else []
        if not first:
            start = next((term for term in [*after, *ahead] if term.prim is not NEG), ordered[0])
            ordered.remove(start)
            first = [self.leaf(start)]
        return self._folded(ADD, first[0], [self._signed(term) for term in ordered])

    def _named(self, operation: Expr) -> Expr:
        """The leaf that reads an operation that is single already."""
        if (operation, self.steps) not in self.values:
            part = self.draft.make(f"{self.name.plain}_1", [Piece(self.steps, operation)], operation)
            self.values[operation, self.steps] = part
        return self.values[operation, self.steps]

    def _signed(self, term: Expr) -> Expr:
        return NEG(self.leaf(term.args[0])) if term.prim is NEG else self.leaf(term)

    def _folded(self, prim: object, first: Expr, others: Sequence[Expr]) -> Expr:
        """first ∘ others, two at a time."""
        build = add if prim is ADD else mul
        for other in others[:-1]:
            first = self._named(build(first, other))
        return build(first, others[-1])
