"""Finds where the code cites requirements: in commands, refusals, rules, docstrings of modules, events, and marks of tests."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from libs.commands.command import Command

ID = re.compile(r"\b(?:S[0-9]-[0-9]{2}|R-[0-9]{2})\b")
RANGE = re.compile(r"\b(S[0-9]|R)-([0-9]{2}) to \1-([0-9]{2})\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Something in a file of the project: `path` from its root, with slashes, and the name there (empty for the whole file)."""

    path: str
    name: str = ""


@dataclass(slots=True)
class Citations:
    """Who cites one requirement: commands and events by their names, documented code and tests by their places."""

    commands: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    code: set[Place] = field(default_factory=set)
    tests: set[Place] = field(default_factory=set)

    @property
    def built(self) -> bool:
        """Whether a command or documented code cites it."""
        return bool(self.commands or self.code)


def ids_in(text: str) -> set[str]:
    """The ids that a text names; `R-03 to R-06` are four."""
    found = set(ID.findall(text))
    for source, first, last in RANGE.findall(text):
        found |= {f"{source}-{n:02}" for n in range(int(first), int(last) + 1)}
    return found


def marked(source: str) -> Iterator[tuple[str, str]]:
    """The (id, test) pairs of a test file: by `@pytest.mark.requirement("…")` on the test, its class, or the file (`pytestmark`)."""
    tree = ast.parse(source)
    whole = {id for node in tree.body if isinstance(node, ast.Assign) and _names(node, "pytestmark") for id in _marks(node.value)}
    for holder, test in _tests(tree.body, ()):
        for id in whole.union(*(_marks(decorator) for owner in (*holder, test) for decorator in owner.decorator_list)):
            yield id, test.name


def documented(source: str) -> Iterator[tuple[str, str]]:
    """The (id, name) pairs of a module: of its public functions and classes by their docstrings; name "" for ids that only the module's own one cites."""
    tree = ast.parse(source)
    parts = [(node.name, ids_in(ast.get_docstring(node) or "")) for node in tree.body if isinstance(node, Function | ast.ClassDef) and node.name[0] != "_"]
    for name, ids in parts:
        for id in ids:
            yield id, name
    for id in ids_in(ast.get_docstring(tree) or "").difference(*(ids for _, ids in parts)):
        yield id, ""


def refusals(source: str) -> Iterator[tuple[str, str]]:
    """The (id, class of command) pairs of a module of decisions: the rules that the function which decides a command names."""
    for node in ast.parse(source).body:
        if isinstance(node, Function):
            classes = [ast.unparse(a) for d in node.decorator_list if isinstance(d, ast.Call) and ast.unparse(d.func).endswith(".decides") for a in d.args]
            rules = {c.value for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, str) and ID.fullmatch(c.value)}
            for name in classes:
                for id in rules:
                    yield id, name


def collect(root: Path, commands: Iterable[type[Command]], events: dict[str, str]) -> tuple[dict[str, Citations], list[str]]:
    """Everything that is cited in a project, by id, and what is wrong with that: a rule that a decision or a topic of authority names, but not its command.

    `events` are the short names of events with their docstrings.
    """
    from libs.rules.authority import RULE_OF_TOPIC

    found: defaultdict[str, Citations] = defaultdict(Citations)
    wrong = []
    by_class = {(command.SPEC.service, command.__name__): command.SPEC for command in commands}
    for spec in by_class.values():
        for id in spec.requirements:
            found[id].commands.add(spec.name)
            found[id].events |= {short(payload.TYPE) for payload in spec.says if hasattr(payload, "TYPE")}
        if (rule := RULE_OF_TOPIC.get(spec.topic)) and rule not in spec.requirements:
            wrong.append(f"{spec.name}: its authority is that of {rule}, which its declaration does not cite")
    for path in sorted(root.glob("services/*/domain/*.py")):
        for id, name in refusals(path.read_text(encoding="utf-8")):
            decided = by_class.get((path.parts[-3], name))
            if decided and id not in decided.requirements:
                wrong.append(f"{decided.name}: it is refused by {id}, which its declaration does not cite")
    for event, words in events.items():
        for id in ids_in(words):
            found[id].events.add(event)
    for path in sorted([*root.glob("libs/**/*.py"), *root.glob("services/**/*.py")]):
        place = path.relative_to(root).as_posix()
        # Commands, events and decisions are cited as commands and events.
        if "/catalog/" not in place and "/domain/" not in place:
            for id, name in documented(path.read_text(encoding="utf-8")):
                found[id].code.add(Place(place, name))
    for path in sorted(root.glob("tests/**/*.py")):
        for id, name in marked(path.read_text(encoding="utf-8")):
            found[id].tests.add(Place(path.relative_to(root).as_posix(), name))
    return dict(found), sorted(wrong)


def short(type_name: str) -> str:
    """`headway.portfolio.team.formed.v1` as `team.formed`."""
    return ".".join(type_name.split(".")[2:4])


def _tests(body: list[ast.stmt], holders: tuple[ast.ClassDef, ...]) -> Iterator[tuple[tuple[ast.ClassDef, ...], Function]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, (*holders, node))
        elif isinstance(node, Function) and node.name.startswith("test"):
            yield holders, node


def _marks(node: ast.AST) -> set[str]:
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement"]
    return {arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}


def _names(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
