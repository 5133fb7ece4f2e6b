"""The cells: each is its equations and nothing else."""

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import IRNN, Elman, Fused, Linear, OutputFeedback
from rnnsym.cells.gru import GRU
from rnnsym.cells.jordan import Jordan
from rnnsym.cells.lstm import LSTM
from rnnsym.cells.mgu import MGU
from rnnsym.cells.registry import catalogue, get, listing
from rnnsym.cells.state_machine import Parentheses, StateMachine

__all__ = [
    "GRU", "IRNN", "LSTM", "MGU", "Cell", "Elman", "Fused", "Jordan", "Linear", "OutputFeedback", "Parentheses",
    "StateMachine", "catalogue", "get", "listing",
]  # fmt: skip
