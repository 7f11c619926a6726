"""`mtrack verify`: the records against the papers."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from mtrack import verify as verify_room

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mtrack.cli.opened import Opened


def cache_folder() -> str | None:
    """Where verdicts are kept: `mtrack` in the user's cache folder; None where there is none."""
    top = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(top):  # as the XDG Base Directory Specification has it
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        top = os.path.join(home, ".cache")
    return os.path.join(top, "mtrack")


def comparing(opened: Opened, *, always: bool) -> AbstractContextManager[None]:
    """Have papers read while a workspace is checked: `always`, or where its settings say so."""
    if not always and not opened.workspace.settings.verify:
        return nullcontext()
    return verify_room.comparing(opened.workspace, cache_folder())
