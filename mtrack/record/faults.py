"""The faults of a file: what breaks the schema in it. Most files have none, and nothing is loaded to tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import limits
from mtrack.finding import Problem, Route  # noqa: TC001  (msgspec reads the annotations)
from mtrack.record import schema

if TYPE_CHECKING:
    from mtrack.yaml.source import Source


class Faults(Struct, frozen=True):
    """The faults of a file: unknown keys and violations of the schema, with the routes of the values at fault."""

    unknown: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    routes: tuple[Route, ...] = ()


def find_faults(name: str, source: Source, missing: tuple[str, ...] = ()) -> Faults:
    """All that breaks the schema `name` in a parsed file.

    `missing` are keys of the top that are needed although the schema alone does not say so.
    """
    if not missing and not source.unread and (source.fits or schema.is_valid(name, source.data)):
        if not source.fits:
            source.note_that_it_fits()
        if name != "milestones" or list_too_long(source) is None:
            return Faults()
    from mtrack.record import fault_words  # noqa: PLC0415  (most files have no fault)

    return fault_words.faults(name, source, missing)


def list_too_long(source: Source) -> tuple[int, int] | None:
    """The milestone by whose attachments a project's are more than it may have, and how many all are; None where none is.

    The records must fit their schema.
    """
    if len(source.text) < 2 * limits.ATTACHMENTS:
        return None
    count, first = 0, None
    for i, item in enumerate(source.data["milestones"]):
        count += len(item.get("attachments") or ())
        if count > limits.ATTACHMENTS and first is None:
            first = i
    return None if first is None else (first, count)
