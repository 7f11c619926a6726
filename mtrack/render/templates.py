"""Jinja2 on `templates/`: what is written into a page is escaped unless a template says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from mtrack import resources
from mtrack.render.markdown import escape
from mtrack.render.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Raw(str):
    """Text a template vouches for."""

    __slots__ = ()


def _raw(value: object) -> _Raw:
    """Text for a code block: harmless in a terminal, and with nothing that could end the block."""
    return _Raw(harmless(str(value)).replace("```", "'''"))


def _finalize(value: Any) -> Any:
    if isinstance(value, _Raw):
        return value
    return "" if value is None else escape(str(value))


def markdown_environment(own: Iterable[str] = ()) -> SandboxedEnvironment:
    """The environment of the Markdown templates; folders in `own` come before mtrack's own templates."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([*own, resources.folder("templates")]),
        undefined=StrictUndefined,
        autoescape=False,  # the escape is Markdown's, in `finalize`
        finalize=_finalize,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    environment.filters["raw"] = _raw
    return environment
