"""An interrupt at any moment: the files are as they were, or as the whole command leaves them, and nothing lies beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from history.story import Story
from support import ROOT, mtrack, write_tree

from mtrack.files import TEMPORARY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")

RECORD = """\
project: Website
client: Acme
currency: EUR
agreement: {signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: Draft, amount: 4000.00, deliverable: {approved: 2026-02-02}, status: sent, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03}}
  - {id: M2, name: Final, amount: 5000.00, status: not_billed}
"""
AS_OF = ("--as-of", "2026-03-20")

STEPS = int(os.environ.get("INTERRUPTS", "20"))
"""Moments tried of each command, evenly over all there are; 0 for every one."""

INTERRUPTED = """
import json, os, shutil, signal, sys
from mtrack import __main__ as entry
from mtrack.interrupts import raise_interrupts

words, model, steps, second = json.loads(sys.argv[1])
WHERE = ("contextlib.py", "tempfile.py", *(f"{os.sep}mtrack{os.sep}{name}.py" for name in (
    "directory", "files", "interrupts", "edit/attachments", "edit/create", "edit/scaffold", "edit/settings",
    "edit/transaction", "edit/writer", "history/snapshot", "site/output", "site/written")))


def run(at, inside=None):
    done = 0

    def trace(frame, event, _argument):
        nonlocal done
        if event == "call":
            if not frame.f_code.co_filename.endswith(WHERE):
                return None
            frame.f_trace_opcodes = True
        elif event == "opcode":
            done += 1
            if done == at or (second and 0 < at == done - 3):
                signal.raise_signal(signal.SIGINT)
        return trace

    def begin():
        raise_interrupts()
        sys.settrace(trace)

    code = entry.run(words, begin)
    sys.settrace(None)
    if inside is not None:
        inside(done)
    return code


def in_a_process(name, at, inside=None):
    shutil.copytree(model, name)
    child = os.fork()
    if not child:
        os.chdir(name)
        os.environ["TMPDIR"] = os.path.abspath("../" + name + ".tmp")
        os.mkdir(os.environ["TMPDIR"])
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(os.open("../" + name + ".said", os.O_WRONLY | os.O_CREAT), 2)
        os._exit(run(at, inside))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


in_a_process("first", -1)  # loads what the command needs
reader, writer = os.pipe()
whole = in_a_process("whole", -1, lambda done: os.write(writer, b"%d" % done))
count = int(os.read(reader, 20))
step = max(1, count // steps) if steps else 1
codes = {str(at): in_a_process(str(at), at) for at in sorted({*range(1, count, step), count})}
print(json.dumps({"whole": whole, "count": count, "codes": codes}))
"""


def tree(root: Path) -> dict[str, bytes]:
    """The files and folders below a folder, by path."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b"a folder"
        for path in root.rglob("*")
        if ".git" not in path.parts
    }


EDITS = {
    "bill": ("bill", "website", "M2", "R-9", "--file", "paper.pdf", "--force"),
    "approve and move": ("approve", "website", "M2", "--signoff", "paper.pdf", "--move", "--by", "Acme"),
    "pay two at once": ("pay", "R-1", "R-2"),
    "waive": ("waive", "overdue", "--reason", "as agreed"),
    "new": ("new", "deep/other", "--agreement", "paper.pdf", "--milestone", "All=10.00", "--currency", "EUR"),
    "init": ("init", "deep/inner"),
    "schema": ("schema", "--update"),
    "fix": ("lint", "--fix"),
}


@pytest.mark.parametrize("words", EDITS.values(), ids=EDITS)
def test_an_interrupted_edit_is_whole_or_not_there(tmp_path: Path, words: tuple[str, ...]) -> None:
    before, codes = interrupted(tmp_path, words)
    whole = tree(tmp_path / "whole")
    assert whole != before
    seen = set()
    for at, code in codes.items():
        after, said = tree(tmp_path / at), (tmp_path / f"{at}.said").read_bytes()
        assert after in (before, whole), (at, sorted(set(after) ^ set(before)))
        assert code in (0, 1, 130)
        assert after == whole or code == 130
        assert b"Traceback" not in said
        assert said.endswith(b"interrupted\n") == (code == 130)
        tells = words[0] != "schema"  # which may be run again
        assert (b"mtrack: recorded already\n" in said) == (tells and code == 130 and after == whole), at
        assert os.listdir(tmp_path / f"{at}.tmp") == []
        seen.add(after == whole)
    assert seen == {True, False}


def test_a_second_interrupt_ends_it_at_once_and_leaves_no_litter(tmp_path: Path) -> None:
    before, codes = interrupted(tmp_path, EDITS["pay two at once"], second=True)
    whole = tree(tmp_path / "whole")
    for at, code in codes.items():
        after = tree(tmp_path / at)
        assert code in (0, 130)
        for path in before:
            assert after[path] in (before[path], whole[path])
        litter = {path for path in after.keys() - whole.keys() if "." in path}
        assert all(path.endswith(".lock") for path in litter)  # made, and not held yet
        if litter:
            done = mtrack("bill", "website", "M2", "R-9", "--force", *AS_OF, cwd=tmp_path / at)
            assert done.code == 0, done.err
            assert not any(path.startswith("website") for path in litter & tree(tmp_path / at).keys())


@pytest.mark.parametrize("words", [("diff", "HEAD"), ("lint", "--since", "HEAD"), ("status", "--at", "HEAD")])
def test_an_interrupted_look_at_history_leaves_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    before, codes = interrupted(tmp_path, words)
    assert tree(tmp_path / "whole") == before
    assert {130} <= set(codes.values()) <= {0, 1, 130}
    for at in codes:
        assert tree(tmp_path / at) == before
        assert os.listdir(tmp_path / f"{at}.tmp") == []


@pytest.mark.parametrize(
    "words",
    [("report", "-o", "out/folder"), ("report", "--single-file", "out/one.html"), ("lint", "--output", "out/lint.txt")],
)
def test_an_interrupted_output_leaves_nothing_half_written(tmp_path: Path, words: tuple[str, ...]) -> None:
    before, codes = interrupted(tmp_path, words)
    whole = tree(tmp_path / "whole")
    assert {130} <= set(codes.values()) <= {0, 1, 130}
    for at in codes:
        after = tree(tmp_path / at)
        assert before.items() <= after.items() <= whole.items()
        assert not [path for path in (tmp_path / "home").rglob("*") if path.name.endswith((TEMPORARY, ".lock"))]


def interrupted(
    tmp_path: Path, words: tuple[str, ...], *, second: bool = False
) -> tuple[dict[str, bytes], dict[str, int]]:
    """The tree before, and the exit codes of runs by the moment at which they were interrupted; each has its own tree."""
    model = write_tree(tmp_path / "model", {
        "mtrack.yaml": "format: 1\nname: Studio\n", "website/milestones.yaml": RECORD, "shop/milestones.yaml": RECORD.replace("R-1", "R-2"), "paper.pdf": "%PDF-1.4 something\n",
    })  # fmt: skip
    given = words if words[0] in ("init", "schema") else (*words, *AS_OF)
    if words[0] == "lint":
        (model / "website/milestones.yaml").write_text(RECORD.replace("status: sent", "status: not_billed"))
    if words[0] == "init":
        (model / "mtrack.yaml").unlink()
    if words[0] in ("diff", "status") or "--since" in words:
        Story(model).commit("Begin", "2026-02-04")
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, json.dumps([given, str(model), STEPS, second])], cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home")},
        capture_output=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["whole"] in (0, 1), (tmp_path / "whole.said").read_bytes()
    return tree(model), result["codes"]
