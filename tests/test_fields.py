"""`mtrack fields`: every key of the format, what it means, what may stand there."""

from __future__ import annotations

import pytest
from support import mtrack

from mtrack.record.fields import FILES, fields


def test_every_key_is_listed_with_its_meaning() -> None:
    out = mtrack("fields").out
    every = [field for schema in FILES for field in fields(schema)]
    assert len(every) > 90
    for field in every:
        assert f"  {field.path}" in out
        assert field.meaning, field.path
        assert field.kind, field.path
        assert f"    {field.meaning}" in out


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("retention", ["agreement.retention in milestones.yaml", "a percentage from 0 to 100"]),
        ("invoices.due", ["invoices[].due in milestones.yaml", "a day, YYYY-MM-DD", "for example: due: 2026-03-05"]),
        ("payments", ["invoices[].payments[] in milestones.yaml", "a list, each a mapping of date, amount"]),
        ("status", ["one of not_billed, sent, partially_paid, paid, cancelled, written_off", "required"]),
        ("UPFRONT", ["milestones[].upfront", "invoices[].upfront", "true or false"]),
        ("paid", ["true or a day, YYYY-MM-DD"]),
        ("bill_within", ["bill_within in mtrack.yaml", "a whole number", "for example: bill_within: "]),
        ("payment_terms", ["a whole number, or a mapping of days, month_end"]),
        ("milestones[].invoice", ["as `invoices[]`, without `lines`"]),
        ("amendments.amount", ["an amount: plain digits and a point, below 0 too"]),
    ],
)
def test_a_key_says_what_may_stand_there(key: str, words: list[str]) -> None:
    result = mtrack("fields", key)
    assert result.code == 0
    for part in words:
        assert part in result.out, result.out


def test_an_unknown_key_has_a_nearest_one() -> None:
    result = mtrack("fields", "retenton")
    assert (result.code, "there is no key 'retenton'; did you mean retention?" in result.err) == (2, True)
    assert "mtrack fields lists them" in mtrack("fields", "qqqqqq").err
