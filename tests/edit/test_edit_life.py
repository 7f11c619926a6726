"""A whole project's life, typed into a real terminal, from `init` to `close`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, mtrack

from mtrack.cli import prompts

pexpect: Any = pytest.importorskip("pexpect")

_STYLING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A shell in a pseudo-terminal, and what it shows."""

    def __init__(self, folder: Path) -> None:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder), "TERM": "dumb",
            "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "120", "LANG": "C.UTF-8",
        }  # fmt: skip
        self.shell = pexpect.spawn(
            "/bin/sh",
            [],
            cwd=str(folder),
            env=environment,
            encoding="utf-8",
            timeout=60,
            dimensions=(40, 200),
            echo=False,
        )
        self.shell.sendline(f"PS1='$ '; PS2=; alias mtrack='{sys.executable} -m mtrack'; echo ready")
        self.shell.expect("ready\r\n\\$ ")

    def run(self, line: str, *answers: tuple[str, str], code: int = 0) -> str:
        """Type a line, answer what it asks, and give back all it showed; its exit code must be `code`."""
        self.shell.sendline(line + "; echo =$?=")
        shown = ""
        for question, answer in answers:
            self.shell.expect_exact(question)
            shown += self.shell.before + question
            self.shell.expect(": ")
            shown += self.shell.before
            self.shell.sendline(answer)
        self.shell.expect(r"=(\d+)=\r\n\$ ")
        shown += self.shell.before
        assert int(self.shell.match[1]) == code, shown
        return _STYLING.sub("", shown).replace("\r\n", "\n")


def test_a_project_lives_from_init_to_close(tmp_path: Path) -> None:
    work = tmp_path / "studio"
    work.mkdir()
    for name in (
        "Signed SOW.pdf",
        "m1.eml",
        "m2.eml",
        "m3.eml",
        "INV-1.pdf",
        "INV-2.pdf",
        "INV-4.pdf",
        "amendment 1.pdf",
        "amendment 2.pdf",
        "CN-3.pdf",
    ):
        (tmp_path / name).write_text(name, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    for key, value in (("user.name", "Ana"), ("user.email", "ana@example.com")):
        subprocess.run(["git", "-C", str(work), "config", key, value], check=True)
    terminal = Terminal(work)
    run = terminal.run

    assert "next: mtrack new" in run("mtrack init --currency EUR --commit")
    # the papers here are only names of files
    run("sed -i 's/^verify: true/verify: false/' mtrack.yaml && git commit -q --amend -a --no-edit")
    shown = run(
        "mtrack new --client 'Acme GmbH' --agreement '../Signed SOW.pdf' --signed 2026-01-10 --total 9000 --count 2 --as-of 2026-01-12 --commit",
        ("the project's folder", "acme-website"),
        ("a milestone, as NAME=AMOUNT", "Discovery=4000"),
        ("no more", "Beta"),
        ("'Beta' is not NAME=AMOUNT", "Beta=5000"),
        ("no more", ""),
    )  # fmt: skip
    assert "acme-website created: 2 milestones, EUR 9,000.00" in shown
    run("mtrack deliver acme-website M1 --as-of 2026-01-30 --note 'research report' --commit")
    shown = run(
        "mtrack approve --by 'product owner' --signoff ../m1.eml --as-of 2026-02-02 --commit",
        ("which project", "acme-website"),
        ("which milestone", "M1"),
    )
    assert "M2  Beta, not billed" in shown
    run("mtrack bill acme-website M1 INV-2026-001 --tax 760 --file ../INV-1.pdf --as-of 2026-02-03 --commit")
    assert "overbilled" in run(
        "mtrack bill acme-website M1 INV-2026-002 --as-of 2026-02-03 --commit", ("tax on top", ""), code=1
    )
    shown = run("mtrack pay --as-of 2026-03-01 --commit", ("which invoice", ""))
    assert "INV-2026-001 paid: EUR 4,760.00 on 2026-03-01" in shown
    assert "acme-website: EUR 5,000.00 left to bill, EUR 0.00 to collect" in shown
    run("mtrack hold acme-website M2 --until 2026-04-01 --reason 'new budget' --as-of 2026-03-02 --commit")
    run("mtrack hold acme-website M2 --release --as-of 2026-03-20 --commit")
    run(
        "mtrack amend acme-website --amount 1500 --milestones 1 --file '../amendment 1.pdf' --signed 2026-03-21 --as-of 2026-03-21 --commit"
    )
    run("mtrack add acme-website Newsletter 1500 --as-of 2026-03-21 --commit")
    run("mtrack approve acme-website M2 --signoff ../m2.eml --as-of 2026-04-02 --commit")
    shown = run(
        "mtrack bill acme-website M2 --file ../INV-2.pdf --as-of 2026-04-03 --commit",
        ("the invoice's number [INV-2026-002]", ""),
        ("tax on top", ""),
    )
    assert "M2 billed as INV-2026-002: EUR 5,000.00" in shown
    run("mtrack credit INV-2026-002 CN-2026-003 --amount 500 --file ../CN-3.pdf --as-of 2026-04-10 --commit")
    run("mtrack void CN-2026-003 --reason 'agreed otherwise' --as-of 2026-04-11 --commit")
    run("mtrack pay inv-2026-002 4000 --reference 'transfer 17' --as-of 2026-05-01 --commit")
    run("mtrack write-off INV-2026-002 --reason 'settled' --as-of 2026-05-20 --commit")
    assert "closed-with-open" in run("mtrack close acme-website --as-of 2026-05-21 --commit", code=1)
    run("mtrack cancel acme-website M3 --reason dropped --as-of 2026-05-22 --commit")
    run(
        "mtrack amend acme-website --amount -1500 --milestones -1 --file '../amendment 2.pdf' --signed 2026-05-22 --as-of 2026-05-22 --commit"
    )
    shown = run("mtrack close acme-website --as-of 2026-05-23 --commit")
    assert "nothing left to bill or to collect" in shown
    assert "not_billed" not in run("mtrack lint --as-of 2026-05-23")

    found = mtrack("lint", work, "--as-of", "2026-05-23", "--fail-on", "info")
    assert found.code == 0, found.out
    log = subprocess.run(
        ["git", "-C", str(work), "log", "--reverse", "--format=%s"], capture_output=True, text=True, check=True
    ).stdout
    assert log.splitlines()[1:] == [
        f"acme-website: {words}"
        for words in (
            "begin with 2 milestones (EUR 9,000.00)", "deliver M1 on 2026-01-30", "approve M1 on 2026-02-02 by product owner", "bill M1 as INV-2026-001 (EUR 4,000.00)",
            "pay INV-2026-001 (EUR 4,760.00)", "hold M2 until 2026-04-01", "release M2",
            "amend the agreement (+EUR 1,500.00, +1 milestone)", "add M3 (EUR 1,500.00)", "approve M2 on 2026-04-02",
            "bill M2 as INV-2026-002 (EUR 5,000.00)", "credit INV-2026-002 by CN-2026-003 (EUR 500.00)", "void CN-2026-003",
            "pay INV-2026-002 (EUR 4,000.00)", "write off INV-2026-002 (EUR 1,000.00)", "cancel M3",
            "amend the agreement (-EUR 1,500.00, -1 milestone)", "close the project",
        )
    ]  # fmt: skip
    state = subprocess.run(
        ["git", "-C", str(work), "status", "--porcelain"], capture_output=True, text=True, check=True
    ).stdout
    assert state == ""


def test_a_wrong_answer_is_asked_for_again(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    run = terminal.run
    run("mtrack init")
    assert "there is no project here; mtrack new makes one" in run("mtrack deliver", code=2)
    run(
        "mtrack new --as-of 2026-01-12",
        ("the project's folder", ".hidden"),
        (".hidden is hidden", "acme"),
        ("the currency, as EUR", "EURO"),
        ("there is no currency 'EURO' in ISO 4217", "EUR"),
        ("a milestone, as NAME=AMOUNT", "One=1,000"),
        ("'1,000' is not an amount; write 1000.00", "One=1000"),
        ("(empty: no more)", ""),
    )
    run("mtrack new other --currency EUR --milestone A=1 --as-of 2026-01-12")
    run("mtrack approve acme M1 --as-of 2026-01-12")
    shown = run(
        "mtrack bill --as-of 2026-01-12",
        ("which project", "acmee"),
        ("did you mean acme?", "acme"),
        ("which milestone [M1]", "M2"),
        ("did you mean M1?", ""),
        ("the invoice's number", "  "),
        ("NUMBER is empty", "INV-1"),
        ("tax on top", ""),
    )
    assert shown.startswith("  acme\n  other\nwhich project")
    assert "  M1  One, not billed\n" in shown
    shown = run("mtrack pay --as-of 2026-01-13", ("which invoice [INV-1]", "INV-11"), ("did you mean INV-1?", "inv-1"))
    assert shown.startswith("  INV-1  acme, EUR 1,000.00 outstanding\nwhich invoice ")
    assert "there is no invoice that this could be for" in run("mtrack pay --as-of 2026-01-14", code=2)
    shown = run("mtrack void --project acme --as-of 2026-01-14", ("which invoice [INV-1]", ""))
    assert "  INV-1  acme, EUR 0.00 outstanding\n" in shown
    run("for i in $(seq 31); do mkdir p$i && cp other/milestones.yaml p$i; done")
    assert "  p6\n  … and 3 more\nwhich project" in run(
        "mtrack close --as-of 2026-01-14", ("which project", "\x04"), code=130
    )


SCHEDULE = """# Statement of work

| Milestone | Amount |
|---|---|
| Discovery | EUR 4,000.00 |
| Beta | EUR 5,000.00 |
| Total | EUR 9,000.00 |
"""


@pytest.mark.parametrize(("answer", "code", "recorded"), [("", 0, True), ("perhaps", 0, True), ("n", 1, False)])
def test_what_an_agreement_lists_is_shown_and_asked_for(answer: str, code: int, recorded: bool, tmp_path: Path) -> None:  # noqa: FBT001
    (tmp_path / "sow.md").write_text(SCHEDULE, encoding="utf-8")
    run = Terminal(tmp_path).run
    run("mtrack init")
    question = "record these milestones (y/n) [y]"
    answers = [(question, answer)] + ([("answer y or n", "y")] if answer == "perhaps" else [])
    shown = run("mtrack new acme --from sow.md --currency EUR --as-of 2026-01-12", *answers, code=code)
    assert "  Discovery: EUR 4,000.00 (sow.md l. 5)" in shown
    assert (tmp_path / "acme/milestones.yaml").exists() == recorded


def test_every_question_has_its_words() -> None:
    """Each name that something is asked for by, found in the source: a missing one would end in an error of mtrack's."""
    named: set[str] = set()
    for path in (ROOT / "mtrack/cli").rglob("*.py"):
        named |= set(re.findall(r'\bone\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    assert named
    assert named <= set(prompts._QUESTIONS)  # noqa: SLF001


def test_suggested_numbers_follow_project_kind_and_day(tmp_path: Path) -> None:
    record = (
        "project: {name}\ncurrency: EUR\nmilestones:\n"
        "  - id: M1\n    name: One\n    amount: 100.00\n    status: partially_paid\n"
        "  - {{id: M2, name: Two, amount: 100.00, upfront: true, status: not_billed}}\n"
        "invoices:\n"
        "  - {{number: {code}-2025-098, amount: 90.00, lines: [{{milestone: M1, amount: 90.00}}], sent: 2025-12-01, payments: [{{date: 2025-12-20, amount: 5.00}}]}}\n"
        "  - {{number: {note}, amount: 10.00, lines: [{{milestone: M1, amount: 10.00}}], sent: 2025-12-{day}, credits: {code}-2025-098}}\n"
    )
    (tmp_path / "mtrack.yaml").write_text("format: 1\n")
    for name, code, note, day in (("acme", "AC", "CN-2", "10"), ("beta", "BE", "CN-3", "12")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "milestones.yaml").write_text(record.format(name=name, code=code, note=note, day=day))
    run = Terminal(tmp_path).run
    shown = run(
        "mtrack bill acme M2 --as-of 2026-01-20 --dry-run",
        ("the invoice's number [AC-2026-001]", ""),
        ("tax on top", ""),
    )
    assert "number: AC-2026-001" in shown
    assert "number: AC-2025-099" in run(
        "mtrack bill acme M2 --sent 2025-12-30 --as-of 2026-01-20 --dry-run",
        ("the invoice's number [AC-2025-099]", ""),
        ("tax on top", ""),
    )
    shown = run("mtrack credit AC-2025-098 --as-of 2026-01-20 --dry-run", ("the credit note's number [CN-4]", ""))
    assert "number: CN-4" in shown


def test_offered_is_only_what_a_verb_can_act_on(tmp_path: Path) -> None:
    (tmp_path / "mtrack.yaml").write_text("format: 1\ntax_rate: 0\n")
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme/milestones.yaml").write_text(
        "project: Acme\ncurrency: EUR\nmilestones:\n"
        "  - {id: M1, name: One, amount: 100.00, deliverable: {completed: 2026-01-05, approved: 2026-01-06},"
        " invoice: {number: R-1, amount: 100.00, tax: 0.00, sent: 2026-01-06, payments: [{date: 2026-01-08, amount: 100.00}]}, status: paid}\n"
        "  - {id: M2, name: Two, amount: 100.00, status: not_billed}\n"
        "  - {id: M3, name: Three, amount: 100.00, cancelled: {date: 2026-01-09}, status: cancelled}\n"
        "  - {id: M4, name: Four, amount: 100.00, hold: {}, deliverable: {completed: 2026-01-07}, status: not_billed}\n"
    )
    run = Terminal(tmp_path).run
    day = "--as-of 2026-01-20 --dry-run"

    def offered(shown: str) -> list[str]:
        before = shown.partition("which ")[0]
        return [line.split()[0] for line in before.splitlines() if line.startswith("  ")]

    milestone = ("which milestone", "M2")
    assert offered(run(f"cd acme && mtrack deliver {day}; cd ..", ("which milestone [M2]", ""))) == ["M2"]
    for verb, ids in (("approve", ["M2", "M4"]), ("set --note x", ["M1", "M2", "M4"]), ("bill", ["M2", "M4"])):
        number = [("the invoice's number", "R-2")] if verb == "bill" else []
        assert offered(run(f"mtrack {verb} acme {day} --force", milestone, *number)) == ids, verb
    held = run(f"mtrack hold acme {day}", ("which milestone [M2]", ""), ("why (empty: no reason)", "waits"))
    assert offered(held) == ["M2"]
    assert "reason: waits" in held
    assert offered(run(f"mtrack hold acme --release {day}", ("which milestone [M4]", ""))) == ["M4"]
    for verb in ("pay", "dispute", "write-off"):
        assert "there is no invoice that this could be for" in run(f"mtrack {verb} {day}", code=2)
    shown = run(
        f"mtrack waive {day}", ("which rule", "agreement-missing"), ("why", "  "), ("--reason is empty", "small job")
    )
    assert offered(shown) == ["agreement-missing", "invoice-file-missing", "signoff-missing"]
    assert "+  - rule: agreement-missing" in shown
