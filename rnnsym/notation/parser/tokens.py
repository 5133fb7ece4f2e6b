"""From the characters of a formula to tokens: the longest spelling that fits is taken."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NamedTuple
from unicodedata import combining, decomposition, numeric

from rnnsym.core.names import FREE, Fixed, Offset, Point, TimeMap
from rnnsym.errors import FormulaError
from rnnsym.notation.parser.lexicon import Lexicon, canonical
from rnnsym.notation.parser.scope import Known
from rnnsym.notation.profile import Notation

LONGEST_FORMULA = 20_000
LONGEST_WORD, SUGGESTED = 60, 12
NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![0-9])")
WORD = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
INDEX = re.compile(r"\[\s*([tT]?)\s*(?:([-+−])\s*)?([0-9]{0,5})\s*\]|_\{?\(?([tT0-9])\)?\}?(?!\w)")
BINDER = re.compile(
    r"_?(?P<plain>[a-z])(?![\w])|ₜ|_\{?t\}?|"
    r"(?:_?[\[({])\s*(?P<index>[a-z])\s*=\s*(?P<lower>[^\s\].…]+)\s*(?:\.\.\.?|…)\s*(?P<upper>[^\s\])}]+)\s*[\])}]"
)
RAISED = "<super>"
SUPERSCRIPT_T = ("ᵀ", "^T", "^⊤", "⊤", "^{T}", ".T")
SIGNS: Mapping[str, tuple[str, ...]] = {
    "plus": ("+",), "minus": ("-", "−"), "times": ("*", "⊙", "∘", "×"), "join": ("@", "·", "⋅"), "kron": ("⊗",),
    "over": ("/", "÷"), "power": ("^", "**"), "equals": ("=",), "comma": (",",), "semicolon": (";",), "colon": (":",),
    "(": ("(",), ")": (")",), "[": ("[",), "]": ("]",), "{": ("{",), "}": ("}",), "bar": ("|",),
    "norm": ("‖", "||"), "indicator": ("1[", "𝟙["), "root": ("√",), ">": (">",), "<": ("<",), "<=": ("≤", "<="),
    ">=": ("≥", ">="), "transpose": SUPERSCRIPT_T, "infinity": ("∞",),
}  # fmt: skip
"""What is understood in every profile, beside the profile's own signs."""


class Token(NamedTuple):
    """`kind` is a key of SIGNS, or number, quantity, count, function, raised, sum, product, identity, end."""

    kind: str
    value: Any
    start: int
    end: int


@dataclass(frozen=True)
class Vocabulary:
    """The signs and function names of a notation, in text and ASCII, by their spelling."""

    notation: Notation
    functions: frozenset[str]
    spelt: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    @cached_property
    def table(self) -> Mapping[str, tuple[str, Any]]:
        """From each spelling to the kind and the value of its token."""
        table: dict[str, tuple[str, Any]] = {}
        for style in ("text", "ascii"):
            table.update(_operators(self.notation, style))
            table.update(_glyphs(self.notation, style))
            for key, spelt in self.notation.functions.items():
                if style in spelt and key in self.functions:
                    table.setdefault(spelt[style], ("function", key))
        for kind, spellings in SIGNS.items():
            for spelling in spellings:
                table.setdefault(spelling, (kind, spelling))
        for name in self.functions:
            table.setdefault(name, ("function", name))
        return table

    @cached_property
    def binders(self) -> Mapping[str, str]:
        """The signs of Σ and ∏, and which of the two they are."""
        glyphs = [self.notation.glyphs[style] for style in ("text", "ascii")]
        signs = {table[kind]: kind for kind in ("sum", "product") for table in glyphs}
        return {**signs, "Σ": "sum", "∑": "sum", "∏": "product", "Π": "product"}

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.table))

    @cached_property
    def raised(self) -> Mapping[str, str]:
        return {script: plain for plain, script in self.notation.superscripts.items()}


KINDS = {"hadamard": "times", "matmul": "join", "dot": "join", "scale": "join", "kron": "kron", "greater": ">",
         "at_most": "<="}  # fmt: skip


def _operators(notation: Notation, style: str) -> dict[str, tuple[str, Any]]:
    signs: dict[str, tuple[str, Any]] = {}
    for key, kind in KINDS.items():
        sign = notation.operators[key].signs[style].strip()
        if sign:
            signs.setdefault(sign, (kind, sign))
    return signs


def _glyphs(notation: Notation, style: str) -> dict[str, tuple[str, Any]]:
    glyphs, pairs = notation.glyphs[style], notation.pairs[style]
    signs: dict[str, tuple[str, Any]] = {
        glyphs[key]: (key, None) for key in ("minus", "transpose", "identity", "infinity", "nan")
    }
    signs[pairs["norm"][0]] = ("norm", None)
    signs[pairs["norm"][1]] = ("end of norm", None)
    signs[pairs["indicator"][0]] = ("indicator", None)
    return signs


def tokens(text: str, lexicon: Lexicon, vocabulary: Vocabulary, dims: frozenset[str]) -> list[Token]:
    """The tokens of a formula, with one of kind "end" behind them. Raises FormulaError for what has no meaning."""
    if len(text) > LONGEST_FORMULA:
        raise FormulaError(
            "", 0, f"a formula of {len(text)} characters is too long: at most {LONGEST_FORMULA} are read."
        )
    return list(_Reader(text, lexicon, vocabulary, dims).run())


class _Reader:
    def __init__(self, text: str, lexicon: Lexicon, vocabulary: Vocabulary, dims: frozenset[str]) -> None:
        self.text, self.lexicon, self.vocabulary, self.dims = text, lexicon, vocabulary, dims

    def run(self) -> Iterator[Token]:
        place = 0
        while place < len(self.text):
            if self.text[place].isspace():
                place += 1
                continue
            token = self._next(place)
            place = token.end
            yield token
        yield Token("end", None, len(self.text), len(self.text))

    def _next(self, at: int) -> Token:
        """The longest of a quantity, a sign or function of the profile, and a number."""
        if (binder := self._binder(at)) is not None:
            return binder
        quantity = self._quantity(at)
        sign = self._longest(at, self.vocabulary.table, self.vocabulary.longest)
        if quantity is not None and (sign is None or self._is_quantity(quantity, sign)):
            return quantity
        found = [token for token in (self._number(at), sign, self._raised(at), self._typed(at)) if token is not None]
        if found:
            return max(found, key=lambda token: token.end)
        raise self._unknown(at)

    def _is_quantity(self, quantity: Token, sign: Token) -> bool:
        """Where a quantity and a function are spelt alike, an opening bracket right behind it means the function."""
        if quantity.end != sign.end:
            return quantity.end > sign.end
        return sign.kind != "function" or not self.text.startswith("(", sign.end)

    def _longest(self, at: int, table: Mapping[str, tuple[str, Any]], longest: int) -> Token | None:
        for end in range(min(at + longest, len(self.text)), at, -1):
            found = table.get(self.text[at:end])
            if found is not None and (self._complete(end) or not _in_word(self.text[end - 1])):
                return Token(*found, at, end)
        return None

    def _complete(self, end: int) -> bool:
        """Whether a spelling may end here: not in the middle of a word, nor before an accent on its last letter."""
        if end >= len(self.text):
            return True
        following = self.text[end]
        if combining(following):
            return False
        return not (_in_word(self.text[end - 1]) and _in_word(following)) or decomposition(following).startswith(RAISED)

    def _quantity(self, at: int) -> Token | None:
        if self.text[at] not in self.lexicon.starts:
            return None
        for end in range(min(at + self.lexicon.longest, len(self.text)), at, -1):
            if self.text[at:end] in self.lexicon.spelt and self._complete(end):
                return Token("quantity", self.lexicon.quantity(self.text[at:end]), at, end)
        return None

    def _binder(self, at: int) -> Token | None:
        """Σ or ∏ with what it runs over: `Σₜ`, `sum_t`, `∏[j=k+1…t]`; the value is (index, lower, upper)."""
        for spelling, kind in self.vocabulary.binders.items():
            if self.text.startswith(spelling, at) and (match := BINDER.match(self.text, at + len(spelling))):
                return Token(
                    kind, (match["index"] or match["plain"] or "t", match["lower"], match["upper"]), at, match.end()
                )
        return None

    def _number(self, at: int) -> Token | None:
        match = NUMBER.match(self.text, at)
        if match is None:
            glyph = self.text[at]
            fraction = numeric(glyph, None) if not glyph.isdigit() else None
            return None if fraction is None or glyph.isalpha() else Token("number", fraction, at, at + 1)
        value, end = float(match[0]), match.end()
        return self._power_of_ten(value, at, end) or Token("number", value, at, end)

    def _power_of_ten(self, value: float, at: int, end: int) -> Token | None:
        """`10⁻⁸`, and `2.5 · 10⁻⁸`, which are one number."""
        raised, digits = "".join(map(re.escape, self.vocabulary.raised)), self.text[at:end]
        if raised and (match := re.compile(rf"(?:\s*[·⋅×*]\s*10)?([{raised}]+)").match(self.text, end)):
            exponent = "".join(self.vocabulary.raised[c] for c in match[1])
            whole = digits == "10" if match[0] == match[1] else True
            if whole and re.fullmatch(r"-?[0-9]{1,3}", exponent):
                text = f"1e{exponent}" if match[0] == match[1] else f"{digits}e{exponent}"
                return Token("number", float(text), at, match.end())
        return None

    def _raised(self, at: int) -> Token | None:
        """A run of superscripts: `²`, `⁻¹`."""
        end = at
        while end < len(self.text) and self.text[end] in self.vocabulary.raised:
            end += 1
        exponent = "".join(self.vocabulary.raised[c] for c in self.text[at:end])
        if not re.fullmatch(r"-?[0-9.]{1,9}", exponent):
            return None
        return Token("raised", float(exponent), at, end)

    def _typed(self, at: int) -> Token | None:
        """A name by its label with a step behind it, a dimension, or a dot between vectors."""
        if not self.text[at].isalpha() and self.text[at] not in self.lexicon.starts:
            return None
        for end in range(min(at + self.lexicon.longest, len(self.text)), at, -1):
            known = self.lexicon.labels.get(self.text[at:end])
            if known is not None and (token := self._timed(known, at, end)) is not None:
                return token
        match = WORD.match(self.text, at)
        if match is not None and match[0] in self.dims:
            return Token("count", match[0], at, match.end())
        return Token("step", None, at, match.end()) if match is not None and match[0] == "t" else None

    def _timed(self, known: Known, at: int, end: int) -> Token | None:
        index = INDEX.match(self.text, end) if known.timed else None
        if index is not None and (time := _time(index)) is not None:
            return Token("quantity", canonical(known, time, self.vocabulary.notation), at, index.end())
        if not self._complete(end) or self.text.startswith("_", end):
            return None
        if known.timed and not known.free:
            label = self.text[at:end]
            raise FormulaError(self.text, at, f"'{label}' has a value at every step: write {label}[t] or {label}[t-1].")
        return Token("quantity", canonical(known, FREE, self.vocabulary.notation), at, end)

    def _unknown(self, at: int) -> FormulaError:
        match = WORD.match(self.text, at)
        if match is None:
            character = self.text[at]
            shown = f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
            return FormulaError(self.text, at, f"the character {shown} has no meaning in a formula.")
        word = match[0][:LONGEST_WORD]
        names = [*self.lexicon.names(), *self.vocabulary.functions, *self.dims]
        near = get_close_matches(word, names, n=1, cutoff=0.6) or [n for n in names if n.lower() == word.lower()]
        listed = ", ".join(names[:SUGGESTED]) + ("…" if len(names) > SUGGESTED else ".")
        hint = f"did you mean '{near[0]}'?" if near else f"known: {listed}"
        return FormulaError(self.text, at, f"unknown name '{word}': {hint}")


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _time(index: re.Match[str]) -> TimeMap | None:
    """The time that `[t-1]`, `[T]`, `[3]` or `_t` says; None for what is no time."""
    if index[4]:
        if index[4] == "t":
            return Offset(0)
        return Fixed(Point(1, 0) if index[4] == "T" else Point(0, int(index[4])))
    letter, sign, digits = index[1], index[2], index[3]
    if bool(sign) != bool(digits) if letter else sign or not digits:
        return None
    count = int(digits or 0) * (-1 if sign in ("-", "−") else 1)
    if letter == "t":
        return Offset(count)
    return Fixed(Point(1, count)) if letter == "T" else Fixed(Point(0, count))
