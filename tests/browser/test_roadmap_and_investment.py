"""The roadmap and the investment page in a real browser: without JavaScript, by keyboard, and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Opening

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
async def test_a_filter_stands_in_the_address_and_narrows_grid_and_board_alike(browser_page: Opening, javascript: bool) -> None:
    page = (await browser_page("/roadmap?span=3", javascript=javascript)).page
    await page.get_by_label("Title or product").fill("licences")
    await page.get_by_role("button", name="Filter").click()
    await expect(page).to_have_url(re.compile("span=3.*text=licences"))
    products = await page.locator(".hw-timeline__lead a").all_inner_texts()
    assert products == ["Driving licences"]
    assert set(await page.locator(".hw-board__card a[href^='/products/']").all_inner_texts()) == {"Driving licences"}
    await page.get_by_role("link", name="remove").click()
    await expect(page).not_to_have_url(re.compile("text="))
    assert "span=3" in page.url


async def test_on_a_phone_the_grid_scrolls_inside_its_own_box_by_keyboard_too(browser_page: Opening) -> None:
    page = (await browser_page("/roadmap", size=PHONE)).page
    box = page.locator(".hw-timeline")
    assert await box.evaluate("e => e.scrollWidth > e.clientWidth")
    await box.focus()
    await page.keyboard.press("ArrowRight")
    assert await box.evaluate("e => e.scrollLeft > 0 || new Promise(moved => e.addEventListener('scroll', () => moved(true), {once: true}))")
    labels = await page.locator(".hw-timeline__labels").evaluate("e => e.getBoundingClientRect().left - e.parentElement.getBoundingClientRect().left")
    assert labels <= 1, "the names stay in sight"
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_each_row_of_the_grid_is_as_high_as_its_label(browser_page: Opening) -> None:
    page = (await browser_page("/roadmap")).page
    ends = await page.evaluate("['.hw-timeline__labels', '.hw-timeline__chart'].map(s => document.querySelector(s).getBoundingClientRect().bottom)")
    assert abs(ends[0] - ends[1]) < 1


async def test_a_figure_opens_the_events_it_rests_on_and_keeps_the_moment(browser_page: Opening) -> None:
    page = (await browser_page("/investment?asOf=2026-06-30")).page
    row = page.locator("#team-money tr", has_text="Licences")
    shown = (await row.get_by_role("link").nth(2).inner_text()).strip()
    await row.get_by_role("link").nth(2).press("Enter")
    await expect(page.locator(".hw-figure")).to_have_text(shown)
    assert "/investment/explain?" in page.url and "asOf=2026-06-30" in page.url
    assert await page.locator(".hw-event").count() > 0
    await page.get_by_role("link", name="Back to the investment page").click()
    await expect(page).to_have_url(re.compile(r"/investment\?asOf=2026-06-30"))
