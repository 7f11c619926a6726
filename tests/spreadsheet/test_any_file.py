"""Whatever a file holds, it is read or told at fault; nothing else happens."""

from __future__ import annotations

import datetime as dt
import random
from contextlib import suppress
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets import changed, part, read, workbook

from mtrack.errors import UsageError
from mtrack.spreadsheet import formats
from mtrack.spreadsheet.amounts import Amounts
from mtrack.spreadsheet.cells import Cell, Faults, FaultyError
from mtrack.spreadsheet.columns import KEYS, SYNONYMS

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
TITLES = st.one_of(
    st.sampled_from([*SYNONYMS, *KEYS]),
    st.sampled_from(["path", "expected_status", "more", "due_by", "Amount (%)", "", "x"]),
)
VALUES = st.one_of(
    st.sampled_from(
        ["", "-", "1.234", "1,5", "(5)", "5%", "$5", "EUR 5", "Total", "VAT 19%", "yes", "2026-02-03", "03/04/2026", "13/04/26", "Feb 3, 2026", "R-1",
         "R-1; R-2", '"a;b"', "'=x", "paid", "cancelled", "{}", '{"invoices": [{}]}', "terms", "parts", "M1", "9" * 30, "\n", "a\nb", "٣", "²", "1٣.5"]
    ),
    st.text(max_size=8),
)  # fmt: skip
PLAIN = st.one_of(
    VALUES, st.integers(), st.floats(), st.booleans(), st.none(), st.dates(), st.datetimes(), st.times(), st.timedeltas(dt.timedelta(0), dt.timedelta(9999)),
    st.sampled_from(["=1+1", "=1/0", "#N/A"]),
)  # fmt: skip


def try_to_read(content: str | bytes, **wanted: Any) -> None:
    with suppress(FaultyError, UsageError):
        found = read(content, **wanted)
        assert all(item["id"] and item["name"] and item["amount"] >= 0 for item in found.milestones)


@given(st.lists(TITLES, max_size=8), st.lists(st.lists(VALUES, max_size=9), max_size=6), st.sampled_from(",;\t"))
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_any_csv(titles: list[str], rows: list[list[str]], delimiter: str) -> None:
    table = [["name", "amount", *titles], *rows]
    quoted = (
        "".join(f'{delimiter if i else ""}"{cell.replace(chr(34), chr(34) * 2)}"' for i, cell in enumerate(row))
        for row in table
    )
    text = "\n".join(quoted)
    with suppress(UnicodeEncodeError):
        try_to_read(text)
        try_to_read(text, decimal=",", date_format="%d/%m/%Y", approved_when_sent=True, currency="KWD", decimals=3)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data: bytes) -> None:
    for encoding in (None, "utf-16", "windows-1252"):
        try_to_read(data, encoding=encoding)
    try_to_read(b"PK\x03\x04" + data)


@given(st.lists(TITLES, max_size=6), st.lists(st.lists(PLAIN, max_size=8), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_any_workbook(titles: list[str], rows: list[list[Any]]) -> None:
    try:
        data = workbook([["name", "amount", *titles], *rows], merged=["A2:B3", "C1:C4"])
    except (ValueError, TypeError, AttributeError, OverflowError, openpyxl.utils.exceptions.IllegalCharacterError):
        return  # openpyxl does not write every value
    try_to_read(data)


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_to_a_workbook(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    data = workbook([["name", "amount", "sent"], ["A", 5, dt.date(2026, 2, 3)], ["B", "=1+1", "x"]], merged=["C2:C3"])
    if seed % 2:
        sheet = list(part(data))
        for _ in range(3):
            sheet[chance.randrange(len(sheet))] = chance.choice('<>"/= 019arcv')
        data = changed(data, {"xl/worksheets/sheet1.xml": "".join(sheet)})
    else:
        raw = bytearray(data)
        for _ in range(5):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        data = bytes(raw)
    try_to_read(data)


@given(
    st.lists(st.sampled_from([*'0#?.,;"\\_*[]$€@%E+-/ ()kx<>=1', "General", "[Red]", "[$USD]", "[>5]", '" TEUR"', "0;", "{"]), max_size=12),
    st.one_of(st.decimals("-1e99", "1e99", places=2), st.decimals(-1000, 1000, places=2), st.integers(-1000, 1000).map(Decimal)),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_number_format(parts: list[str], number: Decimal) -> None:
    form = "".join(parts)
    for value in (number, Decimal(0)):
        assert formats.as_text(value, form) != ""
        formats.section(value, form).shown(value)
        formats.changes_text(form)
        faults = Faults()
        amount = Amounts("EUR", 2, faults).read(Cell(2, 2, value, format=form))
        assert (amount is None) == bool(faults.found)
        assert amount is None or amount == value
