"""Names that come next in a series: of milestones, of invoices."""

from __future__ import annotations

import re

from mtrack.errors import UsageError


def check_id(text: str) -> None:
    """Raise UsageError where a milestone can't be called that."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", text):
        message = f"'{text}' can't be an id; use letters, digits, '.', '_' and '-'"
        raise UsageError(message)


def next_id(ids: list[str]) -> str:
    """The id that comes after a project's last: M3 after M2, phase-10 after phase-9."""
    for known in reversed(ids):
        match = re.fullmatch(r"(.*?)([0-9]+)", known)
        if match:
            number = int(match[2])
            while True:
                number += 1
                name = f"{match[1]}{number:0{len(match[2])}d}"
                if name not in ids:
                    return name
    return f"M{len(ids) + 1}" if f"M{len(ids) + 1}" not in ids else next_id([*ids, f"M{len(ids) + 1}"])


def next_number(numbers: list[str]) -> str | None:
    """The next free number in the series the last of some invoice numbers belongs to; None where no number ends in digits."""
    for last in reversed(numbers):
        match = re.fullmatch(r"(.*?)([0-9]+)([^0-9]*)", last)
        if match:
            head, digits, tail = match.groups()
            series = re.compile(f"{re.escape(head)}([0-9]+){re.escape(tail)}", re.IGNORECASE)
            top = max(int(found[1]) for number in numbers if (found := series.fullmatch(number)))
            return f"{head}{top + 1:0{len(digits)}d}{tail}"
    return None
