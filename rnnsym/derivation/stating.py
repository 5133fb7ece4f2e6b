"""The equation of any name of a System as a line of a derivation, and lines of several layers as sections."""

from collections.abc import Mapping, Sequence

from rnnsym.core.names import FREE, START, Interval, Name, T
from rnnsym.core.system import System
from rnnsym.derivation.cases import Case, beyond, cases, is_error
from rnnsym.derivation.equations import Equation, Line, left_side, lines_used, whole
from rnnsym.derivation.form import Section, boundary, titled, way
from rnnsym.derivation.layers import by_layer
from rnnsym.notation import Words
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf


def equation(system: System, name: Name, numbers: Mapping[Name, int], rule: str, because: Words) -> Equation:
    """The line of `name`: at a general step, or by cases where an end has a term of its own."""
    if system.hull(name) == START and not system.timed(name):
        return _timeless(system, name, numbers, rule, because)
    rhs, domain, total = whole(system, name)
    if not total and is_error(name):
        domain = Interval(max(domain.lo, START.lo.shift(1)), min(domain.hi, T))
    told = cases(system.equations[name])
    outside = tuple(node for case in told or [Case(domain, rhs)] for node in beyond(*case)) if is_error(name) else ()
    left, uses = left_side(system, name), lines_used(rhs, numbers)
    return Equation(numbers[name], name, left, rhs, domain, total, rule, because, uses, outside, told)


def _timeless(system: System, name: Name, numbers: Mapping[Name, int], rule: str, because: Words) -> Equation:
    """The line of a name that is computed once, without a sum."""
    rhs = add(*(piece.rhs for piece in system.equations[name]))
    left = leaf(name, FREE, system.shape(name))
    return Equation(numbers[name], name, left, rhs, START, False, rule, because, lines_used(rhs, numbers))


def sections(
    title: str, system: System, told: Sequence[Line], back: bool, remarks: Sequence[Words] = ()
) -> list[Section]:
    """`told` as one section for each layer, with the way that time runs; `remarks` are said in the first one."""
    found = []
    for i, layer in enumerate(by_layer(system, told)):
        said = (*way(layer, back), *(remarks if i == 0 else ()), *(boundary(layer.lines) if back else ()))
        found.append(Section(titled(title, layer), said, layer.lines))
    return [section for section in found if section.lines]
