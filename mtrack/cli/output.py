"""The output of a command: standard output, standard error, and the files it may write over."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mtrack import files, limits, workspace
from mtrack.errors import UsageError
from mtrack.render.terminal import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mtrack.errors import Failure
    from mtrack.finding import Finding


MOST_FAILURES = 10
"""The number of failures that are printed one by one."""


def use_colour() -> bool:
    """Whether to colour standard output: NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to lay tables out in: the terminal's, or 120 where output goes to no terminal."""
    return _bounded(_terminal(120, 24)[0])


def screen_width() -> int | None:
    """Columns to break prose in: the terminal's, or none where there is none."""
    columns = _terminal(0, 0)[0]
    return _bounded(columns) if columns else None


def _bounded(columns: int) -> int:
    """A width that can be laid out in, whatever COLUMNS says."""
    return min(max(columns, limits.COLUMNS[0]), limits.COLUMNS[1])


def height() -> int | None:
    """The lines of the terminal that standard output is; none where it is none."""
    return _terminal(80, 24)[1] if sys.stdout.isatty() else None


def _terminal(columns: int, lines: int) -> tuple[int, int]:
    """Columns and lines of the terminal, or those where there is none."""
    if not ({"COLUMNS", "LINES"} & os.environ.keys()) and not (sys.__stdout__ and sys.__stdout__.isatty()):
        return columns, lines
    import shutil  # noqa: PLC0415  (what it loads takes as long as a lint of a few projects)

    return shutil.get_terminal_size((columns, lines))


def show_next_step(findings: Iterable[Finding]) -> None:
    """On a terminal, end with the most urgent thing to do."""
    if not sys.stdout.isatty():
        return
    from mtrack.render import next as render  # noqa: PLC0415
    from mtrack.views.tasks import most_urgent  # noqa: PLC0415

    first = most_urgent(findings)
    if first is not None:
        write(render.first(first.message, first.hint, width(), colour=use_colour()))


def write(text: str, format_: str | None = None) -> None:
    """Write a finished text to standard output, byte for byte where it is no log of CI; `github` is for its runner."""
    put = getattr(sys.stdout, "write_commands", sys.stdout.write) if format_ == "github" else sys.stdout.write
    put(text if text.endswith("\n") or not text else text + "\n")


def write_file(path: str, text: str) -> None:
    """Write a finished text to a file that is named. Raises UsageError, CannotRunError."""
    from mtrack.memo import cache  # noqa: PLC0415
    from mtrack.site.output import write as write_whole  # noqa: PLC0415
    from mtrack.site.written import Written  # noqa: PLC0415

    content = text.encode("utf-8", "backslashreplace")
    write_whole(path, [content], written=Written(cache.folder(), path, single=True))


def show(*lines: str) -> None:
    """Write lines to standard output: no name in them can colour it, move the cursor or begin another line."""
    write("\n".join(map(safe, lines)))


def show_diff(diff: str) -> None:
    """Write a diff to standard output: as it is for a program, safe for a terminal."""
    write("\n".join(map(safe, diff.split("\n"))) if sys.stdout.isatty() else diff)


def note(*lines: str) -> None:
    """Write lines to standard error, as `show` does."""
    sys.stderr.write("".join(f"{safe(line)}\n" for line in lines))


def warn(trouble: str) -> None:
    """Say on standard error what is wrong."""
    first, *more = trouble.split("\n")
    note(f"mtrack: {first}", *more)


def warn_of_failures(failures: Sequence[Failure], *, debug: bool) -> None:
    """Say on standard error where mtrack itself failed; with `debug`, with tracebacks."""
    sys.stdout.flush()  # the last word comes last where both streams lead to one place
    for item in failures[:MOST_FAILURES]:
        warn(f"{item.path}: mtrack itself failed at {item.during} ({item.error})")
        if debug:
            note(*item.traceback.rstrip("\n").split("\n"))
    if len(failures) > MOST_FAILURES:
        warn(f"and {len(failures) - MOST_FAILURES:,} more failures like these")
    warn("all else was looked at; please report this" + ("" if debug else ", with what --debug shows"))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error for long work; nothing where that is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _done, _of: None
        return
    with click.progressbar(length=1, label=what, file=sys.stderr, show_eta=False, show_pos=True) as bar:

        def advance(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield advance


def advancing() -> Callable[[int, int], None]:
    """Shows on a terminal how many projects are done, once that takes more than a second; erased at the end.

    It writes to the process's own standard error, so that it is not recorded as output.
    """
    stream, next_at = sys.__stderr__, time.monotonic() + 1
    shown = False
    if stream is None or not stream.isatty() or os.environ.get("TERM") == "dumb":
        return lambda _done, _of: None

    def advance(done: int, of: int) -> None:
        nonlocal next_at, shown
        if done >= of:
            stream.write("\r\033[K" * shown)
            shown = False
        elif time.monotonic() >= next_at:
            stream.write(f"\r{done:,} of {of:,} projects\033[K")
            shown, next_at = True, time.monotonic() + 0.2
        else:
            return
        stream.flush()

    return advance


def refuse_records(path: str, option: str) -> None:
    """Raise UsageError for an output that would overwrite records or settings."""
    for name in {os.path.basename(os.path.abspath(path)), os.path.basename(os.path.realpath(path))}:
        if workspace.is_reserved(name):
            message = f"{path} is not written over: it holds records or settings; name another with {option}"
            raise UsageError(message)


def refuse_file(path: str, option: str, *, force: bool) -> None:
    """Raise UsageError for an output that would overwrite a file that is not a report; `force` allows it."""
    if os.path.lexists(path) and not os.path.isfile(path):
        message = f"{path} is not a file that can be written over; name another with {option}"
        raise UsageError(message)
    if force:
        return
    refuse_records(path, option)
    if os.path.lexists(path) and not _is_report(path):
        message = f"{path} is there already and is not a report of mtrack; name another with {option}, or write over it with --force"
        raise UsageError(message)


def _is_report(path: str) -> bool:
    """Whether a file is an earlier report, or empty."""
    from mtrack.render import reports  # noqa: PLC0415  (only where something is written over)

    try:
        return reports.is_report(b"".join(files.parts(path, reports.HEAD)))
    except files.UnreadableFileError:
        return False
