"""A comma inside braces that cuts a number is `schema` at the comma, so that no figure counts what is left (SPEC 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import lint_json, mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = """project: Acme
currency: EUR
agreement: {{signed: 2026-01-10, total: {total}}}
milestones:
  - {{id: M1, name: {name}, amount: {amount}, status: sent, upfront: true}}
invoices:
  - number: R-1
    amount: 9000.00
    sent: 2026-02-03
    lines: [{{milestone: M1, amount: {line}}}]
    payments:
      - {{date: 2026-02-04, amount: 1.00, received: {{amount: {received}, currency: USD}}}}
"""
PLAIN = {"total": "9000.00", "name": "One", "amount": "9000.00", "line": "9000.00", "received": "1.00"}


@pytest.mark.parametrize("key", ["total", "amount", "line", "received"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("24,000.00", "24000.00"),
        ("9,000", "9000.00"),
        ("1,234,567.50", "1234567.50"),
        ("24, 000.00", "24000.00"),
        ("1,000,000", "1000000.00"),
        ("1,000,000,000.00", "1000000000.00"),
        ("1, 000, 000", "1000000.00"),
        ("1,00,000", "100000.00"),
        ("1,234,234", "1234234.00"),
        ("24,50", "24.50"),
        ("1.234,50", "1234.50"),
    ],
)
def test_comma_in_an_amount(key: str, written: str, meant: str, tmp_path: Path) -> None:
    text = RECORDS.format(**{**PLAIN, key: written})
    write_tree(tmp_path, {"acme/milestones.yaml": text})
    report = lint_json(tmp_path)
    line, column = next((i, row.index(written)) for i, row in enumerate(text.splitlines(), 1) if written in row)
    assert [(item["rule"], item["line"], item["column"], item["hint"]) for item in report["findings"]] == [
        ("schema", line, column + written.index(",") + 1, f"write {meant}")
    ]
    joined = written.replace(" ", "")
    assert f"'{joined}' is read as '{written.partition(',')[0]}'" in report["findings"][0]["message"]
    assert report["skipped"] == ["acme/milestones.yaml"]
    assert "24.00" not in mtrack("status", tmp_path).out


def test_comma_in_text_and_thousands_that_repeat(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "a/milestones.yaml": RECORDS.format(**{**PLAIN, "name": "Room 1,200"}),
            "b/milestones.yaml": RECORDS.format(**{**PLAIN, "total": "1,000,000"}),
        },
    )
    found = lint_json(tmp_path)["findings"]
    assert [(item["path"], item["rule"], item["message"], item["hint"]) for item in found] == [
        (
            "a/milestones.yaml",
            "schema",
            "a comma inside { } ends the value: '1,200' is read as '1'",
            "write 1200.00",
        ),
        (
            "b/milestones.yaml",
            "schema",
            "a comma inside { } ends the value: '1,000,000' is read as '1'",
            "write 1000000.00",
        ),
    ]


def test_a_number_cut_twice_is_two_findings_only_where_there_are_two(tmp_path: Path) -> None:
    """A key twice is still no YAML where it has a value, is quoted, or the mapping is the user's own."""
    records = RECORDS.format(**PLAIN)
    write_tree(
        tmp_path,
        {
            "a/milestones.yaml": RECORDS.format(**{**PLAIN, "total": "1,000,000", "received": "2,000,000"}),
            "b/milestones.yaml": records.replace("upfront: true", "upfront: true, 000: 1, 000: 2"),
            "c/milestones.yaml": records.replace("upfront: true", 'upfront: true, "000", "000"'),
            "d/milestones.yaml": records.replace("upfront: true", "upfront: true, x-own: {a: 1,000,000}"),
        },
    )
    found = lint_json(tmp_path, "--select", "schema,invalid-yaml")["findings"]
    assert [(item["path"][0], item["rule"], item["line"]) for item in found] == [
        ("a", "schema", 3), ("a", "schema", 12), ("b", "invalid-yaml", 5), ("c", "invalid-yaml", 5), ("d", "invalid-yaml", 5),
    ]  # fmt: skip


def test_text_that_is_cut_off_inside_braces(tmp_path: Path) -> None:
    """` #` and a digit there take the closing brace with them; a comment behind a comma does not."""
    records = RECORDS.format(**PLAIN)
    write_tree(
        tmp_path,
        {
            "a/milestones.yaml": RECORDS.format(**{**PLAIN, "name": "Beta #2"}),
            "b/milestones.yaml": records.replace("lines: [", "lines: [ # 1 of 2\n     "),
            "c/milestones.yaml": records.replace("upfront: true}", "upfront: true, # 2 of 3\n    note: x"),
            "d/milestones.yaml": RECORDS.format(**{**PLAIN, "name": "'Beta #2'"}),
            "e/milestones.yaml": RECORDS.format(**{**PLAIN, "name": "'Beta #2'"}).replace(
                "upfront: true}", "upfront: true"
            ),
        },
    )
    found = lint_json(tmp_path, "--select", "invalid-yaml")["findings"]
    place = records.splitlines()[4].index("One") + len("Beta #")
    assert [(item["path"][0], item["line"]) for item in found] == [("a", 5), ("c", 7), ("e", 6)]
    assert found[0]["column"] == place
    assert found[0]["message"].startswith("` #` begins a comment here")
    assert found[0]["hint"] == "put the text that holds it in quotes"
    assert found[1]["message"] == "a comma or '}' is missing before this"


def test_keys_of_digits_elsewhere_are_unknown_keys(tmp_path: Path) -> None:
    records = RECORDS.format(**PLAIN)
    write_tree(
        tmp_path,
        {
            "a/milestones.yaml": records.replace("upfront: true", "upfront: true, 000: 1"),
            "b/milestones.yaml": records + "000:\n",
            "c/milestones.yaml": records.replace("upfront: true", 'upfront: true, "000"'),
        },
    )
    rules = {
        item["path"][0]: item["rule"] for item in lint_json(tmp_path, "--select", "schema,unknown-key")["findings"]
    }
    assert rules == {"a": "unknown-key", "b": "unknown-key", "c": "unknown-key"}
