"""Names of milestones beside what papers call them: words, not strings, and the numbers that label rows."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from mtrack.verify.amounts import UNIT

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
_IN_ORDER = re.compile(rf"{_VERSION}|\w+|[,;:.!?&/+|]")
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
_NO_NUMBER = rf"(?![.,]\d\d|\s?(?i:{UNIT})(?!\s*\d))"
"""Behind the digits of what is no number of a milestone: "payment 30 days", "Rate 19 %", "payment 5,000"."""
_NUMBER = rf"(?P<n>\d{{1,2}}\b{_NO_NUMBER}|(?-i:[IVX]{{1,4}}|ii|iii|iv|vii|viii|ix)|{'|'.join(_WORDS)})"
_LABEL = re.compile(
    rf"""(?<![\w-])(?:(?:{_LABELS})(?P<plural>s|en?|n)?\s*(?:no\.?|nr\.?|n[°º]|number|\#|(?P<colon>:))?\s*\#?\s*{_NUMBER}\b
    |(?<![\w.])(?:(?-i:[MDP])|(?<!\d\s)[mdp])(?P<m>\d{{1,2}})\b|第\s?(?P<j>\d{{1,2}})\s?(?:回|期|段階|フェーズ|工程))""",
    re.IGNORECASE | re.VERBOSE,
)
_COUNTS = re.compile(
    r"\s+(?:[x×]\s+)?(?!(?:and|und|et|y|e|en|och|to|through|thru|bis|à|au|hasta|al|tot|til|till)\b)[^\W\d_]{2}"
)
"""Behind a colon and a number that counts something: "Deliverables: 2 videos" is no label, "Milestones: 1 and 2" is one."""
_ORDINAL = re.compile(
    rf"\s*(?:\(?(?P<n>\d{{1,2}})[.):]|\(?(?P<letter>[a-j])\)\s|(?P<bare>\d{{1,2}})(?=\s{{2,}}|\t|$)|(?P<word>{'|'.join(_ORDINALS)})\b)",
    re.IGNORECASE,
)
_ORDINAL_WORDS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"1st|first|erste[nrsm]?|premi(?:er|ère)|primer[oa]?|prim[oa]|primeir[oa]|eerste|första|første",
        r"2nd|second[ao]?|zweite[nrsm]?|deuxième|seconde|segund[oa]|tweede|andra|anden|andet|andre",
        r"3rd|third|dritte[nrsm]?|troisième|tercer[oa]?|terz[oa]|terceir[oa]|derde|tredje",
        r"4th|fourth|vierte[nrsm]?|quatrième|cuart[oa]|quart[oa]|vierde|fjärde|fjerde",
        r"5th|fifth|fünfte[nrsm]?|cinquième|quint[oa]|vijfde|femte",
        r"6th|sixth|sechste[nrsm]?|sixième|sext[oa]|sest[oa]|zesde|sjätte|sjette",
        *(rf"{number}th" for number in range(7, 11)),
    )
)
_COUNTED = re.compile(
    rf"(?<![\w-])(?:(?P<word>{'|'.join(words.pattern for words in _ORDINAL_WORDS)})|(?P<n>\d{{1,2}})(?:e|er|ère|[eè]me|º|ª|°)"
    rf"|(?:der|die|das|de[nms]|zu[mr]|im)\s+(?P<d>\d{{1,2}})\.)\s+(?:{_LABELS})(?:e?[ns])?\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"""(?P<before>\s*)(?:,|and|&|\+|und|et|y|e|en|och|(?P<to>[-–—]|to|through|thru|bis|à|au|hasta|al|tot|t/m|til|till))(?P<behind>\s*)
    (?P<letter>[MDP])?(?P<n>\d{{1,2}})\b(?![.,]\d|-\d+-){_NO_NUMBER}""",
    re.IGNORECASE | re.VERBOSE,
)
_MAX_RANGE = 50
_I_BEHIND = re.compile(
    r"['’]|\s+(?:accept|approv|confirm|agree|sign|hereby|have|had|am|was|will|would|can|could|do|did|want|think|believe|find|found"
    r"|got|receiv|test|saw|see|like|look|need|ask|also|now|only|just|still|already|formally|gladly|fully|hope|wish|declare|certify"
    r"|acknowledge)",
)
_I_BEFORE = re.compile(
    r"\b(?:this|that|my|your|our|his|her|their|each|every|any|which|next|last|final|first|second|third|same|current|present)\s+$",
    re.IGNORECASE,
)
_I_REACH = 12
_OWN_NUMBER = re.compile(r"^\W*(?:milestone|phase|stage|m)\s*\d{1,2}\b\W*", re.IGNORECASE)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", " " * 10)
_ID = re.compile(r"[A-Za-z]*[-_. ]?0*(\d{1,2})", re.ASCII)


def fold(text: str) -> str:
    """The text without case, accents and the marks of notes."""
    flat = unicodedata.normalize("NFKD", text.translate(_RAISED).casefold())
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


def _labels(text: str) -> Iterator[re.Match[str]]:
    """The labels in a text; the "I" of "at this stage I accept" is no number, nor is the count of "Deliverables: 2 videos"."""
    for match in _LABEL.finditer(text.translate(_RAISED)):
        before = text[max(0, match.start() - _I_REACH) : match.start()]
        is_word = match["n"] == "I" and (_I_BEHIND.match(text, match.end()) or _I_BEFORE.search(before))
        if not (is_word or _is_count(match)):
            yield match


def _is_count(label: re.Match[str]) -> bool:
    """Whether the number behind a label counts what comes next: behind a colon, many of a thing or a thing in small letters."""
    behind = _COUNTS.match(label.string, label.end()) if label["colon"] else None
    return behind is not None and (bool(label["plural"]) or behind[0][-2:].islower())


def label(text: str) -> int | None:
    """The number that a text gives a milestone, as in "Milestone 2" or "Phase IV"."""
    match = next(_labels(text), None)
    return _label_number(match) if match else None


def labels(text: str, *, unsure: bool = False) -> Iterator[int]:
    """All numbers of milestones in a text, as in "Milestones 1, 2 and 3", "M1 + M2" and "Milestones 1 to 3".

    With `unsure` also those of what may be a range or not, as "Milestone 1 - 3 reports".
    """
    for match in _labels(text):
        number = _label_number(match)
        if number is not None:
            yield number
            yield from _more(text, match, number, unsure=unsure)


def _more(text: str, label: re.Match[str], number: int, *, unsure: bool) -> Iterator[int]:
    """The numbers behind a label's first: a list, and ranges."""
    end = label.end()
    while more := _MORE.match(text, end):
        last, is_range = int(more["n"]), unsure or label["plural"] or more["letter"]
        if not more["to"]:
            yield last
        elif (is_range or not (more["before"] or more["behind"])) and number < last < number + _MAX_RANGE:
            yield from range(number + 1, last + 1)
        else:
            return
        number, end = last, more.end()


def counted(text: str) -> Iterator[int]:
    """The numbers of milestones before the label, as in "second milestone", "2e étape" or "den 2. Meilenstein"."""
    for match in _COUNTED.finditer(text):
        digits = match["n"] or match["d"]
        if digits:
            yield int(digits)
        else:
            yield next(i for i, words in enumerate(_ORDINAL_WORDS, 1) if words.fullmatch(match["word"]))


def _label_number(match: re.Match[str]) -> int | None:
    number = (match["n"] or match["m"] or match["j"]).lower()
    return int(number) if number.isdigit() else _WORDS.get(number) or _ROMAN.get(number)


def starts_with_label(text: str) -> bool:
    """Whether a text begins with such a label."""
    return _first_label(text) is not None


def _first_label(text: str) -> re.Match[str] | None:
    match = next(_labels(text), None)
    return match if match and not re.search(r"\w", text[: match.start()]) else None


def without_label(text: str) -> str:
    """The text without the label that it begins with; all of it where nothing else would be left."""
    match = _first_label(text)
    return (text[match.end() :].lstrip(" :.)–—-").rstrip(" :.–—-") if match else "") or text


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
