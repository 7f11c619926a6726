"""What an editor shows: the yaml-language-server from npm, driven over its protocol, with our schemas."""

from __future__ import annotations

import json
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import AS_OF, ROOT, judge, mtrack, write_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.xdist_group("editor")  # installed and started once
SERVER = "yaml-language-server"
VERSION = "1.25.0"
PATIENCE = 120

RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 1}
milestones:
  - id: M1
    name: Discovery
    amount: 9000.00
    status: not_billed
"""
ODD = """\
project: 2026
client:
contact: true
note: 17.50
currency: EUR
agreement:
  file:
  signed:
  total: 9000
  milestones:
  amendments:
milestones:
  - id: 1
    name: 0012
    amount: 9000
    planned:
    upfront:
    deliverable: {note: 4, completed: , approved: 2026-02-02, approved_by: 12, signoff: }
    invoice: {number: 0012, amount: 4000.5, tax: , sent: 2026-02-03, due: , file: , payments: }
    hold:
    attachments:
    note:
    x-mine: {anything: [1, 2]}
    status: sent
invoices:
  - number: 2026-009
    amount: 5000.00
    sent: "2026-02-04"
    lines: [{milestone: 1, amount: 5000.00}]
    void:
waivers:
closed:
x-mine: kept
"""
"""What SPEC accepts and an editor could take for a mistake: numbers as text, empty values, keys of one's own."""


class Server:
    """The language server, started in a workspace, and what it has said so far."""

    def __init__(self, command: list[str], root: Path, settings: dict[str, Any]) -> None:
        self.root = root
        self.settings = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}, **settings}}  # fmt: skip
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `stop`)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.answers: dict[int, queue.Queue[Any]] = {}
        self.diagnostics: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self._begin()
        except BaseException:
            self.stop()
            raise

    def _begin(self) -> None:
        folder = {"uri": self.root.as_uri(), "name": "workspace"}
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {"hover": {"contentFormat": ["markdown"]}, "publishDiagnostics": {}},
        }
        self.ask("initialize", {"processId": None, "rootUri": self.root.as_uri(), "workspaceFolders": [folder], "capabilities": capabilities})  # fmt: skip
        self.send({"method": "initialized", "params": {}})
        self.send({"method": "workspace/didChangeConfiguration", "params": {"settings": self.settings}})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        number = len(self.answers) + 1
        self.answers[number] = queue.Queue()
        self.send({"id": number, "method": method, "params": params})
        answer = self._next(self.answers[number], PATIENCE)
        assert "error" not in answer, answer
        return answer["result"]

    def _next(self, answers: queue.Queue[Any], patience: float) -> Any:
        """The next of some answers; None ends them."""
        answer = answers.get(timeout=patience)
        if answer is None:
            self.errors.seek(0)
            pytest.fail(f"{SERVER} ended: {self.errors.read().decode(errors='replace')[-1000:]}")
        return answer

    def _listen(self) -> None:
        out = self.process.stdout
        assert out is not None
        while head := out.readline():
            length = int(head.split(b":")[1])
            while out.readline().strip():
                pass
            message = json.loads(out.read(length))
            if "method" not in message:
                self.answers[message["id"]].put(message)
            elif message["method"] == "textDocument/publishDiagnostics":
                self.diagnostics.put(message["params"])
            elif message["method"] == "workspace/configuration":
                sections = [self.settings.get(item["section"]) for item in message["params"]["items"]]
                self.send({"id": message["id"], "result": sections})
            elif "id" in message:
                self.send({"id": message["id"], "result": None})
        for waiting in (*self.answers.values(), self.diagnostics):
            waiting.put(None)

    def open(self, path: str, text: str) -> list[tuple[str, str]]:
        """Show a file to the server; what it underlines, and what it says about it."""
        uri = (self.root / path).as_uri()
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}})  # fmt: skip
        end = time.monotonic() + PATIENCE
        while True:
            said = self._next(self.diagnostics, max(end - time.monotonic(), 0))
            if said["uri"] == uri:
                break
        lines = text.splitlines()
        result = []
        for item in said["diagnostics"]:
            start, stop = item["range"]["start"], item["range"]["end"]
            last = stop["character"] if stop["line"] == start["line"] else None
            result.append((lines[start["line"]][start["character"] : last], item["message"]))
        return result

    def at(self, path: str, text: str, mark: str) -> dict[str, Any]:
        """The position right after the first `mark` of a text."""
        before = text[: text.index(mark) + len(mark)]
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return {"textDocument": {"uri": (self.root / path).as_uri()}, "position": position}

    def hover(self, path: str, text: str, mark: str) -> str:
        """The text that hovering over a word shows."""
        found = self.ask("textDocument/hover", self.at(path, text, mark))
        return found["contents"]["value"] if found else ""

    def complete(self, path: str, text: str, mark: str) -> list[str]:
        """What the server offers after a mark."""
        found = self.ask("textDocument/completion", self.at(path, text, mark))
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found)]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        self.errors.close()


def install(npm: str, folder: Path) -> str:
    """Install the server, whole or not at all; what npm says where it can't."""
    options = ("--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix")
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as begun:
        try:
            done = subprocess.run(
                [npm, "install", *options, begun, f"{SERVER}@{VERSION}"],
                cwd=begun, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            return str(error)
        if done.returncode:
            return done.stderr.strip() or f"exit code {done.returncode}"
        folder.mkdir(exist_ok=True)
        (Path(begun) / "node_modules").rename(folder / "node_modules")
    return ""


@pytest.fixture(scope="module")
def command() -> list[str]:
    """How the server is started; it is installed on first use and kept in a folder that git ignores."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("there is no npm: what editors show is not tested")
    folder = ROOT / ".pytest_cache" / f"{SERVER}-{VERSION}"
    if not (folder / "node_modules").is_dir():
        told = install(npm, folder)
        if told:
            pytest.skip(f"npm can't install {SERVER} ({told[-200:]}): what editors show is not tested")
    script = folder / "node_modules" / SERVER / "bin" / SERVER
    return [node, str(script), "--stdio"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as `mtrack init` makes it, with the example's projects in it."""
    folder = tmp_path_factory.mktemp("editor") / "workspace"
    assert mtrack("init", folder).code == 0
    return folder


@pytest.fixture(scope="module")
def server(command: list[str], root: Path) -> Iterator[Server]:
    """The server with the settings that `mtrack init` wrote for VS Code."""
    settings = json.loads((root / ".vscode/settings.json").read_text(encoding="utf-8"))
    started = Server(command, root, {"schemas": settings["yaml.schemas"]})
    yield started
    started.stop()


def test_a_record_in_order_has_no_squiggle(server: Server) -> None:
    assert server.open("fine/milestones.yaml", RECORD) == []


def test_what_spec_accepts_has_no_squiggle(server: Server, tmp_path: Path) -> None:
    write_tree(tmp_path, {"odd/milestones.yaml": ODD})
    shape = ("schema", "unknown-key", "invalid-yaml")
    assert [finding.message for finding in judge(tmp_path, AS_OF) if finding.rule in shape] == []
    assert server.open("odd/milestones.yaml", ODD) == []


EXAMPLE = sorted((ROOT / "example-workspace").rglob("milestones.yaml"))


@pytest.mark.parametrize("path", EXAMPLE, ids=lambda path: path.parent.name)
def test_the_example_has_no_squiggle(path: Path, server: Server) -> None:
    assert server.open(f"example/{path.parent.name}/milestones.yaml", path.read_text(encoding="utf-8")) == []


def test_the_settings_have_no_squiggle(server: Server, root: Path) -> None:
    own = (root / "mtrack.yaml").read_text(encoding="utf-8")
    assert server.open("mtrack.yaml", own) == []
    everything = re.sub(r"^# (?=[a-z_]+:|  )", "", own, flags=re.MULTILINE)
    assert "payment_terms: 30\n" in everything
    for number, text in enumerate((everything, (ROOT / "example-workspace/mtrack.yaml").read_text(encoding="utf-8"))):
        text = text.replace("$schema=.mtrack", "$schema=../.mtrack")  # noqa: PLW2901
        modeline = (
            ""
            if text.startswith("# yaml-l")
            else "# yaml-language-server: $schema=../.mtrack/schemas/workspace.schema.json\n"
        )
        assert server.open(f"other-{number}/mtrack.yaml", modeline + text) == []


def test_a_missing_amount_is_underlined(server: Server) -> None:
    text = RECORD.replace("    amount: 9000.00\n", "")
    ((under, message),) = server.open("missing/milestones.yaml", text)
    assert "amount" in message
    assert "issing" in message
    assert text.index("id: M1") == text.index(under, text.index("- ") + 2)  # the item it is missing from


def test_an_unknown_key_is_underlined(server: Server) -> None:
    text = RECORD.replace("    status:", "    staus: paid\n    status:")
    ((under, message),) = server.open("unknown/milestones.yaml", text)
    assert under == "staus"
    assert "staus" in message


def test_a_bad_status_is_underlined_and_the_good_ones_named(server: Server) -> None:
    text = RECORD.replace("not_billed", "billed")
    ((under, message),) = server.open("status/milestones.yaml", text)
    assert under == "billed"
    assert "partially_paid" in message
    assert "written_off" in message


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("amount: 9000.00", "amount: 9,000.00"),
        ("signed: 2026-01-10", "signed: 10.01.2026"),
        ("id: M1", "id: Milestone 1"),
        ("milestones: 1}", "milestones: one}"),
    ],
)
def test_a_bad_value_is_underlined(good: str, bad: str, server: Server) -> None:
    key, _, value = bad.rstrip("}").partition(": ")
    found = server.open(f"bad-{key}/milestones.yaml", RECORD.replace(good, bad))
    assert {under for under, _ in found} == {value}


def test_unknown_rules_and_severities_of_the_settings_are_underlined(server: Server) -> None:
    text = "# yaml-language-server: $schema=../.mtrack/schemas/workspace.schema.json\nformat: 1\nrules:\n  overdue: loud\n  no-such-rule: off\n"
    found = server.open("settings/mtrack.yaml", text)
    assert {under for under, _ in found} == {"loud", "no-such-rule"}


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("project", ("Project name", "as reports show it")),
        ("    amount", ("agreed amount, net of tax",)),
        ("    status", ("not_billed", "sent (invoiced, nothing paid)")),
        ("sign", ("The day the agreement was signed",)),
        ("total", ("net of tax; the milestones", "must sum to it")),
    ],
)
def test_hovering_over_a_key_explains_it(mark: str, words: tuple[str, ...], server: Server) -> None:
    server.open("hover/milestones.yaml", RECORD)
    shown = server.hover("hover/milestones.yaml", RECORD, mark).replace("\\", "")
    assert [word for word in words if word not in shown] == []


def test_keys_are_completed_where_they_belong(server: Server) -> None:
    text = RECORD.replace("    status: not_billed\n", "    \n")
    server.open("keys/milestones.yaml", text)
    offered = server.complete("keys/milestones.yaml", text, "9000.00\n    ")
    assert {"status", "deliverable", "invoice", "planned", "hold", "cancelled", "upfront"} <= set(offered)
    assert not {"id", "project", "lines", "amount"} & set(offered)


def test_values_are_completed(server: Server) -> None:
    text = RECORD.replace("status: not_billed", "status: ")
    server.open("values/milestones.yaml", text)
    offered = server.complete("values/milestones.yaml", text, "status: ")
    assert {"not_billed", "sent", "partially_paid", "paid", "cancelled", "written_off"} <= set(offered)


def test_rules_are_completed_in_the_settings(server: Server) -> None:
    text = "# yaml-language-server: $schema=../.mtrack/schemas/workspace.schema.json\nformat: 1\nwaivers:\n  - rule: \n"
    server.open("complete/mtrack.yaml", text)
    assert {"overdue", "signoff-missing"} <= set(server.complete("complete/mtrack.yaml", text, "rule: "))


def test_the_modeline_is_enough(command: list[str], root: Path) -> None:
    """An editor with no settings of ours finds the schema by the line that `mtrack new` writes."""
    assert mtrack("new", "clients/acme", "--currency", "EUR", "--milestone", "Discovery=4000.00", cwd=root).code == 0
    text = (root / "clients/acme/milestones.yaml").read_text(encoding="utf-8")
    bare = Server(command, root, {})
    try:
        assert bare.open("clients/acme/milestones.yaml", text) == []
        ((under, _),) = bare.open("clients/globex/milestones.yaml", text.replace("not_billed", "billed"))
        assert under == "billed"
        assert bare.open("clients/none/milestones.yaml", "status: billed\n") == []
        settings = (root / "mtrack.yaml").read_text(encoding="utf-8")
        ((under, _),) = bare.open("mtrack.yaml", settings + "\ncolour: red\n")
        assert under == "colour"
    finally:
        bare.stop()
