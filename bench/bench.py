"""Measures mtrack against its goals: `make bench`, which writes BENCHMARKS.md. Exit code 1 where one is missed.

What is compared runs in turns in the same minutes; each figure is the median of its turns. CPU is user and system time
of a process and its children. `hledger check` reads the facts of the same projects as a journal, check-jsonschema and
yamllint the very files that `mtrack lint` reads: the one as a validator by the same schema, the other in its "relaxed"
preset, neither with anything to report. mtrack has a cache folder of its own: emptied before each cold run. The projects
beside hledger keep no papers, so that each has findings, some 43,000 in 10,000 projects; "3 papers" are those that keep
three each and are clean. Memory is what all processes of a run take at a time, pages that several share counted once.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = sysconfig.get_path("scripts")
MTRACK = os.path.join(BIN, "mtrack")
SMALL, MILESTONES = 1000, 8
LARGE = int(os.environ.get("BENCH_PROJECTS", "10000"))
"""How many projects are read beside hledger."""
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
STARTS = 9
PAPERS = 3
MORE = 1.5
"""How much more may be taken where there are papers."""
WHY = """Where the time of what is missed goes: a start that finds nothing kept takes half of its instructions to load click and msgspec, a quarter
to load its own modules, a twentieth for the schema. check-jsonschema and yamllint read a file each; a lint judges it too: a fifth each is
the reading of records, the facts with their figures, and the rules, a tenth each the places of findings and their text, nearly all of it
in Python. A file saved with another invoice number has rules across projects look at every invoice again: more than half of that goes to
the series of numbers, where each is read beside all others. Memory is at its most at the end: findings and their text, the whole text
that is printed, and the same packed to be kept. A report after one change loads its libraries for a fifth of its time; a tenth each it
asks whether files have changed, unpacks what it kept, looks across projects, and sums; a quarter it puts the pages together that show all
projects."""
SETTLED = 0.2
"""Seconds after which a change can be told from a later one by its time."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: CPU and wall in seconds, the most memory of one of its processes in MB."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True, slots=True)
class Line:
    """A goal: what was measured, beside what, and how much it may be."""

    what: str
    found: float
    goal: float

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.found <= self.goal

    def __str__(self) -> str:
        return f"{self.what:<72} {self.found:9.3f}   goal {self.goal:<7g} {'reached' if self.reached else 'MISSED'}"


class Bench:
    """Runs commands in turns; a wrong run is not a fast one."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.cache = os.path.join(folder, "cache")
        # As users have them installed: with their bytecode beside them.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MTRACK_"))}
        self.environment = kept | {"XDG_CACHE_HOME": self.cache}

    def run(self, command: list[str], *codes: int) -> Cost:
        """Run a command, which must end with one of the exit codes."""
        with open(os.path.join(self.folder, "out"), "wb") as out:
            start = time.perf_counter()
            with subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=out, stderr=out) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - start
        if process.returncode not in (codes or (0,)):
            with open(os.path.join(self.folder, "out"), encoding="utf-8", errors="replace") as file:
                message = f"{command[:4]} ended with {process.returncode}:\n{file.read()[-2000:]}"
            raise RuntimeError(message)
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)

    def mtrack(self, command: str, root: str, *options: str) -> Cost:
        """Run mtrack on a workspace, as of its day."""
        return self.run([MTRACK, command, root, "--as-of", str(workspace.AS_OF), *options], 0, 1)

    def memory(self, command: list[str]) -> float:
        """The most memory in MB that a command and the processes it starts take at a time, each shared page once."""
        most = 0
        with (
            open(os.devnull, "wb") as out,
            subprocess.Popen(command, env=self.environment, stdout=out, stderr=out) as process,
        ):
            while process.poll() is None:
                most = max(most, sum(map(_proportional, _with_children(process.pid))))
                time.sleep(0.02)
        return most / 1024

    def forget(self) -> None:
        """Empty the cache."""
        shutil.rmtree(self.cache, ignore_errors=True)


def _with_children(pid: int) -> Iterator[int]:
    """A process and all that it has started."""
    yield pid
    with suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        for child in file.read().split():
            yield from _with_children(int(child))


def _proportional(pid: int) -> int:
    """The kB that a process takes, of what it shares with others its share; 0 where it is over or that can't be told."""
    with suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return 0


def in_turns(rounds: int, **runs: Callable[[], Cost]) -> dict[str, Cost]:
    """The medians of runs that take turns, one of each before the first for the system's caches."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            cost = run()
            if turn:
                costs[name].append(cost)
    return {
        name: Cost(
            *(median(values) for values in zip(*((cost.cpu, cost.wall, cost.memory) for cost in found), strict=True))
        )
        for name, found in costs.items()
    }


def starts(bench: Bench) -> Iterator[Line]:
    """One project, and what a start alone takes."""
    root = os.path.join(bench.folder, "one")
    workspace.write(root, 1, MILESTONES, PAPERS)
    time.sleep(SETTLED)
    bench.mtrack("lint", root)
    costs = in_turns(
        STARTS,
        python=lambda: bench.run([sys.executable, "-c", "pass"]),
        help=lambda: bench.run([MTRACK, "--help"]),
        unchanged=lambda: bench.mtrack("lint", root),
        changed=lambda: bench.mtrack("lint", root, "--no-cache"),
    )
    for name, what, goal in (
        ("help", "mtrack --help", 2),
        ("unchanged", "lint of one project, nothing changed", 2),
        ("changed", "lint of one project, changed", 6),
    ):
        yield Line(f"{what} / python -c pass, CPU", costs[name].cpu / costs["python"].cpu, goal)


TO_BILL = """\
project: Intranet
currency: EUR
milestones:
  - id: M1
    name: Draft
    amount: 3400.00
    upfront: true
    status: not_billed
"""


def edits(bench: Bench, *roots: str) -> Iterator[Line]:
    """A verb that looks for its invoice number in all other projects, beside one and beside many."""
    folders = [os.path.join(root, "intranet") for root in roots]
    for folder in folders:
        os.makedirs(folder)
        with open(os.path.join(folder, "milestones.yaml"), "w", encoding="utf-8") as file:
            file.write(TO_BILL)

    def bill(folder: str) -> Cost:
        return bench.run([MTRACK, "bill", folder, "M1", "INT-1", "--dry-run", "--as-of", str(workspace.AS_OF)])

    one, many = folders
    costs = in_turns(STARTS, one=lambda: bill(one), many=lambda: bill(many))
    for folder in folders:
        shutil.rmtree(folder)
    yield Line(f"bill, {SMALL:,} projects / one, CPU", costs["many"].cpu / costs["one"].cpu, 2)


def others(bench: Bench, root: str) -> Iterator[Line]:
    """Beside a validator and a linter of YAML."""
    records = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names if name == "milestones.yaml"
    )
    schema = os.path.join(ROOT, "schemas", "milestones.schema.json")
    costs = in_turns(
        ROUNDS,
        lint=lambda: bench.mtrack("lint", root, "--no-cache"),
        jsonschema=lambda: bench.run([os.path.join(BIN, "check-jsonschema"), "--schemafile", schema, *records]),
        yamllint=lambda: bench.run([os.path.join(BIN, "yamllint"), "-d", "relaxed", "--strict", *records]),
    )
    yield Line("lint, cold / check-jsonschema, CPU", costs["lint"].cpu / costs["jsonschema"].cpu, 1 / 40)
    yield Line("lint, cold / yamllint, CPU", costs["lint"].cpu / costs["yamllint"].cpu, 1 / 40)


def beside_hledger(bench: Bench, small: str, large: str, papers: str) -> Iterator[Line]:
    """Beside `hledger check` on the same facts."""
    journal = os.path.join(bench.folder, "facts.journal")
    workspace.write_journal(journal, LARGE, MILESTONES)
    check = ["hledger", "-f", journal, "check"]

    def cold(command: str, root: str = large, *options: str) -> Callable[[], Cost]:
        def run() -> Cost:
            bench.forget()
            return bench.mtrack(command, root, *options)

        return run

    costs = in_turns(
        ROUNDS, hledger=lambda: bench.run(check), small=cold("lint", small), lint=cold("lint"),
        warm=lambda: bench.mtrack("lint", large), changed=lambda: changed(bench, large),
        gaps=cold("gaps"), warm_gaps=lambda: bench.mtrack("gaps", large), status=cold("status"),
        warm_status=lambda: bench.mtrack("status", large), next=cold("next"), warm_next=lambda: bench.mtrack("next", large),
        invoices=cold("invoices", large, "--format", "csv"), warm_invoices=lambda: bench.mtrack("invoices", large, "--format", "csv"),
        papers=cold("lint", papers), warm_papers=lambda: bench.mtrack("lint", papers), changed_papers=lambda: changed(bench, papers),
    )  # fmt: skip
    base, lint = costs["hledger"], costs["lint"]
    yield Line("lint, cold / hledger check, CPU", lint.cpu / base.cpu, 1)
    yield Line("lint, cold / hledger check, wall", lint.wall / base.wall, 1)
    yield Line("lint, nothing changed / hledger check, CPU", costs["warm"].cpu / base.cpu, 0.05)
    yield Line("lint, one file changed / hledger check, CPU", costs["changed"].cpu / base.cpu, 0.12)
    yield Line("lint, 3 papers, cold / hledger check, CPU", costs["papers"].cpu / base.cpu, 1 * MORE)
    yield Line("lint, 3 papers, cold / hledger check, wall", costs["papers"].wall / base.wall, 1 * MORE)
    yield Line("lint, 3 papers, nothing changed / hledger check, CPU", costs["warm_papers"].cpu / base.cpu, 0.05 * MORE)
    yield Line(
        "lint, 3 papers, one file changed / hledger check, CPU", costs["changed_papers"].cpu / base.cpu, 0.12 * MORE
    )
    if os.path.exists("/proc/self/smaps_rollup"):
        bench.forget()
        memory = bench.memory([MTRACK, "lint", large, "--as-of", str(workspace.AS_OF)])
        yield Line("memory of lint, all processes / hledger check", memory / bench.memory(check), 0.25)
        yield Line("kB a milestone in memory", memory * 1000 / LARGE / MILESTONES, 1)
    growth = (lint.cpu / costs["small"].cpu) / (LARGE / SMALL)
    yield Line(f"CPU a project, {LARGE:,} / {SMALL:,} projects", growth, (LARGE / SMALL) ** 0.05)
    for name in ("gaps", "status", "next", "invoices"):
        yield Line(f"{name}, cold / lint, cold, CPU", costs[name].cpu / lint.cpu, 1.3)
    for name in ("gaps", "status", "next", "invoices"):
        yield Line(f"{name}, nothing changed / hledger check, CPU", costs[f"warm_{name}"].cpu / base.cpu, 0.1)


def changed(bench: Bench, root: str) -> Cost:
    """A lint after one file has changed, over what the one before has kept."""
    path = os.path.join(root, *workspace.folder_of(7).split("/"), "milestones.yaml")
    with open(path, "a", encoding="utf-8") as file:
        file.write("# seen\n")
    time.sleep(SETTLED)
    return bench.mtrack("lint", root)


def stays(bench: Bench, root: str) -> Iterator[Line]:
    """A process that stays, such as `serve`: from a saved file to the findings of the whole workspace."""
    bench.run([sys.executable, os.path.join(ROOT, "bench", "stays.py"), root])
    with open(os.path.join(bench.folder, "out"), encoding="utf-8") as file:
        comment, number = map(float, file.read().split())
    yield Line("a process that stays, a file saved, ms of CPU", comment, 50)
    yield Line("the same with another invoice number, ms of CPU", number, 50)


def reports(bench: Bench, root: str) -> Iterator[Line]:
    """A report all new, and one after a milestone of one project was approved and billed."""
    costs: dict[str, list[float]] = {"new": [], "changed": []}
    for turn in range(ROUNDS):
        out = os.path.join(bench.folder, f"report-{turn}")
        bench.forget()
        costs["new"].append(bench.mtrack("report", root, "-o", out).cpu)
        bill(root, turn)
        costs["changed"].append(bench.mtrack("report", root, "-o", out).cpu)
    yield Line("report, one project changed / all new, CPU", median(costs["changed"]) / median(costs["new"]), 0.08)


def bill(root: str, turn: int) -> None:
    """Approve and bill the first open milestone of a project, another one each turn, with the paper beside it."""
    for index in range(1 + turn * 100, SMALL):
        folder = os.path.join(root, *workspace.folder_of(index).split("/"))
        records = os.path.join(folder, "milestones.yaml")
        with open(records, encoding="utf-8") as file:
            text = file.read()
        found = re.search(r"amount: (.*)\n    planned: .*\n    status: not_billed", text)
        if found is None:
            continue
        number = f"INV-{SMALL + 1}-{turn + 1:02}"
        billed = (
            f"amount: {found[1]}\n    deliverable: {{approved: {workspace.AS_OF}, signoff: signoffs/last.eml}}\n"
            f"    invoice: {{number: {number}, amount: {found[1]}, sent: {workspace.AS_OF}, file: invoices/{number}.pdf}}\n"
            "    status: sent"
        )
        for path, content in (("signoffs/last.eml", "Approved.\n"), (f"invoices/{number}.pdf", f"Invoice {number}\n")):
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(content)
        with open(records, "w", encoding="utf-8", newline="") as file:
            file.write(text.replace(found[0], billed))
        return
    message = "no project has a milestone to bill"
    raise RuntimeError(message)


def check_lint(bench: Bench, root: str, projects: int, papers: int = workspace.ALL) -> None:
    """Make sure that what is measured reads every project and finds every flaw, with and without what was kept."""
    numbers = range(1, projects + 1)
    missing = sum(workspace.missing_papers(index, MILESTONES) for index in numbers) if not papers else 0
    meant = sorted(
        [*["attachment-missing"] * missing, *(flaw for index in numbers if (flaw := workspace.flaw_of(index)))]
    )
    for options in ((), (), ("--no-cache",)):
        bench.mtrack("lint", root, "--format", "json", *options)
        with open(os.path.join(bench.folder, "out"), encoding="utf-8") as file:
            report = json.load(file)
        found = sorted(finding["rule"] for finding in report["findings"])
        if report["summary"]["projects"] != projects or found != meant:
            counted = ", ".join(f"{found.count(rule):,} {rule}" for rule in sorted({*found, *meant}))
            message = f"mtrack lint read {report['summary']['projects']} projects and found {counted}"
            raise RuntimeError(message)


def machine() -> list[str]:
    """What the figures were measured on."""
    hledger = (
        subprocess.run(["hledger", "--version"], capture_output=True, text=True, check=False).stdout.split(",")[0]
        if shutil.which("hledger")
        else "no hledger"
    )
    with (
        open("/proc/cpuinfo", encoding="utf-8")
        if os.path.exists("/proc/cpuinfo")
        else open(os.devnull, encoding="utf-8") as file
    ):
        model = re.search(r"model name\s*: (.*)", file.read())
    return [
        f"{platform.system()} {platform.machine()}, {model[1] if model else platform.processor() or 'CPU unknown'}, {os.cpu_count()} cores",
        f"Python {platform.python_version()}, {hledger}",
        f"{LARGE:,} projects beside hledger, else {SMALL:,}, of {MILESTONES} milestones each; medians of {ROUNDS} turns",
    ]


def measure(folder: str) -> Iterator[Line]:
    """All lines, as they are measured."""
    bench = Bench(folder)
    small, few, large, papers = (os.path.join(folder, name) for name in ("small", "few", "large", "papers"))
    workspace.write(small, SMALL, MILESTONES)
    check_lint(bench, small, SMALL)
    yield from starts(bench)
    yield from edits(bench, os.path.join(folder, "one"), small)
    yield from others(bench, small)
    if shutil.which("hledger"):
        for root, projects, kept in ((few, SMALL, 0), (large, LARGE, 0), (papers, LARGE, PAPERS)):
            workspace.write(root, projects, MILESTONES, kept)
            check_lint(bench, root, projects, kept)
        yield from beside_hledger(bench, few, large, papers)
        yield from stays(bench, large)
    else:
        print("hledger is not installed: what is measured beside it is left out")
    yield from reports(bench, small)


def main() -> int:
    """Measure, print each line, write the table, and say whether every goal is reached."""
    for text in machine():
        print(text)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as folder:
        for line in measure(folder):
            print(line, flush=True)
            lines.append(line)
    rows = [
        f"| {line.what} | {line.found:.3f} | {line.goal:g} | {'reached' if line.reached else 'MISSED'} |"
        for line in lines
    ]
    method = (__doc__ or "").split("\n\n", 1)[1].strip().replace("\n", " ")
    parts = ["# Benchmarks", "What `make bench` measured last; lower is better.", "\n".join(f"- {text}" for text in machine()),
             method, "| ratio | measured | goal | |\n|---|---|---|---|\n" + "\n".join(rows), WHY]  # fmt: skip
    with open(os.path.join(ROOT, "BENCHMARKS.md"), "w", encoding="utf-8") as file:
        file.write("\n\n".join(parts) + "\n")
    return 0 if all(line.reached for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
