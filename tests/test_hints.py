"""What a hint says to type can be typed: every command that the cases' hints name is run, its blanks filled in."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from marked import case
from support import AS_OF, mtrack

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.txt"))
_COMMAND = re.compile(r"mtrack (?:[a-z-]+) [^;,()]*")
BLANKS = {"NUMBER": "NEW-99", "NAME": "More", "AMOUNT": "1.00", "…": "because", "FILE": "paper.txt", "MILESTONE": "M1"}
RECORDING = {
    "add", "amend", "approve", "bill", "cancel", "close", "credit", "deliver", "dispute", "hold", "pay", "set", "void", "waive",
    "write-off",
}  # fmt: skip


def commands(hint: str) -> Iterator[list[str]]:
    """The commands in a hint that record something, as words."""
    for found in _COMMAND.findall(hint):
        words = shlex.split(found.strip())[1:]
        if words[0] in RECORDING:
            yield words


NAMED = [(path, item) for path in CASES for item in case(path).head["findings"] if item.get("hint")]


@pytest.mark.parametrize(
    ("path", "item"), [pair for pair in NAMED if list(commands(pair[1]["hint"]))], ids=lambda part: part.parent.name if isinstance(part, Path) else ""
)  # fmt: skip
def test_a_command_in_a_hint_can_be_run(path: Path, item: dict[str, str], tmp_path: Path) -> None:
    wanted = case(path)
    root = wanted.tree.write(tmp_path)
    (root / "paper.txt").write_text("approved", encoding="utf-8")
    day = wanted.head.get("as_of", AS_OF.isoformat())
    for words in commands(item["hint"]):
        filled = [(BLANKS | {"DATE": day}).get(word, word) for word in words]
        result = mtrack(*filled, "--as-of", day, "--force", "--dry-run", cwd=root)
        assert result.code == 0, (filled, result.err)
        assert result.out.startswith("--- a/"), filled


def test_most_rules_that_a_verb_can_answer_name_it() -> None:
    named = {item["rule"] for _, item in NAMED if list(commands(item["hint"]))}
    assert named >= {
        "amount-exceeds-agreement", "amount-unlisted", "approved-not-billed", "billed-before-approval", "billed-cancelled",
        "closed-with-open", "delivered-not-approved", "invoice-number-gap", "likely-duplicate-invoice", "milestones-extra",
        "milestones-missing", "overbilled", "overcredited", "overdue", "overpaid", "planned-date-passed", "ready-to-close",
        "replaced-not-void", "retention-due", "signoff-missing", "skipped-milestone", "underbilled", "upfront-not-billed",
    }  # fmt: skip
