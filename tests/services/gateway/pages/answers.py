"""Answers of documents as pages get them, small and made by hand; pages as they are read; and a browser's way through the sign-in without a browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import unescape
from typing import Any

import httpx

from libs.rules.roles import Principal, Role
from services.gateway.pages.kit.as_of import Moment
from services.gateway.pages.kit.page import Page, Visit
from services.gateway.pages.kit.words import NBSP
from tests.services.gateway.small_world import Gateway

TODAY = date(2026, 3, 2)
HTML = {"Accept": "text/html"}


def visit(page: Page, query: Mapping[str, str] | None = None, *, as_of: date | None = None, known_at: datetime | None = None, **path: str) -> Visit:
    """A look at a page by an executive."""
    return Visit(page, Moment(TODAY, as_of, known_at), Principal("executive@*", frozenset({Role("executive")})), path, query or {}, "world-1")


def cad(amount: str) -> list[dict[str, str]]:
    """An amount in one currency."""
    return [{"amount": amount, "currency": "CAD"}]


def way(status: str, *, unmet: Sequence[str] = (), since: str = "2026-01-05", next_step: str | None = None) -> dict[str, Any]:
    """The graduation of a team that lacks these criteria."""
    criteria = [{"id": f"R-0{n}", "title": f"Title {n}", "met": f"R-0{n}" not in unmet, "why": f"reason {n}", "evidence": []} for n in range(1, 7)]
    handoff = [{"function": "IT_AGENCY", "state": "ACCEPTED", "late": True}]
    return {
        "status": status,
        "since": since,
        "blockedBy": list(unmet),
        "nextStep": next_step,
        "criteria": criteria,
        "handoff": handoff,
        "ceremony": None,
    }


def team(id: str, graduation: Mapping[str, Any], *, forecast: str | None = None, over: str | None = None) -> dict[str, Any]:
    """A team, perhaps with money: its forecast, and how far that is over the first baseline."""
    investment = {"forecast": cad(forecast), "againstFirstBaseline": cad(over or "0")} if forecast else {"forecast": [], "againstFirstBaseline": []}
    return {
        "id": f"team:{id}",
        "name": id.capitalize(),
        "home": {"id": "organisation:env", "name": "Environment"},
        "products": [{"id": "product:p", "name": "Permits"}],
        "investment": investment,
        "graduation": dict(graduation),
    }


async def page(site: Gateway, address: str, persona: str = "executive", status: int = 200) -> str:
    """What a page says, with its entities and narrow blanks as they are read."""
    answer = await site.client.get(address, headers=site.signed_in(persona) | HTML)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", unescape(answer.text).replace(NBSP, " "))


def plain(html: str) -> str:
    """What a reader reads of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).replace(NBSP, " ")


async def rows(site: Gateway, address: str, table: str) -> list[list[str]]:
    """A table of a page as CSV, its headings first."""
    answer = await site.client.get(f"{address}{'&' if '?' in address else '?'}format=csv&table={table}", headers=site.signed_in("executive"))
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


async def signed_in(client: httpx.AsyncClient, persona: str = "executive", scope: str = "", following: str = "/") -> httpx.Response:
    """Signs a client in as the page does it; its cookies are kept."""
    return await client.post("/sign-in", data={"persona": persona, "scope": scope, "next": following, "proof": await proof(client)})


async def proof(client: httpx.AsyncClient, path: str = "/sign-in") -> str:
    """What a form of a page carries."""
    page = await client.get(path, headers=HTML)
    found = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]
