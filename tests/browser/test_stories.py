"""Stories, changes, lists and the search in a real browser: by keyboard, without JavaScript, and in the states that a first look does not show."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Opening

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STATES = {
    "team-not-yet": "/teams/permits-team?asOf=2020-01-01",
    "team-story-of-money": "/teams/permits-team?said=investment#story",
    "team-in-residency": "/teams/roadworks-team",
    "team-without-money": "/teams/permits-team",
    "product-not-known": "/products/solar-permits?knownAt=2020-01-01",
    "changes-of-a-year": "/changes?from=2025-11-24",
    "changes-with-times": "/changes?from=2026-06-30T08:00&to=2026-10-15T18:00",
    "changes-none": "/changes?from=2026-11-24",
    "teams-narrowed": "/teams?name=zzz&status=AT_RISK",
    "search-empty": "/search?q=",
    "search-nothing": "/search?q=zzzzzz",
}


@pytest.mark.parametrize(("name", "address"), STATES.items(), ids=STATES)
async def test_a_page_in_a_rarer_state_has_no_accessibility_violation_either(browser_page: Opening, axe: str, name: str, address: str) -> None:
    persona = "lab_ops" if name.endswith("without-money") else "executive"
    looked = await browser_page(address, persona=persona, size=PHONE)
    await looked.page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
    await looked.photograph(f"{name}-light-375")
    assert await looked.axe(axe) == []
    assert (looked.violations, looked.console) == ([], [])
    assert await looked.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
async def test_from_the_box_in_the_header_one_comes_to_a_team(browser_page: Opening, javascript: bool) -> None:
    page = (await browser_page("/graduation?asOf=2026-10-31", javascript=javascript)).page
    await page.get_by_role("searchbox", name="Search teams, products, people and items").fill("permits")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Search: permits")
    await page.get_by_role("link", name="Permits", exact=True).click()
    await expect(page.locator("h1")).to_have_text("Permits")
    await expect(page.locator(".hw-world")).to_contain_text("As of 31 October 2026")


async def test_two_instants_are_chosen_and_stand_in_the_address(browser_page: Opening) -> None:
    page = (await browser_page("/changes")).page
    await page.get_by_label("From", exact=True).fill("2026-06-30")
    await page.get_by_label("To", exact=True).fill("2026-10-15")
    await page.get_by_role("button", name="Compare").click()
    assert "from=2026-06-30" in page.url and "to=2026-10-15" in page.url
    await expect(page.locator(".govuk-caption-l")).to_have_text("What moved since 30 June 2026 until 15 October 2026")
    await page.get_by_role("link", name="a year", exact=True).click()
    assert "from=2025-10-15" in page.url


async def test_the_events_behind_a_change_open_by_keyboard_and_lead_to_the_story(browser_page: Opening) -> None:
    page = (await browser_page("/changes?from=2026-09-30")).page
    summary = page.locator("section", has=page.locator("#people")).locator("summary").first
    await summary.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="team:permits-team@", exact=False).first.click()
    assert page.url.endswith("/teams/permits-team#story")
    await expect(page.locator("#story")).to_be_in_viewport()


async def test_a_day_before_the_first_leads_to_the_first(browser_page: Opening) -> None:
    page = (await browser_page("/products/solar-permits?asOf=2020-01-01")).page
    await expect(page.locator("h1")).to_have_text("Solar permits: not yet")
    await page.get_by_role("link", name="Look at").click()
    await expect(page.locator("h1")).to_have_text("Solar permits")
    assert "asOf=2024-" in page.url


async def test_the_story_goes_back_to_its_first_event(browser_page: Opening) -> None:
    page = (await browser_page("/teams/permits-team")).page
    await page.get_by_role("link", name="Earlier events").click()
    await expect(page.locator("[id='team:permits-team@1']")).to_be_visible()
    await page.locator("[id='team:permits-team@1'] summary").click()
    await expect(page.locator("[id='team:permits-team@1']")).to_contain_text("headway.portfolio.team.formed.v1")
