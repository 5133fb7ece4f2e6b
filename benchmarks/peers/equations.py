"""The networks as one writes them for a library that differentiates: JAX and HIPS autograd share this.

The input products are hoisted out of the loop and the gates stacked, as an expert would.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from works import GATES, WORKS, Case

Params = dict[str, Any]


class Library(NamedTuple):
    """numpy: the library's NumPy. scan(step, start, xs) -> outputs, from the last step to the first if `reverse`."""

    numpy: Any
    sigmoid: Callable[[Any], Any]
    log_softmax: Callable[[Any], Any]
    scan: Callable[..., Any]


def loss(lib: Library, case: Case, params: Params, x: Any, targets: Any) -> Any:
    """½ Σ (y − target)², or the summed cross-entropy of labels."""
    np = lib.numpy
    match case.work:
        case "two_layer":
            h = run(lib, "lstm", params, run(lib, "lstm", params, x, "layer1."), "layer2.")
        case "bidirectional":
            ways = run(lib, "lstm", params, x, "forward."), run(lib, "lstm", params, x, "backward.", reverse=True)
            h = np.concatenate(ways, axis=-1)
        case work:
            h = run(lib, work, params, x)
    y = np.dot(h, params["V"].T) + params["b_y"]
    if WORKS[case.work].labels:
        flat = lib.log_softmax(y.reshape(-1, case.inputs))
        return -np.sum(flat[np.arange(len(flat)), targets.reshape(-1)])
    return 0.5 * np.sum((y - targets) ** 2)


def run(lib: Library, work: str, params: Params, x: Any, prefix: str = "", reverse: bool = False) -> Any:
    """The hidden states of one layer, (T[, B], H)."""
    np = lib.numpy

    def stacked(letter: str) -> Any:
        return np.concatenate([params[f"{prefix}{letter}{gate}"] for gate in GATES[work]])

    W, b = stacked("W"), stacked("b")
    read = W.T[x] + b if WORKS[work].labels else np.dot(x, W.T) + b
    size = W.shape[0] // len(GATES[work])
    zero = np.zeros((*read.shape[1:-1], size))
    step, carries = STEPS[work](lib, params, stacked("U"), size)
    return lib.scan(step, (zero,) * carries, read, reverse)


def elman(lib: Library, params: Params, U: Any, size: int) -> tuple[Any, int]:
    def step(carry: Any, read: Any) -> Any:
        h = lib.numpy.tanh(read + lib.numpy.dot(carry[0], U.T))
        return (h,), h

    return step, 1


def lstm(lib: Library, params: Params, U: Any, size: int) -> tuple[Any, int]:
    def step(carry: Any, read: Any) -> Any:
        h, c = carry
        a_i, a_f, a_g, a_o = parts(read + lib.numpy.dot(h, U.T), size, 4)
        c = lib.sigmoid(a_f) * c + lib.sigmoid(a_i) * lib.numpy.tanh(a_g)
        h = lib.sigmoid(a_o) * lib.numpy.tanh(c)
        return (h, c), h

    return step, 2


def peephole(lib: Library, params: Params, U: Any, size: int) -> tuple[Any, int]:
    p_i, p_f, p_o = (params[f"p_{gate}"] for gate in "ifo")

    def step(carry: Any, read: Any) -> Any:
        h, c = carry
        a_i, a_f, a_g, a_o = parts(read + lib.numpy.dot(h, U.T), size, 4)
        c = lib.sigmoid(a_f + p_f * c) * c + lib.sigmoid(a_i + p_i * c) * lib.numpy.tanh(a_g)
        h = lib.sigmoid(a_o + p_o * c) * lib.numpy.tanh(c)
        return (h, c), h

    return step, 2


def gru(lib: Library, params: Params, U: Any, size: int) -> tuple[Any, int]:
    def step(carry: Any, read: Any) -> Any:
        (h,) = carry
        x_r, x_z, x_n = parts(read, size, 3)
        u_r, u_z, u_n = parts(lib.numpy.dot(h, U.T), size, 3)
        r, z = lib.sigmoid(x_r + u_r), lib.sigmoid(x_z + u_z)
        n = lib.numpy.tanh(x_n + r * (u_n + params["b_hn"]))
        h = (1 - z) * n + z * h
        return (h,), h

    return step, 1


def mgu(lib: Library, params: Params, U: Any, size: int) -> tuple[Any, int]:
    U_f, U_n = U[:size], U[size:]

    def step(carry: Any, read: Any) -> Any:
        (h,) = carry
        f = lib.sigmoid(read[..., :size] + lib.numpy.dot(h, U_f.T))
        n = lib.numpy.tanh(read[..., size:] + lib.numpy.dot(f * h, U_n.T))
        h = (1 - f) * h + f * n
        return (h,), h

    return step, 1


def parts(a: Any, size: int, count: int) -> list[Any]:
    return [a[..., n * size : (n + 1) * size] for n in range(count)]


STEPS = {"elman": elman, "character": elman, "lstm": lstm, "gru": gru, "peephole": peephole, "mgu": mgu}
