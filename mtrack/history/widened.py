"""The waivers that accept more than those before a change: new ones, wider ones, and ones that count for longer."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.check.waivers import fitting, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.check.waivers import WaiverKey
    from mtrack.finding import Finding
    from mtrack.record.model import Waiver


class Accepted:
    """What waivers accept on a day and after it: for each key the last day on which it counts."""

    def __init__(self, waivers: Iterable[Waiver], as_of: date) -> None:
        self.until: dict[WaiverKey, date] = {}
        for waiver in waivers:
            last, key = last_day(waiver), key_of(waiver)
            if last >= as_of:
                self.until[key] = max(last, self.until.get(key, last))

    def last(self, keys: Iterable[WaiverKey]) -> date | None:
        """The last day on which one of the keys counts; None where none does."""
        return max((self.until[key] for key in keys if key in self.until), default=None)

    def accepts(self, finding: Finding, day: date) -> bool:
        """Whether they accept a finding on a day to come."""
        last = self.last(fitting(finding))
        return last is not None and last >= day


class Widened(Struct, frozen=True):
    """A waiver that accepts something on some day which those of before do not accept then.

    `was` is the last day on which they accepted all that it does; None where that was never so. `narrower` says that they
    accepted a part of it.
    """

    waiver: Waiver
    last: date
    was: date | None
    narrower: bool

    def how(self, revision: str) -> str:
        """What the change does, in words."""
        if self.was is None:
            return f"a {'wider' if self.narrower else 'new'} waiver accepts '{self.waiver.rule}'"
        until = f"until {self.waiver.until}" if self.waiver.until is not None else "without an end"
        return f"a waiver accepts '{self.waiver.rule}' {until}, and did until {self.was} at {revision}"


def widened(before: Accepted, now: Iterable[Waiver], as_of: date) -> list[Widened]:
    """The waivers of now that accept more than those of before, in their order; of those with one key the longest.

    A waiver with more scope than each of them accepts something that none of them does, however many they are: a milestone
    or an invoice still to come. So it is compared with one at a time.
    """
    longest: dict[WaiverKey, Waiver] = {}
    for waiver in now:
        key = key_of(waiver)
        if last_day(waiver) >= as_of and (key not in longest or last_day(waiver) > last_day(longest[key])):
            longest[key] = waiver
    parts = {wider for key in before.until for wider in _wider(key)}
    found = ((key, waiver, before.last(_wider(key))) for key, waiver in longest.items())
    return [
        Widened(waiver, last_day(waiver), was, key in parts)
        for key, waiver, was in found
        if was is None or was < last_day(waiver)
    ]


def last_day(waiver: Waiver) -> date:
    """The last day on which a waiver counts."""
    return waiver.until or date.max


def _wider(key: WaiverKey) -> Iterator[WaiverKey]:
    """The keys of all waivers that accept what one with this key does, itself too."""
    rule, *scope = key
    for project, milestone, number, file in product(*(dict.fromkeys((part, None)) for part in scope)):
        yield rule, project, milestone, number, file
