"""What is kept by name for the next run of this same mtrack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import ROOT, mtrack

from mtrack.memo import cache
from mtrack.memo.kept import Kept

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_there_for_the_next_run(tmp_path: Path) -> None:
    folder = str(tmp_path / "cache")
    Kept(folder).put("name", b"content")
    assert Kept(folder).get("name") == b"content"
    assert Kept(folder).get("other") is None


def test_another_mtrack_does_not_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(tmp_path / "cache")
    Kept(folder).put("name", b"content")
    monkeypatch.setattr(cache, "code", lambda: iter(["another"]))
    assert Kept(folder).get("name") is None


@pytest.mark.parametrize("spoiled", [b"", b"content", b"\0" * 80])
def test_what_is_spoiled_is_not_used(tmp_path: Path, spoiled: bytes) -> None:
    folder = tmp_path / "cache"
    Kept(str(folder)).put("name", b"content")
    (folder / "name").write_bytes(spoiled)
    assert Kept(str(folder)).get("name") is None


@pytest.mark.parametrize("kind", ["no folder", "a link", "open to others", "a file", "in a workspace"])
def test_a_folder_that_is_not_the_users_own_is_not_used(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "cache"
    if kind == "a link":
        (tmp_path / "target").mkdir()
        folder.symlink_to(tmp_path / "target")
    elif kind == "open to others":
        folder.mkdir()
        folder.chmod(0o777)
    elif kind == "a file":
        folder.write_text("", encoding="utf-8")
    elif kind == "in a workspace":
        (tmp_path / "mtrack.yaml").write_text("", encoding="utf-8")
    kept = Kept(None if kind == "no folder" else str(folder))
    kept.put("name", b"content")
    assert kept.get("name") is None
    assert not [path for path in tmp_path.rglob("*") if path.name == "name"]


@pytest.mark.parametrize("more", [(), ("--no-cache",)])
def test_a_report_keeps_its_templates_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder, pages = tmp_path / "cache/mtrack/templates", []
    for name in ("a", "b"):  # compiled, and taken from the cache
        assert mtrack(
            "report", ROOT / "example-workspace", "-o", tmp_path / name, *more, "--as-of", "2026-06-30"
        ).code in (0, 1)
        pages.append({path.name: path.read_bytes() for path in (tmp_path / name).glob("*.html")})
    assert pages[0] == pages[1]
    assert any(folder.glob("*")) == (not more)
