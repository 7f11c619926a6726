"""The column `more` of `mtrack status --format csv`: the parts of a record that no other column holds, as JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.record import schema
from mtrack.record.model import number_key
from mtrack.record.schema import is_date

if TYPE_CHECKING:
    from mtrack.record.model import PaymentTerms
    from mtrack.spreadsheet.cells import Faults
    from mtrack.spreadsheet.rows import Row
    from mtrack.yaml.shape import Shape

_KEYS = frozenset(["name", "note", "deliverable", "hold", "cancelled", "attachments", "invoices"])
_DAYS = frozenset(["date", "due", "paid", "sent", "since", "until"])


def read_more(rows: list[Row], terms: PaymentTerms, faults: Faults) -> None:
    """Read `more` in the rows that have it; what its invoices are is taken from there, not from the columns.

    Where one fell due by other terms than those here, its day is written.
    """
    for row in rows:
        text = row.values.pop("more", None)
        if text is not None:
            found = _read(text)
            if found is None:
                faults.add(row.cells["more"], "this is not what mtrack status --format csv writes here")
            row.values["more"] = found or {}
    elsewhere = {
        number_key(invoice["number"]): invoice
        for row in rows
        for invoice in row.values.get("more", {}).get("invoices", ())
    }
    for row in rows:
        for entry in row.entries:
            invoice = elsewhere.get(number_key(entry.values.get("invoice", "")))
            if invoice is not None and (due := due_of(entry.values, terms)) is not None:
                invoice["due"] = due
        row.entries = [entry for entry in row.entries if number_key(entry.values.get("invoice", "")) not in elsewhere]


def due_of(values: dict[str, Any], terms: PaymentTerms) -> date | None:
    """The day to record: none where it came from terms, and those here give the same."""
    due, sent = values.get("due"), values.get("sent")
    if values.get("due_by") == "parts":  # it is that of an instalment, or of what is retained
        return None
    if values.get("due_by") == "terms" and sent is not None and terms.due(sent) == due:
        return None
    return due


def _read(text: str) -> dict[str, Any] | None:
    """The parts of a milestone's record, and whole invoices; None where it is nothing of the kind."""
    shape = schema.shape("milestones")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or set(data) - _KEYS or not isinstance(data.get("invoices", []), list):
        return None
    invoices = data.pop("invoices", [])
    found = _typed(data, shape.child("milestones").item)
    found["invoices"] = [_typed(item, shape.child("invoices").item) for item in invoices]
    return found if _fits(found) else None


def _fits(found: dict[str, Any]) -> bool:
    """Whether parts of records fit the format."""
    parts = {key: value for key, value in found.items() if key != "invoices"}
    milestone = {"id": "M1", "name": "M1", "amount": money.ZERO, "status": "not_billed"} | parts
    own = [item for item in found["invoices"] if isinstance(item, dict) and "lines" not in item]
    others = [item for item in found["invoices"] if item not in own]
    if len(own) > 1:
        return False
    record = {"project": "P", "milestones": [milestone | ({"invoice": own[0]} if own else {})], "invoices": others}
    return schema.is_valid("milestones", _untyped(record))


def _typed(value: Any, shape: Shape, key: str = "") -> Any:
    """A value of JSON as a record has it: amounts and days by where they stand."""
    if isinstance(value, dict):
        return {name: _typed(item, shape.child(name), name) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(item, shape.item) for item in value]
    if isinstance(value, str) and shape.kind == "amount":
        return money.parse(value)
    return date.fromisoformat(value) if key in _DAYS and isinstance(value, str) and is_date(value) else value


def _untyped(value: Any) -> Any:
    """A record as the reader of YAML has it."""
    if isinstance(value, dict):
        return {key: _untyped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_untyped(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
