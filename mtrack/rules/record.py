"""Rules about the records as such: whether they can be read, what shape they have, what they refer to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.invoices import credit_targets
from mtrack.finding import Place, Problem, Severity
from mtrack.record.model import number_key
from mtrack.rules.problems import about_invoice, about_milestone
from mtrack.rules.registry import file_rule, is_about_history, project_rule, waiver_rule, workspace_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Waiver
    from mtrack.rules.context import CheckedWaiver, ProjectContext, RecordFile
    from mtrack.rules.facts import WorkspaceFacts

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

    Why: an amount with a thousands separator, a date that is none, a status nobody knows: guessing what was
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
    """An amount with more decimals than its currency has, trailing zeros aside.

    Why: nobody can pay a tenth of a cent or half a yen, so an invoice over such an amount is never settled in
    full and the project never closes.

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
        if allowed is None or money.decimals_used(amount) <= allowed:
            continue
        code = currency or project.currency
        places = _decimals(allowed)
        yield Problem(
            place=project.place(*route),
            message=f"{money.plain(amount, 0)} has {_decimals(money.decimals_used(amount))}, and {code} has {places if allowed else 'none'}",
            hint=f"round it as the paper does: at most {places}"
            if allowed
            else "round it to a whole number as the paper does",
            milestone=milestone,
            invoice=invoice,
        )


def _decimals(number: int) -> str:
    return "1 decimal" if number == 1 else f"{number} decimals"


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
    yield (*invoice.route, "amount"), invoice.amount, None
    if invoice.tax:
        yield (*invoice.route, "tax"), invoice.tax, None
    if invoice.total:
        yield (*invoice.route, "total"), invoice.total, None
    if invoice.written_off:
        yield (*invoice.route, "written_off", "amount"), invoice.written_off, None
    if not invoice.own:
        for line in invoice.lines:
            yield (*line.route, "amount"), line.amount, None
    for payment in invoice.payments:
        yield (*payment.route, "amount"), payment.amount, None
        if payment.withheld:
            yield (*payment.route, "withheld"), payment.withheld, None
        if payment.fee:
            yield (*payment.route, "fee"), payment.fee, None
        if payment.received_amount:
            yield (*payment.route, "received", "amount"), payment.received_amount, payment.received_currency


@project_rule(Severity.ERROR)
def lines_mismatch(context: ProjectContext) -> Iterator[Problem]:
    """An invoice's amount is not the sum of its lines, or its total is less than its amount.

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
                f"write the sum, {money.plain(lines, project.places)}, or mend the lines",
            )
        if invoice.total is not None and invoice.total < invoice.amount:
            yield about_invoice(
                project,
                invoice,
                "total",
                f"the total of invoice {invoice.number}, {project.money(invoice.total)}, is less than its amount, {project.money(invoice.amount)}",
                "`total` is the net amount on the paper, this project's share included",
            )


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
          - {id: M1, name: Discovery, amount: 4000.00, upfront: true, status: not_billed}
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
def unused_waiver(judged: tuple[CheckedWaiver, ...]) -> Iterator[Problem]:
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
    for waiver in judged:
        if waiver.unused:
            yield Problem(
                place=Place(waiver.waiver.path, (*waiver.waiver.route, "rule")),
                message=f"no finding of {waiver.waiver.rule} is left for this waiver to accept",
                hint="remove the waiver",
            )


@waiver_rule(Severity.WARNING)
def expired_waiver(judged: tuple[CheckedWaiver, ...]) -> Iterator[Problem]:
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
    for waiver in judged:
        if waiver.expired:
            yield Problem(
                place=Place(waiver.waiver.path, (*waiver.waiver.route, "until")),
                message=f"the waiver of {waiver.waiver.rule} ended on {waiver.waiver.until}: it accepts nothing any more",
                hint="mend what it accepted and remove it, or agree on a new date",
                since=waiver.waiver.until,
            )


@workspace_rule(Severity.WARNING, local=True)
def milestones_file_missing(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """A folder with an agreement, invoices or sign-offs, and no `milestones.yaml`.

    Why: the paper is there and the records are not, so nothing of this project is in any sum or check. Folders
    inside a project, and folders above one, are left alone.

    Bad:
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
    for folder in workspace.found.recordless:
        yield Problem(
            place=Place(folder),
            message="the folder holds agreement, invoice or sign-off files, but no milestones.yaml",
            hint="mtrack new makes one; or list the folder under `exclude` in mtrack.yaml",
        )
