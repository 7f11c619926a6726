"""Ctrl-C and SIGTERM: the first time, the command undoes what it has begun; the second time, it ends at once."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

TYPE_CHECKING = False  # `typing` and `signal` take as long to load as all that --help needs
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any


def signals() -> list[int]:
    """The signals that ask a command to end. Windows has no hang-up."""
    import signal  # noqa: PLC0415

    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


INTERRUPTED = 130


class Interrupt(KeyboardInterrupt):
    """A command is to end; `code` is the exit code that says by which signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


class _State:
    """The interrupts of this process."""

    blocks = 0
    """How many blocks that hold an interrupt back are being run."""
    waiting: int | None = None
    """The signal that such a block keeps waiting."""
    done: str | None = None
    """What is done and stays, for the user who would not learn of it otherwise."""
    raised: int | None = None
    """The signal for which Interrupt was raised. No exception is kept: it would keep all that its frames hold."""


_undo: list[Callable[[], object]] = []
"""The functions that take back what is begun, for a process that ends at once."""


class held_back:  # noqa: N801  (it reads as contextlib's)
    """A block in which an interrupt waits until the block is left, so that all it begins is finished or undone.

    A second interrupt ends the process at once, here too.
    """

    def __enter__(self) -> None:
        _State.blocks += 1

    def __exit__(self, *_: object) -> None:
        _State.blocks -= 1
        _raise_waiting()


class undone:  # noqa: N801
    """A block that takes back what it has begun; `undo` does so where the process ends at once within it."""

    def __init__(self, undo: Callable[[], object]) -> None:
        self._undo = undo

    def __enter__(self) -> None:
        _undo.append(self._undo)

    def __exit__(self, *_: object) -> None:
        _undo.remove(self._undo)


class let_in:  # noqa: N801
    """A part of a block that holds an interrupt back, in which it may come: long work, and waiting for others."""

    def __enter__(self) -> None:
        _State.blocks -= 1
        _raise_waiting()

    def __exit__(self, *_: object) -> None:
        _State.blocks += 1


def say_if_interrupted(done: str | None) -> None:
    """Have an interrupt from now on say what is done and stays; it prints nothing else of that."""
    _State.done = done


def last_words() -> str:
    """The lines that an interrupted command ends with."""
    return f"mtrack: {_State.done}\ninterrupted\n" if _State.done else "interrupted\n"


def raise_interrupts() -> None:
    """Let a signal raise Interrupt, and a second one end the process; a signal that is ignored stays so."""
    say_if_interrupted(None)
    lose_no_interrupt()
    _handle_by(_raise)


def lose_no_interrupt() -> None:
    """Let an interrupt end the process where it meets a callback, out of which no exception leads."""
    sys.unraisablehook = _end_or_tell


def _handle_by(handler: Any) -> None:
    import signal  # noqa: PLC0415

    for number in signals():
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _raise(number: int, _frame: FrameType | None) -> None:
    _handle_by(_end_at_once)
    _State.waiting = number
    _raise_waiting()


def _raise_waiting() -> None:
    if _State.waiting is not None and _State.blocks <= 0:
        _State.raised, _State.waiting = _State.waiting, None
        raise Interrupt(_State.raised)


def raise_again() -> None:
    """Raise the interrupt that was raised already, if there was one: some code makes another exception of it."""
    if _State.raised is not None:
        raise Interrupt(_State.raised)


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    _end(128 + number)


def _end_or_tell(unraisable: Any) -> None:
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        _end(getattr(unraisable.exc_value, "code", INTERRUPTED))
    sys.__unraisablehook__(unraisable)


def _end(code: int) -> None:
    for undo in reversed(_undo):
        with suppress(OSError):
            undo()
    with suppress(OSError):
        os.write(2, last_words().encode())
    os._exit(code)
