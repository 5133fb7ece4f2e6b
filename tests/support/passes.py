"""Passes against what they must keep: values of the loss and the gradients, run by the readable program."""

import numpy as np

from rnnsym.core.names import Offset
from rnnsym.core.system import reads
from rnnsym.derivation.adjoint import adjoint
from rnnsym.engine.passes.pipeline import single_operations
from rnnsym.engine.program import function
from rnnsym.engine.schedule import schedule
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.leaves import FULL
from rnnsym.ops.products import MATVEC
from rnnsym.wiring import TOTAL_LOSS
from support.networks import data_for


class Passed:
    """A network's adjoint, before the passes and after each of them, by the pass's name."""

    def __init__(self, net, choices):
        self.net, self.choices = net, choices
        found = adjoint(net.system, TOTAL_LOSS)
        self.wanted = (TOTAL_LOSS, *found.gradients)
        self.after, self.programs = {}, {}
        self.last = single_operations(found.system, self.wanted, choices, self._watch)

    def _watch(self, each, system):
        self.after[each.name] = system

    def check_values(self, steps, batch, only_last=False):
        """Every system has the loss and the gradients of the network, at generic numbers."""
        data = data_for(self.net, steps, 0, batch)
        given = self.net.given(*data, None)
        run = self.net.run(*data)
        for name, system in self.after.items():
            if not only_last or system is self.last:
                self._check(f"after {name}", system, given, steps, run)

    def _check(self, when, system, given, steps, run):
        """`system` gives the loss and the gradients of `run`, to 1e-10 of the largest entry."""
        if when not in self.programs:
            needed = system.ancestors(self.wanted)
            self.programs[when] = function(system, [name for name in system.equations if name in needed], when)
        found = self.programs[when](given, steps)
        for name in self.wanted:
            right = run.grads.get(name.label, run.loss)
            scale = np.abs(right).max(initial=0.0) or 1.0
            np.testing.assert_allclose(
                found[name] / scale, right / scale, rtol=0, atol=1e-10, err_msg=f"{when}: {name}"
            )


def check_single(system, augment=True):
    """Every equation of a loop, at the loop's steps, is one operation on leaves, on steps that do not overlap."""
    for block in schedule(system, list(system.equations)):
        if block.direction:
            members = set(block.names)
            for name in block.names:
                turning = [p for p in system.equations[name] if not _starts(system, p, members)]
                for i, piece in enumerate(turning):
                    assert all(piece.domain.apart(other.domain) for other in turning[:i]), name
                    assert single_operation(piece.rhs, augment, members), (name, piece.rhs)


def _starts(system, piece, members):
    return piece.domain.single and not any(r.name in members for r in reads(piece.rhs))


def single_operation(rhs, augment, members):
    if not rhs.args:
        return True
    if rhs.prim is MATVEC or (rhs.prim is ADD and any(arg.prim is MATVEC for arg in rhs.args)):
        return _linear([rhs] if rhs.prim is MATVEC else rhs.args, augment, members)
    if rhs.prim.family != "elementwise":
        return all(_operand(arg) for arg in rhs.args)
    if rhs.prim is ADD:
        first, second = rhs.args
        return _operand(first) and _operand(second.args[0] if second.prim is NEG else second)
    return all(map(_operand, rhs.args)) and (rhs.prim is not MUL or len(rhs.args) == 2)


def _linear(terms, augment, members):
    """Products of matrices of parameters with leaves; with `augment`, biases and products from outside the loop too."""
    for term in terms:
        if term.prim is MATVEC:
            matrix, vector = term.args
            if vector.prim.name != "leaf" or (not augment and vector.attrs[0] not in members):
                return False
            if len(terms) > 1 and any(r.name.batched for r in reads(matrix)):
                return False
        elif not augment or term.prim.name != "leaf" or isinstance(term.attrs[1], Offset):
            return False
    return True


def _operand(node):
    return node.prim is FULL or node.prim.name == "leaf"
