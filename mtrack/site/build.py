"""Writes the report, one page at a time: as a folder of pages, or as one file."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

from markupsafe import Markup

from mtrack import git
from mtrack.check.pipeline import check
from mtrack.errors import UsageError, failure
from mtrack.site import workspace_pages
from mtrack.site.output import Folder, refuse_records, writing
from mtrack.site.pages import ASSETS, NAVIGATION, Site
from mtrack.views.overview import overview
from mtrack.views.summary import project_summary
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.site.pages import Page
    from mtrack.views.overview import Overview


def write_folder(  # noqa: PLR0913
    workspace: Workspace,
    selection: Selection,
    root: str,
    target: str,
    tell: Callable[[int, int], None],
    *,
    live: bool = False,
) -> Overview:
    """Write the report into a folder. Raises UsageError where the folder must not be written to.

    `root` is the workspace's path as the user gave it; `tell` is called with how many pages are done, and of how many.
    """
    target = os.path.abspath(target)
    refuse_records(workspace, target)
    folder = Folder(target)
    site = Site(workspace, target, workspace.commit or git.head(workspace.root), live=live)
    done, count = 0, len(workspace.found.projects) + len(NAVIGATION)

    def write(page: Page) -> None:
        nonlocal done
        try:
            folder.put(page.name, page.digest, page.draw)
        except OSError:  # the page can't be written
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this page)
            folder.put(page.name, "", _failed(site, page, error).draw)  # the next run draws it again
        done += 1
        tell(done, max(done, count))

    folder.begin()
    try:
        for name in ASSETS:
            content = site.asset(name)
            folder.put(name, hashlib.sha256(content.encode()).hexdigest(), lambda content=content: content)  # type: ignore[misc]
        checked = check(
            workspace,
            selection,
            root,
            summarize=project_summary,
            kept=folder.kept,
            visit=lambda *project: write(site.project(*project)),
        )
        view = overview(workspace.settings, checked.report_of_figures, checked.summaries)
        for page in workspace_pages.pages(site, view, checked.projects):
            write(page)
    except BaseException:
        folder.abandon()
        raise
    folder.finish(checked.projects)
    return view


def write_file(
    workspace: Workspace, selection: Selection, root: str, target: str, tell: Callable[[int, int], None]
) -> Overview:
    """Write the report as one HTML file that needs no other. Raises UsageError where the file must not be written to."""
    if not target.lower().endswith((".html", ".htm")):
        message = f"{target} does not end in .html, so it is not taken for a report"
        raise UsageError(message)
    target = os.path.abspath(target)
    refuse_records(workspace, target)
    checked = check(workspace, selection, root, summarize=project_summary)
    view = overview(workspace.settings, checked.report_of_figures, checked.summaries)
    site = Site(workspace, os.path.dirname(target), workspace.commit or git.head(workspace.root), single=True)
    shown = [(folder, kept) for folder, kept in checked.projects.items() if selection.takes_path(join(folder, RECORDS))]
    top = workspace_pages.pages(site, view, checked.projects)
    style, script = (site.asset(name).replace("</", "<\\/") for name in ASSETS)  # nothing ends the element early
    with writing(target) as put:
        head = site.frame(
            "single-head.html.j2",
            style=_inline(style),
            script=_inline(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
        put(_bytes(head))
        for page in top:
            put(_bytes(_drawn(site, page)))
        for done, (folder, kept) in enumerate(shown, 1):
            put(_bytes(_drawn(site, site.project(folder, kept))))
            workspace.close(folder)
            tell(done, len(shown))
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
    return Markup(text)  # noqa: S704  (our own files, or the workspace's style sheet; neither can end its element)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
