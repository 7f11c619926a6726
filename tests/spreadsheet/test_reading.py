"""How a file is read: its encoding, its delimiter, its header, its rows; and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sheets import cells, faults, read

from mtrack.spreadsheet.columns import SYNONYMS
from mtrack.spreadsheet.labels import kind_of

PLAN = "name,amount,planned\nDiscovery,4000.00,2026-02-01\nBüro,5000.50,\n"
AS_READ = [
    {"id": "M1", "name": "Discovery", "amount": Decimal(4000), "planned": date(2026, 2, 1), "status": "not_billed"},
    {"id": "M2", "name": "Büro", "amount": Decimal("5000.5"), "status": "not_billed"},
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark", "utf-16-be with mark"])
def test_delimiters_line_ends_and_encodings_are_told_by_the_file(delimiter: str, end: str, encoding: str) -> None:
    text = PLAN.replace(",", delimiter).replace("\n", end)
    codec, _, mark = encoding.partition(" ")
    assert read((f"\ufeff{text}" if mark else text).encode(codec)).milestones == AS_READ


def test_windows_1252_is_read_only_where_it_is_said() -> None:
    data = PLAN.encode("cp1252")
    assert faults(data) == ["-: it is not UTF-8 (line 3); if it is Windows-1252, say so with --encoding windows-1252"]
    assert read(data, encoding="windows-1252").milestones == AS_READ
    assert read(PLAN.encode("utf-16-le"), encoding="utf-16").milestones == AS_READ
    assert read(PLAN.encode("utf-16-be"), encoding="utf-16").milestones == AS_READ
    assert faults("name,amount\nx,5\n".encode("utf-16-le")) == [
        "-: it holds NUL characters; if it is UTF-16 without its mark, say so with --encoding utf-16"
    ]
    assert faults(PLAN.encode("utf-8-sig"), encoding="windows-1252") == [
        "-: it begins with the mark of UTF-8, so it is not windows-1252; leave --encoding out"
    ]
    assert faults(b"name,amount\n\x81,5\n", encoding="windows-1252") == ["-: it is not WINDOWS-1252 (line 2)"]
    assert faults(b"\xff\xfen\0a", encoding="utf-16") != []


@pytest.mark.parametrize(
    ("key", "title"),
    [(key, title) for key, synonyms in SYNONYMS.items() for title in (key, *filter(None, synonyms.split(", ")))],
)
def test_every_synonym_is_known_in_any_case_and_with_a_unit(key: str, title: str) -> None:
    for written in (
        title,
        title.upper(),
        f" {title.title()} ",
        f"{title} (EUR)",
        f"{title.capitalize()} [EUR]",
        title.replace("_", " "),
    ):
        others = {name for name in ("name", "amount") if name != key}
        row = {"id": "M1", "name": "One", "amount": "5", "upfront": "yes", "invoice": "R1", "invoice_amount": "5", "tax": "1",
               "paid_amount": "6", "currency": "EUR", "status": "paid"}  # fmt: skip
        row |= dict.fromkeys(("planned", "completed", "approved", "sent", "due", "paid"), "2026-02-03")
        needed = {"sent", "paid"} if key in ("paid_amount", "reference") else {"sent"}
        more = (
            sorted((needed | {"invoice"}) - {key})
            if key in ("invoice", "invoice_amount", "sent", "tax", "due", "file", "paid", "paid_amount", "reference")
            else []
        )
        columns = [*sorted(others), *more]
        text = f"{','.join([*columns, written])}\n{','.join([*(row[name] for name in columns), row.get(key, 'some text')])}\n"
        assert read(text).milestones[0]["name"] in ("One", "some text"), text


def test_what_is_like_a_synonym_is_not_taken_for_one() -> None:
    assert faults("name,amount,Due date,Internal ID,Paid by\nx,5,,,\n") == [
        "C1: the column 'Due date' is not known; say what it is with --map 'Due date=due', or leave it out with --ignore 'Due date'",
        "D1: the column 'Internal ID' is not known; say what it is with --map 'Internal ID=KEY', or leave it out with --ignore 'Internal ID'",
        "E1: the column 'Paid by' is not known; say what it is with --map 'Paid by=paid', or leave it out with --ignore 'Paid by'",
    ]


def test_a_column_is_mapped_or_ignored_by_its_name_with_or_without_its_unit_or_by_its_letter() -> None:
    text = "Leistung;Betrag (EUR);Wer;\nDiscovery;4000;Mia;7\n"
    assert cells(text) == ["A1"]
    read_ = read(text, mapped={"leistung": "name", "Betrag": "amount"}, ignored=("Wer", "D"))
    assert [(item["name"], item["amount"]) for item in read_.milestones] == [("Discovery", Decimal(4000))]
    assert cells(text, mapped={"Leistung": "name", "Betrag (EUR)": "amount"}) == ["C1", "D2"]


def test_a_column_that_is_there_twice_is_told() -> None:
    assert faults("name,amount,Amount,Fee\nx,5,6,7\n") == [
        "C1: the column 'Amount' stands in B1 too; rename one, or leave it out with --ignore C",
        "D1: 'Fee' and 'amount' (B1) both hold the amount; leave one out with --ignore",
    ]
    assert read("name,amount,Amount,Fee\nx,5,6,7\n", ignored=("C", "fee")).milestones[0]["amount"] == 5
    assert read("name,amount,Owner,Owner\nx,5,6,7\n", ignored=("Owner",)).milestones[0]["amount"] == 5


def test_title_rows_stand_above_the_header_and_empty_rows_between() -> None:
    text = 'Acme, Inc. - "the plan"\n\nClient,Acme\n,,\nPhase,Value,ETA\n\nDiscovery,4000,2026-02-01\n,,\n  , ,\nBeta,5000,\n'
    assert [item["name"] for item in read(text).milestones] == ["Discovery", "Beta"]
    assert cells(text.replace("5000", "x")) == ["B10"]


def test_of_two_headers_none_is_chosen() -> None:
    assert faults("Title,Value\nProject,Acme\nMilestone,Amount\nOne,5\n") == [
        "B2: 'Acme' is not an amount",
        "A3: this row names the columns too, and so does row 1; keep one table with one header",
    ]


def test_a_file_without_a_header_says_what_to_write() -> None:
    assert faults("") == faults("\n\n,,\n") == ["-: it is empty"]
    assert faults("x;y\n1;2\n") == [
        "A1: no row names the columns, such as name, amount, planned; say what the columns are: --map 'x=name' (this row has 'x', 'y')"
    ]
    assert faults("Milestone,planned\nx,03/04/2026\n") == [
        "A1: no column holds the amount (amount, agreed, agreed amount, value, fee, price); say which does with --map 'COLUMN=amount'",
        "B2: '03/04/2026' may be 2026-04-03 or 2026-03-04; say which with --date-format '%d/%m/%Y' or '%m/%d/%Y'",
    ]
    assert faults("name,amount\n") == ["A1: there is no milestone below the header"]


def test_a_record_is_a_row_whatever_new_lines_stand_in_its_quotes() -> None:
    text = 'name,amount,note\n"One,\nand more",5,"a\nb"\n"say ""two""",x,\n'
    assert cells(text) == ["B3"]
    first, second = read(text.replace("x", "6")).milestones
    assert (first["name"], first["note"], second["name"]) == ("One, and more", "a\nb", 'say "two"')
    assert faults('name,amount\n"x,5\n') == ["A2: this is not CSV: a quote is left open, or stands inside a cell"]


def test_a_line_for_excel_names_the_delimiter_and_is_no_row() -> None:
    assert cells("sep=;\nname;amount\nOne;x\n") == ["B2"]
    assert read("sep=|\r\nname|amount\r\nOne, two; three|5\r\n").milestones[0]["name"] == "One, two; three"


# Amounts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "amounts"),
    [
        (["1.234,50", "1.234"], ["1234.50", "1234"]),
        (["1,234.50", "1,234"], ["1234.50", "1234"]),
        (["1 234,5", "12"], ["1234.5", "12"]),
        (["1'234.—", "CHF 12".replace("CHF", "EUR")], ["1234", "12"]),
        (["4.000,-", "€ 3"], ["4000", "3"]),
        (["12.50 €", "EUR 1,00,000"], ["12.5", "100000"]),
        (["1.234.567"], ["1234567"]),
        (["+7", "0"], ["7", "0"]),
        (["1\u202f234,00"], ["1234"]),
    ],
)
def test_amounts_have_one_decimal_mark_over_the_file(texts: list[str], amounts: list[str]) -> None:
    rows = "".join(f"N{i};{text}\n" for i, text in enumerate(texts))
    assert [item["amount"] for item in read(f"name;amount\n{rows}").milestones] == list(map(Decimal, amounts))


def test_an_amount_that_may_be_two_is_asked_for() -> None:
    text = "name;amount;tax;invoice;sent\nA;1.234;;;\nB;500;12,345;R-1;2026-02-03\n"
    assert faults(text, decimals=3) == [
        "B2: '1.234' reads as 1.234 or as 1234: write 1.234 or 1234.000, or say which mark separates the decimals: --decimal . or --decimal ,",
        "C3: '12,345' reads as 12.345 or as 12345: write 12.345 or 12345.000, or say which mark separates the decimals: --decimal . or --decimal ,",
    ]
    assert read(text, decimal=",", decimals=3).milestones[0]["amount"] == 1234
    assert read(text, decimal=".", decimals=3).milestones[0]["amount"] == Decimal("1.234")
    assert cells(text) == ["B2", "C3"]
    assert faults(text, decimal=".") == [
        "B2: 1.234 has 3 decimals, and EUR has 2 decimals; round it as the paper does, or write 1234.00 if the point parts thousands"
    ]


def test_a_total_can_say_which_mark_parts_the_decimals() -> None:
    assert read("name;amount\nA;1.234\nB;2.000\nTotal;3.234,00\n").milestones[0]["amount"] == 1234


def test_two_decimal_marks_in_one_file_are_told() -> None:
    assert faults("name;amount\nA;1.234,50\nB;12.50\nC;7\nD;1,000.00\n") == [
        "B3: '12.50' has a decimal point, and '1.234,50' in B2 a decimal comma; a file has one of them",
        "B5: '1,000.00' has a decimal point, and '1.234,50' in B2 a decimal comma; a file has one of them",
    ]
    assert faults("name;amount\nA;1.234,50\n", decimal=".") == ["B2: '1.234,50' is not written with a decimal point"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-500", "'-500' is below 0; what was taken off the agreement is an amendment: mtrack amend"),
        ("(500.00)", "'(500.00)' is below 0; what was taken off the agreement is an amendment: mtrack amend"),
        ("500-", "'500-' is below 0; what was taken off the agreement is an amendment: mtrack amend"),
        ("40%", "'40%' is a share, not an amount"),
        ("$5.00", "'$5.00' is in USD, and the project in EUR"),
        ("5.00 CHF", "'5.00 CHF' is in CHF, and the project in EUR"),
        ("12k", "'12k' is not an amount"),
        ("tbd", "'tbd' is not an amount"),
        ("1e3", "'1e3' is not an amount"),
        ("--5", "'--5' is not an amount"),
        ("1.2.3", "'1.2.3' is not an amount"),
        ("5.001", "5.001 has 3 decimals, and EUR has 2 decimals; round it as the paper does, or write 5001.00 if the point parts thousands"),
        ("5.0001", "5.0001 has 4 decimals, and EUR has 2 decimals; round it as the paper does: at most 2 decimals"),
        ("9" * 19, f"'{'9' * 19}' is not an amount"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_told_with_its_cell(text: str, fault: str) -> None:
    assert faults(f"name,amount\nB,1.50\nA,{text}\n") == [f"B3: {fault}"]


def test_a_dash_is_nothing_and_an_amount_is_required() -> None:
    assert faults("name,amount,tax\nA,-,-\nB,,\n,5,\n") == [
        "B2: the milestone has no amount",
        "B3: the milestone has no amount",
        "A4: the milestone has no name",
    ]


@pytest.mark.parametrize(
    ("title", "fault"),
    [
        ("Amount (USD)", "'Amount (USD)' is in USD, and the project in EUR"),
        ("Amount $", "'Amount $' is in USD, and the project in EUR"),
        ("Amount (%)", "'Amount (%)' is a percentage; give the amount, or leave it out with --ignore 'Amount (%)'"),
        (
            "Amount (gross)",
            "'Amount (gross)' is with tax, and the amount is net; give the net amount, and the tax beside it",
        ),
        (
            "Amount (incl. VAT)",
            "'Amount (incl. VAT)' is with tax, and the amount is net; give the net amount, and the tax beside it",
        ),
        ("Amount (k€)", "the unit 'k€' is not known; where it means EUR, say --map 'Amount (k€)=amount'"),
        ("Amount (hours)", "the unit 'hours' is not known; where it means EUR, say --map 'Amount (hours)=amount'"),
    ],
)
def test_a_unit_that_is_not_the_projects_is_told(title: str, fault: str) -> None:
    assert faults(f"name;{title}\nA;5\n") == [f"B1: {fault}"]


@pytest.mark.parametrize(
    "title",
    [
        "Amount (€)",
        "Amount [eur]",
        "Amount €",
        "Amount EUR",
        "Amount (net)",
        "Amount (EUR, net)",
        "Amount (in EUR)",
        "Amount()",
    ],
)
def test_a_unit_that_is_the_projects_is_taken(title: str) -> None:
    assert read(f'name,"{title}"\nA,5\n').milestones[0]["amount"] == 5


def test_a_rate_of_tax_is_never_taken_for_tax() -> None:
    row = "A;100;R-1;2026-02-03;{}\n"
    assert cells("name;amount;invoice;sent;VAT\n" + row.format("19%")) == ["E2"]
    assert cells("name;amount;invoice;sent;VAT %\n" + row.format("19")) == ["E1"]
    assert cells("name;amount;invoice;sent;VAT (%)\n" + row.format("19")) == ["E1"]


# Days ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["2026-02-03", "2026-02-04T10:30:00Z"], ["2026-02-03", "2026-02-04"]),
        (["2/25/2026 2:30 PM", "3/1/2026"], ["2026-02-25", "2026-03-01"]),
        (["03/04/2026", "25/02/2026"], ["2026-04-03", "2026-02-25"]),
        (["03/04/2026", "02/25/2026"], ["2026-03-04", "2026-02-25"]),
        (["3.4.2026", "03.05.2026"], ["2026-04-03", "2026-05-03"]),
        (["04/04/2026"], ["2026-04-04"]),
        (["2026/2/3"], ["2026-02-03"]),
        (["3 Feb 2026", "3. März 2026", "03-Apr-2026"], ["2026-02-03", "2026-03-03", "2026-04-03"]),
        (["Feb 3, 2026", "March 14 2026"], ["2026-02-03", "2026-03-14"]),
    ],
)
def test_days_have_one_style_in_a_column(texts: list[str], days: list[str]) -> None:
    rows = "".join(f"N{i};5;{text}\n" for i, text in enumerate(texts))
    found = read(f"name;amount;planned\n{rows}").milestones
    assert [item["planned"].isoformat() for item in found] == days


def test_a_day_that_may_be_two_is_asked_for_column_by_column() -> None:
    text = "name,amount,planned,completed\nA,5,25/02/2026,03/04/2026\nB,6,01/03/2026,05/05/2026\n"
    assert faults(text) == [
        "D2: '03/04/2026' may be 2026-04-03 or 2026-03-04; say which with --date-format '%d/%m/%Y' or '%m/%d/%Y'"
    ]
    first = read(text, date_format="%d/%m/%Y").milestones[0]
    assert (first["planned"], first["deliverable"]["completed"]) == (date(2026, 2, 25), date(2026, 4, 3))
    assert faults(text, date_format="%m/%d/%Y") == ["C2: '25/02/2026' is not a day written as %m/%d/%Y"]


def test_a_format_given_for_one_column_leaves_plain_ones_alone() -> None:
    text = "name,amount,planned,completed\nA,5,2026-02-01,03/04/26\n"
    assert faults(text) == [
        "D2: '03/04/26' has a year of two digits; say how it is written, as in --date-format '%d/%m/%y'"
    ]
    assert read(text, date_format="%d/%m/%y").milestones[0]["planned"] == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("texts", "at_fault"),
    [
        (["2026-02-03", "25/02/2026"], ["C3"]),
        (["25/02/2026", "2026-02-03", "26/02/2026"], ["C3"]),
        (["13/02/2026", "02/13/2026"], ["C3"]),
        (["13.02.2026", "13/02/2026"], ["C3"]),
        (["03/04/2026", "2026-02-03"], ["C2", "C3"]),
        (["2026-02-30"], ["C2"]),
        (["soon", "2026-02-03", "46055"], ["C2", "C4"]),
        (["2026-02", "Q3 2026"], ["C2", "C3"]),
    ],
)
def test_days_in_two_styles_or_in_none_are_told(texts: list[str], at_fault: list[str]) -> None:
    rows = "".join(f"N{i};5;{text}\n" for i, text in enumerate(texts))
    assert cells(f"name;amount;planned\n{rows}") == at_fault


# Milestones and invoices ---------------------------------------------------------------------------------------------

HEAD = "id,name,amount,invoice,invoice_amount,sent,tax,due,paid,paid_amount,reference,status\n"


def records(rows: str, **wanted: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    found = read(HEAD + rows, **wanted)
    return found.milestones, found.invoices


def test_rows_with_one_number_are_one_invoice() -> None:
    milestones, invoices = records(
        "M1,A,1000,R-1,1000,2026-01-05,190,2026-02-04,2026-02-01,1190,t 1,\nM2,B,500,r-1,500,2026-01-05,95,,2026-02-01,595,,paid\n"
    )
    assert invoices == [
        {
            "number": "R-1", "amount": Decimal(1500), "sent": date(2026, 1, 5), "tax": Decimal(285), "due": date(2026, 2, 4),
            "payments": [{"date": date(2026, 2, 1), "amount": Decimal(1785), "reference": "t 1"}],
            "lines": [{"milestone": "M1", "amount": Decimal(1000)}, {"milestone": "M2", "amount": Decimal(500)}],
        }
    ]  # fmt: skip
    assert [item["status"] for item in milestones] == ["paid", "paid"]
    assert all("invoice" not in item for item in milestones)


def test_a_milestone_in_several_rows_has_several_invoices() -> None:
    milestones, invoices = records(
        "M1,A,1000,R-1,400,2026-01-05,,,,,,\nM1,A,,R-2,600,2026-02-05,,,2026-03-01,,,\nM2,B,5,,,,,,,,,\n"
    )
    assert milestones[0]["invoice"] == {"number": "R-1", "amount": Decimal(400), "sent": date(2026, 1, 5)}
    assert invoices == [
        {"number": "R-2", "amount": Decimal(600), "sent": date(2026, 2, 5), "paid": date(2026, 3, 1),
         "lines": [{"milestone": "M1", "amount": Decimal(600)}]}
    ]  # fmt: skip
    assert [item["status"] for item in milestones] == ["partially_paid", "not_billed"]


def test_a_row_may_list_several_invoices_in_its_cells() -> None:
    row = 'M1,A,1000,R-1; R-2,400; 600,2026-01-05; 2026-02-05,; 114,,"2026-02-01;",,,\n'
    milestones, invoices = records(row)
    assert (milestones[0]["invoice"]["amount"], milestones[0]["invoice"]["paid"]) == (400, date(2026, 2, 1))
    assert (invoices[0]["amount"], invoices[0]["tax"], "paid" in invoices[0]) == (600, 114, False)
    assert faults(HEAD + row.replace("400; 600", "400; 600; 0")) == ["E2: '400; 600; 0' lists 3, and D2 2 invoices"]


def test_a_row_with_an_empty_list_of_numbers_alone() -> None:
    assert faults("name,amount,invoice\nA,5,\n,,;\n") == [
        "A3: the milestone has no name", "B3: the milestone has no amount", "C3: ';' has a ';' with no number on one side of it",
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["R-1;", ";R-1", "R-1; ;R-2", ";", "R-1; -"])
def test_a_list_of_numbers_with_an_empty_place(cell: str) -> None:
    sent = "; ".join("2026-02-03" if part.strip(" -") else "" for part in cell.split(";"))
    table = f"name,amount,invoice,sent,invoice_amount\nA,5,{cell},{sent},{sent.replace('2026-02-03', '1')}\n"
    assert faults(table) == [f"C2: '{cell}' has a ';' with no number on one side of it"]
    by_lines = 'M1,A,1000,"R-1\nR-2","400\n600","2026-01-05\n2026-02-05",,,,,,\n'
    assert [item["number"] for item in records(by_lines)[1]] == ["R-2"]
    assert records('M1,A,1000,"""R;1""",,2026-01-05,,,,,,\n')[0][0]["invoice"]["number"] == "R;1"
    assert cells(HEAD + 'M1,A,1000,"INV-1, INV-2",,2026-01-05,,,,,,\n') == ["D2"]
    assert (
        records('M1,A,1000,"Rechnung 7, Teil B",,2026-01-05,,,,,,\n')[0][0]["invoice"]["number"] == "Rechnung 7, Teil B"
    )


def test_what_rows_say_of_one_thing_has_to_agree() -> None:
    assert faults(HEAD + "M1,A,1000,R-1,400,2026-01-05,,2026-02-05,,,,\nM1,B,900,R-2,500,2026-02-05,,,,,,\nM2,C,5,R-1,5,2026-01-06,,2026-02-06,,,,\n") == [
        "B3: the name of M1 is 'B' here, and 'A' in B2",
        "C3: the amount of M1 is '900' here, and '1000' in C2",
        "F4: the sent of R-1 is '2026-01-06' here, and '2026-01-05' in F2",
        "H4: the due of R-1 is '2026-02-06' here, and '2026-02-05' in H2",
    ]  # fmt: skip
    assert cells(HEAD + "M1,A,5,R-1,5,2026-01-05,,,2026-02-01,,,\nM2,B,5,R-1,5,2026-01-05,,,2026-02-02,,,\n") == ["I3"]
    assert cells(HEAD + "M1,A,5,R-1,5,2026-01-05,,,,,,\nM1,A,5,R-1,5,2026-01-05,,,,,,\n") == ["D3"]


def test_two_milestones_of_one_name_need_an_id_each() -> None:
    assert faults("name,amount\nSupport,100\nSupport,100\n") == [
        f"A{row}: 'Support' stands in row {other} too; a milestone in several rows has an invoice in each, and milestones of one name need an id each"
        for row, other in ((2, 3), (3, 2))
    ]
    assert cells("name,amount\nSupport,100\nSupport,200\n") == ["A2", "A3", "B3"]
    assert len(read("id,name,amount\n1,Support,100\n2,Support,100\n").milestones) == 2


def test_how_much_is_billed_is_all_of_it_where_nothing_else_bills_it() -> None:
    assert records("M1,A,1000,R-1,,2026-01-05,,,,,,\n")[0][0]["invoice"]["amount"] == 1000
    assert faults(HEAD + "M1,A,1000,R-1,,2026-01-05,,,,,,\nM1,A,1000,R-2,,2026-01-06,,,,,,\n") == [
        "E2: how much does R-1 bill of it?",
        "E3: how much does R-2 bill of it?",
    ]


def test_what_an_invoice_needs_is_asked_for() -> None:
    assert faults(HEAD + "M1,A,1000,R-1,,,,,,,,\nM2,B,5,,,2026-01-05,1,,,,,\nM3,C,5,R-3,-5,2026-01-05,-1,,,-2,,\n") == [
        "F2: when was R-1 sent?",
        "F3: '2026-01-05' belongs to an invoice, and D3 has no number",
        "E4: '-5' is below 0; leave a credit note out, and record it with mtrack credit",
        "G4: '-1' is below 0",
        "J4: '-2' is below 0; leave a refund out, and record it with mtrack pay",
    ]
    assert faults("name,amount,invoice\nA,5,R-1\n") == [
        "A2: when was R-1 sent? no column holds it (sent, invoice date, invoiced, billed on)"
    ]


@pytest.mark.parametrize(
    ("row", "paid"),
    [
        (",,,", {}),
        ("2026-02-01,,,", {"paid": date(2026, 2, 1)}),
        ("2026-02-01,500,,", {"payments": [{"date": date(2026, 2, 1), "amount": Decimal(500)}]}),
        ("2026-02-01,,t 1,", {"payments": [{"date": date(2026, 2, 1), "amount": Decimal(1190), "reference": "t 1"}]}),
        (",,,paid", {"paid": True}),
        (",,,Paid ", {"paid": True}),
        ("yes,,,", {"paid": True}),
        ("no,,,", {}),
        (",1190,,", {"paid": True}),
        (",0,,", {}),
        (",-,,", {}),
        ("2026-02-01,,,sent", {"paid": date(2026, 2, 1)}),
    ],
)
def test_what_was_paid(row: str, paid: dict[str, Any]) -> None:
    invoice = records(f"M1,A,1000,R-1,,2026-01-05,190,,{row}\n")[0][0]["invoice"]
    assert {key: value for key, value in invoice.items() if key in ("paid", "payments")} == paid


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",500,,", "I2: when was part of R-1 paid?"),
        (",500,,paid", "I2: when was part of R-1 paid?"),
        ("1190.00,,,", "I2: '1190.00' is not the day it was paid; if it is the amount, say --map 'COLUMN=paid_amount'"),
        ("2026-02-01,0,,", "J2: R-1 was paid, and nothing came"),
        (",,t 1,", "K2: 't 1' is the reference of a payment, and its day is missing"),
        ("maybe,,,", "I2: 'maybe' is not a day of the calendar"),
    ],
)
def test_a_payment_without_its_day_is_told(row: str, fault: str) -> None:
    assert faults(f"{HEAD}M1,A,1000,R-1,,2026-01-05,190,,{row}\n") == [fault]


def test_the_status_is_worked_out_and_one_that_differs_is_told() -> None:
    found = read(
        HEAD
        + "M1,A,5,R-1,,2026-01-05,,,,,,Open\nM2,B,5,,,,,,,,,paid\nM3,C,5,,,,,,,,,Not billed\nM4,D,5,,,,,,,,,Canceled\n"
    )
    assert [item["status"] for item in found.milestones] == ["sent", "not_billed", "not_billed", "cancelled"]
    assert found.said == [
        "L2: the status is 'Open', and M1 comes to sent, which is recorded",
        "L3: the status is 'paid', and M2 comes to not billed, which is recorded",
    ]


def test_ids_are_given_where_there_are_none_and_never_twice() -> None:
    rows = "id,name,amount\n,A,1\nM1,B,2\n,C,3\n"
    assert [item["id"] for item in read(rows).milestones] == ["M2", "M1", "M3"]
    assert [item["id"] for item in read("name,amount\nA,1\n", taken=frozenset(["M7"])).milestones] == ["M8"]
    assert faults("id,name,amount\nM 1,A,1\nM2,B,2\n", taken=frozenset(["M2"])) == [
        "A2: 'M 1' can't be an id; use letters, digits, '.', '_' and '-'",
        "A3: the project has a milestone M2 already; give another id, or leave the row out",
    ]


def test_the_sheets_own_approval_wins_over_the_day_of_sending() -> None:
    text = "name,amount,approved,upfront,invoice,sent\nA,5,,,R-1,2026-01-05\nB,5,2026-01-04,,R-2,2026-01-05\nC,5,,,,\nD,5,,yes,R-4,2026-01-05\n"
    found = read(text, approved_when_sent=True).milestones
    assert [item.get("deliverable") for item in found] == [
        {"approved": date(2026, 1, 5)}, {"approved": date(2026, 1, 4)}, None, None,
    ]  # fmt: skip
    assert found[3]["upfront"] is True
    assert cells(text.replace("yes", "2000")) == ["D5"]


def test_a_column_of_currencies_names_the_projects() -> None:
    assert faults("name,amount,currency\nA,5,eur\nB,5,USD\n") == ["C3: 'USD' is not the project's currency, EUR"]


def test_an_apostrophe_that_keeps_text_from_being_run_is_taken_off() -> None:
    names = [item["name"] for item in read("name,amount\n'=A1,5\n'-x,5\n'90s,5\n").milestones]
    assert names == ["=A1", "-x", "'90s"]


# Totals --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Total", "total"), ("TOTAL:", "total"), ("Grand total", "total"), ("Total (EUR)", "total"), ("Total agreed amount", "total"),
        ("Sum", "total"), ("Summe netto", "total"), ("Gesamt", "total"), ("Subtotal", "subtotal"), ("Sub-total phase 1", "subtotal"),
        ("Zwischensumme", "subtotal"), ("Total gross", "gross"), ("Total incl. VAT", "gross"), ("Total redesign", "maybe"),
        ("Totally new", None), ("Summary", None), ("Summer campaign", None), ("Beta", None), ("", None), ("Amount", None),
        ("Suma", "total"), ("Σ", "total"), ("合計", "total"), ("Итого", "total"), ("Phase 1 total", "subtotal"), ("Net", "net"),
        ("Net amount (EUR)", "net"), ("Net design", None), ("Balance", None), ("Project fee", None), ("Planet", None),
        ("Total net", "total"), ("Total EUR", "total"), ("Sum of milestones", "total"), ("Summe aller Meilensteine", "total"),
        ("Total costs", "total"), ("Total excl. 19% VAT", "total"), ("Total incl. 19 % VAT", "gross"), ("Total phase 1", "subtotal"),
        ("Total for phases 1 and 2", "subtotal"), ("Total HT", "total"), ("Total TTC", "gross"), ("Milestone II sum", "subtotal"), ("Design subtotal", "section"), ("Sub total", "subtotal"),
        ("Subtotal design", "section"), ("Zwischen-Summe", "subtotal"), ("Design total", "either"), ("Summe Design", "either"),
        ("Final sum", "either"), ("Pago total", "either"), ("Gesamt-Abnahme", "maybe"), ("Lump sum", None), ("Launch, lump sum", None),
        ("Provisional sum", None), ("Sub-totality", None), ("Subtotaling module", None),
        ("Overall", "total"), ("Overall price", "total"), ("Overall design", None), ("Montant total HT", "total"), ("Insgesamt", "total"),
        ("Gesamtpreis", "total"), ("Gesamthonorar netto", "total"), ("Gesamtpreis brutto", "gross"), ("Celkem", "total"), ("Ukupno", "total"),
        ("Összesen", "total"), ("O\u0308sszesen", "total"), ("Toplam", "total"), ("Yhteensä", "total"), ("I alt", "total"), ("Samlet pris", "total"),
        ("Auftragssumme", "total"), ("Gross", "gross"), ("Brutto", "gross"), ("Gross margin", None), ("Contract value", "net"),
        ("Contract value (EUR) net", "net"), ("Project price", "net"), ("Fixed price", "net"), ("Fixed price launch", None), ("All milestones", "net"),
        ("Endbetrag", "net"), ("Nettobetrag", "net"), ("Rechnungsbetrag", "net"), ("Carried forward", "net"), ("合計金額", "total"),
    ],
)  # fmt: skip
def test_the_words_of_a_total(text: str, kind: str | None) -> None:
    assert kind_of(text, "EUR") == kind


def test_total_rows_are_no_milestones_and_are_checked() -> None:
    text = (
        "name,amount,tax,invoice,sent\nA,1000,190,R-1,2026-01-05\nB,500,,,\nSubtotal,1500,190,,\nC,100,,,\nSubtotal,100,,,\n"
        "Total redesign,400,,,\nTotal,2000,190,,\nAll prices net\n"
    )
    found = read(text)
    assert [item["name"] for item in found.milestones] == ["A", "B", "C", "Total redesign"]
    assert found.said == [
        "row 4 is a subtotal, and checked",
        "row 6 is a subtotal, and checked",
        "row 8 is a total, and checked",
        "row 9 is a remark, and left out: 'All prices net'",
    ]
    assert faults(text.replace("Subtotal,100", "Subtotal,1600.01").replace("Total,2000,190", "Total,1900,19")) == [
        "B6: the total says EUR 1,600.01, and what stands above comes to EUR 100.00",
        "B8: the total says EUR 1,900.00, and what stands above comes to EUR 2,000.00",
        "C8: the total says EUR 19.00, and what stands above comes to EUR 190.00",
    ]


@pytest.mark.parametrize(
    "last",
    ["Total,3", ",3", "total (net),3.00", "Total all phases,3", "Net,3", "Net amount,3.00", "Phase 1 total,3", "Σ,3"],
)
def test_a_total_is_known_by_its_words_or_by_what_it_comes_to(last: str) -> None:
    assert [item["name"] for item in read(f"name,amount\nA,1\nB,2\n{last}\n").milestones] == ["A", "B"]


@pytest.mark.parametrize(
    "last",
    [
        "Gesamtpreis", "Overall", "Gross", "Contract value", "Fixed price", "All milestones", "Rechnungsbetrag", "Carried forward", "Samlet pris",
        "Auftragssumme", "Yhteensä",
    ],
)  # fmt: skip
def test_what_names_a_total_and_comes_to_it_is_no_milestone(last: str) -> None:
    found = read(f"name,amount\nA,1\nB,2\n{last},3\n")
    assert [item["name"] for item in found.milestones] == ["A", "B"]
    assert found.said[0].startswith("row 4 is a ")
    assert cells(f"name,amount\nA,1\nB,2\n{last},4\n") in ([], ["B4"])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("A,30\nB,30\nAcceptance,60", "row 4 comes to the sum of all above, and is taken for a milestone: 'Acceptance'; a total is named 'Total'"),
        ("A,25\nB,25\nBalance,50", "row 4 comes to the sum of all above, and is taken for a milestone: 'Balance'; a total is named 'Total'"),
        ("A,50\nB,50", None), ("A,30\nB,30\nC,61", None), ("A,30\nB,30\nC,60\nD,10", None), ("A,30\nB,30\nC,60\nTotal,120", None),
    ],
)  # fmt: skip
def test_a_last_row_that_comes_to_all_above_it_is_told(rows: str, told: str | None) -> None:
    found = read(f"name,amount\n{rows}\n")
    assert [line for line in found.said if "comes to" in line] == ([told] if told else [])
    assert len(found.milestones) == rows.count("\n") + 1 - ("Total" in rows)


@pytest.mark.parametrize("own", ["M3,,", ",2026-03-01,", ",,cancelled"])
def test_a_row_that_says_it_is_a_milestone_is_not_told(own: str) -> None:
    assert not read(f"name,amount,id,planned,status\nA,30,,,\nB,30,,,\nC,60,{own}\n").said


@pytest.mark.parametrize("last", ["Balance,3", "Net design,3", "Net,4", "Project fee,3"])
def test_a_milestone_may_be_named_nearly_like_a_total(last: str) -> None:
    assert len(read(f"name,amount\nA,1\nB,2\n{last}\n").milestones) == 3


@pytest.mark.parametrize(
    "own",
    ["M2,,,,,,,,,,", ",R-2,,2026-03-02,,,,,,,", ",,2026-03-01,,,,,,,,", ",,,,,2026-09-01,,,,,", ",,,,,,cancelled,,,,", ",,,,,,,yes,,,",
     ",,,,,,,,Ann,,"],
)  # fmt: skip
@pytest.mark.parametrize(
    "name",
    ["Launch, lump sum", "Final sum", "Design total", "Total redesign", "Net", "Summe Design", "Subtotal module"],
)
def test_what_only_a_milestone_has_makes_a_row_a_milestone(name: str, own: str) -> None:
    head = "id,invoice,approved,sent,paid,planned,status,upfront,approved_by,note,amount,name"
    text = (
        f'{head}\n,R-1,,2026-02-02,,,,,,,5000,Workshop\n{own}5000,"{name}"\n,,,,,,,,,,10,Care\n,,,,,,,,,,10010,Total\n'
    )
    assert [item["name"] for item in read(text).milestones] == ["Workshop", name, "Care"]
    plain = text.replace(name, "Grand total")
    (fault,) = faults(plain)
    assert fault.endswith(
        "belongs to a milestone, and 'Grand total' names a total; take it out of a total, or give the milestone a name that says more"
    )
    assert fault[1:3] == "3:"


def test_nothing_above_makes_a_milestone_of_what_is_named_like_a_total() -> None:
    assert [item["name"] for item in read("id,name,amount\nM1,Contract sum,5\nM2,B,6\n,Total,11\n").milestones] == [
        "Contract sum",
        "B",
    ]


@pytest.mark.parametrize(
    ("above", "last", "cell"),
    [
        ("A,5", "Total redesign,5", "A3: 'Total redesign'"), ("A,5\nB,6", "Total redesign,11", "A4: 'Total redesign'"),
        ("A,5", "Final sum,5", "A3: 'Final sum'"), ("A,5", "Final sum,7", "A3: 'Final sum'"), ("A,5\nB,5", "Final sum,10", "A4: 'Final sum'"),
        ("A,5", "Design total,6", "A3: 'Design total'"), ("A,5", "Net,5", "A3: 'Net'"), ("A,5", "Summe Design,6", "A3: 'Summe Design'"),
        ("A,5\nB,6", "Total Acme,12", "A4: 'Total Acme'"),
    ],
)  # fmt: skip
def test_what_may_be_a_total_or_a_milestone_is_told(above: str, last: str, cell: str) -> None:
    hint = "name a total 'Total', a subtotal 'Subtotal', and give a milestone an id"
    text = f"name,amount\n{above}\n{last}\n"
    assert faults(text)[0] == f"{cell} may be a total or a milestone; {hint}"
    name, _, amount = last.partition(",")
    rows = above.replace("A", ",A").replace("B", ",B")
    assert read(f"id,name,amount\n{rows}\nX,{name},{amount}\n").milestones[-1]["name"] == name


def test_the_subtotal_of_something_is_checked() -> None:
    assert len(read("name,amount\nA,1\nB,2\nSubtotal design,3\nC,4\nBuild sub-total,4\n").milestones) == 3
    assert cells("name,amount\nA,1\nB,2\nSubtotal design,4\nC,4\nBuild sub-total,5\n") == ["B4", "B6"]


def test_a_total_below_what_may_be_one_is_not_checked() -> None:
    assert cells("name,amount\nA,5\nFinal sum,5\nTotal,1\n") == ["A3"]


def test_a_sum_without_a_name_has_two_rows_to_add_up() -> None:
    hint = "may be a total or a milestone; name a total 'Total', a subtotal 'Subtotal', and a milestone what it is"
    assert faults("name,amount\nA,5000\n,5000\nC,10\n") == [f"B3: '5000' {hint}"]
    assert faults("name,amount\nA,2\nB,3\nSubtotal,5\nC,5\n,5\n") == [f"B6: '5' {hint}"]
    assert len(read("name,amount\nA,2\nB,3\nSubtotal,5\nC,5\n,10\n").milestones) == 3


@pytest.mark.parametrize("name", ["Lump sum", "Total redesign", "Net"])
def test_another_amount_than_the_sum_makes_a_milestone_of_a_name_that_may_be_one(name: str) -> None:
    assert len(read(f"name,amount\nA,5000\n{name},700\nB,1\n").milestones) == 3


def test_the_note_of_a_total_is_told() -> None:
    found = read("name,amount,note,currency,upfront\nA,1,,,\nB,2,,,\nTotal,3,all net,EUR,no\n")
    assert found.said == ["row 4 is a total, and checked; its note is left out: 'all net'"]


def test_a_wrong_total_of_a_phase_is_a_fault() -> None:
    text = "name,amount\nA,1\nB,2\nPhase 1 total,3\nC,4\nPhase 2 total,5\n"
    assert faults(text) == ["B6: the total says EUR 5.00, and what stands above comes to EUR 4.00"]


def test_a_label_of_a_total_may_stand_in_any_column() -> None:
    text = "Nr,id,name,amount\n1,M1,A,1\n2,M2,B,2\nTotal,,,3\n"
    assert len(read(text, ignored=("Nr",)).milestones) == 2
    assert cells(text.replace(",3", ",4"), ignored=("Nr",)) == ["D4"]


def test_a_milestone_of_several_rows_counts_once_in_a_total() -> None:
    rows = "M1,A,1000,R-1,400,2026-01-05,,,,,,\nM1,A,1000,R-2,600,2026-02-05,,,,,,\n"
    assert records(rows + ",Total,1000,,1000,,,,,,,\n")[0][0]["amount"] == 1000
    assert cells(HEAD + rows + ",Total,2000,,1000,,,,,,,\n") == ["C4"]


def test_what_stands_below_the_total_is_told() -> None:
    assert faults("name,amount\nA,100\nTotal,100\nVAT 19%,19\nTotal gross,119\nB,5\n") == [
        "A4: 'VAT 19%' is tax, not a milestone; amounts are net, so take the row out",
        "A6: 'B' stands below the total; put it above, or take it out",
    ]
    assert [item["name"] for item in read("name,amount\nA,1\nTotal,1\nB,2\nTotal,2\n").milestones] == ["A", "B"]
    assert read("name,amount,tax,invoice,sent\nA,100,19,R-1,2026-01-05\nTotal gross,119,,,\n").milestones
