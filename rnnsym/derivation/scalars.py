"""A System entry by entry, at numeric sizes and for a number of steps: scalar equations in which every named entry is
used by its name, and nothing is written twice.

An equation is taken apart into entries once, at a general step; the entries of a step are copies of these with other
leaves. So the cost for T steps is that of making the nodes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rnnsym.core import dims
from rnnsym.core.dims import Dim, Shape
from rnnsym.core.expr import Expr, intern_node, leaves, topological
from rnnsym.core.names import FREE, START, Fixed, Free, Name, Offset, Point, Role, TimeMap
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine_order import ordered
from rnnsym.errors import InputError
from rnnsym.ops import elementwise
from rnnsym.ops.arithmetic import add
from rnnsym.ops.families import Pointwise
from rnnsym.ops.leaves import FULL, as_expr, full, is_zero, leaf, number_in, zeros
from rnnsym.transforms.rewrite import substitute
