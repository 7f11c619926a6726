"""Settlements to record before a wrong status is corrected, so that no figure changes and nothing it says is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mtrack.figures.invoices import InvoiceFigures  # noqa: TC001  (msgspec reads the annotations)

if TYPE_CHECKING:
    from mtrack.figures.ledger import MilestoneFigures

Kind = Literal["paid by status", "payment", "write-off", "rest"]


class MissingSettlement(Struct, frozen=True):
    """The settlement that must be recorded on `invoices` before a status can be corrected.

    "paid by status": they count as paid only because the milestone says so. "payment": it says paid, and they list no
    payment. "write-off": it says written off, and they list no write-off. "rest": the correct status would settle what is
    open on them.
    """

    kind: Kind
    invoices: tuple[InvoiceFigures, ...]


def missing_settlement(item: MilestoneFigures) -> MissingSettlement | None:
    """The settlement to record before a milestone's expected status can be written; None where nothing must."""
    if item.milestone.cancelled:  # its status settles nothing
        return None
    live, status = item.live_invoices, item.milestone.status
    silent = tuple(one for one in item.invoices if not one.invoice.lists_settlement and not one.invoice.is_credit_note)
    found: dict[Kind, tuple[InvoiceFigures, ...]] = {}
    if status == "paid":
        found["paid by status"] = tuple(one for one in silent if one.at_its_word and one.received)
        found["payment"] = tuple(one for one in silent if one.live and one.outstanding)
    if status == "written_off" and not any(one.written_off for one in live):
        found["write-off"] = tuple(one for one in live if one.outstanding)
    if item.expected_status == "paid":
        found["rest"] = tuple(one for one in silent if one.outstanding)
    return next((MissingSettlement(kind, invoices) for kind, invoices in found.items() if invoices), None)
