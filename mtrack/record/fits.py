"""Whether data certainly fits a schema: a quick check, derived from the schema itself.

It says yes or "don't know": then the compiled validator decides, and says what is wrong. That one takes longer to
load than a small workspace to check. The tests hold it to `jsonschema`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[Any], bool]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "number": (int, Decimal), "integer": (int,), "boolean": (bool,), "null": (type(None),),
    "object": (dict,), "array": (list,),
}  # fmt: skip
_TELLING_NOTHING = {"title", "description", "examples", "default", "$schema", "$id", "$comment", "$defs"}
KNOWN = _TELLING_NOTHING | {
    "$ref", "type", "enum", "const", "if", "then", "not", "anyOf", "pattern", "format", "minLength", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "properties", "required", "additionalProperties", "patternProperties",
    "propertyNames", "items", "minItems",
}  # fmt: skip
"""The keywords that it understands."""
_OWN = "^x-"
_MOST = 10_000
"""Days that are remembered."""


def _never(_value: Any) -> bool:
    return False


def _always(_value: Any) -> bool:
    return True


class Compiler:
    """Makes a function of each part of a schema, once: many parts refer to the same others."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._made: dict[int, Check] = {}
        """The functions by their part's place in memory, which the schema keeps."""

    def check(self, node: Any) -> Check:
        """A function that says of data whether it certainly fits the schema or a part of it."""
        if not isinstance(node, dict):
            return _always if node is True else _never
        if id(node) not in self._made:
            self._made[id(node)] = _never  # of a part within itself
            self._made[id(node)] = self._compiled(node)
        return self._made[id(node)]

    def _compiled(self, node: dict[str, Any]) -> Check:
        if not node.keys() <= KNOWN:
            return _never
        others = self._others(node)
        if others and node.keys() <= {"$ref", *_TELLING_NOTHING}:
            return others[0]
        own = self._by_type(node)
        return _all([own, *others]) if others else own

    def _others(self, node: dict[str, Any]) -> list[Check]:
        """The checks that hold whatever type a value has."""
        result: list[Check] = []
        if "$ref" in node:
            result.append(self.check(self.schema["$defs"][node["$ref"].removeprefix("#/$defs/")]))
        if "const" in node:
            result.append(_one_of([node["const"]]))
        if "enum" in node:
            result.append(_one_of(node["enum"]))
        if "anyOf" in node:
            result.append(_any([self.check(part) for part in node["anyOf"]]))
        if "if" in node:
            then = self.check(node.get("then", True))
            result.append(_if(self.check(node["if"]), then) if _tells_no(node["if"]) else then)
        if "not" in node:
            result.append(_never)
        return result

    def _by_type(self, node: dict[str, Any]) -> Check:
        """The check for a value by its type; no other type fits."""
        declared = node.get("type", [*_TYPES])
        checks: dict[type, Check | None] = {}
        for name in [declared] if isinstance(declared, str) else declared:
            for kind in _TYPES[name]:
                checks[kind] = self._of_type(kind, node)
        get = checks.get

        def check(value: Any) -> bool:
            own = get(type(value), _never)
            return own is None or own(value)

        return check

    def _of_type(self, kind: type, node: dict[str, Any]) -> Check | None:
        if kind is str:
            return _text(node)
        if kind is dict:
            return self._mapping(node)
        if kind is list:
            return self._list(node)
        return _number(node) if kind in (int, Decimal) else None

    def _mapping(self, node: dict[str, Any]) -> Check:
        known = {key: self.check(below) for key, below in node.get("properties", {}).items()}
        required = frozenset(node.get("required", ()))
        rest = self.check(node.get("additionalProperties", True))
        own = {name: self.check(below) for name, below in node.get("patternProperties", {}).items()}
        if not own.keys() <= {_OWN}:
            return _never
        theirs = own.get(_OWN, rest)
        names = self.check(node["propertyNames"]) if "propertyNames" in node else None

        def check(value: dict[Any, Any]) -> bool:
            for key, item in value.items():
                below = known.get(key)
                if below is None:
                    below = theirs if key.startswith("x-") else rest
                if not below(item):
                    return False
            return required <= value.keys() and (names is None or all(map(names, value)))

        return check

    def _list(self, node: dict[str, Any]) -> Check:
        item, least = self.check(node.get("items", True)), node.get("minItems", 0)
        return lambda value: len(value) >= least and all(map(item, value))


def _all(checks: list[Check]) -> Check:
    return lambda value: all(check(value) for check in checks)


def _any(checks: list[Check]) -> Check:
    return lambda value: any(check(value) for check in checks)


def _if(condition: Check, then: Check) -> Check:
    return lambda value: then(value) or not condition(value)


def _tells_no(node: Any) -> bool:
    """Whether a value that does not certainly fit certainly does not: so it is where nothing but kind and keys counts."""
    return (
        isinstance(node, dict)
        and node.keys() <= {"type", "required", "properties", "minItems"}
        and node.get("type", "object") in ("object", "array", "boolean", "null")
        and all(map(_tells_no, node.get("properties", {}).values()))
    )


def _one_of(values: list[Any]) -> Check:
    """One of some words, numbers or flags; 1 is not true here."""
    known = {(type(value), value) for value in values}
    return lambda value: type(value) in (str, int, bool) and (type(value), value) in known


def _text(node: dict[str, Any]) -> Check | None:
    """The check for a text; one with invisible characters is left to the compiled validator."""
    least = node.get("minLength", 0)
    pattern = re.compile(node.get("pattern", ""))
    if "format" not in node:
        return lambda value: len(value) >= least and value.isprintable() and pattern.search(value) is not None
    return _Days(pattern).fits if node["format"] == "date" and not least else _never


class _Days:
    """The texts that are days of the calendar, each worked out once."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._known: set[str] = set()

    def fits(self, text: str) -> bool:
        if text in self._known:
            return True
        if len(text) != len("2026-01-01") or not text[4] == text[7] == "-" or self._pattern.search(text) is None:
            return False
        try:
            date.fromisoformat(text)
        except ValueError:
            return False
        if len(self._known) < _MOST:
            self._known.add(text)
        return True


def _number(node: dict[str, Any]) -> Check | None:
    """Between which bounds a number must lie."""
    bounds = [
        (name, node[name]) for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if name in node
    ]
    if not bounds:
        return None
    if len(bounds) == 1 and bounds[0][0] == "minimum":
        least = bounds[0][1]
        return lambda value: value >= least
    return lambda value: all(_BOUNDS[name](value, bound) for name, bound in bounds)


_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": ge,
    "maximum": le,
    "exclusiveMinimum": gt,
    "exclusiveMaximum": lt,
}
