"""What a command that records was not told, and asks for on a terminal: project, milestone, invoice, number."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

import click

from mtrack import workspace
from mtrack.check.pipeline import of_each
from mtrack.check.workspace import open_workspace
from mtrack.cli import output
from mtrack.edit import find, verbs
from mtrack.errors import UsageError
from mtrack.record import settings as settings_module
from mtrack.render.terminal import safe
from mtrack.rules.facts import Entry, facts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from mtrack.edit.find import Target
    from mtrack.edit.transaction import Options
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.rules.context import ProjectContext

T = TypeVar("T")

LISTED = 30
"""How many choices are shown."""


def can_ask() -> bool:
    """Whether questions can be asked: on a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def require_terminal(name: str) -> None:
    """Raise UsageError for what is missing and can't be asked for."""
    if not can_ask():
        context = click.get_current_context()
        usage = " ".join(context.command.collect_usage_pieces(context))
        message = f"{name} is missing: mtrack {context.info_name} {usage}"
        raise UsageError(message)


def one(name: str, check: Callable[[str], T], choices: Sequence[tuple[str, str]] = (), default: str | None = None) -> T:
    """Ask for one thing, its choices listed, one alone by default; ask again where `check` raises UsageError."""
    require_terminal(name)
    for value, about in choices[:LISTED]:
        output.note(f"  {value}  {about}".rstrip())
    if len(choices) > LISTED:
        output.note(f"  … and {len(choices) - LISTED:,} more")
    if default is None and len(choices) == 1:
        default = choices[0][0]

    def checked(answer: str) -> T:
        try:
            return check(answer.strip())
        except UsageError as error:
            raise click.UsageError(safe(str(error))) from None

    return click.prompt(name, default=default, value_proc=checked, show_default=bool(default), err=True)


def project(wanted: str | None) -> Target:
    """The project that is wanted, else the one that the current folder is, else the one chosen."""
    if wanted is not None:
        return find.project(wanted)
    if os.path.lexists(workspace.RECORDS):
        return find.project(".")
    require_terminal("PROJECT")
    folders = find.projects(workspace.find_root("."))
    if not folders:
        message = "there is no project here; mtrack new makes one"
        raise UsageError(message)
    return one("PROJECT", find.project, [(folder, "") for folder in folders])


def milestone(target: Target, as_of: date, wanted: str | None) -> str:
    """The id that is wanted, else the one chosen; it is looked up only when the edit is made."""
    if wanted is not None:
        return wanted
    require_terminal("MILESTONE")
    settings = settings_module.load(target.root)
    loaded = find.load(target.root, as_of, settings, {target.folder: find.read(target.root, target.folder)})
    project_context = loaded.open(target.folder)[1]
    if project_context is None:
        return ""  # the record is broken: the edit will say so
    choices = [
        (item.milestone.id, f"{item.milestone.name}, {item.expected_status.replace('_', ' ')}")
        for item in project_context.ledger.milestones
        if not item.milestone.cancelled
    ]
    return one("MILESTONE", lambda answer: find.milestone(project_context.project, answer).id, choices)


def new_number(target: Target, given: Options, sent: date | None, wanted: str | None, *, credit: bool = False) -> str:
    """The number that is wanted for a new invoice or credit note, else the one typed, by default the next one free."""
    name = "NEW_NUMBER" if credit else "NUMBER"
    if wanted is None:
        require_terminal(name)
        wanted = one(
            name, _not_empty(name), default=_next_number(target, given.as_of, sent or given.as_of, credit=credit)
        )
    return _not_empty(name)(wanted)


def _not_empty(name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text.strip():
            message = f"{name} is empty"
            raise UsageError(message)
        return text.strip()

    return check


def _next_number(target: Target, as_of: date, sent: date, *, credit: bool) -> str | None:
    """The number that comes next for a project, by all that the workspace has used."""
    found = list(of_each(open_workspace(target.root, as_of), facts))
    own = next((item.project for item in found if item.project.folder == target.folder), None)
    entries = [Entry(item.project, invoice) for item in found for invoice in item.invoices]
    return verbs.next_number(entries, own, sent, credit=credit) if own is not None else None


def owing(item: InvoiceFigures) -> bool:
    """Whether money is outstanding on an invoice."""
    return bool(item.outstanding)


def standing(item: InvoiceFigures) -> bool:
    """Whether an invoice is not void."""
    return item.invoice.void is None


def invoice(
    number: str | None, project: str | None, as_of: date, offered: Callable[[InvoiceFigures], bool] = owing
) -> tuple[Target, str]:
    """The project an invoice is in, and its number as the user wrote it; `offered` are those to choose from."""
    target = find.project(project) if project is not None else None
    root = workspace.find_root(".") if target is None else target.root

    def check(answer: str) -> tuple[Target, str]:
        return target or find.with_number(answer, root), answer

    if number is not None:
        return check(number)
    require_terminal("NUMBER")

    def of_project(context: ProjectContext) -> list[tuple[str, str]]:
        project = context.project
        if target is not None and target.folder != project.folder:
            return []
        return [
            (item.invoice.number, f"{project.folder}, {project.money(item.outstanding)} outstanding")
            for item in context.ledger.invoices
            if offered(item)
        ]

    choices = [choice for found in of_each(open_workspace(root, as_of), of_project) for choice in found]
    return one("NUMBER", check, choices)
