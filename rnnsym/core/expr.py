"""Expressions: immutable, interned nodes of a directed acyclic graph.

Two equal expressions are the same object, so identity is equality. Nodes are nameless: names, roles and time
live in the leaves (`core.names`) and in the System (`core.system`). Every node has a creation serial, which stands
for it in the keys of interning; nothing that is printed depends on it.
"""

import itertools
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from rnnsym.core.dims import Shape
from rnnsym.errors import AttributeMisuseError, MisuseError

if TYPE_CHECKING:
    from rnnsym.core.primitive import Primitive

_interned: "weakref.WeakValueDictionary[Hashable, Expr]" = weakref.WeakValueDictionary()
_lock = threading.RLock()
_serials = itertools.count()

OPERATORS: dict[str, Callable[..., "Expr"]] = {}
"""Filled by `rnnsym.ops`: what `+ - * / ** @ -x abs .T [ ]` build."""

FUNCTIONS: set[str] = set()
"""Filled by `rnnsym.ops`: what is called as `rs.name(…)`; errors quote it."""

UFUNCS = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "power": "pow", "matmul": "matmul",
}  # fmt: skip
"""NumPy's operators, which it calls where an array or a NumPy number stands on the left, as entries of OPERATORS."""

RENDERERS: dict[str, Callable[["Expr"], str]] = {}
"""Filled by `rnnsym.notation`: how an expression prints itself as text and as LaTeX."""


class Expr:
    """One node: a primitive applied to arguments. Build it with the functions of `rnnsym.ops`, not directly."""

    __slots__ = ("__weakref__", "_leaves", "args", "attrs", "dtype", "prim", "serial", "shape")

    prim: "Primitive"
    args: tuple["Expr", ...]
    attrs: tuple[Hashable, ...]
    shape: Shape
    dtype: str
    serial: int
    _leaves: tuple["Expr", ...] | None

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise MisuseError(f"an expression is immutable: '{name}' cannot be set. Build a new expression instead.")

    def __getattr__(self, name: str) -> NoReturn:
        hint = f"write rs.{name}(…)" if name in FUNCTIONS else "its parts are .shape, .args and .T"
        raise AttributeMisuseError(f"an expression has no '{name}': {hint}.")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> "Expr":
        name = ufunc.__name__
        if method == "__call__" and name in UFUNCS and not options:
            return OPERATORS[UFUNCS[name]](*inputs)
        ours = f"rs.{name}" if name in FUNCTIONS else "a function of rnnsym, such as rs.tanh"
        raise MisuseError(f"np.{name} computes with numbers, and an expression is a formula: use {ours}, or evaluate.")

    def __add__(self, other: Any) -> "Expr":
        return OPERATORS["add"](self, other)

    def __radd__(self, other: Any) -> "Expr":
        return OPERATORS["add"](other, self)

    def __sub__(self, other: Any) -> "Expr":
        return OPERATORS["sub"](self, other)

    def __rsub__(self, other: Any) -> "Expr":
        return OPERATORS["sub"](other, self)

    def __mul__(self, other: Any) -> "Expr":
        return OPERATORS["mul"](self, other)

    def __rmul__(self, other: Any) -> "Expr":
        return OPERATORS["mul"](other, self)

    def __truediv__(self, other: Any) -> "Expr":
        return OPERATORS["div"](self, other)

    def __rtruediv__(self, other: Any) -> "Expr":
        return OPERATORS["div"](other, self)

    def __pow__(self, exponent: Any) -> "Expr":
        return OPERATORS["pow"](self, exponent)

    def __rpow__(self, base: Any) -> "Expr":
        return OPERATORS["pow"](base, self)

    def __matmul__(self, other: Any) -> "Expr":
        return OPERATORS["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> "Expr":
        return OPERATORS["matmul"](other, self)

    def __neg__(self) -> "Expr":
        return OPERATORS["neg"](self)

    def __abs__(self) -> "Expr":
        return OPERATORS["abs"](self)

    def __getitem__(self, index: Any) -> "Expr":
        return OPERATORS["getitem"](self, index)

    def __iter__(self) -> NoReturn:
        raise MisuseError("an expression cannot be iterated: its length may be a symbol. Index it: e[0], e[1:3].")

    def __contains__(self, item: object) -> NoReturn:
        self.__iter__()

    def __len__(self) -> NoReturn:
        raise MisuseError("an expression has no len(): its length may be a symbol. Its shape is e.shape.")

    def _no_number(self) -> NoReturn:
        raise MisuseError(
            "an expression is a formula, not a number: functions of `math` and float() cannot take it. "
            "Use a function of rnnsym, such as rs.exp, or evaluate first: rs.evaluate(expr, values)."
        )

    __float__ = __int__ = __complex__ = _no_number

    @property
    def T(self) -> "Expr":
        """The transpose of a matrix."""
        return OPERATORS["transpose"](self)

    def __bool__(self) -> NoReturn:
        raise MisuseError(
            "an expression has no truth value: it is a formula, not a number. Evaluate it first "
            "(rs.evaluate(expr, values)), or use `is` to ask whether two expressions are the same."
        )

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Expr):
            return self is other
        if isinstance(other, (int, float, complex)) or hasattr(other, "__array__"):
            raise MisuseError(
                "`==` compares formulas, not values: equal formulas are the same object. To compare values, "
                "evaluate first: rs.evaluate(expr, values) == number."
            )
        return NotImplemented

    __hash__ = object.__hash__

    def _no_order(self, other: object) -> NoReturn:
        raise MisuseError(
            "formulas have no order: `<` and `>` need numbers. Evaluate first, or use rs.minimum / rs.maximum."
        )

    __lt__ = __le__ = __gt__ = __ge__ = _no_order

    def __repr__(self) -> str:
        return RENDERERS["text"](self) if "text" in RENDERERS else f"<{self.prim.name} {self.shape}>"

    def _repr_latex_(self) -> str:
        return RENDERERS["latex"](self)

    def __copy__(self) -> "Expr":
        return self

    def __deepcopy__(self, memo: object) -> "Expr":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        order = {node: i for i, node in enumerate(topological([self]))}
        return _rebuild, ([(n.prim, tuple(order[a] for a in n.args), n.attrs, n.shape, n.dtype) for n in order],)


_FILL = tuple(vars(Expr)[field].__set__ for field in Expr.__slots__[1:])
"""What sets a field of a new node: setting it by its name is refused."""
_KEEP_LEAVES = _FILL[0]


def intern_node(
    prim: "Primitive", args: tuple[Expr, ...], attrs: tuple[Hashable, ...], shape: Shape, dtype: str = "float"
) -> Expr:
    """The one node with this content, created if it does not exist yet."""
    key = (prim.name, tuple(a.serial for a in args), attrs, shape, dtype)
    with _lock:
        node = _interned.get(key)
        if node is None:
            node = object.__new__(Expr)
            for fill, value in zip(_FILL, (None, args, attrs, dtype, prim, next(_serials), shape), strict=True):
                fill(node, value)
            _interned[key] = node
        return node


def _rebuild(rows: list[tuple[Any, ...]]) -> Expr:
    built: list[Expr] = []
    for prim, args, attrs, shape, dtype in rows:
        built.append(intern_node(prim, tuple(built[i] for i in args), attrs, shape, dtype))
    return built[-1]


def topological(roots: Iterable[Expr]) -> list[Expr]:
    """Every node under `roots`, once, arguments before users, in the order in which they are read from left to right.

    The order depends on the structure alone, not on what was built before, so that prints are the same in every run.
    Iterative, so depth does not matter.
    """
    order: dict[Expr, None] = {}
    stack = list(roots)[::-1]
    while stack:
        node = stack[-1]
        if node not in order:
            if node.args and (missing := [arg for arg in node.args if arg not in order]):
                stack += missing[::-1]
                continue
            order[node] = None
        stack.pop()
    return list(order)


def leaves(roots: Iterable[Expr]) -> Iterator[Expr]:
    """The named leaves under `roots`, in the order of `topological`."""
    return (node for node in topological(roots) if node.prim.name == "leaf")


def leaves_of(expr: Expr) -> tuple[Expr, ...]:
    """The named leaves under `expr`, as `leaves` gives them; found once."""
    if not expr.args:
        return (expr,) if expr.prim.name == "leaf" else ()
    if expr._leaves is None:
        _KEEP_LEAVES(expr, tuple(leaves([expr])))
    return expr._leaves or ()
