"""The reason of a forward line is read off its structure, for a user's own cell as for a built-in one."""

import rnnsym as rs


class Own(rs.Cell):
    params = {"W": ("H", "X"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.s = p.W @ x + p.b
        now.k = rs.sigmoid(now.s)
        now.v = rs.relu(now.s)
        now.h = now.k * prev.h + (1 - now.k) * now.v


def reasons(derivation):
    return {line["name"]: line["because"] for line in derivation.to_dict()["lines"] if line["kind"] == "forward"}


def test_each_line_has_a_reason_of_its_own():
    found = reasons(rs.derive(Own))
    assert found["s"] == "Each unit of sₜ adds up xₜ weighted by W, and b."
    assert found["k"] == "kₜ is sₜ squashed to between 0 and 1: a gate, 0 shut and 1 open."
    assert found["v"] == "vₜ is sₜ where it is positive, and 0 elsewhere."
    assert found["h"] == "kₜ says how much of hₜ₋₁ goes into hₜ, and 1 − kₜ says how much of vₜ."


def test_the_losses_of_a_network_say_what_they_are():
    derivation = rs.derive(rs.Network("elman", 2, 3, 2, pattern="many_to_one"))
    (step, total) = derivation.to_dict()["lines"][3:5]
    assert step["because"].endswith("is how far the output is from its target.")
    assert total["because"] == "L is the loss of the last step, the only one."
