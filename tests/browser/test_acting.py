"""Managers act where they read: forms by keyboard and without JavaScript, errors that lead to their field, moves by buttons, and a line that moves nothing."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Demo, Opening

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def proposed(demo: Demo) -> str:
    """The id of an investment that waits for a decision."""
    id = f"asked-{uuid.uuid4().hex[:8]}"
    said = {"investment": id, "team": "grants-team", "amount": {"amount": "12000", "currency": "CAD"}, "value": "Two more rooms"}
    async with demo.client("portfolio_manager") as manager:
        assert (await manager.post("/portfolio/v1/commands/propose_investment", json=said)).status_code == 201
    return id


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
async def test_a_steering_group_decides_from_what_waits_for_it(browser_page: Opening, demo: Demo, javascript: bool) -> None:
    id = await proposed(demo)
    looked = await browser_page("/?waiting=all", persona="steering_group", javascript=javascript)
    page = looked.page
    await page.locator(f'a[href*="investment={id}"]').click()
    await expect(page.locator("h1")).to_have_text("Decide investment")
    await expect(page.locator(".hw-about")).to_contain_text("Two more rooms")
    await page.get_by_label("Yes").check()
    await page.get_by_label("Reason").fill("It is worth two rooms.")
    await page.get_by_role("button", name="Decide investment").click()
    await expect(page.locator(".hw-heard")).to_contain_text("Investment decided")
    assert await page.locator(f'main a[href*="investment={id}"]').count() == 0
    await page.get_by_role("link", name="Close this message").click()
    await expect(page.locator(".hw-heard")).to_have_count(0)
    assert page.url.endswith("/?waiting=all")
    assert (looked.violations, looked.console) == ([], [])


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light-1280", "dark-375"])
async def test_what_is_wrong_stands_in_a_summary_and_beside_the_field_for_everybody(
    browser_page: Opening, axe: str, demo: Demo, theme: str, size: tuple[int, int]
) -> None:
    id = await proposed(demo)
    looked = await browser_page(f"/act/portfolio.decide_investment?investment={id}", persona="steering_group", theme=theme, size=size)
    page = looked.page
    assert await looked.axe(axe) == []
    await page.get_by_role("button", name="Decide investment").click()
    await expect(page.get_by_role("alert")).to_contain_text("Approved: Fill this in, it is needed.")
    await looked.photograph(f"acting-wrong-{theme}-{size[0]}")
    assert await looked.axe(axe) == []
    assert await page.title() == f"Error: Decide investment: Investment {id}, Grants – Headway"
    await page.get_by_role("alert").get_by_role("link", name="Reason").click()
    assert await page.evaluate("document.activeElement.id") == "field-reason"
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert looked.violations == []


async def test_a_refused_rule_is_shown_with_its_source_and_remedy(browser_page: Opening, axe: str) -> None:
    looked = await browser_page("/act/portfolio.hold_ceremony?team=roadworks-team&next=/teams/roadworks-team", persona="executive")
    page = looked.page
    await page.get_by_role("button", name="Hold ceremony").click()
    await expect(page.get_by_role("alert")).to_contain_text("Rule S4-18, from ")
    await expect(page.get_by_role("alert")).to_contain_text("What to do: ")
    await expect(page.get_by_label("Lift S4-18 for this once, because")).to_be_visible()
    await looked.photograph("acting-refused-light-1280")
    assert await looked.axe(axe) == []
    await page.get_by_role("link", name="Cancel").click()
    await expect(page.locator("h1")).to_have_text("Roadworks")


async def test_every_form_is_accessible(browser_page: Opening, axe: str) -> None:
    forms = (
        "portfolio.propose_investment",
        "portfolio.record_actual",
        "backlog.add_item",
        "portfolio.tell_story",
        "roadmap.define_metric",
        "roadmap.place_item",
    )
    for command in forms:
        looked = await browser_page(f"/act/{command}", persona="importer", size=PHONE)
        assert await looked.axe(axe) == [], command
        assert (looked.violations, looked.console) == ([], [])
        assert await looked.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, command
    await looked.photograph("acting-place-item-light-375")


async def test_an_item_moves_along_the_roadmap_by_the_keyboard_alone_and_back(browser_page: Opening) -> None:
    looked = await browser_page("/roadmap?horizon=next", persona="portfolio_manager")
    page = looked.page
    card = page.locator(".hw-board__card").first
    title, product = [await card.locator(one).first.inner_text() for one in (".hw-board__title", "a")]
    for words, horizon in (("Move to now", "Now"), ("Move to next", "Next")):
        await page.goto(page.url.partition("?")[0] + f"?text={product.replace(' ', '+')}")
        column = page.locator(".hw-board__column", has_text=title).filter(has=page.get_by_role("button", name=words))
        button = column.locator(".hw-board__card", has_text=title).get_by_role("button", name=words).first
        await button.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".hw-heard")).to_contain_text(f"Roadmap item moved: {title}")
        moved = page.locator(".hw-board__column", has=page.locator("h3", has_text=horizon))
        await expect(moved).to_contain_text(title)
    assert (looked.violations, looked.console) == ([], [])


async def test_the_live_line_appears_without_moving_anything_and_says_so_politely(browser_page: Opening, demo: Demo) -> None:
    looked = await browser_page("/graduation", size=PHONE)
    page = looked.page
    boxes = "[...document.querySelectorAll('h1, h2, table, article')].map(one => JSON.stringify(one.getBoundingClientRect()))"
    before = await page.evaluate(boxes)
    live = page.get_by_role("status")
    await expect(live).to_be_empty()
    async with demo.client("importer") as importer:
        said = {"organisation": f"seen-{uuid.uuid4().hex[:8]}", "name": "Ministry of Sights"}
        assert (await importer.post("/portfolio/v1/commands/register_organisation", json=said)).is_success
    await expect(live).to_contain_text("since this page was made")
    assert await page.evaluate(boxes) == before
    assert await live.evaluate("one => getComputedStyle(one).position") == "fixed"
    await looked.photograph("live-line-light-375")
