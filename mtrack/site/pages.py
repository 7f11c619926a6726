"""The pages of the report: what each depends on, and how it is drawn, one at a time so that memory stays level."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable, Mapping  # noqa: TC003  (msgspec reads the annotations)
from datetime import date  # noqa: TC003
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from msgspec import Struct

from mtrack import __version__, files, resources
from mtrack.check.digests import encoded
from mtrack.check.report import of_file
from mtrack.errors import CannotRunError
from mtrack.files import inside
from mtrack.history.recent import ProjectHistory  # noqa: TC001
from mtrack.render.templates import html_environment
from mtrack.rules.context import Compare  # noqa: TC001
from mtrack.site.filters import Filters
from mtrack.site.history_rows import Since, history_rows
from mtrack.site.links import FileLink, Files, PageLinks, copy_of, link_of, page_of, statement_of
from mtrack.site.project_page import project_values
from mtrack.site.rows import SLOT, Rows
from mtrack.site.statement_page import statement_values
from mtrack.views.status import project_status
from mtrack.views.summary import project_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from mtrack.check.store import StoredProject
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.render.templates import Keeper
    from mtrack.rules.context import ProjectContext
    from mtrack.views.status import ProjectStatus
    from mtrack.views.summary import ProjectSummary

ASSETS = ("report.css", "report.js")
NAVIGATION = (
    ("index.html", "Overview"),
    ("clients.html", "Clients"),
    ("invoices.html", "Invoices"),
    ("findings.html", "Findings"),
)
TASKS = "tasks.html"
"""All tasks, of which the overview shows the first."""
REGISTER = "invoices.csv"
"""The register for a spreadsheet, as `mtrack invoices --format csv` prints it."""
SEARCH = "search.js"
"""The script that the search in the top bar looks through; it is asked for when a reader begins to type."""
_COLLECT_AFTER = 50
"""The number of pages after which garbage is collected: drawing leaves reference cycles, and memory must stay level."""


def own_templates(workspace: Workspace) -> str | None:
    """The folder of the workspace's own templates; None where it has none that draw pages."""
    own = os.path.join(workspace.root, "templates")
    if not os.path.lexists(os.path.join(own, "site")):
        return None
    return own if inside(os.path.realpath(own), os.path.realpath(workspace.root)) else None


class Additions(Struct, frozen=True, kw_only=True):
    """The contents of the pages beyond the records as they stand.

    `period` is a day of the month that statements are about, None for that of each project's last invoice. `verdicts`
    has the papers read; `history` is the git history of each project by its folder, `since` what changed. With `copies`
    the evidence stands beside the pages.
    """

    period: date | None = None
    verdicts: Compare | None = None
    history: Mapping[str, ProjectHistory] = {}
    since: Since | None = None
    copies: bool = False


NOTHING_ADDED = Additions()


class Page(Struct, frozen=True):
    """A page that is not drawn yet: its path in the site, a digest of all it depends on, and the function to draw it."""

    name: str
    digest: str
    draw: Callable[[Rows], bytes]


class Site:
    """The pages of one reading of a workspace. `start` is the absolute folder the site will stand in."""

    def __init__(  # noqa: PLR0913
        self,
        workspace: Workspace,
        start: str,
        revision: str | None,
        *,
        own: str | None = None,
        single: bool = False,
        live: bool = False,
        additions: Additions = NOTHING_ADDED,
        compiled: Keeper | None = None,
    ) -> None:
        """`own` is the folder of the workspace's own templates, where they are wanted; `compiled` keeps mtrack's."""
        self.additions = additions
        self._before: dict[str, str] = {}
        self._after: dict[str, str] = {}
        self.workspace = workspace
        self.start = start
        self.revision = revision
        self.single = single
        self.live = live
        self._own = own
        self._environment = html_environment(own, compiled)
        filters = Filters(workspace.settings.locale)
        filters.install(self._environment)
        self.wording = filters.wording
        self.name = workspace.settings.name or "Billing by milestone"
        self._common = self._digest_of_common()
        self._drawn = 0
        self._last: tuple[ProjectContext, ProjectStatus] | None = None

    def put_in_order(self, folders: Sequence[str]) -> None:
        """Have the page of each of these projects lead to the one before and the one after."""
        self._before = dict(pairwise(reversed(folders)))
        self._after = dict(pairwise(folders))

    def project(self, folder: str, kept: StoredProject[ProjectSummary]) -> tuple[Page, ...]:
        """The page of a project and its statement, or the page of records that can't be used."""
        name = page_of(folder)
        beside = self._before.get(folder), self._after.get(folder)
        if kept.summary is None:
            values = {"folder": folder, "findings": of_file(kept.findings)}
            return (
                self.page(
                    name, folder, (kept.state, beside), "broken.html.j2", lambda links: values | _turns(beside, links)
                ),
            )
        title = kept.summary.project.name
        inputs = kept.state, beside, self.additions.history.get(folder)
        return (
            self.page(
                name,
                title,
                inputs,
                "project.html.j2",
                lambda links: self._project_values(folder, kept, links) | _turns(beside, links),
            ),
            self.page(
                statement_of(folder),
                f"Statement: {title}",
                (kept.state, self.additions.period),
                "statement.html.j2",
                lambda links: self._statement_values(folder, links),
            ),
        )

    def summary(self, context: ProjectContext, findings: Sequence[Finding]) -> ProjectSummary:
        """The summary of a project whose pages are drawn next."""
        return project_summary(context, findings, self._status(context))

    def asset(self, name: str) -> str:
        """A style sheet or script. The style may be the workspace's own, the script never is."""
        if self._own is not None and name.endswith(".css"):
            full = os.path.join(self._own, "site", name)
            if os.path.lexists(full):
                try:
                    return files.read(full, within=self._own).decode()
                except (files.UnreadableFileError, UnicodeDecodeError) as error:
                    message = f"templates/site/{name} can't be read: {error}"
                    raise CannotRunError(message) from error
        return resources.template_text(f"site/{name}")

    def frame(self, layout: str, **more: Any) -> str:
        """The head or the foot of a single file."""
        links = PageLinks("index.html", single=self.single)
        return self._render(layout, self._common_values("index.html", "Overview", links) | more)

    def _digest_of_common(self) -> str:
        """A digest of what every page rests on: templates, settings, day, version, the path to the files it links."""
        settings = self.workspace.settings
        parts: list[Any] = [__version__, self.workspace.as_of, settings.name, settings.locale, self.single, self.live]
        parts += [self.additions.copies, self.additions.verdicts is not None]
        parts.append(None if self.live else _relative(self.workspace.origin, self.start))
        for top in filter(None, (self._own, os.path.join(resources.folder("templates"), "site"))):
            for folder, _, names in sorted(os.walk(top)):
                for name in sorted(names):
                    try:
                        content = files.read(os.path.join(folder, name), within=top)
                        parts.append((name, hashlib.sha256(content).hexdigest()))
                    except files.UnreadableFileError as error:
                        parts.append((name, error.reason))
        return _digest(parts)

    def page(  # noqa: PLR0913
        self,
        name: str,
        title: str,
        inputs: object,
        template: str,
        values: Callable[[PageLinks], dict[str, Any]],
        fill: Callable[[PageLinks, Rows], None] | None = None,
    ) -> Page:
        """A page that depends on `inputs` and on what every page does; its template is given `values`.

        `fill` adds the rows, where it has many.
        """

        def draw(rows: Rows) -> bytes:
            self._drawn += 1
            if not self._drawn % _COLLECT_AFTER:
                gc.collect(0)
            links = PageLinks(name, single=self.single)
            if fill is not None:
                fill(links, rows)
            return rows.placed(self._render(template, self._common_values(name, title, links) | values(links)))

        return self.file(name, inputs, draw)

    def file(self, name: str, inputs: object, draw: Callable[[Rows], bytes]) -> Page:
        """A page or another file that depends on `inputs` and on what every page does."""
        return Page(name, _digest((self._common, name, inputs)), draw)

    def row_digest(self, *inputs: object) -> bytes:
        """A digest of what a row depends on, beside what every page does."""
        return hashlib.sha256(encoded((self._common, inputs))).digest()

    def row(self, kind: str, value: object) -> str:
        """A row of a page, as the macro of that name in `rows.html.j2` draws it."""
        return self._guarded("rows.html.j2", lambda template: getattr(template.module, kind)(value))

    def start_of(self, page: str) -> str | None:
        """The absolute folder that a page stands in; None for the preview, which serves the workspace's files."""
        return None if self.live else self._folder_of(page)

    def file_link(self, recorded: str | None, path: str | None, start: str | None) -> FileLink | None:
        """A file that a record names, given its path from the root where it is there; None for no file."""
        if recorded is None:
            return None
        if path is None:
            return FileLink(recorded, None)
        return FileLink(
            recorded, copy_of(path) if self.additions.copies else link_of(path, self.workspace.origin, start)
        )

    def _folder_of(self, page: str) -> str:
        return self.start if self.single else os.path.dirname(os.path.join(self.start, *page.split("/")))

    def _common_values(self, page: str, title: str, links: PageLinks) -> dict[str, Any]:
        """The values for every template."""
        return {
            "title": title,
            "section": page,
            "part": links.section,
            "top": links.top,
            "url": links.url,
            "identity": links.identity,
            "labelled": links.labelled,
            "layout": "site/part.html.j2" if self.single else "site/base.html.j2",
            "single": self.single,
            "live": self.live,
            "rows_here": SLOT,
            "navigation": NAVIGATION,
            "filtered": links.filtered,
            "index": f"{links.top}{SEARCH}",
            "name": self.name,
            "as_of": self.workspace.as_of,
            "revision": self.revision if page == "index.html" else None,
            "version": __version__,
        }

    def _project_values(self, folder: str, kept: StoredProject[ProjectSummary], links: PageLinks) -> dict[str, Any]:
        context = self.workspace.open(folder)[1]
        assert context is not None
        assert kept.summary is not None
        top = links.top if self.additions.copies else None
        files = Files(context, self.workspace.origin, self.start_of(page_of(folder)), top)
        compare = self.additions.verdicts
        findings = of_file([finding for finding in kept.findings if not finding.left_out])
        values = project_values(
            context,
            self._status(context),
            findings,
            kept.summary.tasks,
            files,
            links,
            self.wording,
            self.workspace.as_of,
            compare(context) if compare else (),
        )
        return values | {"history": history_rows(self.additions.history.get(folder))}

    def _status(self, context: ProjectContext) -> ProjectStatus:
        """The status of a project; its summary, its page and its statement are made one after the other."""
        if self._last is None or self._last[0] is not context:
            self._last = context, project_status(context)
        return self._last[1]

    def _statement_values(self, folder: str, links: PageLinks) -> dict[str, Any]:
        context = self.workspace.open(folder)[1]
        assert context is not None
        return statement_values(context, self._status(context), links, self.name, self.additions.period)

    def _render(self, name: str, values: dict[str, Any]) -> str:
        return self._guarded(name, lambda template: template.render(values))

    def _guarded(self, name: str, draw: Callable[[Template], str]) -> str:
        """The result of a template. Raises CannotRunError where the template is at fault."""
        try:
            return draw(self._environment.get_template(f"site/{name}"))
        except TemplateError as error:
            raise _template_error(error) from error
        except UnicodeDecodeError as error:
            message = f"templates/site/{name} is not UTF-8"
            raise CannotRunError(message) from error
        except Exception as error:
            if not self._own:
                raise
            message = f"the workspace's own templates fail on site/{name}: {type(error).__name__}: {error}"
            raise CannotRunError(message) from error


def _template_error(error: TemplateError) -> CannotRunError:
    where = getattr(error, "name", None) or "templates"
    line = f":{error.lineno}" if hasattr(error, "lineno") else ""
    return CannotRunError(f"templates/{where}{line}: {error.message or type(error).__name__}")


def _relative(path: str, start: str) -> str:
    try:
        return os.path.relpath(path, start)
    except ValueError:  # another drive
        return path


def _turns(beside: tuple[str | None, str | None], links: PageLinks) -> dict[str, Any]:
    """The links to the project before and the one after: (folder, address), None where there is none."""
    before, after = (None if folder is None else (folder, links.project(folder)) for folder in beside)
    return {"before": before, "after": after}


def _digest(parts: object) -> str:
    return hashlib.sha256(encoded(parts)).hexdigest()
