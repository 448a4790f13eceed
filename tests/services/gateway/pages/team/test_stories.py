"""The pages of a team and of a product over HTTP: the whole story, what may not be seen, what is not there yet, and what never was."""

from __future__ import annotations

import re

import pytest

from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.product import ProductDecommissioned, ProductHalted
from libs.events.catalog.portfolio.team import TEAM, ExposureForm, ExposureRecorded, MemberLeft, SpecialistFunction, TeamFormed
from libs.events.event import Retracted
from tests.given import given, say
from tests.services.gateway.pages.answers import HTML, page, rows
from tests.services.gateway.portfolio import small
from tests.services.gateway.small_world import Gateway


async def test_a_team_is_shown_with_its_status_people_money_roadmap_backlog_and_events(site: Gateway) -> None:
    site.tell(TEAM, "wells-team", MemberLeft(person="bo"), "2025-12-01")
    found = await page(site, "/teams/wells-team")
    assert '<h1 class="govuk-heading-xl hw-title">Wells team</h1>' in found
    assert "In residency since 10 January 2025: one of six criteria is met" in found
    for heading in (
        "Status over time",
        "Criteria and evidence",
        "Money",
        "Roadmap",
        "Products and their backlogs",
        "People by role",
        "Duties",
        "Everything that was said",
    ):
        assert f">{heading}</h2>" in found, heading
    assert "The forecast is 1,000 CAD, as in the first baseline; 25.0 % of it is spent." in found
    assert 'href="/products/wells"' in found and 'href="/?organisation=water"' in found
    assert await rows(site, "/teams/wells-team", "statuses") == [["status", "from", "until", "days"], ["IN_RESIDENCY", "2025-01-10", "", "417"]]
    people = await rows(site, "/teams/wells-team", "people")
    assert people[1] == ["PRODUCT_OWNER", "ana", "core", "2025-01-10", "STAFF"]
    assert [one[0] for one in people[1:] if not one[1]] == ["APPLICATIONS_SUPPORT", "USER_RESEARCH", "DEVELOPER", "SERVICE_DESIGNER"], "seats that nobody fills"
    assert (await rows(site, "/teams/wells-team", "former-members"))[1] == ["bo", "DEVELOPER", "2025-12-01", "2025-06-10"]
    assert (await rows(site, "/teams/wells-team", "backlog"))[1] == ["product:wells", "Beta", "2", "1"]
    (_, loan) = await rows(site, "/teams/wells-team", "loans")
    assert loan[:2] == ["Ministry of Roads", "ACCEPTED"] and "Ministry of Water" in loan
    due = {one[1]: one[0] for one in (await rows(site, "/teams/wells-team", "duties"))[1:]}
    assert due.keys() == {"BID_UNDECIDED", "HEALTH_CHECK"} and due["BID_UNDECIDED"] == "2025-05-02", "the bid for its money, and its health"


@pytest.mark.requirement("S4-06")
async def test_a_team_is_shown_with_the_specialists_who_saw_it_at_work_and_those_who_never_did(site: Gateway) -> None:
    review = ExposureRecorded(function=SpecialistFunction.SECURITY, form=ExposureForm.REVIEW, note="The log of a release")
    site.tell(TEAM, "wells-team", review, "2025-11-01")
    head, privacy, security, *_ = await rows(site, "/teams/wells-team", "specialists")
    assert head == ["function", "last_on", "form", "times", "note"]
    assert (privacy, security) == (["PRIVACY", "", "", "0", ""], ["SECURITY", "2025-11-01", "REVIEW", "1", "The log of a release"])
    found = await page(site, "/teams/wells-team")
    assert found.count(">Never</span>") == 5 and "Specialists who saw it at work" in found
    told = given(small(), say("team:wells-team", review, at="2025-11-01"))
    told.shows("team:wells-team", "specialists.times", [0, 1, 0, 0, 0, 0]).shows(
        "team:wells-team",
        "exposures { function form note on }",
        [{"function": "SECURITY", "form": "REVIEW", "note": "The log of a release", "on": "2025-11-01"}],
    )


async def test_a_product_is_shown_with_its_phases_releases_needs_metrics_and_backlog_over_time(site: Gateway) -> None:
    found = await page(site, "/products/wells")
    assert "In Beta since 1 June 2025, served by Wells team." in found
    assert "part of Rivers" in found and 'href="/teams/wells-team"' in found
    assert await rows(site, "/products/wells", "phases") == [["phase", "from", "until", "days"], ["beta", "2025-06-01", "", "275"]]
    assert (await rows(site, "/products/wells", "releases"))[1][1:3] == ["PUBLISHED", "2025-05-03"]
    assert (await rows(site, "/products/wells", "needs"))[1][:3] == ["need:cheap", "UNMET", "survey"]
    assert (await rows(site, "/products/wells", "metrics"))[1][:5] == ["metric:speed", "4", "5 by 2025-06-01: HIT", "10", "2025-05-01"]
    assert (await rows(site, "/products/wells", "backlog-over-time"))[1] == ["2026-03-02", "2", "1"]
    assert (await rows(site, "/products/wells", "open-items"))[1][:3] == ["Item 4", "1", "OPEN"]
    assert "Backlog from 28 February 2025 to 2 March 2026: 2 open and 1 delivered at the end" in found


def test_a_halted_and_a_decommissioned_product_say_so_first() -> None:
    halted = say("product:wells", ProductHalted(reason="no money"), at="2025-08-01")
    told = given(small(), halted, say("product:wells", ProductDecommissioned(reason="replaced"), at="2025-09-01"))
    told.on("2025-08-31").says("/products/wells", "Work halted early on 1 August 2025: No money.")
    told.says("/products/wells", "Decommissioned on 1 September 2025.")


async def test_a_product_with_nothing_to_tell_is_still_a_page(site: Gateway) -> None:
    found = await page(site, "/products/dams")
    for words in ("In no phase yet, served by no team.", "It has no backlog items yet.", "No need is on record.", "Nobody is on a team that serves it."):
        assert words in found, words


async def test_of_what_was_said_the_latest_come_first_and_what_was_taken_back_is_struck_through(site: Gateway) -> None:
    site.tell(INVESTMENT, "inv-wells", Retracted(event="investment:inv-wells@3", reason="Counted twice"), "2026-01-01")
    found = await page(site, "/teams/wells-team")
    assert found.index('id="investment:inv-wells@4"') < found.index('id="team:wells-team@1"')
    struck = found[found.index('id="investment:inv-wells@3"') :]
    assert "<s>Actual recorded</s>" in struck[:300] and "250.50 CAD" in struck[:900]
    assert "Investment retracted" in found and "Counted twice" in found
    table = {row[6]: row for row in (await rows(site, "/teams/wells-team", "events"))[1:]}
    assert table["investment:inv-wells@3"][5] == "yes" and table["investment:inv-wells@4"][5] == "no"


async def test_the_story_is_narrowed_to_a_kind_and_goes_on_page_by_page(site: Gateway) -> None:
    few = await page(site, "/teams/wells-team?said=loan")
    assert "One event, the latest first." in few and 'id="loan:loan-1@1"' in few and 'id="team:wells-team@1"' not in few
    for n in range(30):
        site.tell(TEAM, "wells-team", TeamFormed(name="Wells team", home="water", products=("wells",)), f"2025-10-{n % 28 + 1:02}")
    first = await page(site, "/teams/wells-team")
    later = re.search(r'href="(/teams/wells-team\?after=[^"]+)#story" rel="next"', first)
    assert later is not None
    second = await page(site, later[1])
    assert 'id="team:wells-team@1"' in second and 'id="team:wells-team@1"' not in first
    assert 'href="/teams/wells-team#story">Back to the latest' in second


@pytest.mark.parametrize("address", ["/teams/wells-team", "/products/wells"])
async def test_money_is_withheld_from_whoever_may_not_read_it(site: Gateway, address: str) -> None:
    found = await page(site, address, "lab_ops")
    assert "Withheld: it takes executive" in found and "Money is withheld" in found
    assert "CAD" not in found and "250.50" not in found and "1,000" not in found
    answer = await site.client.get(address, params={"format": "csv", "table": "investments"}, headers=site.signed_in("lab_ops"))
    assert "withheld" in answer.text and "1000" not in answer.text
    events = await site.client.get(address, params={"format": "csv", "table": "events"}, headers=site.signed_in("lab_ops"))
    assert "withheld" in events.text and "250.50" not in events.text


@pytest.mark.parametrize("address", ["/teams/nobody", "/products/nothing", "/teams/NOT AN ID", "/teams/product:wells", "/products/unheard"])
async def test_what_never_was_is_a_page_that_says_so(site: Gateway, address: str) -> None:
    assert "There is nothing here" in await page(site, address, status=404)


async def test_a_global_id_is_taken_as_well(site: Gateway) -> None:
    assert "Wells team</h1>" in await page(site, "/teams/team:wells-team")


async def test_on_a_day_before_its_first_a_team_is_not_yet_there_and_the_page_leads_to_its_first_day(site: Gateway) -> None:
    found = await page(site, "/teams/wells-team?asOf=2025-01-01")
    assert "Wells team: not yet" in found
    assert "On 1 January 2025 Wells team was not there yet. Its story begins on 10 January 2025." in found
    assert 'href="/teams/wells-team?asOf=2025-01-10"' in found and 'href="/teams/wells-team"' in found
    assert "In residency" in await page(site, "/teams/wells-team?asOf=2025-01-10")


async def test_what_was_not_known_yet_says_when_it_was_learned(site: Gateway) -> None:
    site.tell(TEAM, "late", TeamFormed(name="Late team", home="water", products=()), "2025-03-01", known="2025-06-01")
    found = await page(site, "/teams/late?asOf=2025-04-01&knownAt=2025-04-01")
    assert "Nothing was known of Late team by 1 April 2025" in found and "true on 1 March 2025 and learned on 1 Jun 2025" in found
    leads = re.search(r'href="(/teams/late\?[^"]+)">Look at', found)
    assert leads is not None and "Late team</h1>" in await page(site, leads[1])
    assert "In residency" in await page(site, leads[1])


async def test_the_past_is_shown_as_it_was(site: Gateway) -> None:
    found = await page(site, "/products/wells?asOf=2025-03-31")
    assert "In no phase yet" in found and 'href="/teams/wells-team?asOf=2025-03-31"' in found
    assert (await rows(site, "/products/wells?asOf=2025-03-31", "backlog-over-time"))[1] == ["2025-03-31", "4", "0"]


async def test_what_people_wrote_is_shown_as_text(site: Gateway) -> None:
    site.tell(TEAM, "evil", TeamFormed(name="<script>alert(1)</script>", home="water", products=()), "2025-02-01")
    answer = await site.client.get("/teams/evil", headers=site.signed_in("executive") | HTML)
    assert answer.status_code == 200 and "<script>alert" not in answer.text and "&lt;script&gt;alert" in answer.text
