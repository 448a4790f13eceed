"""Holds the rooms of the code to their rules (docs/decisions/0045): `python -m tools.rooms`.

It names folders with too many modules, modules that are called by a participle, and classes whose name another class has in another meaning.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HOUSES: Final = ("libs", "services", "headway", "tools")
MOST: Final = 15
"""Modules in a folder, besides `__init__` and `__main__`: as many as somebody sees at a glance."""
_PARTICIPLE: Final = re.compile(r".*(?:ing|ed)|asked|begun|come|found|given|gone|heard|held|kept|known|left|made|met|said|seen|sent|shown|told")
NOUNS: Final = frozenset("batching blocked encoding finding monitoring need parked parsing ranking rendering spending testing thing throttling tracing".split())
"""Words that are the field's own for a thing, though they look like participles."""

_APART: Final = ("libs/commands/catalog/", "services/gateway/graphql/types/")
"""Whose classes are called like what they are about."""


def modules(root: Path = ROOT) -> tuple[PurePosixPath, ...]:
    """The modules of the code as git has them, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *HOUSES], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return tuple(path for path in map(PurePosixPath, listed) if path.suffix == ".py" and not path.stem.startswith("__") and (root / path).exists())


def crowded(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """The folders of more than fifteen modules."""
    for folder, many in sorted(Counter(str(path.parent) for path in paths).items()):
        if many > MOST:
            yield f"{folder} has {many} modules: at most {MOST} can be looked over, so give those that belong together a room of their own"


def riddles(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """The modules that are called by a participle, which says that something happens and not what is there."""
    for path in sorted(paths):
        last = path.stem.rpartition("_")[2]
        if _PARTICIPLE.fullmatch(last) and last not in NOUNS:
            yield f"{path}: {path.stem!r} says that something happens; call it by the field's term for what is in it"


def classes(paths: Iterable[PurePosixPath], root: Path = ROOT) -> Mapping[PurePosixPath, tuple[str, ...]]:
    """The public classes of each module of what is shipped."""
    shipped = [path for path in paths if path.parts[0] != "tools"]
    bodies = {path: ast.parse((root / path).read_text("utf-8")).body for path in shipped}
    return {path: tuple(one.name for one in body if isinstance(one, ast.ClassDef) and not one.name.startswith("_")) for path, body in bodies.items()}


def ambiguous(named: Mapping[PurePosixPath, Iterable[str]]) -> Iterator[str]:
    """The names that several classes have.

    A type of the schema may be called like the state or the value that it shows, and a command like that of another service, which its service tells apart.
    """
    where: defaultdict[str, list[str]] = defaultdict(list)
    for path, names in named.items():
        if not str(path).startswith(_APART):
            for name in names:
                where[name].append(str(path))
    for name, paths in sorted(where.items()):
        if len(paths) > 1:
            yield f"{name} is a class of {' and of '.join(sorted(paths))}: give each a name of its own"


def main() -> int:
    """Prints what is wrong; 1 where something is."""
    paths = modules()
    faults = [*crowded(paths), *riddles(paths), *ambiguous(classes(paths))]
    for fault in faults:
        print(fault, file=sys.stderr)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
