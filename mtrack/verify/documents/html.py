"""HTML, by the standard library's parser: blocks as lines, rows of tables as rows, without what a browser does not show."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from mtrack.verify.documents.document import MAX_CELLS, MAX_ROWS, Document, Row, raised, squeeze, table_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "br",
        "caption",
        "dd",
        "div",
        "dt",
        "figcaption",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "title",
        "tr",
        "ul",
    ]
)
_HIDDEN = frozenset({"del", "noscript", "s", "script", "strike", "style", "svg", "template", "title"})
"""Elements that are not shown, or whose text is struck through: it no longer holds."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ROWS = frozenset({"tr", "tbody", "thead", "tfoot"})
_LIMITS = frozenset({"caption", "object", "table", "td", "template", "th"})
"""Elements that only their own end, and that of a part of a table around them, can close."""
_TABLES = _ROWS | {"caption", "table", "td", "template", "th"}
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
"""Elements without an end."""
_TYPED = frozenset({"date", "email", "number", "tel", "text", "url"})
"""Kinds of fields whose text is shown."""
_ENDED_BY = {
    "p": _BLOCKS - {"br", "body", "caption", "option", "title"},
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
    "td": frozenset({"td", "th"}) | _ROWS,
    "th": frozenset({"td", "th"}) | _ROWS,
    "tr": _ROWS,
    "tbody": _ROWS - {"tr"},
    "thead": _ROWS - {"tr"},
    "tfoot": _ROWS - {"tr"},
}
"""Elements whose end may be left out, and what begins only behind it."""
_GO_ON = frozenset(["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"])
"""Elements that go on behind the block in which they began, until they are closed."""
_UNSEEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|text-decoration(?:-line)?\s*:[\w\s-]*\bline-through\b[^;]*?)"
    r"\s*(?:!\s*important\s*)?(?:;|$)",
    re.IGNORECASE,
)
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_MAX_DEPTH = 20
_MAX_SPAN_DIGITS = 4
_CHUNK = 1 << 16


def read_html(content: str) -> Document:
    """The text of a page; its lines are those of the file."""
    reader = _Html()
    for start in range(0, len(content), _CHUNK):
        if len(reader.rows) > MAX_ROWS:
            break
        reader.feed(content[start : start + _CHUNK])
    reader.close()
    reader.finish()
    return Document("html", reader.rows)


class _Table:
    """A table that is being read: its finished rows, and the row and cell that are open."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.header: tuple[str, ...] = ()
        self.row: list[list[str]] = []
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.gap = 0
        self.below: dict[int, int] = {}

    def begin_cell(self, attrs: list[tuple[str, str | None]]) -> None:
        """Open a cell behind the places that the cell before and those of the rows above take."""
        self.end_cell()
        self.row += [[]] * self.gap
        while self.below.get(len(self.row)):
            self.row.append([])
        self.cell, self.span = [], (_span(attrs, "rowspan"), _span(attrs, "colspan"))

    def end_cell(self) -> None:
        """Close the open cell, if there is one; a heading over several columns is that of each."""
        if self.cell is None:
            return
        rows, columns = self.span
        at = len(self.row)
        more = max(0, min(columns, MAX_CELLS - at) - 1)
        self.row += [self.cell] * (1 if self.header else 1 + more)
        self.gap = more if self.header else 0
        self.below.update(dict.fromkeys(range(at, at + 1 + more), rows))
        self.cell = None

    def end_row(self, line: int) -> Iterator[Row]:
        """Close the open row, which may show none, one or several."""
        self.end_cell()
        self.below = {place: left - 1 for place, left in self.below.items() if left > 1}
        lines, self.row, self.gap = self.row, [], 0
        for cells in table_rows(lines):
            if any(cells):
                yield Row(line, " ".join(filter(None, cells)), cells, table=self.number, header=self.header)
                self.header = self.header or cells


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    """The rows or columns that a cell takes; one where the attribute is no number."""
    value = next((value for key, value in attrs if key == name), None) or ""
    digits = value.strip()[:_MAX_SPAN_DIGITS]
    return max(1, int(digits)) if digits.isascii() and digits.isdigit() else 1


class _Open:
    """The elements that are open, and whether a reader sees what stands in the innermost."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, bool, bool]] = []
        self._count: Counter[str] = Counter()

    @property
    def hidden(self) -> bool:
        """Whether nobody sees what comes next."""
        return bool(self._stack) and self._stack[-1][2]

    @property
    def is_raised(self) -> bool:
        """Whether what comes next is raised."""
        return self._count["sup"] > 0

    def begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; it closes those whose end is left out."""
        self._end_left_out(tag)
        if tag not in _EMPTY:
            hides = tag in _HIDDEN or any(map(_hides, attrs))
            self._stack.append((tag, hides, hides or self.hidden))
            self._count[tag] += 1

    def end(self, tag: str) -> None:
        """Close an element and those in it; an end without a begin is none, and what follows a body belongs to it."""
        if not self._count[tag] or tag in {"body", "html"}:
            return
        for at in range(len(self._stack) - 1, -1, -1):
            name = self._stack[at][0]
            if name == tag:
                self._cut(at)
                return
            if name in _LIMITS and (tag not in _TABLES or name in {"table", "template"}):
                return

    def _end_left_out(self, tag: str) -> None:
        at = len(self._stack) - 1
        while at >= 0:
            name = self._stack[at][0]
            if tag in _ENDED_BY.get(name, ()):
                self._cut(at)
            elif name in _LIMITS or (name in _BLOCKS and name != "p"):
                return
            at -= 1

    def _cut(self, at: int) -> None:
        """Close all from one on; what hides and goes on behind its block is opened again."""
        gone, self._stack = self._stack[at:], self._stack[:at]
        self._count.subtract(name for name, _, _ in gone)
        if gone[0][0] not in _TABLES:
            for name, hides, _ in gone[1:]:
                if hides and name in _GO_ON:
                    self._stack.append((name, True, True))
                    self._count[name] += 1


def _typed(attrs: list[tuple[str, str | None]]) -> str:
    """What is typed into a field of a form, where it is shown."""
    values = dict(attrs)
    is_shown = (values.get("type") or "text").lower() in _TYPED and not any(map(_hides, attrs))
    return f" {values.get('value') or ''} " if is_shown else ""


def _hides(attribute: tuple[str, str | None]) -> bool:
    """Whether an attribute of an element says that nobody is to see it."""
    name, value = attribute
    return name == "hidden" or (
        name == "style" and value is not None and _UNSEEN.search(_CSS_COMMENT.sub("", value)) is not None
    )


class _Html(HTMLParser):
    """Collects rows as tags open and close. Tables within tables are read on their own, in front of the outer row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self.text: list[str] = []
        self.open = _Open()
        self.heading = 0
        self.tables: list[_Table] = []
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a table, its row or cell."""
        if tag in _BLOCKS:
            self._flush()
        self.open.begin(tag, attrs)
        self.heading = _HEADINGS.get(tag, self.heading)
        if tag == "table":
            self._open_table()
        elif self.tables and tag == "tr":
            self._end_row()
        elif self.tables and tag in {"td", "th"}:
            self.tables[-1].begin_cell(attrs)
        elif tag == "input":
            self.handle_data(_typed(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open it: HTML knows no element that its own begin closes."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag has opened."""
        if tag in _BLOCKS:
            self._flush()
        self.open.end(tag)
        if tag in _HEADINGS:
            self.heading = 0
        if self.tables and tag in {"td", "th"}:
            self.tables[-1].end_cell()
        elif self.tables and tag in {"tr", "table"}:
            self._end_row()
            if tag == "table":
                self.tables.pop()

    def handle_data(self, data: str) -> None:
        """Collect text that a reader sees."""
        if not self.open.hidden:
            self.text.append(raised(data) if self.open.is_raised else data)

    def finish(self) -> None:
        """Close what is still open at the end."""
        self._flush()
        while self.tables:
            self._end_row()
            self.tables.pop()

    def _open_table(self) -> None:
        self.count += 1
        if len(self.tables) < _MAX_DEPTH:
            self.tables.append(_Table(self.count))

    def _end_row(self) -> None:
        self.rows += self.tables[-1].end_row(self.getpos()[0])

    def _flush(self) -> None:
        text = squeeze("".join(self.text))
        self.text.clear()
        if not text:
            return
        if self.tables and self.tables[-1].cell is not None:
            self.tables[-1].cell.append(text)
        else:
            self.rows.append(Row(self.getpos()[0], text, (text,), heading=self.heading))
