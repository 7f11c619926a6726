"""What is added or taken away keeps the layout it meets: line ends, braces over lines, comments, empty values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from edit_verbs import splice_records

from mtrack.yaml.changes import Append, Change, Put, Remove
from mtrack.yaml.refusal import RefusedError

DAY = date(2026, 2, 3)
VOID = Put(("milestones", 0, "invoice", "void"), {"date": DAY})
NOTE = Put(("milestones", 0, "note"), "new")
SIGNED = Put(("agreement", "total"), Decimal("5.00"))
RELEASE = Remove(("milestones", 0, "hold"))
ADD = Append(("milestones",), {"id": "M2", "name": "Beta"})
COMPLETED = Put(("milestones", 0, "deliverable"), {"completed": DAY})
BILL = Append(("invoices",), {"number": "I1"})


def edited(text: str, change: Change) -> str:
    """The edited text; one change at a time shows where it went."""
    return splice_records(text, [change])


# Line ends: each line keeps its own, a new one ends like the line above it.


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (
            "milestones:\n- id: M1\n  invoice:\n    number: I1\n    payments:\r\n    - {date: 2026-01-02}\r\n  status: sent\n", VOID,
            "milestones:\n- id: M1\n  invoice:\n    number: I1\n    payments:\r\n    - {date: 2026-01-02}\r\n    void:\r\n      date: 2026-02-03\r\n  status: sent\n",
        ),
        (
            "milestones:\r\n- id: M1\n  deliverable:\r\n    completed: 2026-01-01\n  status: sent\r\n", NOTE,
            "milestones:\r\n- id: M1\n  deliverable:\r\n    completed: 2026-01-01\n  note: new\n  status: sent\r\n",
        ),
        ("milestones:\n- id: M1\r\n  name: N\nclosed:\n", ADD, "milestones:\n- id: M1\r\n  name: N\n- id: M2\n  name: Beta\nclosed:\n"),
        ("milestones:\n- id: M1\n  name: N\r\nclosed:\n", ADD, "milestones:\n- id: M1\n  name: N\r\n- id: M2\r\n  name: Beta\r\nclosed:\n"),
        ("milestones:\n- id: M1\r\n  name: N", ADD, "milestones:\n- id: M1\r\n  name: N\r\n- id: M2\r\n  name: Beta"),
        ("invoices: # none\r\nclosed:\n", BILL, "invoices: # none\r\n  - number: I1\r\nclosed:\n"),
        ("agreement: {\n  file: a,\n  milestones: 2\r\n}\n", SIGNED, "agreement: {\n  file: a,\n  total: 5.00,\n  milestones: 2\r\n}\n"),
        ("agreement: {\n  file: a,\r\n  signed:\n    2026-01-01,\n}\n", SIGNED, "agreement: {\n  file: a,\r\n  signed:\n    2026-01-01,\n  total: 5.00,\n}\n"),
        ("milestones:\r\n- id: M1\n  hold: {reason: r}\r\n  status: sent\n", RELEASE, "milestones:\r\n- id: M1\n  status: sent\n"),
    ],
)  # fmt: skip
def test_every_line_keeps_its_own_end(before: str, change: Change, after: str) -> None:
    assert edited(before, change) == after


# Taking out of braces: what is no comment is no obstacle, and lines stay apart.


@pytest.mark.parametrize(
    "hold",
    ['{reason: "see #4"}', "{reason: 'a # b'}", "{reason: a#b}", '{"#": x}', "{until: 2026-01-01, reason: '#1'}"],
)
@pytest.mark.parametrize(
    "layout", ["{id: M1, hold: HOLD, status: sent}", "{id: M1, status: sent, hold: HOLD}", "{hold: HOLD, id: M1}"]
)
def test_a_hash_in_a_text_is_no_comment(layout: str, hold: str) -> None:
    before = "milestones:\n- " + layout.replace("HOLD", hold) + "\n"
    after = layout.replace(", hold: HOLD", "").replace("hold: HOLD, ", "")
    assert edited(before, RELEASE) == f"milestones:\n- {after}\n"


def test_a_comment_in_the_way_is_not_lost() -> None:
    for text in (
        "{id: M1, # why\n   hold: {reason: '#1'}}", "{id: M1,\n   hold: {reason: r}, # why\n   status: sent}",
        "{id: M1, hold: {reason: r # why\n }}",
    ):  # fmt: skip
        with pytest.raises(RefusedError) as caught:
            edited(f"milestones:\n- {text}\n", RELEASE)
        assert caught.value.reason == "layout"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{id: M1, hold: {reason: r},\n   status: sent}", "{id: M1,\n   status: sent}"),
        ("{id: M1, hold: {until: 2026-01-01,\n    reason: r},\n   status: sent}", "{id: M1,\n   status: sent}"),
        ("{id: M1, note: , hold: {reason: r},\n   status: sent}", "{id: M1, note: ,\n   status: sent}"),
        ("{id: M1,\n   hold: {reason: r}, status: sent}", "{id: M1,\n   status: sent}"),
        ("{id: M1,\n   hold: {reason: r},\n   status: sent}", "{id: M1,\n   status: sent}"),
        ("{id: M1,\n   status: sent, hold: {reason: r}\n  }", "{id: M1,\n   status: sent\n  }"),
        ("{id: M1,\n   hold: {reason: r},\n  }", "{id: M1,\n  }"),
        ("{id: M1\n  , hold: {reason: r}\n  , status: sent}", "{id: M1\n  , status: sent}"),
        ("{id: M1, note: , hold: {reason: r}}", "{id: M1, note: }"),
    ],
)
def test_lines_stay_apart_when_a_pair_goes(before: str, after: str, newline: str) -> None:
    text, wanted = (f"milestones:\n- {item}\n".replace("\n", newline) for item in (before, after))
    assert edited(text, RELEASE) == wanted


# Empty values in braces.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{file: a.pdf, signed: }", "{file: a.pdf, signed: , total: 5.00}"),
        ("{ file: a.pdf, signed: }", "{ file: a.pdf, signed: , total: 5.00}"),
        ("{file: a.pdf, signed: , milestones: 2}", "{file: a.pdf, signed: , total: 5.00, milestones: 2}"),
        ("{file: , milestones: 2}", "{file: , total: 5.00, milestones: 2}"),
        ("{\n  file: a.pdf,\n  signed:\n}", "{\n  file: a.pdf,\n  signed: ,\n  total: 5.00\n}"),
        ("{\n  file: a.pdf,\n  signed: # later\n}", "{\n  file: a.pdf,\n  signed: , # later\n  total: 5.00\n}"),
        ('{"file": "a.pdf", "signed": }', '{"file": "a.pdf", "signed": , "total": 5.00}'),
        ("{file: ~, milestones: 2}", "{file: ~, total: 5.00, milestones: 2}"),
    ],
)
def test_a_key_follows_one_without_a_value(before: str, after: str) -> None:
    assert edited(f"agreement: {before}\n", SIGNED) == f"agreement: {after}\n"


# Characters that older YAML takes for line ends or white space.


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029", "\u2028\u2029", "\ue000\u2028", "\xa0", "\u3000"])
@pytest.mark.parametrize(
    "text",
    [
        "project: A%sB\nmilestones:\n- id: M1\n  status: sent\n", "# a%sb\nproject: A\nmilestones:\n- id: M1\n  status: sent # x%sy\n",
        "project: 'A%sB'\nmilestones:\n- {id: M1, name: \"x%sy\", status: sent}\n",
        "note: |\n  a%s\n  %s\nmilestones:\n- id: M1\n  status: sent\n",
    ],
)  # fmt: skip
def test_a_text_with_rare_line_ends_is_edited(char: str, text: str) -> None:
    text = text.replace("%s", char)
    assert edited(text, Put(("milestones", 0, "status"), "paid")) == text.replace("status: sent", "status: paid")
    assert edited(text, Put(("closed",), DAY)) == text + "closed: 2026-02-03\n"
    said = edited(text, Put(("milestones", 0, "note"), f"x{char}y"))
    assert f"x{char}y" in said or "\\" in said


# Blocks of text and what ends them.


@pytest.mark.parametrize("last", ["\xa0", "\xa0\xa0", "\u2003", "\u3000", "\x85", "\u200b"])
@pytest.mark.parametrize("header", ["|", ">", "|-", "|+", "|2"])
def test_a_line_of_other_spaces_belongs_to_its_block(header: str, last: str) -> None:
    block = f"  note: {header}\n    a\n    {last}\n"
    text = f"milestones:\n- id: M1\n  hold: {{reason: r}}\n{block}"
    assert edited(text, Put(("milestones", 0, "status"), "paid")) == text + "  status: paid\n"
    assert edited(text, RELEASE) == text.replace("  hold: {reason: r}\n", "")
    assert edited(text, Append(("milestones",), {"id": "M2"})) == text + "- id: M2\n"


def test_a_line_of_more_spaces_than_the_block_belongs_to_it() -> None:
    text = "milestones:\n- id: M1\n  note: |\n    a\n      \n\n  amount: 1\n"
    assert edited(text, COMPLETED) == text + "  deliverable:\n    completed: 2026-02-03\n"
    noted = "milestones:\n- id: M1\n  amount: 1\n  planned: |\n    a\n      \n\n  status: sent\n"
    assert edited(noted, COMPLETED) == noted.replace("      \n", "      \n  deliverable:\n    completed: 2026-02-03\n")


# Comments around a list's items.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - # first\n    id: M1\n", "  - # first\n    id: M1\n  - id: M2\n    name: Beta\n"),
        ("  - id: M0\n  - # last -\n    # more - here\n\n    id: M1\n", "  - id: M0\n  - # last -\n    # more - here\n\n    id: M1\n  - id: M2\n    name: Beta\n"),
        ("- # a\n   id: M1\n", "- # a\n   id: M1\n-  id: M2\n   name: Beta\n"),
        ("  -\n    # c\n    id: M1\n", "  -\n    # c\n    id: M1\n  - id: M2\n    name: Beta\n"),
        ("  -\n    id: M1\n", "  -\n    id: M1\n  -\n    id: M2\n    name: Beta\n"),
        ("  - # a\n    {id: M1}\n", "  - # a\n    {id: M1}\n  - {id: M2, name: Beta}\n"),
        ("  - {id: M1}\n  # before - the second\n  - # a\n    id: M3\n", "  - {id: M1}\n  # before - the second\n  - # a\n    id: M3\n  - id: M2\n    name: Beta\n"),
    ],
)  # fmt: skip
def test_an_item_follows_one_with_a_comment_after_its_dash(before: str, after: str) -> None:
    assert edited(f"milestones:\n{before}closed:\n", ADD) == f"milestones:\n{after}closed:\n"
    amend = Append(("agreement", "amendments"), {"note": "new"})
    said = edited("agreement:\n  amendments:\n  - # first\n    note: m\n", amend)
    assert said == "agreement:\n  amendments:\n  - # first\n    note: m\n  - note: new\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("invoices: [\n  # none yet\n]\n", "invoices: [\n  # none yet\n  {number: I1}\n]\n"),
        ("invoices: [ # none yet\n]\n", "invoices: [ # none yet\n  {number: I1}\n]\n"),
        (
            "invoices: [\n    # none\n    # yet - [1]\n  ]\n",
            "invoices: [\n    # none\n    # yet - [1]\n    {number: I1}\n  ]\n",
        ),
        ("invoices: [\r\n  # none yet\r\n]\r\n", "invoices: [\r\n  # none yet\r\n  {number: I1}\r\n]\r\n"),
        ("invoices: [] # none yet\n", "invoices: [{number: I1}] # none yet\n"),
        ("invoices: # none yet\n", "invoices: # none yet\n  - number: I1\n"),
        ("invoices: ~ # none yet\n", "invoices: # none yet\n  - number: I1\n"),
    ],
)
def test_a_list_empty_but_for_a_comment_is_filled(before: str, after: str) -> None:
    assert edited(f"project: A\n{before}closed:\n", BILL) == f"project: A\n{after}closed:\n"


def test_a_mapping_empty_but_for_a_comment_is_filled() -> None:
    text = "milestones:\n- id: M1\n  deliverable: { # to come\n  }\n"
    assert edited(text, Put(("milestones", 0, "deliverable", "completed"), DAY)) == text.replace(
        "to come\n", "to come\n    completed: 2026-02-03\n"
    )


# Brackets with one element a line, and quoted days.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{\n  "id": "M1",\n  "status": "sent"\n}', '{\n  "id": "M1",\n  "deliverable": {"completed": "2026-02-03"},\n  "status": "sent"\n}'),
        ('{ "id": "M1",\n  "status": "sent" }', '{ "id": "M1",\n  "deliverable": { "completed": "2026-02-03" },\n  "status": "sent" }'),
        ('{ "id": "M1",\n  "name": "N" }', '{ "id": "M1",\n  "name": "N",\n  "deliverable": { "completed": "2026-02-03" } }'),
        ('{\n  "id": "M1" }', '{\n  "id": "M1",\n  "deliverable": {completed: 2026-02-03} }'),
        ("{id: M1, name: N,\n  status: sent}", "{id: M1, name: N, deliverable: {completed: 2026-02-03},\n  status: sent}"),
        ("{status: sent,\n  waived: x}", "{deliverable: {completed: 2026-02-03},\n  status: sent,\n  waived: x}"),
        ("{id: M1, status: sent}", "{id: M1, deliverable: {completed: 2026-02-03}, status: sent}"),
        ('{\n  "id": "M1",\n  "planned": "2026-01-01"\n}', '{\n  "id": "M1",\n  "planned": "2026-01-01",\n  "deliverable": {"completed": "2026-02-03"}\n}'),
        ("{id: M1, planned: '2026-01-01', invoice: {sent: '2026-01-02'}}", "{id: M1, planned: '2026-01-01', deliverable: {completed: '2026-02-03'}, invoice: {sent: '2026-01-02'}}"),
        ("{id: M1, planned: '2026-01-01', invoice: {sent: 2026-01-02}}", "{id: M1, planned: '2026-01-01', deliverable: {completed: 2026-02-03}, invoice: {sent: 2026-01-02}}"),
    ],
)  # fmt: skip
def test_a_key_is_written_like_its_siblings_in_braces(before: str, after: str) -> None:
    text, wanted = ("milestones:\n- " + item.replace("\n", "\n  ") + "\n" for item in (before, after))
    assert edited(text, COMPLETED) == wanted


def test_a_key_in_a_json_file_has_a_line_of_its_own() -> None:
    text = '{\n  "milestones": [\n    {\n      "id": "M1",\n      "planned": "2026-01-01"\n    }\n  ]\n}\n'
    assert edited(text, COMPLETED) == text.replace(
        '"2026-01-01"\n', '"2026-01-01",\n      "deliverable": {"completed": "2026-02-03"}\n'
    )
    assert edited(text, Put(("closed",), DAY)) == text.replace("  ]\n", '  ],\n  "closed": "2026-02-03"\n')
    assert edited(text, Append(("milestones",), {"id": "M2"})) == text.replace("    }\n", '    },\n    {"id": "M2"}\n')


def test_days_in_a_block_are_quoted_where_all_are() -> None:
    text = "milestones:\n- id: M1\n  planned: '2026-01-01'\n  status: sent\n"
    assert edited(text, COMPLETED) == text.replace("  status", "  deliverable:\n    completed: '2026-02-03'\n  status")
    assert edited(text, Put(("closed",), DAY)) == text + "closed: '2026-02-03'\n"
    assert edited(text + "closed:\n", Put(("closed",), DAY)) == text + "closed: '2026-02-03'\n"
    plain = text + "  invoice: {sent: 2026-01-01}\n"
    assert edited(plain, Put(("closed",), DAY)) == plain + "closed: 2026-02-03\n"
