"""Rules about the history of what was agreed: amounts, milestones, and the signed files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.changes.facts import AGREEMENT
from mtrack.finding import Severity
from mtrack.rules.registry import history_rule
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.event import Event
    from mtrack.changes.trail import Moment, Trail
    from mtrack.finding import Problem

_CURRENCY = ("currency",)


@history_rule(Severity.ERROR)
def agreed_amount_changed(trail: Trail) -> Iterator[Problem]:
    """An agreed amount or the currency was changed after it was signed, with no amendment that says so.

    Why: what both sides signed changes by what both sides sign. An amendment says so; a number that just changes says
    nothing to whoever asks later. Agreed are each milestone's amount and the agreement's total; an agreement whose record goes
    takes it along. Another currency, of the project or of the settings, changes every amount.

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
    changed: dict[tuple[object, ...], int] = {_CURRENCY: 0}  # which came with the project, as its amendments then did
    amended = [moment.index for moment in trail.moments if moment.has("amended")]
    for moment in trail.moments:
        revaluation = trail.revaluations.get(moment.index)
        if revaluation is not None:
            last, changed[_CURRENCY] = changed[_CURRENCY], moment.index
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
            if not _is_agreed(moment, event):
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


def _is_agreed(moment: Moment, event: Event) -> bool:
    """Whether an event changes, or takes away, an amount that had been agreed."""
    if event.record != AGREEMENT:
        return (event.event, event.field) == ("milestone-changed", "amount")
    if event.field is None:
        return event.new is None and moment.before.value(AGREEMENT, "total") is not None
    return event.field == "total" and event.old is not None


def _value(trail: Trail, moment: Moment, event: Event) -> tuple[object, ...]:
    """The identity of an agreed amount's record."""
    if event.record[0] != "milestone":
        return (AGREEMENT,)
    return ("milestone", trail.name_now(moment, event), event.record[2])


@history_rule(Severity.ERROR)
def milestone_removed(trail: Trail) -> Iterator[Problem]:
    """A milestone went from the records without having been cancelled, though the agreement was signed.

    Why: work that both sides agreed on does not vanish. Cancelled, it stays to be seen, with its day and reason. A whole
    project that went is one finding, or, where it had sent invoices, those of `sent-invoice-changed`; one that comes again
    in its folder is compared with what it was.

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
        if project is not None:
            if not went or any(
                event.event == "invoice-removed" and trail.late(moment, event) for event in moment.events
            ):
                continue  # its invoices tell that it went
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
