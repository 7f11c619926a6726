"""SPEC 2.3, sentence by sentence: what a waiver accepts, and what is said of one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from marked import tree
from support import lint_json, mtrack

if TYPE_CHECKING:
    from pathlib import Path

# Two milestones, each approved without a sign-off and billed at half; INV-1's file is not there.
ACME = """project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - id: M1
    name: One
    amount: 4000.00
    deliverable: {approved: 2026-02-02}
    invoice: {number: INV-1, amount: 2000.00, sent: 2026-02-03, file: invoices/1.pdf}
    status: sent
  - id: M2
    name: Two
    amount: 5000.00
    deliverable: {approved: 2026-02-02}
    invoice: {number: INV-2, amount: 2500.00, sent: 2026-02-04, file: invoices/2.pdf}
    status: sent
"""
GLOBEX = ACME.replace("INV-", "G-").replace("Acme website", "Globex portal")


def found(root: Path, here: str = "", settings: str = "", *arguments: str) -> list[str]:
    """The findings in two projects with waivers in acme's records and in the settings; waived ones begin with "~"."""
    tree(
        f">>> mtrack.yaml\nformat: 1\n{_list(settings)}"
        f">>> acme/milestones.yaml\n{ACME}{_list(here)}"
        ">>> acme/agreement/sow.pdf\nsigned\n>>> acme/invoices/2.pdf\nacme 2\n>>> acme/invoices/scan.pdf\nscan\n"
        f">>> globex/milestones.yaml\n{GLOBEX}"
        ">>> globex/agreement/sow.pdf\nsigned\n>>> globex/invoices/1.pdf\nglobex 1\n>>> globex/invoices/2.pdf\nglobex 2\n"
    ).write(root)
    return [_short(item) for item in lint_json(root, *arguments)["findings"]]


def _list(waivers: str) -> str:
    return "waivers:\n" + "".join(f"  - {{{line.strip()}}}\n" for line in waivers.splitlines()) if waivers else ""


def _short(item: dict[str, Any]) -> str:
    whose = item["milestone"] or item["invoice"] or (item["path"] if item["line"] is None else "")
    return f"{'~' if item['waived'] else ''}{item['project'] or 'settings'}: {item['rule']} {whose}".rstrip()


WITHOUT = [
    "acme: unrecorded-file acme/invoices/scan.pdf",
    "acme: underbilled M1",
    "acme: signoff-missing M1",
    "acme: attachment-missing M1",
    "acme: underbilled M2",
    "acme: signoff-missing M2",
    "globex: underbilled M1",
    "globex: signoff-missing M1",
    "globex: underbilled M2",
    "globex: signoff-missing M2",
]


def waived(*names: str) -> list[str]:
    """All of them, those waived that the names are part of."""
    return [f"~{line}" if any(name in line for name in names) else line for line in WITHOUT]


def test_without_waivers(tmp_path: Path) -> None:
    assert found(tmp_path) == WITHOUT


ACCEPTED: dict[str, tuple[str, str, list[str]]] = {
    # every finding of its rule in its scope
    "the project": ("rule: underbilled, reason: agreed", "", waived("acme: underbilled")),
    "the workspace": ("", "rule: underbilled, reason: agreed", waived(": underbilled")),
    "not another project": ("rule: signoff-missing, reason: agreed", "", waived("acme: signoff-missing")),
    # that agrees with each of milestone, number, file
    "a milestone": ("rule: underbilled, milestone: M2, reason: agreed", "", waived("acme: underbilled M2")),
    "a milestone, everywhere": ("", "rule: underbilled, milestone: M2, reason: agreed", waived("underbilled M2")),
    "a number": ("rule: attachment-missing, number: INV-1, reason: lost", "", waived("attachment-missing")),
    "a number in other words": (
        "rule: attachment-missing, number: ' inv - 1 ', reason: lost",
        "",
        waived("attachment-missing"),
    ),
    "a number, from the settings": (
        "",
        "rule: attachment-missing, number: INV-1, reason: lost",
        waived("attachment-missing"),
    ),
    "milestone and number": (
        "rule: attachment-missing, number: INV-1, milestone: M1, reason: lost",
        "",
        waived("attachment-missing"),
    ),
    "milestone, number and file": (
        "rule: attachment-missing, number: INV-1, milestone: M1, file: invoices/1.pdf, reason: lost",
        "",
        waived("attachment-missing"),
    ),
    # file: relative to the file that holds the waiver, the finding's path or the file it is about
    "the finding's path": ("rule: underbilled, file: milestones.yaml, reason: agreed", "", waived("acme: underbilled")),
    "the finding's path, from the settings": (
        "",
        "rule: underbilled, file: globex/milestones.yaml, reason: agreed",
        waived("globex: underbilled"),
    ),
    "the finding's path, of an unlisted file": (
        "rule: unrecorded-file, file: invoices/scan.pdf, reason: a scan",
        "",
        waived("unrecorded-file"),
    ),
    "the file it is about": (
        "rule: attachment-missing, file: invoices/1.pdf, reason: lost",
        "",
        waived("attachment-missing"),
    ),
    "the file it is about, from the settings": (
        "",
        "rule: attachment-missing, file: acme/invoices/1.pdf, reason: lost",
        waived("attachment-missing"),
    ),
    "a file by way of ./ and ..": (
        "rule: unrecorded-file, file: ./invoices/old/../scan.pdf, reason: a scan",
        "",
        waived("unrecorded-file"),
    ),
    # until: the last day it holds
    "until today": ("rule: unrecorded-file, reason: a scan, until: 2026-02-20", "", waived("unrecorded-file")),
    # two that accept the same both count as used
    "twice": (
        "rule: unrecorded-file, reason: a scan\nrule: unrecorded-file, file: invoices/scan.pdf, reason: a scan",
        "rule: unrecorded-file, reason: a scan",
        waived("unrecorded-file"),
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str, tmp_path: Path) -> None:
    here, settings, wanted = ACCEPTED[name]
    assert found(tmp_path, here, settings) == wanted


REPORTED: dict[str, tuple[str, str, list[str]]] = {
    # one that matches nothing is unused
    "nothing left": ("rule: overdue, reason: r", "", ["acme: unused-waiver"]),
    "nothing left, in the settings": ("", "rule: overdue, reason: r", ["settings: unused-waiver"]),
    "another milestone": ("rule: attachment-missing, milestone: M2, reason: r", "", ["acme: unused-waiver"]),
    "another number": ("rule: attachment-missing, number: INV-2, reason: r", "", ["acme: unused-waiver"]),
    "a number, where the finding has none": (
        "rule: underbilled, number: INV-1, reason: r",
        "",
        ["acme: unused-waiver"],
    ),
    "another file": ("rule: attachment-missing, file: invoices/2.pdf, reason: r", "", ["acme: unused-waiver"]),
    "a file from the root, in a project": (
        "rule: unrecorded-file, file: acme/invoices/scan.pdf, reason: r",
        "",
        ["acme: unused-waiver"],
    ),
    "a file from the project, in the settings": (
        "",
        "rule: unrecorded-file, file: invoices/scan.pdf, reason: r",
        ["settings: unused-waiver"],
    ),
    "a file byte for byte": ("rule: unrecorded-file, file: invoices/SCAN.pdf, reason: r", "", ["acme: unused-waiver"]),
    "one of two that agrees": (
        "rule: attachment-missing, number: INV-1, milestone: M2, reason: r",
        "",
        ["acme: unused-waiver"],
    ),
    "one of a file of another project": (
        "rule: underbilled, file: ../globex/milestones.yaml, reason: r",
        "",
        ["acme: unused-waiver"],
    ),
    # past until it accepts nothing and is expired
    "expired": ("rule: unrecorded-file, reason: r, until: 2026-02-19", "", ["acme: expired-waiver"]),
    "expired, with nothing left": ("rule: overdue, reason: r, until: 2026-02-19", "", ["acme: expired-waiver"]),
    "expired, in the settings": ("", "rule: underbilled, reason: r, until: 2025-12-31", ["settings: expired-waiver"]),
    # one that names an unknown milestone or invoice is unknown-milestone only
    "unknown milestone": ("rule: underbilled, milestone: M9, reason: r", "", ["acme: unknown-milestone M9"]),
    "a milestone in other letters": ("rule: underbilled, milestone: m1, reason: r", "", ["acme: unknown-milestone m1"]),
    "unknown invoice": ("rule: underbilled, number: X, reason: r", "", ["acme: unknown-milestone X"]),
    "an invoice of another project": ("rule: underbilled, number: G-1, reason: r", "", ["acme: unknown-milestone G-1"]),
    "unknown and expired": (
        "rule: underbilled, milestone: M9, reason: r, until: 2026-01-01",
        "",
        ["acme: unknown-milestone M9"],
    ),
    "both unknown": (
        "rule: underbilled, milestone: M9, number: X, reason: r",
        "",
        ["acme: unknown-milestone M9", "acme: unknown-milestone X"],
    ),
    "unknown in the settings": ("", "rule: underbilled, milestone: M9, reason: r", ["settings: unknown-milestone M9"]),
    "accepting what is said of itself": (
        "rule: unknown-milestone, milestone: M9, reason: r",
        "",
        ["acme: unknown-milestone M9"],
    ),
    # a faulty one is reported and dropped alone
    "no reason": ("rule: underbilled", "", ["acme: schema"]),
    "an empty reason": ("rule: underbilled, reason: ' '", "", ["acme: schema"]),
    "no rule": ("reason: r", "", ["acme: schema"]),
    "no such rule": ("rule: under-billed, reason: r", "", ["acme: schema"]),
    "no date": ("rule: underbilled, reason: r, until: soon", "", ["acme: schema"]),
    "an unknown key": ("rule: underbilled, milstone: M1, reason: r", "", ["acme: unknown-key"]),
    "faulty in the settings": (
        "",
        "rule: underbilled, milstone: M1, reason: r\nrule: underbilled",
        ["settings: unknown-key", "settings: schema"],
    ),
    # and of waivers themselves
    "an unused one accepted": (
        "rule: overdue, reason: r",
        "rule: unused-waiver, reason: kept for March",
        ["~acme: unused-waiver"],
    ),
    "an expired one accepted": (
        "rule: overdue, reason: r, until: 2026-01-01\nrule: expired-waiver, reason: kept for March",
        "",
        ["~acme: expired-waiver"],
    ),
    "an unused one of unused ones": ("rule: unused-waiver, reason: r", "", ["acme: unused-waiver"]),
}


@pytest.mark.parametrize("name", REPORTED)
def test_reported(name: str, tmp_path: Path) -> None:
    here, settings, wanted = REPORTED[name]
    assert [line for line in found(tmp_path, here, settings) if line not in WITHOUT] == wanted
    assert not [
        line for line in found(tmp_path, here, settings) if line.removeprefix("~") in WITHOUT and line.startswith("~")
    ]


def test_a_faulty_waiver_leaves_the_others_at_work(tmp_path: Path) -> None:
    here = "rule: underbilled\nrule: signoff-missing, reason: by telephone\nrule: 7\nrule: overdue, reason: r, x-note: kept"
    wanted = [*waived("acme: signoff-missing"), "acme: schema", "acme: schema", "acme: schema", "acme: unused-waiver"]
    assert sorted(found(tmp_path, here)) == sorted(wanted)
    assert lint_json(tmp_path)["skipped"] == []


def test_waivers_that_are_no_list_skip_nothing(tmp_path: Path) -> None:
    tree(f">>> acme/milestones.yaml\n{ACME}waivers: all of it\n").write(tmp_path)
    report = lint_json(tmp_path)
    assert report["skipped"] == []
    assert {item["rule"] for item in report["findings"]} == {"schema", "underbilled", "signoff-missing"}


def test_waived_is_counted_and_listed_and_no_failure(tmp_path: Path) -> None:
    found(tmp_path, "rule: attachment-missing, reason: the client's copy got lost in the move")
    report = lint_json(tmp_path)
    assert report["summary"] == {"projects": 2, "milestones": 4, "errors": 0, "warnings": 9, "infos": 0, "waived": 1}
    assert [item["severity"] for item in report["findings"] if item["waived"]] == ["error"]
    as_of = ("--as-of", "2026-02-20")
    assert mtrack("lint", tmp_path, *as_of).code == 0
    assert mtrack("lint", tmp_path, "--fail-on", "warning", *as_of).code == 1
    assert (
        mtrack(
            "lint", tmp_path, "--select", "evidence", "--ignore", "signoff-missing", "--fail-on", "info", *as_of
        ).code
        == 0
    )
    text = mtrack("lint", tmp_path, *as_of).out
    assert "the client's copy got lost in the move" in text
    assert "1 waived" in text


def test_the_day_decides(tmp_path: Path) -> None:
    found(tmp_path, "rule: unrecorded-file, reason: a scan, until: 2026-03-31")
    for day, states in ((date(2026, 3, 31), [True]), (date(2026, 4, 1), [False])):
        items = lint_json(tmp_path, as_of=day)["findings"]
        assert [item["waived"] for item in items if item["rule"] == "unrecorded-file"] == states
        assert ("expired-waiver" in {item["rule"] for item in items}) == (states == [False])


def test_a_waiver_of_a_rule_that_is_off_is_used(tmp_path: Path) -> None:
    tree(
        f">>> mtrack.yaml\nformat: 1\nrules: {{underbilled: off}}\n>>> acme/milestones.yaml\n{ACME}{_list('rule: underbilled, reason: r')}"
    ).write(tmp_path)
    assert {item["rule"] for item in lint_json(tmp_path)["findings"]} == {"signoff-missing"}


def test_a_waiver_of_a_rule_not_selected_is_used(tmp_path: Path) -> None:
    assert found(tmp_path, "rule: underbilled, reason: r", "", "--select", "unused-waiver") == []


def test_a_broken_project_has_no_waivers_and_may_be_waived(tmp_path: Path) -> None:
    # Whether the workspace's own waivers accept anything can't be told while a project is skipped.
    broken = (
        ACME.replace("total: 9000.00", "total: much")
        + "waivers: [{rule: schema, reason: r}, {rule: overdue, reason: r}]\n"
    )
    settings = "rule: schema, file: acme/milestones.yaml, reason: being fixed\nrule: overdue, reason: r\nrule: overdue, milestone: M9, reason: r"
    tree(f">>> mtrack.yaml\nformat: 1\n{_list(settings)}>>> acme/milestones.yaml\n{broken}").write(tmp_path)
    report = lint_json(tmp_path)
    assert [_short(item) for item in report["findings"]] == ["~acme: schema"]
    assert report["skipped"] == ["acme/milestones.yaml"]


def test_a_project_inside_a_project_has_waivers_of_its_own(tmp_path: Path) -> None:
    inner = GLOBEX.replace("Globex portal", "Inner")
    tree(f">>> milestones.yaml\n{ACME}{_list('rule: underbilled, reason: r')}>>> inner/milestones.yaml\n{inner}").write(
        tmp_path
    )
    findings = [_short(item) for item in lint_json(tmp_path, "--select", "underbilled,unused-waiver")["findings"]]
    assert findings == ["inner: underbilled M1", "inner: underbilled M2", "~.: underbilled M1", "~.: underbilled M2"]


def test_findings_without_a_project_are_the_workspaces(tmp_path: Path) -> None:
    settings = _list("rule: milestones-file-missing, file: old, reason: before our time")
    tree(f">>> mtrack.yaml\nformat: 1\n{settings}>>> old/invoices/1.pdf\nx\n>>> older/invoices/1.pdf\nx\n").write(
        tmp_path
    )
    assert [_short(item) for item in lint_json(tmp_path)["findings"]] == [
        "settings: no-projects .",
        "~settings: milestones-file-missing old",
        "settings: milestones-file-missing older",
    ]
