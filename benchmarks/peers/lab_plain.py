"""Step Jacobians by rnnsym, the products multiplied out as the peers do."""

from functools import partial

from peers.lab_ours import prepare as graded

prepare = partial(graded, exact=False)
