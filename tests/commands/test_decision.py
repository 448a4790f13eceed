"""What a decision sees: its service's own histories as far as they are loaded, those of others as heard, and the rules it may demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from libs.commands.catalog.backlog.item import AddItem, DeliverItem, EstimateItem, StateItem
from libs.commands.command import Override
from libs.commands.decision import Case, Decisions, Loaded, NotLoaded
from libs.commands.errors import Refused
from libs.commands.testing import NOW
from libs.events.derivations import Replays
from libs.events.event import KINDS, Actor
from libs.events.facts import Facts
from libs.events.history import History
from libs.events.world import World
from tests.events.kinds import said


def loaded(*own: str) -> Loaded:
    """A world in which thing:a and other:o, who names it, were heard; these kinds are the service's own."""
    world = World()
    for event in (said("thing:a", 1), said("other:o", 1, about="a")):
        world.apply(event)
    return Loaded(frozenset(own), world, Replays())


def case(override: Override | None = None) -> Case[Any]:
    facts = Facts.at(World(), NOW)
    return Case(KINDS["thing"], "a", NOW, None, None, facts, facts, Actor("ada", "team"), override=override)


def test_what_is_not_the_services_own_is_read_as_it_was_heard() -> None:
    of = loaded("item")
    assert [event.id for event in of.events("thing:a")] == ["thing:a@1"]
    assert list(of.referring("other", "about", "a")) == ["other:o"] and list(of.all("other")) == ["other:o"]
    assert of.touched == set() and list(of.missing(["thing:a", "item:i"])) == ["item:i"]


@pytest.mark.parametrize(
    ("ask", "lacking"),
    [
        (lambda of: of.events("thing:a"), ("thing:a", None, None)),
        (lambda of: of.referring("thing", "about", "a"), (None, ("thing", "about", "a"), None)),
        (lambda of: of.all("thing"), (None, None, "thing")),
    ],
)
def test_what_is_its_own_and_not_loaded_is_asked_for(ask: Callable[[Loaded], Any], lacking: tuple[Any, Any, Any]) -> None:
    with pytest.raises(NotLoaded) as caught:
        ask(loaded("thing"))
    assert (caught.value.aggregate, caught.value.relation, caught.value.kind) == lacking
    assert caught.value.args == tuple(what for what in lacking if what is not None), "and a log line says which"


def test_what_is_decided_and_not_stored_yet_is_seen_by_what_is_decided_after_it() -> None:
    of = loaded("other", "thing")
    stored = History()
    stored.extend([said("other:o", 1, about="a")])
    of.put({"other:o": stored})
    of.enumerate("other", ["other:o"])
    of.relate(("other", "about", "a"), ["other:o"])
    of.extend("other:o", [said("other:o", 2, about="b")])
    of.extend("other:p", [said("other:p", 1, about="a")])
    of.extend("other:p", [said("other:p", 2, about="b")])
    assert [event.id for event in of.events("other:o")] == ["other:o@1", "other:o@2"] and len(stored) == 1, "what others read too is as it was"
    assert [event.id for event in of.events("other:p")] == ["other:p@1", "other:p@2"] and of.touched == {"other:o", "other:p"}
    assert list(of.all("other")) == ["other:o", "other:p"] == list(of.referring("other", "about", "a"))
    of.relate(("other", "about", "b"), [])
    of.relate(("other", "about", "c"), [])
    assert not list(of.referring("other", "about", "c")), "what names something else does not name this"
    of.relate(("thing", "about", "b"), ["thing:z"])
    of.enumerate("thing", ["thing:z"])
    assert list(of.referring("other", "about", "b")) == ["other:o", "other:p"], "what was loaded later too"
    assert list(of.referring("thing", "about", "b")) == ["thing:z"] == list(of.all("thing"))


def test_where_another_writer_was_its_history_and_whatever_may_name_it_is_loaded_anew() -> None:
    of = loaded("other")
    of.put({"other:q": History()})
    of.extend("other:o", [said("other:o", 1, about="a")])
    of.enumerate("other", [])
    of.relate(("other", "about", "a"), [])
    of.drop("other:o")
    assert list(of.missing(["other:o", "other:q"])) == ["other:o"]
    with pytest.raises(NotLoaded):
        of.all("other")
    with pytest.raises(NotLoaded):
        of.referring("other", "about", "a")
    of.enumerate("other", ["other:q"])
    of.relate(("other", "about", "a"), [])
    assert list(of.all("other")) == ["other:q"] and not list(of.referring("other", "about", "a"))


def test_whoever_goes_through_all_things_of_a_kind_is_given_as_many_more_as_were_asked_for_and_none_twice() -> None:
    of, asked = loaded("other"), ("thing", "about", "b")
    assert of.next_asked(asked) == []
    for id in ("a", "c"):
        of.relate(("thing", "about", id), [])
    assert of.next_asked(asked) == [], "nobody has gone through them"
    of.enumerate("other", [f"other:{id}" for id in "abcdefg"])
    assert of.next_asked(asked) == [("thing", "about", "d"), ("thing", "about", "e")]
    assert of.next_asked(("thing", "elsewhere", "b")) == []


def test_what_is_ahead_of_an_instant_is_not_ahead_of_a_later_one() -> None:
    of = loaded("other")
    of.seen_from(datetime.min.replace(tzinfo=UTC))
    of.events("thing:a")
    assert of.ahead == {"thing:a"}
    of.seen_from(datetime.max.replace(tzinfo=UTC))
    of.events("thing:a")
    assert of.ahead == set()


def test_a_rule_that_does_not_hold_refuses_unless_it_is_lifted_and_then_it_is_said() -> None:
    with pytest.raises(Refused) as caught:
        case().demand("R-01", "", "no beta", remedy="Release it.", field="product")
    assert (caught.value.rule, caught.value.detail, caught.value.remedy, caught.value.field) == ("R-01", "no beta", "Release it.", "product")
    lifting = case(Override(rule="R-01", reason="Agreed"))
    lifting.demand("R-01", False, "no beta")
    lifting.demand("R-02", True, "it holds")
    assert lifting.lifted == ["R-01"]
    with pytest.raises(Refused):
        lifting.demand("R-02", False, "another rule")
    assert lifting.lifted == ["R-01"]


def test_only_what_is_there_is_asked_for() -> None:
    with pytest.raises(LookupError, match="a is not there"):
        case().there  # noqa: B018


def test_what_records_an_event_and_has_no_rule_says_it_and_nothing_else_is_decided_without_one() -> None:
    assert list(Decisions([EstimateItem, StateItem]).by_command) == [EstimateItem]


def test_a_command_is_decided_by_one_function() -> None:
    decisions = Decisions()

    @decisions.decides(AddItem, DeliverItem)
    def decide(command: Any, of: Case[Any]) -> list[Any]:
        return []

    assert decisions.by_command == {AddItem: decide, DeliverItem: decide}
    with pytest.raises(ValueError, match="decided twice"):
        decisions.decides(DeliverItem)(decide)
