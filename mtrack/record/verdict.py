"""The verdict of the papers on a recorded value: where it stands, and what stands there instead."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Subject = Literal["agreement", "milestone", "invoice", "signoff"]
Field = Literal[
    "amount", "name", "total", "count", "currency", "signed", "terms", "number", "net", "tax", "gross", "sent", "due",
    "kind", "milestone", "date",
]  # fmt: skip
State = Literal["confirmed", "computed", "elsewhere", "differs", "not_found", "unreadable"]


class Verdict(Struct, frozen=True, omit_defaults=True):
    """One recorded value beside the papers.

    `id` is the milestone's id or the invoice's number. `recorded` and `found` are decimal strings, ISO dates or text;
    `file` is the path from the project, `page` None where a kind has none. `note` says how a computed value was worked
    out, what was tried, or why a file can't be read. `certain` where a structured e-invoice says it, `damaged` where a
    file is broken and not merely without text, `reserved` where the value stands there, and only for something else,
    `changed` where the agreement or an amount is not the one that was compared.
    """

    subject: Subject
    id: str | None
    field: Field
    recorded: str | None
    verdict: State
    found: str | None = None
    file: str | None = None
    page: int | None = None
    line: int | None = None
    quote: str | None = None
    note: str = ""
    certain: bool = False
    damaged: bool = False
    reserved: bool = False
    changed: bool = False
