"""Networks with numbers, for Hypothesis: any cell, size, batch, loss, pattern, mask and initial carry."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.cells import GRU, LSTM, Elman
from rnnsym.wiring import network_system

BUILT_IN = [*(Elman(f) for f in ("tanh", "sigmoid", "relu", "identity")), LSTM(), GRU()]


@dataclass
class Problem:
    """A network, and arguments for `run`."""

    net: rs.Network
    params: dict
    x: Any
    targets: Any
    carry: Any = None
    mask: Any = None

    @property
    def arguments(self):
        return self.params, self.x, self.targets, self.carry, self.mask

    @property
    def steps(self):
        return len(self.x)

    @property
    def batch(self):
        return self.x.shape[1:-1]

    @property
    def system(self):
        """The forward equations, fresh from the wiring."""
        return network_system(self.net.cell, replace(self.net.options, masked=self.mask is not None))

    @property
    def given(self):
        """A value for every given name of the system."""
        return self.net.given(*self.arguments)


def problem(cell, inputs, hidden, outputs, steps, batch=(), seed=0, carry=True, mask=None, **options):
    """A problem with generic numbers: no zero, no symmetry, and a carry that is not zero."""
    net = rs.Network(cell, inputs, hidden, outputs, **options)
    rng = np.random.default_rng(seed)
    params = {name: rng.uniform(-0.9, 0.9, shape) for name, shape in net.params.items()}
    x = rng.uniform(-1, 1, (steps, *batch, inputs))
    lead = (steps, *batch) if net.options.pattern == "many_to_many" else batch
    width = outputs or hidden
    labels = net.options.loss == "cross_entropy"
    targets = rng.integers(0, width, lead) if labels else rng.normal(size=(*lead, width))
    start = {name: rng.normal(size=(*batch, *(net.sizes[d] for d in shape))) for name, shape in net.cell.carry.items()}
    masks = {"binary": rng.integers(0, 2, lead).astype(float), "weights": rng.uniform(0.1, 2, lead)}
    masks["binary"].flat[-1:] = 1.0
    return Problem(net, params, x, targets, start if carry else None, masks.get(mask))


@st.composite
def shapes(draw):
    """(X, H, C, T, batch): X, H and C all different, or everything equal, T and B too."""
    if draw(st.booleans()):
        n = draw(st.integers(1, 3))
        return n, n, n, n, (n,)
    x, h, c = draw(st.permutations([1, 2, 3]))
    return x, h, c, draw(st.integers(1, 4)), draw(st.sampled_from([(), (1,), (2,), (3,)]))


@st.composite
def problems(draw, cells):
    """Any problem for a cell of the strategy `cells`."""
    inputs, hidden, outputs, steps, batch = draw(shapes())
    return problem(
        draw(cells),
        inputs,
        hidden,
        draw(st.sampled_from([outputs, None])),
        steps,
        batch,
        seed=draw(st.integers(0, 2**32 - 1)),
        carry=draw(st.booleans()),
        mask=draw(st.sampled_from([None, "binary", "weights"])),
        loss=draw(st.sampled_from(["squared", "cross_entropy"])),
        pattern=draw(st.sampled_from(["many_to_many", "many_to_one"])),
        reduction=draw(st.sampled_from(["sum", "mean"])),
    )
