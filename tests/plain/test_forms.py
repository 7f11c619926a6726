"""What is read by its form is what the reader of plain files reads there."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support import ROOT, mtrack, write_tree
from yaml_fuzz import SHAPE, batch

from mtrack import limits
from mtrack.finding import Place
from mtrack.yaml import forms, plain, source

if TYPE_CHECKING:
    from pathlib import Path

sys.path.insert(0, str(ROOT / "bench"))
import workspace

HEAD = "project: {}\ncurrency: EUR\nmilestones:\n"
ITEM = "  - id: {}\n    name: {}\n    amount: {}\n    upfront: {}\n    invoice: {{number: {}, amount: 1.00, sent: 2026-01-02}}\n    status: sent\n"
VALUES = ("M1", "One", "100.00", "true", "R-1")


def text(*items: tuple[str, ...], head: str = "P", item: str = ITEM) -> str:
    return HEAD.format(head) + "".join(item.format(*values) for values in items)


@pytest.fixture
def known() -> forms.Forms:
    """Forms that have learned `text`."""
    result = forms.Forms(SHAPE)
    for i in range(3):
        result.read(text((f"M{i}", f"N{i}", f"{i}.00", "false", f"R{i}"), VALUES))
    return result


def both(known: forms.Forms, record: str) -> tuple[Any, int]:
    """What is read by forms, which must be what is read without, and how many parts had one."""
    before = known.taken
    found, _ = known.read(record)
    assert found is None or repr(found) == repr(plain.read(record, SHAPE))
    return found, known.taken - before


def test_values_go_where_they_stand(known: forms.Forms) -> None:
    found, parts = both(
        known, text(("M1", "Design, build", "4000.50", "true", "0012"), ("a.b", "it's (1)", "7", "false", "x y"))
    )
    assert parts == 3
    assert found == plain.read(
        text(("M1", "Design, build", "4000.50", "true", "0012"), ("a.b", "it's (1)", "7", "false", "x y")), SHAPE
    )
    assert found["milestones"][0]["invoice"]["number"] == "0012"
    assert [type(item["amount"]).__name__ for item in found["milestones"]] == ["Decimal", "Decimal"]


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        (("M1", "~", "1", "true", "R"), 1),  # null is no text
        (("M1", "null", "1", "true", "R"), 1),
        (("M1", "-5", "1", "true", "R"), 1),
        (("M1", "One", "-1", "true", "R"), 1),
        (("M1", "a: b", "1", "true", "R"), None),
        (("M1", "a:b", "1", "true", "R"), 1),
        (("M1", "One # two", "1", "true", "R"), 1),
        (("M1", "One#two", "1", "true", "R"), None),
        (("M1", "One ", "1", "true", "R"), None),
        (("M1", "[a, b]", "1", "true", "R"), 1),
        (("M1", "'One'", "1", "true", "R"), 1),
        (("M1", '"One: #1"', "1", "true", "R"), 1),
        (("M1", "&a", "1", "true", "R"), None),
        (("M1", "One", "1", "true", "R]"), None),
        (("M1", "One", "1", "true", "R}"), None),
        (("M1", "One", "1", "true", "R, x: y"), 1),
        (("M1", "One", "1", "true", "R "), 1),
        (("M1", "One", "1", "true", "'R'"), None),
        (("M1", "One\n    note: a", "1", "true", "R"), 1),
        (("M1", "One\n  note: a", "1", "true", "R"), None),
        (("M1", "One\nnote: a", "1", "true", "R"), None),
        (("M1", "One", "1e3", "true", "R"), 1),
        (("M 1", "One", "1", "true", "R"), 1),
        (("M1", "One", "1", "0", "R"), 1),
    ],
)
def test_what_means_something_else_has_no_form_here(
    known: forms.Forms, values: tuple[str, ...], parts: int | None
) -> None:
    found, taken = both(known, text(values))
    assert (found is None) == (parts is None)
    assert parts is None or taken == parts


def test_quoted_values_have_a_form_of_their_own(known: forms.Forms) -> None:
    item = ITEM.replace("name: {}", 'name: "{}"')
    for name in ("a: b", "c #1", "d, 'e'"):
        both(known, text(("M1", name, "1", "true", "R"), item=item))
    found, parts = both(known, text(("M1", "[f]: {g}", "1", "true", "R"), ("M2", "null", "2", "true", "R"), item=item))
    assert parts == 3
    assert [item["name"] for item in found["milestones"]] == ["[f]: {g}", "null"]
    found, parts = both(known, text(("M1", '"', "1", "true", "R"), item=item.replace('"', "'")))
    assert (found["milestones"][0]["name"], parts) == ('"', 2)


@pytest.mark.parametrize("between", ["- ", "  - ", "  -   ", "      - "])
def test_any_indent_of_a_list_is_its_own_form(between: str) -> None:
    known = forms.Forms(SHAPE)
    item = ITEM.replace("  - ", between).replace("\n    ", "\n" + " " * len(between))
    for _ in range(3):
        both(known, text(VALUES, item=item))
    assert both(known, text(VALUES, VALUES, item=item))[1] == 3


@pytest.mark.parametrize(
    "record",
    [
        "project: P\n",
        "milestones:\n  - id: M1\n",
        "project: P\nmilestones: []\n",
        "project: P\nmilestones:\n",
        "project: P\nmilestones:\n  # none\n  - id: M1\n",
        "project: P\nmilestones:\n  - M1\n",
        "project: P\nmilestones:\n  - id: M1\nclosed: 2026-01-01\n",
        "project: P\nmilestones:\n  - id: M1\n  closed: 2026-01-01\n",
        "agreement:\n  amendments:\n  - note: a\nproject: P\nmilestones:\n  - id: M1\n",
        "project: P\nmilestones:\n  - id: M1\nmilestones:\n  - id: M2\n",
        "project: P\nmilestones:\n  - id: M1\n    hold:\n  - id: M2\n",
        "project: P\nmilestones:\n  - id: M1\n \n\n# end\n",
    ],
)
def test_other_files_are_read_the_same(known: forms.Forms, record: str) -> None:
    for _ in range(4):
        both(known, record)


def test_files_without_such_a_list_have_no_forms() -> None:
    known = forms.Forms(SHAPE.properties["agreement"])
    assert known.read("file: a\n\n:\n- b\n") == (None, [])


def test_where_nothing_recurs_it_is_not_tried_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PATIENCE", 10)
    known = forms.Forms(SHAPE)
    read = [known.read(text(VALUES, VALUES, item=ITEM + f"    x-{i}: 1\n"))[0] for i in range(20)]
    assert read[0] is not None
    assert read[-1] is None


def test_files_of_keys_of_their_own_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_MOST", 5)
    known = forms.Forms(SHAPE)
    for i in range(30):
        found, _ = known.read(text(VALUES) + f"x-{i}: 1\n")
        assert found == plain.read(text(VALUES) + f"x-{i}: 1\n", SHAPE)
        assert len(vars(known)["_keys"]) <= 5


def test_a_value_that_does_not_fit_among_like_ones_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = dict.fromkeys(range(12), VALUES) | {
        7: ("M 1", *VALUES[1:]),
        8: ("M1", "One", "-1", "true", "R"),
        9: ("M1", "One", "1.00", "yes", "R"),
        10: ("M1", "One", "1.00", "true", "R, due: 2026-02-30"),
        11: ("M1", "One", "1.00", "true", "R, paid: 2026-01-03, payments: [{date: 2026-01-03, amount: 1}]"),
    }
    write_tree(tmp_path, {f"p{i:02}/milestones.yaml": text(items, VALUES) for i, items in values.items()})
    found = {}
    for ways in ("", "plain", "forms plain"):
        monkeypatch.setenv("MTRACK_WAYS", ways)
        found[ways] = mtrack("lint", tmp_path, "--as-of", "2026-11-22", "--format", "json").out
    assert found[""] == found["plain"] == found["forms plain"]
    for i in values:
        assert (f'"path": "p{i:02}/milestones.yaml",\n      "line"' in found[""]) is True
    assert found[""].count('"rule": "schema"') == 5


def test_what_fits_once_is_known_to_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTRACK_WAYS", "plain forms")
    monkeypatch.setattr(forms, "_known", {})
    read = [source.parse("milestones.yaml", text(VALUES, VALUES), SHAPE) for _ in range(4)]
    assert not read[-1].fits
    read[-1].note_that_it_fits()
    assert source.parse("milestones.yaml", text(("M2", "Two", "2", "true", "R-2")), SHAPE).fits
    assert not source.parse("milestones.yaml", text(("M 2", "Two", "2", "true", "R-2")), SHAPE).fits
    assert not source.parse("milestones.yaml", text(VALUES, head="~"), SHAPE).fits


def test_blank_text_among_like_ones_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = "- id: M1\n  name: {name}\n  amount: 100.00\n  invoice:\n    number: {number}\n    amount: 1.00\n    sent: 2026-01-02\n  status: sent\n"
    record = (
        "project: {project}\ncurrency: EUR\nclient: {client}\nwaivers:\n- rule: overdue\n  reason: {reason}\nmilestones:\n"
        + item
    )
    names = ("project", "client", "reason", "name", "number")
    plenty = [dict.fromkeys(names, f'"text {i}"') for i in range(8)]
    blank = [{**dict.fromkeys(names, '"text"'), name: text} for name in names for text in ('" "', "'  '", "' x '")]
    write_tree(tmp_path, {f"a{i}/milestones.yaml": record.format(**values) for i, values in enumerate(plenty)})
    write_tree(tmp_path, {f"b{i:02}/milestones.yaml": record.format(**values) for i, values in enumerate(blank)})
    found = {}
    for ways in ("", "forms plain"):
        monkeypatch.setenv("MTRACK_WAYS", ways)
        monkeypatch.setattr(forms, "_known", {})
        found[ways] = mtrack("lint", tmp_path, "--as-of", "2026-11-22", "--format", "json").out
    assert found[""] == found["forms plain"]
    told = {item["path"] for item in json.loads(found[""])["findings"] if item["rule"] == "schema"}
    required = [
        i
        for i, values in enumerate(blank)
        if any(values[name].strip("'\" ") == "" for name in names if name != "client")
    ]
    assert len(required) == 8
    assert told == {f"b{i:02}/milestones.yaml" for i in required}


def test_what_is_missing_beside_parts_that_fit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invoices = "invoices:\n- {number: A-1, amount: 1.00, sent: 2026-01-02, lines: [{milestone: M1, amount: 1.00}]}\n"
    milestones = text(VALUES, VALUES).removeprefix("project: P\ncurrency: EUR\n")
    whole = f"project: P\n{invoices}currency: EUR\n{milestones}closed: 2026-01-01\n"
    parts = {
        "milestones": f"project: P\n{invoices}currency: EUR\nclosed: 2026-01-01\n",
        "milestones and below": f"project: P\n{invoices}",
        "project": f"currency: EUR\n{milestones}",
        "all but invoices": invoices,
        "all but milestones": milestones,
    }
    write_tree(tmp_path, {f"a{i}/milestones.yaml": whole for i in range(9)})
    write_tree(tmp_path, {f"b{i}/milestones.yaml": part for i, part in enumerate(parts.values())})
    found = {}
    for ways in ("", "forms plain"):
        monkeypatch.setenv("MTRACK_WAYS", ways)
        monkeypatch.setattr(forms, "_known", {})
        found[ways] = mtrack("lint", tmp_path, "--as-of", "2026-11-22", "--format", "json").out
    assert found[""] == found["forms plain"]
    told = {item["path"] for item in json.loads(found[""])["findings"] if item["rule"] == "schema"}
    assert told == {f"b{i}/milestones.yaml" for i in range(len(parts))}
    monkeypatch.setattr(forms, "_known", {})
    for _ in range(4):
        source.parse("milestones.yaml", whole, SHAPE).note_that_it_fits()
    assert source.parse("milestones.yaml", whole, SHAPE).fits
    for part in parts.values():
        assert not source.parse("milestones.yaml", part, SHAPE).fits


def test_mutated_texts_are_read_alike() -> None:
    compared = batch((77, 2000))
    assert compared.wrong == []
    assert compared.formed > 1000


def test_the_bench_is_nearly_all_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    known = forms.Forms(SHAPE)
    records = [workspace.record(i, 8)[0] for i in range(1, 120)]
    for record in records:
        both(known, record)
    assert known.taken > 9 * len(records) * 0.9
    monkeypatch.setenv("MTRACK_WAYS", "plain forms")
    fast = source.parse("milestones.yaml", records[0], SHAPE)
    monkeypatch.setenv("MTRACK_WAYS", "")
    assert repr(source.parse("milestones.yaml", records[0], SHAPE).data) == repr(fast.data)


def large(
    items: int, item: str = "  - {{id: M{0}, name: N{0}, amount: {0}.00, upfront: true, x-a: [a, {{b: c}}]}}\n"
) -> str:
    """A record of so many items."""
    return HEAD.format("P") + "".join(item.format(i) for i in range(1, items + 1))


@pytest.mark.parametrize(("items", "is_plain"), [(9_000, True), (66_660, True), (66_670, False)])
def test_a_large_file_whose_items_are_alike_needs_no_parser(
    items: int,
    is_plain: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 18 keys, values and brackets an item: the last has more than a file may.
    record = large(items)
    assert len(record) * 2 > limits.PARTS or items < 10_000
    found = source.parse("milestones.yaml", record, SHAPE)
    monkeypatch.setenv("MTRACK_WAYS", "")
    parsed = source.parse("milestones.yaml", record, SHAPE)
    assert (found.is_plain, parsed.is_plain) == (is_plain, False)
    assert (found.data, found.flaws) == (parsed.data, parsed.flaws)
    assert bool(found.flaws) == (not is_plain)
    for route in (("milestones", items - 1, "x-a", 1, "b"), ("milestones", 7, "amount"), ("milestones", 8)) * is_plain:
        for is_key in (False, True):
            place = Place("milestones.yaml", route, key=is_key)
            assert found.offsets(place) == parsed.offsets(place)


def test_what_could_have_too_many_keys_is_left_to_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS", 200)
    keys = "".join(f"    x-{i}: 1\n" for i in range(201))
    wide = source.parse("milestones.yaml", text(*[VALUES] * 9) + keys, SHAPE)
    assert (wide.is_plain, wide.unread) == (False, 7)


@pytest.mark.parametrize(
    ("below", "parts"),
    [
        ("closed: 2026-05-05\n", 3), ("\n# why\nwaivers:\n  - {rule: overdue, reason: r}\n\nclosed: 2026-05-05", 2),
        ("invoices:\n  - number: I\n    lines:\n      - {milestone: M1, amount: 1.00}\n", 3), ("project: Q\n", 0),
        ("milestones:\n", 0), ("note: |\n  text\n", 0), ("goes on here\n", 0),
    ],
)  # fmt: skip
def test_keys_may_stand_below_the_list(known: forms.Forms, below: str, parts: int) -> None:
    record = text(VALUES, ("M2", "Two", "5.00", "false", "R2")) + below
    found, taken = both(known, record)
    assert (found is None, taken if found is not None else 0) == (not parts, parts)
    assert found in (None, plain.read(record, SHAPE))
