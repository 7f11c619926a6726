"""Rules about what a file holds: whether it can be read, what shape it has, what YAML cuts off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack.finding import Place, Problem, Severity
from mtrack.record import schema as schema_module
from mtrack.rules.registry import failure_rule, file_rule, project_rule
from mtrack.yaml.comments import number_signs
from mtrack.yaml.flaw import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.errors import Failure
    from mtrack.finding import Route
    from mtrack.rules.context import ProjectContext, RecordFile
    from mtrack.rules.facts import WorkspaceFacts
    from mtrack.yaml.source import Source


def _closed_folders(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """The folders that can't be looked into: what lies there is in no sum."""
    for folder in workspace.walk.closed:
        message = "the folder can't be looked into, so nothing in it is in any sum or check"
        yield Problem(
            place=Place(folder),
            message=message,
            hint="check its permissions, or list it under `exclude` in mtrack.yaml",
        )


@file_rule(Severity.ERROR, across=_closed_folders)
def unreadable(file: RecordFile) -> Iterator[Problem]:
    """A YAML file can't be read, or a folder can't be looked into.

    Why: what can't be read can't be checked; a project would drop out of every sum without a word. The causes:
    no permission, not UTF-8, over 5 MiB, not a regular file, or a link that leads out of the workspace. The
    sample is saved as Latin-1.

    Bad:
        >>> acme/milestones.yaml (latin-1)
        project: Café Zürich
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Café Zürich
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    flaw = file.source.unreadable
    if flaw is not None:
        place = Place(file.source.path, offsets=flaw.offsets)
        yield Problem(place=place, message=flaw.message, hint=flaw.hint)


@failure_rule(Severity.ERROR)
def internal(failure: Failure) -> Iterator[Problem]:
    """Where mtrack itself failed while it looked at this; all else was looked at.

    Why: what could not be judged may hide a gap, so the project counts as skipped and the exit code is 3. The fault is
    mtrack's, not the records': please report it, with what --debug shows. No setting, waiver or selection hides it.
    """
    message = f"mtrack itself failed at {failure.during}"
    hint = "all else was looked at; please report this, with what --debug shows"
    yield Problem(place=Place(failure.path), message=message, hint=hint)


@file_rule(Severity.ERROR)
def invalid_yaml(file: RecordFile) -> Iterator[Problem]:
    """A file is not YAML, or holds what this format leaves out of YAML.

    Why: two readers must see the same records. A key that stands twice, a tag, a merge key, a second document
    or an alias that expands without bound each mean something else to the next parser, or to you in a year.
    Nesting over 100 levels, texts of more than 100,000 characters, aliases that expand to more than 10,000 values, and more than 1,200,000 keys, values
    and brackets are refused.

    Bad:
        project: Acme website
        currency: EUR
        project: Acme web site
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    last = len(file.source.flaws) - 1
    for i, flaw in enumerate(file.source.flaws):
        related = () if flaw.first is None else ((Place(file.source.path, offsets=flaw.first), "first here"),)
        place = Place(file.source.path, offsets=flaw.offsets or (0, 0))
        more = file.source.more if i == last else 0
        yield Problem(place=place, message=flaw.message, hint=flaw.hint, related=related, more=more)


@file_rule(Severity.ERROR)
def schema(file: RecordFile) -> Iterator[Problem]:
    """A value breaks the schema.

    Why: an amount with a thousands separator, a date that does not exist, a status nobody knows: guessing what was
    meant would put a wrong sum in a report. The other rules skip a file until its shape is right, and the
    output says so. `mtrack schema milestones` prints the schema; an editor that knows it shows the same.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 24000.00}
        milestones:
          - {id: M1, name: Discovery, amount: "24,000", status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 24000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 24000.00, status: not_billed}
    """
    yield from file.broken


@file_rule(Severity.ERROR)
def unknown_key(file: RecordFile) -> Iterator[Problem]:
    """A key that the format does not have.

    Why: a misspelt `signoff` is evidence that nobody will find. Keys of your own are welcome anywhere if they
    begin with `x-`.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed, planed: 2026-03-31}

    Good:
        project: Acme website
        currency: EUR
        x-ticket: WEB-17
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed, planned: 2026-03-31}
    """
    yield from file.unknown_keys


def _cut_in_settings(workspace: WorkspaceFacts) -> Iterator[Problem]:
    if workspace.settings.source is not None:
        yield from (problem for _, problem in _cut("workspace", workspace.settings.source))


@project_rule(Severity.WARNING, needs="comment", across=_cut_in_settings, local=True)
def text_cut(context: ProjectContext) -> Iterator[Problem]:
    """A text without quotes holds ` #` and a digit: YAML takes what follows as a comment.

    Why: of the name `Beta #2` every report shows "Beta", and a file `signoffs/mail #3.eml` is looked for under another
    name.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Beta #2
            amount: 9000.00
            status: not_billed

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: "Beta #2"
            amount: 9000.00  #2 of the offer
            status: not_billed
    """
    project = context.project
    milestones = {item.route: item.id for item in project.milestones}
    invoices = {item.route: item for item in project.invoices()}
    for route, problem in _cut("milestones", project.source):
        milestone = milestones.get(route[:2])
        invoice = next((invoices[route[:i]] for i in range(2, len(route) + 1) if route[:i] in invoices), None)
        only = invoice.only_milestone if invoice else None
        yield replace(problem, milestone=milestone or only, invoice=invoice.number if invoice else None)


def _cut(name: str, source: Source) -> Iterator[tuple[Route, Problem]]:
    """The texts of a file, by the schema `name`, that a comment with a digit cuts off."""
    for route, offsets in number_signs(source.text):
        if schema_module.is_text(name, route):
            key = next(step for step in reversed(route) if isinstance(step, str))
            problem = Problem(
                place=Place(source.path, offsets=offsets),
                message=f"'{shorten(source.text[slice(*offsets)])}' is no part of `{key}`: ' #' begins a comment",
                hint="put the text in quotes; if it is a comment, write a space after the '#'",
            )
            yield route, problem
