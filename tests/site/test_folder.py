"""The report's folder: no link is followed, and only what this mtrack wrote is replaced or removed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from changes import RECORDS
from support import AS_OF, ROOT, add_evidence, mtrack, write_tree
from test_site import files

from mtrack import directory
from mtrack.memo import cache
from mtrack.site.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable

    from support import Result

DAY = ("--as-of", AS_OF.isoformat())
SETTLED = 0.12
"""Seconds after which a change can be told from a later one by its time."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = write_tree(
        tmp_path / "studio",
        {
            "mtrack.yaml": "format: 1\nname: Studio\n",
            "one/milestones.yaml": RECORDS.format(name="One", number="A-1"),
            "two/milestones.yaml": RECORDS.format(name="Two", number="B-1").replace("Acme GmbH", "Initech"),
        },
    )
    add_evidence(root)
    return root


def report(root: Path, out: str | Path, *more: str, cwd: Path | None = None) -> Result:
    return mtrack("report", root, "-o", out, *DAY, *more, cwd=cwd)


def written(root: Path, out: Path, *more: str) -> dict[str, bytes]:
    result = report(root, out, *more)
    assert result.code == 0, result.err
    return files(out)


def snapshot(top: Path) -> dict[str, object]:
    """Everything below a folder: links and special files too."""
    return {
        path.relative_to(top).as_posix(): (os.lstat(path).st_mode, os.lstat(path).st_ino)
        + ((path.read_bytes(),) if path.is_file() and not path.is_symlink() else ())
        for path in sorted(top.rglob("*"))
    }


def forged(pages: dict[str, bytes]) -> str:
    """A list of pages as an earlier mtrack kept it in the folder, right in every digest."""
    entries = {name: [sha256(content).hexdigest(), len(content)] for name, content in pages.items()}
    return json.dumps({"version": 1, "pages": entries})


# What is mtrack's own.


def test_only_pages_stand_in_the_folder(tree: Path, tmp_path: Path) -> None:
    found = written(tree, tmp_path / "out", "--client", "Acme")
    assert sorted(found) == [
        "client-acme-gmbh_033aedd847.html", "clients.html", "findings.html", "index.html", "invoices.csv", "invoices.html",
        "projects/one-statement.html", "projects/one.html", "report.css", "report.js", "search.js", "tasks.html",
    ]  # fmt: skip
    for name, content in found.items():
        for secret in (b"Initech", b"B-1", b"Two"):
            assert secret not in content, name


def test_pages_of_others_go_when_the_report_is_for_one_client(tree: Path, tmp_path: Path) -> None:
    written(tree, tmp_path / "out")
    found = written(tree, tmp_path / "out", "--client", "Acme")
    assert found == written(tree, tmp_path / "fresh", "--client", "Acme")


@pytest.mark.parametrize(
    "manifest",
    [
        forged({"notes.html": b"mine", "../victim.html": b"mine", "projects/two.html": b"mine", "index.html": b"mine"}),
        '{"version": 1, "pages": ' + "[" * 100_000,
        '{"version": 1, "pages": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"version": 1, "pages": {"' + "a" * 6_000_000 + '.html": ["a", 1]}}',
        "",
        "null",
        '{"version": 1, "pages": {"index.html": null}}',
    ],
    ids=["right", "nested", "nested and closed", "huge", "empty", "null", "odd"],
)
def test_a_forged_list_of_pages_changes_nothing(tree: Path, tmp_path: Path, manifest: str) -> None:
    out = write_tree(tmp_path / "out", {"notes.html": "mine", "index.html": "mine", "projects/two.html": "mine"})
    write_tree(out, {".mtrack-report.json": manifest, ".mtrack-kept": b"\x81\xa1a\x91\x01"})
    write_tree(tmp_path, {"victim.html": "mine"})
    before = snapshot(tmp_path)
    result = report(tree, out)
    assert result.code == 2
    assert "is not empty and mtrack did not make it" in result.err
    assert snapshot(tmp_path) == before


def test_a_forged_list_beside_our_own_pages_removes_nothing(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    good = written(tree, out)
    write_tree(out, {"notes.html": "mine", "projects/gone.html": "mine", ".mtrack-report.json": forged({})})
    write_tree(out, {".mtrack-report.json": forged({"notes.html": b"mine", "projects/gone.html": b"mine"})})
    found = written(tree, out)
    assert found["notes.html"] == found["projects/gone.html"] == b"mine"
    assert {name: found[name] for name in good} == good


def test_a_page_changed_by_someone_else_is_neither_trusted_nor_replaced(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    good = written(tree, out)
    for page in ("index.html", "projects/one.html", "report.js"):
        changed = good[page][:-1] + b" "
        (out / page).write_bytes(changed)
        before = snapshot(out)
        result = report(tree, out)
        assert result.code == 2
        assert (
            f"out/{page} is not as mtrack wrote it; remove it, name a new folder with -o, or replace it with --force"
            in result.err
        )
        assert snapshot(out) == before
        (out / page).unlink()
        assert written(tree, out) == good


def test_force_replaces_what_has_the_name_of_a_page_and_nothing_else(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the report was made on another machine, or by a user without a home."""
    out = tmp_path / "out"
    good = written(tree, out)
    write_tree(out, {"index.html": "changed", "notes.html": "mine", "projects/gone.html": "mine"})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    assert report(tree, out).code == 2
    assert report(tree, out, "--force").code == 0
    assert written(tree, out) == {**good, "notes.html": b"mine", "projects/gone.html": b"mine"}


@pytest.mark.skipif(os.name == "nt", reason="there a file can change and show nothing of it")
def test_only_pages_in_another_state_are_read_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, read = tmp_path / "out", list[str]()
    digest = directory.Directory.digest

    def noted(self: directory.Directory, name: str) -> str | None:
        read.append(name)
        return digest(self, name)

    good = written(tree, out)
    time.sleep(SETTLED)
    monkeypatch.setattr(directory.Directory, "digest", noted)
    assert written(tree, out) == good
    assert read == []
    os.utime(out / "projects/one.html")
    assert written(tree, out) == good
    assert read == ["one.html"]
    time.sleep(SETTLED)
    written(tree, out)
    assert read == ["one.html", "one.html"]  # the first time, its change was too young
    written(tree, out)
    assert len(read) == 2


@pytest.mark.parametrize("way", ["in place", "another file", "moved away and back"])
def test_a_page_changed_by_someone_else_shows_whatever_its_size_and_time(tree: Path, tmp_path: Path, way: str) -> None:
    out = tmp_path / "out"
    written(tree, out)
    page = out / "projects/one.html"
    time.sleep(SETTLED)
    info, content = page.stat(), page.read_bytes()
    forged = content.replace(b"One", b"Two")
    if way == "another file":
        page.unlink()
    if way == "moved away and back":
        (tmp_path / "old").mkdir()
        page = page.rename(tmp_path / "old/one.html")
    page.write_bytes(forged)
    os.utime(page, ns=(info.st_atime_ns, info.st_mtime_ns))
    if way == "moved away and back":
        page = page.rename(out / "projects/one.html")
    assert (page.stat().st_size, page.stat().st_mtime_ns) == (info.st_size, info.st_mtime_ns)
    assert report(tree, out).code == 2
    assert page.read_bytes() == forged


def test_a_list_of_pages_without_states_is_still_known(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    good = written(tree, tmp_path / "out")
    (known,) = (tmp_path / "cache/mtrack/reports").glob("*.pages")
    entries = [json.loads(line) for line in known.read_text(encoding="utf-8").splitlines()]
    assert {len(entry) for entry in entries} == {4}
    known.write_text("".join(json.dumps(entry[:3]) + "\n" for entry in entries), encoding="utf-8")
    assert written(tree, tmp_path / "out") == good


def test_a_page_where_a_stranger_s_file_stands_is_not_written(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    written(tree, out)
    write_tree(out, {"projects/three.html": "mine"})
    write_tree(tree, {"three/milestones.yaml": RECORDS.format(name="Three", number="C-1")})
    add_evidence(tree)
    result = report(tree, out)
    assert result.code == 2
    assert "three.html is not as mtrack wrote it" in result.err
    assert (out / "projects/three.html").read_bytes() == b"mine"
    (out / "projects/three.html").unlink()
    assert written(tree, out) == written(tree, tmp_path / "fresh")


def test_a_copy_of_a_page_stays_and_a_hard_link_keeps_its_content(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    good = written(tree, out)
    (out / "projects/copy.html").write_bytes(good["projects/two.html"])
    os.link(out / "projects/one.html", tmp_path / "kept.html")
    shutil.rmtree(tree / "two")
    (tree / "one/milestones.yaml").write_text(RECORDS.format(name="Other", number="A-1"), encoding="utf-8")
    found = written(tree, out)
    assert found["projects/copy.html"] == good["projects/two.html"]
    assert "projects/two.html" not in found
    assert (tmp_path / "kept.html").read_bytes() == good["projects/one.html"]
    assert found["projects/one.html"] != good["projects/one.html"]


def test_a_report_carried_elsewhere_is_not_taken_for_ours(tree: Path, tmp_path: Path) -> None:
    written(tree, tmp_path / "out")
    (tmp_path / "deeper").mkdir()
    shutil.copytree(tmp_path / "out", tmp_path / "deeper/out")
    before = snapshot(tmp_path / "deeper")
    assert report(tree, tmp_path / "deeper/out").code == 2
    assert snapshot(tmp_path / "deeper") == before


def test_a_committed_folder_is_told_and_not_trusted(tree: Path) -> None:
    out = tree / "site"
    good = written(tree, out)
    (tree / ".gitignore").write_text("", encoding="utf-8")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", "-C", tree, *command], check=True)
    result = report(tree, out)
    assert result.code == 0
    assert "is committed; only pages that this mtrack wrote there are trusted, kept or replaced" in result.err
    assert files(out) == good
    page = out / "index.html"
    page.write_bytes(good["index.html"].replace(b"Studio", b"Forged"))
    result = report(tree, out)
    assert (result.code, "is committed" in result.err) == (2, True)
    shutil.rmtree(out)
    assert written(tree, out) == good


def test_without_a_cache_a_new_folder_is_written_and_an_old_one_left_alone(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(write_tree(tmp_path, {"cache": "a file"}) / "cache"))
    good = written(tree, tmp_path / "out")
    result = report(tree, tmp_path / "out")
    assert (result.code, files(tmp_path / "out")) == (2, good)


def test_a_cache_that_others_may_write_is_not_used(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    written(tree, tmp_path / "out")
    (cache / "mtrack/reports").chmod(0o777)
    assert report(tree, tmp_path / "out").code == 2


@pytest.mark.parametrize("mark", ["mtrack.yaml", "milestones.yaml", ".git"])
def test_a_cache_that_came_with_the_tree_is_not_used(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    """As where CI keeps its cache in the checkout: a stranger can commit there what mtrack is to take for its own."""
    cache = write_tree(tmp_path / "checkout", {mark: "", "below/.cache/x": ""}) / "below/.cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    good = written(tree, tmp_path / "out")
    assert [path.name for path in cache.rglob("*")] == ["x"]
    result = report(tree, tmp_path / "out")
    assert (result.code, files(tmp_path / "out")) == (2, good)
    assert "is not empty and mtrack did not make it" in result.err


@pytest.mark.parametrize("damage", [b"", b"nonsense\n", b"[" * 100_000, b'["index.html"]\n', b"\xff\n"])
def test_damage_in_the_cache_is_no_crash(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    good = written(tree, tmp_path / "out")
    (path,) = (tmp_path / "cache/mtrack/reports").glob("*.pages")
    path.write_bytes(damage + path.read_bytes() + damage)
    assert written(tree, tmp_path / "out") == good
    path.write_bytes(damage)
    assert report(tree, tmp_path / "out").code == 2
    assert files(tmp_path / "out") == good


def test_a_run_that_is_killed_leaves_no_page_unknown(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    written(tree, out)
    (tree / "one/milestones.yaml").write_text(RECORDS.format(name="Other", number="A-1"), encoding="utf-8")
    replace = os.replace

    def killed(old: str, new: str, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:
        replace(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        if "one.html" in new:
            os.kill(os.getpid(), 9)

    child = os.fork()
    if not child:  # pragma: no cover
        monkeypatch.setattr(os, "replace", killed)
        report(tree, out)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    assert b"Other" in (out / "projects/one.html").read_bytes()
    assert written(tree, out) == written(tree, tmp_path / "fresh")


@pytest.mark.parametrize("page", ["index.html", "one.html"])
@pytest.mark.parametrize("first", [True, False])
def test_what_a_killed_run_left_half_written_goes(
    page: str,
    first: bool,  # noqa: FBT001
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It alone: a file of such a name that this mtrack did not make up stays, also as a link."""
    out = tmp_path / "out"
    if not first:
        written(tree, out)
        (tree / "one/milestones.yaml").write_text(RECORDS.format(name="Other", number="A-1"), encoding="utf-8")
    replace = os.replace

    def killed(old: str, new: str, **folders: int) -> None:
        if os.path.basename(new) == page:
            os.kill(os.getpid(), 9)
        replace(old, new, **folders)

    child = os.fork()
    if not child:  # pragma: no cover
        monkeypatch.setattr(os, "replace", killed)
        report(tree, out)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    (left,) = out.rglob(".*.mtrack-tmp")
    assert left.name.startswith(f".{page}.")
    stranger = left.with_name(f".{page}.0123abcd.mtrack-tmp")
    stranger.write_text("mine", encoding="utf-8")
    again = written(tree, out, *(() if list(out.rglob("*.html")) else ("--force",)))
    assert not left.exists()
    assert again.pop(stranger.relative_to(out).as_posix()) == b"mine"
    assert again == written(tree, tmp_path / "fresh")


def test_a_link_under_a_name_that_was_made_up_is_not_followed(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, made_up = tmp_path / "out", ".index.html.0123abcd.mtrack-tmp"
    written(tree, out)
    (tree / "one/milestones.yaml").write_text(RECORDS.format(name="Other", number="A-1"), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(Written, "settle", lambda *_: None)  # as if it were killed before its end
        patched.setattr(os, "urandom", lambda _count: bytes.fromhex("0123abcd"))
        written(tree, out)
    target = tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    (out / made_up).symlink_to(target)
    (out / "projects" / ".one.html.0123abcd.mtrack-tmp").mkdir()
    again = written(tree, out)
    assert made_up not in again
    assert target.read_text(encoding="utf-8") == "mine"
    assert (out / "projects" / ".one.html.0123abcd.mtrack-tmp").is_dir()


def test_reports_at_once_into_one_folder_wait_for_each_other(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "mtrack", "report", str(tree), "-o", str(out), *DAY]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in ("One", "Other", "Third"):
        (tree / "one/milestones.yaml").write_text(RECORDS.format(name=name, number="A-1"), encoding="utf-8")
        runs = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(4)]
        assert [run.wait(timeout=120) for run in runs] == [0] * 4
    assert files(out) == written(tree, tmp_path / "fresh")


def test_a_page_that_cant_be_written_leaves_nothing_behind(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patch:
        patch.setattr("mtrack.files.os.write", full)
        result = report(tree, tmp_path / "out")
    assert result.code == 3
    assert "report.css can't be written: no space left on device" in result.err
    assert files(tmp_path / "out") == {}


# Links and what else may stand in the way.


def linked(place: Path, target: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    place.symlink_to(target)


@pytest.mark.parametrize("name", ["index.html", "report.css", "projects", "projects/two.html"])
@pytest.mark.parametrize("twin", [True, False])
def test_a_link_in_the_folder_is_not_followed(tree: Path, tmp_path: Path, name: str, twin: bool) -> None:  # noqa: FBT001
    """Nor where what it leads to holds what mtrack wrote."""
    out, other = tmp_path / "out", tmp_path / "other"
    written(tree, out)
    shutil.copytree(out, other)
    if not twin:
        write_tree(other, {"index.html": "mine", "report.css": "mine", "projects/two.html": "mine"})
    linked(out / name, other / name)
    shutil.rmtree(tree / "two")
    (tree / "one/milestones.yaml").write_text(RECORDS.format(name="Other", number="A-1"), encoding="utf-8")
    before = snapshot(tmp_path)
    result = report(tree, out)
    assert result.code == 2
    assert str(out / name) in result.err
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("given", ["link", "link/deeper", "link/deeper/still", "studio/link", "dangling", "dangling/x"])
def test_no_link_leads_to_the_folder(tree: Path, tmp_path: Path, given: str) -> None:
    (tmp_path / "victim/deeper").mkdir(parents=True)
    (tmp_path / "link").symlink_to("victim")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tree / "link").symlink_to("../victim")
    before = snapshot(tmp_path)
    for option in ("-o", "--single-file"):
        target = given if option == "-o" else f"{given}/x.html"
        result = mtrack("report", tree, option, target, *DAY, cwd=tmp_path)
        assert result.code == 2
        assert "is a link, and mtrack does not write through one; it leads to" in result.err
        assert snapshot(tmp_path) == before


@pytest.mark.parametrize("command", ["lint", "verify"])
def test_findings_are_written_through_no_link(tree: Path, tmp_path: Path, command: str) -> None:
    victim = write_tree(tmp_path, {"victim": ""}) / "victim"
    (tmp_path / "out.json").symlink_to(victim)
    (tmp_path / "link").symlink_to(tmp_path)
    before = snapshot(tmp_path)
    for target in ("out.json", "link/new.json"):
        result = mtrack(command, tree, "--format", "json", "--output", target, *DAY, cwd=tmp_path)
        assert (result.code, "is a link" in result.err) == (2, True), result.err
        assert snapshot(tmp_path) == before


def test_a_single_file_is_written_through_no_link(tree: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim.html"
    assert mtrack("report", tree, "--single-file", victim, *DAY).code == 0
    (tmp_path / "one.html").symlink_to(victim)
    before = snapshot(tmp_path)
    for more in ((), ("--force",)):
        result = mtrack("report", tree, "--single-file", "one.html", *more, *DAY, cwd=tmp_path)
        assert (result.code, "is a link" in result.err) == (2, True)
        assert snapshot(tmp_path) == before


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)  # the name of a socket is short
        server.bind(path.name)
        os.chdir(here)


@pytest.mark.parametrize("make", [_fifo, _socket, Path.mkdir])
@pytest.mark.parametrize("name", ["index.html", "projects/one.html", "projects"])
def test_what_is_no_file_is_left_alone(tree: Path, tmp_path: Path, name: str, make: Callable[[Path], object]) -> None:
    if name == "projects" and make is Path.mkdir:
        pytest.skip("that is what it is")
    out = tmp_path / "out"
    written(tree, out)
    if (out / name).is_dir():
        shutil.rmtree(out / name)
    else:
        (out / name).unlink()
    make(out / name)
    before = snapshot(out)
    assert report(tree, out).code in (2, 3)
    assert snapshot(out) == before


def test_a_folder_that_can_t_be_listed_is_told(tree: Path, tmp_path: Path) -> None:
    out = write_tree(tmp_path, {"out": "a file"}) / "out"
    result = report(tree, out)
    assert (result.code, "is not a folder" in result.err) == (2, True)
    assert report(tree, out / "below").code == 2


@pytest.mark.skipif(not directory.BY_DESCRIPTOR, reason="names are looked up by path here")
@pytest.mark.parametrize("name", ["out", "out/projects"])
def test_a_folder_swapped_for_a_link_while_the_report_is_written(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Between any two steps: nothing arrives where the link leads."""
    victim = write_tree(tmp_path / "victim", {"projects/one.html": "mine", "index.html": "mine"})
    before = snapshot(victim)
    step, steps = 0, 0
    while steps >= step:
        step += 1
        out = tmp_path / "out"
        for left in (out, tmp_path / "moved"):
            shutil.rmtree(left, ignore_errors=True)
        steps = 0
        open_ = os.open

        def swapped(path: str, *more: int, open_: Callable[..., int] = open_, step: int = step, **also: int) -> int:
            nonlocal steps
            if "dir_fd" in also and also["dir_fd"] is not None and (tmp_path / name).is_dir():
                steps += 1
                if steps == step:
                    (tmp_path / name).rename(tmp_path / "moved")
                    (tmp_path / name).symlink_to(victim / name.removeprefix("out").strip("/"))
            return open_(path, *more, **also)

        with monkeypatch.context() as patch:
            patch.setattr(os, "open", swapped)
            result = report(tree, out)
        assert result.code in (0, 2, 3)
        assert snapshot(victim) == before
        for link in (tmp_path / "out/projects", tmp_path / "out"):
            if link.is_symlink():
                link.unlink()
    assert step > 6


# Where a report may go.


@pytest.mark.parametrize(
    "place",
    [
        "studio", ".", "studio/one", "studio/one/report", "studio/one/invoices", "studio/one/a/b",
        "other", "other/acme", "other/acme/report", "other/acme/invoices/report",
        "shared/invoices", "shared/invoices/report",
    ],
)  # fmt: skip
def test_records_are_not_written_among(tree: Path, tmp_path: Path, place: str) -> None:
    write_tree(tmp_path / "other", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": "project: Acme\n"})
    shared = write_tree(tree, {"shared/invoices/A-1.pdf": "paper"}) / "shared"
    shutil.rmtree(tree / "one/invoices")
    (tree / "one/invoices").symlink_to("../shared/invoices")
    target = shared.parent / place if place.startswith("shared") else tmp_path / place
    before = snapshot(tmp_path)
    result = report(tree, target)
    assert result.code == 2
    assert "name a folder outside with -o" in result.err or "name another folder with -o" in result.err
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(("place", "code"), [("agreement/x", 2), ("Invoices/x", 2), ("signoffs", 2), ("site", 0)])
def test_where_the_root_is_the_project_its_evidence_stays(tmp_path: Path, place: str, code: int) -> None:
    root = write_tree(tmp_path / "work", {"milestones.yaml": RECORDS.format(name="One", number="A-1")})
    add_evidence(root)
    assert report(root, root / place).code == code


def test_a_folder_beside_the_projects_is_fine(tree: Path) -> None:
    good = written(tree, tree / "mtrack-report")
    assert written(tree, tree / "mtrack-report") == good
    assert mtrack("lint", tree, *DAY).code == 0


# Outputs that are one file.


def _single(tree: Path, name: str, out: Path) -> Result:
    if name == "report":
        return mtrack("report", tree, "--single-file", out, *DAY)
    return mtrack(name, tree, "--format", "json", "--output", out, *DAY)


@pytest.mark.skipif(sys.platform == "win32", reason="no process forks there")
@pytest.mark.parametrize("name", ["report", "lint", "verify"])
def test_what_a_killed_run_left_of_a_single_file_goes(
    name: str, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It alone, and only where it was noted for this output."""
    out = tmp_path / "here" / "out.html"
    assert _single(tree, name, out).code in (0, 1)
    whole = out.read_bytes()
    lefts = []
    for _ in range(2):
        child = os.fork()
        if not child:  # pragma: no cover
            monkeypatch.setattr(os, "replace", lambda *_, **__: os.kill(os.getpid(), 9))
            _single(tree, name, out)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
        (left,) = out.parent.glob(".out.html.*.mtrack-tmp")
        assert left not in lefts  # that of the run before went
        lefts.append(left)
    stranger = out.with_name(".out.html.0123abcd.mtrack-tmp")
    stranger.write_text("mine", encoding="utf-8")
    assert _single(tree, name, out.with_name("other.html")).code in (0, 1)
    assert lefts[-1].exists()
    assert _single(tree, name, out).code in (0, 1)
    assert sorted(path.name for path in out.parent.iterdir()) == [stranger.name, "other.html", "out.html"]
    assert stranger.read_text(encoding="utf-8") == "mine"
    assert out.read_bytes() == whole


@pytest.mark.skipif(sys.platform == "win32", reason="no process forks there")
def test_a_single_file_that_another_run_is_writing_is_left_to_it(tree: Path, tmp_path: Path) -> None:
    out, half = tmp_path / "out.html", tmp_path / ".out.html.0123abcd.mtrack-tmp"
    written_ = Written(cache.folder(), str(out), single=True)
    with written_.held():
        written_.note_temporary("out.html", half.name)
        half.write_text("half", encoding="utf-8")
        assert _single(tree, "report", out).code == 0
        assert half.read_text(encoding="utf-8") == "half"
    assert _single(tree, "report", out).code == 0
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.html"]
    assert not half.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_or_a_link_under_a_name_that_was_made_up_stays_as_it_is(tree: Path, tmp_path: Path) -> None:
    out, target = tmp_path / "out.html", tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    written_ = Written(cache.folder(), str(out), single=True)
    with written_.held():
        for name in ("link", "folder"):
            written_.note_temporary("out.html", name)
    (tmp_path / "link").symlink_to(target)
    (tmp_path / "folder").mkdir()
    assert _single(tree, "report", out).code == 0
    assert target.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "folder").is_dir()


def test_single_files_make_nothing_forgotten_of_a_report(tree: Path, tmp_path: Path) -> None:
    written(tree, tmp_path / "out")
    folder = cache.folder()
    assert folder is not None
    before = sorted(os.listdir(os.path.join(folder, "reports")))
    for i in range(3):
        assert _single(tree, "lint", tmp_path / f"{i}.json").code in (0, 1)
    assert sorted(os.listdir(os.path.join(folder, "reports"))) == before
