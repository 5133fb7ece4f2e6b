"""Step Jacobians by JAX: scan for the states, vmap(jacfwd) for all steps, scans for what is done with them."""

from typing import Any

import jax
from jax import lax
from jax import numpy as jnp
from works import Case, Data

from peers import Prepared
from peers.lab_results import exponents, fan_of

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def cell(h: Any, x: Any, p: Any) -> Any:
    return jnp.tanh(p["W"] @ x + p["U"] @ h + p["b"])


def steps(p: Any, x: Any) -> Any:
    """All step Jacobians, (T, H, H)."""

    def step(h: Any, x: Any) -> Any:
        return cell(h, x, p), h

    _, before = lax.scan(step, jnp.zeros(p["b"].shape), x)
    return jax.vmap(lambda h, x: jax.jacfwd(cell)(h, x, p))(before, x)


def singular_values(p: Any, x: Any) -> Any:
    def multiply(product: Any, jacobian: Any) -> Any:
        return (product := jacobian @ product), product

    _, products = lax.scan(multiply, jnp.eye(len(p["b"])), steps(p, x))
    return jnp.linalg.svd(products, compute_uv=False)


def lyapunov(p: Any, x: Any) -> Any:
    def turn(frame: Any, jacobian: Any) -> Any:
        frame, upper = jnp.linalg.qr(jacobian @ frame)
        return frame, jnp.log(jnp.abs(jnp.diag(upper)))

    return lax.scan(turn, jnp.eye(len(p["b"])), steps(p, x))[1].mean(0)


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    params, x = jax.tree.map(jnp.asarray, (data.params, data.x))
    compiled = jax.jit(singular_values if case.work == "fan" else lyapunov)
    return Prepared(lambda: jax.block_until_ready(compiled(params, x)), fan_of if case.work == "fan" else exponents)
