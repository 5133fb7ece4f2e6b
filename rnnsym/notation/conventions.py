"""What a page must say once about its notation, so that a reader can check every line with numbers."""

from collections.abc import Iterable, Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, Name, Role
from rnnsym.notation.orientation import is_stored_transposed
from rnnsym.notation.profile import Notation
from rnnsym.notation.prose import Words
from rnnsym.notation.spelling import letters_of, take_apart
from rnnsym.ops.leaves import leaf

LISTED = 3
ANY = "v"


def conventions(notation: Notation, names: Iterable[Name] = ()) -> Words:
    """The sentences behind the adjoint of v: what it is, how vectors stand, which of `names` are stored transposed."""
    what = "" if notation.adjoint == "partial" else "∂L/∂v, "
    times = notation.operators["hadamard"].signs["text"].strip()
    way = "rows" if notation.orientation == "row" else "columns"
    said = f"{what}the error at v, in the shape of v. Vectors are {way}; {times} multiplies entry by entry."
    return (said, *_stored(notation, [name for name in names if name.role == Role.PARAM]))


def marks(notation: Notation, names: Iterable[Name]) -> list[Words]:
    """What the marks in the place of the paths of `names` mean: `v⁽¹⁾ in layer 1`, `v→ forward in time`."""
    words = {word for name in names for word in name.path}
    found: list[Words] = []
    for key, spelt in notation.paths.items():
        numbers = sorted(word.removeprefix(key) for word in words if letters_of(word) == key)
        ends = sorted(numbers, key=len)[:1] + sorted(numbers, key=len)[-1:] if len(numbers) > 1 else numbers
        between = " and " if len(numbers) == len(ends) else " to "
        if ends:
            said: list[str | Expr] = []
            for number in ends:
                said += [*([between] if said else []), leaf(Name(Role.VARIABLE, ANY, (key + number,)), FREE, ())]
            found.append((*said, f" {spelt['said']}".replace("{}", between.join(ends))))
    return found


def _stored(notation: Notation, params: Sequence[Name]) -> Words:
    """`Stored as (in, out): W and U.`; in a large network by the letters alone."""
    found = [name for name in params if is_stored_transposed(name, notation)]
    if not found:
        return ()
    if len(found) > LISTED and notation.transposed >= notation.weights:
        return (" Weights are stored as (in, out).",)
    if len(found) > LISTED:
        found = [Name(Role.PARAM, base) for base in dict.fromkeys(take_apart(name).base for name in found)]
        return (" Stored as (in, out): every ", *_listed(found, " and every "), ".")
    return (" Stored as (in, out): ", *_listed(found, " and "), ".")


def _listed(names: Sequence[Name], last: str) -> Words:
    words: list[str | Expr] = []
    for i, name in enumerate(names):
        words += ["" if not i else last if i == len(names) - 1 else ", ", leaf(name, FREE, ())]
    return tuple(words)
