"""Every page of the registry, as people open it: light and dark, on a phone, printed, with and without JavaScript, and by axe-core."""

from __future__ import annotations

import re

import pytest

from services.gateway.pages.registry import PAGES
from tests.browser.conftest import DESKTOP, PHONE, Opening

MADE = re.compile(r"\d{2}:\d{2}(?= UTC)")
"""The minute at which a page was made: the next one is made a moment later."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST_BYTES = 120_000
EXAMPLES = {
    "/teams/{id}": "/teams/permits-team",
    "/products/{id}": "/products/driving-licences",
    "/changes": "/changes?from=2026-09-30",
    "/search": "/search?q=permits",
}
LOOKS = [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)]


@pytest.fixture(params=PAGES, ids=[page.name for page in PAGES])
def path(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The name of a page, and an address of it in the demonstration."""
    return request.param.name, EXAMPLES.get(request.param.path, request.param.path)


@pytest.mark.parametrize(("theme", "size"), LOOKS, ids=[f"{theme}-{size[0]}" for theme, size in LOOKS])
async def test_a_page_has_no_accessibility_violation_and_breaks_no_policy(
    browser_page: Opening, axe: str, path: tuple[str, str], theme: str, size: tuple[int, int]
) -> None:
    looked = await browser_page(path[1], theme=theme, size=size)
    await looked.photograph(f"{path[0]}-{theme}-{size[0]}")
    assert await looked.axe(axe) == []
    assert looked.violations == []
    assert looked.console == []
    wide = await looked.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"the page is {wide} px wider than its window"


async def test_a_page_weighs_little_over_the_wire(browser_page: Opening, path: tuple[str, str]) -> None:
    looked = await browser_page(path[1])
    assert looked.weight < MOST_BYTES, looked.weights
    assert len(looked.weights) >= 4


async def test_a_page_says_the_same_without_javascript(browser_page: Opening, path: tuple[str, str]) -> None:
    with_it = await browser_page(path[1])
    without = await browser_page(path[1], javascript=False)
    words = [await looked.page.locator("main").inner_text() for looked in (with_it, without)]
    first, second = (MADE.sub("made at some minute", said) for said in words)
    assert first == second
    assert without.console == []


async def test_a_page_prints_without_what_is_only_for_the_screen(browser_page: Opening, path: tuple[str, str]) -> None:
    looked = await browser_page(path[1], media="print", theme="dark")
    await looked.photograph(f"{path[0]}-print")
    assert not await looked.page.locator("nav").first.is_visible()
    for name in ("Show", "Sign out"):
        assert not await looked.page.get_by_role("button", name=name).first.is_visible()
    assert await looked.page.locator("h1").is_visible()
    assert await looked.page.locator(".hw-world").is_visible()
    back = await looked.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == "rgb(255, 255, 255)"
