"""A mutant in an interpreter of its own, for code that runs while mtrack is imported: `python tests/mutants/alone.py FILE NUMBER TEST…`."""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from mutants.make import mutants_of, source_of  # noqa: E402
from mutants.rooms import ROOT  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class Mutated(MetaPathFinder, Loader):
    """Loads one module from another source."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        self.is_package = path.endswith("/__init__.py")
        self.name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        if name != self.name:
            return None
        return spec_from_loader(name, self, origin=str(ROOT / self.path), is_package=self.is_package)

    def exec_module(self, module: ModuleType) -> None:
        full = str(ROOT / self.path)
        module.__file__ = full
        if self.is_package:
            module.__path__ = [str(Path(full).parent)]
        exec(compile(self.source, full, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  (that is what loading is)


def main(path: str, number: int, tests: list[str]) -> int:
    """0 where all tests pass under the mutant, or without one where the number is below 0."""
    if number >= 0:
        sys.meta_path.insert(0, Mutated(path, source_of(mutants_of(ROOT / path)[number])))
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", *tests]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
