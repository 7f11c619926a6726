"""A git tree with any names, kinds and contents, and any answer of `cat-file`: laid out in its folder alone, or refused."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from mtrack import git
from mtrack.errors import CannotRunError
from mtrack.history.repository import Repository
from mtrack.history.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

MODES = (b"100644", b"100755", b"120000", b"160000", b"100664", b"040000")
COMMIT = "c" * 40
SEEDS = [
    b"t\x00mtrack.yaml\x00format: 1\x00\x00a/milestones.yaml\x00project: x", b"t\x02link\x00../../etc\x00\x00link/milestones.yaml\x00x", b"t\x00../x\x00y\x00\x00/etc/x\x00y",
    b"t\x00a\x00b\x00\x00a/mtrack.yaml\x00c", b"t\x00a/.GIT/config\x00x\x00\x02templates/a\x00\xff\x00\x03sub\x00x", b"p\x02acme/mtrack.yaml\x00/tmp\x00\x00acme/mtrack.yaml\x00x",
    b"b" + b"a" * 40 + b" blob 5\nhello\n" + b"b" * 40 + b" missing\n", b"b" + b"a" * 40 + b" blob\n", b"b" + b"a" * 40 + b" blob -5\nhello\n", b"d:100644 100644 a b M\0p\0",
]  # fmt: skip
WORDS = ["mtrack.yaml", "milestones.yaml", "templates/", "../", "/", ".git", "link", "a/", "\x00\x02", "\x00\x00", " blob 5\n", " missing\n", " blob 99999999999999\n"]  # fmt: skip


def _repository(prefix: str, blobs: dict[str, bytes]) -> Repository:
    made: Any = Repository.__new__(Repository)
    made.root = "/"
    made.place = git.Location("/", prefix)
    made.prefix = prefix
    made.expect = list
    made.content = lambda name: blobs[name]
    result: Repository = made
    return result


@cache
def _sandbox() -> Path:
    return Path(tempfile.mkdtemp(prefix="mtrack-fuzz-"))


def _below(top: Path) -> Iterable[str]:
    for folder, names, files in os.walk(top):
        yield from (os.path.join(folder, name) for name in (*names, *files))


def _lay_out(prefix: str, entries: list[tuple[bytes, bytes, bytes]]) -> None:
    blobs = {f"{i:040x}": content for i, (_, _, content) in enumerate(entries)}
    listed = b"".join(
        b"%s %s %040x\t%s\0" % (mode, b"commit" if mode == b"160000" else b"blob", i, path)
        for i, (mode, path, _) in enumerate(entries)
    )
    top = _sandbox()
    (top / "canary").mkdir(exist_ok=True)
    with (
        patch.object(tempfile, "tempdir", str(top)),
        patch.object(git, "read", lambda *_a, **_k: listed),
    ):
        before = set(_below(top))
        with suppress(CannotRunError), snapshot(_repository(prefix, blobs), COMMIT) as folder:
            real = os.path.realpath(folder)
            for path in set(_below(top)) - before:
                where = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
                assert where in (real, os.path.dirname(real)) or where.startswith(f"{real}/"), path
        assert set(_below(top)) == before


def _answers(content: bytes) -> None:
    blobs: Any = git.Blobs.__new__(git.Blobs)
    blobs._git = SimpleNamespace(stdin=BytesIO(), stdout=BytesIO(content), close=lambda: None)  # noqa: SLF001
    with suppress(CannotRunError):
        for found in blobs.get(["a" * 40, "b" * 40], 1000):
            assert found is None or len(found) <= 1000
    blobs.close()


def _changes(content: bytes) -> None:
    parts = [part or b"x" for part in content.split(b"\0")]
    head = b":100644 120000 %s %s M\0%s\0"
    listed = b"".join(
        (b"c" * 40 + b"\0" if not i else b"") + (head % (b"0" * 40, b"a" * 40, part)) for i, part in enumerate(parts)
    )
    with patch.object(git, "read", lambda *_a, **_k: listed), suppress(CannotRunError):
        (changes,) = _repository("", {}).changes([(COMMIT, None)])
        assert [os.fsencode(change.path) for change in changes] == parts


def check(data: bytes) -> None:
    """The first byte chooses a tree, a tree of a workspace in a folder, answers about contents, or a commit's changes."""
    kind, content = data[:1], data[1:]
    if kind == b"b":
        _answers(content)
    elif kind == b"d":
        _changes(content)
    else:
        parts = content.split(b"\0")
        names = parts[0::2]
        contents = [*parts[1::2], b""]
        entries = [
            (MODES[name[0] % len(MODES)], name[1:], contents[i])
            for i, name in enumerate(names)
            if len(name) > 1 and i < len(contents)
        ]
        prefix = "acme" if kind == b"p" else ""
        _lay_out(prefix, [(mode, b"acme/" + path if prefix else path, body) for mode, path, body in entries])
