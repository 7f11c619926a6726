"""The registers for the bookkeeper: every invoice that was sent, every payment that came in, and their sums."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.check.pipeline import of_each
from mtrack.record.model import Heading, number_sort_key
from mtrack.views.invoice_state import invoice_state
from mtrack.views.left_out import LeftOut, left_out
from mtrack.views.parts import Parts  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Route
    from mtrack.rules.context import ProjectContext

ZERO = money.ZERO
INVOICE_AMOUNTS = (
    "net", "tax", "gross", "received", "withheld", "fee", "discount", "credited", "written_off", "settled",
    "outstanding", "overdue", "retained",
)  # fmt: skip
"""The amounts of an invoice, in the order of the register's columns."""
PAYMENT_AMOUNTS = ("amount", "withheld", "fee", "discount")
"""The amounts of a payment that can be summed; `total` is a whole transfer, which several payments share."""
STATES = ("outstanding", "partially_paid", "overdue", "disputed", "paid", "written_off", "credited", "void")
"""The states of an invoice."""


Row = TypeVar("Row", "InvoiceRow", "PaymentRow")


class Period(Struct, frozen=True):
    """Days from `first` to `last`, both included; None where it is open."""

    first: date | None = None
    last: date | None = None

    def has(self, day: date | None) -> bool:
        """Whether a day lies in it; one that nobody recorded lies only in a period without bounds."""
        if day is None:
            return self.first is None and self.last is None
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


ALL_TIME = Period()


class InvoiceRow(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """An invoice or a credit note, whose amounts are negative. Amounts in the project's currency.

    `due` is the day of the next open part, `retained` what is open of what the client keeps back, `paid_on` the day of
    the last payment once it is settled. Of a void one only net, tax and gross are given, and none counts in a sum.
    `credits` and `replaces` name other invoices, `reason` says why it is void; `parts` are what it adds to the sums of
    other views, where they are asked for.
    """

    project: Heading
    number: str
    kind: str
    milestones: tuple[str, ...]
    sent: date
    due: date | None
    net: Decimal
    tax: Decimal
    gross: Decimal
    received: Decimal = ZERO
    withheld: Decimal = ZERO
    fee: Decimal = ZERO
    discount: Decimal = ZERO
    credited: Decimal = ZERO
    written_off: Decimal = ZERO
    settled: Decimal = ZERO
    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO
    retained: Decimal = ZERO
    state: str
    paid_on: date | None
    file: str | None
    credits: str | None = None
    replaces: str | None = None
    reason: str | None = None
    parts: Parts = ()


class PaymentRow(Struct, frozen=True, kw_only=True):
    """A payment; without a date where nobody recorded its day. `total` is the whole transfer it was a part of."""

    project: Heading
    invoice: str
    date: date | None
    amount: Decimal
    withheld: Decimal = ZERO
    fee: Decimal = ZERO
    discount: Decimal = ZERO
    total: Decimal | None = None
    received_amount: Decimal | None = None
    received_currency: str | None = None
    reference: str | None = None
    note: str | None = None


class Register(Struct, Generic[Row], frozen=True):
    """Rows in the order of their days, and the sums of their amounts per currency and column."""

    as_of: date
    locale: str
    rows: tuple[Row, ...]
    sums: dict[str, dict[str, Decimal]]
    decimals: dict[str, int]
    left_out: LeftOut


def invoices(
    workspace: Workspace, selection: Selection, period: Period = ALL_TIME, states: frozenset[str] = frozenset()
) -> Register[InvoiceRow]:
    """Every invoice and credit note that was sent in the period and is in one of the states (none: all)."""

    def of_project(context: ProjectContext) -> _Part[InvoiceRow]:
        return _part(context, list(invoice_rows(context)))

    parts = of_each(workspace, of_project, selection, _Part[InvoiceRow])
    found = [row for part in parts for row in part.rows]
    rows = [row for row in found if period.has(row.sent) and (not states or row.state in states)]
    rows.sort(key=invoice_order)
    return _register(workspace, parts, rows, _counted(rows), INVOICE_AMOUNTS)


def invoice_rows(
    context: ProjectContext, parts: Mapping[Route, Parts] = MappingProxyType({})
) -> tuple[InvoiceRow, ...]:
    """The invoices and credit notes of a project, in the order of its file, with the parts given."""
    heading = context.project.heading
    return tuple(
        _invoice(figures, heading, context.as_of, parts.get(figures.invoice.route, ()))
        for figures in context.ledger.invoices
    )


def invoice_order(row: InvoiceRow) -> tuple[object, ...]:
    """The sort key of a register of invoices: the day sent, then the number."""
    return row.sent, number_sort_key(row.number), row.project.path


def _counted(rows: Iterable[InvoiceRow]) -> Iterator[InvoiceRow]:
    return (row for row in rows if row.state != "void")


def invoice_sums(rows: Iterable[InvoiceRow]) -> dict[str, dict[str, Decimal]]:
    """The sums of invoices per currency and column; void ones count in none."""
    return _sums({}, _counted(rows), INVOICE_AMOUNTS)


def payments(workspace: Workspace, selection: Selection, period: Period = ALL_TIME) -> Register[PaymentRow]:
    """Every payment that came in within the period; those without a date last."""

    def of_project(context: ProjectContext) -> _Part[PaymentRow]:
        return _part(context, [row for figures in context.ledger.invoices for row in _payments(context, figures)])

    parts = of_each(workspace, of_project, selection, _Part[PaymentRow])
    rows = [row for part in parts for row in part.rows if period.has(row.date)]
    rows.sort(key=lambda row: (row.date is None, row.date or workspace.as_of, row.project.path))
    return _register(workspace, parts, rows, rows, PAYMENT_AMOUNTS)


class _Part(Struct, Generic[Row], frozen=True):
    """The part of a register that one project adds."""

    currency: str
    decimals: int
    rows: list[Row]
    left_out: LeftOut


def _part(context: ProjectContext, rows: list[Row]) -> _Part[Row]:
    return _Part(context.project.currency, context.project.decimals, rows, left_out(context.ledger))


def _register(
    workspace: Workspace,
    parts: Sequence[_Part[Row]],
    rows: list[Row],
    counted: Iterable[Row],
    names: tuple[str, ...],
) -> Register[Row]:
    """The rows and their sums; every currency that is shown has its sums, of nothing where it has no rows."""
    currencies = {part.currency: part.decimals for part in parts}
    later = LeftOut.sum(part.left_out for part in parts)
    sums = _sums(currencies, counted, names)
    return Register(workspace.as_of, workspace.settings.locale, tuple(rows), sums, currencies, later)


def _sums(currencies: Iterable[str], rows: Iterable[Row], names: tuple[str, ...]) -> dict[str, dict[str, Decimal]]:
    amounts = attrgetter(*names)
    by_currency: dict[str, list[tuple[Decimal, ...]]] = {currency: [] for currency in currencies}
    for row in rows:
        by_currency.setdefault(row.project.currency, []).append(amounts(row))
    return {
        currency: dict(zip(names, money.columns(items, len(names)), strict=True))
        for currency, items in sorted(by_currency.items())
    }


def _invoice(figures: InvoiceFigures, project: Heading, as_of: date, parts: Parts) -> InvoiceRow:
    invoice, state = figures.invoice, invoice_state(figures)
    sign = -1 if invoice.is_credit_note else 1
    net, tax, gross = (_signed(amount, sign) for amount in (invoice.amount, invoice.tax, invoice.gross))
    row = InvoiceRow(
        project=project, number=invoice.number, kind="credit_note" if invoice.is_credit_note else "invoice",
        milestones=tuple(dict.fromkeys(line.milestone for line in invoice.lines)), sent=invoice.sent,
        due=_due(figures), net=net, tax=tax, gross=gross,
        state=state, paid_on=None if figures.outstanding else _last_payment(figures, as_of), file=invoice.file,
        credits=invoice.credits, replaces=invoice.replaces, reason=invoice.void_reason,
    )  # fmt: skip
    if state == "void":
        return row
    return replace(
        row, received=figures.received, withheld=figures.withheld, fee=figures.fees, discount=figures.discounted,
        credited=figures.credited, written_off=figures.written_off, settled=figures.settled,
        outstanding=figures.outstanding, overdue=figures.overdue, retained=figures.retained, parts=parts,
    )  # fmt: skip


def _due(figures: InvoiceFigures) -> date | None:
    """The day of the next open part, unknown of what is retained until nobody knows when; nothing else falls due later."""
    if figures.invoice.void is not None or figures.invoice.is_credit_note:
        return None
    return next((part.day for part in figures.parts if part.open), figures.due)


def _signed(amount: Decimal, sign: int) -> Decimal:
    return amount.copy_negate() if sign < 0 and amount else amount


def _last_payment(figures: InvoiceFigures, as_of: date) -> date | None:
    """The day of the last payment up to a day."""
    invoice = figures.invoice
    if invoice.void is not None:
        return None
    days = [payment.date for payment in invoice.payments] + ([invoice.paid] if invoice.paid else [])
    return max((day for day in days if day <= as_of), default=None)


def _payments(context: ProjectContext, figures: InvoiceFigures) -> Iterator[PaymentRow]:
    project, invoice = context.project.heading, figures.invoice
    for payment in invoice.payments:
        yield PaymentRow(
            project=project, invoice=invoice.number, date=payment.date, amount=payment.amount,
            withheld=payment.withheld, fee=payment.fee, discount=payment.discount, total=payment.total,
            received_amount=payment.received_amount, received_currency=payment.received_currency,
            reference=payment.reference, note=payment.note,
        )  # fmt: skip
    if invoice.is_paid:
        amount = figures.overpaid if invoice.void is not None else figures.received
        yield PaymentRow(project=project, invoice=invoice.number, date=invoice.paid, amount=amount)
