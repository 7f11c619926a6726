"""Commands at once: `python tests/edit/two_at_once.py FOLDER`, with lists of commands as JSON on standard input.

Each command of a list runs in a process of its own, forked once mtrack is loaded, and all begin in the same instant; then
it is the next list's turn. Prints the exit codes and what each said, as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent.parent)]

import mtrack.cli.create  # noqa: E402
import mtrack.cli.invoices  # noqa: E402
import mtrack.cli.outcome  # noqa: E402, F401  (loaded before the start, with all they need)
from mtrack.__main__ import run  # noqa: E402

HEAD_START = 0.05
"""Seconds in which all processes get ready."""


def _child(arguments: list[str], start: float, told: int) -> None:
    said = io.StringIO()
    time.sleep(max(start - time.monotonic(), 0))
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(arguments)
    with os.fdopen(told, "w", encoding="utf-8") as file:
        json.dump([code, said.getvalue()], file)


def at_once(commands: list[list[str]]) -> list[tuple[int, str]]:
    """What each of the commands did, all of them begun at once."""
    start = time.monotonic() + HEAD_START
    ears: list[int] = []
    for arguments in commands:
        ear, told = os.pipe()
        if os.fork() == 0:
            os.close(ear)
            try:
                _child(arguments, start, told)
            finally:
                os._exit(0)
        os.close(told)
        ears.append(ear)
    results = []
    for ear in ears:
        with os.fdopen(ear, encoding="utf-8") as file:
            code, said = json.load(file)
        results.append((code, said))
        os.wait()
    return results


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    sys.stdout.write(json.dumps([at_once(commands) for commands in json.load(sys.stdin)]))
