"""What does not depend on a loop's members leaves the loop: it is made for all steps at once."""

from collections.abc import Iterable, Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Interval, Name
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, moved, names_in, of_parameters, sum_of
from rnnsym.engine.passes.keys import Keys
from rnnsym.engine.passes.loops import Loop, loops
from rnnsym.ops.arithmetic import ADD, MUL, NEG, add, mul
from rnnsym.ops.leaves import FULL
from rnnsym.ops.products import MATVEC


def staged(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Terms, factors and other expressions that a loop does not change are parts made ahead of it."""
    draft = Draft(system)
    stage = Stage(draft, choices)
    for name, loop in loops(system).items():
        pieces = []
        for piece in draft.equations[name]:
            if loop.turns(piece):
                stage.enter(name, loop, piece.domain)
                piece = piece._replace(rhs=stage.root(piece.rhs))
            pieces.append(piece)
        draft.equations[name] = tuple(pieces)
    return draft.system


class Stage:
    """Rewrites the right-hand sides of loops; what is made ahead of them gets a name, once for all readers."""

    def __init__(self, draft: Draft, choices: Choices) -> None:
        self.draft, self.choices, self.keys = draft, choices, Keys()
        self.made: dict[int, tuple[Expr, int]] = {}
        """The leaf that reads each part, and at which shift of its key it was made."""

    def enter(self, name: Name, loop: Loop, steps: Interval) -> None:
        """What follows belongs to the equation of `name` in `loop` at `steps`."""
        self.name, self.members, self.steps = name, loop.members, steps

    def root(self, expr: Expr) -> Expr:
        """A whole right-hand side in which nothing is left to be made ahead."""
        if not self.inside(expr):
            return expr if expr.prim.name == "leaf" else self.ahead(expr, "pre")
        if expr.prim is NEG and expr.args[0].prim is MUL and self.choices.factors_ahead:
            known = [arg for arg in expr.args[0].args if not self.inside(arg)]
            if known:
                return mul(self.ahead(-mul(*known), "factor"), *(self(a) for a in expr.args[0].args if self.inside(a)))
        return self(expr)

    def inside(self, expr: Expr) -> bool:
        """Whether `expr` depends on what the loop computes."""
        return bool(names_in(expr) & self.members)

    def __call__(self, expr: Expr) -> Expr:
        """`expr` with names for what is made ahead."""
        if not self.inside(expr):
            return self.ahead(expr, "pre")
        if not expr.args:
            return expr
        if expr.prim is ADD:
            return self._sum(expr.args)
        if expr.prim is MUL:
            return self._product(expr.args)
        if expr.prim is MATVEC and of_parameters(expr.args[0]):
            return MATVEC(expr.args[0], self(expr.args[1]))
        return expr.prim(*(self(arg) for arg in expr.args), attrs=expr.attrs)

    def ahead(self, value: Expr, what: str) -> Expr:
        """The leaf that reads `value`, made at the steps at which it is read."""
        if value.prim is FULL or value.prim.name == "leaf":
            return value
        if value.prim is NEG and value.args[0].prim.name == "leaf":
            return value
        number, at = self.keys[value]
        if number not in self.made:
            self.made[number] = self.draft.ahead(f"{self.name.plain}_{what}", value, self.steps), at or 0
        part, first = self.made[number]
        if part.attrs[1] != NOW:
            return part
        name: Name = part.attrs[0]  # type: ignore[assignment]
        k = (at or 0) - first
        (piece,) = self.draft.equations[name]
        self.draft.equations[name] = (piece._replace(domain=piece.domain.hull(self.steps.shift(k))),)
        return moved(part, k)

    def _sum(self, terms: Iterable[Expr]) -> Expr:
        """What depends on the loop stays; of the rest, products and biases stay beside a product of the loop."""
        linear = [_positive(term) for term in terms]
        inner = [term for term in linear if self.inside(term)]
        outer = [term for term in linear if not self.inside(term)]
        stay: list[Expr] = []
        if self.choices.augment and any(_is_product(term) for term in inner):
            biases = [term for term in outer if _is_bias(term)]
            outer = [term for term in outer if term not in biases]
            stay = [term for term in outer if _is_product(term) and not term.args[1].args]
            outer = [term for term in outer if term not in stay]
            stay += [self.ahead(sum_of(biases), "bias")] if biases else []
        rest = [self.ahead(sum_of(outer), "pre")] if outer else []
        return add(*(self(term) for term in inner), *stay, *rest)

    def _product(self, factors: Sequence[Expr]) -> Expr:
        inner = [factor for factor in factors if self.inside(factor)]
        outer = [factor for factor in factors if not self.inside(factor)]
        if not outer:
            return mul(*(self(factor) for factor in inner))
        if self.choices.factors_ahead:
            return mul(self.ahead(mul(*outer), "factor"), *(self(factor) for factor in inner))
        return self._step_by_step(mul(*(self(factor) for factor in inner)), outer)

    def _step_by_step(self, product: Expr, factors: Iterable[Expr]) -> Expr:
        """`product` times each factor in turn: x ⊙ (1 − s) as x − x ⊙ s, so that no factor needs an array."""
        for factor in factors:
            if factor.prim is ADD and len(factor.args) == 2 and factor.args[0].prim is FULL:
                number, other = factor.args
                product = add(mul(number, product), self._scaled(product, other))
            else:
                product = self._scaled(product, factor)
        return product

    def _scaled(self, product: Expr, factor: Expr) -> Expr:
        if factor.prim is NEG:
            return -self._scaled(product, factor.args[0])
        if factor.prim is MUL:
            return mul(product, *(self.ahead(arg, "factor") for arg in factor.args))
        return mul(product, self.ahead(factor, "factor"))


def _positive(term: Expr) -> Expr:
    """A term without a minus before a product with a matrix of parameters."""
    if term.prim is NEG and _is_product(term.args[0]):
        return MATVEC(-term.args[0].args[0], term.args[0].args[1])
    return term


def _is_product(term: Expr) -> bool:
    return term.prim is MATVEC and of_parameters(term.args[0])


def _is_bias(term: Expr) -> bool:
    return of_parameters(term) and term.prim is not FULL and len(term.shape) == 1
