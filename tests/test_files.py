"""The one reader and the one writer of files."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

from mtrack import files
from mtrack.workspace import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_reader_takes_regular_files_only_and_never_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "socket"))
    for name in ("pipe", "socket", "/dev/zero", "/dev/null"):
        with pytest.raises(files.UnreadableFileError, match="this is not a regular file"):
            files.read(str(tmp_path / name))
    server.close()
    with pytest.raises(files.UnreadableFileError, match="this is a folder"):
        files.read(str(tmp_path))
    with pytest.raises(files.UnreadableFileError, match="no such file"):
        files.read(str(tmp_path / "none"))


def test_the_reader_keeps_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10)
    assert files.read(str(path), 10) == b"x" * 10
    with pytest.raises(files.UnreadableFileError, match="larger than"):
        files.read(str(path), 9)


def test_a_file_is_read_in_parts_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert b"".join(files.parts(str(path), 4)) == b"0123"
    assert b"".join(files.parts(str(path), 11)) == b"0123456789"
    assert files.digest(str(path), 10) == hashlib.sha256(b"0123456789").hexdigest()
    assert files.digest(str(path), 9) is None
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/zero"):
        assert files.digest(str(tmp_path / name), 10) is None
        with pytest.raises(files.UnreadableFileError, match="this is not a regular file"):
            next(files.parts(str(tmp_path / name), 10))


def test_a_link_is_followed_only_within_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").write_bytes(b"out")
    (tmp_path / "in/real").write_bytes(b"in")
    (tmp_path / "in/link").symlink_to("real")
    (tmp_path / "in/leads").symlink_to("../out")
    assert files.read(str(tmp_path / "in/link"), within=str(tmp_path / "in")) == b"in"
    with pytest.raises(files.UnreadableFileError, match="leads out"):
        files.read(str(tmp_path / "in/leads"), within=str(tmp_path / "in"))


def test_the_writer_keeps_the_mode_and_leaves_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)

    def parts() -> Iterator[bytes]:
        yield b"new "
        yield b"text"
        assert path.read_bytes() == b"old"

    files.write(str(path), parts())
    assert path.read_bytes() == b"new text"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with pytest.raises(TypeError):
        files.write(str(path), ["no bytes"])  # type: ignore[list-item]
    with pytest.raises(FileExistsError):
        files.write(str(path), [b"other"], new=True)
    assert path.read_bytes() == b"new text"
    assert os.listdir(tmp_path) == ["file"]


def test_a_pipe_in_the_place_of_records_stops_no_command(tmp_path: Path) -> None:
    record = (
        "project: A\ncurrency: EUR\nmilestones:\n- {id: M1, name: One, amount: 5.00, status: sent,\n"
        "   invoice: {number: I-1, amount: 5.00, sent: 2026-01-02}}\n"
    )
    write_tree(tmp_path, {"mtrack.yaml": "", "a/milestones.yaml": record})
    (tmp_path / "b").mkdir()
    os.mkfifo(tmp_path / "b/milestones.yaml")
    result = mtrack("pay", "I-1", "5.00", "--as-of", "2026-02-03", cwd=tmp_path)
    assert result.code == 0, result.err
    os.mkfifo(tmp_path / "rows")
    result = mtrack("new", "c", "--currency", "EUR", "--from", "rows", cwd=tmp_path)
    assert result.code == 2
    assert "rows can't be read: it is not a regular file" in result.err


LACKING = ("x.pdf", "invoices/x.pdf", "gone/deep/x.pdf", "acme2.txt")
THERE_OR_NOT_SHOWN = (
    "invoices/a.pdf", "Invoices/A.PDF", "invoices", ".papers/x.pdf", ".hidden", "old/x.pdf", "older/x.pdf", "linked/a.pdf", "dead.pdf",
    "é.pdf", "e\u0301.pdf", "invoices/e\u0301.pdf", "milestones.yaml", "MILESTONES.YAML",
)  # fmt: skip


@pytest.mark.parametrize("exclude", [(), ("old",)])
def test_what_a_listing_lacks_is_not_there(tmp_path: Path, exclude: tuple[str, ...]) -> None:
    """Where it says so nobody asks the system: what is hidden, excluded, linked or written in another way is asked for."""
    write_tree(
        tmp_path,
        {"p/milestones.yaml": "x", "p/invoices/a.pdf": "x", "p/.papers/x.pdf": "x", "p/.hidden": "x", "p/old/x.pdf": "x", "p/older/x.pdf": "x"},
    )  # fmt: skip
    (tmp_path / "p/linked").symlink_to("invoices")
    (tmp_path / "p/dead.pdf").symlink_to("nowhere")
    found = walk(str(tmp_path), exclude)
    assert [name for name in THERE_OR_NOT_SHOWN if found.lacks(f"p/{name}")] == []
    lacking = ["invoices/x.pdf"] if exclude else [*LACKING]
    assert [name for name in LACKING if found.lacks(f"p/{name}")] == lacking
