"""Reports on standard error what ended a command, and chooses the exit code."""

from __future__ import annotations

import os

import click

from mtrack.cli.output import note, warn
from mtrack.cli.usage import words
from mtrack.errors import CannotRunError, UsageError


def report(error: Exception, *, debug: bool) -> int:
    """Print what went wrong, with `debug` and a traceback where it was unexpected; returns 2 for wrong usage, else 3."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    if isinstance(error, click.ClickException):
        warn(words(error))
        return error.exit_code
    if isinstance(error, UsageError | CannotRunError):
        warn(str(error))
        return 2 if isinstance(error, UsageError) else 3
    if isinstance(error, OSError) and error.errno:
        warn(_of_the_system(error))
    else:
        warn(f"mtrack itself failed: {type(error).__name__}: {error}")
    if debug:
        from traceback import format_exception  # noqa: PLC0415

        note(*"".join(format_exception(error)).rstrip("\n").split("\n"))
    elif not isinstance(error, OSError):
        note("please report it, with what --debug shows")
    return 3


def _of_the_system(error: OSError) -> str:
    """The system's refusal in words."""
    if isinstance(error, FileNotFoundError) and not error.filename and not _is_in_a_folder():
        return "the current folder is no longer there"
    reason = (error.strerror or os.strerror(error.errno or 0)).lower()
    return f"{os.fsdecode(error.filename)}: {reason}" if isinstance(error.filename, str | bytes) else reason


def _is_in_a_folder() -> bool:
    """Whether the current folder is still there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True
