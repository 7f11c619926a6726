"""Plain text and Markdown, line by line."""

from __future__ import annotations

import html
import re

from mtrack.verify.documents.document import MAX_ROWS, Document, Row, UnreadableError, raised, squeeze, table_rows
from mtrack.verify.documents.html import read_html

_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>")
_MARK = re.compile(r"\*\*|__|~~|`|\\(?=[_*$\-.#|\[\]()])")
_STRUCK = re.compile(
    r"~~(?=[^\s~])[^~\n]{1,1000}~~|<(s|del|strike)\b[^<>\n]{0,300}>[^\n]{0,1000}?</\1\s*>", re.IGNORECASE
)
_SUP = re.compile(r"<sup>([^<>\n]{1,20})</sup>", re.IGNORECASE)
_EMOJI = re.compile(r":[a-z_]{3,40}:")
_RULE = re.compile(r"[|:\s-]*-[|:\s-]*")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s*(\S.*)")
_BULLET = re.compile(r"\s*(?:[-*+]\s+)?(?:\[[ xX]\]\s*)?")
_PIPE = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"\t|\s{3,}")
_QUOTED = re.compile(r"^\s{0,3}(?:>\s?)+")
_BREAK = re.compile(r"<br\s{0,9}/?>|</(?:li|p|div)>", re.IGNORECASE)
_GRID = re.compile(r"\s*\+[-=+:]+\+\s*")
"""A line between the rows of a table that is drawn: "+---+---+"."""
_TABLE_TAG = re.compile(r"<(/?)table\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MIN_PIPES = 2
_BOMS = frozenset({b"\xff\xfe", b"\xfe\xff"})
_CHARSET = re.compile(
    rb"<meta\b[^<>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})|<\?xml[^<>]{0,100}?encoding=[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)
_HEAD = 4096
_KNOWN = re.compile(r"(?:utf|iso|windows|cp|us-ascii|koi8|gb|big5|shift|euc|mac|latin|ks_c)[\w.:-]*", re.IGNORECASE)
_MEANT = {"us-ascii": "windows-1252", "iso-8859-1": "windows-1252", "latin1": "windows-1252", "gb2312": "gb18030"}
"""Names of character sets that are given for the larger ones."""


def decode(data: bytes) -> str:
    """The text in a file: by its byte order mark, else as UTF-8, else as Windows writes it."""
    if data[:2] in _BOMS:
        return data.decode("utf-16", "replace")
    if b"\0" in data[:4096]:
        raise UnreadableError(reason="is not the text that its ending says", damaged=True)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def decode_as(data: bytes, charset: str) -> str:
    """The text of bytes whose character set is named; as `decode` has it where they are not in that."""
    charset = _MEANT.get(charset.lower(), charset)
    if _KNOWN.fullmatch(charset) and not (is_utf_8(data) or data[:2] in _BOMS):
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            pass
    return decode(data)


def decode_html(data: bytes) -> str:
    """The text of a page, whose head may name its character set."""
    named = _CHARSET.search(data[:_HEAD])
    return decode_as(data, (named[1] or named[2]).decode()) if named else decode(data)


def is_utf_8(data: bytes) -> bool:
    """Whether bytes are UTF-8 and more than ASCII, which hardly any other text is."""
    try:
        return not data.isascii() and bool(data.decode())
    except UnicodeDecodeError:
        return False


def read_text(content: str) -> Document:
    """A text file; wide gaps separate cells, form feeds separate pages."""
    paged = "\f" in content
    rows: list[Row] = []
    for page, text in enumerate(content.split("\f"), 1):
        for number, line in enumerate(text.splitlines(), 1):
            cells = tuple(cell for part in _GAP.split(line.strip()) if (cell := squeeze(part)))
            if cells and len(rows) <= MAX_ROWS:
                rows.append(Row(number, " ".join(cells), cells, page=page if paged else None))
    return Document("text", rows)


def read_markdown(content: str) -> Document:
    """A Markdown file: headings and tables are known, marks, the targets of links and what is struck through left out."""
    reader = _Markdown()
    content = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), content)
    for number, line in enumerate(content.splitlines(), 1):
        reader.line(number, line)
        if len(reader.rows) > MAX_ROWS:
            break
    reader.end()
    return Document("markdown", reader.rows)


class _Markdown:
    """Reads one line after the other."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tables = 0
        self.in_table = False
        self.in_code = False
        self.header: tuple[str, ...] = ()
        self.tags: list[str] = []
        self.depth = 0

    def line(self, number: int, line: str) -> None:
        """Take one line."""
        start = line.lstrip()[:6].lower()
        if start[:1] == ">" and not self.in_code:
            line = _QUOTED.sub("", line, count=1)
            start = line.lstrip()[:6].lower()
        if not self.in_code and (self.depth or start == "<table"):
            self._html_line(number, line)
        elif start.startswith(("```", "~~~")):
            self.in_code = not self.in_code
        elif self.in_code:
            self._add(number, squeeze(line))
        elif start[:1] == "+" and _GRID.fullmatch(line):
            self.header = self.rows[-1].cells if self.in_table and "=" in line else self.header
        elif line.count("|") >= _MIN_PIPES or ("|" in line and (self.in_table or self._is_rule(number, line))):
            self._table_line(number, line)
        else:
            self.in_table = False
            self._text_line(number, line)

    def end(self) -> None:
        """Take what is still open at the end."""
        if self.tags:
            self._html_table(len(self.tags))

    def _html_line(self, number: int, line: str) -> None:
        """Take a line of a table in HTML, which is read as a whole."""
        self.in_table = False
        self.tags.append(line)
        self.depth += sum(-1 if end else 1 for end in _TABLE_TAG.findall(line))
        if self.depth <= 0:
            self._html_table(number)

    def _html_table(self, last: int) -> None:
        rows = read_html("\n".join(self.tags)).rows
        for row in rows:
            row.number += last - len(self.tags)
            row.table = None if row.table is None else row.table + self.tables
        self.rows += rows
        self.tables = max((row.table for row in rows if row.table is not None), default=self.tables)
        self.tags, self.depth = [], 0

    def _is_rule(self, number: int, line: str) -> bool:
        """Whether a line is the rule below the heading of a table; the heading is then one."""
        last = self.rows[-1] if self.rows else None
        if not _RULE.fullmatch(line) or last is None or last.number != number - 1 or "|" not in last.text:
            return False
        self.tables += 1
        self.in_table = True
        last.cells = tuple(_clean(cell) for cell in _PIPE.split(last.text))
        last.text, last.table = " ".join(filter(None, last.cells)), self.tables
        return True

    def _table_line(self, number: int, line: str) -> None:
        if _RULE.fullmatch(line):
            if self.in_table and self.rows:
                self.header = self.rows[-1].cells
            return
        if not self.in_table:
            self.tables += 1
            self.in_table, self.header = True, ()
        texts = _PIPE.split(line.strip().removeprefix("|").removesuffix("|"))
        for cells in table_rows([_cell_lines(text) for text in texts]):
            if any(cells):
                text = " ".join(filter(None, cells))
                self.rows.append(Row(number, text, cells, table=self.tables, header=self.header))

    def _text_line(self, number: int, line: str) -> None:
        heading = _HEADING.fullmatch(line)
        if heading:
            self._add(number, _clean(heading[2].rstrip("# ")), len(heading[1]))
            return
        text = _clean(_BULLET.sub("", line, count=1))
        if text.strip("=-_* "):
            self._add(number, text)

    def _add(self, number: int, text: str, heading: int = 0) -> None:
        if text:
            self.rows.append(Row(number, text, (text,), heading=heading))


def _cell_lines(text: str) -> list[str]:
    return list(filter(None, map(_clean, _BREAK.split(text)))) if "<" in text else [_clean(text)]


def _clean(text: str) -> str:
    text = _SUP.sub(lambda found: raised(found[1]), _LINK.sub(r"\1", _STRUCK.sub(" ", text)))
    return squeeze(html.unescape(_EMOJI.sub(" ", _MARK.sub("", _TAG.sub(" ", text)))))
