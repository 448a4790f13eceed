"""Money that is withheld is called withheld: to whoever may not read it no page says that there is none."""

from __future__ import annotations

import re
from html import unescape

import pytest

from services.gateway.pages.kit.words import NBSP, WITHHELD
from services.gateway.pages.registry import PAGES, REPORT_PAGES
from tests.services.gateway.pages.answers import HTML
from tests.services.gateway.small_world import Gateway

EXAMPLES = {
    "/teams/{id}": ("/teams/wells-team", "/teams/signs-team"),
    "/products/{id}": ("/products/wells", "/products/signs"),
    "/reports/return-on-investment/{id}": ("/reports/return-on-investment/wells",),
    "/reports/team-profile/{id}": ("/reports/team-profile/wells-team",),
    "/reports/brief/{id}": ("/reports/brief/water",),
    "/search": ("/search?q=wells",),
    "/changes": ("/changes?from=2025-01-10", "/changes?from=2025-01-10&to=2025-01-12", "/changes?from=2026-02-01"),
    "/investment/explain": (
        "/investment/explain?figure=committed",
        "/investment/explain?of=team:wells-team&figure=fiscalYears",
        "/investment/explain?of=organisation:roads",
    ),
    "/": ("/", "/?organisation=water", "/?organisation=roads"),
    "/investment": ("/investment", "/investment?organisation=water", "/investment?organisation=roads"),
}
READERS = ("team@wells-team", "product_owner@wells", "steering_group@roads", "executive@water", "portfolio_manager@roads")
MONEY = re.compile(r"money|invest|commit|approv|forecast|spent|baseline|amount|cost|fiscal|loan has moved", re.IGNORECASE)
NONE = re.compile(r"\b(no|none|nothing|never|nobody|zero|0(\.0+)?)\b", re.IGNORECASE)


def sentences(html: str) -> set[str]:
    """What a reader reads, sentence by sentence, each element by itself."""
    body = html.partition("<main")[2].partition("</main>")[0]
    parts = re.split(r"<[^>]*>", re.sub(r"</?(strong|time|code|bdi|s)\b[^>]*>", "", body))
    read = (re.sub(r"\s+", " ", unescape(part).replace(NBSP, " ")).strip() for part in parts)
    return {one for part in read for one in re.split(r"(?<=[.!?;]) ", part) if one}


@pytest.mark.parametrize("page", (*PAGES, *(one for one in REPORT_PAGES if one.path in EXAMPLES)), ids=lambda page: page.name)
async def test_no_sentence_about_money_says_there_is_none_to_whoever_may_not_read_it(site: Gateway, page: object) -> None:
    path = next(one.path for one in (*PAGES, *REPORT_PAGES) if one is page)
    for address in EXAMPLES.get(path, (path,)):
        executive = sentences((await site.client.get(address, headers=site.signed_in("executive") | HTML)).text)
        for reader in READERS:
            answer = await site.client.get(address, headers=site.signed_in(reader) | HTML)
            assert answer.status_code == 200, answer.text
            said = sentences(answer.text)
            lies = {one for one in said - executive if MONEY.search(one) and NONE.search(one)}
            assert lies == set(), (address, reader)


@pytest.mark.parametrize("table", ["whole", "fiscal-years", "moved-by-loans", "team-baselines", "team-split", "team-years", "organisation-money"])
async def test_a_table_of_withheld_money_says_so_as_csv_too(site: Gateway, table: str) -> None:
    answer = await site.client.get(f"/investment?format=csv&table={table}", headers=site.signed_in("team@wells-team"))
    assert answer.status_code == 200
    assert "1000" not in answer.text and "Nothing" not in answer.text
    shown = (await site.client.get("/investment", headers=site.signed_in("team@wells-team") | HTML)).text
    assert "withheld" in answer.text.lower() or WITHHELD in shown
