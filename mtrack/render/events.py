"""Events as every output of the history shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.render.cells import Amount
from mtrack.render.terminal import names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from mtrack.changes.event import Commit, Event
    from mtrack.render.cells import Value
    from mtrack.render.terminal import Unstyled

COLUMNS = (
    "commit", "author", "email", "date", "subject", "project", "milestone", "invoice", "event", "field", "old", "new",
    "amount", "currency", "message",
)  # fmt: skip
SHORT = 10
"""Characters of a commit's name that are shown."""
_SUMMED = {
    "listed": "agreed",
    "billed": "billed",
    "credited": "credited",
    "paid": "received",
    "written-off": "written off",
}


def json_event(event: Event, commit: Commit | None) -> dict[str, Any]:
    """An event as JSON; without a commit one of a net difference."""
    shown = event.amount is not None
    return {
        "commit": commit.id if commit else None,
        "author": commit.author if commit else None,
        "email": commit.email if commit else None,
        "date": commit.date if commit else None,
        "subject": commit.subject if commit else None,
        "project": event.project,
        "milestone": event.milestone,
        "invoice": event.invoice,
        "event": event.event,
        "field": event.field,
        "old": event.old,
        "new": event.new,
        "amount": money.plain(event.amount, event.decimals) if event.amount is not None else None,
        "currency": event.currency if shown else None,
        "message": event.message,
    }


def row(event: Event, commit: Commit) -> tuple[Value, ...]:
    """An event as a row of a table, in the order of `COLUMNS`."""
    amount = Amount(event.amount, event.decimals) if event.amount is not None else None
    values = json_event(event, commit) | {"amount": amount, "old": _cell(event.old), "new": _cell(event.new)}
    return tuple(values[name] for name in COLUMNS)


def _cell(value: Any) -> str | None:
    """A value in a cell: text as it is, records as JSON."""
    if value is None or isinstance(value, str):
        return value
    import json  # noqa: PLC0415

    return json.dumps(value, ensure_ascii=False)


def by_project(events: Iterable[Event]) -> dict[str | None, list[Event]]:
    """Events by the folder of their project."""
    result: dict[str | None, list[Event]] = {}
    for event in events:
        result.setdefault(event.project, []).append(event)
    return result


def sums(events: Iterable[Event]) -> str:
    """The sums of events: "billed EUR 5,000.00, received EUR 4,000.00"; "" where no money moved."""
    totals: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for event in events:
        word = _SUMMED.get(event.event)
        if word is not None and event.amount is not None and event.currency is not None:
            before, decimals = totals.get((word, event.currency), (money.ZERO, 0))
            totals[word, event.currency] = money.plus(before, event.amount), max(decimals, event.decimals)
    order = list(_SUMMED.values())
    rows = sorted(totals.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    return ", ".join(
        f"{word} {money.display(amount, currency, decimals)}" for (word, currency), (amount, decimals) in rows
    )


def project_name(folder: str | None) -> tuple[Unstyled, ...]:
    """The name of a project where its events are listed."""
    return names(["settings" if folder is None else folder])
