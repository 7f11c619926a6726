"""Errors that are not findings in records: what mtrack can't do, and where it fails itself."""

from __future__ import annotations

from msgspec import Struct


class CannotRunError(Exception):
    """mtrack can't do what it was asked to; the message is for the user, one sentence, lower case."""


class UsageError(Exception):
    """The command line asks for something that makes no sense (exit code 2); the message is for the user."""


class Failure(Struct, frozen=True):
    """mtrack itself failed at one thing and went on: `path` is the file it was about, "." for the workspace."""

    path: str
    during: str
    error: str
    traceback: str


def failure(path: str, during: str, error: Exception) -> Failure:
    """An exception that ends only the current piece of work; one that is meant for the user is raised again."""
    if isinstance(error, (CannotRunError, UsageError)):
        raise error
    from traceback import format_exception  # noqa: PLC0415  (a failure is rare)

    return Failure(path, during, f"{type(error).__name__}: {error}", "".join(format_exception(error)))
