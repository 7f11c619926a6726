"""Which pages there are, what each is made of, and how it is drawn: one at a time, so that memory stays level."""

from __future__ import annotations

import gc
import hashlib
import os
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from markupsafe import Markup
from msgspec import Struct

from mtrack import __version__, resources
from mtrack.errors import CannotRunError
from mtrack.files import inside
from mtrack.render.templates import html_environment
from mtrack.site import charts, links
from mtrack.site.filters import Words
from mtrack.site.links import Files, anchor, page_of
from mtrack.site.store import encoded
from mtrack.views.milestone import lane, milestone_state
from mtrack.views.register import invoice_state
from mtrack.views.statement import closeout, statement
from mtrack.views.status import project_status
from mtrack.views.summary import boundaries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jinja2 import Template

    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.rules.context import ProjectContext
    from mtrack.site.store import StoredProject

ASSETS = ("report.css", "report.js")
NAVIGATION = (
    ("index.html", "Overview"),
    ("clients.html", "Clients"),
    ("invoices.html", "Invoices"),
    ("findings.html", "Findings"),
)
_TIDY = 50
"""After how many pages the circles that drawing leaves are collected, so that memory stays level."""


class Page(Struct, frozen=True):
    """A page to come: its path in the site, a digest of all it is made of, and what draws it."""

    name: str
    digest: str
    draw: Callable[[], str]


class Site:
    """The pages of one reading of a workspace. `start` is the absolute folder the site will stand in."""

    def __init__(
        self, workspace: Workspace, start: str, revision: str | None, *, single: bool = False, live: bool = False
    ) -> None:
        self.workspace = workspace
        self.start = start
        self.revision = revision
        self.single = single
        self.live = live
        own = os.path.join(workspace.root, "templates")
        root = os.path.realpath(workspace.root)
        self._own = [own] if os.path.isdir(own) and inside(os.path.realpath(own), root) else []
        self.environment = html_environment(self._own)
        self.words = Words(workspace.settings.locale)
        self.words.install(self.environment)
        self._common = self._digest_of_common()
        self._drawn = 0

    def project(self, folder: str, kept: StoredProject) -> Page:
        """The page of a project, or of records that can't be used."""
        name = page_of(folder)
        if kept.summary is None:
            context = {"folder": folder, "findings": kept.findings}
            return self.page(name, folder, kept.state, "broken.html.j2", lambda: context)
        title = kept.summary.project.name
        return self.page(name, title, kept.state, "project.html.j2", lambda: self._project(folder, kept))

    def asset(self, name: str) -> str:
        """A style sheet or script. The style may be the workspace's own, the script never is."""
        folders = [resources.folder("templates")]
        if name.endswith(".css"):
            folders = [*self._own, *folders]
        for folder in folders:
            try:
                with open(os.path.join(folder, "site", name), encoding="utf-8") as file:
                    return file.read()
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                message = f"{os.path.join(folder, 'site', name)} can't be read: {error}"
                raise CannotRunError(message) from error
        message = f"there is no {name} among the templates"
        raise CannotRunError(message)

    def frame(self, layout: str, **more: Any) -> str:
        """The head or the foot of a single file."""
        return self._render(self._template(layout), self._context("index.html", "Overview") | more)

    # -- what a page is made of ---------------------------------------------------------------------------------

    def _digest_of_common(self) -> str:
        """What every page depends on: templates, settings, the day, the version, the way to the files linked to."""
        settings = self.workspace.settings
        parts: list[Any] = [__version__, self.workspace.as_of, settings.name, settings.locale, self.single, self.live]
        parts.append(None if self.live else _relative(self.workspace.root, self.start))
        for top in (*self._own, os.path.join(resources.folder("templates"), "site")):
            for folder, _, names in sorted(os.walk(top)):
                for name in sorted(names):
                    try:
                        with open(os.path.join(folder, name), "rb") as file:
                            parts.append((name, hashlib.sha256(file.read()).hexdigest()))
                    except OSError:
                        parts.append((name, None))
        return _digest(parts)

    def page(self, name: str, title: str, parts: object, template: str, context: Callable[[], dict[str, Any]]) -> Page:
        """A page that is made of `parts`, whatever its template then asks for."""

        def make() -> str:
            self._drawn += 1
            if not self._drawn % _TIDY:
                gc.collect(0)
            return self._render(self._template(template), self._context(name, title) | context())

        return Page(name, _digest((self._common, name, parts)), make)

    def _folder_of(self, page: str) -> str:
        return self.start if self.single else os.path.dirname(os.path.join(self.start, *page.split("/")))

    # -- what a template is given -------------------------------------------------------------------------------

    def _context(self, page: str, title: str) -> dict[str, Any]:
        as_of = self.workspace.as_of
        top = "" if self.single else links.up(page)

        def url(target: str, kind: str | None = None, name: str | None = None) -> str:
            if self.single:
                return f"#{_part(target)}" if kind is None else f"#{_part(target)}-{anchor(kind, name or '')}"
            return f"{top}{target}" if kind is None else f"{top}{target}#{anchor(kind, name or '')}"

        def identity(kind: str, name: str) -> str:
            return f"{_part(page)}-{anchor(kind, name)}" if self.single else anchor(kind, name)

        def labelled(name: str) -> Markup:
            # In a single file the same headings come again and again: there sections are no landmarks.
            return Markup() if self.single else Markup(' aria-labelledby="{}"').format(anchor("h", name))

        return {
            "labelled": labelled,
            "page": page,
            "section": page,
            "part": _part(page),
            "title": title,
            "layout": "site/part.html.j2" if self.single else "site/base.html.j2",
            "single": self.single,
            "live": self.live,
            "top": top,
            "url": url,
            "identity": identity,
            "project_page": page_of,
            "navigation": NAVIGATION,
            "name": self.workspace.settings.name or "Billing by milestone",
            "as_of": as_of,
            "revision": self.revision if page == "index.html" else None,
            "version": __version__,
            "milestone_state": milestone_state,
            "invoice_state": lambda figures: invoice_state(figures, as_of),
        }

    def _project(self, folder: str, kept: StoredProject) -> dict[str, Any]:
        project_context = self.workspace.open(folder)[1]
        assert project_context is not None
        item = project_status(project_context)
        files = Files(project_context, None if self.live else self._folder_of(page_of(folder)))
        as_of = self.workspace.as_of
        findings = kept.findings
        by_milestone: dict[str, list[Finding]] = {}
        rest: list[Finding] = []
        ids = {entry.figures.milestone.id for entry in item.milestones}
        for finding in findings:
            if finding.milestone in ids:
                by_milestone.setdefault(str(finding.milestone), []).append(finding)
            else:
                rest.append(finding)
        lanes = [lane(entry, as_of) for entry in item.milestones]
        axis = charts.axis_of(lanes, as_of)
        firsts: dict[str, Any] = {}
        first_records: dict[str, Any] = {}
        for entry in item.milestones:
            first_records.setdefault(entry.figures.milestone.id, entry.figures.milestone)
        for figures in item.ledger.invoices:
            firsts.setdefault(anchor("i", figures.invoice.number), figures.invoice)
        return {
            "item": item,
            "project": item.project,
            "places": item.project.places,
            "href": files.href,
            "boundaries": boundaries(item),
            "statement": statement(item, as_of),
            "checks": closeout(item, project_context),
            "lanes": [(entry, charts.lane(entry, axis, as_of)) for entry in lanes],
            "ruler": charts.ruler(axis, as_of, self.words.wording),
            "by_milestone": by_milestone,
            "rest": rest,
            "findings": findings,
            "waivers": _waivers(project_context, findings),
            "records": files.records,
            "first_milestone": lambda record: first_records.get(record.id) is record,
            "first_of": lambda invoice: firsts.get(anchor("i", invoice.number)) is invoice,
            "has_tax": item.totals.gross != item.totals.billed,
        }

    # -- drawing ------------------------------------------------------------------------------------------------

    def _template(self, name: str) -> Template:
        try:
            return self.environment.get_template(f"site/{name}")
        except TemplateError as error:
            raise _told(error) from error
        except UnicodeDecodeError as error:
            message = f"templates/site/{name} is not UTF-8"
            raise CannotRunError(message) from error

    def _render(self, template: Template, context: dict[str, Any]) -> str:
        try:
            return template.render(context)
        except TemplateError as error:
            raise _told(error) from error
        except Exception as error:
            if not self._own:
                raise
            message = f"the workspace's own templates fail on {template.name}: {type(error).__name__}: {error}"
            raise CannotRunError(message) from error


def _told(error: TemplateError) -> CannotRunError:
    where = getattr(error, "name", None) or "templates"
    line = f":{error.lineno}" if hasattr(error, "lineno") else ""
    return CannotRunError(f"templates/{where}{line}: {error.message or type(error).__name__}")


def _relative(path: str, start: str) -> str:
    try:
        return os.path.relpath(path, start)
    except ValueError:  # another drive
        return path


def _waivers(project_context: ProjectContext, findings: Sequence[Finding]) -> list[Any]:
    """The project's waivers, and the workspace's that accept something here."""
    accepted = {(finding.rule, finding.waiver) for finding in findings if finding.waived}
    workspace = [waiver for waiver in project_context.settings.waivers if (waiver.rule, waiver.reason) in accepted]
    return [*project_context.project.waivers, *workspace]


def _part(page: str) -> str:
    """The id of a page's section in a single file."""
    return "p-" + page.removesuffix(".html").replace("/", "-")


def _digest(parts: object) -> str:
    return hashlib.sha256(encoded(parts)).hexdigest()
