"""Edits of long lists, which look at what stands near their changes only."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import edit_judge
import edit_styles
import edit_verbs
import pytest
import yaml
from edit_verbs import splice_records
from hypothesis import given, settings
from hypothesis import strategies as st

from mtrack.yaml import excerpt, splice, tree
from mtrack.yaml.changes import Append, Change, Put, Remove, apply
from mtrack.yaml.refusal import RefusedError

MANY = 400
ITEMS = {
    "block": "  # about M{i}\n  - id: M{i}\n    name: Part {i}\n    amount: 10.00\n    status: sent\n\n",
    "braces": "- {{id: M{i}, name: 'Part {i}', amount: 10.00, status: sent}} # {i}\n",
    "deep": "- id: M{i}\n  name: |\n    - id: no item\n\n    # no comment\n  amount: 10.00\n  status: sent\n",
}
CHANGES: dict[str, tuple[Change, ...]] = {
    "first": (Put(("milestones", 0, "status"), "paid"),),
    "middle": (Put(("milestones", 200, "status"), "paid"),),
    "two": (Put(("milestones", 150, "note"), "x"), Put(("milestones", 350, "status"), "paid")),
    "near": (Put(("milestones", 99, "note"), "x"), Put(("milestones", 101, "status"), "paid")),
    "last": (Remove(("milestones", 399, "status")),),
    "at the end": (Append(("milestones",), {"id": "New", "amount": Decimal("5.00")}),),
    "between": (Append(("milestones",), {"id": "New", "amount": Decimal("5.00")}, 170),),
    "elsewhere": (Put(("closed",), "2026-01-01"), Append(("waivers",), {"rule": "overdue", "reason": "r"})),
    "removed": (Remove(("milestones", 180, "name")), Remove(("milestones", 320, "name"))),
    "removed in one": (Remove(("milestones", 180, "name")), Put(("milestones", 180, "note"), "x")),
}  # fmt: skip


def record(style: str, more: str = "") -> str:
    return "project: A\nmilestones:\n" + "".join(ITEMS[style].format(i=i) for i in range(MANY)) + more


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long the texts are whose places are looked for."""
    result: list[int] = []
    read = tree.read

    def noted(text: str, parser: str) -> tree.Tree:
        result.append(len(text))
        return read(text, parser)

    monkeypatch.setattr(tree, "read", noted)
    return result


@pytest.mark.parametrize("style", ITEMS)
@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_is_the_same_whether_all_is_looked_at_or_what_is_near(
    name: str, style: str, looked_at: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = record(style, "invoices:\n- {number: I, amount: 1, sent: 2026-01-05}\n")
    found = splice_records(text, CHANGES[name])
    assert looked_at
    assert max(looked_at) < 0.9 * len(text)
    assert not edit_judge.faults(text, found, CHANGES[name])
    monkeypatch.setattr(splice, "excerpt", lambda *_: None)
    assert splice_records(text, CHANGES[name]) == found
    assert max(looked_at) == len(text)


def test_payments_of_one_invoice_are_a_long_list_too(looked_at: list[int]) -> None:
    paid = "".join(f"    - {{date: 2026-02-01, amount: {i}.00}}\n" for i in range(MANY))
    text = f"project: A\nmilestones:\n- id: M1\n  invoice:\n    payments:\n{paid}    number: I\n"
    after = splice_records(text, [Append(("milestones", 0, "invoice", "payments"), {"amount": Decimal("1.00")})])
    assert after == text.replace("399.00}\n", "399.00}\n    - {amount: 1.00}\n")
    assert max(looked_at) < len(text) / 2


def test_a_refusal_names_the_place_in_the_whole_text() -> None:
    text = record("braces").replace("status: sent} # 300", "status: &s sent} # 300")
    with pytest.raises(RefusedError) as caught:
        splice_records(text, [Put(("milestones", 300, "status"), "paid")])
    assert (caught.value.reason, caught.value.place) == ("anchor", (303, 55))


def test_an_alias_far_away_is_seen() -> None:
    text = record("braces").replace("status: sent} # 10\n", "status: &s sent} # 10\n")
    text = text.replace("status: sent} # 200\n", "status: *s} # 200\n")
    with pytest.raises(RefusedError) as caught:
        splice_records(text, [Put(("milestones", 10, "status"), "paid")])
    assert (caught.value.reason, caught.value.place) == ("alias", (13, 53))


def test_an_item_whose_dash_has_a_line_of_its_own_has_all_looked_at(looked_at: list[int]) -> None:
    text = record("block").replace("- id: M50\n", "-\n    id: M50\n")
    assert "note: x\n" in splice_records(text, [Put(("milestones", 200, "note"), "x")])
    assert looked_at == [len(text)]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), case=st.sampled_from(sorted(edit_verbs.CASES)))
def test_an_edit_of_what_is_near_in_any_style_is_exact_or_refused(seed: int, case: str) -> None:
    text = edit_styles.text(random.Random(seed))  # noqa: S311
    context = edit_verbs.context_of(text)
    try:
        edit_judge.tree(text)
    except yaml.YAMLError:
        return
    changes = edit_verbs.changes_for(context, case) if context else ()
    if not changes:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(excerpt, "NEAR", 1)
        try:
            after = splice_records(text, changes)
        except RefusedError:
            return
    assert not edit_judge.faults(text, after, changes), after


def test_cuts_beside_what_is_left_out_are_none() -> None:
    near = excerpt.Excerpt("0123456789", (), ((3, 5), (9, 14)))
    assert near.in_whole([(0, 2, "a"), (4, 6, "b"), (8, 10, "c")]) == [(0, 2, "a"), (6, 8, "b"), (15, 17, "c")]
    assert near.in_whole([(2, 3, "a")]) is None
    assert near.in_whole([(3, 3, "a")]) is None
    assert near.in_whole([(6, 8, "a")]) is None
    assert near.in_whole([(7, 7, "a")]) is None


def test_data_with_a_change_shares_what_does_not_change() -> None:
    data: Any = {"a": [{"b": 1}, {"b": [1]}], "c": {"d": None}}
    after = apply(
        data, [Put(("a", 1, "e"), 2), Append(("c", "d"), 3), Append(("a", 1, "b"), 2), Append(("a", 1, "b"), 0, 0)]
    )
    assert data == {"a": [{"b": 1}, {"b": [1]}], "c": {"d": None}}
    assert after == {"a": [{"b": 1}, {"b": [0, 1, 2], "e": 2}], "c": {"d": [3]}}
    assert after["a"][0] is data["a"][0]
