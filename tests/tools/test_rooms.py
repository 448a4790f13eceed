"""Rooms hold at most fifteen modules, modules are called by what is in them, and a class has a name of its own."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest

from tools.rooms import MOST, ROOT, ambiguous, classes, crowded, modules, riddles


def test_no_room_of_the_code_is_crowded_and_no_module_is_called_by_a_participle() -> None:
    assert [*crowded(modules()), *riddles(modules())] == []


def test_a_folder_of_one_module_too_many_is_named_and_folders_within_it_are_counted_apart() -> None:
    full = [PurePosixPath(f"libs/rules/m{n}.py") for n in range(MOST)]
    within = [PurePosixPath(f"libs/rules/money/m{n}.py") for n in range(MOST)]
    assert list(crowded([*full, *within])) == []
    (fault,) = crowded([*full, *within, PurePosixPath("libs/rules/one_more.py")])
    assert fault.startswith("libs/rules has 16 modules")


@pytest.mark.parametrize("name", ["asking", "told", "kept", "form_reading", "published", "awaited"])
def test_a_participle_is_named_as_a_riddle(name: str) -> None:
    (fault,) = riddles([PurePosixPath(f"services/gateway/{name}.py")])
    assert fault.startswith(f"services/gateway/{name}.py")


@pytest.mark.parametrize("name", ["form_parsing", "tracing", "need", "counted_results", "context", "ring_buffer"])
def test_nouns_are_none_and_what_comes_before_a_noun_may_be_a_participle(name: str) -> None:
    assert list(riddles([PurePosixPath(f"libs/runtime/{name}.py")])) == []


def test_no_name_means_two_things_in_what_is_shipped() -> None:
    assert list(ambiguous(classes(modules()))) == []


def test_a_name_that_two_classes_have_is_named_with_both_unless_one_shows_the_other() -> None:
    state, shown, other = (
        PurePosixPath(f"{path}.py") for path in ("libs/events/catalog/backlog/item", "services/gateway/graphql/types/backlog", "headway/line")
    )
    assert list(ambiguous({state: ["Item", "Turn"], shown: ["Item"]})) == []
    (fault,) = ambiguous({state: ["Item", "Turn"], shown: ["Item"], other: ["Item"]})
    assert fault == "Item is a class of headway/line.py and of libs/events/catalog/backlog/item.py: give each a name of its own"


def test_no_module_keeps_anything_in_the_state_of_an_app() -> None:
    def keeps(path: PurePosixPath) -> bool:
        of = (node.value for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.Attribute) and node.attr == "state")
        return any((isinstance(one, ast.Attribute) and one.attr == "app") or (isinstance(one, ast.Name) and one.id in ("app", "stack")) for one in of)

    assert [str(path) for path in modules() if keeps(path)] == []
