"""What is kept of a history: the next run tells the same, and reads only what came since."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from support import mtrack

from history.story import Story
from history.test_log import ACME, BILLED, PAID
from mtrack import git
from mtrack.history.recent import recent
from mtrack.memo import cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from history.told import Told

RECORDS = "acme/milestones.yaml"


@pytest.fixture
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where histories are kept, by runs that keep them."""
    if sys.platform == "win32":
        pytest.skip("nothing is kept there")
    top = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(top))
    monkeypatch.setenv("MTRACK_WAYS", "memo plain")
    return top / "mtrack/history"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit(
        "begin", "2026-01-10", {"mtrack.yaml": "format: 1\n", RECORDS: ACME, "acme/agreement/sow.pdf": "signed"}
    )
    story.commit("bill", "2026-02-02", {RECORDS: BILLED, "acme/invoices/1.pdf": "1"})
    return story


def log(story: Story, *arguments: str) -> str:
    result = mtrack("log", *arguments, cwd=story.folder)
    assert (result.code, result.err) == (0, "")
    return result.out


def afresh(story: Story, *arguments: str) -> str:
    """The same from a run that keeps nothing."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("MTRACK_WAYS", "")
        return log(story, *arguments)


def changes_asked_for(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commits each run asks the changes of."""
    asked: list[int] = []
    stream = git.stream

    def counting(place: git.Location, *arguments: str, stdin: bytes = b"") -> Iterator[bytes]:
        if arguments[0] == "diff-tree":
            asked.append(len(stdin.splitlines()))
        return stream(place, *arguments, stdin=stdin)

    monkeypatch.setattr(git, "stream", counting)
    return asked


def test_only_what_came_since_is_read(story: Story, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = changes_asked_for(monkeypatch)
    first = log(story)
    assert (log(story), asked) == (first, [2])
    story.commit("pay", "2026-03-01", {RECORDS: PAID})
    second = log(story)
    assert (log(story), asked) == (second, [2, 1])
    assert afresh(story) == second != first
    assert len(list(kept.iterdir())) == 1


def test_every_step_of_the_story_tells_the_same(told: Told, kept: Path, tmp_path: Path) -> None:
    """Forwards, back, and from one branch to the other, with one kept history."""
    clone = tmp_path / "clone"
    Story(tmp_path).git("clone", "--quiet", "--no-local", str(told.story.folder), str(clone))
    story = Story(clone)
    commits = story.git("rev-list", "--reverse", "--topo-order", "--all").split()
    for commit in [*commits[::3], *commits[::-7], *commits[1::9]]:
        story.git("checkout", "--quiet", "--detach", commit)
        assert log(story, "--format", "json") == afresh(story, "--format", "json"), commit
    assert len(list(kept.iterdir())) == 1


def test_a_merge_with_what_was_there_before_is_read_from_the_beginning(
    story: Story, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = changes_asked_for(monkeypatch)
    story.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    story.commit("side", "2026-02-03", {"notes.txt": "x"})
    story.git("checkout", "--quiet", "main")
    log(story)
    story.git("merge", "--quiet", "-m", "merge", "side", day="2026-02-04")
    asked.clear()
    assert log(story) == afresh(story)
    assert asked == [4, 4]
    assert len(list(kept.iterdir())) == 1


def test_a_history_that_was_rewritten_is_told_as_it_is(story: Story, kept: Path) -> None:
    log(story)
    story.write({RECORDS: BILLED.replace("4000.00, sent", "3900.00, sent")})
    story.git("commit", "--quiet", "--all", "--amend", "-m", "bill less", day="2026-02-02")
    story.git("reflog", "expire", "--expire=now", "--all")
    story.git("gc", "--quiet", "--prune=now")
    assert "EUR 3,900.00" in log(story)
    assert log(story) == afresh(story)
    assert kept.is_dir()


def test_a_shallow_clone_that_is_deepened(story: Story, kept: Path, tmp_path: Path) -> None:
    Story(tmp_path).git("clone", "--quiet", "--depth=1", f"file://{story.folder}", str(tmp_path / "clone"))
    clone = Story(tmp_path / "clone")
    assert log(clone, "--format", "json") == afresh(clone, "--format", "json")
    clone.git("fetch", "--quiet", "--unshallow")
    assert log(clone, "--format", "json") == afresh(clone, "--format", "json")
    assert "project-added" in log(clone, "--format", "json")
    assert kept.is_dir()


def test_workspaces_of_one_repository_are_kept_apart(tmp_path: Path, kept: Path) -> None:
    story = Story(tmp_path / "repo")
    for name in ("one", "two"):
        story.commit(name, "2026-01-10", {f"{name}/mtrack.yaml": "format: 1\n", f"{name}/acme/milestones.yaml": ACME})
    for _ in range(2):
        for name in ("one", "two"):
            out = mtrack("log", cwd=story.folder / name).out
            assert f": {name}\n" in out
            assert out.count("added") == 1
    assert len(list(kept.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x92\xa1x\xc0", None])
def test_what_can_not_be_used_is_read_again(content: bytes | None, story: Story, kept: Path) -> None:
    expected = log(story)
    (path,) = kept.iterdir()
    path.write_bytes(path.read_bytes()[:-9] if content is None else content)
    assert log(story) == expected
    assert log(story) == expected


def test_nothing_is_taken_from_what_others_can_write(story: Story, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log(story)
    (path,) = kept.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    asked = changes_asked_for(monkeypatch)
    path.chmod(0o622)
    log(story)
    assert asked == [2]


def test_names_that_are_no_text_are_not_kept(story: Story, kept: Path) -> None:
    try:
        os.makedirs(os.fsencode(story.folder) + b"/\xff")
    except OSError:
        pytest.skip("this system has no such names")
    (story.folder / os.fsdecode(b"\xff") / "milestones.yaml").write_text(ACME, encoding="utf-8")
    story.commit("odd", "2026-03-01")
    assert log(story) == afresh(story)
    assert list(kept.glob("*")) == []


def test_nothing_is_kept_without_the_way(story: Story, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTRACK_WAYS", "plain")
    log(story)
    assert not kept.exists()


def test_another_mtrack_reads_it_again(story: Story, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log(story)
    asked = changes_asked_for(monkeypatch)
    monkeypatch.setattr(cache, "code", lambda: iter(("other",)))
    log(story)
    assert asked == [2]
    assert len(list(kept.iterdir())) == 1


def test_what_happened_last_is_the_same(story: Story, kept: Path) -> None:
    first = recent(str(story.folder), 5)
    assert recent(str(story.folder), 5) == first
    assert kept.is_dir()
