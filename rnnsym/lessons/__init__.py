"""Lessons: pages of prose whose formulas are derived and whose numbers are computed when the page is shown.

`lessons.names()` lists them; `lessons.load("bptt").text(1)` is the first page as plain text.
"""

from rnnsym.lessons.lesson import Lesson, load, names
from rnnsym.lessons.style import Style

__all__ = ["Lesson", "Style", "load", "names"]
