"""What does not fit is said in words: whatever the command, whatever the field."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError

import libs.commands.catalog  # noqa: F401 - declares the commands
from headway.importers.cells.columns import bare_type
from libs.commands.catalog.portfolio.lifecycle import PhaseDefinition
from libs.commands.command import COMMANDS, Command
from libs.commands.errors import Invalid
from libs.commands.routes import Line, command_of
from libs.commands.validation import validated, validated_json
from libs.events.values import PATTERNS, Day, Text

Path = tuple[str, ...]


def texts(model: type[BaseModel], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field of a model that takes a text, with what is asked of it."""
    for name, hint in typing.get_type_hints(model, include_extras=True).items():
        if name in model.model_fields:
            yield from _texts(hint, (*path, name))


def _texts(hint: Any, path: Path, asked: tuple[Any, ...] = ()) -> Iterator[tuple[Path, Any]]:
    if typing.get_origin(hint) is Annotated:
        yield from _texts(hint.__origin__, path, (*hint.__metadata__, *asked))
    elif hint is str:
        yield path, Annotated[str, *asked] if asked else str
    elif isinstance(hint, type) and issubclass(hint, BaseModel):
        yield from texts(hint, path)
    else:
        for part in typing.get_args(hint):
            yield from _texts(part, path, asked if any(isinstance(a, StringConstraints) for a in asked) else ())


TEXTS = [pytest.param(hint, id=".".join((name, *path))) for name, command in COMMANDS.items() for path, hint in texts(command)]


def reasons(hint: Any, text: str | int) -> str:
    try:
        TypeAdapter(hint).validate_python(text)
    except ValidationError as e:
        return str(e)
    return ""


@pytest.mark.parametrize("hint", TEXTS)
def test_no_field_takes_characters_that_nobody_can_see(hint: Any) -> None:
    assert reasons(hint, "a\x00b"), "NUL"
    assert reasons(hint, "a\x07b"), "a control character"
    in_lines = not reasons(hint, "a\nb")
    assert reasons(hint, "a\u202eb") or in_lines, "a direction character, in what is one line"


def test_a_text_may_have_lines_and_be_written_from_right_to_left() -> None:
    assert not reasons(Text, "שלום\n\tעולם\u200f.\r\n")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_no_pattern_is_shown_to_anybody(command: type[Command]) -> None:
    data = dict.fromkeys(command.model_fields, "NOT \\ FIT")
    with pytest.raises(ValidationError) as found:
        validated(command, data)
    for one in found.value.errors():
        assert "[a-z" not in one["msg"] and "^" not in one["msg"], one


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_has_an_example_or_a_list_in_its_words(pattern: str) -> None:
    words = PATTERNS[pattern]
    assert re.search(r"such as|R-01|http://", words) and "[" not in words


def _said(command: str, data: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as found:
        command_of(Line(command=command, key="k", data=data), command.partition(".")[0])
    return [(".".join(map(str, one["loc"])), one["msg"]) for one in found.value.errors()]


@pytest.mark.parametrize(
    ("command", "data", "field", "words"),
    [
        ("portfolio.form_team", {"team": "t", "naem": "T", "name": "T"}, "naem", "there is no such field; did you mean name?"),
        (
            "portfolio.record_actual",
            {"investment": "i", "amount": {"amount": "1", "curency": "CAD"}, "covers_from": "2026-01-01", "covers_until": "2026-01-01"},
            "amount.curency",
            "there is no such field; did you mean currency?",
        ),
        ("portfolio.form_team", {"team": "t", "name": "T", "zzz": 1}, "zzz", "there is no such field"),
        ("portfolio.form_team", {"team": "A/B", "name": "T"}, "team", "must be an id: small letters"),
    ],
)
def test_a_field_that_there_is_not_comes_with_the_one_that_was_meant(command: str, data: dict[str, Any], field: str, words: str) -> None:
    assert any(where == field and text.startswith(words) for where, text in _said(command, data)), _said(command, data)


def test_a_name_that_nobody_knows_is_said_before_what_is_missing_for_it() -> None:
    assert [field for field, _ in _said("backlog.deliver_item", {"itm": "a"})] == ["itm", "item"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("portfolio.from_team", "did you mean portfolio.form_team"),
        ("portfolio.deliver_itm", "there is none of this name"),
        ("backlog.add_item", "it belongs to backlog"),
    ],
)
def test_a_command_that_there_is_not_comes_with_the_one_that_was_meant(name: str, words: str) -> None:
    with pytest.raises(Invalid, match=re.escape(words)):
        command_of(Line(command=name, key="k", data={}), "portfolio")


def test_what_is_not_given_and_what_is_empty_is_said_in_words() -> None:
    with pytest.raises(ValidationError) as refused:
        validated(COMMANDS["portfolio.register_product"], {"product": "permits"})
    assert [(one["loc"], one["msg"]) for one in refused.value.errors()] == [(("name",), "must be given")]
    with pytest.raises(ValidationError) as refused:
        validated(COMMANDS["portfolio.register_product"], {"product": "permits", "name": ""})
    assert [(one["loc"], one["msg"]) for one in refused.value.errors()] == [(("name",), "must not be empty")]


@pytest.mark.parametrize("signs", [".", "…", "-", "?!", "— —", "。", "\u200b"])
def test_signs_alone_are_neither_a_reason_nor_evidence_and_a_letter_or_digit_of_any_script_is(signs: str) -> None:
    for name, field, data in (
        ("portfolio.answer_question", "evidence", {"evaluation": "e", "question": "E5.1.1", "answer": "yes"}),
        ("portfolio.pivot_away", "reason", {"team": "t"}),
    ):
        with pytest.raises(ValidationError) as refused:
            validated(COMMANDS[name], {**data, field: signs})
        assert [(one["loc"], one["msg"]) for one in refused.value.errors()] == [((field,), "must say something: signs alone do not")]
        for said in ("好", "٣", "ok", f"{signs} é"):
            assert getattr(validated(COMMANDS[name], {**data, field: said}), field) == said


@pytest.mark.parametrize("hint", [one for command in COMMANDS.values() for path, one in texts(command) if path != ("failed",)][::7])
def test_spaces_alone_are_no_text_in_any_field_but_for_what_failed_where_they_tell_nothing(hint: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(hint).validate_python("  \n ")


def test_yes_or_no_is_true_or_false_and_nothing_that_is_read_as_one() -> None:
    models: tuple[type[BaseModel], ...] = (*COMMANDS.values(), PhaseDefinition, Line)
    fields = [(model.__name__, name, declared) for model in models for name, declared in model.model_fields.items()]
    asked = [one for one in fields if bare_type(one[2].annotation) is bool]
    assert len(asked) >= 15
    for model, name, declared in asked:
        hint: Any = Annotated[(declared.annotation, declared)]
        assert TypeAdapter(hint).validate_python(True) is True
        assert all("must be true or false" in reasons(hint, wrong) for wrong in ("yes", "off", "t", 1)), (model, name)


def test_a_day_that_nobody_can_mean_is_refused_with_the_days_there_are() -> None:
    for day in ("0001-01-01", "9999-12-31"):
        with pytest.raises(ValidationError, match="must lie between 1800-01-01 and 2999-12-31"):
            TypeAdapter(Day).validate_python(day)
    assert TypeAdapter(Day).validate_python("2999-12-31").year == 2999


def test_what_came_in_is_not_told_again() -> None:
    command = COMMANDS["portfolio.change_webhook_secret"]
    with pytest.raises(ValidationError) as refused:
        validated(command, {"webhook": "w", "secret": "not so secret", "sceret": "nor this"})
    assert "not so secret" not in str(refused.value) and "nor this" not in str(refused.value)


def test_what_stands_in_a_json_text_is_read_and_refused_in_the_same_words() -> None:
    command = COMMANDS["portfolio.register_product"]
    assert validated_json(command, '{"product": "permits", "name": "P"}') == command.model_validate({"product": "permits", "name": "P"})
    with pytest.raises(ValidationError, match="must be given"):
        validated_json(command, b'{"product": "permits"}')
