"""Scalar equations as a Python script for SymPy: symbols, then each entry with its formula. Writing needs no SymPy."""

import textwrap
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name
from rnnsym.engine.scalars import Scalars
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG, POWER
from rnnsym.ops.families import Elementwise
from rnnsym.ops.leaves import FULL, number_in

WIDTH = 52
SUM, PRODUCT, SIGN, POWERS, ATOM = range(5)
FUNCTIONS = ("Abs", "Matrix", "Piecewise", "Rational", "Symbol", "exp", "log", "sign", "sqrt", "symbols", "tanh")

HEAD = '''"""{title}

Written by rnnsym: `assignments` are (symbol, formula) pairs in an order in which they can be computed, `loss` is the
total loss, and `gradients` has the matrix of dL/d(entry) for every parameter. `expanded(e)` puts all formulas in.
"""

from sympy import {functions}

assignments = []


def define(name, formula):
    assignments.append((Symbol(name, real=True), formula))
    return assignments[-1][0]


def expanded(e):
    """e in terms of what is given; it grows fast with the number of steps."""
    known = {{}}
    for symbol, formula in assignments:
        known[symbol] = formula.xreplace(known) if hasattr(formula, "xreplace") else formula
    return e.xreplace(known)

'''


class Text:
    """A formula as source, with how tightly it binds."""

    __slots__ = ("binding", "text")

    def __init__(self, text: str, binding: int = ATOM) -> None:
        self.text, self.binding = text, binding

    def within(self, binding: int) -> str:
        return self.text if self.binding >= binding else f"({self.text})"

    def __add__(self, other: Any) -> "Text":
        return Text(f"{self.within(SUM)} + {_text(other).within(SUM)}", SUM)

    def __radd__(self, other: Any) -> "Text":
        return _text(other) + self

    def __rsub__(self, other: Any) -> "Text":
        return Text(f"{_text(other).within(SUM)} - {self.within(PRODUCT)}", SUM)

    def __rtruediv__(self, other: Any) -> "Text":
        return Text(f"{_text(other).within(PRODUCT)}/{self.within(POWERS)}", PRODUCT)

    def __neg__(self) -> "Text":
        return Text(f"-{self.within(PRODUCT)}", SIGN)

    def __gt__(self, other: Any) -> "Text":
        return Text(f"{self.text} > {_text(other).text}", SUM)

    def __le__(self, other: Any) -> "Text":
        return Text(f"{self.text} <= {_text(other).text}", SUM)

    def __ge__(self, other: Any) -> "Text":
        return Text(f"{self.text} >= {_text(other).text}", SUM)


class Calls:
    """What the rules of functions call, written out."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args: Text(f"{name}({', '.join(_argument(arg) for arg in args)})")


def _argument(value: Any) -> str:
    return f"({', '.join(map(_argument, value))})" if isinstance(value, tuple) else _text(value).text


def _text(value: Any) -> Text:
    return value if isinstance(value, Text) else Text(str(value))


def script(title: str, made: Scalars, loss: Name, gradients: Iterable[Name]) -> str:
    """A script that defines every entry with SymPy."""
    given = textwrap.wrap(" ".join(made.labels[node] for node in made.given), WIDTH, break_long_words=False)
    lines = [f'{", ".join(line.split())}, = symbols("{line}", real=True)' for line in given]
    lines += [
        "",
        *(
            f'{made.labels[s.name]} = define("{made.labels[s.name]}", {source(s.formula, made.labels)})'
            for s in made.assignments
        ),
    ]
    lines += ["", f"loss = {made.labels[made.tables[loss].item()]}", "gradients = {"]
    lines += [f'    "{bar.label}": Matrix({_rows(made, bar)}),' for bar in gradients]
    body = "\n".join([*lines, "}"]) + "\n"
    used = [name for name in FUNCTIONS if f"{name}(" in body + HEAD]
    return HEAD.format(title=title, functions=", ".join(used)) + body


def _rows(made: Scalars, bar: Name) -> str:
    table = made.tables[bar]
    rows = table if table.ndim == 2 else table.reshape(-1, 1)
    return f"[{', '.join('[' + ', '.join(made.labels[node] for node in row) + ']' for row in rows)}]"


def source(formula: Expr, labels: Mapping[Expr, str]) -> str:
    """A scalar formula as Python source with SymPy's functions."""
    known: dict[Expr, Text] = {}
    for node in topological([formula]):
        known[node] = Text(labels[node]) if node in labels else _written(node, [known[arg] for arg in node.args])
    return known[formula].text


def _written(node: Expr, args: list[Text]) -> Text:
    if node.prim is FULL:
        return _number(number_in(node))
    if node.prim is ADD:
        return _sum(node, args)
    if node.prim is MUL:
        return Text("*".join(piece.within(PRODUCT) for piece in args), PRODUCT)
    if node.prim is NEG:
        return -args[0]
    if node.prim is DIVIDE:
        return Text(f"{args[0].within(PRODUCT)}/{args[1].within(POWERS)}", PRODUCT)
    if node.prim is POWER:
        return Text(f"{args[0].within(ATOM)}**{_number(node.attrs[0]).within(ATOM)}", POWERS)  # type: ignore[arg-type]
    assert isinstance(node.prim, Elementwise)
    rule = node.prim.sympy_rule
    return _text(getattr(Calls(), rule)(*args) if isinstance(rule, str) else rule(Calls(), *args))


def _sum(node: Expr, args: list[Text]) -> Text:
    """Terms, those with a minus taken away."""
    text = args[0].within(SUM)
    for arg, piece in zip(node.args[1:], args[1:], strict=True):
        minus = arg.prim is NEG
        text += f" - {piece.text.removeprefix('-')}" if minus else f" + {piece.within(SUM)}"
    return Text(text, SUM)


def _number(value: float) -> Text:
    """An exact number where it is a simple fraction."""
    ratio = Fraction(value)
    if ratio.denominator == 1:
        return Text(str(ratio.numerator), ATOM if value >= 0 else SIGN)
    if ratio.denominator <= 1024:
        return Text(f"Rational({ratio.numerator}, {ratio.denominator})")
    return Text(repr(value), ATOM if value >= 0 else SIGN)
