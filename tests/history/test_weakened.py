"""`lint --since REV` tells what a change silences; `--settings-from REV` judges by the settings of REV."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from support import mtrack, validated

from history.story import Story
from history.test_log import ACME
from mtrack.finding import Finding
from mtrack.history.weakened import may_end_later
from mtrack.history.widened import Accepted, widened
from mtrack.record.model import PaymentTerms, Waiver
from mtrack.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = "acme/milestones.yaml"
AS_OF = ("--as-of", "2026-06-01")
TEXT = ACME.replace(
    "    status: not_billed\n  - id: M2",
    "    deliverable: {approved: 2026-02-01}\n"
    "    invoice: {number: INV-1, amount: 4100.00, sent: 2026-02-02, file: invoices/1.pdf}\n"
    "    status: sent\n  - id: M2",
)
"""Overbilled (an error), overdue and without a sign-off (warnings)."""
FOUND = {"overbilled": "error", "overdue": "warning", "signoff-missing": "warning"}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return begun(tmp_path)


def begun(tmp_path: Path) -> Story:
    """A repository with the workspace whose findings are `FOUND`."""
    story = Story(tmp_path / "ws")
    story.commit(
        "begin", "2026-02-02",
        {"mtrack.yaml": "format: 1\n", RECORDS: TEXT, "acme/agreement/sow.pdf": "signed", "acme/invoices/1.pdf": "1"},
    )  # fmt: skip
    return story


def lint(story: Story, *arguments: str) -> list[dict[str, Any]]:
    result = mtrack("lint", "--format", "json", *AS_OF, *arguments, cwd=story.folder)
    assert result.code in (0, 1), result.err
    found: list[dict[str, Any]] = validated(result.out, "findings")["findings"]
    return found


def weakened(story: Story, *arguments: str) -> list[dict[str, Any]]:
    return [item for item in lint(story, "--since", "HEAD", *arguments) if item["rule"] == "settings-weakened"]


def silenced(item: dict[str, Any]) -> list[str]:
    return sorted(other["message"].partition(":")[0] for other in item["related"])


def settings(story: Story, text: str) -> None:
    story.write({"mtrack.yaml": f"format: 1\n{text}"})


def test_the_tree_has_what_it_should(story: Story) -> None:
    assert {item["rule"]: item["severity"] for item in lint(story)} == FOUND
    assert lint(story, "--since", "HEAD") == []


WEAKER = {
    "off": ("rules: {overbilled: off}\n", 2, ["overbilled"], "'overbilled' is off, and was an error at HEAD"),
    "lowered": ("rules: {overbilled: info}\n", 2, ["overbilled"], "'overbilled' is an info now, and was an error at HEAD"),
    "a waiver": (
        "waivers:\n  - {rule: overdue, reason: none}\n", 3, ["overdue"], "a new waiver accepts 'overdue'",
    ),
    "a wide waiver": (
        "waivers:\n  - {rule: signoff-missing, milestone: M1, reason: by phone}\n", 3, ["signoff-missing"],
        "a new waiver accepts 'signoff-missing'",
    ),
    "an exclude": (
        "exclude:\n  - archive/\n  - acme\n", 4, ["overbilled", "overdue", "signoff-missing"],
        "`exclude` hides the project acme, which HEAD shows",
    ),
    "payment terms": ("payment_terms: 365\n", 2, ["overdue"], "`payment_terms` is not what it was at HEAD"),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAKER)
def test_a_setting_that_silences_is_a_finding_at_its_line(name: str, story: Story) -> None:
    text, line, rules, words = WEAKER[name]
    settings(story, text)
    (item,) = weakened(story)
    assert (item["severity"], item["category"], item["path"]) == ("warning", "record", "mtrack.yaml")
    assert (item["line"], silenced(item)) == (line, rules)
    count = "1 finding" if len(rules) == 1 else f"{len(rules)} findings"
    assert item["message"] == f"{words}, which silences {count}"
    assert all(other["line"] for other in item["related"])
    assert {other["path"] for other in item["related"]} == {RECORDS}


STRICTER = {
    "nothing": "",
    "a name": "name: Studio North\n",
    "graver": "rules: {overdue: error}\n",
    "a folder without a project": "exclude: [archive/]\n",
    "a waiver that has expired": "waivers: [{rule: overdue, reason: none, until: 2026-05-31}]\n",
    "shorter terms": "payment_terms: 10\n",
    "a comment": "# rules: {overbilled: off}\n",
}


@pytest.mark.parametrize("name", STRICTER)
def test_a_setting_that_silences_nothing_is_none(name: str, story: Story) -> None:
    settings(story, STRICTER[name])
    assert weakened(story) == []


def test_what_was_so_before_is_not_told(story: Story) -> None:
    text = "rules: {overbilled: off}\nexclude: [globex]\nwaivers: [{rule: overdue, reason: none}]\n"
    story.commit("settings", "2026-02-03", {"mtrack.yaml": f"format: 1\n{text}", "globex/milestones.yaml": TEXT})
    settings(story, text.replace("none", "another reason"))
    assert weakened(story) == []
    settings(story, text + "name: x\n")
    assert weakened(story) == []


def test_a_severity_that_is_no_longer_raised(story: Story) -> None:
    story.commit("strict", "2026-02-03", {"mtrack.yaml": "format: 1\nrules: {overdue: error, overpaid: error}\n"})
    settings(story, "rules: {overpaid: error}\n")
    (item,) = weakened(story)
    assert (item["line"], item["message"]) == (
        2,
        "'overdue' is a warning now, and was an error at HEAD, which silences 1 finding",
    )
    settings(story, "")
    assert [(item["line"], item["message"].partition(" is ")[0]) for item in weakened(story)] == [
        (1, "'overdue'"), (1, "'overpaid'"),
    ]  # fmt: skip


TO_COME = {
    "rules: {overpaid: off}\n": "'overpaid' is off, and was a warning at HEAD",
    "rules: {overpaid: info}\n": "'overpaid' is an info now, and was a warning at HEAD",
    "waivers: [{rule: overpaid, reason: none}]\n": "a new waiver accepts 'overpaid'",
    "waivers: [{rule: overdue, milestone: M2, reason: none}]\n": "a new waiver accepts 'overdue'",
    "bill_within: 1\n": "`bill_within` is not what it was at HEAD",
    "payment_terms: 31\n": "`payment_terms` is not what it was at HEAD",
    "payment_terms: {days: 30, month_end: before}\n": "`payment_terms` is not what it was at HEAD",
}


@pytest.mark.parametrize("text", TO_COME)
def test_what_silences_only_what_is_still_to_come_is_told_without_a_list(text: str, story: Story) -> None:
    """The change after this one would be judged by it."""
    settings(story, text)
    (item,) = weakened(story)
    assert (item["message"], item["line"], item["related"]) == (TO_COME[text], 2, [])
    story.commit("so", "2026-02-03")
    assert weakened(story) == []


def test_shorter_terms_are_not_longer() -> None:
    terms = [PaymentTerms(days, end) for days in (0, 1, 27, 30, 31) for end in (None, "before", "after")]
    days = [date(2024, 1, 1) + timedelta(days=i) for i in range(1_461)]
    for old, new in product(terms, terms):
        assert may_end_later(new, old) == any(new.due(day) > old.due(day) for day in days), (old, new)


def test_each_cause_is_a_finding_of_its_own(story: Story) -> None:
    settings(story, "rules: {overbilled: off, signoff-missing: off}\nwaivers: [{rule: overdue, reason: none}]\n")
    assert [(item["line"], silenced(item)) for item in weakened(story)] == [
        (2, ["overbilled"]), (2, ["signoff-missing"]), (3, ["overdue"]),
    ]  # fmt: skip


def test_a_waiver_that_is_extended_or_widened(story: Story) -> None:
    before = "waivers: [{rule: overdue, number: INV-2, reason: none}, {rule: signoff-missing, reason: x, until: 2026-05-01}]\n"
    story.commit("waivers", "2026-02-03", {"mtrack.yaml": f"format: 1\n{before}"})
    settings(story, before.replace("number: INV-2, ", "").replace("2026-05-01", "2026-07-01"))
    assert [(item["message"].partition(",")[0], silenced(item)) for item in weakened(story)] == [
        ("a wider waiver accepts 'overdue'", ["overdue"]), ("a new waiver accepts 'signoff-missing'", ["signoff-missing"]),
    ]  # fmt: skip


@pytest.mark.parametrize("where", ["mtrack.yaml", RECORDS])
@pytest.mark.parametrize(
    ("was", "now"), [("2026-06-01", "2026-06-02"), ("2026-07-01", "2036-07-01"), ("2026-07-01", None)]
)
def test_a_waiver_that_still_counts_and_counts_for_longer(where: str, was: str, now: str | None, story: Story) -> None:
    start = "format: 1\n" if where == "mtrack.yaml" else TEXT
    text = f"{start}waivers:\n  - rule: overdue\n    reason: none\n    until: {was}\n"
    story.commit("waiver", "2026-02-03", {where: text})
    story.write({where: text.replace(was, now) if now else text.replace(f"    until: {was}\n", "")})
    (item,) = weakened(story)
    until = f"until {now}" if now else "without an end"
    line = start.count("\n") + (4 if now else 2)
    assert (item["path"], item["line"], silenced(item)) == (where, line, ["overdue"])
    assert (
        item["message"] == f"a waiver accepts 'overdue' {until}, and did until {was} at HEAD, which silences 1 finding"
    )
    story.write({where: text.replace(was, "2026-06-01")})
    assert weakened(story) == []  # shorter, or as it was


WIDER = {
    "milestone": ("milestone: M1", ""),
    "number": ("number: INV-1", ""),
    "file": ("file: FILE", ""),
    "a number, and another key comes": ("number: INV-1", "milestone: M1"),
}


@pytest.mark.parametrize("where", ["mtrack.yaml", RECORDS])
@pytest.mark.parametrize("name", WIDER)
def test_a_waiver_that_loses_a_key_is_told_though_it_accepts_no_more_today(name: str, where: str, story: Story) -> None:
    start = "format: 1\n" if where == "mtrack.yaml" else TEXT
    was, now = (
        f"{start}waivers:\n  - rule: overdue\n    reason: none\n" + (f"    {key}\n" if key else "")
        for key in WIDER[name]
    )
    was = was.replace("FILE", RECORDS if where == "mtrack.yaml" else "milestones.yaml")
    story.commit("waiver", "2026-02-03", {where: was})
    assert [item["rule"] for item in lint(story) if item["waived"]] == ["overdue"]
    story.write({where: now})
    (item,) = weakened(story)
    assert (item["path"], item["line"], silenced(item)) == (where, start.count("\n") + 2, [])
    story.commit("wider", "2026-02-04")
    story.write({where: was})
    told = [item["message"] for item in weakened(story)]
    assert told == ([] if not WIDER[name][1] else ["a new waiver accepts 'overdue'"])


def test_a_waiver_that_moves_from_a_project_to_the_settings(story: Story) -> None:
    waiver = "waivers: [{rule: overdue, reason: none}]\n"
    story.commit("waiver", "2026-02-03", {RECORDS: TEXT + waiver})
    story.write({RECORDS: TEXT, "mtrack.yaml": f"format: 1\n{waiver}"})
    (item,) = weakened(story)
    assert (item["message"], item["path"]) == ("a wider waiver accepts 'overdue'", "mtrack.yaml")
    story.commit("settings", "2026-02-04")
    story.write({RECORDS: TEXT + waiver, "mtrack.yaml": "format: 1\n"})
    assert weakened(story) == []


# Every pair of waivers.

TODAY = date(2026, 6, 1)
ENDS = (None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1))
DAYS = (TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=2))
WAIVERS = [
    Waiver(path, ("waivers", 0), rule, "r", milestone, number, file, until)
    for path in ("mtrack.yaml", RECORDS)
    for rule in ("overdue", "overbilled")
    for milestone in (None, "M1")
    for number in (None, "INV-1")
    for file in (None, "acme/a.pdf" if path == "mtrack.yaml" else "a.pdf")
    for until in ENDS
]
FINDINGS = [
    Finding(
        rule=rule, category=RULES[rule].category, severity=RULES[rule].severity, path=f"{project}/milestones.yaml", span=None,
        project=project, milestone=milestone, invoice=number, amount=None, currency=None, message="", hint=None, related=(),
        about=file,
    )
    for rule in ("overdue", "overbilled")
    for project in ("acme", "other")
    for milestone in ("M1", "M2")
    for number in ("INV-1", "INV-2")
    for file in ("acme/a.pdf", "acme/b.pdf")
]  # fmt: skip


def accepts(waiver: Waiver, finding: Finding, day: date) -> bool:
    """SPEC 2.3, in its words."""
    in_settings = waiver.path == "mtrack.yaml"
    file = waiver.file if waiver.file is None or in_settings else f"acme/{waiver.file}"
    return (
        waiver.rule == finding.rule
        and (in_settings or finding.project == "acme")
        and waiver.milestone in (None, finding.milestone)
        and waiver.number in (None, finding.invoice)
        and file in (None, finding.about, finding.path)
        and (waiver.until is None or day <= waiver.until)
    )


def accepted(waiver: Waiver) -> frozenset[tuple[int, date]]:
    return frozenset((i, day) for i, finding in enumerate(FINDINGS) for day in DAYS if accepts(waiver, finding, day))


ACCEPTED = [accepted(waiver) for waiver in WAIVERS]


def test_each_waiver_that_accepts_something_that_another_did_not() -> None:
    for old, was in zip(WAIVERS, ACCEPTED, strict=True):
        before = Accepted([old], TODAY)
        for new, now in zip(WAIVERS, ACCEPTED, strict=True):
            told = widened(before, [new], TODAY)
            assert bool(told) == (not now <= was), (old, new)
        for day in DAYS:
            found = {(i, day) for i, finding in enumerate(FINDINGS) if before.accepts(finding, day)}
            assert found == {pair for pair in was if pair[1] == day}, old


def test_several_waivers_before_and_after() -> None:
    """A change that keeps what is there, in another order or twice, is not told; the rest is, each once."""
    random = Random(5)  # noqa: S311
    for _ in range(2_000):
        old = random.sample(range(len(WAIVERS)), random.randrange(4))
        new = random.sample(range(len(WAIVERS)), random.randrange(1, 4))
        before = Accepted([WAIVERS[i] for i in old], TODAY)
        told = widened(before, [WAIVERS[i] for i in (*new, *new)], TODAY)
        was = frozenset[tuple[int, date]]().union(*(ACCEPTED[i] for i in old))
        now = {i: ACCEPTED[i] - was for i in new}
        assert {pair for item in told for pair in accepted(item.waiver)} >= frozenset[tuple[int, date]]().union(
            *now.values()
        )
        assert len({id(item.waiver) for item in told}) == len(told)
        kept = [*old, *random.sample(old, len(old))]
        assert widened(before, [WAIVERS[i] for i in kept], TODAY) == []


def test_a_waiver_in_a_project_is_told_where_it_stands(story: Story) -> None:
    story.write({RECORDS: TEXT + "waivers:\n  - {rule: overbilled, milestone: M1, reason: agreed by phone}\n"})
    (item,) = weakened(story)
    assert (item["path"], item["line"], silenced(item)) == (RECORDS, 16, ["overbilled"])
    story.commit("waiver", "2026-02-03")
    story.git("mv", "acme", "clients")
    assert weakened(story) == []  # the same one, in the project that moved


def test_a_setting_can_silence_neither_this_nor_itself(story: Story) -> None:
    own = "settings-weakened"
    settings(story, f"rules: {{overbilled: off, {own}: off}}\nwaivers: [{{rule: {own}, reason: none}}]\n")
    told = weakened(story)
    assert [(item["severity"], item["waived"], silenced(item)) for item in told] == [
        ("warning", False, ["overbilled"]), ("warning", False, []), ("warning", False, []),
    ]  # fmt: skip
    assert [item["message"] for item in told[1:]] == [
        f"'{own}' is off, and was a warning at HEAD", f"a new waiver accepts '{own}'",
    ]  # fmt: skip
    assert lint(story, "--since", "HEAD", "--ignore", "unused-waiver")[0]["rule"] == own


INNER = {
    "off": ("format: 1\nrules: {overbilled: off}\n", 2, "'overbilled' is off, and was an error at HEAD, which silences 1 finding"),
    "terms": ("format: 1\npayment_terms: 3650\n", 2, "`payment_terms` is not what it was at HEAD, which silences 1 finding"),
    "a waiver": ("format: 1\nwaivers:\n  - {rule: overdue, reason: none}\n", 3, "a new waiver accepts 'overdue', which silences 1 finding"),
    "an exclude": ("format: 1\nexclude: [acme]\n", 2, "`exclude` hides the project acme, which HEAD shows, which silences 3 findings"),
    "signatures": ("format: 1\nrequire_signed: false\n", 2, "commits need no signature, and did at HEAD"),
    "a currency": ("format: 1\nrequire_signed: true\ncurrency: USD\n", 3, "`currency` is not what it was at HEAD"),
}  # fmt: skip


@pytest.mark.parametrize("name", INNER)
def test_the_settings_of_a_workspace_within_are_told(name: str, story: Story) -> None:
    """They hold for commands that run there."""
    text, line, how = INNER[name]
    before = "format: 1\nrequire_signed: true\ncurrency: EUR\n"
    (story.folder / "studio").mkdir()
    story.git("mv", "acme", "studio/acme")
    story.commit("inner", "2026-02-03", {"studio/mtrack.yaml": before})
    story.write({"studio/mtrack.yaml": text + ("" if "currency" in text else "currency: EUR\n")})

    def told(*path: str) -> dict[str, Any]:
        (item,) = [
            item for item in weakened(story, *path) if name == "signatures" or "signature" not in item["message"]
        ]
        return item

    item = told()
    assert (item["path"], item["line"]) == ("studio/mtrack.yaml", line)
    assert item["message"] == f"for commands in studio, {how}"
    assert {other["path"] for other in item["related"]} <= {"studio/acme/milestones.yaml"}
    assert told("studio/acme")["message"] == how
    story.write({"studio/mtrack.yaml": before + "name: Studio\nrules: {overdue: error}\n"})
    assert weakened(story) == []


def test_another_currency_is_told_though_it_silences_nothing(story: Story) -> None:
    story.commit("currency", "2026-02-03", {"mtrack.yaml": "format: 1\ncurrency: EUR\n"})
    settings(story, "currency: JPY\n")
    (item,) = weakened(story)
    assert (item["line"], item["message"]) == (2, "`currency` is not what it was at HEAD")
    settings(story, "")
    assert [item["message"] for item in weakened(story)] == ["`currency` is not what it was at HEAD"]


def test_a_workspace_within_the_workspace_is_told(story: Story) -> None:
    story.write({"acme/mtrack.yaml": "format: 1\n", "other/deep/mtrack.yaml": "format: 1\n"})
    assert [(item["path"], item["message"]) for item in weakened(story)] == [
        (f"{folder}/mtrack.yaml", f"commands in {folder} go by its own mtrack.yaml alone, and went by that of the workspace at HEAD")
        for folder in ("acme", "other/deep")
    ]  # fmt: skip
    story.commit("within", "2026-02-03")
    assert weakened(story) == []


RAISED = "format: 1\nrules: {signoff-missing: error}\n"
COMES = {
    "a rule off": ("", "rules: {overbilled: off}\n", ["overbilled"]),
    "a rule lowered": ("", "rules: {overbilled: info}\n", ["overbilled"]),
    "not raised": (RAISED, "", ["signoff-missing"]),
    "off above": ("format: 1\nrules: {overbilled: off}\n", "rules: {overbilled: off}\n", []),
    "a waiver": ("", "waivers: [{rule: overdue, reason: none}]\n", ["overdue"]),
    "an exclude": ("", "exclude: [acme]\n", ["duplicate-invoice-number", *sorted(FOUND)]),
    "terms": ("", "payment_terms: 3650\n", ["overdue"]),
}


@pytest.mark.parametrize("name", COMES)
@pytest.mark.parametrize("path", [(), ("clients/studio/acme",), ("clients/studio",)])
def test_settings_that_come_in_a_folder_below_are_told_with_what_they_silence(
    name: str, path: tuple[str, ...], story: Story
) -> None:
    """For commands that run there: compared with the settings above, wherever those stand."""
    above, text, rules = COMES[name]
    (story.folder / "clients/studio").mkdir(parents=True)
    story.git("mv", "acme", "clients/studio/acme")
    files: dict[str, str | bytes | None] = {"mtrack.yaml": above or "format: 1\n"}
    if name == "an exclude":
        files["clients/studio/acme2/milestones.yaml"] = TEXT.replace("Acme website", "Acme 2")
    story.commit("studio", "2026-02-03", files)
    story.write({"clients/studio/mtrack.yaml": f"format: 1\n{text}"})
    (item,) = weakened(story, *path)
    assert (item["path"], silenced(item)) == ("clients/studio/mtrack.yaml", rules)
    how = "commands in clients/studio go by its own mtrack.yaml alone, and went by that of the workspace at HEAD"
    many = "1 finding" if len(rules) == 1 else f"{len(rules)} findings"
    assert item["message"] == how + (f", which silences {many}" if rules else "")
    assert {other["path"].partition("/acme")[0] for other in item["related"]} <= {"clients/studio"}
    assert all(other["line"] for other in item["related"])


def test_the_settings_of_the_nearest_folder_above_are_compared(story: Story) -> None:
    (story.folder / "clients/studio").mkdir(parents=True)
    story.git("mv", "acme", "clients/studio/acme")
    story.commit("studio", "2026-02-03", {"clients/mtrack.yaml": RAISED})
    story.write({"clients/studio/mtrack.yaml": "format: 1\n"})
    (item,) = weakened(story)
    assert (item["path"], silenced(item)) == ("clients/studio/mtrack.yaml", ["signoff-missing"])


def test_settings_that_go_in_a_folder_below_are_told_with_what_those_above_silence(story: Story) -> None:
    files: dict[str, str | bytes | None] = {
        "mtrack.yaml": "format: 1\nrules: {overbilled: off}\n",
        "acme/mtrack.yaml": RAISED,
    }
    story.commit("own", "2026-02-03", files)
    story.write({"acme/mtrack.yaml": None})
    (item,) = weakened(story)
    assert (item["path"], silenced(item)) == ("acme/mtrack.yaml", ["overbilled", "signoff-missing"])
    assert item["message"].startswith("commands in acme go by the mtrack.yaml of the workspace, and went by its own")
    assert {other["path"] for other in item["related"]} == {RECORDS}


@pytest.mark.parametrize("text", ["format: [\n", "format: 1\nrules: {no-such-rule: off}\n"])
def test_broken_settings_that_come_in_a_folder_below_silence_nothing(text: str, story: Story) -> None:
    story.write({"acme/mtrack.yaml": text})
    (item,) = weakened(story)
    assert (item["path"], item["related"]) == ("acme/mtrack.yaml", [])


BEYOND = {
    "correct_within: 36500\n": "a correction is reported only after 36,500 days, and was 1 at HEAD",
    "rules: {sent-invoice-changed: off}\n": "'sent-invoice-changed' is off, and was an error at HEAD",
    "rules: {agreement-differs: info}\n": "'agreement-differs' is an info now, and was a warning at HEAD",
    "waivers: [{rule: payment-removed, reason: none}]\n": "a new waiver accepts 'payment-removed'",
    "require_signed: false\n": "commits need no signature, and did at HEAD",
    "verify: false\n": "the papers are no longer compared with the records",
}


@pytest.mark.parametrize("text", BEYOND)
def test_what_silences_audit_or_verify_is_told_though_nobody_looks_what_it_silences(story: Story, text: str) -> None:
    story.commit("signed", "2026-02-03", {"mtrack.yaml": "format: 1\nrequire_signed: true\nverify: true\n"})
    kept = "".join(f"{key}: true\n" for key in ("require_signed", "verify") if key not in text)
    settings(story, kept + text)
    (item,) = weakened(story)
    assert (item["message"], item["line"], item["related"]) == (BEYOND[text], kept.count("\n") + 2, [])
    settings(story, "require_signed: true\nverify: true\ncorrect_within: 0\nrules: {backdated: error}\n")
    assert weakened(story) == []  # stricter


@pytest.mark.parametrize(
    "key", ['"\\u0077aivers"', '"waiv\\x65rs"', "waivers", "'waivers'", "? waivers\n", '? "wai\\\n  vers"\n']
)
def test_a_new_waiver_is_told_however_its_key_is_written(story: Story, key: str) -> None:
    story.write({RECORDS: f"{TEXT}{key}:\n  - {{rule: overbilled, milestone: M1, reason: by phone}}\n"})
    assert [(item["path"], silenced(item)) for item in weakened(story)] == [(RECORDS, ["overbilled"])]


def test_a_waiver_and_a_severity_of_then_count(story: Story) -> None:
    text = "rules: {settings-weakened: error}\nwaivers: [{rule: settings-weakened, file: mtrack.yaml, reason: mine}]\n"
    story.commit("waiver", "2026-02-03", {"mtrack.yaml": f"format: 1\n{text}"})
    assert lint(story, "--select", "unused-waiver") == []
    settings(story, text.replace("error}", "error, overbilled: off}"))
    (item,) = weakened(story)
    assert (item["severity"], item["waived"]) == ("error", True)


def test_it_goes_with_paths_and_selections(story: Story) -> None:
    settings(story, "rules: {overbilled: off}\n")
    assert lint(story, "--since", "HEAD", "--select", "gap") == []
    (item,) = lint(story, "--since", "HEAD", "--select", "settings-weakened")
    assert silenced(item) == ["overbilled"]
    result = mtrack("lint", "--since", "HEAD", "--fail-on", "warning", *AS_OF, cwd=story.folder)
    assert result.code == 1
    assert "overbilled: M1" in result.out


@pytest.mark.parametrize("path", ["acme", RECORDS, "acme/invoices", "globex"])
@pytest.mark.parametrize("text", [WEAKER["off"][0], WEAKER["a waiver"][0], "exclude: [acme]\n", "bill_within: 1\n"])
def test_settings_that_hold_for_what_is_asked_for_are_told(text: str, path: str, story: Story) -> None:
    other = TEXT.replace("Acme website", "Globex").replace("INV-1", "G-1")
    story.commit("globex", "2026-02-03", {"globex/milestones.yaml": other})
    settings(story, text)
    expected = weakened(story)
    assert expected
    assert weakened(story, path) == expected
    inside = story.folder / "acme"
    result = mtrack("lint", "--since", "HEAD", "--format", "json", "--fail-on", "warning", *AS_OF, cwd=inside)
    told = [item for item in json.loads(result.out)["findings"] if item["rule"] == "settings-weakened"]
    assert (result.code, told) == (1, expected)


def test_what_only_holds_elsewhere_is_not_told(story: Story) -> None:
    other = TEXT.replace("Acme website", "Globex").replace("INV-1", "G-1")
    story.commit("globex", "2026-02-03", {"globex/milestones.yaml": other})
    story.write(
        {RECORDS: TEXT + "waivers: [{rule: overbilled, reason: by phone}]\n", "acme/mtrack.yaml": "format: 1\n"}
    )
    assert weakened(story, "globex") == []
    assert {item["path"] for item in weakened(story, "acme/invoices")} == {RECORDS, "acme/mtrack.yaml"}


def test_many_are_listed_in_part(story: Story) -> None:
    files: dict[str, str | bytes | None] = {
        f"p{i:02}/milestones.yaml": TEXT.replace("INV-1", f"P-{i}") for i in range(30)
    }
    story.commit("many", "2026-02-03", files)
    settings(story, "rules: {overbilled: off}\n")
    (item,) = weakened(story)
    assert (len(item["related"]), item["message"].endswith("silences 31 findings (the first 20 are listed)")) == (
        20,
        True,
    )


def test_what_an_excluded_project_shares_with_others(story: Story) -> None:
    """A number that stands in it too is found in the other one."""
    other = TEXT.replace("Acme website", "Globex").replace("total: 9000.00", "total: 9000.00")
    story.commit("globex", "2026-02-03", {"globex/milestones.yaml": other})
    settings(story, "exclude: [acme]\n")
    (item,) = weakened(story)
    assert "duplicate-invoice-number" in silenced(item)


def test_papers_that_are_no_longer_read(story: Story) -> None:
    story.commit("verify", "2026-02-03", {"mtrack.yaml": "format: 1\nverify: true\n"})
    settings(story, "verify: false\n")
    (item,) = weakened(story)
    assert (item["line"], item["message"]) == (2, "the papers are no longer compared with the records")


def test_settings_that_went(story: Story) -> None:
    story.commit("strict", "2026-02-03", {"mtrack.yaml": "format: 1\nrules: {overdue: error}\n"})
    story.write({"mtrack.yaml": None, RECORDS: TEXT})
    (item,) = weakened(story)
    assert (item["path"], item["line"], silenced(item)) == ("mtrack.yaml", None, ["overdue"])


# --settings-from.


def from_head(story: Story, *arguments: str) -> dict[str, str]:
    return {
        item["rule"]: item["severity"]
        for item in lint(story, "--settings-from", "HEAD", *arguments)
        if not item["waived"]
    }


@pytest.mark.parametrize("name", [name for name in WEAKER if "waiver" not in name])
def test_the_settings_of_a_revision_judge(name: str, story: Story) -> None:
    settings(story, WEAKER[name][0])
    assert from_head(story) == FOUND
    assert {item["rule"]: item["severity"] for item in lint(story)} != FOUND


def test_waivers_of_a_revision_count_and_those_of_today_do_not(story: Story) -> None:
    story.commit("waiver", "2026-02-03", {"mtrack.yaml": "format: 1\nwaivers: [{rule: overdue, reason: none}]\n"})
    settings(story, "name: x\nwaivers: [{rule: overbilled, reason: none}]\n")
    assert from_head(story) == {"overbilled": "error", "signoff-missing": "warning"}
    story.commit(
        "unused", "2026-02-04", {"mtrack.yaml": "format: 1\nwaivers: [{rule: overpaid, number: X-1, reason: none}]\n"}
    )
    settings(story, "")
    assert from_head(story) == FOUND  # nobody can remove or correct what is there no more
    settings(story, "name: x\nwaivers: [{rule: overpaid, number: X-1, reason: none}]\n")
    (item,) = [item for item in lint(story, "--settings-from", "HEAD") if item["path"] == "mtrack.yaml"]
    assert (item["rule"], item["line"]) == ("unknown-milestone", 3)


def test_what_is_wrong_in_the_settings_of_today_is_told(story: Story) -> None:
    settings(story, "rule: {overbilled: off}\nbill_within: soon\n")
    found = [
        (item["rule"], item["line"]) for item in lint(story, "--settings-from", "HEAD") if item["path"] == "mtrack.yaml"
    ]
    assert found == [("unknown-key", 2), ("schema", 3)]


def test_before_there_were_settings_the_defaults_judge(tmp_path: Path) -> None:
    story = Story(tmp_path / "ws")
    story.commit("begin", "2026-02-02", {RECORDS: TEXT})
    settings(story, "rules: {overbilled: off}\n")
    assert from_head(story)["overbilled"] == "error"


def test_it_goes_with_since(story: Story) -> None:
    settings(story, "rules: {overbilled: off}\n")
    found = lint(story, "--settings-from", "HEAD", "--since", "HEAD")
    assert [item["rule"] for item in found] == ["settings-weakened"]
    story.write({RECORDS: TEXT.replace("4100.00", "4200.00")})
    found = lint(story, "--settings-from", "HEAD", "--since", "HEAD")
    assert sorted(item["rule"] for item in found) == ["overbilled", "overdue", "settings-weakened"]


def test_a_workspace_below_the_repository(tmp_path: Path) -> None:
    story = Story(tmp_path / "repo")
    files: dict[str, str | bytes | None] = {
        "mtrack.yaml": "format: 1\nrules: {overbilled: off}\n",
        "ws/mtrack.yaml": "format: 1\n",
    }
    story.commit("begin", "2026-02-02", files | {f"ws/{RECORDS}": TEXT})
    story.write({"ws/mtrack.yaml": "format: 1\nrules: {overbilled: off}\n"})
    result = mtrack(
        "lint", "ws", "--settings-from", "HEAD", "--since", "HEAD~0", "--format", "json", *AS_OF, cwd=story.folder
    )
    assert [item["rule"] for item in json.loads(result.out)["findings"]] == ["settings-weakened"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--settings-from", "nowhere"), 2),
        (("--settings-from", "HEAD", "--at", "HEAD"), 2),
        (("--settings-from", "broken"), 3),
        (("--settings-from", "link"), 3),
    ],
)
def test_revisions_that_give_no_settings(arguments: tuple[str, ...], code: int, story: Story) -> None:
    begun = story.git("rev-parse", "HEAD")
    story.commit("broken", "2026-02-03", {"mtrack.yaml": "format: [\n"})
    story.git("tag", "broken")
    target = story.git("hash-object", "-w", "--stdin", stdin=b"/etc/hostname")
    story.git("update-index", "--add", "--cacheinfo", f"120000,{target},mtrack.yaml")
    story.git("commit", "--quiet", "-m", "link", day="2026-02-04")
    story.git("tag", "link")
    story.git("reset", "--quiet", "--hard", begun)
    result = mtrack("lint", *arguments, *AS_OF, cwd=story.folder)
    assert (result.code, result.out) == (code, "")
    assert result.err.count("\n") == 1


def test_settings_from_needs_a_repository(tmp_path: Path) -> None:
    (tmp_path / "mtrack.yaml").write_text("format: 1\n", encoding="utf-8")
    result = mtrack("lint", tmp_path, "--settings-from", "HEAD")
    assert (result.code, result.out) == (3, "")
    assert "--settings-from needs a git repository" in result.err
