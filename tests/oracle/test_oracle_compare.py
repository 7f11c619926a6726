"""How differences between the program and the oracle are found and told."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from oracle import generate, rules
from oracle.compare import MISSING, Comparison, Difference, kind, shown
from oracle.sample import workspaces
from oracle.writer import write

if TYPE_CHECKING:
    from pathlib import Path


def comparison(tmp_path: Path) -> Comparison:
    made = next(made for made in workspaces() if len(rules.fired(made.projects, made.settings, generate.MIDDLE)) > 8)
    return Comparison(made, write(made, tmp_path / "workspace"), generate.MIDDLE)


def test_findings_that_agree_are_no_difference(tmp_path: Path) -> None:
    compared = comparison(tmp_path)
    compared.findings("lint", list(reversed(compared.fired)), compared.fired)
    assert compared.found == []


def test_findings_that_differ_are_told_one_by_one(tmp_path: Path) -> None:
    compared = comparison(tmp_path)
    first = next(one for one in compared.fired if one.amount)
    others = [one for one in compared.fired if one is not first]
    compared.findings("lint", [*others, first._replace(amount=Fraction(-1))], compared.fired)
    compared.findings("lint", others, compared.fired)
    compared.findings("lint", compared.fired, others)
    assert [(one.program, one.oracle) for one in compared.found] == [
        ("-1", shown(first.amount)),
        ("nothing", f"fires {shown(first.amount)}"),
        (f"fires {shown(first.amount)}", "nothing"),
    ]
    assert [kind(one.figure) for one in compared.found] == [f"lint {first.rule} amount", *[f"lint {first.rule}"] * 2]


def test_a_figure_that_differs_or_is_missing(tmp_path: Path) -> None:
    compared = comparison(tmp_path)
    oracle = {"agreed": Fraction(1, 2), "billed": Fraction(7)}
    for name in ("M1", "M2"):
        compared.amounts("p", f"status {name}", {"agreed": "0.50"}, oracle, "EUR")
        compared.amounts("p", f"status {name}", {"agreed": "0.51", "billed": "9.00"}, oracle, "EUR")
    missing = [one for one in compared.found if one.program == MISSING]
    assert missing == [Difference(compared.made.seed, None, "", "status.billed", MISSING, "there")]
    told = [(one.figure, one.program, one.oracle) for one in compared.found if one not in missing]
    assert told[:2] == [("status M1.agreed (odd unit)", "0.51", "0.5"), ("status M1.billed", "9.00", "7")]
    assert len(told) == 4


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("status M1.agreed (odd unit)", "status agreed (odd unit)"),
        ("status totals EUR.billed", "status totals billed"),
        ("status M1 states.on_hold", "status states.on_hold"),
        ("aging EUR.1-30", "aging 1-30"),
        ("lint overdue M1 inv-2026-001 amount", "lint overdue amount"),
        ("lint ready-to-close - -", "lint ready-to-close"),
        ("mtrack invoices", "mtrack invoices"),
    ],
)
def test_differences_are_grouped_by_what_they_are(figure: str, expected: str) -> None:
    assert kind(figure) == expected


def test_the_program_is_asked_for_each_view(tmp_path: Path) -> None:
    compared = comparison(tmp_path)
    for view in (compared.status, compared.lint, compared.gaps, compared.aging, compared.invoices, compared.payments):
        view()
    failed = [one for one in compared.found if one.figure.startswith("mtrack ") and one.program != MISSING]
    assert failed == []
