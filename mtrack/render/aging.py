"""`mtrack aging`: text, JSON, CSV, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.aging import BUCKETS
from mtrack.render.cells import Amount, Column, Kind, amounts, texts
from mtrack.render.csv import csv_text
from mtrack.render.json_text import json_text
from mtrack.render.left_out import warn_of_left_out, write_left_out
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Screen, Whole, styled
from mtrack.render.wording import BUCKET_WORDS, Wording
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.render.cells import Value
    from mtrack.views.cash import AgingView, Owed

_BUCKETS = (Column(""), *amounts(*(BUCKET_WORDS[name] for name in BUCKETS), "in all"))
_INVOICES = (
    Column("due", Kind.DATE, keep=5), Column("age", keep=3), Column("invoice"), Column("project", keep=4),
    Column("client", keep=1), *amounts("outstanding"),
)  # fmt: skip


def _age(item: Owed) -> str:
    if item.bucket in ("disputed", "retained") or item.days is None:
        return BUCKET_WORDS[item.bucket]
    return f"{count(item.days, 'day')} past due" if item.days > 0 else "not due"


def _sums(view: AgingView) -> Iterator[tuple[Value, ...]]:
    """A row per currency: each bucket, and all of them."""
    for currency, buckets in view.buckets.items():
        sums = (*(buckets[name] for name in BUCKETS), money.total(buckets.values()))
        yield currency, *(Amount(amount, view.decimals[currency]) for amount in sums)


def _invoice(item: Owed) -> tuple[Value, ...]:
    project, figures = item.project, item.figures
    outstanding = Amount(item.part.open, project.decimals, project.currency)
    return item.part.day, _age(item), Whole(figures.invoice.number), project.name, project.client, outstanding


def text(view: AgingView, width: int, *, colour: bool) -> str:
    """The buckets per currency, then the invoices they are made of, oldest first."""
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    screen.line(styled(("Outstanding by age as of ", Whole(wording.day(view.as_of)), ", as invoiced with tax"), "bold"))
    screen.line()
    if not view.owed:
        screen.line("nothing is outstanding")
        warn_of_left_out(screen, view)
        return screen.text()
    table = Table(wording, *_BUCKETS)
    for sums in _sums(view):
        table.row(*sums)
    table.print(screen)
    screen.line()
    rows = Table(wording, *_INVOICES)
    tints = {"not_due": None, "retained": None, "disputed": "yellow"}
    for item in view.owed:
        rows.row(*_invoice(item), style=tints.get(item.bucket, "red"))
    rows.print(screen)
    screen.tell_hidden_columns()
    warn_of_left_out(screen, view)
    return screen.text()


def markdown(view: AgingView) -> str:
    """The same as two tables."""
    page = Document(Wording(view.locale))
    page.heading(2, f"Outstanding by age as of {view.as_of.isoformat()}")
    if view.owed:
        page.table(_BUCKETS, _sums(view))
        columns = (*texts("Due", "Age", "Invoice", "Project", "Client"), Column("Outstanding", Kind.AMOUNT))
        page.table(columns, map(_invoice, view.owed))
    else:
        page.paragraph("Nothing is outstanding.")
    write_left_out(page, view)
    return page.text()


def json(view: AgingView) -> str:
    """The same as data, version 1; amounts as decimal strings."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "buckets": {
                currency: {name: money.plain(buckets[name], view.decimals[currency]) for name in BUCKETS}
                for currency, buckets in view.buckets.items()
            },
            "invoices": [
                {
                    "path": item.project.folder,
                    "project": item.project.name,
                    "client": item.project.client,
                    "number": item.figures.invoice.number,
                    "sent": item.figures.invoice.sent.isoformat(),
                    "due": None if item.part.day is None else item.part.day.isoformat(),
                    "days": item.days,
                    "bucket": item.bucket,
                    "outstanding": money.plain(item.part.open, item.project.decimals),
                    "currency": item.project.currency,
                }
                for item in view.owed
            ],
            "left_out": view.left_out.count,
        }
    )


CSV_COLUMNS = ("path", "project", "client", "number", "sent", "due", "days", "bucket", "outstanding", "currency")


def csv(view: AgingView) -> str:
    """A line per invoice."""
    return csv_text(CSV_COLUMNS, map(_csv_row, view.owed))


def _csv_row(item: Owed) -> tuple[Value, ...]:
    project, figures = item.project, item.figures
    return (
        project.folder, project.name, project.client, figures.invoice.number, figures.invoice.sent, item.part.day,
        item.days, item.bucket, Amount(item.part.open, project.decimals), project.currency,
    )  # fmt: skip


FORMATS = {"json": json, "csv": csv, "md": markdown}
"""The formats that need to know nothing of a terminal."""
