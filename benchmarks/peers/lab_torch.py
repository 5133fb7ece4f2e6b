"""Step Jacobians by PyTorch: a loop for the states, vmap(jacrev) for all steps, loops for what is done with them."""

from typing import Any

import torch
from torch.func import jacrev, vmap
from works import Case, Data

from peers import Prepared
from peers.lab_results import exponents, fan_of


def cell(h: Any, x: Any, p: Any) -> Any:
    return torch.tanh(p["W"] @ x + p["U"] @ h + p["b"])


def steps(p: Any, x: Any) -> Any:
    """All step Jacobians, (T, H, H)."""
    states = [torch.zeros_like(p["b"])]
    for row in x[:-1]:
        states.append(cell(states[-1], row, p))
    return vmap(jacrev(lambda h, x: cell(h, x, p)))(torch.stack(states), x)


def singular_values(p: Any, x: Any) -> Any:
    product, products = torch.eye(len(p["b"]), dtype=x.dtype), []
    for jacobian in steps(p, x):
        product = jacobian @ product
        products.append(product)
    return torch.linalg.svdvals(torch.stack(products))


def lyapunov(p: Any, x: Any) -> Any:
    frame, grown = torch.eye(len(p["b"]), dtype=x.dtype), torch.zeros_like(p["b"])
    for jacobian in steps(p, x):
        frame, upper = torch.linalg.qr(jacobian @ frame)
        grown = grown + upper.diagonal().abs().log()
    return grown / len(x)


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    params = {name: torch.tensor(value) for name, value in data.params.items()}
    x = torch.tensor(data.x)
    work = singular_values if case.work == "fan" else lyapunov

    def call() -> Any:
        with torch.no_grad():
            return work(params, x)

    return Prepared(call, fan_of if case.work == "fan" else exponents)
