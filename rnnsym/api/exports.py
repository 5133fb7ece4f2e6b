"""What a page becomes in other programs: LaTeX, Markdown, a picture, plain data, and a notebook's cell."""

from collections.abc import Collection
from typing import Any

from rnnsym.api.export import data, latex_page, latex_rows, markdown_page
from rnnsym.api.export_tex import latex_document
from rnnsym.api.page import Page
from rnnsym.api.presentation import Detail
from rnnsym.api.svg import line_svg, page_svg
from rnnsym.notation import Notation


class Exports:
    """A subclass says which page."""

    def _page(self, notation: str | Notation | None) -> Page:
        raise NotImplementedError

    def latex(self, notation: str | Notation | None = None, *, document: bool = False, detail: Detail = "steps") -> str:
        """The lines as one `align*` environment (package amsmath); with `document`, a whole file, of any detail."""
        page = self._page(notation)
        return latex_document(page, detail) if document else latex_page(page)

    def markdown(self, notation: str | Notation | None = None) -> str:
        """The page as Markdown, with formulas between double dollar signs."""
        return markdown_page(self._page(notation))

    def svg(
        self,
        notation: str | Notation | None = None,
        *,
        line: int | None = None,
        theme: str = "light",
        detail: Detail = "steps",
    ) -> str:
        """The page as a picture, or one `line` of it by its number. theme: "light" or "dark". detail: as in `pretty`.

        Raises UnknownNameError for an unknown theme or detail, InputError for a line that does not exist.
        """
        page = self._page(notation)
        return page_svg(page, theme, detail) if line is None else line_svg(page, line, theme)

    def to_dict(self, notation: str | Notation | None = None) -> dict[str, Any]:
        """The page as plain data for JSON, with a `schema_version`: parameters with shapes, and every line."""
        return data(self._page(notation))

    def _repr_latex_(self) -> str:
        return latex_rows(self._page(None))

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Every form that a notebook may show, but for those that it asks to leave out."""
        makers = {"text/plain": self.__str__, "text/latex": self._repr_latex_, "text/markdown": self._repr_markdown_}
        return {
            kind: make()
            for kind, make in makers.items()
            if (not include or kind in include) and kind not in (exclude or ())
        }
