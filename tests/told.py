"""What commands told in tests, held to what they told before: every word of every finding, in `tests/golden/told`.

`UPDATE_GOLDEN=1 pytest FILE` writes anew what the tests of a file tell; read the difference before it is committed.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

GOLDEN = Path(__file__).parent / "golden" / "told"
_HASH = re.compile(r"\b[0-9a-f]{7,64}\b")
_HEAD = "=== "
_SHOWN = (
    "rule",
    "severity",
    "path",
    "line",
    "column",
    "milestone",
    "invoice",
    "amount",
    "currency",
    "since",
    "waived",
    "about",
)


def told_by(out: str) -> str:
    """What a command printed; of findings as JSON a line with each one's place and words."""
    try:
        data = json.loads(out)
    except ValueError:
        return out
    if isinstance(data, dict) and "runs" in data:  # SARIF, which holds the pages of all rules
        return "".join(
            f"{result['ruleId']} {result['message']['text']}\n" for run in data["runs"] for result in run["results"]
        )
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        return out
    return "".join(f"{line}\n" for finding in data["findings"] for line in _lines(finding))


def _lines(finding: dict[str, Any]) -> Iterable[str]:
    yield " ".join(f"{name}={finding[name]}" for name in _SHOWN if finding.get(name) not in (None, False))
    yield f"  {finding['message']}"
    yield f"  help: {finding['hint']}"
    for other in finding.get("related", ()):
        yield f"  related: {other}"


def hold(module: str, test: str, told: list[str], folder: Path) -> None:
    """Hold what the commands of a test told to what they told before; `folder` is the test's own."""
    names = os.path.relpath(folder), str(folder)  # in this order: the one may end with the other
    text = "".join(told)
    for name in names:
        text = text.replace(name, "FOLDER")
    lines = _HASH.sub("HASH", text).splitlines()
    path = GOLDEN / f"{module}.txt"
    known = _sections(path)
    if os.environ.get("UPDATE_GOLDEN"):
        known[test] = lines
        GOLDEN.mkdir(parents=True, exist_ok=True)
        sections = (f"{_HEAD}{name}\n" + "".join(f"{line}\n" for line in known[name]) for name in sorted(known))
        path.write_text("".join(sections), encoding="utf-8", newline="\n")
    differing = "\n".join(difflib.unified_diff(known.get(test, []), lines, path.name, "now", lineterm=""))
    assert not differing, f"{differing}\nUPDATE_GOLDEN=1 writes {path.name} anew"


def _sections(path: Path) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(_HEAD):
                lines = result[line.removeprefix(_HEAD)] = []
            else:
                lines.append(line)
    return result
