"""What a plan decides by sizes rather than by equations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """`factors_ahead`: elementwise factors that a loop does not change are made for all steps before it; otherwise
    each step makes its own, which stay in the cache. `augment`: inputs and biases stand in the loop's own product,
    [U W b]·[h, x, 1]; otherwise they are added, from one product for all steps. `scale`: where a product is scaled by
    a factor that is made ahead, its matrix is, for all steps at once. `lerp`: weighted means cost one operation less,
    where what is small beside its partner may lose digits. `padding`: how many zeros may stand in a matrix
    for one product to do the work of two. `share`: how much of a product of gradients must be wanted.
    """

    factors_ahead: bool = True
    augment: bool = True
    scale: bool = False
    lerp: bool = True
    padding: int = 8192
    share: float = 2 / 3
