"""`mtrack invoices` and `mtrack payments`: the registers for the bookkeeper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import options, output, values
from mtrack.cli.opened import open_paths
from mtrack.errors import UsageError
from mtrack.views.registers import STATES, Period

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mtrack.cli.options import F


def _period_options(of: str) -> Callable[[F], F]:
    """--from and --to: days of what is listed, both included."""

    def add(command: F) -> F:
        last = click.option("--to", "last", type=values.Day(), help=f"Only those {of} on this day or before.")
        first = click.option("--from", "first", type=values.Day(), help=f"Only those {of} on this day or later.")
        return first(last(command))

    return add


def _period(first: date | None, last: date | None) -> Period:
    if first is not None and last is not None and first > last:
        message = f"--from {first} is after --to {last}"
        raise UsageError(message)
    return Period(first, last)


@options.command("invoices")
@options.paths_argument
@_period_options("sent")
@click.option(
    "--state", "states", multiple=True, type=values.Choice(STATES), help="Only those in this state; repeatable."
)
@options.client_option
@options.format_option("text", "json", "csv", "md")
@options.revision_options
@options.cache_options
@options.as_of_option
def invoices(  # noqa: PLR0913
    paths: tuple[str, ...], first: date | None, last: date | None, states: tuple[str, ...], client: str | None,
    format_: str, as_of: date,
) -> int:  # fmt: skip
    """List every invoice and credit note.

    With net, tax and gross, what is settled and outstanding, and its state; sums per currency. Void ones are listed and
    count in no sum. The exit code is 1 where a project had to be left out because its records are broken.
    """
    from mtrack.render import registers as render  # noqa: PLC0415
    from mtrack.views.registers import invoices as view_of  # noqa: PLC0415

    opened = open_paths(paths, as_of, client)
    view = view_of(opened.workspace, opened.selection, _period(first, last), frozenset(states))
    if format_ == "text":
        output.write(render.invoices_text(view, output.width(), colour=output.use_colour()))
    else:
        output.write(render.INVOICE_FORMATS[format_](view))
    return int(opened.warn_of_left_out())


@options.command("payments")
@options.paths_argument
@_period_options("received")
@options.client_option
@options.format_option("text", "json", "csv", "md")
@options.revision_options
@options.cache_options
@options.as_of_option
def payments(  # noqa: PLR0913
    paths: tuple[str, ...], first: date | None, last: date | None, client: str | None, format_: str, as_of: date
) -> int:
    """List every payment.

    With its invoice, what was withheld, kept by the bank or given as discount, and its reference; sums per currency.
    One without a recorded day is left out by --from and --to. The exit code is 1 where a project had to be left out.
    """
    from mtrack.render import registers as render  # noqa: PLC0415
    from mtrack.views.registers import payments as view_of  # noqa: PLC0415

    opened = open_paths(paths, as_of, client)
    view = view_of(opened.workspace, opened.selection, _period(first, last))
    if format_ == "text":
        output.write(render.payments_text(view, output.width(), colour=output.use_colour()))
    else:
        output.write(render.PAYMENT_FORMATS[format_](view))
    return int(opened.warn_of_left_out())
