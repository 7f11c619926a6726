"""The worker processes: started when a paper is to be read, and restarted after a paper has killed one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

import mtrack
from mtrack.verify.protocol import Answer, Examined, Facts, Job, Proposal, Request, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from mtrack.verify.claims import Claim

    Files = tuple[tuple[str, str], ...]


SECONDS = 10.0
"""The time for one file, comparing with all claims on it included."""
USUAL = 2.0
"""The time that a file may take without being one of those that hold a run up."""
LOST = 60.0
"""The time for all files of a run that hold it up: what is left behind it is not read."""
_MAX_ANSWER = 32 << 20
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from mtrack.verify.worker import main; main()"
SLOW = f"takes more than {SECONDS:.0f} seconds to read"
UNREAD = f"is not read, since others took more than {LOST:.0f} seconds; run mtrack again to go on"
FATAL = "makes its reader fail"


class Worker:
    """One process, and what it has left to do."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: SimpleQueue[bytes] = SimpleQueue()

    def ask(self, request: Request, seconds: float) -> Answer | None:
        """The answer to a request; None where the process died of it. Raises `TimeoutError`."""
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(msgspec.json.encode(request) + b"\n")
            process.stdin.flush()
            line = self._answers.get(timeout=max(seconds, 0.01))
        except Empty:
            self.close(kill=True)
            raise TimeoutError from None
        except OSError:
            line = b""
        try:
            return msgspec.json.decode(line, type=Answer)
        except msgspec.DecodeError:
            self.close(kill=True)
            return None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            path = [os.path.dirname(os.path.dirname(os.path.abspath(mtrack.__file__))), *filter(None, sys.path)]
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own code)
                [sys.executable, "-I", "-X", "utf8", "-c", _START, json.dumps(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._answers = SimpleQueue()
            Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()
        return self._process

    @property
    def is_running(self) -> bool:
        """Whether it has a process that has not been ended by a paper."""
        return self._process is not None

    def close(self, *, kill: bool = False) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        if kill:
            process.kill()
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listen(process: subprocess.Popen[bytes], answers: SimpleQueue[bytes]) -> None:
    """Pass on what a process answers, a line at a time, and an empty one at its end."""
    assert process.stdout is not None
    with process.stdout as stdout:
        while line := stdout.readline(_MAX_ANSWER):
            answers.put(line)
    answers.put(b"")


class Pool:
    """As many workers as there are processors, at most two."""

    def __init__(self) -> None:
        size = min(2, os.cpu_count() or 1)
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._workers = [Worker() for _ in range(size)]
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(size)
        self._lost = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def examine(self, jobs: Sequence[Job]) -> list[Examined]:
        """Read and compare; in order. Files that several claims are on are read once."""
        groups: dict[Files, list[int]] = {}
        for i, job in enumerate(jobs):
            groups.setdefault(job.files, []).append(i)
        claims = [[jobs[i].claim for i in places] for places in groups.values()]
        every = map if len(groups) == 1 else self._threads.map
        found: dict[int, Examined] = {}
        for places, examined in zip(groups.values(), every(self._examine, groups, claims), strict=True):
            found |= zip(places, examined, strict=True)
        return [found[i] for i in range(len(jobs))]

    def proposal(self, path: str, currency: str = "") -> Proposal | Trouble:
        """The milestones that a paper proposes, in a currency where one is wanted, or why it can't be read."""
        answer = self._told(Request((_given(path),), want="proposal", currency=currency))
        return answer if isinstance(answer, Trouble) else answer.proposal or Proposal()

    def facts(self, path: str) -> Facts | Trouble:
        """The facts that a paper states, or the reason it can't be read."""
        answer = self._told(Request((_given(path),), want="facts"))
        return answer if isinstance(answer, Trouble) else answer.facts or Facts()

    def _told(self, request: Request) -> Answer | Trouble:
        worker = self._idle.get()
        try:
            return _asked(worker, request, SECONDS, request.files[0][0])
        finally:
            self._idle.put(worker)

    def _examine(self, files: Files, claims: Sequence[Claim]) -> list[Examined]:
        worker = self._idle.get()
        try:
            if self._lost >= LOST:
                unread = tuple(Trouble(path, UNREAD, damaged=False, lasting=False) for path, _ in files)
                return [Examined((), unread)] * len(claims)
            begin = time.monotonic()
            examined = _examined(worker, files, claims)
            slow = {trouble for item in examined for trouble in item.troubles if trouble.slow}
            self._lost += SECONDS * len(slow) or max(time.monotonic() - begin - USUAL * len(files), 0.0)
            return examined
        finally:
            self._idle.put(worker)


def _given(path: str) -> tuple[str, bytes]:
    """A file that the user names, for a request."""
    raw = os.fsencode(path)
    return os.path.basename(raw).decode(errors="replace"), raw


def _examined(worker: Worker, files: Files, claims: Sequence[Claim]) -> list[Examined]:
    """Read each file in its time, then compare with each claim in the time that is left of it."""
    troubles: list[Trouble] = []
    readable: list[tuple[str, bytes]] = []
    left = 0.0
    for file in ((path, os.fsencode(full)) for path, full in files):
        begin = time.monotonic()
        answer = _asked(worker, Request((file,)), SECONDS, file[0])
        if isinstance(answer, Trouble):
            troubles.append(answer)
        else:
            readable.append(file)
            left += SECONDS - (time.monotonic() - begin)
    if not readable:
        return [Examined((), tuple(troubles))] * len(claims)
    result: list[Examined] = []
    for claim in claims:
        begin = time.monotonic()
        request = Request(tuple(readable), claim, keep=len(result) + 1 < len(claims))
        compared = _asked(worker, request, left, readable[0][0])
        left -= time.monotonic() - begin
        if not isinstance(compared, Trouble):
            result.append(Examined(compared.verdicts, tuple(troubles)))
            continue
        result.append(Examined((), (*troubles, compared)))
        if not worker.is_running:  # it would be so with the others
            result += [result[-1]] * (len(claims) - len(result))
            break
    return result


def _asked(worker: Worker, request: Request, seconds: float, path: str) -> Answer | Trouble:
    try:
        answer = worker.ask(request, seconds)
    except TimeoutError:
        return Trouble(path, SLOW, damaged=False, lasting=False, slow=True)
    if answer is None:
        return Trouble(path, FATAL, damaged=True)
    return Trouble(path, answer.trouble, answer.damaged) if answer.trouble else answer
