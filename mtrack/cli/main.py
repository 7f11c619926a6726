"""The top level of the command line; a group's module is loaded only when one of its commands runs."""

from __future__ import annotations

import os
from importlib import import_module
from keyword import iskeyword

import click

from mtrack import __version__
from mtrack.cli.commands import COMMANDS, overview
from mtrack.cli.options import debug_option
from mtrack.errors import UsageError
from mtrack.words import nearest

_COMPLETE = "_MTRACK_COMPLETE"
"""The variable by which a shell asks what there is to offer."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """The top level: knows the commands' names, and loads a command's module when it is asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [name for commands in COMMANDS.values() for name in commands]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        for commands in COMMANDS.values():
            if name in commands:
                function = name.replace("-", "_") + "_" * iskeyword(name)
                command = getattr(import_module(commands[name][0]), function)
                assert isinstance(command, click.Command)
                command.short_help = commands[name][1]
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            meant = nearest(args[0], self.list_commands(ctx))
            hint = f"did you mean {meant}?" if meant else "mtrack --help lists them"
            message = f"there is no command '{args[0]}'; {hint}"
            raise UsageError(message)
        return super().resolve_command(ctx, args)

    def get_help(self, _context: click.Context) -> str:
        return overview().rstrip()


@click.command(cls=_Commands, context_settings=CONTEXT, params=[debug_option()])
@click.version_option(__version__, prog_name="mtrack")
def cli() -> None:
    """Keep agreement, milestones, invoices and sign-offs together in plain files, and check them."""


_LAST: list[click.Context] = []
"""The context of the command that ran last, with the workspace it read: where the process ends, the system frees both."""


def command_line(arguments: list[str], kept: object = None) -> int:
    """Do what a command line asks for; the exit code. Raises what the command raises, KeyboardInterrupt too."""
    try:
        if os.environ.get(_COMPLETE):
            from click.shell_completion import shell_complete  # noqa: PLC0415

            import mtrack.cli.shells  # noqa: F401, PLC0415

            return shell_complete(cli, {}, "mtrack", _COMPLETE, os.environ[_COMPLETE])
        with cli.make_context("mtrack", [*arguments], obj=kept) as context:
            _LAST[:] = [context]
            result = cli.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort as stop:  # a question was not answered, so its line has no end yet
        click.echo(err=True)
        raise (stop.__context__ if isinstance(stop.__context__, KeyboardInterrupt) else KeyboardInterrupt) from None
    return result if isinstance(result, int) else 0
