"""`mtrack.yaml` and the walk: faults are findings and defaults step in; which folders are projects, and which root."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support import add_evidence, contexts, lint_json, mtrack, write_tree

from mtrack import workspace
from mtrack.check.workspace import open_workspace
from mtrack.errors import CannotRunError
from mtrack.finding import Severity
from mtrack.record import settings
from mtrack.record.model import PaymentTerms
from mtrack.record.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
"""
APPROVED = RECORD.replace("status:", "deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}, status:")


def load(root: Path, text: str) -> Settings:
    write_tree(root, {"mtrack.yaml": text})
    return settings.load(str(root))


def findings(
    root: Path, text: str, *arguments: str, record: str = RECORD
) -> list[tuple[str, str, int | None, str, str | None]]:
    """Path, rule, line, message and hint of what lint finds in a workspace of one project."""
    write_tree(root, {"mtrack.yaml": text, "acme/milestones.yaml": record})
    add_evidence(root)
    report = lint_json(root, *arguments)
    assert report["skipped"] == []
    assert report["summary"]["projects"] == 1
    for finding in report["findings"]:
        if finding["path"] == "mtrack.yaml":
            assert finding["project"] is None
    return [(item["path"], item["rule"], item["line"], item["message"], item["hint"]) for item in report["findings"]]


# --- Values ----------------------------------------------------------------------------------------------------


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert settings.load(str(tmp_path)) == Settings()
    default = Settings()
    assert (default.name, default.currency, default.payment_terms, default.bill_within, default.locale) == (
        None,
        None,
        PaymentTerms(30),
        0,
        "en",
    )
    assert (default.currencies, default.exclude, default.rules, default.waivers) == ({}, (), {}, ())


def test_every_key(tmp_path: Path) -> None:
    read = load(
        tmp_path,
        "format: 1\nname: Studio North\ncurrency: EUR\npayment_terms: 14\ntax_rate: 8.1\nbill_within: 7\nlocale: de-DE\n"
        "currencies: {BTC: 8, 007: 0, x-note: mine}\nexclude: [archive/, 2024, '!keep/']\n"
        "rules: {overdue: error, underbilled: warning, overpaid: info, invoice-number-gap: off, x-note: mine}\n"
        "waivers:\n- {rule: overdue, number: 0012, milestone: 7, file: acme/milestones.yaml, reason: yes, until: 2026-12-31}\n"
        "x-mine: {a: [b]}\n",
    )
    assert (read.broken, read.unknown_keys) == ((), ())
    assert (read.name, read.currency, read.payment_terms, read.bill_within, read.locale) == (
        "Studio North",
        "EUR",
        PaymentTerms(14),
        7,
        "de_DE",
    )
    assert read.tax_rate == Decimal("8.1")
    assert read.currencies == {"BTC": 8, "007": 0}
    assert read.exclude == ("archive/", "2024", "!keep/")
    assert read.rules == {
        "overdue": Severity.ERROR,
        "underbilled": Severity.WARNING,
        "overpaid": Severity.INFO,
        "invoice-number-gap": None,
    }
    (waiver,) = read.waivers
    assert (waiver.rule, waiver.number, waiver.milestone, waiver.file) == (
        "overdue",
        "0012",
        "7",
        "acme/milestones.yaml",
    )
    assert (waiver.reason, waiver.until, waiver.route, waiver.path) == (
        "yes",
        date(2026, 12, 31),
        ("waivers", 0),
        "mtrack.yaml",
    )


def test_empty_values_are_as_good_as_none(tmp_path: Path) -> None:
    keys = (
        "name",
        "currency",
        "payment_terms",
        "tax_rate",
        "bill_within",
        "locale",
        "currencies",
        "exclude",
        "rules",
        "waivers",
    )
    read = load(tmp_path, "format: 1\n" + "".join(f"{key}:\n" for key in keys))
    assert (read.broken, read.unknown_keys) == ((), ())
    default = Settings()
    for key in keys:
        assert getattr(read, key) == getattr(default, key)


def test_no_terms_at_all_is_a_choice(tmp_path: Path) -> None:
    assert load(tmp_path, "format: 1\npayment_terms: 0\n").payment_terms == PaymentTerms(0)


@pytest.mark.parametrize(
    ("text", "terms", "due"),
    [
        ("30", PaymentTerms(30), date(2026, 3, 5)),
        ("{days: 30}", PaymentTerms(30), date(2026, 3, 5)),
        ("{days: 30, month_end: }", PaymentTerms(30), date(2026, 3, 5)),
        ("{days: 30, month_end: before}", PaymentTerms(30, "before"), date(2026, 3, 30)),
        ("{days: 30, month_end: after}", PaymentTerms(30, "after"), date(2026, 3, 31)),
        ("{days: 0, month_end: after}", PaymentTerms(0, "after"), date(2026, 2, 28)),
    ],
)
def test_payment_terms(tmp_path: Path, text: str, terms: PaymentTerms, due: date) -> None:
    read = load(tmp_path, f"format: 1\npayment_terms: {text}\n")
    assert (read.broken, read.payment_terms) == ((), terms)
    assert terms.due(date(2026, 2, 3)) == due


@pytest.mark.parametrize("text", ["{month_end: before}", "{days: 30, month_end: never}", "{days: -1}", "[30]", "-1"])
def test_payment_terms_that_are_none_leave_the_default(tmp_path: Path, text: str) -> None:
    read = load(tmp_path, f"format: 1\npayment_terms: {text}\nname: N\n")
    assert [problem.place.route for problem in read.broken]
    assert (read.name, read.payment_terms) == ("N", PaymentTerms(30))


@pytest.mark.parametrize(
    "locale",
    ["en", "en_GB", "en-GB", "de_DE", "de", "zh_Hant_TW", "sr-Latn-RS", "es_419", "pt_BR", "gsw", "ja_JP", "ar_EG"],
)
def test_locales_there_are(tmp_path: Path, locale: str) -> None:
    read = load(tmp_path, f"format: 1\nlocale: {locale}\n")
    assert (read.broken, read.locale) == ((), locale.replace("-", "_"))


# --- Faults are findings ---------------------------------------------------------------------------------------

ONE_FAULT: list[tuple[str, str, str, str | None, dict[str, Any]]] = [
    # the file (its fault in line 2), rule, message, hint, what else it sets
    ("format: 1\ncurrency: [EUR]\nname: N\n", "schema", "`currency` must be text, not a list", None, {"currency": None, "name": "N"}),
    ("format: 1\npayment_terms: soon\nname: N\n", "schema", "`payment_terms` must be a whole number, not 'soon'", None,
     {"payment_terms": PaymentTerms(30), "name": "N"}),
    ("format: 1\nbill_within: -3\nname: N\n", "schema", "`bill_within` must not be below 0, and it is -3", "write it without the minus",
     {"bill_within": 0, "name": "N"}),
    ("format: 1\nlocale: english\nname: N\n", "schema", "`locale` must be a locale such as en_GB or de_DE, not 'english'", None,
     {"locale": "en", "name": "N"}),
    ("format: 1\nlocale: xx_XX\nname: N\n", "schema", "there is no locale 'xx_XX'",
     "write a language and a country, such as en_GB or de_DE", {"locale": "en", "name": "N"}),
    ("format: 1\ncurrencies: {BTC: 8, btc: 8}\nname: N\n", "schema", "a currency code must be 3 to 8 capitals or digits, not 'btc'",
     "write BTC", {"currencies": {"BTC": 8}, "name": "N"}),
    ("format: 1\ncurrencies: {BTC: 8, USDC: many}\nname: N\n", "schema", "`USDC` must be a whole number, not 'many'", None,
     {"currencies": {"BTC": 8}, "name": "N"}),
    ("format: 1\ncurrencies: [BTC]\nname: N\n", "schema", "`currencies` must be a mapping of keys and values, not a list",
     "write `key: value` lines below it", {"currencies": {}, "name": "N"}),
    ("format: 1\nexclude: [archive/, '']\nname: N\n", "schema", "pattern 2 of `exclude` is empty", "write it, or remove the item",
     {"exclude": ("archive/",), "name": "N"}),
    ("format: 1\nexclude: ['[z-a]', archive/]\nname: N\n", "schema", "'[z-a]' is not a gitignore pattern",
     "write a folder, such as archive/ or **/drafts/", {"exclude": ("archive/",), "name": "N"}),
    ("format: 1\nexclude: [archive/, '!']\nname: N\n", "schema", "'!' is not a gitignore pattern",
     "write a folder, such as archive/ or **/drafts/", {"exclude": ("archive/",), "name": "N"}),
    ("format: 1\nrules: {overdue: off, underbilled: never}\nname: N\n", "schema",
     "`underbilled` must be one of error, warning, info, off, not 'never'", None, {"rules": {"overdue": None}, "name": "N"}),
    ("format: 1\nrules: {overdue: off, under-billed: off}\nname: N\n", "schema", "there is no rule 'under-billed'",
     "did you mean underbilled?", {"rules": {"overdue": None}, "name": "N"}),
    ("format: 1\nrules: {overdue: off, nonsense: off}\nname: N\n", "schema", "there is no rule 'nonsense'", "mtrack rules lists them",
     {"rules": {"overdue": None}, "name": "N"}),
    ("format: 1\ncurency: EUR\nname: N\n", "unknown-key", "`curency` is not a key of this format", "did you mean `currency`?",
     {"currency": None, "name": "N"}),
    ("name: N\nformat: 2\ncurrency: EUR\n", "schema", "`format` must be 1, not 2: this mtrack knows no other", "write 1",
     {"currency": "EUR", "name": "N"}),
    ("# no format\nname: N\ncurrency: EUR\n", "schema", "`format` is missing from the settings", "add `format: 1`",
     {"currency": "EUR", "name": "N"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rule", "message", "hint", "rest"), ONE_FAULT, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_fault_is_a_finding_and_the_rest_runs(  # noqa: PLR0913
    tmp_path: Path, text: str, rule: str, message: str, hint: str | None, rest: dict[str, Any]
) -> None:
    assert findings(tmp_path, text) == [("mtrack.yaml", rule, 2, message, hint)]
    read = settings.load(str(tmp_path))
    assert {key: getattr(read, key) for key in rest} == rest


def test_an_unknown_currency_there_is_a_finding(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, "format: 1\ncurrency: EUX\n")
    assert finding[:3] == ("mtrack.yaml", "unknown-currency", 2)


@pytest.mark.parametrize("text", ["", "# comments\n", "- a\n", "just text\n"])
def test_what_holds_no_settings_is_a_finding_at_line_1(tmp_path: Path, text: str) -> None:
    (finding,) = findings(tmp_path, text)
    assert finding[:3] == ("mtrack.yaml", "schema", 1)
    assert settings.load(str(tmp_path)).payment_terms == PaymentTerms(30)


def test_all_faults_are_told(tmp_path: Path) -> None:
    text = "format: 1\npayment_terms: x\nbill_within: y\nlocale: z\nrules: {a: b}\ntypo: 1\nwaivers: [x]\n"
    assert [finding[1:3] for finding in findings(tmp_path, text)] == [
        ("schema", 2), ("schema", 3), ("schema", 4), ("schema", 5), ("schema", 5), ("unknown-key", 6), ("schema", 7),
    ]  # fmt: skip


def test_faults_there_make_the_exit_code_1(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\nlocale: nowhere\n"})
    assert mtrack("lint", tmp_path).code == 1
    assert mtrack("lint", tmp_path, "--ignore", "schema").code == 0


def test_severities_apply_to_faults_too(tmp_path: Path) -> None:
    assert findings(tmp_path, "format: 1\nlocale: nowhere\nrules: {schema: off}\n") == []


# --- A file that can't be read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("format: 1\nname: [x\n", "mtrack.yaml:2:7: a bracket is opened here and never closed; close it"),
        ("format: 1\nformat: 1\n", "mtrack.yaml:2:1: the key 'format' stands here twice; keep one of the two"),
        ("format: !!int 1\n", "mtrack.yaml:1:9: the tag !!int is not part of this format; remove the tag"),
        ("\tformat: 1\n", "mtrack.yaml:1:1: a tab where YAML wants spaces; indent with spaces"),
        (b"format: 1\nname: Caf\xe9\n", "mtrack.yaml:2:10: the file is not UTF-8: byte 0xE9 is no part of a character; save it as UTF-8"),
        (b"x" * (5 * 1024 * 1024 + 1), "mtrack.yaml: the file is larger than 5 MiB; split the project, or remove what doesn't belong here"),
        ('"\\e[31m": 1\n"\\e[31m": 2\n', "mtrack.yaml:2:1: the key '\\x1b[31m' stands here twice; keep one of the two"),
    ],
    ids=["syntax", "duplicate", "tag", "tab", "latin-1", "too-large", "escapes"],
)  # fmt: skip
def test_a_broken_file_ends_the_run(tmp_path: Path, content: str | bytes, message: str) -> None:
    write_tree(tmp_path, {"mtrack.yaml": content, "acme/milestones.yaml": RECORD})
    for command in (["lint"], ["lint", "--format", "json"], ["lint", "--format", "concise", "--fail-on", "info"]):
        result = mtrack(*command, tmp_path)
        assert (result.code, result.out, result.err) == (3, "", f"mtrack: {message}\n")


def test_settings_that_are_no_file_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "folder" / "mtrack.yaml").mkdir(parents=True)
    for name, target in (("gone", "nothing"), ("loop", "mtrack.yaml"), ("out", "/etc/passwd")):
        (tmp_path / name).mkdir()
        os.symlink(target, tmp_path / name / "mtrack.yaml")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "mtrack.yaml")
    for name, words in (
        ("folder", "this is a folder, not a file"),
        ("gone", "no such file or directory"),
        ("loop", "too many levels of symbolic links"),
        ("out", "the file is a link that leads out of the workspace"),
        ("pipe", "this is not a regular file"),
    ):
        result = mtrack("lint", tmp_path / name)
        assert (result.code, result.out) == (3, "")
        assert words in result.err
        assert result.err.startswith("mtrack: mtrack.yaml: ")
        assert result.err.count("\n") == 1


# --- Waivers ---------------------------------------------------------------------------------------------------

WAIVER = "- {rule: approved-not-billed, milestone: M1, reason: the client asked us to wait}\n"


@pytest.mark.parametrize(
    ("faulty", "rule", "message"),
    [
        ("- {rule: overdu, reason: x}\n", "schema", "there is no rule 'overdu'"),
        ("- {rule: overdue}\n", "schema", "`reason` is missing from waiver 1"),
        ("- {rule: overdue, reason: x, until: tomorrow}\n", "schema", "`until` must be a date, not 'tomorrow'"),
        ("- {rule: overdue, reason: x, milestones: M1}\n", "unknown-key", "`milestones` is not a key of this format"),
        ("- overdue\n", "schema", "waiver 1 of `waivers` must be a mapping of keys and values, not 'overdue'"),
        ("-\n", "schema", "waiver 1 of `waivers` is empty"),
    ],
)
@pytest.mark.parametrize("home", ["mtrack.yaml", "acme/milestones.yaml"])
def test_a_faulty_waiver_is_dropped_alone(tmp_path: Path, home: str, faulty: str, rule: str, message: str) -> None:
    waivers = f"waivers:\n{faulty}{WAIVER}"
    write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\n" + (waivers if home == "mtrack.yaml" else ""),
            "acme/milestones.yaml": APPROVED + (waivers if home != "mtrack.yaml" else ""),
        },
    )
    add_evidence(tmp_path)
    report = lint_json(tmp_path)
    assert report["skipped"] == []
    assert [(item["path"], item["rule"], item["message"], item["waived"]) for item in report["findings"] if item["path"] == home or item["waived"]] == (
        sorted(
            [(home, rule, message, False), ("acme/milestones.yaml", "approved-not-billed", report["findings"][0]["message"], True)],
            key=lambda item: (item[0], item[3] is False),
        )
    )  # fmt: skip


def test_a_list_of_waivers_that_is_none_is_dropped(tmp_path: Path) -> None:
    found = findings(tmp_path, "format: 1\nwaivers: {rule: overdue, reason: x}\n", record=APPROVED)
    assert [finding[:3] for finding in found] == [
        ("acme/milestones.yaml", "approved-not-billed", 5),
        ("mtrack.yaml", "schema", 2),
    ]
    found = findings(tmp_path, "format: 1\n", record=APPROVED + "waivers: none\n")
    assert [finding[:3] for finding in found] == [
        ("acme/milestones.yaml", "approved-not-billed", 5),
        ("acme/milestones.yaml", "schema", 6),
    ]


# --- Currencies ------------------------------------------------------------------------------------------------


def test_own_currencies(tmp_path: Path) -> None:
    record = RECORD.replace("EUR", "BTC").replace("9000.00", "0.12345678")
    assert findings(tmp_path, "format: 1\ncurrencies: {BTC: 8}\n", record=record) == []
    (finding,) = findings(tmp_path, "format: 1\n", record=record)
    assert finding[:3] == ("acme/milestones.yaml", "unknown-currency", 2)
    found = findings(tmp_path, "format: 1\ncurrencies: {BTC: 7}\n", record=record)
    assert [item[1:3] for item in found] == [("amount-precision", 3), ("amount-precision", 5)]


def test_an_own_currency_may_be_stricter_than_iso(tmp_path: Path) -> None:
    found = findings(tmp_path, "format: 1\ncurrencies: {EUR: 0}\n", record=RECORD.replace("9000.00", "9000.50"))
    assert [item[1:3] for item in found] == [("amount-precision", 3), ("amount-precision", 5)]


def test_the_currency_of_the_workspace_is_the_default(tmp_path: Path) -> None:
    record = RECORD.replace("currency: EUR\n", "")
    assert findings(tmp_path, "format: 1\ncurrency: JPY\n", record=record) == []
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n"})
    report = lint_json(tmp_path)
    (finding,) = report["findings"]
    assert (finding["rule"], finding["line"], finding["column"], finding["end_column"]) == ("schema", 1, 1, 8)
    assert finding["message"] == "`currency` is missing from the project, and mtrack.yaml sets none"
    assert report["skipped"] == ["acme/milestones.yaml"]


# --- Folders ---------------------------------------------------------------------------------------------------


def tree(root: Path, *folders: str) -> Path:
    return write_tree(root, {f"{folder}/milestones.yaml": RECORD for folder in folders})


def projects(root: Path, *exclude: str) -> list[str]:
    return list(workspace.walk(str(root), exclude).projects)


def test_projects_stand_at_any_depth_in_order(tmp_path: Path) -> None:
    tree(tmp_path, "b", "a/z", "a", "a/b/c/d", "é", "Z", "a-b", "a b")
    assert projects(tmp_path) == ["Z", "a", "a b", "a-b", "a/b/c/d", "a/z", "b", "é"]


def test_the_root_itself_may_be_a_project(tmp_path: Path) -> None:
    write_tree(tmp_path, {"milestones.yaml": RECORD, "inner/milestones.yaml": RECORD})
    assert projects(tmp_path) == [".", "inner"]


def test_hidden_folders_are_not_entered(tmp_path: Path) -> None:
    tree(tmp_path, "a", ".git/x", ".hidden", "a/.cache/y", "b/..c")
    assert projects(tmp_path) == ["a"]


def test_deep_folders_are_found(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 900)
    tree(tmp_path, deep)
    assert projects(tmp_path) == [deep]


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ((), ["archive/old", "archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        (("archive/",), ["drafts", "client/drafts", "client/live", "2024"]),
        (("/archive/",), ["client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        (("archive",), ["drafts", "client/drafts", "client/live", "2024"]),
        (("client/archive",), ["archive/old", "archive/keep", "drafts", "client/drafts", "client/live", "2024"]),
        (("**/drafts/",), ["archive/old", "archive/keep", "client/archive/x", "client/live", "2024"]),
        (("/drafts",), ["archive/old", "archive/keep", "client/archive/x", "client/drafts", "client/live", "2024"]),
        (("/archive/*", "!/archive/keep/"), ["archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        # as in gitignore, what lies in an excluded folder can't be taken back
        (("/archive/", "!/archive/keep/"), ["client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        (("*", "!client", "!client/live"), ["client/live"]),
        (("!archive/", "archive/"), ["drafts", "client/drafts", "client/live", "2024"]),
        (("archive/", "!archive/"), ["archive/old", "archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        (("20[0-9][0-9]",), ["archive/old", "archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live"]),
        (("# archive/", "", "\\#x"), ["archive/old", "archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        (("client/*/",), ["archive/old", "archive/keep", "drafts", "2024"]),
        (("cli*t/**/x",), ["archive/old", "archive/keep", "drafts", "client/drafts", "client/live", "2024"]),
        (("milestones.yaml",), ["archive/old", "archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live", "2024"]),
        (("/*",), []),
    ],
)  # fmt: skip
def test_exclude_patterns_are_those_of_gitignore(tmp_path: Path, patterns: tuple[str, ...], left: list[str]) -> None:
    tree(tmp_path, "archive/old", "archive/keep", "client/archive/x", "drafts", "client/drafts", "client/live", "2024")
    assert projects(tmp_path, *patterns) == sorted(left)


def test_excluded_folders_are_not_looked_into_for_evidence(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {"mtrack.yaml": "format: 1\nexclude: [old/]\n", "old/agreement/sow.pdf": "x", "new/agreement/sow.pdf": "x"},
    )
    found = lint_json(tmp_path, "--ignore", "no-projects")["findings"]
    assert [finding["path"] for finding in found] == ["new"]


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    tree(root, "real/a", "other")
    tree(tmp_path, "outside")
    tree(root, ".hidden")
    for path, target in {
        "alias": "real/a",  # inside: the same project, told once by its own path
        "real/round": "..",  # a circle
        "self": "self",  # a link to itself
        "dangling": "nothing",
        "out": str(tmp_path / "outside"),
        "out-and-in": str(root / "other"),  # absolute, and still inside
        "by-hand": ".hidden",  # a link takes one where the walk would not go
        "zz": ".",
    }.items():
        os.symlink(target, root / path)
    assert projects(root) == ["by-hand", "other", "real/a"]
    assert projects(root, "by-*") == ["other", "real/a"]


def test_a_circular_link_hides_nothing(tmp_path: Path) -> None:
    tree(tmp_path, *(f"p{i}" for i in range(20)))
    for name in ("a", "p0/agreement", "m", "z", "p3/loop"):
        os.symlink(os.path.basename(name), tmp_path / name)
    assert len(projects(tmp_path)) == 20
    assert mtrack("lint", tmp_path).code in (0, 1)


def test_many_links_into_one_folder(tmp_path: Path) -> None:
    tree(tmp_path, "real")
    for i in range(2000):
        os.symlink("../real", (tmp_path / "real") / f"l{i}")
    assert projects(tmp_path) == ["real"]


def test_the_root_may_be_reached_by_a_link(tmp_path: Path) -> None:
    tree(tmp_path / "real", "a")
    os.symlink("real", tmp_path / "link")
    assert projects(tmp_path / "link") == ["a"]


def test_a_project_inside_a_project_is_its_own(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "outer/milestones.yaml": RECORD,
            "outer/invoices/stray.pdf": "1",
            "outer/invoices/inner/milestones.yaml": RECORD,
            "outer/invoices/inner/invoices/also-stray.pdf": "2",
        },
    )
    add_evidence(tmp_path)
    found = [
        (item["path"], item["project"]) for item in lint_json(tmp_path)["findings"] if item["rule"] == "unrecorded-file"
    ]
    assert found == [
        ("outer/invoices/inner/invoices/also-stray.pdf", "outer/invoices/inner"),
        ("outer/invoices/stray.pdf", "outer"),
    ]


# --- Roots -----------------------------------------------------------------------------------------------------


def test_the_root_is_the_nearest_folder_with_settings(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "w/mtrack.yaml": "format: 1\n",
            "w/a/b/milestones.yaml": RECORD,
            "w/n/mtrack.yaml": "format: 1\n",
            "free/x/milestones.yaml": RECORD,
            "free/x/invoices/2026/1.pdf": "1",
            "free/x/parts/y/milestones.yaml": RECORD,
        },
    )
    for path, root in {
        "w": "w", "w/a": "w", "w/a/b": "w", "w/a/b/milestones.yaml": "w", "w/n": "w/n", "w/mtrack.yaml": "w", "free": "free",
        "free/x": "free/x", "free/x/milestones.yaml": "free/x", "free/x/invoices": "free/x",
        "free/x/invoices/2026/1.pdf": "free/x", "free/x/parts": "free/x", "free/x/parts/y": "free/x/parts/y",
    }.items():  # fmt: skip
        assert workspace.find_root(str(tmp_path / path)) == str(tmp_path / root), path


def test_the_current_folder_is_the_default_path(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "a/b/milestones.yaml": "", "c/milestones.yaml": ""})
    result = mtrack("lint", "--format", "concise", cwd=tmp_path / "a")
    assert [line.split(":")[0] for line in result.out.splitlines()] == ["b/milestones.yaml"] * 2  # as it works there
    assert result.code == 1


def test_nested_workspaces(tmp_path: Path) -> None:
    """From outside, the inner one is a folder like any other; asked for itself, it has its own settings."""
    write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\ncurrency: EUR\n",
            "a/milestones.yaml": RECORD,
            "inner/mtrack.yaml": "format: 1\ncurrency: JPY\nrules: {agreement-missing: off}\n",
            "inner/b/milestones.yaml": "project: B\nmilestones: [{id: M1, name: n, amount: 1, status: not_billed}]\n",
        },
    )
    add_evidence(tmp_path)
    outer = lint_json(tmp_path)
    assert [(item["path"], item["rule"]) for item in outer["findings"]] == [
        ("inner/b/milestones.yaml", "agreement-missing")
    ]
    assert outer["summary"]["projects"] == 2
    inner = lint_json(tmp_path / "inner")
    assert (inner["findings"], inner["summary"]["projects"]) == ([], 1)
    (context,) = contexts(open_workspace(str(tmp_path / "inner"), date(2026, 2, 20)))
    assert context.project.currency == "JPY"
    result = mtrack("lint", tmp_path / "a", tmp_path / "inner")
    assert (result.code, result.out) == (2, "")
    assert "lie in different workspaces" in result.err


def test_a_root_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="can't be read: no such file or directory"):
        workspace.walk(str(tmp_path / "nothing"))


@pytest.mark.parametrize("name", ["mtrack.yml", "Mtrack.yaml", "MTRACK.YML"])
def test_a_file_that_is_nearly_called_as_the_settings_is_told_of(name: str, tmp_path: Path) -> None:
    """Its currency and rules were passed over without a word."""
    write_tree(tmp_path, {name: "format: 1\ncurrency: EUR\n", "a/milestones.yaml": RECORD})
    told = f"mtrack: {name} is not read: the settings are called mtrack.yaml\n"
    for command in ("lint", "status"):
        for _ in ("once", "as kept"):
            assert mtrack(command, tmp_path).err.startswith(told)
    (tmp_path / name).rename(tmp_path / "settings")
    (tmp_path / "settings").rename(tmp_path / "mtrack.yaml")
    assert "is not read" not in mtrack("lint", tmp_path).err
