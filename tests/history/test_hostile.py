"""Repositories that mean harm: nothing they name is run, nothing is fetched, and what is missing is said."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest
from support import ROOT, mtrack, validated

from history.story import Story
from history.test_log import ACME, BILLED, events
from mtrack import limits

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = "acme/milestones.yaml"
COMMANDS = (
    ("log",),
    ("log", "--format", "json"),
    ("audit", "--branches"),
    ("diff",),
    ("diff", "HEAD~1"),
    ("diff", "HEAD~1", "HEAD"),
    ("lint", "--at", "HEAD"),
    ("lint",),
    ("lint", "--since", "HEAD~1"),
)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit(
        "begin", "2026-01-10", {"mtrack.yaml": "format: 1\n", RECORDS: ACME, "acme/agreement/sow.pdf": "signed"}
    )
    story.commit("bill", "2026-02-02", {RECORDS: BILLED, "acme/invoices/1.pdf": "1", "acme/signoffs/m1.eml": "ok"})
    return story


def run_all(story: Story, *, codes: tuple[int, ...] = (0, 1)) -> None:
    for command in COMMANDS:
        result = mtrack(*command, cwd=story.folder)
        assert result.code in codes, (command, result.err)
        assert "Traceback" not in result.err


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark where it is run."""
    mark, program = tmp_path / "mark", tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="programs of sh")
def test_nothing_that_a_repository_names_is_run(story: Story, trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story.commit("attributes", "2026-02-03", {".gitattributes": "* filter=trap diff=trap merge=trap\n"})
    program = str(trap)
    settings = {
        "core.fsmonitor": program, "core.pager": program, "pager.log": program, "core.sshCommand": program,
        "core.editor": program, "core.askPass": program, "credential.helper": program, "diff.external": program,
        "diff.trap.textconv": program, "diff.trap.command": program, "filter.trap.clean": program,
        "filter.trap.smudge": program, "filter.trap.process": program, "merge.trap.driver": program,
        "gpg.program": program, "gpg.ssh.program": program, "gpg.x509.program": program, "log.showSignature": "true",
        "uploadpack.packObjectsHook": program, "core.gitProxy": program, "core.alternateRefsCommand": program,
        "core.hooksPath": str(trap.parent / "hooks"),
    }  # fmt: skip
    hooks = trap.parent / "hooks"
    hooks.mkdir()
    for hook in (
        "post-checkout",
        "pre-commit",
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
        "pre-auto-gc",
    ):
        (hooks / hook).symlink_to(trap)
        (story.folder / ".git/hooks" / hook).symlink_to(trap)
    included = trap.parent / "included"
    included.write_text(f"[core]\n\tfsmonitor = {program}\n\tpager = {program}\n[gpg]\n\tprogram = {program}\n")
    for key, value in settings.items():
        story.git("config", key, value)
    story.git("config", "include.path", str(included))
    story.write({"acme/invoices/1.pdf": "changed", "mtrack.yaml": "format: 1\nrequire_signed: true\n"})
    for path in story.folder.glob("acme/*/*"):
        os.utime(path, (1, 1))  # so that git would have to look into each
    monkeypatch.setenv("GIT_PAGER", program)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", program)
    monkeypatch.setenv("GIT_SSH_COMMAND", program)
    assert not (trap.parent / "mark").exists()
    for command in COMMANDS:
        result = mtrack(*command, cwd=story.folder)
        assert result.code in (0, 1), (command, result.err)
        assert not (trap.parent / "mark").exists(), command


@pytest.mark.skipif(sys.platform == "win32", reason="programs of sh")
def test_a_signature_is_not_checked_by_the_repositorys_program(story: Story, trap: Path) -> None:
    """A commit with a signature, so that git does run a program: the user's."""
    story.write({"mtrack.yaml": "format: 1\nrequire_signed: true\n"})
    story.git("config", "gpg.program", str(trap))
    head = story.git("cat-file", "commit", "HEAD")
    fields, _, message = head.partition("\n\n")
    signed = f"{fields}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\n{message}\n"
    commit = story.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=signed.encode())
    story.git("update-ref", "HEAD", commit)
    result = mtrack("audit", "--format", "json", cwd=story.folder)
    assert "unsigned-change" in {item["rule"] for item in validated(result.out, "findings")["findings"]}
    assert not (trap.parent / "mark").exists()


def test_variables_lead_nowhere_else(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = events(story.folder)
    other = Story(tmp_path / "other")
    other.commit("other", "2026-01-01", {"mtrack.yaml": "format: 1\n"})
    for name, value in (
        ("GIT_DIR", str(other.folder / ".git")),
        ("GIT_WORK_TREE", str(other.folder)),
        ("GIT_INDEX_FILE", str(other.folder / ".git/index")),
        ("GIT_OBJECT_DIRECTORY", str(other.folder / ".git/objects")),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(other.folder / ".git/objects")),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.worktree"),
        ("GIT_CONFIG_VALUE_0", str(other.folder)),
        ("GIT_NAMESPACE", "x"),
    ):
        monkeypatch.setenv(name, value)
    assert events(story.folder) == expected


def test_replace_refs_grafts_and_a_commit_graph_tell_no_other_history(story: Story) -> None:
    expected = events(story.folder)
    forged = story.git("commit-tree", "-m", "forged", story.git("rev-parse", "HEAD^{tree}"))
    story.git("replace", story.git("rev-parse", "HEAD"), forged)
    (story.folder / ".git/info").mkdir(exist_ok=True)
    (story.folder / ".git/info/grafts").write_text(story.git("--no-replace-objects", "rev-parse", "HEAD") + "\n")
    assert events(story.folder) == expected


def test_names_with_line_breaks_escapes_and_dashes(story: Story) -> None:
    for name in ("a\nb", "-rf", "--output=x", "esc\x1b[31m", "tab\tname", 'quote"', "back\\slash", "ünï"):
        story.commit("hostile", "2026-02-03", {f"{name}/milestones.yaml": ACME.replace("Acme", "Other")})
    run_all(story)
    found = {item["project"] for item in events(story.folder)}
    assert {"a\nb", "-rf", "--output=x", "ünï", "esc\x1b[31m"} <= found
    text = mtrack("log", cwd=story.folder).out
    assert "\x1b" not in text
    assert "a\\nb" in text


def test_subjects_and_authors_are_shown_and_not_obeyed(story: Story) -> None:
    story.git("config", "user.useConfigOnly", "false")
    story.commit("red \x1b[31m | `x` <b> @someone", "2026-02-03", {RECORDS: ACME})
    text = mtrack("log", cwd=story.folder).out
    assert "\x1b" not in text
    page = mtrack("log", "--format", "md", cwd=story.folder).out
    assert "<b>" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("form", ["text", "json", "md", "csv"])
def test_of_a_long_subject_the_beginning_is_shown(story: Story, form: str) -> None:
    text = story.folder / "subject"
    text.write_text("x" * 3_000_000)
    story.write({RECORDS: ACME.replace("Discovery", "Survey")})
    story.git("add", "--all", "acme")
    story.git("commit", "--quiet", "-F", str(text))
    result = mtrack("log", "--format", form, cwd=story.folder)
    assert result.code == 0
    assert len(result.out) < 20_000
    assert f"{'x' * 100}" in result.out.replace("\n", "").replace(" ", "")


def test_revisions_that_look_like_options(story: Story) -> None:
    for arguments in (
        ("log", "--since=--output=x"), ("log", "--until=--all"), ("audit", "--since=--all"), ("lint", "--at=--all"),
        ("diff", "--", "--output=x"), ("diff", "--", "-x...HEAD"), ("diff", "HEAD\n"), ("diff", "HEAD:mtrack.yaml"),
    ):  # fmt: skip
        result = mtrack(*arguments, cwd=story.folder)
        assert (result.code, result.out) == (2, ""), arguments
    assert not (story.folder / "x").exists()


def test_a_git_file_that_points_elsewhere(story: Story, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/mtrack.yaml").write_text("format: 1\n")
    (tmp_path / "elsewhere/.git").write_text("gitdir: /nowhere/at/all\n")
    result = mtrack("log", cwd=tmp_path / "elsewhere")
    assert (result.code, result.out) == (3, "")
    (tmp_path / "elsewhere/.git").write_text(f"gitdir: {story.folder}/.git\n")
    assert mtrack("log", cwd=tmp_path / "elsewhere").code == 0


def test_a_bare_repository_is_read_where_it_is_asked_about_and_nowhere_else(
    story: Story, trap: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.git"
    story.git("clone", "--quiet", "--bare", ".", str(bare))
    story.git("--git-dir", str(bare), "config", "core.fsmonitor", str(trap))
    found = mtrack("log", "--format", "json", cwd=bare)
    assert found.out == mtrack("log", "--format", "json", cwd=story.folder).out
    for command in (("audit",), ("diff", "HEAD~1", "HEAD"), ("status", "--at", "HEAD")):
        assert mtrack(*command, cwd=bare).code == 0, command
    (bare / "inner").mkdir()
    assert mtrack("log", cwd=bare / "inner").code == 3
    assert not (tmp_path / "mark").exists()


@pytest.fixture
def embedded(tmp_path: Path, trap: Path) -> Story:
    """A workspace below the top of its repository, in which a bare repository with another history was committed."""
    other = Story(tmp_path / "other")
    other.commit("other", "2026-01-01", {"acme/milestones.yaml": ACME.replace("Beta", "Forged")})
    bare = tmp_path / "bare"
    other.git("clone", "--quiet", "--bare", ".", str(bare))
    hooks = bare / "hooks"
    for hook in ("pre-commit", "post-index-change", "reference-transaction", "post-commit"):
        (hooks / hook).unlink(missing_ok=True)
        (hooks / hook).symlink_to(trap)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program"):
        other.git("--git-dir", str(bare), "config", key, str(trap))
    other.git("--git-dir", str(bare), "config", "core.bare", "false")
    other.git("--git-dir", str(bare), "config", "core.worktree", str(tmp_path / "repo/ws"))
    story = Story(tmp_path / "repo")
    files: dict[str, str | bytes | None] = {
        f"ws/{path.relative_to(bare)}": path.read_bytes() for path in bare.rglob("*") if path.is_file()
    }
    files |= {"ws/refs/keep": "", "ws/mtrack.yaml": "format: 1\n", "ws/acme/milestones.yaml": ACME}
    story.commit("begin", "2026-01-10", files)
    story.commit("bill", "2026-02-02", {"ws/acme/milestones.yaml": BILLED})
    return story


@pytest.mark.skipif(sys.platform == "win32", reason="programs of sh")
@pytest.mark.parametrize("folder", ["ws", "ws/acme"])
def test_a_bare_repository_among_the_records_is_neither_asked_nor_obeyed(
    folder: str, embedded: Story, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Studio North")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "studio@north.example")
    where = embedded.folder / folder
    assert {item["subject"] for item in events(where)} == {"begin", "bill"}
    for command in COMMANDS:
        result = mtrack(*command, cwd=where)
        assert result.code in (0, 1), (command, result.err)
    since = json.loads(mtrack("lint", "--since", "HEAD~1", "--format", "json", cwd=where).out)
    assert "attachment-missing" in {item["rule"] for item in since["findings"]}
    before = embedded.git("rev-parse", "HEAD")
    committed = mtrack("deliver", "acme", "M2", "--commit", cwd=embedded.folder / "ws")
    assert (committed.code, committed.err.count("Traceback")) == (0, 0), committed.err
    assert embedded.git("log", "--format=%H %s", "-1", "HEAD~1").startswith(before)
    assert embedded.git("diff", "--name-only", "HEAD~1") == "ws/acme/milestones.yaml"
    assert not (trap.parent / "mark").exists()


def tree_of(story: Story, entries: list[tuple[str, str, str]]) -> str:
    """A commit whose one tree holds entries (mode, name, object) that git itself would not make."""
    raw = b"".join(
        mode.encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(content) for mode, name, content in entries
    )
    tree = story.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
    return story.git("commit-tree", "-m", "hostile", tree)


def blob(story: Story, content: str) -> str:
    return story.git("hash-object", "-w", "--stdin", stdin=content.encode())


def hostile_trees(story: Story, outside: Path) -> dict[str, list[tuple[str, str, str]]]:
    settings, records = blob(story, "format: 1\n"), blob(story, ACME)
    link = blob(story, str(outside))
    inner = story.git("mktree", stdin=f"100644 blob {records}\tmilestones.yaml\n".encode())
    climbing = story.git(
        "hash-object", "-t", "tree", "-w", "--literally", "--stdin",
        stdin=b"40000 ..\0" + bytes.fromhex(inner),
    )  # fmt: skip
    own = ("100644", "mtrack.yaml", settings)
    return {
        "up": [own, ("40000", "..", inner)],
        "up, deeper": [own, ("40000", "a", climbing)],
        "up, as a name": [own, ("100644", "../milestones.yaml", records)],
        "absolute": [own, ("100644", f"{outside}/milestones.yaml", records)],
        "here": [own, ("40000", ".", inner)],
        "nothing": [own, ("40000", "", inner)],
        "a repository": [own, ("40000", ".GIT", inner)],
        "twice": [own, ("100644", "milestones.yaml", records), ("100644", "milestones.yaml", settings)],
        "a folder twice": [own, ("40000", "a", inner), ("40000", "a", inner)],
        "a link and a folder": [own, ("120000", "a", link), ("40000", "a", inner)],
        "a file and a folder": [own, ("100644", "a", records), ("40000", "a", inner)],
        "too long a name": [own, ("40000", "a" * 300, inner)],
        "too long a link": [own, ("120000", "a", blob(story, "a/" * 3000))],
        "an empty link": [own, ("120000", "a", blob(story, ""))],
        "a link with a zero byte": [own, ("120000", "a", blob(story, "a\0b"))],
    }


HOSTILE = (
    "up", "up, deeper", "up, as a name", "absolute", "here", "nothing", "a repository", "twice", "a folder twice",
    "a link and a folder", "a file and a folder", "too long a name", "too long a link", "an empty link",
    "a link with a zero byte",
)  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="links and names there are others")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_tree_that_no_checkout_could_have_is_refused(
    name: str, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, temporary = tmp_path / "outside", tmp_path / "temporary"
    outside.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    trees = hostile_trees(story, outside)
    assert set(trees) == set(HOSTILE)
    commit = tree_of(story, trees[name])
    for command in (
        ("lint", "--at", commit),
        ("lint", "--since", commit),
        ("diff", commit),
        ("status", "--at", commit),
    ):
        result = mtrack(*command, cwd=story.folder)
        assert (result.code, result.out) == (3, ""), (command, result.out)
        assert result.err.count("\n") == 1, result.err
        words = ("can't be laid out", "holds a path that", "empty filename in tree entry")
        assert any(text in result.err for text in words), result.err
    assert list(outside.iterdir()) == list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside", "temporary", "ws"]


@pytest.mark.parametrize("name", ["up, as a name", "absolute", "a repository", "too long a name"])
def test_a_history_with_such_a_tree_is_not_told(name: str, story: Story, tmp_path: Path) -> None:
    commit = tree_of(story, hostile_trees(story, tmp_path)[name])
    story.git("update-ref", "HEAD", commit)
    for command in (("log",), ("audit",)):
        result = mtrack(*command, cwd=story.folder)
        assert (result.code, result.out) == (3, ""), command
        assert "holds a path that no checkout could have" in result.err


def deep(story: Story, levels: int, name: str = "d") -> str:
    """A commit of records that lie in folders in each other."""
    path = "/".join(["deep", *[name] * levels, "milestones.yaml"])
    text = f"commit refs/heads/deep\ncommitter A <a@example.com> 1770000000 +0000\ndata 4\ndeep\nfrom {story.git('rev-parse', 'HEAD')}\n"
    text += f"M 100644 inline {path}\ndata {len(ACME.encode())}\n{ACME}\n"
    story.git("fast-import", "--quiet", stdin=text.encode())
    return story.git("rev-parse", "refs/heads/deep")


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_a_tree_deeper_than_functions_call_themselves(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    commit = deep(story, 1_200)
    for command in (
        ("lint", "--at", commit),
        ("lint", "--since", commit),
        ("diff", commit),
        ("status", "--at", commit),
        ("report", "--at", commit, "--format", "md"),
    ):
        result = mtrack(*command, cwd=story.folder)
        assert result.code in (0, 1), (command, result.err[-2_000:])
        assert list((tmp_path / "temporary").iterdir()) == []
    found = json.loads(mtrack("status", "--at", commit, "--format", "json", cwd=story.folder).out)["projects"]
    assert [item["path"].count("/d") for item in found] == [0, 1_200]
    story.git("update-ref", "HEAD", commit)
    assert {item["project"].count("/d") for item in events(story.folder) if item["project"]} == {0, 1_200}
    assert mtrack("audit", cwd=story.folder).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_a_tree_with_a_path_longer_than_one_can_be(story: Story) -> None:
    commit = deep(story, 40, "d" * 200)
    for command in (("lint", "--at", commit), ("lint", "--since", commit), ("diff", commit)):
        result = mtrack(*command, cwd=story.folder)
        assert (result.code, result.out, result.err.count("\n")) == (3, "", 1)
        assert "holds a path that no checkout could have: 'deep/ddd" in result.err


def bomb(story: Story, levels: int) -> str:
    """A commit of a few objects that holds ten files, and ten times as many for each level."""
    name = blob(story, "x")
    tree = story.git("mktree", stdin="".join(f"100644 blob {name}\tf{i}\n" for i in range(10)).encode())
    for _ in range(levels):
        tree = story.git("mktree", stdin="".join(f"040000 tree {tree}\td{i}\n" for i in range(10)).encode())
    top = story.git("ls-tree", "HEAD") + f"\n040000 tree {tree}\tbomb\n"
    return story.git("commit-tree", "-m", "bomb", "-p", "HEAD", story.git("mktree", stdin=top.encode()))


FILES = "holds more than 500,000 files, and no history is read of a tree that large"
MEMORY = "git takes more than 128 MiB to tell the files of a commit, and is given no more"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded there alone")
@pytest.mark.parametrize(
    ("command", "words"),
    [("log", MEMORY), ("audit", MEMORY), ("lint --at HEAD", FILES), ("lint --since HEAD", FILES), ("diff HEAD", FILES)],
)
def test_a_tree_of_more_files_than_memory_holds_is_refused(command: str, words: str, story: Story) -> None:
    """Ten billion files: they are read no further than to the limit, and git itself is held to one."""
    story.git("update-ref", "HEAD", bomb(story, 9))
    run = (
        "import resource; from mtrack import limits; from mtrack.__main__ import main; "
        "limits.GIT_BYTES = 128 << 20; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", run, *command.split()],
        cwd=story.folder, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith(f"{words}\n"), done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["log", "audit", "lint --at HEAD", "lint --since HEAD", "diff HEAD"])
def test_a_tree_of_too_many_files_is_refused(command: str, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SNAPSHOT_FILES", 999)
    story.git("update-ref", "HEAD", bomb(story, 2))
    result = mtrack(*command.split(), cwd=story.folder)
    assert (result.code, result.out) == (3, "")
    assert result.err.endswith(" holds more than 999 files, and no history is read of a tree that large\n")


def test_records_that_are_too_large_at_a_commit_are_so_in_its_snapshot(story: Story) -> None:
    story.commit("large", "2026-02-03", {RECORDS: ACME + "#" * (5 * 2**20)})
    found = json.loads(mtrack("lint", "--at", "HEAD", "--format", "json", cwd=story.folder).out)["findings"]
    assert [(item["rule"], item["path"]) for item in found if item["severity"] == "error"] == [("unreadable", RECORDS)]


@pytest.mark.skipif(sys.platform == "win32", reason="programs of sh")
def test_a_dry_run_asks_no_git(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    for command in (
        ("hold", "acme", "M2", "--reason", "x"), ("approve", "acme", "M2"), ("close", "acme"),
        ("new", "globex", "--currency", "EUR", "--milestone", "A=1"), ("init", "../elsewhere"),
        ("pay", "INV-1"), ("deliver", "acme", "M2"), ("cancel", "acme", "M2", "--reason", "x"),
    ):  # fmt: skip
        result = mtrack(*command, "--dry-run", "--commit", cwd=story.folder)
        assert result.code in (0, 1), (command, result.err)
    assert not (tmp_path / "asked").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="programs of sh")
def test_a_repository_of_someone_else_is_told_as_such(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    for command in (
        ("log",), ("audit",), ("diff",), ("lint", "--since", "HEAD"), ("status", "--at", "HEAD"),
        ("deliver", "acme", "M2", "--commit"),
    ):  # fmt: skip
        result = mtrack(*command, cwd=story.folder)
        assert (result.code, result.out) == (3, ""), command
        assert "dubious ownership" in result.err
        assert "safe.directory" in result.err
        assert result.err.count("\n") == 1, result.err
        assert "in none" not in result.err


def test_submodules_are_left_alone(story: Story, tmp_path: Path) -> None:
    other = Story(tmp_path / "other")
    other.commit("x", "2026-01-01", {"milestones.yaml": ACME})
    story.git("submodule", "--quiet", "add", str(other.folder), "sub")
    story.commit("submodule", "2026-02-03")
    run_all(story)
    assert "sub" not in {item["project"] for item in events(story.folder)}


def test_a_shallow_clone_says_what_it_hides(story: Story, tmp_path: Path) -> None:
    story.commit("later", "2026-02-03", {RECORDS: BILLED.replace("Beta", "Gamma")})
    Story(tmp_path).git("clone", "--quiet", "--depth=2", f"file://{story.folder}", str(tmp_path / "clone"))
    result = mtrack("log", "--format", "json", cwd=tmp_path / "clone")
    log = validated(result.out, "log")
    assert log["shallow"] is True
    assert [(item["subject"], item["event"]) for item in log["events"]] == [("later", "milestone-changed")]
    assert "shallow clone" in mtrack("log", cwd=tmp_path / "clone").out
    assert "shallow clone" in mtrack("audit", cwd=tmp_path / "clone").err


def test_a_shallow_clone_without_events_says_what_it_hides(story: Story, tmp_path: Path) -> None:
    Story(tmp_path).git("clone", "--quiet", "--depth=1", f"file://{story.folder}", str(tmp_path / "clone"))
    assert mtrack("log", "acme", cwd=tmp_path / "clone").err == (
        "mtrack: the history knows no project 'acme'; this is a shallow clone, which hides what came before its first commits\n"
    )
    pages = tmp_path / "pages"
    assert mtrack("report", "-o", pages, "--since", "HEAD", cwd=tmp_path / "clone").code == 0
    for page in ("index.html", "projects/acme.html"):
        assert "This is a shallow clone" in (pages / page).read_text(encoding="utf-8")


def test_a_partial_clone_fetches_nothing(story: Story, tmp_path: Path) -> None:
    story.git("config", "uploadpack.allowFilter", "true")
    story.git("config", "uploadpack.allowAnySHA1InWant", "true")
    Story(tmp_path).git(
        "clone", "--quiet", "--filter=blob:none", "--no-checkout", f"file://{story.folder}", str(tmp_path / "clone")
    )
    (tmp_path / "clone/mtrack.yaml").write_text("format: 1\n")
    before = sorted(path.name for path in (tmp_path / "clone/.git/objects").rglob("*"))
    for command in (("log",), ("audit",), ("diff", "HEAD~1", "HEAD"), ("lint", "--at", "HEAD")):
        result = mtrack(*command, cwd=tmp_path / "clone")
        assert (result.code, result.out) == (3, ""), command
        assert "fetch it first" in result.err
        assert result.err.count("\n") == 1
    assert sorted(path.name for path in (tmp_path / "clone/.git/objects").rglob("*")) == before


def test_a_workspace_below_the_root_and_two_in_one_repository(tmp_path: Path) -> None:
    story = Story(tmp_path / "repo")
    for name in ("one", "two"):
        story.commit(
            name,
            "2026-01-10",
            {f"{name}/mtrack.yaml": f"format: 1\nname: {name}\n", f"{name}/acme/milestones.yaml": ACME},
        )
    story.commit("other", "2026-01-11", {"acme/milestones.yaml": ACME.replace("Acme", "Outside")})
    for name in ("one", "two"):
        found = events(story.folder / name)
        assert {item["subject"] for item in found} == {name}
        assert {item["project"] for item in found} == {"acme", None}
    story.git("mv", "one/acme", "moved-out")
    story.commit("out", "2026-01-12")
    assert mtrack("audit", cwd=story.folder / "one").code == 0


def test_a_detached_head_and_a_worktree(story: Story, tmp_path: Path) -> None:
    story.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "HEAD~1")
    assert {item["subject"] for item in events(tmp_path / "tree")} == {"begin"}


def test_a_content_that_is_too_large_is_broken(story: Story) -> None:
    story.commit("large", "2026-02-03", {RECORDS: ACME + "#" * (5 * 2**20)})
    assert [item["event"] for item in events(story.folder) if item["subject"] == "large"] == ["broken"]
