"""`mtrack invoices` and `mtrack payments`: text, JSON (version 1), CSV for the accountant, Markdown."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.render.cells import Amount, Column, Kind, amounts
from mtrack.render.csv import csv_line, csv_text
from mtrack.render.json_text import json_text
from mtrack.render.left_out import warn_of_left_out, write_left_out
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Screen, Whole, styled
from mtrack.render.wording import Wording
from mtrack.views.registers import INVOICE_AMOUNTS, PAYMENT_AMOUNTS
from mtrack.words import capital

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from mtrack.render.cells import Value
    from mtrack.views.registers import InvoiceRow, PaymentRow, Register

INVOICE_COLUMNS = (
    "project", "client", "number", "kind", "milestones", "sent", "due", "currency", *INVOICE_AMOUNTS, "state",
    "paid_on", "file",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "project", "client", "invoice", "date", "currency", *PAYMENT_AMOUNTS, "total", "received_amount",
    "received_currency", "reference", "note",
)  # fmt: skip
_TINTS = {"overdue": "red", "disputed": "yellow", "void": "dim", "credited": "dim"}


def _invoice_values(row: InvoiceRow) -> dict[str, Value]:
    """An invoice by the columns of the register."""
    project = row.project
    return {
        "project": project.folder, "client": project.client, "number": row.number, "kind": row.kind,
        "milestones": " ".join(row.milestones), "sent": row.sent, "due": row.due, "currency": project.currency,
        **{name: Amount(getattr(row, name), project.decimals) for name in INVOICE_AMOUNTS},
        "state": row.state, "paid_on": row.paid_on, "file": row.file,
    }  # fmt: skip


def _payment_values(row: PaymentRow) -> dict[str, Value]:
    """A payment by the columns of the register."""
    project = row.project

    def maybe(amount: Decimal | None, decimals: int) -> Amount | None:
        return None if amount is None else Amount(amount, decimals)

    return {
        "project": project.folder, "client": project.client, "invoice": row.invoice, "date": row.date,
        "currency": project.currency, **{name: Amount(getattr(row, name), project.decimals) for name in PAYMENT_AMOUNTS},
        "total": maybe(row.total, project.decimals), "received_amount": maybe(row.received_amount, _decimals(row)),
        "received_currency": row.received_currency, "reference": row.reference, "note": row.note,
    }  # fmt: skip


def _decimals(row: PaymentRow) -> int:
    """The decimals of the currency that came in; 2 where it is one of the workspace's own."""
    known = money.decimals(row.received_currency, {})
    return 2 if known is None else known


def invoices_csv(rows: Iterable[InvoiceRow]) -> str:
    """One row per invoice, with a header."""
    return csv_text(INVOICE_COLUMNS, (tuple(_invoice_values(row).values()) for row in rows))


def invoice_line(row: InvoiceRow) -> str:
    """The row of an invoice alone."""
    return csv_line(tuple(_invoice_values(row).values()))


def payments_csv(view: Register[PaymentRow]) -> str:
    """One row per payment, with a header."""
    return csv_text(PAYMENT_COLUMNS, (tuple(_payment_values(row).values()) for row in view.rows))


def invoices_json(view: Register[InvoiceRow]) -> str:
    """Version 1 of the machine format (`schemas/invoices.schema.json`)."""
    return _json(view, [_plain(_invoice_values(row)) | {"milestones": list(row.milestones)} for row in view.rows])


def payments_json(view: Register[PaymentRow]) -> str:
    """Version 1 of the machine format (`schemas/payments.schema.json`)."""
    return _json(view, [_plain(_payment_values(row)) for row in view.rows])


def _plain(values: dict[str, Value]) -> dict[str, Any]:
    return {name: _json_value(value) for name, value in values.items()}


def _json_value(value: Value) -> str | None:
    if isinstance(value, Amount):
        return money.plain(value.value, value.decimals)
    return None if value is None else str(value)


def _json(view: Register[InvoiceRow] | Register[PaymentRow], rows: list[dict[str, Any]]) -> str:
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "rows": rows,
            "sums": {
                currency: {name: money.plain(amount, view.decimals[currency]) for name, amount in sums.items()}
                for currency, sums in view.sums.items()
            },
            "left_out": view.left_out.count,
        }
    )


_INVOICE_TABLE = (
    Column("invoice"), Column("project", keep=5), Column("sent", Kind.DATE, keep=6), Column("due", Kind.DATE, keep=4),
    Column("net", Kind.AMOUNT, keep=2), Column("gross", Kind.AMOUNT), Column("settled", Kind.AMOUNT, keep=3),
    Column("outstanding", Kind.AMOUNT, keep=7), Column("state", keep=8),
)  # fmt: skip
_INVOICE_SUMS = ("net", "tax", "gross", "received", "settled", "outstanding", "overdue")
_PAYMENT_TABLE = (
    Column("date", Kind.DATE, keep=8), Column("invoice"), Column("project", keep=5), Column("amount", Kind.AMOUNT),
    Column("withheld", Kind.AMOUNT, keep=6), Column("fee", Kind.AMOUNT, keep=6), Column("discount", Kind.AMOUNT, keep=6),
    Column("reference", keep=4),
)  # fmt: skip
_WHERE_ANY = frozenset({"withheld", "fee", "discount"})
"""Columns that are there where some row has an amount in them."""


def _invoice_cells(row: InvoiceRow) -> tuple[Value, ...]:
    project = row.project
    net, settled, outstanding = (
        Amount(getattr(row, name), project.decimals) for name in ("net", "settled", "outstanding")
    )
    gross = Amount(row.gross, project.decimals, project.currency)
    state = Whole(row.state.replace("_", " "))
    return Whole(row.number), project.name, row.sent, row.due, net, gross, settled, outstanding, state


def _payment_cells(row: PaymentRow) -> tuple[Value, ...]:
    project = row.project
    amount = Amount(row.amount, project.decimals, project.currency)
    kept = (Amount(value, project.decimals) if value else None for value in (row.withheld, row.fee, row.discount))
    return row.date or "no date", Whole(row.invoice), project.name, amount, *kept, row.reference


def _table(layout: _Layout, rows: Sequence[Any]) -> tuple[tuple[Column, ...], list[tuple[Value, ...]]]:
    """The columns of a register that its rows need, and their cells."""
    cells = [layout.cells(row) for row in rows]
    shown = [
        i
        for i, column in enumerate(layout.columns)
        if column.heading not in _WHERE_ANY or any(row[i] is not None for row in cells)
    ]
    return tuple(layout.columns[i] for i in shown), [tuple(row[i] for i in shown) for row in cells]


def _sums(view: Register[Any], names: tuple[str, ...]) -> Iterator[tuple[Value, ...]]:
    shown = {row.project.currency for row in view.rows}
    for currency, sums in view.sums.items():
        if currency not in shown:
            continue
        yield currency, *(Amount(sums[name], view.decimals[currency]) for name in names)


class _Layout(Struct, frozen=True):
    """The layout of a register for people: its title, its columns and their cells, and the amounts that are summed."""

    title: str
    columns: tuple[Column, ...]
    cells: Callable[[Any], tuple[Value, ...]]
    summed: tuple[str, ...]


_INVOICES = _Layout("Invoices", _INVOICE_TABLE, _invoice_cells, _INVOICE_SUMS)
_PAYMENTS = _Layout("Payments", _PAYMENT_TABLE, _payment_cells, PAYMENT_AMOUNTS)


def _text(view: Register[Any], layout: _Layout, width: int, *, colour: bool) -> str:
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    screen.line(styled(f"{layout.title} as of {wording.day(view.as_of)}", "bold"))
    screen.line()
    if view.rows:
        columns, cells = _table(layout, view.rows)
        table = Table(wording, *columns)
        for row, values in zip(view.rows, cells, strict=True):
            table.row(*values, style=_TINTS.get(getattr(row, "state", "")))
        table.print(screen)
        screen.line()
        sums = Table(wording, Column("in all"), *amounts(*layout.summed))
        for line in _sums(view, layout.summed):
            sums.row(*line, always=True)
        sums.print(screen)
    else:
        screen.line("none")
    screen.tell_hidden_columns()
    warn_of_left_out(screen, view)
    return screen.text()


def invoices_text(view: Register[InvoiceRow], width: int, *, colour: bool) -> str:
    """A table of the invoices, then the sums per currency."""
    return _text(view, _INVOICES, width, colour=colour)


def payments_text(view: Register[PaymentRow], width: int, *, colour: bool) -> str:
    """A table of the payments, then the sums per currency."""
    return _text(view, _PAYMENTS, width, colour=colour)


def _markdown(view: Register[Any], layout: _Layout) -> str:
    page = Document(Wording(view.locale))
    page.heading(2, f"{layout.title} as of {view.as_of.isoformat()}")
    if view.rows:
        columns, cells = _table(layout, view.rows)
        page.table([Column(capital(column.heading), column.kind) for column in columns], cells)
        page.table((Column("In all"), *amounts(*layout.summed)), _sums(view, layout.summed))
    else:
        page.paragraph("None.")
    write_left_out(page, view)
    return page.text()


def invoices_markdown(view: Register[InvoiceRow]) -> str:
    """The same as two tables."""
    return _markdown(view, _INVOICES)


def payments_markdown(view: Register[PaymentRow]) -> str:
    """The same as two tables."""
    return _markdown(view, _PAYMENTS)


INVOICE_FORMATS = {"json": invoices_json, "csv": lambda view: invoices_csv(view.rows), "md": invoices_markdown}
PAYMENT_FORMATS = {"json": payments_json, "csv": payments_csv, "md": payments_markdown}
"""The formats that need to know nothing of a terminal."""
