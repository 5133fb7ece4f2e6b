"""Lookups by number: rows of a table, entries of a vector, and what is zero but in one row. No one-hot vector is made
for all rows of a table."""

from typing import TYPE_CHECKING

from rnnsym.core.expr import Expr
from rnnsym.engine.fast.scope import Kind, Operand, Scope, count
from rnnsym.engine.fast.stages import Stage
from rnnsym.engine.scatter import Rows
from rnnsym.ops.arithmetic import NEG, add
from rnnsym.ops.leaves import LEAF
from rnnsym.ops.lookups import ONE_HOT

if TYPE_CHECKING:
    from rnnsym.engine.fast.lowering import Lowering


def lookup(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> None:
    """Row or entry `number` of a table or a vector, into `dest`."""
    table, number = node.args
    if low.is_weight(table):
        rows = f"{low.weight(table).text}[{low.operand(scope, number).text}]"
        scope.copy(low.examples_first(scope, dest.text, len(node.shape)), rows)
        return
    if scope.kind is Kind.ALL and not node.shape and _known_early(low, number):
        value = low.operand(scope, table)
        if value.solid and not value.shared:
            index = _positions(low, scope, number, low.event(table)[0])
            scope.call(low.once(f"{value.text}.ravel().take"), index, "None", dest.text, "'clip'")
            return
    low.say(scope, node, dest)


def without_one(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> bool:
    """A sum with one one-hot vector: the rest into `dest`, then 1 added or subtracted at its place. False: not this."""
    hot = [arg for arg in node.args if (arg.args[0] if arg.prim is NEG else arg).prim is ONE_HOT]
    if len(hot) != 1 or scope.kind is not Kind.ALL or not dest.solid or len(node.args) < 2:
        return False
    one = hot[0].args[0] if hot[0].prim is NEG else hot[0]
    if not _known_early(low, one.args[0]):
        return False
    low.write(scope, add(*(arg for arg in node.args if arg is not hot[0])), dest)
    index = _positions(low, scope, one.args[0], low.event(one)[0])
    flat = low.fixed.bind(f"{dest.text}.ravel()")
    scope.add(f"{flat}[{index}] {'-' if hot[0].prim is NEG else '+'}= 1.0")
    return True


def _known_early(low: "Lowering", number: Expr) -> bool:
    """Whether a number at each step is data."""
    if number.prim is not LEAF:
        return False
    name = number.attrs[0]
    return low.stores.order.stages[name] is Stage.DATA and low.stores.system.timed(name)  # type: ignore[index, arg-type]


def _positions(low: "Lowering", scope: Scope, number: Expr, size: int) -> str:
    """Where the entries of these numbers stand in the flat array of vectors of all steps; known with the data."""
    assert scope.steps is not None
    labels, steps, batch = low.operand(scope, number).text, count(scope.steps), low.batch
    first = f"np.arange({steps}) * {size}"
    if batch:
        first = f"np.arange({steps})[:, None] * ({size} * {batch}) + np.arange({batch})"
    array = low.fixed.made(f"positions {labels}", f"np.zeros(({steps}, {f'{batch}, ' if batch else ''}), int)", "k")
    start = low.fixed.bind(first, "k")
    line = f"{array}[...] = {start} + {labels}{f' * {batch}' if batch else ''}"
    if line not in low.load:
        low.load.append(line)
    return array


def total_of_rows(low: "Lowering", scope: Scope, rows: Rows) -> str:
    """Σ over steps and examples of what is zero but in one row: those of equal numbers are added, and put in place."""
    size = low.stores.size(rows.size)
    if scope.kind is not Kind.ALL or not rows.row.shape or not _known_early(low, rows.number):
        return rows.source(_plainly(low, scope, rows.number), _plainly(low, scope, rows.row), str(size))
    labels = low.operand(scope, rows.number).text
    order = low.fixed.made(f"order {labels}", "[]", "r")
    line = f"{order}[:] = sorted_rows({labels}.reshape(-1))"
    if line not in low.load:
        low.load.append(line)
    return f"summed_rows({order}, {_examples(low, scope, rows.row)}, {size})" + ".T" * rows.column


def _plainly(low: "Lowering", scope: Scope, node: Expr) -> str:
    """An operand as kernels want it; one without time stays without."""
    part = low.part(scope, node)
    timed = part is None or part.store.steps is not None
    value = low.operand(scope if timed else Scope(Kind.PLAIN, scope.lines), node)
    return low.examples_first(scope if timed else Scope(Kind.PLAIN, scope.lines), value.text, len(node.shape))


def _examples(low: "Lowering", scope: Scope, node: Expr) -> str:
    """A vector of every step and example as a matrix: one row each."""
    value = low.operand(scope, node)
    if not low.batch:
        return value.text
    assert scope.steps is not None
    width = low.event(node)[0]
    shape = f"({count(scope.steps)}, {low.batch}, {width})"
    name = low.fixed.made(f"examples {value.text}", f"np.empty({shape}, kind)", "e")
    scope.copy(name, low.examples_first(scope, value.text, 1))
    return low.fixed.bind(f"{name}.reshape(-1, {width})")
