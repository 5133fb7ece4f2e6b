"""A derivation for other programs: LaTeX, Markdown, and plain data for JSON."""

from collections.abc import Collection, Iterator
from typing import Any

from rnnsym.api.page import Page
from rnnsym.core.names import Role
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Section, comment, restriction
from rnnsym.notation import Sides, Style

SCHEMA_VERSION = 1
ROW_END = r" \\" + "\n"


def latex_page(shown: Page) -> str:
    """One `align*` environment (package amsmath): numbered lines, with rule and lines used on the right."""
    title = " ".join(shown.title.split())
    return f"% {title}\n{latex_rows(shown)}"


def latex_rows(shown: Page) -> str:
    """The environment alone, as a notebook takes it: MathJax would show a comment before it."""
    rows = [row for section in shown.sections for row in _latex_rows(shown, section)]
    return f"\\begin{{align*}}\n{ROW_END.join(rows)}\n\\end{{align*}}\n"


def mime_bundle(
    shown: Page, plain: str, include: Collection[str] | None = None, exclude: Collection[str] | None = None
) -> dict[str, str]:
    """What a notebook may show of a page, but for what it asks to leave out; `plain` is the page as text."""
    makers = {
        "text/plain": lambda: plain,
        "text/latex": lambda: latex_rows(shown),
        "text/markdown": lambda: markdown_page(shown),
    }
    wanted = [kind for kind in makers if (not include or kind in include) and kind not in (exclude or ())]
    return {kind: makers[kind]() for kind in wanted}


def _latex_rows(shown: Page, section: Section) -> Iterator[str]:
    yield rf"&\textbf{{{section.title}}}{_remarks(shown, section, 'latex')}"
    for line in section.lines:
        *before, last = formulas(shown, line, "latex")
        said = shown.say([f"({line.number}) {comment(line)}"], "latex")
        yield from (f"{left} &= {right}" for left, right in before)
        yield rf"{last.left} &= {last.right} && \text{{{said}}}"


def _remarks(shown: Page, section: Section, style: Style) -> str:
    text = ", ".join(shown.say(remark, style) for remark in section.remarks)
    return rf"\text{{, {text}}}" if text else ""


def formulas(shown: Page, line: Line, style: Style) -> list[Sides]:
    """The sides of each formula, with the steps that it must name itself."""
    limits = [restriction(line, case.domain) for case in line.cases] or [""]
    return [
        Sides(left, right + (rf" \quad ({limit})" if limit else ""))
        for (left, right), limit in zip(line.sides(shown.notation, style), limits, strict=True)
    ]


def markdown_page(shown: Page) -> str:
    """Markdown with formulas between double dollar signs."""
    blocks = [f"## {shown.title}", *_markdown_symbols(shown)]
    for section in shown.sections:
        remarks = ", ".join(shown.say(remark, "latex") for remark in section.remarks)
        blocks.append(f"### {section.title}" + (f": {remarks}" if remarks else ""))
        blocks += [block for line in section.lines for block in _markdown_line(shown, line)]
    return "\n\n".join(blocks) + "\n"


def _markdown_symbols(shown: Page) -> Iterator[str]:
    items = []
    for head, words in shown.symbols():
        if words:
            said = ", ".join(shown.say(item, "latex") for item in words)
            items.append(f"- {shown.say([head], 'latex')}: {said}")
    yield "\n".join(items)


def _markdown_line(shown: Page, line: Line) -> Iterator[str]:
    yield f"**({line.number})** {shown.say([comment(line)], 'latex')}"
    rows = [f"{left} = {right}" for left, right in formulas(shown, line, "latex")]
    yield from (f"$$\n{row}\n$$" for row in rows)


def data(shown: Page) -> dict[str, Any]:
    """The derivation as plain data; each line's formula is given in three styles."""
    given = shown.form.system.given
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "derivation",
        "form": shown.form.key,
        "title": shown.title,
        "notation": shown.notation.name,
        "parameters": {name.label: list(shape) for name, shape in given.items() if name.role == Role.PARAM},
        "inputs": {name.label: list(shape) for name, shape in given.items() if name.role == Role.INPUT},
        "lines": [_line(shown, part.title.lower(), line) for part in shown.sections for line in part.lines],
    }


def _line(shown: Page, kind: str, line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "kind": kind,
        "name": line.name.label,
        "role": str(line.name.role),
        "text": _joined(shown, line, "text"),
        "ascii": _joined(shown, line, "ascii"),
        "latex": _joined(shown, line, "latex"),
        "rule": line.rule,
        "because": shown.say(line.because, "text"),
        "uses": list(line.uses),
        "domain": [str(line.domain.lo), str(line.domain.hi)],
        "total": line.total,
        "shape": list(line.shape),
    }


def _joined(shown: Page, line: Line, style: Style) -> str:
    """The formula, or the formulas of all cases, on one line."""
    return "; ".join(f"{left} = {right}" for left, right in line.sides(shown.notation, style))
