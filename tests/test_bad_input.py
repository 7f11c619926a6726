"""Bad input, each with a clear finding or message, the other projects checked anyway, and no traceback."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from history.story import Story
from support import AS_OF as DAY
from support import ROOT, lint_json, mtrack, validated, write_tree

from mtrack.render.findings import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
project: Globex portal
currency: EUR
agreement: {total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
"""
MINIMAL = "currency: EUR\nmilestones:\n  - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}\n"
AS_OF = ("--as-of", "2026-02-20")


def process(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mtrack", *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=120,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def laughs() -> str:
    lines = ["x-a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"x-a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    return "\n".join(lines) + f"\nproject: Acme\n{MINIMAL}"


BAD: dict[str, tuple[bytes, str, int | None]] = {
    "empty": (b"", "schema", 1),
    "only a byte-order mark": (b"\xef\xbb\xbf", "schema", 1),
    "only comments": (b"# to do\n# later\n", "schema", 1),
    "a list at the top": (b"- project: Acme\n", "schema", 1),
    "text at the top": (b"Acme website\n", "schema", 1),
    "binary": (bytes(range(256)) * 4, "unreadable", 3),
    "null bytes": (b"project: Acme\x00\n", "invalid-yaml", 1),
    "Latin-1": ("project: Café\n".encode("latin-1"), "unreadable", 1),
    "UTF-16": ("project: Acme\n".encode("utf-16"), "unreadable", 1),
    "6 MiB": (b"# " + b"x" * (6 * 1024 * 1024), "unreadable", None),
    "a key twice": (f"project: A\nproject: B\n{MINIMAL}".encode(), "invalid-yaml", 2),
    "a key twice in a milestone": (
        b"project: A\ncurrency: EUR\nmilestones:\n  - id: M1\n    name: X\n    id: M2\n    amount: 1\n    status: paid\n",
        "invalid-yaml",
        6,
    ),
    "a key twice in a flow mapping": (f"project: A\nagreement: {{file: a, file: b}}\n{MINIMAL}".encode(), "invalid-yaml", 2),
    "tabs": (b"project: Acme\nagreement:\n\ttotal: 9000.00\n", "invalid-yaml", 3),
    "a Python object": (f"project: !!python/object:os.system {{}}\n{MINIMAL}".encode(), "invalid-yaml", 1),
    "billion laughs": (laughs().encode(), "invalid-yaml", None),
    "an alias in itself": (f"project: A\nx-a: &a [*a]\n{MINIMAL}".encode(), "invalid-yaml", 2),
    "10,000 levels of flow": (b"project: A\nx-a: " + b"[" * 10_000 + b"]" * 10_000 + b"\n", "invalid-yaml", 2),
    "10,000 levels of block": (
        b"x-a:\n" + b"".join(b" " * i + b"-\n" for i in range(1, 2_000)), "invalid-yaml", None,
    ),
    "10,000 levels of lists in a line": (b"project: A\nx-a:\n  " + b"- " * 10_000 + b"x\n", "invalid-yaml", 3),
    "an alias of nothing": (f"project: *acme\n{MINIMAL}".encode(), "invalid-yaml", 1),
    "a lone tag": (f"project: ! Acme\n{MINIMAL}".encode(), "invalid-yaml", 1),
    "half a character": (f'project: "\\ud800"\n{MINIMAL}'.encode(), "invalid-yaml", 1),
    "an escape sequence": (f"project: \x1b[31mred\n{MINIMAL}".encode(), "invalid-yaml", 1),
    "a version to come": (f"%YAML 2.0\n---\nproject: A\n{MINIMAL}".encode(), "invalid-yaml", 1),
    "an unfinished edit": (f"<<<<<<< HEAD\nproject: A\n=======\nproject: B\n>>>>>>> b\n{MINIMAL}".encode(), "invalid-yaml", None),
    "JSON cut off": (b'{"project": "A", "milestones": [{"id": "M1"', "invalid-yaml", 1),
    "several documents": (f"project: A\n{MINIMAL}---\nproject: B\n".encode(), "invalid-yaml", 5),
    "a merge key": (f"project: A\nagreement: {{<<: {{total: 1}}}}\n{MINIMAL}".encode(), "invalid-yaml", 2),
    "an amount of 40 digits": (f"project: A\n{MINIMAL.replace('9000.00', '1' * 40)}".encode(), "schema", 4),
    "a day that is none": (f"project: A\nclosed: 2026-02-30\n{MINIMAL}".encode(), "schema", 2),
    "year 0": (f"project: A\nclosed: 0000-01-01\n{MINIMAL}".encode(), "schema", 2),
    "no milestones": (b"project: A\ncurrency: EUR\nmilestones: []\n", "schema", 3),
    "an open quote": (b'project: "Acme\n' + MINIMAL.encode(), "invalid-yaml", None),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_found_and_hides_no_other(name: str, tmp_path: Path) -> None:
    content, rule, line = BAD[name]
    write_tree(
        tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": content, "globex/milestones.yaml": GOOD}
    )
    data = lint_json(tmp_path)
    acme = [finding for finding in data["findings"] if finding["path"] == "acme/milestones.yaml"]
    assert {finding["rule"] for finding in acme} == {rule}
    if line is not None:
        assert acme[0]["line"] == line
    assert data["skipped"] == ["acme/milestones.yaml"]
    for style in FORMATS:
        result = mtrack("lint", tmp_path, "--format", style, *AS_OF)
        assert (result.code, result.err) == (1, "")
        assert not set(result.out) & set("\x07\x08\x1b\u202e\x7f\x85\u2028")
    assert {f["rule"] for f in data["findings"] if f["path"].startswith("globex")} == {"agreement-missing"}
    for command in ("gaps", "status", "report"):
        arguments = ("--format", "md") if command == "report" else ()
        result = mtrack(command, tmp_path, *AS_OF, *arguments)
        assert result.code == 1
        assert "acme/milestones.yaml" in result.err
        assert "Traceback" not in result.err
    assert "Globex portal" in mtrack("status", tmp_path, *AS_OF).out


def test_a_folder_named_milestones_yaml(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml/x.txt": "x", "globex/milestones.yaml": GOOD})
    found = [(f["rule"], f["path"], f["line"]) for f in lint_json(tmp_path)["findings"]]
    assert ("unreadable", "acme/milestones.yaml", None) in found
    assert len(found) == 2


def test_links_out_of_the_workspace_in_a_loop_and_to_nothing(tmp_path: Path) -> None:
    write_tree(tmp_path, {"ws/globex/milestones.yaml": GOOD, "out/secret/milestones.yaml": GOOD})
    root = tmp_path / "ws"
    for name, target in (("passwd", "/etc/passwd"), ("gone", "nowhere.yaml"), ("loop", "milestones.yaml")):
        (root / name).mkdir()
        (root / name / "milestones.yaml").symlink_to(target)
    (root / "secret").symlink_to(tmp_path / "out" / "secret")
    (root / "globex" / "again").symlink_to(root)
    data = lint_json(root)
    found = sorted((f["rule"], f["path"]) for f in data["findings"])
    assert found == [
        ("agreement-missing", "globex/milestones.yaml"),
        ("link-outside", "secret"),
        ("unreadable", "gone/milestones.yaml"),
        ("unreadable", "loop/milestones.yaml"),
        ("unreadable", "passwd/milestones.yaml"),
    ]
    assert "root:" not in json.dumps(data)


def test_a_link_to_a_device(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/note.txt": "x", "globex/milestones.yaml": GOOD})
    (tmp_path / "acme" / "milestones.yaml").symlink_to("/dev/zero")
    (tmp_path / "acme" / "invoices").symlink_to("/dev")
    found = [(f["rule"], f["path"]) for f in lint_json(tmp_path)["findings"]]
    assert found == [("unreadable", "acme/milestones.yaml"), ("agreement-missing", "globex/milestones.yaml")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    os.mkfifo(tmp_path / "acme" / "milestones.yaml")
    assert [f["rule"] for f in lint_json(tmp_path)["findings"]] == ["unreadable"]


def as_nobody(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """mtrack run by a user who is not root: root reads everything."""
    if os.geteuid() != 0:
        return process(*arguments, cwd=root)
    for folder in (root, *root.parents):
        if os.stat(folder).st_uid == 0 and folder.name.startswith(("pytest", "test_", "popen")):
            folder.chmod(0o755)
    # Another user may not be allowed to read Python's own files: a first run loads what the second needs.
    code = (
        "import io, os, sys, tempfile\n"
        "from mtrack.__main__ import run\n"
        "real, sys.stdout = sys.stdout, io.StringIO()\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    os.chdir(folder)\n"
        f"    run([sys.argv[1], {str(ROOT / 'example-workspace')!r}])\n"
        "    os.chdir('/')\n"
        "sys.stdout = real\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, check=False, timeout=120, cwd="/", env={"PYTHONPATH": str(ROOT), "MTRACK_WAYS": ""},
    )  # fmt: skip


def test_no_permission_for_a_file(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": GOOD, "globex/milestones.yaml": GOOD})
    (tmp_path / "acme" / "milestones.yaml").chmod(0)
    done = as_nobody(tmp_path, "lint", str(tmp_path), "--format", "json", *AS_OF)
    assert (done.returncode, done.stderr) == (1, b"")
    data = validated(done.stdout.decode(), "findings")
    assert [(f["rule"], f["path"]) for f in data["findings"]] == [
        ("unreadable", "acme/milestones.yaml"),
        ("agreement-missing", "globex/milestones.yaml"),
    ]
    assert data["findings"][0]["message"] == "the file can't be read: permission denied"
    assert data["findings"][0]["hint"] == "check its permissions"


def test_no_permission_for_a_folder_is_told(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"acme/milestones.yaml": GOOD, "shut/inner/milestones.yaml": GOOD, "mtrack.yaml": "format: 1\n"}
    )
    (tmp_path / "shut").chmod(0)
    try:
        for command in ("lint", "verify", "status", "gaps", "aging", "invoices", "report --format md"):
            done = as_nobody(tmp_path, *command.split(), str(tmp_path), *AS_OF)
            words = b"mtrack: what lies in these folders is left out, since they can't be looked into: shut\n"
            assert done.stderr == words
            assert done.returncode == 1  # never 0 with sums that lack a project
            assert b"inner" not in done.stdout
        done = as_nobody(tmp_path, "status", str(tmp_path / "acme"), *AS_OF)
        assert (done.returncode, done.stderr) == (0, words)  # no sum of what was asked for lacks it
        write_tree(tmp_path, {"bad/milestones.yaml": GOOD})
        (tmp_path / "bad" / "milestones.yaml").chmod(0)
        done = as_nobody(tmp_path, "status", str(tmp_path), *AS_OF)
        skipped = b"mtrack: this project is left out until fixed (mtrack lint says why): bad/milestones.yaml\n"
        assert (done.returncode, done.stderr) == (1, words + skipped)
        done = as_nobody(tmp_path, "lint", str(tmp_path), "--format", "json", *AS_OF)
        found = [(item["rule"], item["path"]) for item in json.loads(done.stdout)["findings"]]
        assert ("unreadable", "shut") in found
        done = as_nobody(tmp_path, "verify", "--fail-on", "error", str(tmp_path), *AS_OF)
        assert (done.returncode, done.stderr) == (1, words + skipped)
        # In `next`, looking into the folder and making the file readable are among the things to do.
        done = as_nobody(tmp_path, "next", str(tmp_path), "--format", "json", *AS_OF)
        assert (done.returncode, done.stderr) == (1, words + skipped)
        tasks = [(item["verb"], item["rule"], item["path"]) for item in json.loads(done.stdout)["items"]]
        assert {("correct", "unreadable", "shut"), ("correct", "unreadable", "bad/milestones.yaml")} <= {*tasks}
    finally:
        (tmp_path / "shut").chmod(0o755)


def test_no_permission_for_the_settings_or_the_root(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"w/acme/milestones.yaml": GOOD, "w/mtrack.yaml": "format: 1\n", "shut/acme/milestones.yaml": GOOD}
    )
    (tmp_path / "w" / "mtrack.yaml").chmod(0)
    (tmp_path / "shut").chmod(0)
    try:
        done = as_nobody(tmp_path, "lint", str(tmp_path / "w"))
        assert (done.returncode, done.stdout) == (3, b"")
        assert done.stderr == b"mtrack: mtrack.yaml: the file can't be read: permission denied; check its permissions\n"
        done = as_nobody(tmp_path, "lint", str(tmp_path / "shut"))
        assert (done.returncode, done.stdout) == (3, b"")
        assert b"can't be read: permission denied" in done.stderr
    finally:
        (tmp_path / "shut").chmod(0o755)


def test_100_000_milestones(tmp_path: Path) -> None:
    line = "- {id: %d, name: %d, amount: 0, status: paid}\n"
    text = "project: A\ncurrency: EUR\nmilestones:\n" + "".join(line % (i, i) for i in range(100_000))
    write_tree(tmp_path, {"a/milestones.yaml": text})
    data = lint_json(tmp_path, "--select", "agreement")
    assert data["summary"]["milestones"] == 100_000
    assert [finding["rule"] for finding in data["findings"]] == ["agreement-missing"]


NAMES = [
    "a\\nb", "\\e[31mred\\e[0m", "<script>alert(1)</script>", "a | b", "😀🎉", "\\u202Eevil", "שלום", "日本語", "'; DROP", "\\a\\b",
    "::error::x", "%0A", "`code`", "@all", "=1+1",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_inert(name: str, tmp_path: Path) -> None:
    record = f'project: "{name}"\nclient: "{name}"\n{MINIMAL.replace("Discovery", chr(34) + name + chr(34))}'
    write_tree(tmp_path, {"acme/milestones.yaml": record})
    for arguments in (("lint",), ("lint", "--format", "concise"), ("gaps",), ("status",), ("status", "--format", "csv"),
                      ("status", "--format", "md"), ("gaps", "--format", "md"), ("report", "--format", "md")):  # fmt: skip
        result = mtrack(*arguments, tmp_path, *AS_OF)
        assert result.code in (0, 1)
        assert not set(result.out) & set("\x07\x08\x1b\u202e\x7f")
        if "md" in arguments:
            assert "<script>" not in re.sub(r"(?s)```text.*?```", "", result.out).replace("\\<script\\>", "")
    assert validated(mtrack("status", tmp_path, *AS_OF, "--format", "json").out, "status")["projects"][0][
        "project"
    ] == (json.loads('"' + name.replace("\\e", "\\u001b").replace("\\a", "\\u0007") + '"'))


@pytest.mark.parametrize(
    "settings", ["format: [1", "a: 1\na: 2\n", "format: !!int 1\n", "format: 1\n---\nformat: 1\n", b"\xff\xfe"]
)
def test_broken_settings_end_the_run(settings: str | bytes, tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": settings, "acme/milestones.yaml": GOOD})
    for command in ("lint", "gaps", "status"):
        result = mtrack(command, tmp_path, *AS_OF)
        assert (result.code, result.out) == (3, "")
        assert result.err.startswith("mtrack: mtrack.yaml")


def test_exit_codes(tmp_path: Path) -> None:
    fine = GOOD.replace("{total: 9000.00}", "{file: a.pdf, signed: 2026-01-10, total: 9000.00}")
    write_tree(
        tmp_path,
        {"fine/milestones.yaml": fine, "fine/a.pdf": "x", "found/milestones.yaml": GOOD, "broken/mtrack.yaml": "["},
    )
    unsigned = fine.replace("signed: 2026-01-10, ", "")
    write_tree(tmp_path, {"warned/milestones.yaml": unsigned, "warned/a.pdf": "x"})
    for code, arguments in (
        (0, ("fine",)), (0, ("fine", "--fail-on", "info")), (1, ("found",)), (0, ("warned",)), (1, ("warned", "--fail-on", "warning")),
        (0, ("found", "--ignore", "agreement-missing")), (2, ("nowhere",)), (2, ("fine", "--fail-on", "all")), (3, ("broken",)),
    ):  # fmt: skip
        for style in FORMATS:
            result = mtrack("lint", tmp_path / arguments[0], *arguments[1:], "--format", style, *AS_OF)
            assert result.code == code, (arguments, style)
            assert bool(result.err) == (code > 1)
            assert (result.out == "") == (code > 1) or style in ("concise", "github")


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-30",
        "20260220",
        "2026-2-20",
        "tomorrow",
        "",
        "2026-W08-5",
        "0000-01-01",
        "10000-01-01",
        "２０２６-02-20",
        "2026-02-20\n",
    ],
)
def test_an_as_of_that_is_no_day(tmp_path: Path, day: str) -> None:
    result = mtrack("lint", tmp_path, "--as-of", day)
    assert (result.code, result.out) == (2, "")
    what = (
        "is not a day of the calendar; write it as YYYY-MM-DD"
        if day
        else "--as-of is empty; write a value, or leave it out"
    )
    assert what in result.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_is(tmp_path: Path, day: str) -> None:
    dated = (
        "project: A\ncurrency: EUR\nagreement: {{signed: {0}, total: 2.00, payment_terms: 36500}}\nclosed: {0}\nmilestones:\n"
        "  - {{id: M1, name: N, amount: 1.00, status: paid, planned: {0}, deliverable: {{completed: {0}, approved: {0}}}, hold: {{until: {0}}},\n"
        "     invoice: {{number: I1, amount: 1.00, sent: {0}, due: {0}, payments: [{{date: {0}, amount: 1.00}}]}}}}\n"
        "  - {{id: M2, name: O, amount: 1.00, status: sent, invoice: {{number: I2, amount: 1.00, sent: {0}}}}}\n"
    )
    write_tree(tmp_path, {"early/milestones.yaml": dated.format("0001-01-01"), "late/milestones.yaml": dated.format("9999-12-31"),
                          "mtrack.yaml": "format: 1\npayment_terms: 36500\nbill_within: 36500\n"})  # fmt: skip
    for arguments in (("lint",), ("gaps",), ("status",), ("aging",), ("forecast",), ("report", "--format", "md")):
        result = mtrack(*arguments, tmp_path, "--as-of", day)
        assert result.code in (0, 1), result.err
        assert result.err == ""


def test_usage(tmp_path: Path) -> None:
    assert mtrack("lint", tmp_path / "nowhere").code == 2
    assert mtrack("lint", tmp_path, "--as-of", "2026-02-30").code == 2
    assert mtrack("lint", tmp_path, "--format", "xml").code == 2
    assert mtrack("lint", tmp_path, "--select", "overdu").code == 2
    assert mtrack("frobnicate").code == 2
    assert mtrack("rules", "overdu").code == 2
    assert mtrack("schema", "nothing").code == 2


def test_two_workspaces_nested(tmp_path: Path) -> None:
    inner = GOOD.replace("currency: EUR\n", "")
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\ncurrency: EUR\n", "a/milestones.yaml": inner,
                          "sub/mtrack.yaml": "format: 1\ncurrency: USD\n", "sub/b/milestones.yaml": inner})  # fmt: skip
    outer = validated(mtrack("status", tmp_path, *AS_OF, "--format", "json").out, "status")
    assert [project["path"] for project in outer["projects"]] == ["a", "sub/b"]
    alone = validated(mtrack("status", tmp_path / "sub" / "b", *AS_OF, "--format", "json").out, "status")
    assert [(project["path"], project["currency"]) for project in alone["projects"]] == [("b", "USD")]


def test_file_names_that_are_not_utf8(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": GOOD})
    folder = os.fsencode(tmp_path / "acme" / "invoices")
    os.mkdir(folder)
    with open(os.path.join(folder, b"caf\xe9.pdf"), "wb") as file:
        file.write(b"x")
    for name in ("text", "concise", "sarif", "github", "gitlab", "junit"):
        assert mtrack("lint", tmp_path, "--format", name, *AS_OF).code == 1
    done = process("lint", tmp_path, "--format", "json", *AS_OF)
    assert b"Traceback" not in done.stderr
    assert "unrecorded-file" in {f["rule"] for f in json.loads(done.stdout)["findings"]}


WILD = [b"caf\xe9", b"a\nb", b"\x1b[31mred", b"a|b", "\u202eevil".encode(), b"a:b,c%0A", b"<script>", b"-rf", b" lead", b"::error::x", "😀".encode(),
        b"'; rm", b"$(id)", b"`id`", b"a\rb", b"\xff\xfe"]  # fmt: skip


def test_folders_of_any_name(tmp_path: Path) -> None:
    for name in WILD:
        folder = os.path.join(os.fsencode(tmp_path), name)
        os.makedirs(os.path.join(folder, b"invoices"))
        for path in (b"milestones.yaml", b"invoices/x\xff\n.pdf"):
            with open(os.path.join(folder, path), "wb") as file:
                file.write(GOOD.encode())
    (tmp_path / "linked").symlink_to(os.fsdecode(WILD[0]))
    data = lint_json(tmp_path)
    assert data["summary"]["projects"] == len(WILD)
    assert {os.fsencode(finding["project"]) for finding in data["findings"]} == set(WILD)
    for style in FORMATS:
        done = process("lint", "--format", style, *AS_OF, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (1, b"")
        text = done.stdout.decode()
        assert not set(text) & set("\x07\x08\r\x1b\u202e\x7f\x85\u2028")
        if style == "concise":
            assert text.count("\n") == len(data["findings"])
        if style == "github":
            assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in text.splitlines())
    for command in (
        ("status",),
        ("status", "--format", "csv"),
        ("status", "--format", "md"),
        ("gaps", "--format", "md"),
        ("report", "--format", "md"),
    ):
        done = process(*command, *AS_OF, cwd=tmp_path)
        assert (done.returncode in (0, 1), done.stderr) == (True, b"")
        assert not set(done.stdout.decode()) & set("\x07\x08\x1b\u202e\x7f\x85\u2028")


def test_a_current_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", "import os, sys; os.rmdir(os.getcwd()); from mtrack.__main__ import main; main()", "lint"],
        capture_output=True, check=False, timeout=60, cwd=tmp_path / "gone", env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"mtrack: the current folder is no longer there\n")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes")
@pytest.mark.parametrize("command", [("lint", "--since", "HEAD"), ("status", "--at", "HEAD"), ("serve",)])
@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("ulimit -f 0; unset TMPDIR TEMP TMP", "{top}tmp: no temporary file can be written: file too large"),
        ("ulimit -f 0; export TMPDIR='{nowhere}'", "{nowhere}: no temporary file can be written: no such file or directory"),
        ("ulimit -n 12; exec 3<. 4<. 5<. 6<. 7<. 8<. 9<.", "the history is read with git, which can't be run: too many open files"),
        ("PATH='{nowhere}'", "the history is read with git, which is not installed"),
        ("PATH='{shut}'", "the history is read with git, which can't be run: permission denied"),
    ],
)  # fmt: skip
def test_what_the_system_refuses_is_told_in_its_words(
    command: tuple[str, ...], limits: str, words: str, tmp_path: Path
) -> None:
    """Neither a current folder that is gone nor a git that is not installed is made of it."""
    if "git" in words and command == ("serve",):
        pytest.skip("it can do without git")
    story = Story(tmp_path / "ws")
    story.commit("begin", "2026-02-02", {"mtrack.yaml": "format: 1\n"})
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut/git").write_text("no program\n", encoding="utf-8")
    paths = {"top": os.sep, "nowhere": tmp_path / "nowhere", "shut": tmp_path / "shut"}
    script = f'{limits.format(**paths)}; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-m", "mtrack", *command, "--as-of", "2026-06-01"],
        capture_output=True, check=False, timeout=60, cwd=story.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MTRACK_WAYS": ""},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.decode()) == (3, b"", f"mtrack: {words.format(**paths)}\n")


def test_output_that_nobody_reads(tmp_path: Path) -> None:
    line = "- {id: M%d, name: N, amount: 1, status: paid}\n"
    text = "project: A\ncurrency: EUR\nmilestones:\n" + "".join(line % i for i in range(20_000))
    write_tree(tmp_path, {"a/milestones.yaml": text})  # some megabytes of findings: more than a pipe holds
    child = subprocess.Popen(
        [sys.executable, "-m", "mtrack", "lint", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    error = child.stderr.read()
    child.stderr.close()
    assert child.wait(60) == 141
    assert error == b""


def test_ctrl_c(tmp_path: Path) -> None:
    line = "- {id: M%d, name: N, amount: 1, status: paid}\n"
    text = "project: A\ncurrency: EUR\nmilestones:\n" + "".join(line % i for i in range(90_000))
    write_tree(tmp_path, {f"p{i}/milestones.yaml": text for i in range(4)})
    child = subprocess.Popen(
        [sys.executable, "-m", "mtrack", "lint", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(1.5)
    child.send_signal(signal.SIGINT)
    _, error = child.communicate(timeout=60)
    assert child.returncode == 130
    assert error.strip() == b"interrupted"


def test_a_plain_locale(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": GOOD.replace("Globex", "日本")})
    done = process("status", tmp_path, *AS_OF, LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0
    assert "日本" in done.stdout.decode("utf-8")


VALUES = ["2026-01-01", "9999-12-31", "0", "-1", "999999999999999999", "-0.01", "1e3", "M1", "INV-1", "' '", "~", "''", "[]", "{}", "paid", "cancelled",
          "true", "EUR", "XXX", "/etc/passwd", "../x", "a\\b", '"\\0"', '"\\n"', "x" * 300, "*a", "&a x", "!x", "|", "@"]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_any_edit_of_a_record_is_checked(seed: int, tmp_path: Path) -> None:
    """Whatever stands in the file: an answer in the agreed shape, and the other project's findings as ever."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    sources = sorted((ROOT / "example-workspace").glob("**/milestones.yaml"))
    lines = chance.choice(sources).read_text(encoding="utf-8").split("\n")
    for _ in range(chance.randint(1, 5)):
        at, kind = chance.randrange(len(lines)), chance.random()
        values = list(re.finditer(r"(?<=: )[^,{}\[\]\n]+", lines[at]))
        if kind < 0.7 and values:
            value = chance.choice(values)
            lines[at] = lines[at][: value.start()] + chance.choice(VALUES) + lines[at][value.end() :]
        elif kind < 0.8:
            lines.insert(at, chance.choice(lines))
        elif len(lines) > 1:
            del lines[at]
    write_tree(
        tmp_path,
        {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": "\n".join(lines), "globex/milestones.yaml": GOOD},
    )
    data = lint_json(tmp_path)
    assert data["summary"]["projects"] == 2
    assert [f["rule"] for f in data["findings"] if f["path"].startswith("globex")] == ["agreement-missing"]
    for arguments in (("lint",), ("gaps",), ("status",), ("report", "--format", "md")):
        result = mtrack(*arguments, tmp_path, "--as-of", DAY.isoformat())
        assert result.code in (0, 1), result.err
        assert "should not have happened" not in result.err


CURRENCIES = [r'"\e[31mEUR"', "'@here|<img src=x onerror=alert(1)>'", r'"\u202eEUR"', "'`EUR`'", "XYZ"]
VIEWS = [("gaps", "text"), ("gaps", "md"), ("status", "text"), ("status", "csv"), ("status", "md"), ("aging", "text"), ("aging", "csv"),
         ("aging", "md"), ("forecast", "text"), ("forecast", "csv"), ("forecast", "md"), ("report", "md")]  # fmt: skip


@pytest.mark.parametrize("where", ["milestones.yaml", "mtrack.yaml"])
@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_project_of_an_unknown_currency_shows_no_figures(currency: str, where: str, tmp_path: Path) -> None:
    billed = "{number: I1, amount: 1234.00, sent: 2026-01-02}"
    own = f"currency: {currency}\n" if where == "milestones.yaml" else ""
    default = f"currency: {currency}\n" if where == "mtrack.yaml" else ""
    record = (
        f"project: Odd\n{own}milestones:\n  - {{id: M1, name: D, amount: 1111.00, status: sent, invoice: {billed}}}\n"
    )
    write_tree(
        tmp_path,
        {"mtrack.yaml": f"format: 1\n{default}", "odd/milestones.yaml": record, "globex/milestones.yaml": GOOD},
    )
    found = {finding["rule"] for finding in lint_json(tmp_path)["findings"] if finding["project"] in ("odd", None)}
    assert {"unknown-currency", "overbilled"} <= found if currency == "XYZ" else "schema" in found
    for command, style in VIEWS:
        result = mtrack(command, tmp_path, *AS_OF, "--format", style)
        assert "left out until fixed (mtrack lint says why): odd/milestones.yaml" in result.err
        assert result.code == 1
        assert "1,234" not in result.out
        assert not set(result.out) & set("\x1b\u202e")
        assert "EUR`" not in result.out.replace("\\`", "")
        assert "<img" not in result.out
    for style in FORMATS:
        assert not set(mtrack("lint", tmp_path, *AS_OF, "--format", style).out) & set("\x1b\u202e")
    assert mtrack("report", tmp_path, "-o", tmp_path / "out", *AS_OF).code == 1
    assert "1,234" not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert mtrack("report", tmp_path, "-o", tmp_path / "out", *AS_OF).code == 1  # from what is kept, too


@pytest.mark.parametrize(("agreed", "billed"), [("9.00", "9000.00"), ("0.01", "900000000000.00")])
def test_a_bar_has_an_end(agreed: str, billed: str, tmp_path: Path) -> None:
    invoice = f"{{number: I1, amount: {billed}, sent: 2026-01-02}}"
    text = f"project: A\ncurrency: EUR\nmilestones:\n  - {{id: M1, name: D, amount: {agreed}, status: sent, invoice: {invoice}}}\n"
    write_tree(tmp_path, {"acme/milestones.yaml": text})
    for command, style in (("status", "text"), ("status", "md"), ("report", "md")):
        result = mtrack(command, tmp_path, *AS_OF, "--format", style)
        assert result.code == 0, result.err
        assert "✕" in result.out
        assert result.out.count("✕") < 20
        assert result.out.count("▲") < 200
        assert max(map(len, result.out.splitlines())) < 300


def test_the_summary_counts_all_projects_and_stays_short(tmp_path: Path) -> None:
    name = "@" * 200
    tree: dict[str, str | bytes] = {"mtrack.yaml": f'format: 1\nname: "{name * 400}"\n'}
    for i in range(60):
        tree[f"{'p' * 60}{i}/{'q' * 200}/milestones.yaml"] = GOOD.replace("Globex portal", f'"{name}{i}"')
    write_tree(tmp_path, tree)
    text = mtrack("report", tmp_path, *AS_OF, "--format", "md").out
    assert ": 60 projects.\n" in text
    assert len(text) <= 65_536


_HEAD = "project: A\ncurrency: EUR\nmilestones:\n"
_ITEM = "  - id: M1\n    name: N\n    amount: 4000.00\n    status: not_billed\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"),
    [
        ("name: N", "name:\u00a0N", 5, 10, "U+00A0 here"),
        ("    name", "\u00a0\u00a0\u00a0\u00a0name", 5, 1, "write a space"),
        ("    name", "   \u202fname", 5, 4, "U+202F here"),
        ("- id", "-\u00a0id", 4, 4, "write a space"),
        ("- id", "-id", 4, 3, "write a space after the dash"),
        ("  - id", "<<<<<<< HEAD\n  - id", 4, 1, "an unresolved merge"),
        ("    amount", "=======\n    amount", 6, 1, "an unresolved merge"),
        ("not_billed\n", "not_billed\n>>>>>>> other\n", 8, 1, "an unresolved merge"),
        ("not_billed\n", "not_billed\n" + _ITEM.replace("- id", "  id"), 8, 5, "begin it with `- `\n"),
        (
            "not_billed\n",
            "not_billed\n  id: M2\n  name: B\n",
            8,
            3,
            "`id` stands where an item begins, without its dash",
        ),
        ("not_billed\n", "not_billed\n\n  # next\n  id: M2\n", 10, 3, "begin it with `- `"),
        ("    status: not", "  status: not", 7, 3, "indent it like its neighbours"),
        ("not_billed\n", "not_billed\n    id: M2\n", 8, 5, "begin it with `- `, or keep one of the two"),
        ("4000.00", "\u201c4000.00\u201d", 6, 13, "'\u201c' (U+201C) stands in it: write 4000.00"),
        ("4000.00", "\u22124000.00", 6, 13, "'\u2212' (U+2212) stands in it: write -"),
        ("4000.00", "4000.00\u200b", 6, 13, "U+200B stands in it: write 4000.00"),
        (
            "not_billed",
            "not_billed\n    planned: 2026\u201302\u201303",
            8,
            14,
            "(U+2013) stands in it: write 2026-02-03",
        ),
    ],
)
def test_the_cause_is_named(  # noqa: PLR0913
    old: str, new: str, line: int, column: int, words: str, tmp_path: Path
) -> None:
    write_tree(tmp_path, {"milestones.yaml": _HEAD + _ITEM.replace(old, new, 1)})
    found = lint_json(tmp_path, "--select", "invalid-yaml,schema")["findings"]
    assert [(item["line"], item["column"]) for item in found] == [(line, column)]
    assert words in f"{found[0]['message']}: {found[0]['hint']}\n"
