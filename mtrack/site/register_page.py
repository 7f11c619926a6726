"""The register as a page: every invoice record with the paper, what a filter goes by, and sums that follow it."""

from __future__ import annotations

import posixpath
from collections import Counter
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack.site.cells import STATE_WORDS, Unit
from mtrack.views.registers import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mtrack.finding import Finding
    from mtrack.record.model import Heading
    from mtrack.site.links import FileLink, PageLinks
    from mtrack.views.overview import RegisterEntry
    from mtrack.views.registers import InvoiceRow

SUMMED = ("net", "tax", "gross", "settled", "outstanding")
"""The amounts that the register sums."""


class RegisterLine(Struct, frozen=True):
    """An invoice record, its address, its paper, the finding of numbers missing before it, and what its state weighs."""

    project: Heading
    unit: Unit
    invoice: InvoiceRow
    href: str
    paper: FileLink | None
    paper_name: str
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
) -> dict[str, Any]:
    """The values for the register's template, its rows aside."""
    states = Counter(entry.invoice.state for entry in entries)
    tabs = [Tab("", "all", len(entries), links.register())]
    tabs += [Tab(state, STATE_WORDS[state], states[state], links.register(states=[state])) for state in STATES]
    return {
        "tabs": tabs,
        "years": sorted({str(entry.invoice.sent.year) for entry in entries}, reverse=True),
        "currencies": list(units),
        "records": len(entries),
        "holes": sum(entry.hole is not None for entry in entries),
        "sums": [
            SumRow(unit, tuple((name, sums[currency][name]) for name in SUMMED))
            for currency, unit in units.items()
            if currency in sums
        ],
    }


def register_line(entry: RegisterEntry, unit: Unit, paper: FileLink | None, links: PageLinks) -> RegisterLine:
    """An invoice record as its row shows it."""
    invoice = entry.invoice
    project = invoice.project
    return RegisterLine(
        project,
        unit,
        invoice,
        links.project(project.folder, invoice=invoice.number),
        paper,
        posixpath.basename(invoice.file or ""),
        entry.hole,
        len(STATES) - STATES.index(invoice.state),
    )
