"""Writes the generated parts of README.md: what the commands print, the fields, the rules.

`make test` brings README.md up to date by it (`tests/tools/generated.py`); a test compares.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import OF_THE_MACHINE, mtrack  # noqa: E402

from mtrack import resources  # noqa: E402
from mtrack.rules import RULES  # noqa: E402
from mtrack.spreadsheet.columns import SYNONYMS  # noqa: E402
from mtrack.yaml.refusal import REASONS  # noqa: E402
from tools import demo_repository  # noqa: E402

_CONSOLE = re.compile(r"```console\n\$ mtrack ([^\n]*)\n(.*?)```\n", re.DOTALL)


def generated(readme: str) -> str:
    """The README with every generated part as it is now."""
    readme = _CONSOLE.sub(lambda match: f"```console\n$ mtrack {match[1]}\n{_printed(match[1])}```\n", readme)
    for name, text in (
        ("fields", _fields("milestones")),
        ("settings", _fields("workspace")),
        ("rules", _rules()),
        ("refusals", _refusals()),
        ("columns", _columns()),
    ):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
        before, _, rest = readme.partition(begin)
        _, _, after = rest.partition(end)
        assert rest, f"README.md has no part {name}"
        readme = before + begin + text + end + after
    return readme


def _printed(arguments: str) -> str:
    """What a command prints: about the history in the repository of `make demo`, else here."""
    command, *_ = arguments.split()
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_MACHINE}
    with mock.patch.dict(os.environ, {**kept, "COLUMNS": "120"}, clear=True):
        if command in ("log", "diff", "audit"):
            with tempfile.TemporaryDirectory() as folder:
                demo_repository.build(Path(folder))
                result = mtrack(*arguments.split(), cwd=Path(folder))
        else:
            result = mtrack(*arguments.split(), cwd=ROOT)
    assert result.code in (0, 1), result.err
    assert not result.err
    return result.out


def _rules() -> str:
    lines = ["| rule | category | severity | what it finds |", "|---|---|---|---|"]
    for rule in RULES.values():
        fix = ", fix" if rule.fixable else ""
        summary = rule.summary.replace("|", "\\|")
        lines.append(f"| `{rule.name}` | {rule.category.value} | {rule.severity.word}{fix} | {summary} |")
    return "\n".join(lines) + "\n"


def _refusals() -> str:
    return "".join(f"- {reason}\n" for reason in REASONS.values())


def _columns() -> str:
    lines = ["| column | also called |", "|---|---|"]
    lines += [f"| `{key}` | {synonyms} |" for key, synonyms in SYNONYMS.items()]
    return "\n".join(lines) + "\n"


def _fields(schema: str) -> str:
    top = json.loads(resources.schema_text(schema))
    lines = ["| key | | meaning |", "|---|---|---|"]
    _walk(top, top, "", lines)
    return "\n".join(lines) + "\n"


def _walk(node: dict[str, Any], top: dict[str, Any], prefix: str, lines: list[str]) -> None:
    required = node.get("required", [])
    for key, value in node.get("properties", {}).items():
        if "not" in value:
            continue
        merged: dict[str, Any] = {}
        part = value
        while True:
            merged = {**part, **merged}
            if "$ref" not in part:
                break
            part = top["$defs"][part["$ref"].removeprefix("#/$defs/")]
        items = merged.get("items")
        item: dict[str, Any] = {}
        if isinstance(items, dict):
            item = items
            while "$ref" in item:
                item = {
                    **top["$defs"][item["$ref"].removeprefix("#/$defs/")],
                    **{k: v for k, v in item.items() if k != "$ref"},
                }
        mark = "required" if key in required else ""
        name = f"{prefix}{key}{'[]' if items is not None else ''}"
        lines.append(f"| `{name}` | {mark} | {merged.get('description', '').replace('|', chr(92) + '|')} |")
        if name == "milestones[].invoice":
            lines.append("| `milestones[].invoice.…` | | as `invoices[]`, without `lines` |")
        elif key == "waivers" and schema_is_workspace(top):
            lines.append("| `waivers[].…` | | as in `milestones.yaml` |")
        else:
            _walk(item if items is not None else merged, top, f"{name}.", lines)


def schema_is_workspace(top: dict[str, Any]) -> bool:
    """Whether a schema is that of `mtrack.yaml`."""
    return "workspace" in str(top["$id"])
