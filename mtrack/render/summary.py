"""`mtrack report --format md`: the workspace as one Markdown page, short enough for a pull request comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.figures.aging import BUCKETS
from mtrack.render.bars import legend, small_bars
from mtrack.render.cells import Amount, Code, Column, amounts, texts
from mtrack.render.left_out import write_left_out
from mtrack.render.markdown import Document
from mtrack.render.next import HEADINGS, row
from mtrack.render.terminal import safe
from mtrack.render.wording import BUCKET_WORDS, Wording, percent, percent_text
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.render.cells import Value
    from mtrack.views.overview import Overview
    from mtrack.views.summary import ProjectSummary
    from mtrack.views.tasks import Task

MAX_ROWS = 40
MAX_TEXT = 200
MAX_PAGE = 60_000
"""Bounds of rows a table, characters a text and a page, which stays under the 65,536 that a comment may have."""

_SUMS = {
    "agreed": "agreed", "billed": "billed", "settled": "settled", "outstanding": "outstanding", "overdue": "overdue",
    "unbilled": "unbilled",
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
        if self.view.report.skipped:
            self.page.heading(2, "Left out until fixed")
            self.page.items(map(_short, self.view.report.skipped[: self.rows]))
        self._tasks()
        if self.view.totals:
            self.page.heading(2, "Sums")
            self.page.table((Column(""), *amounts(*_SUMS.values())), self._sums())
        self._projects()
        if self.view.buckets:
            self._aging()
        return self.page.text()

    def _sums(self) -> Iterator[tuple[Value, ...]]:
        for currency, totals in self.view.totals.items():
            yield currency, *(Amount(getattr(totals, name), self.view.decimals[currency]) for name in _SUMS)

    def _tasks(self) -> None:
        """Show what to do, the most urgent first."""
        self.page.heading(2, "To do")
        if not self.view.tasks:
            self.page.paragraph("Nothing to do.")
            return
        columns = (Column(""), *texts("What", "Project", "Since"), *amounts("Amount"), Column("About"))
        self.page.table(columns, map(self._task, self.view.tasks[: self.rows]))
        if (cut := len(self.view.tasks) - self.rows) > 0:
            self.page.paragraph(f"{cut} more are left out here; ", Code("mtrack next --all"), " lists them all.")

    def _task(self, task: Task) -> tuple[Value, ...]:
        mark, word = HEADINGS[task.verb]
        what, project, when, amount, about = row(task)
        return f"{mark} {word}", _short(what), _short(project), when, amount, _short(about)

    def _projects(self) -> None:
        shown = self.view.projects[: self.rows]
        self.page.heading(2, "Projects")
        if not shown:
            self.page.paragraph("No projects yet; ", Code("mtrack new"), " makes one.")
            return
        bars = [small_bars(item.progress) for item in shown]
        if words := legend(line for pair in bars for line in pair):
            self.page.paragraph(words)
        self.page.block(*(line for item, pair in zip(shown, bars, strict=True) for line in _bars(item, *pair)))
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
            *(Amount(amount, project.decimals, project.currency) for amount in sums), self._next(item),
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
            yield currency, *(Amount(sums[name], self.view.decimals[currency]) for name in BUCKETS)


def _bars(item: ProjectSummary, delivered: str, billed: str) -> Iterator[str]:
    """A project's name and its two bars."""
    sums = item.progress
    yield _short(item.project.name)
    yield f"  delivered  {delivered}  approved {percent(sums.approved, sums.agreed)}"
    yield f"  billed     {billed}  paid {percent_text(sums.percentages['paid'])}"


def _short(text: str | None) -> str:
    line = safe(text or "")
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"
