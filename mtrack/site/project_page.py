"""The contents of one project's page: every row and cell as a plain value, so that its template computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import limits
from mtrack.render.left_out import sentence
from mtrack.render.wording import percent
from mtrack.site import charts
from mtrack.site.cells import STATE_WORDS, Unit, contact, gross_line, legend, net_line
from mtrack.site.evidence_marks import Evidence
from mtrack.site.filters import MINUS
from mtrack.site.invoice_rows import InvoiceLinks, invoice_links, invoice_rows
from mtrack.site.shortened import Shortened, rows
from mtrack.site.slot_words import note_of, words_of
from mtrack.site.task_rows import verb_rows
from mtrack.views.left_out import left_out
from mtrack.views.milestone import EVENTS, STRETCHES, lanes, milestone_state
from mtrack.views.project_parts import UNBILLED
from mtrack.views.slots import slots
from mtrack.views.statement import closeout
from mtrack.views.summary import decimals_shown
from mtrack.views.tasks import sums_of
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from markupsafe import Markup

    from mtrack.finding import Finding
    from mtrack.record.model import Amendment, Milestone, PaymentTerms, Waiver
    from mtrack.record.verdict import Verdict
    from mtrack.render.wording import Wording
    from mtrack.rules.context import ProjectContext
    from mtrack.site.charts import Axis, SlotBars
    from mtrack.site.evidence_marks import Mark
    from mtrack.site.links import FileLink, Files, PageLinks
    from mtrack.views.milestone import Lane
    from mtrack.views.statement import Check
    from mtrack.views.status import MilestoneStatus, ProjectStatus
    from mtrack.views.tasks import Task


class AgreementRow(Struct, frozen=True):
    """The agreement, or the amendment of a number. `milestones` is a count, of an amendment a change with its sign."""

    amendment: int | None
    terms: str | None
    note: str | None
    file: FileLink | None
    signed: date | None
    milestones: str | None
    amount: Decimal | None
    evidence: Mark | None


class MilestoneRow(Struct, frozen=True):
    """A milestone's record. `expected` is the status its invoices ask for, where the recorded one is not accepted.

    `id` is None for the later records of an id that repeats; what was found about it stands with the first. `recorded`
    is the status where it says something else than the state. `note_folds` where what was delivered takes many words,
    `has_more` where the first lines of its card on a phone don't say all.
    """

    record: Milestone
    id: str | None
    files: Shortened[FileLink]
    signoff: FileLink | None
    invoices: Shortened[InvoiceLinks]
    agreed: Decimal
    settled: Decimal | None
    outstanding: Decimal | None
    state: str
    recorded: str | None
    expected: str | None
    evidence: Mark | None
    findings: Sequence[Finding]
    note_folds: bool
    has_more: bool


class LaneRow(Struct, frozen=True):
    """A milestone's line of the timeline: its days as a chart and in words."""

    record: Milestone
    events: tuple[tuple[str, date], ...]
    chart: Markup


class CheckRow(Struct, frozen=True):
    """A line of the closeout list: its class, its mark and the mark's word, how much or how many are left, and where."""

    kind: str
    mark: str
    word: str
    name: str
    left: Decimal | None
    count: int | None
    note: str | None
    href: str | None


class WaiverRow(Struct, frozen=True):
    """A waiver, and whether it is the workspace's."""

    waiver: Waiver
    of_workspace: bool


_NOTE = 80
"""Letters up to which a note on what was delivered stands in its row."""
_CHECKS = {
    True: ("ok", "done", "done"),
    False: ("open", "ahead", "open"),
    None: ("na", "cancelled", "does not apply"),
}
"""Class, mark and word of a check that is done, open, or does not apply."""
_EVENT_WORDS = {"written_off": STATE_WORDS["written_off"]}
"""The words of the days of a timeline whose names are no words."""
_STRETCH_WORDS = {
    "ahead": "waiting for approval",
    "on_hold": "approved, on hold",
    "to_bill": "approved and not billed",
    "outstanding": "billed and not yet due",
    "disputed": "disputed",
    "overdue": "past due",
}
"""What the stretches of a timeline say."""
_STATE_SAYS = {
    "paid": {"paid"},
    "partially_paid": {"partially_paid"},
    "written_off": {"written_off"},
    "cancelled": {"cancelled"},
    "outstanding": {"sent"},
    "overdue": {"sent"},
    "disputed": {"sent"},
    "ahead": {"not_billed"},
    "to_bill": {"not_billed"},
    "on_hold": {"not_billed"},
}
"""The recorded statuses that a state already says."""


def project_values(  # noqa: PLR0913
    context: ProjectContext,
    item: ProjectStatus,
    findings: Sequence[Finding],
    tasks: Sequence[Task],
    files: Files,
    links: PageLinks,
    wording: Wording,
    as_of: date,
    verdicts: Iterable[Verdict],
) -> dict[str, Any]:
    """The values for the template of a project's page."""
    project = item.project
    unit = Unit(project.currency, project.decimals, decimals_shown(item))
    evidence = Evidence(verdicts, files)
    told = [finding for finding in findings if not finding.waived]
    own, by_number, rest = _by_subject(told, item)
    units = {unit.currency: unit}
    hrefs = _hrefs(item, links)
    return {
        "project": project,
        "unit": unit,
        "contact": contact(project.contact),
        "client_href": links.client(project.client) if project.client else None,
        "statement_href": links.statement(project.folder),
        "left_out": sentence(left_out(item.ledger), as_of),
        "verbs": verb_rows(
            [task for task in tasks if task.verb != "tidy"],
            sums_of(tasks),
            units,
            links,
            everything=True,
            project=project.folder,
        ),
        "to_do": sum(task.verb not in ("soon", "tidy") for task in tasks),
        "agreed": item.progress.agreed,
        "agreed_href": hrefs["agreed"],
        "approved_percent": percent(item.progress.approved, item.progress.agreed),
        "billed_percent": percent(item.progress.states.billed, item.progress.agreed),
        "bars": _bars(item, unit, links, wording),
        "legend": legend(item.progress, hrefs),
        "agreement": agreement_rows(item, files, evidence),
        "agreed_count": item.agreed_count,
        "agreed_total": item.agreed_total,
        "rest": rest,
        "milestones": milestone_rows(item, own, files, links, evidence),
        "invoices": invoice_rows(item, files, links, evidence, by_number, context.settings.currencies),
        "checks": [_check_row(check, hrefs) for check in closeout(item, context)],
        "accepted": [finding for finding in findings if finding.waived],
        "waivers": _waivers(context, findings),
        "records": files.records,
        "has_tax": item.totals.gross != item.totals.billed,
        "net": net_line(item.totals, hrefs),
        "gross": gross_line(item.totals, hrefs),
        **_timeline(item, wording, as_of),
    }


def _hrefs(item: ProjectStatus, links: PageLinks) -> dict[str, str]:
    """Links from each sum and check to what it is about: parts of invoices, a section, or the only milestone with any."""
    project = item.project
    places = ("agreement", "milestones", "invoices")
    hrefs = {name: f"#{links.identity('h', name)}" for name in places}
    hrefs |= {name: _milestones_href(item, name, links) for name in UNBILLED}
    hrefs |= links.parts(project=project.folder)
    return hrefs | {"disputed": links.register(project=project.folder, state="disputed")}


def _milestones_href(item: ProjectStatus, name: str, links: PageLinks) -> str:
    """The address of the only milestone that adds something to a sum, else of all of them."""
    ids = [entry.figures.milestone.id for entry in item.milestones if _adds_to(entry, name)]
    return f"#{links.identity('m', ids[0]) if len(ids) == 1 else links.identity('h', 'milestones')}"


def _adds_to(entry: MilestoneStatus, name: str) -> bool:
    return bool(getattr(entry.figures if hasattr(entry.figures, name) else entry.progress.states, name))


def _bars(item: ProjectStatus, unit: Unit, links: PageLinks, wording: Wording) -> SlotBars:
    """The milestones in slots; each leads to its record, and what is overbilled or can be billed is said under it."""
    return charts.slot_bars(
        slots(item.milestones),
        lambda name: f"#{links.identity('m', name)}",
        lambda slot: words_of(slot, unit, wording),
        lambda slot: note_of(slot, unit, wording),
    )


def _by_subject(
    findings: Iterable[Finding], item: ProjectStatus
) -> tuple[dict[str, list[Finding]], dict[str, list[Finding]], list[Finding]]:
    """The findings about each milestone, about each invoice that bills several, and those about the project."""
    ids = {entry.figures.milestone.id for entry in item.milestones}
    numbers = {figures.invoice.number for figures in item.ledger.invoices}
    own: dict[str, list[Finding]] = {}
    by_number: dict[str, list[Finding]] = {}
    rest: list[Finding] = []
    for finding in findings:
        if finding.milestone in ids:
            own.setdefault(str(finding.milestone), []).append(finding)
        elif finding.invoice in numbers:
            by_number.setdefault(str(finding.invoice), []).append(finding)
        else:
            rest.append(finding)
    return own, by_number, rest


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


def agreement_rows(item: ProjectStatus, files: Files, evidence: Evidence) -> Shortened[AgreementRow]:
    """The agreement and its amendments; nothing where none is recorded."""
    agreement = item.project.agreement
    if agreement is None:
        return Shortened()
    number = None if agreement.milestones is None else str(agreement.milestones)
    signed = AgreementRow(
        None,
        terms_words(agreement.payment_terms),
        None,
        files.link(agreement.file),
        agreement.signed,
        number,
        agreement.total,
        evidence.of("agreement", None, "total"),
    )

    def amended(numbered: tuple[int, Amendment]) -> AgreementRow:
        place, change = numbered
        added = f"{change.milestones:+d}".replace("-", MINUS) if change.milestones else None
        return AgreementRow(
            place, None, change.note, files.link(change.file), change.signed, added, change.amount, None
        )

    later = rows([*enumerate(agreement.amendments, 1)], amended, "amendment")
    return Shortened((signed, *later), 1 + later.in_all, later.rest)


def milestone_rows(
    item: ProjectStatus,
    findings: Mapping[str, Sequence[Finding]],
    files: Files,
    links: PageLinks,
    evidence: Evidence,
) -> Shortened[MilestoneRow]:
    """The milestones in the agreed order."""
    seen: set[str] = set()

    def row(entry: MilestoneStatus) -> MilestoneRow:
        name = entry.figures.milestone.id
        first = name not in seen
        seen.add(name)
        found = findings.get(name, ()) if first else ()
        identity = links.identity("m", name) if first else None
        return _milestone_row(entry, identity, found, files, links, evidence)

    return rows(item.milestones, row, "milestone", ("status", item.project.folder, "--format", "csv"))


def _milestone_row(  # noqa: PLR0913
    entry: MilestoneStatus,
    identity: str | None,
    findings: Sequence[Finding],
    files: Files,
    links: PageLinks,
    evidence: Evidence,
) -> MilestoneRow:
    figures, record, state = entry.figures, entry.figures.milestone, milestone_state(entry)
    fits = record.status in entry.accepted_statuses
    recorded = None if fits and record.status in _STATE_SAYS.get(state, ()) else record.status
    return MilestoneRow(
        record=record,
        id=identity,
        files=files.links(record.attachments),
        signoff=files.link(record.deliverable.signoff),
        invoices=invoice_links(entry.invoices, links),
        agreed=figures.agreed,
        settled=figures.settled if figures.invoices else None,
        outstanding=figures.outstanding if figures.invoices and figures.outstanding else None,
        state=state,
        recorded=recorded,
        expected=None if fits else entry.expected_status,
        evidence=evidence.of("milestone", record.id, "amount"),
        findings=findings,
        note_folds=len(record.deliverable.note or "") > _NOTE,
        has_more=recorded is not None or bool(findings) or _has_more(entry),
    )


def _has_more(entry: MilestoneStatus) -> bool:
    """Whether a milestone has more to say than its name, its money, its state, its invoices and its last day."""
    record, done = entry.figures.milestone, entry.figures.milestone.deliverable
    said = (
        record.planned, record.upfront, record.note, record.attachments, record.hold, record.cancelled,
        done.note, done.signoff, done.approved_by, done.completed and done.approved, entry.invoices,
    )  # fmt: skip
    return any(said)


def _timeline(item: ProjectStatus, wording: Wording, as_of: date) -> dict[str, Any]:
    shown = rows(item.milestones, lambda entry: entry, "milestone")
    found = lanes(shown.rows, as_of, limits.CELL_ROWS)
    axis = charts.axis_of(found, as_of)
    names = {name for entry in found for name, _ in entry.events}
    between = {stretch.state for entry in found for stretch in entry.stretches}
    return {
        "events": [(name, _EVENT_WORDS.get(name, name)) for name in EVENTS if name in names],
        "stretches": [(name, _STRETCH_WORDS[name]) for name in STRETCHES if name in between],
        "ruler": charts.ruler(axis, as_of, wording),
        "grid": charts.grid(axis, as_of),
        "lanes": Shortened(tuple(_lane_row(entry, axis) for entry in found), shown.in_all, shown.rest),
    }


def _lane_row(entry: Lane, axis: Axis) -> LaneRow:
    events = tuple((_EVENT_WORDS.get(name, name), day) for name, day in entry.events)
    return LaneRow(entry.item.figures.milestone, events, charts.lane(entry, axis))


def _check_row(check: Check, hrefs: Mapping[str, str]) -> CheckRow:
    note = "the agreement gives no total" if check.done is None else None
    return CheckRow(*_CHECKS[check.done], check.name, check.left, check.count, note, hrefs.get(check.about))


def _waivers(context: ProjectContext, findings: Iterable[Finding]) -> Shortened[WaiverRow]:
    """The project's waivers, and the workspace's that accept something here."""
    accepted = {(finding.rule, finding.waiver) for finding in findings if finding.waived}
    own = [WaiverRow(waiver, of_workspace=False) for waiver in context.project.waivers]
    others = [
        WaiverRow(waiver, of_workspace=True)
        for waiver in context.settings.waivers
        if (waiver.rule, waiver.reason) in accepted
    ]
    return rows(own + others, lambda row: row, "waiver")
