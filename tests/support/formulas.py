"""Random small expressions, for Hypothesis."""

import numpy as np
from hypothesis import strategies as st

import rnnsym as rs

LEAVES = {
    (): [rs.var("w"), rs.var("x"), rs.var("alpha")],
    (2,): [rs.var("u", (2,)), rs.var("v", (2,)), rs.var("b_f", (2,))],
    (2, 2): [rs.var("A", (2, 2)), rs.var("W_f", (2, 2))],
}
VALUES = {
    "w": 0.7, "x": -1.3, "alpha": 0.4, "u": [0.5, -0.8], "v": [1.2, 0.3], "b_f": [-0.6, 0.9],
    "A": [[0.2, -1.1], [0.7, 0.4]], "W_f": [[-0.3, 0.8], [1.4, -0.5]],
}  # fmt: skip
VALUES = {name: np.array(value) for name, value in VALUES.items()}
MAPS = [rs.tanh, rs.sigmoid, rs.exp, rs.softplus, lambda a: -a, lambda a: a**2, lambda a: a**3, lambda a: 1 - a,
        lambda a: a / 2, lambda a: a / 3, lambda a: 2 - 3 * a, lambda a: rs.sqrt(1 + a**2)]  # fmt: skip
PAIRS = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (2 + b**2), rs.maximum]


@st.composite
def expressions(draw, shape=None, depth=3):
    """An expression of scalars, vectors and matrices of size 2; `VALUES` gives its names values."""
    shape = draw(st.sampled_from(list(LEAVES))) if shape is None else shape
    if depth == 0 or draw(st.integers(0, 6)) == 0:
        return draw(st.sampled_from(LEAVES[shape]))
    build = draw(st.sampled_from(["map", "pair", "pair", "scaled", "product"]))
    if build == "map":
        return draw(st.sampled_from(MAPS))(draw(expressions(shape, depth - 1)))
    if build == "pair":
        return draw(st.sampled_from(PAIRS))(draw(expressions(shape, depth - 1)), draw(expressions(shape, depth - 1)))
    if build == "scaled":
        return draw(expressions((), depth - 1)) * draw(expressions(shape, depth - 1))
    return draw(_products(shape, depth - 1))


@st.composite
def _products(draw, shape, depth):
    """A product of the given shape with operands of other shapes."""
    vector, matrix = expressions((2,), depth), expressions((2, 2), depth)
    if shape == ():
        kind = draw(st.sampled_from(["dot", "sum", "entry"]))
        a = draw(vector)
        return rs.dot(a, draw(vector)) if kind == "dot" else rs.sum(a) if kind == "sum" else a[1]
    if shape == (2,):
        return rs.softmax(draw(vector)) if draw(st.booleans()) else draw(matrix) @ draw(vector)
    kind = draw(st.sampled_from(["outer", "transpose", "matmul"]))
    if kind == "outer":
        return rs.outer(draw(vector), draw(vector))
    return draw(matrix).T if kind == "transpose" else draw(matrix) @ draw(matrix)
