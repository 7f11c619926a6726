"""A mutant in a running interpreter: the code of a function that is there already is replaced."""

from __future__ import annotations

import functools
import gc
from itertools import zip_longest
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from mutants.rooms import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mutants.make import Mutant

Key = tuple[str, str, int]
"""File, name and first line of a function."""


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code and all codes in it, in the order of the source."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def _of_function(module: CodeType, mutant: Mutant) -> CodeType:
    return [code for code in _codes(module) if code.co_qualname == mutant.function][mutant.nth]


def _key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno


class Live:
    """The functions and caches of mtrack that are alive, found once."""

    def __init__(self) -> None:
        prefix = str(ROOT / "mtrack")
        self.functions: dict[Key, list[FunctionType]] = {}
        self.caches: list[Any] = []
        for one in gc.get_objects():
            if type(one) is FunctionType and one.__code__.co_filename.startswith(prefix):
                self.functions.setdefault(_key(one.__code__), []).append(one)
            elif type(one) is functools._lru_cache_wrapper and one.__module__.startswith("mtrack"):  # noqa: SLF001
                self.caches.append(one)

    def put(self, mutant: Mutant, changed: str) -> bool:
        """Change the function in this process; whether that could be done."""
        path = ROOT / mutant.path
        before = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
        after = compile(changed, str(path), "exec", dont_inherit=True)
        done = False
        pairs = zip_longest(_codes(_of_function(before, mutant)), _codes(_of_function(after, mutant)))
        for old, new in pairs:
            if old is None or new is None or old.co_qualname != new.co_qualname:
                break  # a lambda or a comprehension came or went: what is made from now on has it
            for function in self.functions.get(_key(old), ()):
                if old.co_freevars != new.co_freevars:
                    return done
                function.__code__ = new
                done = True
        for cache in self.caches:
            cache.cache_clear()
        return done
