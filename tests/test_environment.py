"""mtrack from outside: whatever locale, streams, limits, bytes and signals it is started with, and however it is started."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from support import ROOT, write_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="devices, bytes in names and signals as Linux has them")

RECORD = """\
project: Zoë 日本
client: Ünal
currency: EUR
agreement: {file: agreement/vereinbarung-für-zoë.md, signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: Entwürfe, amount: 4000.00, deliverable: {approved: 2026-02-02}, status: sent, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03}}
  - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
"""
AS_OF = ("--as-of", "2026-03-20")


def run(*words: str | bytes, cwd: Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, in an environment that holds nothing but what is given."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(cwd), "MTRACK_WAYS": "plain fork"}
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    environment |= more.pop("env", {})
    command = more.pop("command", [sys.executable, "-m", "mtrack"])
    return subprocess.run([*command, *words], cwd=cwd, env=environment, check=False, timeout=120, **more)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Names in two alphabets, and one that is no text."""
    root = tmp_path_factory.mktemp("wörk")
    write_tree(root, {
        "mtrack.yaml": "format: 1\nverify: true\n", "zoë/milestones.yaml": RECORD,
        "zoë/agreement/vereinbarung-für-zoë.md": "Entwürfe EUR 4,000.00\nBeta EUR 5,000.00\nTotal EUR 9,000.00\n",
    })  # fmt: skip
    os.makedirs(os.fsencode(root) + b"/zo\xeb")
    with open(os.fsencode(root) + b"/zo\xeb/milestones.yaml", "w", encoding="utf-8") as file:
        file.write(RECORD.replace("R-1", "R-2").replace("für-zoë", "a"))
    (root / "zoë" / "invoices").mkdir()
    with open(os.fsencode(root / "zoë") + b"/invoices/r\xe9.pdf", "w", encoding="utf-8") as file:
        file.write("%PDF\n")
    return root


@pytest.fixture(scope="module")
def usual(workspace: Path) -> dict[tuple[str, ...], tuple[int, bytes, bytes]]:
    """What the commands print in a usual environment."""
    done = {line: run(*line, *AS_OF, cwd=workspace) for line in COMMANDS}
    assert [item.returncode for item in done.values()] == [1, 0, 0]
    return {line: (item.returncode, item.stdout, item.stderr) for line, item in done.items()}


COMMANDS: list[tuple[str, ...]] = [("lint", "--format", "json"), ("status",), ("verify",)]
LOCALES = [
    {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR"}, {"LC_ALL": "no-such"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONUTF8": "0"}, {"LANG": "C", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1:strict"}, {"PYTHONIOENCODING": "utf-16"},
]  # fmt: skip
OTHERS = [
    {"TZ": "No/Where"}, {"TZ": ""}, {"TZ": ":"}, {"TZ": "UTC+25:99"}, {"TZ": "../../etc/passwd"}, {"TZ": ":/etc/passwd"}, {"TZ": "/etc/passwd"}, {"TZ": "\udcff"}, {"COLUMNS": "0"}, {"COLUMNS": "-1"}, {"COLUMNS": "abc"},
    {"COLUMNS": "", "LINES": ""}, {"LINES": "0"}, {"LINES": "-1"}, {"LINES": "x"}, {"LINES": "1000000000"}, {"TERM": ""}, {"TERM": "no-such"}, {"TERM": "dumb"},
    {"PYTHONOPTIMIZE": "2"}, {"PYTHONWARNINGS": "error"}, {"PYTHONDEVMODE": "1"}, {"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONSAFEPATH": "1"}, {"PYTHONUNBUFFERED": "1"},
    {"HOME": ""}, {"HOME": "relative"}, {"HOME": "/nowhere/at/all"}, {"XDG_CACHE_HOME": "relative"}, {"XDG_CACHE_HOME": "/dev/null"}, {"XDG_CACHE_HOME": "/proc/none"},
    {"TMPDIR": "/nowhere"}, {"TMPDIR": ""},
]  # fmt: skip


@pytest.mark.parametrize(
    ("env", "words"),
    [(env, words) for env in LOCALES for words in COMMANDS] + [(env, ("status",)) for env in OTHERS],
    ids=str,
)
def test_an_environment_changes_nothing(
    workspace: Path, usual: dict[tuple[str, ...], tuple[int, bytes, bytes]], env: dict[str, str], words: tuple[str, ...]
) -> None:
    done = run(*words, *AS_OF, cwd=workspace, env=env)
    assert (done.returncode, done.stdout, done.stderr) == usual[words]


@pytest.mark.parametrize("flag", ["-OO", "-Wd", "-u", "-B", "-P", "-Xdev"])
def test_a_flag_of_the_interpreter_changes_nothing(
    workspace: Path, usual: dict[tuple[str, ...], tuple[int, bytes, bytes]], flag: str
) -> None:
    done = run("status", *AS_OF, cwd=workspace, command=[sys.executable, flag, "-m", "mtrack"])
    assert (done.returncode, done.stdout, done.stderr) == usual["status",]


def test_an_isolated_interpreter_changes_nothing(
    workspace: Path, usual: dict[tuple[str, ...], tuple[int, bytes, bytes]]
) -> None:
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from mtrack.__main__ import main; main()"
    done = run("status", *AS_OF, cwd=workspace, command=[sys.executable, "-I", "-c", code, str(ROOT)])
    assert (done.returncode, done.stdout, done.stderr) == usual["status",]


def test_a_wide_screen_is_not_filled(workspace: Path) -> None:
    done = run("status", *AS_OF, cwd=workspace, env={"COLUMNS": "99999999999999999999"})
    assert done.returncode == 0
    assert max(map(len, done.stdout.split(b"\n"))) < 1000


PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("env", [{}, PLAIN, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_letters_are_recorded_in_any_locale(tmp_path: Path, env: dict[str, str]) -> None:
    """As they came on the command line, and so are files by name."""
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "größe.pdf": "an agreement"})
    words = ("new", "zoë", "--client", "Ünal 日本", "--currency", "EUR", "--milestone", "Entwürfe=5", "--agreement", "größe.pdf", "--signed", "2026-01-02")  # fmt: skip
    done = run(*words, *AS_OF, cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout) == (0, "zoë created: 1 milestone, EUR 5.00\nzoë: EUR 5.00 left to bill, EUR 0.00 to collect\n".encode())  # fmt: skip
    text = (tmp_path / "zoë" / "milestones.yaml").read_text(encoding="utf-8")
    assert "client: Ünal 日本\n" in text
    assert "name: Entwürfe" in text
    assert os.listdir(os.fsencode(tmp_path / "zoë" / "agreement")) == ["größe.pdf".encode()]


# What is not text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("env", [{}, PLAIN], ids=str)
@pytest.mark.parametrize(
    "words",
    [
        (b"\xff",), (b"--\xff",), ("lint", b"\xff"), ("lint", "--as-of", b"\xff"), ("lint", "--format", b"\xff"), ("lint", "--select", b"\xff"),
        ("lint", "--since", b"\xff"), ("lint", "--at", b"\xff"), ("status", "--client", b"\xff"), ("rules", b"\xff"), ("fields", b"\xff"), ("schema", b"\xff"),
        ("new", b"p\xff", "--currency", "EUR", "--milestone", "A=1"), ("new", "p", "--currency", "EUR", "--milestone", b"A\xff=1"),
        ("new", "p", "--client", b"\xff", "--currency", "EUR", "--milestone", "A=1"), ("new", "p", "--currency", b"EU\xff", "--milestone", "A=1"),
        ("add", "zoë", b"N\xff", "1"), ("add", "zoë", "N", b"\xff"), ("add", "zoë", "N", "1", "--id", b"\xff"), ("deliver", "zoë", b"\xff"),
        ("approve", "zoë", "M2", "--by", b"\xff"), ("bill", "zoë", "M2", b"\xff", "--force"), ("pay", b"\xff"), ("pay", "R-1", "--reference", b"\xff"),
        ("void", b"\xff", "--reason", "x"), ("void", "R-1", "--reason", b"\xff"), ("credit", "R-1", b"C\xff"), ("hold", "zoë", "M2", "--reason", b"\xff"), ("set", "zoë", "M2", "--note", b"\xff"),
        ("amend", "zoë", "--note", b"\xff"), ("waive", b"\xff", "--reason", "x"), ("waive", "overdue", "--reason", b"\xff"), ("waive", "overdue", "--reason", "x", "--file", b"\xff"),
        ("import", b"\xff", "--project", "zoë"), ("log", "--author", b"\xff"), ("invoices", "--state", b"\xff"), ("payments", "--from", b"\xff"), ("verify", b"\xff"),
    ],
    ids=ascii,
)  # fmt: skip
def test_a_word_that_is_no_text_is_wrong_usage(
    workspace: Path, words: tuple[str | bytes, ...], env: dict[str, str]
) -> None:
    before = _bytes(workspace)
    done = run(*words, cwd=workspace, env=env)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"mtrack: ")
    assert b"\\udcff" in done.stderr
    assert b"half" not in done.stderr
    assert _bytes(workspace) == before


def _bytes(root: Path) -> dict[bytes, bytes]:
    found = {}
    for folder, _, names in os.walk(os.fsencode(root)):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.join(folder, name)] = file.read()
    return found


@pytest.mark.parametrize("env", [{}, PLAIN], ids=str)
@pytest.mark.parametrize("command", ["lint", "status", "gaps", "next", "invoices", "verify", "aging"])
def test_a_folder_goes_by_its_bytes(workspace: Path, command: str, env: dict[str, str]) -> None:
    done = run(command, b"zo\xeb", *AS_OF, cwd=workspace, env=env)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == b""
    assert b"R-1" not in done.stdout
    done = run("add", b"zo\xeb", "More", "0", "--dry-run", *AS_OF, cwd=workspace, env=env)
    assert (done.returncode, b"b/zo\\udceb/milestones.yaml" in done.stdout or b"b/zo\xeb" in done.stdout) == (0, True)


def test_a_paper_goes_by_its_bytes(tmp_path: Path) -> None:
    """It is copied, and read by the worker, whatever its name; the workspace may have such a name as well."""
    root = os.fsencode(tmp_path) + b"/\xff"
    os.makedirs(root)
    write_tree(
        tmp_path, {"a.eml": "From: a@example.com\nDate: Mon, 2 Feb 2026 10:00:00 +0000\nSubject: M2\n\nM2 accepted\n"}
    )
    paper = os.fsencode(tmp_path) + b"/ok\xfe.eml"
    os.rename(tmp_path / "a.eml", paper)
    write_tree(tmp_path, {"w/mtrack.yaml": "format: 1\n", "w/acme/milestones.yaml": RECORD})
    os.rename(tmp_path / "w", root + b"/w")
    done = run("approve", "acme", "M2", "--signoff", paper, *AS_OF, cwd=root + b"/w")  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    with open(root + b"/w/acme/milestones.yaml", encoding="utf-8") as file:
        text = file.read()
    assert "approved: 2026-02-02, approved_by: a@example.com, signoff: signoffs/ok.eml" in text
    with open(root + b"/w/acme/signoffs/ok.eml", "rb") as copy, open(paper, "rb") as given:
        assert copy.read() == given.read()


# Streams -------------------------------------------------------------------------------------------------------------


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """A line of a shell in which $M is the command."""
    return run(line, cwd=cwd, command=["bash", "-c"], env={"M": f"{sys.executable} -m mtrack"})


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"),
    [("lint", 1), ("status", 0), ("rules", 0), ("--help", 0), ("", 2), ("void", 2), ("bill", 2), ("new", 2), ("log", 3), ("verify", 0), ("import - --project zoë", 1)],
)  # fmt: skip
def test_a_closed_stream_changes_no_exit_code(workspace: Path, words: str, code: int, closed: str) -> None:
    if "import" in words and "<&-" not in closed:
        closed += " </dev/null"
    done = shell(f"$M {words} {closed}", workspace)
    assert done.returncode == code
    assert b"itself failed" not in done.stderr
    if "2>&-" not in closed and code in (2, 3):
        assert done.stderr


def test_no_record_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """What is printed to a stream that is closed goes nowhere: into no file that is opened meanwhile."""
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "zoë/milestones.yaml": RECORD})
    done = shell(f"$M bill zoë M2 R-7 --amount 5000 --force {' '.join(AS_OF)} <&- >&- 2>&-", tmp_path)
    assert done.returncode == 0
    shown = run("invoices", "--format", "csv", *AS_OF, cwd=tmp_path).stdout.decode()
    assert shown.count("R-7") == 1
    text = (tmp_path / "zoë" / "milestones.yaml").read_text(encoding="utf-8")
    assert text.startswith("project: Zoë")
    assert "left to bill" not in text


@pytest.mark.parametrize(
    ("words", "code", "full"),
    [
        ("lint", 3, 3), ("status", 0, 3), ("--help", 0, 3), ("void", 2, 2), ("", 2, 2), ("log", 3, 3), ("frobnicate", 2, 2), ("status nowhere", 2, 2), ("completion bash", 0, 3),
        ("serve --port 0", 3, 3),
    ],
)  # fmt: skip
def test_a_full_disk_behind_a_stream(workspace: Path, words: str, code: int, full: int) -> None:
    """Output that is lost is told and makes 3; trouble that can't be told leaves the exit code."""
    if words not in ("lint", "serve --port 0"):
        assert shell(f"$M {words} 2>/dev/full", workspace).returncode == code
    assert shell(f"$M {words} >/dev/full 2>/dev/full", workspace).returncode == full
    done = shell(f"$M {words} >/dev/full", workspace)
    assert done.returncode == full
    lost = done.stderr == b"mtrack: the output can't be written: no space left on device\n"
    assert lost == (full == 3 and words != "log")  # which is none: there is no repository


@pytest.mark.parametrize("words", ["lint", "status", "--help", "rules", "schema milestones", "invoices --format csv"])
def test_a_reader_that_stops_is_no_trouble(workspace: Path, words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run(*words.split(), cwd=workspace, stdout=writing)
    assert (done.returncode, done.stderr) == (141, b"")
    done = run(*words.split(), cwd=workspace, stdout=writing, stderr=writing)
    assert done.returncode == 141
    os.close(writing)


# Folders and limits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("lint",), ("status",), ("init",), ("new", "p"), ("bill",), ("log",), ("serve",), ("report", "-o", "x")]
)
def test_a_current_folder_that_is_gone_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    here = tmp_path / "here"
    here.mkdir()
    done = run(
        *words,
        cwd=tmp_path,
        command=["bash", "-c", 'cd here; rmdir ../here; exec "$@"', "x", sys.executable, "-m", "mtrack"],
    )
    assert (done.returncode, done.stdout) in ((2, b""), (3, b"")), done.stderr
    assert done.stderr.startswith(b"mtrack: ")
    assert b"itself" not in done.stderr
    assert not here.exists()


def limited(kind: int, most: int) -> Callable[[], None]:
    """To be called in the child."""
    return lambda: resource.setrlimit(kind, (most, most))


@pytest.mark.parametrize("most", [*range(5, 13), 32])
@pytest.mark.parametrize(
    "words", [("lint",), ("verify",), ("report", "-o", "OUT"), ("bill", "zoë", "M2", "R-9", "--force")], ids=" ".join
)
def test_few_open_files_are_no_failure_of_mtrack(tmp_path: Path, most: int, words: tuple[str, ...]) -> None:
    """A command that needs more says so, in the system's words, and leaves nothing half done."""
    write_tree(tmp_path, {"w/mtrack.yaml": "format: 1\n", "w/zoë/milestones.yaml": RECORD})
    words = tuple(word.replace("OUT", str(tmp_path / "out")) for word in words)
    before = _bytes(tmp_path / "w")
    done = run(*words, *AS_OF, cwd=tmp_path / "w", preexec_fn=limited(resource.RLIMIT_NOFILE, most))
    assert b"Traceback" not in done.stderr
    assert b"please report" not in done.stderr
    if done.returncode not in (0, 1):
        assert done.returncode in (3, -signal.SIGABRT)
        assert _bytes(tmp_path / "w") == before
        assert os.strerror(errno.EMFILE).lower().encode() in done.stderr.lower()


@pytest.mark.parametrize("mask", [0o077, 0o000, 0o777])
def test_any_umask_will_do(tmp_path: Path, mask: int) -> None:
    write_tree(tmp_path, {"w/mtrack.yaml": "format: 1\n", "w/zoë/milestones.yaml": RECORD})
    done = run("bill", "zoë", "M2", "R-9", "--force", *AS_OF, cwd=tmp_path / "w", umask=mask)
    assert done.returncode == 0, done.stderr
    mode = (tmp_path / "w" / "zoë" / "milestones.yaml").stat().st_mode
    assert mode & 0o777 == 0o644
    if mask != 0o777:
        done = run("lint", *AS_OF, cwd=tmp_path / "w", umask=mask, env={"MTRACK_WAYS": "plain fork memo"})
        assert done.stderr == b""
        kept = (tmp_path / "w" / ".cache").rglob("*")
        assert all(path.stat().st_mode & 0o022 == 0 for path in kept)


# Signals -------------------------------------------------------------------------------------------------------------

STARTED = """
import os, sys
from mtrack import __main__ as entry

def run(*arguments):
    os.write(1, b"+")
    return begin(*arguments)

begin, entry.run, sys.argv[1:] = entry.run, run, {words!r}
entry.main()
"""
"""Python's own start can be interrupted as well, and says so in its own way; what is behind it is mtrack's."""


def interrupted(words: list[str], cwd: Path, after: float, *numbers: int) -> tuple[int, bytes]:
    """The exit code and standard error of a command that is sent signals, so many seconds after it began."""
    child = subprocess.Popen(
        [sys.executable, "-c", STARTED.format(words=words)], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(cwd), "MTRACK_WAYS": "plain fork"},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.read(1) == b"+"
    time.sleep(after)
    for number in numbers:
        child.send_signal(number)
    return child.wait(60), child.communicate(timeout=60)[1]


@pytest.mark.parametrize(
    "words", [["status", *AS_OF], ["verify", *AS_OF], ["report", "-o", "OUT"], ["--help"]], ids=" ".join
)
def test_ctrl_c_at_any_moment(workspace: Path, words: list[str], tmp_path: Path) -> None:
    given = words
    seen = set()
    for step in range(24):
        words = [word.replace("OUT", str(tmp_path / f"out{step}")) for word in given]
        code, error = interrupted(words, workspace, step * 0.017, signal.SIGINT)
        seen.add(code)
        assert code in (130, 0, 1), error
        assert error.strip() == (b"interrupted" if code == 130 else b"")
    assert 130 in seen or words == ["--help"]  # which takes no longer than it takes to ask


AS_STREAMS_ARE_SET_UP = """
import codecs, signal, sys
from mtrack import __main__ as entry

made = 0
codec = codecs.lookup("utf-8")

class Encoder(codec.incrementalencoder):
    def __init__(self, errors="strict"):
        global made
        made += 1
        if made == {at}:
            signal.raise_signal(signal.SIGINT)
        super().__init__(errors)

codec.incrementalencoder = Encoder
sys.argv[1:] = ["--help"]
entry.main()
"""


@pytest.mark.parametrize("at", [1, 2, 3])
def test_ctrl_c_while_the_streams_are_set_up_is_told(at: int) -> None:
    """A stream whose encoder is being changed can write nothing any more."""
    code = AS_STREAMS_ARE_SET_UP.format(at=at)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) in [(130, b"interrupted"), (0, b"")]
    assert at > 1 or done.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_end_ends_it_as_ctrl_c_does(workspace: Path, number: int) -> None:
    codes = {interrupted(["verify", *AS_OF], workspace, step * 0.03, number) for step in range(12)}
    assert codes <= {(128 + number, b"interrupted\n"), (-number, b""), (0, b"")}
    assert (128 + number, b"interrupted\n") in codes


def test_ctrl_c_while_the_entry_is_loaded_shows_no_traceback(tmp_path: Path) -> None:
    """It ends by the signal; once all is loaded, Ctrl-C raises an exception as before."""
    for module, expected in (("runner", (-signal.SIGINT, b"", b"")), ("none", (0, b"True\n", b""))):
        code = f"""
import os, signal, sys

class Finder:
    def find_spec(name, *_):
        if name == "mtrack.{module}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder)
import mtrack.__main__
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stdout, done.stderr) == expected


def test_a_second_signal_ends_it_at_once(workspace: Path) -> None:
    for step in range(12):
        code, error = interrupted(
            ["verify", *AS_OF], workspace, step * 0.03, signal.SIGINT, signal.SIGINT, signal.SIGINT
        )
        assert code in (130, 0)
        assert set(error.split()) <= {b"interrupted"}


def test_an_edit_that_is_interrupted_is_whole_or_not_there(tmp_path: Path) -> None:
    whole = None
    for step in range(20):
        root = write_tree(tmp_path / str(step), {"mtrack.yaml": "format: 1\n", "zoë/milestones.yaml": RECORD})
        number = signal.SIGTERM if step % 2 else signal.SIGINT
        words = ["bill", "zoë", "M2", "R-9", "--force", *AS_OF]
        code, error = interrupted(words, root, step * 0.025, number)
        text = (root / "zoë" / "milestones.yaml").read_text(encoding="utf-8")
        if text != RECORD:
            whole = whole or text
            assert text == whole
        assert code in (0, 128 + number, -number)
        assert code != 0 or text != RECORD
        assert b"Traceback" not in error
        assert os.listdir(root / "zoë") == ["milestones.yaml"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_is_ignored_stays_ignored(workspace: Path, number: int) -> None:
    """As `nohup` and a shell's background jobs have it."""
    child = subprocess.Popen(
        [sys.executable, "-m", "mtrack", "verify", *AS_OF], cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),  # noqa: PLW1509
    )  # fmt: skip
    for _ in range(10):
        time.sleep(0.03)
        if child.poll() is None:
            child.send_signal(number)
    out, error = child.communicate(timeout=60)
    assert (child.returncode, error) == (0, b"")
    assert b"values" in out


@pytest.mark.parametrize("begin", ["raise_interrupts", "lose_no_interrupt"])
def test_an_interrupt_in_a_callback_is_not_lost(begin: str) -> None:
    """No exception leads out of a finalizer: the interpreter would print it and go on."""
    code = f"""
import os, signal
from mtrack.interrupts import {begin}

class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

{begin}()
last = Last()
del last
print("went on")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr == b"interrupted\n"


def test_an_interrupt_of_what_is_answered_at_once_is_one(tmp_path: Path) -> None:
    """Before any handler stands: as it is, as the cause of what a class body makes of it, or in a callback."""
    code = """
import os, signal, sys
from mtrack import __main__ as entry
from mtrack.cli import commands

class Last:
    def __del__(self):
        raise KeyboardInterrupt

def overview():
    {}
    print("went on")
    return ""

commands.overview = overview
sys.argv[1:] = ["--help"]
entry.main()
"""
    for statement in ("raise KeyboardInterrupt", "raise RuntimeError from KeyboardInterrupt()", "Last()"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(statement)], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n"), statement


def test_an_interrupt_that_became_another_exception_is_one(workspace: Path) -> None:
    """As in a class body, where Python 3.11 makes a RuntimeError of it."""
    code = """
import os, signal, sys
from mtrack import __main__ as entry
from mtrack.cli import main

def command_line(*_arguments):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        while True:
            pass
    except KeyboardInterrupt as error:
        raise RuntimeError from error

main.command_line = command_line
sys.argv[1:] = ["rules"]
entry.main()
"""
    done = run(cwd=workspace, command=[sys.executable, "-c", code])
    assert (done.returncode, done.stdout, done.stderr) == (143, b"", b"interrupted\n")
