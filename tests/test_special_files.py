"""What stands in the place of a file is never waited for, and never read without end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import ROOT, write_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
RECORDS = (
    "project: P\ncurrency: EUR\nagreement: {file: agreement/a.pdf, signed: 2026-01-01, total: 300.00}\n"
    "milestones:\n"
    "  - {id: M1, name: A, amount: 100.00, deliverable: {note: x, approved: 2026-01-20, signoff: sign/s.pdf}, status: not_billed}\n"
    "  - id: M2\n    name: B\n    amount: 100.00\n    deliverable: {note: x, completed: 2026-01-20}\n"
    "    invoice: {number: INV-1, amount: 100.00, sent: 2026-02-01, file: invoices/i.pdf}\n    status: sent\n"
    "  - {id: M3, name: C, amount: 100.00, deliverable: {note: x, approved: 2026-02-02}, status: not_billed}\n"
)
TREE: dict[str, str | bytes] = {
    "mtrack.yaml": "format: 1\n",
    "p/milestones.yaml": RECORDS,
    "p/agreement/a.pdf": "a",
    "p/sign/s.pdf": "s",
    "p/invoices/i.pdf": "i",
    "q/milestones.yaml": RECORDS.replace("INV-1", "INV-2").replace("project: P", "project: Q"),
    "q/agreement/a.pdf": "qa",
    "q/sign/s.pdf": "qs",
    "q/invoices/i.pdf": "qi",
    "templates/site/page.html.j2": "x",
    "paper.pdf": "paper",
    "rows.csv": "Milestone,Amount\nA,100.00\n",
}


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3 << 30)


STAND_INS: dict[str, Callable[[Path], None]] = {
    "fifo": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "sparse": sparse,
}
PLACES = {
    "what reports and mtrack itself write": (
        "out", "one.html", "site/index.html", ".gitignore", ".mtrack/schemas/milestones.schema.json", "templates/site/page.html.j2",
    ),
    "records and what is given": ("p/milestones.yaml", "paper.pdf", "rows.csv"),
    "evidence": ("p/agreement/a.pdf", "p/sign/s.pdf", "p/invoices/i.pdf"),
    "settings": ("mtrack.yaml",),
}  # fmt: skip
COMMANDS = (
    "lint", "gaps", "status", "aging", "invoices", "payments", "next", "forecast", "verify", "log", "audit",
    "lint --since HEAD", "lint --settings-from HEAD", "diff HEAD", "lint --format json --output out",
    "report --output site --with-files --since HEAD", "report --output other --templates", "report --single-file one.html",
    "import rows.csv --project q --dry-run", "new n --from rows.csv --currency EUR", "init --dry-run",
    "new a --currency EUR --milestone A=1 --agreement paper.pdf", "pay INV-2 1.00", "bill q M3 INV-3 --file paper.pdf",
    "approve q M2 --by K --signoff paper.pdf", "hold q M1 --reason x --dry-run", "approve q M2 --by K --signoff p/sign/s.pdf --force --dry-run",
    "credit INV-2 CN-1 --amount 1 --file p/invoices/i.pdf --dry-run", "waive approved-not-billed p --reason x --dry-run",
    "amend q +50 --milestone D=50 --file paper.pdf --dry-run", "close q --dry-run", "schema --update .",
)  # fmt: skip
REFUSED: dict[str, Callable[[str], bool]] = {
    "what reports and mtrack itself write": lambda command: any(
        word in command for word in (" out", " site", "one.html", "--update")
    ),
    "records and what is given": lambda command: "rows.csv" in command or "paper.pdf" in command,
    "evidence": lambda command: "--signoff p/" in command or "--file p/" in command,
    "settings": lambda command: command not in {"init --dry-run", "schema --update ."},
}
BOUNDED = (
    "import resource, sys, time\n"
    "from mtrack.__main__ import run\n"
    "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
    "for line in sys.argv[1:]:\n"
    "    before = time.process_time()\n"
    "    code = run(line.split())\n"
    "    print(f'\\n<<{code} {time.process_time() - before:.2f} {line}', flush=True)\n"
)


def bounded(root: Path, commands: tuple[str, ...]) -> tuple[dict[str, tuple[int, float]], str, str]:
    """Exit code and seconds of each command; one process runs them all, in little time and memory."""
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, *commands],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=root, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MTRACK_WAYS": "plain"},
    )  # fmt: skip
    told = (line[2:].split(" ", 2) for line in done.stdout.splitlines() if line.startswith("<<"))
    return {command: (int(code), float(seconds)) for code, seconds, command in told}, done.stdout, done.stderr


@pytest.mark.parametrize("kind", STAND_INS)
@pytest.mark.parametrize("where", PLACES)
def test_in_the_place_of_a_file(kind: str, where: str, tmp_path: Path) -> None:
    write_tree(tmp_path, TREE)
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    for place in PLACES[where]:
        target = tmp_path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        STAND_INS[kind](target)
    told, out, err = bounded(tmp_path, COMMANDS)
    assert tuple(told) == COMMANDS, err
    assert "itself failed" not in err
    assert "Traceback" not in err
    assert len(out) < 1_000_000
    assert max(seconds for _, seconds in told.values()) < 4, told
    assert {command: code for command, (code, _) in told.items() if code > 1} == {
        command: 3 if where == "settings" or "schema" in command else 2
        for command in COMMANDS
        if REFUSED[where](command)
    }
