"""Step an LSTM through a sentence: every equation with its numbers, forward and then backward.

python examples/step_an_lstm.py ["a sentence of your own"]
"""

import sys

from rnnsym.core.names import Name, Role
from rnnsym.notation.prose import prose
from rnnsym.walk.text import text_walk
from rnnsym.walk.walk import Move, Walk

SENTENCE = "the cat sat"


def show(walk: Walk, move: Move) -> None:
    """The equation of a move, what it computes, and what it says in words."""
    for left, right in move.equation.sides():
        print(f"  {left} = {right}")
    print(f"      = {walk.result(move).round(3).tolist()}")
    print(f"      {prose(walk.words(move))}")


def show_step(walk: Walk, t: int, phase: str) -> None:
    print(f"\nt = {t}: reads {walk.reads[t - 1]!r}, must predict {walk.predicts[t - 1]!r} ({phase})")
    for move in walk:
        if (move.t, move.phase) == (t, phase):
            show(walk, move)


def show_gradient_growing(walk: Walk, label: str) -> None:
    """The backward pass adds one term a step, from the last step to the first."""
    name = Name(Role.GRADIENT, label)
    print(f"\n∂L/∂{label}, first row, so far")
    for t in range(walk.steps, 0, -1):
        print(f"  t = {walk.steps}…{t}: {walk.gradient_so_far(name, t)[0].round(4).tolist()}")


def main(sentence: str) -> None:
    walk = text_walk("lstm", sentence, hidden=3, seed=7)
    print(f"{walk.net!r} reads {sentence!r}, loss {walk.run.loss:.3f}")
    print(f"{len(walk)} moves, {walk.turn} of them forward")
    show_step(walk, 1, "forward")
    show_step(walk, walk.steps, "backward")
    show_gradient_growing(walk, "U_f")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else SENTENCE)
