"""rnnsym: derive, see, step and check the gradients of recurrent networks.

    import rnnsym as rs

Names are loaded on first use (PEP 562), so that `import rnnsym` itself loads neither NumPy nor anything larger.
"""

import importlib
from typing import TYPE_CHECKING, Any

from rnnsym._version import __version__

if TYPE_CHECKING:
    from rnnsym import cells, testing
    from rnnsym.analysis.jacobians import Jacobians, jacobians
    from rnnsym.analysis.sweeps import Sweep
    from rnnsym.api.adjusting import adjusted
    from rnnsym.api.counts import ParameterCount, count_parameters
    from rnnsym.api.derivation import Derivation, derive
    from rnnsym.api.display import latex, pretty
    from rnnsym.api.network import Network
    from rnnsym.api.plan import ProgramPlan, plan
    from rnnsym.api.rosetta import rosetta
    from rnnsym.api.unrolled import unroll
    from rnnsym.api.weights import load_weights
    from rnnsym.api.wirings import bidirectional, encoder_decoder, stacked
    from rnnsym.cells.base import Cell
    from rnnsym.cells.vocabulary import Vocabulary
    from rnnsym.checks.gradients import check_gradients
    from rnnsym.interpreters.numeric import evaluate
    from rnnsym.interpreters.symbolic import to_sympy
    from rnnsym.ops import (  # isort: skip
        avg_pool1d, concat, constant, conv1d, cross_entropy, dot, exp, log, log_softmax, logsumexp, max_pool1d,
        maximum, mean, minimum, outer, param, relu, sigmoid, softmax, softplus, sqrt, squared_error, stop_gradient,
        sum, take, tanh, var,
    )  # fmt: skip
    from rnnsym.transforms import grad, jacobian, jvp, vjp
    from rnnsym.walk.drawing.view import graph
    from rnnsym.wiring import Bidirectional, EncoderDecoder, Stacked

_HOMES = {
    "rnnsym.ops": (
        "avg_pool1d concat constant conv1d cross_entropy dot exp log log_softmax logsumexp max_pool1d maximum mean "
        "minimum outer param relu sigmoid softmax softplus sqrt squared_error stop_gradient sum take tanh var"
    ),
    "rnnsym.transforms": "grad jacobian jvp vjp",
    "rnnsym.interpreters.numeric": "evaluate",
    "rnnsym.interpreters.symbolic": "to_sympy",
    "rnnsym.cells.base": "Cell",
    "rnnsym.cells.vocabulary": "Vocabulary",
    "rnnsym.api.network": "Network",
    "rnnsym.api.unrolled": "unroll",
    "rnnsym.api.weights": "load_weights",
    "rnnsym.api.wirings": "bidirectional encoder_decoder stacked",
    "rnnsym.wiring": "Bidirectional EncoderDecoder Stacked",
    "rnnsym.api.counts": "ParameterCount count_parameters",
    "rnnsym.api.derivation": "Derivation derive",
    "rnnsym.api.display": "latex pretty",
    "rnnsym.api.plan": "ProgramPlan plan",
    "rnnsym.api.rosetta": "rosetta",
    "rnnsym.analysis.jacobians": "Jacobians jacobians",
    "rnnsym.analysis.sweeps": "Sweep",
    "rnnsym.api.adjusting": "adjusted",
    "rnnsym.walk.drawing.view": "graph",
    "rnnsym.checks.gradients": "check_gradients",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}
_MODULES = ("cells", "errors", "testing")

__all__ = [
    "Bidirectional", "Cell", "Derivation", "EncoderDecoder", "Jacobians", "Network", "ParameterCount", "ProgramPlan",
    "Stacked", "Sweep", "Vocabulary", "__version__", "adjusted", "avg_pool1d", "bidirectional", "cells",
    "check_gradients", "concat", "constant", "conv1d", "count_parameters", "cross_entropy", "derive", "dot",
    "encoder_decoder", "evaluate", "exp", "grad", "graph", "jacobian", "jacobians", "jvp", "latex", "load_weights",
    "log", "log_softmax", "logsumexp", "max_pool1d", "maximum", "mean", "minimum", "outer", "param", "plan", "pretty",
    "relu", "rosetta", "sigmoid", "softmax", "softplus", "sqrt", "squared_error", "stacked", "stop_gradient", "sum",
    "take", "tanh", "testing", "to_sympy", "unroll", "var", "vjp",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOME:
        importlib.import_module("rnnsym.notation")  # it fills the slot by which expressions print themselves
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"rnnsym.{name}")
    raise AttributeError(f"rnnsym has no '{name}'. It has: {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted([*__all__, *globals()])
