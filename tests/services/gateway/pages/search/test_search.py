"""Lists of teams and products, narrowed by what is typed, and the search behind the box in the header of every page."""

from __future__ import annotations

import re

import pytest

from libs.events.catalog.portfolio.product import PRODUCT, ProductHalted
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from tests.services.gateway.pages.answers import HTML, page, rows
from tests.services.gateway.small_world import Gateway


async def test_all_teams_are_listed_by_name_with_where_they_stand(site: Gateway) -> None:
    found = await page(site, "/teams")
    assert "Two teams." in found and found.index("Signs team") < found.index("Wells team")
    assert 'href="/teams/wells-team"' in found and "since 10 Jan 2025" in found
    assert (await rows(site, "/teams", "teams"))[2][:5] == ["team:wells-team", "IN_RESIDENCY", "1", "Ministry of Water", "2025-01-10"]


async def test_teams_are_narrowed_by_name_and_status_and_that_is_said(site: Gateway) -> None:
    found = await page(site, "/teams?name=WELL&status=IN_RESIDENCY")
    assert "One team called “WELL” in status In residency." in found and "Signs team" not in found
    assert '<option value="IN_RESIDENCY" selected>' in found and 'value="WELL"' in found
    assert "No team fits." in await page(site, "/teams?name=xyz")
    assert [row[0] for row in (await rows(site, "/teams?organisation=roads", "teams"))[1:]] == ["team:signs-team"]


@pytest.mark.parametrize("address", ["/teams?status=FAMOUS", "/teams?after=nonsense", "/search?q=x&kind=GHOST"])
async def test_an_impossible_choice_is_answered_by_a_page_that_says_so(site: Gateway, address: str) -> None:
    assert "The address says something impossible" in await page(site, address, status=422)


async def test_a_status_that_there_is_not_is_named_in_the_words_of_the_page(site: Gateway) -> None:
    found = await page(site, "/teams?status=FAMOUS", status=422)
    assert "is none of IN_RESIDENCY" in found and "GRADUATED" in found and "Variable" not in found
    found = await page(site, "/search?q=x&kind=GHOST", status=422)
    assert "is none of TEAM" in found and "TEAM" in found and "Variable" not in found


@pytest.mark.parametrize("address", ["/search?q=%E2%80%AEwells", "/teams?name=w%E2%80%AEells%00"])
async def test_what_nobody_can_see_in_an_address_is_not_shown(site: Gateway, address: str) -> None:
    found = await page(site, address)
    assert "\u202e" not in found and "\0" not in found and "wells" in found


async def test_products_are_listed_with_phase_teams_and_backlog(site: Gateway) -> None:
    site.tell(PRODUCT, "dams", ProductHalted(reason="no money"), "2025-03-01")
    found = await page(site, "/products")
    assert "Three products." in found and "Halted" in found and "2 open" in found
    assert (await rows(site, "/products?name=wells", "products"))[1] == [
        *("product:wells", "beta", "team:wells-team", "2", "1", "Ministry of Water", "Rivers", "2025-06-01", "2", "1")
    ]
    assert [row[0] for row in (await rows(site, "/products?phase=beta", "products"))[1:]] == ["product:wells"]


async def test_a_long_list_goes_on_page_by_page(site: Gateway) -> None:
    for n in range(60):
        site.tell(TEAM, f"t{n:02}", TeamFormed(name=f"Team {n:02}", home="water", products=()), "2025-02-01")
    first = await page(site, "/teams")
    more = re.search(r'href="(/teams\?after=[^"]+)" rel="next">More \(62 in all\)', first)
    assert more is not None and "Wells team" not in first
    second = await page(site, more[1])
    assert "Wells team" in second and "The first ones" in second


async def test_the_box_of_every_page_finds_and_leads_on(site: Gateway) -> None:
    assert '<form class="hw-search' in await page(site, "/") and 'action="/search"' in await page(site, "/teams/wells-team")
    found = await page(site, "/search?q=wells")
    assert "fit “wells”, the best first." in found and 'value="wells" placeholder="Search"' in found
    assert 'href="/teams/wells-team"' in found and 'href="/products/wells"' in found
    assert "Only things of a kind" in found


@pytest.mark.parametrize(
    ("q", "leads_to"),
    [
        ("pump", "/products/wells#roadmap-heading"),
        ("WELL-1", "/products/wells#backlog-heading"),
        ("ana", "/teams/wells-team#people-heading"),
        ("rivers", "/products?organisation=water"),
        ("Ministry of Roads", "/?organisation=roads"),
    ],
)
async def test_what_was_found_leads_to_the_page_that_tells_of_it(site: Gateway, q: str, leads_to: str) -> None:
    assert f'href="{leads_to}"' in await page(site, f"/search?q={q}")


async def test_a_search_keeps_the_moment_and_finds_what_was_there_then(site: Gateway) -> None:
    then = await page(site, "/search?q=wells&asOf=2025-01-05")
    assert 'href="/products/wells?asOf=2025-01-05"' in then and "/teams/wells-team" not in then
    assert '<input type="hidden" name="asOf" value="2025-01-05"> <button class="hw-plain-button">Search' in then


async def test_a_search_is_narrowed_to_a_kind(site: Gateway) -> None:
    found = await rows(site, "/search?q=wells&kind=PRODUCT", "found")
    assert found[1:] == [["Wells", "PRODUCT", "water", "product:wells"]]


async def test_nothing_found_and_nothing_typed_are_said(site: Gateway) -> None:
    assert "Nothing fits “zzzzzz”." in await page(site, "/search?q=zzzzzz")
    assert "Type a name or a part of it" in await page(site, "/search?q=")
    assert "Type a name or a part of it" in await page(site, "/search")


async def test_what_was_typed_is_shown_as_text(site: Gateway) -> None:
    answer = await site.client.get("/search", params={"q": '"><script>alert(1)</script>'}, headers=site.signed_in("executive") | HTML)
    assert answer.status_code == 200 and "<script>alert" not in answer.text
