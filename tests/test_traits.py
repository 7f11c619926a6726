"""A rule that is not asked would have found nothing: traits are held to what the rules find."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import pytest
from anything import AS_OF_ANY, flow, projects
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support import ROOT, contexts, write_tree

from mtrack.check import project
from mtrack.check.contained import ask
from mtrack.check.pipeline import check
from mtrack.check.workspace import load_project, open_workspace
from mtrack.record import schema
from mtrack.record.settings import Settings
from mtrack.rules import asked_by_others, of_project, of_scope
from mtrack.rules.context import ProjectContext
from mtrack.rules.registry import Trait
from mtrack.rules.traits import traits
from mtrack.yaml import source

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.check.contained import RuleProblem
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.rules import Rule

CURRENCIES = st.sampled_from(["EUR", "JPY", "TND", "XXY"])


def context_of(text: str, as_of: date, settings: Settings) -> ProjectContext:
    read = source.parse("acme/milestones.yaml", text, schema.shape("milestones"))
    file, made = load_project("acme", read, settings)
    assert made is not None, file
    return ProjectContext(made, settings, "/nowhere", as_of)


def unneeded_that_fire(context: ProjectContext) -> list[str]:
    """The rules that would not be asked and find something all the same."""
    asked = of_project(traits(context))
    return [rule.name for rule in of_scope("project") if rule not in asked and list(rule.check(context))]


@given(projects(), AS_OF_ANY, CURRENCIES)
@settings(max_examples=300)
def test_no_rule_fires_that_is_not_asked(data: dict[str, Any], as_of: date, currency: str) -> None:
    assert not unneeded_that_fire(context_of(flow(data) + "\n", as_of, Settings(currency=currency)))


@given(projects())
@settings(max_examples=100)
def test_nor_where_nothing_lies_ahead(data: dict[str, Any]) -> None:
    assert not unneeded_that_fire(context_of(flow(data) + "\n", date(2030, 1, 1), Settings(currency="EUR")))


def test_nor_in_the_example() -> None:
    for day in (date(2026, 1, 1), date(2026, 6, 1), date(2026, 11, 22), date(2030, 1, 1)):
        for context in contexts(open_workspace(str(ROOT / "example-workspace"), day)):
            assert not unneeded_that_fire(context)


PLAIN = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {completed: 2026-02-01, approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice:
      number: INV-1
      amount: 4000.00
      sent: 2026-02-03
      file: invoices/INV-1.pdf
      payments: [{date: 2026-02-17, amount: 4000.00}]
    status: paid
  - {id: M2, name: Beta, amount: 5000.00, planned: 2026-12-01, status: not_billed}
"""
EVIDENCE = dict.fromkeys(("p/agreement/sow.pdf", "p/signoffs/m1.eml", "p/invoices/INV-1.pdf"), "x\n")


def found_in(tmp_path: Path, record: str, settings: str = "format: 1\n") -> set[str] | None:
    write_tree(tmp_path, {"mtrack.yaml": settings, "p/milestones.yaml": record, **EVIDENCE})
    (context,) = contexts(open_workspace(str(tmp_path), date(2026, 11, 22)))
    found = traits(context)
    return None if found is None else {*found}


def test_a_plain_project_has_none_and_few_rules_are_asked(tmp_path: Path) -> None:
    assert found_in(tmp_path, PLAIN) == set()
    assert len(of_project(frozenset())) < len(of_scope("project")) / 5


@pytest.mark.parametrize(
    ("old", "new", "trait"),
    [
        ("signed: 2026-01-10, ", "", "incomplete agreement"),
        ("signed: 2026-01-10", "signed: 2026-12-10", "future date"),
        ("signed: 2026-01-10", "signed: 2026-02-10", "dates to compare"),
        ("total: 9000.00", "total: 9000.01", "sum differs"),
        ("milestones: 2", "milestones: 3", "count differs"),
        ("milestones: 2", "milestones: 2, tax_rate: 19", "tax rate"),
        ("milestones: 2", "milestones: 2, retention: 5", "invoice parts"),
        ("amount: 4000.00}", "amount: 4000.00, received: {amount: 4300.00, currency: USX}}", "other currency"),
        ("EUR", "JPY", "unusual decimals"),
        ("5000.00", "5000.000", "unusual decimals"),
        ("completed: 2026-02-01", "completed: 2026-02-03", "dates to compare"),
        ("sent: 2026-02-03", "sent: 2026-02-01", "billed before approval"),
        ("sent: 2026-02-03", "sent: 2026-02-18", "dates to compare"),
        ("sent: 2026-02-03", "sent: 2026-02-03\n      due: 2026-02-01", "dates to compare"),
        (", signoff: signoffs/m1.eml", "", "no sign-off"),
        ("signoffs/m1.eml", "signoffs/m2.eml", "unusable file"),
        ("signoffs/m1.eml", "../m1.eml", "unusable file"),
        ("      file: invoices/INV-1.pdf\n", "", "no invoice file"),
        ("INV-1\n", "ІNV-1\n", "non-ASCII number"),
        ("      payments: [{date: 2026-02-17, amount: 4000.00}]\n", "", "paid without payments"),
        ("amount: 4000.00}", "amount: 3000.00}", "overdue"),
        ("amount: 4000.00}", "amount: 4001.00}", "overpaid"),
        ("amount: 4000.00}", "amount: 4000.00, total: 5000.00}", "invoice parts"),
        ("status: paid", "status: sent", "wrong status"),
        ("      amount: 4000.00\n", "      amount: 4001.00\n", "overbilled"),
        ("      amount: 4000.00\n", "      amount: 3000.00\n", "underbilled"),
        ("M2", "M1", "repeated id"),
        ("Discovery", "Discovery #2", "comment"),
        ("planned: 2026-12-01", "planned: 2026-11-01", "planned date passed"),
        ("planned: 2026-12-01", "deliverable: {completed: 2026-11-01}", "unbilled completed"),
        ("planned: 2026-12-01", "deliverable: {approved: 2026-11-01}", "unbilled approved"),
        ("planned: 2026-12-01", "upfront: true", "unbilled deposit"),
        ("status: not_billed", "status: cancelled", "cancelled milestone"),
        ("project:", "closed: 2026-11-01\nproject:", "closed"),
        ("project:", "waivers: [{rule: overdue, reason: none}]\nproject:", "references"),
        (
            "milestones:\n",
            "invoices: [{number: C-1, amount: 1.00, sent: 2026-02-20, credits: INV-1, lines: [{milestone: M1, amount: 1.00}]}]\nmilestones:\n",
            "credit or replacement",
        ),
        (
            "milestones:\n",
            "milestones:\n  - {id: M0, name: None, amount: 1.00, status: not_billed}\n",
            "skipped milestone",
        ),
    ],
)
def test_what_differs_is_a_trait(old: str, new: str, trait: str, tmp_path: Path) -> None:
    assert old in PLAIN
    found = found_in(tmp_path, PLAIN.replace(old, new, 1))
    assert found is not None
    assert trait in found


def test_any_trait_may_be_there_where_something_is_dated_later(tmp_path: Path) -> None:
    assert found_in(tmp_path, PLAIN.replace("date: 2026-02-17", "date: 2026-12-17")) is None
    assert of_project(None) == of_scope("project")


def test_every_trait_is_needed_by_a_rule() -> None:
    assert {rule.needs for rule in of_scope("project")} - {None} == set(get_args(Trait))


def found_with_off(root: Path, as_of: date, off: frozenset[str]) -> list[Finding]:
    workspace = open_workspace(str(root), as_of)
    workspace.settings = replace(workspace.settings, rules={**workspace.settings.rules, **dict.fromkeys(off)})
    return list(check(workspace).report.findings)


def assert_each_takes_only_its_own(root: Path, as_of: date) -> None:
    found = found_with_off(root, as_of, frozenset())
    for name in {finding.rule for finding in found}:
        left = [finding for finding in found if finding.rule != name]
        assert found_with_off(root, as_of, frozenset({name})) == left, name


def test_a_rule_that_is_off_takes_only_its_own_findings_with_it() -> None:
    for day in (date(2026, 1, 1), date(2026, 6, 1), date(2026, 11, 22)):
        assert_each_takes_only_its_own(ROOT / "example-workspace", day)


WAIVED = (
    PLAIN.replace("      file: invoices/INV-1.pdf\n", "")
    + "waivers:\n  - {rule: invoice-file-missing, milestone: M1, reason: lost}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("invoices/INV-1.pdf", "gone.pdf"),
        WAIVED,
        WAIVED.replace("M1, reason", "M9, reason"),
        WAIVED.replace("invoice-file-missing", "overbilled"),
        PLAIN.replace("amount: 4000.00, sent", "amount: 4500.00, sent"),
        PLAIN.replace("status: paid", "status: sent"),
    ],
)
def test_and_no_waiver_of_one_becomes_unused(text: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": text})
    assert_each_takes_only_its_own(tmp_path, date(2026, 11, 22))


def test_what_is_off_is_not_run_but_where_others_look_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(
        tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": WAIVED.replace("sent: 2026", "sent: 2099")}
    )
    asked: set[str] = set()

    def noted(workspace: Workspace, path: str, rule: Rule, *given: object) -> list[RuleProblem]:
        asked.add(rule.name)
        return ask(workspace, path, rule, *given)

    monkeypatch.setattr(project, "ask", noted)
    of_projects = {rule.name for rule in of_scope("project")}
    found_with_off(tmp_path, date(2026, 11, 22), frozenset(of_projects))
    kept = asked & of_projects
    assert {"unknown-milestone", "overbilled", "invoice-file-missing"} <= kept
    assert kept == asked_by_others() & of_projects | {"invoice-file-missing"}
