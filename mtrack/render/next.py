"""`mtrack next`: text, JSON (version 1, `schemas/next.schema.json`), Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.render.cells import Amount, Column, Kind, amounts, texts
from mtrack.render.json_text import json_text
from mtrack.render.left_out import tell_left_out, write_left_out
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Screen, styled
from mtrack.render.wording import OVERLAP_MARK, STATES, Wording
from mtrack.render.words import capital, count
from mtrack.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from mtrack.render.cells import Value
    from mtrack.views.tasks import Task, TasksView

SHOWN = 3
"""How many tasks of a verb and currency the text shows without --all."""
HEADINGS = {
    "correct": (OVERLAP_MARK, "correct"),
    "chase": (STATES["overdue"][0], "chase"),
    "bill": (STATES["to_bill"][0], "bill"),
    "approve": (STATES["ahead"][0], "get approved, then bill"),
    "deliver": (STATES["ahead"][0], "deliver"),
    "soon": ("◷", "soon"),
    "tidy": ("·", "tidy the records"),
}
_TINTS = {"correct": "red", "chase": "red", "bill": "yellow"}


_COLUMNS = (
    Column("what"),
    Column("project", keep=6),
    Column("since", keep=5),
    Column("amount", Kind.AMOUNT),
    Column("about", keep=4),
)


def _groups(view: TasksView) -> Iterator[tuple[str, list[Task]]]:
    for verb, tasks in groupby(view.tasks, key=lambda task: task.verb):
        yield verb, list(tasks)


def _shown(tasks: list[Task], most: int | None) -> list[Task]:
    """The first tasks of each currency."""
    if most is None:
        return tasks
    seen: dict[str, int] = {}
    shown: list[Task] = []
    for task in tasks:
        currency = task.project.currency if task.project and task.amount is not None else ""
        seen[currency] = seen.get(currency, 0) + 1
        if seen[currency] <= most:
            shown.append(task)
    return shown


def _what(task: Task) -> str:
    """The milestone or invoice it is about."""
    milestone = f"{task.milestone} {task.name}" if task.milestone and task.name else task.milestone
    if task.invoice and milestone:
        return f"{task.invoice}, {milestone}"
    return task.invoice or milestone or (task.file or task.path if task.project is None else task.file or "the record")


def _when(task: Task) -> str:
    """How long it waits, or when it comes."""
    if task.days is None:
        return ""
    if task.verb == "soon":
        return "today" if task.days == 0 else f"in {count(-task.days, 'day')}"
    days = count(task.days, "day")
    return f"{days} late" if task.verb == "chase" else days


def _row(task: Task) -> tuple[Value, ...]:
    project = task.project
    amount = None if task.amount is None or project is None else Amount(task.amount, project.places, project.currency)
    step = RULES[task.rule].next_step if task.rule in RULES else ""
    about = step or task.message if task.verb in ("correct", "tidy") else task.contact or ""
    return _what(task), project.name if project else "", _when(task), amount, about


def text(view: TasksView, width: int, *, colour: bool, everything: bool = False) -> str:
    """The tasks by verb, the first of each currency; the first thing to do at the end."""
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    title = f"to do as of {wording.day(view.as_of)}"
    screen.line(styled((Apart(view.name), f": {title}") if view.name else capital(title), "bold"))
    if not view.tasks:
        screen.line()
        screen.line("nothing to do")
    for verb, tasks in _groups(view):
        mark, heading = HEADINGS[verb]
        screen.line()
        sums = view.sums.get(verb, {}).items()
        whole = ", ".join(wording.money(amount, code, view.places[code]) for code, amount in sums)
        screen.line(styled(f"{mark} {capital(heading)}", "bold"), f"  {whole}" if whole else "")
        table = Table(wording, *_COLUMNS, ruled=False)
        shown = _shown(tasks, None if everything else SHOWN)
        for task in shown:
            table.row(*_row(task), style=_TINTS.get(verb))
        table.print(screen, "  ")
        if more := len(tasks) - len(shown):
            screen.line(f"  and {count(more, 'more', 'more')} (--all shows them)")
    if view.tasks:
        first = view.tasks[0]
        screen.line()
        screen.line("first: ", styled(HEADINGS[first.verb][1], "bold"), f": {first.message}")
    screen.tell_hidden_columns()
    tell_left_out(screen, view)
    return screen.text()


def markdown(view: TasksView) -> str:
    """A table a verb, with all tasks."""
    wording = Wording(view.locale)
    page = Document(wording)
    page.heading(2, f"To do as of {view.as_of.isoformat()}")
    if not view.tasks:
        page.paragraph("Nothing to do.")
    columns = (*texts("What", "Project", "Since"), *amounts("Amount"), Column("About"))
    for verb, tasks in _groups(view):
        page.heading(3, " ".join((HEADINGS[verb][0], capital(HEADINGS[verb][1]))))
        page.table(columns, map(_row, tasks))
    write_left_out(page, view)
    return page.text()


def json(view: TasksView) -> str:
    """Version 1 of the machine format."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "items": [_json_task(task) for task in view.tasks],
            "sums": {
                verb: {currency: money.plain(amount, view.places[currency]) for currency, amount in sums.items()}
                for verb, sums in view.sums.items()
            },
            "left_out": view.left_out.count,
        }
    )


def _json_task(task: Task) -> dict[str, Any]:
    project = task.project
    return {
        "verb": task.verb,
        "project": project.folder if project else None,
        "path": task.path,
        "client": project.client if project else None,
        "contact": task.contact,
        "milestone": task.milestone,
        "invoice": task.invoice,
        "file": task.file,
        "rule": task.rule,
        "amount": money.plain(task.amount, project.places) if project and task.amount is not None else None,
        "currency": project.currency if project and task.amount is not None else None,
        "since": task.since.isoformat() if task.since else None,
        "days": task.days,
        "message": task.message,
    }


FORMATS = {"json": json, "md": markdown}
"""The formats that need to know nothing of a terminal."""
