"""Click's own error messages in mtrack's words."""

from __future__ import annotations

import click

from mtrack.words import nearest


def words(error: click.ClickException) -> str:
    """Words for the fault in a command line, and what to do; one line, no names of click's."""
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error)
    if isinstance(error, click.BadOptionUsage):
        return _option_value(error)
    if isinstance(error, click.MissingParameter):
        return f"{_name(error)} is missing: {_usage(error)}"
    if isinstance(error, click.BadParameter):
        option = isinstance(error.param, click.Option)
        return f"{_name(error)}: {error.message}" if option else error.message
    return error.format_message()


def _no_such_option(error: click.NoSuchOption) -> str:
    meant = nearest(error.option_name, error.possibilities or (), 0)
    hint = f"did you mean {meant}?" if meant else f"{_path(error)} --help lists them"
    return f"there is no option '{error.option_name}'; {hint}"


def _option_value(error: click.BadOptionUsage) -> str:
    """Words for an option without its value, or a flag with one."""
    options = error.ctx.command.get_params(error.ctx) if error.ctx is not None else []
    option = next((item for item in options if error.option_name in (*item.opts, *item.secondary_opts)), None)
    if isinstance(option, click.Option) and option.is_flag:
        return f"{error.option_name} takes no value"
    return f"{error.option_name} needs a value: {_path(error)} --help shows which"


def _name(error: click.BadParameter) -> str:
    """The option or argument as it is written on a command line."""
    if error.param is None or error.ctx is None:
        return error.param_hint if isinstance(error.param_hint, str) else "a value"
    if isinstance(error.param, click.Option):
        return error.param.opts[-1]
    return error.param.human_readable_name.strip("[].")


def _usage(error: click.UsageError) -> str:
    """The usage of the command."""
    if error.ctx is None:
        return "mtrack --help shows how to write it"
    return " ".join([_path(error), *error.ctx.command.collect_usage_pieces(error.ctx)])


def _path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx is not None else "mtrack"
