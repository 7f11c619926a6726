"""The pages about the whole workspace: overview, clients, invoices, findings. Long tables go on on further pages."""

from __future__ import annotations

import os
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from mtrack import money
from mtrack.figures.ledger import BUCKETS
from mtrack.site import charts
from mtrack.site.pages import NAVIGATION
from mtrack.views.cash import BANDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mtrack.check.store import StoredProject
    from mtrack.site.pages import Page, Site
    from mtrack.views.overview import Overview
    from mtrack.views.summary import ProjectSummary

T = TypeVar("T")

ROWS = {"index.html": 100, "invoices.html": 200, "findings.html": 200}
"""How many rows of projects, invoices or findings a page has; the next ones stand on a page of their own."""
_MOST_ROOM = Decimal("1.25")


def pages(site: Site, view: Overview, kept: Mapping[str, StoredProject[ProjectSummary]]) -> list[Page]:
    """All of them, the overview first."""
    return _Whole(site, view, kept).pages()


class _Whole:
    def __init__(self, site: Site, view: Overview, kept: Mapping[str, StoredProject[ProjectSummary]]) -> None:
        self.site = site
        self.view = view
        self._kept = kept
        self._shares = {item.project.folder: item for item in view.projects}
        self._broken = sorted(os.path.dirname(path) or "." for path in view.report.skipped)
        self._known = self._shares.keys() | set(self._broken)
        self._parts: dict[str, list[Sequence[Any]]] = {
            "index.html": _cut(self._in_order(), ROWS["index.html"]),
            "clients.html": [view.clients],
            "invoices.html": _cut(view.register, ROWS["invoices.html"]),
            "findings.html": _cut(view.report.findings, ROWS["findings.html"]),
        }

    def pages(self) -> list[Page]:
        """All of them."""
        return [
            self._page(name, title, number)
            for name, title in NAVIGATION
            for number in range(1, len(self._parts[name]) + 1)
        ]

    def _page(self, name: str, title: str, number: int) -> Page:
        """A page about the whole workspace, or the part of it with some of its rows."""
        parts = self._parts[name]
        rows = parts[number - 1]
        starts = [_start(name, part, i * ROWS.get(name, 0)) for i, part in enumerate(parts)]
        # Only the first page sums up; what a further one shows beside its rows is where the other pages start.
        state: tuple[object, ...] = (starts,)
        if name in ("index.html", "clients.html") and number == 1:
            state += [item.state for item in self._kept.values()], sorted(self._known)
            state += (self.site.revision if name == "index.html" else None,)
        elif name == "index.html":
            state += [self._kept[item.project.folder].state for item in rows], self._context["room"]
        elif name == "findings.html":
            state += rows, [finding.project in self._shares for finding in rows], self.view.report.summary
        else:
            state += rows, self._context["lead"] if number == 1 else None

        def context() -> dict[str, Any]:
            return self._context | {
                "rows": rows,
                "number": number,
                "section": name,
                "pager": [(_numbered(name, i), start) for i, start in enumerate(starts, 1)],
            }

        page, called = _numbered(name, number), title if number == 1 else f"{title} {number}"
        return self.site.page(page, called, state, f"{name}.j2", context)

    @cached_property
    def _context(self) -> dict[str, Any]:
        view = self.view
        reach = Decimal(1)
        for item in view.projects:
            if item.progress.agreed > 0:
                reach = max(reach, charts.reach(item.progress) / item.progress.agreed)
        attention: dict[str, list[Any]] = {}
        for found in view.attention:
            attention.setdefault(found.project.folder, []).append(found)
        return {
            "view": view,
            "lead": (len(view.register), sum(line.hole is not None for line in view.register)),
            "known": self._known,
            "room": min(reach, _MOST_ROOM),
            "attention_of": attention,
            "most_of": lambda months: max(money.total(bands.values()) for bands in months.values()),
            "BUCKETS": BUCKETS,
            "BANDS": BANDS,
            "MOST": ROWS["index.html"],
            "broken": self._broken,
            "projects": self._shares,
        }

    def _in_order(self) -> list[ProjectSummary]:
        """The projects, those with the worst to attend to first, closed ones last."""
        rank: dict[str, int] = {}
        for place, found in enumerate(self.view.attention):
            rank.setdefault(found.project.folder, place)
        none = len(self.view.attention)
        return sorted(
            self.view.projects,
            key=lambda item: (
                rank.get(item.project.folder, none),
                item.closed is not None,
                item.project.name.casefold(),
                item.project.folder,
            ),
        )


def _cut(rows: Sequence[T], most: int) -> list[Sequence[T]]:
    """Rows in parts of a page each; one part where there are none."""
    return [rows[start : start + most] for start in range(0, max(len(rows), 1), most)]


def _numbered(name: str, number: int) -> str:
    """The page of a part: index.html, index-2.html and so on."""
    return name if number == 1 else f"{name.removesuffix('.html')}-{number}.html"


def _start(name: str, rows: Sequence[Any], before: int) -> str:
    """What the first row of a part goes by: an invoice by its number, others by their place; `before` are above."""
    return rows[0].invoice.number if name == "invoices.html" and rows else str(before + 1)
