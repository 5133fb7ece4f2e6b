"""NumPy tuned by hand for one cell: of our own where there is one, else the yardstick that --yardstick names."""

import importlib.util
from pathlib import Path
from typing import Any

from works import WORKS, Case, Data

from peers import PLAIN, Canonical, Prepared, UnavailableError, plain_peer
from peers.stacked import hidden_bias, stack, unstack

NAMES = {"elman": "rnn", "character": "charlm"}


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    if case.work not in PLAIN:
        return plain_peer.prepare(case, data, yardstick)
    if yardstick is None:
        raise UnavailableError("no --yardstick PATH")
    module, work = load(Path(yardstick)), case.work
    params = {
        "W_ih": stack(data.params, work, "W"),
        "W_hh": stack(data.params, work, "U"),
        "b_ih": stack(data.params, work, "b"),
        "b_hh": hidden_bias(data.params, work),
        "W_o": data.params["V"],
        "b_o": data.params["b_y"],
    }
    x, targets = data.x, data.targets
    if case.batch == 1:
        x, targets = x[:, None], targets[:, None]
    state = module.prepare(NAMES.get(work, work), params, x, targets)

    def canonical(result: Any) -> Canonical:
        loss, grads = result
        W, U, b, b_hidden = (grads[name] for name in ("W_ih", "W_hh", "b_ih", "b_hh"))
        return loss, {**unstack(work, "", W, U, b, b_hidden), "V": grads["W_o"], "b_y": grads["b_o"]}

    return Prepared(lambda: module.run(state), canonical)


def load(path: Path) -> Any:
    """The yardstick's module. Raises UnavailableError."""
    spec = importlib.util.spec_from_file_location("yardstick", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UnavailableError(f"{path} is no Python file: it should have been {', '.join(WORKS)}'s yardstick")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
