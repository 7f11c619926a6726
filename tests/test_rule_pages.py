"""A rule's page can't lie: its bad sample yields exactly its rule, its good sample nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support import add_evidence, judge, lint_json

from mtrack import resources
from mtrack.finding import Category
from mtrack.rules import RULES
from mtrack.rules.pages import SampleFile, page

if TYPE_CHECKING:
    from pathlib import Path


def lay_out(root: Path, sample: tuple[SampleFile, ...]) -> None:
    for file in sample:
        target = root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding=file.encoding)
    if all(file.path.endswith(".yaml") for file in sample):
        add_evidence(root)


@pytest.mark.parametrize("name", RULES)
def test_bad_sample_yields_exactly_its_rule(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, page(RULES[name]).bad)
    assert {finding.rule for finding in judge(tmp_path)} == {name}
    assert {finding["rule"] for finding in lint_json(tmp_path)["findings"]} == {name}


@pytest.mark.parametrize("name", RULES)
def test_good_sample_yields_nothing(name: str, tmp_path: Path) -> None:
    lay_out(tmp_path, page(RULES[name]).good)
    assert [(finding.rule, finding.message) for finding in judge(tmp_path) if not finding.waived] == []


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
