"""Which pages there are, what each is made of, and how it is drawn: one at a time, so that memory stays level."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from markupsafe import Markup

from mtrack import __version__, money, resources
from mtrack.errors import CannotRunError
from mtrack.figures import BUCKETS
from mtrack.render.templates import html_environment
from mtrack.site import draw, links
from mtrack.site.links import Files, anchor, page_of
from mtrack.site.words import Words
from mtrack.source import inside
from mtrack.views.cash import BANDS
from mtrack.views.milestone import lane, milestone_state
from mtrack.views.register import invoice_state
from mtrack.views.statement import closeout, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2 import Template

    from mtrack.books import Books, Workspace
    from mtrack.finding import Finding
    from mtrack.views.overview import Overview
    from mtrack.views.status import ProjectStatus

ASSETS = ("report.css", "report.js")
NAVIGATION = (
    ("index.html", "Overview"),
    ("clients.html", "Clients"),
    ("invoices.html", "Invoices"),
    ("findings.html", "Findings"),
)
_MOST_ROOM = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to come: its path in the site, a digest of all it is made of, and what draws it."""

    name: str
    digest: str
    draw: Callable[[], str]


class Site:
    """The pages of one reading of a workspace. `start` is the absolute folder the site will stand in."""

    def __init__(  # noqa: PLR0913
        self,
        workspace: Workspace,
        view: Overview,
        start: str,
        revision: str | None,
        *,
        single: bool = False,
        live: bool = False,
    ) -> None:
        self.workspace = workspace
        self.view = view
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
        self._findings: dict[str | None, list[Finding]] = {}
        for finding in view.report.findings:
            self._findings.setdefault(finding.project, []).append(finding)
        shown = {item.project.folder for item in view.status.projects}
        self._books = {books.project.folder: books for books in workspace.books if books.project.folder in shown}
        self._broken = sorted(
            file.folder for file in workspace.files if not file.usable and file.source.path in view.report.skipped
        )
        self._known = shown | set(self._broken)
        self._common = self._digest_of_common()

    def pages(self) -> Iterator[Page]:
        """Every page, the overview first."""
        everything = self._digest_of_everything()
        for name, title in NAVIGATION:
            yield self._page(name, everything, title, self._whole)
        for item in self.view.status.projects:
            yield self._project_page(item)
        for folder in self._broken:
            findings = self._findings.get(folder, [])
            name = page_of(folder)
            yield self._page(name, _digest(findings), folder, self._broken_project, "broken.html.j2", folder=folder)

    @property
    def count(self) -> int:
        """How many pages there will be."""
        return len(NAVIGATION) + len(self.view.status.projects) + len(self._broken)

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
        """What every page depends on: templates, settings, the day, the version. The commit stands on top pages only."""
        parts: list[Any] = [__version__, self.view.status.as_of, self.workspace.settings.name]
        parts += [self.workspace.settings.locale, self.single, self.live]
        for top in (*self._own, os.path.join(resources.folder("templates"), "site")):
            for folder, _, names in sorted(os.walk(top)):
                for name in sorted(names):
                    try:
                        with open(os.path.join(folder, name), "rb") as file:
                            parts.append((name, hashlib.sha256(file.read()).hexdigest()))
                    except OSError:
                        parts.append((name, None))
        return _digest(parts)

    def _digest_of_everything(self) -> str:
        """What the pages about the whole workspace depend on."""
        settings = self.workspace.settings
        parts: list[Any] = [self.revision, settings.payment_terms, settings.currencies, self.view.report.findings]
        parts += [(file.source.path, file.source.text) for file in self.workspace.files]
        parts += [books.project.folder for books in self._books.values()]
        return _digest(parts)

    def _page(self, name: str, digest: str, title: str, context: Any, template: str | None = None, **more: Any) -> Page:
        def make() -> str:
            base = self._context(name, title)
            return self._render(self._template(template or f"{name}.j2"), base | context(**more))

        return Page(name, _digest((self._common, name, digest)), make)

    def _project_page(self, item: ProjectStatus) -> Page:
        project = item.project
        books = self._books[project.folder]
        name = page_of(project.folder)
        files = Files(books, None if self.live else self._folder_of(name))
        settings = self.workspace.settings
        findings = self._findings.get(project.folder, [])
        waivers = [waiver for waiver in settings.waivers if waiver.rule in {finding.rule for finding in findings}]
        parts = (project.source.text, project.currency, project.places, settings.payment_terms, findings, waivers)
        digest = _digest((*parts, files.state))
        return self._page(name, digest, project.name, self._project, "project.html.j2", item=item, files=files)

    def _folder_of(self, page: str) -> str:
        return self.start if self.single else os.path.dirname(os.path.join(self.start, *page.split("/")))

    # -- what a template is given -------------------------------------------------------------------------------

    def _context(self, page: str, title: str) -> dict[str, Any]:
        view = self.view
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
            "part": _part(page),
            "title": title,
            "layout": "site/part.html.j2" if self.single else "site/base.html.j2",
            "single": self.single,
            "live": self.live,
            "top": top,
            "url": url,
            "identity": identity,
            "project_page": page_of,
            "known": self._known,
            "navigation": NAVIGATION,
            "name": self.workspace.settings.name or "Billing by milestone",
            "as_of": view.status.as_of,
            "revision": self.revision if "/" not in page else None,
            "version": __version__,
            "view": view,
            "milestone_state": milestone_state,
            "invoice_state": lambda figures: invoice_state(figures, view.status.as_of),
        }

    def _whole(self) -> dict[str, Any]:
        view = self.view
        reach = Decimal(1)
        for item in view.status.projects:
            if item.progress.agreed > 0:
                reach = max(reach, draw.reach(item.progress) / item.progress.agreed)
        attention: dict[str, list[Any]] = {}
        for found in view.attention:
            attention.setdefault(found.project.folder, []).append(found)
        return {
            "room": min(reach, _MOST_ROOM),
            "boundaries": boundaries,
            "attention_of": attention,
            "in_order": self._in_order(),
            "billed_of": lambda item: sum(entry.figures.is_billed for entry in _counted(item)),
            "counted_of": lambda item: len(_counted(item)),
            "most_of": lambda months: max(money.total(bands.values()) for bands in months.values()),
            "BUCKETS": BUCKETS,
            "BANDS": BANDS,
            "broken": self._broken,
            "projects": {item.project.folder: item for item in view.status.projects},
        }

    def _in_order(self) -> list[ProjectStatus]:
        """The projects, those with the worst to attend to first, closed ones last."""
        rank: dict[str, int] = {}
        for place, found in enumerate(self.view.attention):
            rank.setdefault(found.project.folder, place)
        none = len(self.view.attention)
        return sorted(
            self.view.status.projects,
            key=lambda item: (
                rank.get(item.project.folder, none),
                item.project.closed is not None,
                item.project.name.casefold(),
                item.project.folder,
            ),
        )

    def _project(self, item: ProjectStatus, files: Files) -> dict[str, Any]:
        books = self._books[item.project.folder]
        as_of = self.view.status.as_of
        findings = self._findings.get(item.project.folder, [])
        by_milestone: dict[str, list[Finding]] = {}
        rest: list[Finding] = []
        ids = {entry.figures.milestone.id for entry in item.milestones}
        for finding in findings:
            if finding.milestone in ids:
                by_milestone.setdefault(str(finding.milestone), []).append(finding)
            else:
                rest.append(finding)
        lanes = [lane(entry, as_of) for entry in item.milestones]
        axis = draw.axis_of(lanes, as_of)
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
            "checks": closeout(item, books),
            "lanes": [(entry, draw.lane(entry, axis, as_of)) for entry in lanes],
            "ruler": draw.ruler(axis, as_of, self.words.wording),
            "by_milestone": by_milestone,
            "rest": rest,
            "findings": findings,
            "waivers": _waivers(books, findings),
            "records": files.records,
            "first_milestone": lambda record: first_records.get(record.id) is record,
            "first_of": lambda invoice: firsts.get(anchor("i", invoice.number)) is invoice,
            "has_tax": item.totals.gross != item.totals.billed,
        }

    def _broken_project(self, folder: str) -> dict[str, Any]:
        return {"folder": folder, "findings": self._findings.get(folder, [])}

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


def boundaries(item: ProjectStatus) -> list[Decimal]:
    """Where each milestone ends on the scale of what is agreed; none where there are too many to tell apart."""
    ends: list[Decimal] = []
    at = money.ZERO
    for entry in item.milestones:
        if not entry.figures.milestone.cancelled:
            at = money.plus(at, entry.figures.agreed)
            ends.append(at)
    return ends if len(ends) <= 40 else []  # noqa: PLR2004


def _counted(item: ProjectStatus) -> list[Any]:
    return [entry for entry in item.milestones if not entry.figures.milestone.cancelled]


def _waivers(books: Books, findings: list[Finding]) -> list[Any]:
    """The project's waivers, and the workspace's that accept something here."""
    accepted = {(finding.rule, finding.waiver) for finding in findings if finding.waived}
    workspace = [waiver for waiver in books.settings.waivers if (waiver.rule, waiver.reason) in accepted]
    return [*books.project.waivers, *workspace]


def _part(page: str) -> str:
    """The id of a page's section in a single file."""
    return "p-" + page.removesuffix(".html").replace("/", "-")


def _digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
