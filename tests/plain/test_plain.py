"""The reader of plain files against the parser: it reads the same, or steps aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import ROOT
from yaml_fuzz import SHAPE, batch, data_of

from mtrack.finding import Place
from mtrack.yaml import plain, source
from mtrack.yaml.compose import compose_reference
from mtrack.yaml.places import Places
from mtrack.yaml.plain_places import PlainPlaces

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """# yaml-language-server: $schema=x
project: John's "shop" (1:2)  # a comment
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
milestones:

- id: M1
  name: 'A: b # c'
  amount: 4000.00
  upfront: true
  invoice:
    number: 0012
    amount: -5
    payments: [{date: 2026-01-01, amount: 1.50, note: a b}, {date: 2026-01-02, amount: 2}]
  attachments:
  - one.pdf
  - "two \u00e9.pdf"
  note:
# between
- {id: M2, name: x y, amount: 5000, status: not_billed}
closed: ~
"""


def test_it_reads_what_people_write() -> None:
    found = plain.read(RECORD, SHAPE)
    assert found is not None
    assert found["project"] == 'John\'s "shop" (1:2)'
    assert found["milestones"][0]["attachments"] == ["one.pdf", "two \u00e9.pdf"]
    assert repr(found) == repr(data_of(RECORD, compose_reference(RECORD)))


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "a: b\r\n", "a: b\tc\n", "\ufeffa: b\n", "a: b\x85c\n", "a: |\n  b\n", "a: >-\n  b\n", "a: b\n  c\n", "a: b\n  c: d\n",
     "a: &x b\n", "a: *x\n", "a: !x b\n", "? a\n", "'a': b\n", "a b: c\n", "a: b: c\n", "a: b:\n", "a: 'b''c'\n", 'a: "b\\n"\n', "a: b\na: c\n",
     "- a\n", "a:\n- b\n c: d\n", "a:\n   b: c\n  d: e\n", "a:\n  b: c\n   d: e\n", "a: {}\n", "a: []\n", "a: {b: c,}\n", "a: {b: c\n", "a: {b:c}\n",
     "a: [b: c]\n", "a: {b: 'c'}\n", "a: {b: c, b: d}\n", "a: - b\n", "a: -\n", "- - a\n", "a:\n-\n", "a: b#c\n", "---\na: b\n", "a: b\n...\n", "%YAML 1.2\n",
     "<<: {a: b}\n", "a: @b\n", "a: `b`\n", "a: %b\n", "a:b\n", "a:\n  - b\n  c: d\n", "  a: b\nc: d\n", "a: ,b\n", "a: ]\n", "a: {b: c} d\n"],
)  # fmt: skip
def test_it_steps_aside(text: str) -> None:
    assert plain.read(text, SHAPE) is None


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "corpus").glob("*.txt")), ids=lambda path: path.stem)
def test_the_corpus_is_read_alike(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    found = plain.read(text, SHAPE)
    assert found is None or repr(found) == repr(data_of(text, compose_reference(text)))


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("a:\n- b\n- c\n", (0,)),
        ("a:\n- b: c\n", (0,)),
        ("a:\n- b:\n  - c\n  d: e\n", ("a", 0, 0)),
        ("a:\n" + "- b: c\n" * 7 + "-    d: e\n", (7,)),
    ],
)
def test_a_mapping_has_no_items_though_its_lists_stand_in_its_column(text: str, route: tuple[str | int, ...]) -> None:
    plainly, parsed = PlainPlaces(text), Places(text)
    assert plain.read(text, SHAPE) is not None
    for is_key in (False, True):
        assert plainly.offsets(route, key=is_key) == parsed.offsets(route, key=is_key)
    assert plainly.first_key(route, ()) is None
    assert parsed.first_key(route, ()) is None


@pytest.mark.parametrize("seed", range(10))
def test_mutated_texts_are_read_alike(seed: int) -> None:
    compared = batch((seed, 2000))
    assert compared.wrong == []
    assert compared.taken > 300


def test_a_file_is_the_same_source_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTRACK_WAYS", "plain")
    fast = source.parse("milestones.yaml", RECORD, SHAPE)
    monkeypatch.setenv("MTRACK_WAYS", "")
    slow = source.parse("milestones.yaml", RECORD, SHAPE)
    assert (fast.data, fast.flaws, fast.text) == (slow.data, slow.flaws, slow.text)
    first = Place("milestones.yaml", ("milestones", 0, "invoice"), first=())
    assert (
        fast.offsets(first)
        == slow.offsets(first)
        != slow.offsets(Place("milestones.yaml", ("milestones", 0, "invoice")))
    )
