"""What a page must say once about its notation, so that a reader can check every line with numbers."""

from collections.abc import Iterable, Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, Name, Role
from rnnsym.notation.orientation import is_stored_transposed
from rnnsym.notation.profile import Notation
from rnnsym.notation.prose import Words
from rnnsym.notation.spelling import take_apart
from rnnsym.ops.leaves import leaf

LISTED = 3


def conventions(notation: Notation, names: Iterable[Name] = ()) -> Words:
    """The sentences behind the adjoint of v: what it is, how vectors stand, which of `names` are stored transposed."""
    what = "" if notation.adjoint == "partial" else "∂L/∂v, "
    times = notation.operators["hadamard"].signs["text"].strip()
    way = "rows" if notation.orientation == "row" else "columns"
    said = f"{what}the error at v, in the shape of v. Vectors are {way}; {times} multiplies entry by entry."
    return (said, *_stored(notation, [name for name in names if name.role == Role.PARAM]))


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
