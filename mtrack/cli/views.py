"""`mtrack gaps`, `status`, `aging`, `forecast`: what a workspace shows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mtrack.cli import options, output
from mtrack.cli.opened import Opened, open_paths

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import click


def _view_command(*formats: str, fails: bool = False) -> Callable[[Callable[[Opened], Any]], click.Command]:
    """A command that shows a view, given the function that makes it; `render` has a module of the command's name.

    One that `fails` takes --fail-on; the exit code of the others says whether a project was left out.
    """

    def decorate(view_of: Callable[[Opened], Any]) -> click.Command:
        name = view_of.__name__

        def run(
            paths: tuple[str, ...], format_: str, as_of: date, client: str | None, fail_on: str | None = None
        ) -> int:
            opened = open_paths(paths, as_of, client)
            view = view_of(opened)
            render = import_module(f"mtrack.render.{name}")
            if format_ == "text":
                output.write(render.text(view, output.width(), colour=output.use_colour()))
                if fails:
                    output.show_next_step(view.findings)
            else:
                output.write(render.FORMATS[format_](view))
            left_out = opened.warn_of_left_out()
            return int(left_out or (fail_on is not None and view.fails(options.severity(fail_on))))

        run.__doc__ = view_of.__doc__
        decorators = [options.cache_options, options.revision_options, options.as_of_option, *([options.fail_on_option] if fails else []),
                      options.client_option, options.format_option(*formats), options.paths_argument]  # fmt: skip
        for add in decorators:
            run = add(run)
        return options.command(name)(run)

    return decorate


@_view_command("text", "json", "csv", "md", fails=True)
def gaps(opened: Opened) -> Any:
    """Show what is owed and what is doubled.

    Gaps are work not billed and money not collected, overlaps work billed twice or too much: by project, each
    with since when and how much, and sums per currency: net of what is not billed, gross of what is not collected.
    What is on hold and what is accepted (waivers) stands below, with its sums. The exit code is 1 where a gap or
    overlap is at or above --fail-on.
    """
    from mtrack.views.gaps import gaps as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@_view_command("text", "json", "csv", "md")
def status(opened: Opened) -> Any:
    """Show every milestone's record.

    A table per project, and progress of delivery beside progress of billing. The exit code is 1 where a project
    had to be left out because its records are broken.
    """
    from mtrack.views.status import status as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@_view_command("text", "json", "csv", "md")
def aging(opened: Opened) -> Any:
    """Show what is outstanding by age: not due, 1-30, 31-60, 61-90, over 90 days past due, disputed.

    Amounts are as invoiced, with tax. The exit code is 1 where a project had to be left out because its records
    are broken.
    """
    from mtrack.views.cash import aging as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@_view_command("text", "json", "csv", "md")
def forecast(opened: Opened) -> Any:
    """Show the cash that can be expected by month: invoiced and due, approved and unbilled, planned.

    Nothing is counted twice. What is overdue is expected now; disputed invoices and milestones on hold without an
    end stand under no month. The exit code is 1 where a project had to be left out because its records are broken.
    """
    from mtrack.views.cash import forecast as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)
