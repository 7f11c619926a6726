"""A rule's page can't lie: its bad sample yields exactly its rule, its good sample nothing."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from history.story import Story
from msgspec.structs import replace
from support import AS_OF, add_evidence, judge, lint_json, mtrack, validated

from mtrack import resources
from mtrack.check.pipeline import check
from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.finding import Category
from mtrack.history.audit import audit
from mtrack.history.since import narrow
from mtrack.rules import RULES
from mtrack.rules.pages import SampleFile, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mtrack.finding import Finding, Problem


def is_series(sample: tuple[SampleFile, ...]) -> bool:
    return any(file.commit is not None for file in sample)


def commit_all(root: Path, sample: tuple[SampleFile, ...]) -> None:
    """The repository of a sample that is a series of versions."""
    story = Story(root)
    for when, files in groupby(sample, lambda file: file.commit):
        content: dict[str, str | bytes | None] = {file.path: file.text for file in files}
        if when == "not committed":
            story.write(content)
            continue
        day, _, branch = str(when).partition(" on ")
        if branch:
            story.git("checkout", "--quiet", "-b", branch)
        story.commit("change", day, content)
        if branch:
            story.git("checkout", "--quiet", "main")


def audited(root: Path) -> list[dict[str, Any]]:
    result = mtrack("audit", root, "--branches", "--format", "json", "--as-of", AS_OF.isoformat())
    assert result.code in (0, 1), result.err
    found: list[dict[str, Any]] = validated(result.out, "findings")["findings"]
    return found


def found_in(root: Path, name: str) -> tuple[Finding, ...]:
    """The findings of the command that asks a rule."""
    if RULES[name].scope == "since":
        report = check(open_workspace(str(root), AS_OF)).report
        return narrow(str(root), report, "HEAD~1", Selection()).findings
    if RULES[name].category is Category.AUDIT:
        return audit(open_workspace(str(root), AS_OF), Selection(), ".", branches=True).report.findings
    return judge(root)


def lay_out(root: Path, sample: tuple[SampleFile, ...]) -> None:
    if is_series(sample):
        commit_all(root, sample)
        return
    for file in sample:
        target = root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.leads_to is not None:
            target.symlink_to(file.leads_to)
        else:
            target.write_text(file.text, encoding=file.encoding)
    if all(file.path.endswith(".yaml") for file in sample):
        add_evidence(root)


@pytest.mark.parametrize("name", RULES)
def test_bad_sample_yields_exactly_its_rule(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, page(RULES[name]).bad)
    assert {finding.rule for finding in found_in(tmp_path, name)} == {name}
    audits = RULES[name].category is Category.AUDIT
    since = ("--since", "HEAD~1") if RULES[name].scope == "since" else ()
    findings = audited(tmp_path) if audits else lint_json(tmp_path, *since)["findings"]
    assert {finding["rule"] for finding in findings} == {name}
    assert {finding["commit"] is not None for finding in findings} == {audits}


@pytest.mark.parametrize("name", RULES)
def test_good_sample_yields_nothing(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, page(RULES[name]).good)
    assert [(finding.rule, finding.message) for finding in found_in(tmp_path, name) if not finding.waived] == []


@pytest.mark.parametrize("name", RULES)
def test_page_is_worded(name: str) -> None:
    parts = page(RULES[name])
    assert parts.summary.endswith(".")
    assert len(parts.why) > 40


def test_every_gap_and_overlap_has_a_next_step_of_a_few_words() -> None:
    for rule in RULES.values():
        words = rule.next_step.replace(",", "").split()
        assert 2 <= len(words) <= 6 if rule.category in (Category.GAP, Category.OVERLAP) else not words, rule.name


def test_schema_names_every_rule() -> None:
    for schema in ("milestones", "workspace"):
        names = json.loads(resources.schema_text(schema))["$defs"]["ruleName"]["enum"]
        assert sorted(names) == sorted(RULES)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Good:", "Fine:", "the page of overdue must have one Bad and one Good sample, in that order"),
        ("Bad:", "Good:", "the page of overdue must have one Bad and one Good sample, in that order"),
        ("Why:", "Since", "the page of overdue does not say why"),
    ],
)
def test_a_page_without_one_of_its_parts_says_which(before: str, after: str, told: str) -> None:
    def finds_nothing() -> Iterator[Problem]:
        return iter(())

    rule = RULES["overdue"]
    finds_nothing.__doc__ = rule.page.replace(before, after)
    with pytest.raises(ValueError, match=f"^{told}$"):
        page(replace(rule, check=finds_nothing))
