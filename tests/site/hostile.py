"""A workspace whose every text tries to be something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import write_tree

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>window.hacked = 1</script>"
HANDLER = '" onmouseover="window.hacked = 1" x=\''
IMAGE = "<img src=x onerror='window.hacked = 1'>"
WORD = "w" * 10_000
TURNED = "abc\u202egpj.exe\u2066"
RIGHT_TO_LEFT = "פרויקט שלב ראשון"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def records(number: str = "INV-1") -> str:
    return f"""project: {quoted(SCRIPT + HANDLER)}
client: {quoted(IMAGE + WORD)}
contact: {quoted(HANDLER + TURNED)}
note: {quoted("</p></main>" + SCRIPT)}
currency: EUR
agreement:
  file: {quoted("javascript:window.hacked=1")}
  signed: 2026-01-10
  total: 9000.00
  milestones: 2
  amendments:
    - {{file: {quoted('agreement/a "quoted" <b>.pdf')}, note: {quoted(SCRIPT)}}}
milestones:
  - id: M1
    name: {quoted(WORD)}
    amount: 4000.00
    planned: 2026-01-30
    deliverable: {{note: {quoted(IMAGE)}, completed: 2026-02-01, approved: 2026-02-02, approved_by: {quoted(HANDLER)}, signoff: {quoted("signoffs/ok #1?.eml")}}}
    note: {quoted("{{ 7 * 7 }}{% raw %}" + SCRIPT + TURNED)}
    invoice:
      number: {quoted(number + SCRIPT + HANDLER)}
      amount: 4000.00
      sent: 2026-02-03
      file: {quoted("javascript:alert(1)")}
      payments: [{{date: 2026-02-10, amount: 1000.00, reference: {quoted(WORD)}, note: {quoted(IMAGE)}}}]
      disputed: {{since: 2026-02-11, reason: {quoted(SCRIPT)}}}
    status: partially_paid
  - id: M2
    name: {quoted(RIGHT_TO_LEFT + TURNED)}
    amount: 5000.00
    attachments: [{quoted("../../outside.pdf")}]
    hold: {{reason: {quoted(HANDLER)}}}
    status: not_billed
invoices:
  - {{number: {quoted("INV-" + WORD)}, amount: 100.00, sent: 2026-02-04, void: {{date: 2026-02-05, reason: {quoted(SCRIPT)}}}, lines: [{{milestone: M1, amount: 100.00}}]}}
waivers:
  - {{rule: total-missing, reason: {quoted(SCRIPT + WORD)}}}
"""


def write_hostile(root: Path) -> Path:
    """The workspace, with files of the names it gives."""
    folder = "a b #1 ?x=%41 <i>&\"'"
    return write_tree(
        root,
        {
            "mtrack.yaml": f"format: 1\nname: {quoted(SCRIPT + HANDLER)}\n",
            f"{folder}/milestones.yaml": records(),
            f"{folder}/javascript:window.hacked=1": "text\n",
            f"{folder}/javascript:alert(1)": "text\n",
            f'{folder}/agreement/a "quoted" <b>.pdf': "text\n",
            f"{folder}/signoffs/ok #1?.eml": "text\n",
            "ordner/übung/milestones.yaml": records("INV-2"),
            "broken/milestones.yaml": "project: " + quoted(SCRIPT) + "\n" + SCRIPT + ": [\n",
        },
    )
