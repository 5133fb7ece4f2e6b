"""The family of primitives that act on each entry alone."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Call, MathTree
from rnnsym.core.primitive import ATOM_BINDING, Code, Kernel, Primitive, Sample
from rnnsym.ops.leaves import FULL, in_full, is_repeated, number_source
from rnnsym.ops.products import along
from rnnsym.ops.structure import BROADCAST
from rnnsym.ops.structured import Coder, Sizer, call_source, everywhere

Partial = Callable[..., Expr]
SympyRule = str | Callable[..., Any]


class Pointwise(Primitive):
    """Acts on each entry alone: `partial(node, i)` is the derivative, entry by entry, in argument i."""

    family = "elementwise"

    def shape(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...]) -> Shape:
        for arg in args[1:]:
            if arg.shape != args[0].shape:
                raise self.refuse(args, f"shapes must be equal, {show(args[0].shape)} is not {show(arg.shape)}.")
        return args[0].shape

    def partial(self, node: Expr, i: int) -> Expr:
        raise NotImplementedError

    def operands(self, node: Expr, args: Sequence[MathTree]) -> list[MathTree]:
        """The trees of the arguments; the last one says its shape where no other one does."""
        if all(is_repeated(arg) for arg in node.args):
            return [*args[:-1], in_full(node.args[-1], args[-1])]
        return list(args)

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        return along(self.partial(node, i), tangent)

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        return cotangent * self.partial(node, i)


class Elementwise(Pointwise):
    """A function of entries. `partials` give ∂out/∂argument in terms of (out, *arguments).

    `sympy` is the name of SymPy's function, or a function of (sympy module, *arguments) for one entry.
    """

    def __init__(
        self,
        name: str,
        kernel: Kernel,
        partials: Sequence[Partial],
        sympy: SympyRule,
        domain: str = "real",
        kink: bool = False,
        tree: Callable[..., MathTree] | None = None,
        samples: Sequence[Sample] = (),
    ) -> None:
        super().__init__(name, samples or everywhere(len(partials)), domain)
        self.kernel, self.partials, self.kink, self.sympy_rule = kernel, tuple(partials), kink, sympy
        self.tree_rule = tree

    def partial(self, node: Expr, i: int) -> Expr:
        return self.partials[i](node, *node.args)

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return self.kernel(*args)

    def sympy(self, sp: Any, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return entrywise(sp, self.sympy_rule, len(args))(*args)

    def source(self, node: Expr, code: Coder, size: Sizer) -> Code:
        return call_source(self.kernel, operands(node.args, code))

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        spelt = self.operands(node, args)
        return self.tree_rule(*spelt) if self.tree_rule else Call(self.name, tuple(spelt))


def operands(args: Sequence[Expr], code: Coder) -> list[Code]:
    """The sources of an elementwise operation's operands: a repeated scalar is left to align beside a full operand.

    Where there is none, the first operand is written in full, so that the result has its shape.
    """
    thin = [arg.prim is FULL or arg.prim is BROADCAST for arg in args]
    return [code(arg) if i == 0 and all(thin) else _aligned(arg, code) for i, arg in enumerate(args)]


def _aligned(arg: Expr, code: Coder) -> Code:
    if arg.prim is FULL:
        return number_source(arg)
    if arg.prim is BROADCAST:
        inner = code(arg.args[0])
        axes = ", ".join(["...", *["None"] * len(arg.shape)])
        return Code(f"{inner.within(ATOM_BINDING)}[{axes}]") if inner.leading else inner
    return code(arg)


def entrywise(sp: Any, rule: SympyRule, arity: int) -> Callable[..., Any]:
    """A SymPy rule for one entry as a function on object arrays."""
    rule_of_entries = getattr(sp, rule) if isinstance(rule, str) else partial(rule, sp)
    applied: Callable[..., Any] = np.frompyfunc(rule_of_entries, arity, 1)
    return applied
