"""The page of what moved between two instants: its sentence, its groups with their events, its two moments, and what it says in each case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from libs.commands.errors import Invalid
from libs.commands.testing import money
from libs.events.catalog.portfolio.investment import INVESTMENT, ForecastRecorded
from libs.events.catalog.portfolio.product import PRODUCT, PhaseEntered
from libs.events.catalog.portfolio.team import TEAM, MemberLeft, TeamPivotedAway
from libs.events.catalog.roadmap.roadmap_item import ROADMAP_ITEM, RoadmapItemFinished, RoadmapItemRedated
from libs.events.event import Retracted
from services.gateway.pages.changes.page import CHANGES, between
from services.gateway.pages.kit.tables.change_rows import group
from services.gateway.pages.kit.tables.change_summary import headline
from services.gateway.pages.kit.words import NBSP
from tests.services.gateway.pages.answers import cad, page, rows, visit
from tests.services.gateway.small_world import Gateway


def change(kind: str, before: str | None, after: str | None, **more: Any) -> dict[str, Any]:
    """A change of an answer."""
    given = {"field": "graduation.status", "subject": {"id": "team:a", "name": "A"}, "within": [], "late": False, "events": [], "eventCount": 0} | more
    times = {"at": "2026-01-05T00:00:00Z", "knownSince": "2026-01-05T09:00:00Z"}
    nature = "NEW" if before is None else "GONE" if after is None else "CHANGED"
    return {"kind": kind, "before": before, "after": after, "nature": nature} | times | given


def of(id: str, *changes: dict[str, Any], total: int | None = None) -> Any:
    info = {"hasNextPage": total is not None, "hasPreviousPage": False, "endCursor": "c"}
    return group(visit(CHANGES), id, {"totalCount": total or len(changes), "pageInfo": info, "nodes": changes})


def summary(*changes: dict[str, Any], late: int = 0, forecast: dict[str, Any] | None = None, withheld: bool = False) -> dict[str, Any]:
    """The numbers and sums of an answer: of each change one, and of the forecast."""
    counts = []
    for one in changes:
        to = None if one["kind"] in ("MEMBER", "MONEY") else one["after"]
        if one["kind"] == "DATE":
            to = None if one["nature"] != "CHANGED" else "later" if one["after"] > one["before"] else "earlier"
        counts.append({"kind": one["kind"], "nature": one["nature"], "to": to, "changes": 1})
    nothing: dict[str, Any] = {"field": "forecast", "new": [], "rose": [], "fell": [], "gone": [], "newCount": 0, "goneCount": 0}
    return {"counts": counts, "late": late, "sums": None if withheld else [nothing | (forecast or {})]}


def summed(
    *groups: Any, then: Any = None, now: Any = None, late: int = 0, more: int = 1, withheld: bool = False, **forecast: Any
) -> tuple[str, str, list[str]]:
    changes = [row.exact for one in groups for row in one.rows] * more
    sentence, tone, further = headline(summary(*changes, late=late, forecast=forecast, withheld=withheld), groups, then, now)
    return sentence.replace(NBSP, " "), tone, [one.replace(NBSP, " ") for one in further]


def team(name: str) -> dict[str, Any]:
    return {"subject": {"id": f"team:{name.lower()}", "name": name}}


def test_the_sentence_begins_with_who_is_at_risk_and_goes_on_with_the_others_and_the_forecast() -> None:
    statuses = of("statuses", change("STATUS", "SUSTAIN", "READY", **team("Fines")), change("STATUS", "GRADUATED", "AT_RISK", **team("Permits")))
    then, now = {"actual": cad("10.00")}, {"actual": cad("30.00")}
    assert summed(statuses, then=then, now=now, fell=cad("15.00"), rose=cad("5.00")) == (
        "Permits is at risk, one other team changed its status and the forecast fell by 10 CAD.",
        "bad",
        ["Fines came to Ready.", "20 CAD more were spent."],
    )


def test_of_many_teams_the_numbers_are_said() -> None:
    many = [change("STATUS", "SUSTAIN", "READY", **team(f"T{n}")) for n in range(9)]
    assert summed(of("statuses", *many)) == ("Nine teams changed their status.", "good", ["9 came to Ready."])
    risky = [change("STATUS", "GRADUATED", "AT_RISK", **team(f"R{n}")) for n in range(5)]
    assert summed(of("statuses", *risky))[0] == "Five teams are at risk."


def test_numbers_are_of_the_whole_and_not_of_the_rows_that_are_shown() -> None:
    shown = of("statuses", change("STATUS", "GRADUATED", "AT_RISK", **team("R")), total=300)
    assert summed(shown, more=300)[0] == "300 teams are at risk."
    dates = of("dates", change("DATE", "2026-01-01", "2026-02-01", field="ends"), total=48)
    assert summed(dates, more=48)[2] == ["48 dates moved (48 later)."]


def test_the_rest_is_said_by_numbers() -> None:
    criteria = of("criteria", change("CRITERION", "not met", "met"), change("CRITERION", "met", "not met"), change("CRITERION", "met", "not met"))
    dates = of(
        "dates",
        change("DATE", "2026-01-01", "2026-02-01", field="ends"),
        change("DATE", "2026-03-01", "2026-02-01", field="ends"),
        change("DATE", None, "2026-02-01"),
    )
    people = of("people", change("MEMBER", None, "ana: developer, core, staff"), change("MEMBER", "bo: developer, core, staff", None, late=True))
    road = of("roadmap", change("HORIZON", "NOW", "DONE", field="horizon"))
    products = of("products", change("PHASE", "alpha", "beta", field="phase.id"))
    assert summed(criteria, dates, people, road, products, late=1) == (
        "No team and no forecast moved.",
        "going",
        [
            "One criterion is newly met and two criteria are met no longer.",
            "Two dates moved (one later and one earlier) and one date is set for the first time.",
            "One roadmap item moved (one of them to done).",
            "One person joined and one person left.",
            "One phase or release moved.",
            "One change was true before already, and learned only since.",
        ],
    )
    assert summed() == ("Nothing moved.", "going", [])


def test_what_comes_into_being_and_what_goes_is_never_said_to_have_moved() -> None:
    teams = of("statuses", *(change("STATUS", None, "IN_RESIDENCY", **team(f"T{n}")) for n in range(3)), change("STATUS", "SUSTAIN", None, **team("Old")))
    dates = of("dates", *(change("DATE", None, "2026-02-01", field="ends") for _ in range(48)), change("DATE", "2026-02-01", None, field="ends"))
    road = of("roadmap", *(change("HORIZON", None, "NOW", field="horizon") for _ in range(48)), change("HORIZON", "NOW", None, field="horizon"))
    criteria = of("criteria", change("CRITERION", None, "met"), change("CRITERION", "met", None))
    products = of("products", change("PHASE", None, "alpha"), change("RELEASE", None, "PROPOSED"), change("RELEASE", "PROPOSED", None))
    new: dict[str, Any] = {"new": cad("1000.00"), "newCount": 2, "gone": cad("70.00"), "goneCount": 1}
    sentence, tone, further = summed(teams, dates, road, criteria, products, **new)
    assert (sentence, tone) == (
        "Three teams are new, one team is on record no longer, 1,000 CAD is forecast for two new investments "
        "and 70 CAD is forecast no longer, of one investment.",
        "going",
    )
    assert further == [
        "New teams meet one criterion and one criterion went with its team.",
        "48 dates are set for the first time and one date is no longer planned.",
        "48 roadmap items are new and one roadmap item is on record no longer.",
        "One first phase is entered, one release is new and one release is on record no longer.",
    ]
    assert not any(word in " ".join((sentence, *further)) for word in ("moved", "rose", "fell", "changed"))


def test_the_forecast_rises_and_falls_over_what_was_there_at_both_moments() -> None:
    assert summed(rose=cad("50.00"), new=cad("1000.00"), newCount=1)[0] == (
        "The forecast of what was approved before rose by 50 CAD and 1,000 CAD is forecast for one new investment."
    )
    assert summed(of("money", change("MONEY", None, None, nature="CHANGED", field="investment.actual")), withheld=True)[2] == ["What money moved is withheld."]


def test_a_seat_that_became_another_is_no_coming_and_going() -> None:
    people = of("people", change("MEMBER", "ana: developer, core, staff", "ana: developer, core, contracted"))
    assert summed(people)[2] == ["One seat changed."]
    row = people.rows[0]
    assert (row.note, row.before.text, row.after.note) == ("Developer", "ana", "core, contracted")


def test_money_that_is_one_and_the_same_change_is_one_row_and_organisations_come_first() -> None:
    events: list[dict[str, Any]] = [{"id": "investment:m@4", "type": "headway.portfolio.investment.forecast_recorded.v1", "at": "2026-01-05T00:00:00Z"}]
    events = [one | {"recorded": "2026-01-05T00:00:00Z", "assertedBy": "importer", "retracted": False, "data": {}} for one in events]
    subjects = {"investment:m": "Investment in A", "product:p": "P", "team:a": "A"}
    nodes = [
        change(
            "MONEY", "10.00 CAD", "12.00 CAD", field=field if id == "investment:m" else f"investment.{field}", subject={"id": id, "name": name}, events=events
        )
        for field in ("forecast", "againstFirstBaseline")
        for id, name in subjects.items()
    ]
    nodes.append(change("MONEY", "100.00 CAD, 5.00 EUR", "102.00 CAD, 5.00 EUR", field="investment.forecast", subject={"id": "organisation:o", "name": "O"}))
    found = of("money", *nodes)
    assert [(row.name, row.note) for row in found.rows] == [("O", "Forecast"), ("A", "Forecast, also P and Investment in A")]
    assert [row.after.note.replace(NBSP, " ") for row in found.rows] == ["+2 CAD", "+2 CAD"]
    assert len(found.table.rows) == len(nodes), "CSV has each figure"
    assert found.rows[1].href == "/teams/a" and (len(found.rows), found.count) == (2, 7)


def test_what_is_withheld_is_said_to_be() -> None:
    row = of("money", change("MONEY", None, None, field="investment.actual")).rows[0]
    assert (row.before.text, row.after.text) == ("withheld", "withheld")


def test_an_item_leads_to_its_product_and_says_of_which_it_is() -> None:
    within = [{"id": "organisation:o", "name": "O"}, {"id": "product:p", "name": "P"}, {"id": "team:a", "name": "A"}]
    row = of("dates", change("DATE", "2026-01-01", "2026-01-31", field="ends", subject={"id": "roadmap_item:i", "name": "I"}, within=within)).rows[0]
    assert (row.href, row.note, row.after.note) == ("/products/p", "Planned end, P", "30 days later")


def test_when_it_was_learned_is_said_unless_that_was_the_same_day() -> None:
    same, late, alone = of(
        "statuses",
        change("STATUS", "READY", "GRADUATED"),
        change("STATUS", "READY", "GRADUATED", knownSince="2026-02-01T09:00:00Z", late=True),
        change("STATUS", "GRADUATED", "ALUMNI", knownSince=None),
    ).rows
    assert (same.learned, late.learned.replace(NBSP, " "), alone.learned) == ("learned the same day", "learned 1 Feb 2026, 09:00 UTC", "by time alone")


def test_without_more_it_is_since_the_last_quarter_until_the_moment_of_the_page() -> None:
    found = between(visit(CHANGES))
    assert (found.begin.date(), found.until.is_now) == (date(2025, 12, 31), True)
    past = between(visit(CHANGES, as_of=date(2025, 8, 1)))
    assert (past.begin.date(), past.until.day) == (date(2025, 6, 30), date(2025, 8, 1))
    known = datetime.fromisoformat("2025-09-30T23:59:59.999999+00:00")
    early = between(visit(CHANGES, as_of=date(2025, 10, 5), known_at=known))
    assert early.begin.date() == date(2025, 9, 29), "it begins before what is known ends"


def test_to_makes_an_earlier_moment_of_the_second_and_never_a_later_one() -> None:
    found = between(visit(CHANGES, {"from": "2025-01-01", "to": "2025-07-01T12:00"}))
    assert found.until.variables == {"asOf": "2025-07-01", "knownAt": "2025-07-01T12:00:00+00:00"}
    assert between(visit(CHANGES, {"to": "2030-01-01"})).until.is_now
    bounded = between(visit(CHANGES, {"from": "2025-01-01", "to": "2025-07-01"}, as_of=date(2025, 3, 1)))
    assert bounded.until.day == date(2025, 3, 1)


@pytest.mark.parametrize("query", [{"from": "2027-01-01"}, {"from": "2025-07-02", "to": "2025-07-01"}, {"from": "soon"}, {"to": "later"}, {"group": "gossip"}])
def test_an_impossible_span_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        _ = visit(CHANGES, query).variables


async def test_what_moved_stands_in_groups_each_with_its_events(site: Gateway) -> None:
    site.tell(INVESTMENT, "inv-wells", ForecastRecorded(amount=money("1200.00")), "2026-01-10")
    site.tell(TEAM, "wells-team", MemberLeft(person="bo"), "2026-01-11")
    site.tell(TEAM, "signs-team", TeamPivotedAway(reason="done"), "2026-01-12")
    site.tell(ROADMAP_ITEM, "pump", RoadmapItemRedated(ends=date(2026, 6, 1)), "2026-01-13")
    site.tell(ROADMAP_ITEM, "pipe", RoadmapItemFinished(), "2026-01-14")
    site.tell(PRODUCT, "wells", PhaseEntered(phase="live"), "2025-11-01", known="2026-01-15")
    found = await page(site, "/changes")
    assert "One team changed its status and the forecast rose by 200 CAD." in found
    for heading in ("Statuses of teams", "Money", "Dates", "Roadmap", "People", "Phases and releases"):
        assert f">{heading}</h2>" in found, heading
    assert ">Criteria of graduation</h2>" not in found, "nothing of it moved"
    assert '<a class="govuk-link" href="/teams/wells-team#story"><code>team:wells-team@5</code></a>' in found
    assert "Forecast recorded: 1,200 CAD" in found and "<strong>Late:</strong> learned 15 Jan 2026" in found
    assert (await rows(site, "/changes", "people"))[1][:5] == ["team:wells-team", "Wells team", "members", "bo: developer, core, staff", ""]
    assert (await rows(site, "/changes", "changes"))[:2] == [["group", "changes", "new", "moved", "gone"], ["statuses", "1", "0", "1", "0"]]
    assert (await rows(site, "/changes", "people"))[1][-1] == "gone" and "One gone." in found
    alone = await page(site, "/changes?group=people")
    assert "Only one group is shown." in alone and ">Money</h2>" not in alone


async def test_between_two_instants_of_the_past_links_lead_to_the_second(site: Gateway) -> None:
    found = await page(site, "/changes?from=2025-05-31&to=2025-06-30")
    assert "What moved since 31 May 2025 until 30 June 2025" in found
    assert 'href="/products/wells?asOf=2025-06-30&knownAt=2025-06-30"' in found
    assert 'type="date" id="from" name="from" value="2025-05-31"' in found
    timed = await page(site, "/changes?from=2025-05-31T08:00&to=2025-06-30")
    assert 'type="datetime-local" id="from" name="from" value="2025-05-31T08:00"' in timed
    assert "since 31 May 2025, 08:00 UTC" in timed


async def test_what_was_taken_back_is_shown_struck_through(site: Gateway) -> None:
    site.tell(PRODUCT, "wells", Retracted(event="product:wells@2", reason="never"), "2026-02-01")
    found = await page(site, "/changes")
    assert "<s>Phase entered</s> (taken back)" in found


async def test_nothing_moved_is_said(site: Gateway) -> None:
    found = await page(site, "/changes?from=2026-03-01")
    assert "Nothing moved." in found and "Choose an earlier day to begin with." in found


async def test_money_that_moved_is_for_those_who_may_read_it(site: Gateway) -> None:
    site.tell(INVESTMENT, "inv-wells", ForecastRecorded(amount=money("1234.00")), "2026-01-10")
    assert "1,234" in await page(site, "/changes")
    poor = await page(site, "/changes", "lab_ops")
    assert "1,234" not in poor and "withheld" in poor and "the forecast" not in poor
    answer = await site.client.get("/changes?format=csv&table=money", headers=site.signed_in("lab_ops"))
    assert "1234" not in answer.text


async def test_a_page_of_an_impossible_span_says_what_to_do(site: Gateway) -> None:
    assert "Choose an earlier day to begin with" in await page(site, "/changes?from=2030-01-01", status=422)
