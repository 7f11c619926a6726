"""Measures mtrack on the worst trees that its limits allow: `make extremes`. Exit code 1 where a bound is passed.

Each shape is written to a temporary folder, always the same, and each command runs over it in a process of its own,
cold: with an empty cache folder. CPU is user and system time of the process and its children, memory the most that one
of its processes held, output what it wrote to a pipe. `python bench/extremes.py SHAPE… --only COMMAND` runs some.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
AS_OF = "2026-11-22"
CPU, MEMORY, OUTPUT = 5.0, 300.0, 5.0
"""The bounds: seconds, MB, MB of output."""
MANY = 50_000
SPREAD = 400
"""Over how many projects the many are spread."""
FILE = 5 * 1024 * 1024
SETTINGS = "format: 1\nname: Extremes\ncurrency: EUR\n"
MILESTONE = "  - {id: M1, name: A, amount: 1.00, status: not_billed}\n"

Tree = Iterable[tuple[str, str]]
"""Paths from the root with what the files hold."""


# --- Shapes ----------------------------------------------------------------------------------------------------


def record(milestones: str, more: str = "", name: str = "P") -> str:
    """The records of a project."""
    return f"project: {name}\nmilestones:\n{milestones}{more}"


def billed(count: int, number: Callable[[int], str], more: str = "", start: int = 0) -> str:
    """Milestones, each billed by an invoice of its own."""
    return "".join(
        f"- {{id: M{i},name: A{i},amount: 1,status: sent,invoice: {{number: {number(i)},amount: 1,sent: 2026-01-05{more}}}}}\n"
        for i in range(start, start + count)
    )


def spread(of_project: Callable[[int, int], str]) -> Tree:
    """The many over several projects: each is given which one it is and how many of the many are its own."""
    for i in range(SPREAD):
        yield f"p{i:05}/milestones.yaml", of_project(i, MANY // SPREAD)


def one_number() -> Tree:
    """Invoices of one number in one project."""
    yield "p/milestones.yaml", record(billed(MANY, lambda _: "I"))


def one_number_spread() -> Tree:
    """Invoices of one number over many projects."""
    return spread(lambda _, count: record(billed(count, lambda _: "INV-1")))


def one_milestone() -> Tree:
    """Invoices that all bill one milestone."""
    lines = "".join(
        f"- {{number: I{i},amount: 1,sent: 2026-01-05,lines: [{{milestone: M1,amount: 1}}]}}\n" for i in range(MANY)
    )
    yield "p/milestones.yaml", record(MILESTONE, f"invoices:\n{lines}")


def unrecorded() -> Tree:
    """Files of one project that no record names."""
    yield "p/milestones.yaml", record(MILESTONE)
    for i in range(MANY):
        yield f"p/invoices/{i:05}.pdf", f"{i}"


def unrecorded_spread() -> Tree:
    """Files of many projects that no record names."""
    for path, content in spread(lambda _, __: record(MILESTONE)):
        yield path, content
        for i in range(MANY // SPREAD):
            yield path.replace("milestones.yaml", f"invoices/{i:05}.pdf"), f"{i}"


def one_file() -> Tree:
    """Invoices that name one file per project."""
    for path, content in spread(lambda i, count: record(billed(count, lambda j: f"I{i}-{j}", ",file: i.pdf"))):
        yield path, content
        yield path.replace("milestones.yaml", "i.pdf"), "x"


def one_file_of_a_project() -> Tree:
    """Invoices of one project that name one file."""
    yield "p/i.pdf", "x"
    yield "p/milestones.yaml", record(billed(MANY * 21 // 25, lambda j: f"I{j}", ",file: i.pdf"))


def one_paper() -> Tree:
    """Milestones of one agreement, with sign-offs and invoices that name one paper that speaks of none of them."""
    count = MANY // 2
    yield "p/sow.md", "".join(f"A{i} {i} EUR {i}.50\n" for i in range(count))
    yield "p/ok.txt", "fine\n"
    yield (
        "p/milestones.yaml",
        record(
            billed(count, lambda i: f"I{i}", ",file: ok.txt").replace(
                ",status", ",deliverable: {approved: 2026-01-02,signoff: ok.txt},status"
            ),
            "agreement: {file: sow.md,signed: 2026-01-01,total: 1}\n",
        ),
    )


def one_id() -> Tree:
    """Milestones of one id."""
    yield "p/milestones.yaml", record("- {id: M1,name: A,amount: 1,status: sent}\n" * MANY)


def milestones() -> Tree:
    """Milestones that nothing is billed of."""
    yield "p/milestones.yaml", record("".join(f"- {{id: M{i},name: A,amount: 1,status: sent}}\n" for i in range(MANY)))


def cut_off() -> Tree:
    """Names that a comment cuts off, and files of invoices."""
    count = MANY * 2 // 5
    yield (
        "p/milestones.yaml",
        record(
            "".join(f"- id: M{i}\n  name: A #1 {i}\n  amount: 1\n  status: sent\n" for i in range(count)),
            "invoices:\n"
            + "".join(
                f"- number: I{i}\n  amount: 1\n  sent: 2026-01-05\n  lines: [{{milestone: M{i},amount: 1}}]\n  file: x #1\n"
                for i in range(count)
            ),
        ),
    )


def lines_and_payments() -> Tree:
    """Milestones that one invoice bills, which is paid in as many parts."""
    count = MANY * 3 // 10
    lines = ",".join(f"{{milestone: M{i},amount: 1}}" for i in range(count))
    paid = ",".join(f"{{date: 2026-{i // 28 % 9 + 1:02}-{i % 28 + 1:02},amount: 0.5}}" for i in range(count))
    yield (
        "p/milestones.yaml",
        record(
            "".join(f"- {{id: M{i},name: A{i},amount: 1,status: sent}}\n" for i in range(count)),
            f"invoices:\n- {{number: I,amount: {count},sent: 2026-01-05,lines: [{lines}],payments: [{paid}]}}\n",
        ),
    )


def amendments() -> Tree:
    """Amendments of one agreement, beside as many milestones."""
    count = MANY * 3 // 10
    signed = "".join(f"  - {{amount: 1,milestones: 1,signed: 2026-01-{i % 28 + 1:02}}}\n" for i in range(count))
    yield (
        "p/milestones.yaml",
        record(
            "".join(f"- {{id: M{i},name: A{i},amount: 1,status: sent}}\n" for i in range(count)),
            f"agreement:\n  total: 1\n  milestones: 1\n  signed: 2026-01-01\n  amendments:\n{signed}",
        ),
    )


def currencies() -> Tree:
    """Payments in currencies that there are not."""
    yield (
        "p/milestones.yaml",
        record(
            "".join(
                billed(
                    1,
                    lambda i: f"I{i}",
                    f",payments: [{{date: 2026-02-01,amount: 1,received: {{amount: 1,currency: U{i:05}}}}}]",
                    i,
                )
                for i in range(MANY // 2)
            )
        ),
    )


def one_reference() -> Tree:
    """Payments of one reference."""
    paid = ",payments: [{date: 2026-02-01,amount: 1,reference: R}]"
    return spread(lambda i, count: record(billed(count, lambda j: f"I{i}-{j}", paid)))


def one_transfer() -> Tree:
    """Pairs of payments that give one total each."""

    def paid(i: int, count: int) -> str:
        return "".join(
            billed(
                1,
                lambda j: f"I{i}-{j}",
                f",payments: [{{date: 2026-02-01,amount: 1,total: 2,reference: R{i}-{j // 2}}}]",
                j,
            )
            for j in range(count)
        )

    return spread(lambda i, count: record(paid(i, count)))


def one_transfer_of_all() -> Tree:
    """Pairs of payments of one reference and day that all give one total."""
    paid = ",payments: [{{date: 2026-02-01,amount: {},total: 9999999999,reference: R}}]"

    def of_project(i: int, count: int) -> str:
        return record(
            "".join(billed(1, lambda j: f"I{i}-{j}", paid.format(i * count + j // 2), j) for j in range(count))
        )

    return spread(of_project)


def one_invoice() -> Tree:
    """Milestones that one invoice bills, whose credit note takes all of it back."""
    count = MANY * 3 // 10
    milestones = "".join(f"- {{id: M{i},name: A{i},amount: 1,status: sent}}\n" for i in range(count))
    lines = ",".join(f"{{milestone: M{i},amount: 1}}" for i in range(count))
    invoices = "".join(
        f"- {{number: {number},amount: {count},tax: 7,sent: 2026-01-05,lines: [{lines}]}}\n"
        for number in ("I1", "C1,credits: I1")
    )
    yield "p/milestones.yaml", record(milestones, f"invoices:\n{invoices}")


def credit_notes() -> Tree:
    """Credit notes against one invoice."""
    lines = "".join(
        f"- {{number: C{i},credits: I,amount: 1,sent: 2026-01-05,lines: [{{milestone: M0,amount: 1}}]}}\n"
        for i in range(MANY * 4 // 5)
    )
    yield "p/milestones.yaml", record(billed(1, lambda _: "I"), f"invoices:\n{lines}")


def payments() -> Tree:
    """Payments of one invoice."""
    paid = ",".join("{date: 2026-02-01,amount: 1,reference: R}" for _ in range(MANY))
    yield "p/milestones.yaml", record(billed(1, lambda _: "I", f",payments: [{paid}]"))


def instalments() -> Tree:
    """Instalments of one invoice."""
    parts = ",".join("{due: 2026-02-01,amount: 1}" for _ in range(MANY))
    yield "p/milestones.yaml", record(billed(1, lambda _: "I", f",instalments: [{parts}]"))


def replaced() -> Tree:
    """Invoices that each replace the one before it."""
    yield (
        "p/milestones.yaml",
        record("".join(billed(1, lambda i: f"I{i}", f",replaces: I{i - 1}", i) for i in range(MANY * 4 // 5))),
    )


def series() -> Tree:
    """Numbers of one series, each with a hole before it."""
    yield "p/milestones.yaml", record(billed(MANY, lambda i: f"I{i * 2}"))


def series_spread() -> Tree:
    """The same over many projects, of as many clients."""
    return spread(lambda i, count: record(billed(count, lambda j: f"C{i:03}-{(j * SPREAD + i) * 3}", start=0)))


def waivers() -> Tree:
    """Waivers of one project."""
    lines = "".join(f"- {{rule: overdue,milestone: M{i},reason: r}}\n" for i in range(MANY))
    yield "p/milestones.yaml", record(MILESTONE, f"waivers:\n{lines}")


def waivers_of_settings() -> Tree:
    """Waivers of the settings, none of which fits."""
    lines = "".join(f"- {{rule: overdue,number: I{i},reason: r}}\n" for i in range(MANY))
    yield "mtrack.yaml", f"{SETTINGS}waivers:\n{lines}"
    for i in range(SPREAD):
        yield f"p{i:05}/milestones.yaml", record(billed(10, lambda j: f"J{j}"))


def patterns() -> Tree:
    """Patterns of `exclude` up to the limits, and folders that each of them nearly matches."""
    lines = "".join(f'- "**/*a*{i}/**/b*"\n' for i in range(999))
    yield "mtrack.yaml", f"{SETTINGS}exclude:\n{lines}"
    yield "p/milestones.yaml", record(MILESTONE)
    for i in range(3000):
        yield f"{'a' * 20}/{i}/{'a' * 13}/c/milestones.yaml", record(MILESTONE, name=f"P{i}")


def one_title() -> Tree:
    """Projects of one name."""
    for i in range(10_000):
        yield f"p{i:05}/milestones.yaml", record("- {id: M1,name: A,amount: 1,status: not_billed}\n", "client: C\n")


def clients() -> Tree:
    """Clients whose names look alike."""
    return spread(
        lambda i, count: record(
            billed(count, lambda j: f"I{i}-{j}"), f"client: {'Acme' + ' ' * (i % 7) + ('é' * (i % 400))} Ltd\n"
        )
    )


def filled(item: str, size: int = FILE - 200) -> str:
    """A text of a size that repeats an item."""
    return ",".join([item] * (size // (len(item) + 1)))


def big(text: str) -> Callable[[], Tree]:
    """One file of 5 MiB beside a project that is sound."""
    return lambda: (("p/milestones.yaml", text), ("q/milestones.yaml", record(MILESTONE)))


def keys() -> str:
    """Keys that the format does not know."""
    return "".join(f"key{i}: 1\n" for i in range(FILE // 13))[: FILE - 300].rpartition("\n")[0] + "\n"


SHAPES: dict[str, Callable[[], Tree]] = {
    "one number": one_number,
    "one number, 400 projects": one_number_spread,
    "one milestone": one_milestone,
    "unrecorded files": unrecorded,
    "unrecorded files, 400 projects": unrecorded_spread,
    "one file": one_file_of_a_project,
    "one file, 400 projects": one_file,
    "one paper": one_paper,
    "one id": one_id,
    "milestones": milestones,
    "cut off": cut_off,
    "lines and payments": lines_and_payments,
    "amendments": amendments,
    "currencies": currencies,
    "one reference": one_reference,
    "two of each transfer": one_transfer,
    "one transfer": one_transfer_of_all,
    "one invoice": one_invoice,
    "credit notes": credit_notes,
    "payments": payments,
    "instalments": instalments,
    "replaced": replaced,
    "numbers with holes": series,
    "numbers with holes, 400 projects": series_spread,
    "waivers": waivers,
    "waivers of the settings": waivers_of_settings,
    "patterns": patterns,
    "one title": one_title,
    "clients alike": clients,
    "empty mappings": big(f"[{filled('{}')}]"),
    "unknown keys": big(record(MILESTONE, keys())),
    "lists in lists": big(
        record(MILESTONE, "x-a: " + ("[" * 90 + "]" * 90 + "\n") * 1)[: FILE - 9]
        + "x-b: ["
        + filled("[" * 40 + "]" * 40, FILE - 2000)
        + "]\n"
    ),
    "one line": big(record(MILESTONE.replace("not_billed", "x " * (FILE // 2 - 200)))),
    "aliases": big(record(MILESTONE, "x-a: &a [1]\nx-b: [" + filled("*a", FILE - 400) + "]\n")),
    "digits": big(record(MILESTONE.replace("1.00", "9" * 100_000))),
}
ONE_PROJECT = "p", "p00000"


def write(shape: str, root: str) -> None:
    """Write a shape's tree."""
    made = set()
    for path, content in (("mtrack.yaml", SETTINGS), *SHAPES[shape]()):
        full = os.path.join(root, path)
        folder = os.path.dirname(full)
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(full, "w", encoding="utf-8") as file:
            file.write(content)


# --- Commands --------------------------------------------------------------------------------------------------


def commands(root: str, out: str) -> Iterator[list[str]]:
    """Each command that reads the workspace or edits a project of it."""
    project = next(name for name in sorted(os.listdir(root)) if name in ONE_PROJECT)
    for form in ("text", "concise", "json", "sarif", "github", "gitlab", "junit"):
        yield ["lint", "--format", form]
    for command, forms in {
        "gaps": "text json md", "status": "text json csv md", "next": "text json md", "aging": "text json csv md",
        "forecast": "text json csv md", "invoices": "text json csv md", "payments": "text json csv md",
    }.items():  # fmt: skip
        for form in forms.split():
            yield [command, "--format", form]
    yield ["next", "--all"]
    yield ["report", "-o", os.path.join(out, "report")]
    yield ["report", "--format", "md"]
    yield ["verify"]
    yield ["fields"]
    yield ["lint", "--diff"]
    yield ["add", project, "New", "1", "--dry-run"]
    yield ["bill", project, "M1", "NEW-1", "--dry-run"]
    yield ["pay", "I1", "--dry-run"]
    yield ["set", project, "M1", "--note", "x", "--dry-run"]
    yield ["waive", "overdue", project, "--reason", "x", "--dry-run"]
    yield ["close", project, "--dry-run"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: CPU in seconds, memory and output in MB."""

    code: int
    cpu: float
    memory: float
    output: float

    @property
    def bounded(self) -> bool:
        """Whether it kept to the bounds, and ended as a command ends."""
        return self.code in range(4) and self.cpu < CPU and self.memory < MEMORY and self.output < OUTPUT


_MEASURED = """
import resource, subprocess, sys
with open(sys.argv[1], "wb") as out:
    code = subprocess.run(sys.argv[2:], stdout=out, stderr=subprocess.STDOUT).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def run(root: str, out: str, arguments: list[str]) -> Cost:
    """Run a command, cold."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MTRACK_"))}
    cache = os.path.join(out, "cache")
    shutil.rmtree(cache, ignore_errors=True)
    os.mkdir(cache, 0o700)
    told = os.path.join(out, "output")
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, told, sys.executable, "-m", "mtrack", *arguments, *as_of(arguments)],
        env=environment | {"PYTHONPATH": ROOT, "XDG_CACHE_HOME": cache},
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    code, cpu, memory = done.stdout.split()
    return Cost(int(code), float(cpu), float(memory), os.path.getsize(told) / 1e6)


def as_of(arguments: list[str]) -> list[str]:
    """The day, for the commands that know one."""
    return [] if arguments[0] == "fields" else ["--as-of", AS_OF]


def main() -> int:
    """Measure, print a line per run and the worst of each shape; 1 where a bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", default=[*SHAPES])
    parser.add_argument("--only", action="append", help="the first word of a command")
    parser.add_argument("--write", help="write the shapes' trees into this folder and stop")
    options = parser.parse_args()
    passed = False
    for shape in options.shapes:
        if options.write:
            write(shape, os.path.join(options.write, shape.replace(", ", "-").replace(" ", "-")))
            continue
        with tempfile.TemporaryDirectory(prefix="mtrack-extremes-") as folder:
            root, out = os.path.join(folder, "workspace"), os.path.join(folder, "out")
            os.mkdir(out)
            write(shape, root)
            for arguments in commands(root, out):
                if options.only and arguments[0] not in options.only:
                    continue
                cost = run(root, out, arguments)
                words = " ".join("REPORT" if os.path.isabs(word) else word for word in arguments)
                mark = "" if cost.bounded else "   PASSED"
                print(
                    f"{shape:<32} {words:<48} {cost.code} {cost.cpu:7.2f} s {cost.memory:6.0f} MB {cost.output:8.3f} MB{mark}",
                    flush=True,
                )
                passed |= not cost.bounded
    return int(passed)


if __name__ == "__main__":
    sys.exit(main())
