"""What a page must say once about its notation, so that a reader can check every line with numbers."""

from collections.abc import Iterable

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.core.names import FREE, Name, Role
from rnnsym.notation.orientation import is_stored_transposed
from rnnsym.notation.profile import Notation
from rnnsym.notation.prose import Words
from rnnsym.ops.leaves import leaf


def conventions(notation: Notation, names: Iterable[Name] = ()) -> Words:
    """The sentence behind the adjoint of v: what it is, how vectors stand, which of `names` are transposed."""
    what = "" if notation.adjoint == "partial" else "∂L/∂v, "
    times = notation.operators["hadamard"].signs["text"].strip()
    way = "rows" if notation.orientation == "row" else "columns"
    said: list[str | Expr | MathTree] = [
        f"{what}the error at v, in the shape of v. Vectors are {way}; {times} multiplies entry by entry."
    ]
    weights = [name for name in names if name.role == Role.PARAM and is_stored_transposed(name, notation)]
    for i, name in enumerate(weights):
        said += ["" if not i else " and " if i == len(weights) - 1 else ", ", leaf(name, FREE, ())]
    if weights:
        said.insert(1, " Stored as (in, out): ")
        said.append(".")
    return tuple(said)
