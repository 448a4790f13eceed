"""Pages made by hand, and those of one kind, as people open them: light and dark, on a phone, printed, with and without JavaScript, and by axe-core."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from services.gateway.pages.registry import KIND_PAGES, PAGES, REPORT_PAGES
from tests.browser.conftest import DESKTOP, PHONE, Demo, Looked, Opening, Theme, opening

MADE = re.compile(r"\d{2}:\d{2}(?= UTC)")
"""The minute at which a page was made: the next one is made a moment later."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST_BYTES = 120_000
MOST_BYTES_BOUND = 180_000
"""Of the pack, which holds the other pages."""
EXAMPLES = {
    "/teams/{id}": "/teams/permits-team",
    "/products/{id}": "/products/driving-licences",
    "/reports/improve/{id}": "/reports/improve/driving-licences",
    "/reports/team-health/{id}": "/reports/team-health/permits-team",
    "/changes": "/changes?from=2026-09-30",
    "/search": "/search?q=permits",
    "/releases/{id}": "/releases/fines-beta",
}
LOOKED_AT = (
    *PAGES,
    *(page for page in REPORT_PAGES if page.name in ("improve-report", "team-health-report")),
    *(page for page in KIND_PAGES if page.name in ("release-list", "release-page")),
)
"""Pages of kinds are made alike: those of one stand for all."""
BOUND: Final = "pack"
"""Holds the other pages, each of which is looked at by itself: one look at all of them together takes as long as all others."""
LOOKS: Final[list[tuple[Theme, tuple[int, int]]]] = [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)]


@pytest_asyncio.fixture(params=LOOKED_AT, ids=[page.name for page in LOOKED_AT], scope="module", loop_scope="session")
async def page(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> AsyncIterator[tuple[str, str, Looked]]:
    """The name of a page, an address of it in the demonstration, and the page as it was opened there once, for all looks at it."""
    path = EXAMPLES.get(request.param.path, request.param.path)
    async with opening(browser, demo) as opened:
        yield request.param.name, path, await opened(path)


@pytest.mark.parametrize(
    ("page", "theme", "size"),
    [pytest.param(page, *look, id=f"{page.name}-{look[0]}-{look[1][0]}") for page in LOOKED_AT for look in LOOKS[: 1 if page.name == BOUND else None]],
    indirect=["page"],
)
async def test_a_page_has_no_accessibility_violation_and_breaks_no_policy(page: tuple[str, str, Looked], axe: str, theme: Theme, size: tuple[int, int]) -> None:
    name, _, looked = page
    await looked.shown(theme=theme, size=size)
    await looked.photograph(f"{name}-{theme}-{size[0]}")
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


async def test_a_page_weighs_little_over_the_wire(page: tuple[str, str, Looked]) -> None:
    looked = page[2]
    assert looked.weight < (MOST_BYTES_BOUND if page[0] == BOUND else MOST_BYTES), looked.weights
    assert len(looked.weights) >= 4


async def test_a_page_says_the_same_without_javascript(browser_page: Opening, page: tuple[str, str, Looked]) -> None:
    with_it = await browser_page(page[1])
    without = await browser_page(page[1], javascript=False)
    words = [await looked.page.locator("main").inner_text() for looked in (with_it, without)]
    first, second = (MADE.sub("made at some minute", said) for said in words)
    assert first == second
    assert without.console == []


async def test_a_page_prints_without_what_is_only_for_the_screen(page: tuple[str, str, Looked]) -> None:
    name, _, looked = page
    await looked.shown(media="print", theme="dark")
    await looked.photograph(f"{name}-print")
    assert not await looked.page.locator("nav").first.is_visible()
    for name in ("Show", "Sign out"):
        assert not await looked.page.get_by_role("button", name=name).first.is_visible()
    assert await looked.page.locator("h1").is_visible()
    assert await looked.page.locator(".hw-world").is_visible()
    back = await looked.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == "rgb(255, 255, 255)"
