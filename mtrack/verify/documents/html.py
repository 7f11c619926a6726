"""HTML, by the standard library's parser: blocks as lines, rows of tables as rows."""

from __future__ import annotations

from html.parser import HTMLParser

from mtrack.verify.documents.document import MAX_ROWS, Document, Row, squeeze

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
_HIDDEN = frozenset({"head", "noscript", "script", "style", "svg", "template"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MAX_DEPTH = 20
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
        self.row: list[str] = []
        self.cell: list[str] | None = None

    def end_cell(self) -> None:
        """Close the open cell, if there is one."""
        if self.cell is not None:
            self.row.append(" ".join(self.cell))
            self.cell = None

    def end_row(self, line: int) -> Row | None:
        """Close the open row; None where it is empty."""
        self.end_cell()
        cells, self.row = tuple(self.row), []
        if not any(cells):
            return None
        row = Row(line, " ".join(filter(None, cells)), cells, table=self.number, header=self.header)
        self.header = self.header or cells
        return row


class _Html(HTMLParser):
    """Collects rows as tags open and close. Tables within tables are read on their own, in front of the outer row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Row] = []
        self.text: list[str] = []
        self.hidden = 0
        self.heading = 0
        self.tables: list[_Table] = []
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a table, its row or cell."""
        del attrs
        if tag in _HIDDEN:
            self.hidden += 1
        if tag in _BLOCKS:
            self._flush()
        self.heading = _HEADINGS.get(tag, self.heading)
        if tag == "table":
            self._open_table()
        elif self.tables and tag == "tr":
            self._end_row()
        elif self.tables and tag in {"td", "th"}:
            self.tables[-1].end_cell()
            self.tables[-1].cell = []

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag has opened."""
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        if tag in _BLOCKS:
            self._flush()
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
        if not self.hidden:
            self.text.append(data)

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
        row = self.tables[-1].end_row(self.getpos()[0])
        if row is not None:
            self.rows.append(row)

    def _flush(self) -> None:
        text = squeeze("".join(self.text))
        self.text.clear()
        if not text:
            return
        if self.tables and self.tables[-1].cell is not None:
            self.tables[-1].cell.append(text)
        else:
            self.rows.append(Row(self.getpos()[0], text, (text,), heading=self.heading))
