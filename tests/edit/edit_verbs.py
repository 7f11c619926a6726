"""Every verb, with what it needs taken from the record at hand: for tests that try all of them on any file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack import schema, source
from mtrack.books import Books, load_project
from mtrack.edit import verbs
from mtrack.errors import UsageError
from mtrack.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.edit.splice import Change
    from mtrack.edit.verbs import Edit
    from mtrack.model import Invoice, Milestone

DAY = date(2026, 11, 1)
TRICKY = 'yes: 1_000 #1, "it\'s" [no] ü 🙂'


def books_of(text: str) -> Books | None:
    """A record's books; None where it is too broken to have any."""
    read = source.parse("p/milestones.yaml", text, schema.shape("milestones"))
    project = load_project("p", read, Settings(currency="EUR"))[1]
    return None if project is None else Books(project, Settings(currency="EUR"), "/nowhere", date(2026, 12, 1))


def _first(books: Books, *, held: bool | None = None) -> Milestone:
    for item in books.project.milestones:
        if item.cancelled_date is None and (held is None or item.hold == held):
            return item
    raise UsageError


def _last(books: Books) -> Milestone:
    return [item for item in books.project.milestones if item.cancelled_date is None][-1]


def _unbilled(books: Books) -> Milestone:
    return next((item for item in books.project.milestones if item.invoice is None), _last(books))


def _invoice(books: Books, *, last: bool = False) -> Invoice:
    found = [item for item in books.project.invoices() if item.void is None and not item.is_credit_note]
    if not found:
        raise UsageError
    return found[-1 if last else 0]


CASES: dict[str, Callable[[Books], Edit]] = {
    "add": lambda books: verbs.add(books, TRICKY, Decimal("1250.50"), planned=DAY),
    "add upfront": lambda books: verbs.add(books, "007", Decimal(100), upfront=True),
    "deliver": lambda books: verbs.deliver(books, _first(books), date=DAY, force=True),
    "deliver last": lambda books: verbs.deliver(books, _last(books), date=DAY, note=TRICKY, force=True),
    "approve": lambda books: verbs.approve(books, _first(books), date=DAY, by="product owner", signoff="signoffs/a b.eml", force=True),
    "approve last": lambda books: verbs.approve(books, _last(books), date=DAY, force=True),
    "bill": lambda books: verbs.bill(books, [(_unbilled(books), None)], "INV-77", sent=DAY, due=date(2026, 12, 1), file="invoices/INV-77.pdf"),
    "bill with tax": lambda books: verbs.bill(books, [(_unbilled(books), None)], "0077", sent=DAY, tax=Decimal("760.00")),
    "bill lines": lambda books: verbs.bill(
        books, [(item, Decimal("10.00")) for item in (_first(books), _last(books))], "INV-78", sent=DAY, lines=True
    ),
    "pay": lambda books: verbs.pay(books, _invoice(books), Decimal("10.00"), date=DAY),
    "pay more": lambda books: verbs.pay(
        books, _invoice(books, last=True), Decimal("10.00"), date=DAY, withheld=Decimal(1), fee=Decimal("2.50"),
        received=(Decimal("5120.00"), "USD"), reference="12:30", note=TRICKY,
    ),
    "void": lambda books: verbs.void(books, _invoice(books), date=DAY, reason="no"),
    "credit": lambda books: verbs.credit(books, _invoice(books), "CN-1", sent=DAY),
    "write-off": lambda books: verbs.write_off(books, _invoice(books), Decimal("10.00"), date=DAY, reason=TRICKY),
    "cancel": lambda books: verbs.cancel(books, _last(books), date=DAY, reason="feature dropped"),
    "hold": lambda books: verbs.hold(books, _first(books), until=DAY, reason="2026-01-01"),
    "hold bare": lambda books: verbs.hold(books, _first(books, held=False)),
    "release": lambda books: verbs.release(books, _first(books, held=True)),
    "amend": lambda books: verbs.amend(books, amount=Decimal("-800.00"), milestones=-1, note=TRICKY, signed=DAY),
    "close": lambda books: verbs.close(books, date=DAY, force=True),
}  # fmt: skip
"""Name and verb; a verb raises UsageError where the record has nothing for it."""


def changes_for(books: Books, case: str) -> tuple[Change, ...]:
    """All changes a verb asks for, statuses included; none where it doesn't apply."""
    try:
        edit = CASES[case](books)
    except UsageError:
        return ()
    return (*edit.changes, *verbs.statuses(books, edit.changes)) if edit.changes else ()
