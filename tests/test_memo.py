"""What a run printed is printed again only while nothing it rests on has changed: the same as if nothing was kept."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from array import array
from typing import TYPE_CHECKING

import pytest
from changes import CHANGES, grow, linked, replaced
from history.story import Story
from support import ROOT, Result, mtrack, write_tree

from mtrack.check import processes
from mtrack.check.workspace import Workspace
from mtrack.memo import cache
from mtrack.memo import run as memo
from mtrack.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = "2026-11-22"
COMMANDS = (("lint", "--format", "json"), ("next", "--all"), ("verify", "--format", "json"))
VIEWS = (("lint",), ("gaps", "--format", "json"), ("next", "--all"), ("invoices", "--format", "csv"))
SMALL = (
    "project: P\ncurrency: EUR\nagreement: {total: 9000.00}\nmilestones:\n"
    "  - {id: M1, name: One, amount: 4000.00, status: not_billed}\n"
)


def settle() -> None:
    """Wait until the last changes are old enough to be told from later ones by their time."""
    time.sleep(0.12)


@pytest.fixture
def replays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The memo is on, with a cache of the test's own; every run that prints what an earlier one printed adds its code."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MTRACK_WAYS", "memo")
    result: list[int] = []
    replay = memo.Run.replay

    def counted(self: memo.Run) -> int | None:
        code = replay(self)
        result.extend([] if code is None else [code])
        return code

    monkeypatch.setattr(memo.Run, "replay", counted)
    return result


def run(root: Path, *command: str) -> Result:
    return mtrack(command[0], root, *command[1:], "--as-of", DAY)


def fresh(root: Path, *command: str) -> Result:
    return run(root, *command, "--no-cache")


def kept_run(root: Path, *command: str) -> Result:
    """Run until it is kept, once more so that it is replayed."""
    settle()
    run(root, *command)
    return run(root, *command)


def swap(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def same_size_and_time(root: Path) -> None:
    path = root / "acme-website/milestones.yaml"
    info, text = path.stat(), path.read_text(encoding="utf-8")
    path.write_text(text.replace("0", "1", 1), encoding="utf-8")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def atomic_save(root: Path) -> None:
    path = root / "acme-website/milestones.yaml"
    new = path.with_name("milestones.yaml.new")
    new.write_text(path.read_text(encoding="utf-8").replace("currency: EUR", "currency: USD", 1), encoding="utf-8")
    new.replace(path)


def without_rights(root: Path) -> None:
    (root / "acme-website/milestones.yaml").chmod(0o000)


def with_rights(root: Path) -> None:
    (root / "acme-website/milestones.yaml").chmod(0o644)


def linked_records(root: Path) -> None:
    (root / "hooli-app/milestones.yaml").rename(root / "records.yaml")
    linked(root, "hooli-app/milestones.yaml", "../records.yaml")


MORE: dict[str, Callable[[Path], object]] = {
    "size kept and time put back": same_size_and_time,
    "an atomic save": atomic_save,
    "rights taken away": without_rights,
    "rights given back": with_rights,
    "a folder renamed": lambda root: (root / "acme-website").rename(root / "acme-site"),
    "and back": lambda root: (root / "acme-site").rename(root / "acme-website"),
    "two folders swapped": lambda root: swap(root / "acme-website", root / "hooli-app"),
    "swapped back": lambda root: swap(root / "acme-website", root / "hooli-app"),
    "a nearly records file": lambda root: write_tree(root, {"near/milestone.yml": "project: P\n"}),
    "a folder with evidence and no records": lambda root: write_tree(root, {"bare/invoices/1.pdf": "%PDF"}),
    "that folder hidden": lambda root: (root / "bare").rename(root / ".bare"),
    "a folder excluded": replaced("mtrack.yaml", "format: 1\n", "format: 1\nexclude: [hooli-app]\n"),
    "all settings broken": lambda root: grow(root, "mtrack.yaml", "\nrules: [\n"),
    "settings that go": lambda root: (root / "mtrack.yaml").unlink(),
    "a repository around it": lambda root: subprocess.run(["git", "init", "-q", str(root)], check=True),
    "all records tracked": lambda root: subprocess.run(
        ["git", "-C", str(root), "add", "--", "*milestones.yaml"], check=True
    ),
    "a paper tracked too": lambda root: subprocess.run(["git", "-C", str(root), "add", "-A"], check=True),
    "a link to a folder": lambda root: linked(root, "linked", "hooli-app"),
    "that link turned elsewhere": lambda root: linked(root, "linked", "initech-portal"),
    "a link for the records": linked_records,
    "what that link leads to": lambda root: grow(root, "records.yaml", "x-more: 1\n"),
}  # fmt: skip


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The projects that are opened."""
    result: list[str] = []
    open_project = Workspace.open

    def noted(self: Workspace, folder: str) -> object:
        result.append(folder)
        return open_project(self, folder)

    monkeypatch.setattr(Workspace, "open", noted)
    return result


@pytest.mark.parametrize(
    ("ways", "commands"),
    [("memo", COMMANDS), ("memo store plain", VIEWS), ("memo store fork", VIEWS[:2])],
)
def test_after_every_change_it_is_as_if_nothing_was_kept(  # noqa: PLR0913
    ways: str,
    commands: tuple[tuple[str, ...], ...],
    tmp_path: Path,
    replays: list[int],
    opened: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MTRACK_WAYS", ways)
    monkeypatch.setattr(processes, "ENOUGH", 2)
    monkeypatch.setattr(processes, "_cores", lambda: 2)
    root = tmp_path / "work"
    shutil.copytree(ROOT / "example-workspace", root)
    shutil.rmtree(root / ".git", ignore_errors=True)
    changed = fewer = 0
    for command in commands:
        assert kept_run(root, *command) == fresh(root, *command)
    assert len(replays) == len(commands)
    replays.clear()
    before = [fresh(root, *command) for command in commands]
    for name, change in (MORE | CHANGES).items() if os.name != "nt" else ():
        if "settings" in name or "severity" in name:
            write_tree(root, {"mtrack.yaml": (ROOT / "example-workspace/mtrack.yaml").read_bytes()})
        change(root)
        settle()
        opened.clear()
        now = [run(root, *command) for command in commands]
        read = len(opened)
        opened.clear()
        wanted = [fresh(root, *command) for command in commands]
        assert now == wanted, name
        fewer += read < len(opened) / 2
        changed += wanted != before
        before = wanted
        assert [run(root, *command) for command in commands] == wanted, name
    assert changed >= 25
    assert len(replays) >= 15 * len(commands)
    if "fork" not in ways:  # what another process opens is not seen here
        assert (fewer > 20) == ("store" in ways)


@pytest.mark.parametrize("name", ["mtrack.yaml", "milestones.yaml", ".git/HEAD"])
def test_what_comes_above_the_workspace_counts(name: str, tmp_path: Path, replays: list[int]) -> None:
    root = tmp_path / "outer/inner"
    write_tree(root, {"p/milestones.yaml": SMALL})
    kept_run(root, "lint", "--format", "github")
    kept_run(root / "p", "lint", "--format", "github")
    assert len(replays) == 2
    write_tree(tmp_path / "outer", {name: "format: 1\n" if name == "mtrack.yaml" else SMALL})
    for place in (root, root / "p"):
        assert run(place, "lint", "--format", "github") == fresh(place, "lint", "--format", "github")


def test_what_is_outside_the_workspace_counts_too(
    tmp_path: Path, replays: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"work/mtrack.yaml": "format: 1\n", "work/p/milestones.yaml": SMALL})
    root = tmp_path / "work"
    assert "\033" not in kept_run(root, "lint").out
    assert len(replays) == 1
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033" in run(root, "lint").out
    monkeypatch.setenv("COLUMNS", "40")
    assert run(root, "gaps") == fresh(root, "gaps")
    assert len(replays) == 1
    assert (
        mtrack("lint", root, "--as-of", "2026-11-23", "--format", "json").out
        != run(root, "lint", "--format", "json").out
    )
    monkeypatch.setattr(time, "strftime", lambda _form: "2030-01-01")
    run(root, "lint")
    assert len(replays) == 1


def test_a_change_right_after_the_one_before_is_seen(tmp_path: Path, replays: list[int]) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    for amount in (5000, 6000, 7000, 8000, 9000):
        write_tree(tmp_path, {"p/milestones.yaml": SMALL.replace("4000", str(amount))})
        assert run(tmp_path, "lint") == fresh(tmp_path, "lint")
    assert replays == []


def test_a_file_changed_while_it_is_read_is_read_again(
    tmp_path: Path, replays: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    settle()
    note = Watch.note

    def late(self: Watch, path: str, info: os.stat_result) -> None:
        note(self, path, info)
        if path.endswith("milestones.yaml"):
            write_tree(root, {"p/milestones.yaml": SMALL.replace("4000", "5000")})

    monkeypatch.setattr(Watch, "note", late)
    run(root, "lint")
    monkeypatch.setattr(Watch, "note", note)
    write_tree(root, {"p/milestones.yaml": SMALL.replace("4000", "6000")})
    assert run(root, "lint") == fresh(root, "lint")
    assert replays == []


@pytest.mark.parametrize("option", ["--fix", "--diff", "--since=HEAD", "--no-cache", "-v", "--debug", "--help"])
def test_what_does_more_than_print_is_never_kept(option: str, tmp_path: Path, replays: list[int]) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    kept_run(tmp_path, "lint", option)
    assert replays == []


def test_what_could_not_run_is_not_kept(tmp_path: Path, replays: list[int]) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: [\n"})
    assert kept_run(tmp_path, "lint").code == 3
    assert kept_run(tmp_path, "lint", "--select", "nothing").code == 2
    assert replays == []


def _kept(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "cache/mtrack/runs").iterdir()
    return path


def behind_a_link(path: Path) -> None:
    path.rename(path.with_suffix(".x"))
    path.symlink_to(path.with_suffix(".x"))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def with_numbers(at: int, *numbers: int) -> Callable[[Path], None]:
    """One whose checksum is right, with other numbers: at its head, or behind it (-1) where what was printed begins."""

    def write(path: Path) -> None:
        magic = len(b"mtrack run 3\n")
        content = bytearray(path.read_bytes()[magic:-4])
        start = 40 + sum(array("q", bytes(content[8:40]))) if at < 0 else at * 8
        content[start : start + 8 * len(numbers)] = array("q", numbers).tobytes()
        path.write_bytes(path.read_bytes()[:magic] + content + zlib.crc32(content).to_bytes(4, "little"))

    return write


SPOILED: dict[str, Callable[[Path], object]] = {
    "a stream there is not": with_numbers(-1, 7),
    "less than nothing printed": with_numbers(-1, 0, -16),
    "more printed than there is": with_numbers(-1, 0, 1 << 40),
    "another exit code": with_numbers(0, 9),
    "a length below 0": with_numbers(1, -5),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-10]),
    "empty": lambda path: path.write_bytes(b""),
    "one bit turned": lambda path: path.write_bytes(path.read_bytes()[:-9] + b"\0" + path.read_bytes()[-8:]),
    "foreign": lambda path: path.write_bytes(b"something else"),
    "a link": behind_a_link,
    "a folder": a_folder,
    "a pipe": a_pipe,
    "for others to write": lambda path: path.chmod(0o666),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_one_is_not_printed(how: str, tmp_path: Path, replays: list[int]) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    kept_run(root, "lint")
    assert len(replays) == 1
    SPOILED[how](_kept(tmp_path))
    assert run(root, "lint") == fresh(root, "lint")
    assert len(replays) == 1


def test_a_planted_cache_is_not_used(tmp_path: Path, replays: list[int]) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    (tmp_path / "cache/mtrack").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache/mtrack/runs").symlink_to(tmp_path / "elsewhere")
    assert kept_run(root, "lint") == fresh(root, "lint")
    assert replays == []
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nothing_is_kept_where_nothing_can_be(
    tmp_path: Path, replays: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL, "file": ""})
    monkeypatch.setenv("XDG_CACHE_HOME", str(root / "file"))
    assert kept_run(root, "lint") == fresh(root, "lint")
    told = run(root, "lint", "-v").err
    assert told == f"nothing is kept for the next run: {root}/file/mtrack can't be written, or others can write in it\n"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "nowhere")
    assert run(root, "lint", "-v").err == "nothing is kept for the next run: there is no home folder\n"
    assert mtrack("cache").out == "nothing is kept: there is no home folder\n"
    assert run(root, "gaps", "-v", "--no-cache").err == "nothing is kept for the next run: --no-cache\n"
    assert replays == []


def test_cache_says_where_and_how_large_and_is_cleared(tmp_path: Path, replays: list[int]) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    kept_run(root, "lint")
    top = tmp_path / "cache/mtrack"
    assert mtrack("cache").out == f"{top}\n0.0 MB of at most 500 MB\n"
    assert mtrack("report", root, "-o", tmp_path / "out", "--as-of", DAY).code == 0
    assert re.fullmatch(rf"0\.[1-5] MB removed from {re.escape(str(top))}\n", mtrack("cache", "clear").out)
    assert [path.suffix for path in top.rglob("*") if path.is_file()] == [".pages"]
    run(root, "lint")
    assert len(replays) == 1
    assert mtrack("report", root, "-o", tmp_path / "out", "--as-of", DAY).code == 0
    assert mtrack("cache", "empty").code == 2


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    write_tree(tmp_path, {"runs/old": "x" * 100, "verify/new": "x" * 100, "reports/a.pages": "x" * 100})
    for age, name in enumerate(("verify/new", "runs/old", "reports/a.pages")):
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    cache.bound(str(tmp_path), 200)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.pages", "new"]
    assert cache.size(str(tmp_path)) == 200


def test_it_is_looked_at_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"runs/old": "x" * 100})
    looked: list[str] = []
    monkeypatch.setattr(cache, "bound", looked.append)
    for _ in range(3):
        cache.bound_now_and_then(str(tmp_path), 10)
    assert looked == [str(tmp_path)]
    cache.bound_now_and_then(str(tmp_path), cache.LIMIT // 50)
    assert len(looked) == 2
    os.utime(tmp_path / "bounded", (time.time() - 100_000, time.time() - 100_000))
    cache.bound_now_and_then(str(tmp_path), 10)
    assert len(looked) == 3


def _process(root: Path, top: Path) -> subprocess.Popen[bytes]:
    ways = "memo store plain"
    environment = {**os.environ, "XDG_CACHE_HOME": str(top), "MTRACK_WAYS": ways, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "mtrack", "lint", str(root), "--as-of", DAY, "--format", "json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_eight_at_once_print_the_same(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": SMALL})
    settle()
    for _ in range(2):
        printed = {process.communicate() for process in [_process(root, tmp_path / "cache") for _ in range(8)]}
        assert len(printed) == 1
    assert len(list((tmp_path / "cache/mtrack/runs").iterdir())) == 1


def test_whoever_is_killed_leaves_nothing_wrong(tmp_path: Path) -> None:
    records = {f"p{i}/milestones.yaml": SMALL for i in range(3)}
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", **records})
    wanted: list[object] = []
    start = time.monotonic()
    for amount in ("4000", "5000"):
        write_tree(root, {"p1/milestones.yaml": SMALL.replace("4000", amount)})
        wanted.append(_process(root, tmp_path / amount).communicate())
    whole = (time.monotonic() - start) / 2
    assert wanted[0] != wanted[1]
    for i in range(int(os.environ.get("MTRACK_KILLS", "8"))):
        write_tree(root, {"p1/milestones.yaml": SMALL.replace("4000", ("4000", "5000")[i % 2])})
        settle()
        process = _process(root, tmp_path / "cache")
        time.sleep(whole * (0.6 + i % 8 / 10))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert _process(root, tmp_path / "cache").communicate() == wanted[i % 2]


def switched(story: Story) -> None:
    story.git("checkout", "-q", "-b", "other")
    write_tree(story.folder, {"acme/milestones.yaml": SMALL.replace("One", "Three")})
    story.commit("on another branch", "2026-01-05")


HEAD_MOVES: dict[str, Callable[[Story], object]] = {
    "a commit": lambda story: story.commit("two", "2026-01-03"),
    "the commit amended": lambda story: story.git("commit", "-q", "--amend", "-m", "two, in other words"),
    "references packed": lambda story: story.git("pack-refs", "--all"),
    "a commit on top": lambda story: story.commit("three", "2026-01-04"),
    "another branch": switched,
    "the first one again": lambda story: story.git("checkout", "-q", "-f", "main"),
    "no branch": lambda story: story.git("checkout", "-q", "-f", "--detach", "HEAD~1"),
    "settings that hide the project": lambda story: write_tree(
        story.folder, {"mtrack.yaml": "format: 1\nexclude: [acme]\n"}
    ),
    "settings that go": lambda story: (story.folder / "mtrack.yaml").unlink(),
    "a name for another branch": lambda story: story.git("symbolic-ref", "refs/heads/name", "refs/heads/main"),
    "that name checked out": lambda story: story.git("symbolic-ref", "HEAD", "refs/heads/name"),
    "what it is a name for moved": lambda story: story.git("update-ref", "refs/heads/main", "HEAD~1"),
}


def test_a_log_is_printed_again_until_another_commit_is_checked_out(
    tmp_path: Path, replays: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(tmp_path / "studio")
    write_tree(story.folder, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": SMALL})
    story.commit("one", "2026-01-02")
    monkeypatch.chdir(story.folder)
    seen = set()
    for number, (name, move) in enumerate(HEAD_MOVES.items()):
        write_tree(story.folder, {"acme/milestones.yaml": SMALL.replace("One", f"Two {number}")})
        move(story)
        settle()
        for command in (("log",), ("log", "--format", "json"), ("log", "acme")):
            before = len(replays)
            results = [mtrack(*command), mtrack(*command), mtrack(*command)]
            told = len(replays) - before
            monkeypatch.setenv("MTRACK_WAYS", "")
            wanted = mtrack(*command)
            monkeypatch.setenv("MTRACK_WAYS", "memo")
            assert [(result.code, result.out, result.err) for result in results] == [
                (wanted.code, wanted.out, wanted.err)
            ] * 3, name
            is_kept = wanted.code == 0 and not name.startswith(("that name", "what it is"))
            assert told in ((2, 3) if is_kept else (0,)), (name, command)
            seen.add(wanted.out)
    assert len(seen) > len(HEAD_MOVES)


def test_a_run_printed_again_loads_no_library(tmp_path: Path) -> None:
    write_tree(tmp_path, {"workspace/p/milestones.yaml": SMALL})
    code = (
        f"import sys; from mtrack.__main__ import run; run(['lint', {str(tmp_path / 'workspace')!r}, '--as-of', '{DAY}']); "
        "print(sorted({'click', 'msgspec', 'typing', 're', 'enum', 'json'} & sys.modules.keys()))"
    )
    # Without the user's site, and isolated from what a test environment loads at the start of Python.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    environment = kept | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "MTRACK_WAYS": "memo", "PYTHONPATH": str(ROOT)}
    last: list[str] = []
    for _ in range(2):
        settle()
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        last.append(done.stdout.splitlines()[-1])
    assert last == ["['click', 'enum', 'msgspec', 're', 'typing']", "[]"]
