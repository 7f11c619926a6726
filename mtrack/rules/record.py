"""Rules about the records as such: whether they can be read, what shape they have, what they refer to."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import money
from mtrack.figures.clock import credit_targets
from mtrack.figures.schedule import retained_amount, terms
from mtrack.finding import Place, Problem, Severity
from mtrack.record import schema as schema_module
from mtrack.record.model import number_key
from mtrack.record.precision import precision_fault
from mtrack.rules.problems import about_invoice, about_milestone
from mtrack.rules.registry import file_rule, is_about_history, project_rule, waiver_rule, workspace_rule
from mtrack.rules.wording import listed
from mtrack.workspace import RECORDS, SETTINGS, is_below, nearly_records
from mtrack.yaml.comments import number_signs
from mtrack.yaml.flaw import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Waiver
    from mtrack.rules.context import CheckedWaiver, ProjectContext, RecordFile
    from mtrack.rules.facts import WorkspaceFacts
    from mtrack.yaml.source import Source

SHOWN = 8
"""How many milestones a hint names."""


@file_rule(Severity.ERROR)
def unreadable(file: RecordFile) -> Iterator[Problem]:
    """A YAML file can't be read.

    Why: what can't be read can't be checked; a project would drop out of every sum without a word. The causes:
    no permission, not UTF-8, over 5 MiB, not a regular file, or a link that leads out of the workspace. The
    sample is saved as Latin-1.

    Bad:
        >>> acme/milestones.yaml (latin-1)
        project: Café Zürich
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Café Zürich
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    flaw = file.source.unreadable
    if flaw is not None:
        place = Place(file.source.path, offsets=flaw.offsets)
        yield Problem(place=place, message=flaw.message, hint=flaw.hint)


@file_rule(Severity.ERROR)
def invalid_yaml(file: RecordFile) -> Iterator[Problem]:
    """A file is not YAML, or holds what this format leaves out of YAML.

    Why: two readers must see the same records. A key that stands twice, a tag, a merge key, a second document
    or an alias that expands without bound each mean something else to the next parser, or to you in a year.
    Nesting over 100 levels and aliases that expand to more than 10,000 values are refused.

    Bad:
        project: Acme website
        currency: EUR
        project: Acme web site
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for flaw in file.source.flaws:
        related = () if flaw.first is None else ((Place(file.source.path, offsets=flaw.first), "first here"),)
        place = Place(file.source.path, offsets=flaw.offsets or (0, 0))
        yield Problem(place=place, message=flaw.message, hint=flaw.hint, related=related)


@file_rule(Severity.ERROR)
def schema(file: RecordFile) -> Iterator[Problem]:
    """A value breaks the schema.

    Why: an amount with a thousands separator, a date that does not exist, a status nobody knows: guessing what was
    meant would put a wrong sum in a report. The other rules skip a file until its shape is right, and the
    output says so. `mtrack schema milestones` prints the schema; an editor that knows it shows the same.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 24000.00}
        milestones:
          - {id: M1, name: Discovery, amount: "24,000", status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 24000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 24000.00, status: not_billed}
    """
    yield from file.broken


@file_rule(Severity.ERROR)
def unknown_key(file: RecordFile) -> Iterator[Problem]:
    """A key that the format does not have.

    Why: a misspelt `signoff` is evidence that nobody will find. Keys of your own are welcome anywhere if they
    begin with `x-`.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed, planed: 2026-03-31}

    Good:
        project: Acme website
        currency: EUR
        x-ticket: WEB-17
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed, planned: 2026-03-31}
    """
    yield from file.unknown_keys


def _currency_of_settings(workspace: WorkspaceFacts) -> Iterator[Problem]:
    settings = workspace.settings
    if settings.source is not None and settings.currency is not None:
        yield from _unknown_currency(Place(settings.source.path, ("currency",)), settings.currency, settings.currencies)


@project_rule(Severity.ERROR, across=_currency_of_settings, local=True)
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
    if project.own_currency:
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


@project_rule(Severity.ERROR)
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
    for route, amount, currency, milestone, invoice in _amounts(context):
        allowed = project.decimals if currency is None else money.decimals(currency, context.settings.currencies)
        if fault := precision_fault(amount, currency or project.currency, allowed):
            message, hint = fault
            yield Problem(place=project.place(*route), message=message, hint=hint, milestone=milestone, invoice=invoice)


def _amounts(context: ProjectContext) -> Iterator[tuple[Route, Decimal, str | None, str | None, str | None]]:
    """Every amount of a project: route, amount, currency where it is not the project's, milestone id, invoice."""
    project = context.project
    agreement = project.agreement
    if agreement is not None:
        if agreement.total is not None:
            yield (*agreement.route, "total"), agreement.total, None, None, None
        for amendment in agreement.amendments:
            yield (*amendment.route, "amount"), amendment.amount, None, None, None
    for milestone in project.milestones:
        yield (*milestone.route, "amount"), milestone.amount, None, milestone.id, None
    for invoice in project.invoices():
        only = invoice.only_milestone
        for route, amount, currency in _invoice_amounts(invoice):
            yield route, amount, currency, only, invoice.number


def _invoice_amounts(invoice: Invoice) -> Iterator[tuple[Route, Decimal, str | None]]:
    """Every amount of an invoice but zeros: route, amount, currency where it is not the project's."""
    found: list[tuple[Route, Decimal | None]] = [
        ((*invoice.route, "amount"), invoice.amount),
        ((*invoice.route, "tax"), invoice.tax),
        ((*invoice.route, "total"), invoice.total),
        ((*invoice.route, "retained", "amount"), invoice.retained.amount if invoice.retained else None),
        ((*invoice.route, "written_off", "amount"), invoice.written_off),
    ]
    found += [((*line.route, "amount"), line.amount) for line in invoice.lines if not invoice.own]
    found += [((*part.route, "amount"), part.amount) for part in invoice.instalments]
    for payment in invoice.payments:
        amounts = (payment.amount, payment.withheld, payment.fee, payment.discount, payment.total)
        keys = ("amount", "withheld", "fee", "discount", "total")
        found += [((*payment.route, key), amount) for key, amount in zip(keys, amounts, strict=True)]
        if payment.received_amount:
            yield (*payment.route, "received", "amount"), payment.received_amount, payment.received_currency
    yield from ((route, amount, None) for route, amount in found if amount)


@project_rule(Severity.ERROR)
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
    for invoice in project.invoices():
        lines = money.total(line.amount for line in invoice.lines)
        if not invoice.own and lines != invoice.amount:
            yield about_invoice(
                project,
                invoice,
                "amount",
                f"invoice {invoice.number} is over {project.money(invoice.amount)}, but its lines sum to {project.money(lines)}",
                f"write the sum, {money.plain(lines, project.places)}, or correct the lines",
            )
        if invoice.total is not None and invoice.total < invoice.amount:
            yield about_invoice(
                project,
                invoice,
                "total",
                f"the total of invoice {invoice.number}, {project.money(invoice.total)}, is less than its amount, {project.money(invoice.amount)}",
                "`total` is the net amount on the paper, this project's share included",
            )
        yield from _parts_mismatch(context, invoice)


def _parts_mismatch(context: ProjectContext, invoice: Invoice) -> Iterator[Problem]:
    """Instalments and what is retained that are not the invoice's gross; a transfer that is less than a part of it."""
    project = context.project
    retained = retained_amount(invoice, terms(project, context.settings.payment_terms))
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
    for payment in invoice.payments:
        if payment.total is not None and payment.total < payment.amount:
            yield about_invoice(
                project,
                invoice,
                project.place(*payment.route, "total"),
                f"the whole transfer, {project.money(payment.total)}, is less than this payment out of it, {project.money(payment.amount)}",
                "`total` is all that came in one transfer, for all the invoices that it paid",
            )


@project_rule(Severity.WARNING)
def tax_mismatch(context: ProjectContext) -> Iterator[Problem]:
    """An invoice's tax is not the rate that the agreement or the workspace sets.

    Why: a wrong tax is paid out of your own pocket. Looked at where `tax_rate` is set; half a minor unit a line is
    allowed, as papers round each line. Credit notes are looked at too, void invoices not.

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
    for invoice in project.invoices() if rate is not None else ():
        assert rate is not None
        wanted = money.proportion(invoice.amount, rate, Decimal(100), project.places)
        if invoice.void is not None or _is_tax_of(invoice, rate, project.places):
            continue
        has = f"has a tax of {project.money(invoice.tax)}" if invoice.has_tax else "has no tax"
        yield about_invoice(
            project,
            invoice,
            "tax"
            if invoice.has_tax
            else project.place(*project.source.first_key(invoice.route, ("number",)), key=True),
            f"invoice {invoice.number} {has}, and {money.plain(rate, 0)} % of {project.money(invoice.amount)} is {project.money(wanted)}",
            f"write `tax: {money.plain(wanted, project.places)}`, or waive it where another rate applies",
            since=invoice.sent,
        )


def _is_tax_of(invoice: Invoice, rate: Decimal, places: int) -> bool:
    """Whether the tax is the rate of the amount, half a minor unit a line aside."""
    exact = Fraction(invoice.amount) * Fraction(rate) / 100
    allowed = Fraction(len(invoice.lines), 2 * 10**places)
    return abs(Fraction(invoice.tax) - exact) <= allowed


def _cut_in_settings(workspace: WorkspaceFacts) -> Iterator[Problem]:
    if workspace.settings.source is not None:
        yield from (problem for _, problem in _cut("workspace", workspace.settings.source))


@project_rule(Severity.WARNING, across=_cut_in_settings, local=True)
def text_cut(context: ProjectContext) -> Iterator[Problem]:
    """A text without quotes holds ` #` and a digit: YAML takes what follows as a comment.

    Why: of the name `Beta #2` every report shows "Beta", and a file `signoffs/mail #3.eml` is looked for under another
    name.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Beta #2
            amount: 9000.00
            status: not_billed

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: "Beta #2"
            amount: 9000.00  #2 of the offer
            status: not_billed
    """
    project = context.project
    for route, problem in _cut("milestones", project.source):
        milestone = next((item.id for item in project.milestones if item.route == route[:2]), None)
        invoice = next((item for item in project.invoices() if item.route == route[: len(item.route)]), None)
        only = invoice.only_milestone if invoice else None
        yield replace(problem, milestone=milestone or only, invoice=invoice.number if invoice else None)


def _cut(name: str, source: Source) -> Iterator[tuple[Route, Problem]]:
    """The texts of a file, by the schema `name`, that a comment with a digit cuts off."""
    for route, offsets in number_signs(source.text):
        if schema_module.is_text(name, route):
            key = next(step for step in reversed(route) if isinstance(step, str))
            problem = Problem(
                place=Place(source.path, offsets=offsets),
                message=f"'{shorten(source.text[slice(*offsets)])}' is no part of `{key}`: ' #' begins a comment",
                hint="put the text in quotes; if it is a comment, write a space after the '#'",
            )
            yield route, problem


@project_rule(Severity.ERROR)
def duplicate_milestone(context: ProjectContext) -> Iterator[Problem]:
    """A milestone id stands twice in a project.

    Why: an invoice line that names the id could mean either, so what is billed for which can't be told.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M1, name: Beta, amount: 5000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
    """
    project = context.project
    first: dict[str, Route] = {}
    for milestone in project.milestones:
        route = (*milestone.route, "id")
        if milestone.id in first:
            yield about_milestone(
                project,
                milestone,
                project.place(*route),
                f"the id {milestone.id} is taken by an earlier milestone",
                "give this one an id of its own, and check which one the invoices mean",
                amount=milestone.amount,
                related=((project.place(*first[milestone.id]), "first used here"),),
            )
        first.setdefault(milestone.id, route)


@project_rule(Severity.WARNING)
def duplicate_name(context: ProjectContext) -> Iterator[Problem]:
    """A milestone name stands twice in a project.

    Why: on an invoice only the name is read, and one milestone copied by mistake looks just like this.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Release, amount: 4000.00, status: not_billed}
          - {id: M2, name: Release, amount: 5000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: First release, amount: 4000.00, status: not_billed}
          - {id: M2, name: Second release, amount: 5000.00, status: not_billed}
    """
    project = context.project
    first: dict[str, Route] = {}
    for milestone in project.milestones:
        route = (*milestone.route, "name")
        if milestone.name in first:
            yield about_milestone(
                project,
                milestone,
                project.place(*route),
                f"{milestone.id} has the same name as an earlier milestone: '{milestone.name}'",
                "tell the two apart by name, or remove the copy",
                amount=milestone.amount,
                related=((project.place(*first[milestone.name]), "first used here"),),
            )
        first.setdefault(milestone.name, route)


def _named_in_settings(workspace: WorkspaceFacts) -> Iterator[Problem]:
    if workspace.settings.waivers and not workspace.skipped:
        ids = {milestone for facts in workspace.facts for milestone in facts.milestones}
        numbers = {entry.invoice.key for entry in workspace.entries}
        for waiver in workspace.settings.waivers:
            yield from unknown_in_waiver(waiver, ids, numbers)


@project_rule(Severity.ERROR, across=_named_in_settings, local=True)
def unknown_milestone(context: ProjectContext) -> Iterator[Problem]:
    """A line, waiver or reference names a milestone or invoice that is not there.

    Why: a share of an invoice that bills nothing known is money no milestone accounts for; a credit note
    against nothing takes nothing back. A credit note that credits itself or another credit note counts too.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
        invoices:
          - number: INV-1
            amount: 4000.00
            sent: 2026-02-03
            file: invoices/INV-1.pdf
            lines: [{milestone: M7, amount: 4000.00}]

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, upfront: true, status: sent}
        invoices:
          - number: INV-1
            amount: 4000.00
            sent: 2026-02-03
            file: invoices/INV-1.pdf
            lines: [{milestone: M1, amount: 4000.00}]
    """
    project = context.project
    ids = {milestone.id for milestone in project.milestones}
    invoices = tuple(project.invoices())
    strangers = [(invoice, line) for invoice in invoices for line in invoice.lines if line.milestone not in ids]
    if strangers:
        hint = f"milestones here: {', '.join(sorted(ids)[:SHOWN])}{' …' * (len(ids) > SHOWN)}"
        for invoice, line in strangers:
            place = project.place(*line.route, "milestone")
            message = f"invoice {invoice.number} bills milestone {line.milestone}, which is not in this project"
            yield about_invoice(project, invoice, place, message, hint)
    yield from _unknown_invoices(context, invoices)
    numbers = {invoice.key for invoice in invoices}
    for waiver in project.waivers:
        yield from unknown_in_waiver(waiver, ids, numbers)


def _unknown_invoices(context: ProjectContext, invoices: tuple[Invoice, ...]) -> Iterator[Problem]:
    """`credits` and `replaces` that lead nowhere."""
    targets = credit_targets(invoices)
    times = Counter(invoice.key for invoice in invoices)
    for invoice in invoices:
        for key, named in (("credits", invoice.credits), ("replaces", invoice.replaces)):
            if named is None:
                continue
            wanted = number_key(named)
            others = times[wanted] - (wanted == invoice.key)
            if wanted in targets if key == "credits" else others:
                continue
            subject = f"credit note {invoice.number}" if key == "credits" else f"invoice {invoice.number}"
            if others:
                fact = f"{key} {named}, which is a credit note itself"
            elif wanted == invoice.key:
                fact = f"{key} itself"
            else:
                fact = f"{key} {named}, which is not in this project"
            yield about_invoice(
                context.project,
                invoice,
                key,
                f"{subject} {fact}",
                f"write the number of the invoice it {'takes back' if key == 'credits' else 're-issues'}",
            )


def unknown_in_waiver(waiver: Waiver, ids: set[str], numbers: set[str]) -> Iterator[Problem]:
    """What a waiver names that is not in its scope; one for the history may name what is gone."""
    if is_about_history(waiver.rule):
        return
    for key, value, known in (("milestone", waiver.milestone, ids), ("number", waiver.number, numbers)):
        if value is not None and (value if key == "milestone" else number_key(value)) not in known:
            what = "milestone" if key == "milestone" else "invoice"
            yield Problem(
                place=Place(waiver.path, (*waiver.route, key)),
                message=f"the waiver of {waiver.rule} names {what} {value}, which is not there",
                hint="correct it, or remove the waiver",
                milestone=value if key == "milestone" else None,
                invoice=value if key == "number" else None,
            )


@waiver_rule(Severity.WARNING)
def unused_waiver(checked: tuple[CheckedWaiver, ...]) -> Iterator[Problem]:
    """A waiver that accepts nothing.

    Why: the trouble it excused is gone, and left standing it would excuse the next one in silence.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        waivers:
          - {rule: agreement-unsigned, reason: the client signs next week}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        waivers:
          - {rule: agreement-unsigned, reason: the client signs next week}
    """
    for waiver in checked:
        if waiver.unused:
            yield Problem(
                place=Place(waiver.waiver.path, (*waiver.waiver.route, "rule")),
                message=f"no finding of {waiver.waiver.rule} is left for this waiver to accept",
                hint="remove the waiver",
            )


@waiver_rule(Severity.WARNING)
def expired_waiver(checked: tuple[CheckedWaiver, ...]) -> Iterator[Problem]:
    """A waiver whose last day has passed.

    Why: it was granted for a time, and the time is over: what it accepted counts again.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        waivers:
          - {rule: agreement-unsigned, reason: the client signs in January, until: 2026-01-31}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for waiver in checked:
        if waiver.expired:
            yield Problem(
                place=Place(waiver.waiver.path, (*waiver.waiver.route, "until")),
                message=f"the waiver of {waiver.waiver.rule} ended on {waiver.waiver.until}: it accepts nothing any more",
                hint="fix what it accepted and remove it, or agree on a new date",
                since=waiver.waiver.until,
            )


@workspace_rule(Severity.WARNING, local=True)
def no_projects(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """Nothing to check: there is no project under a path that was asked for.

    Why: nothing is not the same as nothing wrong. A project is a folder with a `milestones.yaml`, spelt like this.

    Bad:
        >>> globex/notes.txt
        a workspace in which nobody has begun a project

    Good:
        >>> globex/milestones.yaml
        project: Globex portal
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for path in workspace.paths:
        projects = workspace.found.projects
        if path == SETTINGS or any(is_below(folder, path) or is_below(path, folder) for folder in projects):
            continue
        near = [file for file in nearly_records(workspace.found) if is_below(file, path)]
        yield Problem(
            place=Place(path),
            message="nothing to check: there is no project here",
            hint=f"rename {listed(near)} to {RECORDS}"
            if near
            else f"a project is a folder with a {RECORDS}; mtrack new makes one",
        )


@workspace_rule(Severity.WARNING, local=True)
def milestones_file_missing(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """A file nearly called `milestones.yaml`, or a folder with an agreement, invoices or sign-offs and no such file.

    Why: the paper is there and the records are not, so nothing of this project is in any sum or check. Folders
    inside a project, and folders above one, are left alone.

    Bad:
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
        >>> globex/agreement/sow.pdf
        the signed statement of work

    Good:
        >>> globex/agreement/sow.pdf
        the signed statement of work
        >>> globex/milestones.yaml
        project: Globex portal
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    near = list(nearly_records(workspace.found))
    for file in near:
        yield Problem(
            place=Place(file),
            message=f"this is not read: the records of a project are called {RECORDS}",
            hint=f"rename it to {RECORDS}",
        )
    named = {file.rpartition("/")[0] or "." for file in near}
    for folder in workspace.found.recordless:
        if folder in named:
            continue
        yield Problem(
            place=Place(folder),
            message="the folder holds agreement, invoice or sign-off files, but no milestones.yaml",
            hint="mtrack new makes one; or list the folder under `exclude` in mtrack.yaml",
        )
