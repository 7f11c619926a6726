"""A pipe in the place of a file that git would read: no command waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import ROOT

from history.story import Story
from history.test_log import ACME, BILLED

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
RECORDS = "acme/milestones.yaml"
COMMANDS = (
    "log", "log --since 2026-01-01", "log --format json", "audit", "audit --branches", "audit --since HEAD~1", "diff", "diff HEAD~1",
    "diff HEAD~1 HEAD", "lint", "lint --at HEAD", "lint --since HEAD~1", "lint --since 2026-02-01", "lint --settings-from HEAD", "status",
    "gaps", "next", "report --output site --since HEAD~1",
)  # fmt: skip
SIGNED = "format: 1\nrequire_signed: true\n"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "MTRACK_WAYS": "plain"}
EACH = (
    "import sys\n"
    "from mtrack.__main__ import run\n"
    "{before}\n"
    "for line in sys.argv[1:]:\n"
    "    code = run(line.split())\n"
    "    print(f'\\n<<{{code}} {{line}}', flush=True)\n"
)


def run_each(root: Path, commands: tuple[str, ...], before: str = "") -> tuple[dict[str, int], str, str]:
    """The exit code of each command, run one after another by one process; and what all of them said."""
    done = subprocess.run(
        [sys.executable, "-c", EACH.format(before=before), *commands],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=root, timeout=60, env=ENVIRONMENT,
    )  # fmt: skip
    told = (line[2:].split(" ", 1) for line in done.stdout.splitlines() if line.startswith("<<"))
    codes = {command: int(code) for code, command in told}
    assert tuple(codes) == commands, done.stderr
    assert "itself failed" not in done.stderr
    return codes, done.stdout, done.stderr


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A repository whose second commit puts another repository beside the records."""
    story = Story(tmp_path / "ws")
    story.commit("begin", "2026-01-10", {"mtrack.yaml": SIGNED, RECORDS: ACME, "acme/agreement/sow.pdf": "signed"})
    story.git("update-index", "--add", "--cacheinfo", f"160000,{story.git('rev-parse', 'HEAD')},sub")
    story.write(
        {
            RECORDS: BILLED.replace("status: sent", "status: paid"),
            "acme/invoices/1.pdf": "1",
            "acme/signoffs/m1.eml": "ok",
        }
    )
    story.git("add", "acme")
    story.git("commit", "--quiet", "-m", "bill", day="2026-02-02")
    return story


@pytest.mark.parametrize(
    "name", [".gitmodules", ".mailmap", ".gitattributes", ".gitignore", ".git-blame-ignore-revs", "acme/.gitattributes",
             "acme/.gitignore", ".git/info/attributes", ".git/info/exclude", ".git/info/grafts"],
)  # fmt: skip
def test_in_the_place_of_a_file_that_no_command_needs(story: Story, name: str) -> None:
    before = run_each(story.folder, COMMANDS)
    path = story.folder / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert run_each(story.folder, COMMANDS) == before
    assert set(before[0].values()) <= {0, 1}


@pytest.mark.parametrize("name", [".gitmodules", ".mailmap", ".gitattributes"])
@pytest.mark.parametrize("content", [b"[submodule\n", b"\0\xff<>\n", b"* binary -diff\n"])
def test_what_such_a_file_says_changes_nothing(story: Story, name: str, content: bytes) -> None:
    before = run_each(story.folder, COMMANDS)
    story.write({name: content})
    assert run_each(story.folder, COMMANDS) == before
    story.git("add", name)
    assert run_each(story.folder, COMMANDS) == before
    story.git("commit", "--quiet", "-m", "more", day="2026-02-03")
    after = run_each(story.folder, COMMANDS)
    assert set(after[0].values()) <= {0, 1}
    assert after[2] == before[2]


def test_the_users_own_files_that_say_what_git_compares_are_not_read(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run_each(story.folder, COMMANDS)
    waiting = tmp_path / "waiting"
    os.mkfifo(waiting)
    settings = tmp_path / "settings"
    settings.write_text(f"[core]\n\tattributesFile = {waiting}\n[mailmap]\n\tfile = {waiting}\n", encoding="utf-8")
    monkeypatch.setitem(ENVIRONMENT, "GIT_CONFIG_GLOBAL", str(settings))
    assert run_each(story.folder, COMMANDS) == before
