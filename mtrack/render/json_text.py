"""The sink for JSON."""

from __future__ import annotations

import json
import re
from typing import Any

# Control characters, line separators, bidirectional marks and lone surrogates: no terminal obeys the JSON it is shown.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def json_text(data: Any) -> str:
    """JSON, two spaces of indent, keys in the order given; controls and bidirectional marks as escapes."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return _HARMFUL.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text) + "\n"
