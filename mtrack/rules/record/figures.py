"""Rules about amounts as such: their currency, their decimals, and the sums they must make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures import tax
from mtrack.figures.schedule import may_retain, retained_amount, terms
from mtrack.finding import Place, Problem, Severity
from mtrack.money import Rate
from mtrack.record.precision import precision_fault
from mtrack.rules.problems import about_invoice
from mtrack.rules.registry import project_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Project
    from mtrack.rules.context import ProjectContext
    from mtrack.rules.facts import WorkspaceFacts


def _currency_of_settings(workspace: WorkspaceFacts) -> Iterator[Problem]:
    settings = workspace.settings
    if settings.source is not None and settings.currency is not None:
        yield from _unknown_currency(Place(settings.source.path, ("currency",)), settings.currency, settings.currencies)


@project_rule(Severity.ERROR, needs="other currency", across=_currency_of_settings, local=True)
def unknown_currency(context: ProjectContext) -> Iterator[Problem]:
    """A currency that is neither an ISO 4217 code nor listed in `currencies`.

    Why: sums are kept per currency; a typo would open a sum of its own, and nobody could say how many decimals
    its amounts may have. Codes beside ISO 4217 are listed in `mtrack.yaml`, as in `currencies: {USDC: 6}`.

    Bad:
        project: Acme website
        currency: EUX
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    project, own = context.project, context.settings.currencies
    if project.sets_currency:
        yield from _unknown_currency(project.place("currency"), project.currency, own)
    for invoice in project.invoices():
        for payment in invoice.payments:
            if payment.received_currency is not None:
                place = project.place(*payment.route, "received", "currency")
                yield from _unknown_currency(place, payment.received_currency, own, invoice)


def _unknown_currency(
    place: Place, code: str, own: dict[str, int], invoice: Invoice | None = None
) -> Iterator[Problem]:
    if money.is_currency(code, own):
        return
    nearest = money.nearest_currency(code, own)
    meant = f"did you mean {nearest}? " if nearest else ""
    yield Problem(
        place=place,
        message=f"'{code}' is neither an ISO 4217 code nor listed under `currencies` in mtrack.yaml",
        hint=f"{meant}codes beside ISO 4217 go into mtrack.yaml with their decimals, as in `currencies: {{USDC: 6}}`",
        milestone=invoice.only_milestone if invoice else None,
        invoice=invoice.number if invoice else None,
    )


@project_rule(Severity.ERROR, needs="unusual decimals")
def amount_precision(context: ProjectContext) -> Iterator[Problem]:
    """An amount with more decimals than its currency has, trailing zeros aside, or with exactly three, zeros or not.

    Why: nobody can pay a tenth of a cent or half a yen, so an invoice over such an amount is never settled in
    full and the project never closes. And `24.000` is twenty-four to mtrack, and a thousand times that to whoever
    parts thousands with a point.

    Bad:
        project: Acme website
        currency: JPY
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 900000.5}
        milestones:
          - {id: M1, name: Discovery, amount: 900000.50, status: not_billed}

    Good:
        project: Acme website
        currency: JPY
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 900000}
        milestones:
          - {id: M1, name: Discovery, amount: 900000.00, status: not_billed}
    """
    project = context.project
    for route, key, amount, currency, milestone, invoice in _amounts(context):
        allowed = (
            project.currency_decimals if currency is None else money.decimals(currency, context.settings.currencies)
        )
        if fault := precision_fault(amount, currency or project.currency, allowed):
            message, hint = fault
            place = project.place(*route, *key)
            yield Problem(place=place, message=message, hint=hint, milestone=milestone, invoice=invoice)


def _amounts(context: ProjectContext) -> Iterator[tuple[Route, Route, Decimal, str | None, str | None, str | None]]:
    """Every amount of a project: route of its record, its key there, amount, currency where not its own, milestone, invoice."""
    project = context.project
    agreement = project.agreement
    if agreement is not None:
        if agreement.total is not None:
            yield agreement.route, ("total",), agreement.total, None, None, None
        for amendment in agreement.amendments:
            yield amendment.route, ("amount",), amendment.amount, None, None, None
    for milestone in project.milestones:
        yield milestone.route, ("amount",), milestone.amount, None, milestone.id, None
    for invoice in project.invoices():
        only = invoice.only_milestone
        for route, key, amount, currency in _invoice_amounts(invoice):
            if amount:
                yield route, key, amount, currency, only, invoice.number


def _invoice_amounts(invoice: Invoice) -> Iterator[tuple[Route, Route, Decimal | None, str | None]]:
    """Every amount of an invoice: route of its record, its key there, amount, currency where it is not the project's."""
    for payment in invoice.payments:
        if payment.received_amount is not None:
            yield payment.route, ("received", "amount"), payment.received_amount, payment.received_currency
    for key, amount in (("amount", invoice.amount), ("tax", invoice.tax), ("total", invoice.total)):
        yield invoice.route, (key,), amount, None
    if invoice.retained is not None:
        yield invoice.route, ("retained", "amount"), invoice.retained.amount, None
    if invoice.written_off is not None:
        yield invoice.route, ("written_off", "amount"), invoice.written_off, None
    yield from ((line.route, ("amount",), line.amount, None) for line in invoice.lines if not invoice.under_milestone)
    yield from ((part.route, ("amount",), part.amount, None) for part in invoice.instalments)
    for payment in invoice.payments:
        yield payment.route, ("amount",), payment.amount, None
        if payment.withheld or payment.fee or payment.discount or payment.total:
            more = (payment.withheld, payment.fee, payment.discount, payment.total)
            for key, amount in zip(("withheld", "fee", "discount", "total"), more, strict=True):
                yield payment.route, (key,), amount, None


@project_rule(Severity.ERROR, needs="invoice parts")
def lines_mismatch(context: ProjectContext) -> Iterator[Problem]:
    """The parts of an invoice don't sum to it: its lines, its instalments, or a total that is less than a part of it.

    Why: the part that no line claims is billed for nothing, and no milestone will ever show it.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, upfront: true, status: sent}
          - {id: M2, name: Beta, amount: 5000.00, upfront: true, status: sent}
        invoices:
          - number: INV-1
            amount: 9500.00
            sent: 2026-02-03
            file: invoices/INV-1.pdf
            lines: [{milestone: M1, amount: 4000.00}, {milestone: M2, amount: 5000.00}]

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, upfront: true, status: sent}
          - {id: M2, name: Beta, amount: 5000.00, upfront: true, status: sent}
        invoices:
          - number: INV-1
            amount: 9000.00
            sent: 2026-02-03
            file: invoices/INV-1.pdf
            lines: [{milestone: M1, amount: 4000.00}, {milestone: M2, amount: 5000.00}]
    """
    project = context.project
    common = terms(project, context.settings.payment_terms)
    for invoice in project.invoices():
        lines = invoice.amount if invoice.under_milestone else money.total(line.amount for line in invoice.lines)
        if lines != invoice.amount:
            yield about_invoice(
                project,
                invoice,
                "amount",
                f"invoice {invoice.number} is over {project.money(invoice.amount)}, but its lines sum to {project.money(lines)}",
                f"write the sum, {money.plain(lines, project.decimals)}, or correct the lines",
            )
        if invoice.total is not None and invoice.total < invoice.amount:
            yield about_invoice(
                project,
                invoice,
                "total",
                f"the total of invoice {invoice.number}, {project.money(invoice.total)}, is less than its amount, {project.money(invoice.amount)}",
                "`total` is the net amount on the paper, this project's share included",
            )
        if invoice.instalments or may_retain(invoice, common):
            yield from _parts_mismatch(project, invoice, retained_amount(invoice, common))
        yield from _transfer_mismatch(project, invoice)


def _parts_mismatch(project: Project, invoice: Invoice, retained: Decimal) -> Iterator[Problem]:
    """Instalments and what is retained that are not the invoice's gross."""
    parts = money.total((retained, *(part.amount for part in invoice.instalments)))
    if parts != invoice.gross if invoice.instalments else retained > invoice.gross:
        what = "instalments and what is retained" if retained and invoice.instalments else "instalments"
        yield about_invoice(
            project,
            invoice,
            "instalments" if invoice.instalments else "retained" if invoice.retained else "amount",
            f"the {what if invoice.instalments else 'amount retained'} of invoice {invoice.number} {'sum to' if invoice.instalments else 'is'} {project.money(parts)}, and its gross is {project.money(invoice.gross)}",
            "write the parts as agreed: with tax, they sum to the gross amount",
        )


def _transfer_mismatch(project: Project, invoice: Invoice) -> Iterator[Problem]:
    """A transfer that is less than a part of it."""
    for payment in invoice.payments:
        if payment.total is not None and payment.total < payment.amount:
            yield about_invoice(
                project,
                invoice,
                project.place(*payment.route, "total"),
                f"the whole transfer, {project.money(payment.total)}, is less than this payment out of it, {project.money(payment.amount)}",
                "`total` is all that came in one transfer, for all the invoices that it paid",
            )


@project_rule(Severity.WARNING, needs="tax rate")
def tax_mismatch(context: ProjectContext) -> Iterator[Problem]:
    """An invoice's tax is not the rate that the agreement or the workspace sets.

    Why: a wrong tax is paid out of your own pocket. Looked at where `tax_rate` is set; half a minor unit a line is
    allowed, as papers round each line, and the last part of a milestone or of what is credited may take the rest of the
    whole's tax. Credit notes are looked at too, void invoices not.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, tax_rate: 19}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, tax: 1700.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, tax_rate: 19}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, tax: 1710.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    rate = project.agreement.tax_rate if project.agreement and project.agreement.tax_rate is not None else None
    rate = context.settings.tax_rate if rate is None else rate
    for invoice in tax.mistaken(project, Rate(rate)) if rate is not None else ():
        assert rate is not None
        wanted = Rate(rate).of(invoice.amount, project.decimals)
        has = f"has a tax of {project.money(invoice.tax)}" if invoice.has_tax else "has no tax"
        yield about_invoice(
            project,
            invoice,
            "tax" if invoice.has_tax else project.first_key(*invoice.route),
            f"invoice {invoice.number} {has}, and {money.plain(rate, 0)} % of {project.money(invoice.amount)} is {project.money(wanted)}",
            f"write `tax: {money.plain(wanted, project.decimals)}`, or waive it where another rate applies",
            since=invoice.sent,
        )
