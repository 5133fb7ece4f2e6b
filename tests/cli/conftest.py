import pytest

from support.own_cell import written_to


@pytest.fixture
def own_cell(tmp_path):
    """A user's cell, as it is named on the command line."""
    return written_to(tmp_path)
