"""What a word on the command line can stand for: an amount, a name with its amount, money in another currency."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import click

from mtrack import money


class Amount(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """An amount: plain digits and a point; a minus where it may be negative."""

    name = "amount"

    def __init__(self, *, signed: bool = False) -> None:
        self.signed = signed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read it, or say what to write."""
        if isinstance(value, Decimal):
            return value
        amount = money.parse(value.removeprefix("+"))
        if amount is None:
            meant = money.suggestion(value)
            write = f"; write {meant}" if meant else "; write plain digits and a point, as in 4000.00"
            self.fail(f"'{value}' is not an amount{write}", param, ctx)
        if amount < 0 and not self.signed:
            self.fail(f"'{value}' is below 0", param, ctx)
        return amount


class Pair(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """NAME=AMOUNT; the amount may be left out where it is `optional`."""

    def __init__(self, name: str, *, optional: bool = False) -> None:
        self.name = name
        self.optional = optional

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Decimal | None]:
        """Split at the last `=`."""
        if isinstance(value, tuple):
            return value
        name, equals, amount = value.rpartition("=")
        if not equals and self.optional:
            return value.strip(), None
        if not name.strip():
            self.fail(f"'{value}' is not {self.name}", param, ctx)
        return name.strip(), Amount().convert(amount.strip(), param, ctx)


class Received(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """Money in another currency: 'USD 5120' or '5120 USD'."""

    name = "currency amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Decimal, str]:
        """Read code and amount, in either order."""
        if isinstance(value, tuple):
            return value
        words = value.split()
        if len(words) == 2:  # noqa: PLR2004
            code, amount = words if money.parse(words[0]) is None else words[::-1]
            if re.fullmatch(r"[A-Za-z0-9]{3,8}", code):
                return Amount(signed=True).convert(amount, param, ctx), code.upper()
        return self.fail(f"'{value}' is not a currency and an amount; write 'USD 5120.00'", param, ctx)
