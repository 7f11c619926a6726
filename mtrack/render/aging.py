"""`mtrack aging`: text, JSON, CSV, Markdown."""

from __future__ import annotations

import csv as csv_module
from io import StringIO
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.aging import BUCKETS
from mtrack.render.markdown import cell
from mtrack.render.plain import count, json_text, style
from mtrack.render.status import spreadsheet
from mtrack.render.tables import Cells, isolated
from mtrack.render.wording import BUCKET_WORDS, Wording

if TYPE_CHECKING:
    from mtrack.views.cash import AgingView, Owed


def _due(item: Owed) -> str:
    if item.bucket == "disputed":
        return "disputed"
    return f"{count(item.days, 'day')} past due" if item.days > 0 else "not due"


def text(view: AgingView, width: int = 120, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """The buckets per currency, then the invoices they are made of, oldest first."""
    wording = Wording(view.locale)
    title = style(f"Outstanding by age as of {wording.day(view.as_of)}, as invoiced with tax", "bold", colour=colour)
    if not view.owed:
        return f"{title}\n\nnothing is outstanding\n"
    table = Cells("", *(f">{BUCKET_WORDS[name]}" for name in BUCKETS), ">in all")
    for currency, buckets in view.buckets.items():
        places = view.places[currency]
        sums = [*(buckets[name] for name in BUCKETS), money.total(buckets.values())]
        table.row(currency, *(wording.number(amount, places) for amount in sums))
    rows = Cells("due", "age", "invoice", "project", "client", ">outstanding")
    for item in view.owed:
        project = item.project
        tint = None
        if colour and item.bucket != "not_due":
            tint = "red" if item.bucket != "disputed" else "yellow"
        rows.row(
            wording.day(item.figures.due), _due(item), isolated(item.figures.invoice.number), isolated(project.name),
            isolated(project.client or ""), wording.money(item.figures.outstanding, project.currency, project.places),
            style=tint,
        )  # fmt: skip
    return "\n".join([f"{title}\n", table.render(width, colour=colour), rows.render(width, colour=colour)])


def markdown(view: AgingView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """The same as two tables."""
    wording = Wording(view.locale)
    lines = [f"## Outstanding by age as of {view.as_of.isoformat()}", ""]
    if not view.owed:
        return "\n".join([*lines, "Nothing is outstanding.", ""])
    lines += [
        f"| | {' | '.join(BUCKET_WORDS[name] for name in BUCKETS)} | in all |",
        f"|---|{'--:|' * (len(BUCKETS) + 1)}",
    ]
    for currency, buckets in view.buckets.items():
        sums = [*(buckets[name] for name in BUCKETS), money.total(buckets.values())]
        amounts = " | ".join(wording.number(amount, view.places[currency]) for amount in sums)
        lines.append(f"| {cell(currency)} | {amounts} |")
    lines += ["", "| Due | Age | Invoice | Project | Client | Outstanding |", "|---|---|---|---|---|--:|"]
    for item in view.owed:
        project = item.project
        cells = [
            item.figures.due.isoformat(), _due(item), cell(item.figures.invoice.number), cell(project.name),
            cell(project.client or ""), wording.money(item.figures.outstanding, project.currency, project.places),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def json(view: AgingView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """The same as data, version 1; amounts as decimal strings."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "buckets": {
                currency: {name: money.plain(buckets[name], view.places[currency]) for name in BUCKETS}
                for currency, buckets in view.buckets.items()
            },
            "invoices": [
                {
                    "path": item.project.folder,
                    "project": item.project.name,
                    "client": item.project.client,
                    "number": item.figures.invoice.number,
                    "sent": item.figures.invoice.sent.isoformat(),
                    "due": item.figures.due.isoformat(),
                    "days": item.days,
                    "bucket": item.bucket,
                    "outstanding": money.plain(item.figures.outstanding, item.project.places),
                    "currency": item.project.currency,
                }
                for item in view.owed
            ],
        }
    )


CSV_COLUMNS = ("path", "project", "client", "number", "sent", "due", "days", "bucket", "outstanding", "currency")


def csv(view: AgingView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A line an invoice."""
    out = StringIO()
    writer = csv_module.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for item in view.owed:
        project, figures = item.project, item.figures
        writer.writerow(
            [
                *map(spreadsheet, (project.folder, project.name, project.client, figures.invoice.number)),
                figures.invoice.sent.isoformat(), figures.due.isoformat(), item.days, item.bucket,
                money.plain(figures.outstanding, project.places), spreadsheet(project.currency),
            ]
        )  # fmt: skip
    return out.getvalue()


FORMATS = {"text": text, "json": json, "csv": csv, "md": markdown}
"""Every format by name; width and colour go to those that a terminal shows."""
