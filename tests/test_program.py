"""A program that is run is held to its limits, heard out, and not left behind."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mtrack import program
from mtrack.program import Program, SilentError

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = dict(os.environ)


def python(code: str, silence: float = 30, name: str = "it") -> Program:
    return Program([sys.executable, "-c", code], ENVIRONMENT, name, silence)


@pytest.fixture(params=["polled", "timed"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "timed":
        monkeypatch.setattr(program, "_poll", lambda _output: None)


@pytest.mark.usefixtures("way")
def test_both_streams_are_read_whatever_their_order() -> None:
    """More than a pipe holds, in both directions and on standard error."""
    code = (
        "import sys; got = sys.stdin.buffer.read(); "
        "[(sys.stderr.write('e' * 1000), sys.stdout.buffer.write(got[:1000])) for _ in range(1000)]; "
        "sys.stderr.write('the end'); sys.exit(3)"
    )
    with python(code) as running:
        running.feed(b"x" * 1_000_000)
        assert len(running.stdout.read()) == 1_000_000
        assert running.ended() == 3
        assert running.said.endswith(b"ethe end")
        assert len(running.said) <= 2 * program.CHUNK
        assert running.read(10) == b""


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "import os, time; os.close(1); time.sleep(60)"])
def test_silence_is_told_and_ended(code: str) -> None:
    start = time.monotonic()
    with python(code, 0.5, "git log") as running:
        with pytest.raises(
            SilentError, match=r"^'git log' neither ended nor said anything for 0\.5 seconds, and was ended$"
        ):
            running.stdout.read() or running.ended()
        assert running.read(10) == b""
    assert time.monotonic() - start < 10


def test_who_says_something_now_and_then_is_not_silent() -> None:
    code = "import sys, time; [(time.sleep(0.5), print(i, file=stream, flush=True)) for i in range(3) for stream in (sys.stdout, sys.stderr)]"
    with python(code, 2) as running:
        running.feed(b"")
        assert running.stdout.read().split() == [b"0", b"1", b"2"]
        assert running.ended() == 0


def test_words_on_standard_error_are_words_too() -> None:
    code = "import sys, time; [(time.sleep(0.5), print(i, file=sys.stderr, flush=True)) for i in range(8)]; print('x')"
    with python(code, 2) as running:
        assert running.stdout.read() == b"x\n"


@pytest.mark.skipif(os.name != "posix", reason="no process groups there")
def test_what_it_has_started_ends_with_it(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    code = f"import subprocess; subprocess.run(['cat', {str(fifo)!r}])"
    with python(code, 1) as running, pytest.raises(SilentError):
        running.stdout.read()
    with pytest.raises(OSError, match="No such device"):  # nobody reads
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)


def test_one_that_is_left_early_is_ended() -> None:
    start = time.monotonic()
    with python("import time; print('x', flush=True); time.sleep(60)") as running:
        assert running.stdout.readline() == b"x\n"
    assert running._process.returncode is not None  # noqa: SLF001
    assert time.monotonic() - start < 20
    forgotten = python("import time; time.sleep(60)")
    process = forgotten._process  # noqa: SLF001
    forgotten.__del__()
    assert process.returncode is not None


def test_what_is_not_there_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        Program(["no-such-program-at-all"], ENVIRONMENT, "it", 1)
