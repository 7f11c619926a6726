"""What every text output shares: making text from files harmless, JSON, and a little colour."""

from __future__ import annotations

import json
import re
from typing import Any

# C0 and C1 controls, DEL, line and paragraph separators, bidirectional controls, and lone surrogates: what could
# move the cursor, hide text or turn a line around.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def harmless(text: str) -> str:
    r"""Text from a file as one line that a terminal shows and does not obey: controls become escapes like \x1b."""
    return _HARMFUL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": " "}[match[0]]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004


def json_text(data: Any) -> str:
    """JSON, two spaces of indent, keys in the order given; controls and bidirectional marks as escapes."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return _HARMFUL.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text) + "\n"


def style(text: str, *styles: str, colour: bool) -> str:
    """Text in a terminal's colours, or as it is."""
    if not colour or not text:
        return text
    return f"\x1b[{';'.join(_CODES[name] for name in styles)}m{text}\x1b[0m"


def capital(text: str) -> str:
    """Text with its first letter raised, to begin a paragraph or a title."""
    return text[:1].upper() + text[1:]


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things in words: "1 project", "2 projects"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
