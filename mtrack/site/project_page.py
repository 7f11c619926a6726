"""What the page of one project shows: every row and cell as a plain value, so that its template computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack.render.left_out import sentence
from mtrack.render.wording import percent
from mtrack.render.words import count
from mtrack.site import charts
from mtrack.site.cells import legend, sums
from mtrack.site.filters import MINUS
from mtrack.site.invoice_rows import InvoiceLinks, invoice_links, invoice_rows
from mtrack.views.left_out import left_out
from mtrack.views.milestone import EVENTS, lane, milestone_state
from mtrack.views.statement import closeout, statement
from mtrack.views.status import project_status
from mtrack.views.summary import boundaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from markupsafe import Markup

    from mtrack.finding import Finding
    from mtrack.record.model import Milestone, PaymentTerms, Waiver
    from mtrack.render.wording import Wording
    from mtrack.rules.context import ProjectContext
    from mtrack.site.links import FileLink, Files, PageLinks
    from mtrack.views.statement import Check, StatementRow
    from mtrack.views.status import MilestoneStatus, ProjectStatus


class AgreementRow(Struct, frozen=True):
    """The agreement, or the amendment of a number. `milestones` is a count, of an amendment a change with its sign."""

    amendment: int | None
    terms: str | None
    note: str | None
    file: FileLink | None
    signed: date | None
    milestones: str | None
    amount: Decimal | None


class MilestoneRow(Struct, frozen=True):
    """A milestone's record. `expected` is the status its invoices ask for, where the recorded one is not accepted.

    `id` is None for the later records of an id that repeats; what was found about it stands with the first.
    """

    record: Milestone
    id: str | None
    files: tuple[FileLink, ...]
    signoff: FileLink | None
    invoices: tuple[InvoiceLinks, ...]
    agreed: Decimal
    settled: Decimal | None
    outstanding: Decimal | None
    state: str
    expected: str | None
    findings: Sequence[Finding]


class LaneRow(Struct, frozen=True):
    """A milestone's line of the timeline: its days as a chart and in words."""

    record: Milestone
    events: tuple[tuple[str, date], ...]
    chart: Markup


class StatementLine(Struct, frozen=True):
    """A row of the statement with its percentage; `over` where more is billed than agreed."""

    row: StatementRow
    percent: str
    over: bool


class CheckRow(Struct, frozen=True):
    """A line of the closeout list: its class, its mark and the mark's word, and how much or how many are left."""

    kind: str
    mark: str
    word: str
    name: str
    left: Decimal | None
    count: int | None
    note: str | None


class WaiverRow(Struct, frozen=True):
    """A waiver, and whether it is the workspace's."""

    waiver: Waiver
    of_workspace: bool


_CHECKS = {
    True: ("ok", "done", "done"),
    False: ("open", "ahead", "open"),
    None: ("na", "cancelled", "does not apply"),
}
"""Class, mark and word of a check that is done, open, or does not apply."""


def project_values(  # noqa: PLR0913
    context: ProjectContext,
    findings: Sequence[Finding],
    files: Files,
    links: PageLinks,
    wording: Wording,
    as_of: date,
) -> dict[str, Any]:
    """What the template of a project's page is given."""
    item = project_status(context)
    own, rest = _by_milestone(findings, {entry.figures.milestone.id for entry in item.milestones})
    sheet = statement(item, as_of)
    return {
        "project": item.project,
        "left_out": sentence(left_out(item.ledger), as_of),
        "places": item.project.places,
        "agreed": item.progress.agreed,
        "approved_percent": percent(item.progress.approved, item.progress.agreed),
        "billed_percent": percent(item.progress.states.billed, item.progress.agreed),
        "bars": charts.two_bars(item.progress, boundaries(item), height=22),
        "legend": legend(item.progress),
        "agreement": agreement_rows(item, files),
        "agreed_count": item.agreed_count,
        "agreed_total": item.agreed_total,
        "rest": rest,
        "milestones": milestone_rows(item, own, files, links),
        "statement": sheet,
        "statement_lines": [_statement_line(row) for row in sheet.lines],
        "statement_total": _statement_line(sheet.total),
        "amendments": sheet.amendments or None,
        "invoices": invoice_rows(item, files, links),
        "checks": [_check_row(check) for check in closeout(item, context)],
        "waivers": _waivers(context, findings),
        "records": files.records,
        "has_tax": item.totals.gross != item.totals.billed,
        "totals": item.totals,
        "sums": sums(item.totals),
        **_timeline(item, wording, as_of),
    }


def _by_milestone(findings: Iterable[Finding], ids: set[str]) -> tuple[dict[str, list[Finding]], list[Finding]]:
    """The findings about each milestone, and those about the project as a whole."""
    own: dict[str, list[Finding]] = {}
    rest: list[Finding] = []
    for finding in findings:
        if finding.milestone in ids:
            own.setdefault(str(finding.milestone), []).append(finding)
        else:
            rest.append(finding)
    return own, rest


def terms_words(terms: PaymentTerms | None) -> str | None:
    """Payment terms in words."""
    if terms is None:
        return None
    days = count(terms.days, "day")
    ends = {
        None: f"within {days}",
        "before": f"{days} after the end of the month",
        "after": f"at the end of the month, {days} on",
    }
    return f"payment {ends[terms.month_end]}"


def agreement_rows(item: ProjectStatus, files: Files) -> list[AgreementRow]:
    """The agreement and its amendments; nothing where none is recorded."""
    agreement = item.project.agreement
    if agreement is None:
        return []
    number = None if agreement.milestones is None else str(agreement.milestones)
    rows = [
        AgreementRow(
            None,
            terms_words(agreement.payment_terms),
            None,
            files.link(agreement.file),
            agreement.signed,
            number,
            agreement.total,
        )
    ]
    for place, change in enumerate(agreement.amendments, 1):
        added = f"{change.milestones:+d}".replace("-", MINUS) if change.milestones else None
        rows.append(
            AgreementRow(place, None, change.note, files.link(change.file), change.signed, added, change.amount)
        )
    return rows


def milestone_rows(
    item: ProjectStatus, findings: Mapping[str, Sequence[Finding]], files: Files, links: PageLinks
) -> list[MilestoneRow]:
    """The milestones in the agreed order."""
    seen: set[str] = set()
    rows: list[MilestoneRow] = []
    for entry in item.milestones:
        name = entry.figures.milestone.id
        first = name not in seen
        seen.add(name)
        found = findings.get(name, ()) if first else ()
        rows.append(_milestone_row(entry, links.identity("m", name) if first else None, found, files, links))
    return rows


def _milestone_row(
    entry: MilestoneStatus, identity: str | None, findings: Sequence[Finding], files: Files, links: PageLinks
) -> MilestoneRow:
    figures, record = entry.figures, entry.figures.milestone
    return MilestoneRow(
        record=record,
        id=identity,
        files=files.links(record.attachments),
        signoff=files.link(record.deliverable.signoff),
        invoices=invoice_links(entry.invoices, links),
        agreed=figures.agreed,
        settled=figures.settled if figures.invoices else None,
        outstanding=figures.outstanding if figures.invoices and figures.outstanding else None,
        state=milestone_state(entry),
        expected=None if record.status in entry.accepted_statuses else entry.expected_status,
        findings=findings,
    )


def _timeline(item: ProjectStatus, wording: Wording, as_of: date) -> dict[str, Any]:
    lanes = [lane(entry, as_of) for entry in item.milestones]
    axis = charts.axis_of(lanes, as_of)
    return {
        "events": EVENTS,
        "ruler": charts.ruler(axis, as_of, wording),
        "lanes": [
            LaneRow(entry.item.figures.milestone, entry.events, charts.lane(entry, axis, as_of)) for entry in lanes
        ],
    }


def _statement_line(row: StatementRow) -> StatementLine:
    return StatementLine(row, percent(row.billed, row.agreed), over=row.balance < 0)


def _check_row(check: Check) -> CheckRow:
    note = "the agreement gives no total" if check.done is None else None
    return CheckRow(*_CHECKS[check.done], check.name, check.left, check.count, note)


def _waivers(context: ProjectContext, findings: Iterable[Finding]) -> list[WaiverRow]:
    """The project's waivers, and the workspace's that accept something here."""
    accepted = {(finding.rule, finding.waiver) for finding in findings if finding.waived}
    own = [WaiverRow(waiver, of_workspace=False) for waiver in context.project.waivers]
    return own + [
        WaiverRow(waiver, of_workspace=True)
        for waiver in context.settings.waivers
        if (waiver.rule, waiver.reason) in accepted
    ]
