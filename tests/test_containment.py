"""One bad file, rule, row or page costs only itself: the rest is told, the failure too, and the exit code is 3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from support import add_evidence, mtrack, validated, write_tree

from mtrack.check import contained, pipeline
from mtrack.errors import CannotRunError
from mtrack.record import model
from mtrack.render.findings import FORMATS
from mtrack.rules import INTERNAL, RULES
from mtrack.rules.facts import facts
from mtrack.site.pages import Site
from mtrack.views import cash, gaps, registers, status, tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mtrack.rules import Rule

AS_OF = ("--as-of", "2026-02-01")
LATE = ("--as-of", "2026-03-20")
RECORDS = """\
project: {0}
currency: EUR
agreement: {{file: agreement/sow.pdf, signed: 2026-01-02, total: 9000.00}}
milestones:
  - id: M1
    name: Discovery of {0}
    amount: 9000.00
    deliverable: {{approved: 2026-01-05, signoff: signoffs/m1.pdf}}
    invoice: {{number: {0}-1, amount: 9000.00, sent: 2026-01-06, file: invoices/1.pdf}}
    status: sent
"""


class UnforeseenError(Exception):
    """What nobody has thought of."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n"})
    write_tree(tmp_path, {f"{name}/milestones.yaml": RECORDS.format(name) for name in ("acme", "globex")})
    add_evidence(tmp_path)
    return tmp_path


def failing(what: Callable[..., Any], on: Callable[..., bool]) -> Callable[..., Any]:
    """A function that fails where `on` says so of what it is given."""

    def run(*given: Any, **more: Any) -> Any:
        if on(*given):
            message = "the unforeseen"
            raise UnforeseenError(message)
        return what(*given, **more)

    return run


def of_acme(*given: Any) -> bool:
    """Whether the first thing given is about acme: its folder, its context, its page."""
    item = given[0]
    folder = item if isinstance(item, str) else item.project.folder
    return bool(folder == "acme")


def fail_at_rule(monkeypatch: pytest.MonkeyPatch, name: str, at: int = 0) -> None:
    """Have a rule fail at acme, after `at` of its problems."""
    asked = contained.ask

    def check(context: Any, *more: Any) -> Iterator[Any]:
        if of_acme(context):
            yield from list(RULES[name].check(context, *more))[:at]
            message = "the unforeseen"
            raise UnforeseenError(message)
        yield from RULES[name].check(context, *more)

    def ask(workspace: Any, path: str, rule: Rule, *given: Any) -> Any:
        return asked(workspace, path, replace(rule, check=check) if rule.name == name else rule, *given)

    monkeypatch.setattr("mtrack.check.project.ask", ask)
    monkeypatch.setattr("mtrack.check.project.traits", lambda _context: None)  # so that every rule is asked


def found(result: Any) -> list[tuple[str, str]]:
    return [(item["rule"], item["path"]) for item in validated(result.out, "findings")["findings"]]


OVERDUE = [("overdue", "acme/milestones.yaml"), ("overdue", "globex/milestones.yaml")]


def test_a_rule_that_fails_costs_only_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = mtrack("lint", root, "--format", "json", *LATE)
    assert (whole.code, found(whole)) == (0, OVERDUE)
    fail_at_rule(monkeypatch, "attachment-missing")
    result = mtrack("lint", root, "--format", "json", *LATE)
    assert result.code == 3
    assert found(result) == [("internal", "acme/milestones.yaml"), *OVERDUE]
    data = json.loads(result.out)
    assert data["skipped"] == ["acme/milestones.yaml"]
    assert data["findings"][0] | {"hint": ""} == {
        "rule": "internal", "category": "record", "severity": "error", "path": "acme/milestones.yaml", "line": None,
        "column": None, "end_line": None, "end_column": None, "project": "acme", "milestone": None, "invoice": None,
        "amount": None, "currency": None, "message": "mtrack itself failed at the rule attachment-missing", "hint": "",
        "related": [], "waived": False, "commit": None,
    }  # fmt: skip
    assert result.err == (
        "mtrack: acme/milestones.yaml: mtrack itself failed at the rule attachment-missing (UnforeseenError: the unforeseen)\n"
        "mtrack: all else was looked at; please report this, with what --debug shows\n"
    )


def test_what_a_rule_found_before_it_failed_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "overdue", at=1)
    result = mtrack("lint", root, "--format", "json", *LATE)
    assert (result.code, found(result)) == (3, [("internal", "acme/milestones.yaml"), *OVERDUE])


@pytest.mark.parametrize("style", FORMATS)
def test_every_format_tells_it(style: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "attachment-missing")
    result = mtrack("lint", root, "--format", style, *AS_OF)
    assert result.code == 3
    assert "mtrack itself failed at the rule attachment-missing" in result.out
    assert "Traceback" not in result.out + result.err


def test_the_text_says_that_the_project_is_not_wholly_judged(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "attachment-missing")
    out = mtrack("lint", root, *AS_OF).out
    assert "acme/milestones.yaml: not all rules could judge it, since mtrack itself failed" in out
    assert "see mtrack rules internal" in out


@pytest.mark.parametrize("option", ["--select=overdue", "--ignore=record"])
def test_no_selection_hides_it(option: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "attachment-missing")
    result = mtrack("lint", root, "--format", "json", option, *AS_OF)
    assert (result.code, found(result)) == (3, [("internal", "acme/milestones.yaml")])


def test_only_where_it_lies(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "attachment-missing")
    assert found(mtrack("lint", root / "globex", "--format", "json", *AS_OF)) == []


@pytest.mark.parametrize("key", ["rules", "waivers"])
def test_no_setting_hides_it(key: str, root: Path) -> None:
    value = "{internal: off}" if key == "rules" else "[{rule: internal, reason: no}]"
    write_tree(root, {"mtrack.yaml": f"format: 1\n{key}: {value}\n"})
    assert ("schema", "mtrack.yaml") in found(mtrack("lint", root, "--format", "json", *AS_OF))


@pytest.mark.parametrize("where", ["command", "top"])
def test_debug_shows_the_traceback(where: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "attachment-missing")
    result = mtrack("--debug", "lint", root, *AS_OF) if where == "top" else mtrack("lint", root, "--debug", *AS_OF)
    assert result.code == 3
    assert "Traceback (most recent call last):\n" in result.err
    assert "in check\n" in result.err
    assert "Traceback" not in result.out


def test_debug_shows_what_ends_the_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtrack.cli.lint.check", failing(pipeline.check, lambda *_: True))
    for arguments, shown in ((("lint", root), False), (("lint", root, "--debug"), True)):
        result = mtrack(*arguments)
        assert (result.code, result.out) == (3, "")
        assert result.err.startswith("mtrack: mtrack itself failed: UnforeseenError: the unforeseen\n")
        assert ("Traceback" in result.err) is shown


def test_what_is_meant_for_the_user_ends_the_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(*_given: Any) -> None:
        message = "git is not installed"
        raise CannotRunError(message)

    monkeypatch.setattr(model, "build", check)
    result = mtrack("lint", root, *AS_OF)
    assert (result.code, result.out, result.err) == (3, "", "mtrack: git is not installed\n")


VIEWS = ("lint", "gaps", "status", "next", "aging", "forecast", "invoices", "payments", "report --format md")


@pytest.mark.parametrize("command", VIEWS)
def test_records_that_mtrack_fails_to_read_are_left_out_and_told(
    command: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "build", failing(model.build, of_acme))
    result = mtrack(*command.split(), root, *LATE)
    assert result.code == 3
    assert "acme/milestones.yaml: mtrack itself failed at reading the records" in result.err
    assert "Traceback" not in result.err
    if command not in ("lint", "payments"):
        assert "globex" in result.out
    if command == "lint":
        assert "1 error" in result.out
    else:
        assert "left out until fixed (mtrack lint says why): acme/milestones.yaml" in result.err


PARTS: dict[str, tuple[Any, str]] = {
    "gaps": (gaps, "project_gaps"),
    "status": (status, "project_status"),
    "next": (tasks, "_coming"),
    "aging": (cash, "_owed"),
    "forecast": (cash, "expected"),
    "invoices": (registers, "_part"),
    "payments": (registers, "_part"),
}
"""By command, what makes its rows of a project."""


@pytest.mark.parametrize("command", PARTS)
def test_a_project_whose_rows_fail_is_left_out_and_told(
    command: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name = PARTS[command]
    monkeypatch.setattr(
        module, name, failing(getattr(module, name), lambda item, *_: getattr(item, "project", item).folder == "acme")
    )
    result = mtrack(command, root, "--format", "json", *LATE)
    assert result.code == 3
    assert "acme/milestones.yaml: mtrack itself failed at the project's figures" in result.err
    assert "left out until fixed (mtrack lint says why): acme/milestones.yaml" in result.err
    shown = json.dumps(json.loads(result.out) | {"skipped": []})
    assert "acme" not in shown
    if command != "payments":
        assert "globex" in shown


def test_figures_that_fail_are_one_failure_not_one_a_rule(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "facts", failing(facts, of_acme))
    result = mtrack("lint", root, "--format", "json", *LATE)
    assert (result.code, found(result)) == (3, [("internal", "acme/milestones.yaml"), OVERDUE[1]])


def test_a_rule_across_projects_that_fails_costs_only_itself(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = contained.ask_across

    def ask(workspace: Any, rule: Rule, *given: Any) -> Any:
        across = failing(lambda *_: iter(()), lambda *_: rule.name == "duplicate-invoice-number")
        return asked(workspace, replace(rule, across=across) if rule.across else rule, *given)

    monkeypatch.setattr("mtrack.check.across.ask_across", ask)
    result = mtrack("lint", root / "globex", "--format", "json", *LATE)
    assert (result.code, found(result)) == (3, [("internal", "."), OVERDUE[1]])
    assert json.loads(result.out)["skipped"] == []


def test_a_page_that_fails_is_said_on_it_and_drawn_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = root / "out"
    monkeypatch.setattr(
        Site, "_project_values", failing(Site._project_values, lambda _site, folder, *_: folder == "acme")  # noqa: SLF001
    )  # fmt: skip
    for _ in range(2):
        result = mtrack("report", root, "-o", out, *AS_OF)
        assert result.code == 3
        assert "mtrack itself failed at this page of the report" in result.err
        assert "mtrack itself failed to draw this page" in (out / "projects" / "acme.html").read_text("utf-8")
        assert "Discovery of globex" in (out / "projects" / "globex.html").read_text("utf-8")
    monkeypatch.undo()
    assert mtrack("report", root, "-o", out, *AS_OF).code == 0
    assert "Discovery of acme" in (out / "projects" / "acme.html").read_text("utf-8")


def test_a_failing_page_in_a_single_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = root / "out.html"
    monkeypatch.setattr(
        Site, "_project_values", failing(Site._project_values, lambda _site, folder, *_: folder == "acme")  # noqa: SLF001
    )  # fmt: skip
    assert mtrack("report", root, "--single-file", out, *AS_OF).code == 3
    text = out.read_text("utf-8")
    assert "mtrack itself failed to draw this page" in text
    assert "Discovery of globex" in text


def test_what_failed_is_looked_at_again_by_the_next_report(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at_rule(monkeypatch, "overdue")
    out = root / "out"
    assert [mtrack("report", root, "-o", out, *LATE).code for _ in range(2)] == [3, 3]
    monkeypatch.undo()
    assert mtrack("report", root, "-o", out, *LATE).code == 0
    assert "overdue" in (out / "findings.html").read_text("utf-8")


def test_an_edit_of_another_project_goes_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "build", failing(model.build, of_acme))
    result = mtrack("pay", "globex-1", "--project", root / "globex", "--date", "2026-02-01", *AS_OF)
    assert result.code == 0, result.err
    assert "2026-02-01" in (root / "globex" / "milestones.yaml").read_text("utf-8")


def test_its_page() -> None:
    result = mtrack("rules", "internal")
    assert result.code == 0
    assert "(error, category record)" in result.out
    assert "waivers" not in result.out
    assert "internal" not in mtrack("rules").out
    assert INTERNAL.name not in RULES


def test_an_item_of_a_list_that_is_left_empty(root: Path) -> None:
    text = RECORDS.format("acme") + "invoices:\n  -\n"
    write_tree(root, {"acme/milestones.yaml": text})
    result = mtrack("lint", root, "--format", "json", *AS_OF)
    assert result.code == 1
    (finding,) = [item for item in json.loads(result.out)["findings"] if item["path"] == "acme/milestones.yaml"]
    assert (finding["rule"], finding["line"], finding["message"]) == (
        "schema",
        12,
        "invoice 1 of `invoices` is empty",
    )
