"""Writes the report, one page at a time: as a folder of pages, or as one file."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

from mtrack import directory, files, git, limits
from mtrack.check.pipeline import check
from mtrack.errors import UsageError, failure
from mtrack.interrupts import held_back, let_in
from mtrack.site.links import copy_of
from mtrack.site.output import guard, open_folder, write
from mtrack.site.pages import ASSETS, NAVIGATION, NOTHING_ADDED, Additions, Site, own_templates
from mtrack.site.rows import Rows, page_bytes
from mtrack.site.workspace_pages import WorkspacePages, search_data
from mtrack.site.written import Written
from mtrack.views.overview import overview
from mtrack.views.summary import ProjectSummary, project_summary
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mtrack.check.pipeline import Checked
    from mtrack.check.report import Selection
    from mtrack.check.store import StoredProject
    from mtrack.check.workspace import Workspace
    from mtrack.render.templates import Keeper
    from mtrack.site.output import Folder
    from mtrack.site.pages import Page
    from mtrack.views.overview import Overview


class Options(Struct, frozen=True, kw_only=True):
    """The options for writing a report.

    `advance` is called with how many pages are done, and of how many; `say` with what the user should know. `written` is what is
    known of the pages in the folder, `force` replaces others. `templates` takes the workspace's own. `live` is for the
    preview. `additions` are what the pages show beyond the records. `compiled` keeps templates for the next report.
    """

    advance: Callable[[int, int], None]
    say: Callable[[str], None]
    written: Written | None = None
    force: bool = False
    templates: bool = False
    live: bool = False
    additions: Additions = NOTHING_ADDED
    compiled: Keeper | None = None


def write_folder(workspace: Workspace, selection: Selection, root: str, target: str, options: Options) -> Overview:
    """Write the report into a folder. Raises UsageError where the folder must not be written to.

    `root` is the workspace's path as the user gave it.
    """
    own = _own_templates(workspace, options)
    written = options.written or Written(None)
    with (
        held_back(),
        written.held(),
        let_in(),
        open_folder(workspace, target, written, options.say, force=options.force) as folder,
    ):
        revision = workspace.commit or git.head(workspace.root)
        site = Site(
            workspace, directory.plain(target), revision, own=own, live=options.live, additions=options.additions,
            compiled=options.compiled,
        )  # fmt: skip
        writer = _Writer(folder, site, options)
        for name in ASSETS:
            writer.put(name, site.asset(name))
        checked = _write_projects(workspace, selection, root, site, writer)
        view = overview(workspace.settings, checked.report_of_figures, checked.summaries)
        about_all = WorkspacePages(site, view, checked.projects, selection)
        writer.pages(about_all.pages())
        writer.file(about_all.search_index())
        writer.file(about_all.register_csv())
        folder.finish()
    return view


def _write_projects(
    workspace: Workspace, selection: Selection, root: str, site: Site, writer: _Writer
) -> Checked[ProjectSummary]:
    """Check the workspace, and write the pages of each project while it is open."""
    if selection.client is None:
        site.put_in_order(_under(workspace, selection))
        return check(workspace, selection, root, summarize=site.summary, kind=ProjectSummary, visit=writer.project)
    # Whose projects they are is known only once all are read.
    checked = check(workspace, selection, root, summarize=site.summary, kind=ProjectSummary, visit=_draw_later)
    shown = _shown(checked, selection)
    site.put_in_order(shown)
    for folder in shown:
        writer.project(folder, checked.projects[folder])
        workspace.close(folder)
    return checked


class _Writer:
    """Writes the pages of a site into its folder, and reports how many are done."""

    def __init__(self, folder: Folder, site: Site, options: Options) -> None:
        self._folder = folder
        self._site = site
        self._options = options
        self._done = 0
        self._count = 2 * len(site.workspace.walk.projects) + len(NAVIGATION)

    def project(self, name: str, kept: StoredProject[ProjectSummary]) -> None:
        """The pages of a project, and copies of its evidence where they are wanted."""
        self.pages(self._site.project(name, kept))
        if self._options.additions.copies and kept.summary is not None:
            for path in sorted(set(kept.summary.papers.values())):
                self._copy(path)

    def pages(self, found: Iterable[Page]) -> None:
        """Several pages."""
        for page in found:
            self._page(page)

    def _page(self, page: Page) -> None:
        try:
            self._folder.put(page.name, page.digest, page.draw)
        except OSError:  # the page can't be written
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this page)
            self._folder.put(page.name, "", _failed(self._site, page, error).draw)  # the next run draws it again
        self._done += 1
        self._options.advance(self._done, max(self._done, self._count))

    def put(self, name: str, content: str) -> None:
        """A file of that content."""
        made = page_bytes(content)
        self._folder.put(name, hashlib.sha256(made).hexdigest(), lambda _: made)

    def file(self, item: Page) -> None:
        """A file that is no page."""
        self._folder.put(item.name, item.digest, item.draw)

    def _copy(self, path: str) -> None:
        """A file that a record names, beside the pages."""
        root = self._site.workspace.root
        full = os.path.join(root, *path.split("/"))
        try:
            info = os.stat(full)
            state = f"{info.st_size} {info.st_mtime_ns}"
            self._folder.put(copy_of(path), state, lambda _: files.read(full, limits.COPIED, within=root))
        except (files.UnreadableFileError, FileNotFoundError) as error:
            self._options.say(f"{path} is not copied: {error}")


def _own_templates(workspace: Workspace, options: Options) -> str | None:
    """The folder of the workspace's own templates, where they are wanted; the user learns of them either way."""
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
    checked = check(workspace, selection, root, summarize=project_summary, kind=ProjectSummary)
    view = overview(workspace.settings, checked.report_of_figures, checked.summaries)
    revision = workspace.commit or git.head(workspace.root)
    own, place = _own_templates(workspace, options), os.path.dirname(target)
    site = Site(
        workspace, place, revision, own=own, single=True, additions=options.additions, compiled=options.compiled
    )
    shown = _shown(checked, selection)
    site.put_in_order(shown)
    top = WorkspacePages(site, view, checked.projects, selection).pages()
    style, script = (site.asset(name).replace("</", "<\\/") for name in ASSETS)  # nothing ends the element early

    def parts() -> Iterator[bytes]:
        head = site.frame(
            "single-head.html.j2",
            style=_inline(style),
            script=_inline(script),
            data=_inline(search_data(view)),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
        yield page_bytes(head)
        for page in top:
            yield _drawn(site, page)
        for done, folder in enumerate(shown, 1):
            for page in site.project(folder, checked.projects[folder]):
                yield _drawn(site, page)
            workspace.close(folder)
            options.advance(done, len(shown))
        yield page_bytes(site.frame("single-foot.html.j2"))

    write(target, parts(), refuse, options.written)
    return view


def _under(workspace: Workspace, selection: Selection) -> list[str]:
    """The projects under the paths asked for."""
    return [folder for folder in workspace.walk.projects if selection.takes_path(join(folder, RECORDS))]


def _shown(checked: Checked[ProjectSummary], selection: Selection) -> list[str]:
    """The projects that have a page."""
    return [folder for folder, kept in checked.projects.items() if selection.takes_project(folder, kept.heading)]


def _draw_later(_folder: str, _kept: StoredProject[ProjectSummary]) -> None:
    """A visit at which no page is drawn yet."""


def _drawn(site: Site, page: Page) -> bytes:
    """A page, or one that says so where mtrack itself fails to draw it."""
    try:
        return page.draw(Rows())
    except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this page)
        return _failed(site, page, error).draw(Rows())


def _failed(site: Site, page: Page, error: Exception) -> Page:
    """The page that replaces one that mtrack failed to draw."""
    site.workspace.note(failure(page.name, "this page of the report", error))
    return site.page(page.name, page.name, "", "failed.html.j2", lambda _links: {})


def _inline(text: str) -> Markup:
    return Markup(text)  # noqa: S704  (our own files, the workspace's style sheet, or JSON; none can end its element)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
