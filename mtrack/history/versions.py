"""Reads a version of a project or of the settings from its content in git; each content is parsed once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.changes import facts
from mtrack.changes.facts import Version
from mtrack.errors import CannotRunError
from mtrack.history.pieces import PieceReader
from mtrack.record import schema
from mtrack.record import settings as settings_module
from mtrack.record.faults import find_faults
from mtrack.record.settings import Settings
from mtrack.workspace import RECORDS, SETTINGS, join
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mtrack.changes.facts import Records
    from mtrack.yaml.source import Source

_MOST = 3_000
"""The number of parsed versions that are kept: memory is worth parsing an old one again."""


class Parsed(Struct, frozen=True):
    """A content of `milestones.yaml`: its records, or why they can't be used; its own currency."""

    records: Records | None
    why: str = ""
    currency: str | None = None


class Versions:
    """The versions of a repository's projects and settings."""

    def __init__(self, content: Callable[[str], bytes | None]) -> None:
        """`content` gives what git keeps under a name, None where it is too large."""
        self.content = content
        self._parsed: OrderedDict[str, Parsed] = OrderedDict()
        self._settings: dict[str, Settings | None] = {}
        self._pieces = PieceReader()
        self.filled: facts.Filled = {}
        """Records by their identity in memory, with the contents of the files they name."""

    def parsed(self, blob: str) -> Parsed:
        """A content of `milestones.yaml`, parsed."""
        found = self._parsed.get(blob)
        if found is None:
            found = self._parsed[blob] = self._parse(self.content(blob))
            if len(self._parsed) > _MOST:
                self._parsed.popitem(last=False)
        else:
            self._parsed.move_to_end(blob)
        return found

    def _parse(self, raw: bytes | None) -> Parsed:
        """The records in a content, from its pieces where it can be taken apart."""
        try:
            found = self._pieces.read(raw.decode("utf-8")) if raw is not None else None
        except UnicodeDecodeError:
            found = None
        return parse(RECORDS, raw) if found is None else Parsed(found[0], "", found[1])

    def settings(self, blob: str | None) -> Settings | None:
        """A content of `mtrack.yaml`; defaults without one, None where it can't be used."""
        if blob is None:
            return Settings()
        if blob not in self._settings:
            self._settings[blob] = parse_settings(self.content(blob))
        return self._settings[blob]


def parse(path: str, raw: bytes | None) -> Parsed:
    """The records in the bytes of a file."""
    if raw is None:
        return Parsed(None, "the file is too large")
    return of_source(source.from_bytes(path, raw, schema.shape("milestones")))


def of_source(read: Source) -> Parsed:
    """The records in a file that was read."""
    flaw = read.unreadable or next(iter(read.flaws), None)
    if flaw is not None:
        return Parsed(None, flaw.message)
    faults = find_faults("milestones", read)
    fault = next((problem for problem in faults.broken if (problem.place.route or ())[:1] != ("waivers",)), None)
    if fault is not None or not isinstance(read.data, dict):
        return Parsed(None, fault.message if fault is not None else "there are no records in it")
    return Parsed(facts.records(read.data), "", read.data.get("currency"))


def parse_settings(raw: bytes | None) -> Settings | None:
    """The settings in the bytes of a file; None where they can't be used."""
    if raw is None:
        return None
    try:
        return settings_module.from_source(source.from_bytes(SETTINGS, raw, schema.shape("workspace")))
    except CannotRunError:
        return None


def version(
    folder: str,
    parsed: Parsed,
    settings: Settings,
    contents: Mapping[str, str | None],
    filled: facts.Filled | None = None,
) -> Version:
    """A version that can be used; `contents` are those of the files it names, by their path from the project."""
    assert parsed.records is not None
    currency = parsed.currency or settings.currency
    decimals = money.decimals(currency, settings.currencies)
    records = facts.with_contents(parsed.records, contents.get, {} if filled is None else filled)
    return Version(folder, records, currency, 2 if decimals is None else decimals)


def named(records: Records) -> set[str]:
    """The files that the records name, as paths from the project."""
    return {file.normal for record in records.values() for _, file in record.files}


def contents(records: Records, folder: str, content: Callable[[str], str | None]) -> dict[str, str | None]:
    """The contents of a project's files; `content` names that at a path of the tree."""
    return {path: content(join(folder, path)) for path in named(records)}
