"""Settings for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Before torch is imported anywhere: the networks here are small, and tests run side by side.
os.environ.setdefault("OMP_NUM_THREADS", "1")
for _name in ("ARCHC_TRACEBACK", "FORCE_COLOR", "NO_COLOR"):
    os.environ.pop(_name, None)

# How long an example takes says more of the machine than of the code.
settings.register_profile(
    "archc",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("archc")
