"""Number formats of a workbook (ECMA-376, part 1, 18.8.31): what a cell shows of the number that it holds."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from msgspec import Struct

from mtrack import money

_TOKEN = re.compile(
    r"""(?P<end>;)|"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<room>.)|\*(?P<fill>.)
    |\[\$(?P<currency>[^\]-]*)[^\]]*\]?|\[(?P<bracket>[^\]]*)\]?
    |(?P<number>(?i:General)|E[+-]|[0#?.,@])|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]{1,20}(?:\.[0-9]{1,20})?)")
_DIGIT = re.compile(r"[0#?@]|general", re.IGNORECASE)
_SCALE = re.compile(r",+(?=\.|E|$)")
_PLAIN = frozenset("#0,.")
"""The characters of a format that only set the digits shown."""
_BARE = frozenset(" -/:()")
"""The characters that a format shows as they are and that may stand in a name."""
_GAPS = " \xa0\u202f'’"
"""The characters that only part thousands."""
_ROUNDED = Context(prec=400, rounding=ROUND_HALF_UP)


class Part(Struct, frozen=True):
    """A part of a format: `kind` is number for what digits stand for, text, room for white space, other for what is not known."""

    kind: str
    text: str


class Section(Struct, frozen=True):
    """The part of a format for some numbers; `condition` is what they fulfil, where the format says it."""

    parts: tuple[Part, ...]
    condition: tuple[str, Decimal] | None = None
    is_signed: bool = False
    """Whether a minus comes before a number below 0."""

    @property
    def pattern(self) -> str:
        """The characters that digits stand for, without the text around and between them."""
        return "".join(part.text for part in self.parts if part.kind == "number")

    @property
    def has_number(self) -> bool:
        """Whether it shows a number at all."""
        return _DIGIT.search(self.pattern) is not None

    @property
    def is_share(self) -> bool:
        """Whether it shows a percentage."""
        return any(part.kind == "other" and part.text == "%" for part in self.parts)

    @property
    def is_scaled(self) -> bool:
        """Whether it shows thousands or millions instead of ones."""
        return _SCALE.search(self.pattern) is not None

    def around(self, number: str) -> str:
        """A number with the text around it; twice where text parts its digits."""
        places = [i for i, part in enumerate(self.parts) if part.kind == "number"]
        if not places:
            return _joined(self.parts).strip()
        first, last = places[0], places[-1] + 1
        inner = _joined(tuple(part for part in self.parts[first:last] if part.kind != "number"))
        shown = f"{number}{inner}{number}" if inner.strip(_GAPS) else number
        return f"{_joined(self.parts[:first])}{shown}{_joined(self.parts[last:])}".strip()

    def shown(self, number: Decimal) -> str:
        """A number as the section shows it, without the marks between thousands."""
        sign = "-" if number < 0 and self.is_signed else ""
        commas = sum(map(len, _SCALE.findall(self.pattern)))
        number = money.scaled(number.copy_abs(), (2 if self.is_share else 0) - 3 * commas)
        if set(self.pattern) <= {*_PLAIN, "?"}:
            decimals = sum(character in "0#?" for character in self.pattern.partition(".")[2])
            number = number.quantize(Decimal((0, (1,), -decimals)), context=_ROUNDED).normalize(_ROUNDED)
        return sign + self.around(money.plain(number, 0))


_GENERAL = Section((Part("number", "General"),), is_signed=True)
_NOTHING = Section(())


def _joined(parts: tuple[Part, ...]) -> str:
    return "".join(part.text for part in parts)


def section(number: Decimal, number_format: str) -> Section:
    """The section of a format that a number takes."""
    sections = _sections(number_format)
    if any(each.condition for each in sections):
        return next((each for each in sections if _holds(each.condition, number)), _NOTHING)
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if not number and len(sections) > 2 else sections[0]  # noqa: PLR2004  (the third is for 0)


def _holds(condition: tuple[str, Decimal] | None, number: Decimal) -> bool:
    if condition is None:
        return True
    sign, other = condition
    return (number < other and "<" in sign) or (number > other and ">" in sign) or (number == other and "=" in sign)


@lru_cache(1 << 10)
def _sections(number_format: str) -> tuple[Section, ...]:
    if not number_format:
        return (_GENERAL,)
    found: list[list[Part]] = [[]]
    conditions: list[tuple[str, Decimal] | None] = [None]
    for token in _TOKEN.finditer(number_format):
        kind = token.lastgroup or ""
        text = token[kind]
        if kind == "end":
            found.append([])
            conditions.append(None)
        elif kind == "bracket":
            if match := _CONDITION.fullmatch(text):
                conditions[-1] = (match[1], Decimal(match[2]))
        elif kind == "room" or (kind == "fill" and text.isspace()):
            found[-1].append(Part("room", " "))
        elif kind in ("number", "other"):
            found[-1].append(Part("text" if text in _BARE and kind == "other" else kind, text))
        elif text:
            found[-1].append(Part("text", text))
    return tuple(
        Section(tuple(parts), condition, is_signed=not i or any(conditions))
        for i, (parts, condition) in enumerate(zip(found, conditions, strict=True))
    )


def as_text(number: Decimal, number_format: str) -> str | None:
    """A number as its format shows it, with leading zeros and the text around them; None where that is not known."""
    own = section(number, number_format)
    pattern, digits = own.pattern, money.plain(number.copy_abs(), 0)
    sign = "-" if number < 0 and own.is_signed else ""
    if own.has_number and not own.is_scaled and all(part.kind == "number" for part in own.parts):
        if not set(pattern) <= _PLAIN:
            return sign + digits if pattern in ("General", "@") else None
        if "0" not in pattern or "." in pattern or "," in pattern:
            return sign + digits
    is_known = all(part.kind in ("number", "text") for part in own.parts) and set(pattern) <= {"0", "#"}
    if not own.parts or not is_known or number != number.to_integral_value():
        return None
    left, shown = len(pattern), ""
    digits = digits.rjust(left)
    for part in own.parts:
        if part.kind == "number":
            take = len(digits) - left + 1
            taken, digits, left = digits[:take], digits[take:], left - 1
            shown += taken.replace(" ", "0" if part.text == "0" else "")
        else:
            shown += part.text
    return (sign + shown).strip() or None


def changes_text(number_format: str) -> bool:
    """Whether a format shows a text otherwise than it is: with something around it, or not at all."""
    sections = _sections(number_format)
    own = sections[3] if len(sections) > 3 else sections[0]  # noqa: PLR2004  (the fourth is for text)
    if len(sections) <= 3 and not any(part.text == "@" for part in own.parts):  # noqa: PLR2004
        return False
    return "".join(part.text for part in own.parts if part.kind != "room") not in ("@", "General")
