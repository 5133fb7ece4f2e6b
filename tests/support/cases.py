"""What the law suite tests: every primitive at every sample that it declares."""

from dataclasses import dataclass

import numpy as np

import rnnsym.ops  # noqa: F401  (declares the primitives)
from rnnsym.core import dims
from rnnsym.core.primitive import PRIMITIVES, Primitive, Sample
from rnnsym.interpreters.numeric import evaluate
from rnnsym.ops.leaves import var

NO_SAMPLES = {
    "leaf": "has no value of its own: interpreters look it up",
    "constant": "takes no argument: tests/ops/test_leaves.py",
    "full": "takes no argument: tests/ops/test_leaves.py",
    "size": "takes no argument: tests/ops/test_leaves.py",
}
"""Primitives that nothing can be pushed through or pulled back to."""

NO_FLOW = {"stop_gradient": "its derivative is zero by definition, not by calculus"}
"""Primitives whose declared derivative deliberately differs from that of their value."""

APART = {"H": 2, "X": 3, "C": 4}
EQUAL = {"H": 2, "X": 2, "C": 2}
"""All dimensions equal, as are the leading axes in these tests: T = B = H."""


@dataclass(frozen=True)
class Case:
    """A primitive applied to fresh leaves of the shapes of one of its samples."""

    prim: Primitive
    sample: Sample

    def __str__(self):
        shapes = ",".join(dims.show(shape) for shape in self.sample.shapes)
        return f"{self.prim.name}[{shapes}]" + (f"{self.sample.attrs}" if self.sample.attrs else "")

    @property
    def args(self):
        return tuple(
            var(f"a{i}", shape, "int" if i in self.prim.integers else "float")
            for i, shape in enumerate(self.sample.shapes)
        )

    @property
    def node(self):
        return self.prim(*self.args, attrs=self.sample.attrs)

    @property
    def real(self):
        """The arguments that a derivative can be taken in."""
        return tuple(arg for i, arg in enumerate(self.args) if self.prim.flows(self.node, i))

    def shape(self, expr, sizes):
        return tuple(dims.size(dim, sizes) for dim in expr.shape)

    def point(self, sizes, seed=0, leads=None):
        """A value for each argument, with the leading axes `leads`. No real entry is zero and no two are equal."""
        rng = np.random.default_rng(seed)
        leads = leads or [()] * len(self.args)
        shapes = [(*lead, *self.shape(arg, sizes)) for lead, arg in zip(leads, self.args, strict=True)]
        counts = [int(np.prod(shape)) for shape in shapes]
        lo, hi = (0.5, 2.0) if self.prim.domain == "positive" else (-1.5, 1.5)
        n = 2 * sum(counts)
        entries = rng.permutation(lo + (hi - lo) * (np.arange(n) + 0.5) / n)
        values, start = {}, 0
        for arg, shape, count in zip(self.args, shapes, counts, strict=True):
            if arg.dtype == "int":
                values[arg] = rng.integers(0, 2, shape)
            else:
                values[arg] = entries[start : start + count].reshape(shape)
            start += count
        return values

    def direction(self, expr, sizes, seed):
        return np.random.default_rng(seed).normal(size=self.shape(expr, sizes))


def cases(*names, derivatives=False):
    """Every primitive (or those of `names`) at every sample; with `derivatives`, those that a derivative passes."""
    prims = [PRIMITIVES[name] for name in names or PRIMITIVES]
    found = [Case(prim, sample) for prim in prims for sample in prim.samples]
    return [case for case in found if case.real] if derivatives else found


def complex_step(expr, values, moved, sizes, size=1e-30):
    """The derivative of `expr` when the leaves of `moved` move along their directions: no difference is taken."""
    shifted = {leaf: value + 1j * size * moved[leaf] if leaf in moved else value for leaf, value in values.items()}
    return np.imag(evaluate(expr, shifted, sizes)) / size
