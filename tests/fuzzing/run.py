"""Coverage-guided fuzzing: `python tests/fuzzing/run.py [TARGET…]`, for `FUZZ_SECONDS` seconds in all, or `--executions N` each.

atheris (libFuzzer) watches which branches of mtrack an input takes, and goes on with those that take new ones. It has
wheels for Linux on x86-64 alone: elsewhere the seeds and what was found before are tried, and it is said so. An input
on which a target fails is kept in `finds/TARGET/`, from where every run tries it again; its own small test belongs
beside the code.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from contextlib import redirect_stderr
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

HERE = Path(__file__).parent
TESTS = HERE.parent
sys.path[:0] = [str(TESTS.parent), *(str(TESTS / name) for name in ("", "spreadsheet", "verify"))]

from fuzzing import targets  # noqa: E402

if TYPE_CHECKING:
    from types import ModuleType

    from fuzzing.targets import Target

FINDS = HERE / "finds"
LONGEST = 4096
"""Bytes of an input."""
MEMORY = 1500
"""Megabytes that a target may take."""
PATIENCE = 20
"""Seconds for one input."""


FAILED = "the target fails:"


class Outcome(NamedTuple):
    """What came of a target."""

    executions: int
    failed: str | None


def inputs(name: str, target: Target) -> list[bytes]:
    """What every run tries first: the seeds, and what was found before."""
    kept = sorted((FINDS / name).glob("*")) if (FINDS / name).is_dir() else []
    return [*target.SEEDS, *(path.read_bytes() for path in kept)]


def replay(name: str, target: Target) -> Outcome:
    """Try the inputs that are at hand."""
    tried = 0
    for data in inputs(name, target):
        tried += 1
        try:
            target.check(data)
        except Exception:  # noqa: BLE001  (whatever it is, it is a find)
            return Outcome(tried, f"{data[:300]!r}\n{traceback.format_exc(limit=-6)}")
    return Outcome(tried, None)


def load(names: list[str]) -> tuple[ModuleType | None, dict[str, Target]]:
    """atheris, where it is there, and the targets, with mtrack watched by it."""
    try:
        import atheris  # noqa: PLC0415
    except ImportError:
        return None, {name: targets.load(name) for name in names}
    with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["mtrack"], enable_loader_override=False):
        return atheris, {name: targets.load(name) for name in names}


def fuzz(atheris: ModuleType, name: str, target: Target, bound: str) -> Outcome:
    """Try inputs in a process of its own until the bound, `-runs=N` or `-max_total_time=N`."""
    folder = Path(tempfile.mkdtemp(prefix="mtrack-fuzz-"))
    try:
        corpus = folder / "corpus"
        corpus.mkdir()
        for i, data in enumerate(inputs(name, target)):
            (corpus / f"{i:04}").write_bytes(data)
        (folder / "words").write_text(
            "".join(f"{_entry(word)}\n" for word in dict.fromkeys(target.WORDS) if word), encoding="ascii"
        )
        child = os.fork()
        if not child:
            _child(atheris, name, target, folder, bound)
        _, status = os.waitpid(child, 0)
        text = (folder / "told").read_text(encoding="utf-8", errors="replace")
        count = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
        return Outcome(int(count[1]) if count else 0, _keep(name, folder, text) if status else None)
    finally:
        shutil.rmtree(folder)


def _child(atheris: ModuleType, name: str, target: Target, folder: Path, bound: str) -> NoReturn:
    """Fuzz, what is told going to a file; libFuzzer ends the process."""
    output = os.open(folder / "told", os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    tempfile.tempdir = str(folder)
    options = [
        "-seed=1", "-print_final_stats=1", f"-max_len={LONGEST}", f"-timeout={PATIENCE}", f"-rss_limit_mb={MEMORY}", f"-dict={folder}/words",
        f"-artifact_prefix={folder}/find-", bound, f"{folder}/corpus",
    ]  # fmt: skip
    tried = 0

    def check(data: bytes) -> None:
        nonlocal tried
        tried += 1
        try:
            target.check(data)
        except BaseException:  # noqa: BLE001  (whatever it is, it is a find)
            (folder / f"find-{sha256(data).hexdigest()[:16]}").write_bytes(data)
            sys.stderr.write(f"{FAILED}\n{traceback.format_exc(limit=-6)}\nstat::number_of_executed_units: {tried}\n")
            sys.stderr.flush()
            os._exit(1)  # nothing of the parent's is tidied up here

    atheris.Setup([name, *options], check)
    atheris.Fuzz()
    os._exit(0)


def _entry(word: str) -> str:
    """A word as libFuzzer's dictionaries write it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogateescape")) + '"'


def _keep(name: str, folder: Path, text: str) -> str:
    """Keep what a target failed on; what to say of it."""
    kept = []
    for found in folder.glob("find-*"):
        (FINDS / name).mkdir(parents=True, exist_ok=True)
        kept.append(FINDS / name / found.name.removeprefix("find-"))
        kept[-1].write_bytes(found.read_bytes())
    where = "".join(f"  kept as {path.relative_to(TESTS.parent)}\n" for path in kept)
    return where + (text.partition(FAILED)[2] or text)[-3000:]


def main() -> int:
    """Fuzz the targets that are named, or all; 1 where one failed."""
    parser = argparse.ArgumentParser(description="coverage-guided fuzzing")
    parser.add_argument("targets", nargs="*", choices=[[], *targets.NAMES], default=[])
    parser.add_argument("--executions", type=int, help="for each target, instead of a time")
    options = parser.parse_args()
    names = options.targets or list(targets.NAMES)
    seconds = float(os.environ.get("FUZZ_SECONDS", "600")) / len(names)
    atheris, loaded = load(names)
    if atheris is None:
        print("atheris has no wheel for this machine or is not installed: the inputs at hand are tried, and no others")
    bound = f"-runs={options.executions}" if options.executions else f"-max_total_time={max(1, round(seconds))}"
    failed = False
    for name, target in loaded.items():
        began = time.monotonic()
        outcome = replay(name, target) if atheris is None else fuzz(atheris, name, target, bound)
        spent = f"{outcome.executions:,} executions in {time.monotonic() - began:.0f} s"
        print(f"{name}: {spent}, {'1 find' if outcome.failed else 'no find'}", flush=True)
        if outcome.failed:
            print(outcome.failed)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
