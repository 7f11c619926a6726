"""Plain text and Markdown, line by line."""

from __future__ import annotations

import re

from mtrack.verify.documents.document import MAX_ROWS, Document, Row, UnreadableError, squeeze

_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>")
_MARK = re.compile(r"\*\*|__|~~|`|\\(?=[_*$\-.#|\[\]()])")
_STRUCK = re.compile(
    r"~~(?=[^\s~])[^~\n]{1,1000}~~|<(s|del|strike)\b[^<>\n]{0,300}>[^\n]{0,1000}?</\1\s*>", re.IGNORECASE
)
_EMOJI = re.compile(r":[a-z_]{3,40}:")
_RULE = re.compile(r"[|:\s-]*-[|:\s-]*")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s*(\S.*)")
_BULLET = re.compile(r"\s*(?:[-*+]\s+)?(?:\[[ xX]\]\s*)?")
_PIPE = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"\t|\s{3,}")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MIN_PIPES = 2


def decode(data: bytes) -> str:
    """The text in a file: by its byte order mark, else as UTF-8, else as Windows writes it."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    if b"\0" in data[:4096]:
        raise UnreadableError(reason="is not the text that its ending says", damaged=True)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


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
    return Document("markdown", reader.rows)


class _Markdown:
    """Reads one line after the other."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.tables = 0
        self.in_table = False
        self.in_code = False
        self.header: tuple[str, ...] = ()

    def line(self, number: int, line: str) -> None:
        """Take one line."""
        if line.lstrip().startswith(("```", "~~~")):
            self.in_code = not self.in_code
        elif self.in_code:
            self._add(number, squeeze(line))
        elif line.count("|") >= _MIN_PIPES or (self.in_table and "|" in line):
            self._table_line(number, line)
        else:
            self.in_table = False
            self._text_line(number, line)

    def _table_line(self, number: int, line: str) -> None:
        if _RULE.fullmatch(line):
            if self.in_table and self.rows:
                self.header = self.rows[-1].cells
            return
        if not self.in_table:
            self.tables += 1
            self.in_table, self.header = True, ()
        cells = tuple(_clean(cell) for cell in _PIPE.split(line.strip().removeprefix("|").removesuffix("|")))
        if any(cells):
            text = " ".join(filter(None, cells))
            self.rows.append(Row(number, text, cells, table=self.tables, header=self.header))

    def _text_line(self, number: int, line: str) -> None:
        heading = _HEADING.fullmatch(line)
        if heading:
            self._add(number, _clean(heading[2].rstrip("# ")), len(heading[1]))
            return
        text = _clean(line.lstrip("> ") if line.lstrip().startswith(">") else _BULLET.sub("", line, count=1))
        if text.strip("=-_* "):
            self._add(number, text)

    def _add(self, number: int, text: str, heading: int = 0) -> None:
        if text:
            self.rows.append(Row(number, text, (text,), heading=heading))


def _clean(text: str) -> str:
    text = _LINK.sub(r"\1", _STRUCK.sub(" ", text))
    return squeeze(_EMOJI.sub(" ", _MARK.sub("", _TAG.sub(" ", text))))
