"""Expressions as calls of NumPy that write into given arrays: one call an operation, nothing allocated in a run."""

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.primitive import Code
from rnnsym.engine.fast.lookups import lookup, without_one
from rnnsym.engine.fast.merging import runs
from rnnsym.engine.fast.operands import Operands
from rnnsym.engine.fast.pointwise import fold
from rnnsym.engine.fast.products import product
from rnnsym.engine.fast.scope import Kind, Operand, Scope
from rnnsym.engine.fast.submatrix import Submatrix
from rnnsym.engine.fast.ufuncs import BY_NAME
from rnnsym.ops.arithmetic import ADD, MUL, NEG, POWER, add
from rnnsym.ops.indexing import CONCAT
from rnnsym.ops.leaves import FULL, number_in
from rnnsym.ops.lookups import TAKE
from rnnsym.ops.losses import LOGSUMEXP
from rnnsym.ops.products import MATMUL, MATVEC
from rnnsym.ops.structure import BROADCAST, DIAG, OUTER, STOP_GRADIENT, TRANSPOSE


class Lowering(Operands):
    """Writes expressions as calls."""

    def write(self, scope: Scope, node: Expr, dest: Operand) -> None:
        """Compute `node` into `dest`."""
        part = self.part(scope, node)
        if part is not None:
            if dest.view is None or not part.same(dest.view):
                scope.copy(dest.text, self.viewed(scope, part).text)
        elif self._has_diagonals(scope, node):
            self._sum_with_diagonals(scope, node, dest)
        elif node.prim in (ADD, MUL):
            if node.prim is MUL or not without_one(self, scope, node, dest):
                fold(self, scope, node, dest)
        elif node.prim is MATMUL and node.args[0].prim is DIAG and not self.batch and scope.kind is not Kind.WEIGHT:
            factor = self.once(f"{self.operand(scope, node.args[0].args[0]).text}[..., None]")
            scope.call("np.multiply", factor, self.operand(scope, node.args[1]).text, dest.text)
        elif node.prim is DIAG and dest.view and not self.batch and self.stores.always(dest.view.store, node):
            # The entries beside the diagonal are never written, and zero from the start.
            self.write(scope, node.args[0], self._diagonal(dest))
        elif node.prim is TAKE:
            lookup(self, scope, node, dest)
        elif node.prim is LOGSUMEXP:
            self._logsumexp(scope, node, dest)
        elif node.prim is MATVEC:
            product(self, scope, node, dest)
        elif node.prim is CONCAT:
            self._parts(scope, node, dest)
        elif node.prim is TRANSPOSE and dest.block is not None:
            self.write(scope, node.args[0], self._in_block(dest.block.transposed))
        elif node.prim is OUTER and node.args[0].prim is FULL and number_in(node.args[0]) == 1.0:
            row = self.operand(scope, node.args[1])
            each = scope.kind is Kind.ALL and not row.shared
            scope.copy(dest.text, self.fixed.bind(f"{row.text}[:, None]") if each else row.text)
        elif node.prim in (FULL, BROADCAST, STOP_GRADIENT):
            scope.copy(dest.text, self.operand(scope, node).text)
        else:
            self._pointwise(scope, node, dest)

    def _pointwise(self, scope: Scope, node: Expr, dest: Operand) -> None:
        """One call of a function of entries; what has none is said by its own source."""
        if node.prim is NEG:
            scope.call("np.negative", self.inner(scope, node.args[0], dest).text, dest.text)
        elif node.prim is POWER and node.attrs[0] == 2.0:
            base = self.inner(scope, node.args[0], dest).text
            scope.call("np.multiply", base, base, dest.text)
        elif node.prim in self.calls:
            function, numbers = self.calls[node.prim]
            operands = [self.inner(scope, node.args[0], dest), *(self.operand(scope, arg) for arg in node.args[1:])]
            out = f"out={dest.text}" if function in BY_NAME else dest.text
            scope.call(f"np.{function}", *(each.text for each in operands), *map(repr, numbers), out)
        else:
            self.say(scope, node, dest)

    def _has_diagonals(self, scope: Scope, node: Expr) -> bool:
        """Whether `node` is a sum of diagonal matrices and others, at all steps."""
        if node.prim is not ADD or len(node.shape) != 2 or self.batch or scope.kind is not Kind.ALL:
            return False
        return len({_on_diagonal(arg) is None for arg in node.args}) == 2

    def _sum_with_diagonals(self, scope: Scope, node: Expr, dest: Operand) -> None:
        """The others first; only the diagonal takes part in the rest."""
        self.write(scope, add(*(arg for arg in node.args if _on_diagonal(arg) is None)), dest)
        place = self._diagonal(dest).text
        for arg in node.args:
            if (vector := _on_diagonal(arg)) is not None:
                function = "np.subtract" if arg.prim is NEG else "np.add"
                scope.call(function, place, self.operand(scope, vector).text, place)

    def _diagonal(self, dest: Operand) -> Operand:
        """The diagonals of the matrices of all steps, as vectors to be written."""
        return Operand(self.fixed.bind(f"np.einsum('...ii->...i', {dest.text})"))

    def _logsumexp(self, scope: Scope, node: Expr, dest: Operand) -> None:
        """The largest entry is taken out first, so that nothing overflows."""
        if scope.kind is not Kind.WEIGHT and self.is_weight(node):
            scope.copy(dest.text, self.operand(scope, node).text)
            return
        value = self.filled(scope, node.args[0])
        top, powers = self.scratch(scope, ()), self.scratch(scope, self.event(node.args[0]))
        axis = str(int(scope.kind is Kind.ALL))
        scope.call("np.maximum.reduce", value.text, axis, "None", top.text)
        repeated = self.fixed.bind(f"{top.text}[:, None]") if scope.kind is Kind.ALL else top.text
        scope.call("np.subtract", value.text, repeated, powers.text)
        scope.call("np.exp", powers.text, powers.text)
        scope.call("np.add.reduce", powers.text, axis, "None", dest.text)
        scope.call("np.log", dest.text, dest.text)
        scope.call("np.add", dest.text, top.text, dest.text)

    def say(self, scope: Scope, node: Expr, dest: Operand) -> None:
        """Compute `node` by the expression that the readable program has for it."""
        scope.copy(self.examples_first(scope, dest.text, len(node.shape)), self.source(scope, node))

    def inner(self, scope: Scope, node: Expr, dest: Operand) -> Operand:
        """The value of an operand that may be computed in `dest` itself, which is written next."""
        ready = node in scope.known or self.part(scope, node) is not None
        if (
            ready
            or node.prim in (FULL, BROADCAST, STOP_GRADIENT)
            or self.is_weight(node)
            or self.reads(scope, node, dest)
        ):
            return self.operand(scope, node)
        self.write(scope, node, dest)
        return dest

    def _parts(self, scope: Scope, node: Expr, dest: Operand) -> None:
        if scope.kind is not Kind.WEIGHT and self.is_weight(node):
            scope.copy(dest.text, self.operand(scope, node).text)
            return
        start = 0
        for arg in runs(self, scope, node.args) if scope.kind is not Kind.WEIGHT else node.args:
            stop = start + self.event(arg)[0]
            self.write(scope, arg, self.narrowed(scope, dest, start, stop, len(node.shape)))
            start = stop

    def narrowed(self, scope: Scope, dest: Operand, start: int, stop: int, rank: int) -> Operand:
        """Rows start…stop - 1 of `dest`, on its first event axis."""
        if dest.view is not None and rank == 1:
            return self.viewed(scope, dest.view.narrow(start, stop))
        if dest.block is not None:
            return self._in_block(dest.block.narrow(start, stop))
        text = f"{dest.text}[{':, ' * (scope.kind is Kind.ALL)}{start}:{stop}]"
        return Operand(text if scope.kind is Kind.LOOP else self.fixed.bind(text), shared=dest.shared)

    def _in_block(self, block: Submatrix) -> Operand:
        return Operand(self.located(block), block=block, shared=True)

    def source(self, scope: Scope, node: Expr) -> str:
        """`node` as one expression of NumPy, on operands that are computed."""

        def code(inner: Expr) -> Code:
            if inner.prim is FULL:
                return inner.prim.source(inner, code, size)
            value = self.filled(scope, inner)
            if value.shared:
                return Code(self.plain.get(value.text, value.text), leading=False)
            once = scope.kind is Kind.ALL and value.view is not None and value.view.store.steps is None
            place = Scope(Kind.PLAIN, scope.lines) if once else scope
            return Code(self.examples_first(place, value.text, len(inner.shape)), leading=bool(self._leading(scope)))

        def size(dim: Dim) -> str:
            return str(self.stores.size(dim))

        return node.prim.source(node, code, size).text

    def _leading(self, scope: Scope) -> int:
        """How many axes a value has before those of one example, in expressions of NumPy."""
        return (scope.kind is Kind.ALL) + bool(self.batch and scope.kind is not Kind.WEIGHT)

    def examples_first(self, scope: Scope, text: str, rank: int) -> str:
        """A value with the axis of examples before those of one example, as kernels want it."""
        if not self.batch or not rank or scope.kind is Kind.WEIGHT:
            return text
        if scope.kind is Kind.LOOP:
            return f"{text}.T" if rank == 1 else f"np.moveaxis({text}, -1, 0)"
        return self.fixed.bind(f"np.moveaxis({text}, -1, {int(scope.kind is Kind.ALL)})")


def _on_diagonal(node: Expr) -> Expr | None:
    """v, where `node` is diag(v) or −diag(v)."""
    inner = node.args[0] if node.prim is NEG else node
    return inner.args[0] if inner.prim is DIAG else None
