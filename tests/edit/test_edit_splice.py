"""The writer's traps one by one: what it keeps, and what it refuses and why."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import edit_judge
import edit_styles
import edit_verbs
import pytest
import yaml
from edit_verbs import splice_records
from hypothesis import given, settings
from hypothesis import strategies as st

from mtrack.edit.statuses import fix_statuses
from mtrack.edit.verbs import next_id
from mtrack.yaml import style, tree
from mtrack.yaml.changes import Append, Change, Put, Remove
from mtrack.yaml.refusal import RefusedError

HEAD = "project: A\ncurrency: EUR\nmilestones:\n"
STATUS = ("milestones", 0, "status")


def _refusal(text: str, *changes: Change) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        splice_records(text, changes)
    return caught.value


@pytest.mark.parametrize(
    ("reason", "place", "text", "change"),
    [
        ("alias", (6, 11), "- {id: M1, name: N, amount: 1, status: &s sent}\n- id: M2\n  status: *s\n", Put(("milestones", 1, "status"), "paid")),
        ("alias", (4, 40), "- {id: M1, name: N, amount: 1, status: &s sent}\n- id: M2\n  status: *s\n", Put(STATUS, "paid")),
        ("alias", (5, 16), "- id: M1\n  deliverable: &d {note: n}\n- {deliverable: *d}\n", Put(("milestones", 0, "deliverable", "approved"), date(2026, 2, 2))),
        ("alias", (6, 17), "- id: M1\n  deliverable: &d {note: n}\n- {deliverable: *d}\n", Put(("milestones", 1, "deliverable", "approved"), date(2026, 2, 2))),
        ("anchor", (5, 11), "- id: M1\n  status: &s sent\n", Put(STATUS, "paid")),
        ("flaws", (5, 11), "- id: M1\n  status: !!str sent\n", Put(STATUS, "paid")),
        ("block-scalar", (5, 11), "- id: M1\n  status: |-\n    sent\n", Put(STATUS, "paid")),
        ("flaws", (6, 3), "- id: M1\n  status: sent\n  status: paid\n", Put(STATUS, "paid")),
        ("flaws", (5, 3), "- id: M1\n  <<: {status: sent}\n", Put(STATUS, "paid")),
        ("layout", (7, 9), "- id: M1\n  ? status\n  : sent\n  ? note\n  :\n", Put(("milestones", 0, "note"), "x")),
        ("flaws", (6, 1), "- id: M1\n  status: sent\n--- {}\n", Put(STATUS, "paid")),
        ("last-line", (5, 9), "- id: M1\n  note: |\n    no newline", Put(STATUS, "paid")),
        ("line-ends", (4, 9), "- id: M1\r  status: sent\n", Put(STATUS, "paid")),
        ("occupied", (4, 3), "- id: M1\n  invoice: {number: I}\n", Put(("milestones", 0), {"id": "M2"})),
        ("occupied", (5, 16), "- id: M1\n  deliverable: done\n", Put(("milestones", 0, "deliverable", "approved"), date(2026, 2, 2))),
        ("layout", (5, 10), "- id: M1\n  hold: {until: 2026-01-01}\n", Remove(("milestones", 0, "hold", "until"))),
        ("occupied", (5, 16), "- id: M1\n  attachments: x\n", Append(("milestones", 0, "attachments"), "y")),
        ("layout", (8, 16), "- id: M1\n  deliverable:\n    note: x\n- id: M2\n  ? deliverable\n", Put(("milestones", 1, "deliverable"), {"note": "y"})),
        ("layout", (5, 9), "- id: M1\n  hold: [] # why\n", Put(("milestones", 0, "hold", 3), "x")),
    ],
)  # fmt: skip
def test_what_can_not_be_edited_is_refused_with_its_reason_and_the_lines_to_write(
    reason: str, place: tuple[int, int], text: str, change: Change
) -> None:
    refused = _refusal(HEAD + text, change)
    assert (refused.reason, refused.place) == (reason, place)
    assert str(change.route[-1]) in refused.by_hand


def test_the_only_key_of_a_mapping_is_refused_as_such() -> None:
    refused = _refusal(HEAD + "- id: M1\n  hold: {until: 2026-01-01}\n", Remove(("milestones", 0, "hold", "until")))
    assert refused.detail == "it is the only key there"


def test_a_refusal_shows_every_change_by_hand() -> None:
    refused = _refusal(
        HEAD + "- id: M1\n  status: &s sent\n",
        Put(STATUS, "paid"),
        Append(("milestones", 0, "invoice", "payments"), {"date": date(2026, 3, 1), "amount": Decimal("200.00")}),
        Remove(("milestones", 0, "hold")),
    )
    assert refused.by_hand.splitlines() == [
        "in milestones, M1 (line 4):",
        "  status: paid",
        "in milestones, M1, invoice (line 4):",
        "  payments: (one more)",
        "    - {date: 2026-03-01, amount: 200.00}",
        "in milestones, M1 (line 4):",
        "  (take `hold` away)",
    ]


def test_lines_to_write_by_hand_say_where_as_far_as_the_text_can_be_read() -> None:
    paid = Put(("invoices", 1, "written_off"), {"amount": Decimal("1.00")})
    broken = HEAD + "- {id: M1}\n- id: M2\n  id: M3\n"
    assert _refusal(broken, Put(("milestones", 1, "status"), "paid")).by_hand == (
        "in milestones, item 2:\n  status: paid"
    )
    numbered = HEAD + "- {id: M1}\ninvoices:\n- {number: I-1}\n- number: I-2\n  written_off: &w {}\n  x-same: *w\n"
    refused = _refusal(numbered, paid, Put(("closed",), date(2026, 1, 2)))
    assert refused.by_hand == (
        "in invoices, I-2 (line 7):\n  written_off: {amount: 1.00}\nat the top:\n  closed: 2026-01-02"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("yes", '"yes"'), ("007", '"007"'), ("12:30", '"12:30"'), ("1_000", '"1_000"'), ("2026-01-01", '"2026-01-01"'),
        ("null", '"null"'), ("~", '"~"'), ("", '""'), (" x", '" x"'), ("a: b", '"a: b"'), ("a #b", '"a #b"'), ("a#b", "a#b"),
        ("1e3", '"1e3"'), (".5", '".5"'), ("0x1F", '"0x1F"'), ("- x", '"- x"'), ("x:", '"x:"'), ("=", '"="'), ("it's", "it's"),
        ("two\nlines", '"two\\nlines"'), ("tab\there", '"tab\\there"'), ('say "hi"', 'say "hi"'), ("back\\slash", "back\\slash"),
        ("\x85", '"\\x85"'), ("\u2028", '"\\u2028"'), ("🙂", "🙂"), ("INV-2026-004", "INV-2026-004"), ("1.2.3", "1.2.3"),
        (Decimal("200.00"), "200.00"), (Decimal("0.10"), "0.10"), (date(2026, 2, 3), "2026-02-03"), (True, "true"), (5, "5"),
    ],
)  # fmt: skip
def test_values_are_quoted_where_a_reader_would_take_them_for_something_else(value: object, expected: str) -> None:
    text = splice_records(
        HEAD + "  - {id: M1}\nclosed:\n",
        [Put(("note",), value)] if isinstance(value, str) else [Put(("x-own",), value)],
    )
    assert text.split(": ")[-1 if value != "a: b" else 0].strip() == expected or f": {expected}\n" in text


@pytest.mark.parametrize("value", ["a, b", "[x]", "{x}", "a]"])
def test_brackets_and_commas_are_quoted_in_braces_only(value: str) -> None:
    inside = splice_records(HEAD + "  - {id: M1, status: sent}\n", [Put(("milestones", 0, "note"), value)])
    assert f'note: "{value}", status' in inside
    outside = splice_records(HEAD + "  - id: M1\n", [Put(("milestones", 0, "note"), value)])
    assert f"note: {value}\n" in outside or value[0] in "[{"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'sent'", "'paid'"),
        ('"sent"', '"paid"'),
        ("sent", "paid"),
        ("'sent' # why", "'paid' # why"),
        ("sent   ", "paid   "),
    ],
)
def test_a_value_keeps_its_quotes_and_what_follows(old: str, new: str) -> None:
    text = HEAD + f"- id: M1\n  status: {old}\n"
    assert splice_records(text, [Put(STATUS, "paid")]) == text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("sent          # why", "cancelled     # why", "  name: Name            # in line"),
        ("cancelled     # why", "sent          # why", "  name: Name            # in line"),
        ("sent    # why", "cancelled  # why", "  note: n         # in line"),  # no room: as near as can be
        ("sent          # why", "cancelled          # why", "  name: Name           # elsewhere"),
        ("sent          # why", "cancelled          # why", "  status: sent          # the same by chance"),
        ("sent          # why", "cancelled          # why", "                        # alone"),
        ("sent  # why", "cancelled  # why", ""),
        ("sent # why", "cancelled # why", ""),
        ("sent\t\t# why", "cancelled\t\t# why", ""),
        ("sent   ", "cancelled   ", ""),
    ],
)
def test_a_comment_in_line_with_others_stays_in_its_column(old: str, new: str, other: str) -> None:
    value = "cancelled" if "cancelled" in new else "sent"
    for text, index in (
        (HEAD + f"- id: M1\n  status: {old}\n- id: M2\n{other}\n", 0),
        (HEAD + f"- id: M2\n{other}\n- id: M1\n  status: {old}", 1),
        (HEAD + f"- {{id: M1,\n  status: {old}\n  }}\n- id: M2\n{other}\n", 0),
    ):
        changed = text.replace(f"M1\n  status: {old}", f"M1\n  status: {new}")
        changed = changed.replace(f"M1,\n  status: {old}", f"M1,\n  status: {new}")
        assert splice_records(text, [Put(("milestones", index, "status"), value)]) == changed


def test_a_comment_stays_in_its_column_where_a_comma_comes_before_it() -> None:
    text = HEAD + "- deliverable: {\n  note: n,        # one\n  completed: x    # two\n  }\n"
    route = ("milestones", 0, "deliverable")
    assert splice_records(text, [Put((*route, "completed"), "xyz"), Put((*route, "signoff"), "s")]) == text.replace(
        "x    # two", "xyz,  # two\n  signoff: s"
    )


def test_no_blank_line_is_added_to_a_text_that_would_keep_it() -> None:
    for mark, between in (("|+", ""), (">2+ # kept", ""), ("|", "\n"), ("|-", "\n"), ("| # a + b", "\n")):
        items = HEAD + f"  - id: M1\n\n  - id: M2\n    note: {mark}\n      text\n"
        assert splice_records(items, [Append(("milestones",), {"id": "M3"})]) == items + f"{between}  - id: M3\n"
        top = f"project: A\n\nnote: {mark}\n   text\n"
        assert splice_records(top, [Put(("closed",), date(2026, 1, 2))]) == top + f"{between}closed: 2026-01-02\n"
    there = "project: A\n\nnote: |+\n   text\n\n"
    assert splice_records(there, [Put(("closed",), date(2026, 1, 2))]) == there + "closed: 2026-01-02\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  a: x\n  hold: {}\n  b: y\n", "  a: x\n  b: y\n"),
        ("  a: x\n\n  hold: {}\n  b: y\n", "  a: x\n\n  b: y\n"),
        ("  a: x\n  hold: {}\n\n  b: y\n", "  a: x\n\n  b: y\n"),
        ("  a: x\n\n  hold: {}\n\n  b: y\n", "  a: x\n\n  b: y\n"),
        ("  a: x\n \n\n  hold:\n    reason: z\n\n- id: M2\n", "  a: x\n \n\n- id: M2\n"),
        ("  a: x\n\n  hold: {}\n", "  a: x\n"),
        ("  a: x\n\n\n  hold: {}", "  a: x"),
        ("  a: x\n  hold: {}", "  a: x"),
        ("  a: x # why\n\n  hold: {} # why", "  a: x # why"),
        ("  a: |+\n    text\n\n  hold: {}\n\n  b: y\n", "  a: |+\n    text\n\n  b: y\n"),
        ("  a: |+\n    text\n  hold: {}\n\n", "  a: |+\n    text\n"),
        ("  a: |\n    text\n\n  hold: {}\n", "  a: |\n    text\n"),
    ],
)
def test_what_is_taken_away_takes_a_blank_line_that_is_of_no_use_without_it(before: str, after: str) -> None:
    hold = Remove(("milestones", 0, "hold"))
    for newline in ("\n", "\r\n"):
        text = HEAD + f"- id: M1\n{before}"
        expected = HEAD + f"- id: M1\n{after}"
        assert splice_records(text.replace("\n", newline), [hold]) == expected.replace("\n", newline)
    for mark in ("|", "|+", ">-"):
        refused = _refusal(HEAD + f"- id: M1\n  a: {mark}\n    text\n\n  hold: {{}}", hold)
        assert (refused.reason, refused.place) == ("last-line", (8, 1))


def test_an_amount_keeps_its_decimals_and_loses_no_other() -> None:
    text = HEAD + "- id: M1\n  amount: 200.00\n  status: sent\n"
    new = splice_records(text, [Put(("milestones", 0, "amount"), Decimal("250.10"))])
    assert new == text.replace("200.00", "250.10")


def test_line_ends_of_the_file_are_those_of_the_edit() -> None:
    text = "\ufeff" + (HEAD + "- id: M1\n  status: sent").replace("\n", "\r\n")
    new = splice_records(text, [Append(("milestones",), {"id": "M2", "name": "Name"})])
    assert new == text + "\r\n- id: M2\r\n  name: Name"


def test_nothing_is_written_for_nothing() -> None:
    text = HEAD + "- id: M1\n"
    assert splice_records(text, []) == text


def test_a_block_of_text_at_the_end_that_needs_no_newline_is_no_trouble() -> None:
    text = HEAD + "- id: M1\n  note: |-\n    last"
    assert splice_records(text, [Put(STATUS, "paid")]) == text + "\n  status: paid"


def test_statuses_are_fixed_by_the_same_writer() -> None:
    text = (
        "project: A\ncurrency: EUR\nmilestones:\n"
        "  - {id: M1, name: N, amount: 1.00, status: sent}  # wrong\n"
        "  - {id: M2, name: O, amount: 1.00, status: not_billed}\n"
        "  - id: M3\n    name: P\n    amount: 1.00\n    invoice: {number: I, amount: 1.00, sent: 2026-02-03, payments: [{date: 2026-02-04, amount: 1.00}]}\n"
        "    status: 'sent'\n"
    )
    context = edit_verbs.context_of(text)
    assert context is not None
    changes = fix_statuses(context, {"M1", "M2", "M3"})
    assert changes == (Put(STATUS, "not_billed"), Put(("milestones", 2, "status"), "paid"))
    assert splice_records(text, changes) == text.replace("status: sent}", "status: not_billed}").replace(
        "'sent'", "'paid'"
    )


def test_ids_go_on_in_their_series() -> None:
    assert next_id(["M1", "M2"]) == "M3"
    assert next_id(["phase-09"]) == "phase-10"
    assert next_id(["M2", "M3", "M1"]) == "M4"
    assert next_id(["start", "end"]) == "M3"


def test_a_broken_proof_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a wrong cut would do, the proof sees it."""
    text = HEAD + "- id: M1\n  note: x # kept\n  status: sent\n"
    good = style.in_flow
    for wrong in ("paid\n  extra: 1", "paid # and more", "'paid'", "sent", "paid, x", "&a paid", "!!str paid"):
        monkeypatch.setattr(style, "in_flow", lambda *_, wrong=wrong: wrong)
        expected = "paid # and more"  # a comment changes no event: only its own line is written, as asked
        if wrong != expected:
            assert _refusal(text, Put(STATUS, "paid")).reason == "proof", wrong
    monkeypatch.setattr(style, "in_flow", good)
    assert "status: paid\n" in splice_records(text, [Put(STATUS, "paid")])


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), case=st.sampled_from(sorted(edit_verbs.CASES)))
def test_an_edit_in_any_style_is_exact_or_refused(seed: int, case: str) -> None:
    text = edit_styles.text(random.Random(seed))  # noqa: S311
    context = edit_verbs.context_of(text)
    try:
        edit_judge.tree(text)
    except yaml.YAMLError:
        return
    changes = edit_verbs.changes_for(context, case) if context else ()
    if not changes:
        return
    try:
        after = splice_records(text, changes)
    except RefusedError:
        return
    assert not edit_judge.faults(text, after, changes), after


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_added_and_removed_again_leaves_the_bytes_as_they_were(seed: int) -> None:
    text = edit_styles.text(random.Random(seed))  # noqa: S311
    context = edit_verbs.context_of(text)
    if context is None or context.project.milestones[0].hold or context.project.milestones[0].cancelled_date:
        return
    route = ("milestones", 0, "hold")
    data = context.project.source.data["milestones"][0]
    if "hold" in data:
        return
    try:
        there = splice_records(text, [Put(route, {"until": date(2026, 1, 1)})])
        back = splice_records(there, [Remove(route)])
    except RefusedError:
        return
    assert back == text


@settings(max_examples=300, deadline=None)
@given(value=st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_comes_back(value: str) -> None:
    for text in (HEAD + "- {id: M1}\n", HEAD + "- id: M1\n", HEAD + "- id: M1\n  name: 'q'\n"):
        after = splice_records(text, [Put(("milestones", 0, "note"), value)])
        assert edit_judge.tree(after)["milestones"][0]["note"] == value


def test_an_empty_text_has_no_document() -> None:
    with pytest.raises(tree.UnreadableError):
        tree.read("# nothing\n")
