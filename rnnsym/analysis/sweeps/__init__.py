"""Sweeps: the same measures on many networks, over a grid of settings and several seeds."""

from rnnsym.analysis.sweeps.grid import Sweep
from rnnsym.analysis.sweeps.measures import MEASURES
from rnnsym.analysis.sweeps.point import Probe
from rnnsym.analysis.sweeps.table import Table

__all__ = ["MEASURES", "Probe", "Sweep", "Table"]
