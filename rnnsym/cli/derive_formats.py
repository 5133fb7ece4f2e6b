"""The formats of `rnnsym derive`: what each writes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from rnnsym.cli.terminal import shows_unicode
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation
    from rnnsym.api.forms import FormView
    from rnnsym.api.presentation import Detail, Layout
    from rnnsym.api.rosetta import Rosetta


class Request(NamedTuple):
    """A derivation, the form of it to write, and how: see the options of the command."""

    derivation: "Derivation"
    view: "FormView"
    level: "Detail"
    layout: "Layout"
    rosetta: list[str] | None
    sizes: dict[str, int]
    steps: int | None
    labels: list[int] | None

    @property
    def table(self) -> "Rosetta | None":
        """The form in several notations side by side, where that was asked for."""
        from rnnsym.api.rosetta import rosetta

        if self.rosetta is None:
            return None
        return rosetta(self.view, self.rosetta) if self.rosetta else rosetta(self.view)


def _text(request: Request, ascii: bool = False) -> str:
    if (table := request.table) is not None:
        return table.pretty(ascii)
    return request.view.pretty(ascii=ascii, detail=request.level, layout=request.layout)


def _latex(request: Request) -> str:
    return request.view.latex() if (table := request.table) is None else table.latex()


def _markdown(request: Request) -> str:
    return request.view.markdown() if (table := request.table) is None else table.markdown()


def _json(request: Request) -> str:
    import json

    _refuse_table(request, "json")
    return json.dumps(request.view.to_dict(), indent=2, ensure_ascii=not shows_unicode())


def _tex(request: Request) -> str:
    _refuse_table(request, "tex")
    return request.view.latex(document=True, detail=request.level)


def _svg(request: Request) -> str:
    _refuse_table(request, "svg")
    return request.view.svg(detail=request.level)


def _numpy(request: Request) -> str:
    _refuse_table(request, "numpy")
    return request.derivation.standalone()


def _sympy(request: Request) -> str:
    _refuse_table(request, "sympy")
    sizes = dict(request.sizes)
    hidden, inputs, outputs = (sizes.pop(name, 2) for name in ("H", "X", "C"))
    scalars = request.derivation.scalars(
        hidden, request.steps or 3, inputs=inputs, outputs=outputs, sizes=sizes, targets=request.labels
    )
    return scalars.script()


def _refuse_table(request: Request, form: str) -> None:
    if request.rosetta is not None:
        raise InputError(f"--rosetta is a table: it goes into text, ascii, latex or markdown, not into {form}.")


FORMATS: dict[str, Callable[[Request], str]] = {
    "text": _text,
    "ascii": lambda request: _text(request, ascii=True),
    "latex": _latex,
    "tex": _tex,
    "markdown": _markdown,
    "svg": _svg,
    "numpy": _numpy,
    "sympy": _sympy,
    "json": _json,
}
