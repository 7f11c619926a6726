"""Makes the git repository that docs/history.md and `make demo` show: a workspace with one project and four commits."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from history.story import Story  # noqa: E402

AGREED = """\
project: Acme website
currency: EUR
agreement: {file: agreement/signed-sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
milestones:
  - id: M1
    name: Discovery complete
    amount: 4000.00
    status: not_billed
  - id: M2
    name: Beta delivered
    amount: 5000.00
    status: not_billed
"""
BILLED = AGREED.replace(
    "    amount: 4000.00\n    status: not_billed\n",
    "    amount: 4000.00\n"
    "    deliverable: {note: research report, approved: 2026-02-02, signoff: signoffs/M1.eml}\n"
    "    invoice: {number: INV-2026-004, amount: 4000.00, sent: 2026-02-03, file: invoices/INV-2026-004.pdf}\n"
    "    status: sent\n",
)
PAID = BILLED.replace(
    "INV-2026-004.pdf}", "INV-2026-004.pdf, payments: [{date: 2026-03-04, amount: 4000.00}]}"
).replace("status: sent", "status: paid")
ALTERED = PAID.replace("INV-2026-004, amount: 4000.00", "INV-2026-004, amount: 4500.00")
PAPERS = ROOT / "example-workspace"


def build(folder: Path) -> None:
    """Make the repository in an empty folder; every commit has the same name each time."""
    story = Story(folder)
    records, project = "acme-website/milestones.yaml", "acme-website"
    settings = "format: 1\nname: Studio North\n"
    agreement = (PAPERS / "acme-website/agreement/signed-sow.pdf").read_bytes()
    story.commit(
        "Acme signs the statement of work", "2026-01-12",
        {"mtrack.yaml": settings, records: AGREED, f"{project}/agreement/signed-sow.pdf": agreement},
    )  # fmt: skip
    story.commit(
        "Bill the discovery", "2026-02-03",
        {records: BILLED, f"{project}/invoices/INV-2026-004.pdf": b"the invoice\n", f"{project}/signoffs/M1.eml": b"approved\n"},
    )  # fmt: skip
    story.commit("Acme has paid", "2026-03-05", {records: PAID})
    story.commit("Tidy up", "2026-04-20", {records: ALTERED})


if __name__ == "__main__":
    build(Path(sys.argv[1]))
