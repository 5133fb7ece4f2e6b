"""rnnsym itself: the network by its name, and nothing about its cell."""

from functools import partial
from typing import Any

from works import Case, Data

import rnnsym as rs
from peers import Canonical, Prepared


def network(case: Case) -> Any:
    """The network of a case."""
    sizes = {"hidden": case.hidden, "outputs": case.inputs}
    match case.work:
        case "two_layer":
            return rs.stacked(["lstm", "lstm"], case.inputs, **sizes)
        case "bidirectional":
            return rs.bidirectional("lstm", case.inputs, **sizes)
        case "peephole":
            return rs.Network(rs.cells.get("lstm", variant="peephole"), case.inputs, **sizes)
        case "character":
            return rs.Network("elman", rs.Vocabulary(case.inputs), loss="cross_entropy", **sizes)
        case cell:
            return rs.Network(cell, case.inputs, **sizes)


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    net = network(case)
    return Prepared(partial(net.prepare(data.x, data.targets), data.params), canonical)


def canonical(result: Any) -> Canonical:
    loss, grads = result
    return float(loss), dict(grads)
