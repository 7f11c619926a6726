"""What findings before and after a change are about: invoices that were renumbered, and those that a finding stands in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mtrack.changes.align import align
from mtrack.history.sides import Side, moved
from mtrack.workspace import RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding, Span
    from mtrack.record.model import Project


class Subjects:
    """The records of two workspaces, each read where a finding asks for it."""

    def __init__(self, before: Workspace, now: Callable[[], Workspace], led: Mapping[str, str]) -> None:
        """`led` are the old folders of projects that moved, by the new ones."""
        self._before = before
        self._open = now
        self._led = led
        self._renumbered: dict[str, dict[str, str]] = {}
        self._invoices: dict[tuple[str, bool], dict[str, list[Span]]] = {}

    @cached_property
    def _now(self) -> Workspace:
        return self._open()

    def where_they_are(self, before: Iterable[Finding]) -> list[Finding]:
        """Findings of before, those in a project that moved at its paths of now."""
        new = {old: folder for folder, old in self._led.items()}
        return [
            moved(finding, finding.project, new[finding.project])
            if finding.project is not None and finding.project in new
            else finding
            for finding in before
        ]

    def renumbered(self, path: str) -> dict[str, str]:
        """The new numbers of the invoices of a file that are called otherwise now, by the old ones."""
        if path not in self._renumbered:
            self._renumbered[path] = self._numbers(path)
        return self._renumbered[path]

    def _numbers(self, path: str) -> dict[str, str]:
        folder, _, name = path.rpartition("/")
        folder = folder or "."
        places = (self._before, self._led.get(folder, folder)), (self._now, folder)
        if name != RECORDS or any(place not in side.walk.projects for side, place in places):
            return {}
        old, new = (Side(side, lambda _path: None).version(place) for side, place in places)
        if old is None or new is None:
            return {}
        result: dict[str, str] = {}
        for record, same in zip(new.records.values(), align(old, new).records.values(), strict=True):
            was = old.records.get(same.key)
            if was is not None and record.kind == "invoice" and was.fields["number"] != record.fields["number"]:
                result[str(was.fields["number"])] = str(record.fields["number"])
        return result

    def is_of_an_invoice(self, finding: Finding, *, now: bool) -> bool:
        """Whether a finding stands in the record of the invoice that it names, rather than in that of its milestone."""
        if finding.span is None or finding.project is None or finding.invoice is None:
            return False
        if finding.path.rpartition("/")[2] != RECORDS:
            return False
        spans = self._spans(finding.project, now=now).get(finding.invoice, ())
        at = finding.span.line, finding.span.column
        return any((span.line, span.column) <= at < (span.end_line, span.end_column) for span in spans)

    def _spans(self, folder: str, *, now: bool) -> dict[str, list[Span]]:
        """Where the invoices of a project stand in its records, by number; nowhere where it can't be used."""
        if (folder, now) not in self._invoices:
            workspace = self._now if now else self._before
            context = workspace.open(folder)[1] if folder in workspace.walk.projects else None
            self._invoices[folder, now] = _spans_of(context.project) if context is not None else {}
        return self._invoices[folder, now]


def _spans_of(project: Project) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for invoice in project.invoices():
        span = project.source.span(project.place(*invoice.route))
        if span is not None:
            found.setdefault(invoice.number, []).append(span)
    return found
