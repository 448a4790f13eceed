"""What people do with pages: sign in and out, go by keyboard, see that something changed, open the query, choose a day and a theme."""

from __future__ import annotations

import json
import uuid

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, Demo, Opening

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
async def test_somebody_signs_in_as_a_persona_and_out_again(browser_page: Opening, javascript: bool) -> None:
    looked = await browser_page("/graduation", persona=None, javascript=javascript)
    page = looked.page
    assert "/sign-in?next=" in page.url
    await page.get_by_label("Portfolio manager").check()
    await page.get_by_label("Of which product").fill("transport")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("h1")).to_have_text("Graduation")
    await expect(page.locator("header").first).to_contain_text("portfolio manager of transport")
    assert await page.evaluate("document.cookie") == "" if javascript else True
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.locator("h1")).to_have_text("Sign in")
    await page.goto(page.url.replace("/sign-in", "/"))
    assert page.url.endswith("/sign-in")
    assert (looked.violations, looked.console) == ([], [])


@pytest.mark.parametrize(("path", "status"), [("/sign-in", 200), ("/nowhere", 404), ("/?asOf=never", 422)])
async def test_pages_around_the_pages_are_accessible_too(browser_page: Opening, axe: str, path: str, status: int) -> None:
    for theme, size in (("light", (1280, 900)), ("dark", PHONE)):
        looked = await browser_page(path, theme=theme, size=size, status=status)
        await looked.photograph(f"{'sign-in' if path == '/sign-in' else status}-{theme}-{size[0]}")
        assert await looked.axe(axe) == []
        assert looked.violations == []


NOTED = """() => {
    window.walked = [];
    document.addEventListener("focusin", ({target}) => {
        const box = target.getBoundingClientRect(), style = getComputedStyle(target);
        const shown = style.outlineStyle !== "none" || style.boxShadow !== "none" || target.matches("input,select,summary,button");
        walked.push(`${target.tagName} ${target.id || target.textContent.trim().slice(0, 40)}${box.width && shown ? "" : " INVISIBLE"}`);
    });
}"""
"""Has a page note what comes into focus: to ask after each key takes as long again."""
AT_ONCE = 10
"""So many keys are pressed before it is asked whether all was walked through."""


async def _walk(page: Page, most: int = 250) -> list[str]:
    """What is focused, one after the other, by the tabulator key, until it begins again."""
    await page.evaluate(NOTED)
    walked: list[str] = []
    while len(walked) < most:
        for _ in range(AT_ONCE):
            await page.keyboard.press("Tab")
        walked = await page.evaluate("walked")
        if walked[0] in walked[1:]:
            return walked[: walked.index(walked[0], 1)]
        if await page.evaluate("document.activeElement === document.body"):
            break
    return walked


@pytest.mark.parametrize("path", ["/", "/graduation", "/changes", "/teams", "/teams/permits-team", "/search?q=permits"])
async def test_the_keyboard_reaches_everything_in_the_order_of_reading(browser_page: Opening, path: str) -> None:
    page = (await browser_page(path)).page
    walked = await _walk(page)
    reachable = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']"
    there = await page.locator(reachable).evaluate_all("all => all.filter(e => e.checkVisibility()).length")
    date_parts = 3 * await page.locator("input[type=date]").count()
    assert walked[0] == "A Skip to what this page says"
    assert there <= len(walked) <= there + date_parts
    assert [one for one in walked if one.endswith("INVISIBLE")] == []
    await page.goto(page.url.split("#")[0])
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"


async def test_details_open_by_keyboard_and_show_the_evidence(browser_page: Opening) -> None:
    page = (await browser_page("/graduation")).page
    summary = page.locator("summary", has_text="Criteria and evidence of Permits")
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#team-permits-team .hw-criteria")).to_contain_text("Nobody fills user research")


async def test_an_open_page_says_that_something_changed_and_moves_nothing(browser_page: Opening, demo: Demo) -> None:
    looked = await browser_page("/")
    page = looked.page
    live = page.locator(".hw-live")
    await expect(live).to_be_empty()
    before = await page.locator("main").inner_text()
    async with demo.client("importer") as importer:
        id = f"seen-{uuid.uuid4().hex[:8]}"
        said = {"organisation": id, "name": "Ministry of Sights"}
        assert (await importer.post("/portfolio/v1/commands/register_organisation", json=said)).status_code in (200, 201)
    await expect(live).to_contain_text("One change since this page was made.")
    assert await page.locator("main").inner_text() == before
    assert (looked.violations, looked.console) == ([], [])
    await live.get_by_role("link", name="Refresh").click()
    await expect(page.locator("#organisation")).to_contain_text("Ministry of Sights")
    await expect(live).to_be_empty()


async def test_the_query_behind_a_page_opens_in_graphiql_and_is_answered_in_the_readers_name(browser_page: Opening) -> None:
    looked = await browser_page("/?asOf=2026-10-31&organisation=justice")
    page = looked.page
    shown = await page.locator(".hw-world code").inner_text()
    await page.get_by_role("link", name="The query behind this page").click()
    await expect(page.locator("#who")).to_contain_text("Signed in as executive@*")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query Home")
    await expect(page.locator(".graphiql-editor-tool, .graphiql-editor-tools").first).to_be_visible()
    async with page.expect_response(lambda answer: answer.url.endswith("/graphql") and "Home" in (answer.request.post_data or "")) as answered:
        await page.get_by_role("button", name="Execute query").click()
    answer = await answered.value
    body = await answer.json()
    assert "errors" not in body, body
    assert answer.headers["x-headway-world"] == shown
    asked = json.loads(answer.request.post_data or "")["variables"]
    assert (asked["asOf"], asked["organisation"]) == ("2026-10-31", "justice")
    assert (looked.violations, looked.console) == ([], [])


async def test_a_script_of_ours_says_something_in_the_name_of_the_session(browser_page: Opening) -> None:
    page = (await browser_page("/", persona="lab_ops")).page
    ask = """async input => {
        const query = "mutation M($input: RegisterOrganisationInput!) { registerOrganisation(input: $input) { position } }";
        const headers = {"Content-Type": "application/json"};
        return await (await fetch("/graphql", {method: "POST", headers, body: JSON.stringify({query, variables: {input}})})).json();
    }"""
    id = f"said-{uuid.uuid4().hex[:8]}"
    answer = await page.evaluate(ask, {"organisation": id, "name": "Ministry of Sayings"})
    assert answer["data"]["registerOrganisation"]["position"] == f"organisation:{id}@1", answer


async def test_a_day_is_chosen_in_the_form_and_stays_in_every_link(browser_page: Opening) -> None:
    page = (await browser_page("/")).page
    await page.get_by_label("As of").fill("2026-02-01")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator(".hw-world")).to_contain_text("As of 1 February 2026")
    await page.get_by_role("link", name="Graduation").first.click()
    assert "asOf=2026-02-01" in page.url
    await expect(page.locator(".hw-world")).to_contain_text("As of 1 February 2026")
    await page.get_by_role("link", name="Back to today").click()
    assert "asOf" not in page.url


async def test_a_theme_that_was_chosen_stays(browser_page: Opening) -> None:
    page = (await browser_page("/")).page
    await page.get_by_role("link", name="dark", exact=True).click()
    await page.goto(page.url.split("?")[0] + "graduation")
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await page.get_by_role("link", name="system", exact=True).click()
    await page.goto(page.url.split("?")[0])
    assert await page.locator("html").get_attribute("data-theme") is None


async def test_a_page_that_is_opened_again_unchanged_keeps_its_look_and_its_live_line(browser_page: Opening) -> None:
    looked = await browser_page("/graduation")
    statuses: list[int] = []
    looked.page.on("response", lambda answer: statuses.append(answer.status) if answer.request.is_navigation_request() else None)
    looks = []
    for _ in range(2):
        looks.append(await looked.page.evaluate("getComputedStyle(document.querySelector('.hw-header')).backgroundColor"))
        await looked.page.goto(looked.page.url)
    assert looks[0] == looks[1] == await looked.page.evaluate("getComputedStyle(document.querySelector('.hw-header')).backgroundColor")
    assert await looked.page.evaluate("typeof htmx") != "undefined"
    assert (looked.violations, looked.console) == ([], [])


async def test_hostile_names_run_nothing_and_widen_no_page(browser_page: Opening, demo: Demo) -> None:
    id = f"hostile-{uuid.uuid4().hex[:8]}"
    name = '<script>window.ran=1</script>"><img src=x onerror="window.ran=2"> ' + "\u05e9\u05dc\u05d5\u05dd" + "W" * 100
    async with demo.client("importer") as importer:
        for command, said in (
            ("register_product", {"product": id, "name": name, "home": "transport"}),
            ("form_team", {"team": id, "name": name, "home": "transport", "products": [id]}),
            ("propose_investment", {"investment": id, "team": id, "value": name, "amount": {"amount": "1.00", "currency": "CAD"}}),
        ):
            assert (await importer.post(f"/portfolio/v1/commands/{command}", json=said)).is_success, command
    await demo.settled()
    for path in ("/", "/graduation", f"/teams/{id}", f"/products/{id}", f"/teams?name={id}", f"/search?q={id}", "/changes", "/investment"):
        for size in ((1280, 900), (375, 812)):
            looked = await browser_page(path, size=size)
            assert await looked.page.evaluate("window.ran") is None
            assert await looked.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (path, size)
            assert looked.violations == []
