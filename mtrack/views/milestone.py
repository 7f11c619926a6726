"""The state of a milestone in one word, and its days on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.finding import Route
    from mtrack.record.model import Invoice
    from mtrack.views.status import MilestoneStatus

EVENTS = ("planned", "completed", "approved", "sent", "due", "paid", "written_off")
"""The days of a milestone, in the order they are meant to come."""
STRETCHES = ("ahead", "on_hold", "to_bill", "outstanding", "disputed", "overdue")
"""What the money waits for between two days: approval, the end of a hold, billing, its day, a dispute's end, payment."""
_SETTLED = ("paid", "written_off")


def milestone_state(item: MilestoneStatus) -> str:
    """cancelled, alarm, disputed, partially_paid, or the state of the largest part of its money; the first that is true."""
    figures, states = item.figures, item.progress.states
    if figures.milestone.cancelled:
        return "cancelled"
    if figures.overbilled:
        return "alarm"
    if states.disputed and states.largest == "outstanding":
        return "disputed"
    if states.largest == "paid" and any(amount for name, amount in states.items() if name not in _SETTLED):
        return "partially_paid"
    return states.largest or ("paid" if figures.invoices or figures.milestone.approved is not None else "ahead")


class Stretch(Struct, frozen=True):
    """Days between two events, and the state the money was in: one of STRETCHES."""

    start: date
    end: date
    state: str


class Lane(Struct, frozen=True):
    """A milestone's days. `events` are (name, day) in order of the day; `stretches` what lies between.

    Of an invoice with many payments some of their days are among them, the first ones and the last.
    """

    item: MilestoneStatus
    state: str
    events: tuple[tuple[str, date], ...]
    stretches: tuple[Stretch, ...]


def lanes(items: Sequence[MilestoneStatus], as_of: date, most: int) -> list[Lane]:
    """The days of milestones and of the invoices that bill them, void ones and credit notes aside.

    Of a milestone's invoices `most` are taken, and of an invoice as many days on which something was paid.
    """
    settled: dict[Route, list[tuple[str, date]]] = {}
    for item in items:
        for figures in _bills(item):
            if figures.invoice.route not in settled:
                settled[figures.invoice.route] = _settled(figures.invoice, most)
    return [_lane(item, settled, as_of, most) for item in items]


def _lane(item: MilestoneStatus, settled: Mapping[Route, list[tuple[str, date]]], as_of: date, most: int) -> Lane:
    milestone = item.figures.milestone
    events: list[tuple[str, date]] = []
    for name, day in (
        ("planned", milestone.planned),
        ("completed", milestone.completed),
        ("approved", milestone.approved),
    ):
        if day is not None:
            events.append((name, day))
    bills = _bills(item)
    first_sent = min((figures.invoice.sent for figures in bills), default=None)
    for figures in bills[:most]:
        events.append(("sent", figures.invoice.sent))
        days = settled[figures.invoice.route]
        if figures.outstanding or not days:
            events.append(("due", figures.due))
        events.extend(days)
    stretches: list[Stretch] = []
    if not milestone.cancelled:
        stretches += _before_billing(item.figures, first_sent, as_of)
        for figures in bills[:most]:
            stretches += _after_billing(figures, [day for _, day in settled[figures.invoice.route]], as_of)
    order = {name: i for i, name in enumerate(EVENTS)}
    events = sorted(dict.fromkeys(events), key=lambda event: (event[1], order[event[0]]))
    shown = dict.fromkeys(stretch for stretch in stretches if stretch.end > stretch.start)
    return Lane(item, milestone_state(item), tuple(events), tuple(shown))


def _bills(item: MilestoneStatus) -> list[InvoiceFigures]:
    return [item for item in item.invoices if item.invoice.void is None and not item.invoice.is_credit_note]


def _settled(invoice: Invoice, most: int) -> list[tuple[str, date]]:
    """The days on which an invoice was settled or a part of it, each with what settled it; of many some."""
    days = sorted({payment.date for payment in invoice.payments})
    if len(days) > most:
        days = [*days[: most - 1], days[-1]]
    found = [("paid", day) for day in days]
    found += [("paid", invoice.paid)] if invoice.paid else []
    return found + ([("written_off", invoice.written_off_date)] if invoice.written_off_date else [])


def _before_billing(figures: MilestoneFigures, first_sent: date | None, as_of: date) -> list[Stretch]:
    """The stretches from completion to approval, and from there to the first invoice."""
    milestone = figures.milestone
    found: list[Stretch] = []
    if milestone.completed is not None and milestone.approved is not None:
        found.append(Stretch(milestone.completed, milestone.approved, "ahead"))
    ready = milestone.approved or milestone.completed
    if ready is not None and (figures.unbilled or first_sent is not None):
        held = milestone.on_hold(as_of) and first_sent is None
        state = "ahead" if milestone.approved is None else "on_hold" if held else "to_bill"
        found.append(Stretch(ready, first_sent or as_of, state))
    return found


def _after_billing(figures: InvoiceFigures, settled: Sequence[date], as_of: date) -> Iterator[Stretch]:
    """The stretches from an invoice to its due date, then to the last settlement, or to today while money is outstanding.

    What the client keeps back until a day that has not come is not late: it is outstanding from the last payment on.
    """
    invoice = figures.invoice
    if not figures.outstanding and not settled:
        return
    is_open = figures.outstanding > figures.kept_back
    last = max(settled, default=invoice.sent)
    end = as_of if is_open else last
    yield Stretch(invoice.sent, min(end, figures.due), "outstanding")
    if end > figures.due:
        yield Stretch(max(figures.due, invoice.sent), end, "overdue" if invoice.disputed is None else "disputed")
    if figures.outstanding and not is_open:
        yield Stretch(max(last, invoice.sent), as_of, "outstanding")
