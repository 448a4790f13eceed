"""People act on pages over HTTP: what waits leads to a form, the form to the owner in their own name, and back to the page that shows it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from libs.service.identity.session import COOKIE
from tests.services.gateway.pages.answers import HTML
from tests.services.gateway.serving import Served, serving


@dataclass
class Acting:
    """A stack with a proposed investment, and people in their browsers."""

    served: Served

    def browser(self, persona: str) -> httpx.AsyncClient:
        """Somebody who has signed in, without a browser."""
        return httpx.AsyncClient(base_url=self.served.url, headers=HTML, cookies={COOKIE: self.served.token(persona)})


@pytest.fixture
async def acting(tmp_path: Path) -> AsyncIterator[Acting]:
    async with serving(tmp_path) as served:
        await served.say("portfolio.register_organisation", {"organisation": "env", "name": "Environment", "currency": "CAD"})
        await served.say("portfolio.register_product", {"product": "permits", "name": "Permits", "home": "env"})
        await served.say("portfolio.form_team", {"team": "wells", "name": "Wells", "home": "env", "products": ["permits"]})
        money = {"amount": "1000", "currency": "CAD"}
        await served.say("portfolio.propose_investment", {"investment": "inv", "team": "wells", "amount": money, "value": "Fewer visits"})
        await served.say("roadmap.place_item", {"item": "pay", "product": "permits", "title": "Pay online", "horizon": "next"})
        yield Acting(served)


def hidden(page: str, action: str | None = None) -> dict[str, str]:
    """The hidden fields of the (first) form that is sent to an address beginning so."""
    found = re.search(rf'<form method="post" action="{action or "/act/"}.*?</form>', page, re.DOTALL)
    assert found is not None, page
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found[0])}


DECIDE = "/act/portfolio.decide_investment?investment=inv&next=%2Finvestment"


async def test_what_waits_leads_to_a_form_that_is_filled_in_and_says_what_is_decided_on(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        for page in ("/", "/investment", "/teams/wells"):
            shown = (await browser.get(page)).text
            assert "/act/portfolio.decide_investment?investment=inv" in shown, page
        form = (await browser.get(DECIDE)).text
    assert "Fewer visits" in form and "1,000\N{NO-BREAK SPACE}CAD" in form
    assert hidden(form)["investment"] == "inv"
    assert 'name="approved" value="true"' in form and 'name="reason"' in form and 'aria-required="true"' in form


async def test_a_decision_is_stored_in_the_readers_own_name_and_the_page_after_shows_it(acting: Acting) -> None:
    async with acting.browser("steering_group@env") as browser:
        sent = hidden((await browser.get(DECIDE)).text) | {"approved": "true", "reason": "Worth it."}
        answer = await browser.post("/act/portfolio.decide_investment", data=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/investment?heard=investment%3Ainv%402")
        page = (await browser.get(answer.headers["location"])).text
        assert "Investment decided" in page and 'href="/teams/wells"' in page
        assert "/act/portfolio.decide_investment" not in page
    events = acting.served.process.world.events("investment:inv")
    assert [one.actor.role for one in events] == ["importer", "steering_group@env"]


async def test_the_same_form_sent_twice_is_stored_once(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        sent = hidden((await browser.get(DECIDE)).text) | {"approved": "true", "reason": "Worth it."}
        first, again = [await browser.post("/act/portfolio.decide_investment", data=sent) for _ in range(2)]
        assert first.headers["location"] == again.headers["location"]
        await browser.get(first.headers["location"])
    assert len(acting.served.process.world.events("investment:inv")) == 2


async def test_what_is_missing_is_said_beside_its_field_and_in_a_summary_and_what_was_written_stays(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        sent = hidden((await browser.get(DECIDE)).text) | {"reason": "Worth <it>."}
        answer = await browser.post("/act/portfolio.decide_investment", data=sent)
    assert answer.status_code == 422
    assert "<title>Error: Decide investment" in answer.text
    assert 'href="#field-approved"' in answer.text and 'id="field-approved-error"' in answer.text
    assert "Worth &lt;it&gt;." in answer.text


async def test_a_refusal_shows_its_rule_source_and_remedy_and_nothing_is_stored(acting: Acting) -> None:
    async with acting.browser("portfolio_manager") as browser:
        form = (await browser.get("/act/portfolio.submit_bid?investment=inv")).text
        sent = hidden(form) | {"amount.amount": "1,000", "amount.currency": "CAD", "body": "Treasury Board"}
        answer = await browser.post("/act/portfolio.submit_bid", data=sent)
        assert answer.status_code == 409
        assert "Rule S0-14, from " in answer.text and "What to do: " in answer.text
        assert 'value="1,000"' in answer.text
        assert hidden(answer.text)["key"] != sent["key"]


async def test_an_amount_of_two_readings_is_refused_beside_its_field_and_stays_as_it_was_typed(acting: Acting) -> None:
    async with acting.browser("portfolio_manager") as browser:
        sent = hidden((await browser.get("/act/portfolio.record_return?investment=inv")).text) | {"amount.amount": "1.000", "amount.currency": "CAD"}
        answer = await browser.post("/act/portfolio.record_return", data=sent | {"description": "Sold"})
    assert answer.status_code == 422 and "write 1 or 1,000" in answer.text and 'value="1.000"' in answer.text
    assert len(acting.served.process.world.events("investment:inv")) == 1


async def test_who_may_lift_a_rule_is_asked_why_and_the_override_is_stored(acting: Acting) -> None:
    async with acting.browser("executive") as browser:
        sent = hidden((await browser.get("/act/portfolio.hold_ceremony?team=wells")).text)
        refused = await browser.post("/act/portfolio.hold_ceremony", data=sent)
        assert refused.status_code == 409 and "Lift S4-18" in refused.text
        lifting = hidden(refused.text) | {"override.reason": "The minister leaves tomorrow."}
        stored = await browser.post("/act/portfolio.hold_ceremony", data=lifting)
        assert stored.status_code == 303, stored.text
        await browser.get(stored.headers["location"])
    said = [type(one.data).__name__ for one in acting.served.process.world.events("graduation:wells")]
    assert said[:2] == ["Overridden", "CeremonyHeld"]


@pytest.mark.requirement("S4-20", "S0-14")
async def test_who_may_lift_no_rule_cites_an_approval_and_the_page_after_shows_what_should_be_looked_at(acting: Acting) -> None:
    async with acting.browser("portfolio_manager") as browser:
        bid = {"amount.amount": "1000", "amount.currency": "CAD", "body": "Treasury Board"}
        form = (await browser.get("/act/portfolio.submit_bid?investment=inv&next=%2Finvestment")).text
        refused = await browser.post("/act/portfolio.submit_bid", data=hidden(form) | bid)
        assert 'name="override.reason"' in refused.text and '<input class="govuk-input" id="field-override-approval"' in refused.text
        again = await browser.post("/act/portfolio.submit_bid", data=hidden(refused.text) | bid | {"override.approval": "tb"})
        assert again.status_code == 422 and 'href="#field-override-reason"' in again.text
        given = {"approval": "tb", "rule": "S0-14", "command": "portfolio.submit_bid", "subject": "investment:inv", "reason": "The date is fixed"}
        await acting.served.say("portfolio.approve_override", given)
        lifting = bid | {"override.reason": "The deadline is today."}
        lacking = await browser.post("/act/portfolio.submit_bid", data=hidden(refused.text) | lifting)
        assert lacking.status_code == 403 and '<option value="tb">' in lacking.text and "The date is fixed" in lacking.text
        stored = await browser.post("/act/portfolio.submit_bid", data=hidden(lacking.text) | lifting | {"override.approval": "tb"})
        assert stored.status_code == 303, stored.text
        page = (await browser.get(stored.headers["location"])).text
    banner = page[page.index("hw-heard") : page.index("<h1")]
    assert banner.count("S0-14: ") == 1 and "as tb approves" in banner and 'href="/bids/' in banner


async def test_checking_first_stores_nothing_and_keeps_what_was_written(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        sent = hidden((await browser.get(DECIDE)).text) | {"approved": "true", "reason": "Worth it.", "check": "1"}
        answer = await browser.post("/act/portfolio.decide_investment", data=sent)
    assert answer.status_code == 200
    assert "It would be accepted. Nothing is stored yet." in answer.text and "Worth it." in answer.text
    assert len(acting.served.process.world.events("investment:inv")) == 1


async def test_what_somebody_else_said_meanwhile_is_not_overrun(acting: Acting) -> None:
    async with acting.browser("portfolio_manager") as browser:
        path = "/act/roadmap.move_item?item=pay&horizon=now"
        old = hidden((await browser.get(path)).text) | {"horizon": "now"}
        await acting.served.say("roadmap.move_item", {"item": "pay", "horizon": "later"})
        answer = await browser.post("/act/roadmap.move_item", data=old)
        assert answer.status_code == 412 and "Read it again, then decide." in answer.text
        again = await browser.post("/act/roadmap.move_item", data=hidden(answer.text) | {"horizon": "now"})
        assert again.status_code == 303


async def test_a_roadmap_item_moves_by_a_button_and_moving_it_where_it_is_changes_nothing(acting: Acting) -> None:
    async with acting.browser("product_owner@permits") as browser:
        page = (await browser.get("/roadmap")).text
        assert page.count("Move to now") == 1 and page.count("Move to later") == 1 and "Move to next" not in page
        sent = hidden(page, "/act/roadmap.move_item")
        assert (sent["item"], sent["horizon"]) == ("pay", "now")
        answer = await browser.post("/act/roadmap.move_item", data=sent)
        assert answer.headers["location"] == "/roadmap?heard=roadmap_item%3Apay%402#horizons-heading"
        sent["key"] = "0" * 8 + "-0000-4000-8000-" + "0" * 12
        same = await browser.post("/act/roadmap.move_item", data=sent)
        assert parse_qs(urlsplit(same.headers["location"]).query) == {"same": ["roadmap_item:pay@2"]}
        assert "Nothing changed" in (await browser.get(same.headers["location"])).text


async def test_what_a_role_may_not_do_is_neither_offered_nor_done(acting: Acting) -> None:
    async with acting.browser("auditor") as browser:
        for page in ("/", "/roadmap", "/investment", "/graduation", "/teams/wells"):
            assert "/act/" not in (await browser.get(page)).text, page
        refused = await browser.get(DECIDE)
        assert refused.status_code == 403 and "steering_group" in refused.text
    async with acting.browser("steering_group@elsewhere") as browser:
        assert "/act/portfolio.decide_investment" not in (await browser.get("/")).text
        sent = hidden((await browser.get(DECIDE)).text) | {"approved": "true", "reason": "Mine."}
        assert (await browser.post("/act/portfolio.decide_investment", data=sent)).status_code == 403


async def test_a_page_of_another_day_offers_nothing(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        for page in ("/", "/investment", "/teams/wells", "/roadmap"):
            assert "/act/" not in (await browser.get(page, params={"asOf": "2030-01-01"})).text, page


async def test_a_form_of_another_site_or_session_is_not_taken(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        sent = hidden((await browser.get(DECIDE)).text) | {"approved": "true", "reason": "Worth it."}
        foreign = await browser.post("/act/portfolio.decide_investment", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
        unproved = await browser.post("/act/portfolio.decide_investment", data=sent | {"proof": "x.y"})
        assert unproved.status_code == 403
    async with acting.browser("steering_group@env") as other:
        assert (await other.post("/act/portfolio.decide_investment", data=sent)).status_code == 403
    async with httpx.AsyncClient(base_url=acting.served.url, headers=HTML) as nobody:
        assert (await nobody.get(DECIDE)).headers["location"].startswith("/sign-in?next=%2Fact%2F")
    assert len(acting.served.process.world.events("investment:inv")) == 1


async def test_a_form_never_leads_to_another_host(acting: Acting) -> None:
    async with acting.browser("steering_group") as browser:
        form = (await browser.get("/act/portfolio.decide_investment", params={"investment": "inv", "next": "//evil.example/"})).text
        assert hidden(form)["next"] == "/"
        sent = hidden(form) | {"approved": "false", "reason": "No.", "next": "https://evil.example/"}
        assert (await browser.post("/act/portfolio.decide_investment", data=sent)).headers["location"].startswith("/?heard=")


async def test_a_secret_is_not_shown_again(acting: Acting) -> None:
    async with acting.browser("team") as browser:
        sent = hidden((await browser.get("/act/backlog.connect_source?product=permits")).text) | {
            "secret": "hunter2hunter2hunter2",
            "source": "Not An Id",
        }
        answer = await browser.post("/act/backlog.connect_source", data=sent)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text
