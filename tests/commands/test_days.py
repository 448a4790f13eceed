"""A number is never a day: whatever command takes one, by whatever door."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ValidationError

import libs.commands.catalog  # noqa: F401 - declares every command
from libs.commands.command import COMMANDS

NUMBERS = (0, 1, 45_413, 1_714_521_600, 1_714_521_600_000, 0.0, 45_413.5, "0", "45413", "-1", "1714521600", "1714521600.0", "1e9", "20240501", True)
NO_DAYS = (*NUMBERS, "03/04/2024", "2024-5-1", "2024-05", "2024-W18-3", "1 May 2024", "")


Path = tuple[str | int, ...]


def _days(model: type[BaseModel], within: Path = ()) -> Iterator[tuple[Path, Any]]:
    for name, field in model.model_fields.items():
        path: Path = (*within, name, 0) if typing.get_origin(field.annotation) is list else (*within, name)
        for kind in _plain(field.annotation):
            if kind in (date, datetime):
                yield path, kind
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _days(kind, path)


def _plain(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) is Annotated:
        yield from _plain(annotation.__origin__)
    elif typing.get_args(annotation):
        for argument in typing.get_args(annotation):
            yield from _plain(argument)
    else:
        yield annotation


EVERY_DAY = [(name, path) for name, command in sorted(COMMANDS.items()) for path, _ in _days(command)]


def refused(command: str, path: Path, value: Any, *, as_json: bool) -> bool:
    """Whether it is this field that the declaration refuses."""
    data: Any = value
    for name in reversed(path):
        data = {name: data} if isinstance(name, str) else [data]
    cls = COMMANDS[command]
    try:
        cls.model_validate_json(json.dumps(data)) if as_json else cls.model_validate(data)
    except ValidationError as error:
        return any(one["loc"][: len(path)] == path for one in error.errors())
    return False


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(("command", "path"), EVERY_DAY, ids=[f"{name}.{'.'.join(map(str, path))}" for name, path in EVERY_DAY])
def test_no_number_and_no_other_writing_is_a_day_or_an_instant(command: str, path: Path, as_json: bool) -> None:
    assert [value for value in NO_DAYS if not refused(command, path, value, as_json=as_json)] == []
    assert not refused(command, path, "2024-05-01", as_json=as_json)


def test_there_are_days_in_commands_to_be_held() -> None:
    assert {("portfolio.record_actual", ("covers_from",)), ("roadmap.place_item", ("starts",)), ("roadmap.place_item", ("at",))} <= set(EVERY_DAY)


WHOLE = [
    (name, path)
    for name, command in sorted(COMMANDS.items())
    for path, field in command.model_fields.items()
    if int in (kinds := list(_plain(field.annotation))) and bool not in kinds
]


@pytest.mark.parametrize("as_json", [False, True])
def test_nor_is_an_answer_a_number(as_json: bool) -> None:
    assert ("roadmap.record_theme", "times") in WHOLE and len(WHOLE) > 5
    assert [(name, path) for name, path in WHOLE if not refused(name, (path,), True, as_json=as_json)] == []
