"""The meaning of a plain scalar where text, an amount, a count or a flag is asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from decimal import Decimal

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def scalar(value: str, kind: str) -> str | bool | int | Decimal | None:
    """A plain scalar in the sense `kind` asks for: text, amount, count, flag or any.

    What does not fit stays its characters; the schema then says what is wrong with it.
    """
    if value in NULLS:
        return None
    if kind == "text":
        return value
    if kind == "count":
        return int(value) if _INTEGER.fullmatch(value) else value
    if kind in ("flag", "any") and value in _BOOLEANS:
        return _BOOLEANS[value]
    if kind == "flag":
        return value
    amount = money.parse(value)
    return value if amount is None else amount
