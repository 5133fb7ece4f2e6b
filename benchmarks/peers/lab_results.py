"""What a competitor found about step Jacobians, as it is compared."""

from typing import Any

import numpy as np

from peers import Canonical


def fan(logs: Any) -> Canonical:
    """From the logarithms of all singular values: the largest of each product, and how large the others are beside it.
    Small ones are noise for those who multiply out."""
    logs = np.asarray(logs)
    return float(logs[-1, 0]), {"log of the largest": logs[:, 0], "others by the largest": np.exp(logs - logs[:, :1])}


def fan_of(values: Any) -> Canonical:
    """The same from the singular values."""
    with np.errstate(divide="ignore"):
        return fan(np.log(np.asarray(values)))


def exponents(found: Any) -> Canonical:
    """Whatever their order."""
    found = np.sort(np.asarray(found))[::-1]
    return float(found[0]), {"exponents": found}
