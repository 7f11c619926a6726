"""Ordinary offers, as `new --from` reads them: columns, sums before tax, and sentences beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mtrack.verify.documents import read
from mtrack.verify.papers import papers
from mtrack.verify.proposal import propose

if TYPE_CHECKING:
    from mtrack.verify.protocol import Proposal


def _of(text: str, path: str = "offer.txt") -> Proposal:
    return propose(papers([(path, read(path, text.encode()))]))


def _items(found: Proposal) -> list[tuple[str, str]]:
    return [(item.name, f"{item.amount:.2f}") for item in found.items]


def _is_ready(found: Proposal) -> bool:
    return found.adds_up and not found.doubt


ROWS = [("Survey", "2100.00"), ("Draft design", "5200.00"), ("Final plans", "3600.00")]
POSITIONS = [
    "Pos. Leistung              Menge    Einzelpreis      Gesamt",
    "Pos.  Bezeichnung          Anzahl   E-Preis          G-Preis",
    "N°   Désignation           Qté      PU HT            Total HT",
    "Nr   Omschrijving          Aantal   Prijs            Bedrag",
    "Lp.  Nazwa                 Ilość    Cena             Wartość",
    "No.  Item                  Qty      Rate             Amount",
    "     Leistung              Menge    Einzelpreis      Gesamt",
    "Lfd. Nr. Leistung          Menge    Einzelpreis      Gesamt",
]
SUMS = [
    "     Summe netto                                10.900,00 €",
    "     Netto                                      10.900,00 €",
    (
        "     Nettosumme                                 10.900,00 €\n     19 % MwSt.                                  2.071,00 €\n"
        "     Gesamtsumme                                12.971,00 €"
    ),
    (
        "     Zwischensumme netto                        10.900,00 €\n     zzgl. 19 % USt.                             2.071,00 €\n"
        "     Gesamtbetrag brutto                        12.971,00 €"
    ),
    (
        "     Subtotaal                                  10.900,00 €\n     Btw 19%                                     2.071,00 €\n"
        "     Te betalen                                 12.971,00 €"
    ),
]


@pytest.mark.parametrize("header", POSITIONS)
@pytest.mark.parametrize("marks", ["1 2 3", "01 02 03", "1. 2. 3.", "1.1 1.2 1.3"])
def test_a_position_before_the_name_shifts_no_column(header: str, marks: str) -> None:
    one, two, three = marks.split()
    found = _of(f"""{header}
{one:<6} Survey              3          700,00 €      2.100,00 €
{two:<6} Draft design        1        5.200,00 €      5.200,00 €
{three:<6} Final plans         4          900,00 €      3.600,00 €
{SUMS[0]}
""")
    assert _items(found) == ROWS
    assert _is_ready(found)
    assert f"{found.total:.2f}" == "10900.00"


@pytest.mark.parametrize("sums", SUMS[:5])
@pytest.mark.parametrize("marked", ["lines", "table"])
def test_the_sum_before_tax_is_the_total_by_any_name(sums: str, marked: str) -> None:
    rows = ["Survey   2.100,00 €", "Draft design   5.200,00 €", "Final plans   3.600,00 €"]
    lines = [*rows, *(line.strip() for line in sums.splitlines())]
    text = "\n".join(lines)
    path = "offer.txt"
    if marked == "table":
        cells = ([part.strip() for part in line.split("   ", 1)] for line in lines)
        text, path = "| Leistung | Betrag |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in cells), "offer.md"
    found = _of(text, path)
    assert _items(found) == ROWS
    assert _is_ready(found), found.doubt
    assert f"{found.total:.2f}" == "10900.00"


def test_half_of_a_schedule_in_its_last_row_is_no_sum() -> None:
    found = _of("Design   1.000,00 €\nBuild   2.000,00 €\nLaunch, net   3.000,00 €\n")
    assert _items(found)[-1] == ("Launch, net", "3000.00")


def test_one_row_with_its_tax_stays_a_milestone() -> None:
    found = _of(
        "| Item | Amount |\n|---|---|\n| Design | 1,000.00 € |\n| VAT 19 % | 190.00 € |\n| Total | 1,190.00 € |", "a.md"
    )
    assert not _is_ready(found) or _items(found) == [("Design", "1000.00")]


SHARES = """The Client shall pay a fixed fee of $48,000 as follows:
  25% upon signing
  35% upon beta
  40% upon final acceptance
"""
BESIDE = [
    "Expenses are reimbursed up to $2,000.",
    "Travel is capped at $2,500.",
    "Late payments bear a fee of $50.",
    "The Contractor is liable up to $100,000 for damage.",
    "Liability is limited to $100,000.",
    "A penalty of $500 applies.",
    "Additional days: $900.",
]


@pytest.mark.parametrize("line", BESIDE)
def test_a_cap_or_a_penalty_is_no_part_of_what_percentages_divide(line: str) -> None:
    found = _of(f"{SHARES}{line}\n")
    assert [amount for _, amount in _items(found)] == ["12000.00", "16800.00", "19200.00"]
    assert _is_ready(found)


def test_another_amount_beside_percentages_is_not_passed_over() -> None:
    assert not _is_ready(_of(f"{SHARES}The licence is $5,000.\n"))


@pytest.mark.parametrize("line", BESIDE)
def test_a_cap_or_a_penalty_is_no_row_of_a_list(line: str) -> None:
    found = _of(f"- Design: $2,000\n- Build: $3,000\n- Launch: $4,000\nTotal: $9,000\n{line}\n")
    assert [amount for _, amount in _items(found)] == ["2000.00", "3000.00", "4000.00"]
    assert _is_ready(found)


def test_an_extra_within_a_list_that_adds_up_stays() -> None:
    found = _of("Design: $2,000\nAdditional revision round: $500\nBuild: $3,000\nTotal: $5,500\n")
    assert [amount for _, amount in _items(found)] == ["2000.00", "500.00", "3000.00"]
    assert _is_ready(found)


LISTED = "- Analisi: € 3.000,00\n- Sviluppo: € 7.500,00\n- Consegna: € 4.500,00\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Il corrispettivo complessivo è di € 15.000,00 oltre IVA, così suddiviso:\n{LISTED}",
        f"Il corrispettivo complessivo è di € 15.000,00 oltre IVA, così suddiviso:\n{LISTED}\nPenale di € 50,00 al giorno.\n",
        f"Le prix forfaitaire est fixé à 15 000,00 € HT.\n\nArticle 6\n{LISTED}",
        f"{LISTED}\nZusammen 15.000,00 Euro zzgl. 7 % MwSt. Zahlung 14 Tage nach Eingang.\n",
    ],
)
def test_a_sentence_with_the_sum_of_the_list_is_its_total(text: str) -> None:
    found = _of(text)
    assert [amount for _, amount in _items(found)] == ["3000.00", "7500.00", "4500.00"]
    assert _is_ready(found)
    assert f"{found.total:.2f}" == "15000.00"


@pytest.mark.parametrize(
    "text",
    [
        "- Design 1.000,00 €;\n- Build 2.000,00 €;\n- Launch 3.000,00 €.\n",
        "- Design 1.000,00 €\n- Build 2.000,00 €\n\n- Launch 3.000,00 €.\n",
        "Anzahlung bei Auftrag: 3.000,00 €.\n\nDesign 1.000,00 €\nBuild 2.000,00 €\n",
        "Launch costs 3.000,00 €.\nDesign 1.000,00 €\nBuild 2.000,00 €\n",
    ],
)
def test_half_of_a_list_is_not_taken_for_its_total(text: str) -> None:
    found = _of(text)
    assert not _is_ready(found)


def test_a_total_with_its_gross_amount_in_brackets_is_net() -> None:
    found = _of(
        "Montant total : 13 500 € HT (16 200 € TTC)\n\n- 4 050 € HT à la signature\n- 5 400 € HT au milieu\n- 4 050 € HT à la fin\n",
        "a.md",
    )
    assert _is_ready(found), found.doubt
    assert f"{found.total:.2f}" == "13500.00"


def test_a_total_with_its_net_amount_behind_is_gross() -> None:
    assert not _is_ready(
        _of("Total incl. VAT 1,190.00 € net 1,000.00 €\n\n- 590.00 € on signing\n- 600.00 € on delivery\n", "a.md")
    )


NAMED = {
    "a label beside the name": (
        "Etapp 1   Förstudie   45 000 kr   klar 2026-03-15\nEtapp 2   Design   82 500 kr   klar 2026-05-01\nSumma   127 500 kr\n",
        ["Förstudie", "Design"],
    ),
    "a label alone": (
        "Phase 1   $1,000   2026-03-15\nPhase 2   $2,500   2026-05-01\nTotal   $3,500\n",
        ["Phase 1", "Phase 2"],
    ),
    "net behind the name": (
        "1. Logo - 3 500 zł netto\n2. Szablony - 1 800 zł netto\nSuma netto: 5 300 zł\n",
        ["Logo", "Szablony"],
    ),
    "positions by ten": (
        "10 Layout   2.000,00 €\n20 Reinzeichnung   1.000,00 €\n30 Druck   500,00 €\nSumme   3.500,00 €\n",
        ["Layout", "Reinzeichnung", "Druck"],
    ),
    "how many there are": (
        "3 Videos   2.000,00 €\n10 Fotos   1.000,00 €\n40 Flyer   500,00 €\nSumme   3.500,00 €\n",
        ["3 Videos", "10 Fotos", "40 Flyer"],
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_a_milestone_has_the_name_beside_its_number(case: str) -> None:
    text, expected = NAMED[case]
    assert [name for name, _ in _items(_of(text))] == expected
