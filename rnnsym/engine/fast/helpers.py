"""Plain functions that fast programs carry a copy of."""


class Turns:
    """Rows of arrays, made anew whenever they are run over."""

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return self.rows()


def turns(steps, rows):
    """What a loop runs over: rows of arrays as views. Those of very many steps would fill the memory that is near."""
    return list(rows()) if steps <= 2000 else Turns(rows)


def points(array):
    """Its entries, as views without axes."""
    return (array[i, ...] for i in range(len(array)))


def folded(array, axis, parts):
    """An axis as that many equal parts: a view."""
    shape = array.shape
    return array.reshape(*shape[:axis], parts, shape[axis] // parts, *shape[axis + 1 :])


def columns(array):
    """All axes after the first as one: a view."""
    return array.reshape(len(array), array[0].size if len(array) else 0)
