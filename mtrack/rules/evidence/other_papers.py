"""Rules about what sign-offs say, and about files that can't be read."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mtrack.finding import Problem, Severity
from mtrack.rules import commands
from mtrack.rules.registry import paper_rule
from mtrack.rules.verdicts import about_verdict, place_text, subject_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route
    from mtrack.rules.context import ProjectContext


@paper_rule(Severity.WARNING)
def signoff_other_milestone(context: ProjectContext) -> Iterator[Problem]:
    """A sign-off speaks of another milestone and not of its own.

    Why: an approval of something else proves nothing when the invoice is questioned.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            deliverable: {approved: 2026-02-19, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-19, file: invoices/INV-1.txt}
            status: sent
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 4,000.00
        Beta: EUR 5,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Milestone 2 is accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 19 February 2026
        Total: EUR 4,000.00

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            deliverable: {approved: 2026-02-19, signoff: signoffs/m1.txt}
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-19, file: invoices/INV-1.txt}
            status: sent
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 4,000.00
        Beta: EUR 5,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.txt
        Milestone 1 is accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 19 February 2026
        Total: EUR 4,000.00
    """
    for verdict in context.verdicts:
        if verdict.subject == "signoff" and verdict.field == "milestone" and verdict.verdict == "differs":
            message = f'the sign-off of {subject_text(context, verdict)} speaks of {verdict.found} in{place_text(verdict, "")}: "{verdict.quote}"'
            yield about_verdict(context, verdict, message, "attach the sign-off of this milestone")


@paper_rule(Severity.INFO)
def signoff_detail_differs(context: ProjectContext) -> Iterator[Problem]:
    """The e-mail that approves a milestone is more than a day away from the recorded approval.

    Why: the day of approval is the day from which the milestone may be billed.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-19, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-19, file: invoices/INV-1.txt}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.eml
        From: client@example.org
        Date: Mon, 2 Feb 2026 09:00:00 +0100
        Subject: Discovery

        Accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 19 February 2026
        Total: EUR 9,000.00

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-19, file: invoices/INV-1.txt}
            status: sent
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
        >>> acme/signoffs/m1.eml
        From: client@example.org
        Date: Mon, 2 Feb 2026 09:00:00 +0100
        Subject: Discovery

        Accepted.
        >>> acme/invoices/INV-1.txt
        Invoice INV-1, 19 February 2026
        Total: EUR 9,000.00
    """
    for verdict in context.verdicts:
        if verdict.subject == "signoff" and verdict.field == "date" and verdict.verdict == "differs":
            subject, paper = subject_text(context, verdict), posixpath.basename(verdict.file or "")
            message = f"{subject} is recorded as approved on {verdict.recorded}, and {paper} is of {verdict.found}"
            yield about_verdict(context, verdict, message, "record the day of the approval")


@paper_rule(Severity.WARNING)
def attachment_unreadable(context: ProjectContext) -> Iterator[Problem]:
    """A file is damaged, or is not what its ending says.

    Why: evidence that nobody can open proves nothing, and today someone may still have a copy.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.pdf
        the download was cut off

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
    """
    yield from _unreadable(context, "put a copy that can be read in its place", damaged=True)


@paper_rule(Severity.INFO)
def evidence_no_text(context: ProjectContext) -> Iterator[Problem]:
    """A file has no text to compare: a scan, a password, a kind that is not read, over a limit.

    Why: what can't be read is not compared. A transcript beside a scan, or someone who has read it and says so with
    `mtrack verify --accept`, closes the hole.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.png, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.png
        (a picture of the signed agreement)

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.png, transcript: agreement/sow.md, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> mtrack.yaml
        format: 1
        verify: true
        >>> acme/agreement/sow.png
        (a picture of the signed agreement)
        >>> acme/agreement/sow.md
        Discovery: EUR 9,000.00
        Total: EUR 9,000.00
    """
    accept = commands.of_project("verify --accept", context.project)
    hint = (
        f"save it as PDF with its text; for a scanned agreement add a `transcript`, or compare it and say so: {accept}"
    )
    yield from _unreadable(context, hint, damaged=False)


def _unreadable(context: ProjectContext, hint: str, *, damaged: bool) -> Iterator[Problem]:
    """One finding for each file that can't be read, at each record that names it."""
    routes = _file_routes(context)
    seen: set[tuple[Route, str]] = set()
    for verdict in context.verdicts:
        if verdict.verdict != "unreadable" or verdict.damaged != damaged:
            continue
        subject, id_ = ("agreement", None) if verdict.subject == "milestone" else (verdict.subject, verdict.id)
        route = routes.get((verdict.file, subject, id_), ("agreement",))
        if verdict.file is not None and (route, verdict.file) not in seen:
            seen.add((route, verdict.file))
            message = f"{posixpath.basename(verdict.file)} {verdict.note}"
            yield about_verdict(context, verdict, message, hint, route=route)


def _file_routes(context: ProjectContext) -> dict[tuple[str | None, str, str | None], Route]:
    """The routes to the paths of files, by the path, and the subject and the id of verdicts on it; the first of each."""
    subjects = {"transcript": "agreement", "amendment": "agreement"}
    return {
        (
            named.path,
            subjects.get(named.kind, named.kind),
            named.invoice.number if named.invoice else named.milestone,
        ): named.route
        for named, _ in reversed(context.files)
    }
