"""What a command is by its declaration, where it goes, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

import libs.commands.catalog  # noqa: F401 - declares the commands
from libs.commands.command import COMMANDS, Command, Private, command
from libs.events.event import KINDS
from libs.events.values import Money
from tests.events.kinds import THING, OtherSaid, ThingNoted

Secret = Annotated[str, Field(max_length=9), Private]


@pytest.fixture(autouse=True)
def only_here() -> Iterator[None]:
    """What a test declares is declared for that test alone."""
    names = set(COMMANDS)
    yield
    for name in set(COMMANDS) - names:
        del COMMANDS[name]


class Note(Command):
    """Has fields of every sort."""

    thing: str
    price: Money | None = None
    plain: Annotated[str, Field(max_length=9)] = ""
    marked: Annotated[str, Private] = ""
    made: Annotated[str | None, Private()] = None
    bounded: Secret = ""
    perhaps: Secret | None = None
    within: Annotated[Secret, Field(description="A secret.")] = ""


class Begin(Command):
    """Needs no id."""

    thing: str | None = None


def declared(cls: type[Command], **more: Any) -> type[Command]:
    return command("test.note", THING, topic="test", **more)(cls)


def test_what_is_marked_is_stored_apart_however_it_is_marked() -> None:
    cls = declared(Note)
    assert cls.SPEC.private == {"marked", "made", "bounded", "perhaps", "within"}


@pytest.mark.parametrize(
    ("cls", "creates", "defines"),
    [(Note, True, True), (Note, False, False), (Note, None, False), (Begin, True, True), (Begin, False, False), (Begin, None, True)],
)
def test_what_creates_a_thing_or_may_without_its_id_says_all_of_it(cls: type[Command], creates: bool | None, defines: bool) -> None:
    spec = declared(cls, creates=creates).SPEC
    assert (spec.creates, spec.defines, spec.id_field) == (creates, defines, "thing")


def test_it_is_declared_once_by_the_service_of_its_kind() -> None:
    cls = declared(Note)
    assert COMMANDS["test.note"] is cls is Note
    with pytest.raises(ValueError, match=r"test\.note is declared twice"):
        declared(Begin)
    with pytest.raises(ValueError, match=r"other\.note: thing belongs to test"):
        command("other.note", THING, topic="test")(Begin)
    assert COMMANDS["test.note"] is Note and "other.note" not in COMMANDS


def test_it_goes_to_the_thing_that_it_names_where_it_names_one() -> None:
    declared(Begin)
    assert [one.aggregate for one in (Begin(thing="a"), Begin())] == ["thing:a", None]


def test_an_amount_that_its_currency_does_not_have_is_named_by_its_field() -> None:
    declared(Note)
    with pytest.raises(ValidationError) as refused:
        Note.model_validate({"thing": "a", "price": {"amount": "5.005", "currency": "CAD"}})
    (one,) = refused.value.errors()
    assert (one["type"], one["loc"], str(one["input"])) == ("minor_units", ("price", "amount"), "5.005")
    assert "CAD" in one["msg"] and one["msg"] == Money(amount=Decimal("5.005"), currency="CAD").beyond_units


def test_when_it_was_true_is_a_day_or_an_instant() -> None:
    assert Begin.model_validate({"at": "2024-01-02"}).at == datetime(2024, 1, 2, tzinfo=UTC) and KINDS["thing"] is THING


def test_its_declaration_says_what_it_records_first_then_what_else_it_may_lead_to_and_where_its_id_stands() -> None:
    class Record(Command, OtherSaid):
        """Records an event."""

        thing: str

    spec = command("test.record", None, topic="", id_field="thing", says=(ThingNoted,))(Record).SPEC
    assert (spec.says, spec.id_field, spec.kind, spec.route) == ((OtherSaid, ThingNoted), "thing", None, "/commands/record")
