from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How fast a busy machine is says nothing about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine changes what a test sees."""
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "CI",
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "LANG",
        "PYTHONUNBUFFERED",
        "LC_ALL",
    ):
        monkeypatch.delenv(name, raising=False)
