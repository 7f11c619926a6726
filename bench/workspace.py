"""Writes a workspace of any size, always the same for the same numbers: `python bench/workspace.py DIR`.

The projects are as their owners keep them: signed off, billed the day after, paid three weeks later, each with its
evidence beside it. As of `AS_OF` they are clean but for one project in a hundred, which has one flaw of `FLAWS`.

Some owners keep fewer papers: only three a project, or none although each record names its agreement and up to four
sign-offs. Then every project has findings, about four.
"""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

AS_OF = date(2026, 11, 22)
"""The day the workspace is meant to be looked at."""

FLAWS = ("overdue", "status-mismatch", "overbilled")
"""The rules that flawed projects break, in turn: projects 100, 200, 300 and so on, one finding each."""

_EVERY = 100
_FIRST_SIGNED = date(2025, 11, 3)
_CLIENTS = ("Acme GmbH", "Globex Ltd", "Initech Inc", "Umbra S.A.", "Hooli Oy", "Vandelay BV", "Wonka AG")
_WORK = ("website", "shop", "portal", "audit", "migration", "app", "training", "data warehouse", "intranet")
_STEPS = (
    ("Discovery complete", "research report"),
    ("Concept agreed", "concept and estimates"),
    ("Design approved", "screens and style guide"),
    ("Prototype shown", "clickable prototype"),
    ("Beta delivered", "release on the test system"),
    ("Acceptance passed", "acceptance protocol"),
    ("Launch", "release on the live system"),
    ("Hand-over", "manual and training"),
)
_CURRENCIES = ("EUR", "GBP", "USD", "CHF")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: records, their size in bytes, and the evidence files beside them."""

    projects: int
    milestones: int
    record_bytes: int
    evidence_files: int


def flaw_of(index: int) -> str | None:
    """The rule that project `index` (from 1) breaks."""
    return FLAWS[(index // _EVERY - 1) % len(FLAWS)] if index % _EVERY == 0 else None


def folder_of(index: int) -> str:
    """The folder of project `index`, from the root."""
    client = _CLIENTS[index % len(_CLIENTS)].split()[0].lower()
    work = _WORK[index % len(_WORK)].replace(" ", "-")
    return f"{client}/{work}-{index:04}"


def record(index: int, milestones: int) -> tuple[str, dict[str, str]]:
    """The text of one project's `milestones.yaml`, and its evidence: path from the project folder, content."""
    client = _CLIENTS[index % len(_CLIENTS)]
    work = _WORK[index % len(_WORK)]
    # A flawed project has its first invoice long behind it and its last milestone ahead.
    signed = _FIRST_SIGNED + timedelta(days=170 if flaw_of(index) else index * 37 % 380)
    amounts = [1000 + (index * 700 + place * 450) % 9000 for place in range(milestones)]
    evidence = {"agreement/signed-sow.pdf": f"Statement of work {index:04}, {client}, {work}\n"}
    lines = [
        f"project: {client.split()[0]} {work} {index:04}",
        f"client: {client}",
        f"currency: {_CURRENCIES[index % len(_CURRENCIES)]}",
        "agreement:",
        "  file: agreement/signed-sow.pdf",
        f"  signed: {signed}",
        f"  total: {sum(amounts)}.00",
        f"  milestones: {milestones}",
    ]
    steps: list[str] = []
    open_steps = 0
    last_paid = signed
    for place in range(milestones):
        flaw = flaw_of(index) if place == 0 else None
        text, files, paid = _milestone(index, place, amounts[place], signed, flaw)
        steps += text
        evidence.update(files)
        open_steps += paid is None
        last_paid = paid or last_paid
    if not open_steps and not flaw_of(index):
        lines.append(f"closed: {last_paid + timedelta(days=7)}")
    return "\n".join([*lines, "milestones:", *steps]) + "\n", evidence


def _milestone(
    index: int, place: int, amount: int, signed: date, flaw: str | None
) -> tuple[list[str], dict[str, str], date | None]:
    """The lines of a milestone, its evidence, and the day it was paid."""
    name, note = _STEPS[place % len(_STEPS)]
    if place >= len(_STEPS):
        name = f"{name} {place // len(_STEPS) + 1}"
    planned = signed + timedelta(days=28 * (place + 1))
    sent = planned + timedelta(days=1)
    paid = sent + timedelta(days=21)
    lines = [f"  - id: M{place + 1}", f"    name: {name}", f"    amount: {amount}.00", f"    planned: {planned}"]
    if sent > AS_OF:
        return [*lines, "    status: not_billed"], {}, None
    number = f"INV-{index:04}-{place + 1:02}"
    signoff = f"signoffs/m{place + 1}-approval.eml"
    billed = amount + 250 if flaw == "overbilled" else amount
    is_paid = paid + timedelta(days=7) <= AS_OF and flaw != "overdue"
    status = "paid" if is_paid and flaw != "status-mismatch" else "sent"
    lines += [
        "    deliverable:",
        f"      note: {note}",
        f"      approved: {planned}",
        f"      signoff: {signoff}",
        "    invoice:",
        f"      number: {number}",
        f"      amount: {billed}.00",
        f"      sent: {sent}",
        f"      file: invoices/{number}.pdf",
    ]
    if is_paid:
        lines.append(f"      payments: [{{date: {paid}, amount: {billed}.00, reference: TR-{index:04}{place + 1:02}}}]")
    lines.append(f"    status: {status}")
    evidence = {
        signoff: f"Subject: {name} of project {index:04}\n\nApproved.\n",
        f"invoices/{number}.pdf": f"Invoice {number}: {billed}.00\n",
    }
    return lines, evidence, paid if is_paid else None


def journal(index: int, milestones: int) -> str:
    """The facts of one project as a plain-text ledger has them: what is agreed, each invoice, each payment."""
    text, _ = record(index, milestones)
    client, currency = _CLIENTS[index % len(_CLIENTS)].split()[0], _CURRENCIES[index % len(_CURRENCIES)]
    account = f"{client}:{index:04}"
    signed = re.findall(r"  signed: (.*)", text)[0]
    lines = [f"{signed} {client} | agreement of project {index:04}  ; file: agreement/signed-sow.pdf"]
    blocks = text.partition("milestones:\n  - ")[2].split("\n  - ")
    billed: list[str] = []
    for block in blocks:
        values = dict(
            re.findall(
                r"^ *(id|name|planned|status|number|sent|approved|note|signoff|file): (.*)$", block, re.MULTILINE
            )
        )
        amounts = re.findall(r"^ *amount: (.*)$", block, re.MULTILINE)
        about = "".join(
            f", {key}: {values[key]}" for key in ("planned", "status", "approved", "note", "signoff") if key in values
        )
        lines.append(f"    (agreed:{account}:{values['id']})  {currency} {amounts[0]}  ; {values['name']}{about}")
        if "sent" in values:
            billed.append(
                f"\n{values['sent']} ({values['number']}) {client} | {values['name']}  ; file: {values['file']}\n"
                f"    assets:receivable:{account}  {currency} {amounts[1]}\n    income:{account}:{values['id']}\n"
            )
        for day, amount, reference in re.findall(r"date: (.*?), amount: (.*?), reference: (.*?)}", block):
            billed.append(
                f"\n{day} ({reference}) {client} | payment of {values['number']}\n"
                f"    assets:bank:{currency}  {currency} {amount}\n    assets:receivable:{account}\n"
            )
    return "\n".join(lines) + "\n" + "".join(billed) + "\n"


def write_journal(path: str, projects: int, milestones: int) -> None:
    """Write the facts of a workspace as a journal for hledger."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(journal(index, milestones) for index in range(1, projects + 1))


ALL = 1_000_000
"""Papers a project: as many as its record names."""
_PAPERS_ARE_OFF = "rules: {invoice-file-missing: off, signoff-missing: off}\n"
"""What somebody sets who keeps few."""


def with_papers(index: int, milestones: int, papers: int) -> tuple[str, dict[str, str]]:
    """A record of somebody who keeps so many papers a project, and these: others are not named.

    Where there are none, the agreement and the first sign-offs are named all the same.
    """
    text, evidence = record(index, milestones)
    kept = dict(list(evidence.items())[:papers])
    named = kept if papers else _named(evidence)
    for path in evidence.keys() - {"agreement/signed-sow.pdf"}:
        if path not in named:
            text = re.sub(rf"\n      (file|signoff): {re.escape(path)}(?=\n)", "", text)
    return text, kept


def missing_papers(index: int, milestones: int) -> int:
    """How many papers project `index` names that nobody kept, where there are none."""
    return len(_named(record(index, milestones)[1]))


def _named(evidence: Iterable[str]) -> list[str]:
    """The agreement and the first four sign-offs: about four findings a project, as in the data that the goals come from."""
    return [path for path in evidence if path.endswith((".eml", "sow.pdf"))][:5]


def write(root: str, projects: int, milestones: int, papers: int = ALL) -> Written:
    """Write a workspace of so many projects into `root`, which must be empty or not there."""
    os.makedirs(root, exist_ok=True)
    if os.listdir(root):
        message = f"{root} is not empty"
        raise FileExistsError(message)
    settings = "format: 1\nname: Bench\npayment_terms: 30\n"
    _put(root, "mtrack.yaml", settings if papers == ALL else settings + _PAPERS_ARE_OFF)
    size = files = 0
    for index in range(1, projects + 1):
        text, evidence = with_papers(index, milestones, papers)
        folder = os.path.join(root, *folder_of(index).split("/"))
        _put(folder, "milestones.yaml", text)
        for place, (path, content) in enumerate(evidence.items()):
            _put(folder, path, content, _length(index, place))
        size += len(text.encode())
        files += len(evidence)
    return Written(projects, projects * milestones, size, files)


def _length(index: int, place: int) -> int:
    """How long a scanned or printed page is in bytes: 20 to 200 kB, hardly ever the same twice."""
    return 20_000 + (index * 7919 + place * 104_729) % 180_000


def _put(folder: str, path: str, content: str, length: int | None = None) -> None:
    """Write a file; one with a `length` ends in a hole of the file system, which takes no room on the disk."""
    full = os.path.join(folder, *path.split("/"))
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8", newline="") as file:
        file.write(content)
        if length is not None:
            file.truncate(length)


def main() -> None:
    """Write the workspace the command line asks for."""
    parser = argparse.ArgumentParser(description="Write a workspace to measure mtrack with.")
    parser.add_argument("root", metavar="DIR", help="an empty folder, or one that is not there yet")
    parser.add_argument("--projects", type=int, default=1000, metavar="N")
    parser.add_argument("--milestones", type=int, default=8, metavar="M", help="milestones a project")
    parser.add_argument("--papers", type=int, default=ALL, metavar="P", help="papers a project, at most")
    options = parser.parse_args()
    try:
        written = write(options.root, options.projects, options.milestones, options.papers)
    except OSError as error:
        parser.error(str(error))
    mean = written.record_bytes // max(written.projects, 1)
    print(
        f"{written.projects} projects, {written.milestones} milestones, {mean} bytes a record, "
        f"{written.evidence_files} evidence files; look at it as of {AS_OF}"
    )


if __name__ == "__main__":
    main()
