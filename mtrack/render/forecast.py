"""`mtrack forecast`: text, JSON, CSV, Markdown."""

from __future__ import annotations

import csv as csv_module
from io import StringIO
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.render.markdown import cell
from mtrack.render.plain import json_text, style
from mtrack.render.status import spreadsheet
from mtrack.render.tables import Cells, isolated
from mtrack.render.wording import BAND_WORDS, Wording
from mtrack.views.cash import BANDS

if TYPE_CHECKING:
    from datetime import date

    from mtrack.views.cash import Expected, ForecastView


def _subject(item: Expected) -> str:
    if item.invoice is not None:
        return item.invoice.invoice.number
    return item.milestone.label if item.milestone is not None else ""


def _month(month: date | None, wording: Wording) -> str:
    return "no date" if month is None else wording.month(month)


def text(view: ForecastView, width: int = 120, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A table a currency, a line a month; then what it is made of, by day."""
    wording = Wording(view.locale)
    title = style(f"Cash expected as of {wording.day(view.as_of)}", "bold", colour=colour)
    if not view.items:
        return f"{title}\n\nnothing is expected: all that is agreed is billed and settled\n"
    parts = [f"{title}\ninvoices with tax; what is not yet billed is net\n"]
    for currency, months in view.months.items():
        places = view.places[currency]
        table = Cells(currency, *(f">{BAND_WORDS[band]}" for band in BANDS), ">in all")
        for month, bands in months.items():
            sums = [*(bands[band] for band in BANDS), money.total(bands.values())]
            table.row(_month(month, wording), *(wording.number(amount, places) for amount in sums))
        parts.append(table.render(width, colour=colour))
    rows = Cells("expected", "what", "", "project", ">amount")
    for item in view.items:
        project = item.project
        rows.row(
            wording.day(item.day) or "no date", BAND_WORDS[item.band] + (", late" if item.late else ""),
            isolated(_subject(item)), isolated(project.name), wording.money(item.amount, project.currency, project.places),
            style="red" if colour and item.late else None,
        )  # fmt: skip
    return "\n".join([*parts, rows.render(width, colour=colour)])


def markdown(view: ForecastView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A table a currency, a line a month."""
    wording = Wording(view.locale)
    lines = [f"## Cash expected as of {view.as_of.isoformat()}", ""]
    if not view.items:
        return "\n".join([*lines, "Nothing is expected: all that is agreed is billed and settled.", ""])
    lines += ["Invoices with tax; what is not yet billed is net.", ""]
    for currency, months in view.months.items():
        places = view.places[currency]
        lines += [
            f"| {cell(currency)} | {' | '.join(BAND_WORDS[band] for band in BANDS)} | in all |",
            "|---|--:|--:|--:|--:|",
        ]
        for month, bands in months.items():
            sums = [*(bands[band] for band in BANDS), money.total(bands.values())]
            lines.append(
                f"| {_month(month, wording)} | {' | '.join(wording.number(amount, places) for amount in sums)} |"
            )
        lines.append("")
    return "\n".join(lines)


def json(view: ForecastView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """The same as data, version 1; amounts as decimal strings, months as YYYY-MM, null where nothing says when."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "months": {
                currency: [
                    {"month": None if month is None else month.isoformat()[:7]}
                    | {band: money.plain(bands[band], view.places[currency]) for band in BANDS}
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
                    "amount": money.plain(item.amount, item.project.places),
                    "currency": item.project.currency,
                }
                for item in view.items
            ],
        }
    )


CSV_COLUMNS = ("path", "project", "client", "band", "day", "late", "milestone", "invoice", "amount", "currency")


def csv(view: ForecastView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A line an item."""
    out = StringIO()
    writer = csv_module.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for item in view.items:
        project = item.project
        writer.writerow(
            [
                *map(spreadsheet, (project.folder, project.name, project.client)), item.band,
                "" if item.day is None else item.day.isoformat(), "yes" if item.late else "no",
                "" if item.milestone is None else spreadsheet(item.milestone.id),
                "" if item.invoice is None else spreadsheet(item.invoice.invoice.number),
                money.plain(item.amount, project.places), spreadsheet(project.currency),
            ]
        )  # fmt: skip
    return out.getvalue()


FORMATS = {"text": text, "json": json, "csv": csv, "md": markdown}
"""Every format by name; width and colour go to those that a terminal shows."""
