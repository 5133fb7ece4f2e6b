"""The closed form of a gradient: a double sum over the step of the loss and the step where the parameter acted.

∂L/∂θ = Σ_t Σ_{k≤t} e_tᵀ (∏_{j=k+1}^{t} J_j) ∂⁺s_k/∂θ (Pascanu, Mikolov and Bengio 2013, equations 3 to 5), with the
latest Jacobian on the left. Its value is computed as it is written: every product is multiplied out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim, product
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import (
    BigProduct,
    BigSum,
    Call,
    Infix,
    MathTree,
    Matrix,
    Number,
    Superscript,
    Symbol,
    Word,
)
from rnnsym.core.names import FREE, NOW, Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Form
from rnnsym.derivation.states.ingredients import Ingredients, Part, ingredients
from rnnsym.derivation.states.jacobians import jacobian_matrix, jacobian_name, rows_of, stack_of
from rnnsym.derivation.states.products import Known, stacked, stacked_jacobian, steps_of, terms
from rnnsym.derivation.states.story import free_name
from rnnsym.notation import Words, at_index, tree_of
from rnnsym.ops.kronecker import KRON
from rnnsym.ops.structure import DIAG, transpose

TRANSPOSED = Word("transpose")


def closed_form(system: System, derived: Adjoint, parameter: Name, order: Sequence[Name] = ()) -> Form:
    """The gradient in `parameter` as a double sum with explicit products of Jacobians.

    `order` are states in the order in which they are stacked. Raises as `ingredients` does.
    """
    made = ingredients(system, derived, parameter, order)
    story, gradient = made.story, parameter.as_role(Role.GRADIENT)
    several = len(made.parts) > 1 or made.direct is not None
    names = made.gradients if several else (gradient,) * len(made.parts)
    for part, name in zip(made.parts, names, strict=True):
        ending = "" if len(made.parts) == 1 else f" of {part.title}"
        story.section(f"Double sum{ending}", _remarks(part), Summing(made, part, name).lines())
    if several:
        story.section("Gradient", (), [_total(made, list(names), gradient)])
    return story.form("closed", "closed form")


def _remarks(part: Part) -> tuple[Words, ...]:
    latest = "the latest Jacobian stands on the left" if part.chain.direction > 0 else "the earliest stands on the left"
    return ((latest, ", and the product over no step is ", Word("identity")),)


def _total(made: Ingredients, names: list[Name], gradient: Name) -> Line:
    """The gradient as the sum over the chains, and of what passes through no state."""
    shape = made.story.system.shape(made.parameter)
    every = [*names, *([made.direct] if made.direct else [])]
    right = Infix("add", tuple(Symbol(name, FREE) for name in every))
    computed = made.story.computed

    def value(known: Known) -> Any:
        return sum(computed[name](known) if name in computed else np.asarray(known[name]) for name in every)

    sides = (Symbol(gradient, FREE), right)
    return made.story.statement(gradient, sides, value, "all parts", ("The parts add up.",), every, shape=shape)


class Summing:
    """The lines of one chain's double sum: what is stacked, the sum over t and k, and one of its terms."""

    def __init__(self, made: Ingredients, part: Part, gradient: Name) -> None:
        self.story, self.parameter, self.part, self.gradient = made.story, made.parameter, part, gradient
        self.carries = part.chain.carries
        self.single = len(self.carries) == 1
        self.state = self.carries[0] if self.single else stack_of(self.story.system, part.chain)
        self.entering = self._entering()
        self.jacobian = jacobian_name(part.chain, self.state, self.state)
        self.immediate = self.state.derived(Role.IMMEDIATE, self.parameter)
        self.shape = self.story.system.shape(self.parameter)

    def _entering(self) -> Name:
        if self.single:
            return self.part.entering.parts[self.state]
        return free_name(self.story.system, Name(Role.EQUATION, "e", self.state.path))

    def lines(self) -> list[Line]:
        return [*([] if self.single else self._stacks()), self._sum(), self._term()]

    def _stacks(self) -> list[Line]:
        entries = product(self.shape)
        return [
            self._column(self.entering, self.part.entering.parts, 1),
            jacobian_matrix(self.story, self.part.step, self.state),
            self._column(self.immediate, self.part.immediate.parts, entries),
        ]

    def _column(self, name: Name, parts: Mapping[Name, Name], columns: Dim) -> Line:
        entries = [tree_of(self.story.leaf(parts[s])) if s in parts else Number(0) for s in self.carries]
        size = rows_of(self.story.system, self.carries)
        because: Words = ("One block for each state, one above the other; zero where nothing comes.",)
        return self.story.statement(
            name, (Symbol(name, NOW), Matrix(tuple((entry,) for entry in entries))),
            lambda known: stacked(known, self.carries, parts), "all states", because, parts.values(),
            shape=(size,) if columns == 1 else (size, columns),
        )  # fmt: skip

    # The sum and its terms. ---------------------------------------------------------------------------------------

    def _product(self) -> MathTree:
        lower, upper = ("k+1", "t") if self.part.chain.direction > 0 else ("t", "k-1")
        return BigProduct(Symbol(self.jacobian, NOW, "j"), "j", lower, upper)

    def _sum(self) -> Line:
        first = "0" if self.part.starts else "1"
        entering = Superscript(Symbol(self.entering, NOW), TRANSPOSED)
        term = Infix("matmul", (entering, self._product(), Symbol(self.immediate, NOW, "k")))
        bounds = (first, "t") if self.part.chain.direction > 0 else ("t", "T")
        right = BigSum(BigSum(term, "k", *bounds), "t", first, "T")
        left = Superscript(Call("vec", (Symbol(self.gradient, FREE),)), TRANSPOSED) if self.shape else self._left()
        because: Words = (
            "The loss of step t feels ", Symbol(self.parameter, FREE), " through every step k at which it acted, and "
            "through every state between k and t.",
        )  # fmt: skip
        return self.story.statement(
            self.gradient, (left, right), self._gradient, "sum over both steps", because, self._used(), shape=self.shape
        )

    def _left(self) -> MathTree:
        return Symbol(self.gradient, FREE)

    def _used(self) -> list[Name]:
        blocks = list(self.part.step.blocks.values()) if self.single else [self.jacobian]
        return [self.entering, *blocks, self.immediate]

    def _term(self) -> Line:
        name = free_name(self.story.system, Name(Role.EQUATION, "G", self.state.path))
        because: Words = ("One term of the sum, in the shape of ", Symbol(self.parameter, FREE), ": what the loss of "
                          "step t says about it as it acted at step k alone.")  # fmt: skip
        sides = (Symbol(name, NOW, "t,k"), self._pulled())
        used = self._used()
        return self.story.statement(name, sides, self._terms, "one term", because, used, shape=self.shape)

    def _pulled(self) -> MathTree:
        """A term in the shape of the parameter: Aᵀ (∏ J)ᵀ e_t bᵀ where ∂⁺s_k/∂θ is A ⊗ bᵀ."""
        back = (Superscript(self._product(), TRANSPOSED), Symbol(self.entering, NOW))
        rhs = self._written_immediate()
        if rhs is not None and rhs.prim is KRON:
            a, b = (at_index(tree_of(factor), "k") for factor in (transpose(rhs.args[0]), rhs.args[1]))
            return Infix("matmul", (a, *back, Superscript(b, TRANSPOSED)))
        if rhs is not None and rhs.prim is DIAG:
            return Infix("matmul", (at_index(tree_of(rhs), "k"), *back))
        flat = Infix("matmul", (Superscript(Symbol(self.immediate, NOW, "k"), TRANSPOSED), *back))
        return Call("unvec", (flat,)) if len(self.shape) > 1 else flat

    def _written_immediate(self) -> Expr | None:
        """∂⁺s_t/∂θ of a single state, where it has one formula."""
        pieces = self.part.immediate.pieces[self.immediate] if self.single else ()
        return pieces[0].rhs if len(pieces) == 1 else None

    # Numbers. -----------------------------------------------------------------------------------------------------

    def _gradient(self, known: Known) -> Any:
        return self._terms(known).sum(axis=(0, 1))

    def _terms(self, known: Known) -> Any:
        """G[t, k] for every pair of steps, in the shape of the parameter."""
        part = self.part
        first = 0 if part.starts else 1
        last = steps_of(known, part.step.blocks)
        found = terms(
            stacked(known, self.carries, part.entering.parts),
            stacked_jacobian(known, self.carries, part.step.blocks),
            stacked(known, self.carries, part.immediate.parts),
            (first, last),
            part.chain.direction,
        )
        return found.reshape(*found.shape[:2], *np.shape(known[self.parameter]))
