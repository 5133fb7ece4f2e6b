"""Files of weights, and how they are refused."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import rnnsym as rs

H, X, C = 3, 2, 4
RNG = np.random.default_rng(3)


def module(gates=4, layers=1, both=False, bias=True, prefix=""):
    """Tensors as PyTorch calls them."""
    found = {}
    for k in range(layers):
        for end in ["", "_reverse"][: 1 + both]:
            read = X if k == 0 else (1 + both) * H
            for which, columns in ((f"ih_l{k}{end}", read), (f"hh_l{k}{end}", H)):
                found[f"{prefix}weight_{which}"] = RNG.normal(size=(gates * H, columns))
                if bias:
                    found[f"{prefix}bias_{which}"] = RNG.normal(size=gates * H)
    return found


def written(path, tensors):
    save_file(tensors, path) if path.suffix == ".safetensors" else np.savez(path, **tensors)
    return path


def refusal(kind, *arguments, **options):
    """The one sentence by which a file is refused, and the file as it was."""
    path = Path(arguments[0])
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(kind) as caught:
        rs.load_weights(*arguments, **options)
    assert before is None or path.read_bytes() == before
    return str(caught.value)
