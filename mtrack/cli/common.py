"""What commands share: the options, the day they are for, the workspace they open, and writing out."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from mtrack import workspace as workspace_module
from mtrack.check.pipeline import skipped
from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.errors import UsageError
from mtrack.finding import Severity
from mtrack.record.schema import is_date
from mtrack.render.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mtrack.check.workspace import Workspace

F = TypeVar("F", bound="Callable[..., Any]")


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A day of the calendar, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that says how to write it."""
        if isinstance(value, date):
            return value
        if is_date(value):
            return date.fromisoformat(value)
        return self.fail(f"'{value}' is not a day of the calendar; write it as YYYY-MM-DD", param, ctx)


def paths_argument(command: F) -> F:
    """PATH…: folders or files; the current folder by default."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, readable=False))(command)


def as_of_option(command: F) -> F:
    """--as-of: the only door today's date comes in by."""
    text = "Judge as of this day instead of today."
    return click.option("--as-of", type=Day(), default=date.today, show_default="today", help=text)(command)


def format_option(*names: str) -> Callable[[F], F]:
    """--format, the first of `names` by default."""
    choice = click.Choice(names)
    return click.option(
        "--format", "format_", type=choice, default=names[0], show_default=True, help="The output's format."
    )


def fail_on_option(command: F) -> F:
    """--fail-on: from which severity on findings make the exit code 1."""
    choice = click.Choice([severity.word for severity in reversed(Severity)])
    text = "The lowest severity that makes the exit code 1."
    return click.option("--fail-on", type=choice, default="error", show_default=True, help=text)(command)


class Opened(Struct, frozen=True):
    """A workspace that was read, and what part of it was asked for. `root` is as the user would reach it."""

    workspace: Workspace
    root: str
    paths: tuple[str, ...]

    @property
    def selection(self) -> Selection:
        """All rules, under the paths asked for."""
        return Selection(paths=self.paths)

    @property
    def skipped(self) -> list[str]:
        """The broken projects under the paths asked for."""
        return skipped(self.workspace, self.selection)


def open_paths(paths: tuple[str, ...], as_of: date) -> Opened:
    """Read the workspace the paths lie in. Raises UsageError where they lie in different ones."""
    paths = paths or (".",)
    roots = {workspace_module.find_root(path): path for path in paths}
    if len(roots) > 1:
        message = f"{' and '.join(roots.values())} lie in different workspaces; run mtrack once for each"
        raise UsageError(message)
    root = next(iter(roots))
    workspace = open_workspace(root, as_of)
    if workspace.found.closed:
        closed = ", ".join(workspace.found.closed)
        tell(f"what lies in these folders is left out, since they can't be looked into: {closed}")
    return Opened(workspace, _relative(root, os.getcwd()), tuple(_relative(path, root) for path in paths))


def _relative(path: str, start: str) -> str:
    try:
        return os.path.relpath(path, start).replace(os.sep, "/")
    except ValueError:  # another drive
        return path


def severity(word: str) -> Severity:
    """The severity a user named."""
    return Severity[word.upper()]


def use_colour() -> bool:
    """Whether to colour standard output: NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to lay tables out in: the terminal's, or 120 where there is none."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 120
    except (OSError, ValueError):
        return 120


def write(text: str) -> None:
    """Write a finished text to standard output, byte for byte."""
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error for long work; nothing where that is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _done, _of: None
        return
    shown = False

    def tell(done: int, of: int) -> None:
        nonlocal shown
        if of > 50 and (done % (of // 50) == 0 or done == of):  # noqa: PLR2004
            cells = done * 30 // of
            sys.stderr.write(f"\r{'█' * cells}{'░' * (30 - cells)} {done:,} of {of:,} {what}")
            sys.stderr.flush()
            shown = True

    try:
        yield tell
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")


def tell(trouble: str) -> None:
    """Say something on standard error; no name from a file can colour it or move the cursor."""
    sys.stderr.write("mtrack: " + "\n".join(harmless(line) for line in trouble.split("\n")) + "\n")


def tell_skipped(skipped: Sequence[str]) -> bool:
    """Say on standard error which projects are left out of a view; whether there are any."""
    if skipped:
        these = "this project is" if len(skipped) == 1 else "these projects are"
        tell(f"{these} left out until mended (mtrack lint tells): {', '.join(skipped)}")
    return bool(skipped)
