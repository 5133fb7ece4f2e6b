"""d ⊙ (A v) in a loop as (diag(d) A) v, where d is known before: the matrices are made for all steps at once.

They hold the Jacobians of the steps, and the loop is left with one call where it had two.
"""

from collections.abc import Sequence
from dataclasses import replace

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Offset, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine.passes.made import made
from rnnsym.engine.schedule import schedule
from rnnsym.ops.arithmetic import MUL
from rnnsym.ops.leaves import LEAF, leaf
from rnnsym.ops.products import MATMUL, MATVEC
from rnnsym.ops.structure import DIAG


def scaled(system: System, wanted: Sequence[Name]) -> System:
    """The System with such products as one, in every loop."""
    readers: dict[Name, int] = {}
    for _, piece in system.pieces():
        for read in reads(piece.rhs):
            readers[read.name] = readers.get(read.name, 0) + 1
    equations, shapes = dict(system.equations), dict(system.shapes)
    for block in schedule(system, list(system.equations)):
        for name in block.names if block.direction else ():
            found = _product(system, name, block.names)
            if found is None or readers.get(found[0], 0) != 1 or found[0] in wanted:
                continue
            inner, factor, product = found
            (piece,) = system.equations[name]
            matrix = made(shapes, Role.PART, f"{name.plain}_matrix")
            rhs = MATMUL(DIAG(factor), product.args[0])
            shapes[matrix] = rhs.shape
            equations[matrix] = (Piece(piece.domain, rhs),)
            equations[name] = (Piece(piece.domain, MATVEC(leaf(matrix, NOW, rhs.shape), product.args[1])),)
            del equations[inner], shapes[inner]
    return replace(system, equations=equations, shapes=shapes)


def _product(system: System, name: Name, members: Sequence[Name]) -> tuple[Name, Expr, Expr] | None:
    """If `name` is d ⊙ u with u = A v: the name of u, d, and the product A v."""
    pieces = system.equations[name]
    if len(pieces) != 1 or pieces[0].rhs.prim is not MUL or len(pieces[0].rhs.args) != 2:
        return None
    for inner, factor in (pieces[0].rhs.args, pieces[0].rhs.args[::-1]):
        if inner.prim is not LEAF or factor.prim is not LEAF or inner.attrs[1] != Offset(0):
            continue
        symbol, other = inner.attrs[0], factor.attrs[0]
        assert isinstance(symbol, Name)
        assert isinstance(other, Name)
        if symbol not in members or other in members or not system.timed(other) or factor.attrs[1] != Offset(0):
            continue
        product = system.equations[symbol][0].rhs
        alone = len(system.equations[symbol]) == 1 and product.prim is MATVEC
        if alone and not any(read.name.batched or system.timed(read.name) for read in reads(product.args[0])):
            return symbol, factor, product
    return None
