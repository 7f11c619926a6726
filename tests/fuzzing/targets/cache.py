"""What lies in the cache: cut off, spoiled or planted by someone who knows the key, it is ignored or used, and never in the way."""

from __future__ import annotations

import os
import time
import zlib
from array import array
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import msgspec

from mtrack.check.pipeline import check as check_workspace
from mtrack.check.workspace import open_workspace
from mtrack.history import store as history_store
from mtrack.memo import run as memo
from mtrack.site.written import Written
from mtrack.verify.store import Store
from mtrack.watch import Earlier, Watch

KEY = b"key"
MAGIC = b"mtrack run 3\n"


def _run(code: int, printed: list[tuple[int, str]]) -> bytes:
    parts = b"".join(array("q", (number, len(text))).tobytes() + text.encode() for number, text in printed)
    names, absent = b"\0no-such-file", array("q", [-1] * 4).tobytes()
    return array("q", (code, len(KEY), len(names), len(absent), 0)).tobytes() + KEY + names + absent + parts


SEEDS = [
    b"r" + _run(0, [(0, "all is well\n"), (1, "told\n")]), b"r" + _run(1, [(7, "x")]), b"r" + _run(0, [(0, "")])[:-8] + array("q", (-16,)).tobytes(),
    b"R" + MAGIC + _run(0, [(0, "x")]), b"h" + msgspec.msgpack.encode(["key", ["head", [], [0, [], []]]]), b"v" + b'{"key": "00", "examined": {"verdicts": [], "troubles": []}}',
    b"w" + b'["index.html", "00", "11"]\n["a", "b", 1]\n\xff\n', b"p" + msgspec.msgpack.encode([[["acme"], [], [], [], {"acme": [True, [], [], {}]}, []], [{"acme": ["", "", None, "y", [], [], None]}, [], [[], [], []]]]),
]  # fmt: skip
WORDS = ["\x00" * 8, "\xff" * 8, "mtrack run 3", "key", "head", '["index.html", ', '"examined": ', "\x93", "\xc0"]
REPOSITORY: Any = SimpleNamespace(place=SimpleNamespace(top="/", inner="", bare=False), shallow=frozenset())


@cache
def _top() -> Path:
    top = Path(mkdtemp(prefix="mtrack-fuzz-"))
    top.chmod(0o700)
    return top


def _put(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, 0o600)


def _replay(content: bytes) -> None:
    run = memo.Run(str(_top() / "runs"), KEY, prints=True)
    _put(run._path, content)  # noqa: SLF001
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run.replay()
    assert code in (None, 0, 1)
    assert code is not None or not out.getvalue() + err.getvalue()


def _check_over(content: bytes) -> None:
    """A workspace checked over what an earlier run is said to have kept."""
    os.environ["MTRACK_WAYS"] = "store"
    root = str(_top() / "work")
    os.makedirs(root, exist_ok=True)
    watch = Watch(time.time_ns(), Earlier([[""]], array("q"), frozenset(), memoryview(content)))
    assert check_workspace(open_workspace(root, date(2026, 11, 22), watch)).report.summary.errors >= 0


def check(data: bytes) -> None:
    """The first byte chooses the store."""
    kind, content = data[:1], data[1:]
    os.environ["XDG_CACHE_HOME"] = str(_top())
    os.environ["MTRACK_WAYS"] = "memo"
    if kind == b"r":
        _replay(MAGIC + content + zlib.crc32(content).to_bytes(4, "little"))
    elif kind == b"R":
        _replay(content)
    elif kind == b"h":
        place = history_store._Place(REPOSITORY)  # noqa: SLF001
        place._key = "key"  # noqa: SLF001
        _put(place._path, content)  # noqa: SLF001
        place.get()
    elif kind == b"v":
        store = Store(str(_top()))
        _put(store._path("00"), content)  # noqa: SLF001
        store.get("00")
    elif kind == b"p":
        _check_over(content)
    else:
        written = Written(str(_top()))
        path = written._path  # noqa: SLF001
        assert path is not None
        _put(f"{path}.pages", content)
        _put(f"{path}.rows", zlib.crc32(content).to_bytes(4, "little") + content)
        with written.held():
            for name in written.names():
                assert isinstance(name, str)
                written.rows(name)
