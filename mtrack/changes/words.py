"""Events in words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.changes.facts import LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.changes.event import Event
    from mtrack.changes.facts import Record

_MOST = 3
"""The number of an invoice's milestones that are named."""
_MAX = 80
"""The number of a value's characters that are shown."""
_PERCENT = ("retention", "tax_rate")


def message(event: Event, record: Record, owner: Record | None, milestones: tuple[str, ...]) -> str:
    """An event in words; its `old` and `new` are values as they were read.

    `owner` is the milestone or invoice that the record is or stands in, `milestones` what those it is about are called.
    """
    return _Telling(event, record, owner, milestones).message()


class _Telling:
    def __init__(self, event: Event, record: Record, owner: Record | None, milestones: tuple[str, ...]) -> None:
        self.milestones = milestones
        self.event = event
        self.record = record
        self.owner = owner

    def message(self) -> str:
        """The event in words."""
        return _SPECIAL.get(self.event.event, _Telling.changed)(self)

    def _subject(self) -> str:
        """The subject of the event: a milestone with its name, an invoice by its number."""
        owner = self.owner
        if owner is None:
            return self.record.kind if self.record.kind in ("agreement", "amendment") else "project"
        return (
            f"{owner.fields['id']} '{owner.fields['name']}'" if owner.kind == "milestone" else str(self.event.invoice)
        )

    def changed(self) -> str:
        event, subject = self.event, self._subject()
        if event.field is None:
            return f"{subject} {'recorded' if event.old is None else 'removed'}"
        what = event.field.removeprefix("deliverable.").replace("_", " ").replace(".", ": ")
        if self.record.kind == "payment":
            subject += f": payment of {self.record.fields['date']}"
        if event.old is None:
            return f"{subject}: {what} set to {self._value(event.new)}"
        if event.new is None:
            return f"{subject}: {what} {self._value(event.old)} removed"
        return f"{subject}: {what} changed from {self._value(event.old)} to {self._value(event.new)}"

    def _value(self, value: Any) -> str:
        """A value as a reader sees it: amounts with their currency, text in quotes."""
        field = (self.event.field or "").rpartition(".")[2]
        if isinstance(value, list) and field == LINES:
            return ", ".join(f"{line['milestone']} {self._amount(line['amount'])}" for line in value)
        if isinstance(value, (list, dict)):
            return _shortened(_flat(value))
        if isinstance(value, Decimal):
            return f"{value:f} %" if field in _PERCENT else self._amount(value)
        if isinstance(value, bool):
            return word_of(value)
        words = ("status", "number", "id", "sent", "due", "signed", "planned", "approved", "completed", "date", "paid")
        return str(value) if field in words or not isinstance(value, str) else f"'{_shortened(value)}'"

    def _amount(self, amount: Decimal) -> str:
        """An amount with its currency; what came in another one has that beside it in the record."""
        event = self.event
        if (event.field or "").startswith("received."):
            return f"{self.record.fields['received']['currency']} {amount:f}"
        return f"{amount:f}" if event.currency is None else money.display(amount, event.currency, event.decimals)

    def _money(self) -> str:
        return "no amount" if self.event.amount is None else self._amount(self.event.amount)

    def _billed(self) -> str:
        rest = len(self.milestones) - _MOST
        return ", ".join(self.milestones[:_MOST]) + (f" and {rest} more" if rest > 0 else "")

    def _by(self) -> str:
        return f" by {self._money()}" if self.event.amount is not None else ""

    def _details(self, key: str, word: str) -> str:
        """The day and the reason of what happened."""
        value = self.event.new if isinstance(self.event.new, dict) else {}
        day = f" {word} {value[key]}" if value.get(key) else ""
        return day + self._why(value.get("reason"))

    @staticmethod
    def _why(reason: object) -> str:
        return f": {_shortened(str(reason))}" if reason else ""

    def paid(self) -> str:
        if self.event.field is not None:
            return f"{self.event.invoice} paid in full" + ("" if self.event.new is True else f" on {self.event.new}")
        amount, what = self.event.amount, f"{self._money()} paid"
        if amount is not None and amount < 0:
            what = f"{self._amount(amount.copy_abs())} paid back"
        return f"{self.event.invoice}: {what} on {self.record.fields['date']}"

    def payment_removed(self) -> str:
        if self.event.field is not None:
            return f"{self.event.invoice}: no longer recorded as paid in full"
        return f"{self.event.invoice}: payment of {self._money()} on {self.record.fields['date']} removed"

    def file_changed(self) -> str:
        event = self.event
        files = {field.partition("/")[0]: file for field, file in self.record.files}
        file = files.get(event.field or "")
        if file is not None and file.content == event.new:
            return f"{self._subject()}: the content of {file.written} changed"
        return f"{self._subject()}: file {event.old} replaced by {event.new}"


_SPECIAL: dict[str, Callable[[_Telling], str]] = {
    "project-added": lambda self: f"project '{self.record.fields.get('project')}' added",
    "project-removed": lambda self: f"project '{self.record.fields.get('project')}' removed",
    "closed": lambda self: f"project closed on {self.event.new}",
    "reopened": lambda self: f"project reopened; it was closed on {self.event.old}",
    "amended": lambda self: f"agreement amended{self._by()}{self._why(self.record.fields.get('note'))}",
    "listed": lambda self: f"{self._subject()} listed: {self._money()}",
    "milestone-removed": lambda self: f"{self._subject()} removed: {self._money()}",
    "cancelled": lambda self: f"{self._subject()} cancelled{self._details('date', 'on')}",
    "delivered": lambda self: f"{self._subject()} delivered on {self.event.new}",
    "approved": lambda self: f"{self._subject()} approved on {self.event.new}",
    "held": lambda self: f"{self._subject()} put on hold{self._details('until', 'until')}",
    "released": lambda self: f"{self._subject()}: hold ended",
    "billed": lambda self: f"{self._billed()} billed as {self.event.invoice}: {self._money()}",
    "credited": lambda self: f"{self.record.fields.get('credits')} credited by {self.event.invoice}: {self._money()}",
    "invoice-removed": lambda self: f"{self.event.invoice} removed: {self._money()}",
    "voided": lambda self: f"{self.event.invoice} voided{self._details('date', 'on')}",
    "disputed": lambda self: f"{self.event.invoice} disputed{self._details('since', 'since')}",
    "dispute-ended": lambda self: f"{self.event.invoice}: dispute ended",
    "written-off": lambda self: f"{self.event.invoice}: {self._money()} written off{self._details('date', 'on')}",
    "paid": _Telling.paid,
    "payment-removed": _Telling.payment_removed,
    "file-attached": lambda self: f"{self._subject()}: file {self.event.new} attached",
    "file-removed": lambda self: f"{self._subject()}: file {self.event.old} removed",
    "file-changed": _Telling.file_changed,
}
"""The wording of each event; others are worded as a value that changed."""


def _flat(value: Any) -> str:
    """Lists and mappings in a line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(map(_flat, value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def word_of(value: bool) -> str:  # noqa: FBT001
    """Yes or no."""
    return "yes" if value else "no"


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX else f"{text[: _MAX - 1]}…"
