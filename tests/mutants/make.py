"""The mutants of a module: mutmut's operators, tried on every node in the body of a function, whatever decorates it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from mutants.rooms import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEFT_ALONE = {"len", "isinstance", "cast", "TypeVar"}
"""Calls in which nearly every change ends in an error at once."""


class Mutant(NamedTuple):
    """One change of one node; `number` is its place among those of its file."""

    path: str
    number: int
    function: str
    nth: int
    """Which of the functions of that name in its file, from 0."""
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function}: {self.before} → {self.after}"


class _Place(NamedTuple):
    """The function that a node stands in, from the module's level."""

    name: str
    nth: int


def _inside(node: Any, place: _Place) -> Iterator[tuple[Any, _Place]]:
    """The nodes that make up what a function does: no annotation, no default, no docstring."""
    if isinstance(node, cst.Annotation | cst.Decorator | cst.Parameters):
        return
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString):
        return
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in LEFT_ALONE:
        return
    yield node, place
    for child in node.children:
        yield from _inside(child, place)


def _functions(node: Any, within: str, seen: dict[str, int]) -> Iterator[tuple[Any, _Place]]:
    """The nodes of each function of a module or class."""
    for child in node.children:
        if isinstance(child, cst.FunctionDef):
            name = within + child.name.value
            seen[name] = seen.get(name, -1) + 1
            yield from _inside(child.body, _Place(name, seen[name]))
        elif isinstance(child, cst.ClassDef):
            yield from _functions(child.body, f"{within}{child.name.value}.", seen)
        elif not isinstance(child, cst.BaseExpression):
            yield from _functions(child, within, seen)


def _changes(node: Any) -> Iterator[Any]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from operator(node)


@lru_cache(maxsize=4)
def _parsed(path: Path) -> tuple[Any, list[tuple[Any, Any, Mutant]]]:
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    positions = wrapper.resolve(PositionProvider)
    module = wrapper.module
    made: list[tuple[Any, Any, Mutant]] = []
    for node, place in _functions(module, "", {}):
        for changed in _changes(node):
            before, after = (" ".join(module.code_for_node(one).split()) for one in (node, changed))
            if before == after or node not in positions:
                continue
            name = path.relative_to(ROOT).as_posix()
            line = positions[node].start.line
            made.append((node, changed, Mutant(name, len(made), place.name, place.nth, line, before, after)))
    return module, made


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of a module."""
    return [mutant for _, _, mutant in _parsed(path)[1]]


def source_of(mutant: Mutant) -> str:
    """The module with the mutant in it."""
    module, made = _parsed(ROOT / mutant.path)
    node, changed, _ = made[mutant.number]
    code: str = module.deep_replace(node, changed).code
    return code
