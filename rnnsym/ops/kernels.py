"""Plain NumPy functions for what NumPy lacks. They act on trailing axes, and a generated program carries a copy.

Complex input is a test mode (complex step): order is taken from the real parts, and nothing conjugates.
"""

import numpy as np


def sigmoid(x):
    small = np.exp(-absolute(x))
    return np.where(np.real(x) < 0, small, 1.0) / (1.0 + small)


def relu(x):
    return np.where(np.real(x) > 0, x, 0.0)


def absolute(x):
    return np.where(np.real(x) < 0, -x, x)


def sign(x):
    return np.sign(np.real(x))


def positive(x):
    return np.where(np.real(x) > 0, 1.0, 0.0)


def at_most(a, b):
    return np.where(np.real(a) <= np.real(b), 1.0, 0.0)


def minimum(a, b):
    return np.where(np.real(a) <= np.real(b), a, b)


def maximum(a, b):
    return np.where(np.real(a) >= np.real(b), a, b)


def softplus(x):
    return maximum(x, 0.0) + np.log1p(np.exp(-absolute(x)))


def hardmax(x):
    x = np.real(x)
    return one_hot(np.argmax(x, axis=-1), x.shape[-1])


def logsumexp(x):
    top = np.max(np.real(x), axis=-1, keepdims=True)
    return np.log(np.sum(np.exp(x - top), axis=-1)) + top[..., 0]


def softmax(x):
    weights = np.exp(x - np.max(np.real(x), axis=-1, keepdims=True))
    return weights / np.sum(weights, axis=-1, keepdims=True)


def log_softmax(x):
    return x - logsumexp(x)[..., None]


def row_number(index, size):
    """`index` as an array, where NumPy would count a negative one from the end."""
    rows = np.asarray(index)
    if np.any((rows < 0) | (rows >= size)):
        raise IndexError(f"an index is outside 0…{size - 1}: {rows.tolist()}")
    return rows


def one_hot(index, size):
    return (row_number(index, size)[..., None] == np.arange(size)).astype(float)


def cross_entropy(y, label):
    return logsumexp(y) - take(y, label, 1)


def squared_error(y, target, rank):
    return 0.5 * np.sum((y - target) ** 2, axis=tuple(range(-rank, 0)))


def take(table, index, rank):
    index = row_number(index, table.shape[-rank])
    if np.ndim(table) == rank:
        return table[index]
    lead = np.broadcast_shapes(np.shape(index), table.shape[:-rank])
    rows = np.broadcast_to(table, lead + table.shape[-rank:])
    where = np.broadcast_to(index, lead)[(..., *[None] * rank)]
    return np.take_along_axis(rows, where, axis=-rank).squeeze(axis=-rank)


def spread(x, shape):
    return np.broadcast_to(np.asarray(x)[(..., *[None] * len(shape))], np.shape(x) + tuple(shape))


def place(x, index, size, rank):
    out = np.zeros((*x.shape[: x.ndim - rank], size, *x.shape[x.ndim - rank :]), dtype=x.dtype)
    out[(..., index) + (slice(None),) * rank] = x
    return out


def embed(x, start, step, size, rank):
    out = np.zeros((*x.shape[: x.ndim - rank], size, *x.shape[x.ndim - rank + 1 :]), dtype=x.dtype)
    count = x.shape[x.ndim - rank]
    out[(..., slice(start, start + step * (count - 1) + 1, step)) + (slice(None),) * (rank - 1)] = x
    return out


def join(parts, rank):
    lead = np.broadcast_shapes(*(np.shape(part)[: np.ndim(part) - rank] for part in parts))
    full = [np.broadcast_to(part, lead + np.shape(part)[np.ndim(part) - rank :]) for part in parts]
    return np.concatenate(full, axis=-rank)


def matvec(matrix, vector):
    return np.matmul(matrix, np.asarray(vector)[..., None])[..., 0]


def outer(a, b):
    return np.asarray(a)[..., :, None] * np.asarray(b)[..., None, :]


def dot(a, b):
    return np.sum(a * b, axis=-1)


def diag(x):
    return np.asarray(x)[..., None] * np.eye(np.shape(x)[-1])


def diagonal(x):
    return np.diagonal(x, axis1=-2, axis2=-1)


def reshape(x, shape, rank):
    return np.reshape(x, np.shape(x)[: np.ndim(x) - rank] + tuple(shape))


def kron(matrix, vector):
    """A ⊗ bᵀ for a matrix A and a vector b."""
    out = np.asarray(matrix)[..., None] * np.asarray(vector)[..., None, None, :]
    return out.reshape(*out.shape[:-2], -1)


def kron_left(vector, matrix):
    """bᵀ ⊗ A for a vector b and a matrix A."""
    out = np.asarray(matrix)[..., :, None, :] * np.asarray(vector)[..., None, :, None]
    return out.reshape(*out.shape[:-2], -1)


def total(x, rank):
    """The sum over all leading axes."""
    return np.sum(x, axis=tuple(range(np.ndim(x) - rank)))


def sorted_rows(index):
    """An order in which equal numbers follow each other, where each begins, and the numbers."""
    order = np.argsort(index, kind="stable")
    first = np.flatnonzero(np.diff(index[order], prepend=-1))
    return order, first, index[order[first]]


def summed_rows(found, rows, size):
    """A matrix of `size` rows, each the sum of those of its number, as `sorted_rows` found them."""
    order, first, index = found
    out = np.zeros((size, rows.shape[1]), rows.dtype)
    out[index] = np.add.reduceat(rows[order], first, axis=0)
    return out


def total_rows(index, rows, size):
    """The sum over all leading axes of matrices of `size` rows, zero but for `rows` in row `index`.

    No array but the result has `size` rows.
    """
    *lead, width = np.broadcast_shapes((*np.shape(index), 1), np.shape(rows))
    index = np.broadcast_to(row_number(index, size), lead).reshape(-1)
    rows = np.broadcast_to(rows, (*lead, width)).reshape(len(index), width)
    return summed_rows(sorted_rows(index), rows, size)


def total_outer(a, b):
    """The sum over all leading axes of the outer products a bᵀ, as one matrix product."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])
