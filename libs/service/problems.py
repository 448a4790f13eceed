"""Maps typed errors to HTTP: the one table of status, title and type, and problem details (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.commands import errors
from libs.rules.catalogue import RULES

MEDIA_TYPE: Final = "application/problem+json"
_log = logging.getLogger("headway.problems")
_MOST_FIELDS: Final = 20
_LONGEST_TEXT: Final = 300


class Malformed(errors.Invalid):
    """The body is not the JSON (or NDJSON) that it should be; the field is `body`."""

    def __init__(self, detail: str = "The body is not valid JSON.", *, remedy: str | None = None) -> None:
        super().__init__(detail, remedy=remedy, field="body")


class NotReady(errors.HeadwayError):
    """The process has not yet taken in what its store and log held at the start."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """How one class of errors is answered: the HTTP status, a title, the last word of the `type` URI, and headers beside the body."""

    status: int
    title: str
    slug: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The `type` URI of the problem."""
        return f"urn:headway:problem:{self.slug}"


TABLE: Final[Mapping[type[Exception], ProblemType]] = MappingProxyType(
    {
        errors.Invalid: ProblemType(422, "The request says something impossible", "invalid"),
        Malformed: ProblemType(400, "The body cannot be read", "malformed"),
        errors.TooLarge: ProblemType(413, "The request is too large", "too-large"),
        errors.NotFound: ProblemType(404, "Not found", "not-found"),
        errors.AlreadyExists: ProblemType(409, "It exists already", "already-exists"),
        errors.Refused: ProblemType(409, "A rule refuses it", "refused"),
        errors.NotSignedIn: ProblemType(401, "Not signed in", "not-signed-in", {"WWW-Authenticate": 'Bearer realm="headway"'}),
        errors.NotAllowed: ProblemType(403, "Not allowed", "not-allowed"),
        errors.KeyReused: ProblemType(422, "The idempotency key was used for another body", "key-reused"),
        errors.StaleVersion: ProblemType(412, "The version is stale", "stale-version"),
        errors.RaceLost: ProblemType(409, "Other writers were faster", "race-lost"),
        errors.NotHeardYet: ProblemType(503, "Not heard yet", "not-heard-yet", {"Retry-After": "1"}),
        errors.UnknownOutcome: ProblemType(503, "The outcome is unknown", "unknown-outcome", {"Retry-After": "2"}),
        errors.Unreachable: ProblemType(503, "Something needed does not answer", "unreachable", {"Retry-After": "5"}),
        errors.WrongClock: ProblemType(503, "A clock is wrong", "wrong-clock", {"Retry-After": "5"}),
        NotReady: ProblemType(503, "Not ready yet", "not-ready", {"Retry-After": "1"}),
    }
)
FORESEEN: Final = (errors.HeadwayError, RequestValidationError, ValidationError, json.JSONDecodeError, HTTPException)
"""What is answered as a problem of its own; everything else is a fault of ours."""
_UNFORESEEN: Final = ProblemType(500, "Something went wrong here", "unforeseen")
# Problems that the framework finds before any of our code runs.
_OF_STATUS: Final = {
    404: TABLE[errors.NotFound],
    405: ProblemType(405, "Not by this method", "method"),
    413: TABLE[errors.TooLarge],
    401: TABLE[errors.NotSignedIn],
}
_DETAILS: Final = {404: "Nothing is at this address.", 405: "The address does not take this method."}


def problem(error: Exception, *, instance: str | None = None) -> tuple[int, dict[str, str], dict[str, Any]]:
    """The status, the headers and the body that answer an error; `instance` is a URI that names this occurrence.

    A `Refused`, and a `NotAllowed` that names a rule, add `rule`, `source` and `remedy` from the catalogue. What no row knows is a 500 without details.
    """
    if isinstance(error, HTTPException) and isinstance(error.__cause__, errors.HeadwayError):
        # The framework wraps whatever is raised while it reads a body.
        error = error.__cause__
    if isinstance(error, RequestValidationError | ValidationError):
        row, extra = _validation(_found(error))
    elif isinstance(error, json.JSONDecodeError):
        row, extra = TABLE[Malformed], {"detail": f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.", "field": "body"}
    elif isinstance(error, HTTPException):
        row, extra = _of_framework(error)
    else:
        known = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)
        row, extra = (_UNFORESEEN, {}) if known is None or not isinstance(error, errors.HeadwayError) else (known, _of_error(error))
    body: dict[str, Any] = {"type": row.type, "title": row.title, "status": row.status, **extra}
    if instance is not None:
        body["instance"] = instance
    return row.status, dict(row.headers), body


def slug_of(error: Exception) -> str:
    """The last word of the `type` of an error's problem: `refused`, `not-allowed`, `unforeseen`."""
    return next((TABLE[kind].slug for kind in type(error).__mro__ if kind in TABLE), _UNFORESEEN.slug)


def as_dict(error: Exception) -> dict[str, Any]:
    """The body alone, with its `status`, as a line of a bulk answer carries it."""
    return problem(error)[2]


def response(error: Exception, *, instance: str | None = None) -> Response:
    """The whole HTTP answer to an error."""
    status, headers, body = problem(error, instance=instance)
    if isinstance(error, HTTPException) and error.headers:
        headers |= error.headers
    # Escaped throughout: what names a field may hold a lone surrogate, which UTF-8 cannot.
    return Response(json.dumps(body), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Makes `app` answer every error as a problem; one that nobody foresaw is logged once and answered 500 without details."""

    async def answer(request: Request, error: Exception) -> Response:
        return response(error, instance=instance_of(request.scope))

    for kind in FORESEEN:
        app.add_exception_handler(kind, answer)
    app.add_middleware(Unforeseen)


def instance_of(scope: Scope) -> str | None:
    """The URI of the request in `scope`: its id is in the answer's `X-Request-Id` and in the log."""
    request = scope.get("headway.request")
    return None if request is None else f"urn:headway:request:{request}"


class Unforeseen:
    """Stands inside of what counts and logs requests, so that a bug is counted as the 500 that it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = False

        def watched(message: Message) -> Awaitable[None]:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            return send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return None
        except Exception as error:
            _log.exception("unforeseen: %s", type(error).__name__, extra={"fields": {"request": scope.get("headway.request"), "path": scope.get("path")}})
            if started:
                raise
            await response(error, instance=instance_of(scope))(scope, receive, send)


def _of_error(error: errors.HeadwayError) -> dict[str, Any]:
    extra: dict[str, Any] = {"detail": _printable(error.detail, 2000)}
    if error.field is not None:
        extra["field"] = _printable(error.field)
    rule_id = error.rule if isinstance(error, errors.Refused | errors.NotAllowed) else None
    if rule_id is not None:
        extra["rule"] = rule_id
        rule = RULES.get(rule_id)
        if rule is not None:
            extra |= {"source": rule.source, "remedy": rule.remedy}
    if error.remedy is not None:
        extra["remedy"] = _printable(error.remedy, 2000)
    return extra


def _of_framework(error: HTTPException) -> tuple[ProblemType, dict[str, Any]]:
    status = error.status_code
    if status == 400 and error.detail == "There was an error parsing the body":
        return TABLE[Malformed], {"detail": "The body is not valid JSON: it is not UTF-8, or nested too deep.", "field": "body"}
    row = _OF_STATUS.get(status)
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Problem"
    if row is None:
        row = ProblemType(status, phrase, f"status-{status}")
    detail = _DETAILS.get(status) if error.detail == phrase else error.detail
    return row, {"detail": _printable(detail, 2000)} if isinstance(detail, str) and detail else {}


def _found(error: RequestValidationError | ValidationError) -> Sequence[Mapping[str, Any]]:
    if isinstance(error, ValidationError):
        return error.errors(include_url=False, include_input=False)
    found: Sequence[Mapping[str, Any]] = error.errors()
    return found


def _validation(found: Sequence[Mapping[str, Any]]) -> tuple[ProblemType, dict[str, Any]]:
    """The fields that are wrong, dotted, and why, without the values: what came in may be secret, or not fit to be shown."""
    reasons = [{"field": _dotted(one["loc"]), "reason": _reason(one)} for one in found[:_MOST_FIELDS]]
    if any(one["type"] == "json_invalid" for one in found):
        return TABLE[Malformed], {"detail": "The body is not valid JSON.", "field": "body"}
    first = reasons[0] if reasons else {"field": "body", "reason": "is not valid"}
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return TABLE[errors.Invalid], {"detail": f"{first['field']}: {first['reason']}{more}", "field": first["field"], "errors": reasons}


def _dotted(location: Sequence[Any]) -> str:
    parts = list(location)
    if len(parts) > 1 and parts[0] in ("body", "query", "path", "header", "cookie"):
        del parts[0]
    return _printable(".".join(str(part) for part in parts)) or "body"


def _reason(one: Mapping[str, Any]) -> str:
    if one["type"] == "union_tag_invalid":
        return _printable(f"must be one of {one.get('ctx', {}).get('expected_tags', 'the known kinds')}")
    return _printable(str(one["msg"]).removeprefix("Value error, "))


def _printable(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Text that UTF-8 can carry, cut to a length that an answer can."""
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"
