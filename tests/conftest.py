"""Hypothesis profiles: `default` is the same in every run; HYPOTHESIS_PROFILE=deep searches."""

import os

from hypothesis import HealthCheck, settings

# How slow a machine is says nothing about the code under test.
_COMMON = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("default", derandomize=True, database=None, max_examples=25, **_COMMON)
settings.register_profile("deep", derandomize=False, max_examples=1000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
