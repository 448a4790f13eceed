"""The pack as a PDF: contents, numbers and the instant on every page, nothing cut, nothing that only a screen needs."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from tests.browser.conftest import SCREENSHOTS, Opening

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDTH = 680
"""Pixels of CSS between the margins of a page of A4."""
CUT = """() => [...document.querySelectorAll('.hw-pack table, .hw-pack svg')].filter(one => one.checkVisibility())
    .filter(one => one.getBoundingClientRect().right > document.querySelector('.hw-pack').getBoundingClientRect().right + 1)
    .map(one => `${one.tagName} ${one.id} ${one.getBoundingClientRect().right}`)"""
"""The tables and charts of a pack that end beyond its edge."""


async def printed(browser_page: Opening, path: str) -> list[str]:
    """The text of each page, as somebody would search it."""
    looked = await browser_page(path)
    content = await looked.page.pdf(prefer_css_page_size=True, outline=True, tagged=True)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / "pack.pdf").write_bytes(content)
    assert looked.violations == []
    return [page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in PdfReader(io.BytesIO(content)).pages]


async def test_the_pack_prints_with_contents_page_numbers_and_its_instant(browser_page: Opening) -> None:
    pages = await printed(browser_page, "/pack?organisation=justice")
    assert 10 < len(pages) < 60
    for n, text in enumerate(pages, 1):
        assert f"Page {n} of {len(pages)}" in text
        assert re.search(r"As of \d+ \w+ 20\d\d, as known on \d+ \w+ 20\d\d, \d\d:\d\d UTC\. World [0-9a-f-]+", text)
        assert n == 1 or "Ministry of Justice" in text
    contents = re.findall(r"^(\d(?:\.\d+)?) +(\S.*?) *$", pages[0].partition("Contents")[2], re.MULTILINE)
    assert [title for _, title in contents[:5]] == ["Overview", "Roadmap", "Investment", "Graduation", "Changes"]
    begins = [
        next(n for n, text in enumerate(pages) if n and re.search(rf"^{re.escape(number)} +{re.escape(title)}", text, re.MULTILINE))
        for number, title in contents
    ]
    assert begins == sorted(begins)
    whole = "\n".join(pages)
    for screen_only in ("as CSV", "Sign out", "Close", "Accept hand-off", "GraphiQL", "Skip to"):
        assert screen_only not in whole
    assert "Criteria and evidence" in whole, "what opens on the screen is open on paper"


async def test_no_table_or_chart_of_the_pack_is_cut_at_the_edge_of_the_paper(browser_page: Opening) -> None:
    looked = await browser_page("/pack", size=(WIDTH, 900), media="print")
    found = await looked.page.evaluate(CUT)
    assert found == []
