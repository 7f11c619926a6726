"""Writes what follows from the code: the rule names in the schemas, and the generated parts of README.md and docs/.

`python tests/tools/generated.py` brings them up to date, as `make test` does; with `--check` it only says which are not.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from mtrack.rules import RULES  # noqa: E402

SCHEMAS = tuple(ROOT / "schemas" / f"{name}.schema.json" for name in ("milestones", "workspace"))
_NAMES = re.compile(r'("ruleName": \{.*?"enum": \[\n)(.*?)(\n *\])', re.DOTALL)
_WIDTH = 110


def with_rule_names(schema: str) -> str:
    """The text of a schema with the names of all rules; as it is where it has them, in whatever layout."""
    found = _NAMES.search(schema)
    assert found, "the schema has no list of rule names"
    names = list(RULES)
    if json.loads(f"[{found[2]}]") == names:
        return schema
    indent = re.match(" *", found[2])[0]  # type: ignore[index]
    lines = textwrap.fill(
        ", ".join(f'"{name}"' for name in names),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return schema[: found.start(2)] + lines + schema[found.end(2) :]


def _update(path: Path, text: str, *, check: bool) -> bool:
    """Write a file where it is out of date, and say so; whether it was."""
    if text == path.read_text(encoding="utf-8"):
        return False
    if not check:
        path.write_text(text, encoding="utf-8", newline="")
    done = "is out of date: run make test" if check else "brought up to date"
    sys.stdout.write(f"{path.relative_to(ROOT).as_posix()} {done}\n")
    return True


def main(*, check: bool) -> int:
    """Bring all up to date, the schemas first, since the pages print from them."""
    stale = [_update(path, with_rule_names(path.read_text(encoding="utf-8")), check=check) for path in SCHEMAS]
    from tools.docs import PAGES, generated  # noqa: PLC0415

    stale += [_update(page, generated(page.read_text(encoding="utf-8")), check=check) for page in PAGES]
    return int(check and any(stale))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
