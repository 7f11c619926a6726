"""`mtrack next`: text, JSON (version 1, `schemas/next.schema.json`), Markdown."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.render.cells import Amount, Column, Kind, amounts, texts
from mtrack.render.json_text import json_text
from mtrack.render.left_out import warn_of_left_out, write_left_out
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Prose, Screen, Whole, styled
from mtrack.render.wording import OVERLAP_MARK, STATES, Wording
from mtrack.rules import RULES
from mtrack.views.tasks import VERBS
from mtrack.words import capital, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from mtrack.views.tasks import Task, TasksView

SHOWN = 3
"""The number of tasks of a verb and currency that the text shows without --all."""
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


TO_DO = ("correct", "tidy")
"""The verbs of which what to do must be said; of the others whom to contact."""


def _columns(verb: str) -> tuple[Column, ...]:
    about = Column("what to do", keep=7) if verb in TO_DO else Column("contact", keep=4)
    return Column("what"), Column("project", keep=6), Column("since", keep=5), Column("amount", Kind.AMOUNT), about


def by_verb(tasks: Iterable[Task]) -> Iterator[tuple[str, list[Task]]]:
    """Tasks in their order, verb by verb."""
    for verb, group in groupby(tasks, key=lambda task: task.verb):
        yield verb, list(group)


def first_of(tasks: Iterable[Task]) -> list[Task]:
    """The first tasks of each currency."""
    seen: dict[str, int] = {}
    shown: list[Task] = []
    for task in tasks:
        seen[task.currency] = seen.get(task.currency, 0) + 1
        if seen[task.currency] <= SHOWN:
            shown.append(task)
    return shown


def what(task: Task) -> str:
    """The milestone or invoice it is about."""
    milestone = f"{task.milestone} {task.name}" if task.milestone and task.name else task.milestone
    if task.invoice and milestone:
        return f"{task.invoice}, {milestone}"
    if task.project is None or task.file is None:
        return task.invoice or milestone or (task.path if task.project is None else "the record")
    return task.invoice or milestone or task.file.removeprefix(f"{task.project.folder}/")


def _when(task: Task) -> str:
    """The days that it waits, or until it comes; a record that is wrong may be dated later."""
    if task.days is None:
        return ""
    if task.verb == "soon" or task.days < 0:
        return "today" if task.days == 0 else f"in {-task.days:,} d"
    return f"{task.days:,} d late" if task.verb == "chase" else f"{task.days:,} d"


def row(task: Task) -> tuple[str, str, Whole, Amount | None, str]:
    """The subject, the project, since when, how much, and whom to contact or what to do."""
    project = task.project
    amount = None if task.amount is None or project is None else Amount(task.amount, project.decimals, project.currency)
    return what(task), project.name if project else "", Whole(_when(task)), amount, about(task)


def about(task: Task) -> str:
    """The next step, or the person to contact."""
    step = RULES[task.rule].next_step if task.rule in RULES else ""
    return step or task.rule or task.message if task.verb in TO_DO else task.contact or ""


def text(view: TasksView, width: int, *, colour: bool, everything: bool = False, height: int | None = None) -> str:
    """The tasks by verb, the first of each currency, a line each; the first thing to do at the end.

    Where the lines of a screen are given, what matters less is only counted, so that the rest fits on it.
    """
    caps: list[tuple[int, ...] | None] = [None]
    if height is not None and not everything:
        caps += _CAPS
    for cap in caps:
        most = dict(zip(VERBS, cap, strict=True)) if cap else {}
        shown = _screen(view, width, most, colour=colour, everything=everything)
        if height is None or shown.count("\n") < height:
            break
    return shown


_CAPS = (
    (9, 9, 9, 3, 3, 2, 2), (5, 5, 5, 2, 2, 1, 1), (3, 3, 3, 1, 1, 1, 0), (3, 2, 2, 1, 1, 0, 0), (2, 1, 1, 1, 1, 0, 0),
    (1, 1, 1, 1, 0, 0, 0), (1, 1, 1, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0),
)  # fmt: skip
"""The number of tasks of each verb shown at most where a screen has not the room for more."""


def _screen(view: TasksView, width: int, most: dict[str, int], *, colour: bool, everything: bool) -> str:
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    title = f"to do as of {wording.day(view.as_of)}"
    screen.line(styled((Apart(view.name), f": {title}") if view.name else capital(title), "bold"))
    if not view.tasks:
        screen.line("nothing to do")
    for verb, tasks in by_verb(view.tasks):
        shown = tasks if everything else first_of(tasks)[: most.get(verb)]
        _heading(screen, view, verb, len(tasks) - len(shown), wording)
        fitting = shown[: screen.room]
        _lines(screen, fitting, verb, wording)
        screen.tell_more(len(shown) - len(fitting), "like these", _INDENT)
    screen.tell_hidden_columns()
    warn_of_left_out(screen, view)
    if view.tasks:
        tell_first(screen, view.tasks[0].message, view.tasks[0].hint)
    return screen.text()


def _heading(screen: Screen, view: TasksView, verb: str, more: int, wording: Wording) -> None:
    """A verb with its sums, and how many more tasks it has than are shown."""
    mark, words = HEADINGS[verb]
    sums = view.sums.get(verb, {}).items()
    whole = ", ".join(wording.money(amount, code, view.decimals[code]) for code, amount in sums)
    rest = f"  and {count(more, 'more', 'more')} (--all)" if more else ""
    screen.line(styled(f"{mark} {capital(words)}", "bold"), f"  {whole}" if whole else "", rest, hang=2)


def _lines(screen: Screen, tasks: list[Task], verb: str, wording: Wording) -> None:
    """A line per task where that is possible without cutting a word; else names take several."""
    tight, loose = (Table(wording, *_columns(verb), ruled=False, headed=False, whole=whole) for whole in (True, False))
    for task in tasks:
        tight.row(*row(task), style=_TINTS.get(verb))
        loose.row(*row(task), style=_TINTS.get(verb))
    if tasks:
        (tight if tight.fits(screen, _INDENT) else loose).print(screen, _INDENT)


_INDENT = "  "


def tell_first(screen: Screen, message: str, hint: str | None) -> None:
    """The first thing to do, and the command for it: the first of several; `mtrack lint` lists them all."""
    screen.line(styled("first: ", "bold"), Prose(message), hang=2)
    if hint:
        way, _, others = hint.partition("; or ")
        screen.line("  ", Prose(way if "mtrack " in way or not others else hint), hang=4)


def first(message: str, hint: str | None, width: int, *, colour: bool) -> str:
    """The first thing to do, as other views end with it."""
    screen = Screen(colour=colour, width=width)
    screen.line()
    tell_first(screen, message, hint)
    return screen.text()


def markdown(view: TasksView) -> str:
    """A table per verb, with all tasks."""
    wording = Wording(view.locale)
    page = Document(wording)
    page.heading(2, f"To do as of {view.as_of.isoformat()}")
    if not view.tasks:
        page.paragraph("Nothing to do.")
    columns = (*texts("What", "Project", "Since"), *amounts("Amount"), Column("About"))
    for verb, tasks in by_verb(view.tasks):
        page.heading(3, " ".join((HEADINGS[verb][0], capital(HEADINGS[verb][1]))))
        page.table(columns, map(row, tasks))
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
                verb: {currency: money.plain(amount, view.decimals[currency]) for currency, amount in sums.items()}
                for verb, sums in view.sums.items()
            },
            "left_out": view.left_out.count,
        }
    )


def _json_task(task: Task) -> dict[str, Any]:
    project = task.project
    return {
        "verb": task.verb,
        "project": task.folder,
        "path": task.path,
        "client": project.client if project else None,
        "contact": task.contact,
        "milestone": task.milestone,
        "invoice": task.invoice,
        "file": task.file,
        "rule": task.rule,
        "amount": money.plain(task.amount, project.decimals) if project and task.amount is not None else None,
        "currency": project.currency if project and task.amount is not None else None,
        "since": task.since.isoformat() if task.since else None,
        "days": task.days,
        "message": task.message,
    }


FORMATS = {"json": json, "md": markdown}
"""The formats that need to know nothing of a terminal."""
