"""A cell that reads symbols, and any network of cells that read vectors made to read symbols."""

from dataclasses import replace

import numpy as np

import rnnsym as rs
from rnnsym.core.names import Role


class Embedding(rs.Cell):
    """A row of a table for each symbol, and a simple recurrent layer on the rows."""

    params = {"E": ("V", "K"), "W": ("H", "K"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": rs.Vocabulary("V")}

    def step(self, p, prev, x, now):
        now.e = rs.take(p.E, x)
        now.h = rs.tanh(p.W @ now.e + p.U @ prev.h + p.b)


class OddTables(rs.Cell):
    """Tables that are vectors, read twice, read by column, scaled, negated, and read by a second symbol."""

    params = {"E": ("N", "H"), "w": ("N",), "U": ("H", "H"), "A": ("H", "N"), "s": ()}
    carry = {"h": ("H",)}
    inputs = {"x": rs.Vocabulary("N"), "z": rs.Vocabulary("N")}

    def step(self, p, prev, x, now):
        now.number = rs.take(p.w, x.x) + rs.take(p.w, x.z) * p.s
        now.column = p.A[:, x.x] - 2 * (p.A[:, x.z])
        now.row = p.E[x.x] * prev.h - (0.5 * p.E)[x.z]
        now.h = rs.tanh(p.U @ prev.h + now.row + now.column * now.number)


def reading_symbols(net):
    """The same network, but what it reads as data are the numbers of symbols."""
    return rs.Network.sized(net.body, replace(net.options, symbols=True), net.sizes)


def as_vectors(net, x):
    """The symbols `x` of `net` as one-hot vectors."""
    named = x if isinstance(x, dict) else {next(n.label for n in net.system.given if n.role == Role.INPUT): x}
    counts = {name.label: net.sizes[net.system.labels[name]] for name in net.system.labels if name.role == Role.INPUT}
    vectors = {label: np.eye(counts[label])[array] for label, array in named.items()}
    return vectors if isinstance(x, dict) else next(iter(vectors.values()))
