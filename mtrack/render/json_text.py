"""The sink for JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mtrack.characters import HARMFUL
from mtrack.render.ci_log import hashes_escaped

if TYPE_CHECKING:
    from mtrack.record.model import Heading


def json_text(data: Any) -> str:
    """JSON, two spaces of indent, keys in the order given; what no terminal or runner is to obey as escapes."""
    text = hashes_escaped(json.dumps(data, indent=2, ensure_ascii=False), r"\u005b")
    if text.isascii():  # in which `dumps` has escaped all but this one
        return text.replace("\x7f", r"\u007f") + "\n"
    return HARMFUL.sub(lambda match: match[0] if match[0] == "\n" else json.dumps(match[0])[1:-1], text) + "\n"


def of_project(project: Heading) -> dict[str, Any]:
    """The first keys of an object about a project."""
    return {"path": project.folder, "project": project.name, "client": project.client, "currency": project.currency}
