"""What the tests of the history share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from history.told import tell

if TYPE_CHECKING:
    from history.told import Told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The repository with a known story."""
    return tell(tmp_path_factory.mktemp("story") / "ws")
