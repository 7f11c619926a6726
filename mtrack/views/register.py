"""The register: every invoice record of the workspace by number, with the holes in its series."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtrack.model import number_key

if TYPE_CHECKING:
    from datetime import date

    from mtrack.books import Workspace
    from mtrack.figures import InvoiceFigures
    from mtrack.finding import Finding
    from mtrack.lint import Report, Selection
    from mtrack.model import Project

_LAST_DIGITS = re.compile(r"(.*?)([0-9]+)([^0-9]*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Registered:
    """An invoice record; `state` as `invoice_state` says, `hole` the finding of numbers missing before it."""

    project: Project
    figures: InvoiceFigures
    state: str
    hole: Finding | None


@dataclass(frozen=True, slots=True)
class Register:
    """All invoice records by number."""

    as_of: date
    rows: tuple[Registered, ...]
    holes: int


def invoice_state(figures: InvoiceFigures, as_of: date) -> str:
    """void, credit, disputed, overdue, outstanding, written_off or received: the first that is true."""
    invoice = figures.invoice
    if invoice.void is not None:
        return "void"
    if invoice.is_credit_note:
        return "credit"
    if figures.outstanding:
        if invoice.disputed is not None:
            return "disputed"
        return "overdue" if figures.overdue(as_of) else "outstanding"
    return "written_off" if invoice.written_off is not None and figures.received <= 0 else "received"


def number_order(number: str) -> tuple[str, str, int, str]:
    """The sort key of an invoice number: its series, then its last digits by value."""
    key = number_key(number)
    match = _LAST_DIGITS.match(key)
    if match is None:
        return key, "", 0, key
    digits = match[2].lstrip("0")
    return match[1], match[3], len(digits), digits


def register(workspace: Workspace, report: Report, selection: Selection) -> Register:
    """Every invoice record under the paths asked for."""
    holes = {
        (finding.path, number_key(finding.invoice)): finding
        for finding in report.findings
        if finding.rule == "invoice-number-gap" and finding.invoice is not None and not finding.waived
    }
    rows: list[Registered] = []
    for books in workspace.books:
        project = books.project
        if selection.takes_path(project.path):
            for figures in books.ledger.invoices:
                hole = holes.get((project.path, figures.invoice.key))
                rows.append(Registered(project, figures, invoice_state(figures, workspace.as_of), hole))
    rows.sort(key=lambda row: (number_order(row.figures.invoice.number), row.project.path, row.figures.invoice.sent))
    return Register(workspace.as_of, tuple(rows), len(holes))
