"""NumPy as one writes it by hand for one cell: see benchmarks/by_hand."""

import importlib
from functools import partial

from works import Case, Data

from peers import Prepared, UnavailableError


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    try:
        module = importlib.import_module(f"by_hand.{case.work}")
    except ModuleNotFoundError as error:
        raise UnavailableError(f"there is no benchmarks/by_hand/{case.work}.py") from error
    return Prepared(partial(module.prepare(data.params, data.x, data.targets), data.params), tuple)
