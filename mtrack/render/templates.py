"""Jinja2 on `templates/`: what is written into a page is escaped unless a template says otherwise."""

from __future__ import annotations

import marshal
import operator
import os
import re
from typing import TYPE_CHECKING, Any, Protocol

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateRuntimeError,
    nodes,
)
from jinja2.compiler import CodeGenerator
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mtrack import files, resources
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


class Keeper(Protocol):
    """Keeps bytes by name for later runs of the same mtrack, whole or not at all."""

    def get(self, name: str) -> bytes | None:
        """What was kept; None where nothing was."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a content."""


class _Compiled(BytecodeCache):
    """Compiled templates, in the care of a keeper. Jinja2's own cache would lie in the system's folder for temporary files."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that was compiled earlier, from this same text."""
        kept, text = self._keeper.get(bucket.key), bucket.checksum.encode()
        if kept is not None and kept.startswith(text):
            bucket.code = marshal.loads(kept[len(text) :])  # noqa: S302  (of the user's own cache)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self._keeper.put(bucket.key, bucket.checksum.encode() + marshal.dumps(bucket.code))


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


_HARMLESS = re.compile(r"[ !#-%(-;=?-~]*")
"""Text that is the same in HTML."""


def _escaped(value: Any) -> str:
    """A value as it stands in a page: what is not markup is escaped."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return value if _HARMLESS.fullmatch(value) else escape(clean(value))
    return escape(_finalize_html(value))


class _Generator(CodeGenerator):
    """Compiles mtrack's own templates to less: one call escapes a value, an attribute and a call are nothing else.

    Pages have hundreds of thousands of them. The sandbox of a workspace's own templates keeps Jinja2's ways.
    """

    def _output_child_pre(self, _node: nodes.Expr, _frame: Any, _finalize: Any) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, _node: nodes.Expr, _frame: Any, _finalize: Any) -> None:
        self.write(")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Any) -> None:  # noqa: N802  (Jinja2's name)
        """The attribute of a value."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Call(self, node: nodes.Call, frame: Any, forward_caller: bool = False) -> None:  # noqa: N802, FBT001, FBT002
        """A call of a function or a macro, none of which asks for the context."""
        self.write("environment.do(")
        self.visit(node.node, frame)
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")


class _OwnEnvironment(Environment):
    code_generator_class = _Generator
    do: Any = staticmethod(operator.call)

    def make_globals(self, d: Any) -> Any:
        """The names that every template knows, in one dictionary: each page begins with a copy of it."""
        return {**self.globals, **(d or {})}


def html_environment(own: str | None = None, compiled: Keeper | None = None) -> Environment:
    """The environment of the HTML templates, autoescaped.

    What lies in the folder `own` comes before mtrack's own templates, and all then runs in the sandbox, which would
    only slow down those that mtrack brings. `compiled` keeps mtrack's own templates compiled: the sandbox compiles
    differently.
    """
    kind: type[Environment] = _OwnEnvironment if own is None else ImmutableSandboxedEnvironment
    loader: BaseLoader = FileSystemLoader(resources.folder("templates"))
    environment = kind(
        loader=loader if own is None else ChoiceLoader([_OwnLoader(own), loader]),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_escaped if own is None else _finalize_html,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        optimized=False,  # nothing is worked out while a template is compiled: another locale may use what comes of it
    )
    if own is None and compiled is not None:
        environment.bytecode_cache = _Compiled(compiled)
    return environment
