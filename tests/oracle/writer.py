"""Records as YAML in block and flow style, and workspaces as files."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from oracle.basics import Record, inside, listed
from oracle.clock import all_invoices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle.generate import Workspace

PLAIN = re.compile(r"^[A-Za-z][A-Za-z0-9_./ -]*$")
WORDS = {"true", "false", "null", "y", "n", "yes", "no", "on", "off"}


def scalar(value: Any) -> str:
    """A value as YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and (not PLAIN.match(value) or value.endswith(" ") or value.lower() in WORDS):
        return json.dumps(value)
    return str(value)


def flow(value: Any) -> str:
    """A value in braces and brackets on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def block(value: Any, indent: int, deepest: int) -> Iterator[str]:
    """The lines of a mapping or list; below a depth in flow style."""
    margin = " " * indent
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner and indent < deepest:
                yield f"{margin}{key}:"
                yield from block(inner, indent + 2, deepest)
            else:
                yield f"{margin}{key}: {flow(inner)}"
        return
    for item in value:
        if not isinstance(item, dict | list) or indent >= deepest:
            yield f"{margin}- {flow(item)}"
            continue
        first, *others = block(item, indent + 2, deepest)
        yield f"{margin}- {first.lstrip()}"
        yield from others


def yaml_text(value: Record, deepest: int = 99) -> str:
    """A record as YAML: block style down to an indent, flow style below it."""
    return "\n".join(block(value, 0, deepest)) + "\n"


def files_of(record: Record) -> list[str]:
    """The files that a record names."""
    agreement = inside(record, "agreement")
    found = [agreement.get("file"), *(one.get("file") for one in listed(agreement, "amendments"))]
    found += [inside(one, "deliverable").get("signoff") for one in record["milestones"]]
    found += [invoice.get("file") for invoice, _ in all_invoices(record)]
    return sorted({str(name) for name in found if name})


def write(made: Workspace, root: Path) -> Path:
    """Write a workspace; evidence files each with content of its own."""
    rng = Random(made.seed)  # noqa: S311  (a seed makes it repeatable)
    root.mkdir(parents=True, exist_ok=True)
    (root / "mtrack.yaml").write_text(yaml_text(made.settings), encoding="utf-8")
    for path, record in made.projects.items():
        for name in files_of(record):
            target = root / path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"{path}/{name}\n", encoding="utf-8")
        (root / path).mkdir(parents=True, exist_ok=True)
        text = yaml_text(record, rng.choice([99, 4, 2]))
        (root / path / "milestones.yaml").write_text(text, encoding="utf-8")
    return root
