"""A commit whose own words are beyond measure costs mtrack no memory."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from history.story import Story
from history.test_log import ACME, BILLED
from history.test_pipes import ENVIRONMENT
from mtrack import limits
from mtrack.errors import CannotRunError
from mtrack.history.repository import Repository
from mtrack.program import CHUNK

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = "acme/milestones.yaml"
LONG = 30_000_000


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit(
        "begin", "2026-01-10", {"mtrack.yaml": "format: 1\n", RECORDS: ACME, "acme/agreement/sow.pdf": "signed"}
    )
    story.commit("bill", "2026-02-02", {RECORDS: BILLED, "acme/invoices/1.pdf": "1", "acme/signoffs/m1.eml": "ok"})
    return story


def put(story: Story, author: str = "a <a@b>", subject: str = "s", more: str = "", parents: int = 1) -> str:
    """Make a commit by its very words, and check it out."""
    head = story.git("rev-parse", "HEAD")
    lines = [f"tree {story.git('rev-parse', 'HEAD^{tree}')}", *[f"parent {head}"] * parents]
    lines += [f"author {author} 1780000000 +0000", f"committer {author} 1780000000 +0000", f"{more}\n{subject}\n"]
    commit = story.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin="\n".join(lines).encode())
    story.git("update-ref", "refs/heads/main", commit)
    return commit


def megabytes(story: Story, command: str) -> tuple[int, float]:
    """The exit code of a command, and the memory of its own process at its peak."""
    code = (
        "import sys; from mtrack.__main__ import run; code = run(sys.argv[1:]); "
        "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0]; "
        "sys.stderr.write(f'\\n{code} {peak}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()], cwd=story.folder, env=ENVIRONMENT, capture_output=True, check=True, timeout=100
    )  # fmt: skip
    result, size = done.stderr.decode().splitlines()[-1].split()
    return int(result), int(size) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
@pytest.mark.parametrize("where", ["subject", "author", "header"])
def test_words_without_end_take_no_memory(story: Story, where: str) -> None:
    before = {command: megabytes(story, command) for command in ("log", "audit")}
    text = "x" * LONG
    if where == "subject":
        put(story, subject=text)
    elif where == "author":
        put(story, author=f"{text} <{text}>")
    else:
        put(story, more=f"x-more {text}\n")
    for command, (code, size) in before.items():
        told, now = megabytes(story, command)
        assert told == code
        assert now < size + 15


def test_the_beginning_is_kept(story: Story) -> None:
    put(story, subject="é" * 200_000, author=f"{'n' * limits.LINE} <{'m' * (limits.LINE + 1)}>")
    *_, last = Repository(str(story.folder)).commits("HEAD")
    assert last.subject == "é" * limits.LINE + "…"
    assert last.author == "n" * limits.LINE
    assert last.email == "m" * limits.LINE + "…"
    assert last.parents == (story.git("rev-parse", "HEAD~1"),)


def test_a_commit_of_more_parents_than_any_has_is_refused(story: Story) -> None:
    commit = put(story, parents=3000)
    with pytest.raises(CannotRunError, match=f"^{commit[:10]} is made from more commits than any is"):
        Repository(str(story.folder)).commits("HEAD")


def test_the_kind_of_a_signature_is_told_by_the_head_alone(story: Story) -> None:
    repository = Repository(str(story.folder))
    pad = "x-more " + "y" * 300_000 + "\n"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n x\n"
    assert repository._is_openpgp(put(story, more=pad + signature))  # noqa: SLF001
    for length in range(CHUNK - 1000, CHUNK, 7):
        assert repository._is_openpgp(put(story, more=f"x-more {'y' * length}\n{signature}"))  # noqa: SLF001
        if length > CHUNK - 900:
            break
    assert not repository._is_openpgp(put(story, more=pad, subject=f"\n{signature}"))  # noqa: SLF001


def test_a_branch_of_a_long_name_is_told_by_its_beginning(story: Story) -> None:
    name = "refs/heads/" + "b" * 3_000_000
    commit = story.git("rev-parse", "HEAD~1")
    (story.folder / ".git/packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{commit} {name}\n")
    assert Repository(str(story.folder)).branches()[commit] == "b" * limits.LINE + "…"
