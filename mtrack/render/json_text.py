"""The sink for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import json

from mtrack.characters import harmful
from mtrack.render.ci_log import hashes_escaped

if TYPE_CHECKING:
    from mtrack.record.model import Heading

_ASCII = bytes(range(128))


def json_text(data: Any) -> str:
    """JSON, two spaces of indent, keys in the order given; what no terminal or runner is to obey as escapes."""
    text = hashes_escaped(_text(data), r"\u005b").replace("\x7f", r"\u007f")  # the others of ASCII are escaped already
    beyond = _beyond_ascii(text)
    if not beyond or not any(map(harmful().match, beyond)):
        return text + "\n"
    return harmful().sub(lambda match: match[0] if match[0] == "\n" else _escaped(match[0]), text) + "\n"


def _text(data: Any) -> str:
    try:
        return json.format(json.encode(data), indent=2).decode()
    except UnicodeEncodeError:  # half a character, as names of files may hold
        from json import dumps  # noqa: PLC0415

        return dumps(data, indent=2, ensure_ascii=False)


def _beyond_ascii(text: str) -> set[str]:
    """The characters of a text that are not ASCII, alone: few, also where it is long."""
    return {*text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")}


def _escaped(char: str) -> str:
    from json import dumps  # noqa: PLC0415  (only where something is harmful)

    return dumps(char)[1:-1]


def of_project(project: Heading) -> dict[str, Any]:
    """The first keys of an object about a project."""
    return {"path": project.folder, "project": project.name, "client": project.client, "currency": project.currency}
