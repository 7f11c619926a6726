"""Jinja2 on `templates/`: what is written into a page is escaped unless a template says otherwise."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateRuntimeError,
)
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mtrack import __version__, files, resources
from mtrack.render.terminal import safe

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class _OwnLoader(BaseLoader):
    """A workspace's own templates, read like everything that others wrote: bounded, and through no link that leads out."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002
        full = os.path.join(self._folder, *split_template_path(template))
        if not os.path.lexists(full):
            raise TemplateNotFound(template)
        try:
            text = files.read(full, within=self._folder).decode()
        except files.UnreadableFileError as error:
            refused = TemplateRuntimeError(error.message)
            refused.name = template  # type: ignore[attr-defined]
            raise refused from error
        return text, full, None


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates in the system's folder for temporary files; a full disk there is no trouble."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, where that can be done."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


_NOT_HTML = re.compile("[\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U0010fffe\U0010ffff]")
_BETWEEN_LAYOUT = re.compile("[^\t\n\r]+")


def clean(text: str) -> str:
    r"""Text as a page can hold it: what a terminal would be spared becomes escapes like \x1b, tabs and line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    return _BETWEEN_LAYOUT.sub(lambda match: safe(match[0]), _NOT_HTML.sub("\ufffd", text))


def _finalize_html(value: Any) -> Any:
    if type(value) is str:
        return clean(value)
    if value is None:
        return ""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def html_environment(own: str | None = None) -> Environment:
    """The environment of the HTML templates, autoescaped.

    What lies in the folder `own` comes before mtrack's own templates, and all then runs in the sandbox, which would
    only slow down those that mtrack brings.
    """
    kind: type[Environment] = Environment if own is None else ImmutableSandboxedEnvironment
    loader: BaseLoader = FileSystemLoader(resources.folder("templates"))
    environment = kind(
        loader=loader if own is None else ChoiceLoader([_OwnLoader(own), loader]),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_finalize_html,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        optimized=False,  # nothing is worked out while a template is compiled: another locale may use what comes of it
    )
    if own is None:
        # Only what mtrack brings is kept compiled: the sandbox compiles otherwise. Jinja2 sees to it that the folder is
        # the user's own, and where it can't be had, templates are compiled again.
        with suppress(OSError, RuntimeError):
            environment.bytecode_cache = _Compiled(pattern=f"mtrack-{__version__}-%s")
    return environment
