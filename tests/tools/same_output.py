"""Compares what two checkouts print: `python tests/tools/same_output.py OLD NEW`. Exit code 1 where they differ.

Every command that changes no record runs in every format: on the example workspace, on a workspace that
`bench/workspace.py` writes, and on one of odd records that `tests/anything.py` makes up. All three come from OLD,
once, and both checkouts read the same copy.
"""

from __future__ import annotations

import argparse
import difflib
import fnmatch
import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLE, BENCH, ODD = "example-workspace", "bench-workspace", "odd-workspace"
AS_OF = {EXAMPLE: "2026-11-22", BENCH: "2026-11-22", ODD: "2026-02-20"}
"""The workspaces, and the day each is looked at."""

FORMATS = {
    "lint": ("text", "concise", "json", "sarif", "github", "gitlab", "junit"),
    "gaps": ("text", "json", "md"),
    "status": ("text", "json", "csv", "md"),
    "aging": ("text", "json", "csv", "md"),
    "forecast": ("text", "json", "csv", "md"),
    "report": ("md",),
}
SITE, PAGE = "site-of-{}", "page-of-{}.html"
"""The names of what `report` writes of a workspace."""

SHOWN = 20
"""How many lines of a difference are shown."""

_SAME_NUMBERS = 20
"""So many odd projects share their invoice numbers."""


@dataclass(frozen=True)
class Checkout:
    """A checkout, and the folder that its commands run in."""

    name: str
    root: Path
    folder: Path
    python: str

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run Python with this checkout's mtrack."""
        kept = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        own = {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(temporary)}
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder, env=kept | own, capture_output=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def output(self, command: str) -> Output:
        """What a command line prints and writes."""
        done = self.run("-m", "mtrack", *command.split()[1:])
        printed = f"exit code {done.returncode}\n{_text(done.stdout)}{_text(done.stderr)}"
        written = _files(self.folder / command.rsplit(maxsplit=1)[-1]) if "report " in command else []
        if self.name == "old" and done.returncode not in (0, 1):
            message = f"{command}\n{printed}"
            raise SystemExit(message)  # a command that can't run proves nothing
        return Output(
            printed.replace(str(self.folder), "."), {path.relative_to(self.folder).as_posix(): path for path in written}
        )

    def check(self) -> None:
        """Stop where Python takes mtrack from elsewhere."""
        done = self.run("-c", "import mtrack; print(mtrack.__file__)")
        found = _text(done.stdout).strip()
        if not found or not Path(found).is_relative_to(self.root):
            message = f"{self.root}: mtrack comes from {found or _text(done.stderr)}"
            raise SystemExit(message)


@dataclass(frozen=True)
class Output:
    """What a command printed, and the files it wrote by their path."""

    printed: str
    written: dict[str, Path]

    def listing(self) -> str:
        """What was printed, then a line for each file with the hash of its bytes."""
        lines = [f"{hashlib.sha256(full.read_bytes()).hexdigest()}  {path}" for path, full in self.written.items()]
        return "\n".join([self.printed, *lines])


def _text(printed: bytes) -> str:
    return printed.decode("utf-8", "backslashreplace")


def _files(path: Path) -> list[Path]:
    """What a report wrote, but for the hidden files, which only save the next report time."""
    below = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [full for full in below if full.is_file() and not full.name.startswith(".")]


def commands(old: Checkout, new: Checkout) -> list[str]:
    """All command lines, as they are told; every name that one of the two knows."""
    lines = ["mtrack --help", "mtrack --version", "mtrack rules"]
    lines += [f"mtrack {name} --help" for name in _both(_command_names, old, new)]
    lines += [f"mtrack rules {name}" for name in _both(_rule_names, old, new)]
    lines += [f"mtrack schema {name}" for name in _both(_schema_names, old, new)]
    lines += [f"mtrack completion {shell}" for shell in ("bash", "zsh", "fish")]
    for workspace, day in AS_OF.items():
        told = f"{workspace} --as-of {day}"
        lines += [f"mtrack {name} {told} --format {form}" for name, forms in FORMATS.items() for form in forms]
        lines += [f"mtrack lint {told} --diff", f"mtrack lint {told} --format concise --fail-on info --select overlap"]
        lines += [f"mtrack report {told} -o {SITE.format(workspace)}"] * 2  # the second over the first
        lines.append(f"mtrack report {told} --single-file {PAGE.format(workspace)}")
    project, day = f"{EXAMPLE}/initech-portal", AS_OF[EXAMPLE]
    return lines + [f"mtrack {name} {project} --as-of {day}" for name in FORMATS if name != "report"]


def _both(names: Any, old: Checkout, new: Checkout) -> list[str]:
    return list(dict.fromkeys([*names(old), *names(new)]))


def _command_names(checkout: Checkout) -> list[str]:
    text = _text(checkout.run("-m", "mtrack", "--help").stdout)
    return re.findall(r"^  ([a-z][a-z-]*) +[A-Z]", text, re.MULTILINE)


def _rule_names(checkout: Checkout) -> list[str]:
    schema = json.loads((checkout.root / "schemas" / "workspace.schema.json").read_text(encoding="utf-8"))
    return list(schema["$defs"]["ruleName"]["enum"])


def _schema_names(checkout: Checkout) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in (checkout.root / "schemas").glob("*.schema.json"))


# The workspaces.


def write_workspaces(old: Path, folder: Path, projects: int) -> None:
    """Write the three workspaces with what OLD has."""
    sys.path[:0] = [str(old / "bench"), str(old / "tests")]
    shutil.copytree(old / "example-workspace", folder / EXAMPLE)
    importlib.import_module("workspace").write(str(folder / BENCH), projects, 8)
    _write_odd(importlib.import_module("anything"), folder / ODD, projects)


def _write_odd(anything: Any, root: Path, projects: int) -> None:
    texts: list[str] = []

    @seed(1)
    @settings(
        max_examples=projects,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(anything.projects())
    def collect(data: Any) -> None:
        texts.append(anything.flow(data))

    collect()
    root.mkdir()
    (root / "mtrack.yaml").write_text("format: 1\nname: Odd\ncurrency: EUR\n", encoding="utf-8")
    for index, text in enumerate(texts):
        own = text if index < _SAME_NUMBERS else re.sub(r"\b(INV|inv)-", rf"\1-{index}-", text)
        project = root / f"p{index:04}"
        project.mkdir()
        (project / "milestones.yaml").write_text(f"{own}\n", encoding="utf-8")


# The comparison.


def difference(old: Output, new: Output) -> list[str]:
    """The first lines of what differs; of files that differ, the first one's."""
    before, after = old.listing(), new.listing()
    if before == after:
        return []
    lines = _diff(before, after)
    for path in sorted(set(old.written) & set(new.written)):
        texts = [_text(output.written[path].read_bytes()) for output in (old, new)]
        if texts[0] != texts[1]:
            lines = [*lines[: SHOWN // 2], f"{path}:", *_diff(*texts)]
            break
    return lines[:SHOWN]


def _diff(before: str, after: str) -> list[str]:
    """The first lines that differ; what comes far behind them is not looked at, since texts can be long."""
    old, new = before.splitlines(), after.splitlines()
    same = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    old, new = (lines[max(same - 1, 0) : same + 10 * SHOWN] for lines in (old, new))
    lines = difflib.unified_diff(old, new, "old", "new", n=1, lineterm="")
    return [line if len(line) <= 300 else f"{line[:300]}…" for line, _ in zip(lines, range(SHOWN), strict=False)]


def compare(old: Checkout, new: Checkout, expected: Sequence[str]) -> int:
    """Compare all command lines and tell; the exit code."""
    lines, unexpected, differing = commands(old, new), 0, 0
    with ThreadPoolExecutor(2) as pool:
        for line in lines:
            found = difference(*pool.map(lambda checkout, line=line: checkout.output(line), (old, new)))
            known = any(fnmatch.fnmatchcase(line, pattern) for pattern in expected)
            differing += bool(found)
            unexpected += bool(found) and not known
            word = "same" if not found else "differs, as expected" if known else "DIFFERS"
            sys.stdout.write("".join(f"{text}\n" for text in (f"{word}: {line}", *(f"    {text}" for text in found))))
            sys.stdout.flush()
    for pattern in expected:
        if not fnmatch.filter(lines, pattern):
            sys.stdout.write(f"expected, but no such command: {pattern}\n")
    sys.stdout.write(f"{len(lines)} commands: {differing} differ, {unexpected} of them unexpected\n")
    return 1 if unexpected else 0


def main() -> int:
    """Compare the checkouts that the command line names."""
    parser = argparse.ArgumentParser(description="Compare what two checkouts of mtrack print.")
    parser.add_argument("old", type=Path, metavar="OLD")
    parser.add_argument("new", type=Path, metavar="NEW")
    parser.add_argument("--projects", type=int, default=1000, metavar="N", help="projects in each written workspace")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="has what both checkouts import")
    help_ = "command lines that may differ, one a line, with * and ? as in file names"
    parser.add_argument("--expect", type=Path, metavar="FILE", help=help_)
    options = parser.parse_args()
    expected: list[str] = []
    if options.expect is not None:
        told = options.expect.read_text(encoding="utf-8").splitlines()
        expected = [line.strip() for line in told if line.strip() and not line.startswith("#")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspaces(options.old.resolve(), folder, options.projects)
        old = _checkout("old", options.old.resolve(), folder, options.python)
        new = _checkout("new", options.new.resolve(), folder, options.python)
        return compare(old, new, expected)


def _checkout(name: str, root: Path, folder: Path, python: str) -> Checkout:
    """A checkout with a folder of its own, which holds the same workspaces by hard links."""
    own = folder / name
    own.mkdir()
    for workspace in AS_OF:
        shutil.copytree(folder / workspace, own / workspace, copy_function=os.link)
    checkout = Checkout(name, root, own, shutil.which(python) or python)
    checkout.check()
    return checkout


if __name__ == "__main__":
    sys.exit(main())
