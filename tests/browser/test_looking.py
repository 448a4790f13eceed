"""Pages made by hand, and those of one kind, as people open them: light and dark, on a phone, printed, with and without JavaScript, and by axe-core."""

from __future__ import annotations

import re

import pytest

from services.gateway.pages.registry import KIND_PAGES, PAGES
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
    "/releases/{id}": "/releases/fines-beta",
}
LOOKED_AT = (*PAGES, *(page for page in KIND_PAGES if page.name in ("release-list", "release-page")))
"""Pages of kinds are made alike: those of one stand for all."""
LOOKS = [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)]


@pytest.fixture(params=LOOKED_AT, ids=[page.name for page in LOOKED_AT])
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


@pytest.mark.parametrize("width", [320, 700, 1024, 1100, 1150, 1400])
async def test_nothing_touches_the_edge_of_a_window_however_wide_it_is(browser_page: Opening, width: int) -> None:
    looked = await browser_page("/", size=(width, 800))
    left = "Math.min(...[...document.querySelectorAll('.govuk-width-container')].map(e => e.getBoundingClientRect().left))"
    assert await looked.page.evaluate(left) >= 15


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
