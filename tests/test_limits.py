"""What goes beyond a limit is told in words, and costs little time, memory and output."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support import ROOT, lint_json, mtrack, write_tree

from mtrack import limits
from mtrack.check import pipeline
from mtrack.check.pipeline import check
from mtrack.check.project import check_project
from mtrack.check.report import Selection, in_order
from mtrack.check.workspace import open_workspace
from mtrack.files import digest
from mtrack.finding import Severity
from mtrack.render import flow, json_text
from mtrack.render.csv import csv_text
from mtrack.rules import same_content
from mtrack.yaml import compose

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mtrack.check.report import Summary
    from mtrack.finding import Finding

HEAD = "project: P\ncurrency: EUR\n"
MILESTONES = "milestones:\n  - {id: M1, name: A, amount: 100.00, status: not_billed}\n"
FIVE_MIB = limits.FILE_BYTES - 200


def run(root: Path, *arguments: str) -> tuple[int, str, str, float, float]:
    """Exit code, both streams, seconds of processor time and MiB of memory of a command in a process of its own."""
    measured = (
        "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], check=False).returncode; "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, sys.executable, "-m", "mtrack", *arguments],
        capture_output=True, text=True, check=False, cwd=root, timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MTRACK_WAYS": "plain"},
    )  # fmt: skip
    *told, used = done.stderr.rstrip("\n").split("\n")
    seconds, memory = map(float, used.split())
    return done.returncode, done.stdout, "\n".join(told), seconds, memory


def keys(size: int, form: str) -> str:
    parts: list[str] = []
    left = size
    while left > 0:
        parts.append(form.format(len(parts)))
        left -= len(parts[-1])
    return "".join(parts)


def filled(item: str, size: int = FIVE_MIB) -> str:
    return ",".join([item] * (size // (len(item) + 1)))


BIG: dict[str, tuple[str, str, int]] = {
    # by name: the records, the rule that tells, and how many findings of it are shown
    "unknown keys": (f"{HEAD}{MILESTONES}{keys(FIVE_MIB - 100, 'key{}: 1' + chr(10))}", "unknown-key", 999),
    "unknown keys of a milestone": (
        f"{HEAD}milestones:\n  - {{id: M1, name: A, amount: 1.00, status: paid, {keys(FIVE_MIB - 200, 'key{}: 1, ')}}}\n",
        "unknown-key",
        999,
    ),
    "empty mappings at the top": (f"[{filled('{}')}]", "invalid-yaml", 1),
    "empty milestones": (f"{HEAD}milestones: [{filled('{}', FIVE_MIB - 100)}]\n", "invalid-yaml", 1),
    "half a MiB of empty milestones": (f"{HEAD}milestones: [{filled('{}', 1 << 19)}]\n", "schema", 1000),
    "the same key": (f"{HEAD}{MILESTONES}{'a: 1' + chr(10)}" * 20_000, "invalid-yaml", 1000),
    "digits": (f"{HEAD}{MILESTONES.replace('100.00', '9' * (FIVE_MIB - 200))}", "schema", 1),
    "one line": (f"{HEAD}{MILESTONES.replace('not_billed', 'x ' * (FIVE_MIB // 2 - 200))}", "schema", 1),
    "dashes": ("- " * (FIVE_MIB // 2), "invalid-yaml", 1),
    "brackets": ("[" * FIVE_MIB, "invalid-yaml", 1),
    "question marks": (f"{HEAD}{MILESTONES}x-a:\n" + "  ? a\n" * 400_000, "invalid-yaml", 1),
    "commas in numbers": (f"{HEAD}agreement: {{total: 24,{keys(1 << 20, '9{},')}}}\n{MILESTONES}", "schema", 1000),
}


@pytest.mark.parametrize("name", BIG)
def test_five_mib_of_anything(name: str, tmp_path: Path) -> None:
    text, rule, shown = BIG[name]
    write_tree(
        tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": text, "q/milestones.yaml": f"{HEAD}{MILESTONES}"}
    )
    code, out, err, seconds, memory = run(tmp_path, "lint", "--format", "json")
    data = json.loads(out)
    own = [finding for finding in data["findings"] if finding["path"] == "p/milestones.yaml"]
    assert (code, err) == (1, "")
    assert len([finding for finding in own if finding["rule"] == rule]) >= shown
    assert len(own) <= limits.FINDINGS
    assert {finding["rule"] for finding in data["findings"] if finding["path"].startswith("q")} == {"agreement-missing"}
    assert len(out) < 5_000_000
    assert memory < 300, memory
    assert seconds < 6, seconds  # 2 on a machine that has nothing else to do
    for arguments in (("lint",), ("status",), ("gaps",)):
        code, out, _, seconds, memory = run(tmp_path, *arguments)
        assert (code, seconds < 6, memory < 300, len(out) < 5_000_000) == (1, True, True, True), (
            arguments,
            seconds,
            memory,
        )


def own_findings(root: Path, text: str) -> tuple[list[dict[str, Any]], Any]:
    write_tree(root, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": text})
    data = lint_json(root)
    return [finding for finding in data["findings"] if finding["path"] == "p/milestones.yaml"], data["summary"]


@pytest.mark.parametrize(
    "groups",
    [
        [["a/m", "a/n"], [], ["b/m"]],
        [["b/m"], ["a/m"], ["mtrack.yaml"]],
        [["a/m", "a/z"], ["a/b/m"], ["a-b/m"]],
        [["a/m"], ["a/m", "b/m"], ["a/n"]],
    ],
)
def test_groups_of_findings_are_put_in_order(groups: list[list[str]], tmp_path: Path) -> None:
    write_tree(tmp_path, {"p/milestones.yaml": f"{HEAD}{MILESTONES}k1: 1\nk2: 1\n"})
    found = check(open_workspace(str(tmp_path), date(2026, 11, 22))).report.findings
    made = [[replace(item, path=path) for path in group for item in found] for group in groups]
    everything = [item for group in made for item in group]
    assert in_order(made) == sorted(everything, key=lambda item: item.order)


@pytest.mark.parametrize("count", [999, 1000, 1001, 5000])
def test_the_last_finding_says_how_many_more_there_are(count: int, tmp_path: Path) -> None:
    text = f"{HEAD}agreement: {{file: a.pdf, signed: 2026-01-01, total: 100.00}}\n{MILESTONES}{''.join(f'k{i}: 1' + chr(10) for i in range(count))}"
    write_tree(tmp_path, {"p/a.pdf": "x"})
    found, summary = own_findings(tmp_path, text)
    assert {finding["rule"] for finding in found} == {"unknown-key"}
    assert len(found) == min(count, 1000)
    assert summary["errors"] == count
    said = [finding["message"] for finding in found if "more" in finding["message"]]
    more = count - 1000
    what = "finding" if more == 1 else "findings"
    last = [f"`k999` is not a key of this format (and {more:,} more {what} in this file)"]
    assert said == (last if more > 0 else [])
    assert found[-1]["message"] == (last[0] if more > 0 else f"`k{count - 1}` is not a key of this format")


def test_the_worst_are_shown(tmp_path: Path) -> None:
    """1,500 warnings stand before one error: the error is among those that are shown, and counts."""
    names = "".join(f"  - {{id: M{i}, name: Same, amount: 1.00, status: not_billed}}\n" for i in range(1500))
    found, summary = own_findings(
        tmp_path, f"{HEAD}milestones:\n{names}  - {{id: M0, name: Last, amount: 1.00, status: not_billed}}\n"
    )
    assert len(found) == limits.FINDINGS
    assert {"duplicate-milestone", "agreement-missing"} <= {finding["rule"] for finding in found}
    assert summary["errors"] == 2
    assert summary["warnings"] > 1498
    assert found[-1]["message"].endswith("more findings in this file)")
    assert mtrack("lint", tmp_path).code == 1


def test_a_mapping_of_too_many_keys_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS", 50)
    found, _ = own_findings(tmp_path, f"{HEAD}{MILESTONES}{''.join(f'x-{i}: 1' + chr(10) for i in range(60))}")
    assert [(finding["rule"], finding["line"], finding["message"]) for finding in found] == [
        ("schema", 1, "a mapping has more than 50 keys: 13 are not read")
    ]


@pytest.mark.parametrize("value", ["1", "{a: [1, {b: c}]}"])
@pytest.mark.parametrize("style", ["block", "braces"])
def test_keys_that_are_not_read_count(value: str, style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS", 50)
    text = (
        "".join(f"k{i}: {value}\n" for i in range(60))
        if style == "block"
        else f"x-a: {{{', '.join(f'k{i}: {value}' for i in range(60))}}}\n"
    )
    composed = compose.compose(text)
    assert (composed.unread, composed.flaws) == (10, ())


def test_too_many_parts_are_counted_and_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PARTS", 100)
    found, _ = own_findings(tmp_path, f"{HEAD}{MILESTONES}x-a: [{filled('{}', 300)}]\n")
    assert [(finding["rule"], finding["message"]) for finding in found] == [
        ("invalid-yaml", "the file holds 226 keys, values and brackets; it may hold 100")
    ]


@pytest.mark.parametrize("ways", ["", "forms plain"])
def test_attachments_beyond_the_limit_are_told_and_not_looked_for(
    ways: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTRACK_WAYS", ways)
    monkeypatch.setattr(limits, "ATTACHMENTS", 5)
    items = [
        f"  - {{id: M{i}, name: A{i}, amount: 1.00, status: not_billed, attachments: [a{i}, b{i}]}}\n" for i in range(4)
    ]
    text = f"{HEAD}milestones:\n{''.join(items)}"
    found, summary = own_findings(tmp_path, text)
    assert [(item["rule"], item["line"], item["column"], item["message"]) for item in found] == [
        ("schema", 6, 71, "the `attachments` of this project name 8 files; they may name 5")
    ]
    assert summary["milestones"] == 0
    found, summary = own_findings(tmp_path, text.replace(items[3], "").replace(", b2", ""))
    assert {item["rule"] for item in found} == {"agreement-missing", "attachment-missing"}
    assert summary["milestones"] == 3


def test_unrecorded_files_are_named_up_to_a_limit(tmp_path: Path) -> None:
    write_tree(tmp_path, {"p/milestones.yaml": f"{HEAD}{MILESTONES}"})
    write_tree(tmp_path, {f"p/invoices/{i:05}.pdf": "x" for i in range(1200)})
    found = [finding for finding in lint_json(tmp_path)["findings"] if finding["rule"] == "unrecorded-file"]
    assert len(found) == limits.UNRECORDED
    assert found[-1]["message"] == "no record names this file, nor 200 more in this project"
    assert found[-2]["message"] == "no record names this file"


@pytest.mark.parametrize("pattern", ["*a*a*a*a*b", "*a" * 400 + "b"])
def test_no_pattern_of_exclude_hangs_a_command(pattern: str, tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "mtrack.yaml": f"format: 1\nexclude: ['{pattern}']\n",
            "p/milestones.yaml": f"{HEAD}{MILESTONES}",
            f"{'a' * 60}/x": "x",
        },
    )
    began = time.process_time()
    assert mtrack("lint", tmp_path).code == 1
    assert time.process_time() - began < 2


@pytest.mark.parametrize("item", ["'*{0}b{1}'", "'*{2}{1}'"])
def test_many_patterns_and_long_names_hang_no_command(item: str, tmp_path: Path) -> None:
    lines = "".join(f"  - {item.format('a' * 120, i, '[!b]' * 30)}\n" for i in range(999))
    write_tree(tmp_path, {"mtrack.yaml": f"format: 1\nexclude:\n{lines}", "p/milestones.yaml": f"{HEAD}{MILESTONES}"})
    for i in range(50):
        (tmp_path / f"{'a' * 250}{i:03}").mkdir()
    began = time.process_time()
    found = [finding for finding in lint_json(tmp_path)["findings"] if finding["path"] == "mtrack.yaml"]
    assert time.process_time() - began < 5
    assert [finding["message"] for finding in found] == [
        "`exclude` may hold 20,000 characters in all: those from here on are not read"
    ]


def test_patterns_beyond_the_limit_are_told(tmp_path: Path) -> None:
    lines = "".join(f"  - folder{i}\n" for i in range(1002))
    write_tree(
        tmp_path, {"mtrack.yaml": f"format: 1\nexclude:\n{lines}", "folder1001/milestones.yaml": f"{HEAD}{MILESTONES}"}
    )
    found = [finding for finding in lint_json(tmp_path)["findings"] if finding["path"] == "mtrack.yaml"]
    assert [(finding["rule"], finding["line"], finding["message"]) for finding in found] == [
        ("schema", 1003, "`exclude` may hold 1,000 patterns: those from here on are not read")
    ]


def test_files_too_large_to_compare_are_told_by_their_size(tmp_path: Path) -> None:
    invoices = "".join(
        f"  - {{number: I-{i}, amount: 50.00, sent: 2026-01-0{i}, file: invoices/{i}.pdf, lines: [{{milestone: M1, amount: 50.00}}]}}\n"
        for i in (1, 2)
    )
    write_tree(
        tmp_path,
        {
            "p/milestones.yaml": f"{HEAD}{MILESTONES}invoices:\n{invoices}",
            "p/invoices/1.pdf": "",
            "p/invoices/2.pdf": "",
        },
    )
    for i in (1, 2):
        os.truncate(tmp_path / "p" / "invoices" / f"{i}.pdf", limits.HASHED + 1)
    began = time.process_time()
    (finding,) = [finding for finding in lint_json(tmp_path)["findings"] if finding["rule"] == "duplicate-attachment"]
    assert finding["message"] == (
        "invoices/2.pdf of invoice I-2 is larger than 64 MiB, which is not compared, and as large as the file of invoice I-1"
    )
    assert time.process_time() - began < 5


@pytest.mark.parametrize("columns", ["1", "5", "12", "-3", "wide", "1000000000"])
@pytest.mark.parametrize("command", ["lint", "status", "gaps", "next", "forecast"])
def test_any_width_of_the_screen(columns: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    result = mtrack(command, ROOT / "example-workspace", "--as-of", "2026-11-22")
    assert result.code in (0, 1), result.err
    assert len(result.out) < 1_000_000


def invoices(count: int, number: str, start: int = 0) -> str:
    """Milestones, each billed by an invoice of its own, all of them long overdue."""
    return f"{HEAD}milestones:\n" + "".join(
        f"  - {{id: M{i}, name: A{i}, amount: 1.00, status: sent, "
        f"invoice: {{number: {number.format(i)}, amount: 1.00, sent: 2026-01-05}}}}\n"
        for i in range(start, start + count)
    )


@pytest.mark.parametrize("command", ["next", "lint", "gaps", "status", "invoices", "aging", "forecast"])
def test_many_invoices_of_one_number(command: str, tmp_path: Path) -> None:
    """In one project: what takes time per pair of them takes 20 seconds and more."""
    write_tree(tmp_path, {"p/milestones.yaml": invoices(5000, "INV-1")})
    code, out, _, seconds, memory = run(tmp_path, command, "--as-of", "2026-11-22")
    assert code in (0, 1)
    assert seconds < 8, seconds  # 2 on a machine that has nothing else to do
    assert memory < 300, memory
    assert len(out) < 5_000_000


def test_a_project_with_a_number_that_was_there_before_is_read_at_most_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {f"p{i:02}/milestones.yaml": invoices(3, "INV-1") for i in range(60)})
    asked: list[str] = []
    plain = check_project

    def counted(workspace: Any, folder: str, *rest: Any, **more: Any) -> Any:
        asked.append(folder)
        return plain(workspace, folder, *rest, **more)

    monkeypatch.setattr(pipeline, "check_project", counted)
    found = [finding for finding in lint_json(tmp_path)["findings"] if finding["rule"] == "duplicate-invoice-number"]
    assert len(found) == 60 * 3 - 1
    assert sorted(asked) == [f"p{i:02}" for i in range(60)]  # each by its rules once


@pytest.mark.parametrize(
    ("counts", "most", "shown"),
    [([5, 5], 10, [5, 5]), ([5, 5], 9, [4, 4]), ([9, 1, 2], 6, [3, 1, 2]), ([3, 3, 3], 2, [1, 1, 1]), ([7], 3, [3])],
)
def test_where_there_are_too_many_in_all_each_file_shows_as_many_as_others(
    counts: list[int], most: int, shown: list[int], tmp_path: Path
) -> None:
    unknown = {
        f"p{n}/milestones.yaml": f"{HEAD}agreement: {{file: a.pdf, signed: 2026-01-01, total: 100.00}}\n{MILESTONES}"
        + "".join(f"k{i}: 1\n" for i in range(count))
        for n, count in enumerate(counts)
    }
    write_tree(tmp_path, {**unknown, **{f"p{n}/a.pdf": f"{n}" for n in range(len(counts))}})
    report = check(open_workspace(str(tmp_path), date(2026, 11, 22))).report
    capped = report.capped(most)
    found = Counter(finding.path for finding in capped.findings)
    assert [found[f"p{n}/milestones.yaml"] for n in range(len(counts))] == shown
    last = {finding.path: finding.message for finding in capped.findings}
    for n, (count, kept) in enumerate(zip(counts, shown, strict=True)):
        assert (f"(and {count - kept} more finding" in last[f"p{n}/milestones.yaml"]) is (count > kept)
    assert capped.summary == report.summary
    assert capped.fails(Severity.ERROR)


@pytest.mark.parametrize("seed", range(12))
def test_of_many_findings_of_a_rule_only_the_first_need_be_made(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shown is the same as of all of them, whatever is asked for, waived, graded and in whichever order."""
    chance = random.Random(seed)  # noqa: S311

    def invoice(number: str) -> str:
        more = chance.choice(["", ", file: gone.pdf", ", due: 2026-02-01", ", paid: 2025-12-01"])
        return f"{{number: {number}, amount: {chance.choice([1, 9])}, sent: 2026-01-05{more}"

    def records(name: str) -> str:
        milestones = "".join(
            f"- {{id: M{i}, name: A, amount: 5, status: {chance.choice(['sent', 'paid', 'not_billed'])}, "
            f"invoice: {invoice(f'{name}{i % 4}')}}}}}\n"
            for i in range(chance.randrange(12))
        )
        invoices = "".join(
            f"- {invoice(f'{name}{chance.randrange(9)}')}, lines: [{{milestone: M0, amount: 1}}]}}\n" for _ in range(9)
        )
        waivers = "".join(
            f"- {{rule: {rule}, invoice: {name}{i}, reason: r}}\n"
            for i in range(3)
            for rule in ("overdue", "invoice-file-missing")
        )
        parts = [
            f"milestones:\n- {{id: M9, name: B, amount: 1, status: not_billed}}\n{milestones}",
            f"invoices:\n{invoices}",
            f"waivers:\n{waivers}",
        ]
        chance.shuffle(parts)
        return f"project: {name}\n" + "".join(parts)

    settings = "format: 1\ncurrency: EUR\nrules: {overdue: error, attachment-missing: warning}\n"
    write_tree(tmp_path, {"mtrack.yaml": settings, **{f"{name}/milestones.yaml": records(name) for name in "PQR"}})
    monkeypatch.setattr(limits, "FINDINGS", 4)

    def shown(selection: Selection, most: int | None) -> tuple[list[Finding], Summary]:
        workspace = open_workspace(str(tmp_path), date(2026, 11, 22))
        report = check(workspace, selection, most=most).report.capped()
        return [replace(finding, more=0) for finding in report.findings], report.summary

    for selection in (
        Selection(),
        Selection(select=frozenset({"gap", "invoice-file-missing"})),
        Selection(ignore=frozenset({"overlap"}), paths=("P", "R")),
    ):
        some, summary = shown(selection, limits.FINDINGS)
        assert (some, summary) == shown(selection, None)
        assert len(some) > limits.FINDINGS
        assert summary.errors + summary.warnings > len(some)


@pytest.mark.parametrize("command", ["status", "gaps", "invoices", "aging", "forecast", "next --all", "verify"])
def test_a_text_shows_some_rows_and_says_how_many_more(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {f"p{n}/milestones.yaml": invoices(12, f"{n}-{{}}") for n in range(3)})
    for n in range(3):
        write_tree(tmp_path, {f"p{n}/agreement.md": "A1 1.00 EUR\n"})
        path = tmp_path / f"p{n}" / "milestones.yaml"
        path.write_text(
            path.read_text().replace("milestones:", "agreement: {file: agreement.md, total: 12.00}\nmilestones:")
        )
    whole = mtrack(*command.split(), tmp_path, "--as-of", "2026-11-22").out
    assert " more " not in whole
    monkeypatch.setattr(limits, "ROWS", 5)
    text = mtrack(*command.split(), tmp_path, "--as-of", "2026-11-22").out
    assert text.count("\n") < whole.count("\n")
    assert re.search(r"and \d+ more (rows|values|like these)\n", text), text
    if command in ("status", "gaps", "verify"):
        assert "and 2 more projects\n" in text
    sums = [line for line in whole.split("\n") if "36.00" in line]
    assert all(line.split()[:3] in [shown.split()[:3] for shown in text.split("\n")] for line in sums)


def test_json_shows_what_is_harmful_as_escapes_and_nothing_else() -> None:
    """Joiners stand where they belong, and only there; half characters are there in no form that ends the run."""
    texts = ["", "\x7f\x1b\u202e\u200d##[x", "é\U0001f600\u200d\U0001f600", '\b\f\n\r\t"\\/', "\udcff\u202e"]
    for text in (*texts, "".join(texts)):
        written = json_text.json_text({"a": [text, [], {}, None, True, -1]})
        assert json.loads(written) == {"a": [text, [], {}, None, True, -1]}
        assert not set(written) & set("\x7f\x1b\u202e\udcff")
        assert "##[" not in written
    assert "\U0001f600\u200d\U0001f600" in json_text.json_text(texts[2])
    assert "a\\u200db" in json_text.json_text("a\u200db")


def test_so_many_large_files_that_they_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small ones are, and nothing more of the others is read than how they begin; each file once."""
    sizes = {1: 3, 2: 3, 3: 40, 4: 40, 5: 30, 6: 30, 7: 30, 8: 40}
    contents = {f"i{i}.pdf": "x" * size for i, size in sizes.items()}
    contents["i7.pdf"] = "another" + "x" * 23
    contents["i8.pdf"] = "y" * 40
    write_tree(tmp_path, {"p/milestones.yaml": filed(sizes), **{f"p/{name}": text for name, text in contents.items()}})
    monkeypatch.setattr(limits, "HASHED_IN_ALL", 100)
    monkeypatch.setattr(limits, "HEAD", 7)
    read: list[str] = []

    def noted(full: str, limit: int) -> str | None:
        read.append(full[-6:])
        return digest(full, limit)

    monkeypatch.setattr(same_content, "digest", noted)
    found = [item["message"] for item in lint_json(tmp_path)["findings"] if item["rule"] == "duplicate-attachment"]
    assert found == [
        "i2.pdf of invoice I-2 has the same content as the file of invoice I-1",
        "i4.pdf of invoice I-4 is one of so many large files that it is not compared, and as large as the file of invoice I-3",
        "i6.pdf of invoice I-6 has the same content as the file of invoice I-5",
    ]
    assert sorted(read) == ["i5.pdf", "i6.pdf"]


def test_files_of_one_size_that_begin_alike_are_compared_to_their_end(tmp_path: Path) -> None:
    begin = "x" * limits.HEAD
    texts = {1: begin, 2: begin, 3: begin + "a", 4: begin + "b", 5: begin + "a", 6: begin[1:] + "y"}
    write_tree(tmp_path, {"p/milestones.yaml": filed(texts), **{f"p/i{i}.pdf": text for i, text in texts.items()}})
    found = [item["message"] for item in lint_json(tmp_path)["findings"] if item["rule"] == "duplicate-attachment"]
    assert found == [
        "i2.pdf of invoice I-2 has the same content as the file of invoice I-1",
        "i5.pdf of invoice I-5 has the same content as the file of invoice I-3",
    ]


def filed(numbers: Iterable[int]) -> str:
    return f"{HEAD}milestones:\n" + "".join(
        f"  - {{id: M{i}, name: A{i}, amount: 1.00, status: sent, "
        f"invoice: {{number: I-{i}, amount: 1.00, sent: 2026-01-05, file: i{i}.pdf}}}}\n"
        for i in numbers
    )


def test_a_revision_of_too_many_files_or_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": f"{HEAD}{MILESTONES}", "p/a.pdf": "x"})
    for words in ("init -q", "add .", "-c user.name=A -c user.email=a@example.com commit -q -m one"):
        subprocess.run(["git", *words.split()], cwd=tmp_path, check=True)
    assert mtrack("status", tmp_path, "--at", "HEAD").code == 0
    monkeypatch.setattr(limits, "SNAPSHOT_FILES", 2)
    result = mtrack("status", tmp_path, "--at", "HEAD")
    assert result.code == 3
    assert result.err.endswith(" holds more than 2 files, and no history is read of a tree that large\n")
    assert mtrack("log", tmp_path).err == result.err
    monkeypatch.setattr(limits, "SNAPSHOT_FILES", 3)
    monkeypatch.setattr(limits, "SNAPSHOT_BYTES", 20)
    result = mtrack("status", tmp_path, "--at", "HEAD")
    assert (result.code, result.out) == (3, "")
    assert "take more than 0 MiB, which is what --at and --since read" in result.err


def test_rows_and_cells_of_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CELL", 200)
    monkeypatch.setattr(limits, "SHEET_ROWS", 3)
    assert csv_text(("a", "b"), [("x" * 200, ("y" * 150, "z" * 60))]) == (
        f"a,b\n{'x' * 200},{'y' * 100} (and 112 more characters)\n"
    )
    write_tree(
        tmp_path, {"w/mtrack.yaml": "format: 1\ncurrency: EUR\n", "long.csv": f"name,amount\n{'A' * 201},1.00\n"}
    )
    result = mtrack("new", tmp_path / "w" / "p", "--from", tmp_path / "long.csv")
    assert result.code == 1
    assert result.out == "A2: a cell holds more than 200 characters, or a quote is left open before it\n"
    write_tree(tmp_path, {"many.csv": "name,amount\n" + "A,1.00\n" * 3})
    result = mtrack("new", tmp_path / "w" / "p", "--from", tmp_path / "many.csv")
    assert result.code == 1
    assert "it has more than 3 rows or 500 columns" in result.out


def test_the_report_shows_as_many_findings_of_a_file(tmp_path: Path) -> None:
    """On the page of all and on the project's own; the counts are of all."""
    names = "".join(f"  - {{id: M{i}, name: Same, amount: 1.00, status: not_billed}}\n" for i in range(1500))
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": f"{HEAD}milestones:\n{names}"})
    assert mtrack("report", tmp_path, "-o", tmp_path / "out", "--as-of", "2026-11-22").code == 0
    found = json.loads(mtrack("lint", tmp_path, "--format", "json", "--as-of", "2026-11-22").out)
    more = sum(found["summary"][name] for name in ("errors", "warnings", "infos")) - limits.FINDINGS
    assert more > 400
    for page in ("findings.html", "projects/p.html"):
        text = re.sub("<[^>]+>", "", (tmp_path / "out" / page).read_text(encoding="utf-8"))
        assert 900 < text.count("the same name") < 1100, page
        assert f"(and {more:,} more findings in this file)" in text, page


def test_the_page_of_all_findings_shows_the_worst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {
        "mtrack.yaml": "format: 1\n",
        **{f"{name}/milestones.yaml": f"{HEAD}{MILESTONES}{more}" for name, more in (("a", "contact: C #1\n"), ("b", "k: 1\nl: 2\n"), ("c", "note: N #2\n"))},
    })  # fmt: skip
    found = json.loads(mtrack("lint", tmp_path, "--format", "json", "--as-of", "2026-11-22").out)["findings"]
    worst = [finding["message"].replace("`", "") for finding in found if finding["severity"] == "error"]
    assert 2 <= len(worst) < len(found)
    for most in (len(worst), len(found)):
        monkeypatch.setattr(limits, "PAGE_FINDINGS", most)
        assert mtrack("report", tmp_path, "-o", tmp_path / f"out{most}", "--as-of", "2026-11-22").code == 0
        text = (tmp_path / f"out{most}" / "findings.html").read_text(encoding="utf-8")
        rows = re.findall('<tr data-severity="(.*?)"', text)
        assert (rows[: len(worst)], len(rows)) == (["error"] * len(worst), most)
        told = re.sub("<[^>]+>", "", text)
        assert all(message in told for message in worst)
        more = "1 more finding" if len(found) - most == 1 else f"{len(found) - most} more findings"
        assert (f"and {more}: mtrack lint lists them" in told) is (most < len(found))


MORE = {
    "projects/p.html": [
        ("and 4 more milestones: mtrack status p --format csv lists them", 1),
        ("and 4 more milestones", 1),
        ("and 2 more milestones", 1),
        ("and 2 more invoices: mtrack invoices p --format csv lists them", 1),
        ("and 1 more payment", 1),
        ("and 5 more invoices", 1),
        ("and 1 more file", 1),
        ("and 2 more amendments", 1),
        ("and 3 more waivers", 1),
    ],
    "projects/p-statement.html": [("and 4 more milestones", 1), ("and 2 more invoices", 1)],
}
"""What each page says it leaves out, with 6 rows of a list and 3 in a cell, and how often."""


def test_a_page_shows_so_many_parts_of_a_project_and_says_how_many_more_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAGE_ROWS", 6)
    monkeypatch.setattr(limits, "CELL_ROWS", 3)
    files = ", ".join(f"a{i}.pdf" for i in range(4))
    milestones = "".join(
        f"  - {{id: M{i}, name: Part {i}, amount: 100.00, status: sent, attachments: [{files if i == 0 else ''}]}}\n"
        for i in range(10)
    )
    lines = ", ".join(f"{{milestone: M{i}, amount: 10.00}}" for i in range(5))
    payments = ", ".join(f"{{date: 2026-02-0{i + 1}, amount: 5.00}}" for i in range(4))
    invoices = "".join(
        f"  - {{number: R{i}, amount: {50 if i == 0 else 10}.00, sent: 2026-01-05, lines: [{lines if i == 0 else '{milestone: M0, amount: 10.00}'}],"
        f" payments: [{payments if i == 0 else ''}]}}\n"
        for i in range(8)
    )
    amendments = "".join(f"    - {{amount: 1.00, note: Change {i}}}\n" for i in range(8))
    waivers = "".join(f"  - {{rule: overdue, milestone: M{i}, reason: agreed}}\n" for i in range(9))
    record = (
        f"{HEAD}agreement:\n  total: 1000.00\n  amendments:\n{amendments}milestones:\n{milestones}"
        f"invoices:\n{invoices}waivers:\n{waivers}"
    )
    write_tree(tmp_path, {"p/milestones.yaml": record})
    assert mtrack("report", tmp_path, "-o", tmp_path / "out", "--as-of", "2026-11-22").code == 0
    for page, said in MORE.items():
        text = re.sub(r"<[^>]+>", "", (tmp_path / "out" / page).read_text())
        for words, times in said:
            assert len(re.findall(f"{re.escape(words)}(?!:)", text)) == times, (page, words)
    shown = (tmp_path / "out/projects/p.html").read_text()
    assert len(re.findall(r'<tr data-milestone="', shown)) == 6
    for amount, figure in (("1000.00", "agreed"), ("120.00", "billed"), ("20.00", "paid")):  # the sums are whole
        assert re.search(rf'value="{amount}" data-figure="{figure}"', shown), figure


def long_text(count: int, length: int) -> str:
    """An invoice of a long number that bills more of many milestones than is agreed."""
    return (
        "project: P\ncurrency: EUR\nagreement: {total: 100.00}\nmilestones:\n"
        + "".join(f" - {{id: M{i}, name: n{i}, amount: 1, status: not_billed}}\n" for i in range(count))
        + f"invoices:\n- number: {'x' * length}\n  amount: 5\n  sent: 2026-01-01\n  lines:\n"
        + "".join(f"  - {{milestone: M{i}, amount: 2}}\n" for i in range(count))
    )


@pytest.mark.parametrize("ways", ["", "forms plain"])
@pytest.mark.parametrize("text", ["{}", "'{}'", '"{}"', "|-\n  {}", "[{}]", "{{a: {}}}"])
def test_a_text_that_is_too_long_is_told(text: str, ways: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTRACK_WAYS", ways)
    monkeypatch.setattr(limits, "VALUE", 50)
    for length in (50, 51):
        write_tree(tmp_path, {"p/milestones.yaml": f"{HEAD}note: {text.format('x' * length)}\n{MILESTONES}"})
        found = [item for item in lint_json(tmp_path)["findings"] if item["rule"] == "invalid-yaml"]
        if "[" in text or "{a" in text:  # no text, as the schema says
            assert found == []
            continue
        assert [item["message"] for item in found] == (
            ["a text has 51 characters, and may have 50"] if length > 50 else []
        )
        assert all(item["line"] == 3 for item in found)


def test_what_findings_quote_of_a_long_text_is_cut(tmp_path: Path) -> None:
    count, length = 40, 60_000
    settings = f"format: 1\nwaivers:\n- {{rule: agreement-incomplete, reason: {'r' * length}}}\n"
    write_tree(tmp_path, {"mtrack.yaml": settings, "p/milestones.yaml": long_text(count, length)})
    found = lint_json(tmp_path)["findings"]
    overbilled = [item for item in found if item["rule"] == "overbilled"]
    assert len(overbilled) == count
    for item in overbilled:
        assert item["message"].endswith("x…")
        words = [item["message"], item["hint"], *(other["message"] for other in item["related"])]
        assert max(map(len, words)) <= limits.MESSAGE + 1
    for command in ("lint", "gaps", "status", "next", "invoices", "aging"):
        out = mtrack(command, tmp_path).out
        assert len(out) < 20 * count * limits.MESSAGE, command
        assert "x" * limits.MESSAGE * 2 not in out.replace("\n", "").replace(" ", "")


def test_a_long_word_is_wrapped_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []
    plain = flow.columns

    def columns(text: str) -> int:
        measured.append(len(text))
        return plain(text)

    monkeypatch.setattr(flow, "columns", columns)
    costs = []
    for length in (20_000, 40_000, 80_000):
        measured.clear()
        lines = flow.wrap(flow.free("a " + "x" * length), 60)
        assert (lines[0][0], lines[-1][1]) == (0, length + 2)
        assert max(end - start for start, end in lines) == 60
        costs.append(sum(measured))
    assert costs[2] - costs[1] < 2.2 * (costs[1] - costs[0])


def test_a_path_longer_than_any_system_opens_is_not_looked_for(tmp_path: Path) -> None:
    path = "a/" * 40_000 + "x"
    write_tree(tmp_path, {"p/milestones.yaml": f"{HEAD}{MILESTONES}    attachments: [{path}]\n".replace("status: not_billed}", "status: not_billed,").replace("    attachments: [", "     attachments: [").replace("x]\n", "x]}\n")})  # fmt: skip
    seconds = time.process_time()
    found = [item for item in lint_json(tmp_path)["findings"] if item["rule"] == "attachment-missing"]
    assert time.process_time() - seconds < 5
    assert found[0]["message"].startswith("the attachment a/a/")
    assert len(found[0]["message"]) <= limits.MESSAGE + 1


def test_the_errors_that_an_edit_would_add_are_shown_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FINDINGS", 5)
    item = "  - {{id: M{0}, name: N{0}, amount: 10.00, status: sent, invoice: {{number: I{0}, amount: 10.00, sent: 2026-01-05}}}}\n"
    text = "project: P\ncurrency: EUR\nmilestones:\n" + "".join(map(item.format, range(12)))
    write_tree(tmp_path, {"p/milestones.yaml": text})
    refused = mtrack("close", tmp_path / "p", "--as-of", "2026-11-22")
    told = [f"M{i} 'N{i}' is sent (closed-with-open)" in refused.out for i in range(12)]
    assert (refused.code, told) == (1, [True] * 5 + [False] * 7)
    assert refused.out.endswith("… and 7 more\n")
    forced = mtrack("close", tmp_path / "p", "--as-of", "2026-11-22", "--force")
    assert (forced.code, forced.err.count("closed-with-open")) == (0, 5)
    assert forced.err.endswith("… and 7 more of these; mtrack lint lists them\n")


def test_a_project_of_many_findings_has_as_much_to_do_on_its_page_as_in_the_overview(tmp_path: Path) -> None:
    """Its page shows the worst findings, and counted the tasks of these alone."""
    item = "  - {{id: M{0}, name: N{0}, amount: 10.00, status: sent, invoice: {{number: I{0}, amount: 10.00, sent: 2026-01-05}}}}\n"
    text = f"{HEAD}milestones:\n" + "".join(map(item.format, range(1200)))
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": text})
    assert mtrack("report", tmp_path, "-o", tmp_path / "out", "--as-of", "2026-11-22").code == 0
    pages = [(tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("index.html", "projects/p.html")]
    counts = [re.findall(r"([0-9,]+) things to do", page) for page in pages]
    assert counts[0] == counts[1]
    assert int(counts[0][0].replace(",", "")) > limits.FINDINGS
