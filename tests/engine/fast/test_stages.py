"""What is computed when: with the data, from parameters alone, or in every run. A second run sees no numbers of the
first."""

import pytest

import rnnsym as rs
from support.fast import CHOICES, check
from support.networks import NETWORKS, data_for


class Exchanged(rs.Cell):
    """One state is read within its own step alone, so that it has no rows: its start is data, its end is not."""

    params = {"W": ("H", "X")}
    carry = {"h": ("H",), "g": ("H",)}

    def step(self, p, prev, x, now):
        now.h = prev.g * 0.5 + p.W @ x
        now.g = -prev.h


class OfData(rs.Cell):
    """A recurrence without a parameter, and what is made of it."""

    params = {"U": ("H", "H"), "W": ("H", "X")}
    carry = {"h": ("H",), "n": ("H",)}

    def step(self, p, prev, x, now):
        now.n = prev.n * 0.5 + x[0]
        now.q = rs.tanh(now.n) * 3.0
        now.h = now.q * rs.tanh(p.U @ prev.h + p.W @ x)


class Numbers(rs.Cell):
    """Constants as factors, as a bias, and as a matrix."""

    params = {"U": (3, 3), "W": (3, "X")}
    carry = {"h": (3,)}

    def step(self, p, prev, x, now):
        k, M = rs.constant([0.5, -1.0, 2.0]), rs.constant([[0.5, -1.0, 2.0], [1.0, 0.0, 1.0], [0.3, 0.2, 0.1]])
        now.a = rs.tanh(p.U @ (prev.h * k) + p.W @ x + k)
        now.h = rs.tanh(M @ now.a + M.T @ (p.W @ x) + p.U @ (M @ prev.h))


@pytest.mark.parametrize(("steps", "batch"), [(1, None), (2, 2), (5, None), (4, 3)])
@pytest.mark.parametrize("key", ["tagging", "many_to_one", "bidirectional, labels, mean", "encoder_decoder, soft"])
@pytest.mark.parametrize("cell", [Exchanged, OfData, Numbers])
def test_second_runs(cell, key, steps, batch):
    net = NETWORKS[key](cell)
    check(net, data_for(net, steps, 0, batch), steps, batch, CHOICES[::2])


@pytest.mark.parametrize("batch", [None, 2])
def test_two_prepared_functions_of_one_network_in_turn(batch):
    net = rs.Network(OfData, 2, 3, 4)
    first, second = (data_for(net, steps, steps, batch) for steps in (5, 4))
    one, other = net.prepare(*first[1:]), net.prepare(*second[1:])
    wanted = [one(first.params), other(second.params)]
    for _ in range(2):
        assert one(first.params)[0] == wanted[0][0] == net.value_and_grad(*first)[0]
        assert other(second.params)[0] == wanted[1][0] == net.value_and_grad(*second)[0]
