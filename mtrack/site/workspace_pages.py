"""The pages about the whole workspace: overview, all tasks, clients and each of them, invoices, findings; the search index."""

from __future__ import annotations

import json
import os
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack.check.digests import digest_of
from mtrack.render.left_out import sentence
from mtrack.render.registers import invoice_line, invoices_csv
from mtrack.site import charts, shortened
from mtrack.site.cells import Choice, Unit, contact
from mtrack.site.history_rows import changed
from mtrack.site.links import client_page_of, page_of
from mtrack.site.overview_page import overview_values, project_row, projects_href, units_of
from mtrack.site.pages import NAVIGATION, REGISTER, SEARCH, TASKS
from mtrack.site.register_page import mixed, register_line, register_values
from mtrack.site.rows import SLOT, page_bytes
from mtrack.site.task_rows import verb_rows
from mtrack.views.clients import client_key
from mtrack.words import count
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from markupsafe import Markup

    from mtrack.check.report import Selection
    from mtrack.check.store import StoredProject
    from mtrack.finding import Finding
    from mtrack.site.links import PageLinks
    from mtrack.site.pages import Page, Site
    from mtrack.site.rows import Rows
    from mtrack.views.clients import ClientSums
    from mtrack.views.overview import Overview, RegisterEntry
    from mtrack.views.summary import ProjectSummary

    _Values = Callable[[PageLinks], dict[str, Any]]
    _Fill = Callable[[PageLinks, Rows], None]

CLIENT_SUMS = {
    "agreed": None,
    "billed": "net-billed",
    "unbilled": None,
    "outstanding": "outstanding",
    "overdue": "overdue",
}
"""The sums of a client, and the part of invoices that each is made of; None where projects are behind it."""
_WEIGHTS = {"error": 3, "warning": 2, "info": 1, "waived": 0}


class ClientRow(Struct, frozen=True):
    """A client's sums in one currency, how many projects they are of, and where each sum is made of."""

    name: str | None
    href: str | None
    projects: int
    bars: Markup
    unit: Unit
    sums: tuple[tuple[str, Decimal, str], ...]


class FindingRow(Struct, frozen=True):
    """A finding, the word for how bad it is and its weight, and the address of what it is about, None for no page."""

    finding: Finding
    unit: Unit | None
    severity: str
    weight: int
    href: str | None


class Tally(Struct, frozen=True):
    """How many findings are how bad, in words, and where they are; None for none."""

    text: str
    href: str | None


class WorkspacePages:
    """The pages of a report that are about more than one project."""

    def __init__(
        self,
        site: Site,
        view: Overview,
        kept: Mapping[str, StoredProject[ProjectSummary]],
        selection: Selection,
    ) -> None:
        self._site = site
        self._selection = selection
        self._view = view
        self._kept = kept
        self._summaries = {item.project.folder: item for item in view.projects}
        self._milestones: dict[str, frozenset[str]] = {}
        """The ids of the milestones, by project, of those that a finding is about."""
        self._broken = broken_folders(view)
        self._misnamed = [path for path in view.report.skipped if not _is_of_project(path)]
        self._left_out = sentence(view.left_out, view.as_of)
        self._units = units_of(view)
        states = [(item.project.folder, kept[item.project.folder].state) for item in view.projects]
        self._inputs = digest_of(
            states, view.report.skipped, self._left_out, view.report.findings, site.revision, site.additions.since
        )

    def pages(self) -> list[Page]:
        """All of them, the overview first."""
        titles = dict(NAVIGATION)
        in_order = partial(self._project_rows, self._in_order, "project")
        whole: dict[str, tuple[_Values, _Fill | None]] = {
            "index.html": (self._overview, in_order),
            "clients.html": (self._clients, None),
            "invoices.html": (self._register, self._register_rows),
            "findings.html": (self._findings, None),
        }
        found = [self._page(name, titles[name], values, fill) for name, (values, fill) in whole.items()]
        found.append(self._page(TASKS, "To do", self._tasks))
        found += [self._client_page(name) for name in sorted(self._by_client)]
        return found

    def _page(self, name: str, title: str, values: _Values, fill: _Fill | None = None) -> Page:
        common = {"left_out": self._left_out, "broken_projects": len(self._view.report.skipped)}
        return self._site.page(name, title, self._inputs, f"{name}.j2", lambda links: common | values(links), fill)

    def _overview(self, links: PageLinks) -> dict[str, Any]:
        first = overview_values(self._view, self._broken, self._misnamed, links, self._site.wording)
        since = self._site.additions.since
        if since is not None:
            names = {folder: item.project.name for folder, item in self._summaries.items()}
            told = changed(since.log.entries, names, links, self._tells_of)
            first |= {"since": since.asked, "changed": told, "shallow": since.log.shallow}
        return first | {"currencies": list(self._units), **self._summing()}

    def _tells_of(self, folder: str | None) -> bool:
        """Whether the overview shows what changed in a project; where one client's are shown, only in these."""
        if folder is None or folder not in self._kept:  # the settings, or a project that went
            takes = folder is None or self._selection.takes_path(join(folder, RECORDS))
            return takes and self._selection.client is None
        return self._selection.takes_project(folder, self._kept[folder].heading)

    def _project_rows(self, items: Iterable[ProjectSummary], kind: str, links: PageLinks, rows: Rows) -> None:
        """The rows of a list of projects."""

        def draw(item: ProjectSummary) -> str:
            row = project_row(item, self._units[item.project.currency], links, self._view.as_of)
            return self._site.row(kind, row)

        for item in items:
            rows.add(self._digest(item), partial(draw, item))

    def _digest(self, item: ProjectSummary) -> bytes:
        """A digest of what the rows about a project depend on, beside what every page does."""
        unit = self._units[item.project.currency]
        return self._site.row_digest(self._kept[item.project.folder].state, unit, mixed(self._units))

    def _tasks(self, links: PageLinks) -> dict[str, Any]:
        verbs = verb_rows(self._view.tasks, self._view.at_stake, self._units, links, everything=True)
        choices = [Choice(group.verb, group.word) for group in verbs]
        return {"verbs": verbs, "verb_choices": choices, "currencies": list(self._units), **self._summing()}

    def _summing(self) -> dict[str, Any]:
        """What a page needs to write the sums of the rows that a filter leaves."""
        return {"signs": self._site.wording.signs(), "units": list(self._units.values())}

    # The register.

    def _register(self, links: PageLinks) -> dict[str, Any]:
        wording = self._site.wording
        values = register_values(self._view.register, self._view.register_sums, self._units, links, wording)
        return values | self._summing()

    def _register_rows(self, links: PageLinks, rows: Rows) -> None:
        start = self._site.start_of("invoices.html")

        def draw(entry: RegisterEntry) -> str:
            row = entry.invoice
            path = self._summaries[row.project.folder].papers.get(row.file or "")
            paper = self._site.file_link(row.file, path, start)
            line = register_line(entry, self._units[row.project.currency], paper, links, mixed=mixed(self._units))
            return self._site.row("invoice", line)

        for entry in self._view.register:
            rows.add(self._invoice_digests[id(entry.invoice)], partial(draw, entry))

    @cached_property
    def _invoice_digests(self) -> dict[int, bytes]:
        """A digest of what the row of each invoice depends on: that of its project, and which it is there."""
        return {
            id(row): place.to_bytes(4) + digest[4:]
            for item in self._view.projects
            for digest in (self._digest(item),)
            for place, row in enumerate(item.invoices)
        }

    def register_csv(self) -> Page:
        """The register for a spreadsheet, as `mtrack invoices --format csv` prints it."""

        def draw(rows: Rows) -> bytes:
            for entry in self._view.register:
                rows.add(self._invoice_digests[id(entry.invoice)], partial(invoice_line, entry.invoice))
            return rows.placed(invoices_csv(()) + SLOT)

        return self._site.file(REGISTER, self._inputs, draw)

    @cached_property
    def _in_order(self) -> list[ProjectSummary]:
        """The projects, those with the most urgent task first, closed ones last."""
        rank: dict[str, int] = {}
        for place, task in enumerate(self._view.tasks):
            if task.project is not None:
                rank.setdefault(task.project.folder, place)
        return sorted(
            self._view.projects,
            key=lambda item: (
                item.closed is not None and item.project.folder not in rank,
                rank.get(item.project.folder, len(self._view.tasks)),
                item.project.name.casefold(),
                item.project.folder,
            ),
        )

    def search_index(self) -> Page:
        """The index for the search, as a script that hands it over: it works from a file and asks nobody."""

        def draw(_rows: Rows) -> bytes:
            return page_bytes(f"mtrackIndex({search_data(self._view)});\n")

        return self._site.file(SEARCH, self._inputs, draw)

    # Clients.

    def _clients(self, links: PageLinks) -> dict[str, Any]:
        return {
            "clients": [self._client_row(client, links) for client in self._view.clients],
            "sum_names": list(CLIENT_SUMS),
        }

    def _client_row(self, client: ClientSums, links: PageLinks) -> ClientRow:
        unit = self._units[client.currency]
        key = None if client.name is None else client_key(client.name)
        whose = {"client": key, "unnamed": None if key else "client"}
        hrefs = links.parts(currency=unit.currency, **whose)

        def href(name: str, part: str | None) -> str:
            if part is not None:
                return hrefs[part]
            return projects_href(client.projects, links, name, currency=unit.currency, **whose)

        return ClientRow(
            name=client.name,
            href=links.client(client.name) if client.name else None,
            projects=len(client.projects),
            bars=charts.small_bars(client.progress),
            unit=unit,
            sums=tuple((name, getattr(client.totals, name), href(name, part)) for name, part in CLIENT_SUMS.items()),
        )

    @cached_property
    def _by_client(self) -> dict[str, list[ClientSums]]:
        result: dict[str, list[ClientSums]] = {}
        for client in self._view.clients:
            if client.name is not None:
                result.setdefault(client.name, []).append(client)
        return result

    def _client_page(self, name: str) -> Page:
        """The sums of a client's projects; the page is meant for the client, so it shows no findings."""
        groups = self._by_client[name]
        items = [item for client in groups for item in client.projects]
        states = [(item.project.folder, self._kept[item.project.folder].state) for item in items]

        def values(links: PageLinks) -> dict[str, Any]:
            contacts = dict.fromkeys(item.contact for item in items if item.contact)
            return {
                "client": name,
                "contacts": [contact(text) for text in contacts],
                "clients": [self._client_row(client, links) for client in groups],
                "projects": len(items),
                "sum_names": list(CLIENT_SUMS),
            }

        in_order = sorted(items, key=lambda item: item.project.name.casefold())
        fill = partial(self._project_rows, in_order, "client_project")
        return self._site.page(client_page_of(name), name, (name, states), "client.html.j2", values, fill)

    # Findings.

    def _findings(self, links: PageLinks) -> dict[str, Any]:
        found = sorted(self._view.report.capped().findings, key=lambda finding: -_WEIGHTS[_severity(finding)])
        summary = self._view.report.summary
        counts = (("error", summary.errors), ("warning", summary.warnings), ("info", summary.infos))
        return {
            "rows": shortened.findings(found, lambda finding: self._finding_row(finding, links)),
            "tallies": [_tally(count(number, word), number, word, links) for word, number in counts],
            "waived": _tally(f"{summary.waived} waived", summary.waived, "waived", links) if summary.waived else None,
            "severities": [name for name in _WEIGHTS if any(_severity(finding) == name for finding in found)],
            "categories": sorted({finding.category.value for finding in found}),
        }

    def _finding_row(self, finding: Finding, links: PageLinks) -> FindingRow:
        severity = _severity(finding)
        unit = None if finding.amount is None else self._unit_of(finding)
        return FindingRow(finding, unit, severity, _WEIGHTS[severity], self._finding_href(finding, links))

    def _unit_of(self, finding: Finding) -> Unit:
        currency, decimals = finding.currency or "", finding.decimals
        return self._units.get(currency) or Unit(currency, decimals, decimals)

    def _finding_href(self, finding: Finding, links: PageLinks) -> str | None:
        folder = finding.project
        if folder in self._summaries:
            if folder not in self._milestones:
                self._milestones[folder] = frozenset(name for name, _ in self._summaries[folder].milestones)
            known = self._milestones[folder]
            return links.project(folder, milestone=finding.milestone if finding.milestone in known else None)
        return links.project(folder) if folder is not None and folder in self._broken else None


def _tally(text: str, number: int, severity: str, links: PageLinks) -> Tally:
    return Tally(text, links.filtered("findings.html", severity=severity) if number else None)


def _severity(finding: Finding) -> str:
    return "waived" if finding.waived else finding.severity.word


def search_data(view: Overview) -> str:
    """Everything that can be searched for, as JSON that stands in a page or a script.

    A project is its name, client, page, milestones (id, name) and invoice numbers; clients are pages by name.
    """
    entries: list[list[Any]] = [
        [
            item.project.name,
            item.project.client or "",
            page_of(item.project.folder),
            item.milestones,
            list(dict.fromkeys(row.number for row in item.invoices)),
        ]
        for item in view.projects
    ]
    entries += [[folder, "", page_of(folder), [], []] for folder in broken_folders(view)]
    clients = sorted({item.project.client for item in view.projects if item.project.client})
    data = {"projects": entries, "clients": [[name, client_page_of(name)] for name in clients]}
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def broken_folders(view: Overview) -> list[str]:
    """The folders of the projects that have no figures."""
    return sorted(os.path.dirname(path) or "." for path in view.report.skipped if _is_of_project(path))


def _is_of_project(path: str) -> bool:
    """Whether a file without figures is one of records, and so has a page; it may only nearly have the name."""
    return os.path.basename(path) == RECORDS
