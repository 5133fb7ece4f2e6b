"""The fast form of a network, made with given choices, against the readable form and independent paths."""

from dataclasses import replace
from itertools import product

import numpy as np

from rnnsym.core.names import Name, Role
from rnnsym.engine.fast.plan import planned
from rnnsym.engine.passes.choices import Choices
from rnnsym.wiring import TOTAL_LOSS
from support.paths import assert_block, complex_steps, explicit

TOLERANCE = 1e-10
CHOICES = tuple(
    Choices(ahead, augment, scale) for ahead, augment, scale in product((True, False), repeat=3) if ahead or not scale
)
"""Scaled products need their factors ahead of the loop, and one example: with a batch they are left as they are."""


def program_of(net, batch, choices, masked=False, kind="float64"):
    """The fast program of a network for a batch size, None for one example."""
    derived = net.derived(masked)
    return planned(derived.system, (TOTAL_LOSS, *derived.gradients), net.sizes, batch, kind, choices).program


def outcome(net, program, arguments, steps):
    """The loss and the gradients of a second run: the first leaves its numbers in the buffers."""
    params, x, targets, carry, mask = (*arguments, None, None)[:5]
    given = net.given(params, x, targets, carry, mask)
    load, run = program.prepare(steps)
    load(*[given[name] for name in program.data])
    values = [given[name] for name in program.params]
    run(*[value + 0.3 for value in values])
    loss, *grads = run(*values)
    return loss, {name.label: grad for name, grad in zip(program.wanted[1:], grads, strict=True)}


def run_with(net, choices, arguments, steps, batch):
    """The loss and the gradients by the fast form with these choices, or None where T is too small for it."""
    params, x, _, _, mask = (*arguments, None, None)[:5]
    choices = replace(choices, scale=choices.scale and batch is None)
    inputs = x.values() if isinstance(x, dict) else [x]
    kind = "complex128" if any(map(np.iscomplexobj, [*params.values(), *inputs])) else "float64"
    program = program_of(net, batch, choices, mask is not None, kind)
    return outcome(net, program, arguments, steps) if steps >= program.least else None


def same(found, right, what, tolerance=TOLERANCE):
    """Two losses with their gradients, equal up to `tolerance` of the largest entry of each.

    A gradient 10⁴ times smaller than another may be zero but for rounding, and is measured by that one.
    """
    np.testing.assert_allclose(found[0], right[0], rtol=tolerance, atol=1e-300, err_msg=f"{what}: the loss")
    sizes = {label: np.abs(gradient).max(initial=0.0) for label, gradient in right[1].items()}
    least = 1e-4 * max(sizes.values(), default=0.0) or 1.0
    for label, gradient in found[1].items():
        assert gradient.shape == right[1][label].shape, (what, label)
        scale = max(sizes[label], least)
        np.testing.assert_allclose(
            gradient / scale, right[1][label] / scale, rtol=0, atol=tolerance, err_msg=f"{what}: {label}"
        )


def check(net, arguments, steps, batch, choices=CHOICES[:1]):
    """The readable form, value_and_grad, prepare and the fast form with each of the choices give the same."""
    run = net.run(*arguments)
    right = run.loss, run.grads
    step = net.prepare(*arguments[1:])
    step({label: np.add(value, 0.3) for label, value in arguments[0].items()})
    same(net.value_and_grad(*arguments), right, "value_and_grad")
    same(step(arguments[0]), right, "prepare")
    for each in choices:
        if found := run_with(net, each, arguments, steps, batch):
            same(found, right, each)


def check_by_other_paths(problem, choices):
    """The fast form of a problem against reverse mode over the unrolled graph, and small imaginary steps."""
    batch = problem.batch[0] if problem.batch else None
    found = run_with(problem.net, choices, problem.arguments, problem.steps, batch)
    found = found or problem.net.value_and_grad(*problem.arguments)
    exact = explicit(problem.system, problem.given, problem.steps, problem.batch, problem.net.sizes)
    np.testing.assert_allclose(found[0], exact.loss, rtol=1e-12)
    for label, gradient in found[1].items():
        name = Name(Role.PARAM, label)
        assert_block(gradient, exact.param(name, gradient), exact.scale(name), label)
        assert_block(gradient, complex_steps(problem, "params", label), exact.scale(name), label)
