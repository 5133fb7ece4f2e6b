"""A form as a file, by the ending of its name."""

import json
from collections.abc import Callable, Mapping

from rnnsym.errors import InputError
from rnnsym_tui.model.derive.reading import Reading, Study
from rnnsym_tui.model.derive.script import Script

Write = Callable[[Reading, Study, Script], str]

WRITERS: Mapping[str, Write] = {
    ".tex": lambda reading, study, script: reading.view.latex(script.notation),
    ".md": lambda reading, study, script: reading.view.markdown(script.notation),
    ".py": lambda reading, study, script: study.derivation.numpy_source(),
    ".txt": lambda reading, study, script: reading.view.pretty(script.glyphs.ascii, script.notation, "chain"),
    ".json": lambda reading, study, script: _json(reading.view.to_dict(script.notation)),
}
SUFFIXES = tuple(WRITERS)


def document(suffix: str, reading: Reading, study: Study, script: Script) -> str:
    """The form in the format that the suffix names. Raises InputError for a suffix that names none."""
    if suffix not in WRITERS:
        raise InputError(f"'{suffix or 'no ending'}' is no format here: end the name in {', '.join(SUFFIXES)}.")
    return WRITERS[suffix](reading, study, script)


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
