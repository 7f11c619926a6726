"""Rules about evidence: is the paper there, and where it belongs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mtrack.finding import Problem, Severity
from mtrack.record.evidence import difference
from mtrack.rules import commands
from mtrack.rules.problems import about_invoice, about_milestone
from mtrack.rules.registry import project_rule
from mtrack.workspace import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.rules.context import ProjectContext

_WORDS = {
    "agreement": "the agreement file", "transcript": "the transcript", "amendment": "the amendment file", "signoff": "the sign-off file",
    "attachment": "the attachment", "invoice": "the invoice file",
}  # fmt: skip


@project_rule(Severity.ERROR, needs="unusable file")
def attachment_missing(context: ProjectContext) -> Iterator[Problem]:
    """A file that a record names is not there, is empty, or is not a file.

    Why: evidence that can't be opened proves nothing, and it is missed on the day it is asked for.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/brief.txt
        the agreement itself was never put into the folder

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
    """
    project = context.project
    for named, state in context.files:
        if state.missing is not None:
            twin = context.twins.get(named.normal)
            yield Problem(
                place=project.place(*named.route),
                message=f"{_WORDS[named.kind]} {named.path} {state.missing}",
                hint=f"put it into the project folder, or correct the path (it is relative to {project.folder}/)"
                if twin is None
                else f"there is one that looks the same, {twin} ({difference(named.normal, twin)}): make the two names one",
                milestone=named.milestone,
                invoice=named.invoice.number if named.invoice else None,
                about=join(project.folder, named.normal),
            )


@project_rule(Severity.ERROR, needs="unusable file")
def attachment_outside(context: ProjectContext) -> Iterator[Problem]:
    """A path is absolute or leads out of the project, a link by its target.

    Why: the folder is the record. What lies elsewhere is lost when the folder is moved, mailed or archived,
    and on everyone else's machine it was never there.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: ../contracts/acme.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/acme.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    project = context.project
    for named, state in context.files:
        if state.outside is not None:
            yield Problem(
                place=project.place(*named.route),
                message=f"{_WORDS[named.kind]} '{named.path}' can't be used: {state.outside}",
                hint="put a copy into the project folder and name that",
                milestone=named.milestone,
                invoice=named.invoice.number if named.invoice else None,
                about=named.normal if named.normal.startswith("/") else join(project.folder, named.normal),
            )


@project_rule(Severity.WARNING, needs="no invoice file")
def invoice_file_missing(context: ProjectContext) -> Iterator[Problem]:
    """A live invoice names no file.

    Why: the record says what was billed; only the paper shows what the client saw.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03}
            status: sent

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    for figures in context.ledger.invoices:
        invoice = figures.invoice
        if figures.live and invoice.file is None:
            yield about_invoice(
                project,
                invoice,
                project.first_key(*invoice.route),
                f"invoice {invoice.number} names no file",
                f"put the PDF into invoices/ and add `file: invoices/{_file_name(invoice.number)}.pdf`",
            )


def _file_name(number: str) -> str:
    return "".join(char if char.isalnum() or char in "._-" else "-" for char in number)[:60]


@project_rule(Severity.WARNING, needs="no sign-off")
def signoff_missing(context: ProjectContext) -> Iterator[Problem]:
    """A milestone is approved, with no sign-off file.

    Why: when the invoice is questioned, the approval is what you show.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-20}, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-20, signoff: signoffs/m1.eml}, status: not_billed}
    """
    project = context.project
    for milestone in project.milestones:
        deliverable = milestone.deliverable
        if deliverable.approved is not None and deliverable.signoff is None:
            yield about_milestone(
                project,
                milestone,
                project.first_key(*deliverable.route),
                f"{milestone.label} was approved on {deliverable.approved}, and no sign-off file is named",
                f"save the approval (an e-mail is enough), and record it: {commands.of_milestone('approve', project, milestone, '--signoff FILE')}",
            )


@project_rule(Severity.WARNING, needs="tracked by git")
def attachment_not_committed(context: ProjectContext) -> Iterator[Problem]:
    """A file that a record names is not tracked by git, though the records are.

    Why: the records go to everyone who clones the repository, and the evidence stays on one machine. Its content is
    in no history either, so that nobody can say whether it was changed.

    Bad:
        === 2026-02-01
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === not committed
        >>> acme/agreement/sow.pdf
        the signed statement of work

    Good:
        === 2026-02-01
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
    """
    project = context.project
    if context.tracked is None:
        return
    for named, state in context.files:
        path = join(project.folder, named.normal)
        missing = context.not_tracked(path) if state.usable else None
        if missing is not None:
            yield Problem(
                place=project.place(*named.route),
                message=f"{_WORDS[named.kind]} {named.path} is not tracked by git",
                hint=f"commit it with the records: git add {shlex.quote(missing)} (with --force where it is ignored)",
                milestone=named.milestone,
                invoice=named.invoice.number if named.invoice else None,
                about=path,
            )
