"""For tests of one's own: an assertion on gradients, and Hypothesis strategies for cells, parameters and sequences.

from hypothesis import given

@given(rs.testing.cells())
def test_every_cell(cell):
    rs.testing.assert_gradients_match(cell, examples=5)
"""

from typing import Any

from rnnsym.checks.gradients import check_gradients
from rnnsym.checks.report import Report
from rnnsym.checks.strategies import params, sequences
from rnnsym.testing.strategies import cells

__all__ = ["assert_gradients_match", "cells", "params", "sequences"]


def assert_gradients_match(what: Any, *args: Any, **options: Any) -> Report:
    """`check_gradients` with the same arguments, as an assertion; returns the report.

    Raises AssertionError with the report as its text unless every block is right: a block that no case could decide
    is no pass either.
    """
    __tracebackhide__ = True
    report = check_gradients(what, *args, **options)
    if not report.ok:
        raise AssertionError(str(report))
    return report
