"""A formula in the LaTeX that rnnsym writes, as a box: what is set is what `notation` spells, in any profile."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rnnsym.api.svg import shapes
from rnnsym.api.svg import symbols as table
from rnnsym.api.svg.boxes import EMPTY, Box, row, space, word
from rnnsym.api.svg.shapes import script_size
from rnnsym.api.svg.symbols import BINARY, CLOSE, COMMA, FUNCTION, LARGE, OPEN, ORDINARY, RELATION

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|\d+(?:\.\d+)?|.", re.DOTALL)
MATRICES = {"bmatrix": ("[", "]"), "pmatrix": ("(", ")"), "vmatrix": ("|", "|")}
GAPS = {BINARY: 0.22, RELATION: 0.3}
AFTER_COMMA, AFTER_FUNCTION, BETWEEN = 0.2, 0.16, 0.02
IN_SCRIPTS = 0.25
"""Spaces around operators shrink by this in scripts."""


class Atom(NamedTuple):
    """A box, and how it stands among its neighbours."""

    box: Box
    kind: str = ORDINARY


def formula_box(latex: str, size: float) -> Box:
    """A formula, without dollar signs, in display style."""
    return _Setter(latex).row(size)


def prose_box(text: str, size: float, style: str = "roman") -> Box:
    """A sentence in LaTeX, with formulas between dollar signs."""
    return row([box for box, _ in _prose(text, size, style)])


def prose_lines(text: str, size: float, width: float, style: str = "roman") -> list[Box]:
    """A sentence in lines of at most `width`, broken at spaces outside formulas."""
    lines: list[list[Box]] = [[]]
    pending: list[Box] = []
    for box, breaks in [*_prose(text, size, style), (EMPTY, True)]:
        if not breaks:
            pending.append(box)
            continue
        if lines[-1] and sum(b.width for b in [*lines[-1], *pending]) > width:
            lines.append([])
        lines[-1] += [*pending, box]
        pending = []
    return [row(boxes) for boxes in lines if boxes]


def unknown_commands(latex: str) -> set[str]:
    """The commands of a formula that would be set as words, since no rule knows them."""
    setter = _Setter(latex)
    setter.row(10.0)
    return setter.unknown


def _prose(text: str, size: float, style: str) -> Iterator[tuple[Box, bool]]:
    """Words, formulas and spaces, each with whether a line may end there."""
    for i, part in enumerate(re.split(r"(?<!\\)\$", text)):
        if i % 2:
            yield formula_box(part, size), False
            continue
        for piece in re.findall(r"\s+|~|[^\s~]+", part):
            gap = piece == "~" or piece.isspace()
            yield (space(0.3 * size), piece != "~") if gap else (word(plain(piece), style, size), False)


def plain(text: str) -> str:
    """LaTeX text without math, as characters."""
    text = re.sub(r"\\([A-Za-z]+)(\{\}|\s*)", lambda m: table.TEXT_SIGNS.get(m[1], m[1] + m[2].replace("{}", "")), text)
    return re.sub(r"\\(.)", r"\1", text.replace("--", "–"))


class _Setter:
    """Reads the tokens of one formula from left to right and sets them."""

    def __init__(self, source: str) -> None:
        self.tokens = TOKEN.findall(source)
        self.place = 0
        self.whole: float | None = None
        self.unknown: set[str] = set()

    def row(self, size: float, ends: Sequence[str] = ()) -> Box:
        """Everything up to one of `ends`, which is left unread."""
        self.whole = self.whole or size
        tight = IN_SCRIPTS if size < 0.9 * self.whole else 1.0
        return _spaced(list(self._atoms(size, ends)), size, tight)

    def _atoms(self, size: float, ends: Sequence[str]) -> Iterator[Atom]:
        while self.place < len(self.tokens) and self._peek() not in ends:
            if self._peek().isspace() or self._peek() == "~":
                self.place += 1
                continue
            token = self._take()
            yield self._scripted(self._atom(token, size), token, size)

    def _peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self.place += 1

    def _scripted(self, atom: Atom, token: str, size: float) -> Atom:
        """`atom` with the scripts that follow it."""
        below, above, small = EMPTY, EMPTY, script_size(size)
        self._skip_space()
        while self._peek() in ("_", "^", "'"):
            sign = self._take()
            box = word("′", "roman", size).raised(-0.3 * size) if sign == "'" else self._argument(small)
            below, above = (box, above) if sign == "_" else (below, row([above, box]))
            self._skip_space()
        if atom.kind == LARGE:
            return Atom(shapes.limits(table.SIGNS[token[1:]][0], below, above, size), LARGE)
        if below is EMPTY and above is EMPTY:
            return atom
        return Atom(shapes.scripts(atom.box, below, above, size), atom.kind)

    def _argument(self, size: float) -> Box:
        """A group between braces, or one token."""
        self._skip_space()
        if self._peek() == "{":
            self.place += 1
            box = self.row(size, ("}",))
            self.place += 1
            return box
        token = self._take()
        if token.isdigit() and len(token) > 1:
            self.tokens[self.place - 1 : self.place] = list(token)
            token = token[0]
        return self._atom(token, size).box

    def _atom(self, token: str, size: float) -> Atom:
        if token == "{":
            self.place -= 1
            return Atom(self._argument(size))
        if token.startswith("\\"):
            return self._command(token[1:], size)
        if token in table.CHARACTERS:
            text, kind = table.CHARACTERS[token]
            return Atom(word(text, "roman", size), kind)
        return Atom(word(token, "italic" if token.isalpha() else "roman", size))

    def _command(self, name: str, size: float) -> Atom:
        name = name.rstrip("*") or "*"
        if name in table.SIGNS:
            text, kind = table.SIGNS[name]
            return Atom(EMPTY if kind == LARGE else word(text, "roman", size), kind)
        if name in table.GREEK:
            return Atom(word(table.GREEK[name], "italic", size))
        upright = table.CAPITALS.get(name) or table.UPRIGHT.get(name)
        if upright:
            return Atom(word(upright, "roman", size))
        if name in table.SPACES:
            return Atom(space(table.SPACES[name] * size), "space")
        if name in table.FUNCTIONS:
            return Atom(word(name, "roman", size), FUNCTION)
        return self._structure(name, size)

    def _structure(self, name: str, size: float) -> Atom:
        """A command with arguments."""
        match name:
            case "frac" | "dfrac" | "tfrac":
                inner = max(size * (0.72 if name == "tfrac" else 0.91), shapes.SMALLEST)
                top = self._argument(inner)
                return Atom(shapes.fraction(top, self._argument(inner), inner))
            case "sqrt":
                return Atom(shapes.root(self._argument(size), size))
            case "left":
                return self._fenced(size)
            case "begin":
                return self._matrix(size)
        if name in table.FONTS:
            return self._words(name, size)
        if name in table.BARS:
            return Atom(shapes.barred(self._argument(size), size))
        if name in table.ACCENTS:
            return Atom(shapes.accented(self._argument(size), table.ACCENTS[name], size))
        if name not in table.SILENT:
            self.unknown.add(name)
            return Atom(word(name, "roman", size))
        return Atom(EMPTY, "space")

    def _words(self, name: str, size: float) -> Atom:
        """A group in a font of its own; between the braces of \\text stands prose."""
        style = table.FONTS[name]
        text = self._raw_group()
        if name.startswith("text"):
            return Atom(prose_box(text, size, style))
        if style == "script":
            return Atom(word("".join(table.SCRIPT_LETTERS.get(c, c) for c in text), "italic", size))
        greek = re.fullmatch(r"\\([A-Za-z]+)", text)
        shown = table.GREEK.get(greek[1], text) if greek else plain(text)
        return Atom(word(shown, style, size), FUNCTION if name == "operatorname" else ORDINARY)

    def _raw_group(self) -> str:
        """The source between braces."""
        self._skip_space()
        depth, start = 0, self.place
        while self.place < len(self.tokens):
            depth += {"{": 1, "}": -1}.get(self._take(), 0)
            if not depth:
                break
        return "".join(self.tokens[start + 1 : self.place - 1])

    def _fence_sign(self) -> str:
        self._skip_space()
        token = self._take()
        return table.SIGNS[token[1:]][0] if token.startswith("\\") and token[1:] in table.SIGNS else token

    def _fenced(self, size: float) -> Atom:
        left = self._fence_sign()
        body = self.row(size, ("\\right",))
        self._take()
        return Atom(shapes.fenced(left, body, self._fence_sign(), size), CLOSE)

    def _matrix(self, size: float) -> Atom:
        kind = self._raw_group()
        rows: list[list[Box]] = [[]]
        while self.place < len(self.tokens):
            rows[-1].append(self.row(size, ("&", "\\\\", "\\end")))
            end = self._take()
            if end == "\\\\":
                rows.append([])
            elif end == "\\end":
                self._raw_group()
                break
        rows = [entries for entries in rows if any(box is not EMPTY and box.width for box in entries)] or [[EMPTY]]
        left, right = MATRICES.get(kind, (".", "."))
        return Atom(shapes.fenced(left, shapes.grid(rows, size), right, size))


def _spaced(atoms: Sequence[Atom], size: float, tight: float) -> Box:
    """The atoms with the spaces that their kinds ask for, `tight` of them.

    A sign without a left operand is no operation: it stands close.
    """
    boxes, before = list[Box](), ""
    for i, atom in enumerate(atoms):
        kind = atom.kind
        following = atoms[i + 1].kind if i + 1 < len(atoms) else ""
        if kind == BINARY and before in ("", BINARY, RELATION, OPEN, COMMA, FUNCTION, LARGE, "space"):
            kind = ORDINARY
        gap = GAPS.get(kind, 0.0) * size * tight
        boxes += [space(gap), atom.box, space(gap)]
        if following and following not in ("space", CLOSE):
            boxes.append(space(_after(kind, following) * size * tight))
        before = kind
    return row(boxes)


def _after(kind: str, following: str) -> float:
    """The space between two neighbours, beyond what operators bring themselves."""
    if kind == COMMA:
        return AFTER_COMMA
    if kind in (FUNCTION, LARGE):
        return 0.0 if following in (OPEN, BINARY, RELATION, COMMA) else AFTER_FUNCTION
    if following in (FUNCTION, LARGE) and kind in (ORDINARY, CLOSE):
        return AFTER_FUNCTION
    return BETWEEN if kind == ORDINARY and following == ORDINARY else 0.0
