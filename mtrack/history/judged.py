"""A workspace judged by other settings than its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack.check.waivers import key_of
from mtrack.check.workspace import Workspace
from mtrack.record import settings as settings_module
from mtrack.workspace import walk

if TYPE_CHECKING:
    from datetime import date

    from mtrack.record.settings import Settings


def judged_by(then: Settings, now: Settings) -> Settings:
    """Earlier settings with the source of today's file: its faults are reported, and waivers have their places in it."""
    places = {(key_of(waiver), waiver.until): waiver.route for waiver in now.waivers}
    waivers = tuple(replace(waiver, route=places.get((key_of(waiver), waiver.until), ())) for waiver in then.waivers)
    return replace(then, source=now.source, unknown_keys=now.unknown_keys, broken=now.broken, waivers=waivers)


def open_judged(root: str, as_of: date, then: Settings, origin: str | None = None) -> Workspace:
    """The workspace at `root`, or a copy of `origin`, judged by earlier settings.

    Raises CannotRunError where root or its own settings can't be read.
    """
    settings = judged_by(then, settings_module.load(root))
    return Workspace(root, as_of, settings, walk(root, settings.exclude, origin=origin))
