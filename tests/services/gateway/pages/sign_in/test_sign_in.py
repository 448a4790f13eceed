"""Signing in and out from a browser: sessions that scripts cannot read, other sites cannot use, and that end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer, write_key_pair
from libs.service.identity.session import COOKIE, PART
from libs.service.settings import Settings
from services.gateway.main import add_to
from services.gateway.pages.kit.reader import own_address
from tests.services.gateway.pages.answers import HTML, proof, signed_in
from tests.services.gateway.small_world import Gateway

QUESTION = {"query": "{ portfolio { world } }"}


async def test_a_persona_is_chosen_and_its_session_is_kept_from_scripts(site: Gateway) -> None:
    answer = await signed_in(site.client, "portfolio_manager", "water")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "expires=" in cookie
    page = await site.client.get("/", headers=HTML)
    assert "portfolio manager of water" in page.text
    assert (await site.client.get("/session")).json() == {"who": "portfolio_manager@water"}


async def test_a_cookie_over_https_is_for_https_and_this_host_alone(site: Gateway) -> None:
    site.client.base_url = httpx.URL("https://127.0.0.1")
    answer = await signed_in(site.client)
    cookie = next(one for one in answer.headers.get_list("set-cookie") if COOKIE in one)
    assert cookie.startswith(f"__Host-{COOKIE}=") and "Secure" in cookie and "Domain" not in cookie
    assert (await site.client.get("/", headers=HTML)).status_code == 200


@pytest.mark.parametrize(("persona", "scope"), [("emperor", ""), ("team", "Not An Id"), ("", "")])
async def test_what_is_no_persona_is_said_beside_the_field(site: Gateway, persona: str, scope: str) -> None:
    answer = await signed_in(site.client, persona, scope)
    assert answer.status_code == 422
    assert "That did not work" in answer.text and 'id="scope-error"' in answer.text
    assert COOKIE not in site.client.cookies


async def test_a_scope_that_a_persona_cannot_have_is_left_out(site: Gateway) -> None:
    assert (await signed_in(site.client, "auditor", "water")).status_code == 303
    assert (await site.client.get("/session")).json() == {"who": "auditor"}


async def test_signing_out_ends_the_session(site: Gateway) -> None:
    await signed_in(site.client)
    answer = await site.client.post("/sign-out", data={"proof": await proof(site.client, "/")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await site.client.get("/", headers=HTML)).status_code == 303
    assert (await site.client.get("/session")).json() == {"who": None}


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        ({"proof": ""}, {}),
        ({"proof": "aa.bb"}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Origin": "null"}),
    ],
)
async def test_a_form_from_elsewhere_is_refused(site: Gateway, given: dict[str, str], headers: dict[str, str]) -> None:
    await signed_in(site.client)
    form = {"proof": await proof(site.client, "/")} | given
    answer = await site.client.post("/sign-out", data=form, headers=headers)
    assert answer.status_code == 403
    assert (await site.client.get("/", headers=HTML)).status_code == 200, "the session stands"


async def test_a_form_of_an_earlier_session_is_refused(site: Gateway) -> None:
    await signed_in(site.client)
    old = await proof(site.client, "/")
    await signed_in(site.client, "auditor")
    assert (await site.client.post("/sign-out", data={"proof": old})).status_code == 403


async def test_graphql_takes_the_session_of_a_page_of_ours_alone(site: Gateway) -> None:
    await signed_in(site.client)
    ours = await site.client.post("/graphql", json=QUESTION, headers={"Sec-Fetch-Site": "same-origin"})
    assert ours.json()["data"]["portfolio"]["world"] == site.process.world.digest
    by_origin = await site.client.post("/graphql", json=QUESTION, headers={"Origin": "http://127.0.0.1"})
    assert by_origin.status_code == 200
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"}):
        assert (await site.client.post("/graphql", json=QUESTION, headers=headers)).status_code == 401, headers


@pytest.mark.parametrize("path", ["/events", "/parked"])
async def test_other_addresses_of_programs_take_no_session(site: Gateway, path: str) -> None:
    await signed_in(site.client, "lab_ops")
    assert (await site.client.get(path, headers={"Sec-Fetch-Site": "same-origin"})).status_code == 401


async def test_a_session_that_is_over_leads_to_the_sign_in(site: Gateway) -> None:
    token = site.issuer.token("executive", timedelta(seconds=-60))
    site.client.cookies.set(COOKIE, token)
    answer = await site.client.get("/", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_a_long_token_is_kept_in_several_cookies(site: Gateway) -> None:
    import jwt

    claims = jwt.decode(site.issuer.token("executive"), options={"verify_signature": False})
    long = jwt.encode(claims | {"groups": ["x" * 40] * 150}, site.issuer._key, algorithm="EdDSA")
    for n in range(0, len(long), PART):
        site.client.cookies.set(COOKIE + (f"-{n // PART}" if n else ""), long[n : n + PART])
    assert (await site.client.get("/", headers=HTML)).status_code == 200


async def test_personas_are_for_this_machine_alone(site: Gateway) -> None:
    site.client.base_url = httpx.URL("https://headway.example.org")
    answer = await signed_in(site.client)
    assert answer.status_code == 422 and "this machine alone" in answer.text


@pytest.mark.parametrize(
    "given",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "", None, "/\t/evil", "/sign-in?next=/", "/" + "a" * 3000],
)
def test_the_sign_in_never_leads_to_another_site(given: str | None) -> None:
    assert own_address(given) == "/"


@pytest.mark.parametrize("given", ["/", "/graduation?asOf=2025-12-31&status=AT_RISK", "/teams/a-b", "/teams/x?next=https://a.example"])
def test_an_address_of_ours_is_kept(given: str) -> None:
    assert own_address(given) == given


async def test_with_a_key_file_a_token_is_pasted(tmp_path: Path) -> None:
    key, _ = write_key_pair(tmp_path / "key.pem")
    settings = Settings(issuer=f"file:{key}", data=tmp_path)
    process = Process(settings, hears_all=True)
    add_to(process)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://127.0.0.1") as client:
        page = await client.get("/sign-in", headers=HTML)
        assert "headway token" in page.text and "Persona" not in page.text
        good = Issuer.from_key_file(key).token("executive")
        wrong = await client.post("/sign-in", data={"token": good[:-6] + "AAAAAA", "proof": await proof(client)})
        assert wrong.status_code == 422 and "signature" in wrong.text and good[:-6] not in wrong.text
        chosen = await client.post("/sign-in", data={"persona": "executive", "proof": await proof(client)})
        assert chosen.status_code == 422, "personas are for the embedded issuer"
        answer = await client.post("/sign-in", data={"token": f" {good}\n", "proof": await proof(client), "next": "/graduation"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/graduation")
        assert (await client.get("/session")).json() == {"who": "executive@*"}
