"""The app that every service begins with: what answers without a token, the probes, and documentation that loads nothing from outside."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.routing import Mount

from libs.service import app as module
from tests.service.example import Example, Propose

STATIC = Path(module.__file__).parent / "static"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/docs", "/docs/static/docs.js", "/docs/static/swagger/swagger-ui.css"])
async def test_probes_and_static_files_answer_without_a_token(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_every_other_route_needs_a_token_and_looks_at_it_before_the_body(client: httpx.AsyncClient) -> None:
    asked = [
        await client.get("/openapi.json"),
        await client.get("/v1/teams/a"),
        await client.get("/v1/teams/a?first=nonsense"),
        await client.post("/v1/commands/propose", content=b"{", headers={"Content-Type": "application/json"}),
        await client.get("/v1/teams/a", headers={"Authorization": "Basic dTpw"}),
        await client.get("/v1/teams/a", headers={"Authorization": "Bearer "}),
        await client.get("/v1/teams/a", headers={"Authorization": "Bearer a.b.c"}),
    ]
    for answer in asked:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:headway:problem:not-signed-in"
    assert (await client.post("/v1/webhooks/s", content=b"{")).json() == {"bytes": 1}


async def test_an_endpoint_learns_who_asks(client: httpx.AsyncClient, example: Example) -> None:
    answer = await client.post(
        "/v1/commands/propose", json={"team": "biohub", "amount": {"currency": "CAD"}}, headers=example.signed_in("portfolio_manager@env")
    )
    assert answer.json() == {"id": "biohub", "by": "portfolio_manager@env"}


async def test_ready_is_503_until_it_is(client: httpx.AsyncClient, example: Example) -> None:
    example.ready = False
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"], answer.headers["retry-after"]) == (503, 503, "1")
    assert (await client.get("/health/live")).status_code == 200
    example.ready = True
    assert (await client.get("/health/ready")).status_code == 200


@pytest.mark.parametrize("mount", ["", "/backlog"])
async def test_the_description_names_where_it_is_mounted(example: Example, mount: str) -> None:
    outer = Starlette(routes=[Mount(mount, example.app)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(outer), base_url="http://x") as client:
        described = (await client.get(mount + "/openapi.json", headers=example.signed_in())).json()
        assert (await client.get(mount + "/docs/static/docs.css")).status_code == 200
    assert described["servers"] == [{"url": mount or "/"}]
    assert described["security"] == [{"token": []}]
    assert described["paths"]["/v1/webhooks/{source}"]["post"]["security"] == []
    assert "security" not in described["paths"]["/v1/commands/propose"]["post"]
    responses = described["paths"]["/v1/commands/propose"]["post"]["responses"]
    assert responses["default"]["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert set(responses) == {"200", "default"}
    assert set(described["paths"]) == {"/v1/commands/propose", "/v1/teams/{team}", "/v1/fails", "/v1/webhooks/{source}", "/v1/stream"}


async def test_the_page_of_the_documentation_loads_only_files_that_we_carry(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "http" not in policy
    assert "connect-src 'self'" in policy
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 5
    for address in addresses:
        if address != "data:,":
            assert not re.match(r"(?:[a-z]+:|/)", address)
            assert (await client.get("/" + address)).status_code == 200
    for ours in ("docs.html", "docs.js", "docs.css"):
        assert "//" not in re.sub(r"(?m)^\s*//.*", "", (STATIC / ours).read_text("utf-8"))
    assert "Apache License" in (STATIC / "swagger" / "LICENSE").read_text("utf-8")


async def test_a_router_made_elsewhere_is_held_to_sign_in(client: httpx.AsyncClient, example: Example) -> None:
    router = APIRouter(prefix="/v2")

    @router.post("/commands/other")
    async def other(body: Propose) -> dict[str, str]:
        return {"id": body.team}

    @router.get("/open")
    @module.public
    async def free() -> dict[str, str]:
        return {}

    example.app.adopt(router)
    json = {"Content-Type": "application/json"}
    assert (await client.post("/v2/commands/other", content=b"{", headers=json)).status_code == 401
    assert (await client.post("/v2/commands/other", content=b'{"team": NaN}', headers=json | example.signed_in())).json()["field"] == "team"
    good = await client.post("/v2/commands/other", json={"team": "a", "amount": {"currency": "CAD"}}, headers=example.signed_in())
    assert good.json() == {"id": "a"}
    assert (await client.get("/v2/open")).status_code == 200
    described = (await client.get("/openapi.json", headers=example.signed_in())).json()
    assert described["paths"]["/v2/open"]["get"]["security"] == []


def test_a_router_within_a_router_cannot_slip_past_sign_in(example: Example) -> None:
    inner, outer = APIRouter(), APIRouter()

    @inner.get("/hidden")
    async def hidden() -> None: ...

    outer.include_router(inner, prefix="/v2")
    with pytest.raises(TypeError, match="sign-in"):
        example.app.adopt(outer)
