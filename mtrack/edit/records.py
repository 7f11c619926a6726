"""The writer for records: `yaml.splice` with the shape of `milestones.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.record import schema
from mtrack.yaml.splice import splice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.yaml.changes import Change


NAMES = ("id", "number")
"""The keys that name a milestone and an invoice."""


def splice_records(text: str, changes: Iterable[Change]) -> str:
    """The text of a `milestones.yaml` with the changes made. Raises RefusedError."""
    return splice(text, changes, schema.shape("milestones"), NAMES)
