"""Families of primitives: what a declaration leaves out, the family derives."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import OPERATORS, Expr
from rnnsym.core.mathtree import Call, MathTree
from rnnsym.core.primitive import ATOM_BINDING, Code, Kernel, Primitive, Sample, sample
from rnnsym.ops.leaves import FULL, is_zero, number_source, zeros

Partial = Callable[..., Expr]
Rule = Callable[..., Expr]
SympyRule = str | Callable[..., Any]
Coder = Callable[[Expr], Code]
Sizer = Callable[[Dim], str]


class Elementwise(Primitive):
    """Acts on each entry alone. `partials` give ∂out/∂argument in terms of (out, *arguments).

    `sympy` is the name of SymPy's function, or a function of (sympy module, *arguments) for one entry.
    """

    family = "elementwise"

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

    def shape(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...]) -> Shape:
        for arg in args[1:]:
            if arg.shape != args[0].shape:
                raise self.refuse(args, f"shapes must be equal, {show(args[0].shape)} is not {show(arg.shape)}.")
        return args[0].shape

    def partial(self, node: Expr, i: int) -> Expr:
        return self.partials[i](node, *node.args)

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        return OPERATORS["along"](self.partial(node, i), tangent)

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        return cotangent * self.partial(node, i)

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return self.kernel(*args)

    def sympy(self, sp: Any, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return entrywise(sp, self.sympy_rule, len(args))(*args)

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        return call_source(self.kernel, operands(node.args, code))

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        return self.tree_rule(*args) if self.tree_rule else Call(self.name, tuple(args))


class Structured(Primitive):
    """A primitive on whole arrays, declared by functions: one flat rule for each argument.

    `shape_rule(*shapes, *attrs)` returns the result's shape or a sentence of what is wrong. `pulls[i](cotangent,
    node, *args)` and `pushes[i](tangent, node, *args)` are the rules, None for an argument through which no
    derivative passes; `kernel(*values, *attrs)` is the number. `linear`: zero in any argument gives zero.
    """

    def __init__(
        self,
        name: str,
        *,
        kernel: Kernel,
        shape: Callable[..., Shape | str],
        pulls: Sequence[Rule | None],
        pushes: Sequence[Rule | None],
        tree: Callable[..., MathTree],
        samples: Sequence[Sample],
        integers: Sequence[int] = (),
        source: Callable[..., Code] | None = None,
        sympy: Callable[..., Any] | None = None,
        simplify: Callable[..., Expr | None] | None = None,
        linear: bool = True,
    ) -> None:
        super().__init__(name, samples)
        self.kernel, self.shape_rule, self.tree_rule = kernel, shape, tree
        self.pulls, self.pushes = tuple(pulls), tuple(pushes)
        self.source_rule, self.sympy_rule, self.simplify_rule = source, sympy, simplify
        self.integers, self.linear = tuple(integers), linear

    def shape(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...]) -> Shape:
        for i, arg in enumerate(args):
            if (arg.dtype == "int") != (i in self.integers):
                raise self.refuse(args, f"argument {i + 1} must be {'integer' if i in self.integers else 'real'}.")
        shape = self.shape_rule(*(arg.shape for arg in args), *attrs)
        if isinstance(shape, str):
            raise self.refuse(args, shape)
        return shape

    def simplify(self, args: tuple[Expr, ...], attrs: tuple[Hashable, ...], shape: Shape) -> Expr | None:
        if self.linear and any(is_zero(arg) for arg in args):
            return zeros(shape)
        return self.simplify_rule(*args, *attrs) if self.simplify_rule else None

    def flows(self, node: Expr, i: int) -> bool:
        return self.pulls[i] is not None and super().flows(node, i)

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        rule = self.pushes[i]
        return rule(tangent, node, *node.args) if rule else super().push(node, i, tangent)

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        rule = self.pulls[i]
        return rule(cotangent, node, *node.args) if rule else super().pull(node, i, cotangent)

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return self.kernel(*args, *settings(node, size))

    def sympy(self, sp: Any, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        if self.sympy_rule is None:
            return self.numpy(node, args, size)
        return self.sympy_rule(sp, *args, *settings(node, size))

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        if self.source_rule is not None:
            return self.source_rule(node, code, size)
        extra = [f"({', '.join(s)},)" if isinstance(s, tuple) else s for s in settings(node, size)]
        return call_source(self.kernel, [code(arg) for arg in node.args], extra)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        return self.tree_rule(*args, *node.attrs)


def everywhere(arity: int, attrs: tuple[Hashable, ...] = ()) -> list[Sample]:
    """Samples of an elementwise operation: scalars, vectors and matrices."""
    shapes: list[Shape] = [(), ("H",), ("H", "X")]
    return [sample(*(shape,) * arity, attrs=attrs) for shape in shapes]


def settings(node: Expr, size: Callable[[Dim], Any]) -> list[Any]:
    """The attributes of a node with every dimension replaced by its size."""
    return [tuple(size(d) for d in a) if isinstance(a, tuple) else size(a) for a in node.attrs]  # type: ignore[arg-type]


def call_source(kernel: Kernel, args: Sequence[Code], extra: Sequence[str] = ()) -> Code:
    """A call of `kernel`, as `np.tanh(a)` where it is NumPy's own and as `sigmoid(a)` where it is ours."""
    name = f"np.{kernel.__name__}" if isinstance(kernel, np.ufunc) else kernel.__name__
    return Code(f"{name}({', '.join([*(arg.text for arg in args), *extra])})", leading=any(a.leading for a in args))


def operands(args: Sequence[Expr], code: Coder) -> list[Code]:
    """The sources of an elementwise operation's operands: a repeated scalar is left to align beside a full operand.

    Where there is none, the first operand is written in full, so that the result has its shape.
    """
    thin = [arg.prim is FULL or arg.prim.name == "broadcast" for arg in args]
    return [code(arg) if i == 0 and all(thin) else _aligned(arg, code) for i, arg in enumerate(args)]


def _aligned(arg: Expr, code: Coder) -> Code:
    if arg.prim is FULL:
        return number_source(arg)
    if arg.prim.name == "broadcast":
        inner = code(arg.args[0])
        axes = ", ".join(["...", *["None"] * len(arg.shape)])
        return Code(f"{inner.within(ATOM_BINDING)}[{axes}]") if inner.leading else inner
    return code(arg)


def entrywise(sp: Any, rule: SympyRule, arity: int) -> Callable[..., Any]:
    """A SymPy rule for one entry as a function on object arrays."""
    rule_of_entries = getattr(sp, rule) if isinstance(rule, str) else partial(rule, sp)
    applied: Callable[..., Any] = np.frompyfunc(rule_of_entries, arity, 1)
    return applied
