"""Write the agreements, invoices and the acceptance certificate of `example-workspace` as PDFs.

    python tests/tools/make_example_papers.py

What the papers say is typed here once more, not taken from the records, so that the tests can hold one against the
other. All names are made up; addresses lie under `.example`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.make_pdf import Line, one_page

EXAMPLE = Path(__file__).resolve().parents[2] / "example-workspace"
TABLE = 62
"""Characters in a line of a table: name to the left, amount to the right."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as the client sees it. `what` is its heading; `items` are descriptions with net amounts.

    `due` is empty on a credit note.
    """

    path: str
    number: str
    to: str
    currency: str
    sent: str
    due: str
    items: tuple[tuple[str, str], ...]
    vat: str = "0"
    note: str = ""
    what: str = "Invoice"


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement or an amendment. `total` is what its items sum to, as the paper says."""

    path: str
    what: str
    client: str
    currency: str
    signed: str
    items: tuple[tuple[str, str], ...]
    total: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A paper without amounts."""

    path: str
    what: str
    day: str
    lines: tuple[str, ...]


GLOBEX = "Globex Ireland Ltd, 12 Quay Lane, Dunmara"
GLOBEX_OLD = "Globex Ireland Ltd, 3 Mill Street, Dunmara"
HOOLI = "Hooli Inc., 1 Infinite Avenue, Palo Verde"
INITECH = "Initech Ltd, Unit 9, Cubicle Park, Dunmara"
NAKATOMI = "Nakatomi Trading K.K., 2-11 Plaza, Minato"
UMBRELLA = "Umbrella NV, Regenkade 40, Waterdam"
VANDELAY = "Vandelay Imports AG, Hafenstrasse 5, Seestadt"
PURCHASE_ORDER = "Purchase order PO-553017"
REVERSE_CHARGE = "VAT reverse charge: the client accounts for the tax"

PAPERS: tuple[Invoice | Agreement | Letter, ...] = (
    Agreement(
        "acme-website/agreement/signed-sow.pdf", "Statement of work: Acme website", "Acme GmbH", "EUR", "2026-01-10",
        (("Discovery complete", "4000.00"), ("Beta delivered", "5000.00")), "9000.00",
        ("Each milestone is invoiced after its approval.",),
    ),
    Agreement(
        "globex-rebrand/agreement/statement-of-work.pdf", "Statement of work: Globex rebrand", "Globex Ireland Ltd", "EUR",
        "2025-11-14",
        (
            ("Audit and positioning", "4000.00"), ("Identity concept", "6000.00"), ("Brand book", "5000.00"),
            ("Roll-out and handover", "3500.00"),
        ),
        "18500.00",
        ("Amounts exclude VAT.", "Each milestone is invoiced after its approval, payable within 14 days."),
    ),
    Invoice(
        "globex-rebrand/invoices/INV-2025-032.pdf", "INV-2025-032", GLOBEX, "EUR", "2025-12-10", "2025-12-24",
        (("M1 Audit and positioning", "4000.00"),), vat="920.00",
    ),
    Invoice(
        "globex-rebrand/invoices/INV-2026-001.pdf", "INV-2026-001", GLOBEX_OLD, "EUR", "2026-01-20", "2026-02-03",
        (("M2 Identity concept", "6000.00"),), vat="1380.00",
    ),
    Invoice(
        "globex-rebrand/invoices/INV-2026-002.pdf", "INV-2026-002", GLOBEX, "EUR", "2026-01-22", "2026-02-05",
        (("M2 Identity concept", "6000.00"),), vat="1380.00", note="Replaces INV-2026-001 of 20 January 2026, which is void",
    ),
    Invoice(
        "globex-rebrand/invoices/INV-2026-006.pdf", "INV-2026-006", GLOBEX, "EUR", "2026-03-20", "2026-04-03",
        (("M3 Brand book", "5000.00"),), vat="1150.00",
    ),
    Invoice(
        "globex-rebrand/invoices/INV-2026-009.pdf", "INV-2026-009", GLOBEX, "EUR", "2026-05-04", "2026-05-18",
        (("M4 Roll-out and handover", "3500.00"),), vat="805.00",
    ),
    Agreement(
        "hooli-app/agreement/master-agreement.pdf", "Master agreement: Hooli companion app", "Hooli Inc.", "USD", "2026-03-30",
        (
            ("Deposit", "12000.00"), ("Discovery and prototype", "9000.00"), ("Design system", "11000.00"),
            ("iOS build", "14000.00"), ("Android build", "14000.00"), ("Admin console", "10000.00"),
            ("Load test and hardening", "8000.00"), ("Store release", "6000.00"),
        ),
        "84000.00",
        (
            "The deposit is due on signing; every other milestone is invoiced after its approval.",
            "Invoices quote purchase order PO-553017 and are payable within 30 days.",
        ),
    ),
    Invoice(
        "hooli-app/invoices/INV-2026-007.pdf", "INV-2026-007", HOOLI, "USD", "2026-04-01", "2026-05-01",
        (("M1 Deposit", "12000.00"),), note=PURCHASE_ORDER,
    ),
    Invoice(
        "hooli-app/invoices/INV-2026-012.pdf", "INV-2026-012", HOOLI, "USD", "2026-06-01", "2026-07-01",
        (("M2 Discovery and prototype", "9000.00"),), note=PURCHASE_ORDER,
    ),
    Invoice(
        "hooli-app/invoices/INV-2026-014.pdf", "INV-2026-014", HOOLI, "USD", "2026-07-27", "2026-08-26",
        (("M3 Design system", "11000.00"),), note=PURCHASE_ORDER,
    ),
    Invoice(
        "hooli-app/invoices/INV-2026-016.pdf", "INV-2026-016", HOOLI, "USD", "2026-09-28", "2026-10-28",
        (("M4 iOS build", "14000.00"),), note=PURCHASE_ORDER,
    ),
    Invoice(
        "hooli-app/invoices/INV-2026-019.pdf", "INV-2026-019", HOOLI, "USD", "2026-11-09", "2026-12-09",
        (("M5 Android build", "14000.00"),), note=PURCHASE_ORDER,
    ),
    Agreement(
        "initech-portal/agreement/fixed-price-contract.pdf", "Fixed-price contract: Initech expense portal", "Initech Ltd", "EUR",
        "2025-11-21",
        (
            ("Workshop and backlog", "4000.00"), ("Expense capture", "9000.00"), ("Approval workflow", "8500.00"),
            ("Card import", "5500.00"), ("Reporting and handover", "3000.00"),
        ),
        "30000.00",
        ("Amounts exclude VAT.", "Each milestone is invoiced after its approval, payable within 30 days."),
    ),
    Invoice(
        "initech-portal/invoices/INV-2025-033.pdf", "INV-2025-033", INITECH, "EUR", "2025-12-18", "2026-01-17",
        (("M1 Workshop and backlog", "4000.00"),), vat="920.00",
    ),
    Invoice(
        "initech-portal/invoices/INV-2026-013.pdf", "INV-2026-013", INITECH, "EUR", "2026-06-15", "2026-07-15",
        (("M2 Expense capture", "9000.00"),), vat="2070.00",
    ),
    Invoice(
        "initech-portal/invoices/INV-2026-017.pdf", "INV-2026-017", INITECH, "EUR", "2026-10-26", "2026-11-25",
        (("M3 Approval workflow", "8500.00"),), vat="1955.00",
    ),
    Invoice(
        "initech-portal/invoices/INV-2026-018.pdf", "INV-2026-018", INITECH, "EUR", "2026-11-02", "2026-12-02",
        (("M3 Approval workflow", "8500.00"), ("M4 Card import", "5500.00")), vat="3220.00",
    ),
    Agreement(
        "nakatomi-wayfinding/agreement/contract.pdf", "Contract: Nakatomi wayfinding", "Nakatomi Trading K.K.", "JPY", "2025-11-05",
        (
            ("Site survey", "1200000"), ("Concept and prototypes", "1500000"), ("Construction drawings", "1800000"),
            ("Installation support", "900000"),
        ),
        "5400000",
        ("Each milestone is invoiced after its approval, payable within 45 days.", "Withholding tax of 10.21 % is kept at source."),
    ),
    Invoice(
        "nakatomi-wayfinding/invoices/INV-2025-031.pdf", "INV-2025-031", NAKATOMI, "JPY", "2025-11-28", "2026-01-12",
        (("M1 Site survey", "1200000"),),
    ),
    Invoice(
        "nakatomi-wayfinding/invoices/INV-2026-010-draft.pdf", "INV-2026-010", NAKATOMI, "JPY", "2026-05-11", "2026-06-25",
        (("M2 Concept and prototypes", "1500000"),), what="DRAFT: invoice", note="Not to be sent before M2 is accepted",
    ),
    Invoice(
        "nakatomi-wayfinding/invoices/INV-2026-011.pdf", "INV-2026-011", NAKATOMI, "JPY", "2026-05-22", "2026-07-06",
        (("M3 Construction drawings", "1800000"),),
    ),
    Letter(
        "nakatomi-wayfinding/signoffs/m3-acceptance.pdf", "Certificate of acceptance", "2026-05-21",
        (
            "Project: Nakatomi wayfinding", "Milestone: M3 Construction drawings, 38 sheets, delivered on 15 May 2026", "",
            "The drawings were examined and are accepted without reservation.", "",
            "Nakatomi Trading K.K., facilities department", "21 May 2026",
        ),
    ),
    Agreement(
        "umbrella-intranet/agreement/framework-agreement.pdf", "Framework agreement: Umbrella intranet", "Umbrella NV", "EUR",
        "2026-01-12",
        (("Content audit", "5000.00"), ("Information architecture", "8000.00"), ("Search", "9000.00"), ("Newsletter archive", "4000.00")),
        "26000.00",
        ("Each milestone is invoiced after its approval, payable within 21 days.", "Travel is included."),
    ),
    Agreement(
        "umbrella-intranet/agreement/amendment-1.pdf", "Amendment 1: Umbrella intranet", "Umbrella NV", "EUR", "2026-06-18",
        (("Single sign-on (new milestone M5)", "6500.00"),), "6500.00", ("All else stays as agreed on 12 January 2026.",),
    ),
    Agreement(
        "umbrella-intranet/agreement/amendment-2.pdf", "Amendment 2: Umbrella intranet", "Umbrella NV", "EUR", "2026-08-28",
        (("Newsletter archive (M4) is dropped", "-4000.00"),), "-4000.00", ("All else stays as agreed on 12 January 2026.",),
    ),
    Invoice(
        "umbrella-intranet/invoices/INV-2026-003.pdf", "INV-2026-003", UMBRELLA, "EUR", "2026-01-30", "2026-02-20",
        (("M1 Content audit", "5000.00"), ("Travel", "500.00")), note=REVERSE_CHARGE,
    ),
    Invoice(
        "umbrella-intranet/invoices/INV-2026-005.pdf", "INV-2026-005", UMBRELLA, "EUR", "2026-02-06", "",
        (("Travel, billed on INV-2026-003 by mistake", "500.00"),), what="Credit note", note=REVERSE_CHARGE,
    ),
    Invoice(
        "umbrella-intranet/invoices/INV-2026-008.pdf", "INV-2026-008", UMBRELLA, "EUR", "2026-04-20", "2026-05-11",
        (("M2 Information architecture", "8000.00"),), note=REVERSE_CHARGE,
    ),
    Invoice(
        "umbrella-intranet/invoices/INV-2026-015.pdf", "INV-2026-015", UMBRELLA, "EUR", "2026-08-17", "2026-09-07",
        (("M3 Search", "9000.00"),), note=REVERSE_CHARGE,
    ),
    Agreement(
        "vandelay-catalogue/agreement/contract.pdf", "Contract: Vandelay catalogue", "Vandelay Imports AG", "CHF", "2025-12-01",
        (
            ("Photography", "6000.00"), ("Layout", "3000.00"), ("Print supervision", "4000.00"),
            ("Spring edition, deposit", "3000.00"), ("Spring edition", "5000.00"),
        ),
        "21000.00",
        ("Each milestone is invoiced after its approval, payable within 30 days;", "the deposit is invoiced before work on the spring edition begins."),
    ),
    Invoice(
        "vandelay-catalogue/invoices/INV-2025-034.pdf", "INV-2025-034", VANDELAY, "CHF", "2025-12-19", "2026-01-18",
        (("M1 Photography", "6000.00"),),
    ),
    Invoice(
        "vandelay-catalogue/invoices/INV-2025-035.pdf", "INV-2025-035", VANDELAY, "CHF", "2025-12-22", "2026-01-21",
        (("M2 Layout", "3000.00"),),
    ),
    Invoice(
        "vandelay-catalogue/invoices/INV-2025-036.pdf", "INV-2025-036", VANDELAY, "CHF", "2025-12-30", "2026-01-29",
        (("M3 Print supervision", "4000.00"),),
    ),
)  # fmt: skip
"""Every PDF of the example, by folder."""


def render(paper: Invoice | Agreement | Letter) -> bytes:
    """A paper as a PDF."""
    if isinstance(paper, Invoice):
        return _invoice(paper)
    return _agreement(paper) if isinstance(paper, Agreement) else _letter(paper)


def _day(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"


def _entry(name: str, currency: str, amount: Decimal) -> Line:
    """A line of a table. Amounts are shown as they are typed, with thousands separated."""
    text = f"{currency} {amount:,f}"
    return Line(f"{name:<{TABLE - len(text)}}{text}", "fixed", 11)


def _head(what: str) -> list[Line]:
    sender = "Studio North, 4 Harbour Row, Northport, hello@studio-north.example"
    return [Line("Studio North", "bold", 20), Line(sender, size=9), Line(size=30), Line(what, "bold", 15), Line(size=6)]


def _rule() -> Line:
    return Line("-" * TABLE, "fixed", 11)


def _invoice(paper: Invoice) -> bytes:
    what = f"{paper.what} {paper.number}"
    items = [(name, Decimal(amount)) for name, amount in paper.items]
    net = sum((amount for _, amount in items), Decimal(0))
    vat = Decimal(paper.vat)
    lines = [
        *_head(what),
        Line(f"To: {paper.to}"),
        Line(f"Date: {_day(paper.sent)}"),
        *([Line(f"Due: {_day(paper.due)}")] if paper.due else []),
        Line(size=12),
        *(_entry(name, paper.currency, amount) for name, amount in items),
        _rule(),
    ]
    if vat:
        lines += [_entry("Net", paper.currency, net), _entry("VAT 23 %", paper.currency, vat)]
    lines += [_entry("Total", paper.currency, net + vat), Line(size=12), Line(paper.note)]
    return one_page(lines, title=what, made=date.fromisoformat(paper.sent))


def _agreement(paper: Agreement) -> bytes:
    lines = [
        *_head(paper.what),
        Line(f"between {paper.client} (client) and Studio North (contractor)"),
        Line(size=12),
        *(_entry(f"{i}. {name}", paper.currency, Decimal(amount)) for i, (name, amount) in enumerate(paper.items, 1)),
        _rule(),
        _entry("Total", paper.currency, Decimal(paper.total)),
        Line(size=12),
        *(Line(term) for term in paper.terms),
        Line(size=24),
        Line(f"Signed on {_day(paper.signed)}, for {paper.client} and for Studio North"),
    ]
    return one_page(lines, title=paper.what, made=date.fromisoformat(paper.signed))


def _letter(paper: Letter) -> bytes:
    lines = [Line(paper.what, "bold", 15), Line(size=12), *(Line(text) for text in paper.lines)]
    return one_page(lines, title=paper.what, made=date.fromisoformat(paper.day))


def main() -> None:
    """Write them all."""
    for paper in PAPERS:
        target = EXAMPLE / paper.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(render(paper))


if __name__ == "__main__":
    main()
