"""The records of a project, frozen; each knows the route to its place in the file.

Amounts are `Decimal` in the project's currency, dates are `datetime.date`. A model is built only from data that
passed the schema, so nothing here checks anything.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.characters import seen_tight
from mtrack.finding import Place, Route
from mtrack.record.reuse import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.yaml.source import Source

_LAST_DIGITS = re.compile(r"(.*?)([0-9]+)([^0-9]*)\Z", re.DOTALL | re.ASCII)


@cache
def number_key(number: str) -> str:
    """An invoice number as it is compared: after NFKC, without case, white space and invisible characters.

    All dashes are alike.
    """
    return seen_tight(number)


def number_parts(key: str) -> tuple[str, str, str] | None:
    """The text before the last run of digits, the run, and the text after it; None without digits."""
    before = key.rstrip("0123456789")
    if len(before) < len(key):
        return before, key[len(before) :], ""
    match = _LAST_DIGITS.match(key)
    return (match[1], match[2], match[3]) if match else None


def number_sort_key(number: str) -> str:
    """The sort key of an invoice number: its series, then its last digits by value."""
    key = number_key(number)
    before, run, after = number_parts(key) or (key, "", "")
    digits = run.lstrip("0")
    return f"{before}\0{after}\0{len(digits):06}{digits}"


class Amendment(Struct, frozen=True):
    """A change to the agreement; `amount` and `milestones` of either sign."""

    route: Route
    file: str | None
    signed: date | None
    amount: Decimal
    milestones: int
    note: str | None


class PaymentTerms(Struct, frozen=True):
    """The day an invoice falls due: `days` after it was sent, or after the end of that month (`month_end` "before").

    With `month_end` "after" the end of the month in which those days are over.
    """

    days: int
    month_end: str | None = None

    def due(self, sent: date) -> date:
        """The day an invoice falls due; the last day of the calendar where it would lie beyond."""
        try:
            if self.month_end == "before":
                return _month_end(sent) + timedelta(days=self.days)
            day = sent + timedelta(days=self.days)
        except OverflowError:
            return date.max
        return _month_end(day) if self.month_end == "after" else day


def _month_end(day: date) -> date:
    from calendar import monthrange  # noqa: PLC0415  (most terms end no month)

    return day.replace(day=monthrange(day.year, day.month)[1])


class Verified(Struct, frozen=True):
    """A comparison of the agreement with the records: its files' SHA-256, and each milestone's amount by id."""

    route: Route
    by: str | None
    date: date
    sha256: str
    amounts: dict[str, Decimal]


class Agreement(Struct, frozen=True):
    """The agreement: its file, its total (net) and how many milestones it lists.

    `tax_rate` and `retention` are percentages; retention of gross is kept back of each invoice until acceptance.
    `transcript` is a text to read instead of the file.
    """

    route: Route
    file: str | None
    signed: date | None
    total: Decimal | None
    milestones: int | None
    payment_terms: PaymentTerms | None
    tax_rate: Decimal | None
    retention: Decimal | None
    transcript: str | None
    verified: Verified | None
    amendments: tuple[Amendment, ...]


class Payment(Struct, frozen=True):
    """Money that came in; a refund is negative.

    `discount` is given for early payment; `total` is the whole transfer where it also pays other invoices.
    """

    route: Route
    date: date
    amount: Decimal
    withheld: Decimal
    fee: Decimal
    discount: Decimal
    total: Decimal | None
    received_amount: Decimal | None
    received_currency: str | None
    reference: str | None
    note: str | None

    @property
    def settles(self) -> Decimal:
        """The amount of its invoice that it settles: amount + withheld + fee + discount."""
        if not (self.withheld or self.fee or self.discount):
            return self.amount
        return money.total((self.amount, self.withheld, self.fee, self.discount))


class InvoiceLine(Struct, frozen=True):
    """The share of one milestone on an invoice; a milestone's own invoice has one line, the milestone itself."""

    route: Route
    milestone: str
    amount: Decimal


class Retained(Struct, frozen=True):
    """The part of an invoice that the client keeps back by agreement, gross; `until` is the day it falls due."""

    route: Route
    amount: Decimal
    until: date | None


class Instalment(Struct, frozen=True):
    """A part of an invoice, gross, with a due day of its own."""

    route: Route
    due: date
    amount: Decimal


class Invoice(Struct, frozen=True):
    """An invoice or a credit note (`credits` given), under a milestone or at the top level, in `invoices`.

    `amount`, `tax` and `total` are as on the paper, never negative; the figures make a credit note's negative. `tax` is
    0 where the record has none (`has_tax`). `is_paid` says that the record has `paid`; `paid` is its day, where there is
    one. `lists_settlement` says whether the record lists payments, `paid` or a write-off, of whatever day: without any
    an invoice is taken at its milestones' word.
    """

    route: Route
    under_milestone: bool
    number: str
    amount: Decimal
    sent: date
    tax: Decimal
    has_tax: bool
    total: Decimal | None
    due: date | None
    instalments: tuple[Instalment, ...]
    retained: Retained | None
    upfront: bool
    file: str | None
    is_paid: bool
    paid: date | None
    payments: tuple[Payment, ...]
    lists_settlement: bool
    disputed: date | None
    disputed_reason: str | None
    written_off: Decimal | None
    written_off_date: date | None
    written_off_reason: str | None
    void: date | None
    void_reason: str | None
    credits: str | None
    replaces: str | None
    lines: tuple[InvoiceLine, ...]

    @property
    def key(self) -> str:
        """The number as it is compared."""
        return number_key(self.number)

    @property
    def is_credit_note(self) -> bool:
        """Whether its amounts count negative."""
        return self.credits is not None

    @property
    def gross(self) -> Decimal:
        """Amount and tax as on the paper, never negative."""
        return money.plus(self.amount, self.tax) if self.tax else self.amount

    @property
    def only_milestone(self) -> str | None:
        """The id of the milestone it bills, where it bills exactly one."""
        first = self.lines[0].milestone
        return first if len(self.lines) == 1 or all(line.milestone == first for line in self.lines) else None


class Deliverable(Struct, frozen=True):
    """The deliverable of a milestone, and when it was accepted."""

    route: Route
    note: str | None
    completed: date | None
    approved: date | None
    approved_by: str | None
    signoff: str | None


class Milestone(Struct, frozen=True):
    """One agreed milestone; `index` is its place in the agreed order, from 0.

    `cancelled_later` says, of a project as it stood on a day, that its cancellation is dated after that day.
    """

    route: Route
    index: int
    id: str
    name: str
    amount: Decimal
    status: str
    planned: date | None
    upfront: bool
    deliverable: Deliverable
    invoice: Invoice | None
    hold: bool
    hold_until: date | None
    hold_reason: str | None
    cancelled_date: date | None
    cancelled_reason: str | None
    cancelled_later: bool
    attachments: tuple[str, ...]
    note: str | None

    @property
    def cancelled(self) -> bool:
        """The mapping or the status alone makes it cancelled; with a mapping dated later the status does not."""
        return self.cancelled_date is not None or (self.status == "cancelled" and not self.cancelled_later)

    @property
    def completed(self) -> date | None:
        """The day the work was handed over."""
        return self.deliverable.completed

    @property
    def approved(self) -> date | None:
        """The day the client approved it."""
        return self.deliverable.approved

    @property
    def label(self) -> str:
        """Its name in messages: "M2 'Beta delivered'"."""
        return f"{self.id} '{self.name}'"

    def on_hold(self, as_of: date) -> bool:
        """Whether billing is agreed to wait on that day."""
        return self.hold and (self.hold_until is None or as_of <= self.hold_until)


class Waiver(Struct, frozen=True):
    """An accepted finding; `path` is the file that holds it, `file` relative to that file's folder."""

    path: str
    route: Route
    rule: str
    reason: str
    milestone: str | None
    number: str | None
    file: str | None
    until: date | None


class Heading(Struct, frozen=True, array_like=True, gc=False):
    """The name of a project. `folder` is its path from the root ("." for the root itself), `path` that of its records.

    `currency_decimals` is None where the currency is unknown.
    """

    folder: str
    path: str
    name: str
    client: str | None
    currency: str
    currency_decimals: int | None

    def place(self, *route: str | int, key: bool = False) -> Place:
        """A place in the project's file."""
        return Place(self.path, route, key)

    def first_key(self, *route: str | int, preferred: tuple[str, ...] = ()) -> Place:
        """The place of a mapping that has nothing to point to: its first key, or the first `preferred` one it has."""
        return Place(self.path, route, first=preferred)

    def money(self, amount: Decimal) -> str:
        """An amount as messages write it: "EUR 5,000.00"."""
        return money.display(amount, self.currency, self.decimals)

    @property
    def decimals(self) -> int:
        """The number of decimals of its amounts; 2 where the currency is unknown."""
        return 2 if self.currency_decimals is None else self.currency_decimals


class Project(Heading, frozen=True):
    """One project. `invoices_first` where `invoices` stands above `milestones` in the file."""

    source: Source
    contact: str | None
    note: str | None
    sets_currency: bool
    invoices_first: bool
    agreement: Agreement | None
    milestones: tuple[Milestone, ...]
    top_level_invoices: tuple[Invoice, ...]
    closed: date | None
    waivers: tuple[Waiver, ...]

    def invoices(self) -> Iterator[Invoice]:
        """All invoice records: the milestones' own, then those at the top."""
        for milestone in self.milestones:
            if milestone.invoice is not None:
                yield milestone.invoice
        yield from self.top_level_invoices

    @property
    def heading(self) -> Heading:
        """Its name, without its records."""
        return Heading(self.folder, self.path, self.name, self.client, self.currency, self.currency_decimals)


def _date(data: dict[str, Any], key: str) -> date | None:
    value = data.get(key)
    return None if value is None else date.fromisoformat(value)


def _amount(data: dict[str, Any], key: str) -> Decimal:
    value = data.get(key)
    return money.ZERO if value is None else value


def build(  # noqa: PLR0913
    folder: str, source: Source, data: dict[str, Any], currency: str, decimals: int | None, waivers: tuple[Waiver, ...],
    like: Project | None = None,
) -> Project:  # fmt: skip
    """The project in a file whose data passed the schema; `currency` already resolved against the settings.

    Records of items that stand in the same place of `like`, as its own source has them, are taken from it.
    """
    was = {} if like is None else like.source.data
    known = ((), ()) if like is None else (like.milestones, like.top_level_invoices)
    return Project(
        folder=folder, path=source.path, source=source, name=data["project"], client=data.get("client"),
        contact=data.get("contact"), note=data.get("note"), currency=currency,
        sets_currency=data.get("currency") is not None, currency_decimals=decimals,
        invoices_first=next(key for key in data if key in ("invoices", "milestones")) == "invoices",
        agreement=_agreement(data["agreement"]) if data.get("agreement") is not None else None,
        milestones=records(_milestone, data["milestones"], was.get("milestones"), known[0]),
        top_level_invoices=records(
            lambda item, i: _invoice(item, ("invoices", i), None), data.get("invoices"), was.get("invoices"), known[1]
        ),
        closed=_date(data, "closed"), waivers=waivers,
    )  # fmt: skip


def _agreement(data: dict[str, Any]) -> Agreement:
    amendments = tuple(
        Amendment(
            ("agreement", "amendments", i), item.get("file"), _date(item, "signed"), _amount(item, "amount"),
            item.get("milestones") or 0, item.get("note"),
        )
        for i, item in enumerate(data.get("amendments") or ())
    )  # fmt: skip
    return Agreement(
        ("agreement",), data.get("file"), _date(data, "signed"), data.get("total"), data.get("milestones"),
        payment_terms(data.get("payment_terms")), data.get("tax_rate"), data.get("retention"), data.get("transcript"),
        _verified(data.get("verified")), amendments,
    )  # fmt: skip


def payment_terms(data: Any) -> PaymentTerms | None:
    """Payment terms as a file gives them: days, or a mapping."""
    if isinstance(data, dict):
        return PaymentTerms(data["days"], data.get("month_end"))
    return None if data is None else PaymentTerms(data)


def _verified(data: dict[str, Any] | None) -> Verified | None:
    if data is None:
        return None
    amounts = {key: amount for key, amount in data["amounts"].items() if not key.startswith("x-")}
    return Verified(
        ("agreement", "verified"), data.get("by"), date.fromisoformat(data["date"]), data["sha256"], amounts
    )


def _milestone(data: dict[str, Any], index: int) -> Milestone:
    route: Route = ("milestones", index)
    delivered, hold, cancelled = data.get("deliverable") or {}, data.get("hold"), data.get("cancelled")
    invoice = data.get("invoice")
    return Milestone(
        route=route, index=index, id=data["id"], name=data["name"], amount=data["amount"], status=data["status"],
        planned=_date(data, "planned"), upfront=bool(data.get("upfront")),
        deliverable=Deliverable(
            (*route, "deliverable"), delivered.get("note"), _date(delivered, "completed"), _date(delivered, "approved"),
            delivered.get("approved_by"), delivered.get("signoff"),
        ),
        invoice=None if invoice is None else _invoice(invoice, (*route, "invoice"), data["id"]),
        hold=hold is not None, hold_until=_date(hold, "until") if hold else None,
        hold_reason=hold.get("reason") if hold else None,
        cancelled_date=_date(cancelled, "date") if cancelled else None,
        cancelled_reason=cancelled.get("reason") if cancelled else None, cancelled_later=False,
        attachments=tuple(data.get("attachments") or ()), note=data.get("note"),
    )  # fmt: skip


def _invoice(data: dict[str, Any], route: Route, owner: str | None) -> Invoice:
    disputed, written_off, void = data.get("disputed"), data.get("written_off"), data.get("void")
    if owner is not None:
        lines: tuple[InvoiceLine, ...] = (InvoiceLine(route, owner, data["amount"]),)
    else:
        lines = tuple(
            InvoiceLine((*route, "lines", i), item["milestone"], item["amount"]) for i, item in enumerate(data["lines"])
        )
    payments = tuple(_payment(item, (*route, "payments", i)) for i, item in enumerate(data.get("payments") or ()))
    paid = data.get("paid") or None
    return Invoice(
        route=route, under_milestone=owner is not None, number=data["number"], amount=data["amount"],
        sent=date.fromisoformat(data["sent"]), tax=_amount(data, "tax"), has_tax=data.get("tax") is not None,
        total=data.get("total"), due=_date(data, "due"), instalments=_instalments(data, route),
        retained=_retained(data, route), upfront=bool(data.get("upfront")), file=data.get("file"),
        is_paid=paid is not None, paid=date.fromisoformat(paid) if isinstance(paid, str) else None,
        payments=payments, lists_settlement=bool(payments or paid or written_off),
        disputed=_date(disputed, "since") if disputed else None,
        disputed_reason=disputed.get("reason") if disputed else None,
        written_off=written_off.get("amount") if written_off else None,
        written_off_date=_date(written_off, "date") if written_off else None,
        written_off_reason=written_off.get("reason") if written_off else None,
        void=_date(void, "date") if void else None, void_reason=void.get("reason") if void else None,
        credits=data.get("credits"), replaces=data.get("replaces"), lines=lines,
    )  # fmt: skip


def _instalments(data: dict[str, Any], route: Route) -> tuple[Instalment, ...]:
    items = data.get("instalments") or ()
    return tuple(
        Instalment((*route, "instalments", i), date.fromisoformat(item["due"]), item["amount"])
        for i, item in enumerate(items)
    )


def _retained(data: dict[str, Any], route: Route) -> Retained | None:
    item = data.get("retained")
    return None if item is None else Retained((*route, "retained"), item["amount"], _date(item, "until"))


def _payment(data: dict[str, Any], route: Route) -> Payment:
    received = data.get("received")
    return Payment(
        route, date.fromisoformat(data["date"]), data["amount"], _amount(data, "withheld"), _amount(data, "fee"),
        _amount(data, "discount"), data.get("total"),
        received.get("amount") if received else None, received.get("currency") if received else None,
        data.get("reference"), data.get("note"),
    )  # fmt: skip
