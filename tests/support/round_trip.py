"""What was printed is read back: expressions and the lines of derivations, in a notation and a style."""

from rnnsym.core.names import Fixed, Offset
from rnnsym.core.system import reads
from rnnsym.derivation.equations import Equation
from rnnsym.notation import relation, text
from rnnsym.notation.parser import parse, parse_line, scope_from, scope_of
from rnnsym.ops.leaves import leaf
from rnnsym.transforms.rewrite import normal_form, substitute

STYLES = ("text", "ascii")


def same(found, wanted):
    """The same expression, or the same after sums of sums and products of products are made one."""
    return found is wanted or normal_form([found])[0] is normal_form([wanted])[0]


def assert_read_back(expr, notation="default", style="text"):
    printed = text(expr, notation, style)
    found = parse(printed, scope_from([expr]), notation, shape=expr.shape)
    assert same(found, expr), f"{printed} was read as {text(found, notation, style)}"


def assert_lines_read_back(form, notation="default", styles=STYLES, exact=True):
    """Every equation of a form: left side, right side, steps of a total. Returns how many lines were read."""
    scope, count = scope_of(form.system), 0
    for line in form.lines:
        if isinstance(line, Equation):
            for domain, rhs, total in _cases(line):
                for style in styles:
                    _assert_line(line.lhs, rhs, domain, total, scope, notation, style, exact)
                    count += 1
    return count


def _cases(line):
    if line.cases:
        return [(case.domain, case.rhs, False) for case in line.cases]
    return [(line.domain, line.rhs, line.total)]


def _assert_line(lhs, rhs, domain, total, scope, notation, style, exact):
    at = domain.lo if domain.single else None
    sides = relation(lhs, rhs, domain if total else None, notation, style, at)
    printed = f"{sides.left} = {sides.right}"
    found = parse_line(printed, scope, notation, at=at)
    if at is not None:
        (lhs, rhs), found = (
            stated_at([lhs, rhs], at),
            found._replace(**dict(zip(("lhs", "rhs"), stated_at([found.lhs, found.rhs], at), strict=True))),
        )
    assert found.lhs is lhs, printed
    assert found.rhs is rhs if exact else same(found.rhs, rhs), f"{printed} was read as {found.rhs}"
    assert found.total == (domain if total and at is None else None), printed


def stated_at(exprs, point):
    """At one step h_t and h_T are one quantity: both are said by the step."""
    steps = {
        read.leaf: leaf(read.name, Fixed(point.shift(read.time.k)), read.leaf.shape, read.leaf.dtype)
        for expr in exprs
        for read in reads(expr)
        if isinstance(read.time, Offset)
    }
    return substitute(exprs, steps)
