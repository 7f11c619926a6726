"""Options for reading a spreadsheet: those of the command line and those of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from mtrack.record.model import PaymentTerms

if TYPE_CHECKING:
    from collections.abc import Mapping


class Writing(Struct, frozen=True, kw_only=True):
    """The style of a file, where its content does not settle it."""

    decimal: str | None = None
    date_format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    approved_when_sent: bool = False


class Said(Writing, frozen=True, kw_only=True):
    """The options of the command line, in its words."""

    mapped: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


class Wanted(Writing, frozen=True, kw_only=True):
    """The options of the command line for a file, and the project's currency, terms and the ids that are taken."""

    mapped: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    by_tab: bool = False
    currency: str = ""
    decimals: int | None = None
    terms: PaymentTerms = PaymentTerms(30)
    taken: frozenset[str] = frozenset()
