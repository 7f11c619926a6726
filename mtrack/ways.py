"""The optimisations that are on. Without them the output is the same: tests run with some, all or none."""

from __future__ import annotations

import os

_ALL = "fork forms memo plain store traits"


def is_on(name: str) -> bool:
    """Whether an optimisation is on: all of them are, unless MTRACK_WAYS names those that are (see CONTRIBUTING)."""
    return name in os.environ.get("MTRACK_WAYS", _ALL).split()
