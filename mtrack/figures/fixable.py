"""Whether a wrong status can be written right without changing a figure or dropping what only the status says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mtrack.figures.invoices import InvoiceFigures  # noqa: TC001  (msgspec reads the annotations)

if TYPE_CHECKING:
    from mtrack.figures.ledger import MilestoneFigures

Kind = Literal["word", "payment", "write-off", "rest"]


class Unrecorded(Struct, frozen=True):
    """What must be recorded on `invoices` before a status can be written right.

    "word": they count as paid because the milestone says so. "payment": it says paid, and they list nothing.
    "write-off": it says written off, and they list none. "rest": written right, the status would settle what is open.
    """

    kind: Kind
    invoices: tuple[InvoiceFigures, ...]


def unrecorded(item: MilestoneFigures) -> Unrecorded | None:
    """What stands in the way of writing a milestone's expected status; None where nothing does."""
    if item.milestone.cancelled:  # its status settles nothing
        return None
    live, status = item.live_invoices, item.milestone.status
    silent = tuple(one for one in item.invoices if not one.invoice.lists_settlement and not one.invoice.is_credit_note)
    found: dict[Kind, tuple[InvoiceFigures, ...]] = {}
    if status == "paid":
        found["word"] = tuple(one for one in silent if one.at_its_word and one.received)
        found["payment"] = tuple(one for one in silent if one.live and one.outstanding)
    if status == "written_off" and not any(one.written_off for one in live):
        found["write-off"] = tuple(one for one in live if one.outstanding)
    if item.expected_status == "paid":
        found["rest"] = tuple(one for one in silent if one.outstanding)
    return next((Unrecorded(kind, invoices) for kind, invoices in found.items() if invoices), None)
