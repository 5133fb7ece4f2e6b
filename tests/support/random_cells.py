"""Cells nobody wrote: `step` bodies drawn from the operations, for Hypothesis."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

import rnnsym as rs

VECTOR_MAPS = {
    "tanh": rs.tanh,
    "sigmoid": rs.sigmoid,
    "softplus": rs.softplus,
    "softmax": rs.softmax,
    "one minus": lambda v: 1 - v,
    "negated": lambda v: -v,
    "exp of tanh": lambda v: rs.exp(rs.tanh(v)),
    "root": lambda v: rs.sqrt(1 + v * v),
    "quotient": lambda v: v / (1 + v**2),
}
VECTOR_PAIRS = {"sum": lambda a, b: a + b, "product": lambda a, b: a * b, "difference": lambda a, b: a - b}
SCALARS_OF_INPUTS = {"mean": rs.mean, "last": lambda x: x[-1], "rest": lambda x: rs.sum(x[:-1])}
SCALARS_OF_VECTORS = {"mean": rs.mean, "sum": rs.sum, "logsumexp": rs.logsumexp, "first": lambda v: v[0]}


@dataclass
class Body:
    """A step body as data: the parameters that it needs, and a tree for each assignment."""

    params: dict = field(default_factory=dict)
    assignments: list = field(default_factory=list)
    vectors: list = field(default_factory=list)
    scalars: list = field(default_factory=list)

    def param(self, *shape):
        name = f"w{len(self.params)}"
        self.params[name] = shape
        return ("param", name)


@st.composite
def vectors(draw, body, depth):
    """A tree for a vector of H entries."""
    if depth == 0:
        return draw(st.sampled_from([*body.vectors, "bias"]).map(lambda v: body.param("H") if v == "bias" else v))
    below = vectors(body, depth - 1)
    match draw(st.sampled_from(["map", "pair", "input", "recurrent", "fused", "scaled", "repeated", "leaf"])):
        case "map":
            return ("map", draw(st.sampled_from(sorted(VECTOR_MAPS))), draw(below))
        case "pair":
            return ("pair", draw(st.sampled_from(sorted(VECTOR_PAIRS))), draw(below), draw(below))
        case "input":
            return ("matvec", body.param("H", "X"), draw(st.sampled_from([("input",), ("centred", ("input",))])))
        case "recurrent":
            return ("matvec", body.param("H", "H"), draw(below))
        case "fused":
            return ("matvec", body.param("H", "H+X"), ("concat", draw(below), ("input",)))
        case "scaled":
            return ("pair", "product", draw(scalars(body, depth - 1)), draw(below))
        case "repeated":
            return ("repeated", draw(scalars(body, depth - 1)))
    return draw(vectors(body, 0))


@st.composite
def scalars(draw, body, depth):
    """A tree for one number."""
    below = vectors(body, max(depth - 1, 0))
    match draw(st.sampled_from(["param", "of vector", "of input", "dot", "known"])):
        case "of vector":
            return ("scalar", draw(st.sampled_from(sorted(SCALARS_OF_VECTORS))), draw(below))
        case "of input":
            return ("input scalar", draw(st.sampled_from(sorted(SCALARS_OF_INPUTS))), ("input",))
        case "dot":
            return ("map", "sigmoid", ("dot", draw(below), draw(below)))
        case "known" if body.scalars:
            return draw(st.sampled_from(body.scalars))
    return body.param()


@st.composite
def bodies(draw):
    """One or two carries, one to four named equations before them."""
    body = Body()
    carries = draw(st.sampled_from([("h",), ("h", "c")]))
    body.vectors = [("prev", name) for name in carries]
    for i in range(draw(st.integers(1, 4))):
        name = f"n{i}"
        if draw(st.integers(0, 3)) == 0:
            body.assignments.append((name, draw(scalars(body, 2))))
            body.scalars.append(("now", name))
        else:
            body.assignments.append((name, draw(vectors(body, 2))))
            body.vectors.append(("now", name))
    for name in reversed(carries):
        mixed = ("pair", "sum", draw(vectors(body, 2)), ("matvec", body.param("H", "X"), ("input",)))
        body.assignments.append((name, ("map", "tanh", mixed)))
        body.vectors.append(("now", name))
    return body, carries


def build(tree, p, prev, x, now):
    """The expression of a tree."""
    kind, *rest = tree
    match kind:
        case "param":
            return getattr(p, rest[0])
        case "prev":
            return getattr(prev, rest[0])
        case "now":
            return getattr(now, rest[0])
        case "input":
            return x
    args = [build(arg, p, prev, x, now) for arg in rest if not isinstance(arg, str)]
    match kind:
        case "map":
            return VECTOR_MAPS[rest[0]](*args)
        case "pair":
            return VECTOR_PAIRS[rest[0]](*args)
        case "scalar":
            return SCALARS_OF_VECTORS[rest[0]](*args)
        case "input scalar":
            return SCALARS_OF_INPUTS[rest[0]](*args)
        case "matvec":
            return args[0] @ args[1]
        case "dot":
            return rs.dot(*args)
        case "repeated":
            return args[0] + 0 * prev.h
        case "centred":
            return args[0] - rs.mean(args[0])
    return rs.concat(*args)


class Drawn(rs.Cell):
    """A cell whose step is a drawn body."""

    params = {"w0": ("H",)}
    carry = {"h": ("H",)}

    def __init__(self, body=None, carries=("h",)):
        self.body = body or Body({"w0": ("H",)}, [("h", ("pair", "product", ("param", "w0"), ("prev", "h")))])
        self.params = dict(self.body.params)
        self.carry = dict.fromkeys(carries, ("H",))

    @property
    def name(self):
        """What the body says, so that a failure shows it."""
        return f"Drawn({self.body.params}, {self.body.assignments})"

    def step(self, p, prev, x, now):
        for name, tree in self.body.assignments:
            setattr(now, name, build(tree, p, prev, x, now))


def cells():
    return bodies().map(lambda drawn: Drawn(*drawn))
