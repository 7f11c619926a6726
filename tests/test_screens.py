"""What a terminal shows at every width: nothing in it is cut that can be read as something else."""

from __future__ import annotations

import io
import itertools
import re
import sys
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from support import ROOT, mtrack, write_tree

from mtrack.render import flow
from mtrack.render.cells import Amount, Column, Kind, amounts
from mtrack.render.excerpt import excerpt
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Screen, Whole, styled
from mtrack.render.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mtrack.render.cells import Value

WIDE = 400
WIDTHS = range(40, 161, 4)
VIEWS = ("status", "gaps", "aging", "forecast")
AS_OF = "2026-11-22"
LONG_WORD = "Rindfleischetikettierungsüberwachungsaufgaben"
LONG_NUMBER = "RE/2026/ACME-CONSULTING/000123"

SETTINGS = """\
format: 1
name: Großrechnung & Söhne
currencies: {WEI: 18}
"""
LARGE = f"""\
project: A project whose name is long enough that no screen of forty columns has it on one line
client: {LONG_WORD} GmbH
currency: EUR
agreement: {{file: a.pdf, signed: 2026-01-10, total: 480000000000.00, milestones: 4}}
milestones:
  - id: M1
    name: {LONG_WORD} and whatever else was agreed
    amount: 123456789012.34
    deliverable: {{note: the {LONG_WORD} report, completed: 2026-01-30, approved: 2026-02-02, signoff: s.eml}}
    invoice: {{number: {LONG_NUMBER}, amount: 123456789012.34, sent: 2026-02-03, file: i.pdf}}
    status: sent
  - id: PHASE-2026-09.b
    name: 納品と検収 of the second phase 👩‍💻 with é combined
    amount: 200000000000.00
    deliverable: {{approved: 2026-09-02, signoff: s2.eml}}
    status: not_billed
  - {{id: M3, name: Third, amount: 100.00, planned: 2026-09-30, status: not_billed}}
  - {{id: M4, name: Fourth, amount: 156543210887.66, planned: 2027-02-28, status: not_billed}}
"""
TOKENS = """\
project: Tokens
currency: WEI
agreement: {file: a.pdf, signed: 2026-01-10, total: 123456789014.500000000000000001, milestones: 3}
milestones:
  - id: M1
    name: First
    amount: 1.000000000000000001
    deliverable: {approved: 2026-02-02, signoff: s.eml}
    invoice: {number: T-1, amount: 1.000000000000000001, sent: 2026-02-03, file: i.pdf}
    status: sent
  - {id: M2, name: Second, amount: 123456789012.50, planned: 2026-12-01, status: not_billed}
  - {id: M3, name: Third, amount: 1, deliverable: {approved: 2026-10-02, signoff: s.eml}, status: not_billed}
"""
YEN = """\
project: 円
currency: JPY
agreement: {file: a.pdf, signed: 2026-01-10, total: 5400000, milestones: 2}
milestones:
  - id: M1
    name: First
    amount: 1500000
    deliverable: {approved: 2026-02-02, signoff: s.eml}
    invoice: {number: 2026-1, amount: 1500000, sent: 2026-02-03, payments: [{date: 2026-03-01, amount: 500000}], file: i.pdf}
    status: partially_paid
  - {id: M2, name: Second, amount: 3900000, status: not_billed}
"""
DINAR = """\
project: Dinar
client: مكتب
currency: BHD
agreement: {file: a.pdf, signed: 2026-01-10, total: 999999999.999, milestones: 2}
milestones:
  - id: M1
    name: الدفعة الأولى
    amount: 1234.567
    deliverable: {approved: 2026-02-02, signoff: s.eml}
    status: paid
  - {id: M2, name: Second, amount: 999998765.432, status: not_billed}
invoices:
  - number: B-1
    amount: 1000.000
    sent: 2026-02-03
    lines: [{milestone: M1, amount: 1000.000}]
    paid: true
    file: i.pdf
  - {number: B-2, amount: 1234.567, sent: 2026-03-03, lines: [{milestone: M1, amount: 1234.567}], file: j.pdf}
"""


@cache
def large(root: Path) -> Path:
    return write_tree(
        root,
        {
            "mtrack.yaml": SETTINGS, "large/milestones.yaml": LARGE, "tokens/milestones.yaml": TOKENS,
            "yen/milestones.yaml": YEN, "dinar/milestones.yaml": DINAR,
        },
    )  # fmt: skip


@pytest.fixture(scope="session", params=["example", "large"])
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ROOT / "example-workspace" if request.param == "example" else large(tmp_path_factory.getbasetemp() / "large")


def shown(command: str, workspace: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    result = mtrack(command, workspace, "--as-of", AS_OF)
    assert result.code in (0, 1), result.err
    return result.out


_NAMED = re.compile(r"left out at [0-9]+ columns: ([a-z, ]+) \(all are shown from ([0-9]+)\)")


def left_out(text: str) -> tuple[set[str], int]:
    """The columns that a screen says it leaves out, and from which width it says that it shows them."""
    match = _NAMED.search(re.sub(r"\s+", " ", text))
    return (set(match[1].split(", ")), int(match[2])) if match else (set(), 0)


_HEADS = re.compile(r" *(milestone|gaps|overlaps|on hold|waived|due|expected) {2,}.*")
"""The first lines of the tables of which columns may be left out."""
_ATOM = re.compile(
    r"(?:INV|RE|PHASE|T|B|M)[-/]?[0-9][\w/.-]*\w|[0-9]{1,2} [A-Z][a-z]+ [0-9]{4}|[A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4}|[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[A-Z]{3}\b"
)
"""A date, an amount or a count, a currency's code, an id or number."""


def cells(line: str) -> list[tuple[int, int, str]]:
    return [(*match.span(), match[0]) for match in re.finditer(r"\S+(?: \S+)*", line)]


def by_column(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a screen on which everything has room, each with the heading that it stands under, "" if none."""
    heads: list[tuple[int, int, str]] = []
    for line in text.splitlines():
        if _HEADS.fullmatch(line):
            heads = cells(line)
        elif not line:
            heads = []
        for start, end, piece in cells(line):
            nearest = min(heads, key=lambda head: min(abs(head[0] - start), abs(head[1] - end)), default=None)
            yield (nearest[2] if nearest else ""), piece


def without_slots(text: str) -> str:
    """A screen without the ids over the bars: only those stand there that have room, and all in the table below."""
    return re.sub(r"\n[^\n]*(?=\n  delivered  )", "", text)


def atoms(pieces: Iterable[str]) -> Counter[str]:
    """Dates, amounts, codes, ids and numbers, and how often each is there. Text that is set apart is left out."""
    return Counter(atom for piece in pieces for atom in _ATOM.findall(re.sub("\u2068.*?\u2069", "", piece)))


def words(pieces: Iterable[str]) -> set[str]:
    return {word.strip("(),.:;\u2068\u2069") for piece in pieces for word in piece.split()}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", VIEWS)
def test_nothing_is_cut(command: str, width: int, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shown(command, workspace, WIDE, monkeypatch)
    assert left_out(full) == (set(), 0)
    text = shown(command, workspace, width, monkeypatch)
    assert [line for line in text.splitlines() if cell_len(line) > width] == []
    without, _ = left_out(text)
    assert without <= {"deliverable", "planned", "completed", "approved", "invoice", "sent", "settled", "status",  # of status
                       "milestone", "rule", "since", "until", "reason",  # of gaps
                       "due", "age", "project", "client", "expected", "state"}  # fmt: skip
    assert not (command == "status" and "milestone" in without)
    full, text = without_slots(full), without_slots(text)
    wanted = [piece for column, piece in by_column(full) if column not in without]
    assert len(atoms(wanted)) > 10
    codes = {atom for atom in atoms(wanted) if atom.isalpha()}
    found = atoms(text.splitlines())
    missing = {atom: count for atom, count in (atoms(wanted) - found).items() if atom not in codes}
    assert missing == {}
    assert codes <= set(found)
    broken = {word for word in words(wanted) - words(text.splitlines()) if cell_len(word) <= width - 17}
    assert {word for word in broken if not re.match("[─█▒┄│●⊘◐▨▲◆⏸]", word)} == set(), (
        "bars are as wide as there is room"
    )


@pytest.mark.parametrize("command", VIEWS)
def test_what_is_left_out_shows_from_the_width_that_is_named(
    command: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0
    for width in WIDTHS:
        without, needs = left_out(shown(command, workspace, width, monkeypatch))
        if without:
            seen += 1
            assert left_out(shown(command, workspace, needs, monkeypatch)) == (set(), 0)
            assert left_out(shown(command, workspace, needs - 1, monkeypatch))[0] != set()
    assert seen


@pytest.mark.parametrize("width", range(40, 161, 20))
@pytest.mark.parametrize("command", [("lint",), ("rules",)])
def test_prose_breaks_between_words(
    command: tuple[str, ...], width: int, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [*command, workspace, "--as-of", AS_OF] if command == ("lint",) else [*command]
    full = mtrack(*arguments).out
    monkeypatch.setenv("COLUMNS", str(width))
    text = mtrack(*arguments).out
    assert [line for line in text.splitlines() if cell_len(line) > width] == []
    excerpts = re.compile(r"^ *[0-9]* \|.*$", re.MULTILINE)
    assert words([excerpts.sub("", text)]) >= {
        word for word in words([excerpts.sub("", full)]) if len(word) <= width - 12 and "/" not in word
    }
    amounts_ = re.compile(r"\b(?!ISO)[A-Z]{3} [0-9][0-9,.]*")
    assert amounts_.findall(text) == amounts_.findall(full)


TEXT = st.text(st.sampled_from("ab -/日é\u0301👩7,."), max_size=60)


@given(st.lists(st.tuples(TEXT, st.booleans()), max_size=6), st.integers(6, 50), st.integers(0, 3))
def test_wrapping_loses_nothing_and_breaks_only_where_it_may(
    parts: list[tuple[str, bool]], width: int, hang: int
) -> None:
    run = flow.joined(flow.whole(text) if whole else flow.free(text) for text, whole in parts)
    spans = flow.wrap(run, width, hang)
    assert "".join(run.text[start:end] for start, end in spans).replace(" ", "") == run.text.replace(" ", "")
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end <= start
        at_space = run.text[end - 1] == " " or (end < start and not run.text[end:start].strip())
        before, after = run.mask[end - 1], run.mask[end]
        assert at_space or (before not in "\ud800\ud801" and after not in "\ud800\ud801")
    for i, (start, end) in enumerate(spans):
        line = run.text[start:end].rstrip()
        assert cell_len(line) <= width - (hang if i else 0) or "\ud800" in run.mask[start:end]


def table(width: int, *columns: Column, rows: list[tuple[Value, ...]], locale: str = "en") -> list[str]:
    screen, made = Screen(colour=False, width=width), Table(Wording(locale), *columns, ruled=False)
    for row in rows:
        made.row(*row)
    made.print(screen)
    screen.tell_hidden_columns()
    return screen.text().splitlines()


def amount(value: str, places: int, currency: str | None = None) -> Amount:
    return Amount(Decimal(value), places, currency)


def test_points_stand_below_each_other() -> None:
    rows: list[tuple[Value, ...]] = [("a", amount("1500", 0)), ("b", amount("2.5", 2)), ("c", amount("1234.567", 3))]
    assert table(80, Column(""), *amounts("sum"), rows=rows) == [
        "         sum",
        "a  1,500",
        "b      2.50",
        "c  1,234.567",
    ]


def test_points_stand_below_each_other_where_the_code_comes_last() -> None:
    rows: list[tuple[Value, ...]] = [("a", amount("1500", 0, "JPY")), ("b", amount("2.5", 2, "EUR"))]
    assert table(80, Column(""), *amounts("sum"), rows=rows, locale="de") == [
        "            sum",
        "a  1.500    JPY",
        "b      2,50 EUR",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("1.5", "2"), ["1.50", "2.00"]),
        (("1.5", "2.125"), ["1.500", "2.125"]),
        (("1.000000000000000001", "2.5"), ["1.000000000000000001", "2.500000000000000000"]),
    ],
)
def test_a_token_shows_the_decimals_that_its_column_needs(values: tuple[str, ...], expected: list[str]) -> None:
    rows: list[tuple[Value, ...]] = [(name, amount(value, 18)) for name, value in zip("ab", values, strict=True)]
    assert [line.split()[1] for line in table(80, Column(""), *amounts("sum"), rows=rows)[1:]] == expected


NAMED = (
    Column("milestone"), Column("EUR", Kind.AMOUNT, in_code=True), Column("note", keep=1), Column("invoice", keep=2),
)  # fmt: skip
ROWS: list[tuple[Value, ...]] = [
    (Apart("First"), amount("12000", 2), "a long note of some words", (Whole("INV-1"), Whole("INV-2 (void)"))),
    (Apart("Second"), amount("7.5", 2), None, ()),
]


def test_a_table_is_full_where_it_has_room() -> None:
    assert table(61, *NAMED, rows=ROWS) == [
        "milestone        EUR  note                       invoice",
        "First      12,000.00  a long note of some words  INV-1",
        "                                                 INV-2 (void)",
        "Second          7.50",
    ]


def test_columns_of_little_weight_are_left_out_and_named() -> None:
    assert table(40, *NAMED, rows=ROWS) == [
        "milestone        EUR  invoice",
        "First      12,000.00  INV-1",
        "                      INV-2 (void)",
        "Second          7.50",
        "",
        "left out at 40 columns: note (all are",
        "  shown from 52)",
    ]


def test_rows_are_stacked_where_even_that_has_no_room() -> None:
    assert table(18, *NAMED, rows=ROWS) == [
        "milestone",
        "First",
        "  EUR 12,000.00",
        "  note: a long",
        "    note of some",
        "    words",
        "  invoice: INV-1,",
        "    INV-2 (void)",
        "Second",
        "  EUR 7.50",
    ]


def test_sums_turn_before_they_are_stacked() -> None:
    columns = (Column("In all"), *amounts("agreed", "billed", "outstanding"))
    rows: list[tuple[Value, ...]] = [
        ("EUR", *(amount(value, 2) for value in ("1000", "500", "0"))),
        ("JPY", *(amount(value, 0) for value in ("70", "7", "0"))),
    ]
    assert table(30, *columns, rows=rows) == [
        "In all            EUR  JPY",
        "agreed       1,000.00   70",
        "billed         500.00    7",
        "outstanding      0.00    0",
    ]
    assert table(24, *columns, rows=rows)[:3] == ["In all", "EUR", "  agreed: 1,000.00"]


def test_wide_characters_take_two_columns() -> None:
    rows: list[tuple[Value, ...]] = [(Apart("納品"), amount("1", 0)), (Apart("e\u0301te"), amount("2", 0))]
    assert table(80, Column(""), *amounts("EUR"), rows=rows) == ["      EUR", "納品    1", "e\u0301te     2"]


def test_what_is_set_apart_is_closed_on_each_line() -> None:
    screen = Screen(colour=False, width=12)
    screen.line(Apart("الدفعة الأولى والثانية"))
    lines = screen.text().splitlines()
    assert len(lines) > 1
    assert all(line.count("\u2068") == line.count("\u2069") == 1 for line in lines)


def test_colour_goes_over_each_line() -> None:
    screen = Screen(colour=True, width=10)
    screen.line("  ", styled("one two three", "bold"), " four", hang=2)
    assert screen.text() == "  \x1b[1mone two\x1b[0m\n  \x1b[1mthree\x1b[0m\n  four\n"


LINE = (
    "  - {id: M1, name: A long name of a milestone, amount: 123456789012.34, planned: 2026-03-01, status: not_billed}"
)


@pytest.mark.parametrize("room", range(20, 121))
@pytest.mark.parametrize("marked", ["M1", "123456789012.34", "2026-03-01", "not_billed", "A long name of a milestone"])
def test_an_excerpt_is_cut_between_words(marked: str, room: int) -> None:
    start = LINE.index(marked)
    text, before, width = excerpt(LINE, start, start + len(marked), room)
    assert cell_len(text) <= room
    shown = text[before : before + width].removesuffix("…").rstrip()
    assert marked.startswith(shown)
    assert shown == marked or room < len(marked) + 4
    for piece in filter(None, (piece.strip() for piece in text.split("…"))):
        edges = {(at, at + len(piece)) for at in range(len(LINE)) if LINE.startswith(piece, at)}
        bounds = {start, start + len(marked)}
        assert any(
            (LINE[at - 1] == " " or at in bounds) and (f"{LINE} "[end] == " " or end in bounds) for at, end in edges
        )


def test_a_short_line_is_its_own_excerpt() -> None:
    assert excerpt("amount: 5.00", 8, 12, 40) == ("amount: 5.00", 8, 4)


def test_an_amount_stays_whole_in_any_excerpt() -> None:
    line = "amount: 123456789012345678.123456789012345678, sent: 2026-02-03"
    text, before, width = excerpt(line, 8, 45, 20)
    assert text[before : before + width] == line[8:45]


@pytest.mark.parametrize("command", ["lint", "status"])
def test_how_far_it_is_is_told_after_a_second_and_erased(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, seconds = Terminal(), iter(range(1000))
    for i in range(4):
        write_tree(
            tmp_path,
            {
                f"p{i}/milestones.yaml": f"project: P{i}\ncurrency: EUR\nmilestones:\n- {{id: M1, name: A, amount: 1, status: paid}}\n"
            },
        )
    quiet = mtrack(command, tmp_path, "--as-of", "2026-11-22")
    monkeypatch.setattr(sys, "__stderr__", terminal)
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    assert mtrack(command, tmp_path, "--as-of", "2026-11-22") == quiet
    told = terminal.getvalue()
    assert told.startswith("\r0 of 4 projects\033[K\r1 of 4 projects\033[K")
    assert told.endswith("\r\033[K")
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    terminal.truncate(0)
    assert mtrack(command, tmp_path, "--as-of", "2026-11-22") == quiet
    assert terminal.getvalue().strip("\0") == ""
