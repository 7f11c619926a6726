"""The statement of a project for its client: who bills whom, what is due and why, milestone by milestone."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack.render.wording import percent
from mtrack.site.cells import Unit, contact
from mtrack.site.links import page_of
from mtrack.site.shortened import Shortened, rows
from mtrack.views.statement import statement
from mtrack.views.summary import decimals_shown

if TYPE_CHECKING:
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.rules.context import ProjectContext
    from mtrack.site.links import PageLinks
    from mtrack.views.statement import Statement, StatementRow, StatementSums
    from mtrack.views.status import ProjectStatus

_SIX_ABREAST, _THREE_ABREAST = 13, 22
"""Letters of the longest amount up to which all amounts of a milestone fit beside each other on paper, and half of them."""
_WORK = {"approved": "approved", "completed": "delivered", "deposit": "deposit"}


class StatementLine(Struct, frozen=True):
    """A row of the statement with its percentage and its work in a word; `over` where more is billed than agreed.

    `href` leads to its milestone.
    """

    row: StatementRow
    percent: str
    work: str
    over: bool
    href: str | None


class SummaryLine(Struct, frozen=True):
    """A line of the summary: how it follows from those above, its name, its figure, its amount; `kind` sets it off.

    `href` leads to what the amount is made of.
    """

    sign: str
    name: str
    figure: str
    amount: Decimal
    kind: str = ""
    href: str | None = None


class PeriodInvoice(Struct, frozen=True):
    """An invoice of the period."""

    number: str
    sent: date
    due: date | None
    gross: Decimal
    href: str


def statement_values(
    context: ProjectContext, item: ProjectStatus, links: PageLinks, issuer: str, period: date | None
) -> dict[str, Any]:
    """The values for the template of a statement."""
    sheet = statement(context, period, item)
    project = item.project
    hrefs: dict[str, str | None] = dict.fromkeys((*_PLACES, *_PARTS))
    if sheet.day == context.as_of:  # the register knows of no other day
        hrefs |= _hrefs(project.folder, links)
    widest = _widest(sheet, decimals_shown(item))
    return {
        "project": project,
        "unit": Unit(project.currency, project.decimals, decimals_shown(item)),
        "issuer": issuer,
        "contact": contact(project.contact),
        "agreement": project.agreement,
        "sheet": sheet,
        "has_tax": bool(sheet.sums.tax),
        "lines": rows(sheet.lines, lambda row: _line(row, project.folder, links), "milestone"),
        "total": _line(sheet.total, project.folder, links),
        "hrefs": hrefs,
        "summary": [replace(line, href=hrefs[line.figure]) for line in summary_lines(sheet.sums)],
        "period_invoices": _invoices(sheet, project.folder, links),
        "wide": widest > _SIX_ABREAST,
        "wider": widest > _THREE_ABREAST,
        "project_href": links.project(project.folder),
        "client_href": links.client(project.client) if project.client else None,
    }


_PLACES = {"original": "agreement", "amendments": "agreement", "agreed": "milestones", "balance": "milestones"}
"""The section of the project's page that each figure of a statement is made of."""
_PARTS = {
    "billed": "net-billed",
    "tax": "tax",
    "gross": "billed",
    "settled": "settled",
    "overpaid": "overpaid",
    "outstanding": "outstanding",
    "due": "owed-now",
    "overdue": "overdue",
    "later": "owed-later",
    "disputed": "owed-disputed",
    "retained": "owed-retained",
    "paid": "net-paid",
}
"""The part of invoices that each figure of a statement is made of."""


def _hrefs(folder: str, links: PageLinks) -> dict[str, str]:
    """What each figure as of today is made of."""
    page, parts = page_of(folder), links.parts(project=folder)
    hrefs = {figure: links.url(page, "h", place) for figure, place in _PLACES.items()}
    return hrefs | {figure: parts[part] for figure, part in _PARTS.items()}


def _widest(sheet: Statement, decimals: int) -> int:
    """The letters of the longest amount."""
    rows = (*sheet.lines, sheet.total)
    return max(len(f"{amount:,.{decimals}f}") for row in rows for amount in (row.agreed, row.billed, row.balance))


def _line(row: StatementRow, folder: str, links: PageLinks) -> StatementLine:
    href = links.project(folder, milestone=row.milestone.id) if row.milestone else None
    return StatementLine(row, percent(row.billed, row.agreed), _WORK.get(row.work or "", ""), row.balance < 0, href)


def summary_lines(sums: StatementSums) -> tuple[SummaryLine, ...]:
    """The lines from the agreed amount to what is outstanding and due now; lines that say nothing are left out."""
    lines = []
    if sums.original is not None:
        lines.append(SummaryLine("", "agreed as signed", "original", sums.original))
        if sums.amendments:
            lines.append(SummaryLine("+", "amendments", "amendments", sums.amendments))
    lines.append(SummaryLine("", "agreed on milestones to date", "agreed", sums.agreed, "sum"))
    lines.append(SummaryLine("", "billed to date, net", "billed", sums.billed))
    if sums.tax:
        lines.append(SummaryLine("+", "tax", "tax", sums.tax))
    with_tax = ", with tax" if sums.tax else ""
    lines.append(SummaryLine("=", f"billed to date{with_tax}", "gross", sums.gross, "sum"))
    lines.append(SummaryLine("−", "settled", "settled", sums.settled))
    if sums.overpaid:
        lines.append(SummaryLine("+", "paid too much", "overpaid", sums.overpaid))
    lines.append(SummaryLine("=", f"outstanding{with_tax}", "outstanding", sums.outstanding, "due"))
    lines.append(SummaryLine("", "of it due now", "due", sums.due, "part"))
    parts = (
        ("of that past due", "overdue", sums.overdue if sums.overdue != sums.due else None, "part"),
        ("of it not due yet", "later", sums.later, ""),
        ("of it disputed", "disputed", sums.disputed, "part"),
        ("of it retained until acceptance", "retained", sums.retained, ""),
    )
    lines += [SummaryLine("", name, figure, amount, kind) for name, figure, amount, kind in parts if amount]
    lines.append(SummaryLine("", "still to be billed, net", "balance", sums.balance, "sum"))
    return tuple(lines)


def _invoices(sheet: Statement, folder: str, links: PageLinks) -> Shortened[PeriodInvoice]:
    def row(figures: InvoiceFigures) -> PeriodInvoice:
        return PeriodInvoice(
            figures.invoice.number,
            figures.invoice.sent,
            None if figures.invoice.is_credit_note else figures.due,
            figures.gross,
            links.project(folder, invoice=figures.invoice.number),
        )

    return rows(sheet.invoices, row, "invoice")
