"""The two bars in block characters, for the terminal and Markdown: what is delivered above what is billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from mtrack.render.wording import DISPUTED_MARK, OVERLAP_MARK, RETAINED_MARK, STATES
from mtrack.views.slots import Drawn, Piece, Slot, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.views.progress import Progress

WIDTH = 60
SMALL = 30
"""Columns of the bars of one project, and of each in a list."""
WORK = {"approved": ("█", "approved"), "completed": ("▒", "delivered"), "deposit": ("┄", "deposit")}
"""The states of work: mark and word."""
_SIGNS = {
    **{state: mark for state, (mark, _) in (WORK | STATES).items()},
    "ahead": " ",
    "disputed": DISPUTED_MARK,
}
_WORDS = {
    **dict(WORK.values()),
    WORK["completed"][0]: "delivered, not approved",
    **{mark: word for mark, word in STATES.values() if mark in _SIGNS.values()},
    DISPUTED_MARK: "disputed",
    RETAINED_MARK[0]: "retained",
    OVERLAP_MARK: "overbilled",
}
_MARKS = {RETAINED_MARK[0]: RETAINED_MARK}
"""The words of the signs, and the mark of what goes by its first sign."""


def legend(lines: Iterable[str]) -> str:
    """The signs in lines of bars with their words: "█ approved; ● paid; blank: ahead"; empty where there are none."""
    drawn = set().union(*lines)
    words = [f"{_MARKS.get(sign, sign)} {word}" for sign, word in _WORDS.items() if sign in drawn]
    return "; ".join([*words, f"blank: {STATES['ahead'][1]}"] if drawn else [])


def slot_bars(slots: Sequence[Slot], width: int = WIDTH) -> tuple[str, str, str, str]:
    """A project's milestones in slots: their ids, their work, below it their money, and ✕ under one that is overbilled.

    The first and the last line end early, and are empty where they say nothing.
    """
    drawn = lay_out(slots, width - 1, gap=1)
    names, work, money, alarms = ([" "] * width for _ in range(4))
    for item in drawn:
        _write(names, item.start, _name_of(item))
        _fill(work, item.work)
        _fill(money, item.money)
        if item.slot.progress.overbilled:
            _write(alarms, item.start, OVERLAP_MARK)
        work[item.start + item.width] = money[item.start + item.width] = "│"
    return "".join(names).rstrip(), "".join(work), "".join(money), "".join(alarms).rstrip()


def _name_of(item: Drawn) -> str:
    """The name of a slot, where it has room: never cut."""
    ids = item.slot.ids
    names = (f"{ids[0]}–{ids[-1]}", f"+{len(ids)}") if len(ids) > 1 else ids
    return next((name for name in names if cell_len(name) <= item.width), "")


def _fill(line: list[str], found: Iterable[Piece]) -> None:
    for piece in found:
        line[piece.start : piece.start + piece.width] = _signs(piece)


def _signs(piece: Piece) -> list[str]:
    """A character per column; what is retained stands in brackets, as far as there is room for both."""
    if piece.state != "retained":
        return [_SIGNS[piece.state]] * piece.width
    begin, inside, end = list(RETAINED_MARK)
    return [begin, *[inside] * (piece.width - 2), end][: piece.width]


def _write(line: list[str], start: int, text: str) -> None:
    line[start : start + len(text)] = text


def small_bars(progress: Progress, width: int = SMALL) -> tuple[str, str]:
    """Work and money of a project in a list: its states one after another, whatever milestone they are of."""
    slot = Slot((), None, progress)
    work, money = [" "] * width, [" "] * width
    for item in lay_out([slot], width):
        _fill(work, item.work)
        _fill(money, item.money)
    return "".join(work), "".join(money)
