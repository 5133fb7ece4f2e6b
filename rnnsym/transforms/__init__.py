"""Expression to expression: derivatives and rewrites."""

from rnnsym.transforms.derivatives import grad, jacobian, jvp, vjp
from rnnsym.transforms.rewrite import substitute

__all__ = ["grad", "jacobian", "jvp", "substitute", "vjp"]
