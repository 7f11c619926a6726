"""Matches the records of two versions, also where an id, a number or a position changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack.changes.facts import LINES, Records, Version, with_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from mtrack.changes.event import Key
    from mtrack.changes.facts import Record

    Sign = Callable[[Record], Hashable]


def align(reference: Version, version: Version) -> Version:
    """The version with the identities of the reference, wherever a record is the same."""
    if not reference.records or not version.records:
        return version
    if _is_aligned(reference, version):
        return version
    names: dict[Key, Key] = {}
    milestones = _Pairing(reference, version, names)
    milestones.pair("milestone", (lambda item: item.fields["name"], lambda item: item.fields["amount"]))
    ids = {key[1]: names[key][1] for key in names if key[0] == "milestone"}
    version = _with_shares(version, ids) if any(old != new for old, new in ids.items()) else version
    _Pairing(reference, version, names).pair("invoice", (lambda item: (item.fields["amount"], item.fields["sent"]),))
    for invoice in version.of_kind("invoice"):
        _pair_payments(reference, version, invoice.key, names)
    if all(old == new for old, new in names.items()):
        return version
    return Version(version.folder, _renamed(version.records, names), version.currency, version.decimals)


def _is_aligned(reference: Version, version: Version) -> bool:
    """Whether the records of one are all in the other under the same keys, and no payment of both differs."""
    old, new = reference.records, version.records
    less, more = (old, new) if len(old) <= len(new) else (new, old)
    return less.keys() <= more.keys() and all(
        record is more[key] or key[0] != "payment" or record.fields == more[key].fields for key, record in less.items()
    )


class _Pairing:
    """Pairs the records of a kind; `names` maps keys of the version to those of the reference."""

    def __init__(self, reference: Version, version: Version, names: dict[Key, Key]) -> None:
        self.reference = reference
        self.version = version
        self.names = names

    def pair(self, kind: str, signs: Iterable[Sign]) -> None:
        """Pair records by identity; then those left over, at the same place and with a sign in common."""
        for record in self.version.of_kind(kind):
            if record.key in self.reference.records:
                self.names[record.key] = record.key
        gone = [record for record in self.reference.of_kind(kind) if record.key not in self.version.records]
        came = [record for record in self.version.of_kind(kind) if record.key not in self.reference.records]
        if not gone or not came:
            return
        signs = tuple(signs)
        before, after = self._places(self.reference), self._places(self.version)
        for record in came:
            for old in gone:
                same_place = before[old.key] & after[record.key]
                if same_place and any(sign(old) == sign(record) for sign in signs):
                    self.names[record.key] = old.key
                    gone.remove(old)
                    break

    def _places(self, version: Version) -> dict[Key, set[Hashable]]:
        """The places of each record: its index, and the record before it; both under the name of the parent."""
        known = set(self.reference.records)
        result: dict[Key, set[Hashable]] = {}
        for parent, children in version.children.items():
            above = self.names.get(parent, parent)
            before: Hashable = None
            for record in children:
                kind = record.kind
                result[record.key] = {(above, kind, record.place), (above, kind, "after", before)}
                if record.key in known and record.key in self.version.records:
                    before = record.key
        return result


def _pair_payments(reference: Version, version: Version, invoice: Key, names: dict[Key, Key]) -> None:
    """Payments are the same by date, amount and reference, else by position."""
    old = list(reference.children.get(names.get(invoice, invoice), ()))
    new = list(version.children.get(invoice, ()))
    if [item.fields for item in old] == [item.fields for item in new]:
        names.update({item.key: was.key for item, was in zip(new, old, strict=True)})
        return

    def sign(item: Record) -> Hashable:
        return tuple(item.fields.get(name) for name in ("date", "amount", "reference"))

    for item in list(new):
        same = next((was for was in old if sign(was) == sign(item)), None)
        if same is not None:
            names[item.key] = same.key
            old.remove(same)
            new.remove(item)
    by_place = {was.place: was for was in old}
    taken = set(names.values())
    for item in new:
        was = by_place.get(item.place)
        owner = names.get(invoice, invoice)
        names[item.key] = was.key if was is not None else _free(("payment", *owner[1:], item.place), taken, old)
        taken.add(names[item.key])


def _free(key: Key, taken: set[Key], old: list[Record]) -> Key:
    """A key for a payment that came, which no other has."""
    used = taken | {item.key for item in old}
    while key in used:
        key = (*key[:-1], int(key[-1]) + 1)
    return key


def _with_shares(version: Version, ids: dict[str | int, str | int]) -> Version:
    """The version with the shares of its invoices under the old ids of their milestones."""
    result = dict(version.records)
    for record in version.of_kind("invoice"):
        shares = {ids.get(name, name): amount for name, amount in record.fields[LINES].items()}
        result[record.key] = with_fields(record, record.fields | {LINES: shares})
    return Version(version.folder, result, version.currency, version.decimals)


def _renamed(records: Records, names: dict[Key, Key]) -> Records:
    result: Records = {}
    for key, record in records.items():
        new = names.get(key, key)
        result[new] = replace(record, key=new, parent=names.get(record.parent, record.parent))
    return result
