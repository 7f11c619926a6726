"""What obeys a text, each in its own words: a terminal, a CI runner, a spreadsheet, a reader of Markdown, a browser."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from typing import TYPE_CHECKING

import html5lib
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token


def obeyed_by_terminal(text: str) -> list[str]:
    """Characters that move a cursor, hide or turn text; ends of lines aside."""
    return [
        f"U+{ord(char):04X}"
        for char in sorted(set(text) - {"\n"})
        if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs")
        or char in "\u034f\u115f\u1160\u3164\uffa0\ufe0f"
    ]


def obeyed_by_runner(text: str) -> list[str]:
    """Lines that GitHub or Azure would take for a command."""
    return [
        line
        for line in re.split("[\r\n\x0b\x0c\x85\u2028\u2029]", text)
        if _bare(line).startswith("::") or re.search(r"##([A-Za-z]+)?\[", line)
    ]


def _bare(line: str) -> str:
    """A line without what a runner may trim or pass over before it."""
    at = 0
    while at < len(line) and (line[at].isspace() or obeyed_by_terminal(line[at])):
        at += 1
    return line[at:]


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def obeyed_by_spreadsheet(text: str) -> list[str]:
    """Cells that begin a formula, whether the comma or the semicolon parts them."""
    with_comma = [cell for row in csv.reader(io.StringIO(text, newline=""), strict=True) for cell in row]
    with_semicolon = [cell.strip().lstrip('"') for line in text.splitlines() for cell in line.split(";")]
    return [
        cell
        for cell in (*with_comma, *with_semicolon)
        if unicodedata.normalize("NFKC", cell.strip())[:1] in tuple("=+-@") and not _NUMBER.fullmatch(cell.strip())
    ]


_PLAIN_HTML = re.compile(r"<br>|<!-- -->")
_BLOCKS = frozenset(["heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"])
_INLINE = frozenset({"text", "code_inline", "softbreak", "html_inline"})


def obeyed_in_markdown(text: str) -> list[str]:
    """Markup that no document of mtrack's has, and mentions of people and issues."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    found: list[str] = []
    depth = 0
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        depth += token.nesting if kind == "bullet_list" else 0
        if kind not in _BLOCKS | {"inline", "fence"} or depth > 1 or (kind == "fence" and token.info != "text"):
            found.append(f"{token.type}: {token.content}")
        found += _inline(token.children or ())
    return found


_BY_ITSELF = re.compile(
    r"@\w|[#!&$][0-9]|[%~][\w\"]|\^alert|\[\w+:[0-9]|\bG[HL]-[0-9]|[a-z][a-z0-9+.-]*://|www\.", re.IGNORECASE
)
"""What becomes a mention or a link without any markup."""


def _inline(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        harmless = token.type in _INLINE and (token.type != "html_inline" or _PLAIN_HTML.fullmatch(token.content))
        if not harmless or (token.type == "text" and _BY_ITSELF.search(token.content)):
            yield f"{token.type}: {token.content}"


_OWN_SCHEMES = ("http:", "https:", "mailto:", "data:image/svg+xml")


def obeyed_by_browser(page: str) -> list[str]:
    """Scripts beside the page's own, handlers, links that run, and characters that turn text around."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = obeyed_by_terminal(page.replace("\t", ""))
    scripts = [element for element in tree.iter("script") if element.get("type") != "application/json"]
    found += ["a second script"] if len(scripts) > 1 else []
    for element in tree.iter():
        for name, value in element.attrib.items():
            scheme = (
                re.match(r"\s*([a-z][a-z0-9+.-]*:)", value, re.IGNORECASE)
                if name in ("href", "src", "action")
                else None
            )
            if str(name).startswith("on") or (scheme and not value.startswith(_OWN_SCHEMES)):
                found.append(f"<{element.tag} {name}={value}>")
    return found
