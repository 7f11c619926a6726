"""Rules about the history: what a commit changed that should have stayed, or should have been recorded otherwise."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.changes.facts import AGREEMENT, LINES
from mtrack.finding import Severity
from mtrack.record.model import number_key
from mtrack.rules.registry import branch_rule, history_rule
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from mtrack.changes.branches import BranchPair, Brought
    from mtrack.changes.event import Event, Key
    from mtrack.changes.facts import Record
    from mtrack.changes.trail import Moment, Trail
    from mtrack.finding import Problem

_ON_PAPER = ("number", "amount", "tax", "total", "sent", "lines")
"""The fields of an invoice that the client sees."""
_CURRENCY = ("currency",)
_ORDER = ("not_billed", "sent", "partially_paid", "paid")
_MOST_DAYS = 31
"""Days that a date may lie before the commit that first had it."""
_DATES = {
    "project": (),
    "agreement": (),
    "amendment": (),
    "milestone": ("deliverable.completed", "deliverable.approved"),
    "invoice": ("sent", "paid"),
    "payment": ("date",),
}


@history_rule(Severity.ERROR)
def sent_invoice_changed(trail: Trail) -> Iterator[Problem]:
    """An invoice that had been sent was changed, or its record went.

    Why: the client has the paper as it was. What was wrong on it is put right with a void or a credit note and
    another invoice, so that books and paper agree. A correction within `correct_within` days is not reported; a commit
    is no older here than those it is made from, whatever its date says. Another currency, of the project or of the
    settings, changes every invoice.

    Bad:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}
            status: sent
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-02}
            status: sent

    Good:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}
            status: sent
        === 2026-02-03
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-02}
            status: sent
    """
    for moment in trail.moments:
        changed: dict[Key, list[Event]] = {}
        for event in moment.events:
            if _is_on_paper(event) and trail.late(moment, event):
                changed.setdefault(event.record, []).append(event)
        revaluation = trail.revaluations.get(moment.index)
        other = {event.record: event for event in revaluation.invoices} if revaluation is not None else {}
        is_back = revaluation is None or revaluation.is_back
        for key in {**changed, **other}:
            events = changed.get(key, [])
            back = ", as it had been before" if is_back and _are_back(trail, moment, events) else ""
            events = [*events, *([other[key]] if key in other else [])]
            told = "; ".join(event.message for event in events)
            number = events[0].invoice
            yield trail.problem(
                moment,
                f"invoice {number} was changed after it was sent: {told}{back}",
                f"put it back, and record a void or a credit note and another invoice; if {number} was recorded wrong, waive it",
                next((event for event in events if event.new is not None), events[0]),
            )


def _is_on_paper(event: Event) -> bool:
    if event.record[0] != "invoice":
        return False
    if event.event in ("file-changed", "file-removed"):
        return True
    return event.event == "invoice-removed" or (event.event == "invoice-changed" and event.field in _ON_PAPER)


def _are_back(trail: Trail, moment: Moment, events: Iterable[Event]) -> bool:
    """Whether every value is one that there had been before."""
    return all(
        event.field is not None
        and event.record in moment.after.records
        and trail.was_there(moment, moment.after.records[event.record], event.field)
        for event in events
    )


@history_rule(Severity.ERROR)
def agreed_amount_changed(trail: Trail) -> Iterator[Problem]:
    """A milestone's amount, the agreement's total or the currency was changed after it was signed, with no amendment.

    Why: what both sides signed changes by what both sides sign. An amendment says so; a number that just changes says
    nothing to whoever asks later. Another currency, of the project or of the settings, changes every amount.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9500.00, status: not_billed}

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        agreement:
          file: agreement/sow.pdf
          signed: 2026-01-10
          total: 9000.00
          amendments: [{file: agreement/more.pdf, signed: 2026-03-01, amount: 500.00}]
        milestones:
          - {id: M1, name: Discovery, amount: 9500.00, status: not_billed}
    """
    changed: dict[tuple[object, ...], int] = {}
    amended = [moment.index for moment in trail.moments if moment.has("amended")]
    for moment in trail.moments:
        revaluation = trail.revaluations.get(moment.index)
        if revaluation is not None:
            last, changed[_CURRENCY] = changed.get(_CURRENCY, -1), moment.index
            covered = any(last < index <= moment.index for index in amended)
            if not covered and trail.signed_before(moment):
                yield trail.problem(
                    moment,
                    f"{revaluation.message}, after the agreement was signed and with no amendment",
                    "record the amendment that says so under `amendments`, or put the currency back",
                    revaluation.event,
                )
        for event in moment.events:
            if event.event in ("listed", "project-added"):
                changed.setdefault(_value(trail, moment, event), moment.index)
            if not _is_agreed_amount(event):
                continue
            value = _value(trail, moment, event)
            last, changed[value] = changed.get(value, -1), moment.index
            covered = any(last < index <= moment.index for index in amended)
            if not covered and trail.signed_before(moment) and trail.late(moment, event):
                yield trail.problem(
                    moment,
                    f"{event.message}, after the agreement was signed and with no amendment",
                    "record the amendment that says so under `amendments`, or put the amount back",
                    event,
                )


def _is_agreed_amount(event: Event) -> bool:
    return (event.event, event.field) == ("milestone-changed", "amount") or (
        event.record == AGREEMENT and event.field == "total" and event.old is not None
    )


def _value(trail: Trail, moment: Moment, event: Event) -> tuple[object, ...]:
    """The identity of an agreed amount's record."""
    if event.record[0] != "milestone":
        return (AGREEMENT,)
    return ("milestone", trail.name_now(moment, event), event.record[2])


@history_rule(Severity.ERROR)
def milestone_removed(trail: Trail) -> Iterator[Problem]:
    """A milestone went from the records without having been cancelled, though the agreement was signed.

    Why: work that both sides agreed on does not vanish. Cancelled, it stays to be seen, with its day and reason. A whole
    project that went is one finding; one that comes again in its folder is compared with what it was.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, cancelled: {date: 2026-03-01, reason: no budget}, status: cancelled}
    """
    for moment in trail.moments:
        went = [event for event in moment.events if event.event == "milestone-removed"]
        if not went or not trail.signed_before(moment):
            continue
        went = [event for event in went if trail.late(moment, event) and not moment.had_cancelled(event)]
        project = next((event for event in moment.events if event.event == "project-removed"), None)
        if project is not None and went:
            yield trail.problem(
                moment,
                f"{project.message}, with {count(len(went), 'milestone')} not cancelled, after its agreement was signed",
                "put it back, and record `cancelled` on what is not to be done, or `closed` on the project",
                project,
            )
            continue
        for event in went:
            yield trail.problem(
                moment,
                f"{event.message}; it had not been cancelled",
                "put it back, and record `cancelled` with its day and reason",
                event,
            )


@history_rule(Severity.ERROR)
def payment_removed(trail: Trail) -> Iterator[Problem]:
    """A payment went from the records, or its amount or date was changed.

    Why: money that came in, came in. A payment that goes makes an invoice open again, and hides what was received.
    `paid: 2026-03-01` that becomes `paid: true` has lost its date. The same money written in the other form, as `paid`
    or as one payment of that day, is no change.

    Bad:
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20, payments: [{date: 2026-03-01, amount: 4000.00}]}
            status: paid
        === 2026-04-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20}
            status: paid

    Good:
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20, payments: [{date: 2026-03-01, amount: 4000.00}]}
            status: paid
        === 2026-04-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20, payments: [{date: 2026-03-01, amount: 4000.00}, {date: 2026-04-01, amount: -1.00}]}
            status: paid
    """
    for moment in trail.moments:
        told: dict[Key, list[Event]] = {}
        for event in moment.events:
            if _takes_a_payment(event) and not _is_written_otherwise(moment, event):
                told.setdefault(event.record, []).append(event)
        for events in told.values():
            event = events[0]
            if trail.late(moment, event, whole=event.field != "paid"):
                yield trail.problem(
                    moment,
                    "; ".join(item.message for item in events),
                    "put it back; money that was paid back is a payment of a negative amount",
                    event,
                )


def _takes_a_payment(event: Event) -> bool:
    """Whether a payment went, or lost its amount or its date; `paid: true` has none, and gaining one loses nothing."""
    if event.event == "payment-changed":
        return event.field in ("amount", "date") or (event.field == "paid" and event.old is not True)
    return event.event == "payment-removed"


def _is_written_otherwise(moment: Moment, event: Event) -> bool:
    """Whether the same money is recorded still: `paid` is short for one payment of all that is left."""
    if event.event != "payment-removed":
        return False
    if event.field == "paid":
        payments = moment.after.children.get(event.record, [])
        same_day = event.old is True or {item.fields["date"] for item in payments} == {event.old}
        return bool(payments) and same_day and _settled(payments) == event.amount
    invoice = moment.before.records[event.record].parent
    paid = next((item for item in moment.events if item.record == invoice and item.event == "paid"), None)
    before = moment.before.children[invoice]
    days = {item.fields["date"] for item in before}
    return paid is not None and days == {paid.new} and _settled(before) == paid.amount


def _settled(payments: Iterable[Record]) -> Decimal:
    """The amount that payments settle."""
    keys = ("amount", "withheld", "fee", "discount")
    return money.total(item.fields[key] for item in payments for key in keys if key in item.fields)


@history_rule(Severity.WARNING)
def approval_removed(trail: Trail) -> Iterator[Problem]:
    """An `approved` date went or was changed, or the content of its sign-off did.

    Why: an approval is what an invoice stands on. One that changes later is one that will be doubted.

    Bad:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-20}, status: not_billed}

    Good:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01, approved_by: the client}, status: not_billed}
    """
    for moment in trail.moments:
        for event in moment.events:
            went = event.event == "delivery-changed" and event.field == "deliverable.approved" and event.old is not None
            other = event.event in ("file-changed", "file-removed") and event.field == "deliverable.signoff"
            if (went or other) and trail.late(moment, event):
                yield trail.problem(
                    moment,
                    f"an approval was changed: {event.message}",
                    "put it back; if it was recorded wrong, waive it and say why",
                    event,
                )


@history_rule(Severity.ERROR)
def agreement_replaced(trail: Trail) -> Iterator[Problem]:
    """The content of the signed agreement's or an amendment's file was changed or went, while its `signed` date stayed.

    Why: the file is what was signed on that day. Another content was not, and what was signed can be read no more.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        Discovery: EUR 9,000.00
        === 2026-03-02
        >>> acme/agreement/sow.pdf
        Discovery: EUR 9,500.00

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        Discovery: EUR 9,000.00
        === 2026-03-02
        project: Acme website
        currency: EUR
        agreement:
          file: agreement/sow.pdf
          signed: 2026-01-10
          total: 9000.00
          amendments: [{file: agreement/more.pdf, signed: 2026-03-01}]
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/more.pdf
        Discovery: more of it
    """
    for moment in trail.moments:
        for event in moment.events:
            if event.event not in ("file-changed", "file-removed") or event.record[0] not in ("agreement", "amendment"):
                continue
            signed = moment.before.value(event.record, "signed")
            stays = signed is not None and signed == moment.after.value(event.record, "signed")
            if event.field == "file" and stays and trail.late(moment, event):
                yield trail.problem(
                    moment,
                    f"{event.message}, and it is still said to be signed on {signed}",
                    "put the signed file back; record another one as an amendment",
                    event,
                )


@history_rule(Severity.WARNING)
def status_went_back(trail: Trail) -> Iterator[Problem]:
    """A milestone's status went back, as from `paid` to `sent`, with nothing recorded that explains it.

    Why: a status follows from invoices and payments. One that goes back alone was wrong before or is wrong now.

    Bad:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: paid}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: sent}

    Good:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: sent}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: paid}
    """
    for moment in trail.moments:
        refunded = any(event.event == "paid" and (event.amount or money.ZERO) < 0 for event in moment.events)
        if refunded or moment.has("voided", "credited", "amended"):
            continue
        for event in moment.events:
            if event.event != "status-changed" or event.old not in _ORDER or event.new not in _ORDER:
                continue
            if _ORDER.index(event.new) < _ORDER.index(event.old) and trail.late(moment, event):
                yield trail.problem(
                    moment,
                    f"{event.message}, with no void, credit note, refund or amendment",
                    "record what happened, or put the status back",
                    event,
                )


@history_rule(Severity.INFO)
def backdated(trail: Trail) -> Iterator[Problem]:
    """A date lies more than 31 days before the commit that first had it.

    Why: records written long after the fact are written from memory. A project's first commit is not asked, since
    work that runs already is recorded then.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-03-20
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
    """
    for moment in trail.moments:
        if moment.first:
            continue
        for event in moment.events:
            record = moment.after.records.get(event.record)
            for field in _brought(event) if record is not None else ():
                assert record is not None
                day = record.fields.get(field)
                if not isinstance(day, str) or trail.was_there(moment, record, field):
                    continue
                days = (moment.commit.first_day - date.fromisoformat(day)).days
                if days > _MOST_DAYS:
                    what = field.removeprefix("deliverable.")
                    yield trail.problem(
                        moment,
                        f"{what} {day} was recorded {days} days later: {event.message}",
                        "make sure of the day; if it is right, waive it and say why it came late",
                        event,
                        field,
                    )


def _brought(event: Event) -> tuple[str, ...]:
    """The dates that an event brought: of a record that came all it has, else the one."""
    known: tuple[str, ...] = _DATES.get(str(event.record[0]), ())
    if event.event in ("listed", "billed", "credited", "paid") and event.field is None:
        return tuple(field for field in known if field != "paid")
    return (event.field,) if event.field in known and event.new is not None else ()


@history_rule(Severity.ERROR)
def unsigned_change(trail: Trail) -> Iterator[Problem]:
    """A commit that changed records has no good signature, and `mtrack.yaml` says `require_signed: true`.

    Why: a name in a commit is what its writer typed. Only a signature says who it was.

    Bad:
        === 2026-01-12
        >>> mtrack.yaml
        format: 1
        require_signed: true
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        === 2026-01-12
        >>> mtrack.yaml
        format: 1
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for moment in trail.moments:
        if moment.events and moment.require_signed and moment.commit.signature != "G":
            more = len(moment.events) - 1
            yield trail.problem(
                moment,
                f"records were changed by a commit without a good signature: {moment.events[0].message}"
                + (f", and {more} more" if more else ""),
                "sign commits (git config commit.gpgSign true), and have signed ones only in the main branch",
            )


@branch_rule(Severity.ERROR)
def branch_collision(pair: BranchPair) -> Iterator[Problem]:
    """Two branches give one number to different invoices, or together bill a milestone beyond what is agreed.

    Why: each branch is right for itself; what they do together is seen when both papers have gone out.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-02 on site
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}, status: sent}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-03
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-03}, status: sent}

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-02 on site
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}, status: sent}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-03
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-03}, status: sent}
    """
    ours, theirs = pair.brought(pair.ours), pair.brought(pair.theirs)
    numbers = {number_key(item.number): item for item in ours}
    for item in theirs:
        same = numbers.get(number_key(item.number))
        if same is not None and same.terms != item.terms:
            yield pair.problem(
                same,
                f"{pair.ours.name} and {pair.theirs.name} give the number {item.number} to different invoices",
                "give one of them another number before both branches are merged",
                _only(same),
            )
    for uid, milestone in dict.fromkeys((item.uid, name) for item in ours for name in item.record.fields[LINES]):
        yield from _overbilled(pair, uid, str(milestone), ours, theirs)


def _overbilled(
    pair: BranchPair, uid: int, milestone: str, ours: Iterable[Brought], theirs: Iterable[Brought]
) -> Iterator[Problem]:
    """Whether two branches together bill a milestone beyond what is agreed; one invoice in both counts once."""
    mine = [item for item in ours if item.uid == uid and item.share(milestone) > 0]
    known = {number_key(item.number) for item in mine}
    others = [
        item
        for item in theirs
        if item.uid == uid and item.share(milestone) > 0 and number_key(item.number) not in known
    ]
    if not mine or not others:
        return
    version = mine[0].version
    agreed = version.value(("milestone", milestone, 0), "amount")
    billed = money.total([pair.billed_before(uid, milestone), *(item.share(milestone) for item in (*mine, *others))])
    if agreed is not None and billed > agreed and version.currency is not None:
        yield pair.problem(
            mine[0],
            f"{pair.ours.name} and {pair.theirs.name} together bill {money.display(billed, version.currency, version.decimals)} of {milestone},"
            f" agreed are {money.display(agreed, version.currency, version.decimals)}",
            "void or correct one of the invoices before both branches are merged",
            milestone,
        )


def _only(item: Brought) -> str | None:
    shares = list(item.record.fields[LINES])
    return str(shares[0]) if len(shares) == 1 else None
