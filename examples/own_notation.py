"""A notation of one's own: formulas and arrays as a lecture has them.

python examples/own_notation.py
"""

import tempfile
from pathlib import Path

import numpy as np

import rnnsym as rs

LECTURE = """\
title = "Tuesday's lecture: the state is z, its weights are A and B"
extends = "default"

[style]
adjoint = "partial"
transposed = ["W"]

[symbols]
h = "z"
W = "A"
U = "B"
"""


def in_a_file(notation: str) -> None:
    """The derivation in the symbols of the file."""
    print(rs.derive("elman", notation=notation).pretty(detail="results"))


def arrays_of_the_lecture(notation: str) -> None:
    """Arrays go in by the names and shapes of the lecture, and gradients come out so. A is (X, H) here."""
    net = rs.Network("elman", inputs=2, hidden=3, outputs=1)
    lecture = net.params_in(notation, net.init(seed=0))
    print({name: array.shape for name, array in lecture.items()})
    grads = net.value_and_grad(net.params_from(lecture, notation), np.eye(2), [[0], [1]])[1]
    print("∂L/∂A =", net.params_in(notation, grads)["A"].round(3).tolist())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lecture.toml"
        file.write_text(LECTURE, encoding="utf-8")
        for part in (in_a_file, arrays_of_the_lecture):
            print(f"\n# {part.__doc__}\n")
            part(str(file))
