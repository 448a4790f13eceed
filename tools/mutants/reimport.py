"""Tries one mutant of what runs while modules are imported, in a process that imports it with the fault: `python -m tools.mutants.reimport PATH KEY`.

Ends as pytest does: with 0 where no test of what is declared at import sees the fault.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType
from typing import Any

import pytest

from tools.mutants.operators import Mutant, mutants
from tools.mutants.targets import AT_IMPORT, FAST, ROOT


class _Loader(SourceFileLoader):
    """Loads the module with the fault."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        super().__init__(name, str(ROOT / mutant.path))
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        """The code of the changed tree, never that of a cached file."""
        return compile(ast.fix_missing_locations(self._mutant.build()), self.path, "exec", dont_inherit=True)


class Faulty(MetaPathFinder):
    """Finds the mutant's module, before anybody else does."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """See importlib."""
        if fullname != self._name:
            return None
        return spec_from_file_location(fullname, ROOT / self._mutant.path, loader=_Loader(fullname, self._mutant))


def main(given: Sequence[str]) -> int:
    """The exit code of pytest. Without a mutant the tests run as the code is."""
    if given:
        path, key = given
        sys.meta_path.insert(0, Faulty(next(mutant for mutant in mutants(ROOT, path) if mutant.key == key)))
    return int(pytest.main([*(str(ROOT / test) for test in AT_IMPORT), "-x", "-q", "-p", "no:cacheprovider", "-m", FAST, f"--rootdir={ROOT}"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
