"""Opens `schemas/` and `templates/`, from a checkout or from an installed wheel."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))

SCHEMAS = (
    "milestones", "workspace", "findings", "status", "gaps", "aging", "forecast", "invoices", "payments", "next", "verify",
    "log", "diff",
)  # fmt: skip
"""The names `mtrack schema NAME` knows."""


def folder(name: str) -> str:
    """The path of the top-level folder `name` ("schemas" or "templates").

    A wheel carries both inside the package; in a checkout they stand beside it.
    """
    inside = os.path.join(_HERE, name)
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_HERE), name)


@cache
def schema_text(name: str) -> str:
    """The text of a schema, byte for byte. `name` is one of `SCHEMAS`."""
    with open(os.path.join(folder("schemas"), f"{name}.schema.json"), encoding="utf-8", newline="") as file:
        return file.read()


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema as data, its decimals exact."""
    from decimal import Decimal  # noqa: PLC0415  (completion answers without it)

    from msgspec.json import Decoder  # noqa: PLC0415

    data: dict[str, Any] = Decoder(float_hook=Decimal).decode(schema_text(name))
    return data


def template_text(name: str) -> str:
    """The text of a file below `templates/`, given with "/"."""
    with open(os.path.join(folder("templates"), *name.split("/")), encoding="utf-8") as file:
        return file.read()
