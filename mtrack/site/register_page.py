"""The register as a page: every invoice record with the paper, what a filter goes by, and sums that follow it."""

from __future__ import annotations

import posixpath
from collections import Counter
from datetime import date
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack.render.wording import BUCKET_WORDS
from mtrack.site.cells import STATE_WORDS, Choice, Unit, parts_text
from mtrack.views.clients import client_key
from mtrack.views.invoice_parts import FIXED
from mtrack.views.parts import names_of
from mtrack.views.registers import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mtrack.finding import Finding
    from mtrack.record.model import Heading
    from mtrack.render.wording import Wording
    from mtrack.site.links import FileLink, PageLinks
    from mtrack.views.overview import RegisterEntry
    from mtrack.views.registers import InvoiceRow

SUMMED = ("net", "tax", "gross", "settled", "outstanding")
"""The amounts that the register sums."""
_ALWAYS = ("net", "gross")
"""Those of them that show where they are 0."""


class AmountCell(Struct, frozen=True):
    """An amount in a column, None for a dash; `coded` where its currency stands before it."""

    figure: str
    amount: Decimal | None
    coded: bool


class RegisterLine(Struct, frozen=True):
    """An invoice record, its address, its paper, the finding of numbers missing before it, and what its state weighs.

    `parts` are what it adds to the sums of other pages, each amount before the names of those it is; `client` is the
    same for all names of one client.
    """

    project: Heading
    unit: Unit
    cells: tuple[AmountCell, ...]
    client: str | None
    parts: str
    invoice: InvoiceRow
    href: str
    paper: FileLink | None
    paper_name: str
    kind: str
    """The kind of the paper, where its name is the number; that is enough on a screen."""
    hole: Finding | None
    weight: int


class Tab(Struct, frozen=True):
    """A state to filter by, how many invoices are in it, and the address of the register with them alone."""

    state: str
    word: str
    count: int
    href: str


class SumRow(Struct, frozen=True):
    """The sums of a currency."""

    unit: Unit
    amounts: tuple[tuple[str, Decimal], ...]


def register_values(
    entries: Sequence[RegisterEntry],
    sums: Mapping[str, Mapping[str, Decimal]],
    units: Mapping[str, Unit],
    links: PageLinks,
    wording: Wording,
) -> dict[str, Any]:
    """The values for the register's template, its rows aside."""
    states = Counter(entry.invoice.state for entry in entries)
    tabs = [Tab("", "all", len(entries), links.register())]
    tabs += [Tab(state, STATE_WORDS[state], states[state], links.register(state=state)) for state in STATES]
    return {
        "tabs": tabs,
        "years": sorted({str(entry.invoice.sent.year) for entry in entries}, reverse=True),
        "currencies": list(units),
        "mixed": mixed(units),
        "choices": [
            Choice(name, part_word(name, wording))
            for name in names_of((entry.invoice.parts for entry in entries), FIXED)
        ],
        "records": len(entries),
        "holes": sum(entry.hole is not None for entry in entries),
        "sums": [
            SumRow(unit, tuple((name, sums[currency][name]) for name in SUMMED))
            for currency, unit in units.items()
            if currency in sums
        ],
    }


def _cell(name: str, amount: Decimal, *, mixed: bool) -> AmountCell:
    return AmountCell(name, amount if amount or name in _ALWAYS else None, coded=mixed or name == "gross")


def mixed(units: Mapping[str, Unit]) -> bool:
    """Whether the amounts of a column are in several currencies."""
    return len(units) > 1


def part_word(name: str, wording: Wording) -> str:
    """A part of invoices in words."""
    if name in _WORDS:
        return _WORDS[name]
    kind, _, rest = name.partition("-")
    if kind == "net":
        return f"{STATE_WORDS.get(rest, rest)}, net"
    if kind == "age":
        return f"{BUCKET_WORDS[rest]} past due" if rest in _PAST_DUE else BUCKET_WORDS[rest]
    if kind == "due":
        return f"expected {month_word(rest, wording)}"
    return f"received {month_word(rest, wording)}" if rest else STATE_WORDS.get(name, name)


_PAST_DUE = ("1-30", "31-60", "61-90", "over_90")
_WORDS = {
    "received": "received in cash",
    "owed-now": "due now",
    "owed-later": "outstanding, not due yet",
    "owed-disputed": "outstanding, disputed",
    "owed-retained": "outstanding, retained",
    "billed-span": "billed, last 12 months",
    "received-span": "received, last 12 months",
    "undated-span": "paid on no recorded day",
    "due-late": "expected, late",
    "due-undated": "expected, no date",
}
"""The words of the parts that need more than those of a state."""


def month_word(text: str, wording: Wording) -> str:
    """A month, given as "2026-11", as the locale writes it."""
    return wording.month(date.fromisoformat(f"{text}-01"))


def register_line(
    entry: RegisterEntry, unit: Unit, paper: FileLink | None, links: PageLinks, *, mixed: bool
) -> RegisterLine:
    """An invoice record as its row shows it."""
    invoice = entry.invoice
    project = invoice.project
    return RegisterLine(
        project,
        unit,
        tuple(_cell(name, getattr(invoice, name), mixed=mixed) for name in SUMMED),
        None if project.client is None else client_key(project.client),
        parts_text(invoice.parts, unit),
        invoice,
        links.project(project.folder, invoice=invoice.number),
        paper,
        posixpath.basename(invoice.file or ""),
        _kind(invoice.file or "", invoice.number),
        entry.hole,
        len(STATES) - STATES.index(invoice.state),
    )


def _kind(path: str, number: str) -> str:
    """The kind of a paper that has the name of its number: "PDF"; nothing for one with another name."""
    stem, extension = posixpath.splitext(posixpath.basename(path))
    return extension[1:].upper() if stem.casefold() == number.casefold() else ""
