"""A file to import: it is read into milestones that a record may hold, or every fault is told with its cell."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import openpyxl.utils.exceptions
from sheets import changed, part, read, workbook

from mtrack.errors import UsageError
from mtrack.spreadsheet.cells import Fault, FaultyError
from mtrack.spreadsheet.columns import KEYS, SYNONYMS

BOOK = workbook([["name", "amount", "sent"], ["A", 5, dt.date(2026, 2, 3)], ["B", "=1+1", "x"]], merged=["C2:C3"])
SEEDS = [
    b"\x00name,amount,invoice\nA,5,R-1;\n", b"\x00invoice\nA\n;\n",
    b"\x00id,name,amount,planned,approved,invoice,sent,tax,paid,status\nM1,Discovery,4000.00,2026-01-01,2026-02-02,R-1,2026-02-03,760,2026-03-01,paid\n",
    b"\x01Projekt;;\n\nName;Betrag (EUR);Datum\nA;1.234,50;03.02.2026\nTotal;1.234,50;\n",
    b"\x02milestone\tfee\tdeposit\tinvoice no\tbilled on\tdue\treceived\tpaid on\nA\t$5\tyes\tR-1\t03/04/2026\tFeb 3, 2026\t5\t13/04/26\nA\t5\t\tR-2\n",
    b"\x03name,amount\n\xff\xfe",
    b"\x05" + part(BOOK).encode(),
]  # fmt: skip
WORDS = [*SYNONYMS, *KEYS, "\n", ",", ";", "\t", '"', '""', "1.234", "1,5", "(5)", "5%", "EUR 5", "Total", "VAT 19%", "2026-02-03", "03/04/2026", "-", "yes", "\ufeff", '<c r="A1" t="s"><v>', "</v></c>", "<f>1+1</f>", 't="d"', 't="e"', "#N/A", "1e999", "NaN", "46000.5"]  # fmt: skip
OPTIONS: tuple[dict[str, Any], ...] = (
    {}, {"decimal": ",", "date_format": "%d/%m/%Y"}, {"approved_when_sent": True, "currency": "KWD", "decimals": 3}, {"encoding": "windows-1252"},
    {"encoding": "utf-16"},
)  # fmt: skip


def _check_faults(faults: list[Fault]) -> None:
    assert faults
    for fault in faults:
        assert fault.message
        assert fault.address is None or re.fullmatch(r"[A-Z]+[1-9][0-9]*", fault.address), fault


def check(data: bytes) -> None:
    """The first byte chooses the options; odd ones from 5 on wrap the rest into a workbook's sheet."""
    kind = data[0] if data else 0
    content = data[1:]
    if kind >= 5 and kind % 2:
        content = changed(BOOK, {"xl/worksheets/sheet1.xml": content})
    try:
        found = read(content, **OPTIONS[kind % 5])
    except FaultyError as error:
        _check_faults(error.faults)
        return
    except (UsageError, openpyxl.utils.exceptions.IllegalCharacterError):
        return
    assert found.milestones
    ids = [item["id"] for item in found.milestones]
    assert len(ids) == len(set(ids))
    for item in found.milestones:
        assert re.fullmatch(r"[A-Za-z0-9._-]+", item["id"]), item
        assert item["name"].strip()
        assert item["amount"].is_finite()
        assert item["amount"] >= 0
