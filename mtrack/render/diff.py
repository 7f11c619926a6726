"""`mtrack diff`: text, JSON (version 1, `schemas/diff.schema.json`), and Markdown for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.history.diff import FIGURES
from mtrack.render import events as shared
from mtrack.render.cells import Column, amounts
from mtrack.render.findings import TINTS, json_finding
from mtrack.render.json_text import json_text
from mtrack.render.markdown import Document
from mtrack.render.places import AT_ROOT, Viewpoint, place
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Screen, styled
from mtrack.render.wording import Wording
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from mtrack.finding import Finding
    from mtrack.history.diff import Diff, ProjectDiff
    from mtrack.render.cells import Value

LIMIT = 65_536
"""Characters that a comment on a pull request may have."""
_COLUMNS = (Column("project"), *amounts(*(name.replace("_", " ") for name in FIGURES)))


def costs(view: Diff) -> str:
    """The effect of a change in a line: "+ EUR 5,000.00 billed, 1 new error"."""
    sums: dict[tuple[str, str], tuple[Decimal, int]] = {}
    for project in view.projects:
        for name, change in zip(FIGURES, _changes(project), strict=True):
            total, decimals = sums.get((name, project.currency), (money.ZERO, 0))
            sums[name, project.currency] = money.plus(total, change), max(decimals, project.decimals)
    parts = [
        f"{_signed(amount, currency, decimals)} {name.replace('_', ' ')}"
        for name in FIGURES
        for (of, currency), (amount, decimals) in sorted(sums.items())
        if of == name and amount
    ]
    for severity in sorted(TINTS, reverse=True):
        number = sum(1 for finding in view.new if finding.severity is severity and not finding.waived)
        if number:
            parts.append(count(number, f"new {severity.word}"))
    if view.gone:
        parts.append(f"{count(len(view.gone), 'finding')} gone")
    return ", ".join(parts) or "no change to the money"


def _changes(project: ProjectDiff) -> tuple[Decimal, ...]:
    """The change of each figure."""
    nothing = (money.ZERO,) * len(FIGURES)
    pairs = zip(project.before or nothing, project.after or nothing, strict=True)
    return tuple(money.minus(after, before) for before, after in pairs)


def _signed(amount: Decimal, currency: str, decimals: int) -> str:
    return f"{'+' if amount > 0 else '-'} {money.display(abs(amount), currency, decimals)}"


def _row(project: ProjectDiff) -> tuple[Value, ...]:
    """A project's figures, each as it is, or as it was and is."""
    return project.path, *(_cell(project, i) for i in range(len(FIGURES)))


def _cell(project: ProjectDiff, i: int) -> str:
    before, after = (
        None if side is None else money.display(side[i], project.currency, project.decimals)
        for side in (project.before, project.after)
    )
    if before == after:
        return after or ""
    return f"{before or 'none'} → {after or 'none'}"


def text(view: Diff, width: int, *, colour: bool, seen: Viewpoint = AT_ROOT) -> str:
    """The effect in a line, the figures, the events by project, the findings that appear and go away."""
    screen = Screen(colour=colour, width=width)
    screen.line(styled(costs(view), "bold"), hang=2)
    if view.projects:
        table = Table(Wording("en"), *_COLUMNS)
        for project in view.projects:
            table.row(*_row(project))
        screen.line()
        table.print(screen)
        screen.tell_hidden_columns()
    for folder, events in shared.by_project(view.events).items():
        screen.line()
        screen.line(styled(shared.project_name(folder), "bold"))
        for event in events:
            screen.line("  ", Apart(event.message), hang=4)
    for title, findings in (("new findings:", view.new), ("gone:", view.gone)):
        if findings:
            screen.line()
            screen.line(styled(title, "bold"))
        for finding in findings:
            where = place(seen.path(finding.path), finding.span)
            kind = styled(f"{finding.severity.word}[{finding.rule}]", TINTS[finding.severity])
            screen.line(f"  {where}: ", kind, f" {finding.message}", " (waived)" if finding.waived else "", hang=4)
    return screen.text()


def markdown(view: Diff) -> str:
    """The same for a pull request; no longer than one may be, with a word about what was cut."""
    page = Document(Wording("en"))
    page.heading(3, "Billing")
    page.paragraph(costs(view))
    if view.projects:
        page.table(_COLUMNS, map(_row, view.projects))
    for title, findings in (("New findings", view.new), ("Gone", view.gone)):
        if findings:
            page.heading(4, title)
            page.items(map(_finding_words, findings))
    for folder, events in shared.by_project(view.events).items():
        page.heading(4, "settings" if folder is None else folder)
        page.items(event.message for event in events)
    return _bounded(page.text())


def _finding_words(finding: Finding) -> str:
    waived = " (waived)" if finding.waived else ""
    return f"{finding.severity.word} {finding.rule}: {place(finding.path, finding.span)}: {finding.message}{waived}"


def _bounded(page: str) -> str:
    """Whole lines, as many as fit."""
    if len(page) <= LIMIT:
        return page
    lines = page.split("\n")
    note = "\n… and {} more lines: run `mtrack diff` to see them.\n"
    left = LIMIT - len(note) - 10
    kept: list[str] = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join(kept) + "\n" + note.format(f"{len(lines) - len(kept):,}")


def _side(figures: tuple[Decimal, ...] | None, decimals: int) -> dict[str, str] | None:
    if figures is None:
        return None
    return {name: money.plain(value, decimals) for name, value in zip(FIGURES, figures, strict=True)}


def _json_projects(projects: Iterable[ProjectDiff]) -> Iterator[dict[str, Any]]:
    for item in projects:
        yield {
            "path": item.path,
            "currency": item.currency,
            "before": _side(item.before, item.decimals),
            "after": _side(item.after, item.decimals),
        }


def json(view: Diff) -> str:
    """Version 1 of the machine format."""
    return json_text(
        {
            "version": 1,
            "base": view.base,
            "head": view.head,
            "projects": list(_json_projects(view.projects)),
            "events": [shared.json_event(event, None) for event in view.events],
            "findings": {
                "new": [json_finding(finding) for finding in view.new],
                "gone": [json_finding(finding) for finding in view.gone],
            },
        }
    )


FORMATS = {"json": json, "md": markdown}
"""The formats that need to know nothing of a terminal."""
