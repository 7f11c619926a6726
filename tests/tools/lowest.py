"""Prints the oldest releases that pyproject.toml allows, as constraints for pip; `make test-lowest` installs them."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_BOUND = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)")


def lowest(dependencies: list[str]) -> list[str]:
    """Each dependency, `NAME>=VERSION` and nothing else, as `NAME==VERSION`."""
    found = [_BOUND.fullmatch(dependency) for dependency in dependencies]
    assert all(found), "a dependency has a lower bound and no other"
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sys.stdout.write("".join(f"{line}\n" for line in lowest(project["dependencies"])))
