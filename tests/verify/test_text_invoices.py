"""Invoices that are text: which row is evidence for which field, and which is for none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mtrack.verify.claims import InvoiceClaim
from mtrack.verify.documents import read
from mtrack.verify.invoice import check_text
from mtrack.verify.papers import papers

FEBRUARY, MARCH = date(2026, 2, 4), date(2026, 3, 4)


def states(
    text: str, net: str = "1000", tax: str | None = None, days: tuple[date, ...] = (FEBRUARY,)
) -> dict[str, str]:
    sent, *due = days
    name = "i.md" if "|" in text else "i.txt"
    claim = InvoiceClaim("INV-7", "EUR", Decimal(net), sent, Decimal(tax) if tax else None, due=tuple(due))
    return {one.field: one.verdict for one in check_text(claim, papers([(name, read(name, text.encode()))]))}


@pytest.mark.parametrize("row", ["Tel. 1000", "1000 Brussels", "1000 words x 1.50", "Order 1000"])
def test_a_bare_number_is_no_evidence_of_money(row: str) -> None:
    assert states(f"{row}\nTotal EUR 1,500.00\n")["net"] == "elsewhere"


@pytest.mark.parametrize("row", ["Total 1000", "Amount: 1000", "Kickoff 1,000.00", "Kickoff EUR 1000", "Net 1000"])
def test_a_number_that_is_money_by_its_looks_or_its_row(row: str) -> None:
    assert states(f"Invoice INV-7\n{row}\n")["net"] == "confirmed"


def test_a_column_of_money_in_a_table() -> None:
    assert states("| Work | Amount |\n|---|---|\n| Kickoff | 1000 |\n")["net"] == "confirmed"


@pytest.mark.parametrize(
    ("net", "row"), [("2026", "Date: 4 March 2026"), ("2026", "Period 2026"), ("12", "12 days"), ("3", "4.3.2026")]
)
def test_a_day_a_year_and_a_count_are_no_amounts(net: str, row: str) -> None:
    assert states(f"{row}\nTotal EUR 1,500.00\n", net)["net"] == "not_found"


TAXED = {
    "rows": "Net EUR 1,000.00\nVAT EUR 190.00\nTotal EUR 1,190.00\n",
    "no marks": "Subtotal 1,000.00\nVAT 19 % 190.00\nTotal 1,190.00\n",
    "one row": "Net 1,000.00 VAT 19 % 190.00 Total 1,190.00\n",
    "German": "Nettobetrag 1.000,00 €\nzuzüglich 19 % MwSt. 190,00 €\nRechnungsbetrag 1.190,00 €\n",
    "French": "Total HT 1 000,00 €\nTVA 19 % 190,00 €\nTotal TTC 1 190,00 €\n",
    "the base named": "Kickoff EUR 1,000.00\nVAT 19 % on EUR 1,000.00 EUR 190.00\nTotal incl. VAT EUR 1,190.00\n",
    "with": "Work EUR 1,000.00\nVAT 190.00\nTotal EUR 1,190.00 incl. EUR 190.00 VAT\n",
}


@pytest.mark.parametrize("text", TAXED.values(), ids=TAXED)
def test_net_tax_and_gross_are_told_apart(text: str) -> None:
    right = states(text, "1000", "190")
    assert (right["net"], right["tax"], right["gross"]) == ("confirmed", "confirmed", "confirmed")
    assert states(text, "1000")["net"] == "confirmed"
    assert states(text, "1190")["net"] == "elsewhere"
    assert states(text, "190")["net"] == "elsewhere"


@pytest.mark.parametrize("text", ["Kickoff EUR 1,000.00\nTotal EUR 1,000.00\n", "Total EUR 1,000.00\nVAT EUR 0.00\n"])
def test_a_total_without_tax_is_net(text: str) -> None:
    assert states(text)["net"] == "confirmed"


DATED = {
    "rows": "Date: 4 Feb 2026\nDue: 4 March 2026\n",
    "one row": "Date: 4 Feb 2026 Due: 4 March 2026\n",
    "long words": "Invoice date 4 Feb 2026\nDue date 4 March 2026\n",
    "behind": "4 Feb 2026 (date of invoice)\n4 March 2026 (due)\n",
    "German": "Rechnungsdatum: 04.02.2026\nFällig am 04.03.2026\n",
}


@pytest.mark.parametrize("text", DATED.values(), ids=DATED)
def test_the_day_and_the_due_day_are_told_apart(text: str) -> None:
    right = states(text, days=(FEBRUARY, MARCH))
    assert (right["sent"], right["due"]) == ("confirmed", "confirmed")
    swapped = states(text, days=(MARCH, FEBRUARY))
    assert (swapped["sent"], swapped["due"]) == ("elsewhere", "elsewhere")


def test_days_without_words_beside_them() -> None:
    found = states("Invoice date    Due date\n2026-02-04    2026-03-04\n", days=(FEBRUARY, MARCH))
    assert (found["sent"], found["due"]) == ("confirmed", "confirmed")


def test_a_negative_total_is_told_with_its_row() -> None:
    document = papers([("i.txt", read("i.txt", b"Invoice INV-7\nTotal EUR -1,000.00\n"))])
    [kind] = [
        one
        for one in check_text(InvoiceClaim("INV-7", "EUR", Decimal(1000), FEBRUARY), document)
        if one.field == "kind"
    ]
    assert (kind.file, kind.line, kind.quote) == ("i.txt", 2, "Total EUR -1,000.00")
