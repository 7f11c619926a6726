"""The verbs for what is agreed anew, disputed, accepted, paid together or in parts; and what a word may stand for."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support import Result, add_evidence, mtrack, write_tree

from mtrack.edit import writer
from mtrack.errors import CannotRunError

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = "2026-03-01"
ACME = """\
project: Acme website
currency: EUR
agreement:
  file: agreement/sow.pdf
  signed: 2026-01-10
  total: 9000.00
  milestones: 2
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}
    status: sent
  # the second half
  - id: M2
    name: Beta delivered
    amount: 5000.00
    planned: 2026-04-01
    deliverable: {approved: 2026-02-20, signoff: signoffs/m2.eml}
    status: not_billed
"""
GLOBEX = (
    ACME.replace("Acme website", "Globex portal")
    .replace("INV-1", "INV-2")
    .replace("amount: 4000.00, sent", "amount: 1000.00, sent")
)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Two projects without an error."""
    write_tree(
        tmp_path,
        {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": ACME, "clients/globex/milestones.yaml": GLOBEX},
    )
    add_evidence(tmp_path)
    return tmp_path


def run(work: Path, *arguments: str, cwd: str = ".", as_of: str = AS_OF, code: int = 0) -> Result:
    result = mtrack(*arguments, "--as-of", as_of, cwd=work / cwd)
    assert result.code == code, result.out + result.err
    return result


def record(work: Path, project: str = "acme") -> Any:
    return yaml.load((work / project / "milestones.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (text as it stands)


def milestone(work: Path, place: int, project: str = "acme") -> Any:
    return record(work, project)["milestones"][place]


# A milestone's terms --------------------------------------------------------------------------------------------------


def test_set_says_what_was_there_and_changes_nothing_else(work: Path) -> None:
    before = (work / "acme/milestones.yaml").read_text(encoding="utf-8")
    said = run(work, "set", "acme", "M2", "--name", "Beta", "--planned", "2026-05-01", "--note", "later").out
    assert said.startswith(
        "M2 'Beta delivered' set: name 'Beta', before 'Beta delivered'; planned for 2026-05-01, before 2026-04-01; note 'later'\n"
    )
    after = (work / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert after == before.replace("name: Beta delivered", "name: Beta").replace(
        "planned: 2026-04-01", "planned: 2026-05-01"
    ).replace("    status: not_billed\n", "    note: later\n    status: not_billed\n")
    assert run(work, "set", "acme", "M2", "--name", "Beta").out.startswith("M2 'Beta' set: recorded already\n")


def test_set_upfront_comes_and_goes(work: Path) -> None:
    assert "set: upfront\n" in run(work, "set", "acme", "M2", "--upfront").out
    assert milestone(work, 1)["upfront"] == "true"
    assert "set: no longer upfront\n" in run(work, "set", "acme", "M2", "--no-upfront").out
    assert "upfront" not in milestone(work, 1)
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == ACME


def test_a_key_goes_while_another_comes_in_its_place(work: Path) -> None:
    run(work, "set", "acme", "M2", "--upfront", "--planned", "2026-05-01")
    path = work / "acme/milestones.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("    planned: 2026-05-01\n", ""), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    assert "    upfront: true\n" in before
    run(work, "set", "acme", "M2", "--no-upfront", "--planned", "2026-09-01", "--note", "later")
    after = before.replace("    upfront: true\n", "    planned: 2026-09-01\n")
    assert path.read_text(encoding="utf-8") == after.replace(
        "    status: not_billed\n", "    note: later\n    status: not_billed\n"
    )


def test_set_amount_is_refused_where_it_breaks_the_agreed_total(work: Path) -> None:
    for amount, rule in (("6000", "amount-exceeds-agreement"), ("4000", "amount-unlisted")):
        assert f"({rule})" in run(work, "set", "acme", "M2", "--amount", amount, code=1).out
    assert "say what to set" in run(work, "set", "acme", "M2", code=2).err
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == ACME


def test_amend_changes_total_count_and_amounts_in_one_edit(work: Path) -> None:
    arguments = (
        "amend",
        "acme",
        "+5000",
        "--set",
        "beta=7000",
        "--milestone",
        "Phase 4=3000",
        "--signed",
        "2026-02-25",
    )
    result = run(work, *arguments)
    assert result.out.startswith(
        "agreement amended (+EUR 5,000.00, +1 milestone); M2 'Beta delivered' EUR 7,000.00, before EUR 5,000.00;"
        " M3 'Phase 4' added: EUR 3,000.00\n"
    )
    assert "still to do" not in result.err
    assert record(work)["agreement"]["amendments"] == [{"signed": "2026-02-25", "amount": "5000.00", "milestones": "1"}]
    assert [item["amount"] for item in record(work)["milestones"]] == ["4000.00", "7000.00", "3000.00"]
    assert milestone(work, 2) == {"id": "M3", "name": "Phase 4", "amount": "3000.00", "status": "not_billed"}
    assert run(work, "lint", "--fail-on", "error").code == 0


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("--set", "M2=6000"), "amount-exceeds-agreement"),
        (("--set", "M2=4000"), "amount-unlisted"),
        (("+1000", "--set", "M2=7000"), "amount-exceeds-agreement"),
        (("-1000", "--set", "M2=3000"), "amount-unlisted"),
        (("--milestone", "Phase 4=3000"), "amount-exceeds-agreement"),
        (("--note", "as we said", "--set", "M2=6000"), "amount-exceeds-agreement"),
    ],
)
def test_amend_is_refused_where_it_breaks_the_agreed_total_the_other_way(
    arguments: tuple[str, ...], rule: str, work: Path
) -> None:
    """What an amendment adds can be listed by the next edit; what it sets beyond that is agreed by nobody."""
    assert f"({rule})" in run(work, "amend", "acme", *arguments, code=1).out
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == ACME


@pytest.mark.parametrize(
    "arguments",
    [("+1000", "--set", "M2=5500"), ("-1000", "--set", "M2=4500"), ("--set", "M1=5000", "--set", "M2=4000")],
)
def test_amend_may_move_amounts_and_leave_some_of_its_own_to_list(arguments: tuple[str, ...], work: Path) -> None:
    assert ("still to do" in run(work, "amend", "acme", *arguments).err) == (len(arguments) == 3)


def test_amend_alone_leaves_the_milestones_to_do(work: Path) -> None:
    assert "still to do" in run(work, "amend", "acme", "+5000", "--milestones", "1").err
    assert "give the amount once" in run(work, "amend", "acme", "5", "--amount", "6", code=2).err
    run(work, "amend", "acme", "-5000")
    assert [item["amount"] for item in record(work)["agreement"]["amendments"]] == ["5000.00", "-5000.00"]


@pytest.mark.parametrize(
    ("where", "order"),
    [(("--before", "M1"), "312"), (("--after", "discovery"), "132"), (("--before", "M2"), "132"), (("--after", "M2"), "123"), ((), "123")],
)  # fmt: skip
def test_a_milestone_is_added_beside_another(work: Path, where: tuple[str, ...], order: str) -> None:
    run(work, "amend", "acme", "--milestones", "1", "--note", "a workshop")
    run(work, "add", "acme", "Workshop", "0", *where)
    assert [item["id"][1] for item in record(work)["milestones"]] == list(order)
    text = (work / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert "  # the second half\n  - id: M2\n" in text
    assert (
        "give --before or --after" in run(work, "add", "acme", "A", "0", "--before", "M1", "--after", "M1", code=2).err
    )


def test_a_deposit_and_a_retainer_begin_a_project(work: Path) -> None:
    run(work, "new", "deposit", "--currency", "EUR", "--milestone", "Deposit=4800 upfront", "--milestone", "upfront=1")
    assert [(item["name"], item.get("upfront")) for item in record(work, "deposit")["milestones"]] == [
        ("Deposit", "true"),
        ("upfront", None),
    ]
    run(
        work,
        "new",
        "care",
        "--currency",
        "EUR",
        "--milestone",
        "Support=900",
        "--monthly",
        "3",
        "--starting",
        "2025-11",
    )
    assert record(work, "care")["milestones"] == [
        {"id": f"M{i}", "name": f"Support {month}", "amount": "900.00", "planned": f"{month}-01", "upfront": "true", "status": "not_billed"}
        for i, month in enumerate(("2025-11", "2025-12", "2026-01"), 1)
    ]  # fmt: skip
    two = ("--milestone", "A=1", "--milestone", "B=2", "--monthly", "3", "--starting", "2026-01")
    for wrong in (two, ("--milestone", "A=1", "--monthly", "3"), ("--milestone", "A=1", "--starting", "2026-01")):
        assert "--monthly goes with one" in run(work, "new", "more", "--currency", "EUR", *wrong, code=2).err
    assert "'2026' is not a month" in run(work, "new", "more", *two[:-1], "2026", code=2).err


def test_payment_terms_may_go_to_the_end_of_the_month(work: Path) -> None:
    for project, words, terms, due in (
        ("a", ("--payment-terms", "10"), "10", "2026-03-11"),
        ("b", ("--payment-terms", "10", "--month-end", "before"), {"days": "10", "month_end": "before"}, "2026-04-10"),
        ("c", ("--payment-terms", "10", "--month-end", "after"), {"days": "10", "month_end": "after"}, "2026-03-31"),
    ):
        run(work, "new", project, "--currency", "EUR", "--total", "5", "--milestone", "One=5 upfront", *words)
        assert record(work, project)["agreement"]["payment_terms"] == terms
        run(work, "bill", project, "One", f"{project}-1")
        assert due in run(work, "invoices", project, "--format", "csv").out
    assert (
        "--month-end goes with --payment-terms"
        in run(work, "new", "d", "--month-end", "after", "--milestone", "A=1", "--currency", "EUR", code=2).err
    )


# Invoices -------------------------------------------------------------------------------------------------------------


def terms(work: Path, *agreement: str, settings: str = "") -> Path:
    (work / "mtrack.yaml").write_text(f"format: 1\n{settings}", encoding="utf-8")
    more = "".join(f"  {line}\n" for line in agreement)
    (work / "acme/milestones.yaml").write_text(
        ACME.replace("  milestones: 2\n", f"  milestones: 2\n{more}"), encoding="utf-8"
    )
    return work


@pytest.mark.parametrize(
    ("agreed", "settings", "option", "tax"),
    [
        ((), "", (), None),
        ((), "", ("--tax", "19%"), "950.00"),
        ((), "", ("--tax", "19 %"), "950.00"),
        ((), "", ("--tax", "950.01"), "950.01"),
        (("tax_rate: 19",), "", (), "950.00"),
        (("tax_rate: 8.1",), "tax_rate: 19\n", (), "405.00"),
        ((), "tax_rate: 7\n", (), "350.00"),
        (("tax_rate: 19",), "", ("--tax", "0"), "0.00"),
        (("tax_rate: 0",), "tax_rate: 19\n", (), "0.00"),
    ],
)
def test_tax_is_given_by_amount_or_rate_else_as_agreed(
    work: Path, agreed: tuple[str, ...], settings: str, option: tuple[str, ...], tax: str | None
) -> None:
    run(terms(work, *agreed, settings=settings), "bill", "acme", "M2", "INV-9", *option)
    assert milestone(work, 1)["invoice"].get("tax") == tax


def test_tax_by_rate_is_rounded_half_up_and_a_credit_note_takes_a_rate_too(work: Path) -> None:
    run(work, "bill", "acme", "M2", "INV-9", "--amount", "10.50", "--tax", "5%")  # 0.525
    assert milestone(work, 1)["invoice"]["tax"] == "0.53"
    run(work, "credit", "INV-9", "CN-1", "--amount", "2.50", "--tax", "5%")  # 0.125
    assert record(work)["invoices"][0]["tax"] == "0.13"
    for wrong in ("101%", "x%", "-1%"):
        assert "is not a rate from 0 to 100" in run(work, "bill", "acme", "M2", "INV-8", "--tax", wrong, code=2).err


def test_bill_writes_what_the_client_retains(work: Path) -> None:
    said = run(terms(work, "retention: 5", "tax_rate: 19"), "bill", "acme", "M2", "INV-9").out
    assert "EUR 5,000.00 plus EUR 950.00 tax, EUR 297.50 of it retained" in said
    assert milestone(work, 1)["invoice"]["retained"] == {"amount": "297.50"}


@pytest.mark.parametrize(
    ("options", "retained"),
    [
        (("--retained", "0"), None),
        (("--retained", "10%"), {"amount": "500.00"}),
        (("--retained", "100", "--retained-until", "2026-12-31"), {"amount": "100.00", "until": "2026-12-31"}),
        (("--upfront",), None),
    ],
)
def test_what_is_retained_can_be_said(work: Path, options: tuple[str, ...], retained: dict[str, str] | None) -> None:
    run(terms(work, "retention: 5"), "bill", "acme", "M2", "INV-9", *options)
    assert milestone(work, 1)["invoice"].get("retained") == retained
    assert run(work, "lint", "--select", "lines-mismatch").out.startswith("2 projects")


def test_nothing_is_retained_of_a_deposit(work: Path) -> None:
    run(terms(work, "retention: 5"), "set", "acme", "M2", "--upfront")
    run(work, "bill", "acme", "M2", "INV-9")
    assert {key: milestone(work, 1)["invoice"].get(key) for key in ("upfront", "retained")} == {
        "upfront": "true",
        "retained": None,
    }


def test_an_invoice_in_instalments(work: Path) -> None:
    parts = ("--instalment", "2026-03-31=2000", "--instalment", "2026-04-30=1000", "--instalment", "2026-05-31")
    run(terms(work, "retention: 5"), "bill", "acme", "M2", "INV-9", *parts)
    assert milestone(work, 1)["invoice"]["instalments"] == [
        {"due": "2026-03-31", "amount": "2000.00"},
        {"due": "2026-04-30", "amount": "1000.00"},
        {"due": "2026-05-31", "amount": "1750.00"},
    ]
    twice = ("--instalment", "2026-03-31", "--instalment", "2026-04-30")
    assert (
        "only one instalment can take the rest"
        in run(work, "bill", "acme", "M2", "INV-8", *twice, "--force", code=2).err
    )
    over = ("--instalment", "2026-03-31=9999", "--instalment", "2026-04-30")
    assert (
        "nothing is left for the instalment without an amount"
        in run(terms(work), "bill", "acme", "M2", "INV-9", *over, code=2).err
    )
    short = ("--instalment", "2026-03-31=1")
    assert "(lines-mismatch)" in run(terms(work), "bill", "acme", "M2", "INV-9", *short, code=1).out


def test_a_dispute_begins_and_ends(work: Path) -> None:
    run(work, "dispute", "inv-1", "--reason", "wrong scope", "--since", "2026-02-28")
    assert "disputed: {since: 2026-02-28, reason: wrong scope}" in (work / "acme/milestones.yaml").read_text(
        encoding="utf-8"
    )
    assert (
        "disputed since 2026-02-28; before, reason wrong scope" in run(work, "dispute", "INV-1", "--reason", "late").out
    )
    assert "is disputed since 2026-02-28 already" in run(work, "dispute", "INV-1", code=2).err
    assert "--ended goes alone" in run(work, "dispute", "INV-1", "--ended", "--reason", "x", code=2).err
    assert "INV-1 no longer disputed; it was since 2026-02-28" in run(work, "dispute", "INV-1", "--ended").out
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == ACME
    assert "INV-1 is not disputed" in run(work, "dispute", "INV-1", "--ended", code=2).err
    run(work, "pay", "INV-1")
    assert "nothing is outstanding on INV-1" in run(work, "dispute", "INV-1", code=2).err


# Payments -------------------------------------------------------------------------------------------------------------


def test_one_transfer_pays_several_invoices_in_several_projects(work: Path) -> None:
    run(work, "bill", "acme", "M2", "INV-3", "--amount", "500")
    said = run(work, "pay", "INV-1", "inv-2", "INV-3", "--reference", "T-77").out
    assert said.startswith("INV-1 paid: EUR 4,000.00 on 2026-03-01; INV-3 paid: EUR 500.00 on 2026-03-01\n")
    assert "INV-2 paid: EUR 1,000.00 on 2026-03-01; one transfer of EUR 5,500.00\n" in said
    paid = {"date": AS_OF, "total": "5500.00", "reference": "T-77"}
    assert milestone(work, 0)["invoice"]["payments"] == [{**paid, "amount": "4000.00"}]
    assert milestone(work, 1)["invoice"]["payments"] == [{**paid, "amount": "500.00"}]
    assert milestone(work, 0, "clients/globex")["invoice"]["payments"] == [{**paid, "amount": "1000.00"}]
    assert "duplicate-payment" not in run(work, "lint").out


def test_one_transfer_is_recorded_whole_or_not_at_all(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = work / "clients/globex/milestones.yaml"
    other.write_text(GLOBEX.replace("currency: EUR", "currency: USD"), encoding="utf-8")
    assert "acme is in EUR and clients/globex in USD" in run(work, "pay", "INV-1", "INV-2", code=2).err
    other.write_text(GLOBEX.replace("sent: 2026-02-03", "sent: 2026-03-02"), encoding="utf-8")
    assert "(date-order)" in run(work, "pay", "INV-1", "INV-2", code=1).out
    other.write_text(GLOBEX, encoding="utf-8")
    for wrong, words in (
        (("INV-1", "INV-1 "), "INV-1 stands there twice"),
        (
            ("INV-1", "INV-2", "100"),
            "an amount goes with one invoice; of several each is paid what is outstanding on it",
        ),
        (("INV-1", "INV-2", "INV-9"), "there is no invoice 'INV-9'"),
        (("INV-1", "1e3"), "'1e3' is not an amount; write 1000.00"),
        (("INV-1", "€50"), "'€50' is not an amount; write 50.00"),
        (("INV-1", "50 EUR"), "'50 EUR' is not an amount; write 50.00"),
        (("INV-1", "INV-2", "--fee", "1"), "--fee goes with one invoice"),
        (("INV-1", "INV-2", "--discount", "1"), "a discount as an amount goes with one invoice"),
    ):
        assert words in run(work, "pay", *wrong, code=2).err
    replace = writer.replace

    def failing(root: str, full: str, before: bytes, after: bytes) -> None:
        if "globex" in full:
            message = "the disk is full"
            raise CannotRunError(message)
        replace(root, full, before, after)

    monkeypatch.setattr(writer, "replace", failing)
    assert "the disk is full" in run(work, "pay", "INV-1", "INV-2", code=3).err
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == ACME
    assert other.read_text(encoding="utf-8") == GLOBEX


@pytest.mark.parametrize(
    ("words", "payment", "said"),
    [
        (("1000",), {"amount": "1000.00"}, "INV-1 paid in part on 2026-03-01: EUR 1,000.00 received, 3,000.00 open"),
        (("--discount", "2%"), {"amount": "3920.00", "discount": "80.00"}, "INV-1 paid: EUR 3,920.00 on 2026-03-01 with EUR 80.00 discount"),
        (("3920", "--discount", "80"), {"amount": "3920.00", "discount": "80.00"}, "with EUR 80.00 discount"),
        (("3900", "--discount", "2%"), {"amount": "3900.00", "discount": "80.00"}, "EUR 3,900.00 received, 20.00 open"),
        (("4000.01",), {"amount": "4000.01"}, "INV-1 paid: EUR 4,000.01"),
        (("--withheld", "400", "--fee", "5"), {"amount": "3595.00", "withheld": "400.00", "fee": "5.00"}, "INV-1 paid: EUR 3,595.00 on 2026-03-01 with EUR 400.00 withheld and EUR 5.00 fee\n"),
        (("1000", "--withheld", "100"), {"amount": "1000.00", "withheld": "100.00"}, "EUR 1,000.00 received, 2,900.00 open, with EUR 100.00 withheld\n"),
        (("-10", "--fee", "1"), {"amount": "-10.00", "fee": "1.00"}, "INV-1 refunded: EUR 10.00 on 2026-03-01 with EUR 1.00 fee\n"),
    ],
)  # fmt: skip
def test_a_payment_says_what_settles_beside_it_and_what_is_open(
    work: Path, words: tuple[str, ...], payment: dict[str, str], said: str
) -> None:
    assert said in run(work, "pay", "INV-1", *words).out
    assert milestone(work, 0)["invoice"]["payments"] == [{"date": AS_OF, **payment}]


def test_money_that_is_not_outstanding_is_not_taken_for_the_rest(work: Path) -> None:
    err = run(work, "pay", "INV-1", "--fee", "4000.01", code=2).err
    assert err == "mtrack: no more than EUR 4,000.00 is outstanding on INV-1; give the amount that came in\n"
    run(work, "pay", "INV-1")
    err = run(work, "pay", "INV-2", "INV-1", code=2).err
    assert err == "mtrack: nothing is outstanding on INV-1; leave it out\n"
    err = run(work, "pay", "INV-1", code=2).err
    assert err == "mtrack: nothing is outstanding on INV-1; give the amount that came in\n"


def test_what_a_credit_note_pays_back_is_a_refund_on_its_invoice(work: Path) -> None:
    run(work, "pay", "INV-1")
    assert run(work, "credit", "INV-1", "C-1", "--amount", "100").out.startswith(
        "INV-1 credited by C-1: EUR 100.00 on 2026-03-01\n"
    )
    before = (work / "acme/milestones.yaml").read_bytes()
    for given, refund in (((), "-AMOUNT"), (("100",), "-100.00"), (("-100",), "-100.00")):
        err = run(work, "pay", "C-1", *given, code=2).err
        assert (
            err
            == f"mtrack: C-1 is a credit note; record what was paid back on the invoice: mtrack pay INV-1 {refund}\n"
        )
    assert (work / "acme/milestones.yaml").read_bytes() == before
    run(work, "pay", "INV-1", "-100.00")
    assert milestone(work, 0)["invoice"]["payments"][1] == {"date": AS_OF, "amount": "-100.00"}


def test_a_credit_note_says_its_tax_and_which_milestones_the_invoice_does_not_bill(work: Path) -> None:
    run(work, "bill", "acme", "M2", "INV-3", "--tax", "19%")
    assert (
        "INV-3 credited by C-1: EUR 100.00 plus EUR 19.00 tax on 2026-03-01\n"
        in run(work, "credit", "INV-3", "C-1", "--amount", "100").out
    )
    said = run(work, "credit", "INV-3", "C-2", "--line", "M1=50", "--line", "M2=50", "--tax", "0").out
    assert said.startswith("INV-3 credited by C-2: EUR 100.00 on 2026-03-01, though INV-3 does not bill M1\n")


def test_work_on_a_cancelled_milestone_is_recorded_and_told(work: Path) -> None:
    run(work, "cancel", "acme", "M2", "--reason", "stopped")
    assert (
        "M2 'Beta delivered' delivered on 2026-02-19, though it is cancelled\n"
        in run(work, "deliver", "acme", "M2", "--date", "2026-02-19").out
    )
    assert (
        "approved by Ana on 2026-02-20, though it is cancelled\n"
        in run(work, "approve", "acme", "M2", "--by", "Ana", "--date", "2026-02-20").out
    )


def test_an_amendment_that_sets_an_amount_again_says_so(work: Path) -> None:
    run(work, "amend", "acme", "+1000", "--set", "M2=6000")
    assert (
        "M2 'Beta delivered' EUR 6,000.00, as before\n" in run(work, "amend", "acme", "+1000", "--set", "M2=6000").out
    )


def test_several_invoices_each_with_its_discount(work: Path) -> None:
    run(work, "pay", "INV-1", "INV-2", "--discount", "2%")
    assert milestone(work, 0)["invoice"]["payments"][0] == {
        "date": AS_OF, "amount": "3920.00", "discount": "80.00", "total": "4900.00",
    }  # fmt: skip


def test_a_number_that_looks_like_an_amount(work: Path) -> None:
    (work / "acme/milestones.yaml").write_text(ACME.replace("INV-1", "1001"), encoding="utf-8")
    (work / "clients/globex/milestones.yaml").write_text(GLOBEX.replace("INV-2", "1002"), encoding="utf-8")
    assert (
        "'1002' is an invoice too; write 1002.00 where the amount is meant"
        in run(work, "pay", "1001", "1002", code=2).err
    )
    assert "1,002.00 received, 2,998.00 open" in run(work, "pay", "1001", "1002.00").out
    assert "'1,5' is not an amount" in run(work, "pay", "1001", "1,5", code=2).err
    assert "1001 refunded: EUR 2.00" in run(work, "pay", "1001", "-2").out


def test_a_hold_says_until_when_it_lasts(work: Path) -> None:
    assert "on hold until 2026-07-01\n" in run(work, "hold", "acme", "M2", "--until", "2026-07-01", "--reason", "a").out
    assert "on hold until 2026-07-01; before, reason a\n" in run(work, "hold", "acme", "M2", "--reason", "b").out


# Waivers --------------------------------------------------------------------------------------------------------------


def test_waive_accepts_findings_of_a_project(work: Path) -> None:
    run(work, "hold", "acme", "M2")
    day = "2026-06-01"
    assert "overdue" in run(work, "gaps", "acme", as_of=day).out
    said = run(
        work,
        "waive",
        "overdue",
        "acme",
        "--number",
        "inv-1",
        "--reason",
        "agreed: July",
        "--until",
        "2026-06-30",
        as_of=day,
    ).out
    assert said.startswith("overdue accepted for INV-1 until 2026-06-30: agreed: July\n")
    assert record(work)["waivers"] == [
        {"rule": "overdue", "number": "INV-1", "reason": "agreed: July", "until": "2026-06-30"}
    ]
    assert "overdue" not in run(work, "gaps", "acme", as_of=day).out.partition("waived")[0]
    result = run(
        work,
        "waive",
        "signoff-missing",
        "--milestone",
        "beta",
        "--file",
        "../../acme/milestones.yaml",
        "--reason",
        "x",
        cwd="acme/signoffs",
    )
    assert record(work)["waivers"][1] == {
        "rule": "signoff-missing",
        "milestone": "M2",
        "file": "milestones.yaml",
        "reason": "x",
    }
    assert "(unused-waiver)" in result.err


def test_waive_accepts_findings_of_the_whole_workspace(work: Path) -> None:
    (work / "mtrack.yaml").write_text("format: 1\nname: Studio # ours\n", encoding="utf-8")
    result = run(work, "waive", "overdue", "--reason", "summer", as_of="2026-06-01")
    assert result.out == "overdue accepted in the whole workspace: summer\n2 findings accepted by it\n"
    assert (work / "mtrack.yaml").read_text(encoding="utf-8") == (
        "format: 1\nname: Studio # ours\nwaivers:\n  - rule: overdue\n    reason: summer\n"
    )
    diff = run(work, "waive", "approved-not-billed", "--reason", "x", "--dry-run").out
    assert diff.splitlines()[-2:] == ["+  - rule: approved-not-billed", "+    reason: x"]
    assert "did you mean overdue?" in run(work, "waive", "overdu", "--reason", "x", code=2).err
    assert "there is no rule 'gap'" in run(work, "waive", "gap", "--reason", "x", code=2).err
    assert "RULE is missing" in run(work, "waive", code=2).err
    assert "--reason is missing" in run(work, "waive", "overdue", code=2).err
    (work / "mtrack.yaml").unlink()
    assert "there is no mtrack.yaml here" in run(work, "waive", "overdue", "--reason", "x", code=2).err


# What a word stands for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["M2", "m2", "beta", "BETA DELIVERED", "delivered", "\uff2d2", "b\u200beta\xa0 Delivered", "\uff42eta"]
)
def test_a_milestone_goes_by_its_id_or_a_part_of_its_name(work: Path, word: str) -> None:
    assert "M2 'Beta delivered' on hold" in run(work, "hold", "acme", word).out


def test_a_name_outranks_a_part_and_an_id_a_name(work: Path) -> None:
    text = ACME.replace("name: Discovery", "name: Beta").replace(
        "total: 9000.00\n  milestones: 2\n", "total: 9000.00\n"
    )
    (work / "acme/milestones.yaml").write_text(text, encoding="utf-8")
    assert (
        "M1 'Beta' on hold"
        in run(work, "hold", "acme", "beta", "--dry-run").err + run(work, "hold", "acme", "beta").out
    )
    (work / "acme/milestones.yaml").write_text(text.replace("name: Beta\n", "name: Beta or m2\n"), encoding="utf-8")
    assert "M2 'Beta delivered' on hold" in run(work, "hold", "acme", "m2").out
    error = run(work, "hold", "acme", "beta", code=2).err
    assert "'beta' could be M1 'Beta or m2', M2 'Beta delivered'; write its id" in error


def test_the_project_may_be_left_out_inside_its_folder(work: Path) -> None:
    for cwd in ("acme", "acme/invoices"):
        for words in (("hold", "beta"), ("bill", "M2", "INV-9"), ("amend", "--note", "x"), ("amend", "+0")):
            assert "acme/milestones.yaml" in run(work, *words, "--dry-run", cwd=cwd).out, (cwd, words)
        assert "(milestones-extra)" in run(work, "add", "Extra", "0", cwd=cwd, code=1).out
        assert "globex" in run(work, "hold", "globex", "beta", "--dry-run", cwd=cwd).out
        assert "MILESTONE is missing" in run(work, "hold", "globex", cwd=cwd, code=2).err
        assert "there is no milestone 'gamma' in acme" in run(work, "hold", "gamma", cwd=cwd, code=2).err
    assert "PROJECT is missing" in run(work, "close", code=2).err
    (work / "clients/globex/milestones.yaml").write_text(GLOBEX.replace("INV-2", "INV-1"), encoding="utf-8")
    assert "say which with --project" in run(work, "void", "INV-1", code=2).err
    assert "acme/" in run(work, "void", "INV-1", "--dry-run", "--force", cwd="acme").out


def test_today_and_yesterday_are_those_of_as_of(work: Path) -> None:
    run(work, "deliver", "acme", "M1", "--date", "yesterday", as_of="2026-02-01")
    run(work, "deliver", "acme", "M2", "--date", "Today", as_of="2026-02-03")
    assert [milestone(work, i)["deliverable"]["completed"] for i in (0, 1)] == ["2026-01-31", "2026-02-03"]
    assert "'tomorrow' is not a day" in run(work, "deliver", "acme", "M2", "--date", "tomorrow", code=2).err


def test_force_says_what_was_there(work: Path) -> None:
    said = run(work, "approve", "acme", "M1", "--date", "2026-02-01", "--force").out
    assert said.startswith("M1 'Discovery' approved on 2026-02-01; before, M1 was approved on 2026-02-02\n")
    run(work, "hold", "acme", "M2", "--until", "2026-04-01", "--reason", "budget")
    said = run(work, "hold", "acme", "M2", "--until", "2026-05-01").out
    assert said.startswith("M2 'Beta delivered' on hold until 2026-05-01; before, until 2026-04-01\n")
    run(work, "write-off", "INV-1", "10", "--date", "2026-02-20", "--reason", "rounding")
    said = run(work, "write-off", "INV-1", "5").out
    assert said.startswith(
        "INV-1 written off: EUR 5.00 on 2026-03-01; before, written off EUR 10.00; before, on 2026-02-20\n"
    )


def test_the_commit_of_an_approval_carries_day_and_person(work: Path) -> None:
    for arguments in (
        ("init", "-q"),
        ("config", "user.name", "Ana"),
        ("config", "user.email", "a@example.com"),
        ("add", "."),
        ("commit", "-qm", "Begin"),
    ):
        subprocess.run(["git", "-C", str(work), *arguments], check=True)
    run(work, "approve", "acme", "M2", "--by", "product owner", "--date", "2026-02-21", "--force", "--commit")
    run(work, "pay", "INV-1", "INV-2", "--commit")
    log = subprocess.run(
        ["git", "-C", str(work), "log", "--format=%s"], capture_output=True, text=True, check=True
    ).stdout
    assert log.splitlines()[:2] == [
        "acme, clients/globex: pay INV-1 (EUR 4,000.00); pay INV-2 (EUR 1,000.00)",
        "acme: approve M2 on 2026-02-21 by product owner",
    ]
    assert not subprocess.run(["git", "-C", str(work), "status", "--porcelain"], capture_output=True, check=True).stdout
