"""The effect of a change on the money: each project's figures before and after, the events, findings come and gone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.changes.align import align
from mtrack.changes.compare import compare
from mtrack.changes.event import Event
from mtrack.changes.facts import NOTHING, PROJECT, Version
from mtrack.check.pipeline import check
from mtrack.check.report import Selection
from mtrack.finding import Finding, Severity  # noqa: TC001
from mtrack.history.matching import match
from mtrack.history.repository import Repository
from mtrack.history.settings_events import settings_events
from mtrack.history.sides import Side, moves, side_of, side_of_files
from mtrack.history.subjects import Subjects
from mtrack.views.status import status
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from mtrack.check.workspace import Workspace
    from mtrack.views.status import ProjectStatus

FIGURES = ("agreed", "billed", "received", "outstanding", "to_bill")
"""The figures that a difference shows of a project, in this order."""


class ProjectDiff(Struct, frozen=True):
    """A project before and after: its figures as `FIGURES` has them, None where it has none there."""

    path: str
    currency: str
    decimals: int
    before: tuple[Decimal, ...] | None
    after: tuple[Decimal, ...] | None


class Diff(Struct, frozen=True):
    """The differences of two commits, or of a commit (`base`; None before the first) and the worktree (`head` None)."""

    base: str | None
    head: str | None
    projects: tuple[ProjectDiff, ...]
    events: tuple[Event, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    unread: tuple[str, ...] = ()
    """The files that changed and can't be used on either side, so that nothing is known of what that does."""
    absent: tuple[str, ...] = ()
    """The records that changed and that a sparse checkout leaves out of the working tree, so that they are not compared."""

    def fails(self, fail_on: Severity) -> bool:
        """Whether a finding at or above `fail_on` appears, or a change can't be told."""
        return bool(self.unread) or any(not finding.waived and finding.severity >= fail_on for finding in self.new)


def diff(workspace: Workspace, revisions: Sequence[str], *, judged: bool = False) -> Diff:
    """The difference that revisions mean, as git has them: none, one, two, A..B or A...B. Raises UsageError.

    Each side is judged by its own settings; where it is `judged`, both by those of the workspace.
    """
    settings = workspace.settings if judged else None
    repository = Repository(workspace.root)
    with ExitStack() as stack:
        stack.callback(repository.close)
        base, head = _ends(repository, revisions)
        without = repository.not_checked_out if head is None else {}
        before = stack.enter_context(side_of(repository, base, workspace.as_of, settings, without))
        if head is None:
            after = side_of_files(repository, workspace)
        else:
            after = stack.enter_context(side_of(repository, head, workspace.as_of, settings))
        led = moves(before, after)
        projects, events = _projects(before, after, led)
        was, now = (check(side.workspace).report.findings for side in (before, after))
        subjects = Subjects(before.workspace, lambda: after.workspace, led)
        known, gone = match(now, subjects.where_they_are(was), subjects)
        new = tuple(finding for finding in now if id(finding) not in known)
        return Diff(
            base,
            head,
            projects,
            events,
            new,
            tuple(gone),
            _unread(before, after, led),
            _absent(repository, base, without),
        )


def _ends(repository: Repository, revisions: Sequence[str]) -> tuple[str | None, str | None]:
    """The commits to compare; None for the working tree, and before the first commit."""
    if not revisions:
        return repository.look_up("HEAD"), None
    if len(revisions) == 1:
        for dots in ("...", ".."):
            left, found, right = revisions[0].partition(dots)
            if found:
                base, head = repository.find(left or "HEAD"), repository.find(right or "HEAD")
                return (repository.merge_base(base, head) if dots == "..." else base), head
        return repository.find(revisions[0]), None
    base, head = map(repository.find, revisions)
    return base, head


def _projects(before: Side, after: Side, led: dict[str, str]) -> tuple[tuple[ProjectDiff, ...], tuple[Event, ...]]:
    """The projects that are not as they were, and the events; `led` as `moves` has it."""
    old, new = _figures(before), _figures(after)
    events: list[Event] = list(_settings(before, after))
    projects: list[ProjectDiff] = []
    for was, now in _pairs(before, after, led):
        own = _events(before, after, was, now)
        figures = old.get(was or "..", (None, None)), new.get(now or "..", (None, None))
        if own or figures[0][1] != figures[1][1]:
            events += own
            item = figures[1][0] or figures[0][0]
            if item is not None:
                project = item.project
                path = now or was
                assert path is not None
                projects.append(ProjectDiff(path, project.currency, project.decimals, figures[0][1], figures[1][1]))
    return tuple(projects), tuple(events)


def _pairs(before: Side, after: Side, led: dict[str, str]) -> list[tuple[str | None, str | None]]:
    """The folders that are one project before and after, in the order of paths."""
    old, new = before.workspace.walk.projects, after.workspace.walk.projects
    stay = set(old) & set(new) - set(led.values())
    pairs: list[tuple[str | None, str | None]] = [
        (led.get(folder, folder if folder in stay else None), folder) for folder in new
    ]
    pairs += [(folder, None) for folder in old if folder not in stay and folder not in led.values()]
    return sorted(pairs, key=lambda item: item[1] or item[0] or "")


def _events(before: Side, after: Side, was: str | None, now: str | None) -> list[Event]:
    """The net difference of a project; what can't be used on one side is said."""
    old = before.version(was) if was is not None else NOTHING
    new = after.version(now) if now is not None else NOTHING
    if old is not None and new is not None:
        return compare(old, align(old, new))
    if (old is None) == (new is None):
        return []
    name, message = ("broken", "records can't be used") if new is None else ("mended", "records can be used again")
    events = [Event(event=name, project=now or was, record=PROJECT, message=message)]
    if was is not None and now is not None and was != now:
        events += compare(Version(was, {}), Version(now, {}))
    return events


def _unread(before: Side, after: Side, led: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        join(now, RECORDS)
        for was, now in _pairs(before, after, led)
        if was is not None
        and now is not None
        and before.workspace.raw(was) != after.workspace.raw(now)
        and before.version(was) is None
        and after.version(now) is None
    )


def _absent(repository: Repository, base: str | None, without: Mapping[str, str]) -> tuple[str, ...]:
    """The records that are not checked out, and not in the index as the base had them."""
    if base is None or not without:
        return ()
    was = {entry.path: entry.content for entry in repository.entries(base)}
    records = (path for path in sorted(without) if path.rpartition("/")[2] == RECORDS)
    return tuple(path for path in records if was.get(path) != without[path])


def _settings(before: Side, after: Side) -> Iterator[Event]:
    old, new = (None if source is None else source.data for source in (before.settings, after.settings))
    if old != new:
        yield from settings_events(old, new, usable=True)


def _figures(side: Side) -> dict[str, tuple[ProjectStatus, tuple[Decimal, ...]]]:
    """The figures of each project that has some."""
    view = status(side.workspace, Selection())
    return {item.project.folder: (item, _sums(item)) for item in view.projects}


def _sums(item: ProjectStatus) -> tuple[Decimal, ...]:
    totals = item.totals
    return totals.agreed, totals.billed, totals.received, totals.outstanding, item.progress.states.to_bill
