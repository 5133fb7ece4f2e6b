"""A derivation for other programs: LaTeX, Markdown, and plain data for JSON."""

from collections.abc import Iterator
from typing import Any

from rnnsym.api.page import Page, Section, comment, restriction
from rnnsym.core.names import Role
from rnnsym.derivation.equations import Equation
from rnnsym.notation import Style

SCHEMA_VERSION = 1
ROW_END = r" \\" + "\n"


def latex_page(shown: Page) -> str:
    """One `align*` environment (package amsmath): numbered lines, with rule and lines used on the right."""
    rows = [row for section in shown.sections for row in _latex_rows(shown, section)]
    title = " ".join(shown.title.split())
    return f"% {title}\n\\begin{{align*}}\n{ROW_END.join(rows)}\n\\end{{align*}}\n"


def _latex_rows(shown: Page, section: Section) -> Iterator[str]:
    yield rf"&\textbf{{{section.title}}}{_remarks(shown, section, 'latex')}"
    for equation in section.equations:
        formulas = _formulas(shown, equation, "latex")
        said = shown.say([f"({equation.number}) {comment(equation)}"], "latex")
        yield from (f"{left} &= {right}" for left, right in formulas[:-1])
        left, right = formulas[-1]
        yield rf"{left} &= {right} && \text{{{said}}}"


def _remarks(shown: Page, section: Section, style: Style) -> str:
    text = ", ".join(shown.say(remark, style) for remark in section.remarks)
    return rf"\text{{, {text}}}" if text else ""


def _formulas(shown: Page, equation: Equation, style: Style) -> list[tuple[str, str]]:
    """The sides of each formula, with the steps that it must name itself."""
    limits = [restriction(equation, case.domain) for case in equation.cases] or [""]
    return [
        (left, right + (rf" \quad ({limit})" if limit else ""))
        for (left, right), limit in zip(equation.sides(shown.notation, style), limits, strict=True)
    ]


def markdown_page(shown: Page) -> str:
    """Markdown with formulas between double dollar signs."""
    blocks = [f"## {shown.title}", *_markdown_symbols(shown)]
    for section in shown.sections:
        remarks = ", ".join(shown.say(remark, "latex") for remark in section.remarks)
        blocks.append(f"### {section.title}" + (f": {remarks}" if remarks else ""))
        blocks += [block for equation in section.equations for block in _markdown_line(shown, equation)]
    return "\n\n".join(blocks) + "\n"


def _markdown_symbols(shown: Page) -> Iterator[str]:
    items = []
    for head, words in shown.symbols():
        if words:
            said = ", ".join(shown.say(item, "latex") for item in words)
            items.append(f"- {shown.say([head], 'latex')}: {said}")
    yield "\n".join(items)


def _markdown_line(shown: Page, equation: Equation) -> Iterator[str]:
    yield f"**({equation.number})** {shown.say([comment(equation)], 'latex')}"
    rows = [f"{left} = {right}" for left, right in _formulas(shown, equation, "latex")]
    yield from (f"$$\n{row}\n$$" for row in rows)


def data(shown: Page) -> dict[str, Any]:
    """The derivation as plain data; each line's formula is given in three styles."""
    given = shown.system.given
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "derivation",
        "title": shown.title,
        "notation": shown.notation.name,
        "parameters": {name.label: list(shape) for name, shape in given.items() if name.role == Role.PARAM},
        "inputs": {name.label: list(shape) for name, shape in given.items() if name.role == Role.INPUT},
        "lines": [_line(shown, part.title.lower(), equation) for part in shown.sections for equation in part.equations],
    }


def _line(shown: Page, kind: str, equation: Equation) -> dict[str, Any]:
    return {
        "number": equation.number,
        "kind": kind,
        "name": equation.name.label,
        "role": str(equation.name.role),
        "text": _joined(shown, equation, "text"),
        "ascii": _joined(shown, equation, "ascii"),
        "latex": _joined(shown, equation, "latex"),
        "rule": equation.rule,
        "because": shown.say(equation.because, "text"),
        "uses": list(equation.uses),
        "domain": [str(equation.domain.lo), str(equation.domain.hi)],
        "total": equation.total,
        "shape": list(equation.lhs.shape),
    }


def _joined(shown: Page, equation: Equation, style: Style) -> str:
    """The formula, or the formulas of all cases, on one line."""
    return "; ".join(f"{left} = {right}" for left, right in equation.sides(shown.notation, style))
