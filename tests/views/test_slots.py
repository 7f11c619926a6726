"""The two bars by milestone: slots hold the states, a layout fills its units, and the drawings show both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from anything import AS_OF_ANY, projects
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT, mtrack
from test_views import context

from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.figures.states import STATES, States
from mtrack.render.bars import legend, slot_bars, small_bars
from mtrack.render.status import text
from mtrack.views.progress import WORK, Progress
from mtrack.views.slots import Slot, lay_out, slots
from mtrack.views.status import project_status, status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.views.status import ProjectStatus

ZERO = Decimal()
AMOUNTS = st.decimals(0, 10**12, places=2)


def project(name: str) -> ProjectStatus:
    workspace = open_workspace(str(ROOT / "example-workspace"), date(2026, 11, 22))
    (item,) = status(workspace, Selection(paths=(name,))).projects
    return item


def edges(line: str) -> list[int]:
    """Where the slots of a bar end."""
    return [i for i, sign in enumerate(line) if sign == "│"]


def slot(name: str, amount: str = "100", work: str = "", state: str = "ahead", **more: Decimal) -> Slot:
    money = Decimal(amount)
    done = {work: money} if work else {}
    return Slot((name,), name, Progress(agreed=money, **done, states=States(**{state: money}), **more))


def summed(found: Sequence[Slot]) -> Progress:
    return Progress.sum(item.progress for item in found)


@given(projects(), AS_OF_ANY, st.integers(1, 5))
def test_slots_hold_all_that_the_project_does(data: dict[str, Any], as_of: date, most: int) -> None:
    item = project_status(context(data, as_of))
    found = slots(item.milestones, most)
    assert len(found) <= most
    assert summed(found) == item.progress
    for one in found:
        assert sum(amount for _, amount in one.money) == one.progress.agreed + one.progress.overbilled
        assert sum(amount for _, amount in one.work) <= one.progress.agreed
    names = [entry.figures.milestone.id for entry in item.milestones if not entry.figures.milestone.cancelled]
    assert [name for one in found for name in one.ids if name in names] == names


@given(st.lists(st.lists(AMOUNTS, min_size=7, max_size=7), min_size=1, max_size=30), st.integers(60, 10_000))
def test_a_layout_fills_its_units(parts: list[list[Decimal]], units: int) -> None:
    found = [Slot((str(i),), None, Progress(agreed=sum(row, ZERO), states=States(*row))) for i, row in enumerate(parts)]
    drawn = lay_out(found, units, gap=1)
    assert [item.slot for item in drawn] == found
    assert drawn[0].start == 0
    assert drawn[-1].start + drawn[-1].width == units
    for one, other in pairwise(drawn):
        assert other.start == one.start + one.width + 1
    for item in drawn:
        assert item.width >= 1
        at = item.start
        for piece in item.money:
            assert piece.start == at
            at += piece.width
        shown = [state for state, amount in item.slot.money if amount]
        assert at == item.start + item.width if shown else not item.money
        if len(shown) <= item.width:
            assert [piece.state for piece in item.money] == shown


def test_equal_milestones_have_equal_slots_and_a_small_one_is_still_there() -> None:
    found = [slot("M1", "100000000"), slot("M2", "100000000"), slot("M3", "0.01"), slot("M4", "0")]
    assert [item.width for item in lay_out(found, 10_000, least=150)] == [4850, 4850, 150, 150]


def test_above_the_most_neighbours_that_tell_the_same_share_a_slot_then_the_last_ones() -> None:
    entries = project("hooli-app").milestones * 5
    assert [len(one.ids) for one in slots(entries)] == [1] * 29 + [11]
    paid = [entry for entry in entries if entry.figures.milestone.id in ("M1", "M8")]
    retainer = sorted(paid * 4, key=lambda entry: entry.figures.milestone.id)
    assert [one.ids for one in slots(retainer)] == [("M1",) * 20, ("M8",) * 20]


def test_a_cancelled_milestone_has_a_slot_only_where_it_was_billed() -> None:
    assert [one.ids for one in slots(project("umbrella-intranet").milestones)] == [("M1",), ("M2",), ("M3",), ("M5",)]


def test_the_lag_stands_under_its_own_milestone() -> None:
    names, work, money, alarms = slot_bars(slots(project("hooli-app").milestones))
    assert names.split() == [f"M{i}" for i in range(1, 9)]
    assert [work.index("│", names.index(name)) for name in names.split()] == edges(work) == edges(money)
    below = list(zip(names.split(), work.split("│"), money.split("│"), strict=False))
    assert {name: set(done) for name, done, _ in below} == {
        "M1": {"┄"}, **{f"M{i}": {"█"} for i in range(2, 7)}, "M7": {"▒"}, "M8": {" "},
    }  # fmt: skip
    assert {name: "".join(sorted(set(state))) for name, _, state in below} == {
        "M1": "●", "M2": "●", "M3": "▲●", "M4": "▲", "M5": "◐", "M6": "◆", "M7": " ", "M8": " ",
    }  # fmt: skip
    assert alarms == ""


def test_an_overlap_stands_under_its_own_milestone_and_over_no_fact() -> None:
    names, work, money, alarms = slot_bars(slots(project("initech-portal").milestones))
    assert alarms.index("✕") == names.index("M3")
    assert "✕" not in work + money
    done, state = work.split("│")[2], money.split("│")[2]
    assert set(state) == {"◐"}
    assert done.rstrip() == "█" * (len(done) // 2 + len(done) % 2)


@given(st.lists(AMOUNTS, min_size=7, max_size=7), st.integers(1, 60))
def test_small_bars_are_of_one_width_and_show_every_state(parts: list[Decimal], width: int) -> None:
    agreed = sum(parts, ZERO)
    work, money = small_bars(Progress(agreed=agreed, approved=parts[0], states=States(*parts)), width)
    assert len(work) == len(money) == width
    signs = dict(zip(STATES, "●⊘◐▲◆⏸ ", strict=True))
    shown = [signs[state] for state, amount in zip(STATES, parts, strict=True) if amount]
    if len(shown) <= width and agreed:
        assert [sign for i, sign in enumerate(money) if not i or money[i - 1] != sign] == shown


def test_work_is_approved_completed_a_deposit_or_ahead() -> None:
    states = [[state for state, amount in one.work if amount] for one in slots(project("hooli-app").milestones)]
    assert states == [["deposit"], *[["approved"]] * 5, ["completed"], []]
    assert WORK == ("approved", "completed", "deposit")


def test_status_draws_the_slots_at_every_width() -> None:
    view = status(open_workspace(str(ROOT / "example-workspace"), date(2026, 11, 22)), Selection())
    for width in (40, 60, 80, 120):
        lines = text(view, width, colour=False).split("Hooli companion app")[1].splitlines()
        work, money = (next(line for line in lines if label in line) for label in ("delivered  ", "  billed  "))
        assert len(work) == len(money) <= width
        assert edges(work) == edges(money)
    markdown = mtrack("status", ROOT / "example-workspace", "--as-of", "2026-11-22", "--format", "md").out
    assert "billed     ●●●●" in markdown


@pytest.mark.parametrize("command", ["status", "report"])
def test_markdown_says_what_the_signs_of_its_bars_mean(command: str) -> None:
    out = mtrack(command, ROOT / "example-workspace", "--format", "md", "--as-of", "2026-11-22").out
    (said,) = (line for line in out.splitlines() if line.startswith("█ approved; "))
    lines = [line for line in out.splitlines() if line.split()[:1] in (["delivered"], ["billed"], ["✕"])]
    drawn = {sign for line in lines for sign in line if not sign.isalnum()} - set(" │%")
    assert len(drawn) > 8
    assert {part.split(" ")[0] for part in said.split("; ")} == drawn | {"blank:"}
    assert "⏸ on hold" in said
    assert said.endswith("; blank: ahead")


def test_a_terminal_says_what_the_signs_of_its_bars_mean() -> None:
    out = mtrack("status", ROOT / "example-workspace/hooli-app", "--as-of", "2026-11-22").out
    lines = [line for line in out.splitlines() if line.split()[:1] in (["delivered"], ["billed"])]
    drawn = {sign for line in lines for sign in line if not sign.isalnum()} - set(" │")
    assert drawn == set("█▒┄●▲◐◆")
    below = " ".join(out[out.index(lines[1]) + len(lines[1]) : out.index("milestone  ")].split())
    said = "█ approved 69 %, ▒ delivered 7 %, ┄ deposit 14 %, ● paid 31 %, ◐ outstanding 17 %, ▲ overdue 23 %"
    assert below.startswith(f"{said} ◆ USD 10,000.00 to bill")


def test_a_legend_tells_what_is_drawn_and_nothing_else() -> None:
    assert legend([]) == ""
    assert legend(["●● ", "[◐]"]) == "● paid; ◐ outstanding; [◐] retained; blank: ahead"
