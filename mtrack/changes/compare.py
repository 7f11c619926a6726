"""The events between two versions of a project: one a changed value, one for a record that came or went."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtrack import money
from mtrack.changes import words
from mtrack.changes.event import Event, FileFact
from mtrack.changes.facts import AGREEMENT, LINES, PROJECT, Version, plain, value_at
from mtrack.record.model import number_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.facts import Record

_CAME = {
    "project": "project-added", "agreement": "agreement-changed", "amendment": "amended", "milestone": "listed",
    "invoice": "billed", "payment": "paid",
}  # fmt: skip
_WENT = {
    "project": "project-removed", "agreement": "agreement-changed", "amendment": "agreement-changed",
    "milestone": "milestone-removed", "invoice": "invoice-removed", "payment": "payment-removed",
}  # fmt: skip
_CHANGED = {
    "project": "project-changed", "agreement": "agreement-changed", "amendment": "agreement-changed",
    "milestone": "milestone-changed", "invoice": "invoice-changed", "payment": "payment-changed",
}  # fmt: skip
_VALUE_CAME = {
    ("project", "closed"): "closed",
    ("milestone", "cancelled"): "cancelled",
    ("milestone", "hold"): "held",
    ("milestone", "deliverable.completed"): "delivered",
    ("milestone", "deliverable.approved"): "approved",
    ("invoice", "void"): "voided",
    ("invoice", "disputed"): "disputed",
    ("invoice", "written_off"): "written-off",
    ("invoice", "paid"): "paid",
}
_VALUE_WENT = {
    ("project", "closed"): "reopened",
    ("milestone", "hold"): "released",
    ("invoice", "disputed"): "dispute-ended",
    ("invoice", "paid"): "payment-removed",
}


def compare(before: Version, after: Version) -> list[Event]:
    """The events that lead from one version to the other, the project's first, then record by record.

    `after` has the identities of `before` (`align`).
    """
    return list(_Comparison(before, after).events())


class _Comparison:
    def __init__(self, before: Version, after: Version) -> None:
        self.before = before
        self.after = after
        self.folder = before.folder if after.folder is None else after.folder
        self.shown = after if after.records else before

    def events(self) -> Iterator[Event]:
        before, after = self.before, self.after
        if before.folder is not None and after.folder is not None and before.folder != after.folder:
            moved = f"project moved from {before.folder} to {after.folder}"
            yield Event(
                event="project-moved",
                project=self.folder,
                record=PROJECT,
                old=before.folder,
                new=after.folder,
                message=moved,
            )
        for key, record in after.records.items():
            old = before.records.get(key)
            if old is None:
                yield from self._came(record)
            elif old is not record and old.fields != record.fields:
                yield from self._changed(old, record)
        for key, record in before.records.items():
            if key not in after.records:
                yield from self._went(record)

    def _came(self, record: Record) -> Iterator[Event]:
        kind, new = record.kind, plain(record.data)
        name = "credited" if kind == "invoice" and "credits" in record.data else _CAME[kind]
        if kind == "agreement" and PROJECT not in self.before.records:
            name = ""  # reported with the project
        if kind == "project" and AGREEMENT in self.after.records:
            new["agreement"] = plain(self.after.records[AGREEMENT].data)
        if name:
            yield self._event(name, record, None, None, new)
        if kind == "invoice" and "paid" in record.fields:
            yield self._event("paid", record, "paid", None, record.fields["paid"])
        for field, file in record.files:
            if file.content is not None:
                yield self._event("file-attached", record, _path(field), None, file.written)

    def _went(self, record: Record) -> Iterator[Event]:
        kind, old = record.kind, plain(record.data)
        if (kind == "payment" and record.parent not in self.after.records) or (
            kind in ("agreement", "amendment") and PROJECT not in self.after.records
        ):
            return
        if kind == "project" and AGREEMENT in self.before.records:
            old["agreement"] = plain(self.before.records[AGREEMENT].data)
        yield self._event(_WENT[kind], record, None, old, None)

    def _changed(self, old: Record, new: Record) -> Iterator[Event]:
        for field in dict.fromkeys((*old.fields, *new.fields)):
            was, now = old.fields.get(field), new.fields.get(field)
            if was == now:
                continue
            if isinstance(was, FileFact) or isinstance(now, FileFact):
                yield from self._file(new, field, was, now)
            elif field == LINES:
                if old.data.get(LINES) or new.data.get(LINES) or set(was or ()) != set(now or ()):
                    yield self._event("invoice-changed", new, LINES, _lines(old), _lines(new))
            else:
                yield from self._value(new, field, was, now)

    def _value(self, record: Record, field: str, was: Any, now: Any) -> Iterator[Event]:
        if isinstance(was, dict) and isinstance(now, dict):
            for name in dict.fromkeys((*was, *now)):
                if was.get(name) != now.get(name):
                    yield from self._value(record, f"{field}.{name}", was.get(name), now.get(name))
            return
        yield self._event(_name(record.kind, field, was, now), record, field, was, now)

    def _file(self, record: Record, field: str, was: Any, now: Any) -> Iterator[Event]:
        """The events of a file: it was named or no longer is, its content came, went or changed."""
        path = _path(field)
        before, after = (file if isinstance(file, FileFact) else None for file in (was, now))
        if before is None or after is None:
            name = "file-attached" if before is None else "file-removed"
            yield self._event(name, record, path, before and before.written, after and after.written)
        elif before.content == after.content:
            yield self._event(_CHANGED[record.kind], record, path, before.written, after.written)
        elif before.content is None:
            yield self._event("file-attached", record, path, None, after.written)
        elif after.content is None:
            yield self._event("file-removed", record, path, before.written, None)
        elif before.normal == after.normal:
            yield self._event("file-changed", record, path, before.content, after.content)
        else:
            yield self._event("file-changed", record, path, before.written, after.written)

    def _event(self, name: str, record: Record, field: str | None, old: Any, new: Any) -> Event:
        """The event of a record or of one of its values; worded from the values as read, stored as in the file."""
        shown, owner = self.shown, self._owner(record)
        milestones = self._milestones(owner)
        event = Event(
            event=name,
            project=self.folder,
            record=record.key,
            milestone=milestones[0] if len(milestones) == 1 else None,
            milestones=milestones,
            invoice=owner.fields["number"] if owner is not None and owner.kind == "invoice" else None,
            field=field,
            old=old,
            new=new,
            amount=self._amount(name, record, field),
            currency=shown.currency,
            decimals=shown.decimals,
        )
        message = words.message(event, record, owner, self._names(milestones))
        return replace(event, old=plain(old), new=plain(new), message=message)

    def _amount(self, name: str, record: Record, field: str | None) -> Decimal | None:
        """The money that an event is about."""
        if record.kind == "invoice" and field == "paid":
            version = self.after if record.key in self.after.records else self.before
            return left_to_pay(version, record)
        value = None
        if name == "written-off":
            value = record.fields["written_off"].get("amount")
        elif field is None or name in ("voided", "disputed", "dispute-ended", "cancelled"):
            value = record.fields.get("amount")
        elif field.rpartition(".")[2] in ("amount", "tax", "total") and not field.startswith("received."):
            value = value_at(record.fields, field)
        return value if isinstance(value, Decimal) else None

    def _milestones(self, owner: Record | None) -> tuple[str, ...]:
        """The milestones of an event: an invoice's are those it bills."""
        if owner is None:
            return ()
        return (str(owner.fields["id"]),) if owner.kind == "milestone" else tuple(map(self._id, owner.fields[LINES]))

    def _id(self, milestone: str) -> str:
        """A milestone's id as it is now; shares are under that of the version before."""
        return str(self.after.value(("milestone", milestone, 0), "id") or milestone)

    def _names(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The names of milestones."""
        return tuple(self.shown.name_of(name) for name in ids)

    def _owner(self, record: Record) -> Record | None:
        """The milestone or the invoice that a record is, or stands in."""
        if record.kind == "payment":
            return self.after.records.get(record.parent) or self.before.records.get(record.parent)
        return record if record.kind in ("milestone", "invoice") else None


def _name(kind: str, field: str, was: Any, now: Any) -> str:
    """The name of the event for a changed value."""
    if kind == "milestone" and field == "status":
        return "status-changed"
    if was is None and (kind, field) in _VALUE_CAME:
        return _VALUE_CAME[kind, field]
    if now is None and (kind, field) in _VALUE_WENT:
        return _VALUE_WENT[kind, field]
    if (kind, field) == ("invoice", "paid"):
        return "payment-changed"
    return "delivery-changed" if field.startswith("deliverable.") else _CHANGED[kind]


def _path(field: str) -> str:
    return field.partition("/")[0]


def _lines(record: Record) -> Any:
    """The shares of an invoice as its lines are written."""
    shares = record.fields[LINES].items()
    return record.data.get(LINES) or [{"milestone": milestone, "amount": amount} for milestone, amount in shares]


def left_to_pay(version: Version, invoice: Record) -> Decimal:
    """The amount that `paid` on an invoice stands for: its gross less write-offs and what credit notes gave back."""
    number = number_key(invoice.fields["number"])
    notes = (
        item.fields
        for item in version.of_kind("invoice")
        if number_key(str(item.fields.get("credits", ""))) == number and "void" not in item.fields
    )
    written_off = invoice.fields.get("written_off") or {}
    gone = money.total([*map(_gross, notes), written_off.get("amount", money.ZERO)])
    return max(money.minus(_gross(invoice.fields), gone), money.ZERO)


def _gross(fields: dict[str, Any]) -> Decimal:
    return money.plus(fields["amount"], fields.get("tax", money.ZERO))
