"""Who answers for something: one person a role at a time, with history, shown on its page."""

from __future__ import annotations

from datetime import date

import pytest

from libs.commands.catalog.portfolio.accountable import NameAccountable
from libs.commands.errors import Invalid, NotAllowed
from libs.commands.testing import Scenario
from libs.events.catalog.portfolio.people.accountable import AccountableAs, AccountableNamed
from libs.events.catalog.portfolio.team import TeamFormed
from libs.rules.people import accountable, organisations_of
from services.portfolio.domain import decisions
from tests.given import Read, given, say

OWNER = AccountableAs.SENIOR_RESPONSIBLE_OWNER
SPONSOR = {"subject": "team:t", "person": "ada", "as": "sponsor"}


def named(person: str, role: AccountableAs = OWNER, until: date | None = None) -> AccountableNamed:
    return AccountableNamed(subject="team:parks", person=person, role=role, until=until)


def told() -> Read:
    return given(
        say("team:parks", TeamFormed(name="Parks", home="env", products=())),
        say("accountable:z", named("ada"), at="2024-02-01"),
        say("accountable:a", named("grace"), at="2024-05-01"),
        say("accountable:b", named("mary", AccountableAs.SPONSOR, date(2024, 3, 31)), at="2024-02-01"),
    )


@pytest.mark.requirement("S4-20")
def test_one_person_answers_in_a_role_at_a_time_and_who_did_before_is_told_of_that_day() -> None:
    def on(day: str) -> list[tuple[str, str]]:
        return [(one.role, one.person) for one in accountable(told().on(day).facts, "team:parks")]

    assert on("2024-03-31") == [("senior_responsible_owner", "ada"), ("sponsor", "mary")]
    assert on("2024-04-01") == [("senior_responsible_owner", "ada")]
    assert on("2024-06-01") == [("senior_responsible_owner", "grace")]
    assert organisations_of(told().on("2024-06-01").facts, "ada") == {"env"}, "who answers for something works there"


def test_it_stands_on_the_page_of_what_somebody_answers_for() -> None:
    told().on("2024-06-01").says("/teams/parks", "Who answers for it", "Senior responsible owner", "grace")
    told().on("2024-06-01").shows("team:parks", "accountable.person.id", ["person:grace"])


@pytest.mark.requirement("S4-20")
def test_managers_and_executives_of_its_home_name_who_answers() -> None:
    world = Scenario(decisions).given("team:t", TeamFormed(name="Parks", home="env"), at="2024-01-01")
    say_it = NameAccountable.model_validate({"accountable": "a", **SPONSOR})
    for other in ("portfolio_manager@citz", "team@t", "lab_ops"):
        world.when(say_it, by=other).refused(NotAllowed)
    world.when(say_it, by="executive@env").then(AccountableNamed(subject="team:t", person="ada", role=AccountableAs.SPONSOR))
    another = NameAccountable.model_validate({"accountable": "a", **SPONSOR, "subject": "organisation:env"})
    assert world.when(another, by="executive@env").refused(Invalid).field == "subject"
    over = NameAccountable.model_validate({"accountable": "b", **SPONSOR, "until": "2020-01-01"})
    assert world.when(over, by="portfolio_manager@env").refused(Invalid).field == "until"
