"""`mtrack serve`: a preview of the report."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import click

from mtrack.cli import options, output, values
from mtrack.cli.opened import open_paths

if TYPE_CHECKING:
    from datetime import date


@options.command()
@options.path_argument
@click.option("--port", type=values.Whole(0, 65535), default=8400, show_default=True, help="0 takes a free one.")
@click.option("--since", metavar="WHEN", help="Show what changed since a day or a revision; needs git.")
@options.templates_option
@options.as_of_option
def serve(path: str, port: int, since: str | None, templates: bool, as_of: date) -> int:  # noqa: FBT001
    """Preview the report in a browser while you edit the records.

    It is served to this machine alone, drawn again when a file changes, and the page reloads. Records that can't
    be read show their findings. Ctrl-C ends it; nothing is written into the workspace.
    """
    from mtrack.cli.report import additions  # noqa: PLC0415
    from mtrack.errors import CannotRunError  # noqa: PLC0415
    from mtrack.site.build import Options, write_folder  # noqa: PLC0415
    from mtrack.site.serve import Preview, serving, watch  # noqa: PLC0415
    from mtrack.site.written import Written  # noqa: PLC0415
    from mtrack.watch import Rounds  # noqa: PLC0415
    from mtrack.workspace import find_root  # noqa: PLC0415

    told: set[str] = set()
    rounds = click.get_current_context().obj = Rounds()

    def say(trouble: str) -> None:
        """Print a warning once, though every build repeats it."""
        if trouble not in told:
            told.add(trouble)
            output.warn(trouble)

    written, compiled = Written(None), options.kept("templates")

    def build(folder: str) -> None:
        opened = open_paths((path,), as_of)
        try:
            with additions(opened, say, since=since) as added:
                given = Options(
                    advance=lambda _done, _of: None, say=say, written=written, templates=templates, live=True,
                    additions=added, compiled=compiled,
                )  # fmt: skip
                write_folder(opened.workspace, opened.selection, opened.root, folder, given)
        except OSError as error:  # a file went away while it was read
            raise CannotRunError(str(error)) from error

    gc.enable()  # other commands are over before it matters
    preview = Preview(find_root(path), build)
    stop = threading.Event()
    try:
        preview.rebuild()
        with serving(preview, port) as address:
            click.echo(f"{address}  (Ctrl-C ends it)")
            watch(preview, stop, rounds.notify)
    except KeyboardInterrupt:
        return 0
    finally:
        stop.set()
        preview.close()
    return 0
