"""Gradients checked against complex step on random cases, with the smallest counterexample."""

from rnnsym.checks.gradients import check_gradients
from rnnsym.checks.report import Report
from rnnsym.checks.verdicts import Verdict

__all__ = ["Report", "Verdict", "check_gradients"]
