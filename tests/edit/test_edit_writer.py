"""Files are written whole or not at all: killed writers, full disks, read-only folders, two writers at once."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import kill
import pytest
from support import ROOT, mtrack, write_tree

from mtrack import files, workspace
from mtrack.edit import attachments, writer
from mtrack.errors import CannotRunError, UsageError

HERE = Path(__file__).parent
PAY = ("pay", "INV-1", "1.00", "--as-of", "2026-02-20")


def _tree(root: Path) -> Path:
    write_tree(root, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": kill.RECORD})
    return root / "acme/milestones.yaml"


def _python(*arguments: str | Path, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=environment,
    )


def test_a_killed_writer_leaves_the_old_or_the_new_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = _python(HERE / "kill.py", "60", tmp_path)
    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_writers_at_once_all_land(tmp_path: Path) -> None:
    path = _tree(tmp_path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import kill; from mtrack.edit.find import Target\n"
        "for i in range(8): kill.pay(Target(sys.argv[2], 'acme'), int(sys.argv[3]) + i)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([sys.executable, "-c", script, HERE, tmp_path, str(first)], env=environment)
        for first in (100, 200, 300)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    found = kill.payments(path)
    assert sorted(found) == [0, *range(100, 108), *range(200, 208), *range(300, 308)]
    assert [number for number in found if 100 <= number < 200] == list(range(100, 108))
    assert not kill.litter(tmp_path)


def test_a_writer_waits_for_another_and_says_so_when_it_is_too_long(tmp_path: Path) -> None:
    with (
        writer.locked(str(tmp_path), str(tmp_path)),
        pytest.raises(CannotRunError, match=r"another mtrack has been writing .* nothing was changed"),
        writer.locked(str(tmp_path), str(tmp_path), patience=0.1),
    ):
        pass
    assert not kill.litter(tmp_path)


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path) -> None:
    path = _tree(tmp_path)
    left = [path.parent / ".milestones.yaml.0123abcd.mtrack-tmp", path.parent / "invoices/.a.pdf.0123abcd.mtrack-tmp"]
    kept = [path.parent / "invoices/.hidden", path.parent / "mine.mtrack-tmp"]
    for file in [*left, *kept, path.parent / writer.LOCK]:
        file.parent.mkdir(exist_ok=True)
        file.touch()
    assert mtrack(*PAY, cwd=tmp_path).code == 0
    assert not any(file.exists() for file in left)
    assert all(file.exists() for file in kept)
    assert not kill.litter(tmp_path)


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    path = _tree(tmp_path)
    write = os.write

    def full(fd: int, data: bytes) -> int:
        if room and len(data) > room:
            return write(fd, data[:room])
        if len(data) < 20 and room == 100:
            raise OSError(errno.ENOSPC, "no space")
        if room == 100:
            return write(fd, data)
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("mtrack.files.os.write", full)
    if room == 100:  # it fills up with the last characters
        monkeypatch.setattr(
            "mtrack.files.os.fsync", lambda _fd: (_ for _ in ()).throw(OSError(errno.ENOSPC, "no space"))
        )
    result = mtrack(*PAY, cwd=tmp_path)
    assert result.code == 3
    assert "can't be written: no space left on device; nothing was changed" in result.err
    assert path.read_text(encoding="utf-8") == kill.RECORD
    assert not kill.litter(tmp_path)


def test_a_disk_that_is_really_full_leaves_the_old_file_whole(tmp_path: Path) -> None:
    """Without room, and with room for the paper alone: it is taken back where the record can't be written."""
    enter = ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*enter, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no name spaces here, to make a small disk in")
    path = _tree(tmp_path / "from")
    (path.parent / "invoices").mkdir()
    (tmp_path / "disk").mkdir()
    script = (
        "set -e; mount -t tmpfs -o size=64k tmpfs disk; cp -r from/. disk; cd disk; head -c 20000 /dev/zero > paper\n"
        "dd if=/dev/zero of=full bs=1024 2> /dev/null || true\n"
        "refused() {\n"
        "  code=0; $0 -B -m mtrack $* --as-of 2026-02-20 || code=$?; [ $code = 3 ]\n"
        "  cmp acme/milestones.yaml ../from/acme/milestones.yaml; find . | sort | tr '\\n' ' '; echo\n"
        "}\n"
    )
    credit = "refused credit INV-1 CN-1 --file paper --move\n"
    new = "refused new deep/er --currency EUR --milestone A=1 --agreement paper\n"
    script += f"refused pay INV-1 1.00\n{credit}{new}truncate -s -20k full\n{credit}{new}"
    done = subprocess.run(
        [*enter, "sh", "-c", script, sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == ". ./acme ./acme/invoices ./acme/milestones.yaml ./full ./mtrack.yaml ./paper \n" * 5
    assert [os.path.basename(line) for line in done.stderr.splitlines()] == [
        f"{name} can't be written: no space left on device; nothing was changed"
        for name in ("milestones.yaml", "paper", "paper", "milestones.yaml", "milestones.yaml")
    ]
    assert path.read_text(encoding="utf-8") == kill.RECORD


def test_a_limit_on_file_sizes_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = _tree(tmp_path)
    script = (
        "import resource, sys, os; size = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "from mtrack.__main__ import run; os.chdir(sys.argv[2]); sys.exit(run(sys.argv[3:]))\n"
    )
    result = _python("-B", "-c", script, str(len(kill.RECORD) + 5), tmp_path, *PAY)
    assert result.returncode == 3, result.stderr
    assert "file too large; nothing was changed" in result.stderr
    assert path.read_text(encoding="utf-8") == kill.RECORD
    assert not kill.litter(tmp_path)


def test_a_read_only_folder_and_a_read_only_file_are_left_alone() -> None:
    base = Path(tempfile.mkdtemp())
    try:
        path = _tree(base)
        base.chmod(0o755)
        script = (
            "import os, sys; from mtrack.__main__ import run; os.chdir(sys.argv[1]); run([*sys.argv[3:], '--dry-run'])\n"
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "os.chmod(sys.argv[2], int(sys.argv[2] == 'acme') * 0o111 | 0o444)\n"
            "sys.exit(run(sys.argv[3:]))\n"
        )
        for file in (base / "acme", path):
            if os.getuid() == 0:
                os.chown(file, 65534, 65534)
        for place in ("acme/milestones.yaml", "acme"):
            result = _python("-B", "-c", script, base, place, *PAY)
            assert result.returncode == 3, result.stdout + result.stderr
            assert "can't be written" in result.stderr
            assert "nothing was changed" in result.stderr
            assert path.read_text(encoding="utf-8") == kill.RECORD
        (base / "acme").chmod(0o755)
        assert not kill.litter(base)
    finally:
        shutil.rmtree(base)


def test_mode_and_owner_and_attributes_stay(tmp_path: Path) -> None:
    path = _tree(tmp_path)
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, 12345, 54321)
    attributes = {}
    try:
        os.setxattr(path, "user.mtrack", b"kept")
        attributes = {"user.mtrack": b"kept"}
    except OSError:
        pass
    before = path.stat()
    assert mtrack(*PAY, cwd=tmp_path).code == 0
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert {name: os.getxattr(path, name) for name in attributes} == attributes
    assert "date: 2026-02-20" in path.read_text(encoding="utf-8")


def test_a_file_that_changes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"theirs")
    with pytest.raises(CannotRunError, match=r"was changed by someone else meanwhile; nothing was changed"):
        writer.replace(str(tmp_path), str(path), b"what was read", b"ours")
    assert path.read_bytes() == b"theirs"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_links_are_followed_inside_the_workspace_only(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(kill.RECORD, encoding="utf-8")
    root = tmp_path / "work"
    path = _tree(root)
    real = root / "shared/record.yaml"
    real.parent.mkdir()
    path.rename(real)
    path.symlink_to("../shared/record.yaml")
    assert mtrack(*PAY, cwd=root).code == 0
    assert path.is_symlink()
    assert "2026-02-20" in real.read_text(encoding="utf-8")
    path.unlink()
    path.symlink_to(outside)
    assert mtrack(*PAY, "--project", "acme", cwd=root).code == 1
    with pytest.raises(CannotRunError, match="a link that leads out of the workspace"):
        writer.replace(str(root), str(path), kill.RECORD.encode(), b"")
    assert outside.read_text(encoding="utf-8") == kill.RECORD


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "file"
    writer.create(str(tmp_path), str(path), b"first")
    with pytest.raises(CannotRunError, match="is there already"):
        writer.create(str(tmp_path), str(path), b"second")
    assert path.read_bytes() == b"first"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Signed SOW (final).pdf", "Signed-SOW-(final).pdf"), ("a/b\\c: d.pdf", "a-b-c-d.pdf"), ("größe.pdf", "größe.pdf"),
        ("..hidden", "hidden"), ("--rf.pdf", "rf.pdf"), ("???.eml", "file.eml"), ("x\ny.txt", "x-y.txt"), ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
        ("CON", "file-CON"), ("nul.txt", "file-nul.txt"), ("Aux.tar.gz", "file-Aux.tar.gz"), ("com\u00b9.pdf", "file-com\u00b9.pdf"), ("lpt9 .pdf", "file-lpt9.pdf"),
        ("console.txt", "console.txt"), ("x.", "x"), ("x. .", "x"), ("x.pdf. ", "x.pdf"), ("x.-", "x"), ("a -- b.pdf", "a-b.pdf"), ("\u00fc" * 200 + ".pdf", "\u00fc" * 50 + ".pdf"), ("x." + "b" * 300, "x." + "b" * 19),
        ("a\u200bb\u202efdp.exe", "a-b-fdp.exe"), ("inv\u31641.pdf", "inv-1.pdf"), ("e\u0301.pdf", "\u00e9.pdf"), ("a\udcffb.pdf", "a-b.pdf"),
    ],
)  # fmt: skip
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert attachments.clean_name(name) == clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("milestones.yaml", "file-milestones.yaml"), ("Milestones.yml", "file-Milestones.yml"), ("MILESTONES.YAML", "file-MILESTONES.YAML"),
        ("milestone.yaml", "file-milestone.yaml"), ("milestones (1).yaml", "milestones-(1).yaml"), ("milestones(1).yaml", "file-milestones(1).yaml"),
        ("milestonescopy.yaml", "file-milestonescopy.yaml"), ("milestones.yaml.bak", "file-milestones.yaml.bak"), ("milestones.yaml~", "file-milestones.yaml"),
        ("..milestones.yaml", "file-milestones.yaml"), ("milestones.yaml. ", "file-milestones.yaml"), ("\u200bmilestones.yaml", "file-milestones.yaml"),
        ("\uff4dilestones.yaml", "file-\uff4dilestones.yaml"), ("mile\u017ftones.yaml", "file-mile\u017ftones.yaml"),
        ("mtrack.yaml", "file-mtrack.yaml"), ("MTRACK.Yaml", "file-MTRACK.Yaml"), ("mtrack.yml", "file-mtrack.yml"), ("mtrack.pdf", "mtrack.pdf"),
        ("milestones.pdf", "milestones.pdf"), ("my-milestones.yaml", "my-milestones.yaml"), ("milestones-2.yaml", "milestones-2.yaml"),
        (".git", "git"), (".GIT", "GIT"), (". git", "git"), ("\u200b.git", "file.git"), ("\uff0egit", "git"), ("\u2024git", "git"), (".gitignore", "gitignore"), ("-.git", "file.git"),
    ],
)  # fmt: skip
def test_no_copy_has_a_name_that_means_something_to_mtrack_or_git(name: str, clean: str) -> None:
    assert attachments.clean_name(name) == clean
    assert not workspace.is_reserved(clean)
    assert not clean.startswith(".")


@pytest.mark.parametrize("subfolder", workspace.EVIDENCE)
def test_a_copy_of_records_is_another_papers_neighbour_and_no_project(tmp_path: Path, subfolder: str) -> None:
    project, source = tmp_path / "acme", tmp_path / "milestones.yaml"
    write_tree(project, {"milestones.yaml": kill.RECORD})
    source.write_bytes(b"a statement")
    item = attachments.locate(str(project), str(source), subfolder)
    assert (item.path, item.copy) == (f"{subfolder}/file-milestones.yaml", True)
    attachments.copy_in(str(project), item)
    assert workspace.walk(str(project)).projects == (".",)
    assert workspace.walk(str(project)).nearly == ()
    again = attachments.locate(str(project), str(source), subfolder)
    assert (again.path, again.copy) == (item.path, False)
    source.write_bytes(b"another")
    assert attachments.locate(str(project), str(source), subfolder).path == f"{subfolder}/file-milestones-2.yaml"


def test_a_file_that_lies_in_the_project_already_keeps_its_name(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": kill.RECORD, "acme/papers/Milestones.yml": "a statement"})
    item = attachments.locate(str(tmp_path / "acme"), str(tmp_path / "acme/papers/Milestones.yml"), "invoices")
    assert (item.path, item.copy, item.same) == ("papers/Milestones.yml", False, True)


@pytest.mark.parametrize(
    ("given", "there", "path"),
    [
        ("a.pdf", "A.PDF", "invoices/a-2.pdf"),
        ("\u00e9.pdf", "e\u0301.pdf", "invoices/\u00e9-2.pdf"),
        ("\u00e9.pdf", "E\u0301.pdf", "invoices/\u00e9-2.pdf"),
        ("stra\u00dfe.pdf", "STRASSE.pdf", "invoices/stra\u00dfe-2.pdf"),
        ("a.pdf", "\uff41.pdf", "invoices/a-2.pdf"),
        ("a.pdf", "b.pdf", "invoices/a.pdf"),
    ],
)
def test_no_copy_has_a_name_that_is_another_files_on_some_system(
    tmp_path: Path, given: str, there: str, path: str
) -> None:
    project, source = tmp_path / "acme", tmp_path / given
    write_tree(project, {f"invoices/{there}": "theirs"})
    source.write_bytes(b"ours")
    assert attachments.locate(str(project), str(source), "invoices") == attachments.Attachment(
        str(source), path, copy=True
    )
    source.write_bytes(b"theirs")
    if there != "b.pdf":  # the same content is there already
        item = attachments.locate(str(project), str(source), "invoices")
        assert (item.path, item.copy) == (f"invoices/{there}", False)


def test_evidence_is_never_copied_over_another_file(tmp_path: Path) -> None:
    project = tmp_path / "acme"
    (project / "invoices").mkdir(parents=True)
    (project / "invoices/a.pdf").write_bytes(b"theirs")
    source = tmp_path / "a.pdf"
    source.write_bytes(b"ours")
    item = attachments.locate(str(project), str(source), "invoices")
    assert (item.path, item.copy) == ("invoices/a-2.pdf", True)
    attachments.copy_in(str(project), item)
    assert (project / "invoices/a.pdf").read_bytes() == b"theirs"
    assert (project / "invoices/a-2.pdf").read_bytes() == b"ours"
    again = attachments.locate(str(project), str(source), "invoices")
    assert (again.path, again.copy) == ("invoices/a-2.pdf", False)  # the same content is there already
    inside = attachments.locate(str(project), str(project / "invoices/a.pdf"), "invoices")
    assert (inside.path, inside.copy, inside.same) == ("invoices/a.pdf", False, True)
    with pytest.raises(CannotRunError, match="can't be written: file exists"):
        attachments.copy_in(str(project), attachments.Attachment(str(source), "invoices/a.pdf", copy=True))
    assert (project / "invoices/a.pdf").read_bytes() == b"theirs"
    (tmp_path / "empty").touch()
    for bad, why in (
        (tmp_path / "empty", "is empty"),
        (tmp_path, "is not a file"),
        (tmp_path / "none", "can't be read"),
    ):
        with pytest.raises(UsageError, match=why):
            attachments.locate(str(project), str(bad), "invoices")
    (project / "signoffs").symlink_to(tmp_path)
    with pytest.raises(CannotRunError, match="not a folder inside the project"):
        attachments.locate(str(project), str(source), "signoffs")


def test_an_interrupt_after_the_record_is_written_keeps_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _tree(tmp_path)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"paper")

    def interrupted(*_folder: object) -> None:
        if "2026-02-20" in path.read_text(encoding="utf-8"):
            raise KeyboardInterrupt

    monkeypatch.setattr(files, "flush_folder", interrupted)
    assert (
        mtrack("credit", "INV-1", "CN-1", "--amount", "1", "--file", paper, "--as-of", "2026-02-20", cwd=tmp_path).code
        == 130
    )
    assert (tmp_path / "acme/invoices/paper.pdf").read_bytes() == b"paper"
    assert "file: invoices/paper.pdf" in path.read_text(encoding="utf-8")
    assert not kill.litter(tmp_path)


def test_a_folder_in_the_place_of_a_lock_is_told(tmp_path: Path) -> None:
    (tmp_path / writer.LOCK).mkdir()
    with (
        pytest.raises(CannotRunError, match=rf"{re.escape(writer.LOCK)} is a folder, and mtrack locks with a file"),
        writer.locked(str(tmp_path), str(tmp_path)),
    ):
        pytest.fail("it is not locked")
