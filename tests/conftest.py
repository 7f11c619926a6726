from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from support import OF_THE_MACHINE

# How fast a busy machine is says nothing about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine changes what a test sees."""
    for name in OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
