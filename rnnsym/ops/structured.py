"""The family of primitives on whole arrays: what a declaration leaves out, the family derives."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim, Shape
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree, Round
from rnnsym.core.primitive import Code, Kernel, Primitive, Sample, sample
from rnnsym.ops.leaves import in_full, is_zero, zeros

Rule = Callable[..., Expr]
Coder = Callable[[Expr], Code]
Sizer = Callable[[Dim], str]


class Structured(Primitive):
    """A primitive on whole arrays, declared by functions: one flat rule for each argument.

    `shape_rule(*shapes, *attrs)` returns the result's shape or a sentence of what is wrong. `pulls[i](cotangent,
    node, *args)` and `pushes[i](tangent, node, *args)` are the rules, None for an argument through which no
    derivative passes; `kernel(*values, *attrs)` is the number. `linear`: zero in any argument gives zero. `ranked`:
    the kernel, the SymPy rule and the tree also get the rank of the first argument, after the attributes. `rounds`:
    for each argument, whether it is printed in brackets, so that what is printed says in which order a product is
    taken. `repeats`: a repeated scalar is clear from what stands beside it, as in a sum.
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
        ranked: bool = False,
        sign: str = "",
        rounds: Sequence[Callable[[Expr], bool]] = (),
        repeats: bool = False,
    ) -> None:
        super().__init__(name, samples)
        self.kernel, self.shape_rule, self.tree_rule = kernel, shape, tree
        self.pulls, self.pushes = tuple(pulls), tuple(pushes)
        self.source_rule, self.sympy_rule, self.simplify_rule = source, sympy, simplify
        self.integers, self.linear, self.ranked, self.sign = tuple(integers), linear, ranked, sign
        self.rounds, self.repeats = tuple(rounds), repeats

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
        return self.pulls[i] is not None

    def push(self, node: Expr, i: int, tangent: Expr) -> Expr:
        rule = self.pushes[i]
        return rule(tangent, node, *node.args) if rule else super().push(node, i, tangent)

    def pull(self, node: Expr, i: int, cotangent: Expr) -> Expr:
        rule = self.pulls[i]
        return rule(cotangent, node, *node.args) if rule else super().pull(node, i, cotangent)

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return self.kernel(*args, *settings(node, size), *self._rank(node))

    def sympy(self, sp: Any, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        if self.sympy_rule is None:
            return self.numpy(node, args, size)
        return self.sympy_rule(sp, *args, *settings(node, size), *self._rank(node))

    def source(self, node: Expr, code: Coder, size: Callable[[Dim], str]) -> Code:
        if self.source_rule is not None:
            return self.source_rule(node, code, size)
        extra = [f"({', '.join(s)}{',' * bool(s)})" if isinstance(s, tuple) else s for s in settings(node, size)]
        return call_source(self.kernel, [code(arg) for arg in node.args], [*extra, *map(str, self._rank(node))])

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        """An argument that is one number repeated says its shape; those that `rounds` picks stand in brackets."""
        spelt = list(args) if self.repeats else [in_full(arg, tree) for arg, tree in zip(node.args, args, strict=True)]
        for i, needs in enumerate(self.rounds):
            spelt[i] = Round(spelt[i]) if needs(node.args[i]) else spelt[i]
        return self.tree_rule(*spelt, *node.attrs, *self._rank(node))

    def _rank(self, node: Expr) -> list[int]:
        return [len(node.args[0].shape)] if self.ranked else []


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
