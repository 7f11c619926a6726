"""`mtrack report --format md`: the workspace as one Markdown page, short enough for a pull request comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.aging import BUCKETS
from mtrack.render.bars import small_bars
from mtrack.render.cells import Amount, Code, Column, amounts, texts
from mtrack.render.gaps import mark
from mtrack.render.left_out import write_left_out
from mtrack.render.markdown import Document
from mtrack.render.terminal import safe
from mtrack.render.wording import BUCKET_WORDS, Wording, percent, percent_text
from mtrack.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.record.model import Heading
    from mtrack.render.cells import Value
    from mtrack.views.gaps import Row
    from mtrack.views.overview import Overview
    from mtrack.views.summary import ProjectSummary

MAX_ROWS = 40
MAX_TEXT = 200
MAX_PAGE = 60_000
"""Bounds of rows a table, characters a text and a page, which stays under the 65,536 that a comment may have."""

_SUMS = {
    "agreed": "agreed", "billed": "billed", "settled": "settled", "outstanding": "outstanding", "overdue": "overdue",
    "unbilled": "not billed",
}  # fmt: skip


def markdown(view: Overview) -> str:
    """The overview as Markdown; what is cut is said."""
    rows = MAX_ROWS
    while len(page := _Page(view, rows).text()) > MAX_PAGE and rows > 1:
        rows //= 2
    return page


class _Page:
    """The overview with at most so many rows a table."""

    def __init__(self, view: Overview, rows: int) -> None:
        self.view = view
        self.rows = rows
        self.wording = Wording(view.locale)
        self.page = Document(self.wording)

    def text(self) -> str:
        """The page, from the sums to what is left out."""
        self.page.heading(1, _short(self.view.name) or "Billing by milestone")
        self.page.paragraph(f"As of {self.wording.day(self.view.as_of)}: {count(len(self.view.projects), 'project')}.")
        write_left_out(self.page, self.view)
        if self.view.totals:
            self.page.table((Column(""), *amounts(*_SUMS.values())), self._sums())
        self._attention()
        self._projects()
        if self.view.buckets:
            self._aging()
        if self.view.report.skipped:
            self.page.heading(2, "Left out until fixed")
            self.page.items(map(_short, self.view.report.skipped[: self.rows]))
        return self.page.text()

    def _sums(self) -> Iterator[tuple[Value, ...]]:
        for currency, totals in self.view.totals.items():
            yield currency, *(Amount(getattr(totals, name), self.view.places[currency]) for name in _SUMS)

    def _attention(self) -> None:
        """What is worst first, a row each."""
        found = [(row, item.project) for item in self.view.projects for row in item.rows]
        found.sort(key=lambda entry: _urgency(*entry))
        self.page.heading(2, "Needs attention")
        if not found:
            self.page.paragraph("Nothing: no gaps, no overlaps.")
            return
        columns = (Column(""), *amounts("Amount"), *texts("Project", "What", "Since"))
        self.page.table(columns, (self._finding(*entry) for entry in found[: self.rows]))
        if (cut := len(found) - self.rows) > 0:
            self.page.paragraph(f"{cut} more are left out here; ", Code("mtrack gaps"), " lists them all.")

    def _finding(self, row: Row, project: Heading) -> tuple[Value, ...]:
        finding = row.finding
        amount = None if finding.amount is None else Amount(finding.amount, project.places, project.currency)
        return mark(finding), amount, _short(project.name), _short(finding.message), self.wording.day(row.since)

    def _projects(self) -> None:
        shown = self.view.projects[: self.rows]
        self.page.heading(2, "Projects")
        if not shown:
            self.page.paragraph("No projects yet; ", Code("mtrack new"), " makes one.")
            return
        self.page.block(*(line for item in shown for line in _bars(item)))
        columns = (
            *texts("Project", "Client", "Milestones"),
            *amounts("Agreed", "Billed", "Outstanding"),
            Column("Next"),
        )
        self.page.table(columns, map(self._project, shown))
        if (cut := len(self.view.projects) - self.rows) > 0:
            self.page.paragraph(f"{cut} more projects are left out here; ", Code("mtrack status"), " lists them all.")

    def _project(self, item: ProjectSummary) -> tuple[Value, ...]:
        project, totals = item.project, item.totals
        sums = (totals.agreed, totals.billed, totals.outstanding)
        return (
            _short(project.name), _short(project.client), f"{item.billed} of {item.counted} billed",
            *(Amount(amount, project.places, project.currency) for amount in sums), self._next(item),
        )  # fmt: skip

    def _next(self, item: ProjectSummary) -> str:
        """The next milestone to deliver, and its day."""
        if item.closed or item.next is None:
            return "closed" if item.closed else ""
        planned = self.wording.day(item.next.planned)
        return _short(item.next.label) + (f", {planned}" if planned else "")

    def _aging(self) -> None:
        self.page.heading(2, "Outstanding by age")
        columns = amounts(*(BUCKET_WORDS[name].removesuffix(" days") for name in BUCKETS))
        self.page.table((Column(""), *columns), self._buckets())

    def _buckets(self) -> Iterator[tuple[Value, ...]]:
        for currency, sums in self.view.buckets.items():
            yield currency, *(Amount(sums[name], self.view.places[currency]) for name in BUCKETS)


def _urgency(row: Row, project: Heading) -> tuple[object, ...]:
    """The sort key: severity, then by currency the amount."""
    finding = row.finding
    return -finding.severity, project.currency, (finding.amount or money.ZERO).copy_negate(), finding.order


def _bars(item: ProjectSummary) -> Iterator[str]:
    """A project's name and its two bars."""
    sums = item.progress
    delivered, billed = small_bars(sums)
    yield _short(item.project.name)
    yield f"  delivered  {delivered}  approved {percent(sums.approved, sums.agreed)}"
    yield f"  billed     {billed}  paid {percent_text(sums.percentages['paid'])}"


def _short(text: str | None) -> str:
    line = safe(text or "")
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"
