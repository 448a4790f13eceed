"""Traces the requirements through the code: prints docs/requirements.md from docs/requirements.toml and from what commands, rules, events and tests cite.

`python -m tools.requirements` names what is wrong, or counts what is built, and exits 1 where something is wrong; with `--write` it first writes the page anew.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tools.citations import Citations, Place, collect, ids_in, short
from tools.tables import markdown_table

ROOT = Path(__file__).resolve().parent.parent
LIST = "docs/requirements.toml"
PAGE = "docs/requirements.md"
OWNERS = frozenset({"portfolio", "roadmap", "backlog", "gateway", "all"})
CITING = ("libs", "services", "headway")

HEAD = """# Requirements, traced

What the sources ask, in our own few words, and where it is: the commands and rules that cite it, the events that come of it, and the tests that hold it.
An id in bold must be visible to the people who use the system. `python -m tools.requirements --write` prints this page from `requirements.toml` and from the
code; `make check` fails when it is stale, when something cites an id that is not on the list, and when a row is cited in the code without a test.
"""


class State(StrEnum):
    """How far a requirement is built."""

    BUILT = "built"
    PART = "in part"
    OPEN = "not built yet"
    NOTHING = "nothing to build"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the list: `open` is what of it is still to be built, `nothing` why there is nothing to build."""

    id: str
    source: str
    owner: str
    asks: str
    headline: bool = False
    open: str | None = None
    nothing: str | None = None

    def state(self, cited: Citations) -> State:
        """How far it is built, by who cites it."""
        if self.nothing is not None:
            return State.NOTHING
        if not cited.built:
            return State.OPEN
        return State.BUILT if self.open is None else State.PART


def listed(text: str) -> dict[str, Requirement]:
    """The list by id, in its order. Raises ValueError for a row that cannot be read."""
    found = {}
    for part in tomllib.loads(text).values():
        for id, row in part.items():
            if id == "source":
                continue
            if ids_in(id) != {id} or row.get("owner") not in OWNERS:
                raise ValueError(f"{id}: no id of a requirement, or without its owner")
            try:
                found[id] = Requirement(id, part["source"], **row)
            except TypeError as error:
                raise ValueError(f"{id}: {error}") from error
    return found


def problems(rows: Mapping[str, Requirement], cited: Mapping[str, Citations], named: Mapping[str, set[str]]) -> Iterator[str]:
    """What is wrong between list and code. `named` are the files in which each id stands, in whatever way."""
    for id in sorted({*cited, *named} - set(rows)):
        places = {*named.get(id, ()), *(test.path for test in cited.get(id, Citations()).tests)}
        yield f"{id} is not on the list ({LIST}), but stands in {', '.join(sorted(places)) or 'a command'}"
    for id, row in rows.items():
        found = cited.get(id, Citations())
        if found.built and not found.tests:
            yield f"{id} is cited ({_who(found)}), and no test holds it: mark one, or leave the citation out"
        if found.tests and not found.built:
            yield f"{id} is held by a test ({min(found.tests).name}), and no command or rule cites it"
        if row.nothing is not None and found.built:
            yield f"{id} has nothing to build, and is cited ({_who(found)})"
        if row.open is not None and not found.built:
            yield f"{id} says what of it is open, but all of it is: leave `open` out"


def page(rows: Iterable[Requirement], cited: Mapping[str, Citations]) -> str:
    """docs/requirements.md as it should be."""
    rows = list(rows)
    parts = [HEAD, f"{counted(rows, cited)}\n"]
    for source in dict.fromkeys(row.source for row in rows):
        table = markdown_table(
            ("id", "what it asks", "owner", "command or rule", "event", "test"),
            (_line(row, cited.get(row.id, Citations())) for row in rows if row.source == source),
        )
        parts.append(f"## {source}\n\n{table}\n")
    return "\n".join(parts)


def counted(rows: Iterable[Requirement], cited: Mapping[str, Citations]) -> str:
    """How many are built, in part, open, and how many have nothing to build: of all, and of the headlines."""

    def words(some: list[Requirement]) -> str:
        count = Counter(row.state(cited.get(row.id, Citations())) for row in some)
        return ", ".join(f"{count[state]} {state}" for state in State if count[state] or state is not State.NOTHING)

    rows = list(rows)
    headlines = [row for row in rows if row.headline]
    return f"Of {len(rows)} requirements: {words(rows)}. Of the {len(headlines)} headlines: {words(headlines)}."


def named_in(root: Path) -> dict[str, set[str]]:
    """The ids that stand anywhere in the code, each with its files."""
    found: dict[str, set[str]] = {}
    for path in (path for part in CITING for path in (root / part).glob("**/*.py")):
        for id in ids_in(path.read_text(encoding="utf-8")):
            found.setdefault(id, set()).add(path.relative_to(root).as_posix())
    return found


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Prints one line a problem, or the count where there is none; exit code 0 where there is none, else 1, and 2 for a wrong argument."""
    if list(arguments) not in ([], ["--write"]):
        print("usage: python -m tools.requirements [--write]", file=sys.stderr)
        return 2
    rows = listed((root / LIST).read_text(encoding="utf-8"))
    commands, events = declared()
    cited, found = collect(root, commands, events)
    found += problems(rows, cited, named_in(root))
    fresh = page(rows.values(), cited)
    if arguments:
        (root / PAGE).write_text(fresh, encoding="utf-8")
    elif not (root / PAGE).is_file() or (root / PAGE).read_text(encoding="utf-8") != fresh:
        found.append(f"{PAGE} is stale: python -m tools.requirements --write")
    for problem in found:
        print(problem)
    if not found:
        print(counted(rows.values(), cited))
    return 1 if found else 0


def declared() -> tuple[list[Any], dict[str, str]]:
    """The commands of the catalogue, and its events by their short names with their docstrings."""
    import libs.commands.catalog
    import libs.events.catalog  # noqa: F401 - declares them
    from libs.commands.command import COMMANDS
    from libs.events.event import EVERYWHERE, PAYLOADS

    return list(COMMANDS.values()), {short(name): cls.__doc__ or "" for name, cls in PAYLOADS.items() if cls not in EVERYWHERE.values()}


def _line(row: Requirement, found: Citations) -> tuple[str, ...]:
    state = row.state(found)
    where = [f"`{command}`" for command in sorted(found.commands)] + [_link(place, _code(place)) for place in sorted(found.code)]
    if state in (State.OPEN, State.NOTHING):
        where = [f"*{state}*" if row.nothing is None else f"*{state}: {row.nothing}*"]
    elif row.open is not None:
        where.append(f"*open: {row.open}*")
    tests = (_link(test, test.name.removeprefix("test_").replace("_", " ")) for test in sorted(found.tests))
    id = f"**{row.id}**" if row.headline else row.id
    return id, row.asks, row.owner, "; ".join(where), ", ".join(f"`{event}`" for event in sorted(found.events)), "; ".join(tests)


def _code(place: Place) -> str:
    module = place.path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    return f"`{module}.{place.name}`" if place.name else f"`{module}`"


def _link(place: Place, words: str) -> str:
    return f"[{words}](../{place.path})"


def _who(found: Citations) -> str:
    return ", ".join([*sorted(found.commands), *(f"{place.path}:{place.name}".rstrip(":") for place in sorted(found.code))])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
