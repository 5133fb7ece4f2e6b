"""Hypothesis profiles: `default` is the same in every run; HYPOTHESIS_PROFILE=deep searches. And a user's own cell."""

import os

import pytest
from hypothesis import HealthCheck, settings

from support.own_cell import written_to

# How slow a machine is says nothing about the code under test.
_COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("default", derandomize=True, database=None, max_examples=25, **_COMMON)
settings.register_profile("deep", derandomize=False, max_examples=1000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def own_cell(tmp_path):
    """The name of a cell in a file of the user's own."""
    return written_to(tmp_path)
