"""Measures `mtrack log` against `git log --stat`: `python bench/git_log.py`. Exit code 1 where a goal is missed.

A repository of 5,000 commits over 400 projects: each begins as its owner would, is then billed and paid milestone by
milestone, with papers of 20 kB beside the records. Times are of whole processes by the wall clock, runs interleaved,
medians: `cold` keeps nothing from earlier, `again` comes after a run like it, `next` after one more commit.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING

import workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMITS, PROJECTS, MILESTONES = 5000, 400, 8
PAPER = 20_000
"""Bytes of a paper."""
ROUNDS = 5
GOALS = {"mtrack log, cold": 6, "mtrack log, again": 0.5, "mtrack log, next": 3}
"""How many times as long as `git log --stat` a log may take."""
MEMORY = 300
"""Megabytes that it may need."""
_ITEM = "  - id: "


def versions(index: int) -> Iterator[dict[str, bytes]]:
    """What each commit of a project writes: its milestones open, then each billed, then paid."""
    text, evidence = workspace.record(index, MILESTONES)
    head, *items = text.split(_ITEM)
    papers = {path: content.encode() + _paper(f"{index}/{path}") for path, content in evidence.items()}
    now = [_open(item) for item in items]
    yield {"milestones.yaml": _joined(head, now), "agreement/signed-sow.pdf": papers["agreement/signed-sow.pdf"]}
    for place, item in enumerate(items):
        if "invoice:" not in item:
            return
        own = {path: content for path, content in papers.items() if path in item}
        unpaid = item.partition("      payments:")[0] + "    status: sent\n"
        now[place] = item if "payments:" not in item else unpaid
        yield {"milestones.yaml": _joined(head, now), **own}
        if now[place] != item:
            now[place] = item
            yield {"milestones.yaml": _joined(head, now)}


def _paper(name: str) -> bytes:
    """Bytes that do not compress, the same for the same name."""
    return random.Random(name).randbytes(PAPER)  # noqa: S311  (no secret)


def _open(item: str) -> str:
    return "\n".join(item.split("\n")[:4]) + "\n    status: not_billed\n"


def _joined(head: str, items: list[str]) -> bytes:
    return (head + "".join(_ITEM + item for item in items)).encode()


def make(root: str) -> None:
    """Make the repository in a folder that is not there yet."""
    stream: list[bytes] = []
    when = 1_700_000_000

    def commit(subject: str, files: dict[str, bytes]) -> None:
        nonlocal when
        when += 7200
        stream.append(f"commit refs/heads/main\ncommitter Studio North <studio@north.example> {when} +0000\n".encode())
        stream.append(f"data {len(subject)}\n{subject}\n".encode())
        for path, content in files.items():
            stream.append(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")

    commit("Begin", {"mtrack.yaml": b"format: 1\n"})
    waiting = [(index, versions(index)) for index in range(1, PROJECTS + 1)]
    count = 1
    while count < COMMITS:
        for index, steps in waiting:
            files = next(steps, None) or {"notes.txt": f"{count}\n".encode()}
            folder = workspace.folder_of(index)
            commit(f"Project {index}", {f"{folder}/{path}": content for path, content in files.items()})
            count += 1
            if count == COMMITS:
                break
    run("git", "init", "--quiet", "--initial-branch=main", root)
    subprocess.run(["git", "-C", root, "fast-import", "--quiet"], input=b"".join(stream), check=True)
    run("git", "-C", root, "checkout", "--quiet", "--force", "main")


def run(*command: str, cache: str = "") -> tuple[float, int]:
    """Seconds a command takes, and the most memory in kilobytes."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["XDG_CACHE_HOME"] = cache
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        message = f"{command[:4]} ended with {process.returncode}"
        raise RuntimeError(message)
    return time.perf_counter() - start, usage.ru_maxrss


def main() -> int:
    """Measure, print the table, and say whether every goal is met."""
    mtrack = os.path.join(sysconfig.get_path("scripts"), "mtrack")
    times: dict[str, list[float]] = {"git log --stat": [], **{name: [] for name in GOALS}}
    peak = 0
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "repository")
        make(root)
        for turn in range(ROUNDS):
            cache = os.path.join(folder, f"cache-{turn}")
            times["git log --stat"].append(run("git", "-C", root, "--no-pager", "log", "--stat")[0])
            os.chdir(root)
            seconds, memory = run(mtrack, "log", "--no-pager", cache=cache)
            times["mtrack log, cold"].append(seconds)
            peak = max(peak, memory)
            times["mtrack log, again"].append(run(mtrack, "log", "--no-pager", cache=cache)[0])
            records = os.path.join(root, *workspace.folder_of(turn + 1).split("/"), "milestones.yaml")
            with open(records, "a", encoding="utf-8") as file:
                file.write("note: one more\n")
            author = ("-c", "user.name=Studio North", "-c", "user.email=studio@north.example")
            run("git", "-C", root, *author, "commit", "--quiet", "--all", "-m", "One more")
            times["mtrack log, next"].append(run(mtrack, "log", "--no-pager", cache=cache)[0])
    medians = {name: median(values) for name, values in times.items()}
    print(f"{COMMITS} commits, {PROJECTS} projects; Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    for name, seconds in medians.items():
        print(f"{name:<20} {seconds:8.3f} s")
    met = True
    for name, most in GOALS.items():
        factor = medians[name] / medians["git log --stat"]
        met = met and factor <= most
        print(f"{name} / git log --stat {factor:7.2f}   goal {most} or less   {'met' if factor <= most else 'MISSED'}")
    megabytes = peak / 1024 if sys.platform != "darwin" else peak / 1024**2
    met = met and megabytes <= MEMORY
    print(
        f"memory: mtrack log, cold {megabytes:6.0f} MB   goal {MEMORY} MB or less   {'met' if megabytes <= MEMORY else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
