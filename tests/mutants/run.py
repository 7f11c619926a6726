"""Mutation testing: `python tests/mutants/run.py [ROOM…]`, with `MUTANTS=300` or `MUTANTS=all`, and `SEED=1`.

`ONLY` chooses those that are told with one of its lines, to try some again.

mutmut makes the mutants (its runner leaves out every decorated function, and a rule is one; another tool's starts Python
for each mutant). Here the tests of a room are collected once; a first process runs them all and notes which lines each
test runs; then each mutant gets a process of its own, forked from the collected tests, in which the tests that run its
line are run, the fastest first, until one fails. No file is changed. A mutant is killed where a test fails or takes far
longer than it should, and it survives where none does in `BUDGET` seconds' worth of tests.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import time
import warnings
from importlib import import_module
from itertools import groupby
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import coverage
import pytest

sys.path[:0] = [str(Path(__file__).parent.parent)]

from mutants.known import explained  # noqa: E402
from mutants.make import Mutant, mutants_of, source_of  # noqa: E402
from mutants.patch import Live  # noqa: E402
from mutants.rooms import ROOMS, ROOT, Room  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGET = float(os.environ.get("BUDGET", "20"))
"""Processor seconds of tests that a mutant is given, as they take without it."""
PATIENCE = 1200
"""Seconds for all tests of a room in a new interpreter."""
SLOWEST = 4.0
"""A test that takes longer judges no mutant."""
KILLED, SURVIVED, SLOW, NOT_MADE, NO_TEST = "killed", "survived", "too slow", "not made", "no test runs it"


class Map(NamedTuple):
    """Which tests of a file run a line, what each takes, and which fail anyway."""

    tests: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]
    failed: list[str]


def _spent() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _forked(work: Callable[[], Any]) -> Any:
    """What the work returns in a process of its own; None where it ends that process."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            with open(writing, "wb") as pipe:
                pipe.write(pickle.dumps(work()))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(content) if content else None  # noqa: S301  (written by this program)


def _silent() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not whole:
        return 0.0, 1.0
    z, share = 1.96, part / whole
    middle = share + z * z / (2 * whole)
    half = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return (middle - half) / (1 + z * z / whole), (middle + half) / (1 + z * z / whole)


class Runner:
    """The plugin that takes pytest's loop over: it runs tests for mutants instead of all tests once."""

    def __init__(self, room: Room, mutants: list[Mutant]) -> None:
        self.room, self.mutants = room, mutants
        self.verdicts: dict[Mutant, str] = {}
        self.failed = False
        self.items: dict[str, Any] = {}
        self.tests: dict[tuple[str, int], set[str]] = {}
        self.seconds: dict[str, float] = {}
        self.passes: bool | None = None
        """Whether the tests pass in an interpreter of their own; None before that was asked."""

    def pytest_sessionstart(self) -> None:
        """The same examples for every mutant, and no time spent on making them small."""
        from hypothesis import Phase, settings  # noqa: PLC0415

        settings.register_profile(
            "mutants", settings.get_profile("patient"), derandomize=True, database=None, max_examples=25,
            phases=[Phase.explicit, Phase.generate],
        )  # fmt: skip
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed."""
        self.failed = self.failed or report.failed

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out tests of many examples where the room has enough others."""
        if not self.room.properties:
            items[:] = [item for item in items if not getattr(item.obj, "is_hypothesis_test", False)]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge every mutant."""
        if session.testsfailed:
            message = "not all tests can be collected"
            raise session.Interrupted(message)
        began = time.monotonic()
        self.items = {item.nodeid: item for item in session.items}
        for path, group in groupby(session.items, key=lambda item: item.path):
            self._learn(path, list(group))
        told = f"{len(self.seconds)} tests of {sum(self.seconds.values()):.0f} s of processor time"
        print(f"  {told}, known after {time.monotonic() - began:.0f} s", flush=True)
        for module in self.room.files:  # most are loaded where they are needed
            import_module(".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
        live = Live()
        for done, mutant in enumerate(self.mutants, 1):
            self.verdicts[mutant] = self._judge(mutant, live)
            if self.verdicts[mutant] != KILLED or done % 50 == 0:
                spent = f"{done}/{len(self.mutants)}, {time.monotonic() - began:.0f} s"
                print(f"  {spent}: {self.verdicts[mutant]}: {mutant}", flush=True)
        return True

    def _learn(self, path: Path, items: list[Any]) -> None:
        """Note what the tests of a file run; kept in .mutants while neither they nor the room change."""
        digest = hashlib.sha256(b"".join(one.read_bytes() for one in (*self.room.files, path))).hexdigest()[:24]
        kept = ROOT / ".mutants" / f"{path.stem}-{digest}"
        if not kept.exists():
            found = _forked(lambda: self._record(items)) or Map({}, {}, [f"{path} (ends its process)"])
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(pickle.dumps(found))
        known: Map = pickle.loads(kept.read_bytes())  # noqa: S301  (written above)
        self.seconds |= known.seconds
        for line, names in known.tests.items():
            self.tests.setdefault(line, set()).update(names)
        for name in known.failed:
            print(f"  fails without any mutant, judges none: {name}", flush=True)

    def _run(self, item: Any, following: Any) -> bool:
        self.failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return not self.failed

    def _record(self, items: list[Any]) -> Map:
        _silent()
        measured = coverage.Coverage(data_file=None, config_file=False, include=[str(path) for path in self.room.files])
        seconds: dict[str, float] = {}
        failed = []
        measured.start()
        for item, following in zip(items, [*items[1:], None], strict=True):
            measured.switch_context(item.nodeid)
            before = _spent()
            if self._run(item, following):
                seconds[item.nodeid] = _spent() - before
            else:
                failed.append(item.nodeid)
        measured.stop()
        tests: dict[tuple[str, int], set[str]] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no test of the file may run any of the room
            data = measured.get_data()
        for path in data.measured_files():
            for line, names in data.contexts_by_lineno(path).items():
                tests[Path(path).relative_to(ROOT).as_posix(), line] = set(filter(None, names))
        return Map(tests, seconds, failed)

    def _judge(self, mutant: Mutant, live: Live) -> str:
        running = [
            name for name in self.tests.get((mutant.path, mutant.line), ()) if self.seconds.get(name, 99) < SLOWEST
        ]
        chosen, total = [], 0.0
        for name in sorted(running, key=lambda name: (self.seconds[name], name)):
            total += self.seconds[name]
            if total > BUDGET:
                break
            chosen.append(name)
        if not chosen:
            return self._judge_alone(mutant)
        changed = source_of(mutant)
        child = os.fork()
        if not child:
            self._live_with(mutant, changed, live, [*sorted(chosen[:10]), *sorted(chosen[10:])], total)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return SLOW if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL) else KILLED
        return {0: SURVIVED, 1: KILLED, 2: NOT_MADE}[os.WEXITSTATUS(status)]

    def _judge_alone(self, mutant: Mutant) -> str:
        """No test runs the line once mtrack is imported: all tests of the room, and the import, in a new interpreter."""
        if self.passes is None:
            self.passes = self._passes_alone(Mutant(mutant.path, -1, "", 0, 0, "", ""))
        if not self.passes:
            return NO_TEST  # a test fails anyway, and tells nothing
        try:
            return NO_TEST if self._passes_alone(mutant) else KILLED
        except subprocess.TimeoutExpired:
            return SLOW

    def _passes_alone(self, mutant: Mutant) -> bool:
        command = [sys.executable, str(Path(__file__).with_name("alone.py")), mutant.path, str(mutant.number)]
        done = subprocess.run(
            [*command, *self.room.tests], cwd=ROOT, capture_output=True, timeout=PATIENCE, check=False
        )
        return not done.returncode

    def _live_with(self, mutant: Mutant, changed: str, live: Live, names: list[str], total: float) -> None:
        """In a process of its own: run the tests under the mutant, and say by the exit code whether one failed."""
        code = 1
        try:
            _silent()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(int(total * 30) + 90)
            limit = int(total * 5) + 10
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
            if not live.put(mutant, changed):
                code = 2
                return
            items = [self.items[name] for name in names]
            code = 0 if all(map(self._run, items, [*items[1:], None])) else 1
        finally:
            os._exit(code)


def judge_room(name: str, wanted: str, seed: int, only: list[str]) -> bool:
    """Judge a sample of a room's mutants and print the score; whether it is good enough."""
    room = ROOMS[name]
    every = [mutant for path in room.files for mutant in mutants_of(path)]
    rng = random.Random(seed)  # noqa: S311  (a seed makes it repeatable)
    chosen = [mutant for mutant in every if any(text in str(mutant) for text in only)]
    sample = chosen if wanted == "all" else rng.sample(chosen, min(int(wanted), len(chosen)))
    print(f"{name}: {len(sample)} of {len(every)} mutants", flush=True)
    runner = Runner(room, sorted(sample))
    options = ["-q", "-s", "-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none"]
    pytest.main([*options, f"--rootdir={ROOT}", *room.tests], plugins=[runner])
    return _tell(name, runner.verdicts)


def _tell(name: str, verdicts: dict[Mutant, str]) -> bool:
    made = {mutant: verdict for mutant, verdict in verdicts.items() if verdict != NOT_MADE}
    killed = sum(verdict in (KILLED, SLOW) for verdict in made.values())
    alive = [mutant for mutant, verdict in made.items() if verdict in (SURVIVED, NO_TEST)]
    known = [mutant for mutant in alive if explained(mutant)]
    low, high = interval(killed, len(made))
    print(f"{name}: {killed} of {len(made)} mutants killed, {killed / max(1, len(made)):.1%} (95 %: {low:.1%} to {high:.1%});"
          f" {len(known)} of the {len(alive)} others are explained in tests/mutants/known.md")  # fmt: skip
    for mutant in alive:
        if mutant not in known:
            print(f"  {made[mutant]}: {mutant}")
    return killed + len(known) >= 0.9 * len(made)


def main() -> int:
    """Judge the rooms that are named, or all."""
    os.chdir(ROOT)
    names = sys.argv[1:] or list(ROOMS)
    results = [
        judge_room(
            name,
            os.environ.get("MUTANTS", "300"),
            int(os.environ.get("SEED", "1")),
            os.environ.get("ONLY", "").split("\n"),
        )
        for name in names
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
