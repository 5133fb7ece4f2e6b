"""No two quantities may be spelt alike: in no style, at no step."""

from collections.abc import Iterable, Iterator

from rnnsym.core.names import END, FREE, NOW, START, Fixed, Name, Offset, Role, TimeMap
from rnnsym.errors import InputError
from rnnsym.notation.profile import STYLES, Notation, Style
from rnnsym.notation.spelling import When
from rnnsym.notation.symbols import symbol

TIMELESS = frozenset({Role.PARAM, Role.GRADIENT, Role.TOTAL, Role.COUNT, Role.VARIABLE, Role.INITIAL})
TIMES: tuple[TimeMap, ...] = (NOW, Offset(-1), Offset(1), Fixed(START.lo), Fixed(END.lo))
DESCRIBED = {Role.ADJOINT: "the adjoint of ", Role.GRADIENT: "the gradient of ", Role.SEED: "the slope at "}
WORDS = {"text": "", "ascii": " in ASCII", "latex": " in LaTeX"}


def check(notation: Notation, names: Iterable[Name]) -> None:
    """Raises InputError where two of `names` are spelt alike in `notation`, or one like a function or the identity.

    The message names both, and the spelling.
    """
    every = list(dict.fromkeys(names))
    for style in STYLES:
        taken = dict(_reserved(notation, style))
        for name in every:
            for key, spelling in _spellings(name, notation, style):
                other = taken.setdefault(spelling, (key, described(name)))
                if other[0] != key:
                    raise InputError(
                        f"the notation {notation.name} spells {other[1]} and {described(name)} alike, as "
                        f"{spelling}{WORDS[style]}: choose another notation, or rename one of them in the cell or "
                        "under [symbols] in a notation file of your own."
                    )


def _reserved(notation: Notation, style: Style) -> Iterator[tuple[str, tuple[object, str]]]:
    """What formulas write besides quantities."""
    yield notation.glyphs[style]["identity"], (None, "the identity matrix")
    for function, signs in notation.functions.items():
        yield signs.get(style, function), (None, f"the function {function}")


def described(name: Name) -> str:
    """`'h'`, `the adjoint of 'h'`, `the Jacobian of 'h'`: a name in an error."""
    if name.of:
        return f"the {name.role} of {' in '.join(described(part) for part in name.of)}"
    return f"{DESCRIBED.get(name.role, '')}'{name.label}'"


def _spellings(name: Name, notation: Notation, style: Style) -> Iterator[tuple[object, str]]:
    """Every spelling of a name with what it stands for. An initial value is the quantity itself at step 0."""
    quantity = _quantity(name)
    for time in (FREE,) if _untimed(name) else TIMES:
        key = (quantity, time if quantity == name else Fixed(START.lo))
        yield key, symbol(name, time, notation, style, When()).text.replace(" ", "")


def _quantity(name: Name) -> Name:
    """The name itself; for an initial value, and for its tangent, the quantity whose value it is."""
    if name.role == Role.INITIAL:
        return name.as_role(Role.CARRY)
    return name._replace(of=tuple(_quantity(part) for part in name.of)) if name.role == Role.TANGENT else name


def _untimed(name: Name) -> bool:
    if name.role == Role.TANGENT:
        return _untimed(name.of[0])
    return name.role in TIMELESS
