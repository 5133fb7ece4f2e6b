"""Products of step Jacobians by two paths that share no code with rs.jacobians, and chains of random matrices."""

import mpmath
import numpy as np

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.errors import DisconnectedError
from support.networks import data_for

TINY = 1e-30


def taken(net, steps, chain=None, seed=1):
    """rs.jacobians on generic numbers, with those numbers."""
    data = data_for(net, steps, seed=seed)
    return rs.jacobians(net, data.params, data.x, data.carry, chain=chain, steps=steps), data


def explicit_products(net, data, states, steps, pairs):
    """∂s_t/∂s_k for each pair (t, k), from derivatives of the explicit unrolled graph.

    The graph gives total derivatives, in which a state of step k acts through the others of step k too (c_k through
    h_k): D = P M, with M the derivatives of the states of step k by each other.
    """
    graph = rs.unroll(net, steps)
    wanted = {(t, k): [[_slope(graph, (a, t), (b, k)) for b in states] for a in states] for t, k in pairs}
    within = {k: [[_slope(graph, (a, k), (b, k)) for b in states] for a in states] for _, k in pairs}
    bound = graph.bind(*data)
    sizes = [np.size(rs.evaluate(graph[label, pairs[0][0]], bound, net.sizes)) for label in states]

    def number(blocks):
        return np.block([[_number(e, bound, net, (r, c)) for e, c in zip(row, sizes, strict=True)]
                         for row, r in zip(blocks, sizes, strict=True)])  # fmt: skip

    return {(t, k): number(blocks) @ np.linalg.inv(number(within[k])) for (t, k), blocks in wanted.items()}


def _slope(graph, to, source):
    """The derivative of one state by another; the number 1 for a state by itself, None where there is no path."""
    if to == source:
        return 1
    try:
        return rs.jacobian(graph[to], graph[source])
    except DisconnectedError:
        return None


def _number(expr, bound, net, shape):
    if expr is None or isinstance(expr, int):
        return np.eye(*shape) if expr else np.zeros(shape)
    return np.reshape(rs.evaluate(expr, bound, net.sizes), shape)


def complex_step_products(net, data, states, t, steps):
    """∂s_t/∂s_0 by complex steps along every entry of the initial carry, through Network.run."""
    columns = []
    for label in states:
        for place in np.ndindex(np.shape(data.carry[label])):
            moved = {name: np.array(value, complex) for name, value in data.carry.items()}
            moved[label][place] += TINY * 1j
            run = net.run(data.params, data.x, None, moved, steps=steps)
            columns.append(np.concatenate([np.ravel(run.at(s, t)).imag for s in states]) / TINY)
    return np.stack(columns, axis=1)


def starts_with(net, label):
    """Whether a state has an initial carry of its own."""
    return label in {name.label for name in net.system.given if name.role == Role.INITIAL}


# Matrices alone. ------------------------------------------------------------------------------------------------------


def tanh_steps(steps, size, gain, seed=0, drive=0.7):
    """The step Jacobians of h_t = tanh(U h_{t-1} + noise), U Gaussian: (steps, size, size)."""
    rng = np.random.default_rng(seed)
    u, h, found = gain * rng.normal(size=(size, size)) / np.sqrt(size), rng.normal(size=size), []
    for _ in range(steps):
        h = np.tanh(u @ h + drive * rng.normal(size=size))
        found.append((1 - h**2)[:, None] * u)
    return np.array(found)


def exact_log_values(steps, times, digits, rows=slice(None), columns=slice(None)):
    """The log singular values of the products up to each of `times`, with that many digits: (len(times), n)."""
    with mpmath.workdps(digits):
        product, found = mpmath.eye(steps.shape[-1]), []
        for t, step in enumerate(steps, 1):
            product = mpmath.matrix(step.tolist()) * product
            if t in times:
                part = mpmath.matrix(np.array(product.tolist(), dtype=object)[rows, columns].tolist())
                found.append([float(mpmath.log(value)) for value in mpmath.svd_r(part, compute_uv=False)])
        return np.array(found)


def exact_log_norms(steps, times, digits=60):
    """The log norms of the products up to each of `times`: whole numbers of that many digits, brought back to size at
    every step, and an mpmath SVD."""
    bits = int(digits * 3.33) + 64
    with mpmath.workdps(digits):
        product, shift, found = _whole(np.eye(steps.shape[-1]), bits), 0, []
        for t, step in enumerate(_whole(steps, bits), 1):
            product = step @ product
            spare = max(int(abs(value)).bit_length() for value in product.flat) - bits
            product, shift = product >> spare if spare > 0 else product, shift + max(spare, 0)
            if t in times:
                values = mpmath.svd_r(mpmath.matrix(product.tolist()), compute_uv=False)
                found.append(float(mpmath.log(values[0]) + (shift - bits * (t + 1)) * mpmath.log(2)))
        return np.array(found)


def _whole(values, bits):
    """2^bits times each value as a whole number."""
    mantissas, exponents = np.frexp(values)
    pairs = zip((mantissas * 2.0**53).ravel().tolist(), (exponents + bits - 53).ravel().tolist(), strict=True)
    found = np.array([int(m) << e if e >= 0 else int(m) >> -e for m, e in pairs], dtype=object)
    return found.reshape(np.shape(values))
