"""The formats of `rnnsym derive`: what each writes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from rnnsym.cli.terminal import shows_unicode

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation
    from rnnsym.api.forms import FormView
    from rnnsym.api.presentation import Detail


class Request(NamedTuple):
    """A derivation, the form of it to write, and how much to say."""

    derivation: "Derivation"
    view: "FormView"
    level: "Detail"


def _json(request: Request) -> str:
    import json

    return json.dumps(request.view.to_dict(), indent=2, ensure_ascii=not shows_unicode())


FORMATS: dict[str, Callable[[Request], str]] = {
    "text": lambda request: request.view.pretty(detail=request.level),
    "ascii": lambda request: request.view.pretty(ascii=True, detail=request.level),
    "latex": lambda request: request.view.latex(),
    "markdown": lambda request: request.view.markdown(),
    "numpy": lambda request: request.derivation.numpy_source(),
    "json": _json,
}
