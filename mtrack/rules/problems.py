"""Builds the problems that rules yield about a milestone or an invoice: its place and names are filled in once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from mtrack.finding import Place, Problem

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from typing import NotRequired, Unpack

    from mtrack.record.model import Heading, Invoice, Milestone
    from mtrack.rules.facts import InvoiceFacts


class More(TypedDict):
    """What else a problem says, as `Problem` has it; the amount is in the project's currency."""

    amount: NotRequired[Decimal]
    since: NotRequired[date | None]
    about: NotRequired[str]
    related: NotRequired[tuple[tuple[Place, str], ...]]
    milestone: NotRequired[str | None]
    invoice: NotRequired[str | None]


def about_milestone(
    project: Heading, milestone: Milestone, at: str | Place, message: str, hint: str, /, **more: Unpack[More]
) -> Problem:
    """A problem about a milestone; `at` is one of its keys, or a place elsewhere."""
    place = project.place(*milestone.route, at) if isinstance(at, str) else at
    return about_project(project, place, message, hint, **{"milestone": milestone.id, **more})


def about_invoice(
    project: Heading,
    invoice: Invoice | InvoiceFacts,
    at: str | Place,
    message: str,
    hint: str,
    /,
    **more: Unpack[More],
) -> Problem:
    """A problem about an invoice; `at` is one of its keys, or a place elsewhere."""
    place = project.place(*invoice.route, at) if isinstance(at, str) else at
    names: More = {"milestone": invoice.only_milestone, "invoice": invoice.number}
    return about_project(project, place, message, hint, **{**names, **more})


def about_project(project: Heading, place: Place, message: str, hint: str, /, **more: Unpack[More]) -> Problem:
    """A problem at a place of a project."""
    return Problem(
        place=place, message=message, hint=hint, currency=project.currency if "amount" in more else None, **more
    )
