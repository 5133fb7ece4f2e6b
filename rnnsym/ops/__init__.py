"""The primitives and the functions that build expressions from them."""

from rnnsym.core.expr import FUNCTIONS
from rnnsym.ops.arithmetic import add, div, mul, power, sub
from rnnsym.ops.elementwise import (
    absolute,
    exp,
    log,
    maximum,
    minimum,
    relu,
    sigmoid,
    softplus,
    sqrt,
    tanh,
)  # fmt: skip
from rnnsym.ops.indexing import concat
from rnnsym.ops.kronecker import kron, kron_left, unvec, vec
from rnnsym.ops.leaves import constant, leaf, ones, param, size_of, var, zeros
from rnnsym.ops.lookups import one_hot, take
from rnnsym.ops.losses import cross_entropy, log_softmax, logsumexp, softmax, squared_error
from rnnsym.ops.products import dot, matmul
from rnnsym.ops.structure import diag, mean, outer, stop_gradient, transpose
from rnnsym.ops.structure import sum_all as sum
from rnnsym.ops.windows import avg_pool1d, conv1d, max_pool1d

__all__ = [
    "absolute", "add", "avg_pool1d", "concat", "constant", "conv1d", "cross_entropy", "diag", "div", "dot", "exp",
    "kron", "kron_left", "leaf", "log", "log_softmax", "logsumexp", "matmul", "max_pool1d", "maximum", "mean",
    "minimum", "mul", "one_hot", "ones", "outer", "param", "power", "relu", "sigmoid", "size_of", "softmax",
    "softplus", "sqrt", "squared_error", "stop_gradient", "sub", "sum", "take", "tanh", "transpose", "unvec", "var",
    "vec", "zeros",
]  # fmt: skip

BEHIND_OPERATORS = (
    "absolute add diag div kron kron_left leaf matmul mul one_hot ones power size_of sub transpose unvec vec zeros"
)
FUNCTIONS.update(set(__all__) - set(BEHIND_OPERATORS.split()))
