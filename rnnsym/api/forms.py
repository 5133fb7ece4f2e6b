"""A form of a derivation as users hold it: printed in a notation, exported, and run with numbers."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.api.export import data, latex_page, latex_rows, markdown_page, mime_bundle
from rnnsym.api.export_tex import latex_document
from rnnsym.api.network import Network
from rnnsym.api.page import Page, page
from rnnsym.api.presentation import Detail, Layout, text_page
from rnnsym.api.svg.page import line_svg, page_svg
from rnnsym.core.names import FREE, Name
from rnnsym.core.system import System
from rnnsym.derivation.equations import Line
from rnnsym.derivation.explicit.form import instantiate
from rnnsym.derivation.form import Form
from rnnsym.derivation.shares import Share
from rnnsym.engine.program import Function, Values, function
from rnnsym.errors import InputError
from rnnsym.notation import Notation
from rnnsym.ops.leaves import leaf


class Printed:
    """What everything that prints as a page can do; a subclass says which page."""

    def _page(self, notation: str | Notation | None) -> Page:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.pretty()

    def pretty(
        self,
        ascii: bool = False,
        notation: str | Notation | None = None,
        detail: Detail = "steps",
        layout: Layout = "auto",
    ) -> str:
        """A page of text, in Unicode or in ASCII only.

        detail: "results" (formulas alone), "steps" (with the rule and the lines used), "why" (with a sentence too), or
        "chain" (with every application of the chain rule). layout: "2d" (limits above and below, fractions, matrices),
        "line" (each formula on one line), "auto" (the first for double sums and matrices only).
        Raises UnknownNameError for an unknown detail, layout or notation.
        """
        return text_page(self._page(notation), "ascii" if ascii else "text", detail, layout)

    def latex(self, notation: str | Notation | None = None, document: bool = False, detail: Detail = "steps") -> str:
        """The lines as one `align*` environment (package amsmath), or a whole document that LaTeX compiles.

        `detail` is for the document, as in `pretty`.
        """
        shown = self._page(notation)
        return latex_document(shown, detail) if document else latex_page(shown)

    def svg(
        self,
        notation: str | Notation | None = None,
        theme: str = "light",
        detail: Detail = "steps",
        line: int | None = None,
    ) -> str:
        """The page as a picture, or one `line` of it by its number; themes are "light" and "dark".

        Raises UnknownNameError for a theme, InputError for a line that there is not.
        """
        shown = self._page(notation)
        return page_svg(shown, theme, detail) if line is None else line_svg(shown, line, theme)

    def markdown(self, notation: str | Notation | None = None) -> str:
        """The page as Markdown, with formulas between double dollar signs."""
        return markdown_page(self._page(notation))

    def to_dict(self, notation: str | Notation | None = None) -> dict[str, Any]:
        """The page as plain data for JSON, with a `schema_version`: parameters with shapes, and every line."""
        return data(self._page(notation))

    def _repr_latex_(self) -> str:
        return latex_rows(self._page(None))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return mime_bundle(self._page(None), self.pretty(), include, exclude)


class FormView(Printed):
    """One form of a derivation. `net` is the network that it can be run with, None for a cell alone."""

    def __init__(self, form: Form, title: str, notation: Notation, net: Network | None = None) -> None:
        self.form, self.title, self.notation, self.net = form, title, notation, net

    def __repr__(self) -> str:
        return f"<{self.form.title} of {self.title}: {len(self.lines)} lines>"

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.form.lines

    def shares(self, line: Line) -> tuple[Share, ...]:
        """Every application of the chain rule behind a line of the backward pass."""
        return self.form.shares(line)

    @property
    def system(self) -> System:
        """The equations of this form, with the forward ones."""
        return self.form.system

    def _page(self, notation: str | Notation | None) -> Page:
        return page(self.title, self.form, self.notation if notation is None else notation)

    def instantiate(self, steps: int) -> "FormView":
        """This form written out for T = `steps`. Raises InputError for T < 1, and where it gets too long."""
        return FormView(instantiate(self.form, steps), self.title, self.notation, self.net)

    def _check(self, given: Mapping[Name, Any]) -> None:
        """Raises InputError for a value that is missing, and for a batch."""
        system = self.system
        for name in system.given:
            if name not in given:
                missing = leaf(name, FREE, system.shape(name))
                raise InputError(
                    f"the {self.form.title} needs a value of {missing!r}: give it in more={{name: value}}, by its name "
                    "in view.system.given."
                )
            if np.ndim(given[name]) > len(system.shape(name)) + (name in system.timed_given):
                raise InputError(f"lines are run on one example: {name.label} must be without a batch axis.")

    @cached_property
    def _program(self) -> Function:
        return function(self.system, tuple(self.system.equations), self.form.title)

    def values(
        self,
        params: Mapping[str, Any],
        x: Any,
        targets: Any,
        carry: Mapping[str, Any] | None = None,
        more: Mapping[Name, Any] | None = None,
    ) -> Values:
        """Every line run with numbers, by name; arrays in time have T + 1 rows, row t is time t.

        Arguments as in `Network.run`, without a batch; `more` are values of names that only this form is given, such as
        the directions R{θ} of a Hessian-vector product. Raises InputError for the derivation of a cell alone, which has
        no numbers; for a batch; and where targets, or what the form is given, are missing.
        """
        if self.net is None:
            raise InputError("a cell alone has no loss to run: derive a network, rs.derive(rs.Network(cell, …)).")
        if targets is None:
            raise InputError("the lines of a form need targets: without them there is no loss.")
        given = self.net.given(params, x, targets, carry, None)
        steps = len(next(value for name, value in given.items() if name in self.system.timed_given)) - 1
        given.update({name: value(steps) for name, value in self.form.supplied.items()} | dict(more or {}))
        self._check(given)
        known = {**given, **self._program(given)}
        return {**known, **{name: np.asarray(compute(known)) for name, compute in self.form.computed.items()}}
