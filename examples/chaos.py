"""Chaos: maps and random networks as cells that read nothing, their Lyapunov exponents, and mean-field theory.

python examples/chaos.py            a random network of 200 units
python examples/chaos.py 1000       one of 1000: 3 GB of memory, half a minute
"""

import sys

import numpy as np

import rnnsym as rs
from rnnsym.analysis.dynamics.meanfield import MeanField


class Logistic(rs.Cell):
    params = {"r": ()}
    carry = {"h": ()}
    inputs = {}

    def step(self, p, prev, x, now):
        now.h = p.r * prev.h * (1 - prev.h)


class Henon(rs.Cell):
    params = {"a": (), "b": ()}
    carry = {"u": (), "v": ()}
    inputs = {}

    def step(self, p, prev, x, now):
        now.u = 1 - p.a * prev.u**2 + prev.v
        now.v = p.b * prev.u


class RandomTanh(rs.Cell):
    params = {"U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {}

    def step(self, p, prev, x, now):
        now.a = p.U @ prev.h
        now.h = rs.tanh(now.a)


def maps() -> None:
    """The logistic map has ln 2 = 0.6931; in the Hénon map the exponents add up to ln 0.3."""
    j = rs.jacobians(Logistic, {"r": 4.0}, {}, carry={"h": 0.3}, steps=20_000)
    found = j.lyapunov()
    print(f"logistic, r = 4: λ = {found.largest:.4f} ± {found.error[0]:.4f}")
    j = rs.jacobians(Henon, {"a": 1.4, "b": 0.3}, {}, carry={"u": 0.1, "v": 0.1}, steps=20_000)
    found = j.lyapunov(skip=1000)
    print(f"Hénon: λ = {found.exponents.round(3)}, sum {found.exponents.sum():.6f}, dimension {found.dimension:.3f}")


def network(units: int, gain: float = 10.0, seed: int = 0) -> None:
    """A random tanh network in chaos, and what theory says of an infinite one."""
    rng = np.random.default_rng(seed)
    U, h = gain / np.sqrt(units) * rng.standard_normal((units, units)), rng.standard_normal(units)
    h = rs.Network(RandomTanh, inputs=1, hidden=units).run({"U": U}, {}, carry={"h": h}, steps=300)["h"][-1]
    found = rs.jacobians(RandomTanh, {"U": U}, {}, carry={"h": h}, steps=120).lyapunov(skip=30, k=units // 4)
    theory = MeanField(gain)
    print(f"N = {units}, g = {gain:g}, seed {seed}      measured   theory")
    print(f"largest exponent λ₁            {found.largest:8.4f} {theory.largest:8.4f}")
    print(f"share of positive ones         {found.positive / units:8.4f} {theory.positive:8.4f}")
    print(f"entropy rate / N               {found.entropy / units:8.4f} {theory.entropy:8.4f}")
    print(f"Kaplan–Yorke dimension / N     {found.dimension / units:8.4f} {theory.dimension:8.4f}")


if __name__ == "__main__":
    print(f"# {maps.__doc__}\n")
    maps()
    print(f"\n# {network.__doc__}\n")
    network(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
