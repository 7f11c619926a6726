"""`mtrack verify`, and the commands that take what a paper says."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from papers_of import cii, lines, pdf, ubl
from support import mtrack, validated, write_tree
from test_since import commit, git

from mtrack import limits

if TYPE_CHECKING:
    from pathlib import Path

SOW = lines(
    "Statement of work",
    "1. Discovery | EUR 4,000.00",
    "2. Brand book | EUR 5,000.00",
    "Total | EUR 9,000.00",
    "Signed on 10 January 2026",
)
RECORDS = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-7, amount: 4000.00, sent: 2026-02-03, due: 2026-03-05, tax: 760.00, file: invoices/INV-7.xml}
    status: sent
  - {id: M2, name: Brand book, amount: 5000.00, status: not_billed}
"""
MAIL = "From: Ada Client <ada@example.org>\nDate: Mon, 2 Feb 2026 09:00:00 +0100\nSubject: Discovery\n\nAccepted.\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "studio", {
        "mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORDS, "acme/agreement/sow.pdf": pdf(SOW),
        "acme/invoices/INV-7.xml": ubl(), "acme/signoffs/m1.eml": MAIL,
    })  # fmt: skip


def change(root: Path, old: str, new: str) -> None:
    path = root / "acme/milestones.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(root: Path, *arguments: str, command: str = "verify") -> list[str]:
    result = mtrack(command, root, "--format", "concise", "--as-of", "2026-02-20", *arguments)
    assert result.code in (0, 1), result.err
    whole = mtrack(command, root, "--format", "json", "--as-of", "2026-02-20", *arguments)
    assert whole.code == result.code
    return [line.partition(": ")[2] for line in result.out.splitlines()]


def evidence(root: Path) -> dict[tuple[str | None, str], Any]:
    result = mtrack("verify", root, "--format", "json", "--as-of", "2026-02-20")
    return {(row["id"], row["field"]): row for row in validated(result.out, "verify")["evidence"]}


def test_what_is_right_is_confirmed_and_nothing_is_written(root: Path, cache: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for _ in range(2):
        result = mtrack("verify", root, "--as-of", "2026-02-20")
        assert (result.code, result.err) == (0, "")
        assert "  ✓ M2 'Brand book' EUR 5,000.00: sow.pdf p. 1, l. 3: \"2. Brand book EUR 5,000.00\"\n" in result.out
        assert result.out.endswith("1 project, 16 values: 16 found, 0 differ or are not found, 0 not readable\n")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert len([path for path in cache.rglob("*.json") if path.is_file()]) == 3
    row = evidence(root)["M2", "amount"]
    assert row == {
        "project": "acme", "subject": "milestone", "id": "M2", "field": "amount", "recorded": "5000.00", "found": "5000.00",
        "verdict": "confirmed", "file": "acme/agreement/sow.pdf", "page": 1, "line": 3, "quote": "2. Brand book EUR 5,000.00",
    }  # fmt: skip


def test_json_has_the_decimals_of_the_currency(root: Path) -> None:
    for currency, paper, amount, written in (
        ("JPY", "¥1,000,000", "1000000", "1000000"),
        ("KWD", "KWD 1,234.500", "1234.5", "1234.500"),
        ("EUR", "EUR 1,234.50", "1234.5", "1234.50"),
    ):
        folder = write_tree(root / currency, {
            "agreement.md": f"Design: {paper}\n",
            "milestones.yaml": f"project: P\ncurrency: {currency}\nagreement: {{file: agreement.md}}\nmilestones:\n"
            f"  - {{id: M1, name: Design, amount: {amount}, status: not_billed}}\n",
        })  # fmt: skip
        row = evidence(folder)["M1", "amount"]
        assert (row["recorded"], row["found"], row["verdict"]) == (written, written, "confirmed")


def test_a_difference_is_told_with_its_place(root: Path) -> None:
    change(root, "amount: 5000.00, status", "amount: 5500.00, status")
    place = 'sow.pdf p. 1, l. 3 says EUR 5,000.00: "2. Brand book EUR 5,000.00"'
    assert told(root) == [f"warning[agreement-differs] M2 'Brand book' is recorded as EUR 5,500.00, and {place}"]
    result = mtrack("verify", root, "--format", "json", "--as-of", "2026-02-20")
    (finding,) = validated(result.out, "verify")["findings"]
    assert result.code == 1
    assert (finding["path"], finding["line"], finding["column"]) == ("acme/milestones.yaml", 11, 40)
    assert finding["related"] == [
        {"path": "acme/agreement/sow.pdf", "line": 3, "column": 1, "message": 'page 1: "2. Brand book EUR 5,000.00"'}
    ]
    assert mtrack("verify", root, "--fail-on", "error", "--as-of", "2026-02-20").code == 0
    assert told(root, "--ignore", "agreement-differs") == []
    assert told(root, "--select", "invoice-file-differs,agreement-missing") == []
    assert told(root, "--select", "evidence", command="lint") == []
    (root / "mtrack.yaml").write_text("format: 1\nverify: true\n", encoding="utf-8")
    assert len(told(root, "--select", "evidence", command="lint")) == 1


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("tax: 760.00, ", "", ["error[invoice-file-differs] INV-7 is recorded without tax, and INV-7.xml has EUR 760.00"]),
        ("tax: 760.00", "tax: 700.00", [
            "error[invoice-file-differs] the gross of INV-7 is recorded as EUR 4,700.00, and INV-7.xml says EUR 4,760.00",
            "error[invoice-file-differs] the tax of INV-7 is recorded as EUR 700.00, and INV-7.xml says EUR 760.00",
        ]),
        ("number: INV-7", "number: INV-8", ["error[invoice-file-differs] the number of INV-8 is recorded as INV-8, and INV-7.xml says INV-7"]),
        ("sent: 2026-02-03", "sent: 2026-02-17", []),
        ("sent: 2026-02-03", "sent: 2026-02-18", ["error[invoice-file-differs] the date of INV-7 is recorded as 2026-02-18, and INV-7.xml says 2026-02-03"]),
        ("due: 2026-03-05, ", "", []),
        ("approved: 2026-02-02", "approved: 2026-02-03", []),
        ("approved: 2026-02-02", "approved: 2026-01-30", ["info[signoff-detail-differs] M1 'Discovery' is recorded as approved on 2026-01-30, and m1.eml is of 2026-02-02"]),
        ("total: 9000.00", "total: 9100.00", ["warning[agreement-differs] the agreement's total is recorded as EUR 9,100.00, and sow.pdf p. 1, l. 4 says EUR 9,000.00: \"Total EUR 9,000.00\""]),
        ("sow.pdf", "sow.doc", []),
    ],
)  # fmt: skip
def test_other_differences(root: Path, old: str, new: str, messages: list[str]) -> None:
    change(root, old, new)
    assert sorted(told(root)) == messages


def test_a_total_that_stands_nowhere_in_the_agreement(root: Path) -> None:
    (root / "acme/agreement/sow.pdf").write_bytes(
        pdf(lines("1. Discovery | EUR 4,000.00", "2. Brand book | EUR 5,000.00"))
    )
    assert told(root) == []
    change(root, "total: 9000.00", "total: 9100.00")
    (message,) = told(root)
    assert message.startswith(
        "warning[agreement-not-confirmed] EUR 9,100.00 of the agreement's total stands nowhere in the agreement; the nearest"
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Total | USD 9,000.00", "not-confirmed] EUR 9,000.00 of the agreement's total stands nowhere in the agreement; the nearest is {}"),
        ("Total | EUR -9,000.00", "differs] the agreement's total is recorded as EUR 9,000.00, and {} says EUR -9,000.00"),
    ],
)  # fmt: skip
def test_a_total_in_another_currency_or_below_zero(root: Path, row: str, said: str) -> None:
    rows = [
        "Statement of work",
        "1. Discovery | EUR 4,000.00",
        "2. Brand book | EUR 5,000.00",
        row,
        "Signed on 10 January 2026",
    ]
    (root / "acme/agreement/sow.pdf").write_bytes(pdf(lines(*rows)))
    message = f'{said.format("sow.pdf p. 1, l. 4")}: "{row.replace(" | ", " ")}"'
    assert told(root) == [f"warning[agreement-{message}"]


def test_a_discount_is_no_net_amount(root: Path) -> None:
    change(root, "INV-7.xml", "INV-7.md")
    write_tree(root, {"acme/invoices/INV-7.md": PAPER.format("EUR").replace("Discovery EUR", "Discount EUR -")})
    net = evidence(root)["INV-7", "net"]
    assert (net["verdict"], net["quote"]) == ("computed", "Total EUR 4,760.00")


PAPER = "Invoice INV-7\nDate: 3 February 2026\nDue: 5 March 2026\nDiscovery {0} 4,000.00\nVAT {0} 760.00\nTotal {0} 4,760.00\n"


def test_an_invoice_that_is_a_credit_note_on_paper(root: Path) -> None:
    (root / "acme/invoices/INV-7.xml").write_bytes(ubl(credit_note=True))
    assert told(root) == ["error[invoice-file-differs] INV-7 is recorded as an invoice, and INV-7.xml is a credit note"]


def test_what_an_e_invoice_lacks_or_writes_otherwise_is_told(root: Path) -> None:
    text = ubl(net="9.000,00", day="03.02.2026").decode()
    (root / "acme/invoices/INV-7.xml").write_text(
        text.replace("<c:TaxAmount", "<c:Tax").replace("</c:TaxAmount", "</c:Tax"), encoding="utf-8"
    )
    assert sorted(told(root)) == [
        'info[invoice-detail-not-confirmed] the date of INV-7, 2026-02-03, does not stand in INV-7.xml; the nearest is INV-7.xml: "03.02.2026"',
        "info[invoice-detail-not-confirmed] the tax of INV-7, EUR 760.00, does not stand in INV-7.xml",
        'warning[invoice-not-confirmed] the net amount of INV-7, EUR 4,000.00, does not stand in INV-7.xml; the nearest is INV-7.xml: "EUR 9.000,00"',
    ]  # fmt: skip
    row = evidence(root)["INV-7", "net"]
    assert (row["verdict"], row["found"], row["quote"]) == ("not_found", None, "EUR 9.000,00")
    shown = mtrack("verify", root, "--as-of", "2026-02-20").out
    assert "  ▲ INV-7 tax EUR 760.00: not found\n" in shown
    line = '▲ INV-7 net amount EUR 4,000.00: not found; the nearest is INV-7.xml: "EUR 9.000,00"; not an amount in EUR'
    assert line in shown


@pytest.mark.parametrize(("header", "quote"), [("Date: one day\n", "Date: one day"), ("Date:\n", None), ("", None)])
def test_an_e_mail_without_a_day_does_not_confirm_one(root: Path, header: str, quote: str | None) -> None:
    (root / "acme/signoffs/m1.eml").write_text(re.sub(r"Date:.*\n", header, MAIL), encoding="utf-8")
    row = evidence(root)["M1", "date"]
    assert (row["recorded"], row["verdict"], row["found"], row["quote"]) == ("2026-02-02", "not_found", None, quote)


def test_a_text_whose_total_is_negative_is_no_invoice(root: Path) -> None:
    change(root, "INV-7.xml", "INV-7.md")
    write_tree(root, {"acme/invoices/INV-7.md": PAPER.format("EUR -").replace("Discovery", "Net total")})
    message = (
        "info[invoice-detail-not-confirmed] INV-7 is recorded as an invoice, and the total in INV-7.md is negative"
    )
    assert message in told(root)


@pytest.mark.parametrize(
    ("old", "new", "sign", "messages"),
    [
        ("", "", "EUR", []),
        ("amount: 4000.00, sent", "amount: 4000.01, sent", "EUR", ["EUR 4,000.01, does not stand in INV-7.md; the nearest is EUR 4,000.00, INV-7.md l. 4"]),
        ("amount: 4000.00, sent", "amount: 4700.00, sent", "EUR", ["EUR 4,700.00, does not stand in INV-7.md; the nearest is EUR 4,760.00, INV-7.md l. 6"]),
        ("due: 2026-03-05", "due: 2026-03-06", "EUR", ["2026-03-06, does not stand in INV-7.md; the nearest is 2026-03-05, INV-7.md l. 3"]),
        ("sent: 2026-02-03", "sent: 2026-03-25", "EUR", ["2026-03-25, does not stand in INV-7.md; the nearest is 2026-03-05, INV-7.md l. 3"]),
        ("", "", "USD", ['EUR 4,000.00, does not stand in INV-7.md; the nearest is INV-7.md l. 4: "Discovery USD 4,000.00"']),
    ],
)  # fmt: skip
def test_the_nearest_of_an_invoice_that_is_text(root: Path, old: str, new: str, sign: str, messages: list[str]) -> None:
    change(root, "INV-7.xml", "INV-7.md")
    if old:
        change(root, old, new)
    write_tree(root, {"acme/invoices/INV-7.md": PAPER.format(sign)})
    said = [line for line in told(root) if "INV-7, " in line and any(word in line for word in ("net", "date"))]
    assert [line.split("INV-7, ", 1)[1] for line in said] == messages


def test_a_scan_says_so_and_a_transcript_or_a_person_helps(root: Path) -> None:
    (root / "acme/agreement/sow.pdf").write_bytes(pdf([]))
    assert told(root) == ["info[evidence-no-text] sow.pdf has no text: it may be a scan"]
    rows = evidence(root)
    assert {rows[key]["verdict"] for key in (("M1", "amount"), ("M2", "amount"), (None, "total"))} == {"unreadable"}
    write_tree(root, {"acme/agreement/text.md": "Discovery: EUR 4,000\nBrand book: EUR 5,000\nTotal: EUR 9,000\n"})
    change(root, "file: agreement/sow.pdf", "file: agreement/sow.pdf, transcript: agreement/text.md")
    assert told(root) == []
    assert evidence(root)["M2", "amount"]["file"] == "acme/agreement/text.md"
    change(root, ", transcript: agreement/text.md", "")
    result = mtrack("verify", "--accept", "--by", "Ada", root / "acme", "--as-of", "2026-02-20")
    assert (result.code, result.err) == (0, "")
    digest = hashlib.sha256((root / "acme/agreement/sow.pdf").read_bytes()).hexdigest()
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert f"verified: {{by: Ada, date: 2026-02-20, sha256: {digest}, amounts: {{M1: 4000.00, M2: 5000.00}}}}" in text
    assert told(root) == []
    change(root, "amounts: {M1: 4000.00", "amounts: {M1: 4000.50")
    assert min(told(root)).startswith("error[agreement-changed] the amount of M1 has changed since Ada on 2026-02-20")
    change(root, "amounts: {M1: 4000.50", "amounts: {M1: 4000.00")
    (root / "acme/agreement/sow.pdf").write_bytes(pdf([], []))
    assert min(told(root)).startswith("error[agreement-changed] the agreement's files have changed")


def test_a_waiver_of_a_paper_counts_only_where_papers_are_read(root: Path) -> None:
    change(root, "amount: 5000.00, status", "amount: 5500.00, status")
    with (root / "acme/milestones.yaml").open("a", encoding="utf-8") as file:
        file.write("waivers:\n  - {rule: agreement-differs, milestone: M2, reason: agreed on the phone}\n")
        file.write("  - {rule: agreement-changed, reason: of no use}\n")
    assert told(root)[0].endswith("(waived: agreed on the phone)")
    assert told(root, "--select", "unused-waiver", command="lint") == []
    (root / "mtrack.yaml").write_text("format: 1\nverify: true\n", encoding="utf-8")
    (line,) = told(root, "--select", "unused-waiver", command="lint")
    assert "agreement-changed" in line


def test_damaged_files_are_told_apart(root: Path) -> None:
    (root / "acme/agreement/sow.pdf").write_text("cut off", encoding="utf-8")
    (root / "acme/invoices/INV-7.xml").write_text("<Invoice", encoding="utf-8")
    rules = {line.partition(" ")[0] for line in told(root)}
    assert rules == {"warning[attachment-unreadable]"}


LONG = {
    "pages": ("pdf", "has more than 500 pages, and only those are read"),
    "a page": ("pdf", "has a page of more than 40,000 characters, and only those are read"),
    "lines": ("txt", "has more than 50,000 lines, and only those are read"),
    "a line": ("txt", "has a line of more than 4,000 characters, and only those are read"),
}


def _long(what: str, first: list[str], last: list[str]) -> bytes:
    """A paper that is over a limit: of its `last` lines nothing is read."""
    if what == "pages":
        return pdf(lines(*first), *[lines("see below")] * 500, lines(*last))
    if what == "a page":
        rows = [*first, *["see below " * 85] * 49, *last]
        return pdf([(50, 800 - 14.0 * i, row) for i, row in enumerate(rows)], width=6000)
    between = {"lines": ["see below"] * 50_000, "a line": ["see below " * 400]}[what]
    return ("\n".join([*first, *between]) + (" " if what == "a line" else "\n") + " ".join(last) + "\n").encode()


@pytest.mark.parametrize("what", LONG)
def test_a_paper_over_a_limit_is_told(root: Path, what: str) -> None:
    ending, reason = LONG[what]
    change(root, "sow.pdf", f"sow.{ending}")
    change(root, "INV-7.xml", f"INV-7.{ending}")
    change(root, "m1.eml", f"m1.{ending}")
    sow = ["1. Discovery EUR 4,000.00", "2. Brand book EUR 5,000.00", "Total EUR 9,000.00", "Signed on 10 January 2026"]
    invoice = [line.replace("Discovery", "Net") for line in PAPER.format("EUR").splitlines()]
    signoff = ["Discovery is accepted"]
    for first in (True, False):
        for name, said in (("agreement/sow", sow), ("invoices/INV-7", invoice), ("signoffs/m1", signoff)):
            data = _long(what, said, ["more"]) if first else _long(what, ["Dear Ada"], said)
            (root / f"acme/{name}.{ending}").write_bytes(data)
        assert sorted(told(root)) == [
            f"info[evidence-no-text] {name}.{ending} {reason}" for name in ("INV-7", "m1", "sow")
        ]
        (root / "mtrack.yaml").write_text("format: 1\nverify: true\n", encoding="utf-8")
        assert len(told(root, "--select", "evidence-no-text", command="lint")) == 3
        states = {key: row["verdict"] for key, row in evidence(root).items() if key[1] in {"amount", "net"}}
        assert set(states.values()) == ({"confirmed"} if first else {"unreadable"})


@pytest.mark.parametrize(
    ("times", "messages"),
    [(2_999, []), (3_000, ["info[evidence-no-text] sow.txt has more than 3,000 amounts, and only those are compared"])],
)
def test_an_agreement_of_many_amounts(root: Path, times: int, messages: list[str]) -> None:
    change(root, "sow.pdf", "sow.txt")
    change(root, "signed: 2026-01-10, total: 9000.00, milestones: 2", "signed: 2026-01-10")
    change(root, "  - {id: M2, name: Brand book, amount: 5000.00, status: not_billed}\n", "")
    text = "Signed on 10 January 2026\nDiscovery EUR 4,000.00\n" + "Day rate EUR 700.00\n" * times
    (root / "acme/agreement/sow.txt").write_text(text, encoding="utf-8")
    assert [line for line in told(root) if "sow.txt" in line] == messages


def test_usage(root: Path) -> None:
    for arguments in (
        ("--by", "Ada"),
        ("--dry-run",),
        ("--commit",),
        ("--accept", str(root / "acme"), str(root)),
        ("--select", "nothing"),
        ("--fix",),
        ("--accept", "--by", "Ada", "--format", "json"),
        ("--accept", "--by", "Ada", "--fail-on", "error"),
    ):
        assert mtrack("verify", root, *arguments).code == 2, arguments


def test_accepting_shows_its_change_first_and_commits_it(root: Path) -> None:
    before = (root / "acme/milestones.yaml").read_bytes()
    accept = ("verify", "--accept", "--by", "Ada", root / "acme", "--as-of", "2026-02-20")
    shown = mtrack(*accept, "--dry-run")
    assert (shown.code, shown.err) == (0, "")
    assert "+agreement: {" in shown.out
    assert "verified: {by: Ada, date: 2026-02-20" in shown.out
    assert (root / "acme/milestones.yaml").read_bytes() == before
    git(root, "init", "-q")
    commit(root)
    assert mtrack(*accept, "--commit").code == 0
    assert git(root, "show", "--stat", "--format=%s", "HEAD").splitlines()[-1].strip().startswith("1 file changed")


@pytest.mark.parametrize(
    ("terms", "told_"),
    [
        ("{days: 30, month_end: after}", []),
        ("{days: 0, month_end: after}", []),
        ("{days: 14, month_end: before}", ["info[agreement-detail-differs]"]),
    ],
)
def test_terms_to_the_end_of_a_month_are_compared_by_their_days(root: Path, terms: str, told_: list[str]) -> None:
    (root / "acme/agreement/sow.pdf").write_bytes(
        pdf([*SOW, *lines("Payable within 30 days of the invoice, end of month", top=500)])
    )
    change(root, "total: 9000.00", f"payment_terms: {terms}, total: 9000.00")
    assert [line.partition(" ")[0] for line in told(root)] == told_


@pytest.mark.parametrize(("day", "rules"), [("2026-03-05", []), ("2026-03-06", ["error[invoice-file-differs]"])])
def test_a_due_date_is_that_of_any_instalment(root: Path, day: str, rules: list[str]) -> None:
    change(
        root,
        "due: 2026-03-05, ",
        f"instalments: [{{due: 2026-02-20, amount: 2000.00}}, {{due: {day}, amount: 2760.00}}], ",
    )
    assert [line.partition(" ")[0] for line in told(root)] == rules


# The other way round ---------------------------------------------------------------------------------------------


def test_an_agreement_can_be_moved_into_its_project_and_a_spreadsheet_not(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sow.pdf").write_bytes(pdf(SOW))
    (tmp_path / "plan.csv").write_text("name,amount\nDiscovery,4000.00\n", encoding="utf-8")
    refused = mtrack("new", root / "initech", "--from", tmp_path / "plan.csv", "--move", "--currency", "EUR")
    assert refused.code == 2
    assert "a spreadsheet is not kept in the project" in refused.err
    assert not (root / "initech").exists()
    assert mtrack("new", root / "globex", "--from", tmp_path / "sow.pdf", "--move", "--as-of", "2026-02-20").code == 0
    assert not (tmp_path / "sow.pdf").exists()
    assert (root / "globex/agreement/sow.pdf").read_bytes() == pdf(SOW)


def test_a_schedule_that_adds_up_begins_a_project(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sow.pdf").write_bytes(pdf(SOW))
    result = mtrack(
        "new", root / "globex", "--from", tmp_path / "sow.pdf", "--client", "Globex", "--as-of", "2026-02-20"
    )
    assert (result.code, result.err) == (0, "")
    text = (root / "globex/milestones.yaml").read_text(encoding="utf-8")
    assert "agreement:\n  file: agreement/sow.pdf\n  signed: 2026-01-10\n  total: 9000.00" in text
    assert "name: Discovery\n    amount: 4000.00\n" in text
    assert "name: Brand book\n    amount: 5000.00\n" in text
    assert (root / "globex/agreement/sow.pdf").is_file()
    assert told(root / "globex") == []


def test_a_schedule_that_does_not_add_up_is_a_draft(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sow.md").write_text(
        "Milestone 1: Discovery EUR 4,000\nMilestone 2: Beta EUR 5,000\nTotal: EUR 9,500\n", encoding="utf-8"
    )
    result = mtrack("new", root / "globex", "--from", tmp_path / "sow.md", "--as-of", "2026-02-20")
    assert result.code == 1
    assert result.out.endswith(
        "project: Globex\ncurrency: EUR\nagreement:\n  file: agreement/sow.md\n  total: 9500.00\nmilestones:\n  - id: M1\n"
        "    name: Discovery\n    amount: 4000.00\n    status: not_billed\n  - id: M2\n    name: Beta\n    amount: 5000.00\n"
        "    status: not_billed\n"
    )
    assert result.err.startswith("mtrack: draft: ")
    assert not (root / "globex").exists()
    shown = mtrack(
        "new", root / "globex", "--from", tmp_path / "sow.md", "--dry-run", "--total", "9000", "--as-of", "2026-02-20"
    )
    assert shown.code == 0
    assert "+agreement:\n+  file: agreement/sow.md\n+  total: 9000.00\n" in shown.out
    (tmp_path / "none.md").write_text("No amounts here.\n", encoding="utf-8")
    assert mtrack("new", root / "globex", "--from", tmp_path / "none.md").code == 2


def _due_in_parts(kind: str, *parts: tuple[str, str]) -> bytes:
    """An e-invoice of 5,950.00 that is due on several days."""
    if kind == "ubl":
        text = ubl("INV-9", "2026-02-10", net="5000.00", tax="950.00", gross="5950.00").decode()
        terms = "".join(
            f'<a:PaymentTerms>{f"""<c:Amount currencyID="EUR">{amount}</c:Amount>""" if amount else ""}'
            f"<c:PaymentDueDate>{day}</c:PaymentDueDate></a:PaymentTerms>"
            for day, amount in parts
        )
        return (
            text.replace("<c:DueDate>2026-03-05</c:DueDate>", "")
            .replace("<a:TaxTotal>", f"{terms}<a:TaxTotal>")
            .encode()
        )
    text = cii("INV-9", net="5000.00").decode().replace(">760.00<", ">950.00<").replace("4760.00", "5950.00")
    head, rest = text.split("<x:SpecifiedTradePaymentTerms>", 1)
    terms = "".join(
        '<x:SpecifiedTradePaymentTerms><x:DueDateDateTime><x:DateTimeString format="102">'
        f"{day.replace('-', '')}</x:DateTimeString></x:DueDateDateTime>"
        f"{f'<x:PartialPaymentAmount>{amount}</x:PartialPaymentAmount>' if amount else ''}</x:SpecifiedTradePaymentTerms>"
        for day, amount in parts
    )
    return f"{head}{terms}{rest.split('</x:SpecifiedTradePaymentTerms>', 1)[1]}".encode()


@pytest.mark.parametrize("kind", ["ubl", "cii"])
def test_bill_takes_the_instalments_of_an_e_invoice(root: Path, tmp_path: Path, kind: str) -> None:
    paper = tmp_path / "INV-9.xml"
    paper.write_bytes(_due_in_parts(kind, ("2026-03-12", "5355.00"), ("2026-04-12", "595.00")))
    assert mtrack("bill", root / "acme", "M2", "--file", paper, "--force", "--as-of", "2026-02-20").code == 0
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert "instalments: [{due: 2026-03-12, amount: 5355.00}, {due: 2026-04-12, amount: 595.00}]" in text
    assert " due: 2026-04-12, file" not in text


@pytest.mark.parametrize("kind", ["ubl", "cii"])
@pytest.mark.parametrize(("prepaid", "said"), [("1000.00", True), ("0.00", False), ("", False)])
def test_bill_says_what_an_e_invoice_has_as_paid_already(
    root: Path, tmp_path: Path, kind: str, prepaid: str, *, said: bool
) -> None:
    data, end = (ubl("INV 9", net="5000.00", tax="950.00", gross="5950.00"), b"</a:LegalMonetaryTotal>")
    amount = f'<c:PrepaidAmount currencyID="EUR">{prepaid}</c:PrepaidAmount>'
    if kind == "cii":
        data = cii("INV 9", net="5000.00").replace(b">760.00<", b">950.00<").replace(b">4760.00<", b">5950.00<")
        end = b"</x:SpecifiedTradeSettlementHeaderMonetarySummation>"
        amount = f"<x:TotalPrepaidAmount>{prepaid}</x:TotalPrepaidAmount>"
    (tmp_path / "i.xml").write_bytes(data.replace(end, amount.encode() + end))
    done = mtrack("bill", root / "acme", "M2", "--file", tmp_path / "i.xml", "--force", "--as-of", "2026-02-20")
    assert done.code == 0
    text = "the invoice says that 1000.00 of it is paid already; record that: mtrack pay 'INV 9' 1000.00"
    assert (text in done.err) is said


@pytest.mark.parametrize("kind", ["ubl", "cii"])
@pytest.mark.parametrize(
    ("amounts", "options"),
    [(("5355.00", "594.00"), ()), (("5355.00", ""), ()), (("", ""), ()), (("595.00", "595.00"), ()), (("5355.00", "595.00"), ("--tax", "0"))],
)  # fmt: skip
def test_bill_refuses_several_due_dates_without_their_parts(
    root: Path, tmp_path: Path, kind: str, amounts: tuple[str, str], options: tuple[str, ...]
) -> None:
    paper = tmp_path / "INV-9.xml"
    paper.write_bytes(_due_in_parts(kind, ("2026-03-12", amounts[0]), ("2026-04-12", amounts[1])))
    bill: list[str | Path] = [
        "bill",
        root / "acme",
        "M2",
        "--file",
        paper,
        "--force",
        "--as-of",
        "2026-02-20",
        *options,
    ]
    refused = mtrack(*bill)
    told_ = (
        "mtrack: the invoice is due on several days (2026-03-12, 2026-04-12), and its parts are not plain; "
        "give --due DATE, or --instalment DATE=AMOUNT for each\n"
    )
    assert (refused.code, refused.err) == (2, told_)
    assert mtrack(*bill, "--due", "2026-04-12").code == 0


REFUSED = {
    "another currency": ("Kickoff USD 1,000\nBeta USD 2,000\nTotal USD 3,000\n", "is in USD, and the project in EUR; give --agreement"),
    "two currencies": ("Kickoff EUR 1,000\nBeta USD 2,000\nTotal EUR 3,000\n", "has one amount in EUR (l. 1), and another in USD (l. 2); give --agreement"),
    "two columns": (
        "| Phase | On start | On delivery |\n|---|---|---|\n| Design | EUR 500 | EUR 500 |\n| Build | EUR 1,000 | EUR 1,000 |\n| Total | EUR 1,500 | EUR 1,500 |\n",
        "does not say plainly which amounts are agreed: the columns 'On start' and 'On delivery' each add up, to EUR 1,500.00 and EUR 1,500.00; give --agreement",
    ),
    "tax": ("Kickoff EUR 1,190\nBeta EUR 2,380\nTotal EUR 3,570\nAll prices include 19% VAT.\n", 'gives amounts with tax, and a record has them net (l. 4: "All prices include 19% VAT."); give --agreement'),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_a_schedule_that_is_not_plain_is_refused(root: Path, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "sow.md").write_text(text, encoding="utf-8")
    refused = mtrack("new", root / "globex", "--currency", "EUR", "--from", tmp_path / "sow.md")
    assert (refused.code, refused.out) == (2, "")
    assert f"sow.md {words} and --milestone 'NAME=AMOUNT' instead of --from\n" in refused.err
    assert not (root / "globex").exists()


def test_a_schedule_in_two_currencies_is_taken_in_the_one_that_is_given(root: Path, tmp_path: Path) -> None:
    rows = "| Design | 1,100.00 | 1,000.00 |\n| Build | 2,200.00 | 2,000.00 |\n| Total | 3,300.00 | 3,000.00 |\n"
    (tmp_path / "sow.md").write_text(f"| Milestone | USD | EUR |\n|---|---|---|\n{rows}", encoding="utf-8")
    refused = mtrack("new", root / "globex", "--from", tmp_path / "sow.md")
    assert (refused.code, "; give --currency USD or EUR, or --agreement" in refused.err) == (2, True)
    assert mtrack("new", root / "globex", "--currency", "EUR", "--from", tmp_path / "sow.md").code == 0
    text = (root / "globex/milestones.yaml").read_text(encoding="utf-8")
    assert "currency: EUR\n" in text
    assert "total: 3000.00\n" in text
    assert "amount: 1000.00\n" in text
    assert told(root / "globex") == []


def test_bill_takes_what_an_e_invoice_says(root: Path, tmp_path: Path) -> None:
    (tmp_path / "INV-9.xml").write_bytes(
        ubl("INV-9", "2026-02-10", net="5000.00", tax="950.00", gross="5950.00", due="2026-03-12")
    )
    result = mtrack(
        "bill",
        root / "acme",
        "M2",
        "--file",
        tmp_path / "INV-9.xml",
        "--due",
        "2026-03-31",
        "--force",
        "--as-of",
        "2026-02-20",
    )
    assert result.code == 0
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert (
        "{number: INV-9, amount: 5000.00, sent: 2026-02-10, tax: 950.00, due: 2026-03-31, file: invoices/INV-9.xml}"
        in text
    )
    for name, data in (("a.xml", ubl("INV-10", currency="USD")), ("b.xml", ubl("CN-1", credit_note=True))):
        (tmp_path / name).write_bytes(data)
        assert mtrack("bill", root / "acme", "M2", "--file", tmp_path / name, "--as-of", "2026-02-20").code == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (">5000.00<", ">5.000,00<", "has 'EUR 5.000,00' where an amount in EUR should stand; give --amount"),
        ('"EUR">5000.00<', '"USD">5000.00<', "has 'USD 5000.00' where an amount in EUR should stand; give --amount"),
        (">5000.00<", f">{'9' * 30}<", f"has '{'9' * 30}.00' where an amount in EUR should stand; give --amount"),
        (">5000.00<", ">-5000.00<", "has '-5000.00' where an amount in EUR should stand; give --amount"),
        (">950.00<", ">9E2<", "has 'EUR 9E2' where an amount in EUR should stand; give --tax"),
        ("2026-02-10", "10.02.2026", "has '10.02.2026' where a day should stand; give --sent"),
        ("2026-03-12", "soon", "has 'soon' where a day should stand; give --due"),
        ("<c:DocumentCurrencyCode>EUR</c:DocumentCurrencyCode>", "", "is in USD, and the project in EUR"),
    ],
)
def test_bill_takes_nothing_that_an_e_invoice_writes_otherwise(
    root: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = ubl("INV-9", "2026-02-10", net="5000.00", tax="950.00", gross="5950.00", due="2026-03-12").decode()
    assert old in text
    text = text.replace(old, new).replace('"EUR"', '"EUR"' if new else '"USD"')
    (tmp_path / "INV-9.xml").write_text(text, encoding="utf-8")
    bill = ("bill", root / "acme", "M2", "--file", tmp_path / "INV-9.xml", "--force", "--as-of", "2026-02-20")
    refused = mtrack(*bill)
    assert (refused.code, refused.err) == (2, f"mtrack: the invoice {message}\n")
    if new:
        given = ("--amount", "5000.00", "--tax", "950.00", "--sent", "2026-02-10", "--due", "2026-03-12")
        assert mtrack(*bill, *given).code == 0


OTHER_KINDS = {
    "proforma": (("5000.00", "950.00", "5950.00"), "325", "INV-9.xml is a proforma invoice; give the invoice that was sent"),
    "correction": (
        ("-5000.00", "-950.00", "-5950.00"), "384", "INV-9.xml is a credit note; record it with mtrack credit",
    ),
    "sum": (
        ("5000.00", "950.00", "6950.00"), "380",
        "the invoice says 5000.00 net and 950.00 of tax, and 6950.00 in all; give --amount and --tax",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("amounts", "code", "message"), OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_bill_takes_no_e_invoice_of_another_kind_nor_one_that_does_not_add_up(
    root: Path, tmp_path: Path, amounts: tuple[str, str, str], code: str, message: str
) -> None:
    net, tax, gross = amounts
    data = ubl("INV-9", "2026-02-10", net=net, tax=tax, gross=gross)
    (tmp_path / "INV-9.xml").write_bytes(data.replace(b">380<", f">{code}<".encode()))
    bill = ("bill", root / "acme", "M2", "--file", tmp_path / "INV-9.xml", "--force", "--as-of", "2026-02-20")
    refused = mtrack(*bill)
    assert refused.code == 2
    assert refused.err.endswith(f"{message}\n")
    given = mtrack(*bill, "--amount", "5000.00", "--tax", "950.00")
    assert (given.code == 0) == (code == "380")


def test_approve_says_that_it_cannot_read_the_day_of_an_e_mail(root: Path, tmp_path: Path) -> None:
    mail = MAIL.replace("Discovery", "Brand book")
    lines = ["Date: 03/04/2026" if line.startswith("Date:") else line for line in mail.splitlines()]
    (tmp_path / "m2.eml").write_text("\n".join(lines), encoding="utf-8")
    approve = ("approve", root / "acme", "M2", "--signoff", tmp_path / "m2.eml", "--as-of", "2026-02-20", "--dry-run")
    said = mtrack(*approve)
    assert said.code == 0
    assert "m2.eml has no day that can be read; M2 is approved on 2026-02-20, give --date for another day\n" in said.err
    assert "no day" not in mtrack(*approve, "--date", "2026-02-03").err


@pytest.mark.parametrize(
    "subject", ["Fwd: Brand book", "WG: Brand book", "Re: Brand book", "Forward planning: Brand book"]
)
def test_approve_says_whose_day_it_takes_of_an_e_mail_that_forwards(root: Path, tmp_path: Path, subject: str) -> None:
    mail = MAIL.replace("Discovery", "Brand book")
    lines = [f"Subject: {subject}" if line.startswith("Subject:") else line for line in mail.splitlines()]
    (tmp_path / "m2.eml").write_text("\n".join(lines), encoding="utf-8")
    approve = ("approve", root / "acme", "M2", "--signoff", tmp_path / "m2.eml", "--as-of", "2026-02-20", "--dry-run")
    said = mtrack(*approve)
    told = "m2.eml forwards another e-mail; its own day and sender are recorded, 2026-02-02 and 'Ada Client': give --date and --by"
    assert said.code == 0
    assert (told in said.err) == subject.startswith(("Fwd", "WG"))
    assert "forwards" not in mtrack(*approve, "--date", "2026-02-03", "--by", "Bo Client").err


def test_approve_takes_day_and_person_from_an_e_mail(root: Path, tmp_path: Path) -> None:
    (tmp_path / "m2.eml").write_text(MAIL.replace("Discovery", "Brand book"), encoding="utf-8")
    assert mtrack("approve", root / "acme", "M2", "--signoff", tmp_path / "m2.eml", "--as-of", "2026-02-20").code == 0
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert "deliverable: {approved: 2026-02-02, approved_by: Ada Client, signoff: signoffs/m2.eml}" in text


def test_a_sign_off_among_many_milestones_may_speak_of_one_near_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NEAR", 5)
    names = ("Sand", "Clay", "Slate", "Chalk", "Flint", "Marl", "Peat", "Loam", "Gravel")
    says = {"a": "Milestone 1", "d": "Chalk", "e": "Milestone 7", "f": "Sand", "g": "Milestone 7", "i": "Loam"}
    milestones = "".join(
        f"- {{id: {chr(97 + i)}, name: {name}, amount: 1.00, status: not_billed"
        + (f", deliverable: {{approved: 2026-02-02, signoff: {chr(97 + i)}.txt}}" if chr(97 + i) in says else "")
        + "}\n"
        for i, name in enumerate(names)
    )
    root = write_tree(tmp_path / "studio", {
        "mtrack.yaml": "format: 1\ncurrency: EUR\n", "p/milestones.yaml": f"project: P\nmilestones:\n{milestones}",
        **{f"p/{one}.txt": f"{text} is accepted.\n" for one, text in says.items()},
    })  # fmt: skip
    found = {
        one: (row["verdict"], row["found"]) for (one, field), row in evidence(root).items() if field == "milestone"
    }
    assert found == {
        "a": ("confirmed", "a"), "d": ("confirmed", "d"), "e": ("differs", "g"), "f": ("not_found", None),
        "g": ("confirmed", "g"), "i": ("differs", "h"),
    }  # fmt: skip
