"""Bad input, each with a clear finding or message, the other projects judged all the same, and no traceback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support import ROOT, lint_json, mtrack, validated, write_tree

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
        ("unreadable", "gone/milestones.yaml"),
        ("unreadable", "loop/milestones.yaml"),
        ("unreadable", "passwd/milestones.yaml"),
    ]
    assert "root:" not in json.dumps(data)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    os.mkfifo(tmp_path / "acme" / "milestones.yaml")
    assert [f["rule"] for f in lint_json(tmp_path)["findings"]] == ["unreadable"]


def test_no_permission(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": GOOD, "globex/milestones.yaml": GOOD})
    (tmp_path / "acme" / "milestones.yaml").chmod(0)
    if os.geteuid() == 0:  # root reads everything: become nobody first
        for folder in (tmp_path, *tmp_path.parents):
            if os.stat(folder).st_uid == 0 and folder.name.startswith(("pytest", "test_", "popen")):
                folder.chmod(0o755)
        code = (
            "import os, sys, mtrack.cli.lint, mtrack.cli.main, click, yaml, jsonschema_rs, jsonschema, ruamel.yaml, iso4217\n"
            "from mtrack.__main__ import run\n"
            "os.setgid(65534); os.setuid(65534)\n"
            f"sys.exit(run(['lint', {str(tmp_path)!r}, '--format', 'json', '--as-of', '2026-02-20']))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, cwd="/", env={"PYTHONPATH": str(ROOT)}
        )
        text, error = done.stdout.decode(), done.stderr.decode()
    else:
        result = mtrack("lint", tmp_path, "--format", "json", *AS_OF)
        text, error = result.out, result.err
    assert "Traceback" not in error
    data = validated(text, "findings")
    assert [(f["rule"], f["path"]) for f in data["findings"]] == [
        ("unreadable", "acme/milestones.yaml"),
        ("agreement-missing", "globex/milestones.yaml"),
    ]
    assert "permission" in data["findings"][0]["message"]


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
