"""What keeps the house in order: who may know whom, what `--help` says, exit codes, streams, and the set-up."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import sys
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest
from jsonschema import Draft202012Validator
from support import AS_OF, ROOT, add_evidence, mtrack, validated, write_tree

from mtrack import __version__, resources
from mtrack.cli.commands import COMMANDS, overview
from mtrack.cli.main import cli
from mtrack.finding import Severity
from mtrack.render.findings import FORMATS
from mtrack.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = ROOT / "mtrack"

MAY_KNOW = {
    "limits": "",
    "characters": "",
    "errors": "",
    "finding": "limits",
    "interrupts": "",
    "resources": "",
    "words": "",
    "money": "limits resources words",
    "files": "interrupts limits",
    "patterns": "",
    "watch": "",
    "ways": "",
    "runner": "",
    "git_files": "errors files limits",
    "program": "errors interrupts",
    "git": "errors files git_files limits program",
    "yaml": "characters errors files finding limits money ways",
    "workspace": "characters errors files limits patterns watch",
    "directory": "files interrupts limits workspace",
    "memo": "directory interrupts runner watch ways",
    "record": "characters errors files finding interrupts limits money patterns resources words workspace yaml",
    "changes": "finding money record",
    "figures": "finding money record",
    "rules": "changes characters errors figures files finding limits money record words workspace yaml",
    "check": "characters errors finding git limits money record rules watch ways workspace yaml",
    "views": "characters check figures finding money record rules workspace",
    "history": "changes characters check directory errors files finding git interrupts limits memo money patterns record rules views ways words workspace yaml",
    "render": "changes characters check figures files finding history limits money record resources rules views words",
    "site": "check directory errors figures files finding git history interrupts limits money record render resources rules views watch words workspace",
    "edit": "characters check directory errors figures files finding git interrupts limits money record resources rules words workspace yaml",
    "verify": "characters check directory files limits memo money record rules",
    "spreadsheet": "edit errors figures limits money record verify words yaml",
    "cli": "characters check directory edit errors figures files finding git history limits memo money record render resources rules site spreadsheet verify views watch words workspace",
    "__main__": "cli interrupts memo runner",
}
"""A part of mtrack and all that it imports, for types and inside functions too. What a part knows stands above it."""

TALKS = {"__main__", "cli", "memo", "runner", "ways"}
"""The parts that write to the terminal, read its settings and know what day it is."""

WRITES = {"directory", "edit", "files", "memo", "site", "verify"}
"""The parts that write files; `memo` and `verify` only into the user's cache."""

WRITES_APART = {"mtrack.history.snapshot"}
"""What writes only into a temporary folder of its own."""


class Import(NamedTuple):
    """An import of one part of mtrack by another."""

    by: str
    of: str
    where: str


def _part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@cache
def _trees() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(path.read_bytes())
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def _targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in _trees() else str(node.module) for name in names]
    return []


def _imports(module: str) -> Iterator[Import]:
    pending: list[ast.AST] = [_trees()[module]]
    while pending:
        node = pending.pop()
        for target in _targets(node):
            by, of = _part(module), _part(target)
            if target.split(".")[0] == "mtrack" and of not in ("", by):
                yield Import(by, of, f"{module}:{getattr(node, 'lineno', 0)}")
        pending.extend(ast.iter_child_nodes(node))


def test_every_part_has_its_row() -> None:
    parts = {_part(module) for module in _trees()} - {""}
    assert parts <= set(MAY_KNOW)
    assert {"yaml", "record", "figures", "rules", "check", "views", "render", "cli"} <= parts


def test_the_rows_make_no_circle() -> None:
    above: set[str] = set()
    for part, known in MAY_KNOW.items():
        assert set(known.split()) <= above, part
        above.add(part)


@pytest.mark.parametrize("part", sorted({_part(module) for module in _trees()} - {""}))
def test_a_part_knows_exactly_what_its_row_says(part: str) -> None:
    known = {found.of for module in _trees() if _part(module) == part for found in _imports(module)}
    assert known == set(MAY_KNOW[part].split())


def test_the_package_itself_imports_nothing() -> None:
    assert not [
        node
        for name in ("mtrack", "mtrack.cli")
        for node in ast.walk(_trees()[name])
        if _targets(node) not in ([], ["__future__"])
    ]


def _names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names as written: `print`, `sys.stdout`, `date.today`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno


@pytest.mark.parametrize("module", [name for name in sorted(_trees()) if _part(name) not in TALKS])
def test_only_the_command_line_talks_and_knows_the_day(module: str) -> None:
    forbidden = {
        "print", "input", "sys.stdout", "sys.stderr", "sys.stdin", "sys.exit", "sys.argv", "os.get_terminal_size",
        "date.today", "datetime.today", "datetime.now", "datetime.utcnow", "time.time", "time.localtime",
    }  # fmt: skip
    assert [(name, line) for name, line in _names(_trees()[module]) if name in forbidden] == []
    assert not {"click"} & {target.split(".")[0] for node in ast.walk(_trees()[module]) for target in _targets(node)}


@pytest.mark.parametrize(
    "module", [name for name in sorted(_trees()) if _part(name) not in WRITES and name not in WRITES_APART]
)
def test_only_the_editor_and_the_site_write_files(module: str) -> None:
    forbidden = {
        "os.replace", "os.rename", "os.remove", "os.unlink", "os.mkdir", "os.makedirs", "os.symlink", "os.truncate",
        "os.rmdir", "os.chmod", "shutil.copy", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.rmtree",
    }  # fmt: skip
    tree = _trees()[module]
    assert [(name, line) for name, line in _names(tree) if name in forbidden] == []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        assert called not in ("write_text", "write_bytes", "touch"), node.lineno
        if isinstance(node.func, ast.Name) and called == "open" and ast.unparse(node.args[0]) != "os.devnull":
            mode = (
                node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
            )
            assert mode is None or ast.literal_eval(mode) in ("r", "rb"), node.lineno


@pytest.mark.parametrize("part", ["money", "yaml", "record", "figures", "rules", "check", "edit"])
def test_no_amount_meets_a_float(part: str) -> None:
    for module, tree in _trees().items():
        if _part(module) == part and module != "mtrack.edit.writer":  # which waits for locks, in seconds
            assert [line for name, line in _names(tree) if name == "float"] == [], module


@pytest.mark.parametrize("place", ["money", "yaml", "record.model", "figures", "rules", "check"])
def test_no_amount_is_written_as_a_float(place: str) -> None:
    for module, tree in _trees().items():
        if f"{module}.".startswith(f"mtrack.{place}."):
            constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
            assert [node.lineno for node in constants if type(node.value) is float] == [], module


# The commands.

NAMES = [name for commands in COMMANDS.values() for name in commands]


def test_command_names_are_unique() -> None:
    assert [name for name, times in Counter(NAMES).items() if times > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_its_help(name: str) -> None:
    result = mtrack(name, "--help")
    assert (result.code, result.err) == (0, "")
    usage, _, rest = result.out.partition("\n")
    assert usage.startswith(f"Usage: mtrack {name} ")
    sentence = " ".join(rest.strip().split("\n\n")[0].split())
    assert sentence.endswith(".")
    assert sentence.split()[0].istitle()
    assert mtrack(name, "-h") == result


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_does(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group, commands in COMMANDS.items() for name in commands]
)
def test_the_overview_lists_every_command_in_its_group(group: str, name: str) -> None:
    section = overview().partition(f"\n{group}:\n")[2].partition("\n\n")[0]
    (line,) = [line for line in section.splitlines() if line.split()[0] == name]
    text = COMMANDS[group][name][1]
    assert line.endswith(text)
    assert text.endswith(".")
    assert len(line) <= 80


def test_help_is_the_overview_whoever_writes_it() -> None:
    assert mtrack("--help").out == mtrack("-h").out == mtrack("--help", "--help").out == overview()


def test_version() -> None:
    assert mtrack("--version").out.split()[-1] == __version__


def test_no_command_is_wrong_usage() -> None:
    result = mtrack()
    assert result.code == 2
    assert "Usage: mtrack" in result.out + result.err


def python(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, as users' terminals have it."""
    environment = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_loads_no_library() -> None:
    code = (
        "import sys; from mtrack.__main__ import run; code = run(['--help']); "
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'click', 'babel', 'jinja2', 'yaml', 'ruamel', 'rich', 'jsonschema', 'jsonschema_rs', 'iso4217', 'json', 're'}), code)"
    )
    done = python("-c", code)
    assert done.stdout.removeprefix(overview()) == "[] 0\n"
    assert done.stderr == ""


def test_lint_of_clean_files_loads_only_what_it_needs(tmp_path: Path) -> None:
    clean(tmp_path)
    code = (
        f"import sys; from mtrack.__main__ import run; code = run(['lint', {str(tmp_path)!r}, '--as-of', '{AS_OF}']); "
        "print(sorted({name if name.startswith('mtrack') else name.split('.')[0] for name in sys.modules} & "
        "{'babel', 'jinja2', 'ruamel', 'rich', 'jsonschema', 'subprocess', 'yaml', 'jsonschema_rs', 'iso4217', 'json', 'pathspec', 'unicodedata', "
        "'hashlib', 'fractions', 'mtrack.record.fault_words', 'mtrack.render.reports', 'mtrack.render.flow', 'mtrack.yaml.plain_places'}), code)"
    )
    assert python("-c", code).stdout.splitlines()[-1] == "[] 0"


# Exit codes and streams.

CLEAN = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 5000.00, milestones: 1}
milestones:
  - {id: M1, name: Beta delivered, amount: 5000.00, planned: 2026-04-01, status: not_billed}
"""


def clean(root: Path) -> Path:
    write_tree(root, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": CLEAN})
    add_evidence(root)
    return root


def warned(root: Path) -> Path:
    """A tree whose only finding is a warning."""
    clean(root)
    return write_tree(root, {"acme/invoices/INV-1.pdf": "an invoice\n"})


def faulty(root: Path) -> Path:
    """A tree with one error."""
    clean(root)
    return write_tree(root, {"acme/milestones.yaml": CLEAN.replace("total: 5000.00", "total: 4000.00")})


@pytest.mark.parametrize("format_", FORMATS)
def test_exit_codes_do_not_depend_on_the_format(format_: str, tmp_path: Path) -> None:
    common = ("--as-of", str(AS_OF), "--format", format_)
    for name, tree, fail_on, code in (
        ("clean", clean, "info", 0),
        ("warned", warned, "error", 0),
        ("warned", warned, "warning", 1),
        ("warned", warned, "info", 1),
        ("faulty", faulty, "error", 1),
        ("faulty", faulty, "info", 1),
    ):
        result = mtrack("lint", tree(tmp_path / name), "--fail-on", fail_on, *common)
        assert (result.code, result.err) == (code, ""), (name, fail_on)


def test_findings_go_to_standard_output_and_name_their_rule(tmp_path: Path) -> None:
    result = mtrack("lint", faulty(tmp_path), "--as-of", str(AS_OF), "--format", "json")
    (finding,) = validated(result.out, "findings")["findings"]
    assert (finding["rule"], finding["severity"]) == ("amount-exceeds-agreement", Severity.ERROR.word)
    assert result.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("--no-such-option",),
        ("lint", "--no-such-option"),
        ("lint", "--as-of", "2026-02-30"),
        ("lint", "--as-of", "20260220"),
        ("lint", "--select", "no-such-rule"),
        ("lint", "--ignore", "no-such-rule"),
        ("lint", "--format", "no-such-format"),
        ("lint", "--fail-on", "no-such-severity"),
        ("lint", "no-such-folder"),
        ("rules", "no-such-rule"),
        ("schema", "no-such-schema"),
        ("schema",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_told_on_standard_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = mtrack(*arguments, cwd=clean(tmp_path))
    assert (result.code, result.out) == (2, "")
    assert result.err.strip()
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", ["lint", "gaps", "status", "report"])
@pytest.mark.parametrize(
    "settings", [b"format: [", b"\xff\xfe", b"format: 1\nformat: 1\n"], ids=["syntax", "not UTF-8", "twice"]
)
def test_broken_settings_are_3_and_told_on_standard_error(command: str, settings: bytes, tmp_path: Path) -> None:
    write_tree(clean(tmp_path), {"mtrack.yaml": settings})
    result = mtrack(command, tmp_path, "--format", "json" if command in ("lint", "gaps", "status") else "md")
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("mtrack: mtrack.yaml")
    assert "Traceback" not in result.err


def test_what_should_not_happen_is_3_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        message = "the unexpected"
        raise RuntimeError(message)

    monkeypatch.setattr("mtrack.cli.lint.check", fail)
    result = mtrack("lint", clean(tmp_path))
    assert (result.code, result.out) == (3, "")
    assert "RuntimeError: the unexpected" in result.err
    assert "Traceback" not in result.err


def test_an_interrupt_is_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mtrack.cli.lint.check", interrupt)
    result = mtrack("lint", clean(tmp_path))
    assert (result.code, result.out) == (130, "")
    assert "Traceback" not in result.err


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes there")
def test_nobody_reading_is_no_trouble(tmp_path: Path) -> None:
    clean(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mtrack", "lint", str(tmp_path), "--as-of", str(AS_OF)]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["lint"], ["schema", "milestones"]], ids=" ".join)
def test_a_full_disk_is_3_without_a_traceback(arguments: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "mtrack", *arguments]
        done = subprocess.run(
            command, cwd=clean(tmp_path), env=environment, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 3
    assert done.stderr.decode() == "mtrack: the output can't be written: no space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no such redirection there")
@pytest.mark.parametrize(("redirection", "code"), [(">&-", 1), ("2>&-", 1), (">&- 2>&-", 1)])
def test_closed_streams_are_no_trouble(redirection: str, code: int, tmp_path: Path) -> None:
    command = f'"$0" -m mtrack lint "$1" --as-of {AS_OF} {redirection}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = ["sh", "-c", command, sys.executable, str(faulty(tmp_path))]
    done = subprocess.run(
        arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == code
    assert done.stderr == ""


def test_the_process_itself_exits_with_the_code(tmp_path: Path) -> None:
    arguments = ("--as-of", str(AS_OF))
    assert python("-m", "mtrack", "lint", clean(tmp_path / "clean"), *arguments).returncode == 0
    assert python("-m", "mtrack", "lint", faulty(tmp_path / "faulty"), *arguments).returncode == 1
    assert python("-m", "mtrack", "lint", "--no-such-option").returncode == 2
    write_tree(tmp_path, {"broken/mtrack.yaml": "format: ["})
    assert python("-m", "mtrack", "lint", tmp_path / "broken").returncode == 3


# What comes with the code.


@pytest.mark.parametrize("name", resources.SCHEMAS)
def test_a_schema_is_printed_byte_for_byte_and_is_one(name: str) -> None:
    result = mtrack("schema", name)
    assert (result.code, result.err) == (0, "")
    assert result.out.encode() == (ROOT / "schemas" / f"{name}.schema.json").read_bytes()
    Draft202012Validator.check_schema(json.loads(result.out))


def test_the_schemas_are_all_listed() -> None:
    assert {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").iterdir()} == set(resources.SCHEMAS)


def test_the_schema_of_settings_knows_every_rule() -> None:
    settings = json.loads(resources.schema_text("workspace"))
    assert set(settings["$defs"]["ruleName"]["enum"]) == set(RULES)


def test_templates_are_found() -> None:
    assert (Path(resources.folder("templates")) / "site" / "base.html.j2").is_file()


def test_the_example_has_no_other_version_of_the_format() -> None:
    assert (ROOT / "example-workspace" / "mtrack.yaml").read_text(encoding="utf-8").splitlines().count("format: 1") == 1


# The set-up.


def _make(*targets: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    return subprocess.run(
        ["make", "--dry-run", *targets],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench"])
def test_make_has_the_target_and_help_tells_of_it(target: str) -> None:
    done = _make(target)
    assert done.returncode == 0, done.stderr
    assert f"make {target} " in _make("help").stdout


def test_the_demo_runs_what_it_says() -> None:
    plan = _make("demo").stdout
    for command in ("lint", "gaps", "report"):
        assert f"mtrack {command} example-workspace" in plan
    assert plan.count("--as-of 2026-11-22") >= 3


def test_contributing_names_every_part_and_only_what_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Where things are")[2].partition("\n## ")[0]
    assert [
        part
        for part in {_part(module) for module in _trees()} - {"", "__main__"}
        if not re.search(rf"\b{part}(\.py|/)", table)
    ] == []
    paths = re.findall(r"`((?:mtrack|tests|bench|schemas|templates|\.ci)/[\w./]*|[A-Z]+\.md)`", text)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_continuous_integration_runs_make_test_and_the_linters() -> None:
    script = ROOT / ".ci" / "run"
    lines = [line.split("||")[0].strip() for line in script.read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if line.startswith("make ")] == ["make test", "make lint"]
    assert os.access(script, os.X_OK)


def test_the_bench_workspace_has_the_flaws_it_says(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    script = ROOT / "bench" / "workspace.py"
    done = python(script, root, "--projects", "300")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("300 projects, 2400 milestones, ")
    result = mtrack("lint", root, "--as-of", "2026-11-22", "--format", "json")
    report = validated(result.out, "findings")
    found = {finding["project"].rpartition("-")[2]: finding["rule"] for finding in report["findings"]}
    assert found == {"0100": "overdue", "0200": "status-mismatch", "0300": "overbilled"}
    assert len(report["findings"]) == 3
    assert report["summary"]["projects"] == 300
    again = python(script, root, "--projects", "300")
    assert again.returncode == 2
    assert "is not empty" in again.stderr


def test_no_module_is_too_long_to_read() -> None:
    """500 lines; 700 where the pages of rules stand in it."""
    lengths = {
        name: len(path.read_bytes().splitlines())
        for path in PACKAGE.rglob("*.py")
        for name in [str(path.relative_to(PACKAGE))]
    }
    assert {
        name: length for name, length in lengths.items() if length > (700 if name.startswith("rules/") else 500)
    } == {}


FAST = (
    "memo/run.py", "check/store.py", "check/processes.py", "check/visits.py", "rules/traits.py", "watch.py", "ways.py",
    "yaml/plain.py", "yaml/plain_places.py", "yaml/forms.py",
)  # fmt: skip
"""The modules that would go with the optimisations; `memo/cache.py` stays for verdicts and the lists of pages."""
AT = {
    "memo/run.py": "__main__ cli.opened",
    "check/processes.py": "check.visits",
    "check/visits.py": "check.pipeline",
    "rules/traits.py": "check.project",
    "yaml/plain.py": "history.pieces yaml.source",
    "yaml/plain_places.py": "yaml.source",
    "yaml/forms.py": "yaml.source",
}
"""The modules that call it: whoever removes it changes no others, optimisations aside."""


def _code_lines(source: str) -> int:
    """The lines of a module that are neither empty nor comment nor docstring."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            told.update(range(node.lineno, (node.end_lineno or 0) + 1))
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
            tokenize.INDENT,
            tokenize.DEDENT,
            tokenize.ENDMARKER,
        ):
            found.update(range(token.start[0], token.end[0] + 1))
    return len(found - told)


def test_what_only_the_fast_ways_need_is_small() -> None:
    assert sum(_code_lines((PACKAGE / name).read_text(encoding="utf-8")) for name in FAST) < 1200


@pytest.mark.parametrize("name", AT)
def test_a_fast_way_is_called_in_few_places(name: str) -> None:
    own = "mtrack." + name.removesuffix(".py").replace("/", ".")
    fast = {"mtrack." + other.removesuffix(".py").replace("/", ".") for other in FAST} - {"mtrack.check.visits"}
    found = {
        module
        for module, tree in _trees().items()
        if module not in fast and any(own in _targets(node) for node in ast.walk(tree))
    }
    assert found == {f"mtrack.{module}" for module in AT[name].split()}


def test_continuous_integration_tests_all_with_every_fast_way_off() -> None:
    jobs = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert re.search(r'- run: make test-lowest\n        env:\n          MTRACK_WAYS: ""', jobs)


def test_functions_are_short() -> None:
    """Half of them have six lines or fewer, docstring and heading aside."""
    bodies = []
    for tree in _trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                bodies.append((body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0)
    assert median(bodies) <= 6
