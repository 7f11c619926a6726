"""`mtrack status`: text, JSON (version 1, `schemas/status.schema.json`), Markdown; CSV stands in `status_csv`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.render import status_csv
from mtrack.render.bars import WIDTH, WORK, legend, slot_bars
from mtrack.render.cells import Amount, Column, Kind, amounts, texts
from mtrack.render.json_text import json_text, of_project
from mtrack.render.left_out import warn_of_left_out, write_left_out
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Screen, Whole, milestone_name, names, plain, styled
from mtrack.render.wording import (
    DISPUTED_MARK,
    OVERLAP_MARK,
    RETAINED_MARK,
    STATES,
    Wording,
    percent,
    percent_text,
    status_word,
)
from mtrack.views.slots import MOST, slots
from mtrack.words import count, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import Totals
    from mtrack.figures.states import States
    from mtrack.record.model import Milestone
    from mtrack.render.cells import Value
    from mtrack.render.terminal import Part, Styled
    from mtrack.views.status import MilestoneStatus, ProjectStatus, StatusView

TOTALS = ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "overdue")
"""The sums every report shows, in this order."""
_LABELS = 13
"""Columns of the labels before a project's lines."""
_ROOMY = 60
"""The width from which a project's lines go on below where they began, right of the labels."""
_BARS = ("", "delivered", "billed", "")
"""The labels of the lines of the bars: ids, work, money, alarms."""
_TINTS = {
    STATES["paid"][0]: "green", STATES["outstanding"][0]: "blue", STATES["overdue"][0]: "red",
    STATES["to_bill"][0]: "yellow", DISPUTED_MARK: "yellow", OVERLAP_MARK: "red",
}  # fmt: skip
_TOTALS = (Column("In all"), *amounts(*TOTALS))


def _totals(view: StatusView) -> Iterator[tuple[Value, ...]]:
    for currency, totals in view.totals.items():
        yield currency, *(Amount(getattr(totals, name), view.decimals[currency]) for name in TOTALS)


def text(view: StatusView, width: int, *, colour: bool) -> str:
    """A block per project: agreement, the two bars, and a table of the milestones' records; then the sums."""
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    screen.title(view.name, "status", wording.day(view.as_of))
    for i, item in enumerate(view.projects):
        screen.line()
        if not screen.room:
            screen.tell_more(len(view.projects) - i, "projects")
            break
        _project_lines(screen, item, wording)
        _milestones(item, wording).print(screen, indent="  ")
    screen.tell_hidden_columns()
    screen.line()
    if view.projects:
        table = Table(wording, *_TOTALS)
        for row in _totals(view):
            table.row(*row, always=True)
        table.print(screen)
    else:
        screen.line(_nothing(view))
    warn_of_left_out(screen, view)
    return screen.text()


def _nothing(view: StatusView) -> str:
    """The reason that no project is shown."""
    if not view.without_figures:
        return "no projects here; mtrack new makes one"
    verb = "is" if len(view.without_figures) == 1 else "are"
    return f"nothing to show until {listed(view.without_figures)} {verb} corrected; mtrack lint says what is wrong"


def _heading(item: ProjectStatus) -> list[str]:
    """The names of a project: name, client, folder."""
    project = item.project
    return [name for name in (project.name, project.client, project.folder) if name]


def _agreement_words(item: ProjectStatus, wording: Wording) -> list[str | Whole]:
    """The agreement in a few words: file, signed, total with amendments, count."""
    project, agreement = item.project, item.project.agreement
    if agreement is None:
        return ["none recorded"]
    words: list[str | Whole] = [agreement.file or "no file"]
    words.append(Whole(f"signed {wording.day(agreement.signed)}") if agreement.signed else "not signed")
    if item.agreed_total is not None:
        words.append(Whole(wording.money(item.agreed_total, project.currency, project.decimals)))
    if item.agreed_count is not None:
        words.append(Whole(count(item.agreed_count, "milestone")))
    if agreement.amendments:
        words.append(f"{count(len(agreement.amendments), 'amendment')} included")
    return words


def _project_lines(screen: Screen, item: ProjectStatus, wording: Wording) -> None:
    project, sums = item.project, item.progress
    screen.line(styled(names(_heading(item)), "bold"), hang=2)

    roomy = (screen.width or _ROOMY) >= _ROOMY

    def line(label: str, *parts: Part) -> None:
        lead = f"  {label:<{_LABELS - 2}}" if label or roomy else "    "
        screen.line(lead, *parts, hang=_LABELS if roomy else 4)

    def amount(value: Decimal) -> Whole:
        return Whole(wording.money(value, project.currency, project.decimals))

    line("agreement", *names(_agreement_words(item, wording), ", "))
    _bars(screen, item)
    line("", *names(_progress_words(item), ", "))
    for state in ("to_bill", "on_hold"):
        if value := sums.parts[state]:
            line("", f"{STATES[state][0]} ", amount(value), f" {STATES[state][1]}")
    if sums.overbilled:
        line("", f"{OVERLAP_MARK} ", amount(sums.overbilled), " billed more than agreed")
    if project.closed is not None:
        line("closed", Whole(wording.day(project.closed)))


def _bars(screen: Screen, item: ProjectStatus) -> None:
    """The milestones in slots, work above money."""
    width = WIDTH if screen.width is None else min(WIDTH, screen.width - _LABELS)
    found = slots(item.milestones, max(min(width // 3, MOST), 1))
    if not found:
        return
    drawing = slot_bars(found, width)
    for label, text in zip(_BARS, drawing, strict=True):
        if label or text:
            screen.line(f"  {label:<{_LABELS - 2}}", *map(_tinted, groupby(text, key=_TINTS.get)))


def _tinted(run: tuple[str | None, Iterator[str]]) -> Part:
    tint, text = run[0], Whole("".join(run[1]))
    return text if tint is None else styled((text,), tint)


def _progress_words(item: ProjectStatus) -> list[Whole]:
    """The work by its state, and what became of what is billed, in percent of the bar."""
    sums = item.progress
    shares = sums.percentages
    words = [
        Whole(f"{mark} {word} {percent(getattr(sums, name), sums.agreed)}")
        for name, (mark, word) in WORK.items()
        if name == "approved" or getattr(sums, name)
    ]
    words += [
        Whole(f"{STATES[name][0]} {STATES[name][1]} {percent_text(shares[name])}")
        for name in ("paid", "written_off", "outstanding", "overdue")
        if name == "paid" or sums.parts[name]
    ]
    if sums.states.retained:
        words.append(Whole(f"of which {RETAINED_MARK} retained {percent_text(sums.percent_retained)}"))
    if sums.states.disputed:
        words.append(Whole(f"of which {DISPUTED_MARK} disputed {percent_text(sums.percent_disputed)}"))
    return words


def _milestones(item: ProjectStatus, wording: Wording) -> Table:
    """The milestones' records; without the days that no milestone of the project has."""
    project = item.project
    columns = (
        Column("milestone"), Column(project.currency, Kind.AMOUNT, in_code=True), Column("deliverable", keep=1),
        Column("planned", Kind.DATE, keep=2), Column("completed", Kind.DATE, keep=2),
        Column("approved", Kind.DATE, keep=3), Column("invoice", keep=6), Column("sent", Kind.DATE, keep=4),
        Column("due", Kind.DATE, keep=3), Column("settled", Kind.AMOUNT, keep=5), Column("status", keep=7),
    )  # fmt: skip
    rows = [
        (
            milestone_name(milestone.figures.milestone),
            *_record(milestone, project.decimals),
            _status(milestone, wording),
        )
        for milestone in item.milestones
    ]
    empty = {
        i for i, column in enumerate(columns) if column.kind is Kind.DATE and not any(_days(row[i]) for row in rows)
    }
    table = Table(wording, *(column for i, column in enumerate(columns) if i not in empty))
    for row in rows:
        table.row(*(value for i, value in enumerate(row) if i not in empty))
    return table


def _days(value: Value) -> bool:
    """Whether a cell holds a day."""
    return any(day is not None for day in value) if isinstance(value, tuple) else value is not None


def _status(item: MilestoneStatus, wording: Wording) -> Styled:
    """The status in words, the expected one where it is another, and whether it is disputed or on hold."""
    record = item.figures.milestone
    words: list[str | Whole] = [status_word(record.status)]
    if record.status not in item.accepted_statuses:
        words.append(f" (expected: {status_word(item.expected_status)})")
    since = min((invoice.invoice.disputed for invoice in item.invoices if invoice.invoice.disputed), default=None)
    if since is not None:
        words += [", disputed since ", Whole(wording.day(since))]
    if record.hold:
        words.append(", on hold")
        words += [" until ", Whole(wording.day(record.hold_until))] if record.hold_until else []
    return styled(tuple(words))


def _record(item: MilestoneStatus, decimals: int) -> tuple[Value, ...]:
    """A milestone's amount, deliverable, its days, its invoices, theirs, and what is settled."""
    record = item.figures.milestone
    return (
        Amount(record.amount, decimals),
        record.deliverable.note,
        record.planned,
        record.completed,
        record.approved,
        tuple(map(_invoice_name, item.invoices)),
        tuple(invoice.invoice.sent for invoice in item.invoices),
        tuple(invoice.due if invoice.live else None for invoice in item.invoices),
        Amount(item.figures.settled, decimals) if item.figures.invoices else None,
    )


def _invoice_name(item: InvoiceFigures) -> str:
    invoice = item.invoice
    if invoice.void is not None:
        return f"{invoice.number} (void)"
    return f"{invoice.number} (credit)" if invoice.is_credit_note else invoice.number


def markdown(view: StatusView) -> str:
    """A section per project with its bars and a table of its milestones."""
    wording = Wording(view.locale)
    page = Document(wording)
    page.heading(2, f"Status as of {view.as_of.isoformat()}")
    bars = [slot_bars(slots(item.milestones)) for item in view.projects]
    if words := legend(line for _, *lines in bars for line in lines):
        page.paragraph(words)
    for item, drawing in zip(view.projects, bars, strict=True):
        project = item.project
        page.heading(3, *_heading(item))
        page.paragraph(f"Agreement: {', '.join(map(plain, _agreement_words(item, wording)))}")
        shares = ", ".join(map(plain, _progress_words(item)))
        lines = zip(_BARS, drawing, strict=True)
        page.block(*(f"{label:<11}{text}" for label, text in lines if label or text), f"{'':<11}{shares}")
        columns = (
            Column("Milestone"), *amounts(project.currency),
            *texts("Deliverable", "Planned", "Completed", "Approved", "Invoice", "Sent", "Due"), *amounts("Settled"),
            Column("Status"),
        )  # fmt: skip
        page.table(columns, (_markdown_row(milestone, project.decimals, wording) for milestone in item.milestones))
    if view.projects:
        page.table(_TOTALS, _totals(view))
    else:
        page.paragraph(_nothing(view))
    write_left_out(page, view)
    return page.text()


def _markdown_row(item: MilestoneStatus, decimals: int, wording: Wording) -> tuple[Value, ...]:
    record = item.figures.milestone
    return f"{record.id} {record.name}", *_record(item, decimals), plain(_status(item, wording))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def json_totals(totals: Totals, states: States, decimals: int) -> dict[str, Any]:
    """The sums as decimal strings, and the seven states."""
    return {name: money.plain(getattr(totals, name), decimals) for name in TOTALS} | {
        "states": _states(states, decimals)
    }


def _states(states: States, decimals: int) -> dict[str, str]:
    return {state: money.plain(amount, decimals) for state, amount in states.items()}


def json(view: StatusView) -> str:
    """Version 1 of the machine format; written out here, never a dump of classes."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "projects": [_json_project(item) for item in view.projects],
            "totals": {
                currency: json_totals(totals, view.progress[currency].states, view.decimals[currency])
                for currency, totals in view.totals.items()
            },
            "left_out": view.left_out.count,
        }
    )


def _json_project(item: ProjectStatus) -> dict[str, Any]:
    project = item.project
    return {
        **of_project(project),
        "closed": None if project.closed is None else project.closed.isoformat(),
        "totals": json_totals(item.totals, item.progress.states, project.decimals),
        "milestones": [_json_milestone(milestone, project.decimals) for milestone in item.milestones],
    }


def _json_milestone(item: MilestoneStatus, decimals: int) -> dict[str, Any]:
    sums, record = item.figures, item.figures.milestone
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "expected_status": item.expected_status,
        "state": item.progress.states.largest,
        "amount": money.plain(record.amount, decimals),
        "agreed": money.plain(sums.agreed, decimals),
        "billed": money.plain(sums.billed, decimals),
        "unbilled": money.plain(sums.unbilled, decimals),
        "settled": money.plain(sums.settled, decimals),
        "outstanding": money.plain(sums.outstanding, decimals),
        "overdue": money.plain(sums.overdue, decimals),
        "states": _states(item.progress.states, decimals),
        "planned": _iso(record.planned),
        "completed": _iso(record.completed),
        "approved": _iso(record.approved),
        "upfront": record.upfront,
        "hold": _hold(record),
        "cancelled": _cancelled(record),
        "invoices": [invoice.invoice.number for invoice in sums.invoices],
    }


def _hold(record: Milestone) -> dict[str, str | None] | None:
    return {"until": _iso(record.hold_until), "reason": record.hold_reason} if record.hold else None


def _cancelled(record: Milestone) -> dict[str, str | None] | None:
    return {"date": _iso(record.cancelled_date), "reason": record.cancelled_reason} if record.cancelled else None


FORMATS = {"json": json, "csv": status_csv.csv, "md": markdown}
"""The formats that need to know nothing of a terminal."""
