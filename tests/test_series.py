"""Holes in series of invoice numbers (SPEC 4, `invoice-number-gap`): what counts, what says the period, what is there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import series as oracle

from mtrack.record.model import Heading, number_key
from mtrack.rules.facts import Entry, InvoiceFacts
from mtrack.rules.series import holes

ACME = Heading("acme", "acme/milestones.yaml", "Acme", None, "EUR", 2)


def entries(numbers: list[tuple[str, date]]) -> list[Entry]:
    """Invoice records with these numbers, sent on these days."""
    one = Decimal(1)
    return [
        Entry(
            ACME,
            InvoiceFacts(
                ("invoices", i), number, number_key(number), one, None, sent, "M1",
                later=False, void=False, live=True, file=None, path="", size=None, payments=(), milestones=("M1",),
            ),
        )
        for i, (number, sent) in enumerate(numbers)
    ]  # fmt: skip


def missing(text: str, sent: str = "") -> list[str]:
    """The names of all missing numbers; `sent` gives a day a number, the last for those left ("2026-03-05 2026-04")."""
    numbers = text.split(", ")
    days = [date.fromisoformat(f"{day}-05"[:10]) for day in (sent or "2026-03").split()]
    days += [days[-1]] * (len(numbers) - len(days))
    found = holes(entries(list(zip(numbers, days, strict=True))))
    return [name for hole in found for name in hole.missing]


TABLE = [
    ("5/2023, 1/2024, 3/2024, 5/2024, 1/2025, 5/2026", "2023-05 2024-01 2024-03 2024-05 2025-01 2026-05", "2/2024 4/2024"),
    ("1/10/2026, 2/10/2026, 4/10/2026, 1/11/2026, 2/11/2026", "2026-10 2026-10 2026-10 2026-11", "3/10/2026"),
    ("R2405, R2406, R2407, R2501, R2502", "2024-05 2024-06 2024-07 2025-01 2025-02", ""),
    ("R2405, R2406, R2407, R2501, R2502", "2024-02 2024-02 2024-03 2025-03 2025-05", ""),
    ("20261003, 20261005, 20261009", "2026-10-03 2026-10-05 2026-10-09", ""),
    ("INV-7, INV-8-R1, INV-9, INV-10", "", ""),
    ("jd-2026-03, jd-2026-04-v2, jd-2026-04-B, jd-2026-05, jd-2026-06", "2026-03 2026-04 2026-04 2026-05 2026-06", ""),
    ("001-2026-ACME, 003-2026-ACME, 004-2026-BETA, 005-2026-ACME", "", "002-2026-ACME"),
    ("INV-2025-098, INV-2025-099, INV-2026-001, INV-2026-003", "2025-12 2025-12 2026-01", "INV-2026-002"),
    ("INV-2024-1-2, INV-2024-1-2-R1, INV-2024-2-3, INV-2024-2-5", "2024-03 2024-03 2024-02", "INV-2024-2-4"),
]  # fmt: skip


@pytest.mark.parametrize(("numbers", "sent", "wanted"), TABLE)
def test_table(numbers: str, sent: str, wanted: str) -> None:
    assert missing(numbers, sent) == wanted.split()


@pytest.mark.parametrize(
    ("numbers", "sent", "wanted"),
    [
        # the plain series, and its bounds
        ("INV-1, INV-2, INV-4", "", "INV-3"),
        ("INV-1, INV-3", "", ""),
        ("INV-7, INV-9, INV-8", "", ""),
        ("1, 2, 4", "", "3"),
        ("A-1, A-2, A-103", "", " ".join(f"A-{i}" for i in range(3, 103))),
        ("A-1, A-2, A-104, A-105, A-107", "", "A-106"),
        ("INV-0099, INV-0100, INV-0102", "", "INV-0101"),
        ("Inv-1, inv-2, INV-4", "", "INV-3"),
        ("INV\u20111, INV\u20132, INV-4", "", "INV-3"),
        ("\uff11, \uff12, \uff14", "", "3"),
        # a counter that goes on over the years is one series; each year that begins anew is its own
        ("INV-2025-098, INV-2025-099, INV-2026-101", "2025-12 2025-12 2026-01", "INV-2026-100"),
        ("INV-2025-098, INV-2025-100, INV-2026-001", "2025-12 2025-12 2026-01", "INV-2025-099"),
        ("INV-2025-01, INV-2026-01, INV-2027-02", "2025-05 2026-05 2027-05", ""),
        ("INV-2025-01, INV-2026-01, INV-2026-03", "2025-05 2026-05 2026-05", "INV-2026-02"),
        ("INV-24-1, INV-25-2, INV-26-4", "2024-05 2025-05 2026-05", "INV-26-3"),
        ("1/24, 2/24, 4/24", "2024-05", "3/24"),
        # the year before will do in January, in other months it is no year
        ("INV-2025-098, INV-2025-100, INV-2026-001", "2025-12 2026-01", "INV-2025-099"),
        ("26-7, 26-9, 27-1", "2026-11 2026-12 2027-01", "26-8"),
        # a run that is the only one is a year where every number says its own
        ("INV-2024, INV-2025, INV-2026", "2024-05 2025-05 2026-05", ""),
        ("INV-2024, INV-2025, INV-2027", "2026-05", "INV-2026"),
        ("INV-24, INV-25, INV-26, INV-28", "2026-05", "INV-27"),
        ("INV-25, INV-27, INV-26", "2026-05", ""),
        # of two runs that look like the year one is the counter
        ("24/2026, 25/2026, 26/2026, 28/2026", "", "27/2026"),
        ("2026-24, 2026-25, 2026-26, 2026-28", "", "2026-27"),
        ("7-24, 7-25, 7-26, 7-27", "", ""),
        # dates are no counters
        ("2026-10-03, 2026-10-05, 2026-10-09", "2026-10-03 2026-10-05 2026-10-09", ""),
        ("R2026-10-03, R2026-10-05, R2026-11-09", "2026-10-03 2026-10-05 2026-11-09", ""),
        (
            "2026-10-03, 2026-10-05, 2026-10-09",
            "2026-10-03 2026-10-05 2026-10-10",
            "2026-10-04 2026-10-06 2026-10-07 2026-10-08",
        ),
        ("2026-10-1, 2026-10-2, 2026-10-4", "2026-10-01 2026-10-02 2026-10-04", "2026-10-3"),
        ("202603, 202604, 202606", "2026-03 2026-04 2026-06", ""),
        ("2603, 2604, 2606", "2026-03 2026-04 2026-06", ""),
        ("R2602, R2603, R2605", "2026-03 2026-04 2026-06", ""),
        ("R2601, R2602, R2604", "2026-10", "R2603"),
        ("2026001, 2026002, 2026004", "", "2026003"),
        ("2025099, 2026001, 2026003, 2026004", "2025-12 2026-01", "2026002"),
        ("20261003-1, 20261003-2, 20261004-1, 20261004-3", "2026-10-03 2026-10-03 2026-10-04", "20261004-2"),
        ("202610-1, 202610-3, 202611-1", "2026-10 2026-10 2026-11", "202610-2"),
        # months between two other runs
        ("2026/10/1, 2026/10/3, 2026/11/1", "2026-10 2026-10 2026-11", "2026/10/2"),
        ("2026-03-7, 2026-04-8, 2026-05-10", "2026-03 2026-04 2026-05", "2026-05-9"),
        ("1/10/2026, 2/10/2026, 4/11/2026", "2026-10 2026-10 2026-11", "3/11/2026"),
        ("jd-2026-03, jd-2026-04, jd-2026-06", "2026-03 2026-04 2026-06", "jd-2026-05"),
        # revisions
        ("INV-7, INV-8-R1, INV-10", "", "INV-9"),
        ("INV-7, INV-8, INV-8-R2, INV-10-v2", "", "INV-9"),
        ("INV-7-B, INV-8, INV-10, INV-11", "", "INV-9"),
        ("INV-7, INV-8, INV-8-B, INV-9", "", ""),
        ("INV-7-B, INV-8-B, INV-10-B", "", "INV-9-B"),
        ("INV-R1, INV-R2, INV-R4", "", "INV-R3"),
        ("1-R1, 2-R1, 4-R1", "", "3-R1"),
        # several runs: the last that varies counts, the others part the series
        ("1-001, 1-002, 2-001, 2-002", "", ""),
        ("1-001, 1-002, 1-004, 2-001", "", "1-003"),
        ("7-01-9, 7-02-9, 7-04-9", "", "7-03-9"),
        ("P12-1, P12-2, P12-4, P13-1", "", "P12-3"),
        # another client's code has the number
        ("001-ACME, 002-BETA, 003-ACME, 004-ACME", "", ""),
        ("001-ACME, 002-BETA, 004-ACME, 005-ACME", "", "003-ACME"),
        ("ACME-1, BETA-2, ACME-3, ACME-4", "", ""),
        ("ACME/1-x, BETA/2-y, ACME/3-x, ACME/4-x", "", "ACME/2-x"),
        ("001-2026-A, 003-2026-A, 001-2027-A, 002-2027-B", "2026-05 2026-05 2027-05", "002-2026-A"),
        ("001-2026-A, 003-2026-A, 004-2027-A, 002-2027-B", "2026-05 2026-05 2027-05", ""),
        # but no number of another kind, which says no period where these do, nor one of another year
        ("INV-2025-001, INV-2026-003, INV-2026-004, CN-4-1, CN-4-2", "2025-12 2026-01 2026-01 2026-07", "INV-2026-002"),
        ("INV-2025-001, INV-2026-003, INV-2026-004, CN-2026-002", "2025-12 2026-01 2026-01 2026-07", ""),
        ("004-2026-A, 006-2026-A, 007-2026-A, 005-2025-B", "2026-05 2026-05 2026-05 2025-12", "005-2026-A"),
    ],
)
def test_kin_of_the_table(numbers: str, sent: str, wanted: str) -> None:
    assert missing(numbers, sent) == wanted.split()


def test_hole_says_between_whom_it_lies_and_names_three() -> None:
    found = list(holes(entries([(f"INV {i}", date(2026, 3, 5)) for i in (3, 1, 2, 9)])))
    assert [(hole.before.invoice.number, hole.after.invoice.number) for hole in found] == [("INV 3", "INV 9")]
    assert found[0].names == "INV4, INV5, INV6 and 2 more"


def test_long_runs_of_digits_cost_nothing() -> None:
    day = date(2026, 3, 5)
    numbers = [("9" * 5000 + f"-{i}", day) for i in (1, 2, 4)] + [
        (f"{i}" * 5000, day + timedelta(i)) for i in (1, 2, 3)
    ]
    assert [hole.after.invoice.number[-2:] for hole in holes(entries(numbers))] == ["-4"]


@st.composite
def _sent_numbers(draw: st.DrawFn) -> list[tuple[str, date]]:
    """Numbers as people make them: counters with holes in one layout, over clients, months and years, some revised."""
    layout = draw(
        st.sampled_from(
            ["INV-{n}", "{n}", "INV-{n:03}", "{y}-{n:03}", "{n}/{y}", "RE{yy}-{n:04}", "{n}/{m}/{y}", "{y}/{m:02}/{n}",
             "{y}-{m:02}", "{n:03}-{y}-{c}", "{c}-{n}", "{y}{m:02}-{n}", "P7-{n}", "{k}-{n}", "INV-{y}-{k}-{n}"]
        )
    )  # fmt: skip
    restarts = draw(st.booleans()) and "{c}" not in layout  # clients that count together go on counting
    result: dict[str, date] = {}
    counter, day = draw(st.sampled_from([1, 7, 98])), date(2024, draw(st.integers(1, 12)), 3)
    for _ in range(draw(st.integers(3, 14))):
        later = day + timedelta(draw(st.sampled_from([3, 20, 31, 90])))
        counter = 1 if restarts and later.year > day.year else counter + draw(st.sampled_from([1, 1, 1, 2, 3]))
        day = later
        client, kind = draw(st.sampled_from(["ACME", "ACME", "BETA"])), draw(st.sampled_from([1, 1, 2]))
        number = layout.format(n=counter, y=day.year, yy=day.year % 100, m=day.month, c=client, k=kind)
        if number not in result:
            result[number] = day
        if number[-1].isdigit():
            revision = draw(st.sampled_from(["", "", "", "", "-R1", "-v2", "-B"]))
            result.setdefault(number + revision, day)
    return draw(st.permutations(list(result.items())))


@given(_sent_numbers())
def test_agrees_with_the_oracle(numbers: list[tuple[str, date]]) -> None:
    ours = {(hole.after.invoice.number, len(hole.missing)) for hole in holes(entries(numbers))}
    theirs = oracle.holes([(number, sent, (number, "")) for number, sent in numbers])
    assert ours == {(place[0], len(counters)) for place, counters in theirs}


@pytest.mark.parametrize(
    "number",
    ["INV-7", "inv - 7", "INV\u20107", "INV\u20117", "INV\u20127", "INV\u20137", "INV\u22127", "INV\uff0d7",
     "\uff29\uff2e\uff36-7", "INV-\uff17", "INV\u00a0-\u202f7", "INV\u200b-7", "\ufeffINV-7", "INV\u00ad-7"],
)  # fmt: skip
def test_numbers_that_look_alike_are_one(number: str) -> None:
    assert number_key(number) == "inv-7"


@pytest.mark.parametrize("number", ["INV_7", "INV7", "INV-07", "INV--7", "\u0406NV-7"])
def test_numbers_that_only_resemble_it_are_others(number: str) -> None:
    assert number_key(number) != "inv-7"
