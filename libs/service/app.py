"""The base app of every service: problem details, limits, telemetry, probes, sign-in by token, and API documentation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute, request_response
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match, Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.commands.errors import NotAllowed, NotSignedIn
from libs.commands.routes import DIRECT
from libs.events.envelope import iso
from libs.runtime.late_route import LateRoute
from libs.service import problems
from libs.service.body_limits import BodyLimit
from libs.service.identity.session import token_where_taken
from libs.service.identity.throttling import Refusals, slowed
from libs.service.identity.tokens import Principal, Verifier
from libs.service.json_body import StrictRequest
from libs.service.observability.health import Trouble
from libs.service.observability.telemetry import EXPOSITION_TYPE, Observed, Telemetry
from libs.service.peers.clock_offset import utc_now
from libs.service.version import version

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]
Endpoint = Callable[..., Any]

_STATIC: Final = Path(__file__).parent / "static"
_DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "type": "object",
    "description": "Problem details (RFC 9457). A refused rule adds rule, source and remedy; what cannot be read adds field and errors.",
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "field", "rule", "source", "remedy")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object", "properties": {"field": {"type": "string"}, "reason": {"type": "string"}}}},
    },
    "required": ["type", "title", "status"],
}
_PROBLEM_RESPONSE: Final[dict[str, Any]] = {
    "description": "A problem",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


TWO_TOKENS: Final = HTTPException(400, "There are two Authorization headers: send one.")
"""Whoever stands between might have looked at the other one."""


def public(endpoint: Endpoint) -> Endpoint:
    """Marks an endpoint that answers without a token; all others need one (interface.md)."""
    endpoint.__headway_public__ = True  # type: ignore[attr-defined]
    return endpoint


def direct(endpoint: Endpoint) -> Endpoint:
    """Marks an endpoint that takes nothing but the request, and answers it without what the framework would do around it."""
    setattr(endpoint, DIRECT, endpoint)
    return endpoint


def _is_public(endpoint: Endpoint) -> bool:
    return getattr(endpoint, "__headway_public__", False) is True


class SignedInRoute(LateRoute):
    """A route that looks at the token before it reads the body, unless its endpoint is `public`, and reads JSON strictly."""

    def __init__(self, path: str, endpoint: Endpoint, **settings: Any) -> None:
        super().__init__(path, endpoint, **settings)
        self.say_if_public()

    def held(self) -> None:
        """Becomes one of these after it was made as a plain route."""
        self.app = request_response(self.get_route_handler())
        self.say_if_public()

    def say_if_public(self) -> None:
        """Has the description of the API say that this route needs no token, where that is so."""
        if _is_public(self.endpoint):
            self.openapi_extra = {"security": [], **(self.openapi_extra or {})}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the token looked at first, and JSON read strictly."""
        handler = getattr(self.endpoint, DIRECT, None) or super().get_route_handler()
        open_to_all = _is_public(self.endpoint)

        async def strict(request: Request) -> Response:
            if not open_to_all:
                await authenticate(request)
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


class _ByPath(BaseRoute):
    """Finds a route without parameters by its path at once; the framework tries one after the other, which costs more than a command.

    Also those of apps mounted in this one, which share its token, its problems and its limits: to go through all that twice costs as much again.
    """

    def __init__(self) -> None:
        self.routes: dict[str, tuple[str, list[SignedInRoute]]] = {}

    def add(self, route: SignedInRoute) -> None:
        """One route of this app."""
        self.routes.setdefault(route.path, ("", []))[1].append(route)

    def _found(self, scope: Scope) -> tuple[str, str, SignedInRoute | None]:
        """Where this app is mounted, where in it the route is, and the route of exactly this path; that of the method, where there is one."""
        root: str = scope.get("root_path", "")
        path = scope["path"].removeprefix(root) if scope["type"] == "http" else ""
        mount, routes = self.routes.get(path, ("", ()))
        return root, mount, next((route for route in routes if scope["method"] in (route.methods or ())), routes[0] if routes else None)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route's own answer, where there is one of exactly this path."""
        root, mount, route = self._found(scope)
        if route is None:
            return Match.NONE, {}
        if not mount:
            return route.matches(scope)
        match, found = route.matches({**scope, "root_path": root + mount})
        return match, {**found, "app_root_path": scope.get("app_root_path", root), "root_path": root + mount}

    def direct(self, scope: Scope) -> SignedInRoute | None:
        """The route of exactly this path and method whose endpoint answers requests itself; the scope then says where it is mounted."""
        root, mount, route = self._found(scope)
        if route is None or scope["method"] not in (route.methods or ()) or not hasattr(route.endpoint, DIRECT):
            return None
        scope["app_root_path"], scope["root_path"], scope["route"] = scope.get("app_root_path", root), root + mount, route
        return route

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The route that matched answers."""
        await scope["route"].handle(scope, receive, send)


class SignedInApp(FastAPI):
    """An app that answers nothing without a token but what is `public`, whoever made the routers that it includes.

    `verifier` judges tokens, `refusals` counts those that were refused, `telemetry` those requests that are measured.
    """

    verifier: Verifier
    telemetry: Telemetry

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.refusals = Refusals()
        self._by_path = _ByPath()
        self._larger: list[tuple[str, SignedInRoute, int]] = []
        self._directly: ASGIApp = _directly
        self.router.routes.insert(0, self._by_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request: directly where its endpoint does, else through the framework."""
        if self._by_path.direct(scope) is None:
            await super().__call__(scope, receive, send)
        else:
            scope["app"] = self
            await self._directly(scope, receive, send)

    def answer_directly(self, around: ASGIApp) -> None:
        """Says what stands around the endpoints that answer requests themselves."""
        self._directly = around

    def adopt(self, router: APIRouter) -> None:
        """Takes in a router's routes as its own and holds them to sign-in. Raises TypeError for routes that it cannot hold to it."""
        for route in router.routes:
            if type(route) in (APIRoute, LateRoute):
                # A route cannot be made anew from its parts, and as another class it is the same with two methods more.
                route.__class__ = SignedInRoute
                cast(SignedInRoute, route).held()
            elif not isinstance(route, SignedInRoute | WebSocketRoute | Mount):
                raise TypeError(f"{type(route).__name__} cannot be held to sign-in: adopt its router itself, as plain routes")
            self.router.routes.append(route)
            if isinstance(route, SignedInRoute) and (limit := getattr(route.endpoint, "__headway_takes__", None)) is not None:
                self._larger.append(("", route, limit))
            if isinstance(route, SignedInRoute) and "{" not in route.path:
                self._by_path.add(route)

    def body_limit(self, scope: Scope) -> int | None:
        """The bytes that an endpoint of its own limit takes (`libs.service.body_limits.takes`); None where the request is for no such one."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        within = ((path[len(mount) :], route, limit) for mount, route, limit in self._larger if path.startswith(mount))
        return next((limit for rest, route, limit in within if scope["method"] in (route.methods or ()) and route.path_regex.match(rest)), None)

    def embed(self, mount: str, app: SignedInApp) -> None:
        """Mounts an app that shares this one's verifier and telemetry."""
        self.mount(mount, app)
        self._larger += [(mount + within, route, limit) for within, route, limit in app._larger]
        for path, (within, routes) in app._by_path.routes.items():
            self._by_path.routes[mount + path] = mount + within, routes

    def include_router(self, router: APIRouter, *given: Any, **settings: Any) -> None:
        """Takes in a router's routes; prefixes and the like belong into the router itself."""
        if given or settings:
            raise TypeError("give the router its own prefix, tags and dependencies")
        self.adopt(router)


async def _directly(scope: Scope, receive: Receive, send: Send) -> None:
    """What the framework does around an endpoint, for one that answers itself: the token first (not where it is `public`), then its answer or problem."""
    request, endpoint = StrictRequest(scope, receive, send), scope["route"].endpoint
    try:
        if not _is_public(endpoint):
            await authenticate(request)
        answer = await getattr(endpoint, DIRECT)(request)
    except problems.FORESEEN as error:
        answer = problems.response(error, instance=problems.instance_of(scope))
    await answer(scope, receive, send)


async def authenticate(connection: HTTPConnection) -> Principal:
    """Who asks, by `Authorization: Bearer TOKEN`, or by the session where the address takes one; looked at once a request.

    Raises NotSignedIn, and Unreachable where the issuer does not answer.
    """
    scope = connection.scope
    known = scope.get("headway.principal")
    if isinstance(known, Principal):
        return known
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(given) > 1:
        raise TWO_TOKENS
    scheme, _, token = given[0].decode("latin-1").partition(" ") if given else ("", "", "")
    if not scheme and (kept := token_where_taken(connection)) is not None:
        # What is forwarded in the caller's name finds the token where programs send it.
        scope["headers"] = [*scope["headers"], (b"authorization", b"Bearer " + kept.encode("latin-1", "replace"))]
        scheme, token = "bearer", kept
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn("There is no token.", remedy="Send 'Authorization: Bearer TOKEN'; 'headway token' makes one for the embedded issuer.")
    app = app_of(connection)
    async with slowed(connection, app.refusals):
        verified = await app.verifier.verify(token.strip())
    found = with_role(verified)
    scope["headway.principal"] = found
    return found


def app_of(connection: HTTPConnection) -> SignedInApp:
    """The app that answers a request or a socket."""
    return cast("SignedInApp", connection.app)


def with_role(who: Principal) -> Principal:
    """Whoever has a role, which every reader needs. Raises NotAllowed for a token whose roles are none of Headway's."""
    if not who.roles:
        raise NotAllowed(f"the token of {who.id!r} carries no role of Headway", remedy="Have the issuer put one into its claim `roles`, such as executive@env.")
    return who


async def principal(request: Request) -> Principal:
    """The dependency of an endpoint that needs to know who asks. Raises NotSignedIn."""
    return await authenticate(request)


def create_base(
    title: str,
    *,
    lifespan: Lifespan | None = None,
    verifier: Verifier,
    ready: Callable[[], Awaitable[bool]],
    telemetry: Telemetry | None = None,
    troubles: Callable[[], list[Trouble]] = list,
    clock: Callable[[], datetime] = utc_now,
    identity: Callable[[], Mapping[str, object]] = dict,
    made_as: type[SignedInApp] = SignedInApp,
) -> SignedInApp:
    """An app with `/health/live`, `/health/ready`, `/metrics`, `/openapi.json` and `/docs`, whose routes need a token unless they are `public`.

    `ready` is asked at each probe, and `troubles` are said in its answer: a store that is away for all instances must not take all of them out of service.
    `/health/live` says what time it is by `clock` (`now`), so that peers and `headway doctor` notice where clocks are apart, and
    which process answers by `identity` (`services`, `namespace`, `version`), so that they notice a wrong address.
    Apps mounted in one process share `telemetry`, and the outermost counts. `made_as` is its class. All paths are relative to where the app is mounted.
    """
    measured = telemetry or Telemetry()
    app = made_as(title=title, version=version(), lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.router.route_class = SignedInRoute
    app.verifier, app.telemetry = verifier, measured
    # The last one added is the outermost: first counted, then bugs caught, then the body's size.
    app.add_middleware(BodyLimit)
    problems.install(app)
    app.add_middleware(Observed, telemetry=measured)
    app.answer_directly(Observed(problems.Unforeseen(BodyLimit(_directly)), measured))
    _add_probes(app, ready, measured, troubles, clock, identity)
    _add_documentation(app)
    return app


def _add_probes(
    app: FastAPI,
    ready: Callable[[], Awaitable[bool]],
    telemetry: Telemetry,
    troubles: Callable[[], list[Trouble]],
    clock: Callable[[], datetime],
    identity: Callable[[], Mapping[str, object]],
) -> None:
    @public
    async def live() -> Response:
        return JSONResponse({"status": "live", "now": iso(clock()), **identity()}, headers={"Cache-Control": "no-store"})

    @public
    async def is_ready() -> Response:
        found = troubles()
        if not await ready():
            why = "; ".join(f"{t.part}: {t.why}, since {t.since:%Y-%m-%d %H:%M:%S} UTC" for t in found)
            raise problems.NotReady(f"What the store and the log held at the start is still being taken in, or prepared.{' ' + why if why else ''}")
        return JSONResponse({"status": "ill" if found else "ready", "troubles": [trouble.as_json() for trouble in found]})

    @public
    async def metrics() -> Response:
        return Response(telemetry.exposition(), media_type=EXPOSITION_TYPE)

    for path, endpoint in (("/health/live", live), ("/health/ready", is_ready), ("/metrics", metrics)):
        app.get(path, include_in_schema=False)(endpoint)


def _add_documentation(app: FastAPI) -> None:
    page = (_STATIC / "docs.html").read_text("utf-8")

    @public
    async def docs() -> Response:
        return PlainTextResponse(page, media_type="text/html", headers={"Content-Security-Policy": _DOCS_POLICY})

    async def openapi(request: Request) -> Response:
        root: str = request.scope.get("root_path", "").rstrip("/")
        return JSONResponse({**app.openapi(), "servers": [{"url": root or "/"}]})

    app.get("/docs", include_in_schema=False)(docs)
    app.get("/openapi.json", include_in_schema=False)(openapi)
    app.mount("/docs/static", StaticFiles(directory=_STATIC))

    made = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            components = schema.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            schemas["Problem"] = _PROBLEM_SCHEMA
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
            schema["security"] = [{"token": []}]
            for operations in schema["paths"].values():
                for operation in operations.values():
                    operation["responses"].pop("422", None)  # the framework's own form of it, which we never answer
                    operation["responses"]["default"] = _PROBLEM_RESPONSE
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
