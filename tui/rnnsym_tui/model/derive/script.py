"""Lines, shares and sentences of a derivation set in one notation, as text for the screen and as LaTeX to copy."""

from dataclasses import dataclass, field

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.core.names import Point
from rnnsym.derivation.equations import Formula, Line, Statement
from rnnsym.derivation.form import Section, restriction
from rnnsym.notation import Notation, Style, Words, load, text
from rnnsym.notation.box import side_by_side
from rnnsym.notation.boxes import relation_boxed
from rnnsym.notation.prose import prose
from rnnsym_tui.model.derive.rows import Layout
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line as Spans
from rnnsym_tui.model.spans import Span


@dataclass(frozen=True)
class Script:
    """Sets formulas in `notation`. What was set once is kept: an outline is shown again at every key."""

    glyphs: Glyphs
    notation: Notation
    _known: dict[object, tuple[str, ...]] = field(default_factory=dict)

    @property
    def style(self) -> Style:
        return "ascii" if self.glyphs.ascii else "text"

    def formula(self, expr: Expr | MathTree, t: int | None = None) -> str:
        """An expression, at step `t` or with t a symbol."""
        at = None if t is None else Point(0, t)
        key = (expr, t)
        if key not in self._known:
            self._known[key] = (text(expr, self.notation, self.style, at),)
        return self._known[key][0]

    def equations(self, line: Line) -> tuple[str, ...]:
        """`δcₜ = …`, once for each case, with the steps that a case must name itself."""
        if line not in self._known:
            self._known[line] = tuple(self._stated(line, self.style, "  (", ")"))
        return self._known[line]

    def tall(self, line: Line, layout: Layout) -> tuple[str, ...]:
        """The line with limits above and below, fractions and matrices; none where it is no taller than one line.

        `layout` "auto" sets sums with binders of their own and matrices so, "line" nothing.
        """
        if layout == "line" or (layout == "auto" and not isinstance(line, Statement)):
            return ()
        key = (line, layout)
        if key not in self._known:
            boxes = [self._boxed(*found) for found in zip(line.formulas, self._limits(line), strict=True)]
            flat = all(len(box) == 1 for box in boxes)
            self._known[key] = () if flat else tuple(text.rstrip() for box in boxes for text in box)
        return self._known[key]

    def _boxed(self, formula: Formula, limit: str) -> list[str]:
        left, right = relation_boxed(formula.left, formula.right, formula.over, self.notation, self.style, formula.at)
        return side_by_side([left, " = ", right, f"  ({limit})" if limit else ""])

    def latex(self, line: Line) -> str:
        """The line as LaTeX, each case on a line of its own."""
        return "\\\\\n".join(self._stated(line, "latex", r" \quad (", ")"))

    def _stated(self, line: Line, style: Style, before: str, after: str) -> list[str]:
        sides = line.sides(self.notation, style)
        return [
            f"{left} = {right}" + (f"{before}{limit}{after}" if limit else "")
            for (left, right), limit in zip(sides, self._limits(line), strict=True)
        ]

    def _limits(self, line: Line) -> list[str]:
        """For each case the steps that it must name itself."""
        return [restriction(line, case.domain) for case in line.cases] or [""]

    def say(self, words: Words) -> str:
        return prose(words, self.notation, self.style)

    def sentence(self, words: Words) -> Spans:
        """A sentence as spans: the formulas in it are spans of a kind, so that they are not broken."""
        return tuple(Span(self.say([word]), "" if isinstance(word, str) else "strong") for word in words)

    def remarks(self, section: Section) -> str:
        """What is said once for all lines of a section: `t = T…1, δhₜ₊₁ = 0 at t = T`."""
        return ", ".join(self.each_remark(section))

    def each_remark(self, section: Section) -> list[str]:
        return [self.say(remark) for remark in section.remarks]


def script(glyphs: Glyphs, notation: str) -> Script:
    """Raises UnknownNameError for a notation that does not exist."""
    return Script(glyphs, load(notation))
