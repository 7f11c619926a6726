"""Builds the problems that rules yield about a milestone or an invoice: its place and names are filled in once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from mtrack import money
from mtrack.finding import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal
    from typing import Unpack

    from mtrack.finding import Place
    from mtrack.record.model import Heading, Invoice, Milestone
    from mtrack.rules.facts import InvoiceFacts


class More(TypedDict, total=False):
    """Further fields of a problem, as `Problem` has them; the amount is in the project's currency."""

    amount: Decimal
    since: date | None
    about: str
    left_out: bool
    related: tuple[tuple[Place, str], ...]
    milestone: str | None
    invoice: str | None


def about_milestone(
    project: Heading, milestone: Milestone, at: str | Place, message: str, hint: str, /, **more: Unpack[More]
) -> Problem:
    """A problem about a milestone; `at` is one of its keys, or a place elsewhere."""
    more.setdefault("milestone", milestone.id)
    return about_project(project, _place(project, milestone, at), message, hint, **more)


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
    more.setdefault("milestone", invoice.only_milestone)
    more.setdefault("invoice", invoice.number)
    return about_project(project, _place(project, invoice, at), message, hint, **more)


def about_project(project: Heading, place: Place, message: str, hint: str, /, **more: Unpack[More]) -> Problem:
    """A problem at a place of a project."""
    return Problem(place=place, message=message, hint=hint, currency=project.currency, **more)


def _place(project: Heading, record: Milestone | Invoice | InvoiceFacts, at: str | Place) -> Place:
    return project.place(*record.route, at) if isinstance(at, str) else at


def since_when(excess: Decimal, entries: Iterable[tuple[date, Decimal]]) -> date | None:
    """The day from which something is too much or too little by `excess`, given what each entry adds to that on its day.

    None where the entries don't say: without any of them there would be as much of it.
    """
    by_day: dict[date, Decimal] = {}
    for day, amount in entries:
        by_day[day] = money.plus(by_day.get(day, money.ZERO), amount)
    for day in sorted(by_day, reverse=True):
        excess = money.minus(excess, by_day[day])
        if excess <= 0:
            return day
    return None
