"""What a file means, where things stand in it, and that the fast way and the reference agree."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import ROOT

from mtrack import limits
from mtrack.finding import Place, Route
from mtrack.record import schema
from mtrack.yaml import compose as compose_module
from mtrack.yaml import source
from mtrack.yaml.compose import compose, compose_reference
from mtrack.yaml.shape import Shape

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from mtrack.yaml.source import Source

SHAPE = schema.shape("milestones")
ANY = Shape()
CORPUS = sorted((ROOT / "tests" / "corpus").glob("*.txt"))


def read(text: str, shape: Shape = ANY) -> Source:
    return source.parse("milestones.yaml", text, shape)


def data(text: str, shape: Shape = ANY) -> Any:
    result = read(text, shape)
    assert result.flaws == ()
    return result.data


def flaws(text: str, shape: Shape = ANY) -> list[str]:
    result = read(text, shape)
    assert result.flaws
    assert result.data is None
    return [flaw.message for flaw in result.flaws]


# --- Meaning: YAML 1.2 core ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "Yes", "NO", "y", "n", "12:30:45", "2026-02-03", "0o17", "0x1F", "1_000", ".inf", ".nan", "=", "+1", "1e3", "--", "é"])  # fmt: skip
def test_words_that_other_versions_of_yaml_convert_are_text(word: str) -> None:
    assert data(f"a: {word}\n") == {"a": word}


@pytest.mark.parametrize("kind", ["text", "amount", "count", "flag", "any"])
@pytest.mark.parametrize("word", ["", "~", "null", "Null", "NULL", " # nothing"])
def test_nothing_is_none_whatever_is_asked_for(word: str, kind: str) -> None:
    assert data(f"a: {word}\nb:\n", Shape(others=Shape(kind))) == {"a": None, "b": None}


@pytest.mark.parametrize("word", ["nUll", "none", "nil", "''", '""', "!"])
def test_what_only_looks_like_nothing_is_not(word: str) -> None:
    if word == "!":
        assert flaws("a: !\n") == ["the tag ! is not part of this format"]
    else:
        assert data(f"a: {word}\n") == {"a": word.strip("'\"")}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("False", False),
        ("FALSE", False),
        ("tRue", "tRue"),
    ],
)
def test_true_and_false_are_flags_but_where_text_is_asked_for(word: str, value: object) -> None:
    assert data(f"a: {word}\n") == {"a": value}
    assert data(f"project: {word}\n", SHAPE) == {"project": word}
    upfront = data(f"milestones: [{{upfront: {word}, name: {word}}}]\n", SHAPE)["milestones"][0]
    assert upfront == {"upfront": value, "name": word}
    assert data(f"milestones: [{{upfront: '{word}'}}]\n", SHAPE)["milestones"][0]["upfront"] == word


@pytest.mark.parametrize("word", ["0012", "12", "1.50", "-3", "1e3", "00", "1.", "4000.00", "true", "0x10"])
def test_text_keeps_its_characters(word: str) -> None:
    record = data(f"milestones:\n- id: {word}\n  invoice: {{number: {word}, file: {word}}}\n", SHAPE)["milestones"][0]
    assert record == {"id": word, "invoice": {"number": word, "file": word}}


@pytest.mark.parametrize(
    ("characters", "value"),
    [
        ("4000.00", Decimal("4000.00")),
        ("4000", Decimal(4000)),
        ("0", Decimal(0)),
        ("-0.50", Decimal("-0.50")),
        ("000012.10", Decimal("12.10")),
        ("123456789012345678.9", Decimal("123456789012345678.9")),
        ("0.123456789012345678", Decimal("0.123456789012345678")),
        ("999999999999999999", Decimal(999999999999999999)),
    ],
)
def test_amounts_are_exact(characters: str, value: Decimal) -> None:
    amount = data(f"milestones: [{{amount: {characters}}}]\n", SHAPE)["milestones"][0]["amount"]
    assert isinstance(amount, Decimal)
    assert (str(amount), amount) == (str(value), value)


@pytest.mark.parametrize(
    "characters",
    ["'4000.00'", '"4000.00"', "1e3", "4_000", "0x10", ".inf", "-.inf", ".nan", "NaN", "24,000", "+5", ".5", "5.", "1.2.3",
     "1234567890123456789", "٤٠٠٠", "４０００", "24.000,50", "EUR 4000", "-.5", "--5", "4000 # net"[:4] + "€"],
)  # fmt: skip
def test_all_else_is_no_amount(characters: str) -> None:
    amount = data(f"agreement:\n  total: {characters}\n", SHAPE)["agreement"]["total"]
    assert amount == characters.strip("'\"")


def test_a_zero_has_no_sign() -> None:
    amount = data("agreement: {total: -0.00}\n", SHAPE)["agreement"]["total"]
    assert str(amount) == "0.00"


@pytest.mark.parametrize(("characters", "value"), [("5", 5), ("-1", -1), ("007", 7), ("5.0", "5.0"), ("1e1", "1e1"), ("'5'", "5"), ("1" * 19, "1" * 19)])  # fmt: skip
def test_counts_are_whole_numbers(characters: str, value: object) -> None:
    count = data(f"agreement: {{milestones: {characters}}}\n", SHAPE)["agreement"]["milestones"]
    assert (type(count), count) == (type(value), value)


def test_keys_are_their_characters() -> None:
    assert data("1: a\n0012: b\ntrue: c\n~: d\n? e\n: f\n'': g\n2026-02-03: h\n") == {
        "1": "a", "0012": "b", "true": "c", "~": "d", "e": "f", "": "g", "2026-02-03": "h",
    }  # fmt: skip


def test_block_and_quoted_scalars() -> None:
    text = (
        "a: |\n  one\n   two\n\n  three\nb: >-\n  folded\n  text\n\n  next\nc: |+\n  kept\n\nd: 'it''s'\n"
        'e: "tab\\t \\u20ac \\U0001F600 \\x41 \\\n  joined"\nf: plain\n  goes on\n\n  here\ng: |2\n    two deep\n'
    )
    assert data(text) == {
        "a": "one\n two\n\nthree\n", "b": "folded text\nnext", "c": "kept\n\n", "d": "it's",
        "e": "tab\t € 😀 A joined", "f": "plain goes on\nhere", "g": "  two deep\n",
    }  # fmt: skip


def test_flow_scalars_with_colons() -> None:
    assert data("[http://x/y, a:b, -1, 'c':d]\n") == ["http://x/y", "a:b", Decimal(-1), {"c": "d"}]
    assert data("{a:1}\n") == {"a:1": None}
    assert data("{a: http://x/y?z=1#f, \"b\":1, 'c':d}\n") == {"a": "http://x/y?z=1#f", "b": Decimal(1), "c": "d"}
    assert data("[:x, ::, a:]\n") == [":x", "::", "a:"]


def test_json_is_yaml() -> None:
    assert data('{"a": [1, -2.50, true, null, "\\u00e9\\ud83d\\ude00\\/"], "b": {}}\n') == {
        "a": [Decimal(1), Decimal("-2.50"), True, None, "é😀/"],
        "b": {},
    }


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.9"])
@pytest.mark.parametrize("before", ["", "# a comment\r\n\r\n", "%TAG !e! tag:example.org,2026:\n# and\n"])
def test_any_version_line_means_the_same(version: str, before: str) -> None:
    text = f"{before}%YAML {version} # a version\n---\na: yes\nb: 010\nc: !\n"
    assert [flaw.message for flaw in read(text).flaws] == ["the tag ! is not part of this format"]
    text = text.replace("c: !\n", "note: |\n  %YAML 1.1\n")
    assert data(text) == {"a": "yes", "b": Decimal(10), "note": "%YAML 1.1\n"}


def test_a_version_line_is_only_one_at_the_start() -> None:
    assert data("a: 'x\n\n  %YAML 1.1'\n") == {"a": "x\n%YAML 1.1"}
    assert data("%YAML 1.2\n---\na: 'x\n\n  %YAML 1.1'\n") == {"a": "x\n%YAML 1.1"}


def test_a_version_line_costs_no_time_however_long_the_comments_before_it() -> None:
    assert data("#\r\n" * 50_000 + "a: b\n") == {"a": "b"}


@pytest.mark.parametrize(
    "text", ["---\na: b\n", "--- {a: b}\n", "a: b\n...\n", "# c\n---\na: b\n...\n# c\n", "---   # c\na: b"]
)
def test_document_markers(text: str) -> None:
    assert data(text) == {"a": "b"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# only a comment",
        "# c\n\n# d\n",
        "---\n",
        "---\n...\n",
        "~\n",
        "   ",
        "﻿",
        "%YAML 1.2\n---\n",
    ],
)
def test_an_empty_document_is_none(text: str) -> None:
    assert data(text) is None


def test_anchors_and_aliases() -> None:
    text = "a: &x {b: 1, c: &y [2]}\nd: *x\ne: [*y, *y]\nf: &z 2026-02-03\ng: *z\nh: &x other\ni: *x\n*z : j\n"
    both = {"b": Decimal(1), "c": [Decimal(2)]}
    assert data(text) == {
        "a": both, "d": both, "e": [[Decimal(2)]] * 2, "f": "2026-02-03", "g": "2026-02-03", "h": "other", "i": "other",
        "2026-02-03": "j",
    }  # fmt: skip


def test_an_alias_means_what_its_own_place_asks_for() -> None:
    text = "project: &n 0012\nagreement: {total: *n, milestones: *n}\nmilestones: [{amount: &q '5', name: *q}]\n"
    assert data(text, SHAPE) == {
        "project": "0012",
        "agreement": {"total": Decimal(12), "milestones": 12},
        "milestones": [{"amount": "5", "name": "5"}],
    }


def test_names_of_anchors_may_hold_more_than_letters() -> None:
    assert data("a: &é.1 x\nb: *é.1\n") == {"a": "x", "b": "x"}
    assert flaws("a: &a x\nb: *a:\n") == ["*a: repeats what &a: marks, and nothing does"]


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_what_only_older_yaml_takes_for_a_line_break_is_text(char: str) -> None:
    text = f"a: x{char}y\nb: 'p{char}  q'\nc: |\n  r{char}s\n# d: {char}e: f\n\ue000: {char}\n"
    assert data(text) == {"a": f"x{char}y", "b": f"p{char}  q", "c": f"r{char}s\n", "\ue000": char}
    source_ = read(text)
    span = source_.span(Place("milestones.yaml", ("b",)))
    assert span is not None
    assert (span.line, span.column, span.end_column) == (2, 4, 11)


# --- Bytes -----------------------------------------------------------------------------------------------------


def on_disk(folder: Path, content: bytes) -> Source:
    (folder / "milestones.yaml").write_bytes(content)
    return source.read(str(folder), "milestones.yaml", ANY)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_and_line_ends(tmp_path: Path, bom: bytes, newline: bytes) -> None:
    result = on_disk(
        tmp_path, bom + newline.join([b"# caf\xc3\xa9", b"a: one", b"  two", b"b: |", b"  x", b"  y", b""])
    )
    assert result.data == {"a": "one two", "b": "x\ny\n"}
    assert result.had_bom == bool(bom)
    span = result.span(Place("milestones.yaml", ("b",)))
    assert span is not None
    assert (span.line, span.column, span.end_line, span.end_column) == (4, 4, 6, 4)
    assert [result.line_text(line) for line in (1, 2, 6)] == ["# café", "a: one", "  y"]


@pytest.mark.parametrize(
    ("content", "byte", "where"),
    [
        ("project: Café".encode("latin-1"), "E9", (1, 13)),
        (b"a: b\nc: \xff\xfe", "FF", (2, 4)),
        ("a: b".encode("utf-16"), "FF", (1, 1)),
        (b"\xef\xbb\xbfa: \xc3(", "C3", (1, 4)),
        (b"a: \xed\xa0\x80", "ED", (1, 4)),
        (b"a: \xf4\x90\x80\x80", "F4", (1, 4)),
        (b"a: \xc0\x80", "C0", (1, 4)),
        (b"a: \xe2\x82", "E2", (1, 4)),
    ],
)
def test_what_is_not_utf_8_says_where(tmp_path: Path, content: bytes, byte: str, where: tuple[int, int]) -> None:
    result = on_disk(tmp_path, content)
    assert result.unreadable is not None
    assert result.unreadable.message == f"the file is not UTF-8: byte 0x{byte} is no part of a character"
    assert result.unreadable.offsets is not None
    assert result.position(result.unreadable.offsets[0]) == where
    assert result.data is None


def test_the_largest_file_and_one_byte_more(tmp_path: Path) -> None:
    assert on_disk(tmp_path, b"a: b\n#".ljust(limits.FILE_BYTES, b"x")).data == {"a": "b"}
    result = on_disk(tmp_path, b"a: b\n#".ljust(limits.FILE_BYTES + 1, b"x"))
    assert result.unreadable is not None
    assert result.unreadable.message == "the file is larger than 5 MiB"


def test_a_link_is_followed_inside_and_not_out(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "real.yaml").write_text("a: b\n", encoding="utf-8")
    (tmp_path / "outside.yaml").write_text("a: secret\n", encoding="utf-8")
    for name, target in (("in", "real.yaml"), ("out", "../outside.yaml"), ("loop", "loop"), ("gone", "nothing")):
        os.symlink(target, root / name)
    os.symlink("root", tmp_path / "also")
    assert source.read(str(root), "in", ANY).data == {"a": "b"}
    assert source.read(str(tmp_path / "also"), "in", ANY).data == {"a": "b"}
    messages = {}
    for name in ("out", "loop", "gone"):
        result = source.read(str(root), name, ANY)
        assert result.unreadable is not None
        messages[name] = result.unreadable.message
    assert messages == {
        "out": "the file is a link that leads out of the workspace",
        "loop": "the file can't be read: too many levels of symbolic links",
        "gone": "the file can't be read: no such file or directory",
    }


def test_folders_and_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, message in (("folder", "this is a folder, not a file"), ("pipe", "this is not a regular file")):
        result = source.read(str(tmp_path), name, ANY)
        assert result.unreadable is not None
        assert result.unreadable.message == message


# --- Places ----------------------------------------------------------------------------------------------------


def spot(text: str, *route: str | int, key: bool = False) -> tuple[tuple[int, int, int, int], str]:
    """Line, column, end line, end column of a place, and the characters there."""
    result = read(text)
    place = Place("milestones.yaml", route, key)
    span, offsets = result.span(place), result.offsets(place)
    assert span is not None
    assert offsets is not None
    again = read(text)
    again.forget()
    assert again.span(place) == span
    return (span.line, span.column, span.end_line, span.end_column), result.text[slice(*offsets)]


PLACES: list[tuple[str, Route, bool, tuple[int, int, int, int], str]] = [
    ("a: b\n", ("a",), False, (1, 4, 1, 5), "b"),
    ("a: b\n", ("a",), True, (1, 1, 1, 2), "a"),
    ("a: b\n", (), False, (1, 1, 1, 5), "a: b"),
    ("a: 'b c'  # d\n", ("a",), False, (1, 4, 1, 9), "'b c'"),
    ("'a b': c\n", ("a b",), True, (1, 1, 1, 6), "'a b'"),
    ("a: 😀 é\nb: {c: 日本, d: x}\n", ("a",), False, (1, 4, 1, 7), "😀 é"),
    ("😀: 日本\n", ("😀",), False, (1, 4, 1, 6), "日本"),
    ("a: 😀 é\nb: {c: 日本, d: x}\n", ("b", "d"), False, (2, 15, 2, 16), "x"),
    ("a: 😀 é\nb: {c: 日本, d: x}\n", ("b",), False, (2, 4, 2, 17), "{c: 日本, d: x}"),
    ("a: e\u0301\nb: x\n", ("a",), False, (1, 4, 1, 6), "e\u0301"),
    ("a: x\r\nb:\r\n  c: y\r\n", ("b", "c"), False, (3, 6, 3, 7), "y"),
    ("a: x\rb: y\r", ("b",), False, (2, 4, 2, 5), "y"),
    ("\ufeffa: x\n", ("a",), False, (1, 4, 1, 5), "x"),
    ("\ufeffa: x\n", ("a",), True, (1, 1, 1, 2), "a"),
    ("a:\t'x\ty'\t# z\nb: c\n", ("a",), False, (1, 4, 1, 9), "'x\ty'"),
    ("a: |\n  b\n  c\n\n\n# d\ne: f\n", ("a",), False, (1, 4, 3, 4), "|\n  b\n  c"),
    ("a: >-\n  b\n\n", ("a",), False, (1, 4, 2, 4), ">-\n  b"),
    ("a: |\nb: c\n", ("a",), False, (1, 4, 1, 5), "|"),
    ("a: x\n  y\n\n  z\n# c\nb: d\n", ("a",), False, (1, 4, 4, 4), "x\n  y\n\n  z"),
    ('a: "x\n  y"\n', ("a",), False, (1, 4, 2, 5), '"x\n  y"'),
    ("a:\n  - b\n  - c: d\n    e: f\n\n  # g\n\nh: i\n", ("a",), False, (2, 3, 4, 9), "- b\n  - c: d\n    e: f"),
    ("a:\n  - b\n  - c: d\n    e: f\n\n  # g\n\nh: i\n", ("a", 1), False, (3, 5, 4, 9), "c: d\n    e: f"),
    ("a:\n  - b\n  - c: d\n    e: f\n\n  # g\n\nh: i\n", ("a", 1, "e"), False, (4, 8, 4, 9), "f"),
    ("a:\n- b\n- c\nd: e\n", ("a",), False, (2, 1, 3, 4), "- b\n- c"),
    ("a:\n  b:\n    c:\n      - d\n\n\ne: f\n", ("a", "b"), False, (3, 5, 4, 10), "c:\n      - d"),
    ("a: [b,\n  c]  # d\n", ("a",), False, (1, 4, 2, 5), "[b,\n  c]"),
    ("a: [b,\n  c]  # d\n", ("a", 1), False, (2, 3, 2, 4), "c"),
    ("a: {}\nb: []\n", ("b",), False, (2, 4, 2, 6), "[]"),
    ("planned:\nb: c\n", ("planned",), False, (1, 1, 1, 8), "planned"),
    ("planned:   # none\nb: c\n", ("planned",), False, (1, 1, 1, 8), "planned"),
    ("{a: , b: c}\n", ("a",), False, (1, 2, 1, 3), "a"),
    ("{a, b: c}\n", ("a",), False, (1, 2, 1, 3), "a"),
    ("x:\n  a: b\n  planned:\ny: z\n", ("x",), False, (2, 3, 3, 10), "a: b\n  planned"),
    ("- a\n-\n- b\n", (1,), False, (2, 2, 2, 2), ""),
    ("- a\n-\n", (), False, (1, 1, 2, 2), "- a\n-"),
    ("a: ~\n", ("a",), False, (1, 4, 1, 5), "~"),
    ("a: &x [b]\nc: *x\nd: *x # e\n", ("c",), False, (2, 4, 2, 6), "*x"),
    ("a: &x [b]\nc: *x\nd: *x # e\n", ("d",), False, (3, 4, 3, 6), "*x"),
    ("a: &x [b]\nc: *x\n", ("c", 0), False, (1, 8, 1, 9), "b"),
    ("a: &x [b]\nc: *x\n", ("a",), False, (1, 4, 1, 10), "&x [b]"),
    ("a: &x b\nc: *x\n", ("c",), False, (2, 4, 2, 6), "*x"),
    ("a:\n  - &x\n    b: c\n  - *x\nd: e\n", ("a",), False, (2, 3, 4, 7), "- &x\n    b: c\n  - *x"),
    ("a: &x b\n*x : c\n", ("b",), True, (2, 1, 2, 3), "*x"),
    ("a: b\n", ("a", "nothing", 3), False, (1, 4, 1, 5), "b"),
    ("a: b\n", ("nothing",), False, (1, 1, 1, 5), "a: b"),
    ("a: [b]\n", ("a", 7), False, (1, 4, 1, 7), "[b]"),
    ("%YAML 1.1\n---\n# c\na: b\n", ("a",), False, (4, 4, 4, 5), "b"),
    ("", (), False, (1, 1, 1, 1), ""),
    ("# c\n\n", (), False, (1, 1, 1, 1), ""),
    ("? a\n: b\n", ("a",), False, (2, 3, 2, 4), "b"),
    ("a: 'x'\nb: \"\\U0001F600\" # wide\n", ("b",), False, (2, 4, 2, 16), '"\\U0001F600"'),
]


@pytest.mark.parametrize(("text", "route", "key", "where", "characters"), PLACES)
def test_places(text: str, route: Route, *, key: bool, where: tuple[int, int, int, int], characters: str) -> None:
    assert spot(text, *route, key=key) == (where, characters)


@pytest.mark.parametrize(
    ("text", "route", "key", "where", "characters"), [case for case in PLACES if "\t" not in case[0]]
)
def test_places_are_the_same_without_libyaml(  # noqa: PLR0913
    text: str,
    route: Route,
    *,
    key: bool,
    where: tuple[int, int, int, int],
    characters: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compose_module, "_LIBYAML", object)
    assert spot(text, *route, key=key) == (where, characters)


def test_the_first_key_of_a_mapping() -> None:
    text = "a: b\nproject: x\nm:\n- {q: 1, id: 2}\n- []\n- ~\ne: {}\n"
    result = read(text)

    def first(*route: str | int, of: tuple[str, ...] = ()) -> tuple[int, int] | None:
        return result.offsets(Place("milestones.yaml", route, first=of))

    def key(*route: str | int) -> tuple[int, int] | None:
        return result.offsets(Place("milestones.yaml", route, key=True))

    assert first() == key("a") == (0, 1)
    assert first(of=("id", "project")) == key("project") == (5, 12)
    assert first("m", 0) == first("m", 0, of=("x",)) == key("m", 0, "q")
    assert first("m", 0, of=("id",)) == key("m", 0, "id")
    assert first("m", 1) == key("m", 1)
    assert first("m", 2) == key("m", 2)
    assert first("e") == key("e")
    assert first("nothing") == key("nothing")


def test_a_file_itself_has_no_span() -> None:
    assert read("a: b\n").span(Place("milestones.yaml")) is None


def test_many_places_in_one_mapping_take_linear_time() -> None:
    result = read("".join(f"k{i}: v{i}\n" for i in range(60_000)))
    for i in range(0, 60_000, 3):
        place = Place("milestones.yaml", (f"k{i}",), key=True)
        span = result.span(place)
        assert span is not None
        assert span.line == i + 1


# --- Flaws -----------------------------------------------------------------------------------------------------


FLAWS: list[tuple[str, str, str, str]] = [
    # text, message, hint, the characters at fault
    ("a: b\na: c\n", "the key 'a' stands here twice", "keep one of the two", "a"),
    ("x:\n  - {a: b, 'a': c}\n", "the key 'a' stands here twice", "keep one of the two", "'a'"),
    ("x:\n  y:\n    z: 1\n    w: 2\n    z: 3\n", "the key 'z' stands here twice", "keep one of the two", "z"),
    ("? a\n: b\na: c\n", "the key 'a' stands here twice", "keep one of the two", "a"),
    ("a: &x b\nb: c\n*x : d\n", "the key 'b' stands here twice", "keep one of the two", "*x"),
    ("a: !!python/object:os.system x\n", "the tag !!python/object:os.system is not part of this format", "remove the tag",
     "!!python/object:os.system x"),
    ("a: !!python/object/apply:os.system [ls]\n", "the tag !!python/object/apply:os.system is not part of this format",
     "remove the tag", "!!python/object/apply:os.system [ls]"),
    ("a: !!str 1\n", "the tag !!str is not part of this format", "remove the tag", "!!str 1"),
    ("a: ! b\n", "the tag ! is not part of this format", "remove the tag", "! b"),
    ("a: ! 'b'\n", "the tag ! is not part of this format", "remove the tag", "! 'b'"),
    ('a: &x ! "b"\n', "the tag ! is not part of this format", "remove the tag", '&x ! "b"'),
    ("a: ! [b]\n", "the tag ! is not part of this format", "remove the tag", "! [b]"),
    ("a: ! {b: c}\n", "the tag ! is not part of this format", "remove the tag", "! {b: c}"),
    ("a: !local b\n", "the tag !local is not part of this format", "remove the tag", "!local b"),
    ("[!!int 1]\n", "the tag !!int is not part of this format", "remove the tag", "!!int 1"),
    ("{!!str a: b}\n", "the tag !!str is not part of this format", "remove the tag", "!!str a"),
    ("a: !<tag:example.org,2026:x> b\n", "the tag tag:example.org,2026:x is not part of this format", "remove the tag",
     "!<tag:example.org,2026:x> b"),
    ("--- !!map\na: b\n", "the tag !!map is not part of this format", "remove the tag", "!!map\na: b"),
    ("<<: {a: b}\n", "'<<' merges mappings, which this format does not have", "write the keys out", "<<"),
    ("a: &x {b: c}\nd:\n  <<: *x\n", "'<<' merges mappings, which this format does not have", "write the keys out", "<<"),
    ("a: b\n---\nc: d\n", "a second document begins here", "keep one document a file", "---"),
    ("a: b\n---\n", "a second document begins here", "keep one document a file", "---"),
    ("a: &x [*x]\n", "the alias *x stands inside its own anchor", "write the value out", "*x"),
    ("a: &x\n  b: {c: *x}\n", "the alias *x stands inside its own anchor", "write the value out", "*x"),
    ("a: *nothing\n", "*nothing repeats what &nothing marks, and nothing does", "put the text in quotes", "*nothing"),
    ("note: *important*\n", "*important* repeats what &important* marks, and nothing does", "put the text in quotes",
     "*important*"),
    ("a: [&x b, *x, *y]\n", "*y repeats what &y marks, and nothing does", "put the text in quotes", "*y"),
    ("? [a]\n: b\n", "a key must be a word, not a list or mapping",
     "write the key as plain text; put text that begins with { or [ in quotes", "[a]"),
    ("project: {{ name }}\n", "a key must be a word, not a list or mapping",
     "write the key as plain text; put text that begins with { or [ in quotes", "{ name }"),
    ("a:\n\t- b\n", "a tab where YAML wants spaces", "indent with spaces", "\t"),
    ("a: b\n\tc: d\n", "a tab where YAML wants spaces", "indent with spaces", "\t"),
    ("a:\tb\nx:\n  - a: 1\n  \tb: 2\n", "a tab where YAML wants spaces", "indent with spaces", "\t"),
    ("a: |\n\tx\n", "a tab where YAML wants spaces", "indent with spaces", "\t"),
    ("a: b: c\n", "a colon where no key can end",
     "put text that holds ': ' in quotes, line the key up with its neighbours, write a space after each colon", ":"),
    ("name: Phase 1: Discovery\n", "a colon where no key can end",
     "put text that holds ': ' in quotes, line the key up with its neighbours, write a space after each colon", ":"),
    ("a: 'it's'\n", "text goes on where the value has already ended",
     "put all of it in one pair of quotes; inside '…' an apostrophe is written twice", "s"),
    ("a: [b\nc: d\n", "a comma or ']' is missing before this",
     "close the bracket; put text that holds brackets, commas or ': ' in quotes", ":"),
    ("a: {b: c]\n", "a comma or '}' is missing before this",
     "close the bracket; put text that holds brackets, commas or ': ' in quotes", "]"),
    ("a: [b, c\n", "a bracket is opened here and never closed", "close it", "["),
    ("a: {b: c", "a bracket is opened here and never closed", "close it", "{"),
    ('x: y\na: "b\nc: d\n', "a quote is opened here and never closed", "close it", '"'),
    ("a: 'b\n---\nc: d\n", "a quote is opened here and never closed", "close it", "'"),
    ("a: b\nc\n", "this is neither a key with a colon nor the item of a list",
     "write `key: value`, or indent it as part of the text above", "c"),
    ("- a\nb: c\n", "this does not line up with the list or mapping it stands in", "indent it like its neighbours", "b"),
    ("a:\n  b: c\n d: e\n", "this does not line up with the list or mapping it stands in", "indent it like its neighbours", "d"),
    ("  a: b\nc: d\n", "this does not line up with the list or mapping it stands in", "indent it like its neighbours", "c"),
    ("{a: b}}\n", "nothing may follow here", "remove it, or check the brackets and quotes before it", "}"),
    ("a: - b\n", "a list can't begin here", "begin it on a line of its own, below its key", "-"),
    ("a: @team\n", "text can't begin with @", "put the text in quotes", "@"),
    ("a: `x`\n", "text can't begin with `", "put the text in quotes", "`"),
    ("a: %x\n", "text can't begin with %", "put the text in quotes", "%"),
    ("a: & b\n", "'&' and '*' mark and repeat a value, and no name follows", "put the text in quotes", " "),
    ('a: "C:\\qx"\n', "this escape is unknown in double quotes", r"write a backslash as \\, or use single quotes", "q"),
    ('a: "\\xZZ"\n', "this escape is unknown in double quotes", r"write a backslash as \\, or use single quotes", "Z"),
    ("a: |x\n  b\n", "text on the line that '|' or '>' opens", "begin the text on the next line, or put it in quotes", "x"),
    ("%YAML 2.0\n---\na: b\n", "this version of YAML is unknown", "write %YAML 1.2, or leave the line out", "%"),
    ("a: b\0c\n", "the character U+0000 may not stand in YAML", "remove it, or write it as an escape in double quotes", "\0"),
    ("a: 😀\x07\n", "the character U+0007 may not stand in YAML", "remove it, or write it as an escape in double quotes", "\x07"),
    ("a: \x1b[31m\n", "the character U+001B may not stand in YAML", "remove it, or write it as an escape in double quotes",
     "\x1b"),
    ("a: \uffff\n", "the character U+FFFF may not stand in YAML", "remove it, or write it as an escape in double quotes", "\uffff"),
    ("a: \udc80\n", "the character U+DC80 may not stand in YAML", "remove it, or write it as an escape in double quotes", "\udc80"),
    ('a: "\\ud800"\n', "an escape here is half a character", "write the character itself", '"\\ud800"'),
    ('a: "\\ude00\\ud83d"\n', "an escape here is half a character", "write the character itself", '"\\ude00\\ud83d"'),
    ('"\\udfff": b\n', "an escape here is half a character", "write the character itself", '"\\udfff"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint", "characters"), FLAWS)
def test_flaws(text: str, message: str, hint: str, characters: str) -> None:
    result = read(text)
    assert result.data is None
    flaw = result.flaws[0]
    assert (flaw.message, flaw.hint) == (message, hint)
    assert flaw.offsets is not None
    assert result.text[slice(*flaw.offsets)] == characters


def test_every_duplicate_key_is_named_with_the_first() -> None:
    result = read("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")
    places = [
        [result.position(offsets[0]) for offsets in (flaw.offsets, flaw.first) if offsets] for flaw in result.flaws
    ]
    assert places == [[(2, 11), (2, 5)], [(3, 1), (1, 1)], [(4, 1), (1, 1)]]


def test_many_duplicate_keys_take_linear_time() -> None:
    text = "".join(f"k{i}: 1\n" for i in range(30_000)) * 2
    result = read(text)
    assert (len(result.flaws), result.more) == (limits.FAULTS, 30_000 - limits.FAULTS)


def test_all_flaws_that_are_no_syntax_are_named() -> None:
    assert flaws("a: !x 1\nb: {<<: 1, c: ! 2, c: 3}\n") == [
        "the tag !x is not part of this format",
        "'<<' merges mappings, which this format does not have",
        "the tag ! is not part of this format",
        "the key 'c' stands here twice",
    ]


def test_long_names_are_cut_short() -> None:
    (message,) = flaws(f"{{? {'k' * 5000} : 1, ? {'k' * 5000} : 2}}\n")
    assert message == f"the key '{'k' * 59}…' stands here twice"


def nested(depth: int, style: str) -> str:
    if style == "flow list":
        return "[" * depth + "]" * depth + "\n"
    if style == "flow mapping":
        return "{a: " * depth + "}" * depth + "\n"
    if style == "block list":
        return "- " * depth + "x\n"
    if style == "open":
        return "[" * depth
    return "".join(" " * i + "a:\n" for i in range(depth)) + " " * depth + "x\n"


@pytest.mark.parametrize("style", ["flow list", "flow mapping", "block list", "block mapping"])
def test_nesting_of_a_hundred_levels(style: str) -> None:
    assert data(nested(100, style)) is not None
    assert flaws(nested(101, style)) == ["nested more than 100 levels deep"]


@pytest.mark.parametrize("style", ["flow list", "flow mapping", "block list", "open"])
def test_ten_thousand_levels(style: str) -> None:
    assert flaws(nested(10_000, style)) == ["nested more than 100 levels deep"]


def test_two_thousand_levels_of_block_mappings() -> None:
    assert flaws(nested(2000, "block mapping")) == ["nested more than 100 levels deep"]


@pytest.mark.parametrize(("columns", "brackets"), [(20, 29), (20, 30), (21, 29)])
def test_the_deepest_that_few_columns_and_brackets_can_nest(columns: int, brackets: int) -> None:
    blocks = "".join(f"{' ' * column}a:\n{' ' * column}-\n" for column in range(columns - 1))
    last = " " * (columns - 1)
    text = f"{blocks}{last}a:\n{last}- {'[a: ' * brackets}{']' * brackets}\n"
    depth, value = 0, data(text)
    while value:
        depth, value = depth + 1, value["a"] if isinstance(value, dict) else value[0]
    assert depth == 2 * columns + 2 * brackets


def brackets_of(text: str) -> int:
    """How many levels of brackets a text has, up to where it is no YAML any more."""
    depth = deepest = 0
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=yaml.CLoader):
            depth += isinstance(token, (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken))
            depth -= isinstance(token, (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken))
            deepest = max(deepest, depth)
    return deepest


@settings(max_examples=2000)
@given(
    st.lists(
        st.sampled_from(
            [*"[{]}b", "a: ", "- ", ", ", "\n", "\n  ", "c: [d, {e: f}]\n", "g: h]\n", "i: |\n  ]}\n", "? "]
        )
    )
)
def test_brackets_nest_no_deeper_than_is_counted(parts: list[str]) -> None:
    """Also in texts in which most closing brackets are none."""
    text = "".join(parts)
    many = "[" * 29 + "".join(parts)
    assert compose_module.levels_of_brackets(text) >= brackets_of(text)
    assert compose_module.levels_of_brackets(many) >= brackets_of(many)


def test_nesting_through_aliases_counts_as_well() -> None:
    lines = ["a0: &a0 [x]\n", *(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 110))]
    assert flaws("".join(lines))[0] == "nested more than 100 levels deep"


def test_billion_laughs() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)]
    assert flaws("".join(lines)) == ["the aliases expand to more than 10,000 values"]
    mappings = ["a0: &a0 {x: y}\n"]
    mappings += [f"a{i}: &a{i} {{{', '.join(f'k{j}: *a{i - 1}' for j in range(9))}}}\n" for i in range(1, 12)]
    assert flaws("".join(mappings)) == ["the aliases expand to more than 10,000 values"]


@pytest.mark.parametrize(("anchor", "nodes"), [("x", 1), ("[1, 2, 3]", 4), ("{a: 1, b: [2]}", 6), ("[[], {}]", 3)])
def test_the_bound_of_aliases_is_exact(anchor: str, nodes: int) -> None:
    times = 10_000 // nodes
    text = f"a: &a {anchor}\nb: [{', '.join(['*a'] * times)}]\n"
    assert len(data(text)["b"]) == times
    assert flaws(text.replace("[*a", "[*a, *a", 1)) == ["the aliases expand to more than 10,000 values"]


# --- The fast way and the reference ----------------------------------------------------------------------------


def described(node: Any) -> Any:
    """A node with its places; where an empty value stands is of no interest, its key's place serves for it."""
    if node is None:
        return None
    where = (node.start_mark.index, node.end_mark.index)
    if isinstance(node, yaml.ScalarNode):
        return (node.tag, node.value, node.style or "", where if where[0] < where[1] else None)
    if isinstance(node, yaml.MappingNode):
        return (node.tag, "mapping", where, [(described(key), described(value)) for key, value in node.value])
    return (node.tag, "list", where, [described(item) for item in node.value])


READ_BY_LIBYAML_ALONE = (
    "a tab where",  # outside quotes it may stand in YAML between and inside plain scalars
    "more indented follow up line",  # an empty first line of a block scalar may have spaces
)
"""What the reference refuses and YAML 1.2 allows."""


_ODD_TAG = re.compile(r"\('tag:yaml\.org,2002:[^']*![^']*',")
"""A tag whose name holds a "!", in the description of a node."""


def agree(text: str) -> bool:
    """Whether both ways read a text, and then the same in it; False where one of them refuses it."""
    if any(char in text for char in "\x85\u2028\u2029"):
        return False  # others stand in for these
    fast = compose(text)
    if _ODD_TAG.search(repr(described(fast.root))):
        assert read(text).flaws  # no tag's name holds a "!": the readers cut such a name differently, and it is refused
        return False
    slow = compose_reference(compose_module._VERSION.sub(r"\g<1>2", text))  # noqa: SLF001
    if slow.flaws or fast.flaws:
        if slow.flaws and not fast.flaws:
            first = slow.flaws[0]
            is_behind_tab = first.offsets is not None and text[first.offsets[0] - 1 : first.offsets[0]] == "\t"
            assert is_behind_tab or first.message.removeprefix("not valid YAML: ").startswith(READ_BY_LIBYAML_ALONE), (
                slow.flaws
            )
        else:
            assert slow.flaws, (text, fast.flaws)
        return False
    assert described(fast.root) == described(slow.root)
    assert len(fast.aliases) == len(slow.aliases)
    return True


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_corpus(path: Path) -> None:
    text = path.read_bytes().decode()
    for variant in (
        text,
        text.replace("\n", "\r\n"),
        text.rstrip("\n"),
        f"---\n{text}",
        f"%YAML 1.1\n---\n{text}...\n",
    ):
        assert agree(variant)


@st.composite
def plain(draw: st.DrawFn) -> str:
    """A plain scalar, some of them odd ones."""
    word = draw(
        st.sampled_from(
            ["a", "b c", "M1", "0012", "4000.00", "-1", "true", "null", "~", "2026-02-03", "http://x/y", "a:b", "-b", "?b", ":b", "a#b",
             "x'y", 'x"y', "é", "😀", "日本 語", "1e3", "24.000", "<<x", "=", "a*b", "a&b", "a!b", "100%", "it's", ".", "..x", "--x",
             "\ue000", "\xa0", "a\u3000b", "a - b", "a ? b", "-", "a --- b", "x ..."]
        )
    )  # fmt: skip
    return word if word != "-" else "- -"[:1] + "x"


@st.composite
def quoted(draw: st.DrawFn) -> str:
    content = draw(st.text(st.sampled_from("ab :#,[]{}&*!|>'\"%@`-?é😀\\\t0."), max_size=8))
    if draw(st.booleans()):
        return "'" + content.replace("'", "''") + "'"
    return (
        '"'
        + content.replace("\\", draw(st.sampled_from(["\\\\", "\\x41", "\\u00e9", "\\n", "\\N"]))).replace('"', '\\"')
        + '"'
    )


@st.composite
def folded(draw: st.DrawFn, indent: int) -> str:
    """A scalar over several lines."""
    pad = " " * (indent + draw(st.integers(1, 3)))
    lines = draw(st.lists(st.sampled_from(["x", "y z", "", "w: v", "- u", "# t", "é😀"]), min_size=1, max_size=4))
    kind = draw(st.sampled_from(["|", ">", "|-", ">+", '"', "'"]))
    if kind in "\"'":
        return kind + f"\n{pad}".join(line.replace("# ", "#") for line in lines) + kind
    first = next((line for line in lines if line), None)
    body = "".join(f"{pad}{line}\n" if line or draw(st.booleans()) else "\n" for line in lines)
    if first is None or not lines[0]:
        body = f"{pad}s\n{body}"
    return f"{kind}\n{body}".removesuffix("\n")


@st.composite
def flow(draw: st.DrawFn, depth: int = 0) -> str:
    choice = draw(st.integers(0, 6 if depth < 3 else 3))
    if choice <= 1:
        return draw(plain()).replace("- ", "-").replace("? ", "?").lstrip("?:") or "p"
    if choice <= 3:
        return draw(quoted())
    items = draw(st.lists(flow(depth + 1), max_size=3))
    space = draw(st.sampled_from(["", " ", "  "]))
    comma = draw(st.sampled_from([", ", ",", " , ", ",  "]))
    if choice == 4:
        return "[" + space + comma.join(items) + space + "]"
    keys = draw(
        st.lists(
            st.one_of(st.sampled_from(["a", "b", "k1", "é", "x y"]), quoted()), min_size=len(items), max_size=len(items)
        )
    )
    pairs = [f"{key}{draw(st.sampled_from([': ', ' : ', ':  ']))}{item}" for key, item in zip(keys, items, strict=True)]
    return "{" + space + comma.join(pairs) + space + "}"


@st.composite
def comment(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["", "", "", " ", " # c", "   # 'x: [y", " #", "  # é😀 *x &y !z"]))


@st.composite
def block(draw: st.DrawFn, indent: int = 0, depth: int = 0) -> str:
    """Lines of a block mapping or list; anchors and aliases among the values."""
    pad, lines = " " * indent, []
    listing = draw(st.booleans())
    for number in range(draw(st.integers(1, 4))):
        key = draw(
            st.one_of(
                st.sampled_from(["key", "a b", "é", "0012", "k-1", "~", "x#y", "-z"]),
                quoted().filter(lambda text: "\t" not in text),
            )
        )
        head = "-" if listing else f"{key}{draw(st.sampled_from(['', '', ' ']))}:"
        head = f"{pad}{head}"
        kind = draw(st.integers(0, 9 if depth < 3 else 7))
        anchor = draw(st.sampled_from(["", "", "", "", f"&n{number} "]))
        if kind == 0:
            lines.append(head + draw(comment()))
        elif kind <= 2:
            lines.append(f"{head} {anchor}{draw(plain())}{draw(comment())}")
        elif kind <= 4:
            lines.append(f"{head} {anchor}{draw(flow())}{draw(comment())}")
        elif kind == 5:
            lines.append(f"{head} {anchor}{draw(folded(indent))}")
        elif kind == 6:
            lines.append(f"{head} *n{draw(st.integers(0, 3))}{draw(comment())}")
        elif kind == 7:
            lines.append(f"{head} {draw(plain())}\n{pad}   {draw(st.sampled_from(['more', 'é', '- x', 'a:b']))}")
        else:
            deeper = indent + draw(st.integers(0 if not listing and kind == 8 else 1, 4))
            inner = draw(block(deeper, depth + 1))
            if listing and draw(st.booleans()):
                lines.append(
                    f"{pad}-{' ' * (deeper - indent - 1) or ' '}{inner.lstrip(' ')}"
                    if deeper > indent + 1
                    else f"{head}\n{inner}"
                )
            else:
                lines.append(f"{head} {anchor.strip()}".rstrip() + f"{draw(comment())}\n{inner}")
        lines.extend(
            draw(st.lists(st.sampled_from(["", pad + "# c", "  ", "# left", pad + "      # deep"]), max_size=1))
        )
    return "\n".join(lines)


@st.composite
def documents(draw: st.DrawFn) -> str:
    body = draw(block())
    head = draw(st.sampled_from(["", "", "", "---\n", "# c\n", "%YAML 1.1\n---\n", "\n\n", "--- # c\n"]))
    tail = draw(st.sampled_from(["", "\n", "\n", "\n\n", "\n...\n", "\n# end", "\n  "]))
    body = re.sub(r"\*(n[0-9])", lambda alias: alias[0] if f"&{alias[1]} " in body[: alias.start()] else "x", body)
    return (head + body + tail).replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))


EXAMPLES = int(os.environ.get("MTRACK_EXAMPLES", "300"))
"""How many documents a property test makes up; more by hand."""

many = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(documents())
@example("a: !\n")
@example("a: 'b'\n\u2028: c\n")
@example("[\n]\n")
@example("a: {b: x/y\tz}\n")
def test_the_fast_way_and_the_reference_read_the_same(text: str) -> None:
    agree(text)
    result = read(text)
    assert (result.data is None) or not result.flaws


@many
@given(st.randoms(use_true_random=False), st.sampled_from(CORPUS))
def test_random_edits_never_crash_and_never_read_otherwise(chance: random.Random, path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(raw) + 1)
        del raw[at : at + chance.choice([0, 0, 1, 1, 3, 30])]
        if chance.random() < 0.7:
            raw[at:at] = chance.choice(BITS)
    text = bytes(raw).decode(errors="replace")
    result = read(text, SHAPE)
    assert (result.data is None) or not result.flaws
    for flaw in result.flaws:
        assert flaw.offsets is not None
        assert result.position(flaw.offsets[0]) <= result.position(max(flaw.offsets))
        assert not re.search(r"<[a-z]|None|token|scalar", flaw.message)
    slow = compose_reference(compose_module._VERSION.sub(r"\g<1>2", result.text))  # noqa: SLF001
    if not slow.flaws and not result.flaws and not any(char in text for char in "\x85\u2028\u2029"):
        assert described(compose(result.text).root) == described(slow.root)


BITS = [bit.encode() for bit in (
    "\n", " ", "  ", "\t", ":", ": ", "- ", "-", "'", '"', "[", "]", "{", "}", ",", "#", " #", "&a ", "*a", "!", "! ", "!!str ", "|", ">",
    "?", "? ", "%", "@", "---", "\n---\n", "...", "\r", "\x00", "\x07", "\\", "é", "😀", "\ufeff", "\x85", "\u2028", "0", "1e3", "<<: ", "~",
    "\n  ", "\n    - ",
)] + [b"\xff", b"\xc3", b"\x80"]  # fmt: skip
