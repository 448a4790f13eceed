"""What is answered at an address, and what a page loads beside itself."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from tests.patience import GIVE_UP

PAGES = ("/", "/roadmap", "/sign-in", "/graphql", "/backlog/docs")
"""Of each kind that loads something: our own, GraphiQL, the documentation of REST."""


class Answer(NamedTuple):
    """Status, headers in small letters, and body of an answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    text: str


def get(url: str, token: str = "", **headers: str) -> Answer:
    """What is answered to a GET."""
    return _asked(urllib.request.Request(url, headers=headers | _signed_in(token)))


def data_of(url: str, query: str, token: str) -> Any:
    """The data of an answer at an address of GraphQL; an error in it fails the test."""
    answer = _asked(urllib.request.Request(url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"} | _signed_in(token)))
    body = json.loads(answer.text)
    assert answer.status == 200 and "errors" not in body, answer
    return body["data"]


def pages_come_with_all_that_they_load(url: str, token: str) -> None:
    """Fails the test where a page, or a style sheet, script or picture that it names, is not answered."""
    for path in PAGES:
        page = get(url + path, token, Accept="text/html")
        assert page.status == 200, (path, page)
        beside = {urljoin(url + path, found) for found in re.findall(r'(?:href|src)="([^"#?]+\.(?:css|js|svg))"', page.text)}
        assert beside, path
        for address in beside:
            answer = get(address, token)
            assert answer.status == 200 and answer.text, address


def _signed_in(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _asked(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=GIVE_UP) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as e:
        return Answer(e.code, {k.lower(): v for k, v in e.headers.items()}, e.read().decode("utf-8", "replace"))
