"""Helpers of the rules about papers: the problem that a verdict makes, its place and its words."""

from __future__ import annotations

import posixpath
from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack.finding import Place, Problem
from mtrack.workspace import join

if TYPE_CHECKING:
    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Milestone, Project
    from mtrack.record.verdict import Verdict
    from mtrack.rules.context import ProjectContext

_KEYS = {"net": "amount", "count": "milestones", "terms": "payment_terms", "sent": "sent", "kind": "number"}
"""The key of a field that is called something else."""
FIELDS = {
    "net": "net amount", "terms": "payment terms", "count": "number of milestones", "signed": "signed date",
    "sent": "date", "due": "due date",
}  # fmt: skip
_MONEY = frozenset({"amount", "total", "net", "tax", "gross"})


def about_verdict(
    context: ProjectContext, verdict: Verdict, message: str, hint: str, *, route: Route | None = None
) -> Problem:
    """A problem at the recorded value, with the paper as its related place."""
    project = context.project
    invoice = invoice_of(context, verdict) if verdict.subject == "invoice" else None
    milestone = (
        verdict.id if verdict.subject in {"milestone", "signoff"} else invoice.only_milestone if invoice else None
    )
    related: tuple[tuple[Place, str], ...] = ()
    path = None if verdict.file is None else join(project.folder, posixpath.normpath(verdict.file))
    if path is not None:
        page = "" if verdict.page is None else f"page {verdict.page}: "
        said = "the paper" if verdict.quote is None else f'{page}"{verdict.quote}"'
        related = ((Place(path, line=verdict.line), said),)
    return Problem(
        place=_place(context, verdict) if route is None else project.place(*route),
        message=message,
        hint=hint,
        milestone=milestone,
        invoice=invoice.number if invoice else None,
        about=path,
        related=related,
    )


def _place(context: ProjectContext, verdict: Verdict) -> Place:
    """The recorded value; the first key of its mapping where there is none."""
    project, route = context.project, _route(context, verdict)
    key = _KEYS.get(verdict.field, verdict.field)
    if verdict.subject == "signoff":
        return project.place(*route, "deliverable", "signoff" if verdict.field == "milestone" else "approved")
    if verdict.field == "currency":
        return project.place("currency") if project.sets_currency else project.place("project", key=True)
    if verdict.field == "gross" or (verdict.field == "tax" and verdict.recorded is None):
        return project.first_key(*route)
    if verdict.field == "amount" and verdict.subject == "agreement":
        return project.place("agreement", "file")
    if verdict.field == "net" and invoice_of(context, verdict).total is not None:
        key = "total"
    return project.place(*route, key)


def _route(context: ProjectContext, verdict: Verdict) -> Route:
    if verdict.subject == "agreement":
        return ("agreement",)
    if verdict.subject == "invoice":
        return invoice_of(context, verdict).route
    return _milestone_of(context, verdict).route


def invoice_of(context: ProjectContext, verdict: Verdict) -> Invoice:
    """The invoice that a verdict is about."""
    return context.invoice_by_number[verdict.id or ""]


def _milestone_of(context: ProjectContext, verdict: Verdict) -> Milestone:
    return context.milestone_by_id[verdict.id or ""]


def subject_text(context: ProjectContext, verdict: Verdict) -> str:
    """The subject of a verdict, as messages name it."""
    if verdict.id is not None:
        return _milestone_of(context, verdict).label
    return f"the agreement's {FIELDS.get(verdict.field, verdict.field)}"


def value_text(project: Project, field: str, value: str | None) -> str:
    """A recorded or found value as messages write it."""
    if value is None:
        return ""
    if field in _MONEY:
        return project.money(Decimal(value))
    return f"{value} days" if field == "terms" else value


def place_text(verdict: Verdict, separator: str = ",") -> str:
    """The place in a paper, as people give it: "sow.pdf p. 1, l. 7"."""
    if verdict.file is None:
        return ""
    page = "" if verdict.page is None else f" p. {verdict.page},"
    line = "" if verdict.line is None else f" l. {verdict.line}"
    return f"{separator} {posixpath.basename(verdict.file)}{page}{line}"
