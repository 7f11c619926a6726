"""Completions for the shell: rule names, projects, milestone ids, invoice numbers. Silent where nothing can be read."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from mtrack.record.model import Project


def _projects() -> tuple[Project, ...]:
    from mtrack import workspace  # noqa: PLC0415
    from mtrack.check.pipeline import of_each  # noqa: PLC0415
    from mtrack.check.workspace import open_workspace  # noqa: PLC0415

    try:
        opened = open_workspace(workspace.find_root("."), date.min)  # no date is shown
        return tuple(of_each(opened, lambda context: context.project))
    except Exception:  # noqa: BLE001  (the user is typing: nothing is offered, and the command will tell)
        return ()


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    """The names that go on from what is typed, each once; none that would break the line it is shown on."""
    typed = incomplete.casefold()
    return [name for name in dict.fromkeys(names) if name.casefold().startswith(typed) and name.isprintable()]


def rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Rule names; after a comma, the next one."""
    from mtrack.rules import RULES  # noqa: PLC0415

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in RULES if name.startswith(last)]


def fields(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The keys of the format, by their names."""
    from mtrack.record import fields as known  # noqa: PLC0415

    return _starting((field.name for schema in known.FILES for field in known.fields(schema)), incomplete)


def projects(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Project folders, from the root, and their last parts where that is enough."""
    folders = [project.folder for project in _projects()]
    ends = [folder.rpartition("/")[2] for folder in folders]
    short = [end for end, times in Counter(ends).items() if times == 1]
    return _starting([*short, *folders], incomplete)


def project_or_milestone(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Project folders; inside a project's folder, where the project may be left out, its milestones before them."""
    from mtrack.edit import find  # noqa: PLC0415

    try:
        here = find.here()
    except Exception:  # noqa: BLE001  (as above)
        return []
    own = [] if here is None else _milestones(here.folder, incomplete)
    return [*own, *projects(context, parameter, incomplete)]


def milestones(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Milestones of the project named before."""
    return _milestones(context.params.get("project"), incomplete)


def _milestones(wanted: str | None, incomplete: str) -> list[str]:
    """Ids of the milestones of a project; names too once something is typed."""
    found = [
        milestone
        for project in _projects()
        if wanted is None or f"/{project.folder}".endswith(f"/{str(wanted).strip('/')}")
        for milestone in project.milestones
    ]
    names = [milestone.name for milestone in found] if incomplete else []
    return _starting([*(milestone.id for milestone in found), *names], incomplete)


def numbers(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Invoice numbers of the workspace."""
    return _starting((invoice.number for project in _projects() for invoice in project.invoices()), incomplete)
