"""Validates records by the published JSON Schemas and says what is wrong in the user's words.

The schemas are the one definition of the format. Three things come from them: the `Shape` that tells the reader
where text and where an amount is meant, a compiled validator that answers yes or no quickly, and, only where it
said no, `jsonschema`'s errors, each turned into a sentence at a place.
"""

from __future__ import annotations

import json
import re
import signal
import unicodedata
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money, resources
from mtrack.finding import Place, Problem, Route
from mtrack.yaml.flaw import shorten
from mtrack.yaml.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mtrack.yaml.source import Source

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LIKE_DATE = re.compile(r"\s*([0-9]{1,4})[-./ ]([0-9]{1,2})[-./ ]([0-9]{1,4})\s*", re.ASCII)


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
    return _compile(load(name))


def _compile(schema: dict[str, Any]) -> Callable[[Any], bool]:
    import jsonschema_rs  # noqa: PLC0415  (slow to load; a run needs it once)

    is_valid: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        return is_valid

    def to_its_end(data: Any) -> bool:
        # A Ctrl-C within is lost on jsonschema-rs, and turns its answer around: hold it back for these milliseconds.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        try:
            return is_valid(data)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    return to_its_end


@cache
def _worded(name: str) -> Any:
    """The `jsonschema` validator that finds every error: as the compiled one, it knows `Decimal` and ECMA's patterns.

    It is slow, so of a list it looks only at the items the compiled one refuses.
    """
    from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators  # noqa: PLC0415

    top = load(name)
    compiled: dict[int, Callable[[Any], bool]] = {}

    def is_number(_checker: object, value: object) -> bool:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)

    def pattern(_validator: object, wanted: str, value: object, _schema: object) -> Iterator[ValidationError]:
        if isinstance(value, str) and not re.search(_python_pattern(wanted), value):
            yield ValidationError(f"does not match {wanted}")

    def items(validator: Any, wanted: dict[str, Any], value: object, _schema: object) -> Iterator[ValidationError]:
        if isinstance(value, list):
            if id(wanted) not in compiled:
                compiled[id(wanted)] = _compile({**wanted, "$schema": top["$schema"], "$defs": top["$defs"]})
            for i, item in enumerate(value):
                if not _accepts(compiled[id(wanted)], item):
                    yield from validator.descend(item, wanted, path=i)

    formats = FormatChecker(formats=())
    formats.checks("date")(lambda value: not isinstance(value, str) or is_date(value))
    types = Draft202012Validator.TYPE_CHECKER.redefine("number", is_number)
    extend: Any = validators.extend
    cls = extend(Draft202012Validator, {"pattern": pattern, "items": items}, type_checker=types)
    return cls(top, format_checker=formats)


def _python_pattern(wanted: str) -> str:
    """A pattern of ECMA-262, as JSON Schema has it, for `re`: other white space, and `$` is the very end."""
    if wanted == r"\S":
        return "[^\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
    return wanted.removesuffix("$") + r"\Z" * wanted.endswith("$")


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
    return _accepts(_compiled(name), data)


def _accepts(is_valid: Callable[[Any], bool], data: Any) -> bool:
    try:
        return is_valid(data)
    except ValueError:  # e.g. a number the compiled validator has no room for
        return False


class Faults(Struct, frozen=True):
    """What a file breaks: unknown keys, and what breaks the schema, with the routes of the values at fault."""

    unknown: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    routes: tuple[Route, ...] = ()


def faults(name: str, source: Source, missing: tuple[str, ...] = ()) -> Faults:
    """All that breaks the schema in a parsed file; one problem a place.

    `missing` are keys of the top that are needed although the schema alone does not say so.
    """
    if not missing and is_valid(name, source.data):
        return Faults()
    errors = [(tuple(error.absolute_path), error) for error in _worded(name).iter_errors(source.data)]
    elsewhere = {route for route, error in errors if error.validator == "not"}  # what is in there is of no interest
    found = _Found(source)
    for route, error in sorted(errors, key=_weight):
        if error.validator == "not" or not any(route[:i] in elsewhere for i in range(len(route) + 1)):
            _take(found, error, route)
    for key in missing:
        found.missing.setdefault((), []).append(key)
    return found.faults(name)


class _Found:
    """Problems as they are found; those at one place become one."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.unknown: list[Problem] = []
        self.broken: dict[Place, Problem] = {}
        self.missing: dict[Route, list[str]] = {}
        self.routes: list[Route] = []

    def place(self, route: Route, *, key: bool = False) -> Place:
        """A place; what is wrong with the whole file stands at its first line."""
        return Place(self.source.path, route, key) if route else Place(self.source.path, offsets=(0, 0))

    def add(self, route: Route, message: str, hint: str | None, *, key: bool = False) -> None:
        """A value, or a key, that is wrong."""
        place = self.place(route, key=key)
        self.broken[place] = Problem(place=place, message=message, hint=hint)
        self.routes.append(route)

    def faults(self, name: str) -> Faults:
        """All of it; what stands at one place, as missing keys and the empty one beside them may, in one problem."""
        for route, keys in self.missing.items():
            place = Place(self.source.path, self.source.first_key(route, ("id", "project")), key=True)
            self.broken[place] = _missing(place, keys, route, self.source)
            self.routes.append(route)
        if not self.unknown and not self.broken:
            self.add((), "the file breaks the schema", f"see mtrack schema {name}")
        broken: dict[tuple[int, int] | None, Problem] = {}
        for place, problem in self.broken.items():
            where = self.source.offsets(place)
            first = broken.get(where)
            broken[where] = problem if first is None else _joined(first, problem)
        return Faults(tuple(self.unknown), tuple(broken.values()), tuple(self.routes))


def _joined(first: Problem, second: Problem) -> Problem:
    hints = [hint for hint in (first.hint, second.hint) if hint]
    return replace(first, message=f"{first.message}; {second.message}", hint="; ".join(hints) or None)


def _weight(item: tuple[Route, Any]) -> tuple[str, int]:
    """Errors by route, and of those at one route first the one that says most."""
    route, error = item
    order = ["type", "enum", "const", "required", "format", "pattern", "minLength"]
    return repr(route), order.index(error.validator) if error.validator in order else len(order)


def _take(found: _Found, error: Any, route: Route) -> None:
    source = found.source
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        own = (key for key in error.instance if key not in known and not key.startswith("x-"))
        found.unknown.extend(unknown_key(source.path, route, key, known) for key in own)
    elif error.validator == "not":  # a key that belongs elsewhere
        hint = "move the invoice to the project's `invoices`; a milestone's own invoice bills that milestone alone"
        found.unknown.append(
            Problem(place=Place(source.path, route, key=True), message=f"`{route[-1]}` is not a key here", hint=hint)
        )
    elif error.validator == "required":
        keys = found.missing.setdefault(route, [])
        keys.extend(key for key in error.validator_value if key not in error.instance and key not in keys)
    elif "propertyNames" in error.absolute_schema_path:
        key = error.instance
        found.add((*route, key), *_wrong_name(key, route), key=True)
    elif found.place(route) not in found.broken:  # of several complaints about a value the first says enough
        found.add(route, *_wrong_value(error, route, source))


def unknown_key(path: str, route: Route, key: str, known: Iterable[str]) -> Problem:
    """A key the format does not have, or has elsewhere, with the nearest known one."""
    place, known = Place(path, (*route, key), key=True), list(known)
    word, shown = key.lower().replace("-", "_"), shorten(key) or "''"
    near, nearer = (get_close_matches(word, known, n=1, cutoff=cutoff) for cutoff in (0.6, 0.8))
    homes = _homes().get(word)
    if homes and not nearer:
        return Problem(
            place=place, message=f"`{shown}` is not a key here", hint=f"it belongs to {' or '.join(homes[:3])}"
        )
    if re.fullmatch("[0-9]+", key):
        hint = "a comma inside { } begins a new key: write amounts without separators, as in 24000.00"
        return Problem(place=place, message=f"`{shown}` is not a key of this format", hint=hint)
    hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}; your own keys begin with x-"
    return Problem(place=place, message=f"`{shown}` is not a key of this format", hint=hint)


@cache
def _homes() -> dict[str, list[str]]:
    """Which mappings have a key, as users call them."""
    result: dict[str, list[str]] = {}

    def visit(mapping: Shape, name: str) -> None:
        for key, child in mapping.properties.items():
            homes = result.setdefault(key, [])
            if name not in homes:
                homes.append(name)
            kind = _ITEMS.get(key, key)
            visit(
                child.items or child,
                f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}" if child.items or key == "invoice" else f"`{key}`",
            )

    visit(shape("milestones"), "a project")
    visit(shape("workspace"), "mtrack.yaml")
    return result


def _missing(place: Place, keys: list[str], route: Route, source: Source) -> Problem:
    where = _called(route, source)
    if keys == ["currency"] and not route:
        message = f"`currency` is missing from {where}, and mtrack.yaml sets none"
        return Problem(
            place=place, message=message, hint="add `currency: EUR` here, or to mtrack.yaml for all projects"
        )
    names = [f"`{key}`" for key in keys]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    examples = [f"`{key}: {_EXAMPLES[key]}`" if key in _EXAMPLES else f"`{key}`" for key in keys]
    message = f"{listed} {'is' if len(keys) == 1 else 'are'} missing from {where}"
    return Problem(place=place, message=message, hint=f"add {', '.join(examples)}")


_EXAMPLES = {
    "project": "Acme website", "format": "1", "id": "M1", "name": "Discovery complete", "amount": "4000.00",
    "status": "not_billed", "number": "INV-2026-004", "sent": "2026-02-03", "date": "2026-03-01", "since": "2026-04-10",
    "lines": "[{milestone: M2, amount: 4000.00}]",
    "milestones": "[{id: M1, name: Discovery complete, amount: 4000.00, status: not_billed}]",
    "milestone": "M2", "currency": "EUR", "rule": "signoff-missing", "reason": "approved on the phone",
}  # fmt: skip

_ITEMS = {
    "milestones": "milestone", "invoices": "invoice", "payments": "payment", "lines": "line", "amendments": "amendment",
    "waivers": "waiver", "attachments": "attachment", "exclude": "pattern",
}  # fmt: skip


_NOUNS = ("agreement", "deliverable", "invoice", "hold")


def _called(route: Route, source: Source) -> str:
    """What a user calls the mapping at a route: "milestone M2", "the invoice of milestone M2", "payment 1 of …"."""
    if not route:
        return "the project" if source.path.endswith("milestones.yaml") else "the settings"
    names: list[str] = []
    data: Any = source.data
    for i, step in enumerate(route):
        data = data[step]
        if isinstance(step, int):
            label = data.get("id") or data.get("number") if isinstance(data, dict) else None
            kind = _ITEMS.get(str(route[i - 1]), "item")
            names.append(f"{kind} {shorten(label) if isinstance(label, str) else step + 1}")
        elif i + 1 == len(route) or not isinstance(route[i + 1], int):
            names.append(f"the {step}" if step in _NOUNS else f"`{step}`")
    return " of ".join(reversed(names))


def _named(route: Route) -> str:
    if not route:
        return "the file"
    last = route[-1]
    return (
        f"`{shorten(last)}`"
        if isinstance(last, str)
        else f"{_ITEMS.get(str(route[-2]), 'item')} {last + 1} of `{route[-2]}`"
    )


def _shown(value: Any, source: Source, route: Route) -> str:
    """A value as the user wrote it, and what it is where that matters."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    written = source.text[slice(*(source.offsets(Place(source.path, route)) or (0, 0)))]
    if not isinstance(value, str):
        return shorten(f"{value:f}" if written.startswith(("*", "&")) and isinstance(value, Decimal) else written)
    quoted = written.startswith(("'", '"', "|", ">"))
    return f"the text '{shorten(value)}'" if quoted or not re.fullmatch(r"[-+.\w]+", value) else f"'{shorten(value)}'"


def _wrong_value(error: Any, route: Route, source: Source) -> tuple[str, str | None]:  # noqa: C901, PLR0911  (a case a keyword)
    value, wanted, name = error.instance, error.validator_value, _named(route)
    shown = _shown(value, source, route)
    match error.validator:
        case "type":
            return _wrong_type(error, route, source)
        case "enum" if "schema" in wanted:  # rule names
            return _wrong_rule(value)
        case "enum":
            return f"{name} must be one of {', '.join(wanted)}, not {shown}{_nearest_choice(value, wanted)}", None
        case "const":
            return f"{name} must be {wanted}, not {shown}: this mtrack knows no other", f"write {wanted}"
        case "minimum":
            return f"{name} must not be below {wanted}, and it is {shown}", "write it without the minus"
        case "maximum":
            return f"{name} must be at most {wanted}, and it is {shown}", None
        case "minItems":
            return f"{name} holds nothing, and at least one record belongs there", "write the first one"
        case "minLength":
            return f"{name} is empty", "write it, or remove the key" if isinstance(
                route[-1], str
            ) else "write it, or remove the item"
        case "format":
            return _wrong_date(value, shown, name)
        case "pattern":
            return _wrong_pattern(wanted, value, shown, name)
        case _:
            return f"{name} is not what the schema asks for", None


def _nearest_choice(value: str, choices: list[str]) -> str:
    word = re.sub(r"[\s-]+", "_", value.strip().lower())
    nearest = ["off"] if word in _NO and "off" in choices else get_close_matches(word, choices, n=1)
    return f": write {nearest[0]}" if nearest else ""


def _wrong_type(error: Any, route: Route, source: Source) -> tuple[str, str | None]:  # noqa: PLR0911  (a type a sentence)
    value, name, wanted = error.instance, _named(route), error.validator_value
    if value is None:
        return _empty(route, name) if route else ("the file is empty", _top_hint(source, "mtrack new makes one"))
    shown = _shown(value, source, route)
    types = {wanted} if isinstance(wanted, str) else set(wanted)
    if error.schema.get("format") == "date":
        return f"{name} must be a date, not {shown}", "write dates as YYYY-MM-DD"
    if "string" in types:
        return f"{name} must be text, not {shown}", None
    if "number" in types:
        return _wrong_amount(value, shown, name)
    if "integer" in types:
        number = value.strip().removesuffix("s").removesuffix("day") if isinstance(value, str) else ""
        meant = money.suggestion(number, 0)
        write = f": write {meant}" if meant is not None and "." not in meant else ""
        return (
            f"{name} must be a whole number, not {shown}{write}",
            "write it in plain digits, without quotes" if write else None,
        )
    if "boolean" in types:
        word = str(value).strip().lower()
        meant = "true" if word in _YES else "false" if word in _NO else None
        return f"{name} must be true or false, not {shown}{f': write {meant}' if meant else ''}", None
    if "array" in types:
        return f"{name} must be a list, not {shown}", "begin each item with '- '"
    if route:
        return f"{name} must be a mapping of keys and values, not {shown}", "write `key: value` lines below it"
    kind = "a list" if isinstance(value, list) else "text"
    return f"the file must hold keys and values, not {kind}", _top_hint(source, "see mtrack schema milestones")


_YES = frozenset({"true", "yes", "y", "on", "1"})
_NO = frozenset({"false", "no", "n", "off", "0"})


def _empty(route: Route, name: str) -> tuple[str, str | None]:
    last = route[-1]
    if isinstance(last, int):
        return f"{name} is empty", "write it, or remove the item"
    hint = f"write it, for example `{last}: {_EXAMPLES[last]}`" if last in _EXAMPLES else "write it"
    return f"{name} is empty, and it is required", hint


def _top_hint(source: Source, more: str) -> str:
    if source.path.endswith("milestones.yaml"):
        return f"a record begins with `project: NAME`; {more}"
    return "the settings begin with `format: 1`; see mtrack schema workspace"


def _wrong_amount(value: Any, shown: str, name: str) -> tuple[str, str | None]:
    if isinstance(value, str) and (digits := re.fullmatch(r"-?0*+([0-9]{19,}+)(\.[0-9]+)?", value, re.ASCII)):
        return f"{name} has {len(digits[1])} digits before the point, and at most 18 will do", "check the amount"
    if value == "":
        return f"{name} is empty", "write plain digits and a point, without quotes: 4000.00"
    meant = money.suggestion(value) if isinstance(value, str) else None
    hint = (
        "an amount is plain digits and a point, no quotes, no separators, at most 18 digits before the point: 4000.00"
    )
    return f"{name} must be a number, not {shown}{f': write {meant}' if meant is not None else ''}", hint


def _wrong_date(value: str, shown: str, name: str) -> tuple[str, str | None]:
    if _DATE.fullmatch(value):
        return f"{name} must be a day of the calendar, and {value} is none", "write dates as YYYY-MM-DD"
    if not value.strip():
        return f"{name} is empty", "write a date as YYYY-MM-DD, or remove the key"
    return f"{name} must be a date, not {shown}{_date_suggestion(value)}", "write dates as YYYY-MM-DD"


def _date_suggestion(value: str) -> str:
    """What the date was probably meant to be; silent where day and month can't be told apart."""
    day = re.split(r"[T ]", value.strip(), maxsplit=1)[0] if re.match(r"\s*[0-9]{4}-", value) else value
    if re.fullmatch(r"[0-9]{8}", day, re.ASCII):
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    match = _LIKE_DATE.fullmatch(day)
    if not match:
        return ""
    first, second, third = match.groups()
    guesses: set[str] = set()
    if len(first) == len("2026"):
        guesses = {f"{first}-{second:0>2}-{third:0>2}"}
    elif len(third) == len("2026"):
        guesses = {f"{third}-{second:0>2}-{first:0>2}", f"{third}-{first:0>2}-{second:0>2}"}
    real = [guess for guess in guesses if is_date(guess)]
    return f": write {real[0]}" if len(real) == 1 else ""


def _wrong_pattern(wanted: str, value: str, shown: str, name: str) -> tuple[str, str | None]:
    if "[0-9]{4}-" in wanted:
        return _wrong_date(value, shown, name)
    if not value.strip() or wanted == r"\S":
        return f"{name} is empty", "write it"
    if wanted == "^[A-Za-z0-9._-]+$":
        return f"{name} may hold letters, digits, '.', '_' and '-', and it is {shown}{_plain_id(value)}", None
    language, _, country = re.split(r"[.@]", value, maxsplit=1)[0].replace("-", "_").partition("_")
    meant = f"{language.lower()}{'_' * bool(country)}{country.upper()}"
    write = f": write {meant}" if re.search(_python_pattern(wanted), meant) else ""
    return f"{name} must be a locale such as en_GB or de_DE, not {shown}{write}", None


def _plain_id(value: str) -> str:
    """The id that was probably meant: accents dropped, and what is neither letter nor digit made "-"."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", value) if not unicodedata.combining(char))
    if any(char.isalnum() and not char.isascii() for char in bare):
        return ""
    bare = re.sub(r"[^A-Za-z0-9._-]+", "-", bare).strip("-")
    return f": write {shorten(bare)}" if bare else ""


def _wrong_name(key: str, route: Route) -> tuple[str, str | None]:
    if route and route[-1] == "currencies":
        meant = re.sub(r"[^A-Z0-9]", "", key.upper())
        hint = f"write {meant}" if re.fullmatch(r"[A-Z0-9]{3,8}", meant) else None
        return f"a currency code has 3 to 8 capitals or digits, and '{shorten(key)}' is none", hint
    return _wrong_rule(key)


def _wrong_rule(key: str) -> tuple[str, str | None]:
    names = load("workspace")["$defs"]["ruleName"]["enum"]
    nearest = get_close_matches(re.sub(r"[\s_]+", "-", key.strip().lower()), names, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}?" if nearest else "mtrack rules lists them"
    return f"there is no rule '{shorten(key)}'", hint
