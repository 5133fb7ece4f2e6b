"""A character language model that learns a line by heart: symbols in, symbols out, plain gradient descent.

python examples/character_model.py
"""

import numpy as np

import rnnsym as rs

TEXT = "how much wood would a woodchuck chuck if a woodchuck could chuck wood"
ALPHABET = sorted(set(TEXT))
STEPS, RATE, HIDDEN = 300, 0.5, 32


class Embedding(rs.Cell):
    """A row of a table for each character, then a gate that lets it in."""

    params = {"E": ("V", "H"), "U": ("H", "H"), "b": ("H",), "R": ("V", "H"), "S": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {"x": rs.Vocabulary("V")}

    def step(self, p, prev, x, now):
        now.r = rs.sigmoid(p.R[x] + p.S @ prev.h)
        now.n = rs.tanh(p.E[x] + p.U @ prev.h + p.b)
        now.h = now.r * prev.h + (1 - now.r) * now.n


def network() -> rs.Network:
    """One score for each character; the loss is the mean over the steps."""
    size = rs.Vocabulary(len(ALPHABET))
    return rs.Network(Embedding, size, HIDDEN, outputs=len(ALPHABET), loss="cross_entropy", reduction="mean")


def train(net: rs.Network) -> dict[str, np.ndarray]:
    """θ ← θ − rate · ∂L/∂θ, again and again. The targets are the same text, one character on."""
    numbers = np.array([ALPHABET.index(character) for character in TEXT])
    params = net.init(seed=0, scheme="normal")
    for step in range(STEPS + 1):
        loss, grads = net.value_and_grad(params, numbers[:-1], numbers[1:])
        if step % 100 == 0:
            print(f"step {step:3}   loss {loss:.2f}   a blind guess costs {np.log(len(ALPHABET)):.2f}")
        params = {name: value - RATE * grads[name] for name, value in params.items()}
    return params


def written(net: rs.Network, params: dict[str, np.ndarray], start: str, length: int) -> str:
    """`start`, continued by the likeliest next character each time."""
    text = start
    while len(text) < length:
        scores = net.run(params, [ALPHABET.index(character) for character in text])["y"][-1]
        text += ALPHABET[int(np.argmax(scores))]
    return text


if __name__ == "__main__":
    print(rs.derive(Embedding).forward[0])
    print(next(line for line in map(str, rs.derive(Embedding).gradients) if line.startswith("∂L/∂E")), "\n")
    model = network()
    print("\n" + written(model, train(model), "how m", len(TEXT)))
