"""The report's charts as plain SVG. The milestones' slots are links; all else stands beside its numbers in words and is hidden from screen readers.

Positions are percent of the width, so that a chart fits a phone and a page alike; colours are classes of the
style sheet, because the pages' policy forbids styles in place.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from msgspec import Struct

from mtrack import money
from mtrack.render.templates import clean
from mtrack.views.slots import Slot, lay_out, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtrack.render.wording import Wording
    from mtrack.views.milestone import Lane
    from mtrack.views.months import Month
    from mtrack.views.progress import Progress
    from mtrack.views.slots import Drawn, Piece

ZERO = money.ZERO
UNITS = 10_000
"""A bar's width: hundredths of a percent."""
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")
_LEAST, _GAP = 60, 35
"""The least width of a slot, and the gap, in units."""
_MARK_FROM = 250
"""The width in units from which a part of a bar has room for its mark."""
_NOTES, _NOTE_LINES, _MARK_ROOM = 83, 2, 10
"""Where the notes under the milestones' bars begin, how many lines they may take, and half the width of a mark there."""
_BRACKETS = "M4 1H1v10h3M8 1h3v10H8"
_ROOM = (280, 520, 720, 960)
"""The least width of the milestones' bars in pixels on a phone and on screens from 600, 900 and 1200 pixels."""
_TIMELINE_ROOM = (250, 270, 570, 860)
"""The same of a timeline, which from 600 pixels on has the names beside it."""
_LETTER = 8
"""Pixels that a letter of a label takes at most, in a wide font."""


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """A part of a whole in percent, to two decimals; 0 of nothing, never below 0."""
    if whole <= 0 or part <= 0:
        return ZERO
    percent = _CONTEXT.divide(_CONTEXT.multiply(part, Decimal(100)), whole)
    return percent.quantize(_CENT, context=_CONTEXT)


@cache
def _at(units: int) -> str:
    """A place or a width in percent."""
    whole, rest = divmod(units, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "%"


def _svg(kind: str, height: int, inner: Iterable[str], role: str = 'aria-hidden="true"') -> Markup:
    return Markup(  # noqa: S704  (numbers and our own words; labels are escaped where they are made)
        f'<svg class="{kind}" width="100%" height="{height}" {role}>{"".join(inner)}</svg>'
    )


def _rect(kind: str, start: int, width: int, y: float, height: float) -> str:
    return f'<rect class="{kind}" x="{_at(start)}" y="{y:g}" width="{_at(width)}" height="{height:g}"/>'


def _row(found: Iterable[Piece], y: float, height: float) -> str:
    return "".join(_piece(piece, y, height) for piece in found)


def _piece(piece: Piece, y: float, height: float) -> str:
    """A stretch of one state; what is retained has a bracket at both ends."""
    drawn = _rect(f"s-{piece.state}", piece.start, piece.width, y, height)
    if piece.state != "retained":
        return drawn
    where = f'x="{_at(piece.start)}" y="{y:g}" width="{_at(piece.width)}" height="{height:g}"'
    return (
        drawn
        + f'<svg class="bracket" {where} viewBox="0 0 12 12" preserveAspectRatio="none"><path d="{_BRACKETS}"/></svg>'
    )


@cache
def mark(name: str, label: str = "") -> Markup:
    """A state's mark; `label` only where no word stands beside it."""
    role = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup('<svg class="mark k-{}"{}><use href="#m-{}"/></svg>').format(name, role, name)


def _placed_mark(name: str, at: int, y: float, kind: str = "on") -> str:
    return f'<use class="{kind} k-{name}" href="#m-{name}" x="{_at(at)}" y="{y:g}"/>'


class Note(Struct, frozen=True):
    """What must not be missed about a slot: the milestones in it, a state for its mark, and the words."""

    ids: str
    state: str
    text: str


class SlotBars(Struct, frozen=True):
    """The milestones' bars, and the notes that stand in a list below them up to the screens on which all fit under them."""

    drawing: Markup
    notes: tuple[Note, ...]
    until: str


class _Place(Struct, frozen=True):
    """Where a note stands under its slot: in which line, and whether its words are before its mark."""

    line: int
    before: bool


def slot_bars(
    slots: Sequence[Slot],
    href: Callable[[str], str],
    words: Callable[[Slot], str],
    note: Callable[[Slot], tuple[str, str] | None],
) -> SlotBars:
    """The milestones in slots, work above money, each a link to its record.

    `words` says in full what a slot shows; `note` is a state and what stands under the slot, None for nothing.
    """
    drawn = lay_out(slots, UNITS, least=_LEAST, gap=min(_GAP, UNITS // (8 * max(len(slots), 1))))
    found = ((item, note(item.slot)) for item in drawn)
    noted = [(item.start + item.width // 2, Note(_name(item), *said)) for item, said in found if said is not None]
    step, places = _arranged([(middle, clean(one.text)) for middle, one in noted])
    inner = [_slot(item, href, words) for item in drawn]
    for (middle, one), place in zip(noted, places, strict=True):
        if place is None or step:
            inner.append(_placed_mark(one.state, middle, _NOTES, f"under until{step}"))
        if place is not None:
            inner.append(_note(middle, one, place, f"from{step}"))
    lines = max((place.line + 1 for place in places if place is not None), default=1) if noted else 0
    drawing = _svg("slots", 72 + 20 * lines, inner, 'role="group" aria-label="Milestones, delivered above billed"')
    return SlotBars(drawing, tuple(one for _, one in noted) if step else (), f"until{step}")


def _name(item: Drawn) -> str:
    ids = item.slot.ids
    return ids[0] if len(ids) == 1 else f"{ids[0]}–{ids[-1]}"


def _arranged(notes: Sequence[tuple[int, str]]) -> tuple[int, list[_Place | None]]:
    """The first step of screens on which all notes fit under their slots, and where each stands; else none does."""
    for step, room in enumerate(_ROOM):
        places = _fitted(notes, room)
        if len(places) == len(notes):
            return step, list(places)
    return len(_ROOM), [None] * len(notes)


def _fitted(notes: Sequence[tuple[int, str]], room: int) -> list[_Place]:
    """The places of the notes from the left on, up to the first that has none on so many pixels."""
    places: list[_Place] = []
    ends = [0] * _NOTE_LINES
    for middle, text in notes:
        mark, words = _MARK_ROOM * UNITS // room, (len(text) * _LETTER + _MARK_ROOM) * UNITS // room
        for place in (_Place(line, before) for line in range(_NOTE_LINES) for before in (False, True)):
            start, end = (middle - words, middle + mark) if place.before else (middle - mark, middle + words)
            if start >= ends[place.line] and end <= UNITS:
                ends[place.line] = end
                places.append(place)
                break
        else:
            break
    return places


def _slot(item: Drawn, href: Callable[[str], str], words: Callable[[Slot], str]) -> str:
    inner = _label(_name(item), item.start, item.width)
    for row, y, height in ((item.work, 20, 22), (item.money, 46, 26)):
        inner += _rect("track", item.start, item.width, y, height) + _row(row, y, height)
    return f'<a href="{escape(href(item.slot.ids[0]))}"><title>{escape(clean(words(item.slot)))}</title>{inner}</a>'


def _label(text: str, start: int, width: int) -> str:
    """A slot's name over it, on the screens where it has room."""
    kind = _from(text, width)
    return "" if kind is None else f'<text class="label {kind}" x="{_at(start)}" y="13">{escape(clean(text))}</text>'


def _from(text: str, units: int) -> str | None:
    """The class of a text that has so many units of room: the screens on which it shows; None where on none."""
    need = (len(text) * _LETTER + 4) * UNITS
    for step, room in enumerate(_ROOM):
        if need <= units * room:
            return f"from{step}"
    return None


def _note(middle: int, note: Note, place: _Place, kind: str) -> str:
    """A note under its slot: a mark and the words beside it."""
    y = _NOTES + 18 * place.line
    aside = 'dx="-10" text-anchor="end"' if place.before else 'dx="10"'
    return _placed_mark(note.state, middle, y, f"under {kind}") + (
        f'<text class="label k-{note.state} {kind}" x="{_at(middle)}" {aside} y="{y + 4}">{escape(clean(note.text))}</text>'
    )


def state_bar(progress: Progress, height: int = 24) -> Markup:
    """The agreed amount as one bar of the seven states, each with its mark where it has room."""
    row = pieces(Slot((), None, progress).money, 0, UNITS)
    inner = [_row(row, 0, height)]
    inner += [
        _placed_mark(piece.state, piece.start + piece.width // 2, height / 2)
        for piece in row
        if piece.width >= _MARK_FROM
    ]
    return _svg("bar", height, inner)


def small_bars(progress: Progress) -> Markup:
    """Work above money in a row of a table: the states one after another, whatever milestone they are of."""
    if progress.agreed <= 0 and not progress.overbilled:
        return _svg("two", 17, [_rect("track", 0, UNITS, 0, 8), _rect("track", 0, UNITS, 10, 7)])
    (drawn,) = lay_out([Slot((), None, progress)], UNITS)
    inner = [_rect("track", 0, UNITS, 0, 7), _row(drawn.work, 0, 7), _row(drawn.money, 9, 8)]
    return _svg("two", 17, inner)


def row_bar(parts: Iterable[tuple[str, Decimal]], whole: Decimal, height: int = 6) -> Markup:
    """Parts one after another on the scale that all cells of a table share."""
    parts = tuple(parts)
    width = int(money.scaled(percent_of(money.total(amount for _, amount in parts), whole), 2))
    return _svg("rowbar", height, [_row(pieces(parts, 0, min(width, UNITS)), 0, height)])


def columns(months: Sequence[Month], wording: Wording, scale: str, height: int = 132) -> Markup:
    """Billed beside received by month, as columns; `scale` is the largest amount in words, which the top line is at."""
    top = max((max(month.billed, month.received, ZERO) for month in months), default=ZERO)
    floor, roof = height - 32, 16
    slot = UNITS // max(len(months), 1)
    names = [wording.short_month(month.first) for month in months]
    step = max(map(len, names), default=1) // 5 + 1  # of months with long names only some are written
    inner = [
        f'<rect class="grid" x="0" y="{roof}" width="100%" height="1"/>',
        f'<text class="label" x="0" y="{roof - 4}">{escape(scale)}</text>',
        f'<rect class="axis" x="0" y="{floor}" width="100%" height="1"/>',
    ]
    year = None
    for i, month in enumerate(months):
        for offset, kind, amount in ((16, "s-billed", month.billed), (50, "s-paid", month.received)):
            size = percent_of(amount, top) * (floor - roof) / 100
            if size > 0:
                tall = max(int(size), 1)
                inner.append(_rect(kind, slot * i + slot * offset // 100, slot * 30 // 100, floor - tall, tall))
        if i % step == 0:
            kind = "label alt" if step == 1 and i % 2 else "label"  # a phone has room for every second one
            inner.append(
                f'<text class="{kind}" x="{_at(slot * i + slot // 2)}" y="{floor + 14}" text-anchor="middle">{escape(names[i])}</text>'
            )
        if month.first.year != year and (i + 1 == len(months) or months[i + 1].first.year == month.first.year):
            year = month.first.year  # of a single month there is no room for its year beside the next
            inner.append(f'<text class="label" x="{_at(slot * i)}" y="{floor + 28}">{year}</text>')
    return _svg("columns", height, inner)


class Axis(Struct, frozen=True):
    """The days a timeline shows, both ends included."""

    start: date
    end: date

    def at(self, day: date) -> int:
        """The position of a day, in hundredths of a percent; a day outside lies at its end."""
        length = self.length
        days = min(max((day - self.start).days, 0), length)
        return (2 * days * UNITS + length) // (2 * length)

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


@lru_cache(maxsize=8)
def months_on(axis: Axis) -> tuple[date, ...]:
    """The months to mark on an axis: all, or every second, third, sixth or twelfth where there are many."""
    first = axis.start.year * _MONTHS + axis.start.month - 1
    last = axis.end.year * _MONTHS + axis.end.month - 1
    count = last - first + 1
    step = next((step for step in (1, 2, 3, 6, 12) if count <= step * _LONG), _MONTHS * (count // 100 + 1))
    return tuple(
        date(index // _MONTHS, index % _MONTHS + 1, 1)
        for index in range(first, last + 1)
        if index % step == 0 and index // _MONTHS >= 1
    )


def ruler(axis: Axis, as_of: date, wording: Wording) -> Markup:
    """The head of a timeline: months, with the year at its first one, and today."""
    inner: list[str] = []
    today = axis.at(as_of)
    labels: list[tuple[int, str, bool]] = []
    year = None
    for month in months_on(axis):
        at = axis.at(month)
        inner.append(f'<rect class="grid" x="{_at(at)}" y="22" width="1" height="6"/>')
        text = wording.short_month(month) if month.year == year else wording.month(month)
        labels.append((at, text, month.year != year))
        year = month.year
    for at, text, kind in _fitting(labels):
        inner.append(f'<text class="label {kind}" x="{_at(at)}" dx="3" y="23">{escape(text)}</text>')
    anchor = "end" if today > UNITS // 2 else "start"
    inner.append(f'<text class="label now" x="{_at(today)}" y="11" text-anchor="{anchor}">')
    inner.append(f"{escape(wording.day(as_of))}</text>")
    inner.append(f'<rect class="today" x="{_at(today)}" y="14" width="1.5" height="14"/>')
    return _svg("ruler", 28, inner)


def _fitting(labels: Sequence[tuple[int, str, bool]]) -> Iterator[tuple[int, str, str]]:
    """Labels with the class of the screens on which each has room beside those that have; years come first."""
    order = sorted(labels, key=lambda label: not label[2])
    chosen: list[tuple[int, str]] = []
    for step, room in enumerate(_TIMELINE_ROOM):
        for at, text, _ in order:
            fits = (at, text) not in chosen and _end(at, text, room) <= UNITS
            if fits and all(_apart(at, text, *other, room) for other in chosen):
                chosen.append((at, text))
                yield at, text, f"from{step}"


def _end(at: int, text: str, room: int) -> int:
    """The end of a label, in hundredths of a percent, on an axis of so many pixels."""
    return at + (len(text) * _LETTER + 6) * UNITS // room


def _apart(at: int, text: str, other: int, other_text: str, room: int) -> bool:
    return _end(at, text, room) <= other if at < other else _end(other, other_text, room) <= at


def grid(axis: Axis, as_of: date) -> Markup:
    """The background of all lanes of a timeline: the months and today."""
    inner = [f'<rect class="grid" x="{_at(axis.at(month))}" width="1" height="100%"/>' for month in months_on(axis)]
    inner.append(f'<rect class="today" x="{_at(axis.at(as_of))}" width="1.5" height="100%"/>')
    return Markup('<svg class="behind" aria-hidden="true">{}</svg>').format(Markup("".join(inner)))  # noqa: S704


def lane(item: Lane, axis: Axis, height: int = 28) -> Markup:
    """A milestone's days on the axis: what the money was waiting for between them, and a mark for each."""
    middle = height // 2
    inner: list[str] = []
    for stretch in item.stretches:
        start, end = axis.at(stretch.start), axis.at(stretch.end)
        where = f'x="{_at(start)}" y="{middle - 4}" width="{_at(end - start)}"'
        inner.append(f'<rect class="s-{stretch.state}" {where} height="8"/>')
    inner += [
        f'<use class="e-{name}" href="#e-{name}" x="{_at(axis.at(day))}" y="{middle}"/>' for name, day in item.events
    ]
    return _svg("lane", height, inner)
