"""argparse with our errors: one sentence, the nearest name, no usage dump."""

import argparse
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from rnnsym.errors import InputError


class Parser(argparse.ArgumentParser):
    """The parser of one command. Unknown options suggest the nearest; -1e-3 and -1,0 are values, not options."""

    def __init__(self, prog: str, about: str) -> None:
        super().__init__(
            prog=prog,
            description=f"{about[0].upper()}{about[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        # The pattern of Python 3.14; older ones know only -1 and -.5 as negative numbers.
        self._negative_number_matcher: Any = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see `{self.prog} --help`.")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace | None:
        """The arguments; None where only help was asked for. Raises InputError."""
        try:
            args, extra = self.parse_known_args(arguments)
        except SystemExit:
            return None
        if extra:
            self.error(self._not_understood(extra[0]))
        return args

    def _not_understood(self, word: str) -> str:
        option = word.partition("=")[0]
        if not option.startswith("-"):
            return f"'{word}' is one argument too many"
        near = get_close_matches(option, self._option_string_actions, n=1, cutoff=0.5)
        return f"unknown option '{option}'" + (f" (did you mean '{near[0]}'?)" if near else "")
