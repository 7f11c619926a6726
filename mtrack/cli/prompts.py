"""Questions on a terminal for what a command that records was not given: project, milestone, invoice, number."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import click

from mtrack import workspace
from mtrack.characters import is_text, seen_tight
from mtrack.check.pipeline import check, of_each
from mtrack.check.workspace import open_workspace
from mtrack.cli import output, values
from mtrack.edit import create, find, verbs
from mtrack.errors import UsageError
from mtrack.record import settings as settings_module
from mtrack.render.terminal import safe
from mtrack.rules.facts import Entry, facts
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from mtrack.edit.find import Target
    from mtrack.edit.transaction import Options
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.money import Rate
    from mtrack.rules.context import ProjectContext

T = TypeVar("T")

LISTED = 30
"""The number of choices that are shown."""
_QUESTIONS = {
    "PROJECT": "which project",
    "MILESTONE": "which milestone",
    "NUMBER": "which invoice",
    "NEW_NUMBER": "the credit note's number",
    "INVOICE_NUMBER": "the invoice's number",
    "FOLDER": "the project's folder",
    "NAME": "the milestone's name",
    "AMOUNT": "the amount, net",
    "RULE": "which rule",
    "--currency": "the currency, as EUR",
    "--reason": "why",
    "--tax": "tax on top: an amount, or a rate as 19% (empty: none)",
    "--milestone": "a milestone, as NAME=AMOUNT",
    "SCHEDULE": "record these milestones (y/n)",
}
"""The questions for missing values, by the name of each on the command line."""


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


def one(
    name: str,
    check: Callable[[str], T],
    choices: Sequence[tuple[str, str]] = (),
    default: str | None = None,
    more: str = "",
) -> T:
    """Ask for one thing, its choices listed, one alone by default; ask again where `check` raises UsageError.

    `name` is what it is called on the command line, `more` what is added to the question.
    """
    require_terminal(name)
    for value, about in choices[:LISTED]:
        output.note(f"  {value}  {about}".rstrip())
    if len(choices) > LISTED:
        output.note(f"  … and {len(choices) - LISTED:,} more")
    if default is None and len(choices) == 1:
        default = choices[0][0]

    def checked(answer: str) -> T:
        if not is_text(answer):
            message = f"'{safe(answer)}' is not text in UTF-8"
            raise click.UsageError(message)
        try:
            return check(answer.strip())
        except UsageError as error:
            raise click.UsageError(safe(str(error))) from None

    question = _QUESTIONS[name] + more + (f" [{safe(default)}]" if default else "")
    return click.prompt(question, default=default, value_proc=checked, show_default=False, err=True)


def folder() -> Target:
    """The folder of a project to be, as it is typed."""
    require_terminal("PROJECT")
    return one("FOLDER", create.place)


def project(wanted: str | None, can: Callable[[ProjectContext], bool] | None = None) -> Target:
    """The project that is wanted, else the one that the current folder is in, else the one chosen.

    Offered are those of which `can` holds.
    """
    if wanted is not None:
        return find.project(wanted)
    here = find.here()
    if here is not None:
        return here
    require_terminal("PROJECT")
    root = workspace.find_root(".")
    folders = find.projects(root)
    if not folders:
        message = "there is no project here; mtrack new makes one"
        raise UsageError(message)
    if can is not None:
        found = of_each(open_workspace(root, date.max), lambda item: (item.project.folder, can(item)))
        folders = tuple(folder for folder, fits in found if fits)
    return one("PROJECT", find.project, [(folder, "") for folder in folders])


def project_and_words(
    words: Sequence[str | None], most: int, can: Callable[[ProjectContext], bool] | None = None
) -> tuple[Target, list[str | None]]:
    """The project and the other words of a command line on which PROJECT, the first of `most`, may be left out.

    It may be inside a project's folder: there the first of fewer words is the project only where it names one, and no
    milestone of the project one stands in. What is not given is None.
    """
    given = [word for word in words if word is not None]
    here = find.here()
    if here is not None and len(given) < most and not (given and _is_project(given[0], here)):
        target, rest = here, given
    else:
        target, rest = project(given[0] if given else None, can), given[1:]
    return target, [*rest, *[None] * (most - 1 - len(rest))]


def _is_project(word: str, here: Target) -> bool:
    """Whether a word means a project rather than a milestone of the project one stands in."""
    project_context = _context(here, date.max)
    try:
        if project_context is not None and find.milestone(project_context.project, word):
            return False
    except UsageError:
        pass
    try:
        find.project(word)
    except UsageError:
        return False
    return True


def _context(target: Target, as_of: date) -> ProjectContext | None:
    """A project as it stands on a day; None where its records are broken."""
    settings = settings_module.load(target.root)
    loaded = find.load(target.root, as_of, settings, {target.folder: find.read(target.root, target.folder)})
    return loaded.open(target.folder)[1]


def open_project(project_context: ProjectContext) -> bool:
    """Whether a project is not closed."""
    return project_context.project.closed is None


def found_rules(target: Target | None, as_of: date) -> list[tuple[str, str]]:
    """The rules that find something in a project, or in the workspace, that no waiver accepts; with how much."""
    root = workspace.find_root(".") if target is None else target.root
    report = check(open_workspace(root, as_of)).report
    names = Counter(
        finding.rule
        for finding in report.findings
        if not finding.waived and (target is None or finding.project == target.folder)
    )
    return [(name, count(number, "finding")) for name, number in sorted(names.items())]


def to_deliver(item: MilestoneFigures) -> bool:
    """Whether a milestone can be delivered."""
    return not item.milestone.cancelled and item.milestone.completed is None


def to_approve(item: MilestoneFigures) -> bool:
    """Whether a milestone can be approved."""
    return not item.milestone.cancelled and item.milestone.approved is None


def to_bill(item: MilestoneFigures) -> bool:
    """Whether something of a milestone can be billed."""
    return not item.milestone.cancelled and (item.unbilled > 0 or not item.milestone.amount)


def to_hold(item: MilestoneFigures) -> bool:
    """Whether a milestone can be put on hold."""
    return to_bill(item) and not item.milestone.hold


def held(item: MilestoneFigures) -> bool:
    """Whether a milestone is on hold."""
    return item.milestone.hold


def not_cancelled(item: MilestoneFigures) -> bool:
    """Whether a milestone is not cancelled."""
    return not item.milestone.cancelled


def milestone(
    target: Target, as_of: date, wanted: str | None, can: Callable[[MilestoneFigures], bool] = not_cancelled
) -> str:
    """The id or name that is wanted, else the one chosen among those of which `can` holds; looked up when the edit is made."""
    if wanted is not None:
        return wanted
    require_terminal("MILESTONE")
    project_context = _context(target, as_of)
    if project_context is None:
        return ""  # the record is broken: the edit will say so
    choices = [
        (item.milestone.id, f"{item.milestone.name}, {item.expected_status.replace('_', ' ')}")
        for item in project_context.whole_ledger.milestones
        if can(item)
    ]
    if not choices:
        message = f"no milestone of {target.label} is left for this"
        raise UsageError(message)
    return one("MILESTONE", lambda answer: find.milestone(project_context.project, answer).id, choices)


def reason(given: str | None) -> str | None:
    """The reason that is given, else the one typed on a terminal; an empty answer is none."""
    if given is not None or not can_ask():
        return given
    return one("--reason", str, default="", more=" (empty: no reason)") or None


def new_number(target: Target, given: Options, sent: date | None, wanted: str | None, *, credit: bool = False) -> str:
    """The number that is wanted for a new invoice or credit note, else the one typed, by default the next one free."""
    name = "NEW_NUMBER" if credit else "NUMBER"
    if wanted is None:
        require_terminal(name)
        wanted = one(
            "NEW_NUMBER" if credit else "INVOICE_NUMBER",
            not_empty(name),
            default=_next_number(target, given.as_of, sent or given.as_of, credit=credit),
        )
    return not_empty(name)(wanted)


def not_empty(name: str) -> Callable[[str], str]:
    """A check of an answer: it must say something."""

    def check(text: str) -> str:
        if not seen_tight(text):
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


def is_number(word: str, project: str | None) -> bool:
    """Whether a word is the number of an invoice here."""
    target = find.project(project) if project is not None else None
    return find.is_number(word, workspace.find_root(".") if target is None else target.root, target)


def tax(target: Target, as_of: date) -> Decimal | Rate | None:
    """The tax of an invoice, typed on a terminal where no rate is set; an empty answer is none."""
    project_context = _context(target, as_of) if can_ask() else None
    if project_context is None or verbs.tax_rate(project_context) is not None:
        return None
    kind = values.AmountOrRate()
    return one("--tax", lambda text: kind.convert(text, None, None) if text else None, default="")


def owing(item: InvoiceFigures) -> bool:
    """Whether money is outstanding on an invoice."""
    return bool(item.outstanding)


def disputable(item: InvoiceFigures) -> bool:
    """Whether money is outstanding on an invoice that is not disputed."""
    return owing(item) and item.invoice.disputed is None


def disputed(item: InvoiceFigures) -> bool:
    """Whether an invoice is disputed."""
    return item.invoice.disputed is not None


def standing(item: InvoiceFigures) -> bool:
    """Whether an invoice is not void."""
    return item.invoice.void is None


def creditable(item: InvoiceFigures) -> bool:
    """Whether a credit note can still take something of an invoice back."""
    return item.live and not item.invoice.is_credit_note


def invoice(
    number: str | None, project: str | None, as_of: date, offered: Callable[[InvoiceFigures], bool] = owing
) -> tuple[Target, str]:
    """The project an invoice is in, and its number as the user wrote it; `offered` are those to choose from.

    A number that stands in several projects means the one that the current folder is in.
    """
    target = find.project(project) if project is not None else None
    root = workspace.find_root(".") if target is None else target.root

    def check(answer: str) -> tuple[Target, str]:
        return target or find.with_number(answer, root, find.here()), answer

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
    if not choices:
        message = "there is no invoice that this could be for"
        raise UsageError(message)
    return one("NUMBER", check, choices)
