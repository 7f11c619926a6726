"""Schedules in sentences: "EUR 5,000 on signing and EUR 7,000 on delivery", "ten instalments of EUR 400", "four equal parts"."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mtrack import money
from mtrack.verify import equal_parts, names, places, shares
from mtrack.verify.dates import dates
from mtrack.verify.spots import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.verify.documents.document import Row
    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

_MOST = 60
"""Instalments of one schedule."""
_LINES = 12
"""Lines of a page that a schedule in sentences may run over."""
_BEFORE, _MAX_NAME = 120, 200
_MAX_TEXT = 5_000
_OF = r"\s*,?\s*(?:each\s+)?(?:of|at|von|zu(?:\s+je)?|je|uber|a|de|di|da|van|om)\s+(?:[A-Za-z]{0,3}[$€£¥]\s*|[A-Z]{3}\s*)?$"
_TIMES = re.compile(
    rf"(?<![\d.,])\b(?P<n>{equal_parts.NUMBER}){equal_parts.AGAIN}\s*(?:(?!(?:and|und|et|y|en|{equal_parts.NUMBER})\b)[^\W\d]+\s+){{0,2}}{equal_parts.PART}{_OF}",
    re.IGNORECASE,
)
"""What stands before an amount that is paid so many times."""
_EQUAL = re.compile(rf"{equal_parts.EQUAL}\s+(?:\w+\s+)?{equal_parts.PART}{_OF}", re.IGNORECASE)
"""What stands before an amount that is paid as often as the total holds it."""
_IN_PARTS = re.compile(
    rf"\b(?:{equal_parts.PART}|(?:as|wie|como|come|zoals|enligt)\s+(?:follows|folgt|sigue|segue|volgt|foljer)|comme\s+suit)\b",
    re.IGNORECASE,
)
"""Words between a total and its parts: half of a sum is paid first as often as a sum is named before its parts."""
_STOP = re.compile(r"(?<=[\w)\]€$£%])[.;](?=\s|$)")
_END = re.compile(rf"{_STOP.pattern}|:(?=\s|$)")
_AND = r"(?:and|und|et|y|e|en|och|og|sowie|plus|then|dann|puis)"
_JOINS = re.compile(
    rf"^[\s,;:–—-]+|^{_AND}\s+|^(?:is|are|ist|sind|will\s+be|shall\s+be|to\s+be|wird|werden)\s+|^(?:due|payable|paid|fällig|zahlbar|payables?)\b\s*"
    rf"|[\s,;:(–—-]+$|(?:^|[\s,;]){_AND}(?:\s+(?:a|an|the|another|further|weitere|un|une|una))*\s*$"
    r"|\b(?:in\s+)?(?:the\s+)?(?:amount|sum|Höhe|montant)\s+(?:of|von|de)\s*$"
    r"|,\s+(?:each|in\s+each\s+case|jeweils|payable|zahlbar|fällig|due|within|innert|innerhalb|binnen|chacune?|payables?)\b.*$",
    re.IGNORECASE,
)
"""What joins the parts of a sentence, at the ends of what stands between two amounts."""
_LEADS = re.compile(
    r"^.*\b(?:(?:instal?lments?|payments?|raten|zahlungen|versements|cuotas|pagos|rate|pagamenti|termijnen)\s*[,:]\s*"
    r"|(?:payable|paid|zahlbar|fällig|payables?|pagaderos?)\s+(?:in|as|en|als)\s+(?:(?:an?|one|einer?|une?)\s+)?)",
    re.IGNORECASE,
)
"""What leads to the first of them: "in two instalments:"."""
_SPLIT = re.compile(rf"\s*[,;]\s*(?:{_AND}\s)?\s*|\s+{_AND}\s+", re.IGNORECASE)
_LESS = re.compile(
    r"\b(?:less|minus|discount|rebate|rabatt|nachlass|abzüglich|abzgl|moins|remise|rabais|menos|descuento|meno|sconto|korting)\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")


class Instalments(NamedTuple):
    """The amounts of a schedule in sentences, each with its name; an amount that is paid several times stands there as often."""

    spots: list[Spot]
    names: tuple[str, ...]
    total: Decimal
    of_shares: bool = False


class _Part(NamedTuple):
    """An amount of a paragraph, and where it stands in it; `times` is how often it is paid, None as often as fits."""

    spot: Spot
    start: int
    end: int
    times: int | None
    leads: int
    """Where the words of how often it is paid begin: else as `start`."""


def schedules(papers: Papers, spots: list[Spot], percentages: list[Spot], stated: Spot | None) -> Iterator[Instalments]:
    """The schedules in the sentences of the papers whose amounts come to one that the sentence, or the paper, states.

    `spots` are amounts of money, `percentages` those of the `stated` total of the papers, which decides between several.
    """
    whole = None if stated is None else stated.amount.values[0]
    found = [one for text, parts in _paragraphs(papers, spots) for one in _of_paragraph(text, parts, whole)]
    if len({one.total for one in found}) > 1:
        found = [one for one in found if one.total == whole]
    yield from found
    if stated is not None:
        yield from _of_shares(papers, percentages, stated)
        yield from _divided(papers, spots, stated)


def _paragraphs(papers: Papers, spots: list[Spot]) -> Iterator[tuple[str, list[_Part]]]:
    """The texts that run over the lines of a page, or stand in one row, with their amounts, where these are several."""
    rows = papers.rows
    last = -1
    run: list[Spot] = []
    for spot in [*spots, None]:
        if spot is not None and (
            spot.table is not None or len(rows[spot.row].cells) > 1 or places.is_beside(spot, in_clause=True)
        ):
            continue
        if run and (spot is None or not _goes_on(rows, last, spot.row) or spot.row - run[0].row > _LINES):
            yield from _paragraph(rows, run)
            run = []
        if spot is not None:
            run.append(spot)
            last = spot.row


def _goes_on(rows: list[Row], first: int, last: int) -> bool:
    """Whether the rows from one to another are lines of one text on a page, or one row."""
    between = rows[first : last + 1]
    return all(
        below.number == above.number + 1 and below.page == above.page is not None and len(above.cells) == 1
        for above, below in pairwise(between)
    )


def _paragraph(rows: list[Row], run: list[Spot]) -> Iterator[tuple[str, list[_Part]]]:
    first, last = run[0].row, run[-1].row
    while first > 0 and run[0].row - first < 2 and _goes_on(rows, first - 1, first):  # noqa: PLR2004  (a sentence may begin above)
        first -= 1
    while last + 1 < len(rows) and last - run[-1].row < 2 and _goes_on(rows, last, last + 1):  # noqa: PLR2004
        last += 1
    begins: list[int] = []
    text = ""
    for row in rows[first : last + 1]:
        begins.append(len(text))
        text += f"{row.text} "
    if len(text) > _MAX_TEXT:
        return
    parts: list[_Part] = []
    for spot in run:
        start = begins[spot.row - first] + spot.at
        before = names.fold(text[max(0, start - _BEFORE) : start])
        found = _TIMES.search(before) or _EQUAL.search(before)
        times: int | None = 1
        if found is not None:
            times = equal_parts.number(found["n"]) if "n" in found.re.groupindex else None
        leads = start if found is None else max(start - (len(before) - found.start()), 0)
        parts.append(_Part(spot, start, start + len(spot.amount.raw), times, leads))
    yield text, parts


def _of_paragraph(text: str, parts: list[_Part], stated: Decimal | None) -> Iterator[Instalments]:
    for i, total in enumerate(parts):
        whole, is_named = _value(total), TOTAL.search(total.spot.clause or total.spot.rest)
        behind = text[total.end : parts[i + 1].start] if i + 1 < len(parts) else ""
        if is_named or _IN_PARTS.search(names.fold(behind)):
            yield from _named(text, parts, _up_to(parts[i + 1 :], whole), whole)
        if is_named and i:
            yield from _named(text, parts, _up_to(parts[i - 1 :: -1], whole)[::-1], whole)
        if stated is not None:
            yield from _named(text, parts, _up_to(parts[i:], stated), stated)


def _of_shares(papers: Papers, percentages: list[Spot], stated: Spot) -> Iterator[Instalments]:
    """The percentages of a sentence that come to 100, as the amounts that they are of the total."""
    for text, parts in _paragraphs(papers, percentages):
        for i in range(len(parts)):
            for found in _named(text, parts, _up_to(parts[i:], shares.WHOLE), shares.WHOLE):
                spots = shares.of_total(found.spots, stated)
                if spots is not None:
                    yield Instalments(spots, found.names, stated.amount.values[0], of_shares=True)


def _value(part: _Part) -> Decimal:
    return part.spot.amount.values[0]


def _up_to(parts: list[_Part], total: Decimal) -> list[tuple[_Part, int]]:
    """The first parts that come to a total, each with how often it is paid; none where they don't, or are one."""
    left, found = total, list[tuple[_Part, int]]()
    for part in parts[:_MOST]:
        value = _value(part)
        times = part.times
        if value <= 0 or left <= 0:
            break
        if times is None:
            times = next((n for n in range(2, _MOST + 1) if money.times(value, Decimal(n)) == left), 1)
        found.append((part, times))
        left = money.minus(left, money.times(value, Decimal(times)))
    several = sum(times for _, times in found)
    return found if not left and 1 < several <= _MOST else []


def _named(text: str, parts: list[_Part], found: list[tuple[_Part, int]], total: Decimal) -> Iterator[Instalments]:
    """The instalments with their names: what stands behind each amount, or before it where nothing stands behind the last."""
    if not found or not _is_plain(text, parts, [part for part, _ in found], total):
        return
    ends = [part.leads for part in parts] + [len(text)]
    behind: dict[int, str] = {}
    for part, _ in found:
        end = _END.search(text, part.end)
        following = min(place for place in ends if place >= part.end)
        ends_at = min(following, end.start() if end else following, part.end + _MAX_NAME)
        behind[part.start] = text[part.end : ends_at]
    is_before = not _LETTER.search(_bare(behind[found[-1][0].start]))
    spots: list[Spot] = []
    called: list[str] = []
    for part, times in found:
        if times > 1:
            called += _of_times(behind[part.start], times, len(spots))
        else:
            before = text[_sentence(text, part.leads) : part.leads]
            previous = max((other.end for other in parts if other.end <= part.leads), default=0)
            before = before[-(part.leads - previous) :] if previous < part.leads else ""
            name = _bare(before if is_before else behind[part.start]) or (_bare(before) if not spots else "")
            called.append(name if _LETTER.search(name) else f"Instalment {len(spots) + 1}")
        spots += [part.spot] * times
    yield Instalments(spots, tuple(called), total)


def _is_plain(text: str, parts: list[_Part], found: list[_Part], total: Decimal) -> bool:
    """Whether the sentence, or the heading above, speaks of paying; and it has no further amounts, and takes nothing off."""
    end = _END.search(text, found[-1].end)
    last = end.start() if end else len(text)
    sentence = range(_sentence(text, found[0].leads), last)
    others = any(part.start in sentence and part not in found and _value(part) != total for part in parts)
    if others or _LESS.search(text, sentence.start, last):
        return False
    said = text[_sentence(text, found[0].leads, _STOP) : last]
    return shares.PAID.search(said) is not None or shares.PAID.search(found[0].spot.heading) is not None


def _sentence(text: str, end: int, after: re.Pattern[str] = _END) -> int:
    """Where the sentence begins, `after` the end of another, that goes on at a place."""
    first = max(0, end - _MAX_NAME)
    return max((match.end() for match in after.finditer(text, first, end)), default=first)


def _of_times(behind: str, times: int, before: int) -> list[str]:
    """The names of an amount that is paid several times: the days that follow, where they are as many."""
    days = [behind[day.start : day.end] for day in dates(behind)]
    return days if len(days) == times else [f"Instalment {before + i}" for i in range(1, times + 1)]


def _bare(text: str) -> str:
    """The text without what joins it to others; a name has no more than a line."""
    text = _LEADS.sub("", text)
    while True:
        shorter = _JOINS.sub("", text.strip())
        if shorter == text:
            return " ".join(text.split())[:_MAX_NAME]
        text = shorter


def _divided(papers: Papers, spots: list[Spot], stated: Spot) -> Iterator[Instalments]:
    """The total in so many equal parts, with the names that follow: in the sentence, or as many rows below."""
    total = stated.amount.values[0]
    for division in equal_parts.divisions(papers, spots):
        amounts = {spot.amount.values[0] for spot in division.spots} or {total}
        if amounts != {total}:
            continue
        equal = equal_parts.parts(total, division.parts, next(iter(stated.amount.currencies), ""))
        text = papers.rows[division.row].text
        called = _after_colon(text, division.parts) or _rows_below(papers, division.row, division.parts, spots)
        called = called or [f"Instalment {i}" for i in range(1, division.parts + 1)]
        yield Instalments([shares.worth(stated, part, stated) for part in equal], tuple(called), total)


def _after_colon(text: str, count: int) -> list[str]:
    """The names that stand behind a colon, up to the end of the sentence; none where they are not so many."""
    _, colon, rest = text.partition(":")
    end = _END.search(rest)
    found = [part.strip() for part in _SPLIT.split(rest[: end.start()] if end else rest)] if colon else []
    return found if len(found) == count and all(map(_LETTER.search, found)) else []


def _rows_below(papers: Papers, row: int, count: int, spots: list[Spot]) -> list[str]:
    """The rows below a sentence, up to a gap: where they are as many, and have no amounts."""
    with_amounts = {spot.row for spot in spots}
    rows = papers.rows
    first = row + 1
    end = first
    while (
        end < len(rows)
        and end - first <= count
        and end not in with_amounts
        and not rows[end].heading
        and rows[end].page == rows[row].page
        and (end == first or rows[end].number - rows[end - 1].number == 1)
    ):
        end += 1
    found = [names.without_label(places.ITEM.sub("", rows[i].text)).strip(" .;,") for i in range(first, end)]
    return found if len(found) == count and all(map(_LETTER.search, found)) else []
