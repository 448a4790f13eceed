"""Pages over HTTP: who sees them, from one state of the world, as HTML, CSV or 304, and what they say when something is wrong."""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from libs.calendar.local_time import start_of, zone
from libs.events.catalog.portfolio.organisation import ORGANISATION, OrganisationRegistered
from libs.events.catalog.portfolio.team import TEAM, TeamFormed
from libs.events.event import Actor, Event
from services.gateway.graphql import execution
from services.gateway.pages.kit.page import Page
from services.gateway.pages.registry import KIND_PAGES, PAGES, REPORT_PAGES
from services.gateway.pages.routes import Pages
from tests.services.gateway.pages.answers import HTML, signed_in
from tests.services.gateway.small_world import Gateway


async def test_whoever_has_not_signed_in_is_led_to_the_sign_in_and_back(site: Gateway) -> None:
    answer = await site.client.get("/graduation?asOf=2025-12-31", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fgraduation%3FasOf%3D2025-12-31"
    after = await signed_in(site.client, following="/graduation?asOf=2025-12-31")
    assert (after.status_code, after.headers["location"]) == (303, "/graduation?asOf=2025-12-31")
    assert (await site.client.get(after.headers["location"], headers=HTML)).status_code == 200


async def test_a_program_without_a_token_is_told_so_as_a_problem(site: Gateway) -> None:
    answer = await site.client.get("/")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_program_reads_a_page_with_its_token(site: Gateway) -> None:
    answer = await site.client.get("/", headers=site.signed_in("executive"))
    assert answer.status_code == 200
    assert "Wells" in answer.text


async def test_a_page_names_its_world_and_is_not_sent_again_while_that_stands(site: Gateway) -> None:
    await signed_in(site.client)
    first = await site.client.get("/", headers=HTML)
    assert first.headers["x-headway-world"] == site.process.world.digest
    assert site.process.world.digest in first.text
    again = await site.client.get("/", headers=HTML | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await site.client.get("/?asOf=2025-12-31", headers=HTML | {"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    in_dark = await site.client.get("/?theme=dark", headers=HTML | {"If-None-Match": first.headers["etag"]})
    assert in_dark.status_code == 200 and 'data-theme="dark"' in in_dark.text
    still_dark = await site.client.get("/", headers=HTML | {"If-None-Match": first.headers["etag"]})
    assert still_dark.status_code == 200 and 'data-theme="dark"' in still_dark.text


async def test_a_page_is_sent_again_once_it_is_the_next_day_anywhere(site: Gateway) -> None:
    there, headers = zone("Pacific/Kiritimati"), site.signed_in("executive@water")
    site.tell(ORGANISATION, "far", OrganisationRegistered(name="Far", time_zone="Pacific/Kiritimati"), "2025-01-01")
    tomorrow, known = start_of(date(2026, 3, 3), there), start_of(date(2026, 3, 1))
    renamed = OrganisationRegistered(name="Farther", time_zone="Pacific/Kiritimati")
    site.process.world.apply(Event("organisation:far", 2, tomorrow, known, known, Actor("a", "importer"), renamed))
    site.clock.now = tomorrow.astimezone(UTC) - timedelta(minutes=1)
    before = await site.client.get("/", headers=headers)
    site.clock.now = tomorrow.astimezone(UTC)
    after = await site.client.get("/", headers=headers | {"If-None-Match": before.headers["etag"]})
    assert "Far" in before.text and "Farther" not in before.text
    assert after.status_code == 200 and "Farther" in after.text


async def test_a_page_of_the_past_shows_that_day_and_links_that_keep_it(site: Gateway) -> None:
    await signed_in(site.client)
    page = (await site.client.get("/?asOf=2025-01-10&knownAt=2025-02-01", headers=HTML)).text
    assert 'value="2025-01-10"' in page and 'value="2025-02-01"' in page
    assert "/graduation?asOf=2025-01-10&amp;knownAt=2025-02-01" in page
    assert "Back to today" in page
    assert "hx-sse:connect" not in page, "what is known does not change any more"


async def test_a_table_comes_as_csv_with_exact_figures(site: Gateway) -> None:
    await signed_in(site.client)
    answer = await site.client.get("/?format=csv&table=money", headers=HTML)
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="money.csv"' in answer.headers["content-disposition"]
    assert answer.text.splitlines()[:3] == ["figure,amount", "First baseline,CAD 1000.00", "Current baseline,CAD 1000.00"]
    missing = await site.client.get("/?format=csv&table=nothing")
    assert missing.status_code == 404 and "teams-by-status" in missing.json()["remedy"]


async def test_money_is_withheld_from_whoever_may_not_read_it_and_that_is_said(site: Gateway) -> None:
    await signed_in(site.client, "product_owner", "wells")
    page = (await site.client.get("/", headers=HTML)).text
    assert "Money is withheld" in page
    assert "CAD" not in page and "EUR" not in page
    assert (await site.client.get("/?format=csv&table=money")).status_code == 404


async def test_a_second_reader_with_other_rights_never_gets_the_answer_of_the_first(site: Gateway) -> None:
    rich = await site.client.get("/", headers=site.signed_in("executive"))
    poor = await site.client.get("/", headers=site.signed_in("subscriber"))
    partly = await site.client.get("/?organisation=roads", headers=site.signed_in("executive@roads"))
    assert "1,000" in rich.text and "1,000" not in poor.text and "1,000" not in partly.text
    assert "700" in partly.text


@pytest.mark.parametrize(
    "address",
    [
        "/?asOf=yesterday",
        "/?asOf=20250131",
        "/?asOf=2025-W05-1",
        "/?knownAt=20250131",
        "/?knownAt=20250131T100000Z",
        "/?knownAt=2025-13-01",
        "/?since=2027-01-01",
        "/?organisation=team:wells-team",
    ],
)
async def test_an_impossible_address_is_answered_by_a_page_that_says_what_to_do(site: Gateway, address: str) -> None:
    await signed_in(site.client)
    answer = await site.client.get(address, headers=HTML)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html") and "impossible" in answer.text
    assert (await site.client.get(address)).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/?asOf=&knownAt=&organisation=", "/?asOf=2026-03-02&knownAt=2026-03-02"])
async def test_fields_that_are_left_empty_or_as_they_are_show_now(site: Gateway, address: str) -> None:
    await signed_in(site.client)
    answer = await site.client.get(address, headers=HTML)
    assert answer.status_code == 200 and "Back to today" not in answer.text and "hx-sse:connect" in answer.text
    assert "asOf=" not in answer.text, "links go on with time"


async def test_nothing_at_an_address_is_a_page_for_people_and_a_problem_for_programs(site: Gateway) -> None:
    people = await site.client.get("/nowhere", headers=HTML)
    assert people.status_code == 404 and "There is nothing here" in people.text
    assert people.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert (await site.client.get("/nowhere")).headers["content-type"] == "application/problem+json"


async def test_before_the_world_is_there_a_page_says_so(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def not_yet() -> bool:
        return False

    await signed_in(site.client)
    monkeypatch.setattr(site.process, "is_ready", not_yet)
    answer = await site.client.get("/", headers=HTML)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "Not ready yet" in answer.text


async def test_a_fault_of_ours_is_a_page_without_details(site: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    await signed_in(site.client)
    monkeypatch.setattr(Pages, "made", broken)
    answer = await site.client.get("/", headers=HTML)
    assert answer.status_code == 500 and answer.headers["content-type"].startswith("text/html")
    assert "Something went wrong here" in answer.text and "secret" not in answer.text


async def test_pages_and_files_come_compressed_for_whoever_takes_that(site: Gateway) -> None:
    await signed_in(site.client)
    async with site.client.stream("GET", "/", headers=HTML | {"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip" and b"Teams by status" in gzip.decompress(raw)
    plain = await site.client.get("/", headers=HTML | {"Accept-Encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in plain.headers
    style = next(part for part in plain.text.split('"') if part.startswith("/static/pages/headway."))
    file = await site.client.get(style)
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"] == "text/css; charset=utf-8"
    assert (await site.client.get("/static/pages/headway.css")).status_code == 404
    assert (await site.client.get("/static/pages/..%2f..%2fmain.py")).status_code == 404


async def test_what_people_wrote_is_shown_as_text(site: Gateway) -> None:
    site.tell(TEAM, "evil", TeamFormed(name="<script>alert(1)</script>", home="water", products=()), "2025-02-01")
    await signed_in(site.client)
    for address in ("/", "/graduation"):
        page = (await site.client.get(address, headers=HTML)).text
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_the_query_behind_a_page_opens_in_graphiql_with_its_variables(site: Gateway) -> None:
    await signed_in(site.client)
    page = (await site.client.get("/graduation?asOf=2025-12-31", headers=HTML)).text
    address = unescape(next(part for part in page.split('"') if part.startswith("/graphql?")))
    asked = parse_qs(urlsplit(address).query)
    answer = await site.post(asked["query"][0], json.loads(asked["variables"][0]))
    assert answer.status_code == 200 and "errors" not in answer.json()
    assert answer.json()["data"]["portfolio"]["teams"]["totalCount"] == 2


async def test_a_304_brings_the_same_policy_as_the_page_since_browsers_put_its_headers_in_place_of_those_they_keep(site: Gateway) -> None:
    await signed_in(site.client)
    for path in ("/", "/graduation", "/pack"):
        first = await site.client.get(path, headers=HTML)
        again = await site.client.get(path, headers=HTML | {"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        for name in ("content-security-policy", "referrer-policy", "cross-origin-opener-policy", "cache-control"):
            assert again.headers[name] == first.headers[name], name


async def test_no_proxy_keeps_a_table_for_another_reader(site: Gateway) -> None:
    await signed_in(site.client)
    answer = await site.client.get("/?format=csv&table=money", headers=HTML)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= {name.strip() for name in answer.headers["vary"].split(",")}


async def test_a_table_with_more_than_ascii_is_marked_for_the_spreadsheets_of_people_and_not_for_programs(site: Gateway) -> None:
    await signed_in(site.client)
    assert not (await site.client.get("/teams?format=csv&table=teams", headers=HTML)).content.startswith(codecs.BOM_UTF8), "it is all ASCII"
    site.tell(TEAM, "cote-team", TeamFormed(name="Équipe Côte", home="water", products=()), "2026-01-05")
    for_people = await site.client.get("/graduation?format=csv&table=teams-by-status", headers=HTML)
    for_programs = await site.client.get("/graduation?format=csv&table=teams-by-status", headers=site.signed_in("executive"))
    assert "Équipe Côte" in for_people.text and for_people.content == codecs.BOM_UTF8 + for_programs.content


async def test_a_method_that_a_page_does_not_take_is_answered_with_those_that_it_does(site: Gateway) -> None:
    await signed_in(site.client)
    answer = await site.client.post("/graduation", headers=HTML)
    assert answer.status_code == 405 and {name.strip() for name in answer.headers["allow"].split(",")} == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/roadmap",
        "/investment",
        "/graduation",
        "/improvement",
        "/intake",
        "/changes",
        "/teams",
        "/products",
        "/pack",
        "/teams/wells-team",
        "/products/wells",
    ],
)
async def test_a_day_at_the_end_of_the_calendar_is_refused_in_words_and_holds_nobody_up(site: Gateway, path: str) -> None:
    await signed_in(site.client)
    for query in ("asOf=0001-01-01", "asOf=9999-12-31", "knownAt=0001-01-01", "knownAt=9999-12-31"):
        answer = await site.client.get(f"{path}?{query}", headers=HTML)
        assert answer.status_code == 422 and "1900-01-01" in answer.text, (query, answer.status_code)
    assert (await site.client.get(f"{path}?asOf=1900-01-01", headers=HTML)).status_code == 200
    assert (await site.client.get(f"{path}?asOf=2200-12-31", headers=HTML)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/roadmap", "/investment", "/graduation", "/improvement", "/intake", "/changes", "/teams", "/products", "/pack"])
async def test_every_page_says_whose_portfolio_it_shows_and_when_that_is_nobodys(site: Gateway, path: str) -> None:
    await signed_in(site.client)
    water = (await site.client.get(f"{path}?organisation=water", headers=HTML)).text
    assert '<option value="water" selected>Ministry of Water</option>' in water
    assert "is known at this moment" not in water
    early = (await site.client.get(f"{path}?organisation=water&asOf=1990-01-01", headers=HTML)).text
    assert "No organisation <code>water</code> is known at this moment" in early
    nobody = await site.client.get(f"{path}?organisation=sea", headers=HTML)
    assert nobody.status_code == 404 and "there is no organisation" in nobody.text.lower()


async def test_a_team_and_a_product_of_the_same_name_have_titles_of_their_own(site: Gateway) -> None:
    await signed_in(site.client)
    site.tell(TEAM, "twin", TeamFormed(name="Wells", home="water", products=()), "2026-01-05")
    titles = [re.findall("<title>(.*)</title>", (await site.client.get(path, headers=HTML)).text)[0] for path in ("/teams/twin", "/products/wells")]
    assert titles == ["Wells, team – Headway", "Wells, product – Headway"]


THERE = ("wells-team", "wells", "water", "inv-wells", "speed", "pump", "first", "loan-1", "bid-wells", "rivers", "ana")


@pytest.mark.parametrize("page", (*PAGES, *REPORT_PAGES, *KIND_PAGES), ids=lambda page: page.path)
async def test_a_page_that_is_opened_again_is_made_of_what_was_kept_and_of_the_same(site: Gateway, monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    asked, found = Pages._asked, list[tuple[Mapping[str, Any], bool]]()

    async def noted(*given: Any) -> tuple[Mapping[str, Any], bool]:
        found.append(await asked(*given))
        return found[-1]

    monkeypatch.setattr(Pages, "_asked", noted)
    for reader in ("executive", "team@wells-team"):
        headers = site.signed_in(reader) | HTML
        for id in THERE if "{id}" in page.path else THERE[:1]:
            found.clear()
            address = page.path.replace("{id}", id) + ("?figure=committed" if "explain" in page.path else "")
            if (await site.client.get(address, headers=headers)).status_code == 200:
                break
        else:
            assert page in KIND_PAGES, "nothing that this page shows is there"
            return
        half = len(found)
        with monkeypatch.context() as patched:
            patched.setattr(execution, "execute", None)
            assert (await site.client.get(address, headers=headers)).status_code == 200
        assert half and found[:half] == found[half:], "as objects and as what was decoded"
