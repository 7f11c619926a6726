"""Names of pages, and links to the files that records name. A link leads to a file inside its project or nowhere."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from mtrack.rules.context import ProjectContext

_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 80
SERVED = "/files/"
"""Where the preview serves the workspace's files."""


def page_of(folder: str) -> str:
    """The page of a project folder, the same on every file system and for no other folder.

    Plain folders keep their name, with "." between them; any other gets a short digest after a "_".
    """
    parts = folder.split("/")
    name = ".".join(parts)
    if len(name) > _LONGEST or not all(_PLAIN.fullmatch(part) for part in parts):
        words = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:_LONGEST].strip("-")
        name = f"{words}_{hashlib.sha256(folder.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
    return f"projects/{name}.html"


def anchor(kind: str, name: str) -> str:
    """An id for a milestone or an invoice on its project's page, whatever characters its name has."""
    if re.fullmatch(r"[A-Za-z0-9._-]+", name):
        return f"{kind}-{name}"
    return f"{kind}-_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def up(page: str) -> str:
    """The way from a page to the site's top."""
    return "../" * page.count("/")


class Files:
    """Links from pages in one folder to the evidence of one project."""

    def __init__(self, context: ProjectContext, start: str | None) -> None:
        """`start` is the absolute folder of the page the links stand on; None for the preview, which serves them."""
        self._hrefs: dict[str, str] = {}
        self._records = _link(os.path.join(context.root, *context.project.path.split("/")), context.root, start)
        for named, state in context.files:
            if state.outside is None and state.missing is None:
                href = _link(state.full, context.root, start)
                if href is not None:
                    self._hrefs[named.path] = href

    def href(self, path: str | None) -> str | None:
        """The link to a file a record names; None where it is not there or not inside the project."""
        return None if path is None else self._hrefs.get(path)

    @property
    def records(self) -> str | None:
        """The link to the project's records themselves."""
        return self._records

    @property
    def state(self) -> tuple[tuple[str, str], ...]:
        """All links, to tell whether a page has to be written anew."""
        return (("", self._records or ""), *self._hrefs.items())


def _link(full: str, root: str, start: str | None) -> str | None:
    try:
        path = os.path.relpath(full, root if start is None else start)
    except ValueError:  # another drive
        return None
    quoted = quote(path.replace(os.sep, "/").encode("utf-8", "surrogateescape"), safe="/")
    return f"{SERVED}{quoted}" if start is None else quoted
