"""Ways in which a workspace changes: after each of them a run must be as if it was the first."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from support import write_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORDS = """project: {name}
client: Acme GmbH
currency: EUR
agreement: {{file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {{approved: 2026-02-02, signoff: signoffs/m1.eml}}
    invoice: {{number: {number}, amount: 4000.00, sent: 2026-02-03, file: invoices/{number}.pdf}}
    status: sent
  - {{id: M2, name: Beta, amount: 5000.00, planned: 2026-05-01, status: not_billed}}
"""


def replaced(path: str, old: str, new: str) -> Callable[[Path], None]:
    """An edit of a file, which must be able to do what it says."""

    def edit(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text, old
        (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def grow(root: Path, path: str, text: str) -> None:
    (root / path).write_text((root / path).read_text(encoding="utf-8") + text, encoding="utf-8")


def first(root: Path, folder: str) -> Path:
    return min((root / folder).iterdir())


def linked(root: Path, path: str, target: str) -> None:
    (root / path).unlink(missing_ok=True)
    os.symlink(target, root / path)


def link_in_place_of_a_project(root: Path) -> None:
    shutil.rmtree(root / "moved")
    linked(root, "moved", "/")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a comment": lambda root: grow(root, "acme-website/milestones.yaml", "# seen\n"),
    "a name": replaced("acme-website/milestones.yaml", "project:", "project: The"),
    "an approval taken back": replaced("acme-website/milestones.yaml", "approved:", "completed: 2026-01-01\n      x-was:"),
    "a number used elsewhere": lambda root: write_tree(
        root, {"late/milestones.yaml": RECORDS.format(name="Late", number="INV-2026-005")}
    ),
    "a comment above the record that another points to": lambda root: [
        path.write_text("# more\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
        for path in root.rglob("milestones.yaml")
        if "INV-2026-005" in path.read_text(encoding="utf-8")
    ],
    "a file that is emptied": lambda root: first(root, "hooli-app/invoices").write_bytes(b""),
    "a file that goes": lambda root: first(root, "hooli-app/invoices").unlink(),
    "a file that nobody named": lambda root: write_tree(root, {"acme-website/signoffs/extra.eml": "yes"}),
    "a file below a folder": lambda root: write_tree(root, {"acme-website/signoffs/old/extra.eml": "yes"}),
    "two files of one content": lambda root: shutil.copy(
        first(root, "globex-rebrand/invoices"), first(root, "initech-portal/invoices")
    ),
    "a link in place of a file": lambda root: linked(root, "acme-website/signoffs/extra.eml", "../agreement"),
    "a link that leads elsewhere": lambda root: linked(root, "acme-website/signoffs/extra.eml", "/"),
    "a hidden file that is named": replaced("late/milestones.yaml", "invoices/", ".hidden/"),
    "that file": lambda root: write_tree(root, {"late/.hidden/INV-2026-005.pdf": "there"}),
    "that file emptied": lambda root: write_tree(root, {"late/.hidden/INV-2026-005.pdf": ""}),
    "a broken project": lambda root: write_tree(root, {"late/milestones.yaml": "project: ["}),
    "a fixed project": lambda root: write_tree(
        root, {"late/milestones.yaml": RECORDS.format(name="Later", number="INV-2026-099")}
    ),
    "a project within a project": lambda root: write_tree(
        root, {"late/sub/milestones.yaml": RECORDS.format(name="Sub", number="INV-2027-001")}
    ),
    "a waiver in the settings": replaced(
        "mtrack.yaml", "waivers:\n", "waivers:\n  - {rule: overdue, reason: they pay late}\n"
    ),
    "a severity": replaced("mtrack.yaml", "rules:\n", "rules:\n  attachment-missing: off\n"),
    "a project that goes": lambda root: shutil.rmtree(root / "globex-rebrand"),
    "a project that moves": lambda root: (root / "late").rename(root / "moved"),
    "a link out in the place of a project": link_in_place_of_a_project,
    "that link to nothing": lambda root: linked(root, "moved", "/nothing/here"),
    "that link out again": lambda root: linked(root, "moved", "/tmp"),  # noqa: S108
    "a waiver of it": replaced("mtrack.yaml", "waivers:\n", "waivers:\n  - {rule: link-outside, reason: templates}\n"),
    "that link within": lambda root: linked(root, "moved", "hooli-app/invoices"),
    "a link out in a project": lambda root: linked(root, "acme-website/more", "/"),
    "that link gone": lambda root: (root / "acme-website/more").unlink(),
}  # fmt: skip
