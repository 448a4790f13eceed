"""Signing in at an OIDC provider: code flow with PKCE, and every way in which an answer can be false."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from libs.service.host.process import Process
from libs.service.identity.session import COOKIE
from libs.service.settings import Settings
from services.gateway.main import add_to
from tests.services.gateway.pages.answers import HTML
from tests.services.gateway.pages.sign_in.provider import FakeProvider, provider


@pytest.fixture
async def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeProvider]:
    async with provider(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
        yield running


@pytest.fixture
async def client(fake: FakeProvider, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a Headway whose issuer is the provider."""
    process = Process(Settings(issuer=fake.issuer, data=tmp_path), hears_all=True)
    add_to(process)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://127.0.0.1", headers=HTML) as made:
        yield made


async def answered(client: httpx.AsyncClient, fake: FakeProvider, following: str = "/graduation") -> str:
    """Goes to the provider; the address by which that sends the browser back."""
    started = await client.get("/sign-in/start", params={"next": following})
    assert started.status_code == 303 and started.headers["location"].startswith(f"{fake.issuer}/authorize?")
    async with httpx.AsyncClient() as at_provider:
        return (await at_provider.get(started.headers["location"])).headers["location"]


async def test_whoever_signs_in_at_the_provider_comes_back_to_where_they_wanted(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    page = await client.get("/sign-in?next=/graduation")
    assert fake.issuer in page.text and "/sign-in/start?next=%2Fgraduation" in page.text
    back = await answered(client, fake)
    assert back.startswith("http://127.0.0.1/sign-in/back?")
    answer = await client.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/graduation")
    assert (await client.get("/session")).json() == {"who": "ada"}
    assert COOKIE in client.cookies and "headway-signing-in" not in client.cookies


async def test_no_token_and_no_secret_ever_stands_in_an_address(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    back = await answered(client, fake)
    asked = fake.asked[0]
    assert set(asked) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"}
    assert set(parse_qs(urlsplit(back).query)) == {"code", "state", "iss"}


async def test_an_answer_to_another_browsers_question_is_refused(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    back = await answered(client, fake)
    client.cookies.clear()
    answer = await client.get(back)
    assert answer.status_code == 401 and "begin again" in answer.text
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(("name", "value"), [("state", "other"), ("iss", "https://evil.example"), ("code", "")])
async def test_a_changed_answer_is_refused(client: httpx.AsyncClient, fake: FakeProvider, name: str, value: str) -> None:
    back = urlsplit(await answered(client, fake))
    given = {key: values[0] for key, values in parse_qs(back.query).items()} | {name: value}
    assert (await client.get("/sign-in/back", params=given)).status_code == 401
    assert COOKIE not in client.cookies


async def test_a_code_counts_once(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    back = await answered(client, fake)
    kept = dict(client.cookies)
    assert (await client.get(back)).status_code == 303
    client.cookies.update(kept)
    assert (await client.get(back)).status_code == 401


async def test_a_token_for_another_sign_in_or_another_audience_is_refused(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    fake.nonce = "of somebody else"
    assert "not for this sign-in" in (await client.get(await answered(client, fake))).text
    fake.nonce, fake.audience = None, "another application"
    answer = await client.get(await answered(client, fake))
    assert answer.status_code == 401 and "audience" in answer.text
    assert COOKIE not in client.cookies


async def test_what_the_provider_refuses_is_said_in_its_words(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    fake.refusing = True
    answer = await client.get(await answered(client, fake))
    assert answer.status_code == 401 and "not today" in answer.text


async def test_the_way_back_never_leads_to_another_site(client: httpx.AsyncClient, fake: FakeProvider) -> None:
    answer = await client.get(await answered(client, fake, "https://evil.example"))
    assert answer.headers["location"] == "/"


async def test_personas_are_not_offered_beside_a_provider(client: httpx.AsyncClient) -> None:
    assert "Persona" not in (await client.get("/sign-in")).text


async def test_a_provider_that_does_not_answer_is_said_on_the_page(tmp_path: Path) -> None:
    process = Process(Settings(issuer="https://127.0.0.1:9", data=tmp_path), hears_all=True)
    add_to(process)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(process.app), base_url="http://127.0.0.1", headers=HTML) as client:
        answer = await client.get("/sign-in/start")
        assert answer.status_code == 503 and "does not say where one signs in" in answer.text
