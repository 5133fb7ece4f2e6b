"""Places: joined at their ends, with shifts in time, and taken back."""

import copy

from rnnsym.engine.packing.chains import Places


def state(places):
    chains = [parts for chain, parts in enumerate(places.parts) if places.chain[parts[0]] == chain]
    return copy.deepcopy((places.column, places.tenants, places.left, places.right, places.chain, places.shift, chains))


def test_a_line_keeps_the_shifts_of_its_reads():
    """b is read one step later than a, c two steps earlier than b."""
    places = Places(3)
    assert places.line([0, 1, 2], [0, 1, -1])
    shifts = [places.shift[places.column[v]] for v in range(3)]
    assert [shift - shifts[0] for shift in shifts] == [0, 1, -1]
    assert places.parts[places.chain[0]] == [0, 1, 2]


def test_what_stands_together_already_needs_the_same_shift():
    places = Places(2)
    assert places.line([0, 1], [0, 1])
    assert places.line([0, 1], [3, 4])
    assert not places.line([0, 1], [0, 0])
    assert not places.line([1, 0], [0, 0])


def test_a_chain_is_joined_at_its_ends_only():
    places = Places(4)
    assert places.line([0, 1, 2], [0, 0, 0])
    assert not places.line([1, 3], [0, 0])
    assert not places.line([3, 1], [0, 0])
    assert places.line([3, 0], [0, 0])
    assert not places.line([2, 3], [0, 0]), "a ring has no first column"


def test_a_line_that_fails_leaves_nothing_behind():
    places = Places(5)
    places.line([0, 1], [0, 2])
    before = state(places)
    assert not places.line([2, 3, 1], [0, 1, 1])
    assert state(places) == before


def test_undo_takes_back_joins_and_tenants():
    places = Places(5)
    places.line([0, 1], [0, 2])
    places.line([2, 3], [1, 0])
    before, mark = state(places), places.mark()
    assert places.line([1, 2], [0, 5])
    places.share(4, places.column[3])
    assert places.tenants[places.column[3]] == [3, 4]
    places.undo(mark)
    assert state(places) == before
