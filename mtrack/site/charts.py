"""The report's charts as plain SVG. Each stands beside its numbers in words, so all are hidden from screen readers.

Positions are percent of the width, so that a chart fits a phone and a page alike; colours are classes of the
style sheet, because the pages' policy forbids styles in place.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.render.wording import Wording
    from mtrack.views.milestone import Lane
    from mtrack.views.months import Month
    from mtrack.views.progress import Progress

ZERO = money.ZERO
_TEXTURED = ("written_off", "overdue", "to_bill", "disputed")
"""The states told apart by a texture too."""
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")
_MOST_ROOM = Decimal("1.25")
_MARK_FROM = Decimal("2.5")
"""The width in percent from which a part has room for its mark."""


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """A part of a whole in percent, to two decimals; 0 of nothing, never below 0."""
    if whole <= 0 or part <= 0:
        return ZERO
    percent = _CONTEXT.divide(_CONTEXT.multiply(part, Decimal(100)), whole)
    return percent.quantize(_CENT, context=_CONTEXT)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _svg(kind: str, height: int, inner: Iterable[str]) -> Markup:
    return Markup(  # noqa: S704  (numbers and our own words; labels are escaped where they are made)
        f'<svg class="{kind}" width="100%" height="{height}" aria-hidden="true" focusable="false">{"".join(inner)}</svg>'
    )


def _rect(kind: str, start: Decimal, width: Decimal, y: float, height: float) -> str:
    return f'<rect class="{kind}" x="{_plain(start)}%" y="{y:g}" width="{_plain(width)}%" height="{height:g}"/>'


@cache
def mark(name: str, label: str = "") -> Markup:
    """A state's mark; `label` only where no word stands beside it."""
    role = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup('<svg class="mark k-{}" width="12" height="12"{} focusable="false"><use href="#m-{}"/></svg>').format(
        name, role, name
    )


def _placed_mark(name: str, at: Decimal, y: float) -> str:
    return (
        f'<svg x="{_plain(at)}%" y="{y:g}" overflow="visible">'
        f'<use class="on k-{name}" href="#m-{name}" x="-6" y="-6" width="12" height="12"/></svg>'
    )


def _laid(parts: Iterable[tuple[str, Decimal]], whole: Decimal) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Parts one after another: state, start and width in percent; parts too small to draw are left out."""
    at = ZERO
    for state, part in parts:
        width = percent_of(part, whole)
        if width:
            yield state, at, width
            at += width


def _filled(  # noqa: PLR0913
    state: str, at: Decimal, width: Decimal, y: float, height: float, disputed: Decimal = ZERO
) -> str:
    """A part in its colour and texture; of what is outstanding the end is crossed as far as it is disputed."""
    part = _rect(f"s-{state}", at, width, y, height)
    if state in _TEXTURED:
        return part + _rect(f"t-{state}", at, width, y, height)
    if state == "outstanding" and disputed:
        crossed = min(disputed, width)
        return part + _rect("t-disputed", at + width - crossed, crossed, y, height)
    return part


def _over(progress: Progress, whole: Decimal, y: float, height: float) -> Iterator[str]:
    """The alarm over what is billed beyond the agreed, and the line where the agreed ends."""
    if progress.overbilled > 0:
        width = percent_of(progress.overbilled, whole)
        start = max(percent_of(progress.states.billed, whole) - width, ZERO)
        yield _rect("s-alarm", start, width, y + 1, height - 2)
        yield _placed_mark("alarm", start + width / 2, y + height / 2)
        end = percent_of(progress.agreed, whole)
        yield f'<rect class="end" x="{_plain(end)}%" y="{y:g}" width="2" height="{height:g}"/>'


def sum_bar(progress: Progress, height: int = 32) -> Markup:
    """What is agreed as one bar of the seven states; what is billed beyond it is outlined, and a line marks the end."""
    parts = list(progress.parts.items())
    whole = money.total(part for _, part in parts)
    disputed = percent_of(progress.states.disputed, whole)
    inner: list[str] = []
    for state, at, width in _laid(parts, whole):
        inner.append(_filled(state, at, width, 0, height, disputed))
        if width >= _MARK_FROM:
            inner.append(_placed_mark(state, at + width / 2, height / 2))
    inner.extend(_over(progress, whole, 0, height))
    return _svg("bar", height, inner)


def reach(progress: Progress) -> Decimal:
    """How far the two bars reach, as an amount: the agreed one, or what is billed where that is more."""
    states = progress.states
    return max(progress.agreed, money.total((states.billed, states.to_bill, states.on_hold)))


def room_of(items: Iterable[Progress]) -> Decimal:
    """How much more than the agreed amounts the bars of a table have room for, so that its rows align."""
    reaches = [_CONTEXT.divide(reach(item), item.agreed) for item in items if item.agreed > 0]
    return min(max(reaches, default=Decimal(1)), _MOST_ROOM)


def two_bars(
    progress: Progress, boundaries: Sequence[Decimal] = (), room: Decimal = Decimal(1), height: int = 12
) -> Markup:
    """Delivery above billing on one scale.

    `boundaries` are the milestones' ends; `room` is how much more than the agreed amount the scale holds, so that
    the rows of a table align. Where that is too little, more is made: nothing is clipped.
    """
    whole = max(_CONTEXT.multiply(progress.agreed, room), reach(progress))
    gap = 3
    top, below = 0, height + gap
    agreed = percent_of(progress.agreed, whole)
    inner = [_rect("track", ZERO, agreed, top, height), _rect("track", ZERO, agreed, below, height)]
    approved = percent_of(progress.approved, whole)
    if approved:
        inner.append(_rect("s-approved", ZERO, approved, top, height))
    disputed = percent_of(progress.states.disputed, whole)
    inner.extend(_filled(*part, below, height, disputed) for part in _laid(list(progress.parts.items())[:-1], whole))
    for boundary in boundaries:
        where = percent_of(boundary, whole)
        if ZERO < where < agreed:
            inner.append(f'<rect class="tick" x="{_plain(where)}%" y="0" width="1" height="{2 * height + gap}"/>')
    inner.extend(_over(progress, whole, below, height))
    return _svg("two", 2 * height + gap, inner)


def row_bar(parts: Iterable[tuple[str, Decimal]], whole: Decimal, height: int = 14) -> Markup:
    """A table row's bar: the parts one after another on the scale that all rows of the table share."""
    return _svg("rowbar", height, (_filled(*part, 0, height) for part in _laid(parts, whole)))


def columns(months: Sequence[Month], wording: Wording, height: int = 128) -> Markup:
    """Billed beside received by month, as columns."""
    top = max((max(month.billed, month.received, ZERO) for month in months), default=ZERO)
    floor = height - 20
    slot = Decimal(100) / len(months)
    inner = [f'<rect class="axis" x="0" y="{floor}" width="100%" height="1"/>']
    for i, month in enumerate(months):
        start = (slot * i).quantize(_CENT)
        for state, amount, offset in (("billed", month.billed, "0.14"), ("paid", month.received, "0.52")):
            tall = percent_of(amount, top) * (floor - 6) / 100
            inner.append(_column(state, start + slot * Decimal(offset), slot * Decimal("0.34"), tall, floor))
        middle = (start + slot / 2).quantize(_CENT)
        inner.append(
            f'<text class="label" x="{_plain(middle)}%" y="{height - 5}" text-anchor="middle">'
            f"{escape(wording.short_month(month.first))}</text>"
        )
    return _svg("columns", height, inner)


def _column(state: str, start: Decimal, width: Decimal, tall: Decimal, floor: int) -> str:
    """A column that stands on the floor, at least a pixel high; nothing for nothing."""
    if not tall:
        return ""
    tall = max(tall, Decimal(1)).quantize(Decimal("0.1"))
    start, width = (part.quantize(_CENT) for part in (start, width))
    return (
        f'<rect class="s-{state}" x="{_plain(start)}%" y="{_plain(floor - tall)}" width="{_plain(width)}%" '
        f'height="{_plain(tall)}"/>'
    )


class Axis(Struct, frozen=True):
    """The days a timeline shows, both ends included."""

    start: date
    end: date

    def at(self, day: date) -> Decimal:
        """Where a day lies, in percent; a day outside lies at its end."""
        days = min(max((day - self.start).days, 0), self.length)
        return percent_of(Decimal(days), Decimal(self.length))

    @property
    def length(self) -> int:
        """Days from end to end, at least 1."""
        return max((self.end - self.start).days, 1)


def axis_of(lanes: Iterable[Lane], as_of: date) -> Axis:
    """An axis that holds every day of the lanes and today, from the first of a month."""
    days = [day for lane in lanes for _, day in lane.events]
    days += [stretch.end for lane in lanes for stretch in lane.stretches]
    days.append(as_of)
    start, end = min(days), max(days)
    margin = max((end - start).days // 40, 2)
    first = start.replace(day=1)
    last = end.toordinal() + margin
    return Axis(first, date.fromordinal(min(last, date.max.toordinal())))


_LONG, _MONTHS = 12, 12


def months_on(axis: Axis) -> list[date]:
    """The months to mark on an axis: all, or every second, third, sixth or twelfth where there are many."""
    first = axis.start.year * _MONTHS + axis.start.month - 1
    last = axis.end.year * _MONTHS + axis.end.month - 1
    count = last - first + 1
    step = next((step for step in (1, 2, 3, 6, 12) if count <= step * _LONG), _MONTHS * (count // 100 + 1))
    return [
        date(index // _MONTHS, index % _MONTHS + 1, 1)
        for index in range(first, last + 1)
        if index % step == 0 and index // _MONTHS >= 1
    ]


def ruler(axis: Axis, as_of: date, wording: Wording) -> Markup:
    """The head of a timeline: months, with the year at its first one, and today."""
    inner: list[str] = []
    year = None
    today = axis.at(as_of)
    for place, month in enumerate(months_on(axis)):
        at = axis.at(month)
        kind = "label alt" if place % 2 else "label"  # a phone has room for every second one
        text = wording.short_month(month) if month.year == year else wording.month(month)
        year = month.year
        inner.append(f'<rect class="grid" x="{_plain(at)}%" y="22" width="1" height="6"/>')
        if at <= Decimal(94):  # a label further right would be cut
            inner.append(f'<text class="{kind}" x="{_plain(at)}%" dx="3" y="26">{escape(text)}</text>')
    anchor = "end" if today > Decimal(50) else "start"
    inner.append(f'<text class="label now" x="{_plain(today)}%" y="11" text-anchor="{anchor}">')
    inner.append(f"{escape(wording.day(as_of))}</text>")
    inner.append(f'<rect class="today" x="{_plain(today)}%" y="14" width="1.5" height="14"/>')
    return _svg("ruler", 28, inner)


def lane(item: Lane, axis: Axis, as_of: date, height: int = 30) -> Markup:
    """A milestone's days on the axis: what the money was waiting for between them, and a mark for each."""
    middle = height / 2
    inner = [
        f'<rect class="grid" x="{_plain(axis.at(month))}%" y="0" width="1" height="{height}"/>'
        for month in months_on(axis)
    ]
    inner.append(f'<rect class="today" x="{_plain(axis.at(as_of))}%" y="0" width="1.5" height="{height}"/>')
    for stretch in item.stretches:
        start, end = axis.at(stretch.start), axis.at(stretch.end)
        inner.append(_filled(stretch.state, start, end - start, middle - 4, 8))
    for name, day in item.events:
        inner.append(
            f'<svg x="{_plain(axis.at(day))}%" y="{middle:g}" overflow="visible">'
            f'<use class="on e-{name}" href="#e-{name}" x="-7" y="-7" width="14" height="14"/></svg>'
        )
    return _svg("lane", height, inner)
