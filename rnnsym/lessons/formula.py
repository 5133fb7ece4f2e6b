"""The formulas of a lesson: a small closed language, read into expressions. Nothing in it is executed.

Names and times (`h[t-1]`, `x[2]`, `h[T]`, `U`), numbers, `+ - * / ** @`, `.T`, a few functions, `loss`, `dh[t]` for
an adjoint and `dL/dU` for a gradient. `norm(…)` may stand around a whole formula.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnnsym import ops
from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, Fixed, Name, Offset, Point, Role, TimeMap
from rnnsym.core.system import System
from rnnsym.errors import InputError, unknown
from rnnsym.wiring import TOTAL_LOSS

OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
FUNCTIONS = {
    f.__name__: f
    for f in (ops.tanh, ops.sigmoid, ops.relu, ops.exp, ops.log, ops.sqrt, ops.softmax, ops.dot, ops.outer, ops.diag)
}
PLAIN_ROLES = (Role.CARRY, Role.EQUATION, Role.INPUT, Role.PARAM, Role.TARGET, Role.LOSS)


@dataclass(frozen=True)
class Formula:
    """An expression of named quantities; with `norm`, its length is meant."""

    expr: Expr
    norm: bool = False


def read_formula(text: str, system: System) -> Formula:
    """The formula in `text`. Raises InputError for what the language lacks, UnknownNameError for an unknown name."""
    return _formula(_parsed(text), system)


def read_formulas(text: str, system: System) -> list[Formula]:
    """The formulas in `text`, between commas. Raises as `read_formula` does."""
    tree = _parsed(text)
    return [_formula(part, system) for part in (tree.elts if isinstance(tree, ast.Tuple) else [tree])]


def _formula(tree: ast.expr, system: System) -> Formula:
    match tree:
        case ast.Call(ast.Name(id="norm"), [body], []):
            return Formula(_Reader(system).read(body), norm=True)
    return Formula(_Reader(system).read(tree))


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise InputError(f"'{text}' is no formula: write for example h[t-1], dL/dU, norm(dh[t]).") from None


def quantities(system: System) -> dict[str, Name]:
    """Every name of `system` as a formula writes it: `h`, `dh`, `dL/dU`, `loss`."""
    found = {"loss": TOTAL_LOSS}
    for role in PLAIN_ROLES:
        for name in (*system.given, *system.equations):
            if name.role == role:
                found.setdefault(name.label, name)
    for name in system.equations:
        if name.role == Role.ADJOINT:
            found.setdefault(f"d{name.label}", name)
        elif name.role == Role.GRADIENT:
            found[f"dL/d{name.label}"] = name
    return found


def find_name(text: str, system: System) -> Name:
    """The name that a formula writes as `text`. Raises UnknownNameError with the nearest one."""
    known = quantities(system)
    if text not in known:
        raise unknown("quantity", text, known)
    return known[text]


class _Reader:
    """Reads Python's syntax tree of a formula; what is not listed here is refused."""

    def __init__(self, system: System) -> None:
        self.system = system

    def read(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=float() | int() as value) if not isinstance(value, bool):
                return value
            case ast.BinOp(ast.Name(id="dL"), ast.Div(), ast.Name(id=label)):
                return self.leaf(f"dL/{label}", None)
            case ast.BinOp(left, sign, right) if type(sign) in OPERATORS:
                return OPERATORS[type(sign)](self.read(left), self.read(right))
            case ast.UnaryOp(ast.USub(), body):
                return -self.read(body)
            case ast.Call(ast.Name(id=function), args, []):
                return self.call(function, args)
            case ast.Attribute(body, "T"):
                return self.read(body).T
            case ast.Subscript(ast.Name(id=label), index):
                return self.leaf(label, read_time(index))
            case ast.Name(id=label):
                return self.leaf(label, None)
        raise InputError(f"'{ast.unparse(node)}' is not part of a lesson's formulas: see docs/lessons.md.")

    def call(self, function: str, args: list[ast.expr]) -> Expr:
        if function == "norm":
            raise InputError("norm(…) takes one formula and stands around all of it.")
        if function not in FUNCTIONS:
            raise unknown("function", function, [*FUNCTIONS, "norm"])
        try:
            return FUNCTIONS[function](*map(self.read, args))
        except TypeError:
            raise InputError(f"{function} does not take {len(args)} arguments.") from None

    def leaf(self, label: str, time: TimeMap | None) -> Expr:
        name = find_name(label, self.system)
        if self.system.timed(name) and time is None:
            raise InputError(f"{label} has a value at every step: write {label}[t], or {label}[2].")
        if not self.system.timed(name) and time is not None:
            raise InputError(f"{label} is not in time: write {label} without an index.")
        return ops.leaf(name, FREE if time is None else time, self.system.shape(name))


def read_time(node: ast.expr) -> TimeMap:
    """`t`, `t-1`, `t+1`, `T`, `T-1`, or a number."""
    match node:
        case ast.Constant(value=int(step)) if not isinstance(step, bool):
            return Fixed(Point(0, step))
        case ast.Name(id="t"):
            return Offset(0)
        case ast.Name(id="T"):
            return Fixed(Point(1, 0))
        case ast.BinOp(ast.Name(id="t" | "T" as base), ast.Add() | ast.Sub() as sign, ast.Constant(value=int(k))):
            k = -k if isinstance(sign, ast.Sub) else k
            return Offset(k) if base == "t" else Fixed(Point(1, k))
    raise InputError(f"[{ast.unparse(node)}] is no time: write [t], [t-1], [t+1], [T] or a number such as [2].")
