"""The statement of a project for its client: who bills whom, what is due and why, milestone by milestone."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack.render.wording import percent
from mtrack.site.cells import Unit, contact
from mtrack.views.statement import statement
from mtrack.views.summary import decimals_shown

if TYPE_CHECKING:
    from mtrack.rules.context import ProjectContext
    from mtrack.site.links import PageLinks
    from mtrack.views.statement import Statement, StatementRow, StatementSums
    from mtrack.views.status import ProjectStatus

_SIX_ABREAST, _THREE_ABREAST = 13, 22
"""Letters of the longest amount up to which all amounts of a milestone fit beside each other on paper, and half of them."""
_WORK = {"approved": "approved", "completed": "delivered", "deposit": "deposit"}


class StatementLine(Struct, frozen=True):
    """A row of the statement with its percentage and its work in a word; `over` where more is billed than agreed."""

    row: StatementRow
    percent: str
    work: str
    over: bool


class SummaryLine(Struct, frozen=True):
    """A line of the summary: how it follows from those above, its name, its figure, its amount; `kind` sets it off."""

    sign: str
    name: str
    figure: str
    amount: Decimal
    kind: str = ""


class PeriodInvoice(Struct, frozen=True):
    """An invoice of the period."""

    number: str
    sent: date
    due: date | None
    gross: Decimal


def statement_values(
    context: ProjectContext, item: ProjectStatus, links: PageLinks, issuer: str, period: date | None
) -> dict[str, Any]:
    """The values for the template of a statement."""
    sheet = statement(context, period, item)
    project = item.project
    widest = _widest(sheet, decimals_shown(item))
    return {
        "project": project,
        "unit": Unit(project.currency, project.decimals, decimals_shown(item)),
        "issuer": issuer,
        "contact": contact(project.contact),
        "agreement": project.agreement,
        "sheet": sheet,
        "has_tax": bool(sheet.sums.tax),
        "lines": [_line(row) for row in sheet.lines],
        "total": _line(sheet.total),
        "summary": list(summary_lines(sheet.sums)),
        "period_invoices": _invoices(sheet),
        "wide": widest > _SIX_ABREAST,
        "wider": widest > _THREE_ABREAST,
        "project_href": links.project(project.folder),
        "client_href": links.client(project.client) if project.client else None,
    }


def _widest(sheet: Statement, decimals: int) -> int:
    """The letters of the longest amount."""
    rows = (*sheet.lines, sheet.total)
    return max(len(f"{amount:,.{decimals}f}") for row in rows for amount in (row.agreed, row.billed, row.balance))


def _line(row: StatementRow) -> StatementLine:
    return StatementLine(row, percent(row.billed, row.agreed), _WORK.get(row.work or "", ""), over=row.balance < 0)


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


def _invoices(sheet: Statement) -> list[PeriodInvoice]:
    return [
        PeriodInvoice(
            figures.invoice.number,
            figures.invoice.sent,
            None if figures.invoice.is_credit_note else figures.due,
            figures.gross,
        )
        for figures in sheet.invoices
    ]
