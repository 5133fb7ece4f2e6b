"""Parameters stacked over the gates, as PyTorch and the yardstick store them, and back."""

import numpy as np
from works import GATES, Arrays


def stack(params: Arrays, work: str, letter: str, prefix: str = "") -> np.ndarray:
    """W, U or b of all gates below each other."""
    return np.concatenate([params[f"{prefix}{letter}{gate}"] for gate in GATES[work]])


def hidden_bias(params: Arrays, work: str, prefix: str = "") -> np.ndarray:
    """The second bias, of which rnnsym has only the part that is not the same as the first."""
    bias = np.zeros_like(stack(params, work, "b", prefix))
    if work == "gru":
        size = len(params["b_hn"])
        bias[-size:] = params["b_hn"]
    return bias


def unstack(work: str, prefix: str, W: np.ndarray, U: np.ndarray, b: np.ndarray, b_hidden: np.ndarray) -> Arrays:
    """Gradients of stacked parameters by the names of the gates."""
    size, grads = U.shape[1], {}
    for n, gate in enumerate(GATES[work]):
        rows = slice(n * size, (n + 1) * size)
        for letter, stacked in (("W", W), ("U", U), ("b", b)):
            grads[f"{prefix}{letter}{gate}"] = stacked[rows]
    if work == "gru":
        grads["b_hn"] = b_hidden[-size:]
    return grads
