"""One derivation in several notations side by side: what is called what, and then every line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rnnsym.api.derivation import Derivation, derive
from rnnsym.api.forms import FormView
from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.core.names import NOW, Name, Role
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Form, now, restriction
from rnnsym.errors import InputError
from rnnsym.notation import Notation, Style, check, load, stored_shape
from rnnsym.notation.prose import prose
from rnnsym.ops.leaves import leaf

NOTATIONS = ("default", "deck_s", "deck_b", "deck_p", "goodfellow", "pytorch", "d2l")
WIDTH, MARGIN, GAP = 80, 3, 3
KINDS = {Role.INPUT: "input", Role.PARAM: "parameter", Role.CARRY: "state", Role.EQUATION: "in between"}

Column = list[list[str]]
Row = tuple[str, list[list[str]]]
"""A heading, and in each notation what stands there: several lines where a formula has cases."""


@dataclass(frozen=True)
class Block:
    """Rows of a table under a title."""

    title: str
    rows: list[Row]


class Rosetta:
    """A form of a derivation in each of `notations`, printed as one table."""

    def __init__(self, form: Form, title: str, notations: Sequence[Notation]) -> None:
        self.form, self.title, self.notations = form, title, tuple(notations)
        if not notations:
            raise InputError("name at least one notation to print the derivation in.")
        for notation in notations:
            check(notation, [*form.system.given, *form.system.equations])

    def __repr__(self) -> str:
        return f"<{self.title} in {len(self.notations)} notations>"

    def __str__(self) -> str:
        return self.pretty()

    def pretty(self, ascii: bool = False, width: int = WIDTH) -> str:
        """Tables as text: as many notations side by side as fit in `width` columns, the first one in every table.

        Where not even two fit, they stand one below the other. Formulas never wrap.
        """
        style: Style = "ascii" if ascii else "text"
        pages = [self._said(self.title, style), "\n".join(self._legend(style))]
        for block in self.blocks(style):
            pages += _tables(block, [notation.name for notation in self.notations], width)
        return "\n\n".join(pages) + "\n"

    def markdown(self) -> str:
        """Tables in Markdown, with formulas between dollar signs."""
        head = ["", *(notation.name for notation in self.notations)]
        parts = [f"## {self.title}", "\n".join(f"- `{n.name}`: {n.title}" for n in self.notations)]
        for block in self.blocks("latex"):
            rows = [[heading, *(_math(cell, "<br>") for cell in cells)] for heading, cells in block.rows]
            lines = [head, ["---"] * len(head), *rows]
            table = "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)
            parts += [f"### {block.title}", table]
        return "\n\n".join(parts) + "\n"

    def latex(self) -> str:
        """Each table as a `tabular` environment (packages amsmath and amssymb)."""
        head = " & ".join(["", *(self._said(notation.name, "latex") for notation in self.notations)])
        tables = []
        for block in self.blocks("latex"):
            rows = [head + r" \\ \hline"]
            rows += [
                " & ".join([heading, *(_stacked(cell) for cell in cells)]) + r" \\" for heading, cells in block.rows
            ]
            body = "\n".join(rows)
            tables.append(
                f"% {block.title}\n\\begin{{tabular}}{{r{'l' * len(self.notations)}}}\n{body}\n\\end{{tabular}}"
            )
        return f"% {' '.join(self.title.split())}\n" + "\n\n".join(tables) + "\n"

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def blocks(self, style: Style) -> list[Block]:
        """The table of symbols, then one for each section of the derivation."""
        found = [Block("Symbols", list(self._symbols(style)))]
        for section in self.form.sections:
            rows = [(str(line.number), [_formulas(line, n, style) for n in self.notations]) for line in section.lines]
            found.append(Block(section.title, rows))
        return found

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """What the table of symbols lists: what is given and what is computed forward, in the order of the story."""
        system = self.form.system
        every = [*system.given, *system.equations]
        return tuple(name for role in KINDS for name in every if name.role == role)

    def _symbols(self, style: Style) -> Iterator[Row]:
        for name in self.names:
            cells = [[self._symbol(name, notation, style)] for notation in self.notations]
            yield KINDS[name.role], cells
        states = [name for name in self.names if name.role == Role.CARRY]
        errors = [leaf(name.as_role(Role.ADJOINT), NOW, ()) for name in states[:1]]
        yield from (("adjoint", [[prose([error], n, style).strip("$")] for n in self.notations]) for error in errors)

    def _symbol(self, name: Name, notation: Notation, style: Style) -> str:
        system = self.form.system
        spelt = prose([now(system, name)], notation, style).strip("$")
        if name.role != Role.PARAM:
            return spelt
        space = r"\, " if style == "latex" else " "
        return f"{spelt}{space}({', '.join(map(str, stored_shape(notation, name, system.shape(name))))})"

    def _legend(self, style: Style) -> list[str]:
        width = max(len(notation.name) for notation in self.notations)
        return [f"{self._said(n.name, style):<{width}}   {self._said(n.title, style)}" for n in self.notations]

    def _said(self, words: str, style: Style) -> str:
        return prose([words], self.notations[0], style)


def rosetta(
    what: Derivation | FormView | Network | Cell | type[Cell] | str,
    notations: Sequence[str | Notation] = NOTATIONS,
) -> Rosetta:
    """`what` in each of `notations`: a derivation, one of its forms, or what `derive` takes.

    Raises UnknownNameError and InputError for a notation, as `load` does, and where two quantities are spelt alike.
    """
    shown = what if isinstance(what, (Derivation, FormView)) else derive(what)
    loaded = [load(notation) if isinstance(notation, str) else notation for notation in notations]
    return Rosetta(shown.form, shown.title, loaded)


def _formulas(line: Line, notation: Notation, style: Style) -> list[str]:
    """`lhs = rhs`, one for each case of the line."""
    limits = [restriction(line, case.domain) for case in line.cases] or [""]
    space = r" \quad " if style == "latex" else "  "
    return [
        f"{left} = {right}" + (f"{space}({limit})" if limit else "")
        for (left, right), limit in zip(line.sides(notation, style), limits, strict=True)
    ]


def _tables(block: Block, heads: Sequence[str], width: int) -> Iterator[str]:
    """The block as text: side by side in tables of at most `width` columns, or one below the other where shorter."""
    columns = [_aligned([[head], *cells]) for head, cells in zip(heads, _columns(block), strict=True)]
    first = _aligned([[""], *([heading] for heading, _ in block.rows)])
    start = MARGIN + _width(first) + GAP + _width(columns[0])
    if any(start + GAP + _width(column) > width for column in columns[1:]):
        yield "\n".join([block.title.upper(), *_listed(block, heads)])
        return
    chosen: list[list[Column]] = [[]]
    used = start
    for column in columns[1:]:
        if used + GAP + _width(column) > width:
            chosen.append([])
            used = start
        chosen[-1].append(column)
        used += GAP + _width(column)
    tables = [_table(block.title, [first, columns[0], *some]) for some in chosen]
    listed = "\n".join([block.title.upper(), *_listed(block, heads)])
    shorter = listed.count("\n") < sum(table.count("\n") + 2 for table in tables)
    yield from [listed] if shorter else tables


def _columns(block: Block) -> list[Column]:
    """What stands below each notation."""
    return [list(column) for column in zip(*(cells for _, cells in block.rows), strict=True)]


def _aligned(column: Column) -> Column:
    """Cells of equal width, the first of them a heading; equals signs stand below each other."""
    lefts = [_left(line) for cell in column[1:] for line in cell]
    indent = max((left for left in lefts if left is not None), default=0)
    shifted = [column[0], *([_shifted(line, indent) for line in cell] for cell in column[1:])]
    width = max(len(line) for cell in shifted for line in cell)
    return [[line.ljust(width) for line in cell] for cell in shifted]


def _left(line: str) -> int | None:
    """The width of what stands before the equals sign."""
    return len(line.split(" = ", 1)[0]) if " = " in line else None


def _shifted(line: str, indent: int) -> str:
    left = _left(line)
    return line if left is None else " " * (indent - left) + line


def _width(column: Column) -> int:
    return len(column[0][0])


def _table(title: str, columns: Sequence[Column]) -> str:
    lines = [title.upper()]
    for cells in zip(*columns, strict=True):
        for i in range(max(map(len, cells))):
            parts = [cell[i] if i < len(cell) else " " * len(cell[0]) for cell in cells]
            lines.append((" " * MARGIN + (" " * GAP).join(parts)).rstrip())
    return "\n".join(lines)


def _listed(block: Block, heads: Sequence[str]) -> Iterator[str]:
    """Each row with its notations one below the other."""
    width, number = max(map(len, heads)), max(len(heading) for heading, _ in block.rows)
    every = [cell for _, cells in block.rows for cell in cells]
    aligned = iter(_aligned([[""], *every])[1:])
    for heading, _ in block.rows:
        for i, head in enumerate(heads):
            for j, line in enumerate(next(aligned)):
                begin = f"{(heading if i == j == 0 else '').ljust(number)}   {(head if j == 0 else '').ljust(width)}"
                yield f"{' ' * MARGIN}{begin}   {line}".rstrip()


def _math(lines: Sequence[str], separator: str) -> str:
    return separator.join(f"${line}$" for line in lines)


def _stacked(lines: Sequence[str]) -> str:
    """The formulas of one cell of a LaTeX table."""
    if len(lines) == 1:
        return f"${lines[0]}$"
    return r"$\begin{gathered} " + r" \\ ".join(lines) + r" \end{gathered}$"
