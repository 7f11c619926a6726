"""The records that a spreadsheet is about to make, as a table on a terminal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mtrack.render.cells import Amount, Column, amounts, texts
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Screen, Whole, styled
from mtrack.render.wording import Wording, status_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.render.cells import Single

_COLUMNS = (
    Column("Milestone"), *amounts("Amount"), Column("Planned", keep=2), Column("Approved", keep=3), *texts("Invoice"),
    Column("Sent", keep=5), Column("Billed", keep=4), Column("Paid", keep=6), Column("Status", keep=7),
)  # fmt: skip

Record = dict[str, Any]


def text(  # noqa: PLR0913
    milestones: Sequence[Record], invoices: Sequence[Record], decimals: int, locale: str, width: int, *, colour: bool
) -> str:
    """A row per milestone, its invoices below each other."""
    wording, screen = Wording(locale), Screen(colour=colour, width=width)
    table = Table(wording, *_COLUMNS)
    for record in milestones:
        billed = [(item, share) for item in _invoices(record, invoices) if (share := _share(item, record)) is not None]
        deliverable = record.get("deliverable", {})
        table.row(
            styled((Whole(record["id"]), " ", Apart(record["name"]))),
            Amount(record["amount"], decimals),
            record.get("planned"),
            deliverable.get("approved"),
            tuple(str(item["number"]) for item, _ in billed),
            tuple(item["sent"] for item, _ in billed),
            tuple(Amount(share, decimals) for _, share in billed),
            tuple(_paid(item, wording) for item, _ in billed),
            status_word(record["status"]),
        )
    table.print(screen)
    screen.tell_hidden_columns()
    return screen.text()


def _invoices(record: Record, invoices: Sequence[Record]) -> list[Record]:
    """The invoices that may bill a milestone: its own, and those over several."""
    own = record.get("invoice")
    return [*([own] if own is not None else []), *invoices]


def _share(invoice: Record, milestone: Record) -> Any:
    """The amount of a milestone that an invoice bills; None where it bills none."""
    if "lines" not in invoice:
        return invoice["amount"]
    return next((line["amount"] for line in invoice["lines"] if line["milestone"] == milestone["id"]), None)


def _paid(invoice: Record, wording: Wording) -> Single:
    """The day an invoice was paid; "yes" where nobody knows the day."""
    paid = invoice.get("paid") or next((item["date"] for item in invoice.get("payments", ())), None)
    return Whole(wording.day(paid)) if isinstance(paid, date) else "yes" if paid else "no"
