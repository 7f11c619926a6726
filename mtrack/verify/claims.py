"""The claims that records make on their papers: plain values, to be sent to the worker and digested for the store."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003

from msgspec import Struct


class MilestoneClaim(Struct, frozen=True):
    """A milestone as recorded."""

    id: str
    name: str
    amount: Decimal


class AgreementClaim(Struct, frozen=True, tag="agreement"):
    """The agreement with its amendments. `totals` are the recorded one, then those after each amendment; `tax_rate` is in percent."""

    currency: str
    milestones: tuple[MilestoneClaim, ...]
    totals: tuple[Decimal, ...] = ()
    counts: tuple[int, ...] = ()
    signed: date | None = None
    terms: int | None = None
    tax_rate: Decimal | None = None


class InvoiceClaim(Struct, frozen=True, tag="invoice"):
    """An invoice or credit note. `total` is net on the paper where it also bills something else; `due` may be several."""

    number: str
    currency: str
    net: Decimal
    sent: date
    tax: Decimal | None = None
    total: Decimal | None = None
    due: tuple[date, ...] = ()
    credit_note: bool = False

    @property
    def paper_net(self) -> Decimal:
        """The net amount that the paper should show."""
        return self.net if self.total is None else self.total


class SignoffClaim(Struct, frozen=True, tag="signoff"):
    """A sign-off of one of the project's milestones, among those around it; `above` is how many come before these."""

    milestone: str
    milestones: tuple[MilestoneClaim, ...]
    approved: date | None = None
    above: int = 0


Claim = AgreementClaim | InvoiceClaim | SignoffClaim
