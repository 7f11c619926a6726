"""Verdicts on the values of a project: claims are made from its records and compared, and unreadable files are listed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import limits, money
from mtrack.record.verdict import Verdict
from mtrack.verify.claims import AgreementClaim, InvoiceClaim, MilestoneClaim, SignoffClaim
from mtrack.verify.protocol import Job
from mtrack.verify.store import content_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal
    from types import TracebackType
    from typing import Self

    from mtrack.record.evidence import Named, State
    from mtrack.record.model import Agreement, Invoice, Milestone, Project, Verified
    from mtrack.record.verdict import Field, Subject
    from mtrack.rules.context import ProjectContext
    from mtrack.verify.pool import Pool
    from mtrack.verify.protocol import Examined, Trouble
    from mtrack.verify.store import Store


class _Task(Struct, frozen=True):
    """A job, and what to say where a file of it can't be read."""

    job: Job
    subject: Subject
    id: str | None
    field: Field
    recorded: str | None


class Verifier:
    """Looks papers up in the store, has the others read, and closes the workers at the end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool: Pool | None = None
        self.lasting = True
        """Whether the result is repeatable: no worker died, and none took too long."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def __call__(self, context: ProjectContext) -> tuple[Verdict, ...]:
        """The verdicts of the papers on each recorded value of a project."""
        return self.verdicts(context.project, context.files)

    def verdicts(self, project: Project, files: Sequence[tuple[Named, State]]) -> tuple[Verdict, ...]:
        """The verdicts of the papers on each recorded value of a project; `files` are those its records name."""
        accepted = tuple(_accepted(project, files))
        holds = bool(accepted) and not accepted[0].changed
        tasks = [task for task in _tasks(project, files) if not (holds and task.subject == "agreement")]
        examined = self._examined([task.job for task in tasks])
        found = (_verdicts(task, result) for task, result in zip(tasks, examined, strict=True))
        return (*accepted, *(verdict for verdicts in found for verdict in verdicts))

    def _examined(self, jobs: list[Job]) -> list[Examined]:
        content_of = cache(content_digest)  # several records may name one file
        keys = [self._store.key(job, content_of) for job in jobs]
        known = [self._store.get(key) for key in keys]
        new = [i for i, examined in enumerate(known) if examined is None]
        if new:
            from mtrack.verify.pool import Pool  # noqa: PLC0415  (papers are seldom new)

            self._pool = self._pool or Pool()
            for i, examined in zip(new, self._pool.examine([jobs[i] for i in new]), strict=True):
                known[i] = examined
                self._store.put(keys[i], examined)
        found = [examined for examined in known if examined is not None]
        self.lasting = self.lasting and all(trouble.lasting for examined in found for trouble in examined.troubles)
        return found


def _tasks(project: Project, files: Sequence[tuple[Named, State]]) -> Iterator[_Task]:
    usable = [(named, state) for named, state in files if state.usable]
    agreement = project.agreement
    transcribed = any(named.kind == "transcript" for named, _ in usable)
    read = {"transcript" if transcribed else "agreement", "amendment"}
    papers = tuple((named.path, state.full) for named, state in usable if named.kind in read)
    if agreement is not None and papers:
        claim = agreement_claim(project, agreement)
        recorded = money.plain(claim.totals[0], 2) if claim.totals else None
        yield _Task(Job(claim, papers), "agreement", None, "total", recorded)
    milestones = {milestone.id: milestone for milestone in project.milestones}
    all_claims = _milestones(project)
    for named, state in usable:
        paper = ((named.path, state.full),)
        if named.kind == "signoff" and named.milestone is not None:
            milestone = milestones[named.milestone]
            yield _Task(
                Job(signoff_claim(milestone, all_claims), paper), "signoff", milestone.id, "milestone", milestone.id
            )
        elif named.invoice is not None:
            number = named.invoice.number
            yield _Task(Job(invoice_claim(project, named.invoice), paper), "invoice", number, "number", number)


def agreement_digest(files: Sequence[tuple[Named, State]]) -> str | None:
    """The SHA-256 of the agreement's file followed by the amendments'; None where one can't be read."""
    papers = [state for named, state in files if named.kind in {"agreement", "amendment"}]
    return (
        content_digest(*(state.full for state in papers)) if papers and all(state.usable for state in papers) else None
    )


def _accepted(project: Project, files: Sequence[tuple[Named, State]]) -> Iterator[Verdict]:
    """The amounts that someone has compared with the agreement, or that they are no longer those."""
    agreement = project.agreement
    verified = agreement.verified if agreement is not None else None
    if agreement is None or verified is None:
        return
    who = f"{verified.by} on {verified.date}" if verified.by else f"someone on {verified.date}"
    digest = agreement_digest(files)
    changed = _changed(project, digest, verified)
    if changed is not None:
        note = f"{changed} since {who} compared them with the records"
        other = digest != verified.sha256
        yield Verdict(
            "agreement", None, "amount", verified.sha256 if other else None, "differs", digest if other else None,
            agreement.file, note=note, changed=True,
        )  # fmt: skip
        return
    for milestone in project.milestones:
        amount = money.plain(milestone.amount, 2)
        note = f"compared by {who}"
        yield Verdict("milestone", milestone.id, "amount", amount, "confirmed", amount, agreement.file, note=note)


def _changed(project: Project, digest: str | None, verified: Verified) -> str | None:
    """The change since the agreement was compared, as the begin of a sentence; None where there is none."""
    if digest != verified.sha256:
        return "the agreement's files have changed"
    now = {milestone.id: milestone.amount for milestone in project.milestones}
    other = [key for key in {**verified.amounts, **now} if verified.amounts.get(key) != now.get(key)]
    return f"the amount of {' and '.join(other[:3])} has changed" if other else None


def _milestones(project: Project) -> tuple[MilestoneClaim, ...]:
    return tuple(MilestoneClaim(one.id, one.name, one.amount) for one in project.milestones)


def agreement_claim(project: Project, agreement: Agreement) -> AgreementClaim:
    """The claim of the records on the agreement: the total and count as first agreed, and after each amendment."""
    totals: list[Decimal] = [] if agreement.total is None else [agreement.total]
    counts: list[int] = [] if agreement.milestones is None else [agreement.milestones]
    for amendment in agreement.amendments:
        if totals and amendment.amount:
            totals.append(money.plus(totals[-1], amendment.amount))
        if counts and amendment.milestones:
            counts.append(counts[-1] + amendment.milestones)
    terms = agreement.payment_terms
    return AgreementClaim(
        project.currency,
        _milestones(project),
        tuple(totals),
        tuple(counts),
        agreement.signed,
        None if terms is None or (terms.month_end is not None and terms.days == 0) else terms.days,
        agreement.tax_rate,
    )


def invoice_claim(project: Project, invoice: Invoice) -> InvoiceClaim:
    """The claim of the records on an invoice's paper."""
    return InvoiceClaim(
        invoice.number,
        project.currency,
        invoice.amount,
        invoice.sent,
        invoice.tax or None,
        invoice.total,
        tuple(day for day in (invoice.due, *(part.due for part in invoice.instalments)) if day is not None),
        invoice.is_credit_note,
    )


def signoff_claim(milestone: Milestone, claims: tuple[MilestoneClaim, ...]) -> SignoffClaim:
    """The claim of the records on a milestone's sign-off, given those on all milestones: it may speak of one near it."""
    above = max(0, min(milestone.index - limits.NEAR // 2, len(claims) - limits.NEAR))
    return SignoffClaim(milestone.id, claims[above : above + limits.NEAR], milestone.approved, above)


def _verdicts(task: _Task, examined: Examined) -> Iterator[Verdict]:
    """The verdicts of a job; a file that can't be read stands for itself, and for all that was not found without it."""
    for trouble in examined.troubles:
        yield _unreadable(task, trouble)
    if not examined.troubles:
        yield from examined.verdicts
        return
    first = examined.troubles[0]
    found = examined.verdicts or tuple(_unseen(task.job))
    for verdict in found:
        if verdict.verdict != "not_found":
            yield verdict
        elif verdict.subject == "milestone":
            yield replace(
                verdict,
                verdict="unreadable",
                found=None,
                file=first.path,
                note=first.reason,
                quote=None,
                damaged=first.damaged,
            )


def _unreadable(task: _Task, trouble: Trouble) -> Verdict:
    return Verdict(
        task.subject,
        task.id,
        task.field,
        task.recorded,
        "unreadable",
        file=trouble.path,
        note=trouble.reason,
        damaged=trouble.damaged,
    )


def _unseen(job: Job) -> Iterator[Verdict]:
    """The verdicts for an agreement that can't be compared: each amount not found."""
    if isinstance(job.claim, AgreementClaim):
        for milestone in job.claim.milestones:
            yield Verdict("milestone", milestone.id, "amount", money.plain(milestone.amount, 2), "not_found")
