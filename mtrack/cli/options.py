"""Declarations that commands share: of the commands themselves, their arguments and options."""

from __future__ import annotations

import functools
import os
import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mtrack.characters import is_text
from mtrack.cli import complete, values
from mtrack.directory import own_folder
from mtrack.errors import UsageError
from mtrack.finding import Category, Severity
from mtrack.memo import cache
from mtrack.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mtrack.check.workspace import Workspace
    from mtrack.memo.kept import Kept

F = TypeVar("F", bound="Callable[..., Any]")
_AMOUNT = re.compile(r"-[0-9.,]+")
_DEBUG, _READ = "mtrack.debug", "mtrack.read"
"""Keys under which --debug and the workspaces that were read are kept while a command runs."""


def _keep_debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's)
    if value:
        context.meta[_DEBUG] = True


def debug_option() -> click.Option:
    """--debug: tracebacks, where mtrack itself fails."""
    text = "Show the traceback where mtrack itself fails."
    return click.Option(["--debug"], is_flag=True, expose_value=False, callback=_keep_debug, help=text)


def keep_open(workspace: Workspace) -> None:
    """Remember a workspace that the command reads, to report at the end where mtrack itself failed at it."""
    click.get_current_context().meta.setdefault(_READ, []).append(workspace)


def _warn_of_git(workspaces: Iterable[Workspace]) -> None:
    """Say where git could not be asked: what rests on it was not looked for."""
    from mtrack.cli.output import warn  # noqa: PLC0415

    for trouble in dict.fromkeys(workspace.git_trouble for workspace in workspaces):
        if trouble is not None:
            sys.stdout.flush()  # the last word comes last where both streams lead to one place
            warn(f"{trouble}; files that are not committed are not found")


class Command(click.Command):
    """A command that takes a word like -500 for an amount, not for options; its exit code says where mtrack failed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.params.append(debug_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; where mtrack itself failed at something and went on, warn of it and return exit code 3."""
        code = super().invoke(ctx)
        _warn_of_git(ctx.meta.get(_READ, ()))
        failures = [failure for workspace in ctx.meta.get(_READ, ()) for failure in workspace.failures]
        if not failures:
            return code
        from mtrack.cli.output import warn_of_failures  # noqa: PLC0415

        warn_of_failures(failures, debug=_DEBUG in ctx.meta)
        return 3

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words; refuse one too many."""
        ctx.allow_extra_args = True  # only to refuse it in our own words
        if any(_AMOUNT.fullmatch(word) for word in args):
            self._refuse_unknown_options(ctx, args)
            ctx.ignore_unknown_options = True
        try:
            if not all(is_text(word) and word.strip() and not word.rstrip().endswith("=") for word in args):
                self._refuse_words(ctx, args)
            rest = super().parse_args(ctx, args)
        except click.BadOptionUsage as error:
            error.ctx = error.ctx or ctx  # the parser does not know it
            raise
        if rest and not ctx.resilient_parsing:
            message = f"'{rest[0]}' is a word too many; usage: mtrack {ctx.info_name} {self.usage(ctx)}"
            raise UsageError(message)
        return rest

    def usage(self, ctx: click.Context) -> str:
        """The usage that follows the command's name."""
        return " ".join(self.collect_usage_pieces(ctx))

    def _refuse_words(self, ctx: click.Context, args: list[str]) -> None:
        """Refuse a word or a value that is empty, as an unset variable of a shell is, and a value that is not valid text.

        The name of a file or folder need not be text. Raises UsageError, BadParameter.
        """
        given = self.make_parser(ctx).parse_args([*args])[0]
        for param in () if ctx.resilient_parsing else self.params:
            may_be_bytes = (
                isinstance(param, click.Argument) or isinstance(param.type, click.Path) or param.name == "project"
            )
            found = given.get(param.name or "")
            for value in found if isinstance(found, list | tuple) else (found,):
                if isinstance(value, str) and not value.strip():
                    message = f"a word is empty; usage: mtrack {ctx.info_name} {self.usage(ctx)}"
                    if isinstance(param, click.Option):
                        message = f"{param.opts[-1]} is empty; write a value, or leave it out"
                    raise UsageError(message)
                if isinstance(value, str) and not may_be_bytes and not is_text(value):
                    message = f"'{value}' is not text in UTF-8"
                    raise click.BadParameter(message, ctx, param)

    def _refuse_unknown_options(self, ctx: click.Context, args: list[str]) -> None:
        """Raise NoSuchOption for a word that looks like an option and is neither one nor an amount."""
        known = {name: option for option in self.get_params(ctx) if isinstance(option, click.Option)
                 for name in (*option.opts, *option.secondary_opts)}  # fmt: skip
        words = iter(args)
        for word in words:
            name, equals, _ = word.partition("=")
            if word == "--":
                return
            if name in known:
                if not known[name].is_flag and not equals:
                    next(words, None)  # its value
            elif word.startswith("-") and word != "-" and not _AMOUNT.fullmatch(word):
                raise click.NoSuchOption(name, possibilities=list(known), ctx=ctx)


def command(name: str | None = None) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of mtrack; its one-line help stands in `commands`."""
    return click.command(name, cls=Command)


# What to look at -----------------------------------------------------------------------------------------------------


def paths_argument(command: F) -> F:
    """PATH…: folders or files; the current folder by default."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=values.Path(exists=True, readable=False))(
        command
    )


def path_argument(command: F) -> F:
    """PATH: the current folder by default."""
    kind = values.Path(exists=True, readable=False)
    return click.argument("path", default=".", metavar="[PATH]", type=kind)(command)


class _Today(values.Day):
    """A day; `today` is the calendar's."""

    def today(self, ctx: click.Context | None) -> date:  # noqa: ARG002
        return date.today()  # noqa: DTZ011


def as_of_option(command: F) -> F:
    """--as-of: the one place where today's date comes in."""
    return _as_of("Check as of this day instead of today.")(command)


def _as_of(text: str) -> Callable[[F], F]:
    return click.option(
        "--as-of", type=_Today(), default=date.today, show_default="today", is_eager=True, help=text
    )  # fmt: skip


_NO_CACHE, _VERBOSE = "mtrack.no_cache", "mtrack.verbose"
"""Keys under which --no-cache and -v are kept while a command runs."""


def cache_options(command: F) -> F:
    """--no-cache and -v, where a command may use what earlier runs kept."""

    def keep(context: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's)
        context.meta[_NO_CACHE if parameter.name == "no_cache" else _VERBOSE] = value

    for names, text in (
        (("-v", "--verbose"), "Say on standard error where the cache is."),
        (("--no-cache",), "Neither read nor write the cache."),
    ):
        command = click.option(*names, is_flag=True, expose_value=False, callback=keep, help=text)(command)
    return command


def uses_cache() -> bool:
    """Whether what earlier runs kept may be used: not with --no-cache."""
    return not click.get_current_context().meta.get(_NO_CACHE, False)


def cache_folder() -> str | None:
    """The folder to keep things in for the next run; None with --no-cache, or where there is none to write in."""
    top = cache.folder()
    return top if uses_cache() and top is not None and own_folder(top) else None


def kept(name: str) -> Kept:
    """What earlier runs kept of a kind, and what keeps it for the next one."""
    from mtrack.memo.kept import Kept  # noqa: PLC0415  (which loads what a lint does not need)

    top = cache_folder()
    return Kept(os.path.join(top, name) if top is not None else None)


def say_where_kept() -> None:
    """With -v, say on standard error where things are kept for the next run, or why nothing is."""
    meta = click.get_current_context().meta
    if meta.pop(_VERBOSE, False):
        from mtrack.cli.output import note  # noqa: PLC0415

        top, found = cache.folder(), cache_folder()
        if found is not None:
            note(f"what the next run can use is kept in {found}")
        elif not uses_cache():
            note("nothing is kept for the next run: --no-cache")
        elif top is None:
            note("nothing is kept for the next run: there is no home folder")
        else:
            note(f"nothing is kept for the next run: {top} can't be written, or others can write in it")


def client_option(command: F) -> F:
    """--client: the projects of a client."""
    text = "Only projects of clients whose name has this text in it, in any case."
    return click.option("--client", metavar="TEXT", help=text)(command)


_AT = "mtrack.at"
"""The key under which the revision of --at is kept while a command runs."""


def revision_options(command: F) -> F:
    """--at and --settings-from, where a command shows what is in a workspace."""
    return _at_option(settings_from_option(command))


def _at_option(command: F) -> F:
    """--at: the workspace as a commit had it. `open_paths` sees to it; the command itself need not know."""

    def keep(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        context.meta[_AT] = value

    text = "Show the workspace as this git revision had it, as of that day where --as-of gives no other."
    return click.option("--at", metavar="REV", expose_value=False, callback=keep, help=text)(command)


def at() -> str | None:
    """The revision of --at, if the command has it and it is given."""
    context = click.get_current_context(silent=True)
    revision: str | None = context.meta.get(_AT) if context is not None else None
    return revision


_SETTINGS_FROM = "mtrack.settings_from"
"""The key under which the revision of --settings-from is kept while a command runs."""


def settings_from_option(command: F) -> F:
    """--settings-from: the settings of a revision. `open_paths` sees to it; the command itself need not know."""

    def keep(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        context.meta[_SETTINGS_FROM] = value

    text = "Judge by mtrack.yaml as this git revision had it."
    return click.option("--settings-from", metavar="REV", expose_value=False, callback=keep, help=text)(command)


def settings_from() -> str | None:
    """The revision of --settings-from, if the command has it and it is given. Raises UsageError beside --at."""
    context = click.get_current_context(silent=True)
    revision: str | None = context.meta.get(_SETTINGS_FROM) if context is not None else None
    if revision is not None and at() is not None:
        message = "--at shows what a commit had; leave --settings-from out"
        raise UsageError(message)
    return revision


def format_option(*names: str) -> Callable[[F], F]:
    """--format, the first of `names` by default."""
    choice = values.Choice(names)
    return click.option(
        "--format", "format_", type=choice, default=names[0], show_default=True, help="The output's format."
    )


def fail_on_option(command: F) -> F:
    """--fail-on: from which severity on findings make the exit code 1."""
    choice = values.Choice([severity.word for severity in reversed(Severity)])
    text = "The lowest severity that makes the exit code 1."
    return click.option("--fail-on", type=choice, default="error", show_default=True, help=text)(command)


def select_option(command: F) -> F:
    """--select: rules or categories to show."""
    text = "Show only these rules or categories, comma-separated."
    return click.option("--select", multiple=True, metavar="RULES", shell_complete=complete.rules, help=text)(command)


def ignore_option(command: F) -> F:
    """--ignore: rules or categories to leave out."""
    text = "Leave these rules or categories out, comma-separated."
    return click.option("--ignore", multiple=True, metavar="RULES", shell_complete=complete.rules, help=text)(command)


def rule_names(given: tuple[str, ...], option: str) -> frozenset[str]:
    """Rule and category names, comma-separated or repeated. Raises UsageError for one that is not there, and where none is."""
    names = [name.strip() for value in given for name in value.split(",") if name.strip()]
    if given and not names:
        message = f"{option} names no rule; mtrack rules lists them"
        raise UsageError(message)
    return frozenset(rule_name(name, option, categories=True) for name in names)


def rule_name(name: str, option: str, *, categories: bool = False) -> str:
    """The name of a rule, or of a category. Raises UsageError where there is none."""
    from mtrack.rules import RULES  # noqa: PLC0415

    known = [*RULES, *(category.value for category in Category if categories)]
    if name not in known:
        meant = nearest(name.lower().replace("_", "-"), known, 0.5)
        hint = f"did you mean {meant}?" if meant else "mtrack rules lists them"
        message = f"{option}: there is no rule {'or category ' if categories else ''}'{name}'; {hint}"
        raise UsageError(message)
    return name


def severity(word: str) -> Severity:
    """The severity a user named."""
    return Severity[word.upper()]


def overwrite_option(command: F) -> F:
    """--force, beside an option that names a file to write."""
    return click.option("--force", is_flag=True, help="Write over a file that is no report.")(command)


def output_option(command: F) -> F:
    """--output, for a command that prints a text, and --force beside it."""
    file = values.Path(dir_okay=False, readable=False)
    text = "Write to this file instead of standard output."
    return click.option("--output", "output_", type=file, metavar="FILE", help=text)(overwrite_option(command))


def templates_option(command: F) -> F:
    """--templates, where pages are drawn."""
    text = "Use the workspace's own templates/, which can make a page say anything."
    return click.option("--templates", is_flag=True, help=text)(command)


def given(name: str) -> bool:
    """Whether an option was given on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


# What to record ------------------------------------------------------------------------------------------------------


def writes(command: Callable[..., int]) -> Callable[..., int]:
    """The options that every command that writes has, handed to it together as `given`."""

    @functools.wraps(command)
    def run(*, as_of: date, dry_run: bool, commit: bool, force: bool, move: bool = False, **others: Any) -> int:
        if move and not any(others.get(name) for name in FILE_OPTIONS):
            names = [option for option in FILE_OPTIONS if option in others]
            message = f"--move goes with --{names[0]}: it says which file to move"
            raise UsageError(message)
        from mtrack.edit.transaction import Options  # noqa: PLC0415  (which loads what no other command needs)

        given = Options(as_of=as_of, dry_run=dry_run, commit=commit, force=force, move=move)
        return command(given=given, **others)

    for option in (
        click.option("--commit", is_flag=True, help="Make one git commit of the files touched."),
        click.option(
            "--force", is_flag=True, help="Record it even where that adds an error or replaces a recorded value."
        ),
        click.option("--dry-run", is_flag=True, help="Show the change as a diff; write nothing."),
    ):
        run = option(run)
    return _as_of("Take this day for today: in the checks, and for a day that is not given.")(run)


FILE_OPTIONS = ("agreement", "signoff", "file", "source")
"""The options that name a file to copy into the project; `source` is --from, which copies an agreement."""


def takes_files(command: F) -> F:
    """--move, beside an option that takes a file."""
    return click.option("--move", is_flag=True, help="Move the file into the project instead of copying it.")(command)


def project_argument(command: F) -> F:
    """PROJECT: a path or its end; it may be left out inside a project's folder (`prompts.project_and_words`)."""
    return click.argument("project", required=False, shell_complete=complete.projects)(command)


def project_before_milestone(command: F) -> F:
    """PROJECT where MILESTONE follows: it may be left out inside a project's folder."""
    return click.argument("project", required=False, shell_complete=complete.project_or_milestone)(command)


def milestone_argument(command: F) -> F:
    """MILESTONE: an id, or a part of a name."""
    return click.argument("milestone", required=False, shell_complete=complete.milestones)(command)


def number_argument(command: F) -> F:
    """NUMBER of an invoice, and --project where it stands in several."""
    command = click.argument("number", required=False, shell_complete=complete.numbers)(command)
    text = "The project, where the number stands in several."
    return click.option("--project", "project", shell_complete=complete.projects, help=text)(command)


def date_option(text: str, *names: str, default: str = "the day of --as-of") -> Callable[[F], F]:
    """--date: the day it happened."""
    names = names or ("--date",)
    return click.option(*names, "day", type=values.Day(), help=f"{text} Default: {default}.")


def file_option(name: str, text: str) -> Callable[[F], F]:
    """A file that is copied into the project."""
    kind = values.Path(exists=True, dir_okay=False)
    return click.option(name, type=kind, metavar="FILE", help=f"{text} It is copied into the project.")


def lines_option(text: str) -> Callable[[F], F]:
    """--line: what of an invoice or a credit note is a milestone's."""
    kind = values.Pair("MILESTONE=AMOUNT", optional=True)
    return click.option(
        "--line", "lines", multiple=True, type=kind, metavar="MILESTONE[=AMOUNT]", help=f"{text}; repeat it."
    )


reason_option = click.option("--reason", help="Why; asked for on a terminal.")


def instalment_options(command: F) -> F:
    """--instalment, --retained, --retained-until: an invoice that falls due in parts."""
    for option in (
        click.option("--retained-until", "until", type=values.Day(), help="The day what is retained falls due."),
        click.option(
            "--retained",
            type=values.AmountOrRate(),
            help="What the client keeps back, gross: an amount, or a rate such as 5%. Default: as agreed.",
        ),
        click.option(
            "--instalment",
            "instalments",
            multiple=True,
            type=values.Instalment(),
            metavar="DATE[=AMOUNT]",
            help="A part of it, gross, that falls due on a day; repeat it. One without an amount takes the rest.",
        ),
    ):
        command = option(command)
    return command
