from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
import support
import told
from hypothesis import HealthCheck, settings
from support import OF_THE_MACHINE

if TYPE_CHECKING:
    from collections.abc import Iterator

# How fast a busy machine is says nothing about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


for _number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
    if (
        signal.getsignal(_number) == signal.SIG_IGN
    ):  # as a shell has it of what runs in the background: what tests start would be deaf
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


WAYS = os.environ.get("MTRACK_WAYS", "fork forms plain traits")
"""The fast ways that tests take: all but the memo, which knows nothing of what a test changes in mtrack itself."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tests of a group share what they make: without an error they would go on where their groups are lost."""
    if getattr(session.config.option, "loadgroup", False):
        grouped = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group")]
        if any("@" not in name.rpartition("]")[2] for name in grouped):
            message = "this pytest-xdist does not keep the groups of this pytest's tests together"
            raise pytest.UsageError(message)


@pytest.fixture(scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


HELD = {
    "test_audit", "test_commas", "test_hints", "test_precision", "test_rule_words", "test_vanished", "test_verify_command",
    "test_weakened",
}  # fmt: skip
"""The modules of tests in which every word that a command tells is held to what it told before."""


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the commands of a test tell stays as it was."""
    support.TOLD.clear()
    module = request.module.__name__.rpartition(".")[2]
    is_held = module in HELD and not hasattr(request.function, "hypothesis")
    folder = request.getfixturevalue("tmp_path") if is_held else None
    yield
    if folder is not None and support.TOLD:
        told.hold(module, request.node.name, support.TOLD, folder)


@pytest.fixture(autouse=True)
def _scrubbed_environment(_cache: str) -> Iterator[None]:
    """No variable of the machine changes what a test sees, and no test what the user keeps."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("XDG_CACHE_HOME", _cache)
        monkeypatch.setenv("MTRACK_WAYS", WAYS)
        for name in OF_THE_MACHINE:
            monkeypatch.delenv(name, raising=False)
        yield
