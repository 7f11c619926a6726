"""Names of milestones beside what papers call them: words, not strings, and the numbers that label rows."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "with",
        "from",
        "as",
        "der",
        "die",
        "das",
        "und",
        "mit",
        "für",
        "von",
        "zur",
        "zum",
        "des",
        "den",
        "de",
        "la",
        "le",
        "les",
        "du",
        "et",
        "à",
        "un",
        "une",
        "el",
        "los",
        "las",
        "y",
        "del",
        "con",
        "para",
        "e",
        "di",
        "il",
        "lo",
        "het",
        "een",
        "van",
        "en",
        "och",
        "med",
        "milestone",
        "milestones",
        "phase",
        "stage",
        "part",
        "step",
        "deliverable",
        "deliverables",
    ]
)
_LETTERED = frozenset(
    [
        "milestone",
        "phase",
        "stage",
        "part",
        "step",
        "deliverable",
        "option",
        "package",
        "lot",
        "module",
        "tranche",
        "fase",
        "etape",
        "etappe",
    ]
)
"""Words after which a letter alone tells one from another: that letter is no article."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_PLURAL = 4
_VERSION = r"\w*\d(?:\.\d{1,2}){1,3}(?!\d|\.\d)"
_WORD = re.compile(rf"{_VERSION}|\w+")
_IN_ORDER = re.compile(rf"{_VERSION}|\w+|[,;&/+]")
_LABELS = (
    "milestone|mile\\s?stone|phase|stage|deliverable|instal?lment|tranche|payment|sprint|work\\s?package|part|step"
    "|meilenstein|etappe|teilzahlung|abschlag(?:szahlung)?|rate|jalon|étape|etape|lot|échéance|acompte|fase|etapa|hito"
    "|entrega|pago|tappa|rata|mijlpaal|termijn|deltermijn|milstolpe|milepæl|delbetaling|delmål|etapp|etap"
)
_WORDS = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(1, 11), strict=True)
)
_ROMAN = dict(zip(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"], range(1, 11), strict=True))
_ORDINALS = dict(
    zip(["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th"], range(1, 11), strict=True)
) | dict(zip(["first", "second", "third", "fourth", "fifth", "sixth"], range(1, 7), strict=True))
_NUMBER = rf"(?P<n>\d{{1,2}}|[ivx]{{1,4}}|{'|'.join(_WORDS)})"
LABEL = re.compile(
    rf"""(?<![\w-])(?:(?:{_LABELS})s?\s*(?:no\.?|nr\.?|n[°º]|number|\#|:)?\s*\#?\s*{_NUMBER}\b
    |(?<![\w.])[MDP](?P<m>\d{{1,2}})\b|第\s?(?P<j>\d{{1,2}})\s?(?:回|期|段階|フェーズ|工程))""",
    re.IGNORECASE | re.VERBOSE,
)
_ORDINAL = re.compile(
    rf"\s*(?:\(?(?P<n>\d{{1,2}})[.):]|\(?(?P<letter>[a-j])\)\s|(?P<bare>\d{{1,2}})(?=\s{{2,}}|\t|$)|(?P<word>{'|'.join(_ORDINALS)})\b)",
    re.IGNORECASE,
)
_MORE = re.compile(r"(?:\s*(?:,|and|&|\+|und|et|y|e|en|och)\s*\d{1,2}\b(?![.,]\d))+", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"^\W*(?:milestone|phase|stage|m)\s*\d{1,2}\b\W*", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z]*[-_. ]?0*(\d{1,2})", re.ASCII)


def fold(text: str) -> str:
    """The text without case and accents."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words that distinguish names: no articles, no plural; pairs of characters where words have no gaps."""
    return tuple(_words(text))


def _words(text: str) -> Iterator[str]:
    before = ""
    for word in _WORD.findall(fold(text)):
        if word in _STOP and len(word) == 1 and before in _LETTERED:
            yield f"{before} {word}"  # "Phase A"
        before = word
        if _CJK.search(word):
            yield from _pairs(word)
        elif word not in _STOP:
            yield _singular(word)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _PLURAL and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=4096)
def phrase(text: str) -> str:
    """The text's words in their order, a space around each, so that a name's are found where they stand together."""
    return f" {' '.join(map(_singular, _IN_ORDER.findall(fold(text))))} "


def longer(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names that have another one in them, as "Design review" has "Design", by the shorter one; all as phrases."""
    having: dict[str, set[str]] = {}
    for name in set(names):
        for word in name.split():
            having.setdefault(word, set()).add(name)
    found = {}
    for name in set(names):
        rarest = min((having[word] for word in name.split()), key=len, default=set())
        found[name] = tuple(sorted((other for other in rarest if name in other and name != other), key=len))[::-1]
    return found


def is_part(name: str, others: Iterable[str], text: str) -> bool:
    """Whether a phrase stands in a text only as a part of longer names."""
    rest = text
    for other in others:
        while other in rest:
            rest = rest.replace(other, " / ")
    return name in text and name not in rest


def _pairs(word: str) -> Iterator[str]:
    if len(word) == 1:
        yield word
    for i in range(len(word) - 1):
        yield word[i : i + 2]


def name_words(name: str) -> tuple[str, ...]:
    """The words of a milestone's name without its number; with it where nothing else is left."""
    return words(without_number(name))


def without_number(name: str) -> str:
    """A milestone's name without its number; all of it where nothing else is left."""
    rest = _OWN_NUMBER.sub("", name)
    return rest if words(rest) else name


def has_letter(word: str) -> bool:
    """Whether a word is no mere number."""
    return any(char.isalpha() for char in word)


def label(text: str) -> int | None:
    """The number that a text gives a milestone, as in "Milestone 2" or "Phase IV"."""
    match = LABEL.search(text)
    return _label_number(match) if match else None


def labels(text: str) -> Iterator[int]:
    """All numbers of milestones in a text, as in "Milestones 1, 2 and 3" and "M1 + M2"."""
    for match in LABEL.finditer(text):
        number = _label_number(match)
        if number is not None:
            yield number
            more = _MORE.match(text, match.end())
            yield from map(int, re.findall(r"\d+", more[0] if more else ""))


def _label_number(match: re.Match[str]) -> int | None:
    number = (match["n"] or match["m"] or match["j"]).lower()
    return int(number) if number.isdigit() else _WORDS.get(number) or _ROMAN.get(number)


def starts_with_label(text: str) -> bool:
    """Whether a text begins with such a label."""
    match = LABEL.search(text)
    return match is not None and not re.search(r"\w", text[: match.start()])


def without_label(text: str) -> str:
    """The text without the label that it begins with; all of it where nothing else would be left."""
    if not starts_with_label(text):
        return text
    match = LABEL.search(text)
    assert match is not None
    return text[match.end() :].lstrip(" :.)–—-").rstrip(" :.–—-") or text


def ordinal(text: str) -> int | None:
    """The number that a row begins with, as in "2. Brand book" or "Second"."""
    match = _ORDINAL.match(text)
    if not match:
        return None
    if match["letter"]:
        return ord(match["letter"].lower()) - ord("a") + 1
    return _ORDINALS[match["word"].lower()] if match["word"] else int(match["n"] or match["bare"])


def list_number(text: str) -> int | None:
    """The number of a list's item, as in "2. Brand book"."""
    match = _ORDINAL.match(text)
    return int(match["n"]) if match and match["n"] else None


def own_number(identifier: str, name: str, index: int) -> int:
    """The number by which papers may call a milestone: that in its name, in its id, or its place."""
    in_name = label(name)
    if in_name is not None:
        return in_name
    match = _ID.fullmatch(identifier)
    return int(match[1]) if match else index + 1


def id_number(identifier: str) -> int | None:
    """The number in a milestone's id, as in "M2"; None where there is none."""
    match = _ID.fullmatch(identifier)
    return int(match[1]) if match else None


def weights(names: Iterable[tuple[str, ...]]) -> dict[str, float]:
    """The weight of each word: half where several milestones have it."""
    result: dict[str, float] = {}
    for name in names:
        for word in set(name):
            result[word] = 0.5 if word in result else 1.0
    return result


def overlap(name: tuple[str, ...], found: frozenset[str], weight: dict[str, float]) -> float:
    """The share of a name's words that a text has, from 0 to 1."""
    whole = hit = 0.0
    for word in name:
        value = weight.get(word, 1.0)
        whole += value
        if word in found:
            hit += value
    return hit / whole if whole else 0.0
