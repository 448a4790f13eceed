"""Renders templates to HTML, in the frame that all pages share."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from libs.events.catalog.portfolio.graduation import GraduationStatus
from libs.events.cost import spend
from libs.events.references import list_of
from libs.rules.roles import Principal
from libs.service.identity.session import form_key, form_proof, is_secure
from services.gateway.graphql.types.kinds.types import BY_KIND
from services.gateway.pages.kit import words
from services.gateway.pages.kit.assets import asset, compressible
from services.gateway.pages.kit.bidi import isolated
from services.gateway.pages.kit.page import Page, Visit
from services.gateway.pages.kit.tables.event_rows import plural_words

TEMPLATES: Final = tuple(sorted({path.parent for path in Path(__file__).parents[1].rglob("*.html")}))
"""The folders of templates: one a page, and what they share."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
VARY: Final = "Accept, Cookie, Authorization"
"""What the answer at the address of a page depends on, beside the address."""
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Language": "en",
        "Cache-Control": "private, no-cache",
        "Vary": VARY,
    }
)
"""With every page, and with its 304 too: a browser puts the headers of that in the place of those that it keeps."""
THEME: Final = "headway-theme"
THEMES: Final = ("light", "dark")
_YEAR: Final = 365 * 24 * 3600


@cache
def environment() -> Environment:
    """The templates, read once a process; what they are not given is an error, and what they show is escaped."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_put)
    made.globals |= {"asset": asset, "words": words, "statuses": GraduationStatus, "lists": lists}
    made.filters |= {"day": words.day, "short_day": words.short_day, "sentence": words.sentence, "plain": words.plain, "role": words.role}
    return made


def _put(value: Any) -> Any:
    """Whatever a template puts somewhere is work."""
    spend()
    return value


def lists() -> list[tuple[str, str]]:
    """The list of each kind: its path and its name, by the name."""
    return sorted(((list_of(kind), plural_words(kind)) for kind in BY_KIND), key=lambda one: one[1])


def rendered(request: Request, template: str, nav: tuple[Page, ...], reader: Principal | None, **given: Any) -> str:
    """A whole page in the frame. `nav` is what the navigation leads to; `given` what the template needs beyond."""
    visit: Visit | None = given.get("visit")
    return (
        environment()
        .get_template(template)
        .render(
            **{"visit": None, "view": None, **given},
            nav=[page for page in nav if page.nav],
            reports=_reports(nav, visit) if visit else (),
            reader=reader,
            theme=theme_of(request),
            themes=THEMES,
            path=request.url.path,
            in_theme=lambda name: visit.here(theme=name) if visit else _address(request, name),
            kept=visit.kept if visit else {},
            proof=lambda: form_proof(form_key(request)),
            key=lambda: str(uuid.uuid4()),
        )
    )


def _reports(pages: tuple[Page, ...], visit: Visit) -> tuple[tuple[str, str], ...]:
    """The addresses and the names of the reports on what a page shows, for the page of one thing."""
    found = ((page, page.reports_on[1]) for page in pages if page.reports_on and page.reports_on[0] == visit.page.name and visit.path)
    path = {name: words.plain(value) for name, value in visit.path.items()}
    return tuple((visit.href(replace(visit, page=page, path=path).address), title) for page, title in found)


def html(request: Request, body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A page as it goes out: compressed, under the policy, and with the theme kept that its address chose."""
    said = {**HEADERS, **(headers or {})}
    response = compressible(request, isolated(body).encode("utf-8", "replace"), media_type="text/html; charset=utf-8", status=status, headers=said)
    chosen = request.query_params.get("theme")
    if chosen in THEMES:
        response.set_cookie(THEME, chosen, max_age=_YEAR, path="/", secure=is_secure(request), httponly=True, samesite="lax")
    elif chosen == "system":
        response.delete_cookie(THEME, path="/")
    return response


def theme_of(request: Request) -> str:
    """`light` or `dark` as the address or the cookie says; empty: as the reader's system has it."""
    chosen = request.query_params.get("theme") or request.cookies.get(THEME, "")
    return chosen if chosen in THEMES else ""


def in_graphiql(visit: Visit) -> str:
    """The address that opens the query behind a page in GraphiQL, with its variables."""
    return "/graphql?" + urlencode({"query": visit.page.document, "variables": orjson.dumps(visit.variables, option=orjson.OPT_INDENT_2).decode()})


def _address(request: Request, theme: str) -> str:
    """This address in another theme."""
    left = [(name, value) for name, value in request.query_params.multi_items() if name != "theme"]
    return f"{request.url.path}?{urlencode([*left, ('theme', theme)])}"
