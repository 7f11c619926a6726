"""The CI runner that reads the streams of a run: the one place that says whether there is one."""

from __future__ import annotations

import os

VARIABLES = ("CI", "TF_BUILD", "TEAMCITY_VERSION")
"""Variables that runners set: nearly all `CI`, Azure Pipelines and TeamCity only one of their own."""
_FORMAT = frozenset({"github", "--format=github"})


def reads(arguments: list[str]) -> bool:
    """Whether a runner reads what a command line prints, or its format is made for one."""
    return any(map(os.environ.get, VARIABLES)) or not _FORMAT.isdisjoint(arguments)
