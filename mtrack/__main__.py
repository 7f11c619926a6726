"""`python -m mtrack` and the `mtrack` command: the one place where exceptions become exit codes."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

_TO_THE_END: list[object] = []
"""What is not taken apart object by object: the system frees it at once when the process ends."""


def main() -> None:
    """Run the command line and exit: 0, 1, 2 or 3 as in README; 130 on Ctrl-C, 141 where nobody reads the output."""
    gc.disable()  # a run is short and keeps what it reads: collecting only looks at all of it again and again
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  (until the end)
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # `run` has told already
            stream.flush()
    os._exit(code)  # without taking all objects apart one by one: the system frees them at once


def run(arguments: list[str]) -> int:
    """Run the command line; the exit code. `--help` alone is answered before any library is loaded."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        if arguments in (["--help"], ["-h"]):
            from mtrack.cli.commands import overview  # noqa: PLC0415

            sys.stdout.write(overview())
            code = 0
        else:
            code = _kept_or_new(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return 141
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    except OSError as error:
        _discard_output()
        sys.stderr.write(f"mtrack: the output can't be written: {os.strerror(error.errno or 5).lower()}\n")
        return 3
    return code


def _discard_output() -> None:
    """Discard what is left to write: the interpreter would complain about it while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _kept_or_new(arguments: list[str]) -> int:
    """What an earlier run printed, where that still holds; else the command runs, and what it prints is kept."""
    from mtrack.memo import run as memo  # noqa: PLC0415

    kept = memo.begin(arguments)
    if kept is None:
        return _guarded(arguments)
    code = kept.replay()
    if code is None:
        with kept.noting():
            code = _guarded(arguments, kept)
        sys.stdout.flush()  # nobody waits for what is kept
        kept.keep(code)
        _TO_THE_END[:] = [kept]
    return code


def _guarded(arguments: list[str], kept: object = None) -> int:
    """The command, its streams guarded where a runner reads them."""
    if not os.environ.get("CI") and not {"github", "--format=github"} & set(arguments):
        return _command(arguments, kept)
    from mtrack.cli.ci_log import CiLog  # noqa: PLC0415

    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(CiLog, streams)
    try:
        return _command(arguments, kept)
    finally:
        sys.stdout, sys.stderr = streams


def _command(arguments: list[str], kept: object = None) -> int:
    import click  # noqa: PLC0415  (only where it is not just --help)

    from mtrack.cli.main import cli  # noqa: PLC0415

    streams = sys.stdout, sys.stderr
    debug = "--debug" in arguments
    try:
        result = cli.main(arguments, prog_name="mtrack", standalone_mode=False, obj=kept)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        sys.stderr.write("\n")  # the question's line has no end yet
        raise KeyboardInterrupt from None
    except SystemExit:
        if sys.stdout is streams[0]:
            raise
        # Nobody reads: click has put a silent standard output in place, and an exit code that means findings.
        sys.stdout, sys.stderr = streams
        raise BrokenPipeError from None
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not error.filename:
            return _tell(_folder_gone(), debug=debug)
        if error.filename is None:  # standard output, then: any file would be named
            raise
        return _tell(error, debug=debug)
    except Exception as error:  # noqa: BLE001  (no traceback ever reaches a user)
        return _tell(error, debug=debug)
    return result if isinstance(result, int) else 0


def _folder_gone() -> Exception:
    from mtrack.errors import CannotRunError  # noqa: PLC0415

    return CannotRunError("the current folder is no longer there")


def _tell(error: Exception, *, debug: bool) -> int:
    """Say on standard error what went wrong, with the traceback to `debug` where mtrack itself failed; the exit code."""
    import click  # noqa: PLC0415

    from mtrack.cli.output import note, tell  # noqa: PLC0415
    from mtrack.cli.usage import words  # noqa: PLC0415
    from mtrack.errors import CannotRunError, UsageError  # noqa: PLC0415

    if isinstance(error, click.ClickException):
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
        else:
            tell(words(error))
        return error.exit_code
    if isinstance(error, (UsageError, CannotRunError)):
        tell(str(error))
        return 2 if isinstance(error, UsageError) else 3
    tell(f"mtrack itself failed: {type(error).__name__}: {error}")
    if debug:
        from traceback import format_exception  # noqa: PLC0415

        note(*"".join(format_exception(error)).rstrip("\n").split("\n"))
    else:
        note("please report it, with what --debug shows")
    return 3


if __name__ == "__main__":
    main()
