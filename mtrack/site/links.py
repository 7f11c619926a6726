"""Names of pages, and links to the files that records name. A link leads to a file inside its project or nowhere."""

from __future__ import annotations

import hashlib
import os
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from markupsafe import Markup
from msgspec import Struct

from mtrack.render.templates import clean
from mtrack.site.shortened import Shortened, in_cell
from mtrack.views.invoice_parts import FIXED
from mtrack.views.summary import usable_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.rules.context import ProjectContext

_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 80
SERVED = "/files/"
"""The address under which the preview serves the workspace's files."""
STATEMENT = "-statement.html"
"""The end of the name of a project's statement; no page of a project ends so."""


@cache
def page_of(folder: str) -> str:
    """The page of a project folder, the same on every file system and for no other folder.

    Plain folders keep their name, with "." between them; any other gets a short digest after a "_".
    """
    parts = folder.split("/")
    name = ".".join(parts)
    plain = len(name) <= _LONGEST and all(_PLAIN.fullmatch(part) for part in parts)
    return f"projects/{name if plain and not name.endswith('-statement') else _digested(folder)}.html"


def statement_of(folder: str) -> str:
    """The page of a project's statement."""
    return page_of(folder).removesuffix(".html") + STATEMENT


def client_page_of(name: str) -> str:
    """The page of a client, the same for no other name."""
    return f"client-{_digested(name)}.html"


def _digested(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")
    return f"{words}_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def anchor(kind: str, name: str) -> str:
    """An id for a milestone or an invoice on its project's page, whatever characters its name has."""
    if re.fullmatch(r"[A-Za-z0-9._-]+", name):
        return f"{kind}-{name}"
    return f"{kind}-_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


class PageLinks:
    """The links of one page: the addresses of other pages and of places on them, and the ids of its own places.

    In a single file a page is a section, and its name begins the ids of its places.
    """

    def __init__(self, page: str, *, single: bool) -> None:
        self.page = page
        self._single = single
        self.section = _section(page)
        self.top = "" if single else "../" * page.count("/")

    def url(self, page: str, kind: str | None = None, name: str | None = None) -> str:
        """The address of a page, or of a milestone ("m") or an invoice ("i") on it."""
        place = None if kind is None else anchor(kind, name or "")
        if self._single:
            return f"#{_section(page)}" if place is None else f"#{_section(page)}-{place}"
        if page == self.page and place is not None:
            return f"#{place}"
        way = self._way(page)
        return way if place is None else f"{way}#{place}"

    def _way(self, page: str) -> str:
        """The way to another page: of one in the same folder its name."""
        folder = self.page[: self.page.rfind("/") + 1]
        return page[len(folder) :] if folder and page.startswith(folder) else self.top + page

    def filtered(self, page: str, **wanted: str | None) -> str:
        """The address of a page whose list shows only what is wanted, as its rows write it; without a script all of it."""
        query = urlencode({name: clean(value) for name, value in wanted.items() if value})
        if not query:
            return self.url(page)
        return f"#{_section(page)}&{query}" if self._single else f"{self._way(page)}#{query}"

    def register(self, currency: str | None = None, **wanted: str | None) -> str:
        """The address of the register, filtered: `part` names the amounts that one comes from."""
        return self.filtered("invoices.html", currency=currency, **wanted)

    def tasks(self, **wanted: str | None) -> str:
        """The address of the page of all tasks, filtered."""
        return self.filtered("tasks.html", **wanted)

    def parts(self, **wanted: str | None) -> dict[str, str]:
        """The addresses of the register with the invoices that each part is made of, by the part's name."""
        before = f"{self.register(**wanted)}&part="
        return {part: before + part for part in FIXED}

    def project(self, folder: str, *, milestone: str | None = None, invoice: str | None = None) -> str:
        """The address of a project's page, or of a milestone or else an invoice on it."""
        page = page_of(folder)
        if milestone:
            return self.url(page, "m", milestone)
        return self.url(page, "i", invoice) if invoice else self.url(page)

    def statement(self, folder: str) -> str:
        """The address of a project's statement."""
        return self.url(statement_of(folder))

    def client(self, name: str) -> str:
        """The address of a client's page."""
        return self.url(client_page_of(name))

    def identity(self, kind: str, name: str) -> str:
        """The id of a place on this page."""
        return f"{self.section}-{anchor(kind, name)}" if self._single else anchor(kind, name)

    def labelled(self, name: str) -> Markup:
        """The attribute that names a section after its heading; in a single file headings repeat, and none is named."""
        return Markup() if self._single else Markup(' aria-labelledby="{}"').format(anchor("h", name))


def _section(page: str) -> str:
    return "p-" + page.removesuffix(".html").replace("/", "-")


class FileLink(Struct, frozen=True):
    """A file a record names; `href` is None where it is not there or not inside the project."""

    path: str
    href: str | None


class Files:
    """Links from pages in one folder to the evidence of one project."""

    def __init__(self, context: ProjectContext, origin: str, start: str | None, copies: str | None = None) -> None:
        """`origin` is where the user has the workspace.

        `start` is the absolute folder of the page the links stand on; None for the preview, which serves them. With
        copies, `copies` leads from the page to the site's folder, and the records themselves are not linked to.
        """
        self._hrefs: dict[str, str] = {}
        self._records = None
        if copies is None:
            self._records = link_of(context.project.path, origin, start)
        for name, path in usable_files(context).items():
            href = link_of(path, origin, start) if copies is None else f"{copies}{copy_of(path)}"
            if href is not None:
                self._hrefs[name] = href

    def link(self, path: str | None) -> FileLink | None:
        """A file a record names, as it is linked to; None for no file."""
        return FileLink(path, self._hrefs.get(path)) if path else None

    def links(self, paths: Sequence[str]) -> Shortened[FileLink]:
        """The same of several files."""
        return in_cell(paths, lambda path: FileLink(path, self._hrefs.get(path)), "file")

    @property
    def records(self) -> str | None:
        """The link to the project's records themselves."""
        return self._records


def copy_of(path: str) -> str:
    """The place of a file's copy in the site, given its path from the workspace's root; the same for no other file."""
    stem, ending = os.path.splitext(path.rpartition("/")[2])
    ending = ending.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending) else ""
    words = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:_LONGEST].strip("-")
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"files/{words}_{digest}{ending}"


def link_of(path: str, origin: str, start: str | None) -> str | None:
    """The link to a file given by its path from the workspace's root."""
    way = SERVED if start is None else _way(os.path.abspath(origin), start)
    return None if way is None else way + _quoted(path)


@lru_cache(maxsize=8)
def _way(origin: str, start: str) -> str | None:
    """The way from a page's folder to the workspace's, quoted and with "/" at its end; None on another drive."""
    try:
        path = os.path.relpath(origin, start)
    except ValueError:
        return None
    return "" if path == "." else f"{_quoted(path.replace(os.sep, '/'))}/"


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")
