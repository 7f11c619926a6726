"""The pages about the whole workspace: overview, clients, invoices, findings. Long tables continue on further pages."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from mtrack.render.left_out import sentence
from mtrack.site import charts
from mtrack.site.cells import SUMS, bar_words, sums
from mtrack.site.overview_page import overview_values, project_rows
from mtrack.site.pages import NAVIGATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from markupsafe import Markup

    from mtrack.check.store import StoredProject
    from mtrack.finding import Finding
    from mtrack.record.model import Heading
    from mtrack.site.cells import Sum
    from mtrack.site.links import PageLinks
    from mtrack.site.pages import Page, Site
    from mtrack.views.attention import Item
    from mtrack.views.clients import ClientSums
    from mtrack.views.overview import Overview, RegisterEntry
    from mtrack.views.register import RegisterRow
    from mtrack.views.summary import ProjectSummary

T = TypeVar("T")

ROWS = {"index.html": 100, "invoices.html": 200, "findings.html": 200}
"""How many rows of projects, invoices or findings a page has; the next ones stand on a page of their own."""
CLIENT_SUMS = tuple(name for name in SUMS if name != "settled")
_MOST_PROJECTS = 12
"""How many projects a client's row names."""


class ClientRow(Struct, frozen=True):
    """A client's sums in one currency. `projects` are names and addresses of the first, `more` counts the others."""

    name: str | None
    projects: tuple[tuple[str, str], ...]
    more: int
    bars: Markup
    words: str
    currency: str
    places: int
    sums: tuple[Sum, ...]


class RegisterLine(Struct, frozen=True):
    """An invoice record of the register, its address, and the finding of numbers missing before it."""

    project: Heading
    invoice: RegisterRow
    href: str
    hole: Finding | None


class FindingRow(Struct, frozen=True):
    """A finding, the word for how bad it is, and the address of what it is about; None where no page has that."""

    finding: Finding
    severity: str
    href: str | None


class PagerEntry(Struct, frozen=True):
    """A page of a long table and what its first row goes by."""

    href: str
    start: str


def pages(site: Site, view: Overview, kept: Mapping[str, StoredProject[ProjectSummary]]) -> list[Page]:
    """All of them, the overview first."""
    return _WorkspacePages(site, view, kept).pages()


class _WorkspacePages:
    def __init__(self, site: Site, view: Overview, kept: Mapping[str, StoredProject[ProjectSummary]]) -> None:
        self._site = site
        self._view = view
        self._kept = kept
        self._summaries = {item.project.folder: item for item in view.projects}
        self._broken = sorted(os.path.dirname(path) or "." for path in view.report.skipped)
        self._left_out = sentence(view.left_out, view.as_of)
        self._parts: dict[str, list[Sequence[Any]]] = {
            "index.html": _cut(self._in_order(), ROWS["index.html"]),
            "clients.html": [view.clients],
            "invoices.html": _cut(view.register, ROWS["invoices.html"]),
            "findings.html": _cut(view.report.findings, ROWS["findings.html"]),
        }

    def pages(self) -> list[Page]:
        return [
            self._page(name, title, number)
            for name, title in NAVIGATION
            for number in range(1, len(self._parts[name]) + 1)
        ]

    def _page(self, name: str, title: str, number: int) -> Page:
        """A page about the whole workspace, or the part of it with some of its rows."""
        parts = self._parts[name]
        starts = [_start(name, part, i * ROWS.get(name, 0)) for i, part in enumerate(parts)]
        page = _numbered(name, number)

        def values(links: PageLinks) -> dict[str, Any]:
            pager = [PagerEntry(links.url(_numbered(name, i)), start) for i, start in enumerate(starts, 1)]
            common = {"number": number, "section": name, "pager": pager if len(pager) > 1 else []}
            common["left_out"] = self._left_out if number == 1 else None
            return common | self._values(name, number, links)

        called = title if number == 1 else f"{title} {number}"
        return self._site.page(page, called, self._inputs(name, number, starts), f"{name}.j2", values)

    def _inputs(self, name: str, number: int, starts: Sequence[str]) -> tuple[object, ...]:
        """What a page is made of. Only the first sums up; a further one shows its rows and where the others start."""
        rows = self._parts[name][number - 1]
        if name in ("index.html", "clients.html") and number == 1:
            states = [item.state for item in self._kept.values()]
            revision = self._site.revision if name == "index.html" else None
            return starts, states, self._known, revision
        if name == "index.html":
            return starts, [self._kept[item.project.folder].state for item in rows], self._room
        if name == "findings.html":
            pages = [finding.project in self._summaries for finding in rows]
            return starts, rows, pages, self._view.report.summary, self._left_out
        return starts, rows, (self._register_lead, self._left_out) if number == 1 else None

    def _values(self, name: str, number: int, links: PageLinks) -> dict[str, Any]:
        """What the template of a page is given."""
        rows = self._parts[name][number - 1]
        if name == "index.html":
            first = overview_values(self._view, self._broken, links, self._site.wording) if number == 1 else {}
            return first | {"rows": project_rows(rows, self._attention, self._room, links)}
        if name == "clients.html":
            return {"rows": [_client_row(client, self._room, links) for client in rows], "sum_names": CLIENT_SUMS}
        if name == "invoices.html":
            records, holes = self._register_lead
            return {"rows": _register_lines(rows, links), "records": records, "holes": holes}
        return {"rows": self._finding_rows(rows, links), "summary": self._view.report.summary}

    @cached_property
    def _known(self) -> list[str]:
        """The folders that have a page."""
        return sorted({*self._summaries, *self._broken})

    @cached_property
    def _room(self) -> Decimal:
        return charts.room_of(item.progress for item in self._view.projects)

    @cached_property
    def _register_lead(self) -> tuple[int, int]:
        """How many records the register has, and how many holes."""
        register = self._view.register
        return len(register), sum(line.hole is not None for line in register)

    @cached_property
    def _attention(self) -> dict[str, list[Item]]:
        """What needs attention in each project, the worst first."""
        result: dict[str, list[Item]] = {}
        for item in self._view.attention:
            result.setdefault(item.project.folder, []).append(item)
        return result

    def _in_order(self) -> list[ProjectSummary]:
        """The projects, those with the worst to attend to first, closed ones last."""
        rank = {folder: place for place, folder in enumerate(self._attention)}
        return sorted(
            self._view.projects,
            key=lambda item: (
                rank.get(item.project.folder, len(rank)),
                item.closed is not None,
                item.project.name.casefold(),
                item.project.folder,
            ),
        )

    def _finding_rows(self, findings: Iterable[Finding], links: PageLinks) -> list[FindingRow]:
        return [
            FindingRow(
                finding, "waived" if finding.waived else finding.severity.word, self._finding_href(finding, links)
            )
            for finding in findings
        ]

    def _finding_href(self, finding: Finding, links: PageLinks) -> str | None:
        folder = finding.project
        if folder in self._summaries:
            return links.project(folder, milestone=finding.milestone)
        return links.project(folder) if folder is not None and folder in self._known else None


def _client_row(client: ClientSums, room: Decimal, links: PageLinks) -> ClientRow:
    projects = [item.project for item in client.projects]
    return ClientRow(
        name=client.name,
        projects=tuple((project.name, links.project(project.folder)) for project in projects[:_MOST_PROJECTS]),
        more=max(len(projects) - _MOST_PROJECTS, 0),
        bars=charts.two_bars(client.progress, (), room),
        words=bar_words(client.progress),
        currency=client.currency,
        places=client.places,
        sums=sums(client.totals, CLIENT_SUMS),
    )


def _register_lines(entries: Iterable[RegisterEntry], links: PageLinks) -> list[RegisterLine]:
    return [
        RegisterLine(
            entry.project,
            entry.invoice,
            links.project(entry.project.folder, invoice=entry.invoice.number),
            entry.hole,
        )
        for entry in entries
    ]


def _cut(rows: Sequence[T], most: int) -> list[Sequence[T]]:
    """Rows in parts of a page each; one part where there are none."""
    return [rows[start : start + most] for start in range(0, max(len(rows), 1), most)]


def _numbered(name: str, number: int) -> str:
    """The page of a part: index.html, index-2.html and so on."""
    return name if number == 1 else f"{name.removesuffix('.html')}-{number}.html"


def _start(name: str, rows: Sequence[Any], before: int) -> str:
    """What the first row of a part goes by: an invoice by its number, others by their place; `before` are above."""
    return rows[0].invoice.number if name == "invoices.html" and rows else str(before + 1)
