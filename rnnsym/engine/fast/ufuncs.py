"""How primitives are said as NumPy's own functions with an output: for real numbers, and for complex ones."""

from rnnsym.core.primitive import Primitive
from rnnsym.ops import elementwise as e
from rnnsym.ops.arithmetic import DIVIDE

Call = tuple[str, tuple[float, ...]]

ANY: dict[Primitive, Call] = {
    e.TANH: ("tanh", ()),
    e.EXP: ("exp", ()),
    e.LOG: ("log", ()),
    e.SQRT: ("sqrt", ()),
    DIVIDE: ("divide", ()),
}
"""The function that computes a primitive, and numbers that follow its operands."""

REAL: dict[Primitive, Call] = {
    **ANY,
    e.RELU: ("maximum", (0.0,)),
    e.ABSOLUTE: ("absolute", ()),
    e.SIGN: ("sign", ()),
    e.POSITIVE: ("greater", (0.0,)),
    e.AT_MOST: ("less_equal", ()),
    e.MINIMUM: ("minimum", ()),
    e.MAXIMUM: ("maximum", ()),
    e.SOFTPLUS: ("logaddexp", (0.0,)),
}
"""What holds for real numbers only: NumPy orders complex ones by their real part first, then by the imaginary one."""

BY_NAME = frozenset({"maximum", "minimum"})
"""Functions whose output NumPy wants by its name."""
