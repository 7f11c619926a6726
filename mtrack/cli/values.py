"""What a word on the command line can stand for: a day, an amount, a path, a name with its amount."""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import click

from mtrack import money
from mtrack.record.schema import is_date


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A day of the calendar, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that says how to write it."""
        if isinstance(value, date):
            return value
        if is_date(value):
            return date.fromisoformat(value)
        return self.fail(f"'{value}' is not a day of the calendar; write it as YYYY-MM-DD", param, ctx)


class Choice(click.Choice[str]):
    """One of several words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002  (click's)
        """What to write in place of a word that is not among them."""
        nearest = get_close_matches(str(value), self.choices, n=1)
        meant = f"did you mean {nearest[0]}? " if nearest else ""
        return f"there is no '{value}'; {meant}choose from {', '.join(self.choices)}"


class Path(click.Path):
    """A path, with trouble told in mtrack's words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, if it is there and of the kind that is wanted."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(self._trouble(os.fsdecode(value)), param, ctx)

    def _trouble(self, value: str) -> str:
        if not os.path.exists(value):
            return f"there is no {self.name if not (self.file_okay and self.dir_okay) else 'file or folder'} '{value}'"
        if os.path.isdir(value) and not self.dir_okay:
            return f"'{value}' is a folder, not a file"
        if os.path.isfile(value) and not self.file_okay:
            return f"'{value}' is a file, not a folder"
        return f"'{value}' can't be read: permission denied"


class Whole(click.IntRange):
    """A whole number from a lowest one on, or up to a highest one too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or a usage error that says the bounds."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            bounds = f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"
            self.fail(f"'{value}' is not a whole number {bounds}", param, ctx)


class Change(type(click.INT)):  # type: ignore[misc]  # click names the class only within itself
    """A whole number that is added, or taken away where it is negative."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or a usage error."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{value}' is not a whole number", param, ctx)


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
