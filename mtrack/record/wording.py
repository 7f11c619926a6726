"""Violations of the schema in the user's words: what is wrong with a value, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money, resources
from mtrack.characters import harmful
from mtrack.finding import Place
from mtrack.record import schema
from mtrack.record.likely_status import likely_status
from mtrack.words import nearest
from mtrack.yaml.flaw import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.finding import Route
    from mtrack.record.schema import Violation
    from mtrack.yaml.source import Source

Words = tuple[str, str | None]
"""A message and its hint."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LIKE_DATE = re.compile(r"\s*([0-9]{1,4})[-./ ]([0-9]{1,2})[-./ ]([0-9]{1,4})\s*", re.ASCII)
_PERCENT = 100
MAX_LIKE = 200
"""Characters of a text that are compared with known words; looking for likeness is slow."""
_LOOKS_ALIKE = re.compile(
    r"[\u00a0\u00ad\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff\u2010-\u2015\u2212\u2018-\u201f\u00ab\u00bb]"
)
"""Characters that word processors put in the place of spaces, dashes and quotes."""
_YES = frozenset({"true", "yes", "y", "on", "1"})
_NO = frozenset({"false", "no", "n", "off", "0"})


class _Fault(Struct, frozen=True):
    """A violation with the file it is in; `name` is the schema's."""

    name: str
    source: Source
    violation: Violation

    @property
    def route(self) -> Route:
        return self.violation.route

    @property
    def details(self) -> dict[str, Any]:
        return self.violation.details

    @property
    def value(self) -> Any:
        """The value there."""
        value = self.source.data
        for step in self.route:
            value = value[step]
        return value

    @property
    def label(self) -> str:
        """The name of the place in messages: "`amount`", "payment 2 of `payments`"."""
        if not self.route:
            return "the file"
        last = self.route[-1]
        if isinstance(last, str):
            return f"`{shorten(last)}`"
        return f"{item_noun(self.name, self.route)} {last + 1} of `{self.route[-2]}`"

    @property
    def shown(self) -> str:
        """The value as the user wrote it, and what it is where that matters."""
        value = self.value
        if isinstance(value, dict):
            return "a mapping"
        if isinstance(value, list):
            return "a list"
        written = self.source.text[slice(*(self.source.offsets(Place(self.source.path, self.route)) or (0, 0)))]
        if not isinstance(value, str):
            is_alias = written.startswith(("*", "&"))
            return shorten(f"{value:f}" if is_alias and isinstance(value, Decimal) else written)
        quoted = written.startswith(("'", '"', "|", ">"))
        is_word = not quoted and re.fullmatch(r"[-+.\w]+", value)
        return f"'{shorten(value)}'" if is_word else f"the text '{shorten(value)}'"


def words(name: str, source: Source, violation: Violation) -> Words:
    """Message and hint for a value of a file that breaks the schema `name`."""
    message, hint = _plain_words(name, source, violation)
    fault = _Fault(name, source, violation)
    found = _LOOKS_ALIKE.search(fault.value) if isinstance(fault.value, str) else None
    if found is None:
        return message, hint
    char = found[0]
    plain = _LOOKS_ALIKE.sub(lambda match: "-" if unicodedata.category(match[0]) in ("Pd", "Sm") else "", fault.value)
    is_meant = schema.is_date(plain) or (money.parse(plain) is not None and not plain.startswith("-"))
    return message, f"{named(char)} stands in it: {f'write {plain}' if is_meant else _instead(char)}"


def named(char: str) -> str:
    """A character as a reader can find it: by its code point, and itself where it shows."""
    code = f"U+{ord(char):04X}"
    return code if harmful().search(char) or char.isspace() else f"'{char}' ({code})"


def _instead(char: str) -> str:
    """The hint for a character that only looks like one of plain text."""
    category = unicodedata.category(char)
    if category == "Cf":
        return "remove it"
    if category == "Zs":
        return "write a space, or nothing"
    return "write -" if category in ("Pd", "Sm") else "remove the quotes"


def _plain_words(name: str, source: Source, violation: Violation) -> Words:
    return _BY_KEYWORD.get(violation.keyword, _other)(_Fault(name, source, violation))


def words_about_key(route: Route, key: str) -> Words:
    """Message and hint for a name in a mapping whose names mean something."""
    return _wrong_code(key) if route[-1:] == ("currencies",) else _wrong_rule(key)


def item_noun(name: str, route: Route) -> str:
    """The name of a list's item: "payment"."""
    noun: str = schema.at(name, route)["title"]
    return noun.lower()


def example(name: str, route: Route) -> str | None:
    """An example of the value at a route, as one would write it."""
    examples = schema.at(name, route).get("examples")
    return _written(examples[0]) if examples else None


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value)


def top_hint(name: str, more: str) -> str:
    """The hint on how a file begins."""
    if name == "milestones":
        return f"a record begins with `project: NAME`; {more}"
    return "the settings begin with `format: 1`; see mtrack schema workspace"


# --- Wrong types -----------------------------------------------------------------------------------------------


def _wrong_type(fault: _Fault) -> Words:
    if fault.details["types"] == ["null"]:
        return (
            f"{fault.label} may not stand beside `payments`",
            "it is short for one payment of all that is left: keep one of the two",
        )
    if fault.value is None:
        return _empty(fault)
    if schema.at(fault.name, fault.route).get("format") == "date":
        return f"{fault.label} must be a date, not {fault.shown}", "write dates as YYYY-MM-DD"
    return next(say for kind, say in _BY_TYPE.items() if kind in fault.details["types"])(fault)


def _empty(fault: _Fault) -> Words:
    if not fault.route:
        return "the file is empty", top_hint(fault.name, "mtrack new makes one")
    last = fault.route[-1]
    if isinstance(last, int):
        return f"{fault.label} is empty", "write it, or remove the item"
    write = example(fault.name, fault.route)
    return (
        f"{fault.label} is empty, and it is required",
        f"write it, for example `{last}: {write}`" if write else "write it",
    )


def _not_text(fault: _Fault) -> Words:
    return f"{fault.label} must be text, not {fault.shown}", None


def _not_an_amount(fault: _Fault) -> Words:
    value, (digits, decimals) = fault.value, money.limits()
    if value == "":
        return f"{fault.label} is empty", "write plain digits and a point, without quotes: 4000.00"
    number = re.fullmatch(r"-?0*+([0-9]*+)(?:\.([0-9]++))?", value, re.ASCII) if isinstance(value, str) else None
    if number and len(number[1]) > digits:
        many = f"{len(number[1])} digits before the point, and at most {digits} are allowed"
        return f"{fault.label} has {many}", "check the amount"
    if number and len(number[2] or "") > decimals:
        return f"{fault.label} has {len(number[2])} decimals, and at most {decimals} are allowed", "check the amount"
    if schema.at(fault.name, fault.route).get("maximum") == _PERCENT:
        return _not_a_percentage(fault)
    if isinstance(value, str) and (
        share := re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%", value.strip(), re.ASCII)
    ):
        return _percentage(fault, share[1])
    meant = money.suggestion(value) if isinstance(value, str) else None
    write = f": write {meant}" if meant is not None else ""
    return (
        f"{fault.label} must be a number, not {fault.shown}{write}",
        f"an amount is plain digits and a point, no quotes, no separators, at most {digits} digits before the point: 4000.00",
    )


def _not_a_percentage(fault: _Fault) -> Words:
    bare = fault.value.strip().removesuffix("%").strip() if isinstance(fault.value, str) else ""
    write = f": write {bare}" if money.parse(bare) is not None else ""
    return (
        f"{fault.label} must be a number from 0 to 100, not {fault.shown}{write}",
        "write percent without the sign, as in 19 or 8.1",
    )


def _percentage(fault: _Fault, share: str) -> Words:
    """A part of the agreed total where an amount belongs, and what that would be."""
    agreement = fault.source.data.get("agreement")
    total = agreement.get("total") if isinstance(agreement, dict) else None
    message = f"{fault.label} must be an amount, not {fault.shown}"
    if not isinstance(total, Decimal) or fault.route[-2:] == ("agreement", "total"):
        return message, "write the amount itself: plain digits and a point, as in 4000.00"
    part = money.proportion(total, Decimal(share), Decimal(100), _decimals(fault))
    return f"{message}: {share} % of the agreed {total:f} is {part:f}", f"write {part:f}"


def _decimals(fault: _Fault) -> int:
    """The decimals of the file's currency; 2 where it names none that is known."""
    currency = fault.source.data.get("currency")
    known = money.decimals(currency, {}) if isinstance(currency, str) else None
    return 2 if known is None else known


def _not_a_count(fault: _Fault) -> Words:
    number = fault.value.strip().removesuffix("s").removesuffix("day") if isinstance(fault.value, str) else ""
    meant = money.suggestion(number, 0)
    message = f"{fault.label} must be a whole number, not {fault.shown}"
    if meant is None or "." in meant:
        return message, None
    return f"{message}: write {meant}", "write it in plain digits, without quotes"


def _not_a_flag(fault: _Fault) -> Words:
    word = str(fault.value).strip().lower()
    write = ": write true" if word in _YES else ": write false" if word in _NO else ""
    return f"{fault.label} must be true or false, not {fault.shown}{write}", None


def _not_a_list(fault: _Fault) -> Words:
    return f"{fault.label} must be a list, not {fault.shown}", "begin each item with '- '"


def _not_a_mapping(fault: _Fault) -> Words:
    if fault.route:
        write = example(fault.name, fault.route) if isinstance(fault.route[-1], str) else None
        properties = schema.at(fault.name, fault.route).get("properties", {})
        keys = ", ".join(key for key, node in properties.items() if node.get("not") != {})
        return (
            f"{fault.label} must be a mapping of keys and values, not {fault.shown}",
            f"its keys are {keys}: write `{fault.route[-1]}: {write}`"
            if write and keys
            else "write `key: value` lines below it",
        )
    kind = "a list" if isinstance(fault.value, list) else "text"
    return f"the file must hold keys and values, not {kind}", top_hint(fault.name, "see mtrack schema milestones")


_BY_TYPE: dict[str, Callable[[_Fault], Words]] = {
    "string": _not_text,
    "number": _not_an_amount,
    "integer": _not_a_count,
    "boolean": _not_a_flag,
    "array": _not_a_list,
    "object": _not_a_mapping,
}
"""The words by type; of several types, the first of these is the one that is meant."""


# --- Wrong values ----------------------------------------------------------------------------------------------


def _wrong_choice(fault: _Fault) -> Words:
    options: list[str] = [option for option in fault.details["options"] if option is not None]
    if options == _rule_names():
        return _wrong_rule(fault.value)
    word = re.sub(r"[\s-]+", "_", fault.value[:MAX_LIKE].strip().lower())
    if "not_billed" in options:
        spelt = next((option for option in options if option.replace("_", "") == word.replace("_", "")), None)
        meant = spelt or likely_status(word, fault.source.data, fault.route)
    elif word in _NO and "off" in options:
        meant = "off"
    else:
        meant = nearest(word, options)
    write = f": write {meant}" if meant else ""
    return f"{fault.label} must be one of {', '.join(options)}, not {fault.shown}{write}", None


def _wrong_constant(fault: _Fault) -> Words:
    wanted = fault.details["expected_value"]
    if wanted is True:
        return _wrong_paid(fault)
    return f"{fault.label} must be {wanted}, not {fault.shown}: this mtrack knows no other", f"write {wanted}"


def _wrong_paid(fault: _Fault) -> Words:
    return (
        f"{fault.label} must be a date or true, not {fault.shown}",
        "write the day it was paid as YYYY-MM-DD; without one, true; remove the key where it is not paid",
    )


def _too_small(fault: _Fault) -> Words:
    message = f"{fault.label} must not be below {fault.details['limit']}, and it is {fault.shown}"
    return message, "write it without the minus"


def _too_large(fault: _Fault) -> Words:
    return f"{fault.label} must be at most {fault.details['limit']}, and it is {fault.shown}", None


def _no_items(fault: _Fault) -> Words:
    return f"{fault.label} holds nothing, and at least one record belongs there", "write the first one"


def _no_characters(fault: _Fault) -> Words:
    what = "key" if isinstance(fault.route[-1], str) else "item"
    return f"{fault.label} is empty", f"write it, or remove the {what}"


def _other(fault: _Fault) -> Words:
    return f"{fault.label} is not what the schema asks for", None


def _wrong_date(fault: _Fault) -> Words:
    value: str = fault.value
    if _DATE.fullmatch(value):
        return f"{fault.label} must be a day of the calendar, and {value} is not", "write dates as YYYY-MM-DD"
    if not value.strip():
        return f"{fault.label} is empty", "write a date as YYYY-MM-DD, or remove the key"
    meant = _date_meant(value)
    if meant is None and fault.route[-1:] == ("paid",):
        return _wrong_paid(fault)
    write = f": write {meant}" if meant else ""
    return f"{fault.label} must be a date, not {fault.shown}{write}", "write dates as YYYY-MM-DD"


def _date_meant(value: str) -> str | None:
    """The date that was probably meant; None where day and month are ambiguous."""
    day = re.split(r"[T ]", value.strip(), maxsplit=1)[0] if re.match(r"\s*[0-9]{4}-", value) else value
    if re.fullmatch(r"[0-9]{8}", day, re.ASCII):
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    match = _LIKE_DATE.fullmatch(day)
    if not match:
        return None
    first, second, third = match.groups()
    guesses: set[str] = set()
    if len(first) == len("2026"):
        guesses = {f"{first}-{second:0>2}-{third:0>2}"}
    elif len(third) == len("2026"):
        guesses = {f"{third}-{second:0>2}-{first:0>2}", f"{third}-{first:0>2}-{second:0>2}"}
    real = [guess for guess in guesses if schema.is_date(guess)]
    return real[0] if len(real) == 1 else None


def _wrong_pattern(fault: _Fault) -> Words:
    node = schema.at(fault.name, fault.route)
    if node.get("format") == "date":
        return _wrong_date(fault)
    if not fault.value.strip():
        return f"{fault.label} is empty", "write it"
    if schema.asks_to_show(node):
        return f"{fault.label} holds only characters that show nothing", "write it"
    definition = node.get("$ref", "").rpartition("/")[2]
    return _BY_DEFINITION.get(definition, _wrong_locale if fault.route == ("locale",) else _other)(fault)


def _wrong_id(fault: _Fault) -> Words:
    allowed = "letters, digits, '.', '_' and '-'"
    return f"{fault.label} may hold {allowed}, and it is {fault.shown}{_id_meant(fault.value)}", None


def _id_meant(value: str) -> str:
    """The id that was probably meant: accents dropped, and what is neither letter nor digit made "-"."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", value[:MAX_LIKE]) if not unicodedata.combining(char))
    if any(char.isalnum() and not char.isascii() for char in bare):
        return ""
    bare = re.sub(r"[^A-Za-z0-9._-]+", "-", bare).strip("-")
    return f": write {shorten(bare)}" if bare else ""


def _wrong_currency(fault: _Fault) -> Words:
    message = f"{fault.label} must be a code of 3 to 8 capitals or digits, not {_escaped(fault.shown)}"
    return message, f"write a code such as {example(fault.name, fault.route)}"


def _escaped(text: str) -> str:
    r"""Text with the characters that can't be seen as escapes, such as \x1b."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _wrong_locale(fault: _Fault) -> Words:
    language, _, country = re.split(r"[.@]", fault.value, maxsplit=1)[0].replace("-", "_").partition("_")
    meant = f"{language.lower()}{'_' * bool(country)}{country.upper()}"
    write = f": write {meant}" if re.fullmatch(fault.details["pattern"], meant) else ""
    return f"{fault.label} must be a locale such as en_GB or de_DE, not {fault.shown}{write}", None


_BY_DEFINITION: dict[str, Callable[[_Fault], Words]] = {
    "milestoneId": _wrong_id,
    "currency": _wrong_currency,
    "requiredCurrency": _wrong_currency,
}
_BY_KEYWORD: dict[str, Callable[[_Fault], Words]] = {
    "type": _wrong_type,
    "enum": _wrong_choice,
    "const": _wrong_constant,
    "minimum": _too_small,
    "maximum": _too_large,
    "minItems": _no_items,
    "minLength": _no_characters,
    "format": _wrong_date,
    "pattern": _wrong_pattern,
}


# --- Names -----------------------------------------------------------------------------------------------------


def _wrong_code(key: str) -> Words:
    meant = re.sub(r"[^A-Z0-9]", "", key.upper())
    hint = f"write {meant}" if re.fullmatch(r"[A-Z0-9]{3,8}", meant) else None
    return f"a currency code must be 3 to 8 capitals or digits, not '{_escaped(shorten(key))}'", hint


def _rule_names() -> list[str]:
    names: list[str] = resources.schema("workspace")["$defs"]["ruleName"]["enum"]
    return names


def _wrong_rule(name: str) -> Words:
    meant = nearest(re.sub(r"[\s_]+", "-", name[:MAX_LIKE].strip().lower()), _rule_names(), 0.5)
    hint = f"did you mean {meant}?" if meant else "mtrack rules lists them"
    return f"there is no rule '{shorten(name)}'", hint
