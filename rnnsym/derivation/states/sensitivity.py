"""Real-time recurrent learning: the total derivative of the state in a parameter, carried along with the state.

Π_t = J_t Π_{t-1} + ∂⁺s_t/∂θ, for all states of a chain (Williams and Zipser 1989). The entries of θ are read row by
row: Π_t has one column for each.
"""

from collections.abc import Sequence

from rnnsym.core.dims import Shape, product
from rnnsym.core.expr import Expr
from rnnsym.core.names import END, EVERY_STEP, FREE, Interval, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Form
from rnnsym.derivation.states.ingredients import Ingredients, Part, ingredients
from rnnsym.derivation.states.story import Story
from rnnsym.notation import Words
from rnnsym.ops.arithmetic import add, mul
from rnnsym.ops.kronecker import unvec
from rnnsym.ops.leaves import leaf, zeros
from rnnsym.ops.structure import outer, transpose
from rnnsym.transforms.flat import flat_shape


def rtrl(system: System, derived: Adjoint, parameter: Name, order: Sequence[Name] = ()) -> Form:
    """The gradient in `parameter` from sensitivities that run with the states: no step is stored for later.

    `order` are states in the order in which they are told. Raises as `ingredients` does.
    """
    made = ingredients(system, derived, parameter, order)
    story, gradient = made.story, parameter.as_role(Role.GRADIENT)
    for part in made.parts:
        ending = "" if len(made.parts) == 1 else f" of {part.title}"
        remark: Words = ("with t, beside the states" if part.chain.direction > 0 else "t = T…1, beside the states",)
        story.section(f"Sensitivity{ending}", (remark,), _sensitivities(story, part, parameter))
    story.section("Gradient", (), _gradients(made, gradient))
    return story.form("rtrl", "real-time recurrent learning")


def sensitivity(state: Name, parameter: Name) -> Name:
    """Π of a state: ds_t/dθ, all told."""
    return state.derived(Role.SENSITIVITY, parameter)


def _sensitivities(story: Story, part: Part, parameter: Name) -> list[Line]:
    """Π_t of every state that θ reaches at all; adds their equations to the story."""
    chain, system = part.chain, story.system
    moved = _reached(part)
    names = {state: sensitivity(state, parameter) for state in moved}
    entries = product(system.shape(parameter))
    shapes = {names[state]: flat_shape(system.shape(state), entries) for state in moved}
    equations = {}
    for state in moved:
        terms: dict[Interval, list[Expr]] = {}
        for source in moved:
            if (block := part.step.blocks.get((state, source))) is not None:
                before = leaf(names[source], chain.past, shapes[names[source]])
                term = chained(story.leaf(block), system.shape(state), system.shape(source), before)
                terms.setdefault(_main(part.step.pieces[block]), []).append(term)
        if (now := part.immediate.parts.get(state)) is not None:
            for domain in dict.fromkeys(piece.domain for piece in part.immediate.pieces[now]):
                terms.setdefault(domain, []).append(story.leaf(now))
        equations[names[state]] = _with_start(system, state, shapes[names[state]], terms)
    story.define(equations, shapes)
    return [_line(story, part, state, names[state]) for state in moved]


def _reached(part: Part) -> list[Name]:
    """The states that θ enters, and those that depend on them."""
    found = set(part.immediate.parts)
    while more := {s for (s, p) in part.step.blocks if p in found} - found:
        found |= more
    return [name for name in part.chain.carries if name in found]


def chained(block: Expr, state: Shape, source: Shape, inner: Expr) -> Expr:
    """The block ∂s/∂p times the derivatives of p in N entries, where s and p are vectors or scalars."""
    if state and source:
        return block @ inner
    if source:
        return transpose(inner) @ block
    return outer(block, inner) if state else mul(block, inner)


def _main(pieces: Sequence[Piece]) -> Interval:
    return Interval(min(piece.domain.lo for piece in pieces), max(piece.domain.hi for piece in pieces))


def _with_start(system: System, state: Name, shape: Shape, terms: dict[Interval, list[Expr]]) -> tuple[Piece, ...]:
    """The pieces of Π, with an explicit zero where the state starts and θ has no part in it."""
    covered = list(terms)
    starts = [
        Piece(piece.domain, zeros(shape))
        for piece in system.equations[state]
        if not any(domain.meet(piece.domain) for domain in covered)
    ]
    return (*starts, *(Piece(domain, add(*values)) for domain, values in terms.items()))


def _line(story: Story, part: Part, state: Name, name: Name) -> Line:
    before = leaf(name, part.chain.past, story.system.shape(name))
    because = (
        story.leaf(state), " moves with ", leaf(name.of[1], FREE, story.system.shape(name.of[1])),
        " through the states before, which ", before, " knows, and at once.",
    )  # fmt: skip
    return story.equation(name, "chain rule, forward in time", because, [state])


def _gradients(made: Ingredients, gradient: Name) -> list[Line]:
    """∂L/∂θ = Σ_t unvec(Π_tᵀ e_t), and what reaches the loss through no state."""
    story, parameter = made.story, made.parameter
    shape = story.system.shape(parameter)
    several = len(made.parts) > 1 or made.direct is not None
    lines: list[Line] = []
    names: list[Name] = []
    for part, apart in zip(made.parts, made.gradients, strict=True):
        terms, domains = [], []
        for state, name in part.entering.parts.items():
            total = sensitivity(state, parameter)
            if total in story.system.equations:
                terms.append(_paired(story.leaf(name), story.leaf(total), story.system.shape(state)))
                domains.append(_main(part.entering.pieces[name]))
        domain = Interval(min(d.lo for d in domains), max(d.hi for d in domains))
        if not part.starts:
            domain = domain.meet(EVERY_STEP) or domain
        name = apart if several else gradient
        names.append(name)
        story.define({name: (Piece(domain, unvec(add(*terms), shape), total=True),)}, {name: shape})
        lines.append(story.equation(name, "total over the steps", _gradient_because(story, part)))
    if several:
        names += [made.direct] if made.direct else []
        whole = add(*(leaf(name, FREE, shape) for name in names))
        story.define({gradient: (Piece(END, whole),)}, {gradient: shape})
        lines.append(story.equation(gradient, "all parts", ("The parts add up.",)))
    return lines


def _paired(entering: Expr, total: Expr, state: Shape) -> Expr:
    """Πᵀ e."""
    return transpose(total) @ entering if state else mul(entering, total)


def _gradient_because(story: Story, part: Part) -> Words:
    words: list[str | Expr] = ["Each step's loss feels "]
    for i, state in enumerate(part.entering.parts):
        words += [" and "] * (i > 0) + [story.leaf(state)]
    return (*words, ", which moves with every entry of the parameter as its sensitivity says.")
