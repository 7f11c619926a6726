"""The writer for records: `yaml.splice` with the shape of `milestones.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.record import schema
from mtrack.yaml.splice import splice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.yaml.changes import Change
    from mtrack.yaml.source import Source

NAMES = ("id", "number")
"""The keys that name a milestone and an invoice."""


def splice_records(read: Source, changes: Iterable[Change]) -> Source:
    """A `milestones.yaml` with the changes made, as it is read then. Raises RefusedError."""
    return splice(read, changes, schema.shape("milestones"), NAMES)
