"""A module per target: `SEEDS`, the `WORDS` that inputs are made of, and `check`, which fails where a promise does not hold."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Target(Protocol):
    """What a module of this folder is."""

    SEEDS: Sequence[bytes]
    WORDS: Sequence[str]

    def check(self, data: bytes) -> None:
        """Fail where the input makes mtrack do what it must not."""


NAMES = ("reader", "words_of_faults", "channels", "commands", "spreadsheet", "cache", "tree", "commits", "papers")


def load(name: str) -> Target:
    """The target of a name."""
    module: Target = import_module(f"fuzzing.targets.{name}")
    return module
