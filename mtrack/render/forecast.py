"""`mtrack forecast`: text, JSON, CSV, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.render.cells import Amount, Column, Kind, amounts
from mtrack.render.csv import csv_text
from mtrack.render.json_text import json_text
from mtrack.render.left_out import warn_of_left_out, write_left_out
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Screen, Whole, milestone_name, styled
from mtrack.render.wording import BAND_WORDS, Wording
from mtrack.views.cash import BANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.render.cells import Value
    from mtrack.render.terminal import Styled
    from mtrack.views.cash import Expected, ForecastView


_ITEMS = (
    Column("expected", Kind.DATE, keep=5), Column("invoice or milestone"), Column("project", keep=4), Column("state", keep=3), *amounts("amount")
)  # fmt: skip


def _subject(item: Expected) -> Whole | Styled | None:
    if item.invoice is not None:
        return Whole(item.invoice.invoice.number)
    return milestone_name(item.milestone) if item.milestone is not None else None


def _columns(currency: str) -> tuple[Column, ...]:
    return Column(currency), *amounts(*(BAND_WORDS[band] for band in BANDS), "in all")


def _months(view: ForecastView, currency: str, wording: Wording) -> Iterator[tuple[Value, ...]]:
    """A row per month: each band, and all of them."""
    for month, bands in view.months[currency].items():
        sums = (*(bands[band] for band in BANDS), money.total(bands.values()))
        name = "no date" if month is None else wording.month(month)
        yield name, *(Amount(amount, view.decimals[currency]) for amount in sums)


def text(view: ForecastView, width: int, *, colour: bool) -> str:
    """A table per currency, a line per month; then what it is made of, by day."""
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    screen.line(styled(("Cash expected as of ", Whole(wording.day(view.as_of))), "bold"))
    if not view.items:
        screen.line()
        screen.line("nothing is expected: all that is agreed is billed and settled")
        warn_of_left_out(screen, view)
        return screen.text()
    screen.line("invoices with tax; what is not yet billed is net")
    for currency in view.months:
        table = Table(wording, *_columns(currency))
        for row in _months(view, currency, wording):
            table.row(*row)
        screen.line()
        table.print(screen)
    screen.line()
    _items(view, wording).print(screen)
    screen.tell_hidden_columns()
    warn_of_left_out(screen, view)
    return screen.text()


def _items(view: ForecastView, wording: Wording) -> Table:
    table = Table(wording, *_ITEMS)
    for item in view.items:
        project = item.project
        table.row(
            item.day or "no date", _subject(item), project.name, _state(item), Amount(item.amount, project.decimals, project.currency), style="red" if item.late else None,
        )  # fmt: skip
    return table


def _state(item: Expected) -> str:
    notes = (("on hold", item.held), ("late", item.late))
    return ", ".join((BAND_WORDS[item.band], *(word for word, applies in notes if applies)))


def markdown(view: ForecastView) -> str:
    """A table per currency, a line per month."""
    wording = Wording(view.locale)
    page = Document(wording)
    page.heading(2, f"Cash expected as of {view.as_of.isoformat()}")
    if not view.items:
        page.paragraph("Nothing is expected: all that is agreed is billed and settled.")
        write_left_out(page, view)
        return page.text()
    page.paragraph("Invoices with tax; what is not yet billed is net.")
    for currency in view.months:
        page.table(_columns(currency), _months(view, currency, wording))
    write_left_out(page, view)
    return page.text()


def json(view: ForecastView) -> str:
    """The same as data, version 1; amounts as decimal strings, months as YYYY-MM, null where nothing says when."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "months": {
                currency: [
                    {"month": None if month is None else month.isoformat()[:7]}
                    | {band: money.plain(bands[band], view.decimals[currency]) for band in BANDS}
                    for month, bands in months.items()
                ]
                for currency, months in view.months.items()
            },
            "items": [
                {
                    "path": item.project.folder,
                    "project": item.project.name,
                    "client": item.project.client,
                    "band": item.band,
                    "day": None if item.day is None else item.day.isoformat(),
                    "late": item.late,
                    "milestone": None if item.milestone is None else item.milestone.id,
                    "invoice": None if item.invoice is None else item.invoice.invoice.number,
                    "amount": money.plain(item.amount, item.project.decimals),
                    "currency": item.project.currency,
                }
                for item in view.items
            ],
            "left_out": view.left_out.count,
        }
    )


CSV_COLUMNS = ("path", "project", "client", "band", "day", "late", "milestone", "invoice", "amount", "currency")


def csv(view: ForecastView) -> str:
    """A line per item."""
    return csv_text(CSV_COLUMNS, map(_csv_row, view.items))


def _csv_row(item: Expected) -> tuple[Value, ...]:
    project = item.project
    return (
        project.folder, project.name, project.client, item.band, item.day, item.late,
        item.milestone.id if item.milestone else None, item.invoice.invoice.number if item.invoice else None,
        Amount(item.amount, project.decimals), project.currency,
    )  # fmt: skip


FORMATS = {"json": json, "csv": csv, "md": markdown}
"""The formats that need to know nothing of a terminal."""
