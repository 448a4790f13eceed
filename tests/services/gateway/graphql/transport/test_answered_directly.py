"""`/graphql` is answered before the framework's routing, and nobody can tell by the answer, the metrics or the log."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, Final

import httpx
import pytest

from libs.service.app import _ByPath
from libs.service.body_limits import BODY_LIMIT
from tests.services.gateway.small_world import Gateway

QUERY: Final = '{ team(id: "wells-team") { name } }'
TRACE: Final = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_BODY: Final = json.dumps({"query": QUERY})
_CHANGING: Final = frozenset({"x-request-id", "ratelimit", "content-length"})
"""Headers that are another thing each time, since what it took is part of the body."""
_COST: Final = re.compile(r'"cost":\{[^}]*\}')
ASKED: Final[dict[str, tuple[str, str, str | bytes, dict[str, str]]]] = {
    "a query": ("POST", "/graphql", _BODY, {}),
    "a query by GET": ("GET", "/graphql?query=%7B__typename%7D", "", {"traceparent": TRACE}),
    "a mutation by GET": ("GET", "/graphql?query=mutation%7B__typename%7D", "", {}),
    "an unknown field": ("POST", "/graphql", json.dumps({"query": "{ nothing }"}), {"Accept": "application/graphql-response+json"}),
    "the page of GraphiQL": ("GET", "/graphql", "", {"Accept": "text/html"}),
    "a stream": ("POST", "/graphql", _BODY, {"Accept": "text/event-stream"}),
    "what is confirmed": ("GET", "/graphql?query=%7B__typename%7D", "", {"If-None-Match": "*"}),
    "what is not heard yet": ("POST", "/graphql", _BODY, {"X-Headway-After": "team:other@9"}),
    "another media type": ("POST", "/graphql", _BODY, {"Accept": "image/png"}),
    "no JSON": ("POST", "/graphql", "{", {}),
    "a name twice": ("POST", "/graphql", '{"query": "{a}", "query": "{b}"}', {}),
    "no body at all": ("POST", "/graphql", "", {}),
    "too large a body": ("POST", "/graphql", b" " * (BODY_LIMIT + 1), {}),
    "another method": ("PUT", "/graphql", _BODY, {}),
    "a head": ("HEAD", "/graphql", "", {}),
    "another path": ("POST", "/graphql/", _BODY, {}),
    "no token": ("POST", "/graphql", _BODY, {"Authorization": ""}),
    "no token by GET": ("GET", "/graphql?query=%7B__typename%7D", "", {"Authorization": ""}),
    "a token that is none": ("POST", "/graphql", _BODY, {"Authorization": "Bearer x"}),
}


async def told(gateway: Gateway, asked: str, caplog: pytest.LogCaptureFixture) -> tuple[Any, ...]:
    """All that can be told by one request: status, headers, body, what the metrics count of it, and the line of the log."""
    method, address, body, headers = ASKED[asked]
    caplog.clear()
    answer = await gateway.client.request(
        method, address, content=body, headers={"Content-Type": "application/json", **gateway.signed_in("executive"), **headers}
    )
    lines = [{**record.fields, "ms": 0, "request": "", "route": ""} for record in caplog.records if record.message == "request" and hasattr(record, "fields")]
    assert lines and answer.headers["x-request-id"] and ("traceparent" not in headers or answer.headers["x-request-id"] in TRACE)
    return answer.status_code, sorted((k, v) for k, v in answer.headers.items() if k not in _CHANGING), said(answer), lines


def said(answer: httpx.Response) -> Any:
    """The body, but for what it took and which request it was."""
    try:
        body = answer.json()
    except ValueError:
        return _COST.sub("", answer.text)
    if isinstance(body, dict):
        body.pop("instance", None)
        body.get("extensions", {}).pop("cost", None)
    return body


@pytest.mark.parametrize("asked", ASKED)
async def test_nobody_can_tell_that_it_is_answered_directly(
    told_gateway: Gateway, asked: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    directly = await told(told_gateway, asked, caplog)
    found, direct = list[object](), _ByPath.direct
    monkeypatch.setattr(_ByPath, "direct", lambda self, scope: found.append(direct(self, dict(scope))))
    assert directly == await told(told_gateway, asked, caplog)
    assert (found[0] is not None) == (asked != "another path"), "and the first was answered directly"


async def test_each_is_counted_at_its_address_whatever_becomes_of_it(told_gateway: Gateway) -> None:
    for method, address, body, headers in ASKED.values():
        if address.partition("?")[0] == "/graphql":
            given = {"Content-Type": "application/json", **told_gateway.signed_in("executive"), **headers}
            await told_gateway.client.request(method, address, content=body, headers=given)
    text = (await told_gateway.client.get("/metrics")).text
    lines = [line for line in text.splitlines() if line.startswith("headway_http_requests_total{")]
    assert sum(float(line.rpartition(" ")[2]) for line in lines if 'route="/graphql"' in line) == len(ASKED) - 1, lines
