"""A form as a file, by the ending of its name."""

import json
from collections.abc import Callable, Mapping

from rnnsym.api.derivation import Derivation
from rnnsym.api.forms import FormView
from rnnsym.api.page import page
from rnnsym.api.svg import page_svg
from rnnsym.engine.standalone import standalone
from rnnsym.errors import InputError
from rnnsym.wiring import TOTAL_LOSS
from rnnsym_tui.model.derive.rows import Level
from rnnsym_tui.model.derive.script import Script

Write = Callable[[FormView, Script, Level], str]

WRITERS: Mapping[str, Write] = {
    ".tex": lambda view, script, level: view.latex(script.notation),
    ".md": lambda view, script, level: view.markdown(script.notation),
    ".txt": lambda view, script, level: view.pretty(script.glyphs.ascii, script.notation, level),
    ".svg": lambda view, script, level: page_svg(page(view.title, view.form, script.notation), detail=level),
    ".json": lambda view, script, level: json.dumps(view.to_dict(script.notation), ensure_ascii=False, indent=2) + "\n",
}
PROGRAM = ".py"
SUFFIXES = (*WRITERS, PROGRAM)


def document(suffix: str, view: FormView, derivation: Derivation, script: Script, level: Level) -> str:
    """The form in the format that the suffix names; `.py` is the network's program, with a check of its gradients.

    Raises InputError for a suffix that names none.
    """
    if suffix == PROGRAM:
        return program(derivation)
    if suffix not in WRITERS:
        raise InputError(f"'{suffix or 'no ending'}' is no format here: end the name in {', '.join(SUFFIXES)}.")
    return WRITERS[suffix](view, script, level)


def program(derivation: Derivation) -> str:
    """The NumPy program with a check of its own; without the check where the network stops a gradient by design."""
    try:
        return standalone(derivation.system, TOTAL_LOSS, derivation.title)
    except InputError:
        return derivation.numpy_source()
