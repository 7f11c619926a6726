"""How well real papers are read: the figures that are promised, on the sample beside the checkout.

The papers hold real people's names, so they are not in the repository; without them these tests are skipped.
"""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import ROOT

from mtrack.verify.agreement import check_agreement
from mtrack.verify.claims import AgreementClaim, InvoiceClaim, MilestoneClaim, SignoffClaim
from mtrack.verify.documents import read
from mtrack.verify.einvoice import embedded
from mtrack.verify.invoice import check_structured, check_text
from mtrack.verify.papers import Papers, papers
from mtrack.verify.proposal import propose
from mtrack.verify.signoff import check_signoff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.record.verdict import Verdict
    from mtrack.verify.documents.document import Document

SAMPLE = next(
    (folder / "shared/evidence" for folder in ROOT.parents if (folder / "shared/evidence/index.json").is_file()), Path()
)
pytestmark = [
    pytest.mark.skipif(not SAMPLE.name, reason="the sample of real papers does not lie beside the checkout"),
    pytest.mark.xdist_group("evidence"),
]
WRONG = {"differs", "not_found"}


@cache
def index() -> Any:
    return json.loads((SAMPLE / "index.json").read_text(encoding="utf-8"))


@cache
def document(path: str) -> Document:
    return read(path, (SAMPLE / path).read_bytes())


def paper(path: str) -> Papers:
    return papers([(path, deepcopy(document(path)))])


def milestones(listed: list[dict[str, str]]) -> tuple[MilestoneClaim, ...]:
    return tuple(
        MilestoneClaim(one.get("id", f"M{i}"), one["name"], Decimal(one["amount"])) for i, one in enumerate(listed, 1)
    )


def claim(
    truth: dict[str, Any], changed: dict[int, Decimal] | None = None, factor: str = "1", currency: str | None = None
) -> AgreementClaim:
    """The truth about an agreement as a record claims it, with some amounts `changed`."""
    claims = tuple(
        MilestoneClaim(one.id, one.name, (changed or {}).get(i, one.amount))
        for i, one in enumerate(milestones(truth["milestones"]))
    )
    totals = (Decimal(truth["total"]) * Decimal(factor),) if truth["total"] else ()
    return AgreementClaim(currency or truth["currency"], claims, totals, (len(claims),))


def told(found: list[Verdict], *ids: str) -> bool:
    return any(verdict.id in ids and verdict.field == "amount" and verdict.verdict in WRONG for verdict in found)


def percent(part: int, whole: int) -> float:
    return 100 * part / whole


def test_agreements_are_confirmed_and_no_alarm_is_false() -> None:
    states: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    alarms: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for truth in index()["agreements"]:
        is_pdf = truth["file"].endswith(".pdf")
        for verdict in check_agreement(claim(truth), paper(truth["file"])):
            if verdict.id is not None:
                states[is_pdf][verdict.verdict] += 1
            is_alarm = verdict.verdict in WRONG and (verdict.id or verdict.field in ("total", "currency", "amount"))
            alarms[is_pdf]["false" if is_alarm else "right"] += 1
    for is_pdf, least, most in ((False, 98, 0.5), (True, 93, 2)):
        counts = states[is_pdf]
        found = percent(counts["confirmed"] + counts["computed"], counts.total())
        false = percent(alarms[is_pdf]["false"], alarms[is_pdf].total())
        print(f"{'PDF' if is_pdf else 'other'}: {found:.1f} % of {counts.total()} found, {false:.1f} % false alarms")
        assert found >= least
        assert false <= most


def _mistakes(amount: Decimal) -> Iterator[Decimal]:
    yield from (amount * Decimal("1.1"), amount * Decimal("0.9"), amount + 1)
    digits = str(amount)
    for i in range(len(digits) - 1):
        first, second = digits[i], digits[i + 1]
        if first != second and "." not in (first, second) and (i or second != "0"):
            yield Decimal(f"{digits[:i]}{second}{first}{digits[i + 2 :]}")
            return


def test_seeded_mistakes_are_told() -> None:
    caught: dict[str, Counter[bool]] = {kind: Counter() for kind in ("amount", "swapped", "total", "currency")}
    for truth in index()["agreements"]:
        listed = milestones(truth["milestones"])
        for i, one in enumerate(listed):
            for wrong in _mistakes(one.amount):
                found = check_agreement(claim(truth, {i: wrong}), paper(truth["file"]))
                caught["amount"][told(found, one.id)] += 1
        for i, (one, two) in enumerate(pairwise(listed)):
            if one.amount != two.amount:
                found = check_agreement(claim(truth, {i: two.amount, i + 1: one.amount}), paper(truth["file"]))
                caught["swapped"][told(found, one.id, two.id)] += 1
        if truth["total"]:
            found = check_agreement(claim(truth, factor="1.1"), paper(truth["file"]))
            caught["total"][any(one.field == "total" and one.verdict in WRONG for one in found)] += 1
        found = check_agreement(claim(truth, currency="GBP"), paper(truth["file"]))
        caught["currency"][
            any(one.verdict == "differs" and one.field == "currency" for one in found) or told(found, "M1")
        ] += 1
    for kind, least in (("amount", 99), ("swapped", 88), ("total", 98), ("currency", 92)):
        share = percent(caught[kind][True], caught[kind].total())
        print(f"{kind}: {share:.1f} % of {caught[kind].total()} mistakes told")
        assert share >= least, kind


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _invoice(truth: dict[str, Any]) -> InvoiceClaim:
    tax = None if truth["tax"] is None else abs(Decimal(truth["tax"]))
    due = _day(truth["due"])
    return InvoiceClaim(
        truth["number"], truth["currency"], abs(Decimal(truth["net"] or truth["gross"])), date.fromisoformat(truth["date"]),
        tax, None, () if due is None else (due,), truth["credit_note"],
    )  # fmt: skip


def test_structured_invoices_agree_in_every_field() -> None:
    fields = 0
    for truth in index()["invoices"]:
        invoice = embedded(document(truth["file"]).attached)
        if invoice is None:
            assert truth["format"] == "text in PDF", truth["file"]
            continue
        due = {_day(truth["due"])} if truth["due"] else {None, *invoice.due}
        assert not set(invoice.due or (None,)).isdisjoint(due), truth["file"]
        assert (invoice.number, invoice.issued, invoice.currency, invoice.credit_note) == (
            truth["number"], _day(truth["date"]), truth["currency"], truth["credit_note"],
        )  # fmt: skip
        assert [invoice.net, invoice.tax, invoice.gross] == [
            Decimal(truth[key]) if truth[key] is not None else None for key in ("net", "tax", "gross")
        ]
        verdicts = check_structured(_invoice(truth), invoice, truth["file"])
        assert {verdict.verdict for verdict in verdicts} == {"confirmed"}, truth["file"]
        fields += len(verdicts)
    print(f"{fields} fields of structured invoices agree")
    assert fields > 400


def test_invoices_that_are_text() -> None:
    states: Counter[str] = Counter()
    for truth in index()["invoices"]:
        if truth["format"] == "text in PDF":
            states.update(
                one.verdict
                for one in check_text(_invoice(truth), paper(truth["file"]))
                if one.field in ("number", "net")
            )
    print(f"numbers and amounts of text invoices: {dict(states)}")
    assert percent(states["confirmed"] + states["computed"], states.total()) >= 95


def test_signoffs_speak_of_their_milestone() -> None:
    for truth in index()["signoffs"]:
        for identifier in truth["of"]:
            of = SignoffClaim(identifier, milestones(truth["milestones"]))
            (verdict,) = check_signoff(of, paper(truth["file"]))
            assert verdict.verdict == ("differs" if truth["names_another"] else "confirmed"), truth["file"]


def test_proposals_that_add_up_are_right() -> None:
    right = Counter(
        [item.amount for item in proposal.items] == [one.amount for one in milestones(truth["milestones"])]
        for truth in index()["agreements"]
        if (proposal := propose(paper(truth["file"]))).adds_up
    )
    print(f"{right[True]} of {right.total()} proposals that add up are right")
    assert percent(right[True], right.total()) >= 95
    assert right.total() >= 25
