"""Mutated papers, read and compared: `python tests/verify/fuzz_papers.py 10000 [SEED]`. None may raise in its reader, or hang."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from papers_of import cii, docx, lines, odt, pdf, ubl  # noqa: E402

from mtrack.verify.claims import AgreementClaim, InvoiceClaim, MilestoneClaim, SignoffClaim  # noqa: E402
from mtrack.verify.pool import SLOW, Pool  # noqa: E402
from mtrack.verify.protocol import Job  # noqa: E402

MILESTONES = (MilestoneClaim("M1", "Discovery", Decimal(4000)), MilestoneClaim("M2", "Beta", Decimal(5000)))
CLAIMS = (
    AgreementClaim("EUR", MILESTONES, (Decimal(9000),), (2,), date(2026, 1, 10), 30),
    InvoiceClaim("INV-7", "EUR", Decimal(4000), date(2026, 2, 3), Decimal(760)),
    SignoffClaim("M1", MILESTONES, date(2026, 2, 2)),
)
TABLE = [["Milestone", "Amount"], ["Discovery", "EUR 4,000.00"], ["Beta", "EUR 5,000.00"]]
PAGE = lines(
    "Agreement signed 10 January 2026", "1. Discovery | EUR 4,000.00", "2. Beta | 5.000,00 EUR", "Total | EUR 9,000.00"
)
MAIL = b"""From: =?utf-8?q?Ad=C3=A1?= <ada@example.org>
Date: Mon, 2 Feb 2026 09:00:00 +0100
Subject: Milestone 1
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Discovery is accepted, EUR=204,000.
--b
Content-Type: text/html

<table><tr><td>Discovery<td>EUR 4,000</table>
--b--
"""
SEEDS = {
    "pdf": [pdf(PAGE), pdf(PAGE, PAGE, attached={"factur-x.xml": cii()})],
    "docx": [docx("Agreement", TABLE)],
    "odt": [odt("Agreement", TABLE)],
    "xml": [ubl(), cii(), cii(first_version=True)],
    "eml": [MAIL],
    "html": [b"<h1>Agreement</h1><table><tr><td>Discovery<td>EUR 4,000<tr><td>Beta<td>EUR 5,000</table>"],
    "md": [
        b"# Agreement\n\n| Milestone | Amount |\n|---|---|\n| Discovery | EUR 4,000.00 |\n\nwithin 30 days of invoice\n"
    ],
}
WORDS = (
    b"EUR ",
    b"1,",
    b"9" * 40,
    b"%",
    b"<",
    b">",
    b"|",
    b"\n",
    b"\xff",
    b"2026-02-30",
    b"Milestone ",
    b"()",
    b"&#0;",
    b"[",
    b"=?utf-8?b?",
)


def mutated(rng: random.Random, data: bytes) -> bytes:
    """The paper with a few bytes changed, cut out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at, end = sorted((rng.randrange(len(changed) + 1), rng.randrange(len(changed) + 1)))
        kind = rng.randrange(5)
        if kind == 0 and at < len(changed):
            changed[at] = rng.randrange(256)
        elif kind == 1:
            changed[at:at] = rng.choice(WORDS) * rng.choice((1, 1, 3, 200))
        elif kind == 2:
            del changed[at : min(end, at + 40)]
        elif kind == 3:
            changed[at:at] = changed[at : min(end, at + 200)]
        elif len(changed) > 10 and rng.random() < 0.1:
            del changed[at:]
    return bytes(changed)


def main(papers: int, seed: int) -> int:
    """Try so many papers; what went wrong is printed."""
    rng = random.Random(seed)  # noqa: S311  (a seed makes it repeatable)
    told: Counter[str] = Counter()
    wrong: list[str] = []
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Pool() as pool:
        for done in range(0, papers, 100):
            jobs = []
            for i in range(min(100, papers - done)):
                ending = rng.choice(list(SEEDS))
                path = Path(folder, f"{i}.{ending}")
                path.write_bytes(mutated(rng, rng.choice(SEEDS[ending])))
                jobs.append(Job(rng.choice(CLAIMS), ((path.name, str(path)),)))
            for job, examined in zip(jobs, pool.examine(jobs), strict=True):
                for trouble in examined.troubles:
                    told[trouble.reason.partition(" (")[0]] += 1
                    if "its reader fails" in trouble.reason or trouble.reason == SLOW:
                        kept = Path(tempfile.gettempdir(), f"paper-{seed}-{done}-{trouble.path}")
                        kept.write_bytes(Path(job.files[0][1]).read_bytes())
                        wrong.append(f"{kept}: {type(job.claim).__name__}: {trouble.reason}")
    print(f"{papers:,} papers in {time.monotonic() - begin:.0f} s")
    for reason, times in told.most_common():
        print(f"  {times:,} × {reason}")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
