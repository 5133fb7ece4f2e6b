"""Small examples for the tests of lessons."""

import pytest

from rnnsym.lessons.example import Example

ONE = {
    "cell": "elman",
    "inputs": 1,
    "hidden": 1,
    "params": {"W": [[0.5]], "U": [[0.8]], "b": [0.1]},
    "x": [[1.0], [-0.5], [2.0]],
    "targets": [[0.0], [-0.5], [0.2]],
}
TWO = {**ONE, "hidden": 2, "seed": 3, "carry": {"h": [0.3, -0.6]}, "targets": [[0.0, 0.3], [0.5, -0.1], [0.2, 0.4]]}
del TWO["params"]


@pytest.fixture
def one():
    return Example(ONE)


@pytest.fixture
def two():
    return Example(TWO)
