"""What `exclude` leaves out is what git ignores, and no pattern takes long."""

from __future__ import annotations

import itertools
import random
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from mtrack.patterns import is_pattern, matcher

if TYPE_CHECKING:
    from pathlib import Path

PIECES = ["a", "b", "*", "/", "?", "[ab]", "[!a]", "[a-c]", "**/", "/**", "x", "*a", "[]]", "[^b]", ".", "[[:alpha:]]", "[\\]a]", "[a-]", "[a-b-x]", "[--a]", "[&&a]", "[a||b]", "[~~a]", "[[a]", "[[:alpha:]-a]", "[+--]", "[a\\-c]",
          "\\b", "!", " ", "\\ "]  # fmt: skip
NAMES = ["a", "b", "ab", "ba", "x", "axb", "c", "a ", ".a", "]", "-", "&", "|", "~", "[", "+", ","]
FOLDERS = random.Random(1).sample([  # noqa: S311  (no secret)
    "/".join(names) for count in (1, 2, 3) for names in itertools.product(NAMES, repeat=count)
], 120)  # fmt: skip
KNOWN = ["/".join(folder.split("/")[: i + 1]) for folder in FOLDERS for i in range(folder.count("/") + 1)]


@pytest.mark.parametrize("seed", range(6))
def test_as_git(seed: int, tmp_path: Path) -> None:
    """Whatever the patterns; but for `***` and `a**/`, which git itself takes for two things."""
    chance = random.Random(seed)  # noqa: S311
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    asked = 0
    while asked < 40:
        lines = ["".join(chance.choices(PIECES, k=chance.randint(1, 5))) for _ in range(chance.choice([1, 1, 2, 3]))]
        if any("***" in line or "**" in line.replace("/**", "").replace("**/", "/") for line in lines):
            continue
        if any("**/" in f"/{line}".replace("/**/", "/") for line in lines) or not all(map(is_pattern, lines)):
            continue
        asked += 1
        (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n", encoding="utf-8")
        ignored = subprocess.run(
            ["git", "check-ignore", "--no-index", "--stdin", "-z"],
            input="\0".join(FOLDERS), capture_output=True, text=True, cwd=tmp_path, check=False,
        ).stdout.split("\0")  # fmt: skip
        excluded = matcher(tuple(lines))
        for folder in FOLDERS:
            parts = folder.split("/")
            mine = any(excluded("/".join(parts[:i])) for i in range(1, len(parts) + 1))
            assert mine == (folder in ignored), (lines, folder)


@pytest.mark.parametrize(
    ("pattern", "folder", "excluded"),
    [
        ("archive/", "archive", True),
        ("archive", "a/b/archive", True),
        ("/archive", "a/archive", False),
        ("a/b", "x/a/b", False),
        ("**/drafts", "a/b/drafts", True),
        ("a/**", "a", False),
        ("a/**", "a/b/c", True),
        ("a/**/c", "a/c", True),
        ("a?c", "a/c", False),
        ("[!a]x", "/x", False),
        ("#a", "#a", False),
        ("\\#a", "#a", True),
        ("a  ", "a", True),
        ("a\\ ", "a ", True),
        ("[z-a]", "b", False),
        ("a[", "a[", False),
        ("Résumé*", "Résumés", True),
        ("*", "日本", True),
    ],
)
def test_examples(pattern: str, folder: str, excluded: bool) -> None:  # noqa: FBT001
    if not is_pattern(pattern):
        assert not excluded
        return
    assert matcher((pattern,))(folder) is excluded


def test_the_last_that_matches_decides() -> None:
    excluded = matcher(("client-*", "!client-acme"))
    assert [excluded(folder) for folder in ("client-x", "client-acme", "other")] == [True, False, False]


@pytest.mark.parametrize("text", ["a\\", "!", "[z-a]", "[a--z]x"])
def test_what_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)


HOSTILE = [
    "*a*a*a*a*b",
    "*a" * 450 + "b",
    "**/a" * 200 + "/b",
    "?*" * 400 + "b",
    "[!b]*" * 150 + "b",
    "a" * 999,
    "[" * 900,
    "\\*" * 400,
]


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("folder", ["a" * 60, "a" * 255, "/".join(["a"] * 120), "/".join(["a" * 200] * 15)])
def test_no_pattern_takes_long(pattern: str, folder: str) -> None:
    began = time.process_time()
    is_pattern(pattern)
    matcher((pattern,))(folder)
    assert time.process_time() - began < 1


MANY = [f"**/*a*{i}/**/b*" for i in range(999)], ["[!b]*?" * 3] * 999, ["".join(map(chr, range(i, i + 900))) for i in range(0x4E00, 0x9C00, 900)]  # fmt: skip


@pytest.mark.parametrize("patterns", MANY)
def test_many_patterns_cost_many_folders_little(patterns: list[str]) -> None:
    """Patterns and folders up to the limits once took a minute: each folder was compared with each pattern."""
    folders = [f"{'a' * 20}/{i}/{'a' * 13}/c" for i in range(3000)]
    excluded = matcher(tuple(patterns))
    began = time.process_time()
    for folder in folders:
        names = folder.split("/")
        for depth in range(len(names)):
            excluded("/".join(names[: depth + 1]))
    assert time.process_time() - began < 5


def test_the_pattern_that_decides_is_known_by_its_number() -> None:
    decides = matcher(("# nothing", "client-*", "!client-acme", "client-acme/**/old")).decides
    assert [decides(folder) for folder in ("client-x", "client-acme", "other", "client-acme/a/old")] == [1, 2, None, 3]
