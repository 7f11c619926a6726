"""The views: the identities of SPEC 3 hold in what a reader sees, and the faults that once stood there stay away."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation, Rounded, localcontext
from typing import TYPE_CHECKING, Any

import pytest
from anything import AS_OF_ANY, MONEY, copied, projects, shuffled
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support import contexts, mtrack, write_tree

from mtrack.check.report import Selection
from mtrack.check.workspace import Workspace, open_workspace
from mtrack.figures.aging import BUCKETS
from mtrack.figures.ledger import Totals
from mtrack.figures.states import STATES, States
from mtrack.record import model
from mtrack.record.settings import Settings
from mtrack.rules.context import ProjectContext, RecordFile
from mtrack.views import cash
from mtrack.views.clients import clients
from mtrack.views.milestone import lanes, milestone_state
from mtrack.views.months import last_months, months, turnover
from mtrack.views.percentages import percent, percentages
from mtrack.views.registers import invoice_rows
from mtrack.views.statement import month_of, statement
from mtrack.views.status import project_status, status
from mtrack.views.summary import project_summary
from mtrack.workspace import Walk
from mtrack.yaml.source import Source

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

ALL = Selection()
CLIENTS = st.sampled_from([None, "Acme Corp", "ACME Corp", "Globex"])
CURRENCIES = st.sampled_from(["EUR", "USD"])
WORKSPACES = st.lists(st.tuples(projects(), CURRENCIES, CLIENTS), max_size=4)
NO_ROOM = Context(prec=1, traps=[Inexact, Rounded, InvalidOperation])
"""A decimal context in which nothing can be worked out: what works without it never asks for it."""

Records = list[tuple[dict[str, Any], str, str | None]]


def workspace(records: Records, as_of: date) -> Workspace:
    """The projects p0, p1 and so on."""
    opened: dict[str, tuple[RecordFile, ProjectContext | None]] = {}
    for i, (data, currency, client) in enumerate(records):
        source = Source(f"p{i}/milestones.yaml")
        project = model.build(f"p{i}", source, {**data, "client": client}, currency, 2, ())
        file = RecordFile(source, f"p{i}", (), (), usable=True)
        opened[f"p{i}"] = file, ProjectContext(project, Settings(), "nowhere", as_of)
    return Workspace("nowhere", as_of, Settings(), Walk(tuple(opened), ()), opened)


def context(data: dict[str, Any], as_of: date) -> ProjectContext:
    (result,) = contexts(workspace([(data, "EUR", None)], as_of))
    return result


def added(items: Any, name: str) -> Decimal:
    return sum((getattr(item, name) for item in items), Decimal(0))


@given(WORKSPACES, AS_OF_ANY)
def test_sums_of_projects_are_those_of_the_workspace(records: Records, as_of: date) -> None:
    view = status(workspace(records, as_of), ALL)
    assert set(view.totals) == {currency for _, currency, _ in records}
    for currency, totals in view.totals.items():
        shown = [item for item in view.projects if item.project.currency == currency]
        for name in Totals.__struct_fields__:
            assert added((item.totals for item in shown), name) == getattr(totals, name), name
        for name in ("agreed", "approved", "overbilled"):
            assert added((item.progress for item in shown), name) == getattr(view.progress[currency], name), name
        for name in States.__struct_fields__:
            parts = (item.progress.states for item in shown)
            assert added(parts, name) == getattr(view.progress[currency].states, name), name


@given(projects(), AS_OF_ANY)
def test_status_shows_of_each_milestone_its_part_of_the_sums(data: dict[str, Any], as_of: date) -> None:
    item = project_status(context(data, as_of))
    for name in ("agreed", "billed", "unbilled", "overbilled", "overcredited", "settled", "outstanding", "overdue"):
        assert added((entry.figures for entry in item.milestones), name) == getattr(item.totals, name), name
    for entry in item.milestones:
        assert {figures.invoice.number for figures in entry.invoices} >= {
            figures.invoice.number for figures in entry.figures.invoices
        }


@given(projects(), AS_OF_ANY)
def test_the_parts_of_progress_sum_to_agreed_and_overbilled(data: dict[str, Any], as_of: date) -> None:
    item = project_status(context(data, as_of))
    for progress in (item.progress, *(entry.progress for entry in item.milestones)):
        assert tuple(progress.parts) == STATES
        assert sum(progress.parts.values()) == progress.agreed + progress.overbilled
        assert min(progress.parts.values()) >= 0
        assert 0 <= progress.states.disputed <= progress.states.outstanding
        assert 0 <= progress.approved <= progress.agreed
        shares = [share for share in progress.percentages.values() if share is not None]
        assert sum(shares) == (100 if any(progress.parts.values()) else 0)
        if progress.percent_disputed is not None:
            assert progress.percent_disputed <= (progress.percentages["outstanding"] or 0)
    assert item.progress.agreed == item.totals.agreed
    assert item.progress.states.billed == item.totals.billed + item.totals.overcredited


@given(projects(), AS_OF_ANY)
def test_a_statement_adds_up_in_both_directions(data: dict[str, Any], as_of: date) -> None:
    shown = context(data, as_of)
    item, sheet = project_status(shown), statement(shown)
    for name in ("agreed", "before", "this_period", "billed", "paid", "balance"):
        assert added(sheet.lines, name) == getattr(sheet.total, name), name
    for line in (*sheet.lines, sheet.total):
        assert line.before + line.this_period == line.billed
        assert line.billed + line.balance == line.agreed
    assert sheet.total.billed == item.totals.billed
    assert sheet.total.paid == item.progress.states.paid
    sums = sheet.sums
    assert sums.gross == sums.billed + sums.tax == sums.settled + sums.outstanding - sums.overpaid
    assert sums.outstanding == sums.due + sums.later + sums.disputed + sums.retained
    assert sums.due >= sums.overdue
    assert min(sums.later, sums.disputed, sums.retained) >= 0
    assert sheet.first <= sheet.day
    assert all(sheet.first <= figures.invoice.sent <= sheet.day for figures in sheet.invoices)


@given(projects(), AS_OF_ANY, st.dates(date(2025, 6, 1), date(2027, 1, 1)))
def test_a_statement_of_a_month_is_as_of_its_end(data: dict[str, Any], as_of: date, day: date) -> None:
    sheet = statement(context(data, as_of), day)
    end = min(month_of(day)[1], as_of)
    assert sheet.day == end
    assert sheet.total.billed == project_status(context(data, end)).totals.billed
    assert all(month_of(day)[0] <= figures.invoice.sent <= end for figures in sheet.invoices)


@given(projects(), AS_OF_ANY)
def test_the_register_sums_to_the_totals(data: dict[str, Any], as_of: date) -> None:
    shown = context(data, as_of)
    rows, totals = invoice_rows(shown), project_status(shown).totals
    own = [item["invoice"] for item in data["milestones"] if "invoice" in item]
    assert len(rows) == sum(item["sent"] <= as_of.isoformat() for item in (*data["invoices"], *own))
    counted = [row for row in rows if row.state != "void"]
    for name in ("gross", "settled", "outstanding"):
        assert added(counted, name) == getattr(totals, name), name
    late = {item.invoice.number: item.overdue for item in shown.ledger.invoices if item.overdue}
    assert {row.number for row in rows if row.state == "overdue"} == set(late)
    assert sum(late.values()) == totals.overdue
    assert not any(row.outstanding for row in rows if row.state in ("void", "paid", "written_off"))


@given(projects(), AS_OF_ANY)
def test_months_hold_what_the_records_say_of_them(data: dict[str, Any], as_of: date) -> None:
    shown = last_months(as_of)
    project_context = context(data, as_of)
    cash_of = {figures.invoice.number: figures.received for figures in project_context.ledger.invoices}
    billed = received = Decimal(0)
    for invoice in [*data["invoices"], *(item["invoice"] for item in data["milestones"] if "invoice" in item)]:
        if invoice["sent"] > as_of.isoformat() or invoice.get("void", {"date": "9999"})["date"] <= as_of.isoformat():
            continue
        if shown[0].isoformat() <= invoice["sent"]:
            gross = invoice["amount"] + invoice.get("tax", 0)
            billed += -gross if "credits" in invoice else gross
        for payment in invoice.get("payments", ()):
            if shown[0].isoformat() <= payment["date"] <= as_of.isoformat():
                received += payment["amount"]
        if shown[0].isoformat() <= str(invoice.get("paid", "")) <= as_of.isoformat():  # the rest came in on that day
            listed = [item for item in invoice.get("payments", ()) if item["date"] <= as_of.isoformat()]
            received += cash_of[invoice["number"]] - sum((item["amount"] for item in listed), Decimal(0))
    result = months([turnover(project_context)], as_of)
    assert tuple(month.first for month in result) == shown
    assert (added(result, "billed"), added(result, "received")) == (billed, received)


@given(WORKSPACES, AS_OF_ANY)
def test_aging_sums_to_outstanding(records: Records, as_of: date) -> None:
    shown = workspace(records, as_of)
    view, totals = cash.aging(shown, ALL), status(shown, ALL).totals
    for currency, sums in totals.items():
        buckets = view.buckets.get(currency, dict.fromkeys(BUCKETS, Decimal(0)))
        assert sum(buckets.values()) == sums.outstanding
        for bucket, amount in buckets.items():
            owed = [item for item in view.owed if (item.project.currency, item.bucket) == (currency, bucket)]
            assert added((item.part for item in owed), "open") == amount


@given(WORKSPACES, AS_OF_ANY)
def test_the_forecast_holds_all_that_is_outstanding_and_unbilled_once(records: Records, as_of: date) -> None:
    shown = workspace(records, as_of)
    view, totals = cash.forecast(shown, ALL), status(shown, ALL).totals
    for currency, sums in totals.items():
        months_ = view.months.get(currency, {}).values()
        of_band = {band: sum((bands[band] for bands in months_), Decimal(0)) for band in cash.BANDS}
        assert of_band["certain"] + of_band["retained"] + of_band["disputed"] == sums.outstanding
        assert of_band["billable"] + of_band["planned"] == sums.unbilled
    for item in view.items:
        assert item.month is None or item.month >= as_of.replace(day=1)
    for currency, progress in status(shown, ALL).progress.items():
        states = progress.states
        kinds = dict.fromkeys(cash.KINDS, Decimal(0))
        for item in view.items:
            if item.project.currency == currency:
                kinds[item.kind] += item.amount
        assert (kinds["billable"], kinds["on_hold"], kinds["planned"]) == (states.to_bill, states.on_hold, states.ahead)


@given(WORKSPACES, AS_OF_ANY)
def test_clients_sum_to_the_workspace(records: Records, as_of: date) -> None:
    shown = workspace(records, as_of)
    groups = clients(project_summary(item, ()) for item in contexts(shown))
    for currency, totals in status(shown, ALL).totals.items():
        of_it = [item for item in groups if item.currency == currency]
        for name in Totals.__struct_fields__:
            assert added((item.totals for item in of_it), name) == getattr(totals, name), name
    assert len({(item.name, item.currency) for item in groups}) == len(groups)
    assert sum(len(item.projects) for item in groups) == len(records)


def seen(data: dict[str, Any], as_of: date) -> Any:
    """What each view says of a project, with nothing in it of where a record stands in the file."""
    shown = context(data, as_of)
    item = project_status(shown)
    summary = project_summary(shown, ())
    entries = {
        entry.figures.milestone.id: (
            entry.figures.billed, entry.figures.settled, entry.figures.outstanding, entry.figures.expected_status,
            entry.progress, milestone_state(entry), sorted(lanes([entry], as_of, 100)[0].events),
        )
        for entry in item.milestones
    }  # fmt: skip
    lines = {
        str(line.milestone and line.milestone.id): (line.before, line.this_period, line.paid, line.balance)
        for line in statement(shown).lines
    }
    rows = sorted(repr(replace(row, milestones=tuple(sorted(row.milestones)))) for row in invoice_rows(shown))
    ages = ((due.figures.invoice.number, due.bucket, due.days) for due in cash.aging(one(shown), ALL).owed)
    owed = sorted(ages, key=repr)
    return (
        entries, lines, rows, owed, summary.totals, summary.progress, summary.owed, dict(sorted_cash(summary.expected)),
        months([summary.turnover], as_of), summary.turnover.undated,
    )  # fmt: skip


def sorted_cash(expected: Any) -> Any:
    return sorted((((str(month), band, late), amount) for month, band, late, amount in expected), key=repr)


def one(shown: ProjectContext) -> Workspace:
    opened: dict[str, tuple[RecordFile, ProjectContext | None]] = {
        "p0": (RecordFile(shown.project.source, "p0", (), (), usable=True), shown)
    }
    return Workspace("nowhere", shown.as_of, Settings(), Walk(("p0",), ()), opened)


@given(projects(), AS_OF_ANY, st.randoms(use_true_random=False))
def test_no_view_depends_on_the_order_of_the_records(data: dict[str, Any], as_of: date, random: Random) -> None:
    assert seen(shuffled(data, random), as_of) == seen(data, as_of)


@given(projects(), AS_OF_ANY, st.integers(0, 15))
def test_no_figure_depends_on_the_decimal_context(data: dict[str, Any], as_of: date, digits: int) -> None:
    for item in data["milestones"]:
        item["amount"] += Decimal(10**17) + Decimal(1).scaleb(-digits)
    expected = repr(seen(copied(data), as_of))
    with localcontext(NO_ROOM):
        assert repr(seen(data, as_of)) == expected


# By example.


def project(tmp_path: Path, text: str, *, folder: str = "acme") -> None:
    write_tree(tmp_path, {f"{folder}/milestones.yaml": text})


THREE = """project: Acme website
currency: EUR
milestones:
  - {id: M1, name: One, amount: 100.00, status: partially_paid}
  - {id: M2, name: Two, amount: 100.00, status: partially_paid}
  - {id: M3, name: Three, amount: 100.00, status: partially_paid}
invoices:
  - number: T
    amount: 300.00
    sent: 2026-02-02
    payments: [{date: 2026-02-10, amount: 100.00}]
    lines: [{milestone: M1, amount: 100.00}, {milestone: M2, amount: 100.00}, {milestone: M3, amount: 100.00}]
"""


def test_an_odd_cent_is_the_same_in_status_and_report(tmp_path: Path) -> None:
    project(tmp_path / "w", THREE)
    lines = mtrack("status", tmp_path / "w", "--format", "csv", "--as-of", "2026-02-20").out.splitlines()
    header = lines[0].split(",")
    settled, left = header.index("settled"), header.index("outstanding")
    assert [line.split(",")[settled] for line in lines[1:]] == ["33.34", "33.33", "33.33"]
    assert [line.split(",")[left] for line in lines[1:]] == ["66.66", "66.67", "66.67"]
    assert mtrack("report", tmp_path / "w", "-o", tmp_path / "site", "--as-of", "2026-02-20").code == 0
    page = (tmp_path / "site/projects/acme.html").read_text(encoding="utf-8")
    sheet = (tmp_path / "site/projects/acme-statement.html").read_text(encoding="utf-8")
    assert "99.99" not in page + sheet
    assert page.count('<data value="33.34" data-figure="settled"') == 1
    assert page.count('<data value="66.66" data-figure="outstanding"') == 1
    assert sheet.count('<data value="33.34"') == 1


RETAINED = """project: Acme website
currency: EUR
agreement: {signed: 2026-01-05, total: 200.00, retention: 10}
milestones:
  - id: M1
    name: One
    amount: 100.00
    deliverable: {approved: 2026-02-01}
    invoice: {number: A, amount: 100.00, sent: 2026-02-02, due: 2026-03-04, retained: {amount: 10.00}MORE}
    status: partially_paid
  - {id: M2, name: Two, amount: 100.00, status: not_billed}
"""


def of_records(tmp_path: Path, text: str) -> ProjectContext:
    project(tmp_path, text)
    (shown,) = contexts(open_workspace(str(tmp_path), date(2026, 6, 1)))
    return shown


def stretches(shown: ProjectContext) -> list[tuple[str, str, str]]:
    first = lanes(project_status(shown).milestones[:1], shown.as_of, 100)[0]
    return [(item.start.isoformat(), item.end.isoformat(), item.state) for item in first.stretches]


@pytest.mark.parametrize(
    ("more", "wanted", "state"),
    [
        (
            ", payments: [{date: 2026-03-20, amount: 90.00}]",
            [("2026-03-04", "2026-03-20", "overdue"), ("2026-03-20", "2026-06-01", "outstanding")],
            "partially_paid",
        ),
        (
            ", payments: [{date: 2026-03-20, amount: 80.00}]",
            [("2026-03-04", "2026-06-01", "overdue")],
            "partially_paid",
        ),
        (", payments: [{date: 2026-03-20, amount: 100.00}]", [("2026-03-04", "2026-03-20", "overdue")], "paid"),
        ("", [("2026-03-04", "2026-06-01", "overdue")], "overdue"),
    ],
)
def test_what_is_kept_back_until_a_day_to_come_is_not_late(
    tmp_path: Path, more: str, wanted: list[tuple[str, str, str]], state: str
) -> None:
    shown = of_records(tmp_path, RETAINED.replace("MORE", more))
    assert stretches(shown) == [
        ("2026-02-01", "2026-02-02", "to_bill"),
        ("2026-02-02", "2026-03-04", "outstanding"),
        *wanted,
    ]
    assert milestone_state(project_status(shown).milestones[0]) == state


OFF = "written_off: {date: 2026-05-10, amount: 100.00, reason: gone}"
SETTLED = """project: Acme website
currency: EUR
milestones:
  - {id: M1, name: One, amount: 100.00, deliverable: {approved: 2026-02-01}, MORE}
"""


@pytest.mark.parametrize(
    ("more", "events", "between"),
    [
        (
            "status: paid, invoice: {number: T, amount: 100.00, sent: 2026-02-02, due: 2026-03-04, paid: 2026-03-10}",
            ["approved", "sent", "paid"],
            ["to_bill", "outstanding", "overdue"],
        ),
        (
            "status: written_off, invoice: {number: T, amount: 100.00, sent: 2026-02-02, due: 2026-03-04, OFF}",
            ["approved", "sent", "written_off"],
            ["to_bill", "outstanding", "overdue"],
        ),
        ("status: not_billed, hold: {reason: they asked}", ["approved"], ["on_hold"]),
        ("status: not_billed", ["approved"], ["to_bill"]),
    ],
)
def test_a_lane_has_the_day_that_settled_it_and_says_what_it_waits_for(
    tmp_path: Path, more: str, events: list[str], between: list[str]
) -> None:
    shown = of_records(tmp_path, SETTLED.replace("MORE", more.replace("OFF", OFF)))
    first = lanes(project_status(shown).milestones[:1], shown.as_of, 100)[0]
    assert [name for name, _ in first.events] == events
    assert [state for _, _, state in stretches(shown)] == between


def test_what_is_disputed_on_a_statement_is_outstanding_and_not_due_now(tmp_path: Path) -> None:
    sums = statement(of_records(tmp_path, RETAINED.replace("MORE", ", disputed: {since: 2026-03-05}"))).sums
    assert (sums.due, sums.disputed, sums.retained) == (Decimal(0), Decimal("90.00"), Decimal("10.00"))


INSTALMENTS = """project: Acme website
currency: EUR
milestones:
  - id: M1
    name: Design
    amount: 100.00
    deliverable: {completed: 2026-02-01, approved: 2026-02-01, signoff: signoffs/m1.eml, note: design}
    invoice:
      {number: R-1, amount: 100.00, sent: 2026-02-02, due: DUE, file: invoices/r1.pdf, retained: {amount: 10.00, until: UNTIL},
      instalments: [{amount: 30.00, due: 2026-03-01}]}
    status: sent
"""


@pytest.mark.parametrize(
    ("due", "until", "wanted"),
    [
        ("2026-06-02", "2026-12-31", ("30.00", "30.00", "60.00", "10.00")),
        ("2026-06-01", "2026-12-31", ("90.00", "30.00", "0", "10.00")),  # due on the day itself
        ("2026-05-31", "2026-06-01", ("90.00", "90.00", "0", "10.00")),  # what is retained goes by the day after
        ("2026-05-31", "2026-05-31", ("100.00", "100.00", "0", "0")),
    ],
)
def test_a_statement_tells_what_is_due_now_from_what_is_not_due_yet(
    tmp_path: Path, due: str, until: str, wanted: tuple[str, ...]
) -> None:
    sums = statement(of_records(tmp_path, INSTALMENTS.replace("DUE", due).replace("UNTIL", until))).sums
    assert (sums.due, sums.overdue, sums.later, sums.retained) == tuple(map(Decimal, wanted))


CREDITED = """project: Acme website
currency: EUR
milestones:
  - {id: M1, name: One, amount: 50.00, status: sent}
  - {id: M2, name: Two, amount: 50.00, status: sent}
invoices:
  - {number: T, amount: 100.00, sent: 2026-02-02, lines: [{milestone: M1, amount: 50.00}, {milestone: M2, amount: 50.00}]}
  - {number: C, credits: T, amount: 40.00, sent: 2026-02-03, lines: [{milestone: M1, amount: 40.00}]}
"""


def test_a_credit_note_leaves_the_other_milestones_alone(tmp_path: Path) -> None:
    project(tmp_path, CREDITED)
    lines = mtrack("status", tmp_path, "--format", "csv", "--as-of", "2026-02-20").out.splitlines()
    header = lines[0].split(",")
    found = [[line.split(",")[header.index(name)] for name in ("settled", "outstanding")] for line in lines[1:]]
    assert found == [["0.00", "10.00"], ["0.00", "50.00"]]


def test_what_is_marked_paid_leaves_out_credit_notes_and_earlier_years() -> None:
    def records(sent: str, *credited: str) -> dict[str, Any]:
        notes = [
            {"number": f"C{i}", "credits": "I", "sent": sent, "amount": Decimal(amount),
             "lines": [{"milestone": "M1", "amount": Decimal(amount)}]}
            for i, amount in enumerate(credited)
        ]  # fmt: skip
        invoice = {"number": "I", "amount": Decimal(100), "tax": Decimal(20), "sent": sent}
        milestone = {"id": "M1", "name": "One", "amount": Decimal(100), "status": "paid", "invoice": invoice}
        return {"project": "P", "milestones": [milestone], "invoices": notes}

    day = date(2026, 2, 20)
    assert turnover(context(records("2026-02-01"), day)).undated == 120
    assert turnover(context(records("2026-02-01", "40"), day)).undated == 80
    assert turnover(context(records("2026-02-01", "100", "100"), day)).undated == 0
    assert turnover(context(records("2025-03-01"), day)).undated == 120
    assert turnover(context(records("2025-02-28"), day)).undated == 0
    assert turnover(context(records("2019-02-28"), day)).undated == 0
    assert turnover(context(records("2026-02-21"), day)).undated == 0


@pytest.mark.parametrize(
    ("parts", "shares"),
    [
        ("1 1 1", "34 33 33"),
        ("1 2 3 0", "17 33 50 0"),
        ("995 5", "100 0"),
        ("0 0", "0 0"),
        ("-5 5 5", "0 50 50"),
        ("0.0000000000000000000000000000001 999999999999999999", "0 100"),
    ],
)
def test_percentages_add_up_by_largest_remainder(parts: str, shares: str) -> None:
    assert percentages(map(Decimal, parts.split())) == tuple(map(Decimal, shares.split()))


@given(st.lists(MONEY, min_size=1, max_size=7), st.integers(0, 2))
def test_percentages_are_within_a_unit_and_sum_to_a_hundred(parts: list[Decimal], decimals: int) -> None:
    shares, whole = percentages(parts, decimals), sum(parts)
    assert sum(shares) == (100 if whole else 0)
    for part, share in zip(parts, shares, strict=True):
        assert not whole or abs(share - part * 100 / whole) < Decimal(1).scaleb(-decimals)


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [("1", "3", 33), ("5", "9", 56), ("995", "1000", 99), ("9999999", "10000000", 99), ("1", "1", 100), ("3", "2", 150),
     ("0", "1", 0), ("-1", "2", -50), ("1", "0", None), ("9" * 18, "0." + "0" * 12 + "1", int("9" * 18) * 10**15)],
)  # fmt: skip
def test_percent(part: str, whole: str, share: int | None) -> None:
    assert percent(Decimal(part), Decimal(whole)) == share


LONG = """project: Acme website
currency: XTS
milestones:
  - id: M1
    name: One
    amount: {amount}
    deliverable: {{approved: 2026-02-01}}
    status: partially_paid
    invoice: {{number: I, amount: {amount}, sent: 2026-02-02, payments: [{{date: 2026-02-10, amount: {paid}}}]}}
"""


@pytest.mark.parametrize(
    ("amount", "paid"),
    [("999999999999999999.0000000000001", "500000000000000000"), ("0.123456789012345678", "0.1"),
     ("999999999999999999.000000000000000001", "0.000000000000000001")],
)  # fmt: skip
def test_amounts_of_many_digits_are_exact(tmp_path: Path, amount: str, paid: str) -> None:
    project(tmp_path / "w", LONG.format(amount=amount, paid=paid))
    for form in ("text", "json", "csv", "md"):
        result = mtrack("status", tmp_path / "w", "--format", form, "--as-of", "2026-02-20")
        assert result.code == 0, result.err
    left = str(Decimal(amount) - Decimal(paid)) if len(amount) < 30 else None
    text = mtrack("status", tmp_path / "w", "--format", "json", "--as-of", "2026-02-20").out
    assert f'"agreed": "{amount}"' in text
    assert left is None or left in text
    for arguments in (("--format", "md"), ("-o", tmp_path / "site")):
        result = mtrack("report", tmp_path / "w", "--as-of", "2026-02-20", *arguments)
        assert result.code == 0, result.err


def test_status_of_nothing_but_broken_projects_says_so(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "a/milestones.yaml": "project: [\n"})
    only_a = "nothing to show until a/milestones.yaml is corrected; mtrack lint says what is wrong"
    for path in (".", "a"):
        for format_ in ("text", "md"):
            result = mtrack("status", path, "--format", format_, cwd=tmp_path)
            assert result.code == 1
            assert only_a in result.out.replace("\\", "")
            assert "no projects here" not in result.out
    write_tree(tmp_path, {"b/milestones.yaml": "- 1\n"})
    both = "nothing to show until a/milestones.yaml, b/milestones.yaml are corrected"
    assert both in " ".join(mtrack("status", cwd=tmp_path).out.split())
    assert only_a in mtrack("status", "a", cwd=tmp_path).out
    write_tree(tmp_path, {"c/note.txt": "none"})
    for format_ in ("text", "md"):
        assert "no projects here; mtrack new makes one" in mtrack("status", "c", "--format", format_, cwd=tmp_path).out
