"""Who may come in: one token, of somebody with a role, and only for as long as it holds."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from headway.server import listening, server
from headway.stack import create_stack
from libs.service.identity.issuer import KEY_NAME, Issuer
from libs.service.settings import Settings
from tests.patience import GIVE_UP
from tests.services.gateway.pages.answers import signed_in
from tests.system.conftest import Running

PATHS = ("/events", "/graphql?query={__typename}", "/backlog/v1/items", "/portfolio/v1/teams/t", "/backlog/openapi.json")


def unroled(stack: Running) -> dict[str, str]:
    """A token of somebody to whom the issuer gives roles of other systems alone."""
    claims = jwt.decode(stack.issuer.token("executive"), options={"verify_signature": False})
    key = load_pem_private_key((stack.settings.data / KEY_NAME).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return {"Authorization": f"Bearer {jwt.encode({**claims, 'roles': ['uma_authorization']}, key, algorithm='EdDSA')}"}


@pytest.mark.parametrize("path", PATHS)
async def test_a_token_without_any_role_reads_nothing(stack: Running, path: str) -> None:
    answer = await stack.client.get(path, headers=unroled(stack))
    assert answer.status_code == 403 and "carries no role" in answer.json()["detail"], answer.text


@pytest.mark.parametrize("path", PATHS)
async def test_two_authorization_headers_are_refused(stack: Running, path: str) -> None:
    token = stack.signed_in("executive")["Authorization"]
    answer = await stack.client.get(path, headers=[("Authorization", token), ("Authorization", token)])
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("path", ["/", "/live/home?seen=0", "/products"])
@pytest.mark.parametrize("empty", [0, 1])
async def test_two_headers_are_refused_on_pages_too_also_where_one_of_them_is_empty_and_somebody_has_signed_in(stack: Running, path: str, empty: int) -> None:
    await signed_in(stack.client)
    values = [stack.signed_in("executive")["Authorization"]] * 2
    values[empty] = ""
    answer = await stack.client.get(path, headers=[("Authorization", value) for value in values])
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("accept", ["text/event-stream", "application/x-ndjson"])
async def test_a_stream_ends_when_its_token_does(tmp_path: Path, accept: str) -> None:
    settings = Settings(data=tmp_path)
    with listening("127.0.0.1", 0) as bound:
        bound.listen()
        serving = server(create_stack(settings))
        task = asyncio.create_task(serving.serve(sockets=[bound]))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with asyncio.timeout(GIVE_UP), httpx.AsyncClient(timeout=GIVE_UP) as client:
            while not serving.started:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            headers = {"Authorization": f"Bearer {Issuer.embedded(settings).token('subscriber', timedelta(seconds=2))}", "Accept": accept}
            async with client.stream("GET", f"{url}/events?follow=true", headers=headers) as answer:
                assert answer.status_code == 200
                async for _ in answer.aiter_bytes():
                    pass
        serving.should_exit = True
        await task
