"""Cells that exist in several published variants."""

from typing import Any, ClassVar, Self

from rnnsym.cells.base import Cell
from rnnsym.errors import unknown


class Family(Cell):
    """A cell with variants. `LSTM(variant="peephole")` makes the subclass of LSTM that says `variant = "peephole"`."""

    variant: ClassVar[str] = ""
    variants: ClassVar[dict[str, type["Family"]]] = {}
    """The cells of this family by their variant, the family's own first."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if Family in cls.__bases__:
            cls.variants = {}
        if "variant" in cls.__dict__:
            cls.variants[cls.variant] = cls
        super().__init_subclass__(**kwargs)

    def __new__(cls, variant: object = None, *others: Any, **options: Any) -> Self:
        if variant is None or "variant" not in cls.__dict__:
            return super().__new__(cls)
        if str(variant) not in cls.variants:
            raise unknown(f"variant of {cls.__name__}", variant, cls.variants)
        return super().__new__(cls.variants[str(variant)])  # type: ignore[return-value]
