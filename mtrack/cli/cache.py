"""`mtrack cache`: what is kept between runs."""

from __future__ import annotations

import click

from mtrack.cli import options, output, values
from mtrack.memo import cache as kept


@options.command()
@click.argument("what", metavar="[clear]", required=False, type=values.Choice(("clear",)))
def cache(what: str | None) -> None:
    """Show where runs keep what the next one can use, and how large that is; `clear` removes it.

    Nothing is lost with it: the next run reads the records again. It stays within 500 MB; what was not used for longest
    goes first. Which pages of reports mtrack wrote stays known, so that they can be written again.
    """
    top = kept.folder()
    if top is None:
        output.show("nothing is kept: there is no home folder")
    elif what == "clear":
        output.show(f"{_megabytes(kept.clear(top))} removed from {top}")
    else:
        output.show(top, f"{_megabytes(kept.size(top))} of at most {kept.LIMIT // 1_000_000} MB")


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
