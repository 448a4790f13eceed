"""Pages hold with any font: targets are large enough, nothing scrolls sideways and nothing is cut, at 320, 375 and 1,280 pixels and on paper."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from libs.service.identity.session import COOKIE
from services.gateway.pages.registry import PAGES
from tests.browser.conftest import CHROMIUM, Demo, missing
from tests.browser.fonts import FAMILIES, NotHere, only
from tests.browser.test_looking import EXAMPLES
from tests.browser.test_printing import CUT, WIDTH

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDTHS = (320, 375, 1280)
SMALL = """async source => {
    if (!window.axe) (0, eval)(source);
    const found = await axe.run({runOnly: {type: "rule", values: ["target-size"]}, resultTypes: ["violations"]});
    return found.violations.flatMap(one => one.nodes.map(node => `${node.target} ${node.failureSummary}`));
}"""
HIDDEN = """() => [...document.querySelectorAll("body *")].filter(one => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!one.checkVisibility() || box.width < 2 || box.height < 2 || one.closest("svg, .govuk-visually-hidden, .govuk-skip-link")) return false;
    const meant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none" || one.matches("input, select, textarea");
    const wide = /hidden|clip/.test(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
    const high = /hidden|clip/.test(style.overflowY) && one.scrollHeight > one.clientHeight + 3;
    return !meant && (wide || high);
}).map(one => `${one.tagName}.${one.className} cuts ${one.textContent.trim().slice(0, 40)}`)"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest_asyncio.fixture(loop_scope="session", params=sorted(FAMILIES))
async def browser_in(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser that knows one font family."""
    if shutil.which(CHROMIUM) is None:
        missing(f"there is no chromium at {CHROMIUM}: pages are not looked at with other fonts")
    try:
        environment = only(request.param, tmp_path)
    except NotHere as e:
        pytest.skip(str(e))
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, **environment})
        yield started
        await started.close()


async def test_a_page_holds_with_any_font(browser_in: Browser, demo: Demo, axe: str) -> None:
    context = await browser_in.new_context(locale="en-CA")
    await context.add_cookies([{"name": COOKIE, "value": demo.token("executive"), "url": demo.url, "httpOnly": True, "sameSite": "Lax"}])
    page = await context.new_page()
    wrong = []
    for one in PAGES:
        path = EXAMPLES.get(one.path, one.path)
        await page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        answer = await page.goto(demo.url + path, wait_until="load")
        assert answer is not None and answer.status == 200, path
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            wrong += [f"{path} at {width}: {said}" for said in await _wrong(page, "" if one.name == "pack" else axe)]
        if one.name == "pack":
            await page.set_viewport_size({"width": WIDTH, "height": 900})
            await page.emulate_media(media="print")
            wrong += [f"{path} on paper: {said}" for said in await page.evaluate(CUT)]
            await page.emulate_media(media="screen")
    await context.close()
    assert not wrong, "\n".join(wrong)


async def _wrong(page: Page, axe: str) -> list[str]:
    """What does not hold at this width. The pack is made of pages that are looked at alone: of it no targets are measured."""
    over = await page.evaluate(SIDEWAYS)
    found = [f"{over} px wider than its window"] if over > 0 else []
    found += await page.evaluate(HIDDEN)
    return [*found, *(await page.evaluate(SMALL, axe) if axe else [])]
