"""Rules about what the files of invoices say."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mtrack.finding import Problem, Severity
from mtrack.rules.registry import paper_rule
from mtrack.rules.verdicts import FIELDS, about_verdict, invoice_of, place_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.record.verdict import Verdict
    from mtrack.rules.context import ProjectContext


@paper_rule(Severity.ERROR)
def invoice_file_differs(context: ProjectContext) -> Iterator[Problem]:
    """A structured invoice says something else than its record.

    Why: an e-invoice is what the client's books have taken in. A number, an amount or a date that is another there
    is a payment that can't be matched, or tax that is paid twice.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.xml}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Discovery is accepted.
        >>> acme/invoices/INV-1.xml
        <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">
          <ID>INV-1</ID><IssueDate>2026-02-03</IssueDate><DocumentCurrencyCode>EUR</DocumentCurrencyCode>
          <LegalMonetaryTotal><TaxExclusiveAmount currencyID="EUR">8000.00</TaxExclusiveAmount></LegalMonetaryTotal>
        </Invoice>

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.xml}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Discovery is accepted.
        >>> acme/invoices/INV-1.xml
        <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">
          <ID>INV-1</ID><IssueDate>2026-02-03</IssueDate><DocumentCurrencyCode>EUR</DocumentCurrencyCode>
          <LegalMonetaryTotal><TaxExclusiveAmount currencyID="EUR">9000.00</TaxExclusiveAmount></LegalMonetaryTotal>
        </Invoice>
    """
    for verdict in context.verdicts:
        if verdict.subject == "invoice" and verdict.certain and verdict.verdict == "differs":
            yield _invoice_differs(context, verdict)


def _invoice_differs(context: ProjectContext, verdict: Verdict) -> Problem:
    assert verdict.file is not None
    project = context.project
    paper, said = posixpath.basename(verdict.file), value_text(project, verdict.field, verdict.found)
    if verdict.recorded is None:
        message = f"{verdict.id} is recorded without tax, and {paper} has {said}"
        return about_verdict(context, verdict, message, "record the invoice's `tax`")
    if verdict.field == "kind":
        message = f"{verdict.id} is recorded as {_a(verdict.recorded)}, and {paper} is {_a(verdict.found or '')}"
        is_bill = verdict.found in {"invoice", "credit note"}
        hint = (
            "record it as what it is: `credits` makes a credit note" if is_bill else "attach the invoice that was sent"
        )
        return about_verdict(context, verdict, message, hint)
    field = FIELDS.get(verdict.field, verdict.field)
    recorded = value_text(project, verdict.field, verdict.recorded)
    message = f"the {field} of {verdict.id} is recorded as {recorded}, and {paper} says {said}"
    return about_verdict(context, verdict, message, "correct the record, or send the invoice again")


@paper_rule(Severity.WARNING)
def invoice_not_confirmed(context: ProjectContext) -> Iterator[Problem]:
    """An invoice's number or net amount does not stand in its file.

    Why: the paper is what the client pays. Where it shows another number or amount, the record waits for money that
    never comes, or the wrong file is attached.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.txt}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Discovery is accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 3 February 2026
        Total: EUR 8,000.00

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.txt}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Discovery is accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 3 February 2026
        Total: EUR 9,000.00
    """
    for verdict in context.verdicts:
        if verdict.subject != "invoice" or verdict.field not in {"number", "net"}:
            continue
        if verdict.verdict == "not_found" or (verdict.verdict == "differs" and not verdict.certain):
            yield _invoice_text(context, verdict)


@paper_rule(Severity.INFO)
def invoice_detail_not_confirmed(context: ProjectContext) -> Iterator[Problem]:
    """Tax, gross, a date or the currency of an invoice does not stand in its file.

    Why: a paper with another date falls due on another day, and one with other tax is another sum to wait for.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-13, file: invoices/INV-1.txt, due: 2026-03-15}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Discovery is accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 13 February 2026
        Total: EUR 9,000.00, due on 1 March 2026

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-13, file: invoices/INV-1.txt, due: 2026-03-15}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Discovery is accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 13 February 2026
        Total: EUR 9,000.00, due on 15 March 2026
    """
    for verdict in context.verdicts:
        if verdict.subject != "invoice" or verdict.field in {"number", "net"}:
            continue
        if verdict.verdict == "not_found" or (verdict.verdict == "differs" and not verdict.certain):
            yield _invoice_text(context, verdict)


def _invoice_text(context: ProjectContext, verdict: Verdict) -> Problem:
    project = context.project
    file = verdict.file or invoice_of(context, verdict).file or ""
    if verdict.field == "kind":
        return _kind_text(context, verdict, posixpath.basename(file))
    field = FIELDS.get(verdict.field, verdict.field)
    recorded = value_text(project, verdict.field, verdict.recorded)
    if verdict.verdict == "differs":
        said = value_text(project, verdict.field, verdict.found)
        message = f"the {field} of {verdict.id} is recorded as {recorded}, and {posixpath.basename(file)} says {said}{place_text(verdict)}"
        hint = "correct the record, or attach the invoice that was sent"
        if verdict.field == "net":
            hint = "record the amount without tax as `amount`, and the tax as the invoice's `tax`"
        return about_verdict(context, verdict, message, hint)
    message = f"the {field} of {verdict.id}, {recorded}, does not stand in {posixpath.basename(file)}"
    if verdict.found is not None:
        message += f"; the nearest is {value_text(project, verdict.field, verdict.found)}{place_text(verdict)}"
    elif verdict.quote is not None:
        message += f'; the nearest is{place_text(verdict, "")}: "{verdict.quote}"'
    return about_verdict(context, verdict, message, "correct the record, or attach the invoice that was sent")


def _kind_text(context: ProjectContext, verdict: Verdict, paper: str) -> Problem:
    """A text that is something else by its title, or a credit note by its total."""
    said = f"{paper} calls itself {_a(verdict.found or '')}" if verdict.note else f"the total in {paper} is negative"
    message = f"{verdict.id} is recorded as {_a(verdict.recorded or '')}, and {said}"
    if verdict.found == "credit note":
        return about_verdict(context, verdict, message, "record it as a credit note: `credits` names its invoice")
    return about_verdict(context, verdict, message, f"attach the {verdict.recorded} that was sent")


def _a(kind: str) -> str:
    return f"{'an' if kind.startswith('i') else 'a'} {kind}"
