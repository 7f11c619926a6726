"""The invoices on a project's page: as the milestones link to them, and as rows with all that was recorded of them."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.site.cells import Unit
from mtrack.site.links import anchor
from mtrack.site.shortened import Shortened, in_cell, rows
from mtrack.views.invoice_state import invoice_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Finding
    from mtrack.record.model import Invoice, InvoiceLine, Payment
    from mtrack.site.evidence_marks import Evidence, Mark
    from mtrack.site.links import FileLink, Files, PageLinks
    from mtrack.views.status import ProjectStatus


_USUAL, _FEW = 2, 3
"""The decimals that an amount in another currency shows at least: those of its currency, up to a few, else the usual."""


class InvoiceLinks(Struct, frozen=True):
    """An invoice of a milestone, linked to its row. `kind` is "void", "credit" or None; `due` None where nothing is."""

    number: str
    href: str
    kind: str | None
    sent: date
    due: date | None


class BilledLine(Struct, frozen=True):
    """A milestone that an invoice bills; its amount only where there are several."""

    milestone: str
    amount: Decimal | None


class PaymentRow(Struct, frozen=True):
    """A payment with its details; `withheld`, `fee` and `discount` are None where the record gives none.

    `received` is the currency that came in, where that was another.
    """

    payment: Payment
    withheld: Decimal | None
    fee: Decimal | None
    discount: Decimal | None
    received: Unit | None


class InvoiceRow(Struct, frozen=True):
    """An invoice record. Amounts of a credit note are negative; of a void invoice only net and tax are given.

    `id` is None for the later records of a number that repeats; what was found about it stands with the first. `verb`
    says what it does to the milestones of its lines. `remarked` where it is void, disputed, written off, credits or
    replaces another.
    """

    record: Invoice
    id: str | None
    verb: str
    lines: Shortened[BilledLine]
    file: FileLink | None
    due: date | None
    net: Decimal
    tax: Decimal
    gross: Decimal | None
    settled: Decimal | None
    outstanding: Decimal | None
    retained: Decimal | None
    overpaid: Decimal | None
    state: str
    at_its_word: bool
    payments: Shortened[PaymentRow]
    remarked: bool
    evidence: Mark | None
    findings: Sequence[Finding]


def invoice_links(invoices: Sequence[InvoiceFigures], links: PageLinks) -> Shortened[InvoiceLinks]:
    """The invoices of a milestone, as its row shows them."""

    def link(figures: InvoiceFigures) -> InvoiceLinks:
        return InvoiceLinks(
            number=figures.invoice.number,
            href=f"#{links.identity('i', figures.invoice.number)}",
            kind=_kind(figures.invoice),
            sent=figures.invoice.sent,
            due=_due(figures),
        )

    return in_cell(invoices, link, "invoice")


def _kind(invoice: Invoice) -> str | None:
    if invoice.void is not None:
        return "void"
    return "credit" if invoice.is_credit_note else None


def _due(figures: InvoiceFigures) -> date | None:
    return figures.due if _kind(figures.invoice) is None else None


def invoice_rows(  # noqa: PLR0913
    item: ProjectStatus,
    files: Files,
    links: PageLinks,
    evidence: Evidence,
    findings: dict[str, list[Finding]],
    own: Mapping[str, int],
) -> Shortened[InvoiceRow]:
    """The invoice records of a project, in the order of its file; `findings` are those about each by its number.

    `own` are the decimals of the workspace's own currencies.
    """
    seen: set[str] = set()

    def row(figures: InvoiceFigures) -> InvoiceRow:
        number = figures.invoice.number
        name = anchor("i", number)
        first = name not in seen
        seen.add(name)
        identity = links.identity("i", number) if first else None
        found = findings.get(number, []) if first else []
        return _invoice_row(figures, identity, files, evidence.of("invoice", number, "net"), found, own)

    command = "invoices", item.project.folder, "--format", "csv"
    return rows(item.ledger.invoices, row, "invoice", command)


def _invoice_row(  # noqa: PLR0913
    figures: InvoiceFigures,
    identity: str | None,
    files: Files,
    evidence: Mark | None,
    findings: Sequence[Finding],
    own: Mapping[str, int],
) -> InvoiceRow:
    invoice = figures.invoice
    counts = invoice.void is None
    return InvoiceRow(
        record=invoice,
        id=identity,
        verb="credits" if invoice.is_credit_note else "bills",
        lines=_billed_lines(invoice.lines),
        file=files.link(invoice.file),
        due=_due(figures),
        net=_signed(invoice.amount, invoice),
        tax=_signed(invoice.tax, invoice),
        gross=figures.gross if counts else None,
        settled=figures.settled if counts else None,
        outstanding=figures.outstanding or None,
        retained=figures.retained or None,
        overpaid=figures.overpaid or None,
        state=invoice_state(figures),
        at_its_word=figures.at_its_word,
        payments=in_cell(invoice.payments, lambda payment: _payment_row(payment, own), "payment"),
        remarked=_remarked(invoice),
        evidence=evidence,
        findings=findings,
    )


def _payment_row(payment: Payment, own: Mapping[str, int]) -> PaymentRow:
    """`own` are the decimals of the workspace's own currencies."""
    received, code = None, payment.received_currency
    if payment.received_amount is not None and code is not None:
        known = money.decimals(code, own)
        usual = _USUAL if known is None or known > _FEW else known
        shown = max(usual, money.decimals_used(payment.received_amount))
        received = Unit(code, shown, shown)
    return PaymentRow(payment, payment.withheld or None, payment.fee or None, payment.discount or None, received)


def _signed(amount: Decimal, invoice: Invoice) -> Decimal:
    return amount.copy_negate() if amount and invoice.is_credit_note else amount


def _billed_lines(lines: tuple[InvoiceLine, ...]) -> Shortened[BilledLine]:
    several = len(lines) > 1
    return in_cell(lines, lambda line: BilledLine(line.milestone, line.amount if several else None), "milestone")


def _remarked(invoice: Invoice) -> bool:
    said = (invoice.void, invoice.disputed, invoice.written_off, invoice.credits or None, invoice.replaces or None)
    return any(item is not None for item in said)
