"""Milestones of a new project, from a CSV file."""

from __future__ import annotations

import io
from typing import Any

import click

from mtrack import files
from mtrack.cli import values
from mtrack.errors import UsageError


def milestones(path: str) -> list[dict[str, Any]]:
    """Milestones from a CSV file with the columns name, amount, planned. Raises UsageError."""
    import csv  # noqa: PLC0415

    result: list[dict[str, Any]] = []
    try:
        with io.StringIO(files.read(path).decode("utf-8-sig"), newline="") as file:
            rows = csv.reader(file, strict=True)
            columns = [name.strip().lower() for name in next(rows, [])]
            if not {"name", "amount"} <= set(columns):
                message = f"{path}:1: the first line must name the columns, with commas: name,amount,planned"
                raise UsageError(message)
            if twice := next((name for name in ("name", "amount", "planned") if columns.count(name) > 1), None):
                message = f"{path}:1: the column '{twice}' stands there twice; keep one"
                raise UsageError(message)
            for row in rows:
                try:
                    result += _milestone(columns, [cell.strip() for cell in row])
                except (UsageError, click.BadParameter) as error:
                    message = f"{path}:{rows.line_num}: {getattr(error, 'message', error)}"
                    raise UsageError(message) from None
    except files.UnreadableFileError as error:
        message = f"{path} can't be read: {error.reason}"
        raise UsageError(message) from None
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8; save it as UTF-8"
        raise UsageError(message) from None
    except csv.Error:
        message = f"{path}:{rows.line_num}: this is not CSV: a quote is left open, or stands inside a cell"
        raise UsageError(message) from None
    if not result:
        message = f"{path} holds no milestone below its first line"
        raise UsageError(message)
    return result


def _milestone(columns: list[str], cells: list[str]) -> list[dict[str, Any]]:
    """The milestone of a row; none where it is empty."""
    if not any(cells):
        return []
    if len(cells) > len(columns):
        message = "there are more cells than columns; put quotes around a cell with a comma"
        raise UsageError(message)
    known = dict(zip(columns, cells, strict=False))
    if not known.get("name") or not known.get("amount"):
        message = "a milestone needs a name and an amount"
        raise UsageError(message)
    record = {"name": known["name"], "amount": values.Amount().convert(known["amount"], None, None)}
    if known.get("planned"):
        record["planned"] = values.Day().convert(known["planned"], None, None)
    return [record]
