"""The cells: each is its equations and nothing else."""

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import Elman
from rnnsym.cells.gru import GRU
from rnnsym.cells.lstm import LSTM
from rnnsym.cells.registry import get

__all__ = ["GRU", "LSTM", "Cell", "Elman", "get"]
