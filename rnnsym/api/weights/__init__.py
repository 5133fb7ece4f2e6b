"""Weights from files: what PyTorch saved, or arrays by the labels of a network. No pickle is ever loaded."""

from rnnsym.api.weights.loading import load_weights

__all__ = ["load_weights"]
