"""The top level of the command line; a group's module is loaded only when one of its commands runs."""

from __future__ import annotations

import os
from importlib import import_module

import click

from mtrack import __version__
from mtrack.cli.commands import COMMANDS, overview

if "_MTRACK_COMPLETE" in os.environ:  # a shell asks what there is to offer
    import mtrack.cli.bash  # noqa: F401

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """The top level: knows the commands' names, and loads a command's module when it is asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return [name for commands in COMMANDS.values() for name in commands]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        for commands in COMMANDS.values():
            if name in commands:
                command = getattr(import_module(commands[name][0]), name.replace("-", "_"))
                assert isinstance(command, click.Command)
                return command
        return None

    def get_help(self, _context: click.Context) -> str:
        return overview().rstrip()


@click.command(cls=_Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="mtrack")
def cli() -> None:
    """Keep agreement, milestones, invoices and sign-offs together in plain files, and check them."""
