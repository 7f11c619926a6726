"""The published JSON Schemas, which are the one definition of the format: what is meant where, and what breaks it.

The `Shape` of a file tells the reader where text and where an amount is meant; a compiled validator says quickly
whether data fits, and where it does not, every `Violation`. `jsonschema` defines what a schema means: the tests hold
the compiled validator to it.
"""

from __future__ import annotations

import re
import signal
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import limits, resources
from mtrack.interrupts import signals
from mtrack.record import fits
from mtrack.yaml.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mtrack.finding import Route

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_KINDS = {"string": "text", "number": "amount", "integer": "count", "boolean": "flag"}
"""The reader's kind for a type; of several, the first of these counts."""


class Violation(Struct, frozen=True):
    """A keyword of the schema that data breaks.

    `route` leads to the value, `details` are the validator's: the limit, the options, the keys that are unknown or
    missing. `key` is the name at fault where the keyword is about the names of keys.
    """

    route: Route
    keyword: str
    details: dict[str, Any]
    key: str | None = None


@cache
def shape(name: str) -> Shape:
    """The shape of a whole file of the schema `name`."""
    return _Shapes(name).of(resources.schema(name))


def merged(name: str, node: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema together with what it refers to; its own words count before those it refers to."""
    if "$ref" not in node:
        return node
    target = merged(name, resources.schema(name)["$defs"][node["$ref"].removeprefix("#/$defs/")])
    properties = {**target.get("properties", {}), **node.get("properties", {})}
    required = [*target.get("required", ()), *node.get("required", ())]
    return {**target, **node, "properties": properties, "required": required}


@cache
def _compiler(name: str) -> fits.Compiler:
    return fits.Compiler(resources.schema(name))


class _Shapes:
    """The shapes of the parts of a schema, each made once: many parts refer to the same others."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._made: dict[int, Shape] = {}
        """The shapes by their part's place in memory, which the schema keeps."""

    def of(self, node: dict[str, Any]) -> Shape:
        """The shape of a part."""
        if id(node) not in self._made:
            self._made[id(node)] = self._shape(node)
        return self._made[id(node)]

    def _shape(self, node: dict[str, Any]) -> Shape:
        check = _compiler(self._name).check(node)
        node = merged(self._name, node)
        declared = node.get("type", "string" if "enum" in node else ())
        types = {declared} if isinstance(declared, str) else set(declared)
        others, items = node.get("additionalProperties"), node.get("items")
        return Shape(
            kind=_kind(types),
            properties={key: self.of(child) for key, child in node.get("properties", {}).items()},
            others=self.of(others) if isinstance(others, dict) else None,
            items=self.of(items) if items is not None else None,
            required=frozenset(node.get("required", ())),
            fits=None if _kind(types) == "text" and not _is_closed(node) else check,
        )


def _is_closed(node: dict[str, Any]) -> bool:
    """Whether not every text with something to see in it fits."""
    return "format" in node or "enum" in node or "const" in node or ("pattern" in node and not asks_to_show(node))


def asks_to_show(node: dict[str, Any]) -> bool:
    """Whether the pattern of a part asks for something to see, and no more."""
    shown: str = resources.schema("milestones")["$defs"]["shown"]["pattern"]
    return node.get("pattern") == shown


def _kind(types: set[str]) -> str:
    """The reader's kind for a value of these types; of text or a flag, and no number, it tells true from false."""
    if "boolean" in types and "string" in types and "number" not in types:
        return "flag"
    return next((kind for word, kind in _KINDS.items() if word in types), "any")


def at(name: str, route: Route) -> dict[str, Any]:
    """The schema of the value at a route: its title, its examples, its properties."""
    node = resources.schema(name)
    for step in route:
        if isinstance(step, int):
            node = node["items"]
        else:
            node = node.get("properties", {}).get(step) or node["additionalProperties"]
        node = merged(name, node)
    return node


def is_text(name: str, route: Route) -> bool:
    """Whether a value at a route is free text or a path: no id, date, code or word of a list, no key of one's own."""
    try:
        node = at(name, route)
    except (KeyError, TypeError):  # a key that the schema does not have
        return False
    return "string" in node.get("type", ()) and not _is_closed(node)


def compiled(schema: dict[str, Any]) -> Any:
    """The compiled validator of a schema; it compares numbers exactly."""
    import jsonschema_rs  # noqa: PLC0415  (slow to load; a run needs it once)

    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@cache
def _quick(name: str) -> Callable[[Any], bool]:
    return _compiler(name).check(resources.schema(name))


_SIGNALS = signals()
_FEW = 2_400
"""The number of milestones and invoices that take longer without the compiled validator than it takes to load."""
_checked = 0


def _few_were_checked(data: Any) -> bool:
    """Whether those of the files so far are few, with this one."""
    global _checked  # noqa: PLW0603
    lists = data.values() if isinstance(data, dict) else ()
    _checked += 1 + sum(len(value) for value in lists if isinstance(value, list))
    return _checked < _FEW


@cache
def _validator(name: str) -> Any:
    return compiled(resources.schema(name))


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C and its like back while the compiled validator runs: within it an interrupt is lost, and turns its answer around."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def is_valid(name: str, data: Any) -> bool:
    """Whether data breaks nothing in the schema."""
    return (_few_were_checked(data) and _quick(name)(data)) or compiled_says(name, data)


def compiled_says(name: str, data: Any) -> bool:
    """Whether the compiled validator says so."""
    try:
        with _uninterrupted():
            valid: bool = _validator(name).is_valid(data)
    except ValueError:  # half a character: no file holds one, but an argument of the command line may
        return False
    return valid


def violations(name: str, data: Any) -> tuple[list[Violation], list[Route], int]:
    """The violations in data; of lists with many items at fault the first ones, and the routes of the others.

    Items that have nothing but keys too many are counted apart: the first ones are among the violations too, and of the
    others the number of these keys is given. The compiled validator makes all violations, as one text and more each,
    before it returns the first.
    """
    shortened = _Shortened(name)
    data = shortened.of(data, shape(name), ())
    with _uninterrupted():
        errors = [error for error in _validator(name).iter_errors(data) if not _is_of_an_entry(error)]
    found = [_violation(error, tuple(error.instance_path)) for error in errors] + list(_in_entries(name, data))
    return found, shortened.left, shortened.unknown


class _Shortened:
    """Data whose lists end where enough items are at fault."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.room = limits.FAULTS
        self.left: list[Route] = []
        """The items at fault that are left out."""
        self.room_of_unknown = limits.FAULTS
        self.unknown = 0
        """The keys too many that are left out of other items."""

    def of(self, value: Any, shape: Shape, route: Route) -> Any:
        if isinstance(value, list) and shape.items is not None:
            return self._list(value, shape.items, route)
        if isinstance(value, dict) and shape.others is not None and len(value) > limits.FAULTS:
            return self._entries(value, route)
        if isinstance(value, dict) and shape.properties:
            known = {key: below for key, below in shape.properties.items() if isinstance(value.get(key), (list, dict))}
            return value | {key: self.of(value[key], below, (*route, key)) for key, below in known.items()}
        return value

    def _entries(self, entries: dict[str, Any], route: Route) -> dict[str, Any]:
        """The first entries of a mapping whose names are the user's own; of the others those at fault are noted."""
        validator = _part_validator(self.name, tuple(0 if isinstance(step, int) else step for step in route))
        names = list(entries)
        with _uninterrupted():
            self.left += [
                (*route, name) for name in names[limits.FAULTS :] if not validator.is_valid({name: entries[name]})
            ]
        return {name: entries[name] for name in names[: limits.FAULTS]}

    def _list(self, items: list[Any], shape: Shape, route: Route) -> list[Any]:
        result: list[Any] = []
        left = len(self.left)
        validator = _part_validator(self.name, (*(0 if isinstance(step, int) else step for step in route), 0))
        with _uninterrupted():
            faulty = [i for i, item in enumerate(items) if not validator.is_valid(item)]
        known = {i: self._known(items[i], shape, (*route, i)) for i in faulty}
        with _uninterrupted():
            has_too_much = {i for i, (rest, unknown) in known.items() if unknown and validator.is_valid(rest)}
        for i, item in enumerate(items):
            is_in_place = len(self.left) == left
            if i not in known:
                kept = item
            elif i not in has_too_much:
                if self.room <= 0:
                    self.left.append((*route, i))
                    continue
                self.room -= 1
                kept = self.of(item, shape, (*route, i))
            elif is_in_place and self.room_of_unknown > 0:
                self.room_of_unknown -= 1
                kept = item
            else:
                kept, unknown = known[i]
                self.unknown += unknown
            if is_in_place:
                result.append(kept)
        return result

    def _known(self, value: Any, shape: Shape, route: Route) -> tuple[Any, int]:
        """A value without the keys in it that the format does not have there, and how many these are."""
        if isinstance(value, list) and shape.items is not None:
            pairs = [self._known(item, shape.items, (*route, i)) for i, item in enumerate(value)]
            return [known for known, _ in pairs], sum(unknown for _, unknown in pairs)
        if not isinstance(value, dict) or not shape.properties:
            return value, 0
        result: dict[str, Any] = {}
        found = 0
        for key, inner in value.items():
            below = shape.properties.get(key)
            if (below is None and not key.startswith("x-")) or (below is not None and self._is_barred((*route, key))):
                found += 1
            else:
                result[key], unknown = (inner, 0) if below is None else self._known(inner, below, (*route, key))
                found += unknown
        return result, found

    def _is_barred(self, route: Route) -> bool:
        """Whether the format has a key elsewhere in records of the kind, and not here."""
        return _is_barred(self.name, tuple(0 if isinstance(step, int) else step for step in route))


@cache
def _is_barred(name: str, route: Route) -> bool:
    return bool(at(name, route).get("not") == {})


@cache
def _part_validator(name: str, route: Route) -> Any:
    """The compiled validator of what stands at a route, whichever item of a list it leads through."""
    return compiled({**at(name, route), "$defs": resources.schema(name)["$defs"]})


def _is_of_an_entry(error: Any) -> bool:
    """Whether an error is about a value under a name of the user's own choice.

    jsonschema-rs gives such a name as a number where it is all digits, and leaves an empty one out.
    """
    return bool(error.schema_path[-2:-1] == ["additionalProperties"])


def _in_entries(name: str, data: Any) -> Iterator[Violation]:
    """The violations in those values, which only mappings at the top of a file hold."""
    for key, below in shape(name).properties.items():
        entries = data.get(key) if below.others and isinstance(data, dict) else None
        for own, value in entries.items() if isinstance(entries, dict) else ():
            if not own.startswith("x-"):
                with _uninterrupted():
                    errors = list(_entry_validator(name, key).iter_errors(value))
                yield from (_violation(error, (key, own)) for error in errors)


@cache
def _entry_validator(name: str, key: str) -> Any:
    return compiled(at(name, (key,))["additionalProperties"])


def _violation(error: Any, route: Route) -> Violation:
    kind = error.kind
    if kind.name == "propertyNames":
        return Violation(route, kind.name, {}, kind.error.instance)
    return Violation(route, kind.name, kind.as_dict())


def is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar, written YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
