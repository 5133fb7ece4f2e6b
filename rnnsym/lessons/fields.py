"""The fields of a lesson: what `{…}` in its data file becomes. This is the whole language.

Inside a sentence `{h[t-1]}` is a formula, set by the notation, and `{= h[2]}` its value. A field that stands alone in
a paragraph may also be one of `BLOCKS`: its first word says which.
"""

import re
from collections.abc import Callable, Iterable

import numpy as np

from rnnsym.errors import InputError, unknown
from rnnsym.lessons.example import Example
from rnnsym.lessons.formula import Formula, find_name, read_formula, read_formulas
from rnnsym.lessons.pictures import breakdown_lines, graph_lines, spark_line
from rnnsym.lessons.style import Style, value_text
from rnnsym.notation.figures import scientific, table, trimmed
from rnnsym.walk.order import Phase

BlockField = Callable[[Example, str, Style], list[str]]
PARTS = ("forward", "backward", "gradients")
PROGRAMS = ("forward", "backward")


def inline(example: Example, text: str, style: Style) -> str:
    """`{text}` inside a sentence."""
    word = text.split(" ")[0]
    if word in BLOCKS:
        raise InputError(f"'{{{text}}}' must stand alone in its paragraph.")
    if text.startswith("="):
        return _value(example, text[1:].strip())
    return formula_text(read_formula(text, example.system), style)


def block(example: Example, text: str, style: Style) -> list[str]:
    """`{text}` alone in its paragraph, as lines. Raises UnknownNameError for an unknown field."""
    word, _, argument = text.partition(" ")
    if word in BLOCKS:
        return BLOCKS[word](example, argument.strip(), style)
    if re.fullmatch(r"[a-z]+", word) and re.match(r"[\w]", argument):
        raise unknown("field", word, BLOCKS)
    return [inline(example, text, style)]


def formula_text(formula: Formula, style: Style) -> str:
    """A formula as the notation sets it."""
    text = style.formula(formula.expr)
    return style.glyphs(f"‖{text}‖") if formula.norm else text


def _value(example: Example, text: str) -> str:
    constants = {"T": example.steps, **example.net.sizes}
    if text in constants:
        return str(constants[text])
    return value_text(example.value(read_formula(text, example.system)), trimmed)


def _equation(example: Example, text: str, style: Style) -> list[str]:
    """`dL/dW dL/db`: lines of the derivation, by their left-hand sides."""
    return style.equations([example.equation(label) for label in text.split()])


def _equations(example: Example, part: str, style: Style) -> list[str]:
    if part not in PARTS:
        raise unknown("part of the derivation", part, PARTS)
    return style.equations(getattr(example.walk.lines, part))


def _table(example: Example, text: str, style: Style) -> list[str]:
    """One row for each step, one column for each formula."""
    formulas = read_formulas(text, example.system)
    head = ["t", *(formula_text(formula, style) for formula in formulas)]
    steps = range(1, example.steps + 1)
    return table([head, *([str(t), *(value_text(example.value(f, t)) for f in formulas)] for t in steps)])


def _numbers(example: Example, text: str, style: Style) -> list[str]:
    """`dh[2]`: the equation with its numbers put in, one row for each unit."""
    label, t = _label_and_step(text)
    line = example.equation(label)
    if t not in line.domain.at(example.steps):
        raise InputError(f"the equation of {label} holds at {line.domain}, not at t = {t}.")
    phase: Phase = "forward" if line in example.walk.lines.forward else "backward"
    move = example.walk[example.walk.find(phase, t, line.number)]
    return breakdown_lines(example.walk.breakdown(move), t, style)


def _label_and_step(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\w+)\[(\d+)\]", text)
    if match is None:
        raise InputError(f"'{text}' is no quantity at a step: write for example dh[2].")
    return match[1], int(match[2])


def _terms(example: Example, label: str, style: Style) -> list[str]:
    """What each step adds to a parameter's gradient, from the last step to the first, and the sum so far."""
    line = example.equation(f"dL/d{label}")
    rows = [["t", style.formula(line.rhs), "sum so far"]]
    for t in range(example.steps, 0, -1):
        move = example.walk[example.walk.find("gradient", t, line.number)]
        so_far = example.walk.gradient_so_far(line.name, t)
        rows.append([str(t), value_text(example.walk.result(move)), value_text(so_far)])
    return table(rows)


def _graph(example: Example, text: str, style: Style) -> list[str]:
    """`x -> h -> L`: the unrolled graph with values. `x <- h`: the same with adjoints, arrows turned round."""
    backward = "<-" in text
    labels = [label.strip() for label in text.split("<-" if backward else "->")]
    names = [find_name(f"d{label}" if backward else label, example.system) for label in labels]
    return graph_lines(example, names, backward, style)


def _spark(example: Example, text: str, style: Style) -> list[str]:
    formula = read_formula(text, example.system)
    values = [float(example.value(formula, t)) for t in range(1, example.steps + 1)]
    return [spark_line(formula_text(formula, style), values, style)]


def _nudge(example: Example, text: str, style: Style) -> list[str]:
    """`U 0.001`: the loss before and after a small change of a parameter of one entry, and their quotient."""
    match = re.fullmatch(r"(\w+) ([\d.e-]+)", text)
    if match is None:
        raise InputError(f"'{text}': write a parameter and a number, for example nudge U 0.001.")
    label, size = match[1], float(match[2])
    value = example.walk.value(find_name(label, example.system), 0)
    if value.size != 1:
        raise InputError(f"nudge takes a parameter of one entry; {label} has {value.size}.")
    before, after = example.walk.run.loss, example.loss_with(label, value + size)
    rows = [
        [f"loss at {label} = {value.item():g}", f"{before:.8f}"],
        [f"loss at {label} = {value.item() + size:g}", f"{after:.8f}"],
        ["difference / step", f"{(after - before) / size:.4f}"],
    ]
    return table(rows)


def _check(example: Example, labels: str, style: Style) -> list[str]:
    """`W U b`: for every entry, the backward pass beside a complex step over the unrolled graph."""
    rows = [["entry", "backward pass", "complex step", "difference"]]
    for label in labels.split():
        found = example.walk.value(example.equation(f"dL/d{label}").name, 0)
        independent = example.complex_step(label)
        for place in np.ndindex(found.shape):
            where = f"{label}[{','.join(str(i + 1) for i in place)}]"
            difference = float(abs(found[place] - independent[place]))
            rows.append([where, f"{found[place]:.12f}", f"{independent[place]:.12f}", scientific(difference, 0)])
    return table(rows)


def _program(example: Example, name: str, style: Style) -> list[str]:
    """The loop of a generated function, as it runs."""
    if name not in PROGRAMS:
        raise unknown("program", name, PROGRAMS)
    return list(_loop(getattr(example.net.program(), name).source.splitlines()))


def _loop(lines: Iterable[str]) -> Iterable[str]:
    """From the first loop to the end of the function, at the left margin."""
    inside = False
    for line in lines:
        inside = inside or line.startswith("    for ")
        if inside and not line.startswith("    return "):
            yield line.removeprefix("    ")


BLOCKS: dict[str, BlockField] = {
    "equation": _equation,
    "equations": _equations,
    "table": _table,
    "numbers": _numbers,
    "terms": _terms,
    "graph": _graph,
    "spark": _spark,
    "nudge": _nudge,
    "check": _check,
    "program": _program,
}
