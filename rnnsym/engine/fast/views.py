"""Parts of arrays: the rows and columns that an operation reads or writes, as source."""

from dataclasses import dataclass, field, replace

from rnnsym.core.names import Interval, Offset, Point
from rnnsym.engine.fast.stores import Place, Store


@dataclass(frozen=True)
class View:
    """Columns of a store: of the rows `rows`, of row t + `offset` of a loop, or of an array without time.

    `column`: one column as a scalar; `fold`: the columns as that many equal parts, on an axis of their own; `axes`: how
    many new axes stand after that of the steps, so that the value is repeated along them.
    """

    place: Place
    rows: Interval | None = None
    offset: int | None = None
    columns: tuple[int, int] | None = None
    column: int | None = None
    fold: int = 0
    axes: int = 0

    @property
    def store(self) -> Store:
        return self.place.store

    @property
    def span(self) -> tuple[int, int]:
        """The columns that are touched."""
        if self.column is not None:
            return self.column, self.column + 1
        return self.columns or (0, self.store.event[0] if self.store.event else 1)

    @property
    def whole(self) -> bool:
        """Whether every column of the store is in it."""
        return self.column is None and self.columns in (None, (0, *self.store.event[:1]))

    def narrow(self, start: int, stop: int) -> "View":
        first = self.span[0]
        return replace(self, columns=(first + start, first + stop))

    def entry(self, index: int) -> "View":
        return replace(self, columns=None, column=self.span[0] + index)

    def same(self, other: "View") -> bool:
        """Whether both are the same numbers."""
        return (self.store is other.store) and (self.rows, self.offset, self.span, self.column) == (
            other.rows, other.offset, other.span, other.column
        )  # fmt: skip

    def touches(self, other: "View") -> bool:
        """Whether writing one may change the other, within one operation."""
        if self.store is not other.store or (self.offset is not None and self.offset != other.offset):
            return False
        return self.span[0] < other.span[1] and other.span[0] < self.span[1]

    def joined(self, other: "View") -> "View | None":
        """Both as one, where `other` begins where this one ends."""
        if self.store is not other.store or (self.rows, self.offset) != (other.rows, other.offset):
            return None
        if self.column is not None or other.column is not None or self.span[1] != other.span[0]:
            return None
        return replace(self, columns=(self.span[0], other.span[1]))

    def text(self, rows: str = "") -> str:
        """The source of this part; `rows` is the index of the rows of a store in time."""
        keys = [rows] if rows else []
        if self.column is not None:
            keys.append(str(self.column))
        elif not self.whole:
            keys.append(f"{self.span[0]}:{self.span[1]}")
        text = f"{self.store.name}[{', '.join(keys)}]" if keys else self.store.name
        if self.fold:
            text = f"folded({text}, {int(':' in rows)}, {self.fold})"
        return f"{text}[:{', None' * self.axes}]" if self.axes else text


def view(place: Place, time: object, domain: Interval | None, in_loop: bool) -> View:
    """The part that an equation on `domain` reads of a name in `place`, at `time`: an Offset, or a Point."""
    if place.store.steps is None:
        return View(place, columns=place.columns)
    if isinstance(time, Point):
        at = time.shift(-place.shift)
        return View(place, Interval(at, at), columns=place.columns)
    assert isinstance(time, Offset)
    if in_loop:
        return View(place, offset=time.k - place.shift, columns=place.columns)
    assert domain is not None
    return View(place, domain.shift(time.k - place.shift), columns=place.columns)


def rows_text(store: Store, steps: Interval) -> str:
    """The index of the rows `steps`: one row, or a range."""
    if steps.single:
        return store.row(steps.lo)
    return f"{store.row(steps.lo)}:{store.row(steps.hi.shift(1))}"


@dataclass
class Bindings:
    """What is made once, before any run: a line for each view, under a short name."""

    lines: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    def bind(self, text: str, stem: str = "v") -> str:
        """The name under which `text` is known."""
        return text if text.isidentifier() else self.made(text, text, stem)

    def made(self, key: str, text: str, stem: str) -> str:
        """The name of what `text` makes for `key`: another key, another one."""
        if key not in self.known:
            self.known[key] = f"{stem}{len(self.known) + 1}"
            self.lines.append(f"{self.known[key]} = {text}")
        return self.known[key]


@dataclass
class LoopBindings:
    """The views of a loop: for each, what gives its rows, step by step, and the loop's variable."""

    steps: Interval
    direction: int
    batched: bool
    lists: dict[str, str] = field(default_factory=dict)

    def bind(self, view: View, method: str = "") -> str:
        """The variable that holds this part at each step; with `method`, its bound method."""
        assert view.offset is not None
        store = view.store
        rows = rows_text(store, Interval(self.steps.lo.shift(view.offset), self.steps.hi.shift(view.offset)))
        rows = rows if ":" in rows else f"{rows}:{store.row(self.steps.hi.shift(view.offset + 1))}"
        text = view.text(rows) + ("[::-1]" if self.direction < 0 else "")
        if not self.batched and (view.column is not None or not store.event):
            text = f"points({text})"
        if method:
            text = f"(each.{method} for each in {text})"
        return self.lists.setdefault(text, f"a{len(self.lists) + 1}")
