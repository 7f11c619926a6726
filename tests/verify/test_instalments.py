"""Schedules in sentences: what `new --from` proposes of them, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree
from test_agreements import agreement, verdicts

from mtrack.verify.documents import read
from mtrack.verify.papers import papers
from mtrack.verify.proposal import propose

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.verify.protocol import Proposal

SENTENCES = {
    "the total last": (
        ("The Client pays EUR 5,000 upon signature of this agreement, EUR 7,500 upon delivery of the prototype and EUR 12,500"
        " upon acceptance of the final system, EUR 25,000 in total."),
        ["upon signature of this agreement=5000", "upon delivery of the prototype=7500", "upon acceptance of the final system=12500"],
    ),
    "the total first, German": (
        ("Das Gesamthonorar beträgt 25.000,00 EUR: 5.000,00 EUR bei Vertragsschluss, 7.500,00 EUR nach Abnahme des Entwurfs und"
        " 12.500,00 EUR nach Endabnahme, jeweils zahlbar binnen 14 Tagen."),
        ["bei Vertragsschluss=5000", "nach Abnahme des Entwurfs=7500", "nach Endabnahme=12500"],
    ),
    "the total elsewhere": (
        "Total fee: EUR 10,000.00\n\nPayable are EUR 2,000 on signing, EUR 3,000 on delivery and EUR 5,000 on acceptance.",
        ["on signing=2000", "on delivery=3000", "on acceptance=5000"],
    ),
    "names before the amounts": (
        "The fee of EUR 10,000 is paid in three instalments: on signing EUR 2,000, on delivery EUR 3,000 and on acceptance EUR 5,000.",
        ["on signing=2000", "on delivery=3000", "on acceptance=5000"],
    ),
    "one first and several of one amount": (
        ("Sponsor pays a fee of USD 75,000, payable in an initial instalment payable on 1 February 2027 in the amount of USD 35,000"
        " and four instalments of USD 10,000 on the first of each month."),
        ["initial instalment payable on 1 February 2027=35000", *(f"Instalment {i}=10000" for i in range(2, 6))],
    ),
    "as many as the total holds, with their days": (
        ("The company is paid USD 150,000.00 in equal installments of $37,500.00 on January 1, 2027, April 1, 2027, July 1, 2027"
        " and October 1, 2027."),
        ["January 1, 2027=37500", "April 1, 2027=37500", "July 1, 2027=37500", "October 1, 2027=37500"],
    ),
    "several of one amount, German": (
        "Die Vergütung von 18.000,00 EUR ist in drei Raten zu je 6.000,00 EUR fällig.",
        ["Instalment 1=6000", "Instalment 2=6000", "Instalment 3=6000"],
    ),
    "several of one amount, French": (
        "Le prix total de 12 000,00 € est payable en trois versements de 4 000,00 €.",
        ["Instalment 1=4000", "Instalment 2=4000", "Instalment 3=4000"],
    ),
    "beside a fee for late payments": (
        "The fee of EUR 30,000 is due in three instalments of EUR 10,000 within 30 days of invoice; late payments bear EUR 40.",
        ["Instalment 1=10000", "Instalment 2=10000", "Instalment 3=10000"],
    ),
    "shares": (
        "The fee is EUR 10,000 plus VAT.\n\nPayment: 30 % on order, 40 % on delivery of the beta and 30 % on acceptance, each within 14 days.",
        ["on order=3000", "on delivery of the beta=4000", "on acceptance=3000"],
    ),
    "shares below a heading": (
        "# Offer\n\nTotal: EUR 8,000.00\n\n## Payment terms\n\n25 % on order, 75 % on acceptance of the work.\n",
        ["on order=2000", "on acceptance of the work=6000"],
    ),
    "shares, German, names first": (
        "Gesamtpreis: 12.000,00 EUR netto\n\nZahlbar sind bei Auftragserteilung 50 %, nach Abnahme 50 %.",
        ["bei Auftragserteilung=6000", "nach Abnahme=6000"],
    ),
    "equal parts, listed below": (
        ("The total fee is EUR 24,000, payable in four equal instalments:\n\n- on signing\n- on approval of the design\n- on delivery\n"
        "- on acceptance\n\nInvoices are due in 30 days."),
        ["on signing=6000", "on approval of the design=6000", "on delivery=6000", "on acceptance=6000"],
    ),
    "equal parts, named in the sentence": (
        "The total fee of EUR 9,000 is paid in three equal parts: on signing, on delivery and on acceptance.",
        ["on signing=3000", "on delivery=3000", "on acceptance=3000"],
    ),
    "equal parts of a currency without decimals": (
        "総額 JPY 1,000,000. The total is payable in three equal instalments: at signing, at beta and at launch. Fees are due at once.",
        ["at signing=333334", "at beta=333333", "at launch=333333"],
    ),
    "equal parts of odd cents": (
        "Total fee EUR 10,000.00, payable in three equal instalments.",
        ["Instalment 1=3333.34", "Instalment 2=3333.33", "Instalment 3=3333.33"],
    ),
    "items as long as sentences": (
        ("The fee is RMB 200 million, payable in two instalments as follows:\n\n"
        "(a)Within fifteen business days after the date on which both parties have signed this agreement, the client will pay RMB"
        " 150 million to the contractor.\n"
        "(b)Within fifteen business days after the end of the first period of cooperation between the parties, the client will pay"
        " the remaining RMB 50 million to the contractor.\n"),
        [
            "Within fifteen business days after the date on which both parties have signed this agreement, the client will pay to…=150000000",
            "Within fifteen business days after the end of the first period of cooperation between the parties, the client will pa…=50000000",
        ],
    ),
    "who asks for a sum": (
        ("We are asking for a EUR 30,000 grant from the fund.\n- Linux version: EUR 10,000\n- Windows version: EUR 10,000\n"
        "- Mac version: EUR 10,000"),
        ["Linux version=10000", "Windows version=10000", "Mac version=10000"],
    ),
    "sections, each with its amount": (
        ("# Plan\n\nTotal: EUR 9,000\n\n## Milestone 1 - EUR 3,000\n\nDesign.\n\n## Month 2 (beta) - EUR 3,000\n\nBeta.\n\n"
        "## Month 3 (launch) - EUR 3,000\n\nLaunch."),
        ["Milestone 1=3000", "Month 2 (beta)=3000", "Month 3 (launch)=3000"],
    ),
}  # fmt: skip

CURRENCIES = {"RMB": "CNY", "USD": "USD", "JPY": "JPY", "": "EUR"}


def proposed(text: str, currency: str) -> Proposal:
    return propose(papers([("sow.md", read("sow.md", text.encode()))]), currency)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_is_a_schedule_that_verify_finds(name: str) -> None:
    text, milestones = SENTENCES[name]
    currency = next(code for mark, code in CURRENCIES.items() if mark in text)
    found = proposed(text, currency)
    assert [f"{item.name}={item.amount.normalize():f}" for item in found.items] == milestones
    assert (found.adds_up, found.doubt, found.total) == (True, "", sum(item.amount for item in found.items))
    claims = agreement(
        *((item.name, str(item.amount)) for item in found.items), total=str(found.total), currency=currency
    )
    told = {verdict.verdict for key, verdict in verdicts(claims, text).items() if key[1] in ("amount", "total")}
    assert told <= {"confirmed", "computed", "elsewhere"}


def test_it_is_recorded(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\ncurrency: EUR\n", "sow.md": SENTENCES["the total last"][0]})
    result = mtrack("new", "acme", "--from", "sow.md", cwd=tmp_path)
    assert result.code == 0, result
    record = (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert "    name: upon delivery of the prototype\n    amount: 7500.00\n" in record
    assert "  total: 25000.00\n" in record


@pytest.mark.parametrize(
    "text",
    [
        "EUR 10,000 is payable on signing, EUR 5,000 on beta and EUR 5,000 on delivery.",
        "We pay EUR 5,000 on beta, EUR 5,000 on delivery and EUR 10,000 on acceptance.",
        "The fee of EUR 10,000 is paid in two instalments: EUR 4,000 on signing and EUR 5,000 on delivery.",
        "You pay 12 monthly instalments of EUR 1,000.",
        "Total fee EUR 10,000. Hosting of EUR 1,200 is payable in three equal instalments.",
        "The fee is EUR 10,000 or, if you pay in three instalments of EUR 4,000, EUR 12,000 in total.",
        "Total fee: EUR 10,000, payable in equal instalments of EUR 3,000.",
        "The total fee is EUR 20,000 less a discount of EUR 2,000, payable in two instalments of EUR 9,000.",
        "We agreed on EUR 20,000 in two instalments of EUR 10,000; now it is EUR 24,000 in two instalments of EUR 12,000.",
        "The total price is EUR 20,000 incl. 19 % VAT, payable in two instalments of EUR 10,000.",
        "Retainer: the client pays EUR 12,000 a year in four equal instalments. The project fee is EUR 30,000.",
        "Total fee EUR 10,000. Payment: 30 % on order, 60 % on acceptance.",
        "Total fee EUR 10,000. Payment in 30 days. Of the rights 60 % go to A and 40 % to B.",
        "| Item | Amount |\n|---|---|\n| Build | EUR 8,000 |\n| Test | EUR 2,000 |\n| Total | EUR 10,000 |\n\nPayment: 50 % on order, 50 % on acceptance.",
        "A penalty of EUR 2,000 is payable in two instalments of EUR 1,000.",
    ],
)
def test_what_is_no_plain_schedule_is_not_taken(text: str) -> None:
    found = proposed(text, "EUR")
    assert not found.adds_up or found.doubt
