"""A state machine whose weights are set by hand: it accepts balanced parentheses, and shows two slips of the slides.

python examples/bounded_parentheses.py ["a text of ( and ) of your own"]
"""

import itertools
import sys

import numpy as np

import rnnsym as rs
from rnnsym.cells import Parentheses
from rnnsym.checks.complex_step import Graph, kinks

TEXTS = ["((()))", "()(())", "((())))()()", ")(", "(()"]
ONE_HOT = {"(": (1.0, 0.0), ")": (0.0, 1.0)}
NET = rs.Network(Parentheses(), inputs=2, hidden=2, pattern="many_to_one")
WEIGHTS = Parentheses.hand_set


def one_hot(text):
    return np.array([ONE_HOT[character] for character in text])


def states(text):
    """s_0 … s_T: how many are open, and the lowest that this number has been."""
    return [(0, 0), *(tuple(int(n) for n in state) for state in NET.run(WEIGHTS, one_hot(text))["s"])]


def accepts(text):
    return states(text)[-1] == (0, 0)


def the_machine() -> None:
    """The machine: its equations, and the weights set by hand."""
    for line in rs.derive(NET).forward[:2]:
        print(" ", line)
    for name, value in WEIGHTS.items():
        print(f"  {name} = {np.array(value).astype(int).tolist()}")


def accepting_and_rejecting(texts) -> None:
    """Accepted is what ends in the state (0, 0)."""
    for text in texts:
        print(f"  {text:12} {'accepted' if accepts(text) else 'rejected'}   {' '.join(map(str, states(text)))}")


def every_prefix() -> None:
    """A slip of the slides: they ask for a prefix with at least as many ( as ); it must be every prefix."""
    wrong, right = [], []
    texts = ["".join(text) for length in range(1, 11) for text in itertools.product("()", repeat=length)]
    for text in texts:
        counts = np.cumsum([1 if character == "(" else -1 for character in text])
        wrong.append(accepts(text) == bool(counts[-1] == 0 and (counts >= 0).any()))
        right.append(accepts(text) == bool(counts[-1] == 0 and (counts >= 0).all()))
    shown = next(text for text, agrees in zip(texts, wrong, strict=True) if not agrees)
    print(f"  {len(texts)} texts of up to 10 characters, each read by the machine")
    print(f"  equally many, and every prefix has at least as many ( as ): agrees on {sum(right)}")
    print(f"  equally many, and a prefix has at least as many ( as ):     agrees on {sum(wrong)}, not on {shown}")


def a_filter() -> None:
    """Another slip of the slides: the filter that looks for (()) gives 1 2 4 over ()(()), not 1 1 4."""
    pattern = np.array([ONE_HOT[character] for character in "(())"])
    for text in ("(()((()))(", "()(())"):
        x = one_hot(text)
        matches = rs.conv1d(rs.var("x", x[:, 0].shape), rs.var("w", (4,)))
        found = sum(rs.evaluate(matches, {"x": x[:, i], "w": pattern[:, i]}) for i in range(2)).astype(int)
        verdict = "found" if found.max() >= 4 else "not found"
        print(f"  {text:12} {' '.join(map(str, found))}   pooled {found.max()}: {verdict}")


def a_kink() -> None:
    """Where a count comes back to its lowest, min(a, b) has a tie: another slope on each side, and one is taken."""
    text, target, step = "()", np.array([0.0, -1.0]), 1e-6
    x, graph = one_hot(text), rs.unroll(NET, len(text))
    tied = kinks(Graph(graph.loss, graph.bind(WEIGHTS, x, target), NET.sizes, ()))
    print(f"  {text} ends at the tie a = {NET.run(WEIGHTS, x)['a'][-1].astype(int).tolist()}; kinks found: {len(tied)}")
    _, grads = NET.value_and_grad(WEIGHTS, x, target)
    for entry, argument in enumerate(("first", "second")):
        losses = [NET.run({**WEIGHTS, "b": by * np.eye(2)[entry]}, x, target).loss for by in (-step, 0.0, step)]
        left, right = (np.diff(losses) / step).round(3) + 0.0
        print(f"  b[{entry}] moves the {argument} argument: slope {left} from the left, {right} from the right", end="")
        print(f"; taken {grads['b'][entry]}")
    print("  min takes its first argument at a tie.")


def main(texts) -> None:
    if any(set(text) - set(ONE_HOT) for text in texts):
        sys.exit("the machine reads ( and ) only.")
    for part, arguments in (
        (the_machine, ()), (accepting_and_rejecting, (texts,)), (every_prefix, ()), (a_filter, ()), (a_kink, ()),
    ):  # fmt: skip
        print(f"\n# {part.__doc__}\n")
        part(*arguments)


if __name__ == "__main__":
    main(sys.argv[1:] or TEXTS)
