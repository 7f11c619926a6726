"""Validates records by the published JSON Schemas and says what is wrong in the user's words.

The schemas are the one definition of the format. Three things come from them: the `Shape` that tells the reader
where text and where an amount is meant, a compiled validator that answers yes or no quickly, and, only where it
said no, `jsonschema`'s errors, each turned into a sentence at a place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from mtrack import money, resources
from mtrack.finding import Place, Problem, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mtrack.source import Source

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LIKE_DATE = re.compile(r"\s*([0-9]{1,4})[-./ ]([0-9]{1,2})[-./ ]([0-9]{1,4})\s*", re.ASCII)


@dataclass(slots=True)
class Shape:
    """What a value is meant to be: kind "text", "amount", "count", "flag" or "any", and what lies in it."""

    kind: str = "any"
    properties: dict[str, Shape] = field(default_factory=dict)
    others: Shape | None = None
    items: Shape | None = None
    required: frozenset[str] = frozenset()

    def child(self, key: str) -> Shape:
        """The shape of a mapping's value."""
        return self.properties.get(key) or self.others or _ANY

    @property
    def item(self) -> Shape:
        """The shape of a list's items."""
        return self.items or _ANY


_ANY = Shape()


@cache
def load(name: str) -> dict[str, Any]:
    """A schema as data, its decimals exact."""
    schema: dict[str, Any] = json.loads(resources.schema_text(name), parse_float=Decimal)
    return schema


@cache
def shape(name: str) -> Shape:
    """The shape of a whole file of the schema `name`."""
    top = load(name)
    return _shape(top, top)


def _resolve(node: dict[str, Any], top: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema and what it refers to, outermost first."""
    parts = [node]
    while "$ref" in parts[-1]:
        parts.append(top["$defs"][parts[-1]["$ref"].removeprefix("#/$defs/")])
    return parts


def _shape(node: Any, top: dict[str, Any]) -> Shape:
    parts = _resolve(node, top)
    types: set[str] = set()
    result = Shape()
    for part in reversed(parts):
        declared = part.get("type", [])
        types.update([declared] if isinstance(declared, str) else declared)
        for key, value in part.get("properties", {}).items():
            result.properties[key] = _shape(value, top)
        if isinstance(part.get("additionalProperties"), dict):
            result.others = _shape(part["additionalProperties"], top)
        if "items" in part:
            result.items = _shape(part["items"], top)
        result.required |= frozenset(part.get("required", ()))
        if "enum" in part:
            types.add("string")
    for name, kind in (("string", "text"), ("number", "amount"), ("integer", "count"), ("boolean", "flag")):
        if name in types:
            result.kind = kind
            break
    return result


@cache
def _compiled(name: str) -> Callable[[Any], bool]:
    import jsonschema_rs  # noqa: PLC0415  (compiled once a run)

    is_valid: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(load(name), validate_formats=True).is_valid
    return is_valid


@cache
def _worded(name: str) -> Any:
    """The `jsonschema` validator that finds every error; it knows `Decimal` and means all of a text by a pattern."""
    from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators  # noqa: PLC0415

    def is_number(_checker: object, value: object) -> bool:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)

    def pattern(_validator: object, wanted: str, value: object, _schema: object) -> Iterator[ValidationError]:
        if isinstance(value, str) and not re.search(wanted.removesuffix("$") + r"\Z" * wanted.endswith("$"), value):
            yield ValidationError(f"does not match {wanted}")

    formats = FormatChecker(formats=())
    formats.checks("date")(lambda value: not isinstance(value, str) or is_date(value))
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", is_number)
    cls = validators.extend(Draft202012Validator, {"pattern": pattern}, type_checker=types)
    return cls(load(name), format_checker=formats)


def is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar, written YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_valid(name: str, data: Any) -> bool:
    """Whether data breaks nothing in the schema."""
    try:
        return _compiled(name)(data)
    except ValueError:  # e.g. a number the compiled validator has no room for
        return False


@dataclass(frozen=True, slots=True)
class Faults:
    """What a file breaks: unknown keys, and places that break the schema with the routes of the values at fault."""

    unknown: tuple[Problem, ...] = ()
    broken: tuple[tuple[Route, Problem], ...] = ()


def faults(name: str, source: Source) -> Faults:
    """All that breaks the schema in a parsed file; one problem a place."""
    if is_valid(name, source.data):
        return Faults()
    unknown: list[Problem] = []
    broken: dict[tuple[Place, str], tuple[Route, Problem]] = {}
    for error in sorted(_worded(name).iter_errors(source.data), key=_weight):
        route: Route = tuple(error.absolute_path)
        for fault_route, problem, is_unknown in _faults_of(error, route, name, source):
            if is_unknown:
                unknown.append(problem)
            else:
                # One finding a place; keys that are missing share one place and are named apart.
                what = problem.message if error.validator == "required" else ""
                broken.setdefault((problem.place, what), (fault_route, problem))
    if not unknown and not broken:
        place = Place(source.path, ())
        broken[place, ""] = ((), Problem(place=place, message="the file breaks the schema", hint=f"see mtrack schema {name}"))
    return Faults(tuple(unknown), tuple(broken.values()))


def _weight(error: Any) -> tuple[str, int]:
    order = ["type", "enum", "const", "required", "format", "pattern", "minLength"]
    rank = order.index(error.validator) if error.validator in order else len(order)
    return (repr(list(error.absolute_path)), rank)


def _faults_of(error: Any, route: Route, name: str, source: Source) -> Iterator[tuple[Route, Problem, bool]]:
    path = source.path
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in error.instance:
            if key not in known and not key.startswith("x-"):
                yield route, unknown_key(path, route, key, known), True
    elif error.validator == "not":  # a key that belongs elsewhere
        key = str(route[-1])
        hint = "move the invoice to the project's `invoices`; a milestone's own invoice bills that milestone alone"
        yield route, Problem(place=Place(path, route, key=True), message=f"`{key}` is not a key here", hint=hint), True
    elif error.validator == "required":
        # jsonschema yields one error a key; its name stands first in the message, quoted.
        for key in (key for key in error.validator_value if f"'{key}'" == error.message.split(" ", 1)[0]):
            place = Place(path, source.first_key(route, ("id", "project")), key=True)
            yield route, _missing(place, key, route, source), False
    elif "propertyNames" in error.absolute_schema_path:
        key = error.instance
        message, hint = _wrong_name(key, route, name)
        yield (*route, key), Problem(place=Place(path, (*route, key), key=True), message=message, hint=hint), False
    else:
        message, hint = _wrong_value(error, route, source)
        yield route, Problem(place=Place(path, route), message=message, hint=hint), False


def unknown_key(path: str, route: Route, key: str, known: Iterable[str]) -> Problem:
    """A key the format does not have, with the nearest known one."""
    nearest = get_close_matches(key.lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    hint = f"did you mean `{nearest[0]}`?" if nearest else f"known here: {', '.join(known)}; your own keys begin with x-"
    return Problem(place=Place(path, (*route, key), key=True), message=f"`{key}` is not a key of this format", hint=hint)


def _missing(place: Place, key: str, route: Route, source: Source) -> Problem:
    where = _called(route, source)
    hint = f"add `{key}: {_EXAMPLES[key]}`" if key in _EXAMPLES else f"add `{key}`"
    return Problem(place=place, message=f"`{key}` is missing from {where}", hint=hint)


_EXAMPLES = {
    "project": "Acme website", "format": "1", "id": "M1", "name": "Discovery complete", "amount": "4000.00",
    "status": "not_billed", "number": "INV-2026-004", "sent": "2026-02-03", "date": "2026-03-01", "since": "2026-04-10",
    "milestone": "M2", "currency": "EUR", "rule": "signoff-missing", "reason": "approved on the phone",
}  # fmt: skip

_ITEMS = {
    "milestones": "milestone", "invoices": "invoice", "payments": "payment", "lines": "line", "amendments": "amendment",
    "waivers": "waiver", "attachments": "attachment", "exclude": "pattern",
}  # fmt: skip


def _called(route: Route, source: Source) -> str:
    """What a user calls the mapping at a route: "milestone M2", "the invoice of milestone M2", "payment 1 of …"."""
    if not route:
        return "the project" if source.path.endswith("milestones.yaml") else "the settings"
    outer = ""
    names: list[str] = []
    data: Any = source.data
    for i, step in enumerate(route):
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        if isinstance(step, int):
            kind = _ITEMS.get(str(route[i - 1]), "item")
            label = data.get("id") or data.get("number") if isinstance(data, dict) else None
            names.append(f"{kind} {label if isinstance(label, str) else step + 1}")
        elif i + 1 == len(route) or not isinstance(route[i + 1], int):
            names.append(f"the {step}" if isinstance(data, dict) else f"`{step}`")
    outer = " of ".join(reversed(names))
    return outer or f"`{route[-1]}`"


def _shown(value: Any, source: Source, route: Route) -> str:
    """A value as the user wrote it, quoted, and what it is where that matters."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        start, end = source.offsets(Place(source.path, route)) or (0, 0)
        quoted = source.text[start:end][:1] in ("'", '"', "|", ">")
        short = value if len(value) <= 60 else value[:57] + "…"  # noqa: PLR2004
        return f"the text '{short}'" if quoted or not re.fullmatch(r"[-+.\w]+", value) else f"'{short}'"
    return str(value)


def _wrong_value(error: Any, route: Route, source: Source) -> tuple[str, str | None]:
    value = error.instance
    shown = _shown(value, source, route)
    name = _named(route)
    match error.validator:
        case "type":
            return _wrong_type(error.validator_value, value, shown, name, route, source)
        case "enum":
            nearest = get_close_matches(str(value).lower().replace(" ", "_").replace("-", "_"), error.validator_value, n=1)
            if "schema" in error.validator_value:  # rule names
                return _wrong_rule(value)
            choices = ", ".join(error.validator_value)
            write = f": write {nearest[0]}" if nearest else ""
            return f"{name} must be one of {choices}, not {shown}{write}", None
        case "const":
            return f"{name} must be {error.validator_value}, not {shown}: this mtrack knows no other", f"write {error.validator_value}"
        case "minimum" | "exclusiveMinimum":
            return f"{name} must not be below {error.validator_value}, it is {value}", "write the amount without the minus"
        case "maximum" | "exclusiveMaximum":
            return f"{name} must be at most {error.validator_value}, it is {value}", None
        case "minItems":
            return f"{name} must hold at least one record", "add a first one"
        case "minLength":
            return f"{name} is empty", "write it, or remove the key"
        case "format":
            return _wrong_date(value, shown, name)
        case "pattern":
            return _wrong_pattern(error, value, shown, name)
        case _:
            return f"{name} breaks the schema", None


def _named(route: Route) -> str:
    if not route:
        return "the file"
    last = route[-1]
    return f"`{last}`" if isinstance(last, str) else f"{_ITEMS.get(str(route[-2]), 'item')} {last + 1} of `{route[-2]}`"


def _wrong_type(  # noqa: PLR0911, PLR0913
    wanted: Any, value: Any, shown: str, name: str, route: Route, source: Source
) -> tuple[str, str | None]:
    types = {wanted} if isinstance(wanted, str) else set(wanted)
    if value is None:
        hint = f"write it, for example `{route[-1]}: {_EXAMPLES[route[-1]]}`" if route and route[-1] in _EXAMPLES else "write it"
        if not route:
            return "the file is empty", "a record begins with `project: NAME`; mtrack new makes one"
        return f"{name} is empty, and it is required", str(hint)
    if "string" in types:
        return f"{name} must be text, not {shown}", None
    if "number" in types:
        meant = money.suggestion(value) if isinstance(value, str) else None
        write = f": write {meant}" if meant is not None else ""
        hint = "an amount is plain digits and a point, no quotes, no separators, at most 18 digits before the point: 4000.00"
        return f"{name} must be a number, not {shown}{write}", hint
    if "integer" in types:
        meant = money.suggestion(value, 0) if isinstance(value, str) else None
        write = f": write {meant}" if meant is not None and "." not in meant else ""
        return f"{name} must be a whole number, not {shown}{write}", None
    if "boolean" in types:
        yes = str(value).lower() in ("yes", "y", "on", "1", "true")
        return f"{name} must be true or false, not {shown}: write {'true' if yes else 'false'}", None
    if "array" in types:
        return f"{name} must be a list, not {shown}", "begin each item with '- '"
    if not route:
        return f"the file must hold keys and values, not {_kind(value)}", _top_hint(source)
    return f"{name} must be a mapping of keys and values, not {shown}", None


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "text"


def _top_hint(source: Source) -> str:
    if source.path.endswith("milestones.yaml"):
        return "a record begins with `project: NAME`; see mtrack schema milestones"
    return "the settings begin with `format: 1`; see mtrack schema workspace"


def _wrong_date(value: str, shown: str, name: str) -> tuple[str, str | None]:
    if _DATE.fullmatch(value):
        return f"{name} must be a day of the calendar, and {value} is none", "write it as YYYY-MM-DD"
    return f"{name} must be a date, not {shown}{_date_suggestion(value)}", "write dates as YYYY-MM-DD"


def _date_suggestion(value: str) -> str:
    """What the date was probably meant to be; silent where day and month can't be told apart."""
    if re.fullmatch(r"[0-9]{8}", value):
        guess = f"{value[:4]}-{value[4:6]}-{value[6:]}"
        return f": write {guess}" if is_date(guess) else ""
    match = _LIKE_DATE.fullmatch(value.split("T")[0])
    if not match:
        return ""
    first, second, third = match.groups()
    if len(first) == 4:  # noqa: PLR2004
        guesses = {f"{first}-{second:0>2}-{third:0>2}"}
    elif len(third) == 4:  # noqa: PLR2004
        guesses = {f"{third}-{second:0>2}-{first:0>2}", f"{third}-{first:0>2}-{second:0>2}"}
    else:
        return ""
    real = [guess for guess in guesses if is_date(guess)]
    return f": write {real[0]}" if len(real) == 1 else ""


def _wrong_pattern(error: Any, value: str, shown: str, name: str) -> tuple[str, str | None]:
    wanted = error.validator_value
    if wanted == r"\S":
        return f"{name} is empty", "write it"
    if "[0-9]{4}-" in wanted:
        return _wrong_date(value, shown, name)
    if wanted == "^[A-Za-z0-9._-]+$":
        bare = re.sub(r"[^A-Za-z0-9._-]+", "-", value).strip("-")
        write = f": write {bare}" if bare else ""
        return f"{name} may hold letters, digits, '.', '_' and '-', and it is {shown}{write}", None
    return f"{name} must be a locale such as en_GB or de_DE, not {shown}", None


def _wrong_name(key: str, route: Route, name: str) -> tuple[str, str | None]:
    if route and route[-1] == "currencies":
        return f"a currency code has 3 to 8 capitals or digits, and '{key}' is none", f"write {key.upper()[:8]}"
    return _wrong_rule(key)


def _wrong_rule(key: object) -> tuple[str, str | None]:
    names = load("workspace")["$defs"]["ruleName"]["enum"]
    nearest = get_close_matches(str(key).lower().replace("_", "-"), names, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else "mtrack rules lists them"
    return f"there is no rule '{key}'", hint
