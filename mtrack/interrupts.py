"""Ctrl-C and SIGTERM: the first time, the command undoes what it has begun; the second time, it ends at once."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks a command to end. Windows has no hang-up."""


class Interrupt(KeyboardInterrupt):
    """A command is to end; `code` is the exit code that says by which signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


_raised: list[Interrupt] = []


def raise_interrupts() -> None:
    """From here on a signal raises Interrupt, and a second one ends the process; one that is ignored stays so."""
    _handle_by(_raise)
    sys.unraisablehook = _end_or_tell


def _handle_by(handler: Any) -> None:
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _raise(number: int, _frame: FrameType | None) -> None:
    _handle_by(_end_at_once)
    _raised.append(Interrupt(number))
    raise _raised[-1]


def raise_again() -> None:
    """Raise the interrupt that was raised already, if there was one: some code makes another exception of it."""
    if _raised:
        raise _raised[0]


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    _end(128 + number)


def _end_or_tell(unraisable: Any) -> None:
    """An interrupt that met a callback, out of which no exception leads, is not lost."""
    if isinstance(unraisable.exc_value, Interrupt):
        _end(unraisable.exc_value.code)
    sys.__unraisablehook__(unraisable)


def _end(code: int) -> None:
    with suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(code)
