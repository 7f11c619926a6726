"""Rules about ids, names and numbers: what stands twice, what is referred to and not there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mtrack import characters
from mtrack.characters import seen_words
from mtrack.figures.clock import credit_targets
from mtrack.finding import Place, Problem, Severity
from mtrack.record.model import number_key
from mtrack.rules.problems import about_invoice, about_milestone
from mtrack.rules.registry import compares_versions, project_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Waiver
    from mtrack.rules.context import ProjectContext
    from mtrack.rules.facts import WorkspaceFacts

SHOWN = 8
"""The number of milestones that a hint names."""


@project_rule(Severity.ERROR, needs="repeated id")
def duplicate_milestone(context: ProjectContext) -> Iterator[Problem]:
    """A milestone id stands twice in a project.

    Why: an invoice line that names the id could mean either, so it is unclear what is billed for which.

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

    Why: on an invoice only the name is read, and one milestone copied by mistake looks just like this. Names that
    differ only in case, white space, dashes, widths or in characters that can't be seen are the same.

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
        name = seen_words(milestone.name)
        if name in first:
            yield about_milestone(
                project,
                milestone,
                project.place(*route),
                f"{milestone.id} has the same name as an earlier milestone: '{milestone.name}'",
                "tell the two apart by name, or remove the copy",
                amount=milestone.amount,
                related=((project.place(*first[name]), "first used here"),),
            )
        first.setdefault(name, route)


@project_rule(Severity.WARNING, needs="non-ASCII number")
def mixed_scripts(context: ProjectContext) -> Iterator[Problem]:
    r"""An invoice number mixes the letters of several scripts, or digits of several kinds.

    Why: letters of Cyrillic and Greek look like Latin ones, so two numbers that read the same can be different to
    every program, and a copy of an invoice goes unseen. East Asian scripts beside Latin are no mixture.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: "\u0406NV-1", amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
    """
    for invoice in context.project.invoices():
        found = characters.scripts(invoice.number)
        if found:
            usual = max(found, key=lambda name: sum(characters.script(char) == name for char in invoice.number))
            odd = [char for char in dict.fromkeys(invoice.number) if characters.script(char) in set(found) - {usual}]
            shown = ", ".join(
                f"'{char}' (U+{ord(char):04X}) is {characters.script(char).title()}" for char in odd[:SHOWN]
            )
            message = f"invoice number {invoice.number} mixes {' and '.join(name.title() for name in found)}: {shown}"
            yield about_invoice(
                context.project, invoice, "number", message, "write the whole number in one script, as the paper has it"
            )


def _named_in_settings(workspace: WorkspaceFacts) -> Iterator[Problem]:
    if workspace.settings.waivers and not workspace.skipped:
        ids = {milestone for facts in workspace.facts for milestone in facts.milestones}
        numbers = {entry.invoice.key for entry in workspace.entries}
        for waiver in workspace.settings.waivers:
            yield from unknown_in_waiver(waiver, ids, numbers)


@project_rule(Severity.ERROR, needs="references", across=_named_in_settings, local=True)
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
    if any(invoice.credits is not None or invoice.replaces is not None for invoice in invoices):
        yield from _unknown_invoices(context, invoices)
    numbers = {invoice.key for invoice in invoices} if project.waivers else set()
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
    """The names in a waiver that are not in its scope; one for the history may name what is gone.

    Waivers without a route are those of earlier settings, and nobody can correct them.
    """
    if compares_versions(waiver.rule) or not waiver.route:
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
