"""Kinds of words on the command line: a day, an amount, a path, a name with its amount."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import click

from mtrack import money
from mtrack.record.schema import is_date
from mtrack.words import nearest
from mtrack.workspace import link_out


class Day(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A day of the calendar, YYYY-MM-DD; `today` and `yesterday` are those of --as-of."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that says how to write it."""
        if isinstance(value, date):
            return value
        if is_date(value):
            return date.fromisoformat(value)
        as_of = self.today(ctx)
        if as_of is not None and value.casefold() == "today":
            return as_of
        if as_of is not None and value.casefold() == "yesterday":
            return as_of - timedelta(days=1)
        return self.fail(f"'{value}' is not a day of the calendar; write it as YYYY-MM-DD", param, ctx)

    def today(self, ctx: click.Context | None) -> date | None:
        """The day of --as-of, which is read before all other options; None where there is none."""
        ctx = ctx or click.get_current_context(silent=True)
        day = ctx.params.get("as_of") if ctx is not None else None
        return day if isinstance(day, date) else None


class Month(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A month, YYYY-MM: its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The first day of the month, or a usage error that says how to write it."""
        if isinstance(value, date):
            return value
        if is_date(f"{value}-01"):
            return date.fromisoformat(f"{value}-01")
        return self.fail(f"'{value}' is not a month; write it as YYYY-MM", param, ctx)


class Choice(click.Choice[str]):
    """One of several words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002  (click's)
        """The message for a word that is not among them, with the words to write instead."""
        near = nearest(str(value), self.choices)
        meant = f"did you mean {near}? " if near else ""
        return f"there is no '{value}'; {meant}choose from {', '.join(self.choices)}"


class Path(click.Path):
    """A path, with error messages in mtrack's words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, if it is there and of the kind that is wanted."""
        try:
            found = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(self._trouble(os.fsdecode(value)), param, ctx)
        link = link_out(os.fsdecode(found)) if self.exists and not self.dir_okay else None
        if link is not None:  # the content of such a file would end up in the workspace
            real = os.path.realpath(link)
            self.fail(
                f"{link} is a link that leads out of the workspace, to {real}; name that, if it is meant", param, ctx
            )
        return found

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


class AmountOrRate(Amount):
    """An amount, or a rate: 19%."""

    name = "amount or rate"

    def convert(  # type: ignore[override]
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal | money.Rate:
        """Read it, or say what to write."""
        if isinstance(value, Decimal | money.Rate):
            return value
        if value.strip().endswith("%"):
            return money.Rate(Percent().convert(value, param, ctx))
        return super().convert(value, param, ctx)


class Percent(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A percentage from 0 to 100, with or without its sign."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read it, or say what to write."""
        if isinstance(value, Decimal):
            return value
        percent = money.parse(value.strip().removesuffix("%").strip())
        if percent is None or not 0 <= percent <= 100:  # noqa: PLR2004
            self.fail(f"'{value}' is not a rate from 0 to 100; write it as 19%", param, ctx)
        return percent


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


class PlannedMilestone(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """NAME=AMOUNT of a milestone to be, as a record; `upfront` after the amount makes it a deposit."""

    name = "NAME=AMOUNT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """Name, amount, and that it is a deposit, where it is one."""
        if isinstance(value, dict):
            return value
        bare = re.sub(r"\s+upfront\s*$", "", value)
        name, amount = Pair(self.name).convert(bare, param, ctx)
        return {"name": name, "amount": amount} | ({"upfront": True} if bare != value else {})


class Instalment(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """DATE=AMOUNT, or DATE alone for the rest."""

    name = "DATE=AMOUNT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, Decimal | None]:
        """The day, and the amount where there is one."""
        if isinstance(value, tuple):
            return value
        day, equals, amount = value.partition("=")
        due = Day().convert(day.strip(), param, ctx)
        return due, Amount().convert(amount.strip(), param, ctx) if equals else None


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
