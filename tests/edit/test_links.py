"""Every command that writes, in a workspace full of links that lead out: nothing is made, changed or removed there."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

from mtrack import directory
from mtrack.cli.commands import COMMANDS
from mtrack.edit import attachments, writer
from mtrack.errors import CannotRunError
from mtrack.workspace import EVIDENCE, link_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = ("--as-of", "2026-02-20")
RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.md, signed: 2026-01-10, total: 9000.00, milestones: 3}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/a.pdf}
    status: paid
  - {id: M2, name: Beta, amount: 4000.00, planned: 2026-05-01, status: not_billed}
  - {id: M3, name: Launch, amount: 1000.00, deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}, status: not_billed}
invoices:
  - {number: INV-2, amount: 500.00, sent: 2026-02-03, file: invoices/b.pdf, lines: [{milestone: M3, amount: 500.00}]}
"""
"""One on which each of the commands below has something to do."""
EVIDENCE_OF_IT: dict[str, str | bytes] = {
    "acme/agreement/sow.md": "Discovery 4,000.00\n", "acme/signoffs/m1.eml": "yes", "acme/invoices/a.pdf": "a",
    "acme/invoices/b.pdf": "b",
}  # fmt: skip
VERBS: dict[str, tuple[str, ...]] = {
    "init": ("init",),
    "new": ("new", "{project}/sub", "--currency", "EUR", "--milestone", "A=1"),
    "new with an agreement": ("new", "{project}/sub", "--currency", "EUR", "--milestone", "A=1", "--agreement", "paper.pdf"),
    "add": ("add", "{project}", "Gamma", "1.00", "--force"),
    "set": ("set", "{project}", "M1", "--note", "x"),
    "deliver": ("deliver", "{project}", "M2"),
    "approve": ("approve", "{project}", "M2", "--signoff", "paper.pdf"),
    "bill": ("bill", "{project}", "M3", "INV-9", "--file", "paper.pdf", "--force"),
    "pay": ("pay", "INV-2", "1.00", "--project", "{project}"),
    "void": ("void", "INV-2", "--reason", "x", "--project", "{project}", "--force"),
    "credit": ("credit", "INV-2", "CN-1", "--amount", "1", "--file", "paper.pdf", "--project", "{project}"),
    "dispute": ("dispute", "INV-2", "--reason", "x", "--project", "{project}"),
    "cancel": ("cancel", "{project}", "M2", "--reason", "x", "--force"),
    "hold": ("hold", "{project}", "M2", "--reason", "x"),
    "amend": ("amend", "{project}", "+5", "--force"),
    "write-off": ("write-off", "INV-2", "--reason", "x", "--project", "{project}"),
    "close": ("close", "{project}", "--force"),
    "waive": ("waive", "overdue", "{project}", "--reason", "x"),
    "schema": ("schema", "--update"),
    "lint": ("lint", "{project}", "--fix"),
    "import": ("import", "plan.csv", "--project", "{project}", "--force"),
    "new from a spreadsheet": ("new", "{project}/sub", "--currency", "EUR", "--from", "plan.csv"),
    "verify": ("verify", "{project}", "--accept", "--by", "x"),
}  # fmt: skip
READING = {
    "gaps", "status", "report", "next", "invoices", "payments", "aging", "forecast", "serve", "log", "diff", "audit", "rules",
    "completion", "fields",
}  # fmt: skip


def snapshot(top: Path) -> dict[str, object]:
    return {
        path.relative_to(top).as_posix(): (
            os.lstat(path).st_mode,
            os.lstat(path).st_mtime_ns if not path.is_dir() else None,
            path.read_bytes() if path.is_file() and not path.is_symlink() else None,
        )
        for path in sorted(top.rglob("*"))
    }


def outside(tmp_path: Path, *, settings: bool) -> Path:
    """A project elsewhere, in which an edit would find all that it needs, with what a sweep would take."""
    tree: dict[str, str | bytes] = {"acme/milestones.yaml": RECORD, "acme/.y.mtrack-tmp": "mine", **EVIDENCE_OF_IT}
    tree |= {f"acme/{name}/.x.mtrack-tmp": "mine" for name in EVIDENCE}
    if settings:
        tree |= {"mtrack.yaml": "format: 1\n", "acme/mtrack.yaml": "format: 1\n"}
    return write_tree(tmp_path / "outside", tree)


def test_every_command_that_writes_is_tried() -> None:
    names = {name for commands in COMMANDS.values() for name in commands}
    assert names - READING == {words[0] for words in VERBS.values()} | {"cache"}


@pytest.mark.parametrize("verb", VERBS)
def test_each_of_them_writes_where_no_link_leads_out(tmp_path: Path, verb: str) -> None:
    root = write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\n",
            "paper.pdf": "paper",
            "plan.csv": "name,amount\nDelta,5.00\n",
            "acme/milestones.yaml": RECORD,
        },
    )
    write_tree(root, EVIDENCE_OF_IT)
    before = snapshot(root)
    result = mtrack(*(word.format(project="acme") for word in VERBS[verb]), *_day(verb), cwd=root)
    assert result.code == 0, result
    assert snapshot(root) != before


def _project(root: Path, there: Path) -> str:
    (root / "acme").symlink_to(there / "acme")
    return "acme"


def _folder_above(root: Path, there: Path) -> str:
    (root / "clients").symlink_to(there)
    return "clients/acme"


def _records(root: Path, there: Path) -> str:
    write_tree(root, EVIDENCE_OF_IT)
    (root / "acme/milestones.yaml").symlink_to(there / "acme/milestones.yaml")
    return "acme"


def _evidence(root: Path, there: Path) -> str:
    write_tree(root, {"acme/milestones.yaml": RECORD, "acme/sub/x": ""})
    for name in EVIDENCE:
        for folder in (root / "acme", root / "acme/sub"):
            (folder / name).symlink_to(there / "acme" / name)
    return "acme"


def _lock(root: Path, there: Path, link: Callable[[Path, Path], None] = os.symlink) -> str:
    write_tree(root, {"acme/milestones.yaml": RECORD, **EVIDENCE_OF_IT})
    for name in (root / "acme" / writer.LOCK, root / writer.LOCK, root / writer.NUMBERS_LOCK):
        link(there / "acme/milestones.yaml", name)
    return "acme"


def _hard_link(root: Path, there: Path) -> str:
    return _lock(root, there, os.link)


@pytest.mark.parametrize("settings", [True, False])
@pytest.mark.parametrize("way", [_project, _folder_above, _records, _evidence, _lock, _hard_link])
@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_written_outside(
    tmp_path: Path,
    verb: str,
    way: Callable[[Path, Path], str],
    settings: bool,  # noqa: FBT001
) -> None:
    there = outside(tmp_path, settings=settings)
    root = write_tree(
        tmp_path / "work", {"mtrack.yaml": "format: 1\n", "paper.pdf": "paper", "plan.csv": "name,amount\nDelta,5.00\n"}
    )
    given = way(root, there)
    for name in (".mtrack/schemas", ".github/workflows", ".vscode"):
        (there / "tools" / name).mkdir(parents=True)
        (root / name.partition("/")[0]).symlink_to(there / "tools" / name.partition("/")[0])
    before = snapshot(there)
    result = mtrack(*(word.format(project=given) for word in VERBS[verb]), *_day(verb), cwd=root)
    assert snapshot(there) == before, result
    assert "should not have happened" not in result.err
    if way in (_lock, _hard_link) and verb in ("bill", "credit"):
        assert result.code == 3, result
        assert "is a link, and mtrack locks with a file of that name" in result.err
    if way in (_project, _folder_above, _records) and verb not in ("schema", "init", "lint") and "new" not in verb:
        assert result.code in (1, 3), result
        assert "leads out of the workspace" in result.out + result.err


def _day(verb: str) -> tuple[str, ...]:
    return () if verb in ("init", "schema") else DAY


def test_init_and_schema_refuse_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    root = tmp_path / "work"
    root.mkdir()
    (root / ".vscode").symlink_to("../out")
    for words in (("init",), ("init", "--dry-run")):
        result = mtrack(*words, cwd=root)
        assert (result.code, ".vscode/settings.json is a link that leads out" in result.err) == (3, True)
        assert [path.name for path in root.iterdir()] == [".vscode"]
    (root / ".vscode").unlink()
    assert mtrack("init", cwd=root).code == 0
    shutil.rmtree(root / ".mtrack/schemas")
    (root / ".mtrack/schemas").symlink_to("../../out")
    before = snapshot(tmp_path)
    result = mtrack("schema", "--update", cwd=root)
    assert (result.code, "is a link that leads out of the workspace" in result.err) == (3, True)
    assert snapshot(tmp_path) == before


def test_new_refuses_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "acme/note.txt": "x"})
    (root / "acme/signoffs").symlink_to("../../out/nothing")
    before = snapshot(tmp_path)
    for more in ((), ("--dry-run",)):
        result = mtrack("new", "acme", "--currency", "EUR", "--milestone", "A=1", *more, cwd=root)
        assert (result.code, "acme/signoffs is a link that leads out of the workspace" in result.err) == (3, True)
        assert snapshot(tmp_path) == before


def test_a_file_that_is_given_through_a_link_out_is_not_taken_in(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret/key.pdf": "secret", "mail/key.pdf": "paper"})
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD})
    (root / "inbox").symlink_to("../secret")
    (root / "key.pdf").symlink_to("../secret/key.pdf")
    before = snapshot(tmp_path)
    for path in ("inbox/key.pdf", "key.pdf"):
        result = mtrack("approve", "acme", "M2", "--signoff", path, "--move", *DAY, cwd=root)
        assert (result.code, "leads out of the workspace, to" in result.err) == (2, True)
        assert snapshot(tmp_path) == before
    with pytest.raises(CannotRunError, match="leads out of the workspace, to"):
        attachments.locate(str(root / "acme"), str(root / "key.pdf"), "signoffs")
    for words in (("new", "next", "--from", "inbox/plan.csv"), ("import", "inbox/plan.csv", "--project", "acme")):
        write_tree(tmp_path, {"secret/plan.csv": "name,amount\nSecret,1.00\n"})
        result = mtrack(*words, *DAY, cwd=root)
        assert (result.code, "leads out of the workspace, to" in result.err) == (2, True)
        assert "Secret" not in result.out
    (tmp_path / "mine").symlink_to("mail")  # a link of the user's own, in no workspace
    result = mtrack("approve", "acme", "M2", "--signoff", tmp_path / "mine/key.pdf", *DAY, cwd=root)
    assert (result.code, (root / "acme/signoffs/key.pdf").read_bytes()) == (0, b"paper")


def test_links_that_stay_inside_work_as_before(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "shared/acme/milestones.yaml": RECORD})
    (root / "paper.pdf").write_bytes(b"paper")
    (root / "acme").symlink_to("shared/acme")
    (root / "shared/acme/signoffs").symlink_to("papers")
    (root / "shared/acme/papers").mkdir()
    result = mtrack("approve", "acme", "M2", "--signoff", "paper.pdf", *DAY, cwd=root)
    assert result.code == 0, result.err
    assert (root / "shared/acme/papers/paper.pdf").read_bytes() == b"paper"
    assert "signoffs/paper.pdf" in (root / "shared/acme/milestones.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine").symlink_to("work")  # the way to the workspace is the user's
    assert mtrack("pay", "INV-2", "1.00", "--project", tmp_path / "mine/shared/acme", *DAY).code == 0


@pytest.mark.parametrize("mark", ["mtrack.yaml", "milestones.yaml", ".git"])
def test_what_a_link_may_not_lead_out_of(tmp_path: Path, mark: str) -> None:
    write_tree(tmp_path, {f"work/{mark}": "", "work/in/x": "", "out/x": ""})
    for name, target, leads_out in (
        ("a", "in", False),
        ("b", "../out", True),
        ("c", "../nowhere", True),
        ("d", ".", False),
    ):
        (tmp_path / "work" / name).symlink_to(target)
        for below in ("", "/x", "/x/y"):
            found = link_out(str(tmp_path / "work" / name) + below)
            assert found == (str(tmp_path / "work" / name) if leads_out else None)
    (tmp_path / "e").symlink_to("out")
    assert link_out(str(tmp_path / "e/x")) is None


# Swapped while an edit is made.


@pytest.mark.skipif(not directory.BY_DESCRIPTOR, reason="names are looked up by path here")
@pytest.mark.parametrize("name", ["acme", "acme/signoffs", "acme/deep"])
def test_a_folder_swapped_for_a_link_between_any_two_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    there = write_tree(
        tmp_path / "outside", {"milestones.yaml": "theirs", "deep/milestones.yaml": "theirs", "signoffs/x": ""}
    )
    before = snapshot(there)
    step = steps = 0
    while steps >= step:
        step += 1
        root = write_tree(tmp_path / f"work{step}", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD})
        write_tree(
            root,
            {"acme/signoffs/x": "", "acme/deep/x": "", "paper.pdf": "paper", "plan.csv": "name,amount\nDelta,5.00\n"},
        )
        steps = 0
        with monkeypatch.context() as patch:
            for called in ("open", "unlink", "mkdir"):
                patch.setattr(os, called, _swapping(called, step))
            swap.act = lambda root=root: _swap(root / name, there / name.removeprefix("acme").strip("/"))  # type: ignore[misc]
            swap.steps = 0
            result = mtrack("approve", "acme", "M2", "--signoff", "paper.pdf", *DAY, cwd=root)
            steps = swap.steps
        assert "should not have happened" not in result.err
        assert snapshot(there) == before, (step, result)
        shutil.rmtree(root)
    assert step > 5


class _Swap:
    steps = 0
    act: Callable[[], None] = staticmethod(lambda: None)


swap = _Swap()


def _swapping(called: str, step: int) -> Callable[..., object]:
    real = getattr(os, called)

    def call(path: object, *more: int, **also: int) -> object:
        if also.get("dir_fd") is not None or str(path).endswith(".lock"):
            swap.steps += 1
            if swap.steps == step:
                swap.act()
        return real(path, *more, **also)

    return call


def _swap(folder: Path, target: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        folder.rename(folder.with_name("moved"))
        folder.symlink_to(target)


def test_an_edit_in_a_repository_without_settings_stays_in_it(tmp_path: Path) -> None:
    there = outside(tmp_path, settings=False)
    root = tmp_path / "work"
    root.mkdir()
    subprocess.run(["git", "init", "-q", root], check=True)
    (root / "acme").symlink_to(there / "acme")
    before = snapshot(there)
    result = mtrack("deliver", "acme", "M2", *DAY, cwd=root)
    assert (result.code, "leads out of the workspace, to" in result.err) == (3, True)
    assert snapshot(there) == before
