"""An arrangement of a loop as equations, and the layout that it stands for."""

from collections.abc import Mapping, Sequence

from rnnsym.core.dims import Dim, plus
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Interval, Name, Role
from rnnsym.core.system import Piece
from rnnsym.engine.packing.chains import Places
from rnnsym.engine.packing.draft import Draft, Pieces
from rnnsym.engine.packing.groups import Call
from rnnsym.engine.packing.layout import Column, Tenant
from rnnsym.engine.packing.loop import OUTSIDE, Loop, Operand, loop_piece
from rnnsym.engine.packing.search import Result
from rnnsym.engine.packing.stacks import Product, matrix_of
from rnnsym.ops.arithmetic import NEG
from rnnsym.ops.indexing import SLICE, concat
from rnnsym.ops.leaves import leaf
from rnnsym.ops.products import MATVEC


class Builder:
    """Writes one loop. `names` are those of all its values, copies included; `equations` come in the order to run."""

    def __init__(self, draft: Draft, loop: Loop, products: Sequence[Product]) -> None:
        self.draft, self.loop, self.products = draft, loop, products
        self.names: dict[int, Name] = {v: operation.name for v, operation in enumerate(loop.operations)}
        self.equations: dict[Name, Pieces] = {}

    def write(self, result: Result) -> None:
        """The equations of the loop, as arranged."""
        for step in result.steps:
            for i in step.products:
                rows, columns = result.arrangement.rows[i], result.arrangement.columns[i]
                self._product(self.products[i], [self.products[i].rows[j] for j in rows], columns)
            for call in step.calls:
                self._call(call)

    def _product(self, product: Product, rows: Sequence[int], columns: Sequence[int]) -> None:
        if len(rows) == len(columns) == 1:
            self._as_it_was(rows[0])
            return
        domain = self.loop.operations[rows[0]].domain
        for column in product.columns[product.own :]:
            self.names[column.value] = self.draft.copy(column.expr, domain, self.loop.joined)
        vector = concat([self._vector(product, i) for i in columns])
        symbol = "S_" + "_".join(self.names[v].plain for v in rows)
        matrix = self.draft.weight(symbol, matrix_of(product, rows, columns))
        self._members(rows, MATVEC(matrix, vector), domain)

    def _vector(self, product: Product, i: int) -> Expr:
        column = product.columns[i]
        return column.expr if i < product.own else leaf(self.names[column.value], NOW, column.expr.shape)

    def _call(self, call: Call) -> None:
        if len(call) == 1:
            self._as_it_was(call[0].value)
            return
        operations = [self.loop.operations[member.value] for member in call]
        lists = [o.operands[::-1] if m.swapped else o.operands for o, m in zip(operations, call, strict=True)]
        domain = operations[0].domain
        own = domain
        for operation in operations:
            piece = loop_piece(self.draft.system, operation.name)
            own = piece.domain if piece and piece.domain != domain else own
        args = [self._operand(operands, domain, own) for operands in zip(*lists, strict=True)]
        rhs = operations[0].rhs
        self._members([member.value for member in call], rhs.prim(*args, attrs=rhs.attrs), domain)

    def _operand(self, operands: Sequence[Operand], domain: Interval, own: Interval) -> Expr:
        parts = [operand.expr for operand in operands]
        outside = operands[0].value == OUTSIDE
        whole = self.draft.joined(parts, domain, own) if outside else concat(parts)
        return NEG(whole) if operands[0].minus else whole

    def _members(self, values: Sequence[int], rhs: Expr, domain: Interval) -> None:
        """The values as neighbouring parts of `rhs`."""
        if len(values) == 1:
            self._set(values[0], rhs)
            return
        symbol = "_".join(self.names[v].plain for v in values)
        name = self.draft.make(Role.PART, symbol, rhs.shape)
        self.equations[name] = (Piece(domain, rhs),)
        whole = leaf(name, NOW, rhs.shape)
        start: Dim = 0
        for v in values:
            stop = plus(start, self.draft.system.shape(self.names[v])[0])
            self._set(v, SLICE(whole, attrs=(start, stop, 1)))
            start = stop

    def _as_it_was(self, v: int) -> None:
        self._set(v, self.loop.operations[v].rhs)

    def _set(self, v: int, rhs: Expr) -> None:
        """The equation of a value: `rhs` on the steps of the loop, and what it had on others."""
        operation, system = self.loop.operations[v], self.draft.system
        inner = loop_piece(system, operation.name)
        new = Piece(operation.domain, rhs)
        self.equations[operation.name] = tuple(new if p is inner else p for p in system.equations[operation.name])


def banks_of(places: Places, names: Mapping[int, Name]) -> list[tuple[Column, ...]]:
    """The chains of columns in which more than one value lives, as banks."""
    banks = []
    for chain, columns in enumerate(places.parts):
        if places.chain[columns[0]] != chain or sum(len(places.tenants[c]) for c in columns) < 2:
            continue
        latest = max(places.shift[c] for c in columns)
        banks.append(
            tuple(tuple(Tenant(names[v], places.shift[c] - latest) for v in places.tenants[c]) for c in columns)
        )
    return banks
