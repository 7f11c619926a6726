"""Rules about what the agreement and its amendments say of the recorded milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Problem, Severity
from mtrack.rules import commands
from mtrack.rules.registry import paper_rule
from mtrack.rules.verdicts import about_verdict, place_text, subject_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.record.verdict import Verdict
    from mtrack.rules.context import ProjectContext


@paper_rule(Severity.WARNING)
def agreement_differs(context: ProjectContext) -> Iterator[Problem]:
    """The agreement gives a milestone, the total or the currency another value than the record.

    Why: what was signed is what can be billed. The difference is found now, or by the client.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4500.00, status: not_billed}
          - {id: M2, name: Beta, amount: 4500.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        | Milestone | Amount |
        |---|---|
        | Discovery | EUR 4,000.00 |
        | Beta | EUR 4,500.00 |
        | Total | EUR 9,000.00 |

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4500.00, status: not_billed}
          - {id: M2, name: Beta, amount: 4500.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        | Milestone | Amount |
        |---|---|
        | Discovery | EUR 4,500.00 |
        | Beta | EUR 4,500.00 |
        | Total | EUR 9,000.00 |
    """
    for verdict in context.verdicts:
        of_agreement = verdict.subject in {"agreement", "milestone"} and verdict.field in {
            "amount",
            "total",
            "currency",
        }
        if of_agreement and verdict.verdict == "differs" and not verdict.changed:
            hint = "correct the record, or record the amendment that changed it"
            yield about_verdict(context, verdict, _says(context, verdict), hint)


def _says(context: ProjectContext, verdict: Verdict) -> str:
    """The recorded value, and the one that a paper states, with its place and its words."""
    recorded = value_text(context.project, verdict.field, verdict.recorded)
    said = value_text(context.project, verdict.field, verdict.found)
    return f'{subject_text(context, verdict)} is recorded as {recorded}, and{place_text(verdict, "")} says {said}: "{verdict.quote}"'


@paper_rule(Severity.WARNING)
def agreement_not_confirmed(context: ProjectContext) -> Iterator[Problem]:
    """An amount stands nowhere in the agreement, or only for another milestone.

    Why: an amount that no paper shows can't be claimed. It is looked for as it is, as a share of the total, as the
    sum of what stands there and as one of several equal payments.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 4,000.00
        Total: EUR 9,000.00

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4500.00, status: not_billed}
          - {id: M2, name: Beta, amount: 4500.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Total: EUR 9,000.00
        50 % with the Discovery report
        50 % with the Beta
    """
    for verdict in context.verdicts:
        of_agreement = verdict.subject in {"agreement", "milestone"} and verdict.field in {"amount", "total"}
        if of_agreement and verdict.recorded is not None and verdict.verdict == "not_found":
            yield _not_confirmed(context, verdict)


def _not_confirmed(context: ProjectContext, verdict: Verdict) -> Problem:
    amount = value_text(context.project, verdict.field, verdict.recorded)
    subject = subject_text(context, verdict)
    if verdict.reserved:
        message = f'{amount} of {subject} stands in the agreement only for another milestone: "{verdict.quote}"'
    else:
        message = f"{amount} of {subject} stands nowhere in the agreement"
        if verdict.quote is not None:
            message += f'; the nearest is{place_text(verdict, "")}: "{verdict.quote}"'
    return about_verdict(context, verdict, message, "correct the amount, or attach the paper that agrees on it")


@paper_rule(Severity.INFO)
def agreement_unrecorded(context: ProjectContext) -> Iterator[Problem]:
    """The agreement's payment schedule has a row that no milestone is recorded for.

    Why: what is not recorded is never billed, and nobody misses it.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        | Milestone | Amount |
        |---|---|
        | Discovery | EUR 4,000.00 |
        | Beta | EUR 5,000.00 |
        | Training | EUR 1,500.00 |

        Total without the training: EUR 9,000.00

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        | Milestone | Amount |
        |---|---|
        | Discovery | EUR 4,000.00 |
        | Beta | EUR 5,000.00 |

        Total: EUR 9,000.00
    """
    for verdict in context.verdicts:
        if verdict.subject == "agreement" and verdict.field == "amount" and not verdict.changed:
            amount = value_text(context.project, "amount", verdict.found)
            message = f'no milestone is recorded for {amount} in{place_text(verdict, "")}: "{verdict.quote}"'
            yield about_verdict(context, verdict, message, "add the milestone, if it was agreed")


@paper_rule(Severity.INFO)
def agreement_detail_differs(context: ProjectContext) -> Iterator[Problem]:
    """The agreement gives another day of signing, other payment terms or another number of milestones.

    Why: days decide what is overdue, and a number of milestones what is missing.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        Signed on 12 January 2026

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        Signed on 10 January 2026
    """
    for verdict in context.verdicts:
        if verdict.field in {"signed", "terms", "count"} and verdict.verdict == "differs":
            yield about_verdict(context, verdict, _says(context, verdict), "correct the record, if it is wrong")


@paper_rule(Severity.ERROR)
def agreement_changed(context: ProjectContext) -> Iterator[Problem]:
    """The agreement's file or an amount is not the one that someone has compared.

    Why: `verified` says that a person has read the paper and found the records right. It says nothing of another
    paper, or of other records.

    Bad:
        project: Acme website
        currency: EUR
        agreement:
          file: agreement/sow.md
          signed: 2026-01-10
          total: 9000.00
          verified:
            by: Ada Example
            date: 2026-01-12
            sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            amounts: {M1: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00

    Good:
        project: Acme website
        currency: EUR
        agreement:
          file: agreement/sow.png
          signed: 2026-01-10
          total: 9000.00
          verified:
            by: Ada Example
            date: 2026-01-12
            sha256: cb03572c27a50aac6c1749177cc2d12d3398c0ccc3ed5c37e0a516c631688e7f
            amounts: {M1: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.png
        (a picture of the signed agreement)
    """
    for verdict in context.verdicts:
        if verdict.subject in {"agreement", "milestone"} and verdict.changed:
            hint = f"compare them again, then write it down: {commands.of_project('verify --accept', context.project)}"
            yield about_verdict(
                context,
                verdict,
                verdict.note,
                hint,
                route=("agreement", "verified", "amounts" if verdict.recorded is None else "sha256"),
            )
