"""The layout tree of a formula: what to set, not how. `rnnsym.notation` lowers it to text, ASCII and LaTeX.

Glyphs and precedences are data of the notation profile; no primitive knows a character of output.
"""

from dataclasses import dataclass

from rnnsym.core.names import Name, TimeMap


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named quantity at a time; `index` is the letter that stands for the step."""

    name: Name
    time: TimeMap
    index: str = "t"


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Word:
    """A glyph of the profile, by its key: `zero`, `identity`, …; or a plain text such as a dimension."""

    key: str


@dataclass(frozen=True, slots=True)
class Infix:
    """`items` joined by the operator `op`, a key of the profile's operators. In a sum, a `Negated` item is a minus."""

    op: str
    items: tuple["MathTree", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    body: "MathTree"


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied: `tanh(a)`. `function` is a key of the profile's functions."""

    function: str
    args: tuple["MathTree", ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    top: "MathTree"
    bottom: "MathTree"


@dataclass(frozen=True, slots=True)
class Superscript:
    """`base` with everything above it in one place: a power, a transpose. (Two superscripts are a LaTeX error.)"""

    base: "MathTree"
    script: "MathTree"


@dataclass(frozen=True, slots=True)
class Subscript:
    """An entry or a part of `base`: `y[3]`."""

    base: "MathTree"
    script: "MathTree"


@dataclass(frozen=True, slots=True)
class Norm:
    """‖body‖²."""

    body: "MathTree"


@dataclass(frozen=True, slots=True)
class Indicator:
    """1[condition]: one where it holds, else zero."""

    condition: "MathTree"


@dataclass(frozen=True, slots=True)
class BigSum:
    """Σ over `index` of the body; `lower` and `upper` may be None."""

    body: "MathTree"
    index: str = "t"
    lower: str | None = None
    upper: str | None = None


@dataclass(frozen=True, slots=True)
class BigProduct:
    """∏ over `index` of the body, which are matrices: the factor of `upper` stands on the left."""

    body: "MathTree"
    index: str
    lower: str
    upper: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of entries between square brackets."""

    rows: tuple[tuple["MathTree", ...], ...]


@dataclass(frozen=True, slots=True)
class Bracket:
    """A list in square brackets: `[h, x]`."""

    items: tuple["MathTree", ...]


@dataclass(frozen=True, slots=True)
class Round:
    """Round brackets that say in which order a product is taken: `(A B) x`."""

    body: "MathTree"


MathTree = (
    Symbol | Number | Word | Infix | Negated | Call | Fraction | Superscript | Subscript | Norm | Indicator
    | BigSum | BigProduct | Matrix | Bracket | Round
)  # fmt: skip
