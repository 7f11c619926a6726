"""The keys of the format, as its schemas describe them: what each means, what may stand there, an example."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import resources
from mtrack.record.schema import is_date
from mtrack.yaml import style, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {"milestones": "milestones.yaml", "workspace": "mtrack.yaml"}
"""The schemas of the files that people write, and those files."""
AS_ELSEWHERE = {
    ("milestones", "milestones[].invoice"): "as `invoices[]`, without `lines`",
    ("workspace", "waivers[]"): "as in `milestones.yaml`",
}
"""Keys whose inner keys are described at another place."""


class Field(Struct, frozen=True):
    """A key: `path` is the way to it, with `[]` after lists, `kind` what may stand there, in words."""

    schema: str
    path: str
    required: bool
    meaning: str
    kind: str
    example: Any

    @property
    def file(self) -> str:
        """The file it stands in."""
        return FILES[self.schema]

    @property
    def name(self) -> str:
        """The key itself."""
        return self.path.rpartition(".")[2].removesuffix("[]")

    @property
    def written(self) -> str:
        """The example as it stands in a file, on one line."""
        habits = style.Style.of(tree.read("{}\n"))
        value = style.styled(_plain_days(self.example), self.name, habits, flow=True)
        return f"{self.name}: {style.in_flow(value, habits)}"


def fields(schema: str) -> tuple[Field, ...]:
    """The keys of a file, in the order of its schema."""
    top = resources.schema(schema)
    return tuple(_walk(schema, top, top, ""))


def _walk(schema: str, node: dict[str, Any], top: dict[str, Any], prefix: str) -> Iterator[Field]:
    required = node.get("required", [])
    for key, value in node.get("properties", {}).items():
        if "not" in value:
            continue
        found = _resolved(value, top)
        item = _resolved(found["items"], top) if isinstance(found.get("items"), dict) else None
        path = f"{prefix}{key}{'' if item is None else '[]'}"
        example = next(iter(found.get("examples", ())), None)
        yield Field(schema, path, key in required, found.get("description", ""), _kind(found, item), example)
        if (schema, path) not in AS_ELSEWHERE:
            yield from _walk(schema, found if item is None else item, top, f"{path}.")


def _resolved(part: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """A part of a schema with what it refers to; what it says itself wins."""
    result: dict[str, Any] = {}
    while True:
        result = {**part, **result}
        if "$ref" not in part:
            return {key: value for key, value in result.items() if key != "$ref"}
        part = top["$defs"][part["$ref"].removeprefix("#/$defs/")]


def _kind(node: dict[str, Any], item: dict[str, Any] | None) -> str:
    """The kinds of value that a key may have, in words."""
    types = node.get("type", [])
    types = [types] if isinstance(types, str) else list(types)
    if "enum" in node:
        return f"one of {', '.join(str(word) for word in node['enum'] if word is not None)}"
    if item is not None:
        return f"a list, each {_kind(item, None)}" if item.get("properties") or "type" in item else "a list"
    if node.get("properties"):
        keys = ", ".join(key for key, value in node["properties"].items() if "not" not in value)
        return f"{'a whole number, or ' if 'integer' in types else ''}a mapping of {keys}"
    day = node.get("format") == "date"
    words = {
        "boolean": "true" if day else "true or false",
        "integer": "a whole number",
        "number": _number(node),
        "object": "a mapping",
        "array": "a list",
        "string": "a day, YYYY-MM-DD" if day else "text",
    }
    if "string" in types and not day:  # which a number or true can stand for, as its characters
        return words["string"]
    return " or ".join(words[kind] for kind in words if kind in types)


def _number(node: dict[str, Any]) -> str:
    if node.get("maximum") == 100:  # noqa: PLR2004  (percent)
        return "a percentage from 0 to 100"
    return "an amount: plain digits and a point" + ("" if node.get("minimum") == 0 else ", below 0 too")


def _plain_days(value: Any) -> Any:
    """An example whose days are days, which stand without quotes."""
    if isinstance(value, dict):
        return {key: _plain_days(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain_days(item) for item in value]
    return date.fromisoformat(value) if isinstance(value, str) and is_date(value) else value
