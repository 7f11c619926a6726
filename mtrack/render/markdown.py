"""Text from files made harmless in Markdown: nothing in it is read as markup, table edge, mention or HTML."""

from __future__ import annotations

import re

from mtrack.render.plain import harmless

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$])")
_MENTION = re.compile(r"@")


def escape(text: str) -> str:
    """Text as Markdown that reads the same; controls become escapes, `@` mentions nobody."""
    return _MENTION.sub("@<!-- -->", _SPECIAL.sub(r"\\\1", harmless(text)).replace("&", "&amp;"))


def cell(text: str) -> str:
    """Text for a table cell."""
    return escape(text).strip()


def code(text: str) -> str:
    """Text as inline code."""
    safe = harmless(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", safe)), default=0) + 1)
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"
