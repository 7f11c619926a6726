"""A pipe in the place of a file that git would read: no command waits for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import ROOT
from test_special_files import sparse

from history.story import Story
from history.test_log import ACME, BILLED
from mtrack import limits

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


GITS_OWN = (
    "HEAD",
    "config",
    "config.worktree",
    "index",
    "commondir",
    "packed-refs",
    "shallow",
    "objects/info/alternates",
)


@pytest.mark.parametrize("kind", ["fifo", "device", "sparse"])
@pytest.mark.parametrize("name", GITS_OWN)
def test_in_the_place_of_a_file_of_gits_own(story: Story, name: str, kind: str) -> None:
    """It is told at once, not after the time that git is given."""
    path = story.folder / ".git" / name
    path.unlink(missing_ok=True)
    {"fifo": os.mkfifo, "device": lambda path: path.symlink_to("/dev/zero"), "sparse": sparse}[kind](path)
    codes, _, err = run_each(story.folder, COMMANDS)
    trouble = f"git can't be asked: {path} is {'larger than' if kind == 'sparse' else 'not a regular file'}"
    for command, code in codes.items():
        history = command.split()[0] in {"log", "audit", "diff"} or "--" in command
        assert code == (3 if history else 0), command
    assert {line.partition(trouble)[1] for line in err.splitlines()} == {trouble}


def test_in_the_place_of_git_itself(story: Story) -> None:
    (story.folder / ".git").rename(story.folder / "git")
    os.mkfifo(story.folder / ".git")
    codes, _, err = run_each(story.folder, ("lint", "log", "status"))
    assert codes == {"lint": 0, "log": 3, "status": 0}
    assert f"git can't be asked: {story.folder / '.git'} is not a regular file" in err


def test_a_worktree_is_looked_at_where_it_keeps_its_files(story: Story, tmp_path: Path) -> None:
    story.git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    before = run_each(tmp_path / "other", ("lint", "log"))
    assert set(before[0].values()) <= {0, 1}
    index = story.folder / ".git/worktrees/other/index"
    index.rename(tmp_path / "kept")
    os.mkfifo(index)
    codes, _, err = run_each(tmp_path / "other", ("lint", "log"))
    assert (codes["log"], f"{index} is not a regular file" in err) == (3, True)
    index.unlink()
    (tmp_path / "kept").rename(index)
    os.mkfifo(story.folder / ".git/packed-refs")
    codes, _, err = run_each(tmp_path / "other", ("lint", "log"))
    assert codes["log"] == 3
    assert "packed-refs is not a regular file" in err


def waits(path: Path) -> bool:
    """Whether a process waits for somebody to write into a pipe."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def hidden(story: Story, kind: str) -> Path:
    """A pipe where only git meets it."""
    git = story.folder / ".git"
    if kind == "included":
        path = story.folder.parent / "included"
        story.git("config", "include.path", str(path))
    elif kind == "branch":
        path = git / "refs/heads/main"
    else:
        name = story.git("rev-parse", "HEAD" if kind == "commit" else f"HEAD~1:{RECORDS}")
        path = git / "objects" / name[:2] / name[2:]
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("kind", ["included", "branch", "commit", "records"])
def test_where_only_git_meets_it(story: Story, kind: str) -> None:
    """Git is ended, the command that git was asked for is named, and what needs no git is done without."""
    path = hidden(story, kind)
    start = time.monotonic()
    codes, _, err = run_each(
        story.folder,
        ("log", "lint", "status", "lint --since HEAD~1"),
        "from mtrack import limits; limits.GIT_SILENCE = 1",
    )
    assert codes == {"log": 3, "lint": 0, "status": 0, "lint --since HEAD~1": 3}
    assert "mtrack: 'git " in err
    assert "neither ended nor said anything for 1 second, and was ended" in err
    assert ("files that are not committed are not found" in err) == (kind == "included")
    assert time.monotonic() - start < 20
    assert not waits(path)


def test_a_commit_is_not_begun_where_git_would_wait(story: Story) -> None:
    records = (story.folder / RECORDS).read_bytes()
    os.mkfifo(story.folder / ".gitmodules")
    codes, _, err = run_each(story.folder, ("pay INV-1 1.00 --commit",))
    assert codes == {"pay INV-1 1.00 --commit": 3}
    assert f"git can't be asked: {story.folder / '.gitmodules'} is not a regular file; nothing was changed" in err
    (story.folder / ".gitmodules").unlink()
    (story.folder / "acme/.gitignore").unlink(missing_ok=True)
    hidden(story, "commit")
    codes, _, err = run_each(
        story.folder, ("pay INV-1 1.00 --commit",), "from mtrack import limits; limits.GIT_SILENCE = 1"
    )
    assert codes == {"pay INV-1 1.00 --commit": 3}
    assert "'git status' neither ended nor said anything for 1 second, and was ended; nothing was changed" in err
    assert (story.folder / RECORDS).read_bytes() == records


@pytest.mark.skipif(sys.platform != "linux", reason="the children of a process are told by /proc")
@pytest.mark.parametrize("command", ["lint", "log"])
@pytest.mark.parametrize(
    ("signals", "code"), [((signal.SIGTERM,), 143), ((signal.SIGINT,), 130), ((signal.SIGINT, signal.SIGTERM), None)]
)
def test_no_git_is_left_where_mtrack_is_ended(
    story: Story, command: str, signals: tuple[int, ...], code: int | None
) -> None:
    path = hidden(story, "included")
    process = subprocess.Popen(
        [sys.executable, "-m", "mtrack", command], cwd=story.folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 30
    while not (started := children.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.2)
    for number in signals:
        process.send_signal(number)
    assert process.wait(10) in ((code,) if code is not None else (130, 143))
    deadline = time.monotonic() + 10  # what is killed takes a moment to go
    while any(Path(f"/proc/{child}").exists() for child in started):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not waits(path)


def test_an_hour_is_given_to_hooks_and_a_minute_to_the_rest() -> None:
    assert (limits.GIT_SILENCE, limits.GIT_COMMIT_SILENCE) == (60, 3600)
