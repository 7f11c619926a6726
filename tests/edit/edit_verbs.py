"""Every verb, with what it needs taken from the record at hand: for tests that try all of them on any file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack.check.workspace import load_project
from mtrack.edit import records, statuses, verbs
from mtrack.errors import UsageError
from mtrack.money import Rate
from mtrack.record import schema
from mtrack.record.settings import Settings
from mtrack.rules.context import ProjectContext
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mtrack.edit.verbs import Edit
    from mtrack.record.model import Invoice, Milestone
    from mtrack.yaml.changes import Change

DAY = date(2026, 11, 1)
TRICKY = 'yes: 1_000 #1, "it\'s" [no] ü 🙂'


def context_of(text: str) -> ProjectContext | None:
    """A record's context; None where it is too broken to have any."""
    read = source.parse("p/milestones.yaml", text, schema.shape("milestones"))
    project = load_project("p", read, Settings(currency="EUR"))[1]
    return None if project is None else ProjectContext(project, Settings(currency="EUR"), "/nowhere", date(2026, 12, 1))


def splice_records(text: str, changes: Iterable[Change]) -> str:
    """The text of a `milestones.yaml` with changes made; the reader has read just that. Raises RefusedError."""
    shape = schema.shape("milestones")
    after = records.splice_records(source.parse("p/milestones.yaml", text, shape), changes)
    again = source.parse("p/milestones.yaml", after.whole, shape)
    assert (repr(after.data), after.text, after.had_bom) == (repr(again.data), again.text, again.had_bom)
    return after.whole


def _first(context: ProjectContext, *, held: bool | None = None) -> Milestone:
    for item in context.project.milestones:
        if item.cancelled_date is None and (held is None or item.hold == held):
            return item
    raise UsageError


def _last(context: ProjectContext) -> Milestone:
    return [item for item in context.project.milestones if item.cancelled_date is None][-1]


def _unbilled(context: ProjectContext) -> Milestone:
    return next((item for item in context.project.milestones if item.invoice is None), _last(context))


def _invoice(context: ProjectContext, *, last: bool = False) -> Invoice:
    found = [item for item in context.project.invoices() if item.void is None and not item.is_credit_note]
    if not found:
        raise UsageError
    return found[-1 if last else 0]


CASES: dict[str, Callable[[ProjectContext], Edit]] = {
    "add": lambda context: verbs.add(context, TRICKY, Decimal("1250.50"), planned=DAY),
    "add upfront": lambda context: verbs.add(context, "007", Decimal(100), upfront=True),
    "add first": lambda context: verbs.add(context, "First", Decimal(5), before=0),
    "add before": lambda context: verbs.add(context, TRICKY, Decimal(5), before=_last(context).index),
    "set": lambda context: verbs.set_terms(context, _first(context), name=TRICKY, amount=Decimal(7), planned=DAY, upfront=True, note="no"),
    "deliver": lambda context: verbs.deliver(context, _first(context), date=DAY, force=True),
    "deliver last": lambda context: verbs.deliver(context, _last(context), date=DAY, note=TRICKY, force=True),
    "approve": lambda context: verbs.approve(context, _first(context), date=DAY, by="product owner", signoff="signoffs/a b.eml", force=True),
    "approve last": lambda context: verbs.approve(context, _last(context), date=DAY, force=True),
    "bill": lambda context: verbs.bill(context, [(_unbilled(context), None)], "INV-77", sent=DAY, due=date(2026, 12, 1), file="invoices/INV-77.pdf"),
    "bill with tax": lambda context: verbs.bill(context, [(_unbilled(context), None)], "0077", sent=DAY, tax=Decimal("760.00")),
    "bill lines": lambda context: verbs.bill(
        context, [(item, Decimal("10.00")) for item in (_first(context), _last(context))], "INV-78", sent=DAY, lines=True
    ),
    "pay": lambda context: verbs.pay(context, _invoice(context), verbs.Paid(date=DAY, amount=Decimal("10.00"))),
    "pay more": lambda context: verbs.pay(
        context, _invoice(context, last=True),
        verbs.Paid(
            date=DAY, amount=Decimal("10.00"), withheld=Decimal(1), fee=Decimal("2.50"), discount=Decimal("0.50"),
            received=(Decimal("5120.00"), "USD"), reference="12:30", note=TRICKY,
        ), total=Decimal("500.00"),
    ),
    "bill in parts": lambda context: verbs.bill(
        context, [(_unbilled(context), Decimal(100))], "INV-79", sent=DAY, tax=Rate(Decimal(19)), upfront=True,
        parts=verbs.Parts(((DAY, Decimal(50)), (date(2026, 12, 1), None)), Rate(Decimal(5)), date(2027, 1, 1)),
    ),
    "dispute": lambda context: verbs.dispute(context, _invoice(context), since=DAY, reason=TRICKY),
    "void": lambda context: verbs.void(context, _invoice(context), date=DAY, reason="no"),
    "credit": lambda context: verbs.credit(context, _invoice(context), "CN-1", sent=DAY),
    "write-off": lambda context: verbs.write_off(context, _invoice(context), Decimal("10.00"), date=DAY, reason=TRICKY),
    "cancel": lambda context: verbs.cancel(context, _last(context), date=DAY, reason="feature dropped"),
    "hold": lambda context: verbs.hold(context, _first(context), until=DAY, reason="2026-01-01"),
    "hold bare": lambda context: verbs.hold(context, _first(context, held=False)),
    "release": lambda context: verbs.release(context, _first(context, held=True)),
    "amend": lambda context: verbs.amend(context, amount=Decimal("-800.00"), milestones=-1, note=TRICKY, signed=DAY),
    "amend all": lambda context: verbs.amend(
        context, amount=Decimal(800), added=[{"name": "A", "amount": Decimal(3)}, {"name": TRICKY, "amount": Decimal(5), "planned": DAY, "upfront": True}],
        changed=[(_first(context), Decimal("12.00"))],
    ),
    "waive": lambda context: verbs.waive(context.project, {"rule": "overdue", "milestone": "M1", "reason": TRICKY, "until": DAY}),
    "close": lambda context: verbs.close(context, date=DAY, force=True),
}  # fmt: skip
"""Name and verb; a verb raises UsageError where the record has nothing for it."""


def changes_for(context: ProjectContext, case: str) -> tuple[Change, ...]:
    """All changes a verb asks for, statuses included; none where it doesn't apply."""
    try:
        edit = CASES[case](context)
    except UsageError:
        return ()
    return (*edit.changes, *statuses.consequences(context, edit.changes).changes)
