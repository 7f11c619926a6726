"""`mtrack lint --since REV`: only what the changes since a git revision brought, with a real git."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from support import AS_OF, add_evidence, mtrack, validated, write_tree

if TYPE_CHECKING:
    from pathlib import Path

ACME = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}
    status: not_billed
  - id: M2
    name: Beta
    amount: 5000.00
    deliverable: {approved: 2026-02-10}
    status: not_billed
"""
"""With a status-mismatch at M1, and at M2 a signoff-missing and an approved-not-billed."""
GLOBEX = """\
project: Globex rebrand
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 700.00}
milestones:
  - {id: M1, name: Logo, amount: 700.00, planned: 2026-05-01, status: not_billed}
"""
BILLED = GLOBEX.replace(
    "planned: 2026-05-01, status: not_billed",
    "upfront: true, invoice: {number: INV-1, amount: 700.00, sent: 2026-02-05, file: invoices/1.pdf}, status: sent",
)


def git(root: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Studio North", f"GIT_{role}_EMAIL": "studio@north.example"}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        capture_output=True, text=True, encoding="utf-8", check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "--all")
    git(root, "commit", "-q", "--allow-empty", "-m", "Record")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with findings, committed."""
    folder = tmp_path / "workspace"
    write_tree(folder, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": ACME, "globex/milestones.yaml": GLOBEX})
    add_evidence(folder)
    git(tmp_path, "init", "-q", str(folder))
    commit(folder)
    return folder


def lint(root: Path, *arguments: str, since: str | None = "HEAD") -> Any:
    options = () if since is None else ("--since", since)
    result = mtrack("lint", root, "--format", "json", "--as-of", AS_OF.isoformat(), *options, *arguments)
    assert (result.code in (0, 1), result.err) == (True, "")
    return validated(result.out, "findings")


def rules(report: Any) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["path"].partition("/")[0]) for finding in report["findings"]]


ALL = [("status-mismatch", "acme"), ("approved-not-billed", "acme"), ("signoff-missing", "acme")]


def test_nothing_changed_nothing_found(root: Path) -> None:
    assert sorted(rules(lint(root, "--ignore", "payment-not-recorded", since=None))) == sorted(ALL)
    report = lint(root)
    assert report["findings"] == []
    assert report["summary"] == {
        "projects": 2, "milestones": 3, "errors": 0, "warnings": 0, "infos": 0, "waived": 0,
    }  # fmt: skip
    assert mtrack("lint", root, "--as-of", AS_OF.isoformat()).code == 1
    assert mtrack("lint", root, "--as-of", AS_OF.isoformat(), "--since", "HEAD").code == 0


def test_lines_that_only_moved_are_no_change(root: Path) -> None:
    write_tree(root, {"acme/milestones.yaml": "# kept by hand\n\n" + ACME})
    assert rules(lint(root)) == []


def test_a_finding_on_a_changed_line_is_shown_though_it_was_there(root: Path) -> None:
    write_tree(root, {"acme/milestones.yaml": "# kept by hand\n" + ACME.replace("not_billed", "written_off", 1)})
    report = lint(root)
    assert rules(report) == [("status-mismatch", "acme")]
    assert report["summary"]["errors"] == 1


def test_a_finding_whose_other_parties_changed_is_shown(root: Path) -> None:
    """Overbilled on two invoices, and then on another two."""

    def records(number: str, note: str) -> str:
        return (
            "project: P\ncurrency: EUR\nmilestones:\n  - {id: M1, name: One, amount: 100.00, status: sent}\ninvoices:\n"
            "  - {number: N-1, sent: 2026-02-02, amount: 80.00, lines: [{milestone: M1, amount: 80.00}]}\n"
            f"  - {{number: {number}, sent: 2026-02-03, amount: 80.00, lines: [{{milestone: M1, amount: 80.00}}]}}\n"
            f"x-note: {note}\n"
        )

    write_tree(root, {"over/milestones.yaml": records("N-2", "a")})
    commit(root)
    write_tree(root, {"over/milestones.yaml": records("N-2", "b")})
    assert ("overbilled", "over") not in rules(lint(root))
    write_tree(root, {"over/milestones.yaml": records("N-3", "a")})
    assert ("overbilled", "over") in rules(lint(root))


def test_a_new_duplicate_is_shown_where_nothing_changed(root: Path) -> None:
    """The number was in globex first; acme, earlier in order, gets it now: the finding stands in globex."""
    write_tree(root, {"globex/milestones.yaml": BILLED, "acme/milestones.yaml": ACME.replace("INV-1", "INV-7")})
    add_evidence(root)
    commit(root)
    write_tree(root, {"acme/milestones.yaml": ACME})
    report = lint(root, "--select", "duplicate-invoice-number")
    assert rules(report) == [("duplicate-invoice-number", "globex")]


def test_evidence_that_goes_away_is_shown_and_what_comes_too(root: Path) -> None:
    (root / "acme/signoffs/m1.eml").unlink()
    write_tree(root, {"acme/invoices/stray.pdf": "a draft\n"})
    assert sorted(rules(lint(root))) == [("attachment-missing", "acme"), ("unrecorded-file", "acme")]
    commit(root)
    assert rules(lint(root)) == []


def test_a_file_that_goes_is_shown_though_one_that_was_missing_came_back(root: Path) -> None:
    (root / "acme/invoices/1.pdf").unlink()
    commit(root)
    write_tree(root, {"acme/invoices/1.pdf": "one\n"})
    (root / "acme/signoffs/m1.eml").unlink()
    found = lint(root, "--select", "attachment-missing")
    assert rules(found) == [("attachment-missing", "acme")]


def test_evidence_with_the_same_content_counts_at_the_revision_too(root: Path) -> None:
    write_tree(root, {"globex/milestones.yaml": BILLED.replace("INV-1", "INV-2"), "globex/invoices/1.pdf": "one\n", "acme/invoices/1.pdf": "one\n"})  # fmt: skip
    assert ("duplicate-attachment", "globex") in rules(lint(root))
    commit(root)
    assert rules(lint(root)) == []
    assert ("duplicate-attachment", "globex") in rules(lint(root, since="HEAD~1"))


def test_empty_evidence_was_empty_then(root: Path) -> None:
    write_tree(root, {"acme/invoices/1.pdf": b""})
    assert rules(lint(root)) == [("attachment-missing", "acme")]
    commit(root)
    assert rules(lint(root)) == []


def test_time_that_passes_is_no_change(root: Path) -> None:
    result = mtrack("lint", root, "--format", "json", "--as-of", "2027-02-20", "--since", "HEAD")
    assert validated(result.out, "findings")["findings"] == []


def test_a_finding_that_got_worse_is_shown(root: Path) -> None:
    over = ACME.replace("number: INV-1, amount: 4000.00", "number: INV-1, amount: 4500.00").replace(
        "not_billed", "sent", 1
    )
    second = """\
invoices:
  - number: INV-{number}
    amount: {amount}
    sent: 2026-02-0{number}
    file: invoices/{number}.pdf
    lines: [{{milestone: M1, amount: {amount}}}]
"""
    write_tree(root, {"acme/milestones.yaml": over})
    commit(root)
    write_tree(root, {"acme/milestones.yaml": over + second.format(number=2, amount="100.00")})
    add_evidence(root)
    (finding,) = lint(root, "--select", "overbilled")["findings"]
    assert finding["amount"] == "600.00"
    commit(root)
    void = second.format(number=2, amount="100.00") + "    void: {date: 2026-02-06}\n"
    write_tree(root, {"acme/milestones.yaml": over + void})
    assert rules(lint(root, "--select", "overbilled")) == []


TWO = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 1000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 1000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    status: sent
invoices:
  - number: I1
    amount: 500.00
    sent: 2026-02-03
    file: invoices/1.pdf
    lines:
      - {milestone: M1, amount: 400.00}
  - number: I2
    amount: 500.00
    sent: 2026-02-04
    file: invoices/2.pdf
    lines:
      - {milestone: M1, amount: 400.00}
      - {milestone: M1, amount: 100.00}
"""
"""Of two invoices over one milestone the first does not sum up."""


def about(root: Path, text: str, rule: str = "lines-mismatch") -> list[str | None]:
    """The invoices about which a rule finds something with other records; what `diff` calls new is among them."""
    write_tree(root, {"acme/milestones.yaml": text})
    result = mtrack("diff", "--format", "json", "--as-of", AS_OF.isoformat(), cwd=root)
    new = [item["invoice"] for item in json.loads(result.out)["findings"]["new"] if item["rule"] == rule]
    found = [item["invoice"] for item in lint(root, "--select", rule)["findings"]]
    assert set(new) <= set(found)
    return found


def test_an_error_that_goes_does_not_hide_that_of_another_invoice(root: Path) -> None:
    write_tree(root, {"acme/milestones.yaml": TWO})
    add_evidence(root)
    commit(root)
    assert about(root, TWO) == []
    mended = TWO.replace("amount: 400.00", "amount: 500.00", 1)
    assert about(root, mended) == []
    found = about(root, mended.replace("amount: 100.00", "amount: 90.00"))
    assert found == ["I2"]
    one = mended.replace("      - {milestone: M1, amount: 100.00}\n", "")
    assert about(root, one) == ["I2"]


RENUMBERED = {
    "a number": ("number: I1", "number: R-1"),
    "its spelling": ("number: I1", "number: i1"),
}


@pytest.mark.parametrize("name", RENUMBERED)
def test_an_invoice_that_is_renumbered_is_the_same(name: str, root: Path) -> None:
    write_tree(root, {"acme/milestones.yaml": TWO})
    add_evidence(root)
    commit(root)
    text = TWO.replace(*RENUMBERED[name])
    assert about(root, text) == []
    worse = text.replace("amount: 500.00\n    sent: 2026-02-04", "amount: 600.00\n    sent: 2026-02-04")
    found = about(root, worse.replace("amount: 400.00", "amount: 500.00", 1))
    assert found == ["I2"]


def test_a_milestone_that_is_overbilled_by_one_invoice_more_or_less_is_the_same(root: Path) -> None:
    over = TWO.replace("amount: 400.00", "amount: 500.00", 1).replace("    amount: 1000.00", "    amount: 400.00")
    write_tree(root, {"acme/milestones.yaml": over.replace("total: 1000.00", "total: 400.00")})
    add_evidence(root)
    commit(root)
    less = over.replace("total: 1000.00", "total: 400.00").replace(
        "file: invoices/2.pdf", "file: invoices/2.pdf\n    void: {date: 2026-02-05}"
    )
    assert about(root, less, "overbilled") == []


def test_a_rule_turned_on_and_a_waiver_taken_away_are_changes(root: Path) -> None:
    settings = "format: 1\nrules: {approved-not-billed: info}\nwaivers: [{rule: signoff-missing, reason: by phone}]\n"
    write_tree(root, {"mtrack.yaml": settings})
    assert {rule for rule, _ in rules(lint(root))} == {"settings-weakened"}
    commit(root)
    write_tree(root, {"mtrack.yaml": "format: 1\n"})
    assert sorted(rules(lint(root))) == [("approved-not-billed", "acme"), ("signoff-missing", "acme")]


def test_a_second_finding_of_one_subject_is_new_and_the_first_is_not(root: Path) -> None:
    stray = ACME.replace("    name: Beta\n", "    name: Beta\n    x-old: 1\n    colour: red\n")
    write_tree(root, {"acme/milestones.yaml": stray})
    commit(root)
    write_tree(root, {"acme/milestones.yaml": stray.replace("    colour: red\n", "    size: 3\n    colour: red\n")})
    (finding,) = lint(root)["findings"]
    assert (finding["rule"], "size" in finding["message"]) == ("unknown-key", True)


def test_the_workspace_may_lie_below_the_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", ".")
    commit(tmp_path)
    folder = write_tree(tmp_path / "some where" / "über", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": ACME})
    add_evidence(folder)
    assert set(ALL) <= set(rules(lint(folder)))  # there was none
    commit(tmp_path)
    assert rules(lint(folder)) == []
    assert set(ALL) <= set(rules(lint(folder, since="HEAD~1")))


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    """As a hook asks at the very first commit; another revision is still unknown."""
    folder = write_tree(tmp_path / "workspace", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": ACME})
    add_evidence(folder)
    git(tmp_path, "init", "-q", str(folder))
    assert lint(folder) == lint(folder, since=None)
    assert set(ALL) <= set(rules(lint(folder)))
    assert mtrack("lint", folder, "--since", "main").code == 2


def test_settings_broken_then_make_everything_new(root: Path) -> None:
    write_tree(root, {"mtrack.yaml": "format: [\n"})
    commit(root)
    write_tree(root, {"mtrack.yaml": "format: 1\n"})
    assert set(ALL) <= set(rules(lint(root)))


def test_it_goes_with_paths_and_selections(root: Path) -> None:
    write_tree(root, {"acme/milestones.yaml": ACME.replace("INV-1", "INV-7"), "globex/milestones.yaml": BILLED.replace("INV-1", "INV-7").replace("700.00, sent", "600.00, sent")})  # fmt: skip
    assert rules(lint(root, "--select", "underbilled")) == [("underbilled", "globex")]
    result = mtrack("lint", root / "acme", "--select", "underbilled", "--since", "HEAD", "--as-of", AS_OF.isoformat())
    assert result.code == 0


def test_it_fixes_only_what_it_shows(root: Path) -> None:
    assert mtrack("lint", root, "--fix", "--since", "HEAD", "--as-of", AS_OF.isoformat()).code == 0
    assert (root / "acme/milestones.yaml").read_text(encoding="utf-8") == ACME


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_as_they_were(root: Path) -> None:
    (root / "acme/invoices/1.pdf").rename(root / "acme/invoices/real.pdf")
    (root / "acme/invoices/1.pdf").symlink_to("real.pdf")
    (root / "acme/signoffs/m1.eml").unlink()
    (root / "acme/signoffs/m1.eml").symlink_to("/etc/hostname")
    commit(root)
    assert ("attachment-outside", "acme") in rules(lint(root, since=None))
    assert rules(lint(root)) == []


LINKED = {
    "a link beside it": {"acme/milestones.yaml": "real.yaml"},
    "a link to a link": {"acme/milestones.yaml": "other.yaml", "acme/other.yaml": "../acme/real.yaml"},
    "a link to a folder": {"acme/milestones.yaml": "real.yaml", "acme": ".acme"},
}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("name", LINKED)
def test_records_behind_a_link_change_with_the_file_that_is_read(name: str, root: Path) -> None:
    records = root / "acme/milestones.yaml"
    for path, target in LINKED[name].items():
        if (root / path).exists():
            (root / path).rename((root / path).parent / target)
        (root / path).symlink_to(target)
    commit(root)
    assert rules(lint(root)) == []
    records.resolve().write_text(ACME.replace("status: not_billed", "status:  not_billed", 1), encoding="utf-8")
    assert rules(lint(root)) == [("status-mismatch", "acme")]
    commit(root)
    assert rules(lint(root)) == []
    assert rules(lint(root, since="HEAD~1")) == [("status-mismatch", "acme")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_records_that_become_a_link_to_the_same_are_no_change(root: Path) -> None:
    records = root / "acme/milestones.yaml"
    records.rename(root / "acme/real.yaml")
    records.symlink_to("real.yaml")
    assert rules(lint(root)) == []
    commit(root)
    records.unlink()
    (root / "acme/real.yaml").rename(records)
    assert rules(lint(root)) == []
    records.write_text("# kept by hand\n" + ACME.replace("not_billed", "written_off", 1), encoding="utf-8")
    assert rules(lint(root)) == [("status-mismatch", "acme")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_what_a_link_out_of_the_workspace_leads_to_is_not_read(root: Path, tmp_path: Path) -> None:
    """Nor out of the commit's tree: only the link itself is compared."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(f"{name}\n", encoding="utf-8")
    records = root / "acme/milestones.yaml"
    records.unlink()
    records.symlink_to(tmp_path / "one.yaml")
    assert rules(lint(root, "--select", "unreadable")) == [("unreadable", "acme")]
    commit(root)
    (tmp_path / "one.yaml").write_text("changed\n", encoding="utf-8")
    assert rules(lint(root)) == []
    records.unlink()
    records.symlink_to(tmp_path / "two.yaml")
    assert rules(lint(root)) == [("unreadable", "acme")]
    records.unlink()
    records.write_text(ACME, encoding="utf-8")
    assert sorted(rules(lint(root))) == sorted(ALL)


def test_it_changes_nothing_and_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    write_tree(root, {"globex/milestones.yaml": BILLED})
    before[root / "globex/milestones.yaml"] = BILLED.encode()
    lint(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert list((tmp_path / "temporary").iterdir()) == []


def test_no_program_that_a_repository_names_is_run(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "program"
    script.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "diff.external",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "core.pager",
    ):
        git(root, "config", key, str(script))
    write_tree(root, {".gitattributes": "* filter=evil diff=evil\n", "acme/milestones.yaml": ACME.replace("Beta", "Gamma")})  # fmt: skip
    (tmp_path / "ran").unlink(missing_ok=True)
    lint(root)
    assert not (tmp_path / "ran").exists()


def test_a_day_means_what_came_from_it_on(root: Path) -> None:
    edit = (root / "globex/milestones.yaml").write_text
    for day, text in (("2026-03-01", GLOBEX.replace("2026-05-01", "2026-01-01")), ("2026-03-05", BILLED)):
        edit(text, encoding="utf-8")
        add_evidence(root)
        git(root, "add", "--all")
        git(root, "commit", "-q", "--date", f"{day}T12:00:00+00:00", "-m", "Record")
    first = git(root, "rev-list", "--max-parents=0", "HEAD")
    git(root, "commit", "-q", "--allow-empty", "-m", "Later", "--date", "2026-03-09T00:30:00+13:00")
    assert rules(lint(root, since=first))
    for day, since in (
        ("2026-03-06", "HEAD~1"),
        ("2026-03-09", "HEAD~1"),
        ("2026-03-05", "HEAD~2"),
        ("2026-03-10", "HEAD"),
    ):
        assert lint(root, since=day) == lint(root, since=since), day
    assert lint(root, since="2000-01-01") == lint(root, since=None)


@pytest.mark.parametrize("revision", ["no-such-branch", "--output=x", "HEAD:acme", "", "HEAD\x00", "a b"])
def test_an_unknown_revision_is_wrong_usage(revision: str, root: Path) -> None:
    result = mtrack("lint", root, f"--since={revision}")
    assert (result.code, result.out) == (2, "")
    assert ("revision" if revision else "--since is empty") in result.err


def test_without_a_repository_it_cannot_run(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n"})
    result = mtrack("lint", tmp_path, "--since", "HEAD")
    assert (result.code, result.out) == (3, "")
    assert "git repository" in result.err


def crowd(count: int, fault: str) -> str:
    """Records of many milestones, each with a fault."""
    lines = "".join(f"  - {{id: M{i}, name: N{i}, {fault}}}\n" for i in range(count))
    return f"project: P\ncurrency: EUR\nmilestones:\n{lines}"


@pytest.mark.parametrize(
    "fault",
    [
        "amount: 4.00, status: not_billed, foo: 1",
        "amount: 4.00, status: not_billed, deliverable: {foo: 1}",
        "amount: 4.00, status: sent, invoice: {number: I, amount: 4.00, sent: 2026-01-05, lines: []}",
        "amount: 4x0, status: not_billed",
        "amount: 4.00",
    ],
)
@pytest.mark.parametrize("new", ["amount: 50x0, status: nonsense, bar: 1", "amount: 1.00, status: not_billed, bar: 1"])
def test_a_fault_beyond_those_that_are_worked_out_is_told(tmp_path: Path, fault: str, new: str) -> None:
    """Once 1,000 were in words, a change could bring what it liked."""
    git(tmp_path, "init", "-q")
    commit(write_tree(tmp_path, {"p/milestones.yaml": crowd(1100, fault)}))
    with (tmp_path / "p/milestones.yaml").open("a", encoding="utf-8") as file:
        file.write(f"  - {{id: Z, name: Z, {new}}}\n")
    for command in (("lint", "--since", "HEAD"), ("diff",)):
        assert mtrack(*command, "--as-of", AS_OF.isoformat(), cwd=tmp_path).code == 1, command


def test_keys_too_many_leave_records_usable_however_many_they_are(tmp_path: Path) -> None:
    write_tree(tmp_path, {"p/milestones.yaml": crowd(1100, "amount: 4.00, status: not_billed, foo: 1")})
    assert "4,400.00" in mtrack("status", tmp_path).out
    found = mtrack("lint", tmp_path, "--format", "concise").out.splitlines()
    assert found[-1].endswith("(and 101 more findings in this file)")  # that there is no agreement is one


@pytest.mark.parametrize("revision", ["^HEAD", "^", "HEAD^!", "HEAD^{tree}", "--all", "nowhere", "HEAD@{99}", ""])
@pytest.mark.parametrize(
    "command",
    ["lint --since", "lint --settings-from", "log --since", "log --until", "audit --since", "diff", "status --at", "report --since"],
)  # fmt: skip
def test_what_names_no_commit_is_refused(command: str, revision: str, root: Path, tmp_path: Path) -> None:
    """`^HEAD` is all but HEAD to git, which a range would turn around."""
    words = [*command.split(), *(["--", revision] if command == "diff" else [revision])]
    output = ["-o", str(tmp_path / "report")] if command.startswith("report") else []
    result = mtrack(words[0], *output, *words[1:], cwd=root)
    assert (result.code, result.out) == (2, ""), result
    assert not (tmp_path / "report").exists()
