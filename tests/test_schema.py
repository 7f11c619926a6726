"""The schemas themselves, that both validators agree on them, and what a user is told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from support import ROOT, lint_json, write_tree

from mtrack import limits, resources
from mtrack.characters import seen_tight
from mtrack.record import fits, schema, wording
from mtrack.record.faults import find_faults
from mtrack.rules import RULES
from mtrack.yaml import plain, source
from mtrack.yaml.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mtrack.finding import Route

NAMES = ("milestones", "workspace")
OUTPUTS = tuple(name for name in resources.SCHEMAS if name not in NAMES)
"""The schemas of what mtrack prints as JSON."""


# --- The schemas -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", resources.SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    data = json.loads(resources.schema_text(name))
    assert data["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(data)


def nodes(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property and item of a schema, with where it stands."""
    if not isinstance(node, dict):
        return
    for word in ("properties", "patternProperties", "$defs"):
        for key, child in node.get(word, {}).items():
            if word != "$defs":
                yield f"{path}/{key}", child
            yield from nodes(child, f"{path}/{key}")
    for word in ("items", "additionalProperties"):
        if isinstance(node.get(word), dict):
            yield f"{path}/{word}", node[word]
            yield from nodes(node[word], f"{path}/{word}")


@pytest.mark.parametrize("name", NAMES)
def test_every_key_has_title_description_and_examples(name: str) -> None:
    data = json.loads(resources.schema_text(name))
    seen = 0
    for path, node in nodes(data):
        seen += 1
        said = {**data["$defs"].get(node.get("$ref", "").removeprefix("#/$defs/"), {}), **node}
        assert re.fullmatch(r"[A-Z].*[^.]", said["title"]), path
        assert re.fullmatch(r"[A-Z].*\.", said["description"]), path
        assert "not" in said or said["examples"], path
    assert seen > (100 if name == "milestones" else 20)


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_key_of_an_output_has_title_description_and_examples(name: str) -> None:
    data = json.loads(resources.schema_text(name))
    definitions = {f"#/$defs/{key}": node for key, node in data["$defs"].items()}
    seen = 0
    for path, node in [*nodes(data), *definitions.items()]:
        if path.endswith(("/items", "/additionalProperties")) and "$ref" not in node:
            continue
        seen += 1
        said = {**definitions.get(node.get("$ref", ""), {}), **node}
        assert re.fullmatch(r"[A-Z].*[^.]", said["title"]), path
        assert re.fullmatch(r"[A-Z].*\.", said["description"]), path
        assert said.get("type") == "object" or said["examples"], path
    assert seen > 10


@pytest.mark.parametrize("name", OUTPUTS)
def test_examples_of_outputs_are_good_examples(name: str) -> None:
    data = json.loads(resources.schema_text(name))
    for path, node in nodes(data):
        merged = {"$schema": data["$schema"], "$defs": data["$defs"], **node}
        for example in node.get("examples", ()):
            assert Draft202012Validator(merged).is_valid(example), (path, example)


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_good_examples(name: str) -> None:
    data = json.loads(resources.schema_text(name), parse_float=Decimal)
    for path, node in nodes(data):
        merged = {"$schema": data["$schema"], "$defs": data["$defs"], **node}
        for example in node.get("examples", ()):
            if "not" not in node:
                assert schema.compiled(merged).is_valid(example), (path, example)


@pytest.mark.parametrize("name", NAMES)
def test_every_mapping_takes_keys_that_begin_with_x(name: str) -> None:
    data = json.loads(resources.schema_text(name))
    mappings = [
        node
        for _, node in [("#", data), *nodes(data), *data["$defs"].items()]
        if "object" in node.get("type", ()) and "$ref" not in node
    ]
    assert len(mappings) > 3
    for node in mappings:
        assert list(node["patternProperties"]) == ["^x-"]
        assert "additionalProperties" in node


def test_what_both_schemas_define_is_the_same() -> None:
    milestones, workspace = (json.loads(resources.schema_text(name))["$defs"] for name in NAMES)
    shared = milestones.keys() & workspace.keys()
    assert {"waiver", "ruleName", "requiredText", "date", "invoiceNumber", "currency", "path", "text"} <= shared
    for name in shared:
        assert milestones[name] == workspace[name], name
    assert sorted(milestones["ruleName"]["enum"]) == sorted(RULES)


@pytest.mark.parametrize("name", NAMES)
def test_what_shows_nothing_is_what_leaves_nothing_to_compare(name: str) -> None:
    pattern = resources.schema(name)["$defs"]["shown"]["pattern"]
    compiled = schema.compiled({"pattern": pattern})
    for char in (chr(code) for code in (*range(0xD800), *range(0xE000, sys.maxunicode + 1))):
        shown = bool(seen_tight(char)) or (unicodedata.category(char) == "Cc" and not char.isspace())  # as an escape
        assert (re.search(pattern, char) is not None) == compiled.is_valid(char) == shown, hex(ord(char))
        if plain.is_printable(char):  # what is read without a parser is not looked at for that again
            assert shown or char in " \n", hex(ord(char))


HIDDEN = [
    "\u200b\u2800",
    "\u2800",
    "\u3164",
    "\ufe0f",
    "\u034f",
    "\uffa0 ",
    "\U000e0061",
    "\U000e0100",
    "\u2060",
]


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("label", ["project", "name", "number", "credits", "milestone", "reason"])
def test_a_text_that_shows_nothing_is_told(tmp_path: Path, hidden: str, quote: str, label: str) -> None:
    written = f"{quote}{hidden.strip()}{quote}"
    values = dict.fromkeys(("project", "name", "number", "credits", "milestone", "reason"), "R-1") | {label: written}
    text = (
        "project: {project}\ncurrency: EUR\nmilestones:\n- id: M1\n  name: {name}\n  amount: 1.00\n  status: sent\n"
        "  invoice:\n    number: {number}\n    amount: 1.00\n    sent: 2026-02-03\n    credits: {credits}\n"
        "invoices:\n- number: R-2\n  amount: 1.00\n  sent: 2026-02-03\n  lines:\n  - milestone: {milestone}\n    amount: 1.00\n"
        "waivers:\n- rule: overdue\n  reason: {reason}\n"
    ).format(**values)
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": text})
    found = [item for item in lint_json(tmp_path)["findings"] if item["rule"] == "schema"]
    assert [item["message"] for item in found] == [f"`{label}` holds only characters that show nothing"]
    named = f"U+{ord(hidden[0]):04X} stands in it: remove it"  # a character that could hide text is named
    assert found[0]["hint"] == (named if hidden[0] in "\u200b\u2060" else "write it")
    assert found[0]["line"] == 1 + text[: text.index(written)].count("\n")


@pytest.mark.parametrize(
    "shown", ["\u2800-1", "\u200b1", "\u263a\ufe0f", "\U0001f469\u200d\U0001f52c", "\u0661", "-", "\xb7"], ids=ascii
)
def test_a_text_of_which_something_shows_is_none_of_these(tmp_path: Path, shown: str) -> None:
    text = f"project: {shown}\ncurrency: EUR\nmilestones: [{{id: M1, name: '{shown}', amount: 1.00, status: not_billed}}]\n"
    write_tree(
        tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": text.replace("project: -", "project: '-'")}
    )
    assert lint_json(tmp_path, "--select", "schema,invalid-yaml")["findings"] == []


def test_every_definition_is_used() -> None:
    for name in NAMES:
        text = resources.schema_text(name)
        for definition in json.loads(text)["$defs"]:
            assert f'"#/$defs/{definition}"' in text


# --- Two validators --------------------------------------------------------------------------------------------


@cache
def reference(name: str) -> Any:
    """`jsonschema`, which defines what a schema means; it knows `Decimal`, ECMA's patterns and our dates."""

    def is_number(_checker: object, value: object) -> bool:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)

    def is_integer(_checker: object, value: object) -> bool:
        return is_number(_checker, value) and Fraction(value).denominator == 1  # type: ignore[call-overload]

    def pattern(_validator: object, wanted: str, value: object, _schema: object) -> Iterator[ValidationError]:
        if isinstance(value, str) and not re.search(python_pattern(wanted), value):
            yield ValidationError(f"does not match {wanted}")

    formats = FormatChecker(formats=())
    formats.checks("date")(lambda value: not isinstance(value, str) or schema.is_date(re.sub("^0000", "2000", value)))
    extend: Any = validators.extend
    types = Draft202012Validator.TYPE_CHECKER.redefine_many({"number": is_number, "integer": is_integer})
    return extend(Draft202012Validator, {"pattern": pattern}, type_checker=types)(
        resources.schema(name), format_checker=formats
    )


def python_pattern(wanted: str) -> str:
    """A pattern of ECMA-262, as JSON Schema has it, for `re`: other white space, and `$` is the very end."""
    if wanted == r"\S":
        return "[^\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
    return wanted.removesuffix("$") + r"\Z" * wanted.endswith("$")


def by_reference(name: str, data: Any) -> set[tuple[Any, ...]]:
    """Where data breaks the schema, by which keyword, and what that says: limits, options, keys."""
    found: set[tuple[Any, ...]] = set()
    for error in reference(name).iter_errors(data):
        route, keyword, wanted = tuple(error.absolute_path), error.validator, error.validator_value
        if "propertyNames" in error.absolute_schema_path:
            found.add((route, "propertyNames", error.instance))
        elif keyword == "additionalProperties":
            known = error.schema.get("properties", {})
            unknown = [key for key in error.instance if key not in known and not key.startswith("x-")]
            found.add((route, keyword, repr(sorted(unknown))))
        elif keyword == "required":
            found.update((route, keyword, key) for key in wanted if key not in error.instance)
        elif keyword == "type":
            found.add((route, keyword, repr(sorted([wanted] if isinstance(wanted, str) else wanted))))
        else:
            found.add((route, keyword, repr(wanted)))
    return found


def by_ours(name: str, data: Any) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    for violation in schema.violations(name, data)[0]:
        said: Any = next(iter(violation.details.values()), violation.key)
        if violation.keyword in ("type", "additionalProperties"):
            said = sorted(said)
        as_is = violation.keyword in ("propertyNames", "required")
        found.add((violation.route, violation.keyword, said if as_is else repr(said)))
    return found


def assert_same(name: str, data: Any) -> None:
    """The compiled validator gives the verdict of `jsonschema`, at the same routes, by the same keywords and limits."""
    wanted = by_reference(name, data)
    assert by_ours(name, data) == wanted
    assert schema.is_valid(name, data) == (not wanted)
    assert not (wanted and quick(name)(data))


@cache
def quick(name: str) -> Callable[[Any], bool]:
    """What certainly fits."""
    return fits.Compiler(resources.schema(name)).check(resources.schema(name))


def keywords(node: Any) -> set[str]:
    """The keywords in a schema."""
    found = set(node)
    for word in ("properties", "patternProperties", "$defs"):
        found.update(*(keywords(child) for child in node.get(word, {}).values()))
    for word in ("items", "additionalProperties", "propertyNames", "if", "then", "not"):
        found.update(keywords(node[word]) if isinstance(node.get(word), dict) else ())
    return found.union(*map(keywords, node.get("anyOf", ())))


@pytest.mark.parametrize("name", NAMES)
def test_what_certainly_fits_knows_every_keyword(name: str) -> None:
    assert keywords(resources.schema(name)) <= fits.KNOWN


@pytest.mark.parametrize(
    "path", sorted((ROOT / "example-workspace").rglob("m*.yaml")), ids=lambda path: path.parent.name
)
def test_what_people_write_certainly_fits(path: Path) -> None:
    name = "workspace" if path.stem == "mtrack" else "milestones"
    read = source.parse(path.name, path.read_text(encoding="utf-8"), schema.shape(name))
    assert quick(name)(read.data) == (not by_reference(name, read.data))


@pytest.mark.parametrize("key", ["type", "minProperties", "oneOf", "$defs"])
def test_of_another_keyword_it_can_tell_nothing(key: str) -> None:
    node = {"properties": {"a": {"type": "string", key: 1 if key != "type" else "string"}}}
    assert fits.Compiler(node).check(node)({"a": "b"}) == (key in ("type", "$defs"))


@pytest.mark.parametrize(
    ("node", "yes", "no"),
    [
        ({"type": "integer"}, [0, -1], [True, Decimal(1), "1", None]),
        ({"type": "number", "minimum": 1}, [1, Decimal("1.0")], [Decimal("0.9"), True, "1"]),
        ({"type": "number", "exclusiveMinimum": 1, "maximum": 3}, [2, 3], [1, Decimal("3.1")]),
        ({"enum": ["a", 1]}, ["a", 1], [True, "b", None, Decimal(1)]),
        ({"const": True}, [True], [1, "true"]),
        ({"type": ["array", "null"], "items": {"type": "string"}, "minItems": 1}, [None, ["a"]], [[], [1], "a"]),
        ({"anyOf": [{"type": "string"}, {"const": 1}]}, ["a", 1], [2, True]),
        ({"if": {"type": "boolean"}, "then": {"const": True}}, [True, "a"], [False]),
        ({"type": "string", "pattern": "^a$"}, ["a"], ["a\n", "b"]),
        ({"type": "string", "format": "date"}, ["2026-02-28"], ["2026-02-29", "20260228", "2026-W06-2"]),
        ({"type": "string"}, ["a", "é"], ["\ud800", "a\nb"]),
        ({"type": "object", "properties": {"a": True}, "additionalProperties": False}, [{}, {"a": 1}], [{"b": 1}, []]),
        (
            {"type": "object", "additionalProperties": False, "patternProperties": {"^x-": {}}},
            [{"x-a": []}],
            [{"y-a": 1}],
        ),
        ({"type": "object", "patternProperties": {"^y": {}}}, [], [{}, {"x": 1}]),
        ({"type": "object", "required": ["a"], "propertyNames": {"pattern": "^a"}}, [{"a": 1}], [{}, {"a": 1, "b": 2}]),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, [], [1, None]),
        ({"not": {"type": "string"}}, [], [1, "a"]),
    ],
)
def test_what_certainly_fits(node: dict[str, Any], yes: list[Any], no: list[Any]) -> None:
    check = fits.Compiler(node).check(node)
    assert [check(value) for value in (*yes, *no)] == [True] * len(yes) + [False] * len(no)


AMOUNTS = [
    Decimal(text)
    for text in ("0", "0.00", "5.0", "4000.00", "-1", "-0.01", "999999999999999999", "999999999999999999.99", "-999999999999999999.99",
                 "1000000000000000000", "-1000000000000000000", "0." + "0" * 40 + "1", "-0." + "0" * 40 + "1", "1" * 18 + "." + "9" * 40, "1" * 40)
]  # fmt: skip
DATES = ["2026-02-03", "2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "2024-02-29", "2026-02-29", "2026-02-03\n", "\n2026-02-03",
         " 2026-02-03", "2026-2-3", "20260203", "2026-02-03T00:00:00Z", "２０２６-02-03", "2026-13-01", "2026-00-10", "+2026-02-03", "2026-W06-2",
         "2026-034"]  # fmt: skip
TEXTS = ["", " ", "\t\n", "\xa0", "\x1c", "\x1f", "\x85", "\u180e", "\u200b", "\u2028", "\u3000", "\ufeff", "x", " x ", "é", "😀", "M1", "M 1", "M1\n", "a.b_c-d",
         "M\u0661", "paid", "Paid", "not_billed", "overdue", "error", "off", "true", "EUR", "EUR\n", "BTC", "en_GB", "en-GB", "zh_Hant_TW", "EN", "C",
         "/", "a/b.pdf"]  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**19), 10**19),
    st.sampled_from([0, 1, 2, 18, 19, 36500, 36501, 10**18 - 1, 10**18, 10**40]),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.sampled_from(AMOUNTS),
    st.sampled_from(DATES),
    st.sampled_from(TEXTS),
    st.dates().map(str),
    st.text(max_size=5),
)


def values(node: dict[str, Any], top: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that a schema may be given: mostly of the right kind, now and then anything."""
    while "$ref" in node:
        meant = top["$defs"][node["$ref"].removeprefix("#/$defs/")]
        properties = {**meant.get("properties", {}), **node.get("properties", {})}
        node = {**meant, **{k: v for k, v in node.items() if k != "$ref"}, "properties": properties}
    kinds = node.get("type", "any")
    options: list[st.SearchStrategy[Any]] = [scalars]
    if "enum" in node:
        options += [st.sampled_from(node["enum"])] * 4
    elif node.get("examples"):
        options += [st.sampled_from(node["examples"])] * 3
    if "object" in kinds:
        keys = {key: values(child, top, depth + 1) for key, child in node.get("properties", {}).items()}
        options += [mapping(node, keys)] * 8
        if isinstance(node.get("additionalProperties"), dict):
            names = st.one_of(
                st.sampled_from(
                    [
                        "overdue",
                        "overdu",
                        "BTC",
                        "btc",
                        "TOOLONGCODE",
                        "x-a",
                        "EUR\n",
                        "",
                        "7",
                        "007",
                        "000",
                        "a/b",
                        "~1",
                    ]
                ),
                st.text(max_size=3),
            )
            options += [st.dictionaries(names, values(node["additionalProperties"], top, depth + 1), max_size=3)] * 8
    if "array" in kinds:
        options += [st.lists(values(node["items"], top, depth + 1), max_size=2)] * 8
    if "number" in kinds and "string" not in kinds:
        options += [st.sampled_from(AMOUNTS)] * 2
    if node.get("format") == "date":
        options += [st.sampled_from(DATES)] * 2
    if "string" in kinds:
        options += [st.sampled_from(TEXTS)] * 2
    return st.one_of(options)


@st.composite
def mapping(draw: st.DrawFn, node: dict[str, Any], keys: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    required = node.get("required", ())
    result = {key: draw(keys[key]) for key in required if draw(st.integers(0, 15))}
    for key in draw(st.lists(st.sampled_from(sorted(keys)), max_size=3)) if keys else ():
        result[key] = draw(keys[key])
    for key in draw(
        st.lists(st.sampled_from(["x-own", "x-", "planed", "", "lines", "due", "000", "ab-c"]), max_size=1)
    ):
        result[key] = draw(scalars)
    return result


RECORDS = {name: values(resources.schema(name), resources.schema(name)) for name in NAMES}
many = settings(
    max_examples=int(os.environ.get("MTRACK_EXAMPLES", "300")), deadline=None, suppress_health_check=list(HealthCheck)
)


@many
@given(RECORDS["milestones"])
def test_both_validators_agree_on_milestones(data: Any) -> None:
    assert_same("milestones", data)


@many
@given(RECORDS["workspace"])
def test_both_validators_agree_on_workspaces(data: Any) -> None:
    assert_same("workspace", data)


@pytest.mark.parametrize("value", [*AMOUNTS, *DATES, *TEXTS, None, True, False, 0, 5, -1, 10**40], ids=repr)
@pytest.mark.parametrize("key", ["amount", "planned", "name", "id", "status", "upfront", "note", "attachments"])
def test_both_validators_agree_on_the_edges(key: str, value: object) -> None:
    milestone = {
        "id": "M1",
        "name": "x",
        "amount": Decimal(1),
        "status": "paid",
        key: [value] if key == "attachments" else value,
    }
    data = {"project": "P", "milestones": [milestone]}
    assert_same("milestones", data)


@pytest.mark.parametrize(
    ("amount", "good"),
    [("999999999999999999.99", True), ("999999999999999999." + "9" * 18, True), ("999999999999999999." + "9" * 19, False), ("-0.00", True),
     ("-0." + "0" * 17 + "1", False), ("0." + "1" * 100_000, False), ("0." + "0" * 19, False), ("0" * 19, False)],
    ids=["18-digits", "18-decimals", "19-decimals", "no-minus", "below", "long", "zeros", "leading-zeros"],
)  # fmt: skip
def test_amounts_are_compared_exactly(amount: str, good: bool) -> None:  # noqa: FBT001
    text = f"project: P\nmilestones: [{{id: M1, name: n, status: paid, amount: {amount}}}]\n"
    read = source.parse("milestones.yaml", text, schema.shape("milestones"))
    assert schema.is_valid("milestones", read.data) == good
    assert bool(find_faults("milestones", read).broken) != good


def written(data: Any) -> str:
    """Data as flow YAML; amounts plain, text quoted."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"? {written(key)} : {written(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(written, data)) + "]"
    return f"{data:f}" if isinstance(data, Decimal) else json.dumps(data)


PYTHON = re.compile(
    r"\b(None|True|False|dict|str|int|list\(|Decimal|NoneType|instance|object|regex|E[-+][0-9])\b|\^\[|\\S|does not match|\$"
)


@many
@given(st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), RECORDS[name])))
def test_every_fault_has_a_place_of_its_own_and_human_words(case: tuple[str, Any]) -> None:
    name, data = case
    read = source.parse(
        "milestones.yaml" if name == "milestones" else "mtrack.yaml", written(data) + "\n", schema.shape(name)
    )
    if read.flaws:
        return
    faults = find_faults(name, read)
    assert bool(faults.broken or faults.unknown) != schema.is_valid(name, read.data)
    assert len({read.span(problem.place) for problem in faults.broken}) == len(faults.broken)
    for problem in (*faults.broken, *faults.unknown):
        assert read.span(problem.place) is not None
        ours = re.sub(r"'[^']*'|`[^`]*`", "", problem.message)  # but for what the user wrote
        assert not PYTHON.search(ours.split("write ")[0]), problem.message
        assert not ours[0].isupper(), problem.message
        assert not problem.message.endswith(".")


def test_one_fault_among_many_records_takes_no_time() -> None:
    lines = "".join(f"- {{id: M{i}, name: x, amount: 1, status: paid}}\n" for i in range(30_000))
    text = "project: P\ncurrency: EUR\nmilestones:\n" + lines.replace("M29999,", "'M 29999',")
    (problem,) = find_faults("milestones", source.parse("milestones.yaml", text, schema.shape("milestones"))).broken
    assert problem.place.route == ("milestones", 29_999, "id")


def test_faults_in_every_record_take_linear_time() -> None:
    lines = "".join(f"- {{id: M{i}, name: x, amount: 1x, planed: 1, status: payed}}\n" for i in range(2000))
    read = source.parse("milestones.yaml", "project: P\nmilestones:\n" + lines, schema.shape("milestones"))
    faults = find_faults("milestones", read)
    listed = (*faults.broken, *faults.unknown)
    assert len(listed) <= 2 * limits.FAULTS
    assert sum(1 + problem.more for problem in listed) > len(listed)
    assert {route[1] for route in faults.routes} == set(range(2000))


@pytest.mark.parametrize("key", ["total", "milestones", "payment_terms", "signed", "file", "amendments"])
@pytest.mark.parametrize(
    "value",
    ["0" * 10**6 + "x", "1" * 10**6 + "x", "1" + " " * 10**6 + "x", "1," * 10**6, "1,234" * 10**5, "1" + ",234" * 10**5 + "x", "-" * 10**6,
     "2026-" * 10**5, "9" * 10**6, "1." + "9" * 10**6, "0x" + "f" * 10**6, "1e" + "9" * 10**6, "é" * 10**6, "d" + "days" * 10**5],
    ids=range(14),
)  # fmt: skip
def test_no_long_value_takes_long(key: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        limits, "VALUE", limits.FILE_BYTES
    )  # however long a text may be, the schema bounds its own time
    text = f"project: P\nagreement: {{{key}: '{value}'}}\nmilestones: [{{id: 'M {value}', name: n, amount: '{value}', status: '{value}'}}]\n"
    began = time.perf_counter()
    assert all(len(message) < 1000 for _, message, _ in faults_in(text))
    assert time.perf_counter() - began < 5


# --- Words -----------------------------------------------------------------------------------------------------


def faults_in(text: str, name: str = "milestones") -> list[tuple[str, str, str | None]]:
    """What is wrong in a text: the characters at the place, message and hint, in the order of places."""
    path = "milestones.yaml" if name == "milestones" else "mtrack.yaml"
    read = source.parse(path, text, schema.shape(name))
    assert read.flaws == ()
    found = find_faults(name, read)
    problems = sorted((*found.broken, *found.unknown), key=lambda problem: read.offsets(problem.place) or (0, 0))
    return [
        (read.text[slice(*(read.offsets(problem.place) or (0, 0)))], problem.message, problem.hint)
        for problem in problems
    ]


DIGITS = "an amount is plain digits and a point, no quotes, no separators, at most 18 digits before the point: 4000.00"


@pytest.mark.parametrize(
    ("characters", "shown", "write"),
    [
        ("24,000", "the text '24,000'", "24000.00"),
        ('"24,000"', "the text '24,000'", "24000.00"),
        ('"4000.00"', "the text '4000.00'", "4000.00"),
        ("1e3", "'1e3'", "1000.00"),
        ("0x10", "'0x10'", "16.00"),
        ("0o17", "'0o17'", "15.00"),
        (".5", "'.5'", "0.50"),
        ("12.", "'12.'", "12.00"),
        ("4_000", "'4_000'", "4000.00"),
        ("4 000,00", "the text '4 000,00'", "4000.00"),
        ("24.000,50", "the text '24.000,50'", "24000.50"),
        ("24,000.50", "the text '24,000.50'", "24000.50"),
        ("4.000.000", "'4.000.000'", "4000000.00"),
        ("1,00,000.00", "the text '1,00,000.00'", "100000.00"),
        ("1,5", "the text '1,5'", "1.50"),
        ("EUR 4000", "the text 'EUR 4000'", "4000.00"),
        ("4000 €", "the text '4000 €'", "4000.00"),
        ("$4000", "the text '$4000'", "4000.00"),
        ("4'000.50", "the text '4'000.50'", "4000.50"),
        ("+5", "'+5'", "5.00"),
        ("EUR 1.000", "the text 'EUR 1.000'", None),
        ("1.2.3", "'1.2.3'", None),
        (".inf", "'.inf'", None),
        ("NaN", "'NaN'", None),
        ("1e999999999999", "'1e999999999999'", None),
        ("much", "'much'", None),
        ("true", "'true'", None),
        ("[1]", "a list", None),
        ("{a: 1}", "a mapping", None),
        ("x" * 100, f"'{'x' * 59}…'", None),
    ],
)
def test_words_about_amounts(characters: str, shown: str, write: str | None) -> None:
    text = f"project: P\nmilestones:\n- id: M1\n  name: n\n  amount: {characters}\n  status: paid\n"
    message = f"`amount` must be a number, not {shown}" + (f": write {write}" if write else "")
    assert faults_in(text) == [(characters, message, DIGITS)]


@pytest.mark.parametrize(
    ("characters", "message", "hint"),
    [
        ("1" * 19, "`amount` has 19 digits before the point, and at most 18 are allowed", "check the amount"),
        ("1" * 40 + ".00", "`amount` has 40 digits before the point, and at most 18 are allowed", "check the amount"),
        ("1." + "1" * 19, "`amount` has 19 decimals, and at most 18 are allowed", "check the amount"),
        ("-1." + "0" * 30, "`amount` has 30 decimals, and at most 18 are allowed", "check the amount"),
        ("-5", "`amount` must not be below 0, and it is -5", "write it without the minus"),
        ("-0.00000001", "`amount` must not be below 0, and it is -0.00000001", "write it without the minus"),
        ("~", "`amount` is empty, and it is required", "write it, for example `amount: 4000.00`"),
        ("''", "`amount` is empty", "write plain digits and a point, without quotes: 4000.00"),
    ],
)
def test_words_about_other_amounts(characters: str, message: str, hint: str) -> None:
    text = f"project: P\nmilestones:\n- id: M1\n  name: n\n  amount: {characters}\n  status: paid\n"
    assert faults_in(text) == [(characters, message, hint)]


@pytest.mark.parametrize(
    ("characters", "shown", "write"),
    [
        ("3.2.2026", "'3.2.2026'", None),  # February or March?
        ("13.2.2026", "'13.2.2026'", "2026-02-13"),
        ("2026-2-3", "'2026-2-3'", "2026-02-03"),
        ("20260203", "'20260203'", "2026-02-03"),
        ("20261399", "'20261399'", None),
        ("02/03/2026", "the text '02/03/2026'", None),
        ("13/02/2026", "the text '13/02/2026'", "2026-02-13"),
        ("2026/02/03", "the text '2026/02/03'", "2026-02-03"),
        ("2026-02-03T10:00:00Z", "the text '2026-02-03T10:00:00Z'", "2026-02-03"),
        ("2026-02-03 10:00", "the text '2026-02-03 10:00'", "2026-02-03"),
        ('"2026-02-03 "', "the text '2026-02-03 '", "2026-02-03"),
        ("3.2.26", "'3.2.26'", None),
        ("tomorrow", "'tomorrow'", None),
        ("true", "'true'", None),
        ("[2026-02-03]", "a list", None),
        ("{year: 2026}", "a mapping", None),
    ],
)
def test_words_about_dates(characters: str, shown: str, write: str | None) -> None:
    text = f"project: P\nclosed: {characters}\nmilestones:\n- {{id: M1, name: n, amount: 1, status: paid}}\n"
    message = f"`closed` must be a date, not {shown}" + (f": write {write}" if write else "")
    assert faults_in(text) == [(characters, message, "write dates as YYYY-MM-DD")]


@pytest.mark.parametrize(
    ("characters", "shown"),
    [
        (r'"\e[31mEUR"', r"the text '\x1b[31mEUR'"),
        (r'"EUR\u202e"', r"the text 'EUR\u202e'"),
        (r'"EUR\n"', r"the text 'EUR\n'"),
        ("'@here|<img src=x>'", "the text '@here|<img src=x>'"),
        ("€", "the text '€'"),
        ("EU", "'EU'"),
        ("NINECHARS", "'NINECHARS'"),
        ("EURÖ", "'EURÖ'"),
        ("EUR USD", "the text 'EUR USD'"),
    ],
)
def test_words_about_what_is_not_a_currency_code(characters: str, shown: str) -> None:
    message = f"`currency` must be a code of 3 to 8 capitals or digits, not {shown}"
    wanted = [(characters, message, "write a code such as EUR")]
    assert faults_in(f"currency: {characters}\n{GOOD % ''}") == wanted
    assert faults_in(f"format: 1\ncurrency: {characters}\n", "workspace") == wanted
    received = f"[{{date: 2026-01-01, amount: 1, received: {{amount: 1, currency: {characters}}}}}]"
    assert faults_in(GOOD % f", invoice: {{number: I1, amount: 1, sent: 2026-01-01, payments: {received}}}") == wanted


@pytest.mark.parametrize("code", ["EUR", "eur", "Dollar", "007", "USDC", "ABCDEFGH", "EURO"])
def test_what_could_be_a_code_is_left_to_the_list_of_currencies(code: str) -> None:
    assert faults_in(f"currency: {code}\n{GOOD % ''}") == []
    assert faults_in(f"format: 1\ncurrency: {code}\n", "workspace") == []


def test_words_about_an_own_code_show_what_cant_be_seen() -> None:
    message = r"a currency code must be 3 to 8 capitals or digits, not '\x1b[31mBTC'"
    assert [said for _, said, _ in faults_in('format: 1\ncurrencies: {"\\e[31mBTC": 8}\n', "workspace")] == [message]


@pytest.mark.parametrize("name", ["", "7", "00", "007", "a/b", "~1"])
def test_a_fault_under_any_name_has_its_place(name: str) -> None:
    text = f"format: 1\nrules: {{'{name}': never}}\ncurrencies: {{'{name}': many}}\n"
    found = find_faults("workspace", source.parse("mtrack.yaml", text, schema.shape("workspace")))
    assert {(key, name) for key in ("rules", "currencies")} == set(found.routes)
    assert len([problem for problem in found.broken if not problem.place.key]) == 2


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_required_keys_read_back_as_written(name: str) -> None:
    """Hints show them; pasted into a file they must mean the same."""

    def visit(shape: Shape, route: Route) -> None:
        for key, child in shape.properties.items():
            here = (*route, key)
            if key in shape.required:
                written = wording.example(name, here)
                read = source.parse("x.yaml", f"{key}: {written}\n", Shape(properties={key: child}))
                assert read.data == {key: schema.at(name, here)["examples"][0]}
            visit(child.items or child, (*here, 0) if child.items else here)

    visit(schema.shape(name), ())


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "2026-02-29"])
def test_words_about_days_that_do_not_exist(day: str) -> None:
    text = f"project: P\nclosed: {day}\nmilestones:\n- {{id: M1, name: n, amount: 1, status: paid}}\n"
    message = f"`closed` must be a day of the calendar, and {day} is not"
    assert faults_in(text) == [(day, message, "write dates as YYYY-MM-DD")]


GOOD = "project: P\nmilestones:\n- {id: M1, name: n, amount: 1, status: paid%s}\n"
CHOICES = "not_billed, sent, partially_paid, paid, cancelled, written_off"
TOP = "a record begins with `project: NAME`; see mtrack schema milestones"

WORDS: list[tuple[str, list[tuple[str, str, str | None]]]] = [
    # status
    ("project: P\nmilestones:\n- {id: M1, name: n, amount: 1, status: payed}\n",
     [("payed", f"`status` must be one of {CHOICES}, not 'payed': write paid", None)]),
    ("project: P\nmilestones:\n- {id: M1, name: n, amount: 1, status: Not billed}\n",
     [("Not billed", f"`status` must be one of {CHOICES}, not the text 'Not billed': write not_billed", None)]),
    ("project: P\nmilestones:\n- {id: M1, name: n, amount: 1, status: open}\n",
     [("open", f"`status` must be one of {CHOICES}, not 'open': write sent", None)]),
    ("project: P\nmilestones:\n- {id: M1, name: n, amount: 1, status: [paid]}\n",
     [("[paid]", "`status` must be text, not a list", None)]),
    ("project: P\nmilestones:\n- {id: M1, name: n, amount: 1, status: }\n",
     [("status", "`status` is empty, and it is required", "write it, for example `status: not_billed`")]),
    # ids
    ("project: P\nmilestones:\n- {id: M 1, name: n, amount: 1, status: paid}\n",
     [("M 1", "`id` may hold letters, digits, '.', '_' and '-', and it is the text 'M 1': write M-1", None)]),
    ("project: P\nmilestones:\n- {id: Méta/1, name: n, amount: 1, status: paid}\n",
     [("Méta/1", "`id` may hold letters, digits, '.', '_' and '-', and it is the text 'Méta/1': write Meta-1", None)]),
    ("project: P\nmilestones:\n- {id: 日本, name: n, amount: 1, status: paid}\n",
     [("日本", "`id` may hold letters, digits, '.', '_' and '-', and it is '日本'", None)]),
    ("project: P\nmilestones:\n- {id: '', name: n, amount: 1, status: paid}\n", [("''", "`id` is empty", "write it")]),
    ("project: P\nmilestones:\n- {id: ~, name: n, amount: 1, status: paid}\n",
     [("~", "`id` is empty, and it is required", "write it, for example `id: M1`")]),
    # wrong kinds
    ("project: [P]\nmilestones: 5\n",
     [("[P]", "`project` must be text, not a list", None), ("5", "`milestones` must be a list, not 5", "begin each item with '- '")]),
    ("project: P\nmilestones: {M1: x}\n",
     [("{M1: x}", "`milestones` must be a list, not a mapping", "begin each item with '- '")]),
    ("project: P\nmilestones: []\n",
     [("[]", "`milestones` holds nothing, and at least one record belongs there", "write the first one")]),
    ("project: P\nmilestones: [a, ~, [b]]\n",
     [("a", "milestone 1 of `milestones` must be a mapping of keys and values, not 'a'", "write `key: value` lines below it"),
      ("~", "milestone 2 of `milestones` is empty", "write it, or remove the item"),
      ("[b]", "milestone 3 of `milestones` must be a mapping of keys and values, not a list", "write `key: value` lines below it")]),
    (GOOD % ", hold: true",
     [("true", "`hold` must be a mapping of keys and values, not true",
       "its keys are until, reason: write `hold: {until: 2026-07-01, reason: client's new budget year}`")]),
    (GOOD % ", cancelled: 2026-01-01",
     [("2026-01-01", "`cancelled` must be a mapping of keys and values, not '2026-01-01'",
       "its keys are date, reason: write `cancelled: {date: 2026-05-15, reason: feature dropped}`")]),
    (GOOD % ", invoice: {number: R, amount: 1, sent: 2026-02-03, void: true}",
     [("true", "`void` must be a mapping of keys and values, not true",
       "its keys are date, reason: write `void: {date: 2026-02-10, reason: wrong address}`")]),
    (GOOD % ", attachments: a.pdf", [("a.pdf", "`attachments` must be a list, not 'a.pdf'", "begin each item with '- '")]),
    (GOOD % ", attachments: [a, '', ~, [b]]",
     [("''", "attachment 2 of `attachments` is empty", "write it, or remove the item"),
      ("~", "attachment 3 of `attachments` is empty", "write it, or remove the item"),
      ("[b]", "attachment 4 of `attachments` must be text, not a list", None)]),
    (GOOD % ", upfront: yes", [("yes", "`upfront` must be true or false, not 'yes': write true", None)]),
    (GOOD % ", upfront: 'false'", [("'false'", "`upfront` must be true or false, not the text 'false': write false", None)]),
    (GOOD % ", upfront: maybe", [("maybe", "`upfront` must be true or false, not 'maybe'", None)]),
    ("agreement: {milestones: two, payment_terms: 30 days, total: 1}\n" + GOOD % "",
     [("two", "`milestones` must be a whole number, not 'two'", None),
      ("30 days", "`payment_terms` must be a whole number, not the text '30 days': write 30",
       "write it in plain digits, without quotes")]),
    ("agreement: {milestones: 5.0, payment_terms: -1}\n" + GOOD % "",
     [("5.0", "`milestones` must be a whole number, not '5.0': write 5", "write it in plain digits, without quotes"),
      ("-1", "`payment_terms` must not be below 0, and it is -1", "write it without the minus")]),
    ("agreement: {milestones: 2.5, payment_terms: 99999}\n" + GOOD % "",
     [("2.5", "`milestones` must be a whole number, not '2.5'", None),
      ("99999", "`payment_terms` must be at most 36500, and it is 99999", None)]),
    # empty and missing
    ("project: ' '\nmilestones:\n- {id: M1, name: '', amount: 1, status: paid}\n",
     [("' '", "`project` is empty", "write it"), ("''", "`name` is empty", "write it")]),
    ("project:\nmilestones:\n", [
        ("project", "`project` is empty, and it is required", "write it, for example `project: Acme website`"),
        ("milestones", "`milestones` is empty, and it is required",
         "write it, for example `milestones: [{id: M1, name: Discovery complete, amount: 4000.00, status: not_billed}]`")]),
    ("client: C\n", [
        ("client", "`project` and `milestones` are missing from the project",
         "add `project: Acme website`, `milestones: [{id: M1, name: Discovery complete, amount: 4000.00, status: not_billed}]`")]),
    ("project: P\nmilestones:\n- {name: n, id: M2}\n- {}\n- {name: x, amount: 1, status: paid}\n", [
        ("id", "`amount` and `status` are missing from milestone M2", "add `amount: 4000.00`, `status: not_billed`"),
        ("{}", "`id`, `name`, `amount` and `status` are missing from milestone 2",
         "add `id: M1`, `name: Discovery complete`, `amount: 4000.00`, `status: not_billed`"),
        ("name", "`id` is missing from milestone 3", "add `id: M1`")]),
    ("project: P\nmilestones:\n- id:\n  name: n\n  amount: 1\n", [
        ("id", "`id` is empty, and it is required; `status` is missing from milestone 1",
         "write it, for example `id: M1`; add `status: not_billed`")]),
    (GOOD % ", invoice: {amount: 1}", [
        ("amount", "`number` and `sent` are missing from the invoice of milestone M1",
         "add `number: INV-2026-004`, `sent: 2026-02-03`")]),
    (GOOD % ", cancelled: {reason: x}", [("reason", "`date` is missing from `cancelled` of milestone M1", "add `date: 2026-03-01`")]),
    (GOOD % "" + "invoices:\n- {number: I1, amount: 1, sent: 2026-01-01}\n- {number: I2, amount: 1, sent: 2026-01-01, lines: []}\n", [
        ("number", "`lines` is missing from invoice I1", "add `lines: [{milestone: M2, amount: 4000.00}]`"),
        ("[]", "`lines` holds nothing, and at least one record belongs there", "write the first one")]),
    (GOOD % "" + "invoices:\n- {number: I1, amount: 1, sent: 2026-01-01, lines: [{milestone: M1}], payments: [{amount: 1}, "
     "{date: 2026-01-01, amount: 1, received: {amount: 5}}], written_off: {reason: x}}\n", [
        ("milestone", "`amount` is missing from line 1 of invoice I1", "add `amount: 4000.00`"),
        ("amount", "`date` is missing from payment 1 of invoice I1", "add `date: 2026-03-01`"),
        ("amount", "`currency` is missing from `received` of payment 2 of invoice I1", "add `currency: EUR`"),
        ("reason", "`date` and `amount` are missing from `written_off` of invoice I1", "add `date: 2026-03-01`, `amount: 4000.00`")]),
    # keys
    (GOOD % ", planed: x", [("planed", "`planed` is not a key of this format", "did you mean `planned`?")]),
    (GOOD % ", pla\u200bnned: x", [("pla\u200bnned", "`pla\u200bnned` is not a key of this format", "U+200B stands in it: write `planned`")]),
    (GOOD % ", note\u00a0: x", [("note\u00a0", "`note\u00a0` is not a key of this format", "U+00A0 stands in it: write `note`")]),
    (GOOD % ", n\u043ete: x", [("n\u043ete", "`n\u043ete` is not a key of this format", "'\u043e' (U+043E) stands in it: write `note`")]),
    (GOOD % ", Up-Front: x", [("Up-Front", "`Up-Front` is not a key of this format", "did you mean `upfront`?")]),
    (GOOD % ", due: x", [("due", "`due` is not a key here", "it belongs to an invoice or an instalment")]),
    (GOOD % ", approved_by: x", [("approved_by", "`approved_by` is not a key here", "it belongs to `deliverable`")]),
    (GOOD % ", agreement: x", [("agreement", "`agreement` is not a key here", "it belongs to a project")]),
    ("format: 1\n" + GOOD % "", [("format", "`format` is not a key here", "it belongs to mtrack.yaml")]),
    (GOOD % ", deliverable: {ticket: x}", [
        ("ticket", "`ticket` is not a key of this format",
         "known here: note, completed, approved, approved_by, signoff; your own keys begin with x-")]),
    (GOOD % ", invoice: {number: I1, amount: 24,000, sent: 2026-01-01}", [
        (",", "a comma inside { } ends the value: '24,000' is read as '24'", "write 24000.00")]),
    (GOOD % ", '': x", [("''", "`''` is not a key of this format",
        ("known here: id, name, amount, planned, upfront, deliverable, invoice, hold, cancelled, attachments, note, status; "
        "your own keys begin with x-"))]),
    (GOOD % ", invoice: {number: I1, amount: 1, sent: 2026-01-01, lines: [{milestone: M1}, 5]}", [
        ("lines", "`lines` is not a key here",
         "move the invoice to the project's `invoices`; a milestone's own invoice bills that milestone alone")]),
    (GOOD % ", invoice: {number: I1, amount: 1, sent: 2026-01-01, lines: 5}", [
        ("lines", "`lines` is not a key here",
         "move the invoice to the project's `invoices`; a milestone's own invoice bills that milestone alone")]),
    # waivers
    ("waivers: [{rule: overdu, reason: r}, {rule: ~, reason: ''}, {rule: [a]}, x]\n" + GOOD % "", [
        ("overdu", "there is no rule 'overdu'", "did you mean overdue?"),
        ("~", "`rule` is empty, and it is required", "write it, for example `rule: signoff-missing`"),
        ("''", "`reason` is empty", "write it"),
        ("rule", "`reason` is missing from waiver 3", "add `reason: approved on the phone`"),
        ("[a]", "`rule` must be text, not a list", None),
        ("x", "waiver 4 of `waivers` must be a mapping of keys and values, not 'x'", "write `key: value` lines below it")]),
    # the file as a whole
    ("", [("", "the file is empty", "a record begins with `project: NAME`; mtrack new makes one")]),
    ("# only\n\n# comments\n", [("", "the file is empty", "a record begins with `project: NAME`; mtrack new makes one")]),
    ("# c\n---\n", [("", "the file is empty", "a record begins with `project: NAME`; mtrack new makes one")]),
    ("# c\n- a\n", [("", "the file must hold keys and values, not a list", TOP)]),
    ("# c\ntext\n", [("", "the file must hold keys and values, not text", TOP)]),
    ("5.00\n", [("", "the file must hold keys and values, not text", TOP)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), WORDS)
def test_words(text: str, wanted: list[tuple[str, str, str | None]]) -> None:
    assert faults_in(text) == wanted


SETTINGS_TOP = "the settings begin with `format: 1`; see mtrack schema workspace"
SETTINGS: list[tuple[str, list[tuple[str, str, str | None]]]] = [
    ("", [("", "the file is empty", SETTINGS_TOP)]),
    ("- a\n", [("", "the file must hold keys and values, not a list", SETTINGS_TOP)]),
    ("name: x\n", [("name", "`format` is missing from the settings", "add `format: 1`")]),
    ("format: 2\n", [("2", "`format` must be 1, not 2: this mtrack knows no other", "write 1")]),
    ("format: '1'\n",
     [("'1'", "`format` must be a whole number, not the text '1': write 1", "write it in plain digits, without quotes")]),
    ("format: 1\nlocale: english\n", [("english", "`locale` must be a locale such as en_GB or de_DE, not 'english'", None)]),
    ("format: 1\nlocale: en-gb\n", [("en-gb", "`locale` must be a locale such as en_GB or de_DE, not 'en-gb': write en_GB", None)]),
    ("format: 1\nlocale: de_DE.UTF-8\n",
     [("de_DE.UTF-8", "`locale` must be a locale such as en_GB or de_DE, not 'de_DE.UTF-8': write de_DE", None)]),
    ("format: 1\ncurrencies: {btc: 8, US: 2, BTC: 99, ABC: two, x-own: [y]}\n", [
        ("btc", "a currency code must be 3 to 8 capitals or digits, not 'btc'", "write BTC"),
        ("US", "a currency code must be 3 to 8 capitals or digits, not 'US'", None),
        ("99", "`BTC` must be at most 18, and it is 99", None),
        ("two", "`ABC` must be a whole number, not 'two'", None)]),
    ("format: 1\nrules: {overdu: off, signoff_missing: off, foo: off, overdue: of, overpaid: no, underbilled: fatal, x-own: [y]}\n", [
        ("overdu", "there is no rule 'overdu'", "did you mean overdue?"),
        ("signoff_missing", "there is no rule 'signoff_missing'", "did you mean signoff-missing?"),
        ("foo", "there is no rule 'foo'", "mtrack rules lists them"),
        ("of", "`overdue` must be one of error, warning, info, off, not 'of': write off", None),
        ("no", "`overpaid` must be one of error, warning, info, off, not 'no': write off", None),
        ("fatal", "`underbilled` must be one of error, warning, info, off, not 'fatal'", None)]),
    ("format: 1\nexclude: archive/\n", [("archive/", "`exclude` must be a list, not the text 'archive/'", "begin each item with '- '")]),
    ("format: 1\nexclude: [a, '', ~]\n", [
        ("''", "pattern 2 of `exclude` is empty", "write it, or remove the item"),
        ("~", "pattern 3 of `exclude` is empty", "write it, or remove the item")]),
    ("format: 1\nclient: x\nterms: 3\n", [
        ("client", "`client` is not a key here", "it belongs to a project"),
        ("terms", "`terms` is not a key of this format",
         ("known here: format, name, currency, payment_terms, bill_within, tax_rate, verify, correct_within, "
          "require_signed, locale, currencies, exclude, rules, waivers; your own keys begin with x-"))]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SETTINGS)
def test_words_about_settings(text: str, wanted: list[tuple[str, str, str | None]]) -> None:
    assert faults_in(text, "workspace") == wanted


def test_an_empty_value_is_as_good_as_no_key() -> None:
    optional = resources.schema("milestones")["$defs"]["milestone"]["properties"].keys() - {
        "id",
        "name",
        "amount",
        "status",
    }
    text = "project: P\nclient:\nagreement:\ninvoices:\nclosed:\nwaivers:\nmilestones:\n- id: M1\n  name: n\n  amount: 1\n  status: paid\n"
    text += "".join(f"  {key}:\n" for key in sorted(optional))
    assert faults_in(text) == []
    record = (
        ", deliverable: {note: , completed: , approved: , approved_by: , signoff: }, hold: {until: , reason: }, invoice: {number: 1, "
        "amount: 1, sent: 2026-01-01, tax: , total: , due: , file: , payments: , disputed: , written_off: , void: , credits: , replaces: }"
    )
    nested = GOOD % record + "agreement: {file: , signed: , total: , milestones: , payment_terms: , amendments: }\n"
    assert faults_in(nested) == []
    assert (
        faults_in(
            "format: 1\nname:\ncurrency:\npayment_terms:\nbill_within:\nlocale:\ncurrencies:\nexclude:\nrules:\nwaivers:\n",
            "workspace",
        )
        == []
    )


def test_a_missing_currency_joins_what_else_is_missing() -> None:
    read = source.parse("milestones.yaml", "project: P\n", schema.shape("milestones"))
    (problem,) = find_faults("milestones", read, ("currency",)).broken
    assert problem.message == "`milestones` and `currency` are missing from the project"
    read = source.parse("milestones.yaml", GOOD % "", schema.shape("milestones"))
    (problem,) = find_faults("milestones", read, ("currency",)).broken
    assert problem.message == "`currency` is missing from the project, and mtrack.yaml sets none"


INTERRUPTED = """
import os, random, signal, time
from mtrack.record import fits, schema, wording
from mtrack.yaml import source
from mtrack.yaml.shape import Shape

line = "- {id: M%d, name: N, amount: 1, status: paid}\\n"
text = "project: A\\ncurrency: EUR\\nmilestones:\\n" + "".join(line % i for i in range(40_000))
data = source.parse("a/milestones.yaml", text, schema.shape("milestones")).data
assert schema.is_valid("milestones", data)
for _ in range(12):
    child = os.fork()
    if not child:
        time.sleep(random.uniform(0.005, 0.03))
        os.kill(os.getppid(), signal.SIGINT)
        os._exit(0)
    try:
        while True:
            assert schema.is_valid("milestones", data), "an interrupt is no fault of the data"
    except KeyboardInterrupt:
        print("interrupted")
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals between processes")
def test_an_interrupt_is_neither_lost_nor_taken_for_a_fault() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.count("interrupted")) == (0, 12), done.stderr


@pytest.mark.parametrize(
    ("written", "more", "meant"),
    [
        ("billed", "", "sent"), ("Invoiced", "", "sent"), ("unpaid", "", "sent"), ("open", "", "sent"),
        ("overdue", "", "sent"), ("pending", "", "not_billed"), ("draft", "", "not_billed"), ("planned", "", "not_billed"),
        ("settled", "", "paid"), ("done", "", "paid"), ("canceled", "", "cancelled"), ("Not billed", "", "not_billed"),
        ("PAID", "", "paid"), ("pay", "", None), ("sen", "", None), ("unknown", "", None),
        ("waiting", "invoice: {number: R-1, amount: 1, sent: 2026-02-03}, ", "sent"),
        ("waiting", "invoice: {number: R-1, amount: 1, sent: 2026-02-03, void: {date: 2026-02-04}}, ", "not_billed"),
        ("waiting", "cancelled: {date: 2026-02-03}, ", "cancelled"),
        ("waiting", "invoice: {number: R-1, amount: 1, sent: 2026-02-03, payments: [{date: 2026-02-04, amount: 1}]}, ", "paid"),
        ("unpaid", "invoice: {number: R-1, amount: 1, sent: 2026-02-03, paid: 2026-02-04}, ", "paid"),
        ("open", "invoice: {number: R-1, amount: 2, sent: 2026-02-03, payments: [{date: 2026-02-04, amount: 1}]}, ", "partially_paid"),
        ("done", "invoice: {number: R-1, amount: 1, sent: 2026-02-03}, ", "paid"),
        ("done", "invoice: {number: R-1, amount: 2, sent: 2026-02-03, payments: [{date: 2026-02-04, amount: 1}]}, ", "partially_paid"),
        ("draft", "invoice: {number: R-1, amount: 1, sent: 2026-02-03}, ", "sent"),
        ("billed", "invoice: {number: R-1, amount: 1, sent: 2026-02-03, void: {date: 2026-02-04}}, ", "not_billed"),
        ("bad debt", "invoice: {number: R-1, amount: 1, sent: 2026-02-03, paid: 2026-02-04}, ", "written_off"),
        ("canceled", "invoice: {number: R-1, amount: 1, sent: 2026-02-03}, ", "cancelled"),
        ("notbilled", "", "not_billed"), ("partiallypaid", "", "partially_paid"), ("WrittenOff", "", "written_off"),
    ],
)  # fmt: skip
def test_status_that_is_meant(written: str, more: str, meant: str | None) -> None:
    text = f"project: P\nmilestones:\n- {{id: M1, name: n, amount: 1, {more}status: {written}}}\n"
    [(_, message, _)] = faults_in(text)
    assert message.partition(": write ")[2] == (meant or "")


@pytest.mark.parametrize(
    ("agreement", "written", "says", "hint"),
    [
        ("{total: 9000.00}", "30%", "not the text '30%': 30 % of the agreed 9000.00 is 2700.00", "write 2700.00"),
        ("{total: 9000}", "'12.5 %'", "not the text '12.5 %': 12.5 % of the agreed 9000 is 1125.00", "write 1125.00"),
        (
            "{signed: 2026-01-10}",
            "30%",
            "not the text '30%'",
            "write the amount itself: plain digits and a point, as in 4000.00",
        ),
        ("", "30%", "not the text '30%'", "write the amount itself: plain digits and a point, as in 4000.00"),
    ],
)
def test_percentage_where_an_amount_belongs(agreement: str, written: str, says: str, hint: str) -> None:
    text = f"project: P\nagreement: {agreement}\nmilestones:\n- {{id: M1, name: n, amount: {written}, status: paid}}\n"
    assert [item[1:] for item in faults_in(text)] == [(f"`amount` must be an amount, {says}", hint)]


@pytest.mark.parametrize(
    ("currency", "share", "part"), [("JPY", "33.3", "4111"), ("EUR", "33.3", "4110.89"), ("KWD", "33.3335", "4115.021")]
)
def test_a_percentage_has_the_decimals_of_the_currency(currency: str, share: str, part: str) -> None:
    text = f"project: P\ncurrency: {currency}\nagreement: {{total: 12345}}\nmilestones:\n- {{id: M1, name: n, amount: {share}%, status: paid}}\n"
    [(_, message, hint)] = faults_in(text)
    assert (message.rpartition(" is ")[2], hint) == (part, f"write {part}")


PAID = "write the day it was paid as YYYY-MM-DD; without one, true; remove the key where it is not paid"


@pytest.mark.parametrize("written", ["yes", "no", "1.00", "03.02.2026", "false"])
def test_paid_says_that_it_may_be_true(written: str) -> None:
    text = GOOD % f", invoice: {{number: R, amount: 1, sent: 2026-02-03, paid: {written}}}"
    shown = written if written == "false" else f"'{written}'"
    assert faults_in(text) == [(written, f"`paid` must be a date or true, not {shown}", PAID)]


def test_the_keys_of_an_invoice_are_those_of_its_place() -> None:
    [(_, _, hint)] = faults_in(GOOD % ", invoice: INV-1")
    assert hint is not None
    assert "replaces: write" in hint
    assert "lines" not in hint


BILLED = "{number: A, amount: 60, sent: 2026-01-02, lines: [{milestone: M1, amount: 60}]%s}"


@pytest.mark.parametrize(
    ("invoices", "meant"),
    [
        ([], None),
        ([""], "sent"),
        ([", void: 2026-01-03"], "not_billed"),
        ([", void: 2026-01-03", ""], "sent"),
        ([", payments: [{date: 2026-01-03, amount: 10}]"], "partially_paid"),
        ([", payments: [{date: 2026-01-03, amount: 60}]"], "partially_paid"),
        ([", payments: [{date: 2026-01-03, amount: 60}]", ", paid: true"], "paid"),
        ([", tax: 6, payments: [{date: 2026-01-03, amount: 60}]", ", paid: true"], "partially_paid"),
        ([", tax: 6, payments: [{date: 2026-01-03, amount: 60, withheld: 6}]", ", paid: true"], "paid"),
        ([", paid: true", ""], "partially_paid"),
        ([", paid: true", ", credits: B"], None),
    ],
)
def test_a_status_is_suggested_by_all_invoices(invoices: list[str], meant: str | None) -> None:
    listed = ", ".join(BILLED % more for more in invoices)
    text = f"project: P\nmilestones: [{{id: M1, name: n, amount: 120, status: finished}}]\ninvoices: [{listed}]\n"
    write = f": write {meant}" if meant else ""
    words = f"`status` must be one of {CHOICES}, not 'finished'{write}"
    assert ("finished", words, None) in faults_in(text)
