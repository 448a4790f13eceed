"""A field of a command is declared once, on the event that the command records; what is sent is what it always was."""

from __future__ import annotations

import dataclasses
import inspect
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import pytest
from annotated_doc import Doc
from pydantic import Field, TypeAdapter, ValidationError

from libs.commands.command import COMMANDS, COMMON, Command, of_service
from libs.commands.decision import Case, Decisions, unruled
from libs.commands.event_fields import taken
from libs.commands.retraction import Retract
from libs.events.catalog.portfolio.graduation import StoryTold
from libs.events.catalog.portfolio.team import TeamFormed
from libs.events.event import Payload
from libs.events.values import Day, Decided, Input, OrganisationId, Text, Title
from services.backlog.domain import decisions as of_backlog
from services.portfolio.domain import decisions as of_portfolio
from services.roadmap.domain import decisions as of_roadmap
from tests.commands.examples import EXAMPLES

SENT: Final[dict[str, dict[str, str]]] = json.loads(Path(__file__).with_name("sent.json").read_text(encoding="utf-8"))
"""Of each command its fields and the digest of its example, as they were first published: idempotency keys that are stored are compared by such digests."""

APART = {
    "AddItem.source": "a command names the item's number there too, which an event says beside it",
    "LinkItem.roadmap_item": "an import may say of none, a command must name one",
    "DefineLifecycle.phases": "a phase is given in parts that are described",
    "JoinTeam.core": "by the role unless given",
    "RecordActual.amount": "below zero it is a refund, which is an event of its own",
    **dict.fromkeys(("StateItem", "SubscribeWebhook"), "the event has required fields that nobody gives"),
    **dict.fromkeys(("AddDependency", "RemoveDependency"), "what changes is a relation: another product must be named, and the title need not be"),
}
"""The commands, or fields of them, that stand apart from an event's fields of the same name, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Payload):
    """What an event looks like."""

    title: Annotated[str, Input(Title), Doc("In a line.")]
    due: Annotated[date | None, Input(Day), Doc("The last day.")] = None
    homes: Annotated[tuple[OrganisationId, ...], Input(max_length=2), Doc("Where it is so.")] = ()
    reason: Annotated[str | None, Doc("As it was said.")] = None
    weight: Annotated[int | None, Input(ge=1), Doc("How much.")] = None
    found: Annotated[str | None, Decided] = None
    meant_for: Annotated[str | None, Input(Title, called="for"), Doc("Whom it is for.")] = None


@pytest.fixture
def noting() -> Any:
    """A command that records it."""

    class Note(Command, Noted, first=("note", "weight")):
        """What records it looks like."""

        reason: Annotated[Text, Field(description="Why.")]
        note: Annotated[str, Field(description="Its id.")]

    return Note


def test_a_command_has_the_fields_of_its_event_behind_its_own_unless_it_names_what_comes_first(noting: Any) -> None:
    assert [name for name in noting.model_fields if name not in Command.model_fields] == ["note", "weight", "title", "due", "homes", "reason", "for"]
    told = {name: (field.description, field.is_required()) for name, field in noting.model_fields.items() if name not in Command.model_fields}
    assert told == {
        "note": ("Its id.", True),
        "weight": ("How much.", False),
        "title": ("In a line.", True),
        "due": ("The last day.", False),
        "homes": ("Where it is so.", False),
        "reason": ("Why.", True),
        "for": ("Whom it is for.", False),
    }, "its own word holds"
    assert not issubclass(noting, Noted) and (Noted,) == noting.RECORDS and Command.RECORDS == ()


def test_what_a_command_may_leave_out_is_as_its_event_has_it(noting: Any) -> None:
    note = noting(note="n", title="T", reason="so")
    assert (note.weight, note.due, note.homes) == (None, None, ())
    assert noting(note="n", title="T", reason="so", weight=1, due=None).weight == 1
    for lacking in ("note", "title", "reason"):
        with pytest.raises(ValidationError):
            noting.model_validate({"note": "n", "title": "T", "reason": "so"} | {lacking: None})


def test_what_is_no_event_stays_among_the_bases_of_a_command() -> None:
    class Loud:
        def loud(self) -> str:
            return "!"

    class Shout(Command, Loud, Noted):
        """Has something of both."""

    assert (Noted,) == Shout.RECORDS and issubclass(Shout, Loud) and Shout(title="T").loud() == "!"


def test_a_field_is_taken_with_what_is_marked_on_it_but_for_what_bounds_and_describes_it() -> None:
    assert (taken(str), taken(str | None), taken(None | str)) == (str, str | None, str | None)
    assert taken(Annotated[str, "kept"]) == Annotated[str, "kept"]
    kept, said = taken(Annotated[str, "kept", Doc("So.")]).__metadata__
    assert (kept, said.description) == ("kept", "So.")
    bounded = taken(Annotated[str, "kept", Input(Title, max_length=3)])
    assert not any(isinstance(mark, Input) for mark in bounded.__metadata__) and "kept" in bounded.__metadata__
    assert TypeAdapter(bounded).validate_python(" abc ") == "abc", "as a title is"
    for wrong in ("abcd", "a\nb"):
        with pytest.raises(ValidationError):
            TypeAdapter(bounded).validate_python(wrong)


def test_a_command_says_in_its_schema_what_each_field_takes(noting: Any) -> None:
    given = noting.model_json_schema()["properties"]
    assert {name: {key: value for key, value in given[name].items() if key not in ("title", "description", "pattern")} for name in ("weight", "homes")} == {
        "weight": {"anyOf": [{"minimum": 1, "type": "integer"}, {"type": "null"}], "default": None},
        "homes": {"type": "array", "maxItems": 2, "items": given["homes"]["items"]},
    }


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "a\nb"}, {"due": 5}, {"homes": ["a", "b", "c"]}, {"homes": ["A"]}, {"weight": 0}, {"found": "x"}])
def test_a_command_is_bounded_where_what_is_stored_is_not(noting: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        noting.model_validate({"note": "n", "title": "T", "reason": "so", **wrong})


def test_an_event_is_made_of_a_command_and_says_no_id_twice(noting: Any) -> None:
    note = noting.model_validate({"note": "n", "title": " T ", "reason": "so", "homes": ["b", "a"], "due": "2026-06-01"})
    assert Noted.of(note, found="it") == Noted(title="T", reason="so", homes=("b", "a"), due=date(2026, 6, 1), found="it")
    assert Noted.of(noting.model_validate({"note": "n", "title": "T", "reason": "so", "for": "All"})).meant_for == "All", "a word of Python's names no field"
    assert note.homes == ("b", "a") and note.model_dump(mode="json")["homes"] == note.model_dump()["homes"] == ["b", "a"]
    assert TeamFormed.of(TeamFormed(name="Permits", home="env", products=("p", "q", "p"))).products == ("p", "q")
    assert StoryTold.of(StoryTold(achieved="much", channels=("mail", "mail"))).channels == ("mail",)


@pytest.mark.parametrize("command", [one for one in COMMANDS.values() if one.__module__.startswith("libs.commands.catalog")], ids=lambda one: one.SPEC.name)
def test_a_field_that_stands_on_the_event_is_not_declared_again(command: type[Command]) -> None:
    events = {field.name for said in command.SPEC.says for field in dataclasses.fields(said)}  # type: ignore[arg-type]
    declared = {name for cls in command.__mro__ if issubclass(cls, Command) and cls is not Command for name in taken_from(cls)}
    again = {f"{command.__name__}.{name}" for name in declared & events - {command.SPEC.id_field}}
    assert command.__name__ in APART or again <= APART.keys(), "it has the field by naming the event among its bases; else say above why it cannot"


def taken_from(cls: type[Command]) -> set[str]:
    """The fields that a class declares in its own body: with `from __future__ import annotations` these alone are texts."""
    return {name for name, hint in inspect.get_annotations(cls).items() if isinstance(hint, str)}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_stored_key_is_compared_by_what_it_was_stored_with(name: str) -> None:
    command = COMMANDS[name]
    fields = [field for field in command.model_fields if field not in COMMON]
    said = command.model_validate({command.SPEC.id_field: "some", **EXAMPLES[name]})
    row = json.dumps({name: {"digest": said.digest()[:16], "fields": " ".join(fields)}})[1:-1]
    assert name in SENT, f"add to tests/commands/sent.json: {row}"
    before = SENT[name]["fields"].split()
    assert [field for field in fields if field in before] == before, "in another order a command that is sent again would be refused: `first=` keeps it"
    assert said.digest().startswith(SENT[name]["digest"]), "what is sent again would be refused"


@pytest.mark.parametrize(("service", "decisions"), [("backlog", of_backlog), ("portfolio", of_portfolio), ("roadmap", of_roadmap)])
def test_every_command_is_decided_and_without_a_rule_says_what_it_records(service: str, decisions: Decisions) -> None:
    asked = [command for command in of_service(service) if not issubclass(command, Retract) and command.__module__.startswith("libs.")]
    assert set(asked) == decisions.by_command.keys()
    for command in asked:
        assert decisions.by_command[command] is not unruled or len(command.RECORDS) == 1


def test_a_decision_takes_the_place_of_none(noting: Any) -> None:
    decisions = Decisions([noting])

    @decisions.decides(noting)
    def judged(command: Command, case: Case[Any]) -> None:
        """A rule about it."""

    assert decisions.by_command == {noting: judged}
