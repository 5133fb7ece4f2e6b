"""Reads the ASCII text of a formula back to a number, by Python's own grammar: the witness that brackets are right.

Juxtaposition becomes `@`, the dot product `//`: in Python both bind like `*`, from the left. Vectors are columns.
"""

import re

import numpy as np

NAME_OR_NUMBER = r"[A-Za-z_]\w*|\d+(?:\.\d+)?(?:e-?\d+)?"


class Value:
    """A number, column, row or matrix, with the operators of the notation."""

    def __init__(self, array):
        array = np.asarray(array, dtype=float)
        self.array = array[:, None] if array.ndim == 1 else array

    @property
    def T(self):
        return Value(self.array.T)

    def __add__(self, other):
        return Value(self.array + other.array)

    def __sub__(self, other):
        return Value(self.array - other.array)

    def __neg__(self):
        return Value(-self.array)

    def __mul__(self, other):
        return Value(self.array * other.array)

    def __truediv__(self, other):
        return Value(self.array / other.array)

    def __matmul__(self, other):
        scalar = self.array.ndim == 0 or other.array.ndim == 0
        return self * other if scalar else Value(self.array @ other.array)

    def __floordiv__(self, other):
        return Value((self.array * other.array).sum())

    def __pow__(self, other):
        return Value(self.array**other.array)

    def __getitem__(self, index):
        return Value(self.array[int(index.array), 0])


def _function(f):
    return lambda *args: Value(f(*(arg.array for arg in args)))


FUNCTIONS = {
    "tanh": _function(np.tanh),
    "sigmoid": _function(lambda a: 1 / (1 + np.exp(-a))),
    "exp": _function(np.exp),
    "softplus": _function(lambda a: np.log1p(np.exp(a))),
    "softmax": _function(lambda a: np.exp(a) / np.exp(a).sum()),
    "sum": _function(np.sum),
    "max": _function(np.maximum),
    "sqrt": _function(np.sqrt),
}


def read(formula, values):
    """The value of an ASCII formula in which the names have `values`."""
    code = formula.replace("^T", ".T").replace("^", " ** ").replace(" . ", " // ")
    code = re.sub(r"(?<=[\w\])]) (?=[\w(])", " @ ", code)
    code = re.sub(rf"(?<![.\w])(?:{NAME_OR_NUMBER})", _as_code, code)
    return eval(code, {"V": Value}, {**FUNCTIONS, **{name: Value(value) for name, value in values.items()}}).array


def _as_code(match):
    return f"V({match[0]})" if match[0][0].isdigit() else match[0]
