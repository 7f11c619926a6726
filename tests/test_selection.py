"""What `mtrack lint` shows of what it finds: rules, severities, paths, order; and what ends in exit code 1."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from marked import tree
from support import lint_json, mtrack

from mtrack.rules import RULES

# An error, a warning and an info in acme; in globex an invoice number that acme has too; old is broken.
ACME = """project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
milestones:
  - id: M1
    name: One
    amount: 4000.00
    deliverable: {approved: 2026-02-02}
    invoice: {number: INV-1, amount: 4500.00, sent: 2026-02-03, file: invoices/1.pdf}
    status: paid
"""
GLOBEX = """project: Globex portal
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 700.00}
milestones:
  - id: M1
    name: One
    amount: 700.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 700.00, sent: 2026-02-04, file: invoices/1.pdf}
    status: sent
"""
WHOLE = [
    "error overbilled acme/milestones.yaml",
    "warning signoff-missing acme/milestones.yaml",
    "info payment-not-recorded acme/milestones.yaml",
    "error duplicate-invoice-number globex/milestones.yaml",
    "error schema old/milestones.yaml",
    "error schema older/milestones.yaml",
]


def lay_out(root: Path, settings: str = "") -> Path:
    broken = "project: Old\nmilestones: []\n"
    return tree(
        f">>> mtrack.yaml\nformat: 1\ncurrency: EUR\n{settings}>>> globex/milestones.yaml\n{GLOBEX}>>> acme/milestones.yaml\n{ACME}"
        f">>> older/milestones.yaml\n{broken}>>> old/milestones.yaml\n{broken}"
    ).write(root)


def shown(root: Path, *arguments: str) -> list[str]:
    return [_short(item) for item in lint_json(root, *arguments)["findings"]]


def _short(item: dict[str, Any]) -> str:
    return f"{item['severity']} {item['rule']} {item['path']}"


def only(*words: str) -> list[str]:
    return [line for line in WHOLE if any(word in line for word in words)]


def test_everything(tmp_path: Path) -> None:
    report = lint_json(lay_out(tmp_path))
    assert [_short(item) for item in report["findings"]] == WHOLE
    assert report["skipped"] == ["old/milestones.yaml", "older/milestones.yaml"]
    assert report["summary"] == {"projects": 4, "milestones": 2, "errors": 4, "warnings": 1, "infos": 1, "waived": 0}
    assert (report["version"], report["as_of"]) == (1, "2026-02-20")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--select", "overbilled"], only("overbilled")),
        (["--select", "overbilled,schema"], only("overbilled", "schema")),
        (["--select", "overbilled", "--select", "schema"], only("overbilled", "schema")),
        (["--select", " overbilled , schema ,"], only("overbilled", "schema")),
        (["--select", "overlap"], only("overbilled", "duplicate-invoice-number")),
        (["--select", "overlap,evidence"], only("overbilled", "duplicate-invoice-number", "signoff-missing")),
        (["--ignore", "schema"], [line for line in WHOLE if "schema" not in line]),
        (["--ignore", "overlap", "--ignore", "record"], only("signoff-missing", "payment-not-recorded")),
        (["--select", "overlap", "--ignore", "overbilled"], only("duplicate-invoice-number")),
        (["--select", "overbilled", "--ignore", "overlap"], []),
        (["--select", "close"], []),
    ],
)
def test_select_and_ignore(arguments: list[str], wanted: list[str], tmp_path: Path) -> None:
    assert shown(lay_out(tmp_path), *arguments) == wanted


def test_what_is_not_selected_is_not_counted(tmp_path: Path) -> None:
    report = lint_json(lay_out(tmp_path), "--select", "signoff-missing")
    assert report["summary"] == {"projects": 4, "milestones": 2, "errors": 0, "warnings": 1, "infos": 0, "waived": 0}
    assert report["skipped"] == ["old/milestones.yaml", "older/milestones.yaml"]


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_rule_nobody_knows(option: str, tmp_path: Path) -> None:
    result = mtrack("lint", lay_out(tmp_path), option, "over-billed")
    assert (result.code, result.out) == (2, "")
    assert "'over-billed'; did you mean overbilled?" in result.err


@pytest.mark.parametrize("name", RULES)
def test_every_rule_and_category_can_be_named(name: str, tmp_path: Path) -> None:
    assert mtrack("lint", tmp_path, "--select", name, "--ignore", RULES[name].category.value).code == 0


# Severities.


def test_severities_are_the_workspaces(tmp_path: Path) -> None:
    settings = (
        "rules: {overbilled: info, signoff-missing: error, payment-not-recorded: warning, schema: off, overdue: off}\n"
    )
    report = lint_json(lay_out(tmp_path, settings))
    assert [_short(item) for item in report["findings"]] == [
        "info overbilled acme/milestones.yaml",
        "error signoff-missing acme/milestones.yaml",
        "warning payment-not-recorded acme/milestones.yaml",
        "error duplicate-invoice-number globex/milestones.yaml",
    ]
    assert report["summary"] == {"projects": 4, "milestones": 2, "errors": 2, "warnings": 1, "infos": 1, "waived": 0}
    assert report["skipped"] == ["old/milestones.yaml", "older/milestones.yaml"]


def test_a_rule_that_is_off_can_not_be_selected_back(tmp_path: Path) -> None:
    assert shown(lay_out(tmp_path, "rules: {overbilled: off}\n"), "--select", "overbilled") == []


READY = ACME.replace("4500.00", "4000.00").replace(
    "approved: 2026-02-02", "approved: 2026-02-02, signoff: signoffs/m1.eml"
)


@pytest.mark.parametrize(
    ("settings", "waiver", "arguments"),
    [
        ("", "", ["--ignore", "overbilled"]),
        ("", "", ["--select", "close"]),
        ("rules: {overbilled: off}\n", "", []),
        ("rules: {overbilled: info}\n", "", []),
        ("", "waivers: [{rule: overbilled, reason: agreed on the phone}]\n", []),
    ],
)
def test_rules_check_before_severities_selections_and_waivers(
    settings: str, waiver: str, arguments: list[str], tmp_path: Path
) -> None:
    def tells(text: str) -> bool:
        files = f">>> mtrack.yaml\nformat: 1\n{settings}>>> acme/milestones.yaml\n{text}"
        root = tree(files).write(tmp_path)
        return any("ready-to-close" in line for line in shown(root, *arguments))

    assert tells(READY)
    assert not tells(READY.replace("amount: 4000.00, sent", "amount: 4500.00, sent") + waiver)


# --fail-on.


@pytest.mark.parametrize("format_", ["text", "concise", "json"])
@pytest.mark.parametrize(
    ("worst", "fail_on", "code"),
    [
        ("error", None, 1), ("error", "error", 1), ("error", "warning", 1), ("error", "info", 1),
        ("warning", None, 0), ("warning", "error", 0), ("warning", "warning", 1), ("warning", "info", 1),
        ("info", None, 0), ("info", "error", 0), ("info", "warning", 0), ("info", "info", 1),
        ("off", None, 0), ("off", "info", 0),
    ],
)  # fmt: skip
def test_fail_on(worst: str, fail_on: str | None, code: int, format_: str, tmp_path: Path) -> None:
    tree(
        f">>> mtrack.yaml\nformat: 1\nrules: {{signoff-missing: {worst}, payment-not-recorded: {worst}}}\n>>> acme/milestones.yaml\n{ACME}"
    ).write(tmp_path)
    arguments = [
        "--ignore",
        "overlap",
        "--format",
        format_,
        "--as-of",
        "2026-02-20",
        *(["--fail-on", fail_on] if fail_on else []),
    ]
    assert mtrack("lint", tmp_path, *arguments).code == code


def test_only_what_is_shown_can_fail(tmp_path: Path) -> None:
    root, as_of = lay_out(tmp_path), ("--as-of", "2026-02-20")
    assert mtrack("lint", root, "--select", "signoff-missing", *as_of).code == 0
    assert mtrack("lint", root, "--ignore", "overlap,record", *as_of).code == 0
    assert mtrack("lint", root / "acme", "--ignore", "overbilled", *as_of).code == 0
    assert mtrack("lint", root / "acme", *as_of).code == 1


# PATH.


@pytest.mark.parametrize(
    ("paths", "wanted", "projects", "milestones", "skipped"),
    [
        (["acme"], only("acme"), 1, 1, []),
        # The whole workspace is read: the first record of the number lies in acme.
        (["globex"], only("globex"), 1, 1, []),
        (["globex/milestones.yaml"], only("globex"), 1, 1, []),
        (["old"], only(" old/"), 1, 0, ["old/milestones.yaml"]),
        (["acme", "globex"], only("acme", "globex"), 2, 2, []),
        (["acme", "acme", "acme/milestones.yaml"], only("acme"), 1, 1, []),
        (["."], WHOLE, 4, 2, ["old/milestones.yaml", "older/milestones.yaml"]),
        (["acme/invoices"], only("acme"), 1, 1, []),  # a path inside a project means the project
        (["acme/../globex"], only("globex"), 1, 1, []),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_paths(  # noqa: PLR0913
    paths: list[str],
    wanted: list[str],
    projects: int,
    milestones: int,
    skipped: list[str],
    *,
    inside: bool,
    tmp_path: Path,
) -> None:
    lay_out(tmp_path)
    arguments = paths if inside else [str(tmp_path / path) for path in paths]
    result = mtrack("lint", *arguments, "--format", "json", "--as-of", "2026-02-20", cwd=tmp_path if inside else None)
    report = _load(result.out)
    assert [_short(item) for item in report["findings"]] == wanted
    assert (report["summary"]["projects"], report["summary"]["milestones"]) == (projects, milestones)
    assert report["skipped"] == skipped
    assert result.code == (1 if any(line.startswith("error") for line in wanted) else 0)


def _load(text: str) -> Any:
    import json  # noqa: PLC0415

    return json.loads(text)


def test_the_root_is_found_from_below(tmp_path: Path) -> None:
    lay_out(tmp_path)
    from_below = mtrack("lint", "--format", "json", "--as-of", "2026-02-20", cwd=tmp_path / "globex/invoices")
    report = _load(from_below.out)
    assert report["root"] == "../.."
    assert [_short(item) for item in report["findings"]] == only("globex")
    from_project = _load(mtrack("lint", "--format", "json", "--as-of", "2026-02-20", cwd=tmp_path / "globex").out)
    assert [_short(item) for item in from_project["findings"]] == only("globex")
    assert from_project["root"] == ".."


def test_without_settings_the_path_is_the_root(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "mtrack.yaml").unlink()
    report = lint_json(tmp_path / "globex")
    assert [item["path"] for item in report["findings"]] == []  # nobody else has the number
    assert [line for line in shown(tmp_path) if "old" not in line] == only("acme", "globex")


@pytest.mark.parametrize("path", ["invoices", "invoices/2026", "milestones.yaml", "."])
def test_without_settings_a_path_inside_a_project_means_it(path: str, tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "mtrack.yaml").unlink()
    (tmp_path / "acme/invoices/2026").mkdir()
    whole = lint_json(tmp_path / "acme")
    assert whole["summary"]["projects"] == 1
    assert whole["findings"]
    report = lint_json(tmp_path / "acme" / path)
    assert (report["findings"], report["summary"]) == (whole["findings"], whole["summary"])
    status = mtrack("status", "--format", "json", cwd=tmp_path / "acme/invoices/2026")
    assert [item["path"] for item in _load(status.out)["projects"]] == ["."]


def test_an_unlisted_file_alone(tmp_path: Path) -> None:
    root = lay_out(tmp_path)
    (root / "acme/invoices/2.pdf").write_text("another")
    assert "warning unrecorded-file acme/invoices/2.pdf" in shown(root / "acme/invoices")
    assert shown(root / "acme/invoices/2.pdf") == ["warning unrecorded-file acme/invoices/2.pdf"]
    assert shown(root / "acme/invoices/1.pdf") == []


def test_a_folder_whose_name_begins_alike_is_another(tmp_path: Path) -> None:
    assert shown(lay_out(tmp_path) / "old") == ["error schema old/milestones.yaml"]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    result = mtrack("lint", tmp_path / "gone")
    assert (result.code, result.out) == (2, "")


def test_paths_of_two_workspaces(tmp_path: Path) -> None:
    tree(">>> a/mtrack.yaml\nformat: 1\n>>> b/mtrack.yaml\nformat: 1\n").write(tmp_path)
    result = mtrack("lint", tmp_path / "a", tmp_path / "b")
    assert (result.code, result.out) == (2, "")


# Order.


def test_findings_are_sorted_by_place_rule_and_message(tmp_path: Path) -> None:
    projects = {
        name: ACME.replace("number: INV-1", f"number: {name}") for name in ("b", "a", "Z", "é", "a-b", "a/inner", "😀")
    }
    tree(
        ">>> mtrack.yaml\nformat: 1\n"
        + "".join(f">>> {name}/milestones.yaml\n{text}" for name, text in projects.items())
    ).write(tmp_path)
    for name in projects:
        (tmp_path / name / "invoices/extra.pdf").write_text(name)
    items = lint_json(tmp_path)["findings"]
    keys = [(item["path"], item["line"] or 0, item["column"] or 0, item["rule"], item["message"]) for item in items]
    assert keys == sorted(keys)
    paths = list(dict.fromkeys(os.path.dirname(item["path"]) for item in items if item["line"]))
    assert paths == ["Z", "a-b", "a/inner", "a", "b", "é", "😀"]  # "a/inner/m…" before "a/m…"


def test_two_rules_at_one_place_are_sorted_by_name(tmp_path: Path) -> None:
    # Both at the status of M2.
    text = ACME.replace("total: 4000.00", "total: 5000.00").replace("4500.00", "4000.00")
    text += "  - {id: M2, name: Two, amount: 1000.00, status: sent}\n"
    text = (
        text.replace("  - id: M1", "  - {id: M0, name: Zero, amount: 0, status: not_billed}\n  - id: M1")
        + "closed: 2026-02-20\n"
    )
    tree(text).write(tmp_path)
    items = [item for item in lint_json(tmp_path)["findings"] if item["milestone"] == "M2"]
    assert [item["rule"] for item in items] == ["closed-with-open", "status-mismatch"]
    assert len({(item["line"], item["column"]) for item in items}) == 1


# The same tree and day, the same bytes.


@pytest.mark.parametrize("format_", ["text", "concise", "json"])
def test_output_is_the_same_to_the_byte(format_: str, tmp_path: Path) -> None:
    root = lay_out(tmp_path)
    outputs = set()
    for seed in ("0", "1", "7"):
        command = [sys.executable, "-m", "mtrack", "lint", "--format", format_, "--as-of", "2026-02-20"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)}
        result = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
        assert result.returncode == 1
        outputs.add(result.stdout)
    assert len(outputs) == 1


def test_output_does_not_depend_on_what_lies_first_on_the_disk(tmp_path: Path) -> None:
    names = ["acme", "globex", "zeta", "mid"]
    texts = [ACME, GLOBEX, GLOBEX.replace("Globex", "Zeta"), ACME.replace("Acme", "Mid")]
    outputs = set()
    for i, order in enumerate(itertools.islice(itertools.permutations(range(4)), 0, 24, 5)):
        root = tmp_path / f"run{i}" / "same"
        for position in order:
            folder = root / names[position]
            for path in ("agreement/sow.pdf", "invoices/1.pdf", "invoices/extra.pdf", "signoffs/m1.eml"):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(f"{names[position]} {path}\n")
            (folder / "milestones.yaml").write_text(texts[position])
        outputs.add(mtrack("lint", ".", "--format", "json", "--as-of", "2026-02-20", cwd=root).out)
    assert len(outputs) == 1


def test_a_lint_changes_nothing(tmp_path: Path) -> None:
    root = lay_out(tmp_path)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(root.rglob("*")) if path.is_file()}
    mtrack("lint", root)
    assert before == {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(root.rglob("*")) if path.is_file()
    }
