"""Tasks as the pages list them: by verb, each a row with a link to its record."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import limits
from mtrack.render.next import HEADINGS, TO_DO, about, by_verb, first_of, what
from mtrack.site.cells import Contact, Unit, contact
from mtrack.words import capital, count
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mtrack.record.model import Heading
    from mtrack.site.links import PageLinks
    from mtrack.views.tasks import Task

MARKS = {
    "correct": "alarm",
    "chase": "overdue",
    "bill": "to_bill",
    "approve": "ahead",
    "deliver": "ahead",
    "soon": "soon",
    "tidy": "tidy",
}
"""The mark of a verb: that of the state of its money."""


class TaskRow(Struct, frozen=True):
    """A task: what it is about and where that stands, its project, how long it waits, its amount, whom to ask or how."""

    what: str
    href: str | None
    project: Heading | None
    when: str
    amount: Decimal | None
    unit: Unit | None
    contact: Contact | None
    step: str | None


class VerbRows(Struct, frozen=True):
    """The tasks of a verb: its mark, its word, what they are about per currency, the rows; `more` are on the page of all.

    `href` leads to all of them there, that of a sum to those in its currency.
    """

    verb: str
    mark: str
    word: str
    sums: tuple[TaskSum, ...]
    rows: tuple[TaskRow, ...]
    count: int
    more: int
    href: str


class TaskSum(Struct, frozen=True):
    """What the tasks of a verb are about in one currency, and where they are."""

    amount: Decimal
    unit: Unit
    href: str


def verb_rows(  # noqa: PLR0913
    tasks: Iterable[Task],
    sums: Mapping[str, Mapping[str, Decimal]],
    units: Mapping[str, Unit],
    links: PageLinks,
    *,
    everything: bool = False,
    project: str | None = None,
) -> list[VerbRows]:
    """Tasks in their order by verb, of each the first of every currency, or all of them; those of a project, or of all."""
    return [
        _verb(verb, found, sums.get(verb, {}), units, links, everything=everything, project=project)
        for verb, found in by_verb(tasks)
    ]


def _verb(  # noqa: PLR0913
    verb: str,
    found: Sequence[Task],
    sums: Mapping[str, Decimal],
    units: Mapping[str, Unit],
    links: PageLinks,
    *,
    everything: bool,
    project: str | None,
) -> VerbRows:
    shown = found if everything else first_of(found)
    if project is not None:
        shown = shown[: limits.PAGE_ROWS]
    return VerbRows(
        verb,
        MARKS[verb],
        capital(HEADINGS[verb][1]),
        tuple(
            TaskSum(
                sums[currency],
                unit,
                links.tasks(verb=verb, project=project) if project else links.tasks(verb=verb, currency=currency),
            )
            for currency, unit in units.items()
            if currency in sums
        ),
        tuple(task_row(task, units, links) for task in shown),
        len(found),
        len(found) - len(shown),
        links.tasks(verb=verb, project=project),
    )


def task_row(task: Task, units: Mapping[str, Unit], links: PageLinks) -> TaskRow:
    """A task as a row; one about the settings, a folder without records or a misnamed file has no page to lead to."""
    project = task.project
    by_step = task.verb in TO_DO
    invoice = task.invoice if task.verb in ("chase", "soon") or task.milestone is None else None
    href = None
    if project is not None:
        href = links.project(project.folder, milestone=None if invoice else task.milestone, invoice=invoice)
    elif task.folder is not None and task.path == join(task.folder, RECORDS):
        href = links.project(task.folder)
    return TaskRow(
        what=what(task),
        href=href,
        project=project,
        when=_when(task),
        amount=task.amount,
        unit=units[task.currency] if task.currency else None,
        contact=None if by_step else contact(task.contact),
        step=about(task) if by_step else None,
    )


def _when(task: Task) -> str:
    """The days that it waits, or until it comes: "25 days late"; a record that is wrong may be dated later."""
    if task.days is None:
        return ""
    if task.verb == "soon" or task.days < 0:
        return "today" if task.days == 0 else f"in {count(-task.days, 'day')}"
    return f"{count(task.days, 'day')} late" if task.verb == "chase" else count(task.days, "day")
