"""Writes the report, one page at a time: as a folder of pages, or as one file."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

from mtrack import directory, git
from mtrack.check.pipeline import check
from mtrack.errors import UsageError, failure
from mtrack.site import workspace_pages
from mtrack.site.output import guard, open_folder, writing
from mtrack.site.pages import ASSETS, NAVIGATION, REGISTER, SEARCH, Site, own_templates
from mtrack.site.written import Written
from mtrack.views.overview import overview
from mtrack.views.summary import project_summary
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.site.pages import Page
    from mtrack.views.overview import Overview


class Options(Struct, frozen=True, kw_only=True):
    """How a report is to be written.

    `advance` is told how many pages are done, and of how many; `say` what the user should know. `written` is what is
    known of the pages in the folder, `force` replaces others. `templates` takes the workspace's own. `live` is for the preview.
    """

    advance: Callable[[int, int], None]
    say: Callable[[str], None]
    written: Written | None = None
    force: bool = False
    templates: bool = False
    live: bool = False


def write_folder(workspace: Workspace, selection: Selection, root: str, target: str, options: Options) -> Overview:
    """Write the report into a folder. Raises UsageError where the folder must not be written to.

    `root` is the workspace's path as the user gave it.
    """
    done, count = 0, 2 * len(workspace.found.projects) + len(NAVIGATION)
    own = _own_templates(workspace, options)
    written = options.written or Written(None)
    with written.held(), open_folder(workspace, target, written, options.say, force=options.force) as folder:
        revision = workspace.commit or git.head(workspace.root)
        site = Site(workspace, directory.plain(target), revision, own=own, live=options.live)

        def write(page: Page) -> None:
            nonlocal done
            try:
                folder.put(page.name, page.digest, page.draw)
            except OSError:  # the page can't be written
                raise
            except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this page)
                folder.put(page.name, "", _failed(site, page, error).draw)  # the next run draws it again
            done += 1
            options.advance(done, max(done, count))

        def write_all(pages: Iterable[Page]) -> None:
            for page in pages:
                write(page)

        def put(name: str, content: str) -> None:
            folder.put(name, hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest(), lambda: content)

        for name in ASSETS:
            put(name, site.asset(name))
        checked = check(
            workspace,
            selection,
            root,
            summarize=project_summary,
            kept=written.projects,
            visit=lambda *project: write_all(site.project(*project)),
        )
        view = overview(workspace.settings, checked.report_of_figures, checked.summaries)
        write_all(workspace_pages.pages(site, view, checked.projects))
        put(SEARCH, workspace_pages.search_index(view))
        put(REGISTER, workspace_pages.register_csv(view))
        folder.finish()
    written.keep(checked.projects)
    return view


def _own_templates(workspace: Workspace, options: Options) -> str | None:
    """The folder of the workspace's own templates, where they are wanted; the user is told of them either way."""
    own = own_templates(workspace)
    if own is not None and options.templates:
        options.say("the pages are drawn by the workspace's own templates/, which can make them say anything")
        return own
    if own is not None:
        options.say("the workspace's own templates/ are not used; --templates has them draw the pages")
    elif options.templates:
        message = "--templates draws with templates/site in the workspace, and there is none"
        raise UsageError(message)
    return None


def write_file(workspace: Workspace, selection: Selection, root: str, target: str, options: Options) -> Overview:
    """Write the report as one HTML file that needs no other. Raises UsageError where the file must not be written to."""
    if not target.lower().endswith((".html", ".htm")):
        message = f"{target} does not end in .html, so it is not taken for a report"
        raise UsageError(message)
    target = os.path.abspath(target)
    refuse = guard(workspace, target, whole=False)
    checked = check(workspace, selection, root, summarize=project_summary)
    view = overview(workspace.settings, checked.report_of_figures, checked.summaries)
    revision = workspace.commit or git.head(workspace.root)
    site = Site(workspace, os.path.dirname(target), revision, own=_own_templates(workspace, options), single=True)
    shown = [(folder, kept) for folder, kept in checked.projects.items() if selection.takes_path(join(folder, RECORDS))]
    top = workspace_pages.pages(site, view, checked.projects)
    style, script = (site.asset(name).replace("</", "<\\/") for name in ASSETS)  # nothing ends the element early
    with writing(target, refuse) as put:
        head = site.frame(
            "single-head.html.j2",
            style=_inline(style),
            script=_inline(script),
            data=_inline(workspace_pages.search_data(view)),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
        put(_bytes(head))
        for page in top:
            put(_bytes(_drawn(site, page)))
        for done, (folder, kept) in enumerate(shown, 1):
            for page in site.project(folder, kept):
                put(_bytes(_drawn(site, page)))
            workspace.close(folder)
            options.advance(done, len(shown))
        put(_bytes(site.frame("single-foot.html.j2")))
    return view


def _drawn(site: Site, page: Page) -> str:
    """A page, or one that says so where mtrack itself fails to draw it."""
    try:
        return page.draw()
    except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this page)
        return _failed(site, page, error).draw()


def _failed(site: Site, page: Page, error: Exception) -> Page:
    """The page in the place of one that mtrack failed to draw."""
    site.workspace.note(failure(page.name, "this page of the report", error))
    return site.page(page.name, page.name, "", "failed.html.j2", lambda _links: {})


def _inline(text: str) -> Markup:
    return Markup(text)  # noqa: S704  (our own files, the workspace's style sheet, or JSON; none can end its element)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
