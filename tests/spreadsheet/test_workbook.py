"""XLSX: what a workbook's cells mean, merged ranges, formulas; and files made to do harm."""

from __future__ import annotations

import datetime as dt
import time
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sheets import cells, changed, faults, part, read, saved, workbook

from mtrack.errors import UsageError

HEAD = ["Milestone", "Amount (EUR)", "Planned", "Invoice", "Sent", "Paid", "Note"]
DAY = date(2026, 2, 3)
PLAINLY = "; write the amount, and format the cell as a number"
AT = dt.datetime(2026, 2, 4, 13, 30)  # noqa: DTZ001  (a workbook knows no zone)


def test_numbers_days_and_booleans_need_no_style() -> None:
    data = workbook(
        [["Acme, the plan"], [], HEAD, ["A", 1234.5, DAY, 12, AT, True, 7], ["B", 0.1 + 0.2, "2026-02-04", 13.0]],
        formats={"D4": "0000", "D5": '"R-"000'},
    )  # fmt: skip
    rows = faults(data)
    assert rows == ["E5: when was R-013 sent?"]
    data = workbook([HEAD, ["A", 1234.5, DAY, 12, AT, True, 7]], formats={"D2": "0000"})
    assert read(data).milestones == [
        {
            "id": "M1", "name": "A", "amount": Decimal("1234.5"), "planned": DAY, "note": "7", "status": "paid",
            "invoice": {"number": "0012", "amount": Decimal("1234.5"), "sent": date(2026, 2, 4), "paid": True},
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234.5599999999999", "1234.56"),
        ("0.30000000000000004", "0.3"),
        ("1E3", "1000"),
        ("99999999999.99", "99999999999.99"),
        ("5", "5"),
        ("5.00", "5"),
    ],
)
def test_an_amount_is_what_the_program_shows_of_a_binary_number(written: str, amount: str) -> None:
    data = workbook([["name", "amount"], ["A", 77]])
    data = changed(data, {"xl/worksheets/sheet1.xml": part(data).replace("<v>77</v>", f"<v>{written}</v>")})
    assert str(read(data).milestones[0]["amount"]) == amount


def test_the_same_number_in_a_text_column_is_text_without_decimals_of_its_own() -> None:
    data = workbook([["id", "name", "amount"], [1, 2026, 5], [2, 3.5, 5]])
    assert [(item["id"], item["name"]) for item in read(data).milestones] == [("1", "2026"), ("2", "3.5")]


@pytest.mark.parametrize(
    ("number", "number_format", "text"),
    [
        (12, "0000", "0012"), (12, '"R-"0000', "R-0012"), (26007, "00-000", "26-007"), (7, "General", "7"), (1234, "#,##0", "1234"),
        (7, "0.00", "7"), (12345, "000", "12345"), (7, '"Nr. "0', "Nr. 7"), (7, "\\R\\-000", "R-007"), (7, "[Red]000", "007"), (0, "####", "0"),
        (3, '0000;"minus "0', "0003"), (7, "0E+00", None), (7, "_-* #,##0", None), (7, "000%", None),
        (7, "[$R-407]000", "R007"), (7, ";;;", None), (7, "000,", None), (-7, '0;"minus "00', "minus 07"), (3.5, '"R-"0.0', None), (3.5, "0", None),
        (3.5, "0.0", "3.5"), (0, '0;0;"none"', "none"), (7, '"a;b"0', "a;b7"),
    ],
)  # fmt: skip
def test_a_number_is_the_text_that_its_format_shows(number: float, number_format: str, text: str | None) -> None:
    data = workbook([["name", "amount", "invoice", "sent"], ["A", 5, number, DAY]], formats={"C2": number_format})
    if text is None:
        assert faults(data) == [
            f"C2: '{number}' is shown as '{number_format}'; format the cell as text and write it as it is meant"
        ]
    else:
        assert read(data).milestones[0]["invoice"]["number"] == text


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for row in (["name", "amount", "planned"], ["A", 5, DAY]):
        book.active.append(row)
    assert read(saved(book)).milestones[0]["planned"] == DAY


def test_what_is_no_day_or_no_text_is_told() -> None:
    data = workbook(
        [["id", "name", "amount", "planned", "upfront"], ["M1", "A", 5, 46055, 1], ["M2", "B", True, dt.time(10, 30), "maybe"],
         ["M3", DAY, "5,5", True, 0], ["M4", False, 5, dt.timedelta(hours=30), False]]
    )  # fmt: skip
    assert faults(data) == [
        "D2: '46055' is not a day; a cell with a day has a date's format",
        "C3: 'TRUE' is not an amount",
        "D3: '10:30:00' is not a day of the calendar",
        "E3: 'maybe' is neither yes nor no",
        "B4: this is a date, and text is wanted here; format the cell as text and write it again",
        "D4: 'TRUE' is not a day; a cell with a day has a date's format",
        "B5: this is true or false, and text is wanted here; format the cell as text and write it again",
        "D5: '1 day, 6:00:00' is not a day of the calendar",
    ]


def test_text_beside_dates_may_be_what_the_program_has_not_understood() -> None:
    rows: list[list[Any]] = [["name", "amount", "planned"], ["A", 5, date(2026, 4, 3)], ["B", 5, "13/04/2026"]]
    assert cells(workbook(rows)) == ["C3"]
    assert read(workbook(rows), date_format="%d/%m/%Y").milestones[1]["planned"] == date(2026, 4, 13)
    rows[2][2] = "3 Apr 2026"
    assert read(workbook(rows)).milestones[1]["planned"] == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("number_format", "fault"),
    [
        ("0%", "B2: 500% is a share, not an amount"),
        ('"$"#,##0.00', "B2: '$ 5' is in USD, and the project in EUR"),
        ("[$CHF] #,##0.00", "B2: 'CHF 5' is in CHF, and the project in EUR"),
        ("[$£-809]#,##0.00", "B2: '£ 5' is in GBP, and the project in EUR"),
        ("#,##0.00 [$€-407]", None),
        ("#,##0.00\\ [$EUR]", None),
        ('#,##0.00 "€"', None),
        ("[$-409]#,##0.00", None),
        ('#,##0.00 "per unit"', "B2: the cell holds 5 and shows '5 per unit'" + PLAINLY),
        ('0.00;[Red]-"$"0.00', None),
    ],
)
def test_the_currency_that_a_format_shows_is_the_projects(number_format: str, fault: str | None) -> None:
    data = workbook([["name", "amount"], ["A", 5]], formats={"B2": number_format})
    assert faults(data) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [
        ('0" TEUR"', "shows '12000 TEUR'"), ('0"k"', "shows '12000k'"), ('0" T€"', "shows '12000 T€'"), ('0" Mio. €"', "shows '12000 Mio. €'"),
        ('#,##0",000.00"', "shows '12000,000.00'"), ('0",000"', "shows '12000,000'"), ('"1"0', "shows '112000'"), ('0"0"', "shows '120000'"),
        ("0,", "shows '12'"), ('0.0,"k"', "shows '12k'"), ("#,##0,.00", "shows '12'"), ("0,,", "shows '0'"), ("General,", "shows '12'"),
        ('"free"', "shows 'free'"), (";;;", "shows nothing"), ('"a;b" [$USD] 0', "shows 'a;b USD 12000'"), ('"a;b"0', "shows 'a;b12000'"),
        ("-0", "shows '-12000'"), ("(0)", "shows '(12000)'"), ("*-0", "shows '-12000'"), ("0000-00", "shows '0120-00'"), ('General" TEUR"', "shows '12000 TEUR'"),
        ("0\\%", "shows '12000%'"), ("\\x0", "shows 'x12000'"), ('[>1000]0"k";0', "shows '12000k'"), ("[<1000]0", "shows nothing"), ("0 TEUR", "shows '12000 TEUR'"),
        ("[[[[", "shows nothing"), ('"', "shows nothing"), ("[$TEUR]0", "shows 'TEUR12000'"),
    ],
)  # fmt: skip
def test_a_format_that_shows_another_amount_is_told(number_format: str, shown: str) -> None:
    data = workbook([["name", "amount"], ["A", 12000]], formats={"B2": number_format})
    assert faults(data) == [f"B2: the cell holds 12000 and {shown}{PLAINLY}"]


@pytest.mark.parametrize(
    ("number", "number_format"),
    [
        (12, "General"), (12, "@"), (12, "#,##0.00;[Red]-#,##0.00"), (12, '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-'),
        (12, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)'), (0, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-'), (0, "0;-0;"), (0, "0;-0;-"),
        (12, "[$€-2]\\ #,##0.00"), (12, "[$EUR-407] 0"), (12, "€0"), (12, "EUR 0"), (12, '0.00;0.00" TEUR"'), (12, "General;[Red]0%"), (12, "[Blue]0"),
        (12, "# ##0"), (12, "#\\ ##0"), (12, "#'##0"), (12, '"+"0'), (12, '0",-"'), (12, '[>1000]0"k";0'), (12, "0E+00"), (1234.5, "# ##0.0"), (12, "?0"),
    ],
)  # fmt: skip
def test_a_format_that_shows_the_amount_is_read(number: float, number_format: str) -> None:
    data = workbook([["name", "amount"], ["A", number]], formats={"B2": number_format})
    assert faults(data) == []


@pytest.mark.parametrize(
    ("number", "number_format", "fault"),
    [
        (12, "\\U\\S\\D 0", "'USD 12' is in USD, and the project in EUR"), (12, '0.00"$"', "'$ 12' is in USD, and the project in EUR"),
        (12, "$0", "'$ 12' is in USD, and the project in EUR"), (-5, "General;[Red]0%", "-500% is a share, not an amount"),
        (-5, "0;(0)", "'-5' is below 0; what was taken off the agreement is an amendment: mtrack amend"),
        (-5, '0;0" TEUR"', f"the cell holds -5 and shows '5 TEUR'{PLAINLY}"), (0, '0;0;"tbd"', f"the cell holds 0 and shows 'tbd'{PLAINLY}"),
        (0, '0"k"', f"the cell holds 0 and shows '0k'{PLAINLY}"), (1e14, '0"k"', f"the cell holds 1{'0' * 14} and shows '1{'0' * 14}k'{PLAINLY}"),
        (12.5, '0" TEUR"', f"the cell holds 12.5 and shows '13 TEUR'{PLAINLY}"),
    ],
)  # fmt: skip
def test_the_section_of_a_format_is_that_of_the_numbers_sign(number: float, number_format: str, fault: str) -> None:
    data = workbook([["name", "amount"], ["A", number]], formats={"B2": number_format})
    told = faults(data)
    assert [told[0].replace("'(5)'", "'-5'")] == [f"B2: {fault}"]


def test_a_total_that_is_shown_otherwise_is_told_too() -> None:
    data = workbook([["name", "amount"], ["A", 5], ["Total", 5]], formats={"B3": '0" TEUR"'})
    assert faults(data) == [f"B3: the cell holds 5 and shows '5 TEUR'{PLAINLY}"]


@pytest.mark.parametrize(
    ("number_format", "is_told"),
    [('"Phase "@', True), ("0;0;0;", True), (";;;", True), ('0;0;0;@" TEUR"', True), ("@", False), ("_-@_-", False), ("0;0;0;@", False), ("0", False)],
)  # fmt: skip
def test_a_text_that_its_format_changes_is_told(number_format: str, is_told: bool) -> None:  # noqa: FBT001
    data = workbook([["name", "amount"], ["A", "5"]], formats={"A2": number_format, "B2": number_format})
    hint = f"is shown as '{number_format}'; format the cell as text and write it as it is meant"
    assert faults(data) == ([f"A2: 'A' {hint}", f"B2: '5' {hint}"] if is_told else [])


def test_a_formula_counts_by_its_value_and_one_without_is_told() -> None:
    rows: list[list[Any]] = [
        ["name", "amount", "note"],
        ["A", "=2+3", '=IF(1,"","x")'],
        ["B", 5],
        ["Total", "=SUM(B2:B3)"],
    ]
    data = workbook(rows)
    trouble = "its formula has no value in the file; open it in a spreadsheet program and save it"
    assert faults(data) == [f"B2: {trouble}", f"C2: {trouble}", f"B4: {trouble}"]
    sheet = (
        part(data)
        .replace("<f>2+3</f><v />", "<f>2+3</f><v>5</v>")
        .replace("<f>SUM(B2:B3)</f><v />", "<f>SUM(B2:B3)</f><v>10</v>")
    )
    sheet = sheet.replace('r="C2"', 'r="C2" t="str"')
    assert sheet.count("<v>5</v>") == 2
    done = read(changed(data, {"xl/worksheets/sheet1.xml": sheet}))
    assert [item["amount"] for item in done.milestones] == [5, 5]
    wrong = changed(data, {"xl/worksheets/sheet1.xml": sheet.replace("<v>10</v>", "<v>11</v>")})
    assert faults(wrong) == ["B4: the total says EUR 11.00, and what stands above comes to EUR 10.00"]


def test_an_error_value_is_told_unless_its_column_is_left_out() -> None:
    data = workbook([["name", "amount", "margin"], ["A", "#DIV/0!", "#N/A"]])
    assert faults(data, ignored=("margin",)) == ["B2: it shows the error #DIV/0!"]


def test_a_merged_value_holds_for_its_range_and_counts_once_in_a_sum() -> None:
    head = ["Milestone", "Amount", "Invoice", "Invoice amount", "Sent", "VAT", "Paid amount", "Paid"]
    several = workbook(
        [head, ["A", 1000, "R-1", 400, DAY], [None, None, "R-2", 600, DAY], ["B", 500], []], merged=["A2:A3", "B2:B3"]
    )
    found = read(several)
    assert [(item["name"], item["amount"]) for item in found.milestones] == [("A", 1000), ("B", 500)]
    assert [item["amount"] for item in (found.milestones[0]["invoice"], *found.invoices)] == [400, 600]
    together = workbook(
        [head, ["A", 1000, "R-1", 1500, DAY, 285, 1785, DAY], ["B", 500]],
        merged=["C2:C3", "D2:D3", "E2:E3", "F2:F3", "G2:G3", "H2:H3"],
    )
    (invoice,) = read(together).invoices
    assert (invoice["amount"], invoice["tax"], invoice["payments"]) == (
        1500,
        285,
        [{"date": DAY, "amount": Decimal(1785)}],
    )
    assert [line["amount"] for line in invoice["lines"]] == [1000, 500]
    assert cells(workbook([head, ["A", 1000, "R-1", 1400, DAY], ["B", 500]], merged=["C2:C3", "D2:D3", "E2:E3"])) == [
        "D2"
    ]


def test_a_merged_label_of_a_total_is_no_id_and_a_day_of_the_row_above_not_its_own() -> None:
    rows: list[list[Any]] = [
        ["id", "name", "amount", "planned"],
        ["M1", "A", 5, None],
        ["M2", "B", 6, DAY],
        ["Total", None, 11, None],
    ]
    data = workbook(rows, merged=["A4:B4", "D3:D4"])
    assert read(data).said == ["row 4 is a total, and checked"]


def test_months_merged_down_the_side_are_no_rows_of_their_own() -> None:
    data = workbook(
        [
            ["Month", "Milestone", "Amount"],
            ["January", "A", 5],
            [None, "B", 6],
            [None, None, None],
            ["February", "C", 7],
        ],
        merged=["A2:A4"],
    )
    assert cells(data) == ["A1"]
    assert [item["name"] for item in read(data, ignored=("Month",)).milestones] == ["A", "B", "C"]
    assert [item["note"] for item in read(data, mapped={"Month": "note"}).milestones] == [
        "January",
        "January",
        "February",
    ]


def test_a_header_over_two_rows_is_the_lower_one() -> None:
    data = workbook(
        [["Milestone", "Amount", "Invoice", None], [None, None, "Number", "Sent"], ["A", 5, "R-1", DAY]],
        merged=["A1:A2", "B1:B2", "C1:D1"],
    )
    assert read(data).milestones[0]["invoice"]["number"] == "R-1"


def test_hidden_rows_count() -> None:
    book = openpyxl.Workbook()
    for row in (["name", "amount"], ["A", 5], ["B", 6]):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    assert [item["name"] for item in read(saved(book)).milestones] == ["A", "B"]


def test_of_several_sheets_one_is_named() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Plan"
    book.active.append(["name", "amount"])
    book.active.append(["A", 5])
    book.create_sheet("Empty")
    assert read(saved(book)).milestones[0]["name"] == "A"
    other = book.create_sheet("Other")
    other.append(["name", "amount"])
    other.append(["B", 6])
    data = saved(book)
    assert faults(data) == ["-: it has several sheets; say which with --sheet: 'Plan', 'Empty', 'Other'"]
    assert read(data, sheet="other").milestones[0]["name"] == "B"
    with pytest.raises(UsageError, match="--sheet: there is no sheet 'Nope'; there is 'Plan', 'Empty', 'Other'"):
        read(data, sheet="Nope")
    other.sheet_state = "hidden"
    assert read(saved(book)).milestones[0]["name"] == "A"
    assert faults(data, sheet="Empty") == ["-: it is empty"]
    with pytest.raises(UsageError, match="--sheet goes with a workbook"):
        read("name,amount\nA,5\n", sheet="Plan")


SHEET = "xl/worksheets/sheet1.xml"


def hostile(name: str) -> bytes:  # noqa: PLR0911
    """A workbook that is made to do harm."""
    data = workbook([["name", "amount"], ["A", 5]], merged=["C1:C2"])
    sheet = part(data)
    if name == "document type":
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        return changed(data, {SHEET: bomb + sheet})
    if name == "document type of another part":
        return changed(data, {"xl/styles.xml": "<!DOCTYPE x>" + part(data, "xl/styles.xml")})
    if name == "bomb":
        return changed(data, {"xl/sharedStrings.xml": b"<sst>" + b" " * (100 << 20) + b"</sst>"})
    if name == "many bombs":
        return changed(data, {f"xl/media/{i}.bin": b"\0" * (30 << 20) for i in range(5)})
    if name == "far cell":
        return changed(
            data,
            {
                SHEET: sheet.replace(
                    "</row></sheetData>", '</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            },
        )
    if name == "deep":
        return changed(data, {SHEET: "<a>" * 5000})
    if name == "not XML":
        return changed(data, {SHEET: "name,amount"})
    if name == "no workbook":
        return changed(data, {"xl/workbook.xml": "<x/>"})
    if name == "wrong index":
        return changed(data, {SHEET: sheet.replace('t="inlineStr"><is><t>A</t></is>', 't="s"><v>99999</v>')})
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("document type", "declares a document type"),
        ("document type of another part", "declares a document type"),
        ("bomb", "unpacks to far more"),
        ("many bombs", "unpacks to far more"),
        ("far cell", "more than 20,000 rows or 500 columns"),
        ("deep", "nested deeper"),
        ("not XML", "not well-formed XML"),
        ("no workbook", "not an XLSX workbook"),
        ("wrong index", "damaged"),
        ("half", "damaged"),
    ],
)
def test_what_is_made_to_do_harm_is_told_at_once(name: str, words: str) -> None:
    data, begun = hostile(name), time.perf_counter()
    (fault,) = faults(data)
    assert fault.startswith(("-: it ", "-: sheet "))
    assert words in fault
    assert time.perf_counter() - begun < 5


SAVE = "; open it in a spreadsheet program, see that nothing is missing, and save it again"


def sheet_of(rows: str) -> bytes:
    """A workbook whose sheet has these rows, below a header."""
    data = workbook([["name", "amount"], ["A", 5]])
    sheet = part(data)
    return changed(data, {SHEET: sheet[: sheet.index('<row r="2"')] + rows + sheet[sheet.index("</sheetData>") :]})


def row_of(number: str, *cells: tuple[str, str]) -> str:
    """A row of a sheet: the places of its cells and what they hold."""
    made = "".join(f"<c{at(place)} t='inlineStr'><is><t>{text}</t></is></c>" for place, text in cells)
    return f"<row{at(number)}>{made}</row>"


def at(place: str) -> str:
    """The attribute for a place."""
    return place and f" r='{place}'"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (row_of("3", ("A3", "A"), ("B3", "5")) + row_of("2", ("A2", "B"), ("B2", "7")) + row_of("5", ("A5", "C"), ("B5", "9")),
         ["A2: row 2 stands below row 3 in the file"]),
        (row_of("3", ("A3", "A"), ("B3", "5")) + row_of("3", ("A3", "B"), ("B3", "7")), ["A3: row 3 stands in the file twice"]),
        (row_of("1", ("A1", "A"), ("B1", "5")), ["A1: row 1 stands in the file twice"]),
        (row_of("2", ("A2", "A"), ("B2", "5")) + row_of("", ("A2", "B"), ("B2", "7")), ["A2: row 2 stands in the file twice"]),
        (row_of("2", ("B2", "5"), ("A2", "A")), ["A2: A2 stands in the file behind B2"]),
        (row_of("2", ("A2", "A"), ("B2", "5"), ("B2", "7")), ["B2: B2 stands in the file twice"]),
        (row_of("2", ("A2", "A"), ("B2", "5"), ("A2", "B"), ("B3", "7")),
         ["A2: A2 stands in the file behind B2", "B3: B3 stands in row 2 in the file"]),
        (row_of("2", ("A2", "A"), ("B2", "5"), ("B9", "7")), ["B9: B9 stands in row 2 in the file"]),
    ],
)  # fmt: skip
def test_rows_and_cells_out_of_order_are_told(rows: str, told: list[str]) -> None:
    assert faults(sheet_of(rows)) == [f"{fault}{SAVE}" for fault in told]


@pytest.mark.parametrize(
    "rows",
    [
        row_of("99999999", ("A2", "A"), ("B2", "5")) + row_of("3", ("A3", "B"), ("B3", "7")),
        row_of("x", ("A2", "A"), ("B2", "5")),
        row_of("2", ("b2", "A"), ("c2", "5")),
        row_of("2", ("A0", "A"), ("B2", "5")),
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_damage(rows: str) -> None:
    assert faults(sheet_of(rows)) == ["-: it is damaged; open it in a spreadsheet program and save it again"]


def test_rows_and_cells_need_not_say_where_they_stand() -> None:
    rows = row_of("", ("", "A"), ("", "5")) + row_of("", ("A5", "B"), ("B5", "7")) + row_of("6", ("", "C"), ("B6", "9"))
    found = read(sheet_of(rows))
    assert [(item["name"], item["amount"]) for item in found.milestones] == [("A", 5), ("B", 7), ("C", 9)]
    assert found.place("M2", None) == "A5"


def test_what_stands_out_of_order_on_another_sheet_is_no_fault() -> None:
    book = openpyxl.Workbook()
    for row in (["name", "amount"], ["A", 5]):
        book.active.append(row)
    book.create_sheet("Other").append(["x"])
    data = saved(book)
    other = part(data, "xl/worksheets/sheet2.xml")
    line = other[other.index("<row") : other.index("</sheetData>")]
    data = changed(data, {"xl/worksheets/sheet2.xml": other.replace(line, line + line)})
    assert read(data, sheet="Sheet").milestones[0]["name"] == "A"
    assert cells(data, sheet="Other") == ["A1"]


RUN = "<r><t>{}</t></r>"
STRUCK = "<r><rPr><strike/></rPr><t>{}</t></r>"
STYLED = "<r><rPr><b/><strike val='0'/></rPr><t>{}</t></r>"
LINE = "it is struck through, or a part of it; take out what is, or the line through it"


def shared(*texts: str) -> bytes:
    """A workbook with the texts that its cells share, of which the second row of the sheet shows the last two."""
    book = sheet_of("<row r='2'><c r='A2' t='s'><v>{}</v></c><c r='B2' t='s'><v>{}</v></c></row>".format(*texts[-2:]))
    items = "".join(f"<si>{text}</si>" for text in texts[:-2])
    relation = '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    types = part(book, "[Content_Types].xml")
    return changed(
        book,
        {
            "xl/sharedStrings.xml": f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>',
            "[Content_Types].xml": types if "/xl/sharedStrings.xml" in types else types.replace("</Types>", relation + "</Types>"),
        },
    )  # fmt: skip


@pytest.mark.parametrize("is_shared", [True, False])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (STRUCK.format("4 000") + RUN.format(" 500"), [f"B2: {LINE}"]), (RUN.format("500") + STRUCK.format("4"), [f"B2: {LINE}"]),
        (STRUCK.format("500"), [f"B2: {LINE}"]), (STYLED.format("5") + RUN.format("00") + STRUCK.format(" "), []), ("<t>500</t>", []),
        ("<t>500</t><rPh sb='0' eb='1'><t>9</t></rPh>", []),
    ],
)  # fmt: skip
def test_what_is_struck_through_does_not_count_as_if_it_were_not(text: str, told: list[str], is_shared: bool) -> None:  # noqa: FBT001
    inline = (
        f"<row r='2'><c r='A2' t='inlineStr'><is><t>A</t></is></c><c r='B2' t='inlineStr'><is>{text}</is></c></row>"
    )
    data = shared("<t>A</t>", text, "0", "1") if is_shared else sheet_of(inline)
    assert faults(data) == told
    if not told:
        assert read(data).milestones[0]["amount"] == 500


def test_a_cell_that_is_struck_through_is_told_unless_its_column_is_left_out() -> None:
    book = openpyxl.Workbook()
    for row in (["name", "amount", "planned", "x"], ["A", 5, DAY, 1], ["B", 5, DAY, 1]):
        book.active.append(row)
    for place in ("A2", "B2", "C2", "D3"):
        book.active[place].font = openpyxl.styles.Font(strike=True)
    assert faults(saved(book), ignored=("x",)) == [f"{place}: {LINE}" for place in ("A2", "B2", "C2")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("_x0041_b", "Ab"), ("A_x000D_&#10;B", "A B"), ("_x005F_x000D_", "_x000D_"), ("_x00e9_", "é"), ("_xD83D__xDE00_", "😀"), ("A_xD83D_", "A\ufffd"),
        ("A_x0000_", "A\ufffd"), ("_x41_", "_x41_"), ("x_x004_", "x_x004_"), ("_x005F_x005F_", "_x005F_"),
    ],
)  # fmt: skip
def test_an_escape_of_a_workbook_is_its_character(written: str, name: str) -> None:
    assert read(shared(f"<t>{written}</t>", "<t>5</t>", "0", "1")).milestones[0]["name"] == name
    inline = f"<is><t>{written}</t></is>"
    formula = f"<f>A1</f><v>{written}</v>"
    for kind, content in (("inlineStr", inline), ("str", formula)):
        row = f"<row r='2'><c r='A2' t='{kind}'>{content}</c><c r='B2'><v>5</v></c></row>"
        assert read(sheet_of(row)).milestones[0]["name"] == name


@pytest.mark.parametrize("index", ["-1", "2", "x", "", "1e0", "9" * 5000])
def test_an_index_that_is_none_is_damage(index: str) -> None:
    told = faults(shared("<t>A</t>", "<t>5</t>", "0", index))
    assert told in (
        ["-: it is damaged; open it in a spreadsheet program and save it again"],
        ["B2: the milestone has no amount"],
    )
    assert (index == "") == (told[0][:2] == "B2")


@pytest.mark.parametrize("style", ["-1", "99", "x", "1.0"])
def test_a_style_that_is_none_is_damage(style: str) -> None:
    rows = f"<row r='2'><c r='A2' t='inlineStr'><is><t>A</t></is></c><c r='B2' s='{style}'><v>5</v></c></row>"
    assert faults(sheet_of(rows)) == ["-: it is damaged; open it in a spreadsheet program and save it again"]


def test_a_day_that_no_spreadsheet_shows_is_told() -> None:
    data = workbook([["name", "amount", "planned"], ["A", 5, DAY]])
    sheet = part(data)
    written = sheet[sheet.index("<v>", sheet.index('r="C2"')) :][: len("<v>46056</v>")]
    data = changed(data, {SHEET: sheet.replace(written, "<v>-500</v>")})
    assert faults(data) == ["C2: it holds 1898-08-17, a day before those that a spreadsheet shows; write the day again"]


@pytest.mark.parametrize("key", ["invoice", "id", "note", "paid"])
def test_a_number_that_has_lost_digits_is_told(key: str) -> None:
    hint = "is what the spreadsheet kept of a number of more than 15 digits; format the cell as text and write it again"
    head = ["name", "amount", "sent", *{"invoice": "", key: ""}]
    rows: list[list[Any]] = [
        head,
        ["A", 5, DAY, *((123456789012345678 if name == key else "R-1") for name in head[3:])],
    ]
    place = "DE"[head[3:].index(key)]
    assert faults(workbook(rows))[0] == f"{place}2: '123456789012346000' {hint}"
    rows[1][head.index(key)] = 123456789012345
    assert not any(hint in fault for fault in faults(workbook(rows)))
    rows[1][head.index(key)] = "123456789012345678"
    assert not any(hint in fault for fault in faults(workbook(rows)))


def test_merged_ranges_and_dimensions_without_end_are_cut_to_the_cells() -> None:
    data = workbook([["name", "amount"], ["A", 5]], merged=["C1:C2"])
    sheet = part(data).replace('ref="C1:C2"', 'ref="C1:XFD1048576"').replace('ref="A1:C2"', 'ref="A1:XFD1048576"')
    assert "XFD1048576" in sheet
    assert read(changed(data, {SHEET: sheet})).milestones[0]["name"] == "A"


def test_other_kinds_of_files_say_what_to_do() -> None:
    assert faults(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == [
        "-: it is an old Excel file (.xls), or has a password; save it as .xlsx or as CSV"
    ]
    ods = changed(workbook([["a"]]), {"xl/workbook.xml": "<x/>", "content.xml": "<x/>"})
    assert faults(ods) == ["-: it is not an XLSX workbook, or is damaged; save it as .xlsx or as CSV"]
