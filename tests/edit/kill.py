"""Writers killed at random moments: `python tests/edit/kill.py KILLS FOLDER [SEED]`.

A child pays an invoice 1.00 at a time, each with a file to bring, and tells how far it came; it is killed with
SIGKILL within a few hundredths of a second and another takes over. After every kill the record must be whole, hold
every payment that was told, and at most one more.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from mtrack import files  # noqa: E402
from mtrack.edit import attachments, find, transaction, verbs, writer  # noqa: E402
from mtrack.record import schema  # noqa: E402
from mtrack.yaml import source  # noqa: E402

RECORD = """\
project: Acme website  # kept by hand
currency: EUR
milestones:
  - id: M1
    name: Discovery complete
    amount: 4000.00
    deliverable: {approved: 2026-02-02}
    invoice:
      number: INV-1
      amount: 4000.00
      sent: 2026-02-03
      payments:
        - {date: 2026-02-04, amount: 1.00, note: "0"}
    status: partially_paid
# the end
"""
DAY = date(2026, 2, 20)


def pay(target: find.Target, number: int, evidence: str | None = None) -> None:
    """One payment, with its number as the note."""

    def verb(context: object) -> verbs.Edit:
        invoice = find.invoice(context.project, "inv-1")  # type: ignore[attr-defined]
        paid = verbs.Paid(date=DAY, amount=Decimal("1.00"), note=str(number))
        return verbs.pay(context, invoice, paid)  # type: ignore[arg-type]

    plan = (lambda folder: (attachments.locate(folder, evidence, "invoices"),)) if evidence else None
    transaction.carry_out(target, verb, transaction.Options(as_of=DAY), plan)


def payments(path: Path) -> list[int]:
    """The numbers of the payments in a record. Raises ValueError where it is torn."""
    text = path.read_bytes().decode()
    read = source.parse("milestones.yaml", text, schema.shape("milestones"))
    if read.flaws or not text.startswith("project: Acme website  # kept by hand\n") or not text.endswith("# the end\n"):
        raise ValueError(text)
    return [int(item["note"]) for item in read.data["milestones"][0]["invoice"]["payments"]]


def _child(target: find.Target, first: int, evidence: str, told: int) -> None:
    for number in range(first, first + 10_000):
        pay(target, number, evidence)
        os.write(told, b"%d\n" % number)


def litter(folder: Path) -> list[str]:
    """Files that no writer should leave for good."""
    return [
        path.name
        for path in folder.rglob(".*")
        if path.is_file() and (path.name in (writer.LOCK, writer.NUMBERS_LOCK) or path.name.endswith(files.TEMPORARY))
    ]


def main() -> int:
    """Kill, look, and print the figure."""
    kills, folder = int(sys.argv[1]), Path(sys.argv[2])
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)  # noqa: S311
    project = folder / "acme"
    project.mkdir(parents=True, exist_ok=True)
    (folder / "mtrack.yaml").write_text("format: 1\n", encoding="utf-8")
    path = project / "milestones.yaml"
    evidence = folder / "paper.pdf"
    target = find.Target(str(folder), "acme")
    path.write_text(RECORD, encoding="utf-8")
    pay(target, 1)  # everything is loaded now; a child begins at once
    done = with_litter = between = 0
    for kill in range(kills):
        if kill % 10 == 0:
            path.write_text(RECORD, encoding="utf-8")
        last = payments(path)[-1]
        evidence.write_bytes(rng.randbytes(2000))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                _child(target, last + 1, str(evidence), writing)
            finally:
                os._exit(1)
        os.close(writing)
        time.sleep(rng.random() * rng.choice([0.05, 0.2, 0.5]))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as pipe:
            told = [int(line) for line in pipe.read().split(b"\n")[:-1]]
        found = payments(path)
        if found != list(range(len(found))):
            sys.stdout.write(f"kill {kill}: payments {found}\n")
            return 1
        if not (told[-1] if told else last) <= found[-1] <= (told[-1] if told else last) + 1:
            sys.stdout.write(f"kill {kill}: told {told[-1:]}, found {found[-1]}\n")
            return 1
        done += len(told)
        between += found[-1] > (told[-1] if told else last)
        with_litter += bool(litter(folder))
    path.write_text(RECORD, encoding="utf-8")
    pay(target, 1)
    with contextlib.suppress(OSError):
        evidence.unlink()
    left = litter(folder)
    sys.stdout.write(
        f"{kills} kills among {done} payments: no torn file, none lost, {between} written and not yet told; "
        f"{with_litter} left something lying about, {len(left)} after the next run\n"
    )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
