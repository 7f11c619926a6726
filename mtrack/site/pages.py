"""Which pages there are, what each is made of, and how it is drawn: one at a time, so that memory stays level."""

from __future__ import annotations

import hashlib
import os
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import TemplateError
from markupsafe import Markup
from msgspec import Struct

from mtrack import __version__, money, resources
from mtrack.cache import encoded
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
from mtrack.views.share import boundaries
from mtrack.views.statement import closeout, statement
from mtrack.views.status import project_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jinja2 import Template

    from mtrack.books import Books, Workspace
    from mtrack.cache import Gathered, Kept
    from mtrack.finding import Finding
    from mtrack.views.overview import Overview
    from mtrack.views.share import Share

T = TypeVar("T")

ASSETS = ("report.css", "report.js")
NAVIGATION = (
    ("index.html", "Overview"),
    ("clients.html", "Clients"),
    ("invoices.html", "Invoices"),
    ("findings.html", "Findings"),
)
ROWS = {"index.html": 100, "invoices.html": 500, "findings.html": 500}
"""How many rows of projects, invoices or findings a page has; the next ones stand on a page of their own."""
_MOST_ROOM = Decimal("1.25")


class Page(Struct, frozen=True):
    """A page to come: its path in the site, a digest of all it is made of, and what draws it.

    `folder` is the project it is about.
    """

    name: str
    digest: str
    draw: Callable[[], str]
    folder: str | None = None


class Site:
    """The pages of one reading of a workspace. `start` is the absolute folder the site will stand in."""

    def __init__(  # noqa: PLR0913
        self,
        workspace: Workspace,
        gathered: Gathered,
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
        self._kept: Mapping[str, Kept] = gathered.kept
        self._broken = sorted(os.path.dirname(path) or "." for path in view.report.skipped)
        self._shares = {item.project.folder: item for item in view.projects}
        self._known = self._shares.keys() | set(self._broken)
        self._common = self._digest_of_common()
        self._parts: dict[str, list[Sequence[Any]]] = {
            "index.html": _cut(self._in_order(), ROWS["index.html"]),
            "clients.html": [view.clients],
            "invoices.html": _cut(view.register, ROWS["invoices.html"]),
            "findings.html": _cut(view.report.findings, ROWS["findings.html"]),
        }

    def pages(self) -> Iterator[Page]:
        """Every page, the overview first."""
        for name, title in NAVIGATION:
            for number in range(1, len(self._parts[name]) + 1):
                yield self._part_page(name, title, number)
        for folder in self._shares:
            yield self._project_page(folder)
        for folder in self._broken:
            yield self._broken_page(folder)

    @property
    def count(self) -> int:
        """How many pages there will be."""
        return sum(map(len, self._parts.values())) + len(self._shares) + len(self._broken)

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
        parts: list[Any] = [__version__, self.view.as_of, self.view.name, self.view.locale, self.single, self.live]
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

    def _page(  # noqa: PLR0913
        self,
        name: str,
        title: str,
        parts: object,
        template: str,
        context: Callable[[], dict[str, Any]],
        folder: str | None = None,
    ) -> Page:
        """A page that is made of `parts`, whatever its template then asks for."""

        def make() -> str:
            return self._render(self._template(template), self._context(name, title) | context())

        return Page(name, _digest((self._common, name, parts)), make, folder)

    def _part_page(self, name: str, title: str, number: int) -> Page:
        """A page about the whole workspace, or the part of it with some of its rows."""
        parts = self._parts[name]
        rows = parts[number - 1]
        ends = [_ends(name, part) for part in parts]
        state: tuple[object, ...] = ends, self.view.report.summary
        if name == "findings.html":
            state += rows, [finding.project in self._shares for finding in rows]
        elif name == "invoices.html":
            state += (rows,)
        elif number > 1:
            state += [self._kept[item.project.folder].state for item in rows], self._whole["room"]
        else:
            state += [item.state for item in self._kept.values()], sorted(self._known)
            state += (self.revision if name == "index.html" else None,)

        def context() -> dict[str, Any]:
            return self._whole | {
                "rows": rows,
                "number": number,
                "section": name,
                "pager": [(_numbered(name, i), *end) for i, end in enumerate(ends, 1)],
            }

        page, called = _numbered(name, number), title if number == 1 else f"{title} {number}"
        return self._page(page, called, state, f"{name}.j2", context)

    def _project_page(self, folder: str) -> Page:
        kept, title = self._kept[folder], self._shares[folder].project.name
        return self._page(page_of(folder), title, kept.state, "project.html.j2", lambda: self._project(folder), folder)

    def _broken_page(self, folder: str) -> Page:
        kept = self._kept[folder]
        context = {"folder": folder, "findings": kept.findings}
        return self._page(page_of(folder), folder, kept.state, "broken.html.j2", lambda: context, folder)

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
            "known": self._known,
            "navigation": NAVIGATION,
            "name": view.name or "Billing by milestone",
            "as_of": view.as_of,
            "revision": self.revision if page == "index.html" else None,
            "version": __version__,
            "view": view,
            "milestone_state": milestone_state,
            "invoice_state": lambda figures: invoice_state(figures, view.as_of),
        }

    @cached_property
    def _whole(self) -> dict[str, Any]:
        view = self.view
        reach = Decimal(1)
        for item in view.projects:
            if item.progress.agreed > 0:
                reach = max(reach, draw.reach(item.progress) / item.progress.agreed)
        attention: dict[str, list[Any]] = {}
        for found in view.attention:
            attention.setdefault(found.project.folder, []).append(found)
        return {
            "room": min(reach, _MOST_ROOM),
            "attention_of": attention,
            "most_of": lambda months: max(money.total(bands.values()) for bands in months.values()),
            "BUCKETS": BUCKETS,
            "BANDS": BANDS,
            "MOST": ROWS["index.html"],
            "broken": self._broken,
            "projects": self._shares,
        }

    def _in_order(self) -> list[Share]:
        """The projects, those with the worst to attend to first, closed ones last."""
        rank: dict[str, int] = {}
        for place, found in enumerate(self.view.attention):
            rank.setdefault(found.project.folder, place)
        none = len(self.view.attention)
        return sorted(
            self.view.projects,
            key=lambda item: (
                rank.get(item.project.folder, none),
                item.closed is not None,
                item.project.name.casefold(),
                item.project.folder,
            ),
        )

    def _project(self, folder: str) -> dict[str, Any]:
        books = self.workspace.open(folder)[1]
        assert books is not None
        item = project_status(books)
        files = Files(books, None if self.live else self._folder_of(page_of(folder)))
        as_of = self.view.as_of
        findings = self._kept[folder].findings
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


def _cut(rows: Sequence[T], most: int) -> list[Sequence[T]]:
    """Rows in parts of a page each; one part where there are none."""
    return [rows[start : start + most] for start in range(0, max(len(rows), 1), most)]


def _numbered(name: str, number: int) -> str:
    """The page of a part: index.html, index-2.html and so on."""
    return name if number == 1 else f"{name.removesuffix('.html')}-{number}.html"


def _ends(name: str, rows: Sequence[Any]) -> tuple[int, str, str]:
    """How many rows a part has, and what its first and last are called where that helps to find one."""
    if name == "invoices.html" and rows:
        return len(rows), rows[0].invoice.number, rows[-1].invoice.number
    return len(rows), "", ""


def _relative(path: str, start: str) -> str:
    try:
        return os.path.relpath(path, start)
    except ValueError:  # another drive
        return path


def _waivers(books: Books, findings: Sequence[Finding]) -> list[Any]:
    """The project's waivers, and the workspace's that accept something here."""
    accepted = {(finding.rule, finding.waiver) for finding in findings if finding.waived}
    workspace = [waiver for waiver in books.settings.waivers if (waiver.rule, waiver.reason) in accepted]
    return [*books.project.waivers, *workspace]


def _part(page: str) -> str:
    """The id of a page's section in a single file."""
    return "p-" + page.removesuffix(".html").replace("/", "-")


def _digest(parts: object) -> str:
    return hashlib.sha256(encoded(parts)).hexdigest()
