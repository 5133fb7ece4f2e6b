"""A derivation as a LaTeX document of its own: it needs the packages amsmath, amssymb and geometry only."""

from collections.abc import Iterator

from rnnsym.api.export import ROW_END, formulas
from rnnsym.api.page import Page
from rnnsym.api.presentation import DETAILS, Detail
from rnnsym.api.svg.formula import formula_box, prose_box
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Section, comment
from rnnsym.errors import unknown
from rnnsym.notation import relation

PREAMBLE = r"""\documentclass[fleqn]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath, amssymb}
\usepackage[paperwidth=%dmm, paperheight=210mm, margin=15mm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\mathindent}{0pt}
\allowdisplaybreaks
\pagestyle{plain}
"""
LANDSCAPE, MARGINS, COLUMN_GAPS = 297, 30, 20
POINTS, MILLIMETRES = 10.0, 0.3515
"""The size of the font, and the length of a point."""


def latex_document(shown: Page, detail: Detail = "steps") -> str:
    """The page as a file that LaTeX sets, in landscape and as wide as its longest line. `detail` as for text.

    Raises UnknownNameError for an unknown detail.
    """
    if detail not in DETAILS:
        raise unknown("detail", detail, DETAILS)
    title = shown.say([" ".join(shown.title.split())], "latex")
    parts = [rf"\section*{{{title}}}"]
    if detail != "results":
        parts.append(_symbols(shown))
    parts += [_section(shown, section, detail) for section in shown.sections]
    body = "\n\n".join(parts)
    return f"{PREAMBLE % _paper_width(shown, detail)}\n\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n"


def _paper_width(shown: Page, detail: Detail) -> int:
    """In millimetres. Widths are those of a font wider than LaTeX's, so that every line fits."""
    left = right = said = 0.0
    for line in shown.lines:
        for sides in formulas(shown, line, "latex"):
            left = max(left, formula_box(sides.left, POINTS).width)
            right = max(right, formula_box(sides.right, POINTS).width)
        said = max(said, prose_box(_comment(shown, line), POINTS).width)
    width = (left + right + (said if detail != "results" else 0)) * MILLIMETRES
    return max(LANDSCAPE, round(width + MARGINS + COLUMN_GAPS))


def _symbols(shown: Page) -> str:
    """The table of symbols."""
    rows = []
    for head, items in shown.symbols():
        if items:
            said = ", ".join(shown.say(item, "latex") for item in items)
            rows.append(f"{shown.say([head], 'latex')} & {said}")
    return "\\begin{tabular}{@{}lp{220mm}@{}}\n" + ROW_END.join(rows) + "\n\\end{tabular}"


def _section(shown: Page, section: Section, detail: Detail) -> str:
    """A heading, and the lines aligned at their equals signs; sentences stand between them across the page."""
    remarks = ", ".join(shown.say(remark, "latex") for remark in section.remarks)
    beside = rf"\quad\normalfont\normalsize {remarks}" if remarks else ""
    head = rf"\subsection*{{{shown.say([section.title], 'latex')}{beside}}}"
    if not section.lines:
        return head
    *before, last = section.lines
    rows = "".join(f"{_rows(shown, line, detail)}{ROW_END}{_between(shown, line, detail)}" for line in before)
    after = _joined(shown, last, detail)
    return f"{head}\n\\begin{{align*}}\n{rows}{_rows(shown, last, detail)}\n\\end{{align*}}\n{after}".rstrip()


def _rows(shown: Page, line: Line, detail: Detail) -> str:
    """The formulas of a line; unless only results are wanted, with its number, rule and lines used beside the last."""
    rows = [f"{left} &= {right}" for left, right in formulas(shown, line, "latex")]
    said = "" if detail == "results" else rf" && \text{{{_comment(shown, line)}}}"
    return ROW_END.join(rows) + said


def _comment(shown: Page, line: Line) -> str:
    return shown.say([f"({line.number}) {comment(line)}"], "latex")


def _between(shown: Page, line: Line, detail: Detail) -> str:
    sentences = _joined(shown, line, detail)
    return f"\\intertext{{{sentences}}}\n" if sentences else ""


def _joined(shown: Page, line: Line, detail: Detail) -> str:
    """Sentences below one another: `align` takes no paragraph, and has another meaning for two backslashes."""
    return "\\hfil\\break\n".join(_sentences(shown, line, detail))


def _sentences(shown: Page, line: Line, detail: Detail) -> Iterator[str]:
    """Why a line holds, and every application of the chain rule behind it."""
    if detail in ("why", "chain"):
        yield shown.say(line.because, "latex")
    for share in shown.form.shares(line) if detail == "chain" else ():
        left, right = relation(share.lhs, share.rhs, share.over, shown.notation, "latex")
        user = "" if share.user is None else f"From line {share.user}: "
        yield rf"\hspace*{{1em}}{user}${left} = {right}$"
        for step in share.applications:
            said = shown.say(["through ", step.through, " gives ", step.gives, f": {step.rule}"], "latex")
            yield rf"\hspace*{{2em}}{said}"
