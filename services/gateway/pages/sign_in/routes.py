"""Routes to sign in and out in a browser: as a persona of the embedded stack, by a pasted token, or by OIDC; the session is a cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from libs.commands.errors import HeadwayError, Invalid, NotAllowed, NotSignedIn, Unreachable
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.ports.revocations import RevocationsUnavailable
from libs.rules.roles import ROLES, Role
from libs.runtime.late_route import late_router
from libs.service.app import public, with_role
from libs.service.host.process import Process
from libs.service.identity.issuer import Issuer
from libs.service.identity.revocation_list import digest_of
from libs.service.identity.session import begin_visit, close_session, demand_own_form, form_key, form_proof, open_session, token_of
from libs.service.identity.tokens import LEEWAY
from libs.service.settings import Settings, is_loopback
from services.gateway.pages.kit.page import Page
from services.gateway.pages.kit.reader import SIGN_IN, own_address, reader_of
from services.gateway.pages.kit.rendering import html, rendered

if TYPE_CHECKING:
    from services.gateway.pages.sign_in.oidc import Provider

MOST_FIELDS: Final = 100
MOST_SCOPES: Final = 200
MAY: Final[Mapping[str, str]] = {
    "executive": "sees money and status, attests, accepts hand-offs, holds ceremonies",
    "portfolio_manager": "keeps programs, products, teams and money",
    "steering_group": "decides on investments",
    "cab": "decides on changes",
    "product_owner": "orders the backlog, signs off releases",
    "team": "works on its items, proposes releases",
    "lab_ops": "forms teams, records health, prepares hand-offs",
    "auditor": "sees money and the whole stream",
    "subscriber": "hears events",
    "importer": "says anything, in anybody's name",
}
"""What each persona is for, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A role to choose."""

    name: str
    words: str
    may: str


PERSONAS: Final = tuple(Persona(name, name.replace("_", " ").replace("cab", "change advisory board"), may) for name, may in MAY.items())


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent. Raises HTTPException 415 for another media type, Invalid for more fields than any form has."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise HTTPException(415, "A form is sent as application/x-www-form-urlencoded.")
    try:
        return dict(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Invalid("the form cannot be read", field="body") from None


def sign_in_routes(process: Process, pages: tuple[Page, ...], provider: Provider | None = None) -> APIRouter:
    """`/sign-in`, with `/sign-in/start` and `/sign-in/back` where there is a provider, and `/sign-out`."""
    router = late_router(include_in_schema=False)
    signing = _SigningIn(process, pages, provider)

    def at(path: str, method: str, answer: Callable[[Request], Awaitable[Response]]) -> None:
        async def endpoint(request: Request) -> Response:
            return await answer(request)

        router.add_api_route(path, public(endpoint), methods=["GET", "HEAD"] if method == "GET" else [method], response_class=Response)

    at(SIGN_IN, "GET", signing.page)
    at(SIGN_IN, "POST", signing.sent)
    at("/sign-out", "POST", signing.out)
    at("/session", "GET", signing.session)
    if signing.provider is not None:
        at(f"{SIGN_IN}/start", "GET", signing.start)
        at(f"{SIGN_IN}/back", "GET", signing.back)
    return router


def _provider(settings: Settings) -> Provider:
    """The provider that the settings name; who has none does not wait for the libraries that speak with one."""
    from services.gateway.pages.sign_in.oidc import Provider

    return Provider(settings.issuer, settings.audience)


class _SigningIn:
    """The three ways, of which the settings choose one."""

    def __init__(self, process: Process, pages: tuple[Page, ...], provider: Provider | None) -> None:
        self.process, self.pages = process, pages
        settings = process.settings
        self.provider = provider or (_provider(settings) if settings.issuer.startswith("https://") else None)
        self.way = "oidc" if self.provider else "token" if settings.issuer else "persona"

    @property
    def _at_provider(self) -> Provider:
        if self.provider is None:
            raise HTTPException(404)
        return self.provider

    async def page(self, request: Request) -> Response:
        """The page to sign in on."""
        return self._shown(request)

    async def sent(self, request: Request) -> Response:
        """Takes a persona or a token; anything wrong is said beside the field."""
        form = await form_of(request)
        demand_own_form(request, form.get("proof", ""))
        try:
            token = await self._token(request, form)
            principal = with_role(await self.process.verifier.verify(token))
        except (ValueError, NotSignedIn, NotAllowed) as e:
            return self._shown(request, form, e.detail if isinstance(e, HeadwayError) else str(e))
        response = _sent_on(own_address(form.get("next")))
        open_session(request, response, token, principal.expires)
        return response

    async def session(self, request: Request) -> Response:
        """Who has signed in from this browser, for a script of our own; null for nobody."""
        try:
            who: str | None = (await reader_of(request)).id
        except NotSignedIn:
            who = None
        return JSONResponse({"who": who}, headers={"Cache-Control": "no-store"})

    async def out(self, request: Request) -> Response:
        """Ends the session here and on the server: whoever has kept its token is refused from now on. Raises Unreachable where that cannot be remembered."""
        form = await form_of(request)
        demand_own_form(request, form.get("proof", ""))
        token = token_of(request)
        if token is not None:
            await self._revoke(token)
        response = _sent_on(SIGN_IN)
        close_session(request, response)
        return response

    async def _revoke(self, token: str) -> None:
        try:
            principal = await self.process.verifier.verify(token)
        except NotSignedIn:
            return  # it opens nothing any more
        if principal.expires is None:
            return
        try:
            await self.process.revocations.add(digest_of(token), principal.expires + timedelta(seconds=LEEWAY))
        except RevocationsUnavailable:
            raise Unreachable("the end of the session cannot be remembered at the moment", remedy="Sign out again: you are still signed in.") from None

    async def start(self, request: Request) -> Response:
        """Leads to the provider, which leads back to `/sign-in/back`."""
        try:
            return await self._at_provider.start(request, own_address(request.query_params.get("next")))
        except Unreachable as e:
            return self._shown(request, problem=e.detail, status=503)

    async def back(self, request: Request) -> Response:
        """Takes what the provider answers, and opens the session with its token."""
        try:
            token, then = await self._at_provider.back(request)
            principal = with_role(await self.process.verifier.verify(token))
        except (NotSignedIn, NotAllowed, Unreachable) as e:
            return self._shown(request, problem=e.detail, status=503 if isinstance(e, Unreachable) else 401)
        response = _sent_on(own_address(then))
        open_session(request, response, token, principal.expires)
        self._at_provider.forget(request, response)
        return response

    async def _token(self, request: Request, form: Mapping[str, str]) -> str:
        """The token to keep. Raises ValueError for a persona that is no role, NotSignedIn where this way is not open."""
        if self.way == "token":
            return form.get("token", "").strip()
        if self.way != "persona" or not is_loopback(request.url.hostname or ""):
            raise NotSignedIn("Personas are for this machine alone.")
        name, scope = form.get("persona", ""), form.get("scope", "").strip()
        scoped = ROLES.get(name) is not None
        return Issuer.embedded(self.process.settings).token(str(Role(name, scope or None) if scoped else Role(name)))

    def _shown(self, request: Request, form: Mapping[str, str] | None = None, problem: str | None = None, status: int = 422) -> Response:
        """The page to sign in on."""
        form = form or {}
        following = own_address(form.get("next") or request.query_params.get("next"))
        keeping = Response()
        visit = begin_visit(request, keeping)
        given: dict[str, Any] = {
            "way": self.way,
            "issuer": self.process.settings.issuer,
            "start": f"{SIGN_IN}/start?{urlencode({'next': following})}",
            "personas": PERSONAS,
            "chosen": form.get("persona") or "executive",
            "scope": form.get("scope", ""),
            "scopes": self._scopes(),
            "next": following,
            "own_proof": form_proof(form_key(request) or visit),
            "problem": problem,
            "field": {"token": "token", "persona": "scope"}.get(self.way, "main"),
            "page": None,
        }
        body = rendered(request, "sign_in.html", self.pages, None, **given)
        response = html(request, body, status if problem else 200, {"Cache-Control": "no-store"})
        response.raw_headers.extend(header for header in keeping.raw_headers if header[0] == b"set-cookie")
        return response

    def _scopes(self) -> list[tuple[str, str]]:
        """Ids to choose from, by persona's kind of scope: organisations, products and teams that are known today."""
        if self.way != "persona":
            return []
        facts = self.process.present()
        found = [(one.id, f"{one.name or one.id} (organisation)") for one in facts.every(ORGANISATION)]
        found += [(one.id, f"{one.name or one.id} (product)") for one in facts.every(PRODUCT)]
        found += [(one.id, f"{one.name or one.id} (team)") for one in facts.every(TEAM)]
        return found[:MOST_SCOPES]


def _sent_on(address: str) -> Response:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
