"""What a primitive is. Each one is declared in a single place (`rnnsym.ops`), as an instance of a family.

A primitive states its shape rule, its kernel (a plain NumPy function on trailing event axes), how a tangent is
pushed forward and a cotangent pulled back through each argument, and how it is written. All rules are ordinary
code on expressions, so that derivatives have derivatives.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import Expr, intern_node
from rnnsym.core.mathtree import MathTree
from rnnsym.errors import DisconnectedError, ShapeError

Kernel = Callable[..., Any]
PRIMITIVES: dict[str, "Primitive"] = {}


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of Python source: its text, how tightly it binds, and whether its value has leading axes."""

    text: str
    binding: int = 100
    leading: bool = True

    def within(self, binding: int) -> str:
        """The text, bracketed where it binds less tightly than `binding`."""
        return self.text if self.binding >= binding else f"({self.text})"


class Sample(NamedTuple):
    """Shapes of the arguments, and attributes, at which the law suite tests a primitive."""

    shapes: tuple[Shape, ...]
    attrs: tuple[Hashable, ...] = ()


def sample(*shapes: Shape, attrs: tuple[Hashable, ...] = ()) -> Sample:
    """`sample(("H", "X"), ("X",))`: a matrix and a vector."""
    return Sample(shapes, attrs)


SUM_BINDING, PRODUCT_BINDING, PREFIX_BINDING, POWER_BINDING, ATOM_BINDING = 10, 20, 30, 40, 100


class Primitive:
    """The base of all families.

    `push(node, i, tangent)` is the tangent of the node when argument i moves along `tangent`; the tangent may have
    one trailing axis more than the argument (many directions at once: that is how Jacobians are built).
    `pull(node, i, cotangent)` is the adjoint of that map: the cotangent of argument i.
    `samples` are what the law suite tests the primitive at, in the domain `domain` ("real" or "positive");
    `integers` are the positions of the arguments that take integers; `sign` is the operator that a user writes.
    """

    family: ClassVar[str] = "primitive"
    kink: bool = False
    integers: tuple[int, ...] = ()
    sign: str = ""

    def __init__(self, name: str, samples: Sequence[Sample] = (), domain: str = "real") -> None:
        if name in PRIMITIVES:
            raise ValueError(f"primitive '{name}' is declared twice")
        self.name, self.samples, self.domain = name, tuple(samples), domain
        PRIMITIVES[name] = self

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find_primitive, (type(self), self.name)

    def __call__(self, *args: Expr, attrs: tuple[Hashable, ...] = ()) -> Expr:
        """The node, after unit and zero rules. Raises ShapeError naming the operation, operands and shapes."""
        shape = self.shape(args, attrs)
        simpler = self.simplify(args, attrs, shape)
        return intern_node(self, args, attrs, shape, self.dtype(args)) if simpler is None else simpler

    def dtype(self, args: tuple[Expr, ...]) -> str:
        return "float"

    def shape(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...]) -> Shape:
        raise NotImplementedError

    def simplify(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...], shape: Shape) -> Expr | None:
        return None

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        raise DisconnectedError(f"argument {i + 1} of {self.name} takes integers: nothing can be differentiated in it.")

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        raise DisconnectedError(f"argument {i + 1} of {self.name} takes integers: nothing can be differentiated in it.")

    def flows(self, node: Expr, i: int) -> bool:
        """Whether a derivative passes through argument i at all (not through integers or a stopped gradient)."""
        return node.args[i].dtype == "float"

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        """The value from the arguments' values: leading axes first, event axes last."""
        raise NotImplementedError

    def sympy(self, sp: Any, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        """The same on object arrays of SymPy expressions; `sp` is the SymPy module."""
        return self.numpy(node, args, size)

    def source(self, node: Expr, code: Callable[[Expr], Code], size: Callable[[Dim], str]) -> Code:
        """The same as Python source that uses only NumPy and the functions of `ops.kernels`.

        `code` gives the source of any node below this one."""
        raise NotImplementedError

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        raise NotImplementedError

    def refuse(self, args: tuple[Expr, ...], why: str) -> ShapeError:
        """The error for operands that do not fit."""
        texts = [repr(arg) for arg in args]
        shapes = " and ".join(f"{text} has shape {show(arg.shape)}" for text, arg in zip(texts, args, strict=True))
        call = f"{self.name}({', '.join(texts)})"
        if self.sign:
            call = f" {self.sign} ".join(f"({text})" if " " in text else text for text in texts)
        return ShapeError(f"{call}: {shapes}; {why}")


def find_primitive(family: type, name: str) -> Primitive:
    """The primitive called `name`. Reading `family` from a pickle imports its package, which declares the primitive."""
    return PRIMITIVES[name]
