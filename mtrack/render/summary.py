"""`mtrack report --format md`: the workspace as one Markdown page, short enough for a pull request comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mtrack.figures.ledger import BUCKETS
from mtrack.render.bars import bars
from mtrack.render.gaps import mark
from mtrack.render.templates import markdown_environment
from mtrack.render.terminal import safe
from mtrack.render.wording import Wording, percent

if TYPE_CHECKING:
    from mtrack.views.gaps import Row
    from mtrack.views.overview import Overview
    from mtrack.views.summary import ProjectSummary

MAX_ROWS = 40
MAX_TEXT = 200
"""Bounds of rows a table and characters a text: a page stays under the 65,536 characters a comment may have."""


def markdown(view: Overview) -> str:
    """The overview as Markdown; what is cut is said."""
    rows = MAX_ROWS
    while True:
        page = _markdown(view, rows)
        if len(page) <= 60_000 or rows <= 1:  # noqa: PLR2004
            return page
        rows //= 2


def _markdown(view: Overview, rows: int) -> str:
    wording = Wording(view.locale)
    attention = sorted(
        (
            (row, item.project.name, item.project.currency, item.project.places)
            for item in view.projects
            for row in item.rows
        ),
        key=lambda entry: (
            -entry[0].finding.severity,
            entry[2],
            -(entry[0].finding.amount or 0),
            entry[0].finding.order,
        ),
    )
    page = (
        markdown_environment()
        .get_template("summary.md.j2")
        .render(
            view=view,
            name=_short(view.name),
            count=len(view.projects),
            day=wording.day,
            sums=[
                {"currency": currency}
                | {
                    name: wording.number(getattr(totals, name), view.places[currency])
                    for name in ("agreed", "billed", "settled", "outstanding", "overdue", "unbilled")
                }
                for currency, totals in view.totals.items()
            ],
            attention=[_attention(*entry, wording) for entry in attention[:rows]],
            attention_cut=max(len(attention) - rows, 0),
            projects=[_project(item, wording) for item in view.projects[:rows]],
            projects_cut=max(len(view.projects) - rows, 0),
            aging=[
                {
                    "currency": currency,
                    "buckets": [wording.number(sums[name], view.places[currency]) for name in BUCKETS],
                }
                for currency, sums in view.buckets.items()
            ],
            skipped=[_short(path) for path in view.report.skipped[:rows]],
        )
    )
    page = re.sub(r"\n+(?=## )", "\n\n", page)
    return re.sub(r"\n{3,}", "\n\n", page).rstrip("\n") + "\n"


def _short(text: str | None) -> str:
    line = safe(text or "")
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def _attention(row: Row, project: str, currency: str, places: int, wording: Wording) -> dict[str, Any]:
    finding = row.finding
    return {
        "mark": mark(finding),
        "amount": "" if finding.amount is None else wording.money(finding.amount, currency, places),
        "project": _short(project),
        "message": _short(finding.message),
        "since": wording.day(row.since),
    }


def _project(item: ProjectSummary, wording: Wording) -> dict[str, Any]:
    project, sums = item.project, item.progress
    delivered, billed = bars(sums)
    following = item.next

    def amount(name: str) -> str:
        return wording.money(getattr(item.totals, name), project.currency, project.places)

    words = ""
    if following is not None:
        planned = wording.day(following.planned)
        words = _short(following.label) + (f", {planned}" if planned else "")
    return {
        "name": _short(project.name),
        "client": _short(project.client),
        "delivered": delivered,
        "billed": billed,
        "approved": f"approved {percent(sums.approved, sums.agreed)}",
        "received": f"received {percent(sums.received, sums.agreed)}",
        "count": f"{item.billed} of {item.counted} billed",
        "agreed": amount("agreed"),
        "billed_amount": amount("billed"),
        "outstanding": amount("outstanding"),
        "next": "closed" if item.closed else words,
    }
