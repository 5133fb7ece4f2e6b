"""Step Jacobians by rnnsym: from the equations of the cell; products multiplied out, as the peers do."""

from works import Case, Data

import rnnsym as rs
from peers import Prepared
from peers.lab_results import exponents, fan


def prepare(case: Case, data: Data, yardstick: str | None, exact: bool = False) -> Prepared:
    net = rs.Network("elman", case.inputs, case.hidden, None)
    if case.work == "fan":
        return Prepared(lambda: rs.jacobians(net, data.params, data.x).fan(k=0, exact=exact), fan)
    return Prepared(lambda: rs.jacobians(net, data.params, data.x).lyapunov().exponents, exponents)
