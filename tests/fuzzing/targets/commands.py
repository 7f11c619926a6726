"""Whole commands on any record: no failure of mtrack's own, JSON that fits its schema, and nothing obeyed in what is printed."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from attack.channels import obeyed_by_runner, obeyed_by_spreadsheet, obeyed_in_markdown
from support import mtrack

from fuzzing.targets import samples
from fuzzing.targets.channels import obeyed

VIEWS = (
    ("lint", "text"), ("lint", "json"), ("lint", "github"), ("lint", "sarif"), ("lint", "junit"), ("status", "text"), ("status", "json"), ("status", "csv"),
    ("status", "md"), ("gaps", "text"), ("gaps", "json"), ("gaps", "md"), ("next", "text"), ("next", "json"), ("next", "md"), ("aging", "text"), ("aging", "json"),
    ("forecast", "text"), ("forecast", "json"), ("invoices", "text"), ("invoices", "json"), ("invoices", "csv"), ("invoices", "md"), ("payments", "json"),
    ("payments", "csv"), ("report", "md"),
)  # fmt: skip
SEEDS = [bytes([i]) + text.encode() for i in range(len(VIEWS)) for text in (samples.RECORD,)] + [
    bytes([5]) + samples.BLOCKS.encode()
]
WORDS = samples.WORDS
FAILED = ("this should not have happened", "Traceback", "internal[")


@cache
def _folder() -> Path:
    root = Path(mkdtemp(prefix="mtrack-fuzz-"))
    (root / "mtrack.yaml").write_text("format: 1\ncurrency: EUR\n", encoding="utf-8")
    (root / "acme").mkdir()
    return root


def check(data: bytes) -> None:
    """The first byte chooses the command and its format."""
    root = _folder()
    (root / "acme" / "milestones.yaml").write_bytes(data[1:])
    command, format_ = VIEWS[(data[0] if data else 0) % len(VIEWS)]
    os.environ["CI"] = "true"
    os.environ["MTRACK_WAYS"] = "plain"
    result = mtrack(command, "--format", format_, "--as-of", "2026-04-01", cwd=root)
    assert result.code in (0, 1, 3), result
    assert not any(word in result.err + result.out for word in FAILED if word.encode() not in data), result.err
    assert obeyed(result.err) == []
    assert obeyed(result.out) == []
    if format_ != "github":
        assert obeyed_by_runner(result.out) == []
    if format_ == "csv":
        assert obeyed_by_spreadsheet(result.out) == []
    if format_ == "md":
        assert obeyed_in_markdown(result.out) == []
