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


def states(  # noqa: PLR0913
    text: str, net: str = "1000", tax: str | None = None, days: tuple[date, ...] = (FEBRUARY,), number: str = "INV-7",
    *, credit_note: bool = False,
) -> dict[str, str]:  # fmt: skip
    sent, *due = days
    name = "i.html" if text.startswith("<") else "i.md" if "|" in text else "i.txt"
    tax_amount = Decimal(tax) if tax else None
    claim = InvoiceClaim(number, "EUR", Decimal(net), sent, tax_amount, due=tuple(due), credit_note=credit_note)
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


def of_gross(text: str) -> str:
    """The verdict of a net amount that is the gross: it differs for certain where the rate of the tax is stated."""
    return "differs" if "19 %" in text or "19%" in text else "elsewhere"


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
    assert states(text, "1190")["net"] == of_gross(text)
    assert states(text, "190")["net"] == "elsewhere"


@pytest.mark.parametrize("tax", [None, "190"])
@pytest.mark.parametrize(
    "text",
    [
        "Net EUR 1,000.00\nVAT 19 % EUR 190.00\nTotal EUR 1,190.00\n", "Netto 1.000,00 EUR, 19 % MwSt. 190,00 EUR, zusammen 1.190,00 EUR\n",
        "Razem netto 1 000,00  VAT 19% 190,00  brutto 1 190,00 EUR\n", "Montant HT 1 000,00 €\nTVA 19 % 190,00 €\nà payer 1 190,00 €\n",
        "Lp. Nazwa   Ilość  Cena netto  Wartość netto  VAT   Kwota VAT  Wartość brutto\n1   Projekt   1   1 000,00   1 000,00   19%   190,00   1 190,00\n",
    ],
)  # fmt: skip
def test_what_a_paper_calls_gross_is_not_net(text: str, tax: str | None) -> None:
    assert states(text, "1190", tax)["net"] == "differs"
    assert states(text, "1000", "190")["net"] == "confirmed"


@pytest.mark.parametrize(
    "text",
    [
        "For the training: €1,000.00 plus 19% VAT €190.00,\nin total €1,190.00. Please pay by 24 April 2026.\n",
        "Subtotal EUR 1,000.00\nTax filing support EUR 190.00\nTotal EUR 1,190.00\n",
        "VAT 0 %\nSubtotal EUR 1,000.00\nTravel EUR 190.00\nTotal EUR 1,190.00\n",
    ],
)
def test_what_may_be_gross_is_neither_confirmed_nor_contradicted(text: str) -> None:
    assert states(text, "1190")["net"] == "elsewhere"


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


TAX_ROWS = [
    "zzgl. 19 % USt.", "zuzüglich 19 % MwSt.", "zzgl. gesetzlicher Umsatzsteuer 19 %", "plus VAT", "plus 19% VAT", "+ VAT 19%", "más IVA",
    "plus TVA", "+ 19 % TVA", "CGST @ 19%", "IGST @ 19%", "MVA 19 %", "ÁFA 19%", "27% ÁFA", "ALV 19 %", "DPH 19 %", "KDV (%19)", "PTU A 19%",
    "TPS/TVQ", "Steuerbetrag", "Summe Umsatzsteuer", "Total VAT", "incl. 19 % VAT", "enthaltene MwSt. 19 %",
]  # fmt: skip


@pytest.mark.parametrize("label", TAX_ROWS)
def test_tax_is_no_net_amount_however_it_is_named(label: str) -> None:
    text = f"Invoice INV-7\nKickoff   1.000,00 EUR\nSubtotal    1.000,00 EUR\n{label}   190,00 EUR\nAmount due  1.190,00 EUR\n"
    right = states(text, "1000", "190")
    assert (right["net"], right["tax"], right["gross"]) == ("confirmed", "confirmed", "confirmed")
    assert states(text, "1190")["net"] == of_gross(text)
    assert states(text, "190")["net"] == "elsewhere"


@pytest.mark.parametrize(
    "row",
    [
        "Kickoff EUR 1,000.00 plus 19 % VAT", "EUR 1,000.00 zzgl. USt.", "Total excl. VAT EUR 1,000.00", "Rechnungssumme ohne USt. 1.000,00",
        "Total HT 1 000,00 €", "Total (no VAT) EUR 1,000.00", "Nettosumme 1.000,00 €", "EUR 1,000.00 (VAT exempt)",
    ],
)  # fmt: skip
def test_an_amount_before_its_tax_is_net(row: str) -> None:
    assert states(f"Invoice INV-7\n{row}\n")["net"] == "confirmed"


@pytest.mark.parametrize(
    "row", ["Bruttosumme 1.000,00", "Total inkl. USt. 1.000,00 €", "EUR 1,000.00 incl. VAT", "Zahlbar netto 1.000,00 €"]
)
def test_an_amount_with_its_tax_is_not_net(row: str) -> None:
    assert states(f"Invoice INV-7\n{row}\n")["net"] == "elsewhere"


def test_several_rates_are_tax_together() -> None:
    text = "VAT 19% on 1,000.00  EUR 190.00\nVAT 7% on 100.00  EUR 7.00\nTotal EUR 1,297.00\n"
    right = states(text, "1100", "197")
    assert (right["net"], right["tax"], right["gross"]) == ("computed", "computed", "confirmed")
    assert states(text, "1297")["net"] == "elsewhere"
    half = "Design EUR 1,000.00\nCGST @ 9%  90.00\nSGST @ 9%  90.00\nTotal EUR 1,180.00\n"
    assert [states(half, "1000", "180")[field] for field in ("net", "tax", "gross")] == [
        "confirmed",
        "computed",
        "confirmed",
    ]
    assert states(half, "1180")["net"] == "elsewhere"
    assert states(half, "1000", "90")["gross"] == "not_found"


COLUMNS = {
    "HTML": "<table><tr><th>Item</th><th>Net</th><th>VAT</th><th>Gross</th></tr>"
    "<tr><td>Design</td><td>1,000.00</td><td>190.00</td><td>1,190.00</td></tr></table>",
    "Markdown": "| Item | Qty | Net | VAT % | VAT | Total incl. VAT |\n|---|---|---|---|---|---|\n"
    "| Design | 1 | 1,000.00 | 19% | 190.00 | 1,190.00 |\n",
    "text": "Item     Net     VAT     Gross\nDesign     1,000.00     190.00     1,190.00\n",
    "no names": "Net     VAT     Gross\n1,000.00     190.00     1,190.00\n",
}


@pytest.mark.parametrize("text", COLUMNS.values(), ids=COLUMNS)
def test_headings_tell_net_tax_and_gross_apart(text: str) -> None:
    right = states(text, "1000", "190")
    assert (right["net"], right["tax"], right["gross"]) == ("confirmed", "confirmed", "confirmed")
    assert states(text, "1190")["net"] == of_gross(text)
    assert states(text, "190")["net"] == "elsewhere"


@pytest.mark.parametrize(
    ("net", "row"),
    [
        ("3000", "Acompte déjà versé : 3 000,00 €"), ("7000", "Balance Due EUR 7,000.00"), ("50000", "Contract sum EUR 50,000.00"),
        ("4000", "Previous invoice INV-6 of 2 January 2026: EUR 4,000.00 remains open."),
    ],
)  # fmt: skip
def test_where_a_row_is_called_net_another_is_not(net: str, row: str) -> None:
    assert states(f"Invoice INV-7\nSubtotal EUR 10,000.00\n{row}\n", net)["net"] == "elsewhere"


def test_a_subtotal_less_a_discount_is_net_too() -> None:
    text = "Subtotal EUR 1,100.00\nDiscount EUR 100.00\nTotal EUR 1,000.00\n"
    assert states(text)["net"] == "confirmed"


@pytest.mark.parametrize(
    "row",
    [
        "Kundennummer: 10445",
        "Kunden-Nr. 10445",
        "Customer no. 10445",
        "Customer number: 10445",
        "Order 10445",
        "Bestellnummer 10445",
    ],
)
def test_the_number_of_something_else_is_not_the_invoices(row: str) -> None:
    text = f"Rechnung R-8\n{row}\nNetto 1.000,00 EUR\n"
    assert states(text, number="10445")["number"] == "not_found"
    assert states(text, number="R-8")["number"] == "confirmed"


@pytest.mark.parametrize(
    "row", ["Invoice number 10445", "Rechnungs-Nr. 10445", "Factuurnummer: 10445", "Nr. 10445", "Belegnummer 10445"]
)
def test_the_number_of_the_invoice_is(row: str) -> None:
    assert states(f"{row}\n", number="10445")["number"] == "confirmed"


@pytest.mark.parametrize(
    "heading",
    [
        "Faktura VAT nr 12/2026", "Faktura VAT 12/2026", "FAKTURA VAT NR: 12/2026", "Factura IVA nº 12/2026", "Tax invoice no. 12/2026",
        "Rechnung / Invoice No. 12/2026",
    ],
)  # fmt: skip
def test_a_name_of_an_invoice_may_name_the_tax(heading: str) -> None:
    assert states(f"{heading}\n", number="12/2026")["number"] == "confirmed"


def test_a_number_that_may_be_that_of_a_project_is_no_contradiction() -> None:
    assert states("Rechnung zum Projekt Nr. 12/2026\n", number="12/2026")["number"] == "elsewhere"
    assert states("VAT no. 12/2026\n", number="12/2026")["number"] == "not_found"


OTHER_DOCUMENTS = [
    "Umowa nr", "Our ref.", "Ref:", "Credit note", "Delivery note", "Lieferschein", "Zamówienie nr", "Zlecenie", "Pedido nº", "Ordine",
    "Offerte", "Bestelling", "Avtal nr", "Job no.", "Quotation ref", "Statement of Work", "Reminder for invoice", "Serial", "Previous invoice",
]  # fmt: skip


@pytest.mark.parametrize("of", OTHER_DOCUMENTS)
@pytest.mark.parametrize("own", ["Invoice no. 77/2026", "FAKTURA VAT 77/2026", "Rechnungsnummer: 77/2026"])
def test_the_number_that_a_paper_calls_its_own_wins(of: str, own: str) -> None:
    text = f"{own}\nInvoice date: 2026-02-04\n{of} 77/2027\nDesign EUR 1,000.00\n"
    assert states(text, number="77/2027")["number"] == "differs"
    assert states(text, number="77/2026")["number"] == "confirmed"


@pytest.mark.parametrize(
    "heading",
    [
        "Invoice 04/2026", "Invoice 2026-04-10", "Rechnung 2026", "Invoice 2 of 3", "Invoice date: 2026-04-10", "Invoice to 12 Main Street",
        "Invoice 4800.00 EUR", "Invoice 1st half", "Invoice no. 4 April 2026", "Invoice Q1-2026", "Previous invoice no. R-6", "Order no. 4711",
        "Credit note no. CN-6",
    ],
)  # fmt: skip
def test_what_may_be_no_number_of_the_invoice_contradicts_none(heading: str) -> None:
    assert states(f"{heading}\nReference: INV-7\n")["number"] == "confirmed"


def test_a_part_of_a_number_is_no_other_and_confirms_none() -> None:
    assert states("Invoice no. 7\nReference: INV-7\n")["number"] == "elsewhere"


@pytest.mark.parametrize(("number", "printed"), [("2026-", "2026-9"), ("R-20260611-", "R-20260611-3"), ("R-", "R-7")])
def test_a_number_cut_short_is_another(number: str, printed: str) -> None:
    assert states(f"Invoice no. {printed}\n", number=number)["number"] == "not_found"


@pytest.mark.parametrize("text", ["invoice " * 2000, "Invoice no " + " " * 4000, "." * 5000])
def test_words_before_a_number_cost_little(text: str) -> None:
    assert states(f"Ref INV-7\n{text}\n")["number"] == "confirmed"


@pytest.mark.parametrize(
    "row",
    [
        "Previous invoice INV-7 of 4 February 2026: EUR 1,000.00 remains open.",
        "Our invoice INV-7 of 4 February 2026 over EUR 1,000.00 is overdue.",
        "Invoice INV-7 of 4 February 2026 over EUR 1,000.00 will follow.",
        "This invoice replaces invoice INV-7 of 4 February 2026 over EUR 1,000.00.",
    ],
)
def test_what_is_said_of_another_invoice_confirms_nothing(row: str) -> None:
    found = states(f"Date: 4 May 2026\nDesign EUR 5,000.00\n{row}\n")
    assert (found["number"], found["net"], found["sent"]) == ("elsewhere", "elsewhere", "elsewhere")


DAYS_OF_OTHER_THINGS = {
    "period": "Rechnungsdatum: 04.01.2026\nLeistungszeitraum: 01.02.2026 - 04.02.2026\nFällig: 01.05.2026\nSkonto bis 04.03.2026\n",
    "no words": "München, 04.01.2026\nLeistungszeitraum 01.02.2026 bis 04.02.2026\nZahlbar bis 04.03.2026 mit 2 % Skonto, bis 01.05.2026 netto\n",
    "English": "Invoice date 4 Jan 2026\nDelivery date 4 Feb 2026\nDue 1 May 2026\n2% discount if paid by 4 March 2026\n",
}


@pytest.mark.parametrize("text", DAYS_OF_OTHER_THINGS.values(), ids=DAYS_OF_OTHER_THINGS)
def test_a_day_of_something_else_confirms_nothing(text: str) -> None:
    found = states(text, days=(FEBRUARY, MARCH))
    assert (found["sent"], found["due"]) == ("elsewhere", "elsewhere")
    right = states(text, days=(date(2026, 1, 4), date(2026, 5, 1)))
    assert (right["sent"], right["due"]) == ("confirmed", "confirmed")


@pytest.mark.parametrize(
    "own",
    ["Invoice date: 2026-01-04", "Data wystawienia: 04.01.2026", "Datum: 04.01.2026", "Date d'émission : 04/01/2026"],
)
@pytest.mark.parametrize(
    "other",
    [
        "Date of supply:", "Data sprzedaży:", "Data wykonania usługi:", "Fecha de operación:", "Leveransdatum:", "Date of completion:", "PO dated",
        "Delivery date:", "FAKTURA nr", "Your letter dated",
    ],
)  # fmt: skip
def test_where_a_day_is_plainly_the_invoices_another_is_not(own: str, other: str) -> None:
    text = f"Invoice INV-7\n{own}\n{other} 2026/02/04\nDesign EUR 1,000.00\n"
    assert states(text)["sent"] == "elsewhere"
    assert states(text, days=(date(2026, 1, 4),))["sent"] == "confirmed"


@pytest.mark.parametrize(
    "own", ["Due date: 2026-05-01", "Fällig am 01.05.2026", "Termin płatności: 01.05.2026", "Please pay by 1 May 2026"]
)
@pytest.mark.parametrize(
    "other",
    [
        "Next invoice due",
        "Delivery due",
        "Project due date:",
        "Second instalment due",
        "Our offer was due",
        "Valid until",
    ],
)
def test_where_a_day_is_plainly_the_due_one_another_is_not(own: str, other: str) -> None:
    text = f"Invoice INV-7\n4 Feb 2026\n{own}\n{other} 2026-03-04\nDesign EUR 1,000.00\n"
    assert states(text, days=(FEBRUARY, MARCH))["due"] == "elsewhere"
    assert states(text, days=(FEBRUARY, date(2026, 5, 1)))["due"] == "confirmed"


def test_a_day_in_the_number_of_an_invoice_is_none_of_it() -> None:
    assert states("FAKTURA nr 2026/02/04\n")["sent"] == "elsewhere"
    assert states("Rechnung Nr. 7 vom 04.02.2026\n")["sent"] == "confirmed"
    assert states("Invoice 2026-02-04\n")["sent"] == "confirmed"


@pytest.mark.parametrize(
    ("title", "kind", "number"),
    [
        ("CREDIT NOTE INV-7", "differs", "confirmed"), ("Avoir INV-7", "differs", "confirmed"), ("GUTSCHRIFT INV-7", "elsewhere", "confirmed"),
        ("PROFORMA INVOICE INV-7", "differs", "elsewhere"), ("Payment reminder INV-7", "differs", "elsewhere"),
        ("Mahnung INV-7", "differs", "elsewhere"), ("Invoice INV-7", None, "confirmed"), ("Credit note: CN-6 Invoice INV-7", None, "confirmed"),
    ],
)  # fmt: skip
def test_a_title_says_what_the_paper_is(title: str, kind: str | None, number: str) -> None:
    found = states(f"{title}\n4 Feb 2026\nDesign EUR 1,000.00\n")
    assert (found.get("kind"), found["number"]) == (kind, number)


def test_a_credit_note_recorded_as_one_is_no_finding() -> None:
    assert "kind" not in states("CREDIT NOTE INV-7\nDesign EUR 1,000.00\n", credit_note=True)
    assert "kind" not in states("Invoice INV-7\nDesign EUR 1,000.00\nCredit note CN-6\n")


@pytest.mark.parametrize(
    "text", ["VAT " * 900 + "total x 1,000.00", "Credit note " + "1" * 44 + " x", "i.v.a. " * 500 + "total 1,000.00 x"]
)
def test_words_that_recur_cost_little(text: str) -> None:
    assert states(f"{text}\n")["number"] == "not_found"  # in time: a pattern that tries every way would never end
