"""`mtrack status`: text, JSON (version 1, `schemas/status.schema.json`), CSV, Markdown."""

from __future__ import annotations

import csv as csv_module
from io import StringIO
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.render.markdown import cell, escape
from mtrack.render.plain import capital, count, harmless, json_text, style
from mtrack.render.tables import Cells, bars, isolated
from mtrack.render.wording import OVERLAP_MARK, STATES, Wording, percent, percent_text, status_word

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import Totals
    from mtrack.views.status import MilestoneStatus, ProjectStatus, StatusView

TOTALS = ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "overdue")
"""The sums every report shows, in this order."""


def text(view: StatusView, width: int = 120, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A block a project: agreement, the two bars, and a table of the milestones' records; then the sums."""
    wording = Wording(view.locale)
    title = f"status as of {wording.day(view.as_of)}"
    parts = [style(f"{isolated(view.name)}: {title}" if view.name else capital(title), "bold", colour=colour) + "\n"]
    parts += [_project_text(item, wording, width, colour) for item in view.projects]
    if view.projects:
        table = Cells("In all", *(f">{name}" for name in TOTALS))
        for currency, totals in view.totals.items():
            table.row(currency, *(wording.number(getattr(totals, name), view.places[currency]) for name in TOTALS))
        parts.append(table.render(width, colour=colour))
    else:
        parts.append("no projects here; mtrack new makes one\n")
    return "\n".join(parts)


def heading(item: ProjectStatus) -> list[str]:
    """What names a project: name, client, folder."""
    project = item.project
    return [name for name in (project.name, project.client, project.folder) if name]


def agreement_words(item: ProjectStatus, wording: Wording) -> list[str]:
    """The agreement in a few words: file, signed, total with amendments, count."""
    project, agreement = item.project, item.project.agreement
    if agreement is None:
        return ["none recorded"]
    words = [agreement.file or "no file"]
    words.append(f"signed {wording.day(agreement.signed)}" if agreement.signed else "not signed")
    if item.agreed_total is not None:
        words.append(wording.money(item.agreed_total, project.currency, project.places))
    if item.agreed_count is not None:
        words.append(count(item.agreed_count, "milestone"))
    if agreement.amendments:
        words.append(f"{count(len(agreement.amendments), 'amendment')} included")
    return words


def _project_text(item: ProjectStatus, wording: Wording, width: int, colour: bool) -> str:  # noqa: FBT001
    project, sums = item.project, item.progress
    lines = [style(" · ".join(isolated(name) for name in heading(item)), "bold", colour=colour)]
    lines.append("  agreement  " + ", ".join(isolated(word) for word in agreement_words(item, wording)))
    delivered, billed = bars(sums)

    def amount(value: Decimal) -> str:
        return wording.money(value, project.currency, project.places)

    lines.append(
        f"  delivered  {style(delivered, 'green', colour=colour)}  approved {percent(sums.approved, sums.agreed)}"
    )
    shares = sums.percentages
    words = [
        f"{name} {percent_text(shares[name])}"
        for name in ("received", "outstanding", "overdue")
        if name == "received" or sums.parts[name]
    ]
    if sums.disputed:
        words.append(f"of which disputed {percent_text(sums.percent_disputed)}")
    lines.append(f"  billed     {style(billed, 'blue', colour=colour)}  {', '.join(words)}")
    if sums.billable:
        lines.append(f"             {STATES['billable'][0]} {amount(sums.billable)} approved, not billed")
    if sums.overbilled:
        lines.append(f"             {OVERLAP_MARK} {amount(sums.overbilled)} billed more than agreed")
    if project.closed is not None:
        lines.append(f"  closed     {wording.day(project.closed)}")
    table = Cells(
        "milestone", f">{project.currency}", "deliverable", "approved", "invoice", "sent", ">settled", "status"
    )
    for milestone in item.milestones:
        _milestone_row(table, milestone, wording, project.places)
    return "".join(f"{line}\n" for line in lines) + table.render(width, colour=colour, indent="  ")


def _milestone_row(table: Cells, item: MilestoneStatus, wording: Wording, places: int) -> None:
    record = item.figures.milestone
    status = status_word(record.status)
    if record.status not in item.figures.accepted_statuses:
        status += f" (expected: {status_word(item.figures.expected_status)})"
    if record.hold:
        status += ", on hold"
    table.row(
        f"{record.id} {isolated(record.name)}",
        wording.number(record.amount, places),
        isolated(record.deliverable.note or ""),
        wording.day(record.approved),
        "\n".join(isolated(_invoice_name(invoice)) for invoice in item.invoices),
        "\n".join(wording.day(invoice.invoice.sent) for invoice in item.invoices),
        wording.number(item.figures.settled, places) if item.figures.invoices else "",
        status,
    )


def _invoice_name(item: InvoiceFigures) -> str:
    invoice = item.invoice
    if invoice.void is not None:
        return f"{invoice.number} (void)"
    return f"{invoice.number} (credit)" if invoice.is_credit_note else invoice.number


def markdown(view: StatusView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A section a project with its bars and a table of its milestones."""
    wording = Wording(view.locale)
    lines = [f"## Status as of {view.as_of.isoformat()}", ""]
    for item in view.projects:
        project, sums = item.project, item.progress
        delivered, billed = bars(sums)
        lines += [
            f"### {' · '.join(escape(name) for name in heading(item))}",
            "",
            f"Agreement: {', '.join(escape(word) for word in agreement_words(item, wording))}",
            "",
            "```text",
            f"delivered  {delivered}  approved {percent(sums.approved, sums.agreed)}",
            f"billed     {billed}  received {percent_text(sums.percentages['received'])}",
            "```",
            "",
            f"| Milestone | {cell(project.currency)} | Deliverable | Approved | Invoice | Sent | Settled | Status |",
            "|---|--:|---|---|---|---|--:|---|",
        ]
        for milestone in item.milestones:
            record = milestone.figures.milestone
            cells = [
                cell(f"{record.id} {record.name}"),
                wording.number(record.amount, project.places),
                cell(record.deliverable.note or ""),
                _iso(record.approved),
                "<br>".join(cell(_invoice_name(invoice)) for invoice in milestone.invoices),
                "<br>".join(invoice.invoice.sent.isoformat() for invoice in milestone.invoices),
                wording.number(milestone.figures.settled, project.places) if milestone.figures.invoices else "",
                status_word(record.status),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines += [f"| In all | {' | '.join(TOTALS)} |", f"|---|{'--:|' * len(TOTALS)}"]
    for currency, totals in view.totals.items():
        cells = [wording.number(getattr(totals, name), view.places[currency]) for name in TOTALS]
        lines.append(f"| {cell(currency)} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def json_totals(totals: Totals, places: int) -> dict[str, str]:
    """The sums as decimal strings."""
    return {name: money.plain(getattr(totals, name), places) for name in TOTALS}


def json(view: StatusView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """Version 1 of the machine format; written out here, never a dump of classes."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "projects": [_json_project(item) for item in view.projects],
            "totals": {
                currency: json_totals(totals, view.places[currency]) for currency, totals in view.totals.items()
            },
        }
    )


def _json_project(item: ProjectStatus) -> dict[str, Any]:
    project = item.project
    return {
        "path": project.folder,
        "project": project.name,
        "client": project.client,
        "currency": project.currency,
        "closed": None if project.closed is None else project.closed.isoformat(),
        "totals": json_totals(item.totals, project.places),
        "milestones": [_json_milestone(milestone, project.places) for milestone in item.milestones],
    }


def _json_milestone(item: MilestoneStatus, places: int) -> dict[str, Any]:
    sums, record = item.figures, item.figures.milestone
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "expected_status": sums.expected_status,
        "agreed": money.plain(sums.agreed, places),
        "billed": money.plain(sums.billed, places),
        "unbilled": money.plain(sums.unbilled, places),
        "settled": money.plain(sums.settled, places),
        "outstanding": money.plain(sums.outstanding, places),
        "planned": _iso(record.planned) or None,
        "completed": _iso(record.completed) or None,
        "approved": _iso(record.approved) or None,
        "invoices": [invoice.invoice.number for invoice in sums.invoices],
    }


CSV_COLUMNS = (
    "path", "project", "client", "currency", "agreement", "signed", "id", "name", "status", "expected_status", "agreed", "billed",
    "unbilled", "settled", "outstanding", "planned", "completed", "approved", "approved_by", "deliverable", "signoff", "invoices",
    "sent", "due", "note",
)  # fmt: skip


def csv(view: StatusView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A line a milestone, for a spreadsheet; several invoices of one stand in one cell, "; " between."""
    out = StringIO()
    writer = csv_module.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for item in view.projects:
        project, agreement = item.project, item.project.agreement
        for milestone in item.milestones:
            sums, record = milestone.figures, milestone.figures.milestone
            amounts = (sums.agreed, sums.billed, sums.unbilled, sums.settled, sums.outstanding)
            writer.writerow(
                [
                    *map(spreadsheet, (project.folder, project.name, project.client, project.currency)),
                    spreadsheet(agreement.file if agreement else None),
                    _iso(agreement.signed) if agreement else "",
                    *map(spreadsheet, (record.id, record.name, record.status, sums.expected_status)),
                    *(money.plain(amount, project.places) for amount in amounts),
                    _iso(record.planned),
                    _iso(record.completed),
                    _iso(record.approved),
                    *map(
                        spreadsheet,
                        (record.deliverable.approved_by, record.deliverable.note, record.deliverable.signoff),
                    ),
                    spreadsheet("; ".join(invoice.invoice.number for invoice in sums.invoices)),
                    "; ".join(_iso(invoice.invoice.sent) for invoice in sums.invoices),
                    "; ".join(_iso(invoice.due) for invoice in sums.invoices),
                    spreadsheet(record.note),
                ]
            )
    return out.getvalue()


def spreadsheet(value: str | None) -> str:
    """Text that a spreadsheet takes as text: one that could begin a formula gets an apostrophe before it."""
    safe = harmless(value or "")
    return f"'{safe}" if safe[:1] in ("=", "+", "-", "@") else safe


FORMATS = {"text": text, "json": json, "csv": csv, "md": markdown}
"""Every format by name; width and colour go to those that a terminal shows."""
