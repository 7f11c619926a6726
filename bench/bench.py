"""Measures mtrack against its goals: `make bench`. Exit code 1 where one is missed.

All times are of whole processes by the wall clock, runs interleaved, medians. check-jsonschema and yamllint read the
very files that `mtrack lint` reads (which looks for the evidence beside them too): the one as a validator by the
same schema, the other in its "relaxed" preset, neither with anything to report.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from statistics import median

import workspace

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = sysconfig.get_path("scripts")
PROJECTS, MILESTONES = 1000, 8
ROUNDS = 3
LINTS = 9
STARTS = 15


@dataclass(frozen=True, slots=True)
class Goal:
    """`what` may take at most `factor` times as long as `beside`."""

    what: str
    beside: str
    factor: float


GOALS = (
    Goal("mtrack lint", "check-jsonschema", 1 / 10),
    Goal("mtrack lint", "yamllint", 1 / 10),
    Goal("mtrack --help", "python -c pass", 4),
    Goal("report, one changed", "report, all new", 1 / 10),
)
MEMORY_GOALS = (
    ("mtrack lint", "report, all new", 1),
    ("report, all new", "mtrack lint", 1.75),
)
"""What takes at most how much more memory beside what: a lint that kept its projects, a report that kept its pages."""
REPORT_SECONDS = 10
"""How long the report of all projects may take, all new."""


def commands(root: str) -> dict[str, tuple[list[str], int]]:
    """The commands to time, each with the exit code it must end with: a wrong run is not a fast one."""
    records = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names if name == "milestones.yaml"
    )
    if len(records) != PROJECTS:
        message = f"{len(records)} records to read, not {PROJECTS}"
        raise RuntimeError(message)
    schema = os.path.join(ROOT, "schemas", "milestones.schema.json")
    mtrack = os.path.join(BIN, "mtrack")
    return {
        "mtrack lint": ([mtrack, "lint", root, "--as-of", str(workspace.AS_OF), "--format", "json"], 1),
        "check-jsonschema": ([os.path.join(BIN, "check-jsonschema"), "--schemafile", schema, *records], 0),
        "yamllint": ([os.path.join(BIN, "yamllint"), "-d", "relaxed", "--strict", *records], 0),
        "mtrack --help": ([mtrack, "--help"], 0),
        "python -c pass": ([sys.executable, "-c", "pass"], 0),
    }


def timed(command: list[str], code: int) -> tuple[float, str]:
    """Seconds a command takes, and what it prints."""
    # As users have them installed: with their bytecode beside them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode != code:
        message = f"{command[:4]} ended with {done.returncode}, not {code}:\n{(done.stdout + done.stderr)[-2000:]}"
        raise RuntimeError(message)
    return seconds, done.stdout


def measure(all_commands: dict[str, tuple[list[str], int]]) -> dict[str, float]:
    """The median of each command's times."""
    times: dict[str, list[float]] = {name: [] for name in all_commands}
    turns = {"mtrack lint": LINTS, "mtrack --help": STARTS, "python -c pass": STARTS}
    for command, code in all_commands.values():
        timed(command, code)  # once for the caches
    for turn in range(max(ROUNDS, *turns.values())):
        for name, (command, code) in all_commands.items():
            if turn < turns.get(name, ROUNDS):
                times[name].append(timed(command, code)[0])
    return {name: median(values) for name, values in times.items()}


def report_times(root: str, folder: str) -> dict[str, float]:
    """The medians of a report all new, and of one after a milestone of one project was approved and billed."""
    times: dict[str, list[float]] = {"report, all new": [], "report, one changed": []}
    for turn in range(ROUNDS):
        command = [os.path.join(BIN, "mtrack"), "report", root, "--as-of", str(workspace.AS_OF)]
        command += ["-o", os.path.join(folder, f"report-{turn}")]
        times["report, all new"].append(timed(command, 0)[0])
        bill(root, turn)
        times["report, one changed"].append(timed(command, 0)[0])
    return {name: median(values) for name, values in times.items()}


def bill(root: str, turn: int) -> None:
    """Approve and bill the first open milestone of a project, another one each turn, with the paper beside it."""
    for index in range(1 + turn * 100, PROJECTS):
        folder = os.path.join(root, *workspace.folder_of(index).split("/"))
        records = os.path.join(folder, "milestones.yaml")
        with open(records, encoding="utf-8") as file:
            text = file.read()
        found = re.search(r"amount: (.*)\n    planned: .*\n    status: not_billed", text)
        if found is None:
            continue
        number = f"INV-{PROJECTS + 1}-{turn + 1:02}"
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


def peaks(root: str, folder: str) -> dict[str, int]:
    """The most memory that a lint and a report all new take, in the system's unit."""
    options = [root, "--as-of", str(workspace.AS_OF)]
    result: dict[str, int] = {}
    for name, more in (("mtrack lint", ["lint"]), ("report, all new", ["report", "-o", os.path.join(folder, "peak")])):
        with subprocess.Popen([os.path.join(BIN, "mtrack"), *more, *options], stdout=subprocess.DEVNULL) as process:
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0  # it is waited for
        result[name] = usage.ru_maxrss
    return result


def check_lint(command: list[str], code: int) -> None:
    """Make sure that what is timed reads every project and finds every flaw."""
    report = json.loads(timed(command, code)[1])
    found = [finding["rule"] for finding in report["findings"]]
    meant = [flaw for index in range(1, PROJECTS + 1) if (flaw := workspace.flaw_of(index))]
    if report["summary"]["projects"] != PROJECTS or sorted(found) != sorted(meant):
        message = f"mtrack lint read {report['summary']['projects']} projects and found {found}"
        raise RuntimeError(message)


def main() -> int:
    """Measure, print the table, and say whether every goal is met."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "workspace")
        written = workspace.write(root, PROJECTS, MILESTONES)
        print(
            f"{written.projects} projects, {written.milestones} milestones, "
            f"{written.record_bytes / written.projects:.0f} bytes a record, {written.evidence_files} evidence files; "
            f"Python {sys.version.split()[0]}, {os.cpu_count()} cores"
        )
        all_commands = commands(root)
        check_lint(*all_commands["mtrack lint"])
        medians = measure(all_commands)
        medians |= report_times(root, folder)
        memory = peaks(root, folder)
    print()
    for name, seconds in medians.items():
        print(f"{name:<20} {seconds:8.3f} s")
    print()
    met = medians["report, all new"] <= REPORT_SECONDS
    print(f"report, all new: goal {REPORT_SECONDS} s or less   {'met' if met else 'MISSED'}")
    for goal in GOALS:
        factor = medians[goal.what] / medians[goal.beside]
        is_met = factor <= goal.factor
        met = met and is_met
        print(
            f"{goal.what:<19} / {goal.beside:<16} {factor:7.3f}   goal {goal.factor:g} or less   {'met' if is_met else 'MISSED'}"
        )
    for what, beside, most in MEMORY_GOALS:
        factor = memory[what] / memory[beside]
        met = met and factor <= most
        print(
            f"memory: {what} / {beside} {factor:10.3f}   goal {most:g} or less   {'met' if factor <= most else 'MISSED'}"
        )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
