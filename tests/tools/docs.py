"""Writes the generated parts of README.md and docs/: what the commands print, the keys, the rules.

`make test` brings the pages up to date by it (`tests/tools/generated.py`); a test compares.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import OF_THE_MACHINE, mtrack  # noqa: E402

from mtrack.record.fields import AS_ELSEWHERE, fields  # noqa: E402
from mtrack.rules import RULES  # noqa: E402
from mtrack.spreadsheet.columns import SYNONYMS  # noqa: E402
from mtrack.yaml.refusal import REASONS  # noqa: E402
from tools import demo_repository  # noqa: E402

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_CONSOLE = re.compile(r"```console\n\$ mtrack ([^\n]*)\n(.*?)```\n", re.DOTALL)
_PART = re.compile(r"(<!-- (\w+): begin -->\n).*?(<!-- \2: end -->\n)", re.DOTALL)


def generated(page: str) -> str:
    """The text of a page with every generated part as it is now."""
    page = _CONSOLE.sub(lambda match: f"```console\n$ mtrack {match[1]}\n{_printed(match[1])}```\n", page)
    return _PART.sub(lambda match: match[1] + PARTS[match[2]]() + match[3], page)


def parts(page: str) -> list[str]:
    """The names of the generated tables and lists in a page, in order."""
    return [match[2] for match in _PART.finditer(page)]


def _printed(arguments: str) -> str:
    """What a command prints: about the history in the repository of `make demo`, else here."""
    command = arguments.split(maxsplit=1)[0]
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
    lines = ["| key | | meaning |", "|---|---|---|"]
    for field in fields(schema):
        mark = "required" if field.required else ""
        lines.append(f"| `{field.path}` | {mark} | {field.meaning.replace('|', chr(92) + '|')} |")
        if elsewhere := AS_ELSEWHERE.get((schema, field.path)):
            lines.append(f"| `{field.path}.…` | | {elsewhere} |")
    return "\n".join(lines) + "\n"


PARTS = {
    "fields": lambda: _fields("milestones"),
    "settings": lambda: _fields("workspace"),
    "rules": _rules,
    "refusals": _refusals,
    "columns": _columns,
}
