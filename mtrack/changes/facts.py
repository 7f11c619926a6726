"""The facts of one version of a project: its records by identity, each with its own values by key path."""

from __future__ import annotations

import posixpath
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.changes.event import FileFact, Key
from mtrack.record.model import number_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PROJECT: Key = ("project",)
AGREEMENT: Key = ("agreement",)
_RECORDS = {
    "project": ("agreement", "milestones", "invoices"),
    "agreement": ("amendments",),
    "milestone": ("invoice",),
    "invoice": ("payments",),
}
"""The keys of each kind of record under which others stand."""
_FILES = {
    "agreement": ("file", "transcript"),
    "amendment": ("file",),
    "invoice": ("file",),
    "milestone": ("deliverable.signoff",),
}
"""The keys of each kind of record that name a file."""
LINES = "lines"


class Record(Struct, frozen=True):
    """A record: its own values by key path, and `data` as in the file, both without the records inside it.

    `parent` is the record it stands in, `place` its index there. The shares of an invoice are compared as a mapping
    of milestones to amounts, whether it stands under its milestone or not.
    """

    key: Key
    parent: Key
    place: int
    fields: dict[str, Any]
    data: dict[str, Any]
    files: tuple[tuple[str, FileFact], ...]
    """The files it names, by field."""

    @property
    def kind(self) -> str:
        """The kind of record: project, agreement, amendment, milestone, invoice or payment."""
        return str(self.key[0])


Records = dict[Key, Record]


class Version:
    """One version of a project, or of none: without records. `folder` is None then."""

    def __init__(self, folder: str | None, records: Records, currency: str | None = None, decimals: int = 2) -> None:
        self.folder = folder
        self.records = records
        self.currency = currency
        self.decimals = decimals

    @cached_property
    def children(self) -> dict[Key, list[Record]]:
        """The records that stand in another."""
        result: dict[Key, list[Record]] = {}
        for record in self.records.values():
            result.setdefault(record.parent, []).append(record)
        return result

    def of_kind(self, kind: str) -> list[Record]:
        """All records of a kind, in the order of the file."""
        return self._kinds.get(kind, [])

    @cached_property
    def _kinds(self) -> dict[str, list[Record]]:
        result: dict[str, list[Record]] = {}
        for key, record in self.records.items():
            result.setdefault(str(key[0]), []).append(record)
        return result

    def name_of(self, milestone: str) -> str:
        """The name of a milestone in messages, by its id."""
        record = self.records.get(("milestone", milestone, 0))
        if record is None or record.fields["id"] != milestone:  # kept under the id that it had before
            found = (item for item in self.of_kind("milestone") if item.fields["id"] == milestone)
            record = next(found, None)
        return milestone if record is None else f"{milestone} '{record.fields['name']}'"

    def value(self, key: Key, field: str) -> Any:
        """A value, or None."""
        record = self.records.get(key)
        return None if record is None else record.fields.get(field)


NOTHING = Version(None, {})


def records(data: Mapping[str, Any]) -> Records:
    """The records in a file's data, which fits the schema; the contents of files are not known yet."""
    result: Records = {}
    _add(result, PROJECT, (), 0, data)
    agreement = data.get("agreement")
    if agreement and _clean(agreement):
        _add(result, AGREEMENT, PROJECT, 0, agreement)
        for i, item in enumerate(agreement.get("amendments") or ()):
            _add(result, ("amendment", i), AGREEMENT, i, item)
    milestones = [
        (_add(result, ("milestone", item["id"]), PROJECT, i, item), item)
        for i, item in enumerate(data.get("milestones") or ())
    ]
    for key, item in milestones:
        _add_own_invoice(result, key, item)
    for i, item in enumerate(data.get("invoices") or ()):
        _add_invoice(result, item, PROJECT, i, _shares(item["lines"]))
    return result


def records_of_milestone(item: Mapping[str, Any], place: int) -> tuple[Record, ...]:
    """The records of one milestone that stands at a place: itself, its invoice, the payments."""
    result: Records = {}
    _add_own_invoice(result, _add(result, ("milestone", item["id"]), PROJECT, place, item), item)
    return tuple(result.values())


def _add(  # noqa: PLR0913
    result: Records, key: Key, parent: Key, place: int, data: Mapping[str, Any], extra: dict[str, Any] | None = None
) -> Key:
    key = _free(result, key)
    kind = str(key[0])
    others = _RECORDS.get(kind, ())
    own = {name: item for name, item in data.items() if name not in others and not str(name).startswith("x-")}
    own = _clean(own)
    fields = _fields(kind, own, extra or {})
    result[key] = Record(key, parent, place, fields, own, _files(fields) if kind in _FILES else ())
    return key


def _add_own_invoice(result: Records, key: Key, milestone: Mapping[str, Any]) -> None:
    invoice = milestone.get("invoice")
    if invoice:
        _add_invoice(result, invoice, key, 0, {milestone["id"]: invoice["amount"]})


def _add_invoice(result: Records, item: Mapping[str, Any], parent: Key, place: int, shares: dict[str, Decimal]) -> None:
    key = _add(result, ("invoice", number_key(item["number"])), parent, place, item, {LINES: shares})
    for i, payment in enumerate(item.get("payments") or ()):
        _add(result, ("payment", *key[1:], i), key, i, payment)


def _free(taken: Records, key: Key) -> Key:
    """The key of a record; of several with one identity the later ones are counted."""
    if key[0] not in ("milestone", "invoice"):
        return key
    count = 0
    while (*key, count) in taken:
        count += 1
    return (*key, count)


def _shares(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    result: dict[str, Decimal] = {}
    for line in lines:
        result[line["milestone"]] = money.plus(result.get(line["milestone"], money.ZERO), line["amount"])
    return result


def _clean(value: Any) -> Any:
    """Data without empty values, which are as good as no key."""
    if not isinstance(value, dict):
        return [_clean(item) for item in value] if isinstance(value, list) else value
    result = {}
    for key, item in value.items():
        kept = _clean(item) if isinstance(item, (dict, list)) else item
        if kept is not None and (kept != {} or key == "hold"):
            result[key] = kept
    return result


def _fields(kind: str, data: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """The values of a record by key path; what a deliverable holds stands alone, other mappings are one value."""
    fields: dict[str, Any] = {}
    for key, value in data.items():
        if key == "deliverable":
            fields |= {f"{key}.{name}": item for name, item in value.items() if not str(name).startswith("x-")}
        elif key == "attachments":
            for path in dict.fromkeys(value):
                fields[f"{key}/{path}"] = _file(path)
        elif not (kind == "invoice" and key == LINES):
            fields[key] = value
    for key in _FILES.get(kind, ()):
        if isinstance(fields.get(key), str):
            fields[key] = _file(fields[key])
    return fields | extra


def _file(path: str) -> FileFact:
    return FileFact(path, posixpath.normpath(path))


Filled = dict[int, tuple[Record, tuple[str | None, ...], Record]]
"""Records by what they are in memory, the contents that they last had, and the record with these."""


def with_contents(found: Records, content: Callable[[str], str | None], filled: Filled) -> Records:
    """The records with the contents of the files they name; `content` knows it by the path from the project.

    `filled` remembers what came of each: versions share the records that did not change, and then these are the same.
    """
    result = dict(found)
    for key, record in found.items():
        if record.files:
            contents = tuple([content(file.normal) for _, file in record.files])
            known = filled.get(id(record))
            if known is None or known[0] is not record or known[1] != contents:
                pairs = zip(record.files, contents, strict=True)
                files = {field: replace(file, content=name) for (field, file), name in pairs}
                known = filled[id(record)] = record, contents, with_fields(record, record.fields | files)
            result[key] = known[2]
    return result


def with_fields(record: Record, fields: dict[str, Any]) -> Record:
    """The record with other values."""
    return replace(record, fields=fields, files=_files(fields))


def _files(fields: dict[str, Any]) -> tuple[tuple[str, FileFact], ...]:
    return tuple([(field, value) for field, value in fields.items() if isinstance(value, FileFact)])


def value_at(fields: Mapping[str, Any], field: str) -> Any:
    """The value at a key path, which may lead into a mapping."""
    top, _, rest = field.partition(".")
    value = fields.get(field, fields.get(top))
    return value.get(rest) if isinstance(value, dict) and rest and field not in fields else value


def plain(value: Any) -> Any:
    """A value as JSON holds it: amounts as the characters of the file."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: item if isinstance(item, str) else plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, FileFact):
        return value.written
    return f"{value:f}" if isinstance(value, Decimal) else value
