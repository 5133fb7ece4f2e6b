"""The forms in which a derivation can be written, by key: what each is called, what it asks for, and who builds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rnnsym.derivation.form import Form
from rnnsym.errors import unknown

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation


@dataclass(frozen=True)
class FormOptions:
    """`wrt`: the parameter of a form that is about one; `window`: K of truncated backpropagation; `per`: cut at the
    borders of a "chunk", or K steps before each "loss"."""

    wrt: str | None = None
    window: int = 3
    per: str = "chunk"


class FormChoice(NamedTuple):
    """A form: its key, what it is called, and whether it is about one parameter."""

    key: str
    title: str
    needs_parameter: bool
    build: Callable[["Derivation", FormOptions], Form]


FORMS = {
    choice.key: choice
    for choice in (
        FormChoice("recurrence", "backward recurrence", False, lambda derivation, options: derivation.form),
    )
}


def choice(key: str) -> FormChoice:
    """The form called `key`. Raises UnknownNameError."""
    if key not in FORMS:
        raise unknown("form", key, FORMS)
    return FORMS[key]
